"""How does the portfolio stand, now or as of a date, as known now or at an instant?"""

from datetime import date, datetime

from engine.core.files.shape import text_in
from engine.core.reports.portfolio import Standing
from engine.store import definitions, projects
from engine.store.projects import PhaseEntry
from engine.store.session import Connection


def read_portfolio(tx: Connection, *, on: date, known_at: datetime | None = None) -> dict[str, Standing]:
    """Where every project stood at the end of a date, by key; those in no phase yet are left out."""
    entered: dict[str, PhaseEntry] = {}
    for entry in projects.phases(tx):
        if entry.effective <= on and (known_at is None or entry.recorded_at <= known_at):
            entered[entry.project] = entry
    facts = projects.facts_of_all(tx, on=on, known_at=known_at)
    standings: dict[str, Standing] = {}
    for project in projects.all_projects(tx):
        if project.key not in entered:
            continue
        entry = entered[project.key]
        phase = definitions.load(tx, project.workflow, project.version).phase(entry.phase)
        known = facts.get(project.key, {})
        standings[project.key] = Standing(
            key=project.key,
            title=str(known.get("title", project.key)),
            phase=phase.id,
            phase_title=text_in(phase.title),
            reported_as=phase.reported_as,
            focus_area=known.get("focus_area"),
            entered=entry.effective,
            case=entry.case,
        )
    return standings
