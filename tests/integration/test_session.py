"""Can only one write at a time, does nobody starve, and is what was acknowledged really kept?"""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.store import settings
from engine.store.session import Database, Turns, UnsafeDatabaseError
from tests.databases import Postgres


def names(db: Database) -> set[str]:
    with db.reading() as tx:
        return set(tx.execute(text("SELECT name FROM setting")).scalars())


def test_what_is_written_is_there_afterwards(db: Database) -> None:
    with db.writing() as tx:
        settings.put(tx, "a", "1")
    assert names(db) == {"a"}


def test_a_transaction_that_fails_leaves_nothing_behind(db: Database) -> None:
    def fail() -> None:
        with db.writing() as tx:
            settings.put(tx, "a", "1")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert names(db) == set()
    with db.writing() as tx:  # and the next one gets its turn
        settings.put(tx, "b", "1")
    assert names(db) == {"b"}


def test_reading_cannot_write(db: Database) -> None:
    with db.reading() as tx, pytest.raises(DBAPIError):
        settings.put(tx, "a", "1")
    assert names(db) == set()


def test_a_reader_sees_one_state_however_long_it_reads(db: Database) -> None:
    with db.reading() as tx:
        before = settings.get(tx, "a")
        with db.writing() as other:
            settings.put(other, "a", "1")
        assert settings.get(tx, "a") == before
    assert names(db) == {"a"}


def test_a_turn_inside_a_turn_is_a_bug_and_not_an_endless_wait() -> None:
    turns = Turns()
    with pytest.raises(RuntimeError), turns.one_at_a_time(), turns.one_at_a_time():
        pass
    with turns.one_at_a_time():  # and the queue still moves
        pass


def test_writers_are_served_in_the_order_they_came() -> None:
    turns, order, started = Turns(), list[int](), list[threading.Thread]()

    def take(number: int) -> None:
        with turns.one_at_a_time():
            order.append(number)

    with turns.one_at_a_time():
        for number in range(20):
            started.append(threading.Thread(target=take, args=(number,)))
            started[-1].start()
            while len(turns._waiting) <= number:
                time.sleep(0.001)
    for thread in started:
        thread.join(60)
    assert order == list(range(20))


def test_forty_writers_at_once_all_get_through(db: Database) -> None:
    def add(number: int) -> None:
        for part in range(5):
            with db.writing() as tx:
                settings.put(tx, f"{number}-{part}", "1")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(names(db)) == 200


WRITER = """
import itertools, sys
from engine.store import settings
from engine.store.session import Database
db = Database(sys.argv[1])
for number in itertools.count():
    with db.writing() as tx:
        settings.put(tx, f"{number:05}", "1")
    sys.stdout.write(f"{number:05}\\n")
    sys.stdout.flush()
"""


def test_what_was_acknowledged_survives_a_program_killed_at_any_moment(db: Database) -> None:
    url = db.url.render_as_string(hide_password=False)
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            told = {writer.stdout.readline().strip() for _ in range(40)}
            writer.kill()
            told |= {line.strip() for line in writer.stdout if line.endswith("\n")}
        assert told <= names(db)


# --- SQLite's own settings -----------------------------------------------------------------------------


@contextmanager
def on_sqlite(path: Path) -> Iterator[Database]:
    db = Database(f"sqlite:///{path}")
    yield db
    db.close()


def test_sqlite_keeps_what_it_acknowledges_and_says_so(tmp_path: Path) -> None:
    with on_sqlite(tmp_path / "a.db") as db, db.writing() as tx:
        found = {
            pragma: str(tx.exec_driver_sql(f"PRAGMA {pragma}").scalar())
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema")
        }
    full = "2"
    assert found == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": "1",
        "secure_delete": "1",
        "trusted_schema": "0",
    }


def test_a_database_that_cannot_use_a_write_ahead_log_is_refused() -> None:
    with pytest.raises(UnsafeDatabaseError, match="journal_mode"):
        Database("sqlite://")


def test_foreign_keys_hold_on_sqlite_too(db: Database) -> None:
    with pytest.raises(DBAPIError), db.writing() as tx:
        tx.execute(
            text("INSERT INTO absence (person, away_from, away_to) VALUES ('x', '2025-01-01', '2025-01-02')")
        )


def test_a_postgresql_that_does_not_wait_for_its_disk_is_refused(postgres: Postgres) -> None:
    with pytest.raises(UnsafeDatabaseError, match="synchronous_commit"):
        Database(f"{postgres.url('postgres')}&options=-c%20synchronous_commit%3Doff")


def test_a_writer_waits_for_another_program_and_then_gets_through(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with on_sqlite(path) as db:
        with db.writing() as tx:
            tx.exec_driver_sql("CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT)")
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.3, other.execute, ("COMMIT",))
        done.start()
        with db.writing() as tx:
            settings.put(tx, "a", "1")
        done.join()
        other.close()
        assert names(db) == {"a"}
