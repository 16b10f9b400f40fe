"""The clock asks: whom must we remind now, and of what?

All that is due is taken in one transaction, so that each person has one letter a day however many owe them
anything; a second heartbeat at the same instant waits, and then finds nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from engine.core.obligations.owed import Owner
from engine.core.programme.calendar import in_office_hours, local_date
from engine.core.programme.ladder import due, next_slot
from engine.core.programme.model import Programme
from engine.core.record.letters import REMINDER
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.queries.people.responsible import Directory, directory
from engine.store import obligations, outbox, programmes, settings
from engine.store.faults import REMINDING
from engine.store.obligations import Reminder, Stored
from engine.store.session import Connection, Database
from engine.use_cases.obligations.plan_obligations import freshen
from engine.use_cases.sweeping import Sweep


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """How many reminders are to be told, in how many letters, and how many found nobody to tell."""

    reminders: int = 0
    letters: int = 0
    nobody: int = 0


def remind(db: Database, *, now: datetime) -> Reminded:
    """Enqueue today's letter for everybody who is to be reminded of something.

    Nothing happens outside office hours; what should have been said meanwhile is said when they begin, and of
    several reminders of the same thing only the newest.
    """
    with db.glancing() as tx:
        if not obligations.look(tx, now=now).due:
            return Reminded()
    with db.reading() as tx:
        programme = programmes.current(tx)
    if programme is None or not in_office_hours(now, programme.calendar.policy()):
        return Reminded()
    with db.writing() as tx:
        # What has been settled since the plan was made must not be reminded of.
        freshen(tx, now=now)
        return sweep(tx, programme, now=now)


def sweep(tx: Connection, programme: Programme, *, now: datetime) -> Reminded:
    """The same in the caller's transaction, whatever the hour says is left to the ladder."""
    # Two who sweep at once take turns, or each would call for a letter without knowing of the other's.
    settings.beat(tx, obligations.REMINDED, now=now)
    looked_at = obligations.due(tx, now=now)
    each = Sweep(tx, REMINDING, now=now)
    each.leave([stored.id for stored in looked_at])
    done = each.by_halves(looked_at, partial(_climb, tx, programme, now=now), name=lambda one: one.id)
    return Reminded(
        reminders=sum(one.reminders for one in done),
        letters=len({person for one in done for person in one.told}),
        nobody=sum(one.nobody for one in done),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Climbed:
    reminders: int
    told: frozenset[str]
    nobody: int


def _climb(tx: Connection, programme: Programme, looked_at: Sequence[Stored], *, now: datetime) -> _Climbed:
    """Say what is due of these obligations, and note how far their ladders have come."""
    policy = programme.calendar.policy()
    concerned = frozenset(stored.project for stored in looked_at if stored.project is not None)
    who = directory(tx, on=local_date(now), projects=concerned)
    said: list[Reminder] = []
    moved: list[tuple[str, int, datetime | None]] = []
    nobody = 0
    for stored in looked_at:
        one = stored.obligation
        ladder = programme.ladder(one.ladder)
        found = due(ladder, due_on=one.due_on, policy=policy, passed=stored.passed, now=now)
        moved.append((stored.id, found.passed, found.next_at))
        for rung in found.rungs:
            person = _told(who, stored, to_office=ladder[rung].to == "programkontor")
            if person is None:
                nobody += 1
                continue
            days = ladder[rung].days
            said.append(Reminder(obligation=stored.id, due_on=one.due_on, rung=days, person=person, at=now))
    obligations.advance(tx, moved)
    obligations.remember(tx, said)
    told = frozenset(one.person for one in said)
    daily = outbox.Daily(kind=REMINDER, day=local_date(now), next_at=next_slot(now, policy))
    outbox.call_for_daily(tx, sorted(told), daily, now=now)
    return _Climbed(reminders=len(said), told=told, nobody=nobody)


def _told(who: Directory, stored: Stored, *, to_office: bool) -> str | None:
    owner = Owner("office", PROGRAMME_OFFICE) if to_office else stored.obligation.owner
    found = who.find(owner, project=stored.project)
    return None if found is None else found.person
