"""Does every reminder arrive when workers are killed and paused in the middle of it?

Three worker processes share one PostgreSQL: each plans, reminds and delivers as the worker does, over real
SMTP to a server on this machine that hangs up on some letters before storing them and on some after, without
a 250. Meanwhile workers are killed with SIGKILL and started again, and paused with SIGSTOP for longer than
their lease. Nothing may be lost; every copy beyond the first must be explained by a 250 that never came,
because the server lost it or the worker was killed or paused in flight, and must carry the same Message-ID
and Date.

The clock is the machine's own times ten, from eight o'clock on a Tuesday, so that back-offs pass quickly.

Usage: kill_workers [reminders] [workers]. Exits 1 when something is lost or cannot be explained.
"""

import contextlib
import multiprocessing
import os
import re
import signal
import socketserver
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlalchemy import text

from engine.core.record.events.programme import PersonRegistered
from engine.store import outbox, schema
from engine.store.record.record import record
from engine.store.session import Database, new_id
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.projects.change_facts import change_facts
from tests import reminder_builders as house
from tests.builders import OFFICE
from tools.reminding_worker import EIGHT, work

A_PROJECT: Final = 30
"""Reminders to a project: each is of a benefit that is to be measured, by a person of its own."""
BACK_IN_TIME: Final = timedelta(hours=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much, and how rough: seconds are the machine's own. Of `trouble` letters one is lost before it is
    stored, and one loses its 250 after; the server takes `slowness` for each. The
    clock goes `speed` times as fast.
    """

    reminders: int = 3000
    workers: int = 3
    kills: int = 35
    pauses: int = 4
    between: float = 0.8
    slowness: float = 0.02
    lease: float = 15.0
    pause: float = 18.0
    trouble: int = 50
    speed: int = 10
    patience: float = 900.0
    seed: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A letter as the server took it in, through which worker's port, and whether its 250 was sent."""

    to: str
    message_id: str
    dated: str
    slot: int
    at: float
    answered: bool


@dataclass(slots=True)
class Report:
    """What came of it; `unexplained` and `lost` must be empty."""

    seconds: float = 0.0
    kills: int = 0
    pauses: int = 0
    letters: int = 0
    hung_up_before: int = 0
    lost_answers: int = 0
    by_lost_answer: int = 0
    by_kill: int = 0
    by_pause: int = 0
    lost: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    two_identities: list[str] = field(default_factory=list)
    reminders: int = 0
    states: dict[str, int] = field(default_factory=dict)

    @property
    def copies(self) -> int:
        """Letters that arrived more than once, counted as often."""
        return self.by_lost_answer + self.by_kill + self.by_pause + len(self.unexplained)

    @property
    def holds(self) -> bool:
        """Whether what is promised was kept."""
        return not (self.lost or self.unexplained or self.two_identities)


# ---------------------------------------------------------------- the server


class Sink:
    """Mail servers on one port for each worker, which lose what chance says."""

    def __init__(self, slots: int, plan: Plan) -> None:
        self.stored: list[Stored] = []
        self.hung_up_before = 0
        self._chance = Random(plan.seed)  # noqa: S311
        self._lock = threading.Lock()
        self._servers = [self._server(slot, plan) for slot in range(slots)]

    @property
    def ports(self) -> list[int]:
        return [int(server.server_address[1]) for server in self._servers]

    def _server(self, slot: int, plan: Plan) -> socketserver.ThreadingTCPServer:
        sink = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    sink.talk(self.rfile, self.wfile, slot, plan)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False
            request_queue_size = 50

        server = Server(("127.0.0.1", 0), Talk)
        told = {"poll_interval": 0.05}
        threading.Thread(target=server.serve_forever, kwargs=told, daemon=True).start()
        return server

    def talk(self, rfile: Any, wfile: Any, slot: int, plan: Plan) -> None:
        wfile.write(b"220 klar\r\n")
        to = ""
        while line := rfile.readline():
            word = line[:4].upper()
            if word == b"RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
            if word == b"QUIT":
                wfile.write(b"221 farvel\r\n")
                return
            if word != b"DATA":
                wfile.write(b"250 ok\r\n")
                continue
            wfile.write(b"354 send\r\n")
            content = self._read(rfile)
            if content is None or not self._take_in(content, to, slot, plan.trouble):
                return
            time.sleep(plan.slowness)
            wfile.write(b"250 tatt imot\r\n")

    def _read(self, rfile: Any) -> str | None:
        lines: list[bytes] = []
        while (line := rfile.readline()) != b".\r\n":
            if not line:
                return None
            lines.append(line)
        return b"".join(lines).decode("utf-8", "replace")

    def _take_in(self, content: str, to: str, slot: int, trouble: int) -> bool:
        with self._lock:
            lot = self._chance.randrange(trouble)
            if lot == 0:
                self.hung_up_before += 1
                return False
            copy = Stored(
                to=to,
                message_id=_header(content, "Message-ID"),
                dated=_header(content, "Date"),
                slot=slot,
                at=time.monotonic(),
                answered=lot != 1,
            )
            self.stored.append(copy)
        return copy.answered

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


def _header(content: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*?)\r\n(?=\S)", content, re.M | re.S)
    assert found is not None, content[:500]
    return " ".join(found[1].split())


# ---------------------------------------------------------------- what is done to the workers


@dataclass(slots=True)
class _Slot:
    process: Any
    killed: list[float] = field(default_factory=list)
    paused: list[tuple[float, float]] = field(default_factory=list)


def run(url: str, plan: Plan) -> Report:
    """Seed an empty database with the newest schema, let it out on the workers, and count."""
    db = Database(url)
    _seed(db, plan)
    context = multiprocessing.get_context("forkserver")
    # Imported once, so that a worker that is started again is there at once.
    context.set_forkserver_preload(["tools.reminding_worker"])
    sink, begun = Sink(plan.workers, plan), time.monotonic()

    def start(slot: int) -> Any:
        told = {"lease": plan.lease, "speed": plan.speed}
        args = (url, sink.ports[slot], begun)
        process = context.Process(target=work, args=args, kwargs=told, daemon=True)
        process.start()
        return process

    slots = [_Slot(start(slot)) for slot in range(plan.workers)]
    try:
        _ill_treat(db, plan, slots, start, begun)
    finally:
        for one in slots:
            os.kill(one.process.pid, signal.SIGKILL)
            one.process.join()
        sink.close()
    report = _counted(db, plan, sink, slots)
    report.seconds = time.monotonic() - begun
    db.close()
    return report


def _seed(db: Database, plan: Plan) -> None:
    """That many benefits due in three working days, each measured by somebody who has nothing else."""
    begin = EIGHT - BACK_IN_TIME
    projects = -(-plan.reminders // A_PROJECT)
    house.a_house(db, house.duties_text(follow_from=date(2026, 8, 31)), now=begin, projects=projects)
    people = [
        PersonRegistered(person=new_id(), language="nb", name=f"Måler {n}", email=_email(n))
        for n in range(plan.reminders)
    ]
    with db.writing() as tx:
        record(tx, people, now=begin)
    for project in range(projects):
        mine = range(project * A_PROJECT, min((project + 1) * A_PROJECT, plan.reminders))
        benefits = [
            {
                "id": f"g{n}",
                "title": f"Gevinst {n}",
                "prioritised": True,
                "due": "2026-09-04",
                "owner": _email(n),
                "indicators": [{"id": "i", "title": "Timer i uka"}],
            }
            for n in mine
        ]
        change_facts(
            db,
            key=f"p{project + 1}",
            changes={"benefits": benefits},
            by=OFFICE,
            effective=begin.date(),
            now=begin,
        )
    plan_obligations(db, now=begin)


def _email(number: int) -> str:
    return f"maler-{number}@example.org"


def _ill_treat(db: Database, plan: Plan, slots: Sequence[_Slot], start: Any, begun: float) -> None:
    """Kill and pause at random until all has been done and sent."""
    chance = Random(plan.seed)  # noqa: S311
    kills = pauses = 0
    asleep: dict[int, float] = {}
    end = begun + plan.patience
    while _sent(db) == 0 and time.monotonic() < end:
        time.sleep(0.1)
    while time.monotonic() < end:
        time.sleep(plan.between * chance.uniform(0.4, 1.6))
        for slot, until in list(asleep.items()):
            if time.monotonic() >= until:
                os.kill(slots[slot].process.pid, signal.SIGCONT)
                slots[slot].paused[-1] = (slots[slot].paused[-1][0], time.monotonic())
                del asleep[slot]
        awake = [slot for slot in range(len(slots)) if slot not in asleep]
        done = _sent(db) >= plan.reminders
        if done and not asleep:
            return
        if done or len(awake) < 2:
            continue
        slot = chance.choice(awake)
        if pauses < plan.pauses and chance.random() < 0.3:
            os.kill(slots[slot].process.pid, signal.SIGSTOP)
            slots[slot].paused.append((time.monotonic(), float("inf")))
            asleep[slot] = time.monotonic() + plan.pause
            pauses += 1
        elif kills < plan.kills:
            os.kill(slots[slot].process.pid, signal.SIGKILL)
            slots[slot].process.join()
            slots[slot].killed.append(time.monotonic())
            slots[slot].process = start(slot)
            kills += 1


def _sent(db: Database) -> int:
    with db.reading() as tx:
        return outbox.counts(tx).get("sent", 0)


# ---------------------------------------------------------------- what came of it


def _counted(db: Database, plan: Plan, sink: Sink, slots: Sequence[_Slot]) -> Report:
    copies: dict[str, list[Stored]] = defaultdict(list)
    for one in sorted(sink.stored, key=lambda one: one.at):
        copies[one.to].append(one)
    with db.reading() as tx:
        rows = tx.execute(
            text(
                "SELECT p.email, o.attempts, count(a.number) AS told FROM outbox o"
                " JOIN person p ON p.id = o.recipient LEFT JOIN attempt a ON a.letter = o.id"
                " GROUP BY p.email, o.id, o.attempts"
            )
        ).all()
        reminders = int(tx.execute(text("SELECT count(*) FROM reminder")).scalar_one())
        states = dict(outbox.counts(tx))
    untold = {row.email: row.attempts - row.told for row in rows}
    report = Report(
        kills=sum(len(one.killed) for one in slots),
        pauses=sum(len(one.paused) for one in slots),
        letters=len(copies),
        hung_up_before=sink.hung_up_before,
        lost_answers=sum(not one.answered for one in sink.stored),
        lost=[_email(n) for n in range(plan.reminders) if _email(n) not in copies],
        two_identities=[
            to for to, all_ in copies.items() if len({(one.message_id, one.dated) for one in all_}) > 1
        ],
        reminders=reminders,
        states=states,
    )
    for to, all_ in copies.items():
        _explain(report, to, all_[:-1], untold.get(to, 0), slots, plan)
    return report


def _explain(
    report: Report, to: str, earlier: Sequence[Stored], untold: int, slots: Sequence[_Slot], plan: Plan
) -> None:
    """Why was the letter sent again after each of these copies? An attempt whose worker was killed in flight
    has left no line in the attempt log: `untold` is how many such there are.
    """
    for copy in earlier:
        slot = slots[copy.slot]
        if not copy.answered:
            report.by_lost_answer += 1
        elif any(start - plan.lease <= copy.at <= end + plan.lease for start, end in slot.paused):
            report.by_pause += 1
        elif untold > 0 and any(copy.at <= at + 1 and at <= copy.at + plan.lease for at in slot.killed):
            untold -= 1
            report.by_kill += 1
        else:
            report.unexplained.append(f"{to}: {copy}")


def main(plan: Plan) -> int:
    """Run and tell."""
    from tests.databases import serving

    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="faseport-"))
    Path("build").mkdir(exist_ok=True)
    with serving() as server:
        url = server.url("postgres")
        schema.upgrade(url)
        report = run(url, plan)
    print(
        f"{plan.reminders:,} reminders, {plan.workers} workers, {report.seconds:.0f} s;"
        f" {report.kills} kills, {report.pauses} pauses of {plan.pause:g} s at a lease of {plan.lease:g} s;"
        f" the server hung up on {report.hung_up_before} letters before storing them and on"
        f" {report.lost_answers} after\n"
        f"  {report.reminders:,} called for once, {report.letters:,} arrived, {len(report.lost)} lost;"
        f" {report.copies} copies more: {report.by_lost_answer} after a lost 250,"
        f" {report.by_kill} after a kill in flight, {report.by_pause} after a pause in flight,"
        f" {len(report.unexplained)} without an explanation;"
        f" {len(report.two_identities)} under two identities\n"
        f"  the outbox says {report.states}"
    )
    for one in [*report.lost[:5], *report.unexplained[:5], *report.two_identities[:5]]:
        print("  ", one)
    return int(not report.holds)


if __name__ == "__main__":
    sys.exit(
        main(
            Plan(
                reminders=int(sys.argv[1]) if len(sys.argv) > 1 else 3000,
                workers=int(sys.argv[2]) if len(sys.argv) > 2 else 3,
            )
        )
    )
