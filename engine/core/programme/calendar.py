"""Which day is it in Oslo, which days are worked, and when is that in UTC?

Plans are Oslo dates and wall times, resolved to UTC instants as late as possible; intervals end before their
end. Working days are Monday to Friday except Norway's public holidays (2 January is worked, and so are
Christmas Eve and the days of Easter week before Maundy Thursday).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

OSLO: Final = ZoneInfo("Europe/Oslo")

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_SATURDAY: Final = 5


class Tertial(NamedTuple):
    """A third of a year: `id` as ``2024-T3``, from `start` and up to but not including `end`."""

    id: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Policy:
    """Which days a programme works, beyond the public holidays, and when its reminders may leave: from
    `sends` and before `closes`, Oslo wall time.

    `free` are (month, day) of every year; `quiet` are first and last (month, day) of a time of the year
    that is not counted, as July; `squeezed` takes out single working days between two free ones
    («inneklemte dager»).
    """

    free: frozenset[tuple[int, int]] = frozenset()
    quiet: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    squeezed: bool = False
    sends: time = time(8)
    closes: time = time(17)


PLAIN: Final = Policy()
"""Public holidays only, and letters at eight o'clock: what a programme without a calendar of its own has.

No function takes it by itself: whoever counts days says whose days they are, so that a deadline and its
reminders are counted alike.
"""


def oslo(day: date, at: time) -> datetime:
    """The UTC instant at which Oslo's clocks show this wall time.

    A time that the spring change leaves out is the first instant after the gap; one that the autumn change
    shows twice is the first of the two. Raises ValueError when `at` names a zone of its own.
    """
    if at.tzinfo is not None:
        raise ValueError("a wall time in Oslo cannot carry another zone")
    first = datetime.combine(day, at.replace(fold=0), OSLO).astimezone(UTC)
    if first.astimezone(OSLO).time() == at.replace(fold=0):
        return first
    return _change_before(first)


def _change_before(instant: datetime) -> datetime:
    """When Oslo's clocks last changed in the day before `instant`; changes fall on whole seconds."""
    after = instant.replace(microsecond=0)
    before = after - _DAY
    offset = after.astimezone(OSLO).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(OSLO).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def local_date(instant: datetime) -> date:
    """The date in Oslo at an instant. Raises ValueError for a datetime without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its zone")
    return instant.astimezone(OSLO).date()


def holiday_name(day: date) -> str | None:
    """The name (bokmål) of the public holiday on this day, if it is one."""
    return _holidays(day.year).get(day)


def is_working_day(day: date, policy: Policy) -> bool:
    """Monday to Friday, no public holiday, and no day the programme has taken out."""
    return not (_free_for_all(day) or _taken_out(day, policy))


def in_quiet_time(day: date, policy: Policy) -> bool:
    """Whether a day lies in a time of the year that the programme does not count."""
    here = (day.month, day.day)
    return any(first <= here <= last for first, last in policy.quiet)


def _free_for_all(day: date) -> bool:
    return day.weekday() >= _SATURDAY or day in _holidays(day.year)


def _taken_out(day: date, policy: Policy) -> bool:
    if _named_free(day, policy):
        return True
    return policy.squeezed and _off(day - _DAY, policy) and _off(day + _DAY, policy)


def _named_free(day: date, policy: Policy) -> bool:
    return (day.month, day.day) in policy.free or in_quiet_time(day, policy)


def _off(day: date, policy: Policy) -> bool:
    """Free without regard to what is squeezed, or one squeezed day would make its neighbour one too."""
    return _free_for_all(day) or _named_free(day, policy)


def add_working_days(day: date, number: int, policy: Policy) -> date:
    """The working day `number` working days after `day` (before it, when negative).

    `day` itself is not counted, so that 0 gives `day`, whatever day it is.
    """
    step = _DAY if number > 0 else -_DAY
    left = abs(number)
    while left:
        day += step
        left -= is_working_day(day, policy)
    return day


def working_day_on_or_before(day: date, policy: Policy) -> date:
    """The day itself when it is worked, else the last working day before it."""
    return day if is_working_day(day, policy) else add_working_days(day, -1, policy)


def in_office_hours(instant: datetime, policy: Policy) -> bool:
    """Whether a reminder may leave at an instant: on a working day in Oslo, from `sends` to `closes`."""
    there = instant.astimezone(OSLO)
    return policy.sends <= there.time() < policy.closes and is_working_day(there.date(), policy)


def working_days_before(day: date, number: int, policy: Policy) -> date:
    """The working day `number` working days before `day`: a meeting's paper deadline.

    With none between them it is `day` itself, or the last working day before one that is not worked.
    """
    return working_day_on_or_before(add_working_days(day, -number, policy), policy)


def within_working_days(day: date, number: int, policy: Policy) -> date:
    """The last of `number` working days after `day`: when something asked for on that day is due.

    With none given it is `day` itself, or the first working day after one that is not worked.
    """
    if number == 0 and not is_working_day(day, policy):
        return add_working_days(day, 1, policy)
    return add_working_days(day, number, policy)


def working_days_after(day: date, end: date, policy: Policy) -> int:
    """How many working days `end` lies after `day`: 0 on that day and before it."""
    return sum(is_working_day(day + timedelta(days=n), policy) for n in range(1, (end - day).days + 1))


def tertial_of(day: date) -> Tertial:
    """The tertial a day falls in (January–April, May–August, September–December)."""
    third = (day.month - 1) // 4
    start = date(day.year, 4 * third + 1, 1)
    end = date(day.year + 1, 1, 1) if third == 2 else date(day.year, 4 * third + 5, 1)
    return Tertial(id=f"{day.year}-T{third + 1}", start=start, end=end)


@lru_cache(maxsize=64)
def _holidays(year: int) -> Mapping[date, str]:
    """Norway's public holidays in a year; computing them anew costs a thousand times a look-up."""
    # Imported on first use: it takes 0.2 s, and most commands ask for no holiday.
    import holidays

    return MappingProxyType(dict(holidays.country_holidays("NO", years=year, language="no")))
