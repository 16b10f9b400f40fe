"""The clock asks: which meetings' papers have closed, so that their members must be called; and has a
series changed?
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from engine.core.calendar import local_date, oslo
from engine.core.events import CaseScheduled, Event, MeetingCalled
from engine.core.meetings import Slot, following, series
from engine.core.programme import Programme
from engine.store import cases, meetings, people, programmes
from engine.store.cases import CaseState
from engine.store.meetings import Meeting
from engine.store.record import record
from engine.store.session import Connection, Database
from engine.use_cases.actors import PROGRAMME_OFFICE
from engine.use_cases.panel import as_planned, body_named, planned
from engine.use_cases.reroll import rerolled

REMIND_BEFORE: Final = timedelta(days=2)
REMIND_AT: Final = time(9)
_WAITING: Final = frozenset({"planned", "moved"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """How many meetings were called, and how many had changed."""

    called: int
    changed: int


def call_meetings(db: Database, *, now: datetime) -> Called:
    """Call every meeting whose paper deadline has passed, and follow every change of its series.

    A second run at the same instant changes nothing: a meeting is called once, and a change told once.
    """
    with db.reading() as tx:
        if not any(meeting.closed_at is None for meeting in meetings.list_meetings(tx)):
            return Called(called=0, changed=0)
    with db.writing() as tx:
        programme = programmes.current(tx)
        changes: list[Event] = []
        calls: list[Event] = []
        for meeting in meetings.list_meetings(tx) if programme is not None else ():
            if programme is None or meeting.status in {"held", "cancelled"}:
                continue
            moved = list(_changes(tx, programme, meeting))
            changes += moved
            if not moved and meeting.status in _WAITING and meeting.papers_by <= now < meeting.starts_at:
                calls += _calls(tx, programme, meeting)
        if changes or calls:
            record(tx, [*changes, *calls], now=now)
    return Called(
        called=sum(isinstance(event, MeetingCalled) for event in calls),
        changed=sum(not isinstance(event, CaseScheduled) for event in changes),
    )


def _changes(tx: Connection, programme: Programme, meeting: Meeting) -> Iterator[Event]:
    """What follows when the series says something else of a meeting than was stored."""
    slot = _slot_of(programme, meeting)
    if slot is None or (slot.starts_at == meeting.starts_at and slot.status != "cancelled"):
        return
    told = tuple(_invited(tx, programme, meeting)) if meeting.called_at is not None else ()
    yield as_planned(meeting.body, slot, told=told)
    if slot.status != "cancelled":
        return
    rhythm = body_named(programme, meeting.body).meetings
    after = None if rhythm is None else following(rhythm, slot)
    waiting = cases.list_cases(tx, meeting=meeting.id, status="open")
    if after is not None and waiting:
        yield from carried(tx, waiting, meeting.body, after, why="meeting_cancelled")


def carried(
    tx: Connection, waiting: tuple[CaseState, ...], body: str, slot: Slot, *, why: str
) -> Iterator[Event]:
    """The events that take cases to another meeting."""
    meeting, plans = planned(tx, body, slot)
    yield from plans
    for case in waiting:
        yield CaseScheduled(
            project=case.project, case=case.id, meeting=meeting, answer_by=slot.starts_at.isoformat(), why=why
        )


def _slot_of(programme: Programme, meeting: Meeting) -> Slot | None:
    rhythm = body_named(programme, meeting.body).meetings
    if rhythm is None:
        return None
    return next(iter(series(rhythm, since=meeting.planned_on, until=meeting.planned_on)), None)


def _calls(tx: Connection, programme: Programme, meeting: Meeting) -> Iterator[Event]:
    for case in cases.list_cases(tx, meeting=meeting.id, status="open"):
        rolled = rerolled(tx, programme, case)
        if rolled is not None:
            # They are not asked by this: the call that follows asks everybody.
            yield replace(rolled, told=())
    remind = oslo(local_date(meeting.starts_at - REMIND_BEFORE), REMIND_AT)
    told = tuple(_invited(tx, programme, meeting))
    yield MeetingCalled(meeting=meeting.id, told=told, remind_at=remind.isoformat())


def _invited(tx: Connection, programme: Programme, meeting: Meeting) -> Iterator[str]:
    """Whoever speaks for the seats on the meeting's day, and the secretary."""
    body, day = body_named(programme, meeting.body), local_date(meeting.starts_at)
    roll = people.roll(tx, body, on=day, owner=None, requester=None)
    yield from dict.fromkeys(str(entry["person"]) for entry in roll if entry["person"])
    secretary = people.office_holder(tx, body.secretary or PROGRAMME_OFFICE, on=day)
    if secretary is not None:
        yield secretary.id
