"""The clock asks: which open cases can their body never decide, so that somebody must do something?

A body that loses its quorum hands its case to the one above. Where there is none, or that one cannot either,
the case would be carried from meeting to meeting for ever, and nobody would know why.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from engine.core.calendar import local_date
from engine.core.events import CaseUndecidable
from engine.core.programme import Programme
from engine.core.shape import text_in
from engine.core.voting import count
from engine.store import cases, ledger, people, programmes
from engine.store.cases import CaseState
from engine.store.faults import UNDECIDABLE
from engine.store.record import record
from engine.store.session import Connection, Database
from engine.use_cases.actors import PROGRAMME_OFFICE
from engine.use_cases.panel import body_named
from engine.use_cases.sweeping import apart_each, worth_doing
from engine.use_cases.tally import rules_of, seats_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Unable:
    """Why a body cannot decide a case: how many seats can answer, how many must, and which cannot.

    `out` holds an office and why it is out: `recused`, `requester` or `vacant`; `top` says that no body
    stands above this one.
    """

    body: str
    able: int
    quorum: int
    out: tuple[tuple[str, str], ...]
    top: bool


def unable_to_decide(tx: Connection, state: CaseState) -> Unable | None:
    """Why nobody can ever decide an open case as things stand; None when somebody can.

    Counted on those the body has found inhabile, not on what members say of themselves before it has.
    """
    if state.status != "open":
        return None
    tally = count(rules_of(state.rules, handling=state.handling), seats_of(state.roll), ())
    if tally.state != "above":
        return None
    programme = programmes.current(tx)
    body = None if programme is None else body_named(programme, state.body)
    return Unable(
        body=state.body if body is None else text_in(body.title),
        able=tally.base,
        quorum=tally.quorum,
        out=tuple((entry["office"], why) for entry in state.roll if (why := _why_out(entry))),
        top=body is None or body.above is None,
    )


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


def _why_out(seat: Mapping[str, Any]) -> str:
    if seat["recused"]:
        return "recused"
    if seat["requester"]:
        return "requester"
    return "vacant" if seat["person"] is None else ""
