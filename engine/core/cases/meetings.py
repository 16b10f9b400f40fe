"""When does a body meet, and at which meeting will a case come up?

A series is computed from the programme's rhythm; nothing here is stored. A meeting keeps the date it was
planned for as its identity, whatever day it is moved to, so that an invitation can be changed instead of
sent anew. Days are counted as the programme counts them, so nobody meets, and no papers are due, on a day it
has taken out; only a day that is named in a change is held as it says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal

from engine.core.programme.calendar import (
    Policy,
    add_working_days,
    holiday_name,
    in_quiet_time,
    is_working_day,
    local_date,
    oslo,
    working_days_before,
)
from engine.core.programme.model import MeetingRhythm

Status = Literal["planned", "moved", "cancelled"]

AHEAD: Final = timedelta(days=366)
"""How far a case looks for a meeting; a body that does not meet within a year has no series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One meeting of a series. `planned_on` is its identity, `on` the day it is held; instants are UTC.

    `reason` says why it was moved or cancelled; it is empty for one that goes as planned, and for one on a
    day that the programme has taken out without a name.
    """

    planned_on: date
    on: date
    starts_at: datetime
    papers_by: datetime
    status: Status
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """Where a case comes up, and which meetings it was too late for or that are not held, in order."""

    slot: Slot
    too_late_for: tuple[Slot, ...]
    cancelled: tuple[Slot, ...]


def series(rhythm: MeetingRhythm, policy: Policy, *, since: date, until: date) -> tuple[Slot, ...]:
    """The meetings planned for the days from `since` to `until`, both included, in order."""
    return tuple(_slot(rhythm, policy, day) for day in _planned(rhythm, until) if day >= since)


def landing(rhythm: MeetingRhythm, policy: Policy, *, asked_at: datetime) -> Landing | None:
    """The first meeting whose paper deadline a case asked for at an instant still makes; None when there is
    none.

    A deadline is met until the very minute it names.
    """
    today = local_date(asked_at)
    too_late: list[Slot] = []
    cancelled: list[Slot] = []
    for slot in series(rhythm, policy, since=today - timedelta(days=31), until=today + AHEAD):
        if slot.starts_at <= asked_at:
            continue
        if slot.status == "cancelled":
            cancelled.append(slot)
        elif slot.papers_by < asked_at:
            too_late.append(slot)
        else:
            return Landing(slot=slot, too_late_for=tuple(too_late), cancelled=tuple(cancelled))
    return None


def following(rhythm: MeetingRhythm, policy: Policy, *, after: date, now: datetime) -> Slot | None:
    """The first meeting planned for a later day that is held and has not begun: where unfinished and
    displaced cases go.
    """
    first = after + timedelta(days=1)
    ahead = series(rhythm, policy, since=first, until=max(first, local_date(now)) + AHEAD)
    return next((one for one in ahead if one.status != "cancelled" and one.starts_at > now), None)


def _planned(rhythm: MeetingRhythm, until: date) -> Iterator[date]:
    day, step = rhythm.from_day, timedelta(weeks=rhythm.every_weeks)
    last = until if rhythm.to_day is None else min(until, rhythm.to_day)
    while day <= last:
        yield day
        day += step


def _slot(rhythm: MeetingRhythm, policy: Policy, day: date) -> Slot:
    change = next((one for one in rhythm.changes if one.date == day), None)
    if change is not None:
        if change.to_day is None and change.time is None:
            return _cancelled(rhythm, policy, day, change.reason)
        on, at = change.to_day or day, change.time or rhythm.time
        return _held(rhythm, policy, day, on, at, status="moved", reason=change.reason)
    pause = next((one for one in rhythm.pauses if one.from_day <= day <= one.to_day), None)
    if pause is not None:
        return _cancelled(rhythm, policy, day, pause.reason)
    if is_working_day(day, policy):
        return _held(rhythm, policy, day, day, rhythm.time, status="planned", reason="")
    name = holiday_name(day) or ""
    # Moved out of a quiet time, all of its meetings would fall on the one day after it.
    if rhythm.on_holiday == "utgar" or in_quiet_time(day, policy):
        return _cancelled(rhythm, policy, day, name)
    on = add_working_days(day, 1, policy)
    return _held(rhythm, policy, day, on, rhythm.time, status="moved", reason=name)


def _cancelled(rhythm: MeetingRhythm, policy: Policy, day: date, reason: str) -> Slot:
    return _held(rhythm, policy, day, day, rhythm.time, status="cancelled", reason=reason)


def _held(
    rhythm: MeetingRhythm,
    policy: Policy,
    planned_on: date,
    on: date,
    at: time,
    *,
    status: Status,
    reason: str,
) -> Slot:
    deadline = rhythm.paper_deadline
    return Slot(
        planned_on=planned_on,
        on=on,
        starts_at=oslo(on, at),
        papers_by=oslo(working_days_before(on, deadline.working_days, policy), deadline.time),
        status=status,
        reason=reason,
    )
