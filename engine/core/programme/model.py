"""A programme as it is in force: bodies with their seats and rules, offices, taxonomies, targets and
periods.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import Field, StringConstraints

from engine.core.files.shape import (
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
    text_in,
)
from engine.core.programme.duties import Duty, Kind, NamedLadder, WorkCalendar, ladder_named
from engine.core.programme.ladder import Ladder
from engine.core.programme.vocabulary import FOUR_FIELDS, Area, Class

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
        fitting = (each for each in self.taxonomies if family(each.id) == prefix or each.id == prefix)
        return next((each for each in fitting if each.holds_on(day)), None)

    def term(self, code: str, *, on: date) -> Term | None:
        """The term with this code in the taxonomies in force on a day; None when there is none."""
        terms = (term for each in self.taxonomies if each.holds_on(on) for term in each.all_terms())
        return next((term for term in terms if term.code == code), None)


_T = TypeVar("_T", Body, Office, Seat, Period, Duty)


def _named(items: Iterable[_T], id_: str) -> _T:
    for item in items:
        if item.id == id_:
            return item
    raise KeyError(id_)


def _all_terms(terms: Iterable[Term]) -> Iterator[Term]:
    for term in terms:
        yield term
        yield from _all_terms(term.terms)


def family(id_: str) -> str:
    """A taxonomy's id without the year that tells its editions apart."""
    return re.sub(r"-[0-9]{4}$", "", id_)
