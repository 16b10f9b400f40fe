"""What a report is computed from: the projects as they were, and what was told and imported."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from engine.core.benefits.benefits import Benefit
from engine.core.benefits.told import Estimate, Measurement, Realised, StatedProgress
from engine.core.programme.calendar import Policy
from engine.core.programme.model import KeyFigure
from engine.core.reports.told import AccountLine, Judgement, Risk, StatusReport, Transfer

ACTIVE: Final = ("Konsept", "Prosjekt", "Realisering")
ESTIMATED: Final = ("Prosjekt", "Realisering")
"""Whose estimates are summed: goals in Konsept are not clear enough yet. Source: 001:165."""
YEARS_AHEAD: Final = 6
LAST_YEAR: Final = 2040

Section = Literal[
    "helhet",
    "fremdrift",
    "okonomi",
    "gevinst",
    "arsverk",
    "andre_gevinster",
    "erfaringer",
    "risiko",
    "portefolje",
]
"""Where the programme office writes in its own words."""
SECTIONS: Final[tuple[Section, ...]] = (
    "helhet", "fremdrift", "okonomi", "gevinst", "arsverk", "andre_gevinster", "erfaringer", "risiko",
    "portefolje",
)  # fmt: skip

Counts = Mapping[str, int]
"""How many are reported under each status, in the report's order; zeros are there."""


# ---------------------------------------------------------------- what goes in


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A code and its title, in the taxonomy in force; `also` is what else it is called."""

    code: str
    title: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Terms under a heading: the focus areas of a strategy, or the areas of a byrådsavdeling.

    A taxonomy without headings is one group with an empty code.
    """

    code: str
    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A reporting period, both days included."""

    id: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One project on the period's last day, with the facts that held then.

    `since` is when it was first reported as it is now, `was` how it was reported just before that. `area` is
    its term in the focus areas in force, `strategy_area` its term in those the targets are set for.
    """

    key: str
    title: str
    outside: bool
    phase_title: str
    reported_as: str | None
    since: date
    was: str | None
    area: str | None
    strategy_area: str | None
    service: str
    service_area: str | None
    shared_with: tuple[str, ...]
    aliases: tuple[str, ...]
    description: str
    started_on: date | None
    parent: str | None
    closing_reason: str
    carried_to: str
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """What a strategy is to give by the end of a year."""

    code: str
    title: str
    low: float
    high: float
    by: int
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What people and the accounts have told for the period, and before it; newest last."""

    estimates: tuple[Estimate, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    realised: tuple[Realised, ...] = ()
    risks: tuple[Risk, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    key_figures: tuple[KeyFigure, ...] = ()
    """The rules by which the programme's lights follow from figures; none is shipped."""
    owner_days: int = 3
    """Working days of silence after which a delivered report is shown as not approved by its owner."""
    status_reports: tuple[StatusReport, ...] = ()
    accounts: tuple[AccountLine, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    stated_progress: tuple[StatedProgress, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a report is computed from, as of the period's last day and as known at `known_at`.

    `before` are the standings on the day before the period, by key: how each project was reported then.
    """

    programme: str
    period: Span
    previous: str
    known_at: datetime
    entries: tuple[Entry, ...]
    before: Mapping[str, str | None]
    focus_areas: tuple[Group, ...]
    departments: tuple[Group, ...]
    targets: tuple[TargetLine, ...]
    calendar: Policy
    """Which days the programme works."""
    reported: Reported


def is_counted(entry: Entry, period: Span) -> bool:
    """Whether the report is about this project: in the programme, and active or closed in the period."""
    if entry.outside or entry.reported_as is None:
        return False
    return entry.reported_as != "Avsluttet" or period.first <= entry.since <= period.last
