"""Does a worker that is killed in a batch cost more than one copy, and does a clock that is wrong cost any?

A worker that sends letters of open cases, over real SMTP to a server on this machine that takes its time, is
killed with SIGKILL in the middle of a batch, when it has handed over a few, and started again; beside it, on
PostgreSQL, a second node whose clock is half an hour ahead sends too. Nothing may be lost, and every copy
beyond the first must be of a letter that a killed worker was just handing over: one for each kill at most.

Usage: kill_in_batches. Exits 1 when something is lost or cannot be explained.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from engine.clock import now
from engine.store import outbox, schema
from engine.store.session import Database
from tests import builders
from tools import kill_workers
from tools.kill_workers import Sink, Stored
from tools.reminding_worker import send

SEATS: Final = 7
HALF_AN_HOUR: Final = 1800.0
SETTLING: Final = 0.5
"""So many seconds after the server's 250 a worker on a busy machine may still not have written it down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much, and how rough: seconds are the machine's own. `ahead` is the second node's clock; None: there
    is no second node.
    """

    cases: int = 9
    kills: int = 12
    lease: float = 4.0
    slowness: float = 0.1
    ahead: float | None = None
    patience: float = 600.0
    seed: int = 9


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of it; `lost` and `unexplained` must be empty."""

    kills: int
    letters: int
    copies: int
    states: dict[str, int]
    lost: int
    unexplained: list[Stored] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether what is promised was kept."""
        return not self.unexplained and not self.lost and self.copies <= self.kills


def run(url: str, plan: Plan) -> Report:
    """Open cases in an empty database with the newest schema, send their letters, and count."""
    letters = _seed(url, plan)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tools.reminding_worker"])
    sink = Sink(2, kill_workers.Plan(trouble=10**9, slowness=plan.slowness))

    def start(slot: int, ahead: float) -> Any:
        told = {"lease": plan.lease, "ahead": ahead}
        process = context.Process(target=send, args=(url, sink.ports[slot]), kwargs=told, daemon=True)
        process.start()
        return process

    others = [] if plan.ahead is None else [start(1, plan.ahead)]
    killed: list[float] = []
    try:
        _kill(url, plan, sink, lambda: start(0, 0.0), killed)
    finally:
        for process in others:
            _end(process)
        sink.close()
    return _counted(url, sink, letters, killed, plan)


def _seed(url: str, plan: Plan) -> int:
    db = Database(url)
    begin = now()
    builders.a_programme(db, seats=SEATS, now=begin)
    for key in builders.projects(db, plan.cases, now=begin):
        builders.a_case(db, key=key, now=begin)
    db.close()
    return plan.cases * SEATS


def _kill(url: str, plan: Plan, sink: Sink, start: Callable[[], Any], killed: list[float]) -> None:
    """Kill the worker each time it has handed some over; the last one is let to its end."""
    chance, end = Random(plan.seed), time.monotonic() + plan.patience  # noqa: S311
    db = Database(url)
    while time.monotonic() < end and not _all_sent(db):
        process, enough = start(), _sent_by(sink, 0) + chance.randrange(1, 6)
        while time.monotonic() < end and not _all_sent(db):
            if len(killed) < plan.kills and _sent_by(sink, 0) >= enough:
                time.sleep(plan.slowness * chance.uniform(0, 1.5))
                break
            time.sleep(0.01)
        _end(process)
        if not _all_sent(db):
            killed.append(time.monotonic())
    db.close()


def _end(process: Any) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def _sent_by(sink: Sink, slot: int) -> int:
    return sum(one.slot == slot for one in list(sink.stored))


def _all_sent(db: Database) -> bool:
    with db.reading() as tx:
        return not set(outbox.counts(tx)) - {"sent", "dead", "withdrawn"}


def _counted(url: str, sink: Sink, letters: int, killed: Sequence[float], plan: Plan) -> Report:
    by_letter: dict[str, list[Stored]] = defaultdict(list)
    for one in sorted(sink.stored, key=lambda one: one.at):
        by_letter[one.message_id].append(one)
    earlier = [one for copies in by_letter.values() for one in copies[:-1]]
    unused, unexplained = list(killed), []
    for one in sorted(earlier, key=lambda one: one.at):
        # Its worker was killed before it could say that the 250 had come; another worker's it cannot be.
        ended = next(
            (at for at in unused if one.slot == 0 and one.at <= at <= one.at + plan.slowness + SETTLING), None
        )
        if ended is None:
            unexplained.append(one)
        else:
            unused.remove(ended)
    db = Database(url)
    with db.reading() as tx:
        states = dict(outbox.counts(tx))
    db.close()
    return Report(
        kills=len(killed),
        letters=letters,
        copies=len(earlier),
        states=states,
        lost=letters - len(by_letter),
        unexplained=unexplained,
    )


def main() -> int:
    """Run on both databases and tell."""
    from tests.databases import serving

    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="faseport-"))
    reports = []
    with tempfile.TemporaryDirectory() as folder, serving() as server:
        file = f"sqlite:///{Path(folder) / 'faseport.db'}"
        for url, plan in (
            (file, Plan()),
            (server.url("postgres"), Plan(cases=30, ahead=HALF_AN_HOUR)),
        ):
            schema.upgrade(url)
            reports.append(run(url, plan))
    for name, report in zip(("SQLite", "PostgreSQL, a node half an hour ahead"), reports, strict=True):
        print(
            f"{name}: {report.letters} letters, {report.kills} kills, {report.lost} lost, {report.copies}"
            f" copies more, {len(report.unexplained)} without an explanation; {report.states}"
        )
    return int(not all(report.holds for report in reports))


if __name__ == "__main__":
    sys.exit(main())
