"""Programkontoret writes what the programme's own report says in one of its places."""

from datetime import datetime

from engine.core.facts.words import EXPLANATION_LIMIT, read_words
from engine.core.record.events.reports import ReportTextWritten
from engine.core.refusal import Refused
from engine.queries.people.actors import office_only
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.programme.periods import closed_already
from engine.store.record.record import record
from engine.store.session import Database


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
