"""How do the routes become one application? All they need is an argument of `create_app`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.gzip import GZipMiddleware

from engine.core.access.table import Act
from engine.store.outages import NotNow
from engine.store.session import Database
from web import api, faults
from web.access.visitor import gatekeeper
from web.cases import case
from web.cases import papers as paper_pages
from web.door import door, own_page, sign_in
from web.guard import dress, guarded
from web.machinery import watch
from web.meetings import meeting, plan_page, running
from web.obligations import deadlines, year_wheel
from web.office import import_page, people_page, today_page
from web.pages import STATIC
from web.patience import patient
from web.projects import gate_page, portal, request_page
from web.reports import list_page, programme_report, status_report
from web.site import Papers, Site, WebSettings

__all__ = ["Papers", "WebSettings", "create_app"]

log: Final = structlog.stdlib.get_logger("faseport.web")


class StaticFilesKept(StaticFiles):
    """Static files that a browser may keep, since their addresses change with what they hold."""

    def file_response(self, *args: Any, **named: Any) -> Response:
        """The file, to be kept for a year."""
        response = super().file_response(*args, **named)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def create_app(
    *,
    db: Database,
    clock: Callable[[], datetime],
    keys: Mapping[int, bytes],
    settings: WebSettings,
    health: Callable[[], Mapping[str, Any]],
    papers: Papers | None = None,
    also: Mapping[str, Act] | None = None,
) -> FastAPI:
    """The whole web application.

    `clock` tells the time in UTC, `keys` are the link keys by number. `health` says in `ok` whether all is
    well, and whatever else an operator wants to see. Without `papers` no referat can be written here. `also`
    names the acts of addresses that the caller adds.
    """
    site = Site(
        db=db, clock=clock, keys=keys, settings=settings, health=health, papers=papers, also=also or {}
    )
    app = FastAPI(
        title="Faseport",
        version="1",
        description="Projects, gate checks and cases, for reading.",
        openapi_url=f"{api.PATH}/openapi.json",
        docs_url=None,
        redoc_url=None,
        # A redirect would name the host as the request does, and take the token along.
        redirect_slashes=False,
        dependencies=[Depends(gatekeeper(site))],
    )
    registry, asked = watch.registry_of()
    app.include_router(sign_in.routes(site))
    app.include_router(door.routes(site))
    app.include_router(case.routes(site))
    app.include_router(meeting.routes(site))
    app.include_router(running.routes(site))
    app.include_router(status_report.routes(site))
    app.include_router(paper_pages.routes(site))
    app.include_router(deadlines.routes(site))
    app.include_router(own_page.routes(site))
    app.include_router(portal.routes(site))
    app.include_router(gate_page.routes(site))
    app.include_router(plan_page.routes(site))
    app.include_router(today_page.routes(site))
    app.include_router(people_page.routes(site))
    app.include_router(import_page.routes(site))
    app.include_router(list_page.routes(site))
    app.include_router(request_page.routes(site))
    app.include_router(year_wheel.routes(site))
    app.include_router(programme_report.routes(site))
    app.include_router(api.routes(site))
    app.include_router(watch.routes(site, registry))
    app.mount("/static", GZipMiddleware(StaticFilesKept(directory=STATIC), minimum_size=1_000))
    app.add_middleware(patient, site=site)
    app.add_middleware(watch.counted, asked=asked)
    app.add_middleware(guarded, site=site)
    _handle_errors(app, site)
    return app


def _handle_errors(app: FastAPI, site: Site) -> None:
    @app.exception_handler(StarletteHTTPException)
    async def refused(request: Request, error: StarletteHTTPException) -> Response:
        if error.status_code == 401 and not request.url.path.startswith(faults.MACHINES):
            return sign_in.turned_away(site, request.scope)
        return faults.response(request.scope, site, error.status_code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, _error: RequestValidationError) -> Response:
        return faults.response(request.scope, site, 422, "unreadable address")

    @app.exception_handler(NotNow)
    async def another_time(request: Request, error: NotNow) -> Response:
        log.error("database", cause=error.cause, words=error.words, in_doubt=error.in_doubt)
        return faults.not_now(request.scope, site)

    @app.exception_handler(Exception)
    async def broken(request: Request, _error: Exception) -> Response:
        # This one is sent from outside the guard, which therefore has not dressed it.
        answer = faults.response(request.scope, site, 500, "internal error")
        dress(answer.headers, path=request.url.path, site=site)
        return answer
