"""Programkontoret writes what the programme's own report says in one of its places."""

from datetime import datetime

from engine.core.events import ReportTextWritten
from engine.core.misuse import Refused
from engine.store.record import record
from engine.store.session import Database
from engine.use_cases.actors import programme_in_force
from engine.use_cases.benefit_at import period_named
from engine.use_cases.close_period import closed_already, office_only
from engine.use_cases.words import EXPLANATION_LIMIT, read_words


def write_report_text(
    db: Database, *, period: str, place: str, text: str, by: str, now: datetime
) -> Refused | None:
    """Keep the text of a place, named as the report's own model names it; an empty one takes it away.

    Raises Unknown for a period or person, and NotAllowed; Refused for a closed period.
    """
    words, unfit = read_words(text, field="text", limit=EXPLANATION_LIMIT)
    with db.writing() as tx:
        asked = period_named(programme_in_force(tx), period)
        person = office_only(tx, by, now)
        reasons = closed_already(tx, asked.id) + unfit
        if reasons:
            return Refused(reasons=reasons)
        record(tx, [ReportTextWritten(by=person, period=asked.id, place=place, text=words)], now=now)
    return None
