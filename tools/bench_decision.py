"""What does Faseport add to a ballot, beyond what SQLite and the disk must have?

Each ballot is stored twice, in two files that started as copies of each other on the same disk: by
`cast_ballot`, and by a bare `sqlite3` transaction that runs the very same INSERTs and UPDATEs with the values
ready at hand, and reads, checks and computes nothing. Both are durable (WAL, synchronous=FULL), and they take
turns, so that a slow minute of the disk is slow for both. Five ballots make a decision.

Exits 1 when a ballot costs more than LIMIT times the bare transaction.
"""

import shutil
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import event

from engine.store import schema
from engine.store.session import Database
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from tests import builders

CASES = 150
WARM_UP = 10
SEATS = 5
LIMIT = 4.0
_WRITES = ("INSERT", "UPDATE")

Statement = tuple[str, Any, bool]
"""SQL, its parameters as the driver got them, and whether there are many sets of them."""


def main() -> int:
    """Measure, print, and say by the exit code whether the limit holds."""
    folder = Path("build", "bench-decision")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        ours, bare = measure(folder)
    finally:
        shutil.rmtree(folder)
    decisions = [sum(ours[at : at + SEATS]) for at in range(0, len(ours), SEATS)]
    bare_decisions = [sum(bare[at : at + SEATS]) for at in range(0, len(bare), SEATS)]
    undecided = [at for at in range(len(ours)) if at % SEATS != SEATS - 1]
    print(f"{len(ours)} ballots in {len(decisions)} cases, SQLite {sqlite3.sqlite_version}, WAL, FULL; ms\n")
    print(f"{'':<28}{'Faseport':>18}{'bare sqlite3':>18}{'ratio of':>10}")
    print(f"{'':<28}{'median':>9}{'p90':>9}{'median':>9}{'p90':>9}{'medians':>10}")
    ratio = told("a ballot", [ours[at] for at in undecided], [bare[at] for at in undecided])
    told("a ballot that decides", ours[SEATS - 1 :: SEATS], bare[SEATS - 1 :: SEATS])
    told(f"a decision of {SEATS} ballots", decisions, bare_decisions)
    print(f"\na ballot costs {ratio:.2f} times the bare transaction; the limit is {LIMIT:g}")
    return int(ratio > LIMIT)


def told(name: str, ours: list[float], bare: list[float]) -> float:
    """Print one line of the table; gives the ratio of the medians."""
    numbers = [statistics.median(ours), p90(ours), statistics.median(bare), p90(bare)]
    ratio = numbers[0] / numbers[2]
    print(f"{name:<28}" + "".join(f"{number * 1000:>9.3f}" for number in numbers) + f"{ratio:>10.2f}")
    return ratio


def p90(seconds: list[float]) -> float:
    """What nine in ten stay below."""
    return statistics.quantiles(seconds, n=10)[-1]


def measure(folder: Path) -> tuple[list[float], list[float]]:
    """Seconds for each ballot through the use case, and bare; without those of the first few cases."""
    path, copy = folder / "ours.db", folder / "bare.db"
    schema.upgrade(f"sqlite:///{path}")
    db = Database(f"sqlite:///{path}")
    builders.a_programme(db, seats=SEATS, quorum=3, rule="konsensus")
    opened = [builders.a_case(db, key=key).case for key in builders.projects(db, CASES + WARM_UP)]
    rolls = [builders.members(db, case) for case in opened]
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)

    sent: list[Statement] = []
    _listen(db, sent)
    ours: list[float] = []
    bare: list[float] = []
    with closing(_durable(copy)) as connection:
        for case, roll in zip(opened, rolls, strict=True):
            for number, member in enumerate(roll):
                sent.clear()
                comment = "Bra forberedt." if number % 2 else None
                ours.append(timed(lambda: _cast(db, case, member.person, member.seat, comment)))  # noqa: B023
                statements = tuple(sent)
                bare.append(timed(lambda: _run(connection, statements)))  # noqa: B023
    db.close()
    _must_be_alike(path, copy)
    skipped = WARM_UP * SEATS
    return ours[skipped:], bare[skipped:]


def timed(work: Callable[[], object]) -> float:
    """Seconds a piece of work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _cast(db: Database, case: str, person: str, nonce: str, comment: str | None) -> None:
    given = cast_ballot(
        db,
        case=case,
        person=person,
        choice="godkjenn",
        comment=comment,
        version=1,
        nonce=nonce,
        now=builders.NOW,
    )
    assert isinstance(given, Answered), given


def _listen(db: Database, sent: list[Statement]) -> None:
    @event.listens_for(db._writer, "before_cursor_execute")
    def _sent(_c: object, _cursor: object, sql: str, values: Any, _context: object, many: bool) -> None:
        if sql.startswith(_WRITES):
            sent.append((sql, values, many))


def _durable(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _run(connection: sqlite3.Connection, statements: tuple[Statement, ...]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for sql, values, many in statements:
        if many:
            connection.executemany(sql, values)
        else:
            connection.execute(sql, values)
    connection.execute("COMMIT")


def _must_be_alike(path: Path, copy: Path) -> None:
    """The bare transactions must have written what ours wrote, or the comparison means nothing."""
    with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(copy)) as other:
        assert list(one.iterdump()) == list(other.iterdump())


if __name__ == "__main__":
    sys.exit(main())
