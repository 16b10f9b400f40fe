"""`/kontor`, «I dag»: the next meetings with their deadlines, and who is late with what."""

from datetime import datetime
from itertools import groupby
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.queries.json_v1 import meetings_json
from engine.queries.obligations.show_obligations import ObligationView, show_others
from engine.store import programmes
from web import pages
from web.access.visitor import visitor
from web.site import Site

NEXT: Final = 3
"""This many meetings ahead."""


def routes(site: Site) -> APIRouter:
    """`/kontor`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/kontor", methods=["GET", "HEAD"])
    def today() -> Response:
        return _page(site)

    return router


def _page(site: Site) -> Response:
    now = site.clock()
    person = visitor().person
    assert person is not None
    with site.db.reading() as tx:
        programme = programmes.current(tx)
        told = [] if programme is None else meetings_json(tx, now=now, body=None)
        others = () if programme is None else show_others(tx, person, now=now)
    stands = (one for one in told if one["status"] != "cancelled")
    ahead = [one for one in stands if datetime.fromisoformat(one["starts_at"]) >= now]
    ahead.sort(key=lambda one: datetime.fromisoformat(one["starts_at"]))
    late = [one for one in others if one.late]
    return pages.page(
        site,
        "today.html",
        today=local_date(now),
        programme=programme,
        titles={} if programme is None else {body.id: text_in(body.title) for body in programme.bodies},
        meetings=ahead[:NEXT],
        late=_by_person(late),
        ahead_of_time=len(others) - len(late),
    )


def _by_person(late: list[ObligationView]) -> list[tuple[str, list[ObligationView]]]:
    """One row a person, whoever is furthest behind first."""
    ordered = sorted(late, key=lambda one: one.responsible)
    rows = [(name, list(found)) for name, found in groupby(ordered, key=lambda one: one.responsible)]
    return sorted(rows, key=lambda row: -max(one.late for one in row[1]))
