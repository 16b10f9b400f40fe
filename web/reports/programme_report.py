"""What does the programme's report of a tertial say, and where are the files that were published?"""

from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from documents.formats.text import tame
from documents.tertial.content import report_content
from documents.tertial.editions import MEDIA_TYPES, REPORT_FORMATS
from engine.core.access.table import Act
from engine.core.refusal import Unknown
from engine.queries.reports.read_report import read_report
from engine.store import publications
from engine.use_cases.reports.publish_programme_report import published_bytes
from web import pages
from web.access.visitor import may, visitor
from web.site import Site, contact_of

PATH: Final = "/rapport"
_FILE_WORDS: Final = {
    "pdf": "PDF",
    "docx": "Word",
    "xlsx": "Excel",
    "html": "Nettside i én fil",
    "json": "JSON",
}


def routes(site: Site) -> APIRouter:
    """`/rapport/<period>`, and the published files below it; for whoever may read the portal."""
    router = APIRouter(include_in_schema=False)

    @router.api_route(f"{PATH}/{{period}}", methods=["GET", "HEAD"])
    def report(period: str) -> Response:
        return _report(site, period)

    @router.api_route(f"{PATH}/{{period}}/{{format}}", methods=["GET", "HEAD"])
    def published(period: str, format: str) -> Response:
        return _file(site, period, format)

    return router


def _report(site: Site, period: str) -> Response:
    """The newest published version as it was known when it was approved; a draft where none is published."""
    with site.db.reading() as tx:
        version = publications.published(tx, period)
        if version is None and not may(site, visitor(), Act.READ_DRAFT):
            raise HTTPException(404)
        known_at = site.clock() if version is None else version.known_at
        try:
            found = read_report(tx, period, known_at=known_at)
        except Unknown:
            raise HTTPException(404) from None
    contact = contact_of(site)
    despite = "" if version is None else version.despite
    content = report_content(found, despite=despite, contact=contact.name, address=contact.email)
    return pages.page(
        site,
        "report.html",
        contact=contact,
        report=tame(content).content,
        period=period,
        version=version,
        files=[] if version is None else [(name, _FILE_WORDS[name]) for name in version.editions],
        path=PATH,
    )


def _file(site: Site, period: str, format: str) -> Response:
    """The bytes that were published, whatever has been told since."""
    wanted = next((one for one in REPORT_FORMATS if one == format), None)
    if wanted is None:
        raise HTTPException(404)
    try:
        with site.db.reading() as tx:
            _, content = published_bytes(tx, period, wanted)
    except Unknown:
        raise HTTPException(404) from None
    name = f"statusrapport-{period.lower()}.{wanted}"
    return Response(
        content,
        media_type=MEDIA_TYPES[wanted],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
