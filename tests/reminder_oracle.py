"""Which reminders should have been told, by the issue's own words? Knows nothing of how Faseport does it.

The rules, as the issue states them: a ladder's rungs are counted in Norwegian working days from the deadline
and said at eight o'clock in Oslo; each (obligation, rung, person) once; none early, none outside 08–17 on
working days, none after it is settled; a new date begins a new ladder on the day it is given; after a stop
only the newest rung that has come, late but never dropped; to whoever holds the role or office that day, or
stands in for them. The calendar here is computed anew, from Gauss and the rule for summer time.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

DAY: Final = timedelta(days=1)
FREE: Final = frozenset({(12, 24), (12, 31)})
"""What the simulated programme takes out, beside July and days squeezed between two free ones."""


def easter(year: int) -> date:
    """Easter Sunday, by the Gregorian reckoning (Meeus)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@lru_cache
def red_days(year: int) -> frozenset[date]:
    """Norway's public holidays."""
    fixed = {date(year, *one) for one in ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))}
    moving = {easter(year) + DAY * n for n in (-3, -2, 0, 1, 39, 49, 50)}
    return frozenset(fixed | moving)


def _named_free(day: date) -> bool:
    weekend_or_red = day.weekday() > 4 or day in red_days(day.year)
    return weekend_or_red or (day.month, day.day) in FREE or day.month == 7


@lru_cache(maxsize=20_000)
def works(day: date) -> bool:
    """Whether the simulated programme works on a day."""
    return not _named_free(day) and not (_named_free(day - DAY) and _named_free(day + DAY))


def back_to_work(day: date) -> date:
    """The day, or the last working day before it."""
    while not works(day):
        day -= DAY
    return day


def count(day: date, number: int) -> date:
    """The working day so many working days from a day."""
    step = DAY if number > 0 else -DAY
    for _ in range(abs(number)):
        day += step
        while not works(day):
            day += step
    return day


def oslo_offset(instant: datetime) -> timedelta:
    """One hour, and two from 01:00 UTC on the last Sunday of March to the same of October."""
    return timedelta(
        hours=2 if _last_sunday(instant.year, 3) <= instant < _last_sunday(instant.year, 10) else 1
    )


@lru_cache
def _last_sunday(year: int, month: int) -> datetime:
    last = date(year, month, 31)
    return datetime.combine(last - DAY * ((last.weekday() + 1) % 7), time(1), UTC)


def wall(instant: datetime) -> datetime:
    """What Oslo's clocks show, without a zone."""
    return (instant + oslo_offset(instant)).replace(tzinfo=None)


def eight(day: date) -> datetime:
    """Eight o'clock in Oslo on a day, in UTC; the clocks never change at eight."""
    utc = datetime.combine(day, time(8), UTC)
    return utc - oslo_offset(utc)


def in_hours(instant: datetime) -> bool:
    """Whether a reminder may leave."""
    there = wall(instant)
    return time(8) <= there.time() < time(17) and works(there.date())


def next_morning(instant: datetime) -> datetime:
    """The next eight o'clock of a working day."""
    day = wall(instant).date()
    while not (works(day) and eight(day) > instant):
        day += DAY
    return eight(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A rung: working days from the deadline, and whether programkontoret is told."""

    days: int
    to_office: bool = False


USUAL: Final = (Step(days=-10), Step(days=-3), Step(days=0), Step(days=2, to_office=True))


@dataclass(slots=True, kw_only=True)
class Owed:
    """One obligation's life: its dates, each with the instant it was set (None: from the start), and when it
    was settled. `owner` names a line of holders; `project` is for whoever records its events.
    """

    kind: str
    subject: str
    occurrence: str
    owner: str
    ladder: tuple[Step, ...]
    dates: list[tuple[datetime | None, date]]
    settled: datetime | None = None
    project: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """Which obligation it is."""
        return (self.kind, self.subject, self.occurrence)

    def open_at(self, instant: datetime, due: date) -> bool:
        """Whether it was owed by this date at an instant."""
        valid = [one for at, one in self.dates if at is None or at <= instant]
        return valid[-1] == due and (self.settled is None or self.settled > instant)

    def ends(self, due: date) -> datetime | None:
        """When it stopped being owed by a date, if it did."""
        later = [
            at for (at, _), (_, before) in zip(self.dates[1:], self.dates, strict=False) if before == due
        ]
        ends = [at for at in (*later[-1:], self.settled) if at is not None]
        return min(ends, default=None)


@dataclass(slots=True)
class People:
    """Who holds what since when, and who is away, each as it became known."""

    holders: dict[str, list[tuple[datetime, date, str]]] = field(default_factory=dict)
    away: list[tuple[datetime, str, date, date, str | None]] = field(default_factory=list)
    deputies: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By line (a seat): its holder's deputy; kept as (line, person)."""

    def told(self, line: str, at: datetime) -> str:
        """Who is told at an instant: the holder that day, or who stands in."""
        on = wall(at).date()
        holder = self.holder(line, at, on)
        stand_in = self._absent(holder, at, on)
        if stand_in is None:
            return holder
        candidates = [stand_in[0]]
        candidates += [
            deputy for seat, deputy in self.deputies.values() if self.holder(seat, at, on) == holder
        ]
        for other in candidates:
            if other is not None and self._absent(other, at, on) is None:
                return other
        return holder

    def holder(self, line: str, at: datetime, on: date) -> str:
        """Whoever took it last, of those whose day has come."""
        known = [one for one in self.holders[line] if one[0] <= at and one[1] <= on]
        newest = max(since for _, since, _ in known)
        return [person for _, since, person in known if since == newest][-1]

    def _absent(self, person: str, at: datetime, on: date) -> tuple[str | None] | None:
        for known, who, first, last, stand_in in reversed(self.away):
            if known <= at and who == person and first <= on <= last:
                return (stand_in,)
        return None


Said = tuple[tuple[str, str, str], date, int, str, datetime]
"""An obligation, the deadline, the rung's working days, the person, and the instant."""


def expected(
    owed: Sequence[Owed], people: People, *, beats: Sequence[datetime], began: datetime
) -> Iterator[Said]:
    """Everything that should be said when the machinery looked at these instants, in order, and at no others.

    A new date is learned of at the first look after it; what it asks for that has come by then is said the
    next morning, since each has had today's letter.
    """
    office = [beat for beat in beats if in_hours(beat)]
    for one in owed:
        for set_at, due in one.dates:
            yield from _of_date(one, set_at, due, people, office, beats, began)


def _of_date(
    one: Owed,
    set_at: datetime | None,
    due: date,
    people: People,
    office: Sequence[datetime],
    beats: Sequence[datetime],
    began: datetime,
) -> Iterator[Said]:
    since, learned = set_at or began, began
    if set_at is not None:
        place = bisect_left(beats, set_at)
        if place == len(beats):
            return
        learned = beats[place]
    counted_from = back_to_work(due)
    comes = [(eight(count(counted_from, step.days)), step) for step in one.ladder]
    live = [(at, step) for at, step in comes if at > since]
    looks: dict[datetime, list[tuple[datetime, Step]]] = {}
    for at, step in live:
        earliest = at if at > learned else next_morning(learned)
        place = bisect_left(office, earliest)
        if place < len(office) and one.open_at(office[place], due):
            looks.setdefault(office[place], []).append((at, step))
    for look, steps in looks.items():
        for to_office in (False, True):
            same = [step for _, step in steps if step.to_office is to_office]
            if same:
                line = "programkontor" if to_office else one.owner
                yield (one.key, due, same[-1].days, people.told(line, look), look)
