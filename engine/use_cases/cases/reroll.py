"""Who speaks for the seats of an open case now — and who must be asked because somebody else did before?"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from engine.core.cases.case import CaseState
from engine.core.programme.calendar import local_date
from engine.core.programme.model import Programme
from engine.core.record.events.cases import CaseRolled
from engine.queries.programme.in_force import body_named
from engine.store import cases, definitions, meetings, people, projects
from engine.store.session import Connection


def hold_open_cases(tx: Connection) -> None:
    """Make everybody else who would change an open case wait; for whoever writes to the programme's chain
    and to several cases.

    Cases come before chains wherever both are locked, and in one order, so that no two wait for each other.
    """
    for case in cases.list_cases(tx, status="open"):
        cases.state(tx, case.id, lock=True)


def rerolls(tx: Connection, programme: Programme, *, now: datetime) -> Iterator[CaseRolled]:
    """The events that bring every open case's roll up to date, after seats or absences have changed.

    Newcomers are asked at once in a case handled in writing, and in a meeting that has been called; else
    the call will ask them. The links of those who leave the roll die by that alone.
    """
    for case in cases.list_cases(tx, status="open"):
        rolled = rerolled(tx, programme, case, now=now)
        if rolled is not None:
            yield rolled


def rerolled(tx: Connection, programme: Programme, case: CaseState, *, now: datetime) -> CaseRolled | None:
    """The event that brings one open case's roll up to date, or None when it is."""
    roll = roll_now(tx, programme, case, now=now)
    if roll == [dict(entry) for entry in case.roll]:
        return None
    known = {entry["person"] for entry in case.roll}
    newcomers = [str(entry["person"]) for entry in roll if entry["person"] and entry["person"] not in known]
    return CaseRolled(
        project=case.project,
        case=case.id,
        roll=tuple(roll),
        told=tuple(dict.fromkeys(newcomers)) if asks_now(tx, case) else (),
        meeting=case.meeting,
    )


def asks_now(tx: Connection, case: CaseState) -> bool:
    """Whether a newcomer to a case is asked at once; before a meeting is called, its call will do it."""
    if case.meeting is None:
        return True
    meeting = meetings.load(tx, case.meeting)
    return meeting is not None and meeting.status == "called"


def roll_now(
    tx: Connection,
    programme: Programme,
    case: CaseState,
    *,
    now: datetime,
    recused: frozenset[str] | None = None,
) -> list[dict[str, Any]]:
    """Whoever speaks for a case's seats on the day it is decided, or today when that is past; `recused` None
    means as the body has found.
    """
    day = local_date(max(case.answer_by, now))
    if recused is None:
        recused = frozenset(seat for seat, one in cases.recusals(tx, case.id).items() if one.recused)
    return people.roll(
        tx,
        body_named(programme, case.body),
        on=day,
        owner=owner_of(tx, case, on=day),
        requester=case.requested_by,
        recused=recused,
    )


def owner_of(tx: Connection, case: CaseState, *, on: date) -> str | None:
    """Who owns a case's project on a day."""
    project = projects.load(tx, case.project)
    assert project is not None
    role = definitions.load(tx, project.workflow, project.version).roles.owner
    owner = projects.roles(tx, case.project, on=on).get(role)
    return None if owner is None else owner.person
