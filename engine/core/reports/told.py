"""What is reported each tertial, by people and by the accounts? The shapes that the report is computed from.

Numbers that exist elsewhere are never asked for here: the counts come from the phases, the accounts from the
accounting system. Amounts are whole kroner, freed time is årsverk (full-time years of work) per year.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from engine.core.programme.vocabulary import Area

Light = Literal["gronn", "gul", "rod"]
"""Green, yellow or red; always shown with its word. Source: 001:23-28."""

LIGHTS: Final[tuple[Light, ...]] = ("gronn", "gul", "rod")


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
    """What acts on the probability."""
    owner: str
    due: date | None
    mitigation: str = ""
    """What acts on the consequence, should it happen. Source: 004:822-826."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one side has given a project on a quality indicator in a period. Source: 004:780-785."""

    project: str
    period: str
    indicator: str
    side: Literal["prosjektleder", "prosjekteier"]
    score: int
    comment: str
    by: str | None
    recorded_at: datetime
