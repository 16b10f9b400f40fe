"""Whether a period is still open."""

from datetime import date

from engine.core.programme.model import Period
from engine.core.refusal import Reason
from engine.store import reporting
from engine.store.session import Connection


def shut(tx: Connection, period: Period, *, today: date) -> tuple[Reason, ...]:
    """Why nothing can be told for a period: it is closed, or has not begun."""
    if reporting.is_closed(tx, period.id):
        return (Reason(code="period_closed", data={"period": period.id}),)
    if today < period.from_day:
        data = {"period": period.id, "on": period.from_day.isoformat()}
        return (Reason(code="period_not_begun", data=data),)
    return ()


def closed_already(tx: Connection, period: str) -> tuple[Reason, ...]:
    """Why nothing can be told for a period that is closed."""
    if not reporting.is_closed(tx, period):
        return ()
    return (Reason(code="period_closed", data={"period": period}),)
