"""A case that goes to the next meeting, and who is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from engine.core.cases.case import CaseState
from engine.core.cases.meetings import Slot
from engine.core.programme.model import Programme
from engine.core.record.events.cases import CaseScheduled
from engine.core.record.events.event import Event
from engine.queries.cases.panel import IN_MEETING, planned, term_for
from engine.queries.programme.in_force import body_named, programme_in_force
from engine.store.session import Connection
from engine.use_cases.cases.reroll import rerolled


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


def to_next_meeting(
    tx: Connection, state: CaseState, now: datetime, *, why: str = "taken_by_member"
) -> list[Event]:
    """«Ta saken i møtet»: the case leaves its written handling for the body's next meeting, if the body has
    meetings.
    """
    programme = programme_in_force(tx)
    body = body_named(programme, state.body)
    slot = term_for(body, programme.calendar.policy(), IN_MEETING, now=now).slot
    return [] if slot is None else list(carried(tx, programme, (state,), body.id, slot, why=why, now=now))
