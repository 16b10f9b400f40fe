"""What does a programme ask for again and again, and how does it chase what is owed?

The part of the programme file that is about deadlines: the calendar it works by, its ladders of reminders,
and its duties — every report, revision and recurring meeting, each with an owner, a rhythm, what settles it
and what happens when nothing is done. Nothing here is about a single occurrence: that is `obligations`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, StringConstraints

from engine.core.calendar import Policy
from engine.core.facts import ROLES, nearest
from engine.core.reminders import USUAL, Ladder, Rung
from engine.core.shape import Clock, Day, Id, Line, Paragraph, Shape, Text, Whole, YesNo
from engine.core.source import Mistake, Path, Plain, Source

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "duty.no_such_day": ("value",),
    "duty.leap_day": ("value",),
    "duty.span_reversed": ("start", "end"),
    "duty.hours_reversed": ("start", "end"),
    "duty.ladder_not_rising": ("days", "before"),
    "duty.ladder_never": ("ladder", "days", "duty"),
    "duty.unknown_ladder": ("name", "nearest", "allowed"),
    "duty.unknown_owner": ("name", "nearest", "allowed"),
    "duty.owner_without_address": ("name",),
    "duty.unknown_body": ("name", "nearest", "allowed"),
    "duty.body_without_meetings": ("name",),
    "duty.needs": ("key", "per"),
    "duty.not_for": ("key", "per"),
    "duty.before_period": ("days", "per"),
    "duty.no_periods": (),
    "duty.no_platform": (),
    "duty.settles_needs": ("key", "settled_by"),
    "duty.role_for_programme": ("name",),
    "duty.too_many_meetings": ("low", "high"),
}
"""Every code this module gives itself, with the keys of its data."""

YearDay: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}-[0-9]{2}$")]
"""A day of every year, written "12-24"."""

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
    so many working days from then. A day that is not worked gives way to the working day before it.
    """

    per: Per
    days: Annotated[Whole, Field(ge=-60, le=120)] | None = None
    dates: tuple[YearDay, ...] = ()
    day: Annotated[Whole, Field(ge=1, le=28)] | None = None
    weeks: Annotated[Whole, Field(ge=1, le=260)] | None = None
    from_day: Day | None = Field(default=None, alias="from")
    to_day: Day | None = Field(default=None, alias="to")
    body: Id | None = None
    only: tuple[Annotated[str, StringConstraints(pattern=r"^T[123]$")], ...] = ()
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
    yield from _hours(source)
    yield from _ladders(source)
    yield from _rhythms(source)
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
            if not isinstance(value, str) or not re.fullmatch(r"\d\d-\d\d", value, re.ASCII):
                continue
            if value == "02-29":
                # A series that has no day in three years of four would be forgotten in them.
                yield source.mistake("duty.leap_day", path, value=value)
            elif not _is_day(value):
                yield source.mistake("duty.no_such_day", path, value=value)
    for path, quiet in source.matching("calendar.quiet.*"):
        if isinstance(quiet, dict):
            start, end = quiet.get("from"), quiet.get("to")
            if isinstance(start, str) and isinstance(end, str) and end < start:
                yield source.mistake("duty.span_reversed", (*path, "to"), start=start, end=end)


def _is_day(text: str) -> bool:
    try:
        date(2001, *_month_day(text))
    except ValueError:
        return False
    return True


def _hours(source: Source) -> _Found:
    for path, hours in source.matching("calendar.hours"):
        if isinstance(hours, dict):
            start, end = hours.get("send_at"), hours.get("until")
            if isinstance(start, str) and isinstance(end, str) and end <= start:
                yield source.mistake("duty.hours_reversed", (*path, "until"), start=start, end=end)


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


def _unknown(source: Source, code: str, path: Path, name: str, known: Iterable[str]) -> Mistake:
    known = tuple(known)
    return source.mistake(code, path, name=name, nearest=nearest(name, known), allowed=", ".join(known))


def _rhythms(source: Source) -> _Found:
    bodies = {
        str(body["id"]): isinstance(body.get("meetings"), dict)
        for _, body in source.matching("bodies.*")
        if isinstance(body, dict) and isinstance(body.get("id"), str)
    }
    has_periods = bool(list(source.matching("periods.*")))
    for path, rhythm in source.matching("duties.*.rhythm"):
        if isinstance(rhythm, dict) and rhythm.get("per") in _NEEDS:
            yield from _keys_of(source, path, rhythm, str(rhythm["per"]), has_periods=has_periods)
            yield from _bodies_of(source, path, rhythm, bodies)
            yield from _never(source, path, rhythm)
    for path, count in source.matching("duties.*.meetings"):
        if isinstance(count, dict):
            yield from _bodies_of(source, path, count, bodies)
            low, high = count.get("low"), count.get("high")
            if isinstance(low, int) and isinstance(high, int) and high < low:
                yield source.mistake("duty.too_many_meetings", (*path, "high"), low=low, high=high)


def _keys_of(
    source: Source, path: Path, rhythm: Mapping[str, Plain], per: str, *, has_periods: bool
) -> _Found:
    for key in _NEEDS[per]:
        if rhythm.get(key) in (None, []):
            yield source.mistake("duty.needs", path, key=key, per=per)
    for key in rhythm:
        if key in _KEYS - _ALLOWS[per]:
            yield source.mistake("duty.not_for", (*path, key), key=key, per=per)
    if per == "periode" and not has_periods:
        yield source.mistake("duty.no_periods", (*path, "per"))
    if per == "plattform" and not list(source.matching("platform")):
        yield source.mistake("duty.no_platform", (*path, "per"))
    days = rhythm.get("days")
    if per == "periode" and isinstance(days, int) and days < 0:
        yield source.mistake("duty.before_period", (*path, "days"), days=days, per=per)
    start, end = rhythm.get("from"), rhythm.get("to")
    if isinstance(start, str) and isinstance(end, str) and end < start:
        yield source.mistake("duty.span_reversed", (*path, "to"), start=start, end=end)


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
    weeks, duty = rhythm.get("weeks"), source.value_at(path[:-1])
    if rhythm.get("per") not in ("uker", "maned") or not isinstance(duty, dict):
        return
    room = 5 * weeks if isinstance(weeks, int) and rhythm.get("per") == "uker" else 20
    for _, ladder in source.matching("ladders.*"):
        if isinstance(ladder, dict) and ladder.get("id") == duty.get("ladder"):
            days = _days_of(ladder)
            if days and max(days) <= -room:
                names = {"ladder": str(ladder["id"]), "duty": str(duty.get("id"))}
                place = (*path[:-1], "ladder")
                yield source.mistake("duty.ladder_never", place, days=-max(days), **names)


def _days_of(ladder: Mapping[str, Plain]) -> list[int]:
    steps = ladder.get("steps")
    days = [step.get("days") for step in (steps if isinstance(steps, list) else []) if isinstance(step, dict)]
    return [one for one in days if isinstance(one, int) and not isinstance(one, bool)]


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
        for settled_by, key in (("svar", "criterion"), ("motetall", "meetings")):
            if duty.get("settled_by") == settled_by and duty.get(key) is None:
                yield source.mistake("duty.settles_needs", path, key=key, settled_by=settled_by)
