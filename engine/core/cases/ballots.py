"""The answers in a case: each as it was cast, and which of them stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.core.cases.case import CaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class CastBallot:
    """One ballot as it was cast; a seat's newest on the current version counts."""

    id: str
    seq: int
    version: int
    seat: str
    person: str
    choice: str
    nonce: str
    comment: str | None
    condition: str | None
    recorded_by: str | None
    cast_at: datetime
    lifted: bool = False
    """«Jeg er inhabil», where the body has found since that the member is not."""


def counting(cast: Sequence[CastBallot], version: int) -> dict[str, CastBallot]:
    """The ballots that count on a version of the case: each seat's newest, by seat."""
    return {ballot.seat: ballot for ballot in cast if ballot.version == version}


def standing(case: CaseState, cast: Sequence[CastBallot]) -> dict[str, CastBallot]:
    """The answers that stand in a case now, by seat.

    A seat's newest answer on the present version, whoever spoke for it then. «Jeg er inhabil» is about the
    person and the case: it stands over amendments, and goes when somebody else speaks for the seat, or when
    the body finds that they are not. What somebody answered whom the body has found inhabil since is void.
    """
    out = {entry["seat"]: entry.get("out") for entry in case.roll}
    speaks = {entry["seat"]: entry["person"] for entry in case.roll}
    newest = {ballot.seat: ballot for ballot in cast if out.get(ballot.seat) != ballot.person}
    return {
        seat: ballot
        for seat, ballot in newest.items()
        if (
            ballot.version == case.version
            if ballot.choice != "inhabil"
            else speaks.get(seat) == ballot.person and not ballot.lifted
        )
    }
