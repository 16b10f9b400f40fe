"""Programkontoret gives something owed another date, and says why."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.core.facts.words import read_words
from engine.core.obligations.owed import CONDITION, due_elsewhere
from engine.core.programme.calendar import local_date
from engine.core.record.events.event import Event
from engine.core.record.events.obligations import ObligationExtended
from engine.core.refusal import Reason, Refused
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.obligations.owed_now import Owed, owed_now, require_follow_up
from engine.use_cases.obligations.plan_obligations import freshen_chain
from engine.use_cases.obligations.settle_condition import condition_extended


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """The obligation, by id, and the day it is due now."""

    obligation: str
    due: date


def extend_obligation(
    db: Database, *, obligation: str, due: date, reason: str, by: str, now: datetime
) -> Extended | Refused:
    """Give something owed another date, today or later; the reason stays with it.

    A condition gets its new date as a condition. What follows a case or a meeting is refused with which. The
    same date once more is refused too, so that a form sent twice counts once. Raises Unknown for the
    obligation or person, NotAllowed for anybody but programkontoret.
    """
    words, unfit = read_words(reason, field="reason")
    with db.writing() as tx:
        owed = owed_now(tx, obligation, by=by, now=now)
        require_follow_up(tx, owed)
        reasons = owed.standing or (*_wrong(owed, due, now), *unfit)
        if not words and not unfit:
            reasons += (Reason(code="reason_for_new_date", data={}),)
        if reasons:
            return Refused(reasons=reasons)
        record(tx, [_event(owed, due, words)], now=now)
        freshen_chain(tx, owed.stored.chain, now=now)
    return Extended(obligation=obligation, due=due)


def _event(owed: Owed, due: date, words: str) -> Event:
    key, project = owed.stored.obligation.key, owed.stored.project
    if key.kind == CONDITION and project is not None:
        return condition_extended(
            project=project, case=key.subject, condition=key.occurrence, due=due, reason=words, by=owed.person
        )
    return ObligationExtended(
        by=owed.person,
        project=project,
        kind=key.kind,
        subject=key.subject,
        occurrence=key.occurrence,
        due=due.isoformat(),
        reason=words,
    )


def _wrong(owed: Owed, due: date, now: datetime) -> tuple[Reason, ...]:
    one = owed.stored.obligation
    follows = due_elsewhere(one.key.kind)
    if follows:
        return (Reason(code="due_elsewhere", data={"what": follows}),)
    if due < local_date(now):
        return (Reason(code="due_past", data={"due": due.isoformat()}),)
    if due == one.due_on:
        return (Reason(code="due_unchanged", data={"due": due.isoformat()}),)
    return ()
