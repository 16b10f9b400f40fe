"""How does a test get people who owe things, and a post office that carries their reminders?

The post claims, freezes, promises and settles letters through the real use cases, by the real leases; only
the words and the wire are left out: a letter's payload is the list of what it tells. So it can be made to
fail, crash or lose an answer at any point, thousands of times a second.
"""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Final

from engine.core.obligations.owed import Key
from engine.core.record.events.event import Event
from engine.core.record.events.obligations import ObligationExtended, ObligationSettled
from engine.store import obligations, people
from engine.store.outbox import Claimed, Settlement
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.letters.begin_delivery import begin_delivery
from engine.use_cases.letters.claim_letters import Composed, Ready, claim_letters
from engine.use_cases.letters.settle_letters import settle_letters
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.programme.register_definition import register_definition
from engine.use_cases.projects.import_projects import import_projects
from notifications.smtp import next_try
from tests import builders
from tests.builders import EASY_WORKFLOW, OFFICE, OWNER, sheet

KEYS: Final = {1: b"0" * 32}
ECONOMY: Final = "okonomi@example.org"
PLAIN_CALENDAR: Final = ""
CALENDAR: Final = """calendar:
  free: ["12-24", "12-31"]
  squeezed_days: true
  quiet: [{from: "07-01", to: "07-31"}]
"""
SHORT_LADDER: Final = """ladders:
  - id: kort
    steps: [{days: -5, to: ansvarlig}, {days: -1, to: ansvarlig}, {days: 1, to: programkontor}]
"""


def utc(text: str) -> datetime:
    """`2026-10-12 06:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def leader(number: int) -> str:
    """The address of the leader of project number 1, 2, 3 …"""
    return f"prosjektleder-{number}@example.org"


def yearly(id_: str, day: date, *, owner: str = "okonomi", ladder: str = "") -> str:
    """A duty that falls due on one day of every year, as the programme file has it."""
    named = f", ladder: {ladder}" if ladder else ""
    dates = f'{{per: ar, dates: ["{day:%m-%d}"]}}'
    return f"  - {{id: {id_}, title: Plikten {id_}, owner: {owner}, rhythm: {dates}{named}}}\n"


def monthly(id_: str, day: int, *, owner: str = "okonomi", ladder: str = "") -> str:
    """A duty that falls due on a day of every month."""
    named = f", ladder: {ladder}" if ladder else ""
    rhythm = f"{{per: maned, day: {day}}}"
    return f"  - {{id: {id_}, title: Plikten {id_}, owner: {owner}, rhythm: {rhythm}{named}}}\n"


def duties_text(*duties: str, calendar: str = PLAIN_CALENDAR, follow_from: date, periods: str = "") -> str:
    """The small programme with these duties and a second office, followed from a day."""
    text = builders.programme_text().replace("follow_from: 2024-01-01", f"follow_from: {follow_from}")
    if periods:
        text = re.sub(r"^periods:\n(  .*\n)+", "", text, flags=re.M)
    office = f"  - {{id: programkontor, title: Programkontoret, email: {OFFICE}}}\n"
    both = office + f"  - {{id: okonomi, title: Økonomiavdelingen, email: {ECONOMY}}}\n"
    owed = "duties:\n" + "".join(duties) if duties else ""
    return text.replace(office, both) + periods + calendar + SHORT_LADDER + owed


def a_house(db: Database, text: str, *, now: datetime, projects: int = 0) -> None:
    """A programme with duties in force, and that many projects in Konsept with a leader each."""
    load_programme(db, text=text, now=now)
    register_definition(db, text=EASY_WORKFLOW, now=now)
    register_person(db, name="Prosjekteier", email=OWNER, now=now)
    for number in range(1, projects + 1):
        register_person(db, name=f"Prosjektleder {number}", email=leader(number), now=now)
    rows = [
        {
            "key": f"p{number}",
            "title": f"Prosjekt {number}",
            "workflow": "liten",
            "phase": "konsept",
            "prosjektleder": leader(number),
            "prosjekteier": OWNER,
        }
        for number in range(1, projects + 1)
    ]
    if rows:
        import_projects(db, sheet=sheet(rows), effective=builders.SINCE, now=now)


def ids(db: Database) -> dict[str, str]:
    """Everybody's id by address."""
    with db.reading() as tx:
        return {person.email: person.id for person in people.all_people(tx) if person.email}


def settle(db: Database, key: Key, *, now: datetime, project: str | None = None) -> None:
    """Somebody says that something owed has been done."""
    done = ObligationSettled(
        kind=key.kind, subject=key.subject, occurrence=key.occurrence, project=project, note="Utført."
    )
    _record(db, done, now)


def extend(db: Database, key: Key, due: date, *, now: datetime, project: str | None = None) -> None:
    """Somebody gives something owed another date."""
    moved = ObligationExtended(
        kind=key.kind,
        subject=key.subject,
        occurrence=key.occurrence,
        project=project,
        due=due.isoformat(),
        reason="Avtalt.",
    )
    _record(db, moved, now)


def _record(db: Database, event: Event, now: datetime) -> None:
    with db.writing() as tx:
        record(tx, [event], now=now)


Told = tuple[str, str, str, str, int]
"""One line of a letter: kind, subject, occurrence, deadline, and the rung's working days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One copy of a letter that reached a mailbox; `doubtful` when an earlier one may have."""

    letter: str
    person: str
    message_id: str
    dated: datetime
    at: datetime
    doubtful: bool
    told: tuple[Told, ...]


@dataclass(slots=True)
class Post:
    """The mailboxes, and everything that went wrong on the way: (person, instant) of each failed attempt.

    Of so many batches as `trouble` says one crashes, and of so many letters one loses its answer.
    """

    copies: list[Copy] = field(default_factory=list)
    failed: list[tuple[str, datetime]] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    lost_answers: int = 0
    crashes: int = 0
    trouble: int = 10

    def deliver(
        self,
        db: Database,
        *,
        now: datetime,
        worker: str = "w",
        up: bool = True,
        chance: Random | None = None,
        broken: Collection[str] = (),
    ) -> int:
        """Deliver all that is due; how many arrived. With `chance`, one batch in `trouble` crashes somewhere
        and one letter in as many loses its answer; nothing gets through unless the server is `up`.
        """
        arrived = 0
        while True:
            claim = claim_letters(
                db,
                keys=KEYS,
                base_url="http://127.0.0.1:8000",
                worker=worker,
                limit=20,
                compose=partial(_compose, broken=broken),
                now=now,
            )
            self.dead |= {one.letter for one in claim.dead}
            if not claim.ready:
                if not (claim.withdrawn or claim.dead):
                    return arrived
                continue
            done = self._batch(db, claim.ready, now=now, worker=worker, up=up, chance=chance)
            if done is None:
                return arrived
            arrived += done

    def _batch(
        self,
        db: Database,
        ready: Iterable[Ready],
        *,
        now: datetime,
        worker: str,
        up: bool,
        chance: Random | None,
    ) -> int | None:
        """How many arrived; None when the worker crashed."""
        letters = {one.claimed.id: one for one in ready}
        if not up:
            settle_letters(
                db,
                settlements=[self._failed(one, "connect", now) for one in letters.values()],
                worker=worker,
                now=now,
            )
            return 0
        crash = 0 if chance is None else chance.choice((1, 2, 3)) * (chance.randrange(self.trouble) == 0)
        if crash == 1:
            self._crash(letters.values(), now)
            return None
        begun = begin_delivery(db, letters=[one.claimed for one in letters.values()], worker=worker, now=now)
        if crash == 2:
            self._crash([letters[one] for one in begun.letters], now)
            return None
        ends: list[Settlement] = []
        for one in (letters[id_] for id_ in begun.letters):
            self.copies.append(_copy(one, now))
            if chance is not None and chance.randrange(self.trouble) == 0:
                self.lost_answers += 1
                ends.append(self._failed(one, "in_doubt", now))
            else:
                ends.append(_settlement(one.claimed, "sent", "done"))
        if crash == 3:
            self._crash([letters[one] for one in begun.letters], now)
            return None
        settle_letters(db, settlements=ends, worker=worker, now=now)
        return len(ends)

    def _crash(self, letters: Iterable[Ready], now: datetime) -> None:
        self.crashes += 1
        self.failed += [(one.claimed.recipient, now) for one in letters]

    def _failed(self, one: Ready, phase: str, now: datetime) -> Settlement:
        self.failed.append((one.claimed.recipient, now))
        again = next_try(attempts=one.claimed.attempts, first=one.frozen.dated, now=now)
        if again is None:
            self.dead.add(one.claimed.id)
            return _settlement(one.claimed, "dead", phase)
        return _settlement(one.claimed, "retry", phase, again)


def _settlement(one: Claimed, state: str, phase: str, retry_at: datetime | None = None) -> Settlement:
    return Settlement(
        letter=one.id, attempt=one.attempts, state=state, phase=phase, reply="", retry_at=retry_at
    )


def _compose(tx: Connection, letter: Claimed, *, broken: Collection[str]) -> Composed:
    if letter.recipient in broken:
        raise KeyError("en mal som ikke lar seg fylle ut")
    waiting = obligations.waiting(
        tx, person=letter.recipient, letter=letter.id, possibly_sent=letter.possibly_sent
    )
    told = [
        [*_key(stored.obligation.key), reminder.due_on.isoformat(), reminder.rung]
        for stored, reminder in waiting
    ]
    identity = f"{letter.kind}-{letter.recipient}-{letter.occurrence}@example.org"
    return Composed(payload=json.dumps(told), template_digest="x", message_id=identity)


def _key(key: Key) -> tuple[str, str, str]:
    return (key.kind, key.subject, key.occurrence)


def _copy(one: Ready, now: datetime) -> Copy:
    return Copy(
        letter=one.claimed.id,
        person=one.claimed.recipient,
        message_id=one.frozen.message_id,
        dated=one.frozen.dated,
        at=now,
        doubtful=one.claimed.possibly_sent,
        told=tuple(tuple(line) for line in json.loads(one.frozen.payload)),
    )


def tertials(first: int, last: int) -> str:
    """The reporting periods of these years, with reports due on the 20th of the month after."""
    lines = []
    for year in range(first, last + 1):
        for number, (start, end) in enumerate(((1, 4), (5, 8), (9, 12)), 1):
            until = date(year + (end == 12), end % 12 + 1, 1) - timedelta(days=1)
            due = until + timedelta(days=20)
            days = f"from: {date(year, start, 1)}, to: {until}, report_due: {due}"
            lines.append(f"  - {{id: {year}-T{number}, {days}}}\n")
    return "periods:\n" + "".join(lines)


def midnight(day: date) -> datetime:
    """The beginning of a day in UTC, for grids of beats."""
    return datetime.combine(day, time(), UTC)
