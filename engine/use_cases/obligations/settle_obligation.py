"""Something owed has been done, and somebody who may says so."""

from dataclasses import dataclass
from datetime import datetime

from engine.core.facts.words import read_words
from engine.core.obligations.owed import DUTY, settled_elsewhere
from engine.core.record.events.obligations import ObligationSettled
from engine.core.refusal import NotAllowed, Reason, Refused
from engine.store import programmes
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.obligations.owed_now import Owed, may_follow_up, owed_now
from engine.use_cases.obligations.plan_obligations import freshen_chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The obligation that is done, by id."""

    obligation: str


def settle_obligation(
    db: Database, *, obligation: str, note: str, by: str, now: datetime
) -> Settled | Refused:
    """Say that something has been done, as whoever answers for it or as programkontoret; `note` tells what.

    What follows from something done elsewhere (an answer, a report, a condition that is accepted) is refused
    with where. Reminders stop with this transaction, also those that are queued. Raises Unknown for the
    obligation or person, NotAllowed for anybody else.
    """
    words, unfit = read_words(note, field="note")
    with db.writing() as tx:
        owed = owed_now(tx, obligation, by=by, now=now)
        if not owed.is_theirs and not may_follow_up(tx, owed.who, owed.person, on=owed.who.on):
            raise NotAllowed("may_not_settle")
        reasons = owed.standing or (*_elsewhere(tx, owed), *unfit)
        if not words and not unfit:
            reasons += (Reason(code="note_required", data={}),)
        if reasons:
            return Refused(reasons=reasons)
        key = owed.stored.obligation.key
        settled = ObligationSettled(
            by=owed.person,
            project=owed.stored.project,
            kind=key.kind,
            subject=key.subject,
            occurrence=key.occurrence,
            note=words,
        )
        record(tx, [settled], now=now)
        freshen_chain(tx, owed.stored.chain, now=now)
    return Settled(obligation=obligation)


def _elsewhere(tx: Connection, owed: Owed) -> tuple[Reason, ...]:
    kind = owed.stored.obligation.key.kind
    programme = programmes.current(tx)
    duties = () if programme is None else programme.duties
    by = next((one.settled_by for one in duties if f"{DUTY}{one.id}" == kind), "")
    where = settled_elsewhere(kind, by)
    return (Reason(code="settled_elsewhere", data={"where": where}),) if where else ()
