"""What may other programs read? `/api/v1`: the commands' `--json`, for whoever may read the portal."""

from typing import Any, Final

from fastapi import APIRouter, HTTPException

from engine.core.programme.calendar import local_date
from engine.core.refusal import NotAllowed, Unknown
from engine.queries.cases.show_case import show_case
from engine.queries.json_v1 import case_json, gate_json, portfolio_json, project_json
from engine.queries.projects.check_gate import check_gate
from engine.store import cases, definitions, projects
from web.site import Site

Json = dict[str, Any]
PATH: Final = "/api/v1"
_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    401: {"description": "Only for those who are signed in"},
    403: {"description": "Not for whoever asks"},
    404: {"description": "No such thing; the nearest name is given where there is one"},
}

_PROJECT: Final = (
    "`key`, `title`, `kind`, `workflow`, `version`, `phase`, `phase_title`, `phase_assumed`, `reported_as` "
    "(Konsept, Prosjekt, Realisering, Avsluttet or null), `focus_area` and the other plain facts; null where "
    "nothing is known."
)
_GATE: Final = (
    "`project`, `gate`, `title`, `from`, `to`, `open`, and `criteria`: each with `id`, `title`, `weight` "
    "(må, bør, tips), `status` (met, unmet, waived, not_applicable), `reasons` (`code`, `data`) and `source`."
)
_CASE: Final = (
    "`id`, `number`, `project`, `gate`, `body`, `handling`, `status`, `version`, `digest`, `answer_by`, "
    "`ballots`, `missing`, `outcome`, `wording`, `conditions`, `decided_at`. Until the case is closed "
    "`ballots` tells which seats have answered, and not what; comments are never told."
)


def routes(site: Site) -> APIRouter:
    """Everything under `/api/v1`, for reading."""

    router = APIRouter(prefix=PATH, responses=_ERRORS)
    _project_routes(router, site)
    _case_routes(router, site)
    return router


def _project_routes(router: APIRouter, site: Site) -> None:

    @router.get("/projects", summary="Every project, by key", description=_PROJECT)
    def list_projects() -> list[Json]:
        with site.db.reading() as tx:
            return portfolio_json(tx)

    @router.get("/projects/{key}", summary="One project", description=_PROJECT)
    def one_project(key: str) -> Json:
        with site.db.reading() as tx:
            project = projects.load(tx, key)
            if project is None:
                raise HTTPException(404, f"no project {key!r}")
            definition = definitions.load(tx, project.workflow, project.version)
            return project_json(project, projects.facts(tx, key, on=local_date(site.clock())), definition)

    @router.get(
        "/projects/{key}/gate",
        summary="What a project lacks at a gate: its next, or a named one",
        description=_GATE,
    )
    def gate(key: str, gate: str | None = None) -> Json:
        with site.db.reading() as tx:
            try:
                checked = check_gate(tx, key=key, gate=gate, today=local_date(site.clock()))
            except Unknown as error:
                raise HTTPException(404, f"no {error.kind} {error.name!r}") from None
            except NotAllowed as error:
                raise HTTPException(409, error.code) from None
        return gate_json(key, checked.check, decider=checked.decider, others=checked.others)


def _case_routes(router: APIRouter, site: Site) -> None:
    @router.get("/cases", summary="Every case, oldest first", description=_CASE)
    def list_cases(status: str | None = None) -> list[Json]:
        with site.db.reading() as tx:
            return [_case(tx, state.id, site) for state in cases.list_cases(tx, status=status)]

    @router.get("/cases/{case}", summary="One case", description=_CASE)
    def one_case(case: str) -> Json:
        with site.db.reading() as tx:
            try:
                return _case(tx, case, site)
            except Unknown:
                raise HTTPException(404, f"no case {case!r}") from None


def _case(tx: Any, case: str, site: Site) -> Json:
    view = show_case(tx, case, now=site.clock())
    shown = case_json(view)
    if view.status == "open":
        # Members say what they mean to each other before it is decided, not to everybody.
        shown["ballots"] = [{"seat": one["seat"]} for one in shown["ballots"]]
    else:
        shown["ballots"] = [{"seat": one["seat"], "choice": one["choice"]} for one in shown["ballots"]]
    return shown
