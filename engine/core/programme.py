"""Who decides, under which rules, and in which words?

The programme file: text in, a `Programme` or every mistake with its place out. It is the first load and an
export; afterwards the portal owns what it says. It holds the bodies with their seats and rules, the single
offices, the taxonomies with the days they hold, the political platform, the targets, the reporting
periods and the duties. `valid_to` and `to` are the last day, included.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import Field, StringConstraints

from engine.core import duties as duties_
from engine.core.benefits import FOUR_FIELDS, KINDS, Class
from engine.core.duties import Duty, Kind, NamedLadder, WorkCalendar, ladder_named
from engine.core.facts import nearest
from engine.core.reminders import Ladder
from engine.core.reporting import Area
from engine.core.shape import (
    Clock,
    Day,
    Document,
    Email,
    Id,
    Line,
    Number,
    Shape,
    Text,
    Whole,
    YesNo,
    parsed,
    schema_of,
    text_in,
)
from engine.core.source import Mistake, Path, Plain, Source

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "programme.duplicate_id": ("id", "first_line"),
    "programme.unknown_body": ("name", "nearest", "allowed"),
    "programme.unknown_seat": ("name", "nearest", "allowed"),
    "programme.unknown_secretary": ("name", "nearest", "allowed"),
    "programme.unknown_term": ("name", "nearest", "allowed"),
    "programme.leader_without_seat": ("name", "nearest", "allowed"),
    "programme.above_in_circle": ("circle",),
    "programme.reports_in_circle": ("circle",),
    "programme.quorum_above_seats": ("quorum", "seats"),
    "programme.own_deputy": ("email",),
    "programme.address_of_two": ("email", "name", "other", "first_line"),
    "programme.dates_reversed": ("start", "end"),
    "programme.due_before_end": ("due", "end"),
    "programme.range_reversed": ("low", "high"),
    "programme.periods_overlap": ("id", "other"),
    "programme.taxonomies_overlap": ("id", "other"),
    "programme.duplicate_code": ("code", "first_line"),
    "programme.unknown_kind": ("name", "nearest", "allowed"),
    "programme.kind_in_two": ("kind", "first_line"),
    "programme.limits_equal": ("limit",),
    "programme.scale_order": (),
    "programme.code_in_two": ("code", "taxonomy"),
    "programme.other_weekday": ("weekday", "date", "actual"),
}
"""Every code this module gives itself, with the keys of its data; `source` and `shape` have their own."""

# ---------------------------------------------------------------- the model

Handling: TypeAlias = Literal["i_mote", "skriftlig"]
DecisionRule: TypeAlias = Literal[
    "konsensus", "leder", "flertall", "to_tredeler", "enstemmig", "stille_samtykke"
]
Tie: TypeAlias = Literal["leder", "avslag", "mote"]
OwnerRule: TypeAlias = Literal["svarer", "inhabil"]
LinkLevel: TypeAlias = Literal["enkel", "kode"]
"""The levels the door has; one that it has not is refused when the file is loaded."""
Weekday: TypeAlias = Literal["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lordag", "sondag"]
WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "mandag",
    "tirsdag",
    "onsdag",
    "torsdag",
    "fredag",
    "lordag",
    "sondag",
)
"""In the order of `date.weekday()`."""

Code: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=60)]
PeriodId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-T[123]$")]


class WorkingDays(Shape):
    """A number of working days, and the time of the last of them, Oslo wall time."""

    working_days: Annotated[Whole, Field(ge=0, le=60)]
    time: Clock


class AnswerWithin(WorkingDays):
    """How long members have to answer in writing, from the day they were asked."""


class PaperDeadline(WorkingDays):
    """How long before a meeting its papers must be ready."""


class Pause(Shape):
    """A time without meetings, both days included, as the summer."""

    from_day: Day = Field(alias="from")
    to_day: Day = Field(alias="to")
    reason: Line


class MeetingChange(Shape):
    """One meeting of the series is held another day or time, or, without `to`, not at all."""

    date: Day
    to_day: Day | None = Field(default=None, alias="to")
    time: Clock | None = None
    reason: Line


class MeetingRhythm(Shape):
    """A series of meetings: every so many weeks from the first one on, less pauses and changes."""

    weekday: Weekday
    time: Clock
    every_weeks: Annotated[Whole, Field(ge=1, le=52)]
    from_day: Day = Field(alias="from")
    to_day: Day | None = Field(default=None, alias="to")
    paper_deadline: PaperDeadline
    place: Line | None = None
    on_holiday: Literal["utgar", "neste_virkedag"] = "utgar"
    pauses: tuple[Pause, ...] = ()
    changes: tuple[MeetingChange, ...] = ()


class Holder(Shape):
    """Who holds a seat; `acting` is «kst»."""

    name: Line
    email: Email
    acting: YesNo = False
    from_day: Day = Field(alias="from")
    to_day: Day | None = Field(default=None, alias="to")


class Deputy(Shape):
    """The stedfortreder of a seat; not called when the seat it reports to is recused."""

    name: Line
    email: Email
    acting: YesNo = False
    reports_to: Id | None = None
    from_day: Day = Field(alias="from")
    to_day: Day | None = Field(default=None, alias="to")


class Seat(Shape):
    """A place in a body; without a holder it is vacant."""

    id: Id
    office: Line
    reports_to: Id | None = None
    holder: Holder | None = None
    deputy: Deputy | None = None


class Body(Shape):
    """A group that decides, with its rules; a case that loses its quorum goes to the body `above`.

    A member who owns the project of a case is marked in it. `owner` says what follows: ``svarer`` (nothing
    more), or ``inhabil`` (the seat takes no part, as if the group had found so).
    """

    id: Id
    title: Text
    above: Id | None = None
    leader: Id
    secretary: Id | None = None
    handling: Handling
    rule: DecisionRule
    quorum: Annotated[Whole, Field(ge=1, le=100)]
    tie: Tie
    owner: OwnerRule = "svarer"
    link_level: LinkLevel
    answer_within: AnswerWithin
    meetings: MeetingRhythm | None = None
    seats: Annotated[tuple[Seat, ...], Field(min_length=1, max_length=100)]

    def seat(self, id_: str) -> Seat:
        """The seat with this id; KeyError when the body has none."""
        return _named(self.seats, id_)


class Office(Shape):
    """A single office that is not a seat, as programkontoret."""

    id: Id
    title: Text
    email: Email


class Term(Shape):
    """One word of a taxonomy, with those under it; `also` is what else it is called where it is printed."""

    code: Code
    title: Text
    also: tuple[Line, ...] = ()
    terms: tuple["Term", ...] = ()


class Taxonomy(Shape):
    """A set of terms, in force from `valid_from` to `valid_to`, both included; None: until further notice."""

    id: Id
    title: Text
    valid_from: Day
    valid_to: Day | None = None
    terms: Annotated[tuple[Term, ...], Field(min_length=1)]

    def holds_on(self, day: date) -> bool:
        """Whether this is the taxonomy in force on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def all_terms(self) -> Iterator[Term]:
        """Every term, each before those under it."""
        return _all_terms(self.terms)


class Platform(Shape):
    """The political platform projects must accord with, and its period."""

    title: Text
    valid_from: Day
    valid_to: Day
    references: tuple[Line, ...] = ()


class Target(Shape):
    """What a strategy is to give, between `low` and `high`, by the end of a year."""

    term: Code
    measure: Id
    low: Number
    high: Number
    by: Annotated[Whole, Field(ge=2000, le=2200)]
    source: Line | None = None


class BenefitClass(Shape):
    """One field of the programme's own way of sorting benefits: which kinds it takes."""

    letter: Annotated[str, StringConstraints(pattern=r"^[A-ZÆØÅ]{1,2}$")]
    title: Text
    kinds: Annotated[tuple[Line, ...], Field(min_length=1)]


Figure: TypeAlias = Literal["avvik_prosent", "levert_prosent", "anslag_prosent", "hoye_risikoer"]


class KeyFigure(Shape):
    """A light that follows from a figure: worse the nearer it is to `red`, which may be the higher or the
    lower of the two limits.
    """

    area: Area
    figure: Figure
    yellow: Number
    red: Number


class QualityIndicator(Shape):
    """Something a project is scored on; its leader and its owner are to agree."""

    id: Id
    title: Line
    help: Line | None = None


class Quality(Shape):
    """Scores by project leader and owner, lowest first."""

    title: Line = "Kvalitetsindikatorer"
    scale: Annotated[tuple[Whole, ...], Field(min_length=2, max_length=10)]
    indicators: Annotated[tuple[QualityIndicator, ...], Field(min_length=1, max_length=50)]


class Section(Shape):
    """A part of the yearly report that a project writes itself."""

    id: Id
    title: Line
    help: Line | None = None
    source: Line | None = None


class YearlyReport(Shape):
    """The report a project writes once a year, in the status report of this period, and when it ends."""

    title: Line
    tertial: Literal["T1", "T2", "T3"]
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=50)]


class Reporting(Shape):
    """What the programme asks its projects for, beside what every project is asked."""

    project_lights: tuple[Area, ...] = ()
    owner_days: Annotated[Whole, Field(ge=1, le=60)] = 3
    """Working days a project owner has to approve a report before it is shown as not approved."""
    key_figures: tuple[KeyFigure, ...] = ()
    quality: Quality | None = None
    yearly: YearlyReport | None = None


class Period(Shape):
    """A reporting period (tertial) and the day its reports are due."""

    id: PeriodId
    from_day: Day = Field(alias="from")
    to_day: Day = Field(alias="to")
    report_due: Day


class Programme(Document):
    """A whole programme, as parsed; immutable."""

    programme: Id
    title: Text
    language: Literal["nb", "nn", "en"] = "nb"
    follow_from: Day
    workflows: Annotated[
        dict[Literal["utviklingsprosjekt", "forskningsprosjekt", "utenfor_programmet", "program"], Id],
        Field(min_length=1),
    ]
    reported_as: Annotated[
        tuple[Literal["Konsept", "Prosjekt", "Realisering", "Avsluttet"], ...], Field(min_length=1)
    ]
    offices: tuple[Office, ...] = ()
    bodies: Annotated[tuple[Body, ...], Field(min_length=1, max_length=100)]
    taxonomies: tuple[Taxonomy, ...] = ()
    platform: Platform | None = None
    targets: tuple[Target, ...] = ()
    periods: tuple[Period, ...] = ()
    benefit_scheme: tuple[BenefitClass, ...] = ()
    reporting: Reporting = Reporting()

    @property
    def scheme(self) -> tuple[Class, ...]:
        """How benefits are sorted: as the file says, or else by the state's four fields."""
        own = (
            Class(letter=each.letter, title=text_in(each.title, self.language), kinds=each.kinds)
            for each in self.benefit_scheme
        )
        return tuple(own) or FOUR_FIELDS

    calendar: WorkCalendar = WorkCalendar()
    ladders: tuple[NamedLadder, ...] = ()
    chase: dict[Kind, Id] = Field(default_factory=dict)
    """Which ladder each kind of obligation has; the usual one where nothing is said."""
    duties: tuple[Duty, ...] = ()

    def ladder(self, id_: str | None) -> Ladder:
        """The ladder with this id; the usual one when none is named."""
        return ladder_named(self.ladders, id_)

    def duty(self, id_: str) -> Duty:
        """The duty with this id; KeyError when there is none."""
        return _named(self.duties, id_)

    def body(self, id_: str) -> Body:
        """The body with this id; KeyError when there is none."""
        return _named(self.bodies, id_)

    def office(self, id_: str) -> Office:
        """The single office with this id; KeyError when there is none."""
        return _named(self.offices, id_)

    def seat(self, id_: str) -> Seat:
        """The seat with this id, in whatever body; KeyError when there is none."""
        return _named((seat for body in self.bodies for seat in body.seats), id_)

    def period(self, id_: str) -> Period:
        """The reporting period with this id; KeyError when there is none."""
        return _named(self.periods, id_)

    def taxonomy_on(self, prefix: str, day: date) -> Taxonomy | None:
        """The taxonomy of a family in force on a day: `omrader` finds `omrader-2025`."""
        fitting = (each for each in self.taxonomies if _family(each.id) == prefix or each.id == prefix)
        return next((each for each in fitting if each.holds_on(day)), None)

    def term(self, code: str, *, on: date) -> Term | None:
        """The term with this code in the taxonomies in force on a day; None when there is none."""
        terms = (term for each in self.taxonomies if each.holds_on(on) for term in each.all_terms())
        return next((term for term in terms if term.code == code), None)


_T = TypeVar("_T", Body, Office, Seat, Period, Duty)


def bodies_above(programme: Programme, body: str) -> tuple[str, ...]:
    """The ids of the bodies a body's cases may go up to, the nearest first."""
    above = {one.id: one.above for one in programme.bodies}
    found: list[str] = []
    up = above.get(body)
    while up is not None and up not in found:
        found.append(up)
        up = above.get(up)
    return tuple(found)


def _named(items: Iterable[_T], id_: str) -> _T:
    for item in items:
        if item.id == id_:
            return item
    raise KeyError(id_)


def _all_terms(terms: Iterable[Term]) -> Iterator[Term]:
    for term in terms:
        yield term
        yield from _all_terms(term.terms)


def _family(id_: str) -> str:
    """A taxonomy's id without the year that tells its editions apart."""
    return re.sub(r"-[0-9]{4}$", "", id_)


# ---------------------------------------------------------------- parsing

_Found: TypeAlias = Iterator[Mistake]


def parse_programme(text: str | bytes, *, stored: bool = False) -> Programme | tuple[Mistake, ...]:
    """The programme a YAML text describes, or every mistake in it in the text's order. Never raises."""
    return parsed(text, Programme, sense=_sense, stored=stored)


def json_schema() -> dict[str, object]:
    """JSON Schema of the YAML as it is written."""
    return schema_of(Programme, title="Faseport programme")


def _sense(source: Source) -> _Found:
    """Every mistake that shapes cannot show. Passes over what is not of the shape it looks for."""
    for check in (
        _ids,
        _bodies,
        _circles,
        _seats,
        _addresses,
        _dates,
        _periods,
        _taxonomies,
        _targets,
        _meetings,
        duties_.sense,
        _scheme,
        _figures,
        _scales,
    ):
        yield from check(source)


def _texts(source: Source, pattern: str) -> dict[Path, str]:
    return {path: value for path, value in source.matching(pattern) if isinstance(value, str)}


def _unknown(source: Source, code: str, path: Path, name: str, known: Iterable[str]) -> Mistake:
    known = tuple(known)
    return source.mistake(code, path, name=name, nearest=nearest(name, known), allowed=", ".join(known))


def _ids(source: Source) -> _Found:
    """Ids that stand twice where they must tell things apart; seats and offices share one set of names."""
    for patterns in (
        ("bodies.*.id",),
        ("offices.*.id", "bodies.*.seats.*.id"),
        ("taxonomies.*.id",),
        ("periods.*.id",),
        ("ladders.*.id",),
        ("duties.*.id",),
        ("benefit_scheme.*.letter",),
        ("reporting.quality.indicators.*.id",),
        ("reporting.yearly.sections.*.id",),
    ):
        seen: dict[str, int] = {}
        for pattern in patterns:
            for path, id_ in _texts(source, pattern).items():
                if id_ in seen:
                    yield source.mistake("programme.duplicate_id", path, id=id_, first_line=seen[id_])
                seen.setdefault(id_, source.position_of(path)[0])


def _bodies(source: Source) -> _Found:
    bodies = _texts(source, "bodies.*.id").values()
    offices = _texts(source, "offices.*.id").values()
    for path, above in _texts(source, "bodies.*.above").items():
        if above not in bodies:
            yield _unknown(source, "programme.unknown_body", path, above, bodies)
    for path, body in source.matching("bodies.*"):
        if not isinstance(body, dict) or not isinstance(body.get("seats"), list):
            continue
        seats = _seat_ids(body)
        leader, secretary, quorum = body.get("leader"), body.get("secretary"), body.get("quorum")
        if isinstance(leader, str) and leader not in seats:
            yield _unknown(source, "programme.leader_without_seat", (*path, "leader"), leader, seats)
        if isinstance(secretary, str) and secretary not in (*offices, *seats):
            known = (*offices, *seats)
            yield _unknown(source, "programme.unknown_secretary", (*path, "secretary"), secretary, known)
        if isinstance(quorum, int) and quorum > len(seats) > 0:
            place = (*path, "quorum")
            yield source.mistake("programme.quorum_above_seats", place, quorum=quorum, seats=len(seats))


def _seat_ids(body: Mapping[str, Plain]) -> tuple[str, ...]:
    seats = body.get("seats")
    ids = [seat.get("id") for seat in seats if isinstance(seat, dict)] if isinstance(seats, list) else []
    return tuple(id_ for id_ in ids if isinstance(id_, str))


def _circles(source: Source) -> _Found:
    """Bodies above each other, and seats that report to each other, in a circle."""
    for things, link, code in (
        ("bodies.*", "above", "programme.above_in_circle"),
        ("bodies.*.seats.*", "reports_to", "programme.reports_in_circle"),
    ):
        links: dict[str, str] = {}
        places: dict[str, Path] = {}
        for path, thing in source.matching(things):
            if not isinstance(thing, dict):
                continue
            id_, target = thing.get("id"), thing.get(link)
            if isinstance(id_, str) and isinstance(target, str):
                links[id_] = target
                places[id_] = (*path, link)
        for circle in _rounds(links):
            yield source.mistake(code, places[circle[0]], circle=" → ".join([*circle, circle[0]]))


def _rounds(links: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Every circle once, from its first member in the file's order."""
    done: set[str] = set()
    for start in links:
        walked: list[str] = []
        here = start
        while here in links and here not in walked and here not in done:
            walked.append(here)
            here = links[here]
        if here in walked:
            circle = walked[walked.index(here) :]
            first = next(id_ for id_ in links if id_ in circle)
            at = circle.index(first)
            yield tuple(circle[at:] + circle[:at])
        done.update(walked)


def _seats(source: Source) -> _Found:
    seats = _texts(source, "bodies.*.seats.*.id").values()
    for pattern in ("bodies.*.seats.*.reports_to", "bodies.*.seats.*.deputy.reports_to"):
        for path, name in _texts(source, pattern).items():
            if name not in seats:
                yield _unknown(source, "programme.unknown_seat", path, name, seats)
    for path, email in _texts(source, "bodies.*.seats.*.deputy.email").items():
        holder = source.value_at((*path[:-2], "holder", "email"))
        if isinstance(holder, str) and holder.casefold() == email.casefold():
            yield source.mistake("programme.own_deputy", path, email=email)


def _addresses(source: Source) -> _Found:
    """One address under two names: letters to one of them would reach the other."""
    first: dict[str, tuple[str, int]] = {}
    for pattern, name_key in (
        ("offices.*", "title"),
        ("bodies.*.seats.*.holder", "name"),
        ("bodies.*.seats.*.deputy", "name"),
    ):
        for path, person in source.matching(pattern):
            email = person.get("email") if isinstance(person, dict) else None
            name = person.get(name_key) if isinstance(person, dict) else None
            if not isinstance(email, str) or not isinstance(name, str):
                continue
            place = (*path, "email")
            other, line = first.setdefault(email.casefold(), (name, source.position_of(place)[0]))
            if " ".join(other.split()).casefold() != " ".join(name.split()).casefold():
                yield source.mistake(
                    "programme.address_of_two", place, email=email, name=name, other=other, first_line=line
                )


# ---------------------------------------------------------------- days


def _day(value: Plain) -> date | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _dates(source: Source) -> _Found:
    for pattern, start_key, end_key in (
        ("bodies.*.seats.*.holder", "from", "to"),
        ("bodies.*.seats.*.deputy", "from", "to"),
        ("bodies.*.meetings", "from", "to"),
        ("bodies.*.meetings.pauses.*", "from", "to"),
        ("taxonomies.*", "valid_from", "valid_to"),
        ("platform", "valid_from", "valid_to"),
        ("periods.*", "from", "to"),
    ):
        for path, thing in source.matching(pattern):
            if not isinstance(thing, dict):
                continue
            start, end = _day(thing.get(start_key)), _day(thing.get(end_key))
            if start and end and end < start:
                place = (*path, end_key)
                yield source.mistake(
                    "programme.dates_reversed", place, start=start.isoformat(), end=end.isoformat()
                )


def _span(thing: Plain, start_key: str, end_key: str) -> tuple[date, date] | None:
    """First and last day of something in force; None when they cannot be read."""
    if not isinstance(thing, dict):
        return None
    start = _day(thing.get(start_key))
    end = date.max if thing.get(end_key) is None else _day(thing[end_key])
    return (start, end) if start and end else None


def _overlap(one: tuple[date, date] | None, other: tuple[date, date] | None) -> bool:
    return one is not None and other is not None and one[0] <= other[1] and other[0] <= one[1]


def _periods(source: Source) -> _Found:
    before: list[tuple[str, tuple[date, date] | None]] = []
    for path, period in source.matching("periods.*"):
        span = _span(period, "from", "to")
        if not isinstance(period, dict) or span is None:
            continue
        id_, due = str(period.get("id")), _day(period.get("report_due"))
        if due and due < span[1] < date.max:
            place = (*path, "report_due")
            yield source.mistake(
                "programme.due_before_end", place, due=due.isoformat(), end=span[1].isoformat()
            )
        for other, other_span in before:
            if _overlap(span, other_span):
                yield source.mistake("programme.periods_overlap", (*path, "from"), id=id_, other=other)
        before.append((id_, span))


def _meetings(source: Source) -> _Found:
    for path, meetings in source.matching("bodies.*.meetings"):
        if not isinstance(meetings, dict):
            continue
        weekday, first = meetings.get("weekday"), _day(meetings.get("from"))
        if first and weekday in WEEKDAYS and WEEKDAYS[first.weekday()] != weekday:
            yield source.mistake(
                "programme.other_weekday",
                (*path, "from"),
                weekday=str(weekday),
                date=first.isoformat(),
                actual=WEEKDAYS[first.weekday()],
            )


# ---------------------------------------------------------------- taxonomies and targets


def _codes(source: Source, path: Path, value: Plain) -> Iterator[tuple[Path, str]]:
    """Every code of a taxonomy or term, with its path, each before those under it."""
    terms = value.get("terms") if isinstance(value, dict) else None
    for index, term in enumerate(terms if isinstance(terms, list) else []):
        place = (*path, "terms", index)
        code = term.get("code") if isinstance(term, dict) else None
        if isinstance(code, str):
            yield (*place, "code"), code
        yield from _codes(source, place, term)


def _taxonomies(source: Source) -> _Found:
    before: list[tuple[str, tuple[date, date] | None, frozenset[str]]] = []
    for path, taxonomy in source.matching("taxonomies.*"):
        if not isinstance(taxonomy, dict):
            continue
        id_, span = str(taxonomy.get("id")), _span(taxonomy, "valid_from", "valid_to")
        clashing = [each for each in before if _overlap(span, each[1])]
        for other, _, _ in clashing:
            if _family(other) == _family(id_) and other != id_:
                place = (*path, "valid_from")
                yield source.mistake("programme.taxonomies_overlap", place, id=id_, other=other)
        seen: dict[str, int] = {}
        for place, code in _codes(source, path, taxonomy):
            line = source.position_of(place)[0]
            if code in seen:
                yield source.mistake("programme.duplicate_code", place, code=code, first_line=seen[code])
            seen.setdefault(code, line)
            holder = next((each[0] for each in clashing if code in each[2]), None)
            if holder is not None:
                yield source.mistake("programme.code_in_two", place, code=code, taxonomy=holder)
        before.append((id_, span, frozenset(seen)))


def _targets(source: Source) -> _Found:
    known = [code for path, each in source.matching("taxonomies.*") for _, code in _codes(source, path, each)]
    for path, target in source.matching("targets.*"):
        if not isinstance(target, dict):
            continue
        term, low, high = target.get("term"), target.get("low"), target.get("high")
        if isinstance(term, str) and term not in known:
            yield _unknown(source, "programme.unknown_term", (*path, "term"), term, dict.fromkeys(known))
        if isinstance(low, int | float) and isinstance(high, int | float) and high < low:
            place = (*path, "high")
            yield source.mistake("programme.range_reversed", place, low=str(low), high=str(high))


# ---------------------------------------------------------------- benefits and reports


def _scheme(source: Source) -> _Found:
    """Kinds that no benefit can have, and kinds that two fields of the scheme would take."""
    first: dict[str, int] = {}
    for path, kind in _texts(source, "benefit_scheme.*.kinds.*").items():
        if kind not in KINDS:
            yield _unknown(source, "programme.unknown_kind", path, kind, KINDS)
        elif kind in first:
            yield source.mistake("programme.kind_in_two", path, kind=kind, first_line=first[kind])
        first.setdefault(kind, source.position_of(path)[0])


def _figures(source: Source) -> _Found:
    for path, rule in source.matching("reporting.key_figures.*"):
        limit = rule.get("red") if isinstance(rule, dict) else None
        if isinstance(limit, int | float) and source.value_at((*path, "yellow")) == limit:
            yield source.mistake("programme.limits_equal", (*path, "red"), limit=str(limit))


def _scales(source: Source) -> _Found:
    scale = source.value_at(("reporting", "quality", "scale"))
    numbers = [each for each in scale if isinstance(each, int)] if isinstance(scale, list) else []
    if numbers != sorted(set(numbers)):
        yield source.mistake("programme.scale_order", ("reporting", "quality", "scale"))
