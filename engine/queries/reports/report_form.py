"""What is a project asked in a period, and what is known already?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.core.benefits import benefits
from engine.core.benefits.told import Measurement
from engine.core.programme.calendar import local_date
from engine.core.programme.model import Period, Programme
from engine.core.reports import status_report
from engine.core.reports.status_report import Approval, Filled
from engine.core.reports.told import AccountLine, StatusReport
from engine.queries.people.actors import Steered, steered
from engine.queries.programme.in_force import period_named
from engine.store import benefits as told
from engine.store import definitions, projects, reporting
from engine.store.session import Connection

Values = Mapping[str, Any]
RISKS = "risks"
"""The field that the yearly report's risk matrix is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportForm:
    """A project's form for a period: `filled` is what it starts from, `delivered` the newest version, if any,
    and `approval` how that one stands. `benefits` are the project's own, each with an id.
    """

    project: str
    title: str
    period: Period
    status: str | None
    filled: Filled
    benefits: tuple[Mapping[str, Any], ...]
    delivered: StatusReport | None
    approval: Approval | None
    closed: bool
    risks: tuple[Mapping[str, Any], ...]
    """The project's risks as they stand today."""
    measurements: tuple[Measurement, ...]
    """Its measurements, oldest first."""
    needed: tuple[str, ...]
    """The fields that must be answered, beside those that always must: the yearly report's minimum."""
    accounts: tuple[AccountLine, ...]
    """What the period's accounts say of its prosjektnummer: shown, and never asked for."""


def report_form(tx: Connection, *, key: str, period: str, today: date) -> ReportForm:
    """The form of a project for a period, filled in from the last report and from what is known today.

    Once a version is delivered the form starts from that one. Raises Unknown for a project or period.
    """
    found = steered(tx, key)
    asked = period_named(found.programme, period)
    status = status_in(tx, found, asked, today=today)
    facts = projects.facts(tx, key, on=today)
    listed = tuple(benefits.identified(facts.get("benefits", []), found.programme.scheme))
    delivered = reporting.reports(tx, project=key)
    this = next((one for one in reversed(delivered) if one.period == asked.id), None)
    earlier = [one for one in delivered if one.period < asked.id]
    known = _known(tx, key, facts, listed, asked.id)
    sections = yearly_sections(found.programme, asked, status)
    fields = status_report.form(status, lights=found.programme.reporting.project_lights, sections=sections)
    filled = status_report.filled(fields, last=earlier[-1].fields if earlier else None, known=known)
    if this is not None:
        filled = Filled(fields=fields, values=this.fields, changed=filled.changed)
    return ReportForm(
        project=key,
        title=str(facts.get("title", key)),
        period=asked,
        status=status,
        filled=filled,
        benefits=listed,
        delivered=this,
        approval=None if this is None else approval_of(this, found.programme, today=today),
        closed=reporting.is_closed(tx, asked.id),
        risks=tuple(facts.get("risks", [])),
        measurements=told.measurements(tx, key),
        needed=(*(id_ for id_, _, _ in sections), RISKS) if sections else (),
        accounts=tuple(
            line
            for line in reporting.accounts(tx, asked.id)
            if line.project_number is not None and line.project_number == facts.get("project_number")
        ),
    )


def approval_of(report: StatusReport, programme: Programme, *, today: date) -> Approval:
    """How a delivered report stands today."""
    return status_report.approval(
        report,
        programme.calendar.policy(),
        today=today,
        delivered_on=local_date(report.delivered_at),
        owner_days=programme.reporting.owner_days,
    )


def status_in(tx: Connection, found: Steered, period: Period, *, today: date) -> str | None:
    """How a project is counted at a period's end, or today where that is still to come."""
    day = min(period.to_day, today)
    log = [entry for entry in projects.phases(tx, found.project.key) if entry.effective <= day]
    phase = log[-1].phase if log else found.project.phase
    definition = definitions.load(tx, found.project.workflow, found.project.version)
    return definition.phase(phase).reported_as


def yearly_sections(programme: Programme, period: Period, status: str | None) -> list[tuple[str, str, str]]:
    """What the yearly report adds: in its own period, and when a project has ended. Source: 004:787-788."""
    yearly = programme.reporting.yearly
    if yearly is None or not (period.id.endswith(yearly.tertial) or status == "Avsluttet"):
        return []
    return [(one.id, one.title, one.help or "") for one in yearly.sections]


def _known(
    tx: Connection, key: str, facts: Values, listed: tuple[Mapping[str, Any], ...], period: str
) -> dict[str, Any]:
    held = benefits.with_facts(benefits.standing(told.estimates(tx, key), period=period), {key: listed})
    estimates: list[dict[str, Any]] = [
        _row(place[1], place[2], one.fte, one.kroner)
        for place, one in sorted(held.items())
        if (one.fte, one.kroner) != (None, None)
    ]
    realised = [
        _row(one.benefit, one.year, one.fte, one.kroner, one.comment) for one in told.realised(tx, key)
    ]
    return {
        "risks": facts.get("risks", []),
        "benefits": [str(one["id"]) for one in listed],
        "estimates": estimates,
        "realised": realised,
    }


def _row(benefit: str, year: int, fte: float | None, kroner: int | None, comment: str = "") -> dict[str, Any]:
    row = {"benefit": benefit, "year": year, "fte": fte, "kroner": kroner, "comment": comment}
    return {name: value for name, value in row.items() if value not in (None, "")}
