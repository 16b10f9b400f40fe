"""What does a member see of a meeting: what comes up, how they stand in it, how it ended, and its referat?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from engine.core.programme.calendar import local_date
from engine.core.refusal import Unknown
from engine.queries.cases.show_case import CaseView
from engine.queries.meetings.show_meeting import CarriedView, ChairView, MeetingView, show_meeting
from engine.queries.meetings.take_part import part_in
from engine.store import cases, meetings, people, projects
from engine.store.meetings import Item, Meeting, Minutes
from engine.store.session import Connection
from engine.use_cases.access.open_door import Guest
from web import pages
from web.access import cookies
from web.forms import fresh_mark
from web.own import Own, leads_in, own_in
from web.site import Contact, Site
from web.wording import (
    FormError,
    attendance_sentence,
    elapsed,
    outcome_sentence,
    tally_sentence,
    unable_sentence,
)

_PDF: Final = b"%PDF-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A case on the list, as the viewer stands in it.

    `reasons` tell why seats are recused, by seat: only chair and secretary are given any.
    """

    view: CaseView
    own: Own
    ending: str
    unable: str
    tally: str
    reasons: Mapping[str, str]
    recusals: tuple[tuple[str, str, str], ...] = ()
    """Whom the body has found inhabil: office, why, and who stands in; for chair and secretary only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """All that the page of a meeting shows one viewer; `chair` is the viewer's own seat."""

    view: MeetingView
    guest: Guest
    chair: ChairView | None
    stands_in: bool
    last: Minutes | None
    last_held_on: datetime | None
    decisions: tuple[Decision, ...]
    orientations: tuple[Item, ...]
    discussions: tuple[Item, ...]
    carried: tuple[CarriedView, ...]
    minutes: Minutes | None
    """The referat as far as the viewer may read it: members do not see a draft."""
    sent_after: str
    recorders: Mapping[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> bool:
        """Whether the viewer leads the meeting or keeps its list."""
        return self.view.leads or self.view.keeps


def routes(site: Site) -> APIRouter:
    """`/mote/<id>` and the referat that belongs to it."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/mote/{meeting}", methods=["GET", "HEAD"])
    def read(meeting: str, request: Request) -> Response:
        sitting = sitting_for(site, request, meeting)
        return ask_to_come_in(site) if sitting is None else meeting_page(site, sitting)

    @router.api_route("/mote/{meeting}/referat", methods=["GET", "HEAD"])
    def minutes(meeting: str, request: Request) -> Response:
        sitting = sitting_for(site, request, meeting)
        return ask_to_come_in(site) if sitting is None else _hand_out(site, sitting.minutes)

    @router.api_route("/mote/{meeting}/forrige-referat", methods=["GET", "HEAD"])
    def last_minutes(meeting: str, request: Request) -> Response:
        sitting = sitting_for(site, request, meeting)
        return ask_to_come_in(site) if sitting is None else _hand_out(site, sitting.last)

    return router


def ask_to_come_in(site: Site) -> Response:
    """What somebody without a session meets."""
    return pages.come_in(
        site,
        "Åpne møtet fra e-posten",
        "Du er ikke inne i dette møtet, eller det er gått mer enn åtte timer siden du åpnet det.",
        "Trykk på lenken i e-posten med sakslista en gang til.",
    )


def sitting_for(site: Site, request: Request, meeting: str) -> Sitting | None:
    """A meeting as whoever is behind this browser may see it; None when they have no part in it."""
    now = site.clock()
    guest = cookies.guest_in(request, meeting, site=site, now=now)
    if guest is None:
        return None
    with site.db.reading() as tx:
        try:
            view = show_meeting(tx, meeting, now=now, viewer=guest.person)
        except Unknown:
            return None
        return _sitting(tx, view, guest, now) if view.is_member or view.keeps else None


def meeting_page(
    site: Site,
    sitting: Sitting,
    *,
    status: int = 200,
    errors: list[FormError] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """The page; `typed` is what has been filled in so far, by field id."""
    view, now = sitting.view, site.clock()
    return pages.page(
        site,
        "meeting.html",
        status=status,
        contact=Contact(name=view.programme_office, email=view.programme_address),
        sitting=sitting,
        view=view,
        meeting=view.meeting,
        begun=now >= view.meeting.starts_at,
        moved=local_date(view.meeting.starts_at) != view.meeting.planned_on,
        over=view.meeting.status in {"held", "cancelled"},
        errors=errors or [],
        typed=typed or {},
        fresh_mark=fresh_mark,
        attendance=attendance_sentence(view),
        can_write=site.papers is not None,
    )


def _sitting(tx: Connection, view: MeetingView, guest: Guest, now: datetime) -> Sitting:
    part = part_in(tx, view.meeting.id, guest.person, now=now)
    runs = view.leads or view.keeps
    sent = next((one for one in view.minutes if one.sent), None)
    readable = [one for one in view.minutes if (one.sent or runs) and not guest.only_called]
    last = None if guest.only_called else _last_minutes(tx, view.meeting)
    last_meeting = None if last is None else meetings.load(tx, last.meeting)
    over = view.meeting.closed_at
    return Sitting(
        view=view,
        guest=guest,
        chair=next((one for one in view.chairs if one.person == guest.person), None),
        stands_in=part.stands_in,
        last=last,
        last_held_on=None if last_meeting is None else last_meeting.starts_at,
        decisions=tuple(
            _decision(tx, case, guest, part.seats, view)
            for case in view.cases
            if case.mine is not None or not guest.only_called
        ),
        # Whoever is called in to one case takes no part in the rest of the meeting.
        orientations=() if guest.only_called else _items(view, "orientering"),
        discussions=() if guest.only_called else _items(view, "drofting"),
        carried=tuple(one for one in view.carried if one.mine or not guest.only_called),
        minutes=readable[-1] if readable else None,
        sent_after="" if sent is None or over is None else elapsed(over, sent.written_at),
        recorders=people.names(
            tx, [seat.recorded_by for case in view.cases for seat in case.seats if seat.recorded_by]
        ),
    )


def _items(view: MeetingView, kind: str) -> tuple[Item, ...]:
    return tuple(one for one in view.items if one.kind == kind)


def _decision(
    tx: Connection, case: CaseView, guest: Guest, seats: frozenset[str], view: MeetingView
) -> Decision:
    found = cases.recusals(tx, case.id) if (view.keeps or leads_in(case)) and not case.out else {}
    return Decision(
        view=case,
        own=own_in(tx, case, guest, seats=seats),
        ending=outcome_sentence(case),
        unable=unable_sentence(case),
        tally=tally_sentence(case.tally, present=present_for(view.meeting, case)),
        reasons={seat: one.reason for seat, one in found.items() if one.recused},
        recusals=tuple(
            (seat.office, found[seat.seat].reason, "" if seat.recused else seat.name)
            for seat in case.seats
            if seat.seat in found and found[seat.seat].recused
        ),
    )


def present_for(meeting: Meeting | None, case: CaseView) -> int | None:
    """How many of a case's seats that count somebody was noted to sit in; None until it is noted."""
    if meeting is None or meeting.present is None:
        return None
    out = {seat.seat for seat in case.seats if seat.recused or seat.requester or seat.choice == "inhabil"}
    return sum(seat not in out and person is not None for seat, person in meeting.present.items())


def _last_minutes(tx: Connection, meeting: Meeting) -> Minutes | None:
    """The referat of the body's meeting before this one, as it was sent, if it was still to be approved when
    this began.
    """
    earlier = [
        one for one in meetings.list_meetings(tx, body=meeting.body) if one.starts_at < meeting.starts_at
    ]
    for held in reversed(earlier):
        versions = [one for one in meetings.minutes(tx, held.id) if one.sent]
        if versions:
            at = versions[-1].approved_at
            return versions[-1] if at is None or at >= meeting.starts_at else None
    return None


def _hand_out(site: Site, minutes: Minutes | None) -> Response:
    """The referat's bytes as they were stored, as a download: a page could not be trusted to be ours."""
    if minutes is None:
        raise HTTPException(404)
    with site.db.reading() as tx:
        content = projects.paper_content(tx, minutes.sha256)
    pdf = content.startswith(_PDF)
    name = f"Referat-{minutes.meeting.replace(':', '-')}-v{minutes.version}.{'pdf' if pdf else 'html'}"
    return Response(
        content,
        media_type="application/pdf" if pdf else "application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
