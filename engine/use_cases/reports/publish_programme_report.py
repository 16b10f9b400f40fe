"""The programme's report of a tertial is published: its bytes are kept and never change again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from engine.core.facts.words import read_words
from engine.core.record.events.reports import ProgrammeReportPublished
from engine.core.refusal import Reason, Refused, Unknown
from engine.core.report.finding import Finding, open_findings
from engine.core.report.report import TertialReport
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.reports.check_report import check_report
from engine.queries.reports.read_report import Tell
from engine.queries.reports.report_json import report_bytes
from engine.store import projects, publications
from engine.store.publications import Version
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.reports.approve_programme_report import answers_for

Render = Callable[[TertialReport, str], Mapping[str, bytes]]
"""Makes the editions, by format, from the report and from why it is published over what disagrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The version that went out, the SHA-256 of its bytes by format, and what it was published over."""

    period: str
    version: int
    editions: Mapping[str, str]
    despite: str
    findings: tuple[Finding, ...]


def publish_programme_report(
    db: Database,
    *,
    period: str,
    by: str,
    despite: str,
    render: Render,
    now: datetime,
    tell: Tell = lambda _step, _done, _of: None,
) -> Published | Refused:
    """Publish the newest approved version of a period's report, computed as known when it was approved.

    `despite` is the reason that publishing over disagreements takes, and that is printed. Raises Unknown for
    a period or person, and NotAllowed. Refused when no version waits, when what it says is no longer what was
    approved, or over disagreements without a reason.
    """
    words, unfit = read_words(despite, field="despite")
    with db.reading() as tx:
        answers_for(tx, by, period=period, now=now)
        asked = period_named(programme_in_force(tx), period).id
        waiting = _waiting(tx, asked)
        if unfit or waiting is None:
            return Refused(reasons=unfit or (Reason(code="report_not_approved", data={"period": asked}),))
        checked = check_report(tx, asked, known_at=waiting.known_at, tell=tell)
    if sha256(report_bytes(checked.report)).hexdigest() != waiting.digest:
        data: dict[str, str | int] = {"period": asked, "version": waiting.version}
        return Refused(reasons=(Reason(code="report_outrun", data=data),))
    found = open_findings(checked.findings)
    if found and not words:
        data = {"period": asked, "found": len(found)}
        return Refused(reasons=(Reason(code="report_disagrees", data=data),))
    # Nothing to excuse, nothing to print.
    words = words if found else ""
    tell("skriver", 0, checked.report.total)
    editions = render(checked.report, words)
    digests = {name: sha256(content).hexdigest() for name, content in editions.items()}
    with db.writing() as tx:
        person = answers_for(tx, by, period=period, now=now)
        if _waiting(tx, asked) != waiting:
            return Refused(reasons=(Reason(code="report_not_approved", data={"period": asked}),))
        for name, content in editions.items():
            projects.keep_content(tx, digests[name], content)
        published = ProgrammeReportPublished(
            by=person,
            period=asked,
            version=waiting.version,
            editions=digests,
            findings=len(found),
            despite=words,
        )
        record(tx, [published], now=now)
    return Published(
        period=asked, version=waiting.version, editions=digests, despite=words, findings=checked.findings
    )


def _waiting(tx: Connection, period: str) -> Version | None:
    """The newest version, unless it has been published."""
    versions = publications.versions(tx, period)
    return versions[-1] if versions and versions[-1].published_at is None else None


def published_bytes(tx: Connection, period: str, format: str) -> tuple[Version, bytes]:
    """A published report as it was published. Raises Unknown when none is, or not in that format."""
    version = publications.published(tx, period)
    if version is None or format not in version.editions:
        raise Unknown("published_report", period if version is None else f"{period} ({format})")
    return version, projects.paper_content(tx, version.editions[format])
