"""What does it cost to find and enqueue 500 due reminders among ten thousand, and among a million?

On both databases: `remind` as the worker calls it, with people, roles, ladders and one letter for each
person; the same writes in raw SQL, where all that has to be found out is ready at hand (INSERT … SELECT); and
one APScheduler job for each reminder, in memory and in its SQLAlchemy store. They take turns within one run,
each starting from the same rows; what is compared is the medians. The second sweep must enqueue nothing.

Usage: bench_sweep [sqlite|postgresql|both]. Exits 1 when a million costs LIMIT times ten thousand, or more.
"""

# ruff: noqa: S608 - every value in these statements is a constant of this file

import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import text

from engine import clock
from engine.core.record.events.programme import PersonRegistered
from engine.store import schema
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.obligations.remind import remind
from tests import reminder_builders as house

EIGHT: Final = house.utc("2026-09-01 06:00")
DUE: Final = 500
SIZES: Final = (10_000, 1_000_000)
PROJECTS: Final = 50
ROUNDS: Final = 7
LIMIT: Final = 1.5

_NUMBERS: Final = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {size}) ",
    "postgresql": "WITH s AS (SELECT generate_series(1, {size}) AS n) ",
}
_HEX: Final = {"sqlite": "printf('%016x', {n})", "postgresql": "lpad(to_hex({n}), 16, '0')"}
_LATER: Final = {
    "sqlite": "datetime('2026-09-02 06:00', '+' || (n % 300) || ' days') || '.000000'",
    "postgresql": "timestamptz '2026-09-02 06:00+00' + make_interval(days => n % 300)",
}


@dataclass(slots=True)
class _Case:
    """One database of one size, and how long each way took, in seconds."""

    db: Database
    size: int
    ours: list[float]
    again: list[float]
    raw: list[float]


# ---------------------------------------------------------------- a database with that much in it


def filled(url: str, size: int) -> Database:
    """That many open obligations, the first 500 due, four in five owed by a person of their own, the others
    by the leaders of fifty projects.
    """
    schema.upgrade(url)
    db = Database(url)
    begin = EIGHT - timedelta(hours=20)
    house.a_house(db, house.duties_text(follow_from=date(2026, 8, 31)), now=begin, projects=PROJECTS)
    people = [
        PersonRegistered(person=f"{n:016x}", language="nb", name=f"Person {n}", email=f"p{n}@example.org")
        for n in range(1, DUE + 1)
    ]
    with db.writing() as tx:
        record(tx, people, now=begin)
    plan_obligations(db, now=begin)
    kind = db.url.get_backend_name()
    by_role = "n % 5 = 0"
    columns = (
        "id, chain, kind, subject, occurrence, owner_kind, owner, due_on, ladder, status, passed, next_at,"
        " planned_at"
    )
    cycle = f"CASE WHEN n % {DUE} = 0 THEN {DUE} ELSE n % {DUE} END"
    rows = f"""
        INSERT INTO obligation ({columns})
        {_NUMBERS[kind].format(size=size)}
        SELECT {_HEX[kind].format(n="n")}, 'project:p' || (n % {PROJECTS} + 1), 'maling',
            'project:p' || (n % {PROJECTS} + 1), 'g' || n || '/i/2026-09-04',
            CASE WHEN {by_role} THEN 'role' ELSE 'person' END,
            CASE WHEN {by_role} THEN 'prosjektleder' ELSE {_HEX[kind].format(n=cycle)} END,
            CASE WHEN n <= {DUE} THEN '2026-09-04' ELSE '2027-09-01' END, '', 'open',
            CASE WHEN n <= {DUE} THEN 0 ELSE -1 END,
            CASE WHEN n <= {DUE} THEN {_instant(kind, EIGHT)} ELSE {_LATER[kind]} END, {_instant(kind, begin)}
        FROM s"""
    with db.writing() as tx:
        tx.exec_driver_sql(_escaped(kind, rows))
    _tidy(db)
    return db


def _instant(kind: str, at: datetime) -> str:
    return f"timestamptz '{at.isoformat()}'" if kind == "postgresql" else f"'{at:%Y-%m-%d %H:%M:%S}.000000'"


def _escaped(kind: str, sql: str) -> str:
    return sql.replace("%", "%%") if kind == "postgresql" else sql


def _tidy(db: Database) -> None:
    """What a database does by itself when it is not measured."""
    with db.glancing() as tx:
        if not db.is_sqlite:
            tx.exec_driver_sql("VACUUM ANALYZE")


def _reset(db: Database) -> None:
    kind = db.url.get_backend_name()
    with db.writing() as tx:
        tx.exec_driver_sql("DELETE FROM reminder")
        tx.exec_driver_sql("DELETE FROM outbox")
        again = f"UPDATE obligation SET passed = 0, next_at = {_instant(kind, EIGHT)}"
        tx.exec_driver_sql(f"{again} WHERE id <= '{DUE:016x}'")
    if db.is_sqlite:
        with db.writing() as tx:
            tx.exec_driver_sql("DELETE FROM heartbeat WHERE name = 'reminded'")
    else:
        with db.glancing() as tx:
            tx.exec_driver_sql("VACUUM obligation")
            tx.exec_driver_sql("VACUUM reminder")
            tx.exec_driver_sql("VACUUM outbox")


# ---------------------------------------------------------------- the ways


def _raw(db: Database) -> None:
    """The same rows written by three statements that have nothing to find out but what is due."""
    kind = db.url.get_backend_name()
    now, then = _instant(kind, EIGHT), _instant(kind, EIGHT + timedelta(days=3))
    owner = (
        "CASE WHEN o.owner_kind = 'person' THEN o.owner"
        " ELSE (SELECT r.person FROM role r WHERE 'project:' || r.project = o.chain"
        " AND r.role = o.owner ORDER BY r.valid_from DESC LIMIT 1) END"
    )
    due = f"FROM obligation o WHERE o.status = 'open' AND o.next_at <= {now}"
    with db.writing() as tx:
        tx.exec_driver_sql(
            "INSERT INTO reminder (obligation, due_on, rung, person, at)"
            f" SELECT o.id, o.due_on, -3, {owner}, {now} {due}"
        )
        tx.exec_driver_sql(
            "INSERT INTO outbox (id, kind, subject, recipient, occurrence, state, due_at, created_at,"
            " attempts) SELECT min(r.obligation), 'reminder', 'person:' || r.person, r.person, '2026-09-01',"
            f" 'due', {now}, {now}, 0 FROM reminder r WHERE r.at = {now} GROUP BY r.person"
            " ON CONFLICT DO NOTHING"
            if kind == "postgresql"
            else "INSERT OR IGNORE INTO outbox (id, kind, subject, recipient, occurrence, state, due_at,"
            " created_at, attempts) SELECT min(r.obligation), 'reminder', 'person:' || r.person, r.person,"
            f" '2026-09-01', 'due', {now}, {now}, 0 FROM reminder r WHERE r.at = {now} GROUP BY r.person"
        )
        tx.exec_driver_sql(
            f"UPDATE obligation SET passed = 1, next_at = {then} WHERE status = 'open' AND next_at <= {now}"
        )


def _rows(db: Database) -> tuple[int, int]:
    with db.reading() as tx:
        reminders = tx.execute(text("SELECT count(*) FROM reminder")).scalar_one()
        letters = tx.execute(text("SELECT count(*) FROM outbox")).scalar_one()
    return int(reminders), int(letters)


def timed(work: Callable[[], Any]) -> float:
    """Seconds a piece of work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure(cases: list[_Case]) -> None:
    """Take turns; the first round is for warming up. Raises AssertionError when a way writes other rows."""
    expected = (DUE, DUE * 4 // 5 + PROJECTS // 5)
    for round_ in range(ROUNDS + 1):
        for case in cases:
            seconds = [timed(lambda: remind(case.db, now=EIGHT))]  # noqa: B023
            assert _rows(case.db) == expected, _rows(case.db)
            seconds.append(timed(lambda: remind(case.db, now=EIGHT + timedelta(seconds=15))))  # noqa: B023
            assert _rows(case.db) == expected, "the second sweep enqueued something"
            _reset(case.db)
            seconds.append(timed(lambda: _raw(case.db)))  # noqa: B023
            assert _rows(case.db) == expected, _rows(case.db)
            _reset(case.db)
            if round_:
                case.ours.append(seconds[0])
                case.again.append(seconds[1])
                case.raw.append(seconds[2])


# ---------------------------------------------------------------- APScheduler, one job for each


_DONE = threading.Semaphore(0)
_SAID: list[int] = []
_WRITER: dict[str, sqlite3.Connection] = {}
_LOCK = threading.Lock()


def say(number: int) -> None:
    """What such a job would do: one durable row in an outbox."""
    with _LOCK:
        _WRITER["it"].execute("INSERT INTO outbox VALUES (?)", (number,))
    _DONE.release()


def one_job_each(folder: Path, *, stored: bool, size: int) -> tuple[float, float]:
    """Seconds to plan that many jobs, and until 500 that are due have run."""
    path = folder / f"jobs-{stored}-{size}.db"
    store = SQLAlchemyJobStore(f"sqlite:///{path}") if stored else MemoryJobStore()
    scheduler = BackgroundScheduler(jobstores={"default": store}, timezone="UTC")
    soon = clock.now()  # APScheduler has a clock of its own
    scheduler.start(paused=True)

    def plan() -> None:
        for number in range(size):
            at = soon - timedelta(hours=1) if number < DUE else soon + timedelta(days=1 + number % 300)
            scheduler.add_job(say, "date", run_date=at, args=[number], misfire_grace_time=None)

    outbox = folder / f"out-{stored}-{size}.db"
    with closing(sqlite3.connect(outbox, isolation_level=None, check_same_thread=False)) as out:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            out.execute(f"PRAGMA {pragma}")
        out.execute("CREATE TABLE outbox (number INTEGER PRIMARY KEY)")
        _WRITER["it"] = out
        planned = timed(plan)

        def run() -> None:
            scheduler.resume()
            for _ in range(DUE):
                assert _DONE.acquire(timeout=120)

        ran = timed(run)
        scheduler.shutdown(wait=True)
        assert out.execute("SELECT count(*) FROM outbox").fetchone() == (DUE,)
    return planned, ran


# ---------------------------------------------------------------- the run


@contextmanager
def _databases(kind: str, folder: Path) -> Iterator[list[str]]:
    if kind == "sqlite":
        yield [f"sqlite:///{folder / f'{size}.db'}" for size in SIZES]
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="faseport-"))
    from tests.databases import serving

    with serving() as server:
        for size in SIZES:
            server.command(f"CREATE DATABASE sweep_{size}")
        yield [server.url(f"sweep_{size}") for size in SIZES]


def main(kinds: list[str]) -> int:
    """Measure, print, and say by the exit code whether the limit holds."""
    folder = Path("build", "bench-sweep").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    worst = 0.0
    try:
        print(f"{DUE} due reminders of N open obligations; ms, medians of {ROUNDS}\n")
        print(f"{'':<30}" + "".join(f"{f'N = {size:,}':>16}" for size in SIZES) + f"{'ratio':>8}")
        for kind in kinds:
            with _databases(kind, folder) as urls:
                cases = [
                    _Case(filled(url, size), size, [], [], []) for url, size in zip(urls, SIZES, strict=True)
                ]
                measure(cases)
                small, large = cases
                worst = max(worst, told(f"{kind}: Faseport", small.ours, large.ours))
                told(f"{kind}: Faseport, second sweep", small.again, large.again)
                told(f"{kind}: raw SQL", small.raw, large.raw)
                for case in cases:
                    times = statistics.median(case.ours) / statistics.median(case.raw)
                    print(f"{'':<4}Faseport costs {times:.1f} times the raw SQL at N = {case.size:,}")
                    case.db.close()
        ours = statistics.median(small.ours)
        for stored in (False, True):
            planned, ran = one_job_each(folder, stored=stored, size=SIZES[0])
            name = "APScheduler, " + ("SQLAlchemy store" if stored else "in memory")
            print(
                f"{name:<30}{ran * 1000:>16.1f}{'':>16}{'':>8}"
                f"  {ran / ours:.1f} times Faseport, and {planned:.1f} s to plan them"
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\na million costs at most {worst:.2f} times ten thousand; the limit is {LIMIT:g}")
    return int(worst >= LIMIT)


def told(name: str, small: list[float], large: list[float]) -> float:
    """Print one line of the table; gives the ratio of the medians."""
    one, other = statistics.median(small), statistics.median(large)
    print(f"{name:<30}{one * 1000:>16.2f}{other * 1000:>16.2f}{other / one:>8.2f}", flush=True)
    return other / one


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "both"
    sys.exit(main(["sqlite", "postgresql"] if chosen == "both" else [chosen]))
