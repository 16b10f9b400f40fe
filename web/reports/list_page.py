"""`/rapporter`: the programme's published reports, newest first."""

from fastapi import APIRouter
from fastapi.responses import Response

from engine.core.access.table import Act
from engine.store import publications
from web import pages
from web.access.visitor import may, visitor
from web.reports.programme_report import PATH
from web.site import Site


def routes(site: Site) -> APIRouter:
    """`/rapporter`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/rapporter", methods=["GET", "HEAD"])
    def reports() -> Response:
        return _page(site)

    return router


def _page(site: Site) -> Response:
    with site.db.reading() as tx:
        versions = publications.versions(tx)
    published = [one for one in versions if one.published_at is not None]
    shown = {one.period: one for one in published}
    drafts = sorted({one.period for one in versions} - shown.keys(), reverse=True)
    return pages.page(
        site,
        "reports.html",
        published=[shown[period] for period in sorted(shown, reverse=True)],
        drafts=drafts if may(site, visitor(), Act.READ_DRAFT) else [],
        path=PATH,
    )
