"""Cases handled in writing: which close by themselves, and which are due to."""

from datetime import datetime

from engine.core.cases.case import CaseState
from engine.queries.cases.tally import tally_of
from engine.store import cases
from engine.store.session import Connection

WRITTEN = "skriftlig"
_ENDS = frozenset({"certain", "meeting"})


def closes_by_itself(tx: Connection) -> tuple[CaseState, ...]:
    """The open written cases that end when their answers are due, as they have been answered so far."""
    return tuple(one for one in open_written(tx) if ends_when_due(tx, one))


def open_written(tx: Connection) -> list[CaseState]:
    """The open cases that are handled in writing."""
    return [one for one in cases.list_cases(tx, status="open") if one.handling == WRITTEN]


def ends_when_due(tx: Connection, case: CaseState) -> bool:
    """Does this case end when its answers are due, as it has been answered so far?"""
    return tally_of(case, cases.ballots(tx, case.id), closing=True).state in _ENDS


def is_due(handling: str, answer_by: datetime, now: datetime) -> bool:
    """Is the time for answers over?"""
    return handling == WRITTEN and answer_by <= now
