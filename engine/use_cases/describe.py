"""How do projects, gates and cases look to other programs? The documented JSON of the commands and the API,
version 1.

Names are the glossary's English ones; codes are the data's own. Unset facts are null here, since readers of
lists want columns.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from engine.core.criteria import GateCheck
from engine.core.definition import Definition
from engine.core.programme import Programme
from engine.core.shape import text_in
from engine.store import definitions, programmes, projects
from engine.store.projects import Project
from engine.store.session import Connection
from engine.use_cases.show_case import CaseView

VERSION: Final = 1
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


def gate_json(key: str, check: GateCheck) -> dict[str, Any]:
    """A gate check: project, gate, title, from, to, open, criteria with their status, reasons (code and
    data) and source.
    """
    return {
        "project": key,
        "gate": check.gate,
        "title": check.title,
        "from": check.from_phase,
        "to": check.to_phase,
        "open": check.open,
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
    outcome, conditions, dates.
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
