"""Which projects are to report for a period, which have, and what have their owners said?"""

from dataclasses import dataclass
from datetime import date

from engine.core.programme.calendar import local_date
from engine.core.reports.status_report import Approval
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.reports.report_form import approval_of
from engine.store import definitions, projects, reporting
from engine.store.session import Connection

OUTSIDE = "utenfor_programmet"
"""The kind of a project that is only followed, and does not report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A project that is to report; `version` is None until it has."""

    project: str
    title: str
    status: str
    version: int | None
    delivered_on: date | None
    approval: Approval | None


def deliveries(tx: Connection, *, period: str, today: date) -> tuple[Delivery, ...]:
    """Every project that is to report for a period, by title: those that were counted at its end (or are
    today), and those that closed in it. Raises Unknown for a period.
    """
    programme = programme_in_force(tx)
    asked = period_named(programme, period)
    day = min(asked.to_day, today)
    facts = projects.facts_of_all(tx, on=day)
    newest = reporting.newest_reports(tx, period=asked.id)
    log: dict[str, list[tuple[str, date]]] = {}
    for entry in projects.phases(tx):
        if entry.effective <= day:
            log.setdefault(entry.project, []).append((entry.phase, entry.effective))
    found = []
    everything = projects.all_projects(tx)
    rules = definitions.of_all(tx, ((one.workflow, one.version) for one in everything))
    for project in everything:
        if project.kind == OUTSIDE or project.key not in log:
            continue
        phase, since = log[project.key][-1]
        status = rules[project.workflow, project.version].phase(phase).reported_as
        if status is None or (status == "Avsluttet" and since < asked.from_day):
            continue
        report = newest.get(project.key)
        found.append(
            Delivery(
                project=project.key,
                title=str(facts.get(project.key, {}).get("title", project.key)),
                status=status,
                version=None if report is None else report.version,
                delivered_on=None if report is None else local_date(report.delivered_at),
                approval=None if report is None else approval_of(report, programme, today=today),
            )
        )
    return tuple(sorted(found, key=lambda one: one.title.casefold()))
