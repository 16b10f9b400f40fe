"""What people tell of benefits: estimates, measurements, what was realised, and how far the work has come."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

Progress = Literal["identifisert", "under_arbeid", "ikke_pabegynt"]
"""How far a project's work with its benefits has come. Source: 001:1215."""

PROGRESS: Final[tuple[Progress, ...]] = ("identifisert", "under_arbeid", "ikke_pabegynt")

COLUMNS: Final = ("gevinstmal", "indikatorer", "ambisjon", "tidsfrist")
"""The columns of Vedlegg 2, and the fourth that the rule asks for. Source: 001:1150-1157."""


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
class Realised:
    """What a benefit has really freed in one year, told after the measures work; the newest telling of a
    year holds.
    """

    project: str
    benefit: str
    year: int
    fte: float | None
    kroner: int | None
    comment: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedProgress:
    """How far a project's work with its benefits is said to have come in a tertial, where somebody knows
    better than what is computed from the data; `column` is one of COLUMNS.
    """

    project: str
    period: str
    column: str
    progress: Progress
    reason: str
    by: str | None
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
