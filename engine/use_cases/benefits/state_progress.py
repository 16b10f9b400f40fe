"""Somebody who knows better says how far a project's work with its benefits has come, and why."""

from dataclasses import dataclass
from datetime import datetime

from engine.core.benefits.told import COLUMNS, PROGRESS
from engine.core.facts.words import read_words
from engine.core.record.events.benefits import ProgressStated
from engine.core.refusal import Reason, Refused, unknown
from engine.queries.benefits.benefit_at import benefits_at, must_follow
from engine.queries.programme.in_force import period_named
from engine.queries.programme.periods import shut
from engine.store.record.record import record
from engine.store.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The column, and what it is now said to be; None: as computed."""

    column: str
    progress: str | None


def state_progress(
    db: Database,
    *,
    key: str,
    period: str,
    column: str,
    progress: str | None,
    reason: str,
    by: str,
    now: datetime,
) -> Stated | Refused:
    """Set one column of Vedlegg 2 for a project and period beside the computed one; None takes it back.

    Raises Unknown for a project, person, period, column or progress, and NotAllowed. Refused without a
    reason, and for a closed period.
    """
    words, unfit = read_words(reason, field="reason")
    with db.writing() as tx:
        at = benefits_at(tx, key=key, by=by, now=now)
        must_follow(tx, at)
        told_in = period_named(at.steered.programme, period)
        if column not in COLUMNS:
            raise unknown("column", column, COLUMNS)
        if progress is not None and progress not in PROGRESS:
            raise unknown("progress", progress, PROGRESS)
        reasons = shut(tx, told_in, today=at.today) + unfit
        if not words and not unfit:
            reasons += (Reason(code="reason_required", data={"outcome": ""}),)
        if reasons:
            return Refused(reasons=reasons)
        stated = ProgressStated(
            by=at.person, project=key, period=told_in.id, column=column, progress=progress, reason=words
        )
        record(tx, [stated], now=now)
    return Stated(column=column, progress=progress)
