"""How do projects, gates and cases look to other programs? The documented JSON of the commands and the API,
version 1.

Names are the glossary's English ones; codes are the data's own. Unset facts are null here, since readers of
lists want columns.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from engine.core.cases.authority import Decider
from engine.core.cases.meetings import Slot, series
from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.core.programme.model import Body, Programme
from engine.core.workflow.criteria import GateCheck
from engine.core.workflow.definition import Definition
from engine.queries.cases.political import Political
from engine.queries.cases.show_case import CaseView
from engine.queries.meetings.show_meeting import MeetingView
from engine.queries.obligations.show_obligations import ObligationView
from engine.queries.programme.in_force import body_named, programme_in_force
from engine.store import cases, definitions, meetings, programmes, projects
from engine.store.cases import Condition
from engine.store.meetings import Meeting
from engine.store.projects import Project
from engine.store.session import Connection

VERSION: Final = 1
AHEAD: Final = timedelta(days=92)
"""How far a plan of meetings is told."""
_PLAIN: Final = (
    "focus_area",
    "focus_area_2025",
    "service",
    "service_area",
    "department",
    "shared_with",
    "project_number",
    "case_number",
    "room_url",
    "started_on",
    "closed_on",
    "parent",
    "aliases",
    "body",
    "size",
    "waiting",
)


def project_json(project: Project, facts: Mapping[str, Any], definition: Definition) -> dict[str, Any]:
    """One project: key, title, kind, workflow, version, phase, phase_title, phase_assumed, reported_as,
    taken_in_on and the plain facts.
    """
    phase = definition.phase(project.phase)
    return {
        "key": project.key,
        "title": facts.get("title", project.key),
        "kind": project.kind,
        "workflow": project.workflow,
        "version": project.version,
        "phase": project.phase,
        "phase_title": text_in(phase.title),
        "phase_assumed": project.phase_assumed,
        "reported_as": phase.reported_as,
        "taken_in_on": None if project.taken_in_on is None else project.taken_in_on.isoformat(),
        "description": facts.get("description"),
        **{name: facts.get(name) for name in _PLAIN},
    }


def portfolio_json(tx: Connection) -> list[dict[str, Any]]:
    """Every project, by key."""
    known = projects.facts_of_all(tx)
    return [
        project_json(
            project, known.get(project.key, {}), definitions.load(tx, project.workflow, project.version)
        )
        for project in projects.all_projects(tx)
    ]


def gate_json(
    key: str, check: GateCheck, *, decider: Decider | None = None, others: Sequence[str] = ()
) -> dict[str, Any]:
    """A gate check: project, gate, title, from, to, open, decided_by {id, title} (None where nobody can be
    told, and at the intake), others (gates the project may ask for besides), criteria with their status,
    reasons (code and data) and source.
    """
    told = decider is not None and decider.refusal is None
    return {
        "project": key,
        "gate": check.gate,
        "title": check.title,
        "from": check.from_phase,
        "to": check.to_phase,
        "open": check.open,
        "decided_by": {"id": decider.body, "title": decider.title} if decider is not None and told else None,
        "others": list(others),
        "criteria": [
            {
                "id": one.id,
                "title": one.title,
                "weight": one.weight,
                "status": one.status,
                "reasons": [{"code": reason.code, "data": dict(reason.data)} for reason in one.reasons],
                "source": one.source,
            }
            for one in check.criteria
        ],
    }


def case_json(view: CaseView) -> dict[str, Any]:
    """One case: id, number, project, gate, handling, status, digest, ballots (as far as they may be seen),
    outcome, conditions, dates, and how it stands to the politicians.
    """
    return {
        "id": view.id,
        "number": view.number,
        "project": view.project_key,
        "gate": view.gate,
        "body": view.body_title,
        "handling": view.handling,
        "status": view.status,
        "version": view.version,
        "digest": view.digest,
        "answer_by": view.answer_by.isoformat(),
        "ballots": [
            {
                "seat": seat.seat,
                "choice": seat.choice,
                "comment": seat.comment,
                "condition": seat.condition,
                "recorded_by": seat.recorded_by,
                "cast_at": None if seat.cast_at is None else seat.cast_at.isoformat(),
            }
            for seat in view.seats
            if seat.answered
        ],
        "missing": list(view.tally.missing),
        "outcome": view.outcome,
        "wording": view.wording or None,
        "conditions": [
            {"id": one.id, "text": one.text, "owner": one.owner, "due": one.due.isoformat()}
            for one in view.conditions
        ],
        "decided_at": view.closed_at.isoformat() if view.closed_at and view.status == "decided" else None,
        "political": _political(view.political),
    }


def _political(political: Political) -> dict[str, Any]:
    """How a case stands to the politicians: marked, reason, case (their reference), standing (null, `awaits`,
    `executed` or `lapsed`), on, words.
    """
    execution = political.execution
    executed = execution is not None and execution.standing == "executed"
    return {
        "marked": political.marked,
        "reason": political.reason or None,
        "case": (execution.words if execution and executed else political.reference) or None,
        "standing": None if execution is None else execution.standing,
        "on": None if execution is None or execution.on is None else execution.on.isoformat(),
        "words": None if execution is None else execution.words or None,
    }


def meeting_json(view: MeetingView) -> dict[str, Any]:
    """One meeting: id, body, when, status, seats with attendance, items, cases and the versions of its
    referat.
    """
    found = view.meeting
    return {
        **_when(found.id, found.body, found.planned_on, found),
        "body_title": view.body_title,
        "place": view.place,
        "called_at": _instant(found.called_at),
        "closed_at": _instant(found.closed_at),
        "quorum": view.quorum,
        "seats": [
            {
                "seat": chair.seat,
                "office": chair.office,
                "name": chair.name or None,
                "leader": chair.leader,
                "deputy": chair.deputy,
                "acting": chair.acting,
                "present": chair.present,
            }
            for chair in view.chairs
        ],
        "items": [
            {"id": item.id, "kind": item.kind, "title": item.title, "text": item.text} for item in view.items
        ],
        "cases": [
            {
                "id": case.id,
                "number": case.number,
                "project": case.project_key,
                "gate": case.gate,
                "status": case.status,
                "outcome": case.outcome,
            }
            for case in view.cases
        ],
        "minutes": [
            {
                "version": one.version,
                "sha256": one.sha256,
                "written_at": one.written_at.isoformat(),
                "sent": one.sent,
                "approved_at": _instant(one.approved_at),
            }
            for one in view.minutes
        ],
    }


def meetings_json(tx: Connection, *, now: datetime, body: str | None = None) -> list[dict[str, Any]]:
    """Every meeting that has been needed, and those its series plans for the next three months, by when they
    start: id, body, planned_on, starts_at, papers_by, status, reason, cases (how many).

    Raises Unknown for a body.
    """
    programme = programmes.current(tx)
    bodies = () if programme is None else programme.bodies
    if body is not None:
        bodies = (body_named(programme_in_force(tx), body),)
    counted = Counter(case.meeting for case in cases.list_cases(tx) if case.status != "withdrawn")
    told = {
        one.id: _when(one.id, one.body, one.planned_on, one) | {"cases": counted[one.id]}
        for one in meetings.list_meetings(tx, body=body)
    }
    today = local_date(now)
    for each in bodies:
        ahead = _ahead(programme, each, since=today)
        for slot in ahead:
            name = meetings.id_of(each.id, slot.planned_on)
            told.setdefault(name, _when(name, each.id, slot.planned_on, slot) | {"cases": 0})
    return sorted(told.values(), key=lambda one: (one["starts_at"], one["id"]))


def _ahead(programme: Programme | None, body: Body, *, since: date) -> tuple[Slot, ...]:
    if programme is None or body.meetings is None:
        return ()
    return series(body.meetings, programme.calendar.policy(), since=since, until=since + AHEAD)


def _when(name: str, body: str, planned_on: date, found: Meeting | Slot) -> dict[str, Any]:
    return {
        "id": name,
        "body": body,
        "planned_on": planned_on.isoformat(),
        "starts_at": found.starts_at.isoformat(),
        "papers_by": found.papers_by.isoformat(),
        "status": found.status,
        "reason": found.reason,
    }


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def condition_json(condition: Condition) -> dict[str, Any]:
    """One condition as it stands now; `condition` is what it is settled by, «3/2025:F1»."""
    return {
        "condition": f"{condition.number}:{condition.id}",
        "case": condition.case,
        "gate": condition.gate,
        "text": condition.text,
        "owner": condition.owner,
        "due": condition.due,
        "blocks": condition.blocks,
        "settled_at": _instant(condition.settled_at),
        "evidence": condition.evidence or None,
    }


def counts_json(portfolio: list[dict[str, Any]]) -> dict[str, Any]:
    """How many projects stand in each reported status, in all and by focus area; statuses in the report's
    order.
    """
    statuses = ("Konsept", "Prosjekt", "Realisering", "Avsluttet")
    areas = sorted({one["focus_area"] for one in portfolio if one["focus_area"]})
    return {
        "reported_as": {
            status: sum(one["reported_as"] == status for one in portfolio) for status in statuses
        },
        "focus_area": {
            area: {
                status: sum(one["reported_as"] == status and one["focus_area"] == area for one in portfolio)
                for status in statuses
            }
            for area in areas
        },
        "total": sum(one["reported_as"] is not None for one in portfolio),
    }


def focus_areas(programme: Programme | None, *, on: date) -> dict[str, str]:
    """The focus areas in force on a date, code to title."""
    taxonomy = None if programme is None else programme.taxonomy_on("innsatsomrader", on)
    return {} if taxonomy is None else {term.code: text_in(term.title) for term in taxonomy.terms}


def programme_title(tx: Connection) -> str:
    """The name of the programme in force, or the program's own."""
    programme = programmes.current(tx)
    return "Faseport" if programme is None else text_in(programme.title)


def obligation_json(view: ObligationView) -> dict[str, Any]:
    """One deadline: id, kind, about, project, owner, responsible {name, email}, due_on, due_time, late
    (working days), settled, settled_elsewhere, if_nothing, reminded [{on, name}], next_on, extended [{due,
    reason}], alerted [dates]. `about` holds what its sentence names: number, condition, title, period …
    """
    return {
        "id": view.id,
        "kind": view.kind,
        "about": dict(view.about),
        "project": view.project or None,
        "owner": view.owner,
        "responsible": {"name": view.responsible, "email": view.responsible_address},
        "due_on": view.due_on.isoformat(),
        "due_time": None if view.due_time is None else view.due_time.isoformat("minutes"),
        "late": view.late,
        "settled": view.settled,
        "settled_elsewhere": view.where or None,
        "if_nothing": view.if_nothing,
        "reminded": [{"on": on.isoformat(), "name": name} for on, name in view.reminded],
        "next_on": None if view.next_on is None else view.next_on.isoformat(),
        "extended": [{"due": due.isoformat(), "reason": reason} for due, reason in view.moved],
        "alerted": [on.isoformat() for on in view.alerted],
    }
