"""The clock asks: is anything to be planned or reminded of? One small question, mostly answered with no."""

from datetime import datetime

from engine.store import obligations
from engine.store.session import Database
from engine.use_cases.obligations.plan_obligations import is_new_month, plan_obligations
from engine.use_cases.obligations.remind import Reminded, remind


def look_after(db: Database, *, now: datetime) -> tuple[int, Reminded]:
    """Work out what is owed where something has happened, and remind of what is due; how many chains were
    worked out, and what was said.
    """
    with db.glancing() as tx:
        look = obligations.look(tx, now=now)
    planned = 0
    if look.unplanned or is_new_month(look.ahead, now):
        planned = plan_obligations(db, now=now)
    return planned, remind(db, now=now) if planned or look.due else Reminded()
