"""What is reported each tertial, by people and by the accounts? The shapes that the report is computed from.

Numbers that exist elsewhere are never asked for here: the counts come from the phases, the accounts from the
accounting system. Amounts are whole kroner, freed time is årsverk (full-time years of work) per year.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

Light = Literal["gronn", "gul", "rod"]
"""Green, yellow or red; always shown with its word. Source: 001:23-28."""

LIGHTS: Final[tuple[Light, ...]] = ("gronn", "gul", "rod")

Area = Literal["helhet", "fremdrift", "okonomi", "gevinst", "risiko"]
"""What a light is about. Source: 001:14-17."""

AREAS: Final[tuple[Area, ...]] = ("helhet", "fremdrift", "okonomi", "gevinst", "risiko")

Progress = Literal["identifisert", "under_arbeid", "ikke_pabegynt"]
"""How far a project's work with its benefits has come. Source: 001:1215."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a benefit is expected to free in one year, as told in a tertial; an estimate told in a later
    period takes its place, and both are kept so that the change can be told.
    """

    project: str
    benefit: str
    year: int
    period: str
    fte: float | None
    """Årsverk in that year; None when only kroner are estimated."""
    kroner: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One measured value of an indicator of a benefit."""

    project: str
    benefit: str
    indicator: str
    value: float
    measured_on: date
    comment: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Something that can happen, good or bad; probability and consequence are 1–5, None where not given."""

    number: int
    title: str
    kind: Literal["trussel", "mulighet"]
    probability: int | None
    consequence: int | None
    assessment: str
    measures: str
    owner: str
    due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A light set by a person with a reason, for the programme (`project` None) or one project."""

    project: str | None
    period: str
    area: Area
    light: Light
    reason: str
    by: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """A delivered version of one project's report of a tertial. `fields` are the form's fields by name."""

    project: str
    period: str
    version: int
    fields: dict[str, object]
    delivered_by: str | None
    delivered_at: datetime
    approved_by: str | None
    approved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One line of the programme's accounts (Tabell 1), in whole kroner; None where the line has no such
    amount. Source: 001:104-140.
    """

    period: str
    label: str
    group: Literal["inntekt", "utgift", "ufordelt", "overforing"]
    project_number: str | None
    budget: int | None
    spent: int | None
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """An amount a project applies to carry over to the next year. Source: 001:93-99."""

    period: str
    project: str
    label: str
    """The project's name as it was written in the application."""
    amount: int
