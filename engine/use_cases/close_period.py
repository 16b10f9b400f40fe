"""A reporting period takes no more reports, or takes them again."""

from datetime import datetime

from engine.core.calendar import local_date
from engine.core.criteria import Reason
from engine.core.events import PeriodClosed
from engine.core.misuse import NotAllowed, Refused
from engine.store import people, reporting
from engine.store.record import record
from engine.store.session import Connection, Database
from engine.use_cases.actors import PROGRAMME_OFFICE, person_named, programme_in_force
from engine.use_cases.benefit_at import period_named
from engine.use_cases.words import read_words


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


def closed_already(tx: Connection, period: str) -> tuple[Reason, ...]:
    """Why nothing can be told for a period that is closed."""
    if not reporting.is_closed(tx, period):
        return ()
    return (Reason(code="period_closed", data={"period": period}),)


def office_only(tx: Connection, by: str, now: datetime) -> str:
    """The id of somebody who holds programkontoret. Raises Unknown, and NotAllowed for anybody else."""
    person = person_named(tx, by)
    holder = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(now))
    if holder is None or holder.id != person.id:
        raise NotAllowed("only_office")
    return person.id
