"""`/moter`: when each body meets, what comes up, and by when a case must be sent to come up there."""

from datetime import datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from engine.core.files.shape import text_in
from engine.queries.json_v1 import meetings_json
from engine.store import programmes
from web import pages
from web.site import Site


def routes(site: Site) -> APIRouter:
    """`/moter`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/moter", methods=["GET", "HEAD"])
    def plan() -> Response:
        return _page(site)

    return router


def _page(site: Site) -> Response:
    now = site.clock()
    with site.db.reading() as tx:
        programme = programmes.current(tx)
        told = [] if programme is None else meetings_json(tx, now=now, body=None)
    titles = {} if programme is None else {body.id: text_in(body.title) for body in programme.bodies}
    ahead = [one for one in told if datetime.fromisoformat(one["starts_at"]) >= now]
    held = [one for one in told if datetime.fromisoformat(one["starts_at"]) < now]
    return pages.page(
        site,
        "meetings.html",
        ahead=[(titles.get(body, body), meetings) for body, meetings in _by_body(ahead)],
        held=[(titles.get(body, body), meetings[::-1]) for body, meetings in _by_body(held)],
    )


def _by_body(told: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    ordered = sorted(told, key=lambda one: (one["body"], one["starts_at"]))
    return [(body, list(found)) for body, found in groupby(ordered, key=lambda one: one["body"])]
