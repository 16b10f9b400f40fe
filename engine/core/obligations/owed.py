"""Who owes what by when?

An obligation is told by its chain (a project's or the programme's), its kind, what it is about and which
occurrence of that it is: `duty:ros`, `programme`, `2025-T1`. Everything here is worked out from the programme
and from what has happened; whoever stores it stores a copy of the answer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from engine.core.cases.meetings import series
from engine.core.facts.catalogue import ROLES
from engine.core.programme.calendar import (
    Policy,
    add_working_days,
    local_date,
    oslo,
    working_day_on_or_before,
)
from engine.core.programme.duties import IN_PROGRAMME, Duty, Rhythm
from engine.core.programme.model import Programme

OwnerKind: TypeAlias = Literal["person", "role", "office", "seat"]

AHEAD: Final = timedelta(days=366)
"""How far ahead what comes again and again is worked out: a year and a day."""

ANSWER: Final = "svar"
PAPERS: Final = "saksunderlag"
CONDITION: Final = "forutsetning"
MEASUREMENT: Final = "maling"
LOOK_AGAIN: Final = "ses_pa_igjen"
REPORT_APPROVAL: Final = "rapportgodkjenning"
MINUTES: Final = "referat"
DUTY: Final = "duty:"
"""Before the id of one of the programme's own duties."""

PROGRAMME: Final = "programme"
"""What a duty of the programme itself is about."""

_ROLES: Final = frozenset(name for name, _ in ROLES)


_ELSEWHERE: Final[Mapping[str, str]] = {
    ANSWER: "sak",
    PAPERS: "anmodning",
    CONDITION: "forutsetning",
    REPORT_APPROVAL: "rapportgodkjenning",
    MINUTES: "referat",
    MEASUREMENT: "maling",
}
_DUTY_ELSEWHERE: Final[Mapping[str, str]] = {
    "statusrapport": "rapport",
    "programrapport": "programrapport",
    "svar": "krav",
    "motetall": "moter",
}
_FOLLOWS: Final[Mapping[str, str]] = {ANSWER: "sak", PAPERS: "moteplan", MINUTES: "moteplan"}


def settled_elsewhere(kind: str, settled_by: str = "") -> str:
    """Where an obligation of this kind is settled (a word for the sentences), empty when it is settled by
    saying so. `settled_by` is what a duty of the programme says of itself.
    """
    return _DUTY_ELSEWHERE.get(settled_by, "") if kind.startswith(DUTY) else _ELSEWHERE.get(kind, "")


def due_elsewhere(kind: str) -> str:
    """What sets the date of an obligation of this kind, empty when it can be given another one."""
    return _FOLLOWS.get(kind, "")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owes it: a person by id, a role in the project, a single office or a seat. Who that is on a day is
    found out on that day.
    """

    kind: OwnerKind
    id: str


NOBODY_FOUND: Final = Owner("role", "ingen_funnet")
"""Whoever was to answer was named in words that name nobody: programkontoret is told, and says so."""


@dataclass(frozen=True, slots=True)
class Key:
    """Which obligation it is, for ever."""

    kind: str
    subject: str
    occurrence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Something owed by a day, or by a time of that day in Oslo. `ladder` is the programme's id for it, empty
    for the usual one; `settled_at` is None while it is owed. `since` is when it came to be owed, None for
    what has been owed as long as the programme has been followed; no rung from before it is ever said.
    `dated_at` is when somebody gave it its present date, None when nobody has.
    """

    key: Key
    owner: Owner
    due_on: date
    due_time: time | None = None
    ladder: str = ""
    settled_at: datetime | None = None
    since: datetime | None = field(default=None, compare=False)
    dated_at: datetime | None = field(default=None, compare=False)

    @property
    def due_at(self) -> datetime:
        """The instant after which it is late: its time, or the end of its day."""
        if self.due_time is not None:
            return oslo(self.due_on, self.due_time)
        return oslo(self.due_on + timedelta(days=1), time())


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What people have done to an obligation itself: `settled`, `extended` (to `due`), or `alerted`."""

    key: Key
    act: Literal["settled", "extended", "alerted"]
    due: date | None
    words: str
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time a duty falls due; `begins` is the first day of what it is about, never after `due_on`."""

    id: str
    begins: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A project's report of a period has been delivered, and perhaps approved."""

    period: str
    delivered_at: datetime
    approved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What of a project's course decides which duties it has: its kind; when it was reported as what, in
    order; its delivered reports; and when each criterion was answered.
    """

    kind: str = "utviklingsprosjekt"
    reported: Sequence[tuple[date, str | None]] = ()
    reports: Sequence[Reported] = ()
    answered: Mapping[str, Sequence[datetime]] | None = None

    def standing_on(self, day: date) -> str | None:
        """How the project was reported at the end of a day; None before it began."""
        return next((what for since, what in reversed(self.reported) if since <= day), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Affairs:
    """What of the programme's own affairs settles its duties: reports published by period, and how many
    meetings each body has held in a year.
    """

    published: Mapping[str, datetime]
    held: Mapping[tuple[str, int], int]
    last_held: Mapping[tuple[str, int], datetime]


def occurrences(duty: Duty, programme: Programme, *, until: date) -> tuple[Occurrence, ...]:
    """Each time a duty falls due from the programme's `follow_from` and until a day, in order.

    The rhythm's `from` and `to` are about the days it names; a deadline that gives way to an earlier day
    belongs with the day it was meant for.
    """
    rhythm = duty.rhythm
    first, last = rhythm.from_day or date.min, rhythm.to_day or date.max
    since = max(programme.follow_from, first)
    span = _Span(programme=programme, since=since, until=until + _ROOM, policy=programme.calendar.policy())
    falls = [one for day, one in _FALLS[rhythm.per](rhythm, span) if first <= day <= last]
    return tuple(one for one in sorted(falls, key=_due_on) if programme.follow_from <= one.due_on <= until)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    programme: Programme
    since: date
    until: date
    policy: Policy


_DAY: Final = timedelta(days=1)

_ROOM: Final = timedelta(days=200)
"""Further than a deadline can come before the day it was meant for: a file may take `MOST_OFF` days out of
the year, and weekends and public holidays may lie around them.
"""

_Falls: TypeAlias = Iterator[tuple[date, Occurrence]]
"""Each occurrence with the day that the rhythm names."""


def _due_on(one: Occurrence) -> date:
    return one.due_on


def _by_period(rhythm: Rhythm, span: _Span) -> _Falls:
    for period in span.programme.periods:
        # What was over before anybody was followed is not asked for either.
        before = period.to_day < span.programme.follow_from
        if before or (rhythm.only and period.id.rpartition("-")[2] not in rhythm.only):
            continue
        due = period.report_due
        if rhythm.days is not None:
            due = _counted(period.to_day, rhythm.days, span.policy)
        yield due, Occurrence(id=period.id, begins=period.from_day, due_on=due)


def _by_year(rhythm: Rhythm, span: _Span) -> _Falls:
    years = range(span.since.year - 1, span.until.year + 1)
    days = sorted(date.fromisoformat(f"{year}-{text}") for year in years for text in rhythm.dates)
    return _regular(days, span)


def _by_month(rhythm: Rhythm, span: _Span) -> _Falls:
    years = range(span.since.year - 1, span.until.year + 1)
    return _regular((date(year, month, rhythm.day or 1) for year in years for month in range(1, 13)), span)


def _by_weeks(rhythm: Rhythm, span: _Span) -> _Falls:
    step = timedelta(weeks=rhythm.weeks or 1)
    start = (rhythm.from_day or span.since) - step
    return _regular((start + step * n for n in range((span.until - start) // step + 1)), span)


def _regular(days: Iterable[date], span: _Span) -> _Falls:
    """All but the first of these days, each about the time since the one before."""
    for before, day in pairwise(days):
        due = working_day_on_or_before(day, span.policy)
        yield day, Occurrence(id=day.isoformat(), begins=min(before + _DAY, due), due_on=due)


def _by_meeting(rhythm: Rhythm, span: _Span) -> _Falls:
    body = next(one for one in span.programme.bodies if one.id == rhythm.body)
    # A meeting outside the span may have its deadline inside.
    room = _ROOM + timedelta(days=3 * abs(rhythm.days or 0))
    meets = body.meetings
    since, until = span.since - room, span.until + room
    slots = () if meets is None else series(meets, span.policy, since=since, until=until)
    for slot in slots:
        if slot.status != "cancelled":
            due = _counted(slot.on, rhythm.days or 0, span.policy)
            yield due, Occurrence(id=slot.planned_on.isoformat(), begins=min(slot.on, due), due_on=due)


def _by_platform(rhythm: Rhythm, span: _Span) -> _Falls:
    platform = span.programme.platform
    if platform is not None:
        due = _counted(platform.valid_to, rhythm.days or 0, span.policy)
        one = Occurrence(id=platform.valid_to.isoformat(), begins=platform.valid_from, due_on=due)
        yield due, one


_FALLS: Final[Mapping[str, Callable[[Rhythm, _Span], _Falls]]] = {
    "periode": _by_period,
    "ar": _by_year,
    "maned": _by_month,
    "uker": _by_weeks,
    "mote": _by_meeting,
    "plattform": _by_platform,
}


def _counted(day: date, days: int, policy: Policy) -> date:
    """So many working days from a day; a day that is not worked gives way to the working day before it."""
    return add_working_days(day, days, policy) if days else working_day_on_or_before(day, policy)


def owed_by_programme(programme: Programme, affairs: Affairs, *, until: date) -> Iterator[Obligation]:
    """The programme's own duties, as far ahead as a day."""
    for duty in programme.duties:
        if duty.each != "program":
            continue
        for one in occurrences(duty, programme, until=until):
            yield Obligation(
                key=Key(f"{DUTY}{duty.id}", PROGRAMME, one.id),
                owner=_owner(duty, programme),
                due_on=one.due_on,
                ladder=duty.ladder or "",
                settled_at=_settled_for_programme(duty, one, affairs),
            )


def _settled_for_programme(duty: Duty, one: Occurrence, affairs: Affairs) -> datetime | None:
    if duty.settled_by == "programrapport":
        return affairs.published.get(one.id)
    if duty.settled_by == "motetall" and duty.meetings is not None:
        of_year = (duty.meetings.body, one.due_on.year)
        if affairs.held.get(of_year, 0) >= duty.meetings.low:
            return affairs.last_held.get(of_year)
    return None


def owed_by_project(programme: Programme, course: Course, *, key: str, until: date) -> Iterator[Obligation]:
    """The duties of one project while it runs, as far ahead as a day: a report is owed for a period at whose
    end, or today if it has not ended, the project ran.
    """
    for duty in programme.duties:
        if duty.each != "prosjekt":
            continue
        for one in occurrences(duty, programme, until=until):
            if _runs(duty, course, one, programme):
                yield Obligation(
                    key=Key(f"{DUTY}{duty.id}", f"project:{key}", one.id),
                    owner=_owner(duty, programme),
                    due_on=one.due_on,
                    ladder=duty.ladder or "",
                    settled_at=_settled_for_project(duty, one, course),
                )


def _runs(duty: Duty, course: Course, one: Occurrence, programme: Programme) -> bool:
    if course.kind not in (duty.projects or IN_PROGRAMME):
        return False
    on = one.due_on
    if duty.rhythm.per == "periode":
        on = programme.period(one.id).to_day
    standing = course.standing_on(on)
    if standing in (None, "Avsluttet"):
        return False
    return not duty.reported_as or standing in duty.reported_as


def _settled_for_project(duty: Duty, one: Occurrence, course: Course) -> datetime | None:
    if duty.settled_by == "statusrapport":
        return next((each.delivered_at for each in course.reports if each.period == one.id), None)
    if duty.settled_by == "svar" and duty.criterion is not None:
        since = one.due_on - timedelta(days=duty.since_days or AHEAD.days)
        given = (course.answered or {}).get(duty.criterion, ())
        return next((at for at in given if local_date(at) >= since), None)
    return None


def _owner(duty: Duty, programme: Programme) -> Owner:
    if any(one.id == duty.owner for one in programme.offices):
        return Owner("office", duty.owner)
    if duty.owner in _ROLES:
        return Owner("role", duty.owner)
    return Owner("seat", duty.owner)


def with_acts(wanted: Iterable[Obligation], acts: Sequence[Act]) -> Iterator[Obligation]:
    """The obligations as people have changed them: another date, or settled by hand. The first settling
    counts.
    """
    settled = {act.key: act.at for act in reversed(acts) if act.act == "settled"}
    dues = {act.key: (act.due, act.at) for act in acts if act.act == "extended" and act.due is not None}
    for one in wanted:
        changed = one
        if one.key in dues:
            due_on, at = dues[one.key]
            changed = replace(changed, due_on=due_on, due_time=None, dated_at=at.astimezone(UTC))
        if one.settled_at is None and one.key in settled:
            changed = replace(changed, settled_at=settled[one.key].astimezone(UTC))
        yield changed


def chased(wanted: Iterable[Obligation], *, follow_from: date) -> Iterator[Obligation]:
    """Those whose deadline lies in the time the programme is followed: before it nobody is chased."""
    return (one for one in wanted if one.due_on >= follow_from)
