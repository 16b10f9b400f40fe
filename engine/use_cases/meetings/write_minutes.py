"""A meeting's referat is written, sent and approved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from engine.core.record.events.meetings import MinutesApproved, MinutesWritten
from engine.core.refusal import Reason, Refused, Unknown
from engine.queries.cases.show_case import CaseView, SeatView
from engine.queries.meetings.show_meeting import CarriedView, MeetingView, show_meeting
from engine.queries.meetings.take_part import running
from engine.queries.people.actors import person_named
from engine.store import meetings, projects
from engine.store.record.record import record
from engine.store.session import Connection, Database

Render = Callable[[Mapping[str, Any]], bytes]
"""Makes the paper that is kept and sent, from the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A version of a referat is stored; `letters` counts those it goes to."""

    meeting: str
    version: int
    sha256: str
    letters: int


def write_minutes(
    db: Database, *, meeting: str, by: str, send: bool, render: Render, now: datetime
) -> Written | Refused:
    """Write a meeting's referat from what was decided in it, and send it to the members when `send`.

    Nothing is typed in: the model comes from the meeting and its cases. Every version is kept. Raises
    Unknown for a meeting or person, NotAllowed for anybody but secretary and chair.
    """
    with db.reading() as tx:
        # The paper is made outside the writer's turn; the model is read again inside, and must be the same.
        model = model_of(tx, meeting, now=now)
    content = render(model)
    with db.writing() as tx:
        part = running(tx, meeting, person_named(tx, by).id, now=now)
        if part.meeting.status != "held":
            return Refused(reasons=(Reason(code="meeting_not_closed", data={"meeting": meeting}),))
        if model_of(tx, meeting, now=now) != model:
            return Refused(reasons=(Reason(code="minutes_outrun", data={"meeting": meeting}),))
        digest = sha256(content).hexdigest()
        projects.keep_content(tx, digest, content)
        members = [chair["person"] for chair in model["chairs"] if chair["person"]]
        written = MinutesWritten(
            by=part.person,
            meeting=meeting,
            version=len(meetings.minutes(tx, meeting)) + 1,
            sha256=digest,
            told=tuple(dict.fromkeys(members)) if send else (),
            model=model,
        )
        record(tx, [written], now=now)
    return Written(meeting=meeting, version=written.version, sha256=digest, letters=len(written.told))


def approve_minutes(db: Database, *, meeting: str, by: str, now: datetime) -> Refused | None:
    """Approve the newest version of a meeting's referat that has been sent, as the body's chair or secretary
    enters it: what nobody has read is not what they approved.
    """
    with db.writing() as tx:
        part = running(tx, meeting, person_named(tx, by).id, now=now)
        versions = meetings.minutes(tx, meeting)
        if not versions:
            raise Unknown("minutes", meeting)
        sent = [one for one in versions if one.sent]
        if not sent:
            return Refused(reasons=(Reason(code="minutes_not_sent", data={"meeting": meeting}),))
        if sent[-1].approved_at is not None:
            return Refused(reasons=(Reason(code="minutes_approved", data={"meeting": meeting}),))
        approved = MinutesApproved(by=part.person, meeting=meeting, version=sent[-1].version)
        record(tx, [approved], now=now)
    return None


def model_of(tx: Connection, meeting: str, *, now: datetime) -> dict[str, Any]:
    """What a referat says, as JSON: body, dates, chairs with attendance, items, and each case's end.

    Reasons for a recusal are not in it; remarks are.
    """
    view = show_meeting(tx, meeting, now=now)
    return {
        "meeting": view.meeting.id,
        "body": view.body_title,
        "place": view.place,
        "starts_at": view.meeting.starts_at.isoformat(),
        "closed_at": None if view.meeting.closed_at is None else view.meeting.closed_at.isoformat(),
        "quorum": view.quorum,
        "chairs": [_chair(view, index) for index in range(len(view.chairs))],
        "items": [{"kind": item.kind, "title": item.title, "text": item.text} for item in view.items],
        "cases": [_case(case) for case in view.cases if case.status == "decided"],
        "carried": [_carried(one) for one in view.carried],
        "approves": None if view.to_approve is None else view.to_approve.meeting,
    }


def _chair(view: MeetingView, index: int) -> dict[str, Any]:
    chair = view.chairs[index]
    return {
        "office": chair.office,
        "person": chair.person,
        "name": chair.name,
        "leader": chair.leader,
        "deputy": chair.deputy,
        "acting": chair.acting,
        "present": chair.present,
    }


def _carried(one: CarriedView) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.project_title,
        "gate": one.gate,
        "body": one.body_title,
        "starts_at": None if one.starts_at is None else one.starts_at.isoformat(),
        "why": one.why,
        "unable": one.unable,
    }


def _case(case: CaseView) -> dict[str, Any]:
    return {
        "number": case.number,
        "title": case.project_title,
        "gate": case.gate,
        "gate_title": case.gate_title,
        "proposal": case.proposal,
        "outcome": case.outcome,
        "wording": case.wording,
        "to_phase": case.outcome_phase,
        # What was decided in the meeting waited then, however it has ended since.
        "awaits": case.political.execution is not None,
        "conditions": [
            {"id": one.id, "text": one.text, "owner": one.owner, "due": one.due.isoformat()}
            for one in case.conditions
        ],
        "answers": [
            {
                "office": seat.office,
                "name": seat.name,
                "choice": seat.choice,
                "comment": seat.comment or "",
                "condition": seat.condition or "",
                "recorded": seat.recorded_by is not None,
                "owner": seat.owner,
                "recused": seat.choice == "inhabil" or seat.recused,
                "taken": _was_taken(case, seat),
            }
            for seat in case.seats
        ],
    }


def _was_taken(case: CaseView, seat: SeatView) -> bool | None:
    """Whether what a member proposed became a condition, however the chair worded it; None where nobody
    proposed anything, or where it was not kept what the conditions were made from.
    """
    if not seat.condition or any(one.proposals is None for one in case.conditions):
        return None
    return any(seat.ballot in (one.proposals or ()) for one in case.conditions)
