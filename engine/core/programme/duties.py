"""What does a programme ask for again and again, and how does it chase what is owed?

The part of the programme file that is about deadlines: the calendar it works by, its ladders of reminders,
and its duties — every report, revision and recurring meeting, each with an owner, a rhythm, what settles it
and what happens when nothing is done. Nothing here is about a single occurrence: that is `obligations`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from engine.core.facts.catalogue import ROLES
from engine.core.files.shape import (
    YEAR_DAY,
    Clock,
    Day,
    Id,
    Line,
    Paragraph,
    Shape,
    Text,
    Whole,
    YearDay,
    YesNo,
)
from engine.core.files.yaml_source import Path, Plain, Source
from engine.core.programme.calendar import Policy
from engine.core.programme.ladder import USUAL, Ladder, Rung
from engine.core.refusal import Mistake
from engine.core.text import nearest

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "duty.no_such_day": ("value",),
    "duty.leap_day": ("value",),
    "duty.date_twice": ("value", "first_line"),
    "duty.too_much_off": ("days", "limit"),
    "duty.span_reversed": ("start", "end"),
    "duty.hours_reversed": ("start", "end"),
    "duty.ladder_not_rising": ("days", "before"),
    "duty.ladder_never": ("ladder", "days", "duty"),
    "duty.unknown_ladder": ("name", "nearest", "allowed"),
    "duty.unknown_owner": ("name", "nearest", "allowed"),
    "duty.owner_without_address": ("name",),
    "duty.no_office": ("name",),
    "duty.unknown_body": ("name", "nearest", "allowed"),
    "duty.body_without_meetings": ("name",),
    "duty.needs": ("key", "per"),
    "duty.not_for": ("key", "per"),
    "duty.before_period": ("days",),
    "duty.no_periods": (),
    "duty.no_platform": (),
    "duty.settles_needs": ("key", "settled_by"),
    "duty.only_with": ("key", "needs"),
    "duty.role_for_programme": ("name",),
    "duty.too_many_meetings": ("low", "high"),
}
"""Every code this module gives itself, with the keys of its data."""

Per: TypeAlias = Literal["periode", "ar", "maned", "uker", "mote", "plattform"]
Settles: TypeAlias = Literal["for_hand", "statusrapport", "programrapport", "svar", "motetall"]
Kind: TypeAlias = Literal[
    "svar", "saksunderlag", "forutsetning", "maling", "ses_pa_igjen", "rapportgodkjenning", "referat"
]
"""What is owed by the course of cases and projects, whatever the programme's own duties are."""

KINDS: Final[tuple[Kind, ...]] = (
    "svar",
    "saksunderlag",
    "forutsetning",
    "maling",
    "ses_pa_igjen",
    "rapportgodkjenning",
    "referat",
)

MOST_OFF: Final = 120
"""So many days of the year, at most, may be taken out of it: a deadline must find a working day before it."""

OFFICE: Final = "programkontor"
"""The office that a ladder's last steps go to; a programme that reminds must have it."""

IN_PROGRAMME: Final[tuple[str, ...]] = ("utviklingsprosjekt", "forskningsprosjekt")
"""The kinds of projects that a duty of projects is for, where it names none."""


class Quiet(Shape):
    """A time of every year that is not counted and in which nobody is reminded, both days included."""

    from_day: YearDay = Field(alias="from")
    to_day: YearDay = Field(alias="to")


class Hours(Shape):
    """When reminders leave (`send_at`), and how late in the day they may when they were held up."""

    send_at: Clock
    until: Clock


class WorkCalendar(Shape):
    """What the programme takes out of the working year, beyond Norway's public holidays."""

    free: tuple[YearDay, ...] = ()
    squeezed_days: YesNo = False
    quiet: tuple[Quiet, ...] = ()
    hours: Hours | None = None

    def policy(self) -> Policy:
        """The same for calculating with."""
        plain = Policy()
        return Policy(
            free=frozenset(_month_day(one) for one in self.free),
            quiet=tuple((_month_day(one.from_day), _month_day(one.to_day)) for one in self.quiet),
            squeezed=self.squeezed_days,
            sends=plain.sends if self.hours is None else self.hours.send_at,
            closes=plain.closes if self.hours is None else self.hours.until,
        )


class Step(Shape):
    """One rung: working days after the deadline (before it, when negative), and who is told."""

    days: Annotated[Whole, Field(ge=-120, le=120)]
    to: Literal["ansvarlig", "programkontor"]


class NamedLadder(Shape):
    """A ladder of reminders."""

    id: Id
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=12)]

    def ladder(self) -> Ladder:
        """The same for calculating with."""
        return tuple(Rung(step.days, step.to) for step in self.steps)


class Rhythm(Shape):
    """When a duty falls due.

    `periode`: so many working days (`days`) after each reporting period's end, or on the period's own
    `report_due` when `days` is left out. `ar`: on these `dates` of every year. `maned`: on this `day` of
    every month. `uker`: every so many `weeks` counted from a date. `mote`: so many working days after each
    meeting of a body (before it, when negative). `plattform`: when the political platform's period ends, or
    so many working days from then. A day that is not worked gives way to the working day before it, save
    `report_due`, which somebody has set.
    """

    per: Per
    days: Annotated[Whole, Field(ge=-60, le=120)] | None = None
    dates: tuple[YearDay, ...] = ()
    day: Annotated[Whole, Field(ge=1, le=28)] | None = None
    weeks: Annotated[Whole, Field(ge=1, le=260)] | None = None
    from_day: Day | None = Field(default=None, alias="from")
    to_day: Day | None = Field(default=None, alias="to")
    body: Id | None = None
    only: tuple[Literal["T1", "T2", "T3"], ...] = ()
    """For `periode`: only in these tertials of the year."""


class MeetingCount(Shape):
    """How often a body is to meet in a year."""

    body: Id
    low: Annotated[Whole, Field(ge=1, le=60)]
    high: Annotated[Whole, Field(ge=1, le=60)]


class Duty(Shape):
    """Something owed again and again: by one office or seat, or (`each: prosjekt`) by a role in every
    running project.
    """

    id: Id
    title: Text
    each: Literal["program", "prosjekt"] = "program"
    owner: Id
    rhythm: Rhythm
    ladder: Id | None = None
    settled_by: Settles = "for_hand"
    criterion: Id | None = None
    """For `svar`: the criterion that must be answered anew, within `since_days` days before the deadline."""
    since_days: Annotated[Whole, Field(ge=1, le=366)] | None = None
    meetings: MeetingCount | None = None
    reported_as: tuple[Literal["Konsept", "Prosjekt", "Realisering"], ...] = ()
    """For a duty of projects: only those reported so; empty for all that are not closed."""
    projects: tuple[Literal["utviklingsprosjekt", "forskningsprosjekt", "utenfor_programmet"], ...] = ()
    """For a duty of projects: only these kinds; empty for `IN_PROGRAMME`."""
    if_nothing: Paragraph | None = None
    """What happens if nothing is done, as the reminder says it."""
    source: Line | None = None


def _month_day(text: str) -> tuple[int, int]:
    return int(text[:2]), int(text[3:])


def ladder_named(ladders: Iterable[NamedLadder], id_: str | None) -> Ladder:
    """The ladder with this id; the usual one when none is named."""
    return next((one.ladder() for one in ladders if one.id == id_), USUAL)


# ---------------------------------------------------------------- sense

_Found: TypeAlias = Iterator[Mistake]

_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "periode": (),
    "ar": ("dates",),
    "maned": ("day",),
    "uker": ("weeks", "from"),
    "mote": ("body",),
    "plattform": (),
}
_ALLOWS: Final[Mapping[str, frozenset[str]]] = {
    "periode": frozenset({"days", "only", "from", "to"}),
    "ar": frozenset({"dates", "from", "to"}),
    "maned": frozenset({"day", "from", "to"}),
    "uker": frozenset({"weeks", "from", "to"}),
    "mote": frozenset({"body", "days", "from", "to"}),
    "plattform": frozenset({"days"}),
}


def sense(source: Source) -> _Found:
    """Every mistake about deadlines that shapes cannot show. Passes over what it cannot read."""
    yield from _year_days(source)
    yield from _days_off(source)
    yield from _hours(source)
    yield from _ladders(source)
    yield from _rhythms(source)
    yield from _office(source)
    yield from _owners(source)
    yield from _settling(source)


def _year_days(source: Source) -> _Found:
    for pattern in (
        "calendar.free.*",
        "calendar.quiet.*.from",
        "calendar.quiet.*.to",
        "duties.*.rhythm.dates.*",
    ):
        for path, value in source.matching(pattern):
            if not isinstance(value, str) or not re.fullmatch(YEAR_DAY, value, re.ASCII):
                continue
            if value == "02-29":
                # A series that has no day in three years of four would be forgotten in them.
                yield source.mistake("duty.leap_day", path, value=value)
            elif _common_day(value) is None:
                yield source.mistake("duty.no_such_day", path, value=value)
    for path, dates in source.matching("duties.*.rhythm.dates"):
        seen: dict[str, int] = {}
        for index, value in enumerate(dates if isinstance(dates, list) else []):
            if isinstance(value, str):
                place = (*path, index)
                if value in seen:
                    yield source.mistake("duty.date_twice", place, value=value, first_line=seen[value])
                seen.setdefault(value, source.position_of(place)[0])


def _common_day(value: Plain) -> date | None:
    """A day of the year as a date of a year without a leap day; None when it cannot be read."""
    if not isinstance(value, str) or not re.fullmatch(YEAR_DAY, value, re.ASCII):
        return None
    try:
        return date(_COMMON_YEAR, *_month_day(value))
    except ValueError:
        return None


_COMMON_YEAR: Final = 2001


def _days_off(source: Source) -> _Found:
    off = {_common_day(value) for _, value in source.matching("calendar.free.*")} - {None}
    for path, quiet in source.matching("calendar.quiet.*"):
        if not isinstance(quiet, dict):
            continue
        start, end = _common_day(quiet.get("from")), _common_day(quiet.get("to"))
        if start is None or end is None:
            continue
        if end < start:
            data = {"start": str(quiet["from"]), "end": str(quiet["to"])}
            yield source.mistake("duty.span_reversed", (*path, "to"), **data)
        off.update(start + timedelta(days=n) for n in range((end - start).days + 1))
    if len(off) > MOST_OFF:
        yield source.mistake("duty.too_much_off", ("calendar",), days=len(off), limit=MOST_OFF)


def _hours(source: Source) -> _Found:
    for path, hours in source.matching("calendar.hours"):
        if isinstance(hours, dict):
            start, end = hours.get("send_at"), hours.get("until")
            if _is_clock(start) and _is_clock(end) and str(end) <= str(start):
                yield source.mistake("duty.hours_reversed", (*path, "until"), start=str(start), end=str(end))


def _is_clock(value: Plain) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value, re.ASCII) is not None


def _ladders(source: Source) -> _Found:
    for path, steps in source.matching("ladders.*.steps"):
        before: int | None = None
        for index, step in enumerate(steps if isinstance(steps, list) else []):
            days = step.get("days") if isinstance(step, dict) else None
            if not isinstance(days, int) or isinstance(days, bool):
                continue
            if before is not None and days <= before:
                place = (*path, index, "days")
                yield source.mistake("duty.ladder_not_rising", place, days=days, before=before)
            before = days
    known = [value for _, value in source.matching("ladders.*.id") if isinstance(value, str)]
    for pattern in ("duties.*.ladder", *(f"chase.{kind}" for kind in KINDS)):
        for path, name in source.matching(pattern):
            if isinstance(name, str) and name not in known:
                yield _unknown(source, "duty.unknown_ladder", path, name, known)
    given = [days for _, days in source.matching("bodies.*.answer_within.working_days")]
    longest = max((days for days in given if isinstance(days, int)), default=None)
    for path, name in source.matching("chase.svar"):
        if longest is not None:
            yield from _too_early(source, path, name, room=longest, of="svar")


def _unknown(source: Source, code: str, path: Path, name: str, known: Iterable[str]) -> Mistake:
    known = tuple(known)
    return source.mistake(code, path, name=name, nearest=nearest(name, known), allowed=", ".join(known))


def _rhythms(source: Source) -> _Found:
    bodies = {
        str(body["id"]): isinstance(body.get("meetings"), dict)
        for _, body in source.matching("bodies.*")
        if isinstance(body, dict) and isinstance(body.get("id"), str)
    }
    periods = [value for _, value in source.matching("periods.*.id") if isinstance(value, str)]
    for path, rhythm in source.matching("duties.*.rhythm"):
        if isinstance(rhythm, dict) and rhythm.get("per") in _NEEDS:
            yield from _keys_of(source, path, rhythm, str(rhythm["per"]))
            yield from _periods_of(source, path, rhythm, periods)
            yield from _bodies_of(source, path, rhythm, bodies)
            yield from _never(source, path, rhythm)
    for path, count in source.matching("duties.*.meetings"):
        if isinstance(count, dict):
            yield from _bodies_of(source, path, count, bodies)
            low, high = count.get("low"), count.get("high")
            if isinstance(low, int) and isinstance(high, int) and high < low:
                yield source.mistake("duty.too_many_meetings", (*path, "high"), low=low, high=high)


def _keys_of(source: Source, path: Path, rhythm: Mapping[str, Plain], per: str) -> _Found:
    for key in _NEEDS[per]:
        if rhythm.get(key) in (None, []):
            yield source.mistake("duty.needs", path, key=key, per=per)
    for key in rhythm:
        if key in _KEYS - _ALLOWS[per]:
            yield source.mistake("duty.not_for", (*path, key), key=key, per=per)
    if per == "plattform" and not list(source.matching("platform")):
        yield source.mistake("duty.no_platform", (*path, "per"))
    start, end = _a_day(rhythm.get("from")), _a_day(rhythm.get("to"))
    if start and end and end < start:
        yield source.mistake(
            "duty.span_reversed", (*path, "to"), start=start.isoformat(), end=end.isoformat()
        )


def _periods_of(source: Source, path: Path, rhythm: Mapping[str, Plain], periods: Iterable[str]) -> _Found:
    """A duty of periods that there are none of, or that is owed before its period has ended."""
    if rhythm.get("per") != "periode":
        return
    tertials = {id_.rpartition("-")[2] for id_ in periods}
    if not tertials:
        yield source.mistake("duty.no_periods", (*path, "per"))
    only = rhythm.get("only")
    for index, tertial in enumerate(only if tertials and isinstance(only, list) else []):
        if tertial in _TERTIALS - tertials:
            yield source.mistake("duty.no_periods", (*path, "only", index))
    days = rhythm.get("days")
    if isinstance(days, int) and days < 0:
        yield source.mistake("duty.before_period", (*path, "days"), days=-days)


_TERTIALS: Final = frozenset({"T1", "T2", "T3"})


def _a_day(value: Plain) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


_KEYS: Final[frozenset[str]] = frozenset(key for keys in _ALLOWS.values() for key in keys)


def _bodies_of(source: Source, path: Path, thing: Mapping[str, Plain], bodies: Mapping[str, bool]) -> _Found:
    name = thing.get("body")
    if not isinstance(name, str):
        return
    if name not in bodies:
        yield _unknown(source, "duty.unknown_body", (*path, "body"), name, bodies)
    elif not bodies[name]:
        yield source.mistake("duty.body_without_meetings", (*path, "body"), name=name)


def _never(source: Source, path: Path, rhythm: Mapping[str, Plain]) -> _Found:
    """A ladder whose every step lies before the occurrence it is about has begun can never be climbed."""
    duty, room = source.value_at(path[:-1]), _room(source, rhythm)
    if room is not None and isinstance(duty, dict):
        place = (*path[:-1], "ladder")
        yield from _too_early(source, place, duty.get("ladder"), room=room, of=str(duty.get("id")))


def _too_early(source: Source, place: Path, ladder: Plain, *, room: int, of: str) -> _Found:
    for _, one in source.matching("ladders.*"):
        if isinstance(one, dict) and isinstance(ladder, str) and one.get("id") == ladder:
            days = _days_of(one)
            if days and max(days) <= -room:
                yield source.mistake("duty.ladder_never", place, ladder=ladder, days=-max(days), duty=of)


def _room(source: Source, rhythm: Mapping[str, Plain]) -> int | None:
    """The working days, at the most, from when an occurrence begins to its deadline; None where there are
    more of them than any step can count.
    """
    per, weeks = rhythm.get("per"), rhythm.get("weeks")
    if per == "maned":
        return 23
    if per == "uker" and isinstance(weeks, int):
        return 5 * weeks
    if per == "mote":
        every = [
            meets.get("every_weeks")
            for _, body in source.matching("bodies.*")
            if isinstance(body, dict) and body.get("id") == rhythm.get("body")
            for meets in [body.get("meetings")]
            if isinstance(meets, dict)
        ]
        return next((5 * one for one in every if isinstance(one, int)), None)
    if per == "periode":
        return _room_of_periods(source, rhythm)
    return None


def _room_of_periods(source: Source, rhythm: Mapping[str, Plain]) -> int | None:
    days = rhythm.get("days")
    rooms: list[int] = []
    for _, period in source.matching("periods.*"):
        if isinstance(period, dict):
            counted = isinstance(days, int)
            first, last = _a_day(period.get("from")), _a_day(period.get("to" if counted else "report_due"))
            if first and last:
                weekdays = ((last - first).days // 7 + 1) * 5
                rooms.append(weekdays + (days if isinstance(days, int) else 0))
    return max(rooms, default=None)


def _days_of(ladder: Mapping[str, Plain]) -> list[int]:
    steps = ladder.get("steps")
    days = [step.get("days") for step in (steps if isinstance(steps, list) else []) if isinstance(step, dict)]
    return [one for one in days if isinstance(one, int) and not isinstance(one, bool)]


def _office(source: Source) -> _Found:
    """A reminder to an office that the programme does not have would reach nobody."""
    if OFFICE in {value for _, value in source.matching("offices.*.id")}:
        return
    for path, to in source.matching("ladders.*.steps.*.to"):
        if to == OFFICE:
            yield source.mistake("duty.no_office", path, name=OFFICE)
    for path, duty in source.matching("duties.*"):
        if isinstance(duty, dict) and duty.get("ladder") is None:
            yield source.mistake("duty.no_office", path, name=OFFICE)


def _owners(source: Source) -> _Found:
    offices = {value for _, value in source.matching("offices.*.id") if isinstance(value, str)}
    seats = {
        seat["id"]: isinstance(seat.get("holder"), dict)
        for _, seat in source.matching("bodies.*.seats.*")
        if isinstance(seat, dict) and isinstance(seat.get("id"), str)
    }
    roles = {name for name, _ in ROLES}
    for path, duty in source.matching("duties.*"):
        owner = duty.get("owner") if isinstance(duty, dict) else None
        if not isinstance(duty, dict) or not isinstance(owner, str):
            continue
        place = (*path, "owner")
        of_project = duty.get("each") == "prosjekt"
        known = sorted({*offices, *seats, *(roles if of_project else ())})
        if owner in roles and not of_project and owner not in known:
            yield source.mistake("duty.role_for_programme", place, name=owner)
        elif owner not in known:
            yield _unknown(source, "duty.unknown_owner", place, owner, known)
        elif owner in seats and owner not in offices and not seats[owner]:
            yield source.mistake("duty.owner_without_address", place, name=owner)


def _settling(source: Source) -> _Found:
    for path, duty in source.matching("duties.*"):
        if not isinstance(duty, dict):
            continue
        settled_by = duty.get("settled_by")
        for by, key in (("svar", "criterion"), ("motetall", "meetings")):
            if settled_by == by and duty.get(key) is None:
                yield source.mistake("duty.settles_needs", path, key=key, settled_by=by)
            if settled_by != by and duty.get(key) is not None:
                yield source.mistake("duty.only_with", (*path, key), key=key, needs=f"settled_by: {by}")
        if settled_by != "svar" and duty.get("since_days") is not None:
            yield source.mistake(
                "duty.only_with", (*path, "since_days"), key="since_days", needs="settled_by: svar"
            )
        for key in ("reported_as", "projects"):
            if duty.get("each") != "prosjekt" and duty.get(key):
                yield source.mistake("duty.only_with", (*path, key), key=key, needs="each: prosjekt")
        yield from _settled_where(source, path, duty)


_SETTLED_FOR: Final[Mapping[str, str]] = {
    "statusrapport": "prosjekt",
    "svar": "prosjekt",
    "programrapport": "program",
    "motetall": "program",
}


def _settled_where(source: Source, path: Path, duty: Mapping[str, Plain]) -> _Found:
    """What can never be settled in the way it says would be chased for ever."""
    settled_by, rhythm = str(duty.get("settled_by")), duty.get("rhythm")
    per = rhythm.get("per") if isinstance(rhythm, dict) else None
    whose = _SETTLED_FOR.get(settled_by)
    place, key = (*path, "settled_by"), f"settled_by: {settled_by}"
    if whose is not None and duty.get("each", "program") != whose:
        yield source.mistake("duty.only_with", place, key=key, needs=f"each: {whose}")
    if settled_by in {"statusrapport", "programrapport"} and per in set(_NEEDS) - {"periode"}:
        yield source.mistake("duty.only_with", place, key=key, needs="per: periode")
