"""What is told of benefits: estimated, measured, realised, and how far the work has come."""

from dataclasses import dataclass

from engine.core.record.events.event import Event, Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitEstimated(Event):
    """A benefit is expected to free so much in a year, as told in a period; None takes a figure away."""

    project: str
    benefit: str
    year: int
    period: str
    fte: float | None
    kroner: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitMeasured(Event):
    """An indicator of a benefit was measured on a date."""

    project: str
    benefit: str
    indicator: str
    value: float
    measured_on: str
    comment: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitRealised(Event):
    """A benefit has really freed so much in a year; a later telling of the same year takes its place."""

    project: str
    benefit: str
    year: int
    fte: float | None
    kroner: int | None
    comment: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressStated(Event):
    """Somebody who knows better says how far the work with benefits has come, beside what is computed;
    `progress` None lets the computed one stand again.
    """

    project: str
    period: str
    column: str
    progress: str | None
    reason: Prose
