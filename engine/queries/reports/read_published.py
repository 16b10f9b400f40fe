"""What did a published report say, and what is known of those of a whole year?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from engine.core.programme.calendar import local_date
from engine.core.refusal import Reason, Refused, unknown
from engine.core.report.report import TertialReport
from engine.core.report.year_report import Part, YearReport, year_report
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.reports.read_report import Tell, read_report
from engine.queries.reports.report_json import report_bytes
from engine.store import publications
from engine.store.publications import Version
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedReport:
    """A version that went out, and all that it says; `editions` are the SHA-256 of its bytes by format."""

    version: int
    known_at: datetime
    published_at: datetime
    editions: Mapping[str, str]
    despite: str
    report: TertialReport


def published_report(
    tx: Connection, period: str, *, tell: Tell = lambda _step, _done, _of: None
) -> PublishedReport | Refused:
    """The report of a period as it was known when it was frozen.

    Raises Unknown for the period. Refused when it is not published, or can no longer be computed as it was.
    """
    asked = period_named(programme_in_force(tx), period).id
    version = publications.published(tx, asked)
    if version is None or version.published_at is None:
        return Refused(reasons=(Reason(code="report_not_published", data={"period": asked}),))
    report = read_report(tx, asked, known_at=version.known_at, tell=tell)
    if not _is_the_same(version, report):
        data: dict[str, str | int] = {"period": asked, "version": version.version}
        return Refused(reasons=(Reason(code="report_outrun", data=data),))
    return PublishedReport(
        version=version.version,
        known_at=version.known_at,
        published_at=version.published_at,
        editions=version.editions,
        despite=version.despite,
        report=report,
    )


def read_year(
    tx: Connection, year: str, *, now: datetime, tell: Tell = lambda _step, _done, _of: None
) -> YearReport | Refused:
    """The report of a year, from those of its periods: each as known when it was frozen for publishing, one
    that is not published as known `now`.

    Raises Unknown for a year without periods; Refused while its last period is not over.
    """
    periods = programme_in_force(tx).periods
    of_year = sorted((one for one in periods if one.id.startswith(f"{year}-T")), key=lambda one: one.id)
    if not of_year:
        raise unknown("period", year, sorted({one.id.partition("-T")[0] for one in periods}))
    if of_year[-1].to_day >= local_date(now):
        return Refused(reasons=(Reason(code="year_not_over", data={"year": year}),))
    parts = []
    for one in of_year:
        version = publications.published(tx, one.id)
        known_at = now if version is None else version.known_at
        report = read_report(tx, one.id, known_at=known_at, tell=tell)
        parts.append(
            Part(
                report=report,
                published_at=None if version is None else version.published_at,
                differs=version is not None and not _is_the_same(version, report),
            )
        )
    return year_report(year, parts, known_at=now)


def _is_the_same(version: Version, report: TertialReport) -> bool:
    return sha256(report_bytes(report)).hexdigest() == version.digest
