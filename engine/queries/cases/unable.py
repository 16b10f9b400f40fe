"""Why a body cannot decide a case, seat by seat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.cases.case import CaseState
from engine.core.cases.voting import count
from engine.core.files.shape import text_in
from engine.queries.cases.tally import rules_of, seats_of
from engine.queries.programme.in_force import body_named
from engine.store import programmes
from engine.store.session import Connection


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


def _why_out(seat: Mapping[str, Any]) -> str:
    if seat["recused"]:
        return "recused"
    if seat["requester"]:
        return "requester"
    return "vacant" if seat["person"] is None else ""
