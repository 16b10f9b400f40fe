"""The clock asks: which meetings' papers have closed, so that their members must be called; and has a
series changed?
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

from engine.core.calendar import local_date, oslo
from engine.core.events import CaseScheduled, Event, MeetingCalled, MeetingPlanned
from engine.core.meetings import Slot, following, series
from engine.core.programme import Programme
from engine.store import cases, meetings, people, programmes
from engine.store.cases import CaseState
from engine.store.meetings import Meeting
from engine.store.record import record
from engine.store.session import Connection, Database
from engine.use_cases.actors import PROGRAMME_OFFICE
from engine.use_cases.panel import as_planned, body_named, planned
from engine.use_cases.reroll import hold_open_cases, rerolled

REMIND_BEFORE: Final = timedelta(days=2)
REMIND_AT: Final = time(9)
TIME_TO_READ: Final = timedelta(days=1)
"""Nobody is reminded of a letter that is younger than this."""
_WAITING: Final = frozenset({"planned", "moved"})
_OVER: Final = frozenset({"held", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """How many meetings were called, and how many had changed."""

    called: int
    changed: int


def call_meetings(db: Database, *, now: datetime) -> Called:
    """Call every meeting whose paper deadline has passed, and follow every change of its series.

    A second run at the same instant changes nothing: a meeting is called once, and a change told once. An
    open case that stands on the list of a meeting which is over goes on to the next one, however it came
    there. Nobody is called to a meeting with nothing on its list.
    """
    changed = _done(db, _changes, now)
    called = _done(db, _calls, now)
    return Called(
        called=sum(isinstance(event, MeetingCalled) for event in called),
        changed=sum(isinstance(event, MeetingPlanned) for event in changed),
    )


_Plan = Callable[[Connection, Programme, datetime], Iterator[Event]]


def _done(db: Database, plan: _Plan, now: datetime) -> list[Event]:
    """Record what a plan asks for. Most heartbeats find nothing, and then nobody waits for the writer."""
    with db.reading() as tx:
        programme = programmes.current(tx)
        if programme is None or next(plan(tx, programme, now), None) is None:
            return []
    with db.writing() as tx:
        programme = programmes.current(tx)
        assert programme is not None
        # Two heartbeats at once: the second waits here, and then sees what the first has done.
        for meeting in meetings.list_meetings(tx):
            meetings.load(tx, meeting.id, lock=True)
        hold_open_cases(tx)
        events = list(_once(plan(tx, programme, now)))
        record(tx, events, now=now)
    return events


def _once(events: Iterable[Event]) -> Iterator[Event]:
    """The events, programme's first; two cancelled meetings may plan the same next one."""
    known: set[str] = set()
    told = list(events)
    for event in told:
        if isinstance(event, MeetingPlanned) and event.meeting not in known:
            known.add(event.meeting)
            yield event
    yield from (event for event in told if not isinstance(event, MeetingPlanned))


def _changes(tx: Connection, programme: Programme, now: datetime) -> Iterator[Event]:
    """What follows when the series says something else of a meeting ahead than was stored."""
    for meeting in meetings.list_meetings(tx):
        if meeting.status in _OVER:
            yield from _displaced(tx, programme, meeting, now, why=f"meeting_{meeting.status}")
            continue
        slot = _slot_of(programme, meeting)
        if slot is None or meeting.starts_at <= now or not _differs(slot, meeting):
            continue
        called = meeting.status == "called"
        told = tuple(_invited(tx, programme, meeting, on=meeting.starts_at)) if called else ()
        if slot.status == "cancelled":
            yield as_planned(meeting.body, slot, told=told)
            yield from _displaced(tx, programme, meeting, now, why="meeting_cancelled")
        else:
            moved = as_planned(meeting.body, slot, told=told)
            # Whoever has been called stays called: the list they have is still true.
            remind = _remind_at(slot.starts_at, now) if called else ""
            yield replace(moved, status="called", remind_at=remind) if called else moved
            for case in cases.list_cases(tx, meeting=meeting.id, status="open"):
                yield from scheduled(tx, programme, case, meeting.id, slot, why="meeting_moved", now=now)


def _differs(slot: Slot, meeting: Meeting) -> bool:
    return slot.starts_at != meeting.starts_at or slot.status == "cancelled"


def _displaced(
    tx: Connection, programme: Programme, meeting: Meeting, now: datetime, *, why: str
) -> Iterator[Event]:
    waiting = cases.list_cases(tx, meeting=meeting.id, status="open")
    rhythm, policy = body_named(programme, meeting.body).meetings, programme.calendar.policy()
    after = None if rhythm is None else following(rhythm, policy, after=meeting.planned_on, now=now)
    if after is not None and waiting:
        yield from carried(tx, programme, waiting, meeting.body, after, why=why, now=now)


def carried(
    tx: Connection,
    programme: Programme,
    waiting: tuple[CaseState, ...],
    body: str,
    slot: Slot,
    *,
    why: str,
    now: datetime,
) -> Iterator[Event]:
    """The events that take cases to another meeting, and ask whoever speaks for their seats there."""
    meeting, plans = planned(tx, body, slot)
    yield from plans
    for case in waiting:
        yield from scheduled(tx, programme, case, meeting, slot, why=why, now=now)


def scheduled(
    tx: Connection,
    programme: Programme,
    case: CaseState,
    meeting: str,
    slot: Slot,
    *,
    why: str,
    now: datetime,
) -> Iterator[Event]:
    """The events that give a case a meeting, and the roll of the day that is held."""
    at = slot.starts_at
    yield CaseScheduled(
        project=case.project,
        case=case.id,
        meeting=meeting,
        answer_by=at.isoformat(),
        why=why,
        told=() if case.requested_by is None else (case.requested_by,),
    )
    there = replace(case, meeting=meeting, handling="i_mote", answer_by=at)
    rolled = rerolled(tx, programme, there, now=now)
    if rolled is not None:
        yield rolled


def _slot_of(programme: Programme, meeting: Meeting) -> Slot | None:
    rhythm = body_named(programme, meeting.body).meetings
    if rhythm is None:
        return None
    day, policy = meeting.planned_on, programme.calendar.policy()
    return next(iter(series(rhythm, policy, since=day, until=day)), None)


def _calls(tx: Connection, programme: Programme, now: datetime) -> Iterator[Event]:
    for meeting in meetings.list_meetings(tx):
        if meeting.status not in _WAITING or not meeting.papers_by <= now < meeting.starts_at:
            continue
        listed = cases.list_cases(tx, meeting=meeting.id, status="open")
        if not listed and not meetings.items(tx, meeting.id):
            continue
        told = list(_invited(tx, programme, meeting, on=meeting.starts_at))
        rolls: list[Event] = []
        for case in listed:
            rolled = rerolled(tx, programme, case, now=now)
            # They are not asked by this: the call asks everybody.
            rolls += [] if rolled is None else [replace(rolled, told=())]
            roll = case.roll if rolled is None else rolled.roll
            told += [str(entry["person"]) for entry in roll if entry["person"] and not entry["recused"]]
        yield MeetingCalled(
            meeting=meeting.id,
            told=tuple(dict.fromkeys(told)),
            remind_at=_remind_at(meeting.starts_at, now),
        )
        yield from rolls


def _remind_at(starts_at: datetime, now: datetime) -> str:
    """When those who have not opened their letter are reminded; empty when there is no time for it."""
    remind = oslo(local_date(starts_at - REMIND_BEFORE), REMIND_AT)
    return remind.isoformat() if remind >= now + TIME_TO_READ else ""


def _invited(tx: Connection, programme: Programme, meeting: Meeting, *, on: datetime) -> Iterator[str]:
    """Whoever speaks for the seats on a day, and the secretary."""
    body, day = body_named(programme, meeting.body), local_date(on)
    roll = people.roll(tx, body, on=day, owner=None, requester=None)
    yield from dict.fromkeys(str(entry["person"]) for entry in roll if entry["person"])
    secretary = people.office_holder(tx, body.secretary or PROGRAMME_OFFICE, on=day)
    if secretary is not None:
        yield secretary.id
