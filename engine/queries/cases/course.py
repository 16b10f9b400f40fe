"""Where has a case been on its way to a decision, and why did it go on?"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from engine.core.cases.case import CaseState
from engine.store import cases, meetings
from engine.store.meetings import Meeting
from engine.store.record import ledger
from engine.store.session import Connection

_COURSE: Final = frozenset({"CaseOpened", "CaseReferred", "CaseScheduled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A body a case has lain with, at a meeting or (None) in writing, and why it came there."""

    body: str
    meeting: str | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneOn:
    """A case that was on a meeting's list and is not there any more: where it went first, and why."""

    state: CaseState
    body: str
    meeting: str | None
    starts_at: datetime | None
    why: str


def course(tx: Connection, *, project: str, case: str) -> tuple[Stop, ...]:
    """Where a case has been, from its opening until now."""
    stops: list[Stop] = []
    for leaf in ledger.leaves(tx, f"project:{project}"):
        plain: dict[str, Any] = json.loads(leaf.body)["plain"] if leaf.kind in _COURSE else {}
        if plain.get("case") == case:
            body = plain.get("body") or stops[-1].body
            why = plain.get("why") or ("referred" if leaf.kind == "CaseReferred" else "")
            stop = Stop(body=body, meeting=plain.get("meeting"), why=why)
            # A meeting that is held on another day is still the same meeting.
            if not stops or (stops[-1].body, stops[-1].meeting) != (stop.body, stop.meeting):
                stops.append(stop)
    return tuple(stops)


def gone_on_from(tx: Connection, meeting: Meeting) -> tuple[GoneOn, ...]:
    """The cases a meeting left to another one, or to the body above, in the order they were opened."""
    found: list[GoneOn] = []
    for state in cases.list_cases(tx):
        too_late = state.opened_at > meeting.starts_at and meeting.status != "held"
        over = state.closed_at is not None and state.closed_at < meeting.papers_by
        if state.meeting == meeting.id or too_late or over:
            continue
        stops = course(tx, project=state.project, case=state.id)
        at = [number for number, stop in enumerate(stops) if stop.meeting == meeting.id]
        if at and at[-1] + 1 < len(stops):
            to = stops[at[-1] + 1]
            there = None if to.meeting is None else meetings.load(tx, to.meeting)
            starts_at = None if there is None else there.starts_at
            one = GoneOn(state=state, body=to.body, meeting=to.meeting, starts_at=starts_at, why=to.why)
            found.append(one)
    return tuple(found)
