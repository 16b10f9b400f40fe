"""The rows of what is told of benefits."""

from sqlalchemy import Connection

from engine.core.record.events import benefits as ev
from engine.store.record.reports import insert_told
from engine.store.record.rows import Stamp


def benefit_estimated(tx: Connection, event: ev.BenefitEstimated, stamp: Stamp) -> None:
    """The rows of `BenefitEstimated`."""
    told = {"benefit": event.benefit, "year": event.year, "period": event.period}
    insert_told(tx, "estimate", event, stamp, told | {"fte": event.fte, "kroner": event.kroner})


def benefit_measured(tx: Connection, event: ev.BenefitMeasured, stamp: Stamp) -> None:
    """The rows of `BenefitMeasured`."""
    told = {
        "benefit": event.benefit,
        "indicator": event.indicator,
        "value": event.value,
        "measured_on": event.measured_on,
        "comment_ref": stamp.refs["comment"],
        "by": event.by,
    }
    insert_told(tx, "measurement", event, stamp, told)


def benefit_realised(tx: Connection, event: ev.BenefitRealised, stamp: Stamp) -> None:
    """The rows of `BenefitRealised`."""
    told = {
        "benefit": event.benefit,
        "year": event.year,
        "fte": event.fte,
        "kroner": event.kroner,
        "comment_ref": stamp.refs["comment"],
        "by": event.by,
    }
    insert_told(tx, "realised", event, stamp, told)


def progress_stated(tx: Connection, event: ev.ProgressStated, stamp: Stamp) -> None:
    """The rows of `ProgressStated`."""
    told = {
        "period": event.period,
        "column": event.column,
        "progress": event.progress,
        "reason_ref": stamp.refs["reason"],
        "by": event.by,
    }
    insert_told(tx, "stated_progress", event, stamp, told)
