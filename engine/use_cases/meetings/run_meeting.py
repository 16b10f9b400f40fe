"""A meeting is prepared and held: what else is on its list, who is there, and when is it over?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.core.cases.case import CaseState
from engine.core.cases.meetings import following, series
from engine.core.facts.words import read_words
from engine.core.record.events.event import Event
from engine.core.record.events.meetings import (
    AttendanceNoted,
    MeetingClosed,
    MeetingItemAdded,
    MeetingPlanned,
)
from engine.core.refusal import Reason, Refused, unknown
from engine.queries.cases.panel import as_planned
from engine.queries.meetings.take_part import running
from engine.queries.people.actors import person_named
from engine.queries.programme.in_force import programme_in_force
from engine.store import cases, meetings
from engine.store.meetings import Meeting
from engine.store.record.record import record
from engine.store.session import Connection, Database, new_id
from engine.use_cases.cases.carry_over import carried

KINDS = ("orientering", "drofting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The meeting is over; `carried` counts the cases that went on to the next one."""

    meeting: str
    carried: int


def add_item(
    db: Database, *, meeting: str, kind: str, title: str, text: str, by: str, now: datetime
) -> str | Refused:
    """Put something that is not a decision on a meeting's list, as its secretary or chair; returns the
    item's id. A meeting of the series that nothing has needed before is planned by it.

    Raises Unknown for a meeting, kind or person, NotAllowed for anybody else.
    """
    if kind not in KINDS:
        raise unknown("item_kind", kind, KINDS)
    name, unfit = read_words(title, field="title", one_line=True)
    words, also = read_words(text, field="text")
    with db.writing() as tx:
        plans = plan_of(tx, meeting, now=now)
        part = running(tx, meeting, person_named(tx, by).id, now=now, planned=plans)
        reasons = (*_over(part.meeting), *unfit, *also)
        if not name and not unfit:
            reasons += (Reason(code="title_missing", data={}),)
        if reasons:
            return Refused(reasons=reasons)
        item = MeetingItemAdded(
            by=part.person, meeting=meeting, item=new_id(), kind=kind, title=name, text=words
        )
        record(tx, [*([] if plans is None else [plans]), item], now=now)
    return item.item


def plan_of(tx: Connection, meeting: str, *, now: datetime) -> MeetingPlanned | None:
    """The event that plans a meeting of a series that is ahead and that nothing has needed yet; None for any
    other.
    """
    body_id, _, day = meeting.rpartition(":")
    programme = programme_in_force(tx)
    body = next((one for one in programme.bodies if one.id == body_id), None)
    if meetings.load(tx, meeting) is not None or body is None or body.meetings is None:
        return None
    try:
        planned_on = date.fromisoformat(day)
    except ValueError:
        return None
    slots = series(body.meetings, programme.calendar.policy(), since=planned_on, until=planned_on)
    slot = next((one for one in slots if one.planned_on == planned_on), None)
    if slot is None or slot.starts_at <= now or slot.status == "cancelled":
        return None
    return as_planned(body.id, slot)


def note_attendance(
    db: Database, *, meeting: str, present: Mapping[str, str | None], by: str, now: datetime
) -> Refused | None:
    """Note who sits in which seat: a person's id, or None for an empty one. Seats that are not named are
    empty.

    Raises Unknown for a meeting, seat or person, NotAllowed for anybody but secretary and chair.
    """
    with db.writing() as tx:
        part = running(tx, meeting, person_named(tx, by).id, now=now)
        seats = [seat.id for seat in part.body.seats]
        for seat, person in present.items():
            if seat not in seats:
                raise unknown("seat", seat, seats)
            if person is not None:
                person_named(tx, person)
        over = _over(part.meeting)
        if over:
            return Refused(reasons=over)
        noted = AttendanceNoted(
            by=part.person, meeting=meeting, present={seat: present.get(seat) for seat in seats}
        )
        record(tx, [noted], now=now)
    return None


def close_meeting(db: Database, *, meeting: str, by: str, now: datetime) -> Closed | Refused:
    """End a meeting that has begun; cases it did not conclude go to the next one by themselves.

    Raises Unknown for a meeting or person, NotAllowed for anybody but secretary and chair.
    """
    with db.writing() as tx:
        part = running(tx, meeting, person_named(tx, by).id, now=now)
        reasons = _over(part.meeting)
        if now < part.meeting.starts_at:
            reasons += (Reason(code="meeting_not_begun", data={"meeting": meeting}),)
        left = _still_open(tx, meeting)
        programme, rhythm = programme_in_force(tx), part.body.meetings
        policy, after = programme.calendar.policy(), part.meeting.planned_on
        slot = None if rhythm is None else following(rhythm, policy, after=after, now=now)
        if left and slot is None:
            reasons += (Reason(code="no_next_meeting", data={"cases": len(left)}),)
        if reasons:
            return Refused(reasons=reasons)
        moves: list[Event] = []
        if left and slot is not None:
            moves = list(carried(tx, programme, left, part.body.id, slot, why="not_concluded", now=now))
        record(tx, [MeetingClosed(by=part.person, meeting=meeting), *moves], now=now)
    return Closed(meeting=meeting, carried=len(left))


def _still_open(tx: Connection, meeting: str) -> tuple[CaseState, ...]:
    """The cases nobody has concluded; a chair who is concluding one at this instant is waited for."""
    locked = (cases.state(tx, one.id, lock=True) for one in cases.list_cases(tx, meeting=meeting))
    return tuple(one for one in locked if one is not None and one.status == "open")


def _over(meeting: Meeting) -> tuple[Reason, ...]:
    if meeting.status not in {"held", "cancelled"}:
        return ()
    return (Reason(code="meeting_over", data={"meeting": meeting.id, "status": meeting.status}),)
