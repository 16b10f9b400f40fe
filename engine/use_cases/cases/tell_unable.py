"""The clock asks: which open cases can their body never decide, so that somebody must do something?

A body that loses its quorum hands its case to the one above. Where there is none, or that one cannot either,
the case would be carried from meeting to meeting for ever, and nobody would know why.
"""

import json
from datetime import datetime
from functools import partial

from engine.core.cases.case import CaseState
from engine.core.programme.calendar import local_date
from engine.core.programme.model import Programme
from engine.core.record.events.cases import CaseUndecidable
from engine.queries.cases.unable import unable_to_decide
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.queries.programme.in_force import body_named
from engine.store import cases, people, programmes
from engine.store.faults import UNDECIDABLE
from engine.store.record import ledger
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.sweeping import apart_each, worth_doing


def tell_unable(db: Database, *, now: datetime) -> int:
    """Tell the secretary of every case its body can never decide, once for each body; returns how many."""
    with db.reading() as tx:
        waiting = cases.list_cases(tx, status="open")
        untold = partial(_is_untold, tx)
        todo = worth_doing(tx, UNDECIDABLE, waiting, untold, name=lambda one: one.id, now=now)
    return sum(apart_each(db, UNDECIDABLE, todo, partial(_tell, now=now), now=now))


def _tell(tx: Connection, case: str, *, now: datetime) -> bool:
    programme = programmes.current(tx)
    state = cases.state(tx, case, lock=True)
    if programme is None or state is None or not _is_untold(tx, state):
        return False
    record(tx, [_event(tx, programme, state, now)], now=now)
    return True


def _is_untold(tx: Connection, state: CaseState) -> bool:
    return unable_to_decide(tx, state) is not None and not _is_told(tx, state)


def _is_told(tx: Connection, state: CaseState) -> bool:
    told = [
        json.loads(leaf.body)["plain"]
        for leaf in ledger.leaves(tx, f"project:{state.project}")
        if leaf.kind == CaseUndecidable.__name__
    ]
    return any((one["case"], one["body"]) == (state.id, state.body) for one in told)


def _event(tx: Connection, programme: Programme, state: CaseState, now: datetime) -> CaseUndecidable:
    unable = unable_to_decide(tx, state)
    assert unable is not None
    office = body_named(programme, state.body).secretary or PROGRAMME_OFFICE
    told = {
        holder.id
        for name in (office, PROGRAMME_OFFICE)
        if (holder := people.office_holder(tx, name, on=local_date(now))) is not None
    }
    return CaseUndecidable(
        project=state.project,
        case=state.id,
        body=state.body,
        able=unable.able,
        quorum=unable.quorum,
        told=tuple(sorted(told)),
    )
