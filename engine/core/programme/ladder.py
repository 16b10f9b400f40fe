"""Which rungs of which ladder are due at an instant, and when is the next one?

A ladder's rungs are counted in working days from a deadline, forward and back, and all are sent at one time
of the day, so that whatever a person is to be told that day fits in one letter. Nothing here knows what is
owed or who owes it; what has been dealt with comes in as the number of the highest rung that has been passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Literal

from engine.core.programme.calendar import (
    Policy,
    add_working_days,
    in_office_hours,
    local_date,
    oslo,
    working_day_on_or_before,
)

To = Literal["ansvarlig", "programkontor"]
"""Whoever owes it, or programkontoret. Nobody else is alarmed by a machine."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One reminder: so many working days after the deadline (before it, when negative), and to whom."""

    days: int
    to: To


Ladder = tuple[Rung, ...]
"""The rungs in order, the earliest first."""

NO_RUNG: Final = -1
"""Passed before the first rung has been."""

USUAL: Final[Ladder] = (
    Rung(-10, "ansvarlig"),
    Rung(-3, "ansvarlig"),
    Rung(0, "ansvarlig"),
    Rung(2, "programkontor"),
)
"""Where a programme says nothing else: ten and three working days before and on the day to whoever owes it,
and two working days after it to programkontoret.
"""


@dataclass(frozen=True, slots=True)
class Due:
    """The rungs (by number) whose letters are to be sent now, at most one for each receiver; the highest that
    has been passed, which they are counted up to; and when to look again.
    """

    rungs: tuple[int, ...]
    passed: int
    next_at: datetime | None


@lru_cache(maxsize=200_000)
def instants(ladder: Ladder, due_on: date, policy: Policy) -> tuple[datetime, ...]:
    """When each rung is sent, in UTC, each later than the one before.

    A deadline on a free day is counted from as if it were the last working day before: whoever is told three
    working days before has as many of them left as for any other deadline, and no two rungs meet on one day.
    """
    counted_from = working_day_on_or_before(due_on, policy)
    return tuple(oslo(add_working_days(counted_from, rung.days, policy), policy.sends) for rung in ladder)


def due(ladder: Ladder, *, due_on: date, policy: Policy, passed: int, now: datetime) -> Due:
    """What a ladder says at an instant when rungs up to `passed` have been dealt with.

    Each receiver gets the newest of the rungs that have come since, so that a long stop gives one letter and
    not three; outside office hours nothing is due, and what waits is looked at again when they begin.
    """
    at = instants(ladder, due_on, policy)
    come = [number for number in range(passed + 1, len(ladder)) if at[number] <= now]
    if come and not in_office_hours(now, policy):
        return Due(rungs=(), passed=passed, next_at=next_slot(now, policy))
    newest = {ladder[number].to: number for number in come}
    after = come[-1] if come else passed
    return Due(rungs=tuple(sorted(newest.values())), passed=after, next_at=_at(at, after + 1))


def planned(ladder: Ladder, *, due_on: date, policy: Policy, passed: int, now: datetime) -> datetime | None:
    """When a ladder is next looked at, as of `now`. What should have been said already is said at the
    beginning of the next working day, never at once: each has one letter a day.
    """
    next_at = _at(instants(ladder, due_on, policy), passed + 1)
    return next_at if next_at is None or next_at > now else next_slot(now, policy)


def next_slot(now: datetime, policy: Policy) -> datetime:
    """The next time of sending after an instant."""
    today = local_date(now)
    day = working_day_on_or_before(today, policy)
    if day == today and now < oslo(today, policy.sends):
        return oslo(today, policy.sends)
    return oslo(add_working_days(today, 1, policy), policy.sends)


def passed_at(ladder: Ladder, *, due_on: date, policy: Policy, now: datetime) -> int:
    """The highest rung whose time has come: where a ladder begins when somebody has just set a new date."""
    at = instants(ladder, due_on, policy)
    return max((number for number, instant in enumerate(at) if instant <= now), default=NO_RUNG)


def _at(instants_: Sequence[datetime], number: int) -> datetime | None:
    return instants_[number] if number < len(instants_) else None
