"""The front page: «Min side» for whoever has signed in, and the way in for everybody else."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from engine.use_cases.access.what_is_mine import what_is_mine
from web import pages
from web.access.visitor import visitor
from web.door.sign_in import ask_page
from web.site import Site


def routes(site: Site) -> APIRouter:
    """`/`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    def front() -> Response:
        who = visitor()
        if who.person is not None:
            return _mine(site, who.person)
        return RedirectResponse("/prosjekter") if site.settings.open_portal else ask_page(site)

    return router


def _mine(site: Site, person: str) -> Response:
    with site.db.reading() as tx:
        mine = what_is_mine(tx, person, now=site.clock())
    return pages.page(site, "own.html", mine=mine)
