"""A reporting period takes no more reports, or takes them again."""

from datetime import datetime

from engine.core.facts.words import read_words
from engine.core.record.events.reports import PeriodClosed
from engine.core.refusal import Reason, Refused
from engine.queries.people.actors import office_only
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.store import reporting
from engine.store.record.record import record
from engine.store.session import Database


def close_period(
    db: Database, *, period: str, by: str, now: datetime, reopen: bool = False, reason: str = ""
) -> Refused | None:
    """Close a period, as programkontoret, or `reopen` it, with a reason. Raises Unknown and NotAllowed."""
    words, unfit = read_words(reason, field="reason")
    with db.writing() as tx:
        asked = period_named(programme_in_force(tx), period)
        person = office_only(tx, by, now)
        reasons = unfit
        if reopen and not words and not unfit:
            reasons += (Reason(code="reason_required", data={"outcome": ""}),)
        if reporting.is_closed(tx, asked.id) is not reopen:
            code = "period_open" if reopen else "period_closed"
            reasons += (Reason(code=code, data={"period": asked.id}),)
        if reasons:
            return Refused(reasons=reasons)
        closed = PeriodClosed(by=person, period=asked.id, reopened=reopen, reason=words)
        record(tx, [closed], now=now)
    return None
