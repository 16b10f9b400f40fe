"""The clock asks: a written case's time is up — does its body's rule say what the silence of the others
means?
"""

from datetime import datetime
from functools import partial

from engine.queries.cases.tally import tally_of
from engine.queries.cases.written import ends_when_due, is_due, open_written
from engine.store import cases
from engine.store.faults import CLOSING
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.cases.carry_over import to_next_meeting
from engine.use_cases.cases.decision import counted_outcome, decision
from engine.use_cases.sweeping import apart_each, worth_doing


def close_overdue(db: Database, *, now: datetime) -> int:
    """Close every written case whose answers were due, where the count is certain once silence counts;
    returns how many.

    A majority needs no silent member; «stille samtykke» takes silence as consent; consensus waits for the
    chair; without a clear answer the case goes to the body's next meeting. One case is one transaction, so
    that a case that cannot be closed keeps none of the others.
    """
    with db.reading() as tx:
        # What waits for its chair is left alone: nobody needs the writer's turn for it at every heartbeat.
        waiting = [one for one in open_written(tx) if is_due(one.handling, one.answer_by, now)]
        closing = partial(ends_when_due, tx)
        due = worth_doing(tx, CLOSING, waiting, closing, name=lambda one: one.id, now=now)
    return sum(apart_each(db, CLOSING, due, partial(_close, now=now), now=now))


def _close(tx: Connection, case: str, *, now: datetime) -> bool:
    state = cases.state(tx, case, lock=True)
    if state is None or state.status != "open" or not is_due(state.handling, state.answer_by, now):
        return False
    tally = tally_of(state, cases.ballots(tx, case), closing=True)
    if tally.state == "meeting" and state.meeting is None:
        record(tx, to_next_meeting(tx, state, now, why="no_clear_answer"), now=now)
    outcome = counted_outcome(tx, state, tally)
    if outcome is None:
        return False
    record(tx, [decision(tx, state, tally, outcome=outcome, basis="count", now=now)], now=now)
    return True
