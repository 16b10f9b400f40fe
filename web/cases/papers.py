"""Which papers can be read from the pages: saksliste, saksframlegg and referat, as PDF and as HTML?

Whoever sees the page sees its paper, and no more than the page shows them.
"""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from documents import editions
from documents.editions import FORMATS, Format
from documents.formats.document import Document
from documents.papers.paper import agenda_of, minutes_of
from engine.core.programme.calendar import local_date
from engine.queries.cases.show_case import show_case
from engine.store import meetings
from web.access import cookies
from web.cases.case import ask_to_come_in as ask_into_case
from web.cases.case import out_of_the_room
from web.meetings.meeting import Sitting, ask_to_come_in, sitting_for
from web.site import Site

_STYLE: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


def routes(site: Site) -> APIRouter:
    """`/sak/<id>/saksframlegg.<pdf|html>`, and `/mote/<id>/` with `saksliste` and `referat` in both."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/sak/{case}/saksframlegg.{format}", methods=["GET", "HEAD"])
    def saksframlegg(case: str, format: str, request: Request) -> Response:
        wanted, now = _format(format), site.clock()
        guest = cookies.guest_at(request, case, site=site, now=now)
        if guest is None:
            return ask_into_case(site)
        with site.db.reading() as tx:
            view = show_case(tx, case, now=now, viewer=guest.person)
            meeting = None if view.meeting is None else meetings.load(tx, view.meeting)
        if view.out:
            return out_of_the_room(site, view)
        at = None if meeting is None else meeting.starts_at
        return shown(editions.saksframlegg(view, format=wanted, meeting_at=at))

    @router.api_route("/mote/{meeting}/saksliste.{format}", methods=["GET", "HEAD"])
    def agenda(meeting: str, format: str, request: Request) -> Response:
        wanted, sitting = _format(format), sitting_for(site, request, meeting)
        return ask_to_come_in(site) if sitting is None else shown(_agenda(site, sitting, wanted))

    @router.api_route("/mote/{meeting}/referat.html", methods=["GET", "HEAD"])
    def minutes(meeting: str, request: Request) -> Response:
        sitting = sitting_for(site, request, meeting)
        return ask_to_come_in(site) if sitting is None else shown(_minutes(sitting))

    return router


def _format(asked: str) -> Format:
    found = next((one for one in FORMATS if one == asked), None)
    if found is None:
        raise HTTPException(404)
    return found


def _agenda(site: Site, sitting: Sitting, format: Format) -> Document:
    """The saksliste as the viewer's page has it: whoever is called in to one case gets that one."""
    view = sitting.view
    if sitting.guest.only_called:
        mine = tuple(one for one in view.cases if one.mine is not None)
        view = replace(view, cases=mine, carried=sitting.carried, items=(), to_approve=None)
    issued_at = view.meeting.called_at or site.clock()
    return editions.agenda(
        agenda_of(view, version=view.meeting.sequence + 1, issued_at=issued_at), format=format
    )


def _minutes(sitting: Sitting) -> Document:
    """The referat as it was stored, as far as the viewer may read it; the PDF is the very bytes of it."""
    stored = sitting.minutes
    if stored is None:
        raise HTTPException(404)
    paper = minutes_of(
        stored.model,
        version=stored.version,
        issued_at=stored.written_at,
        approval="godkjent" if stored.approved_at else "sendt" if stored.sent else "utkast",
        approved_on=None if stored.approved_at is None else local_date(stored.approved_at),
        contact=sitting.view.programme_office,
        contact_address=sitting.view.programme_address,
    )
    return editions.referat(paper, format="html")


def shown(document: Document) -> Response:
    """A paper to be read where it is. A page of ours may bring its own style, and nothing else."""
    headers = {"Content-Disposition": f'inline; filename="{document.filename}"'}
    style = _STYLE.search(document.content) if document.media_type.startswith("text/html") else None
    if style is not None:
        digest = b64encode(sha256(style[1]).digest()).decode()
        headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'sha256-{digest}'; "
            "frame-ancestors 'none'; base-uri 'none'; sandbox"
        )
    return Response(document.content, media_type=document.media_type, headers=headers)
