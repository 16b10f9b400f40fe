"""Where does the portfolio stand, and what does a project still lack? Pages for whoever may read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from engine.core.access.table import Act
from engine.core.cases.case import CaseState
from engine.core.facts.catalogue import ROLES
from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.core.programme.model import Programme
from engine.core.refusal import NotAllowed
from engine.core.reports.told import StatusReport
from engine.core.workflow.criteria import CriterionCheck, GateCheck, summary
from engine.core.workflow.definition import Definition
from engine.queries.cases.political import Execution, execution_of
from engine.queries.json_v1 import counts_json, focus_areas, portfolio_json, project_json
from engine.queries.projects.check_gate import Checked, check_gate
from engine.queries.reports.report_form import approval_of
from engine.store import cases, definitions, programmes, projects, reporting
from engine.store.projects import PhaseEntry
from language import formats
from language.status_reports import approval_word
from web import pages
from web.access.visitor import may, may_see_names, visitor
from web.site import Site

STATUSES: Final = ("Konsept", "Prosjekt", "Realisering", "Avsluttet")
_LONGEST_SEARCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing in a project's course: a phase it entered, or a decision."""

    on: date
    text: str
    case: str | None = None
    assumed: bool = False


def routes(site: Site) -> APIRouter:
    """`/prosjekter` and `/prosjekt/<key>`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/prosjekter", methods=["GET", "HEAD"])
    def overview(q: str = "", status: str = "", omrade: str = "") -> Response:
        return _overview(site, q[:_LONGEST_SEARCH], status, omrade)

    @router.api_route("/prosjekt/{key}", methods=["GET", "HEAD"])
    def project(key: str) -> Response:
        return _project(site, key)

    return router


def _overview(site: Site, search: str, status: str, area: str) -> Response:
    today = local_date(site.clock())
    with site.db.reading() as tx:
        portfolio = portfolio_json(tx)
        programme = programmes.current(tx)
        waiting = cases.list_cases(tx, status="open")
        political = cases.awaiting(tx)
    areas = focus_areas(programme, on=today) or {
        code: f"Innsatsområde {code}" for code in counts_json(portfolio)["focus_area"]
    }
    titles = {one["key"]: one["title"] for one in portfolio}
    found = [one for one in portfolio if _fits(one, search, status, area)]
    bodies = {} if programme is None else {body.id: text_in(body.title) for body in programme.bodies}
    return pages.page(
        site,
        "portfolio.html",
        statuses=STATUSES,
        counts=counts_json(portfolio),
        areas=areas,
        found=sorted(found, key=lambda one: str(one["title"]).lower()),
        all=len(portfolio),
        search=search,
        chosen=status,
        area=area,
        waiting=[
            {"case": one, "title": titles.get(one.project, one.project), "body": bodies.get(one.body, "")}
            for one in waiting
        ],
        political=[{"case": one, "title": titles.get(one.project, one.project)} for one in political],
    )


def _fits(one: dict[str, Any], search: str, status: str, area: str) -> bool:
    text = " ".join(
        str(one.get(name) or "")
        for name in ("title", "key", "description", "service", "department", "aliases")
    )
    return (
        all(word in text.lower() for word in search.lower().split())
        and (not status or one["reported_as"] == status)
        and (not area or one["focus_area"] == area)
    )


def _project(site: Site, key: str) -> Response:
    now = site.clock()
    today = local_date(now)
    with site.db.reading() as tx:
        project = projects.load(tx, key)
        if project is None:
            raise HTTPException(404)
        definition = definitions.load(tx, project.workflow, project.version)
        facts = projects.facts(tx, key, on=today)
        about = project_json(project, facts, definition)
        roles = projects.roles(tx, key, on=today)
        entered = projects.phases(tx, key)
        had = cases.list_cases(tx, project=key)
        executions = {one.id: execution_of(cases.political_acts(tx, one.id)) for one in had}
        programme = programmes.current(tx)
        reported = reporting.reports(tx, project=key)
        try:
            checked: Checked | None = check_gate(tx, key=key, today=today)
        except NotAllowed:
            checked = None
    check = None if checked is None else checked.check
    titles = {phase.id: text_in(phase.title) for phase in definition.phases}
    gates = {gate.id: text_in(gate.title) for gate in definition.gates}
    areas = focus_areas(programme, on=today)
    labels = dict(ROLES)
    return pages.page(
        site,
        "project.html",
        about=about,
        phases=[{"title": title, "here": id_ == project.phase} for id_, title in titles.items()],
        area=areas.get(str(about["focus_area"]), about["focus_area"]),
        roles=[(labels.get(name, name), role.name) for name, role in sorted(roles.items())]
        if may_see_names(site)
        else [],
        check=check,
        may_fill_in=visitor().person is not None and may(site, visitor(), Act.FILL_IN),
        decider="" if checked is None else checked.decider.title,
        other_gates=[] if checked is None else [(one, gates[one]) for one in checked.others],
        gate_title=None if check is None else gates.get(check.gate, check.title),
        to_phase=None if check is None else titles.get(check.to_phase, ""),
        groups=None if check is None else grouped(check),
        standing=None if check is None else summary(check),
        help={} if check is None else _help(definition, check.gate),
        open_case=next((one for one in had if one.status == "open"), None),
        awaits=next((one for one in had if _stands(executions[one.id]) == "awaits"), None),
        course=_course(entered, had, titles, executions),
        reports=_reports(reported, programme, today=today),
    )


def _stands(execution: Execution | None) -> str:
    return "" if execution is None else execution.standing


def _reports(
    reported: Iterable[StatusReport], programme: Programme | None, *, today: date
) -> list[tuple[str, str, str]]:
    """The newest version of each period's report, latest first: period, its name, how the report stands."""
    newest = {one.period: one for one in reported}
    if programme is None:
        return []
    return [
        (
            period,
            formats.period_words(period),
            approval_word(approval_of(newest[period], programme, today=today)),
        )
        for period in sorted(newest, reverse=True)
    ]


def _help(definition: Definition, gate: str) -> dict[str, str]:
    """What to do about each criterion of a gate, by the criterion's id."""
    at = definition.gate(gate)
    told = {one.id: text_in(one.help) for one in at.criteria if one.help is not None}
    papers = {
        f"paper:{kind.id}": text_in(kind.help) for kind in definition.paper_kinds if kind.help is not None
    }
    return told | papers


def grouped(check: GateCheck) -> dict[str, list[CriterionCheck]]:
    """A gate's criteria as a project leader reads them: what is missing, what ought to be there, the rest."""
    groups: dict[str, list[CriterionCheck]] = {
        "missing": [],
        "should": [],
        "met": [],
        "not_applicable": [],
        "tips": [],
    }
    for one in check.criteria:
        if one.weight == "tips":
            groups["tips"].append(one)
        elif one.status == "not_applicable":
            groups["not_applicable"].append(one)
        elif one.status == "unmet":
            groups["missing" if one.weight == "må" else "should"].append(one)
        else:
            groups["met"].append(one)
    return groups


def _course(
    entered: Iterable[PhaseEntry],
    had: Iterable[CaseState],
    titles: Mapping[str, str],
    executions: Mapping[str, Execution | None],
) -> list[Step]:
    steps = [
        Step(
            on=one.effective,
            text=f"Kom i fasen {titles.get(one.phase, one.phase)}",
            assumed=one.assumed,
        )
        for one in entered
        if one.case is None
    ]
    for one in had:
        steps.append(Step(on=local_date(one.opened_at), text=f"Ba om {one.gate} (sak {one.number})"))
        if one.closed_at is not None:
            execution = executions[one.id]
            ending = _ending(one, [] if execution else entered, titles)
            ending += ", venter på politisk behandling" if _stands(execution) == "awaits" else ""
            steps.append(Step(on=local_date(one.closed_at), text=ending, case=one.id))
            if execution is not None and execution.on is not None:
                told = _executed(one, execution, entered, titles)
                steps.append(Step(on=execution.on, text=told, case=one.id))
    return sorted(steps, key=lambda step: step.on, reverse=True)


def _executed(
    case: CaseState, execution: Execution, entered: Iterable[PhaseEntry], titles: Mapping[str, str]
) -> str:
    if execution.standing == "lapsed":
        return f"{case.gate}: falt bort etter politisk behandling"
    moved = next((one.phase for one in entered if one.case == case.id), None)
    told = f"{case.gate}: politisk behandlet og gjennomført"
    return told if moved is None else f"{told}. Gikk til fasen {titles.get(moved, moved)}"


def _ending(case: CaseState, entered: Iterable[PhaseEntry], titles: Mapping[str, str]) -> str:
    if case.outcome is None:
        return f"Sak {case.number} om {case.gate} ble trukket"
    told = f"{case.gate}: {formats.lower_first(formats.outcome_word(case.outcome))}"
    moved = next((one.phase for one in entered if one.case == case.id), None)
    return told if moved is None else f"{told}. Gikk til fasen {titles.get(moved, moved)}"
