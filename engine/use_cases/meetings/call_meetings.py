"""The clock asks: which meetings' papers have closed, so that their members must be called; and has a
series changed?
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final, TypeVar

from engine.core.cases.case import CaseState
from engine.core.cases.meetings import Slot, following, series
from engine.core.programme.calendar import local_date, oslo
from engine.core.programme.model import Programme
from engine.core.record.events.meetings import MeetingCalled
from engine.queries.cases.panel import as_planned
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.queries.programme.in_force import body_named
from engine.store import cases, meetings, people, programmes
from engine.store.faults import CALLING, CARRYING, MEETINGS, ROLLS
from engine.store.meetings import Meeting
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.cases.carry_over import carried, scheduled
from engine.use_cases.cases.reroll import hold_open_cases, rerolled
from engine.use_cases.sweeping import Sweep, apart_each, worth_doing

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
    changed = _swept(db, MEETINGS, _meetings, _is_changed, _follow, now=now)
    _swept(db, CARRYING, _listed, _is_displaced, _carry_on, now=now)
    called = _swept(db, CALLING, _meetings, _is_to_be_called, _call, now=now)
    # Cases of which the call could not find out who speaks for them; nobody else looks again.
    _swept(db, ROLLS, _none, _never, _roll_again, now=now)
    return Called(called=sum(called), changed=sum(changed))


T = TypeVar("T", Meeting, CaseState)
_Found = Callable[[Connection], Sequence[T]]
_Asks = Callable[[Connection, Programme, datetime, T], bool]
_Does = Callable[[Connection, Programme, datetime, str], bool]


def _swept(
    db: Database, sweep: str, found: _Found[T], asks: _Asks[T], does: _Does, *, now: datetime
) -> list[bool]:
    """Do to each what is asked for, in a transaction of its own. Most heartbeats find nothing, and then
    nobody waits for the writer.
    """
    with db.reading() as tx:
        programme = programmes.current(tx)
        if programme is None:
            return []
        wanted = partial(asks, tx, programme, now)
        todo = worth_doing(tx, sweep, found(tx), wanted, name=lambda one: one.id, now=now)

    def do(tx: Connection, item: str) -> bool:
        programme = programmes.current(tx)
        assert programme is not None
        # Two heartbeats at once: the second waits here, and then sees what the first has done.
        for meeting in meetings.list_meetings(tx):
            meetings.load(tx, meeting.id, lock=True)
        hold_open_cases(tx)
        return does(tx, programme, now, item)

    return apart_each(db, sweep, todo, do, now=now)


def _meetings(tx: Connection) -> tuple[Meeting, ...]:
    return meetings.list_meetings(tx)


def _listed(tx: Connection) -> Sequence[CaseState]:
    return [case for case in cases.list_cases(tx, status="open") if case.meeting is not None]


def _none(_tx: Connection) -> Sequence[CaseState]:
    return ()


def _never(_tx: Connection, _programme: Programme, _now: datetime, _case: CaseState) -> bool:
    return False


# ---------------------------------------------------------------- a series that has changed


def _is_changed(_tx: Connection, programme: Programme, now: datetime, meeting: Meeting) -> bool:
    """Whether the series says something else of a meeting ahead than was stored."""
    return _slot_ahead(programme, meeting, now) is not None


def _slot_ahead(programme: Programme, meeting: Meeting, now: datetime) -> Slot | None:
    if meeting.status in _OVER:
        return None
    slot = _slot_of(programme, meeting)
    if slot is None or meeting.starts_at <= now:
        return None
    return slot if slot.starts_at != meeting.starts_at or slot.status == "cancelled" else None


def _follow(tx: Connection, programme: Programme, now: datetime, item: str) -> bool:
    """Have a meeting follow its series, and each case on its list follow the meeting."""
    meeting = meetings.load(tx, item)
    slot = None if meeting is None else _slot_ahead(programme, meeting, now)
    if meeting is None or slot is None:
        return False
    called = meeting.status == "called"
    told = tuple(_invited(tx, programme, meeting, on=meeting.starts_at)) if called else ()
    planned_so = as_planned(meeting.body, slot, told=told)
    if called and slot.status != "cancelled":
        # Whoever has been called stays called: the list they have is still true.
        planned_so = replace(planned_so, status="called", remind_at=_remind_at(slot.starts_at, now))
    record(tx, [planned_so], now=now)
    following_it = Sweep(tx, CARRYING, now=now)
    for case in cases.list_cases(tx, meeting=meeting.id, status="open"):
        following_it.alone(case.id, partial(_carry_on, tx, programme, now, case.id))
    return True


# ---------------------------------------------------------------- cases whose meeting is over, or moved


def _is_displaced(tx: Connection, programme: Programme, now: datetime, case: CaseState) -> bool:
    """Whether an open case stands on the list of a meeting which is over, and there is one to go on to."""
    meeting = None if case.meeting is None else meetings.load(tx, case.meeting)
    return meeting is not None and meeting.status in _OVER and _next(programme, meeting, now) is not None


def _next(programme: Programme, meeting: Meeting, now: datetime) -> Slot | None:
    rhythm, policy = body_named(programme, meeting.body).meetings, programme.calendar.policy()
    return None if rhythm is None else following(rhythm, policy, after=meeting.planned_on, now=now)


def _carry_on(tx: Connection, programme: Programme, now: datetime, item: str) -> bool:
    """Take a case to where its meeting has gone, or to the next one where it is over."""
    case = cases.state(tx, item)
    if case is None or case.status != "open" or case.meeting is None:
        return False
    meeting = meetings.load(tx, case.meeting)
    if meeting is None:
        return False
    why = f"meeting_{meeting.status}"
    if meeting.status in _OVER:
        after = _next(programme, meeting, now)
        if after is None:
            return False
        events = list(carried(tx, programme, (case,), meeting.body, after, why=why, now=now))
    else:
        slot = _slot_of(programme, meeting)
        if slot is None or slot.starts_at == case.answer_by:
            return False
        events = list(scheduled(tx, programme, case, meeting.id, slot, why="meeting_moved", now=now))
    record(tx, events, now=now)
    return True


def _slot_of(programme: Programme, meeting: Meeting) -> Slot | None:
    rhythm = body_named(programme, meeting.body).meetings
    if rhythm is None:
        return None
    day, policy = meeting.planned_on, programme.calendar.policy()
    return next(iter(series(rhythm, policy, since=day, until=day)), None)


# ---------------------------------------------------------------- a meeting whose papers have closed


def _is_to_be_called(tx: Connection, _programme: Programme, now: datetime, meeting: Meeting) -> bool:
    if meeting.status not in _WAITING or not meeting.papers_by <= now < meeting.starts_at:
        return False
    return bool(cases.list_cases(tx, meeting=meeting.id, status="open") or meetings.items(tx, meeting.id))


def _call(tx: Connection, programme: Programme, now: datetime, item: str) -> bool:
    """Call a meeting with whoever speaks for its seats now. A case of which that cannot be found out keeps
    the roll it had.
    """
    meeting = meetings.load(tx, item)
    if meeting is None or not _is_to_be_called(tx, programme, now, meeting):
        return False
    told = list(_invited(tx, programme, meeting, on=meeting.starts_at))
    sweep = Sweep(tx, ROLLS, now=now)
    for case in cases.list_cases(tx, meeting=meeting.id, status="open"):
        # They are not asked by this: the call asks everybody.
        sweep.alone(case.id, partial(_roll, tx, programme, now, case, silently=True))
    for case in cases.list_cases(tx, meeting=meeting.id, status="open"):
        told += [str(entry["person"]) for entry in case.roll if entry["person"] and not entry["recused"]]
    event = MeetingCalled(
        meeting=meeting.id,
        told=tuple(dict.fromkeys(told)),
        remind_at=_remind_at(meeting.starts_at, now),
    )
    record(tx, [event], now=now)
    return True


def _roll(tx: Connection, programme: Programme, now: datetime, case: CaseState, *, silently: bool) -> None:
    rolled = rerolled(tx, programme, case, now=now)
    if rolled is not None:
        record(tx, [replace(rolled, told=()) if silently else rolled], now=now)


def _roll_again(tx: Connection, programme: Programme, now: datetime, item: str) -> bool:
    case = cases.state(tx, item)
    if case is None or case.status != "open":
        return False
    _roll(tx, programme, now, case, silently=False)
    return True


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
