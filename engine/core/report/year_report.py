"""What does the report of a year say? The models of its tertials in, one model of the whole year out.

Nothing is computed twice: what moved is what the tertials say moved, and what stands at the year's end is
what the last of them says. Source: 002:51.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.core.report.known import Counts
from engine.core.report.report import Change, RealisedLine, TertialReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The report of one of the year's periods. `published_at` is None for one that is not published;
    `differs` says that it can no longer be computed as it was published.
    """

    report: TertialReport
    published_at: datetime | None
    differs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class YearReport:
    """A year: its periods in order, how many stood where before it, and what has been realised by its end.

    `missing` are the numbers of periods that the programme does not have for the year.
    """

    year: int
    known_at: datetime
    parts: tuple[Part, ...]
    missing: tuple[int, ...]
    counts_before: Counts
    closed: tuple[Change, ...]
    realised: tuple[RealisedLine, ...]

    @property
    def last(self) -> TertialReport:
        """The report of the year's last period: how things stand at its end."""
        return self.parts[-1].report

    @property
    def unpublished(self) -> tuple[Part, ...]:
        """The periods whose report is not published."""
        return tuple(one for one in self.parts if one.published_at is None)


def year_report(year: str, parts: Sequence[Part], *, known_at: datetime) -> YearReport:
    """The year, from its periods in order. Raises ValueError without any."""
    if not parts:
        raise ValueError("a year without periods", year)
    ordered = tuple(sorted(parts, key=lambda one: one.report.period.first))
    numbers = {int(one.report.period.id.partition("-T")[2]) for one in ordered}
    last = ordered[-1].report
    return YearReport(
        year=int(year),
        known_at=known_at,
        parts=ordered,
        missing=tuple(number for number in range(1, max(numbers)) if number not in numbers),
        counts_before=ordered[0].report.counts_before,
        closed=tuple(change for one in ordered for change in one.report.closed),
        realised=tuple(one for one in last.realised if one.year <= last.period.last.year),
    )
