"""Does every wait for the database end, and is what is told afterwards true?"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from engine.store import schema, settings
from engine.store.outages import Errand, NotNow, errand_under_way, on_errand
from engine.store.session import Connection, Database
from tests.databases import Fresh, Postgres

SHORT = 0.4
"""Seconds of patience, where the test waits them out."""
GRACE = 60
"""Seconds after which a test gives up; nothing here should take so long."""


@pytest.fixture
def on_file(backend: str, fresh: Fresh) -> Iterator[Database]:
    """A database whose address others can open too."""
    del backend
    db = Database(fresh())
    yield db
    db.close()


@contextmanager
def somebody_holds_it(db: Database) -> Iterator[Callable[[], object]]:
    """Another program has locked what `put_under_lock` wants, until the given function is called."""
    if db.is_sqlite:
        other = sqlite3.connect(str(db.url.database), isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield lambda: other.execute("COMMIT")
        finally:
            other.close()
        return
    with (
        psycopg.connect(
            host=str(db.url.query["host"]), user="postgres", dbname=db.url.database, autocommit=True
        ) as there,
        there.cursor() as cursor,
    ):
        cursor.execute("BEGIN; LOCK TABLE setting IN SHARE MODE")
        yield lambda: cursor.execute("COMMIT")


def put(db: Database, name: str, *, patience: float = GRACE) -> None:
    with on_errand(Errand(patience=patience)), db.writing() as tx:
        settings.put(tx, name, "1")


def not_now(db: Database, errand: Errand, do: Callable[[Connection], None]) -> NotNow:
    """How a transaction ends that the database cannot do now."""

    def write() -> None:
        with on_errand(errand), db.writing() as tx:
            do(tx)

    with pytest.raises(NotNow) as told:
        write()
    return told.value


def names(db: Database) -> set[str]:
    with db.reading() as tx:
        return set(tx.execute(text("SELECT name FROM setting")).scalars())


def test_whoever_waits_for_a_lock_gives_up_while_it_is_held_and_has_stored_nothing(on_file: Database) -> None:
    with somebody_holds_it(on_file) as let_go:
        with pytest.raises(NotNow) as told:
            put(on_file, "a", patience=SHORT)
        assert (told.value.cause, told.value.in_doubt) == ("locked", False)
        let_go()
    put(on_file, "b")
    assert names(on_file) == {"b"}


def test_those_in_line_do_not_wait_anew_one_after_another(on_file: Database) -> None:
    """Twenty waits of one patience each would outlast this test, and the lock is let go when it ends."""
    with somebody_holds_it(on_file) as let_go, ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(put, on_file, f"{number}", patience=10 * SHORT) for number in range(20)]
        ended = [one.exception(timeout=GRACE) for one in asked]
        let_go()
    assert {type(one) for one in ended} == {NotNow}
    assert names(on_file) == set()
    put(on_file, "b")
    assert names(on_file) == {"b"}


def test_a_reader_is_not_stopped_by_a_writer_that_stands_still(on_file: Database) -> None:
    with on_file.writing() as tx:
        settings.put(tx, "a", "1")
        assert names(on_file) == set()


def test_what_nobody_waits_for_any_more_is_not_stored(db: Database) -> None:
    errand = Errand()

    def late() -> None:
        with on_errand(errand), db.writing() as tx:
            settings.put(tx, "a", "1")
            errand.give_up()

    with pytest.raises(NotNow) as told:
        late()
    assert told.value.cause == "given_up"
    assert errand.nothing_stored
    assert names(db) == set()


def test_an_errand_knows_what_has_been_stored_of_it(db: Database) -> None:
    errand = Errand()

    def write(*names: str) -> None:
        with on_errand(errand), db.writing() as tx:
            for name in names:
                settings.put(tx, name, {"a": "1"}[name])

    with pytest.raises(KeyError):
        write("a", "b")
    assert errand.nothing_stored
    write("a")
    assert not errand.nothing_stored


def test_an_errand_goes_along_into_threads_of_its_own_and_nowhere_else() -> None:
    errand, seen = Errand(), list[Errand | None]()
    with on_errand(errand):
        assert errand_under_way() is errand
        thread = threading.Thread(target=lambda: seen.append(errand_under_way()))
        thread.start()
        thread.join(GRACE)
    assert seen == [None]
    assert errand_under_way() is None


def fill(tx: Connection) -> None:
    settings.put(tx, "long", "x" * 3_000_000)


def test_a_full_disk_is_told_as_that_and_stores_nothing(tmp_path: Path) -> None:
    schema.upgrade(f"sqlite:///{tmp_path / 'a.db'}")
    db = Database(f"sqlite:///{tmp_path / 'a.db'}")
    try:
        with db.writing() as tx:
            pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
            tx.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
        errand = Errand()
        told = not_now(db, errand, fill)
        assert (told.cause, told.in_doubt) == ("full", False)
        assert errand.nothing_stored
        put(db, "b")
        assert names(db) == {"b"}
    finally:
        db.close()


# ---------------------------------------------------------------- PostgreSQL


@pytest.fixture
def far(postgres: Postgres, _postgres_template: str) -> Iterator[Database]:
    """A PostgreSQL database of the test's own."""
    postgres.command(f"CREATE DATABASE outages TEMPLATE {_postgres_template}")
    db = Database(postgres.url("outages"))
    yield db
    db.close()
    postgres.command("DROP DATABASE outages WITH (FORCE)")


LIMITS = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")


def told_by(tx: Connection) -> list[str]:
    return [str(tx.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in LIMITS]


def test_every_transaction_has_limits_of_its_own_and_leaves_none_behind(far: Database) -> None:
    with far.writing() as tx:
        lock, statement, idle = told_by(tx)
    assert lock.endswith(("ms", "s"))
    assert lock != "0"
    assert (statement, idle) == ("30s", "15s")
    with on_errand(Errand()), far.reading() as tx:
        assert told_by(tx) == ["8s", "30s", "10min"]
    with far.glancing() as tx:
        assert "0" not in told_by(tx)
    with far._writer.connect() as connection:
        assert told_by(connection) == ["0", "0", "0"]


def cut_off(postgres: Postgres, tx: Connection) -> None:
    """The server ends the connection of a transaction."""
    process = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    postgres.command(f"SELECT pg_terminate_backend({process}, 10000)")


def test_a_connection_that_is_lost_before_the_end_has_stored_nothing(
    far: Database, postgres: Postgres
) -> None:
    errand = Errand()

    def before_the_end(tx: Connection) -> None:
        settings.put(tx, "a", "1")
        cut_off(postgres, tx)
        settings.put(tx, "b", "1")

    told = not_now(far, errand, before_the_end)
    assert (told.cause, told.in_doubt) == ("away", False)
    assert errand.nothing_stored
    assert names(far) == set()


def test_a_connection_that_is_lost_in_the_commit_leaves_it_open_and_says_so(
    far: Database, postgres: Postgres
) -> None:
    errand = Errand()

    def at_the_end(tx: Connection) -> None:
        settings.put(tx, "a", "1")
        cut_off(postgres, tx)

    told = not_now(far, errand, at_the_end)
    assert (told.cause, told.in_doubt) == ("away", True)
    assert not errand.nothing_stored
    assert names(far) == set()  # as it happens; the server could as well have stored it


def test_whoever_locks_and_stands_still_is_thrown_out_and_the_others_go_on(
    far: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.session.IDLE_WRITER", SHORT)
    errand, holds, go_on = Errand(), threading.Event(), threading.Event()

    def frozen() -> None:
        with on_errand(errand), far.writing() as tx:
            settings.put(tx, "a", "1")
            holds.set()
            go_on.wait(GRACE)

    with ThreadPoolExecutor(1) as pool:
        standing_still = pool.submit(frozen)
        assert holds.wait(GRACE)
        put(far, "a")  # waits for the lock, and gets it without anybody's help
        go_on.set()
        fault = standing_still.exception(timeout=GRACE)
    assert isinstance(fault, NotNow)
    assert names(far) == {"a"}


def test_nothing_is_prepared_so_that_a_pool_may_stand_in_front(far: Database) -> None:
    with far.writing() as tx:
        for _ in range(20):
            settings.put(tx, "a", "1")
        assert tx.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one() == 0
