"""What do letters have in common to tell: how a case is named, where it has been, and how things stand?

Facts are JSON values and hold no words of ours; instants and dates are ISO text.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from engine.core.cases.ballots import CastBallot
from engine.core.cases.voting import Choice
from engine.core.files.shape import text_in
from engine.queries.cases.course import Stop
from engine.queries.cases.course import course as stops_of
from engine.queries.cases.show_case import CaseView, SeatView
from engine.store import cases, meetings, programmes
from engine.store.session import Connection

Facts = dict[str, Any]


def course(tx: Connection, view: CaseView) -> tuple[Stop, ...]:
    """Where a case has been, from its opening until now."""
    return stops_of(tx, project=view.project_key, case=view.id)


def body_title(tx: Connection, body: str) -> str:
    """What a body is called now; its id when the programme no longer has it."""
    programme = programmes.current(tx)
    known = {} if programme is None else {one.id: text_in(one.title) for one in programme.bodies}
    return known.get(body, body)


def named(view: CaseView) -> Facts:
    """How a letter names a case: number, project, gate, gate_title, from_phase, to_phase."""
    return {
        "number": view.number,
        "project": view.project_title,
        "gate": view.gate,
        "gate_title": view.gate_title,
        "from_phase": view.from_phase,
        "to_phase": view.to_phase,
    }


def criteria(view: CaseView) -> Facts:
    """How the gate's criteria stood when the case was frozen: must_met, must_total, should_open, waived."""
    return {
        "must_met": view.must_met,
        "must_total": view.must_total,
        "should_open": list(view.should_open),
        "waived": [one.title for one in view.criteria if one.status == "waived"],
    }


def seat(found: SeatView | None) -> Facts:
    """In which capacity the reader meets a case: office, deputy, owner, requester, recused."""
    if found is None:
        return {"office": "", "deputy": False, "owner": False, "requester": False, "recused": False}
    return {
        "office": found.office,
        "deputy": found.deputy,
        "owner": found.owner,
        "requester": found.requester,
        "recused": found.recused or found.choice == Choice.RECUSE,
    }


def conditions(told: Iterable[Mapping[str, Any]]) -> list[Facts]:
    """The conditions of a decision: id, text, owner, due."""
    return [
        {
            "id": one["id"],
            "text": str(one["text"]).strip(),
            "owner": one["owner"],
            "due": str(one["due"]),
        }
        for one in told
    ]


def answer(view: CaseView, ballot: CastBallot) -> Facts:
    """One answer as its receipt repeats it, with the case it was given in."""
    recused = ballot.choice == Choice.RECUSE
    return {
        **named(view),
        "choice": ballot.choice,
        "cast_at": instant(ballot.cast_at),
        # Why somebody is recused is told to the chair and the secretary, not to a mailbox.
        "comment": "" if recused else ballot.comment or "",
        "condition": ballot.condition or "",
        "recorded": ballot.recorded_by is not None,
        "recused": recused,
        "void": _void(view, ballot),
        "position": ballot.seq,
    }


def _void(view: CaseView, ballot: CastBallot) -> str:
    """Why an answer no longer counts: `withdrawn`, `amended`, or '' for one that does.

    «Jeg er inhabil» is about the person, and stands whatever the case comes to say.
    """
    if view.status == "withdrawn":
        return "withdrawn"
    return "amended" if ballot.version != view.version and ballot.choice != Choice.RECUSE else ""


def newest_ballot(tx: Connection, case: str, person: str) -> CastBallot | None:
    """What a person last answered in a case, for whichever seat."""
    mine = [ballot for ballot in cases.ballots(tx, case) if ballot.person == person]
    return mine[-1] if mine else None


def starts_at(tx: Connection, meeting: str | None) -> str:
    """When a meeting starts, or '' when there is none."""
    found = None if meeting is None else meetings.load(tx, meeting)
    return "" if found is None else instant(found.starts_at)


def instant(value: datetime) -> str:
    """An instant as it is frozen."""
    return value.astimezone(UTC).isoformat()
