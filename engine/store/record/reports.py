"""The rows of what happens to reports and periods."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from engine.core.record.events import benefits, reports
from engine.store.record.rows import INSERTS, Stamp
from engine.store.tables.base import metadata


def quality_scored(tx: Connection, event: reports.QualityScored, stamp: Stamp) -> None:
    """The rows of `QualityScored`."""
    told = {
        "period": event.period,
        "side": event.side,
        "scores": dict(event.scores),
        "comment_ref": stamp.refs["comment"],
        "by": event.by,
    }
    insert_told(tx, "quality_score", event, stamp, told)


_Told = (
    benefits.BenefitEstimated
    | benefits.BenefitMeasured
    | benefits.BenefitRealised
    | benefits.ProgressStated
    | reports.QualityScored
)


def insert_told(tx: Connection, table: str, event: _Told, stamp: Stamp, told: Mapping[str, Any]) -> None:
    """Keep one more telling about a project; the earlier ones stay."""
    row = {"project": event.project, "seq": stamp.seq, "recorded_at": stamp.at}
    tx.execute(INSERTS[table], {**row, **told})


def report_delivered(tx: Connection, event: reports.ReportDelivered, stamp: Stamp) -> None:
    """The rows of `ReportDelivered`."""
    row = {
        "project": event.project,
        "period": event.period,
        "version": event.version,
        "fields_ref": stamp.refs["fields"],
        "delivered_by": event.by,
        "delivered_at": stamp.at,
        "approved_by": None,
        "approved_at": None,
    }
    tx.execute(INSERTS["status_report"], row)


def report_approved(tx: Connection, event: reports.ReportApproved, stamp: Stamp) -> None:
    """The rows of `ReportApproved`."""
    report = metadata.tables["status_report"]
    this = (report.c.project == event.project) & (report.c.period == event.period)
    approved = {"approved_by": event.by, "approved_at": stamp.at}
    tx.execute(update(report).where(this, report.c.version == event.version).values(approved))


def period_closed(tx: Connection, event: reports.PeriodClosed, stamp: Stamp) -> None:
    """The rows of `PeriodClosed`."""
    row = {
        "period": event.period,
        "seq": stamp.seq,
        "closed": not event.reopened,
        "reason_ref": stamp.refs["reason"],
        "by": event.by,
        "at": stamp.at,
    }
    tx.execute(INSERTS["period_act"], row)


def accounts_imported(tx: Connection, event: reports.AccountsImported, stamp: Stamp) -> None:
    """The rows of `AccountsImported`."""
    _insert_import(tx, event, stamp, kind="accounts", as_of=event.as_of)


def transfers_imported(tx: Connection, event: reports.TransfersImported, stamp: Stamp) -> None:
    """The rows of `TransfersImported`."""
    _insert_import(tx, event, stamp, kind="transfers", as_of="")


def risks_imported(tx: Connection, event: reports.RisksImported, stamp: Stamp) -> None:
    """The rows of `RisksImported`."""
    _insert_import(tx, event, stamp, kind="risks", as_of="")


def report_text_written(tx: Connection, event: reports.ReportTextWritten, stamp: Stamp) -> None:
    """The rows of `ReportTextWritten`."""
    row = {
        "period": event.period,
        "seq": stamp.seq,
        "place": event.place,
        "text_ref": stamp.refs["text"],
        "by": event.by,
        "recorded_at": stamp.at,
    }
    tx.execute(INSERTS["report_text"], row)


def _insert_import(
    tx: Connection,
    event: reports.AccountsImported | reports.TransfersImported | reports.RisksImported,
    stamp: Stamp,
    *,
    kind: str,
    as_of: str,
) -> None:
    row = {
        "period": event.period,
        "seq": stamp.seq,
        "kind": kind,
        "as_of": as_of,
        "lines_ref": stamp.refs["lines"],
        "by": event.by,
        "recorded_at": stamp.at,
    }
    tx.execute(INSERTS["period_import"], row)


def light_set(tx: Connection, event: reports.LightSet, stamp: Stamp) -> None:
    """The rows of `LightSet`."""
    row = {
        "chain": event.chain,
        "seq": stamp.seq,
        "project": event.project,
        "period": event.period,
        "area": event.area,
        "light": event.light,
        "reason_ref": stamp.refs["reason"],
        "by": event.by,
        "recorded_at": stamp.at,
    }
    tx.execute(INSERTS["light"], row)


def programme_report_approved(tx: Connection, event: reports.ProgrammeReportApproved, stamp: Stamp) -> None:
    """The rows of `ProgrammeReportApproved`."""
    row = {
        "period": event.period,
        "version": event.version,
        "known_at": datetime.fromisoformat(event.known_at),
        "digest": event.digest,
        "approved_by": event.by,
        "approved_at": stamp.at,
        "published_by": None,
        "published_at": None,
        "editions": None,
        "findings": None,
        "despite_ref": None,
    }
    tx.execute(INSERTS["programme_report"], row)


def programme_report_published(tx: Connection, event: reports.ProgrammeReportPublished, stamp: Stamp) -> None:
    """The rows of `ProgrammeReportPublished`."""
    report = metadata.tables["programme_report"]
    this = (report.c.period == event.period) & (report.c.version == event.version)
    published = {
        "published_by": event.by,
        "published_at": stamp.at,
        "editions": dict(event.editions),
        "findings": event.findings,
        "despite_ref": stamp.refs["despite"],
    }
    tx.execute(update(report).where(this).values(published))
