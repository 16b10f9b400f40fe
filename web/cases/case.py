"""What does a member see of a case, and what becomes of the answer, or of the leader's conclusion?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from engine.core.access.links import read_receipt_code, receipt_code
from engine.core.access.table import Act
from engine.core.cases.ballots import CastBallot
from engine.core.programme.calendar import local_date
from engine.core.refusal import NotAllowed, Refused
from engine.core.workflow.definition import OUTCOMES
from engine.queries.cases.show_case import CaseView, SeatView, show_case
from engine.queries.obligations.answerable import Answerable, answerable_in, reminded_of
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.store import cases, links, meetings, people, projects
from engine.store.meetings import Meeting
from engine.store.session import Connection
from engine.use_cases.access.open_door import Guest
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from engine.use_cases.cases.conclude_case import Condition, conclude_case
from web import pages
from web.access import cookies
from web.access.visitor import may, may_see_names, visitor
from web.forms import Form, fresh_mark, only
from web.meetings.meeting import present_for
from web.own import Own, leads_in, own_in, seats_at
from web.site import Contact, Site
from web.wording import (
    FormError,
    form_errors,
    leads_to,
    outcome_sentence,
    political_sentence,
    short_facts,
    tally_sentence,
    unable_sentence,
)

MOST_ROWS: Final = 12
OTHER: Final = "annen"
"""The choice of somebody by their e-mail address."""
FIRST_ROWS: Final = 3
_ANSWER: Final = ("engang", "versjon", "plass", "valg", "forutsetning", "kommentar")
_ALWAYS_SENT: Final = ("versjon", "plass")
_ROW: Final = ("tekst", "ansvar", "epost", "frist", "stanser", "forslag")
_CONCLUSION: Final = (
    "versjon",
    "plass",
    "utfall",
    "ordlyd",
    "flere",
    *(f"{name}-{row}" for row in range(1, MOST_ROWS + 1) for name in _ROW),
)
_LONGEST_NONCE: Final = 64
_APPROVED: Final = frozenset({"godkjent", "godkjent_med_forutsetninger"})
_WITH_CONDITIONS: Final = "godkjent_med_forutsetninger"

SAFE_MEDIA: Final = frozenset(
    {
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "image/jpeg",
        "image/png",
        "text/plain",
    }
)
"""What is handed out as what it is; all else is bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One condition as the leader is writing it.

    `owner` is one of the page's choices, or `OTHER` for whoever has the address `email`; `proposals` are the
    members' answers that the page has made the row from, by id.
    """

    text: str = ""
    owner: str = ""
    email: str = ""
    due: str = ""
    blocks: bool = False
    proposals: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing has been written in it."""
        return not (self.text.strip() or self.named or self.due.strip())

    @property
    def named(self) -> str:
        """Whom it names."""
        return (self.email if self.owner == OTHER else self.owner).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What has been filled in so far, so that nothing is lost when the page is shown again."""

    valg: str = ""
    forutsetning: str = ""
    kommentar: str = ""
    utfall: str = ""
    ordlyd: str = ""


def routes(site: Site) -> APIRouter:
    """`/sak/<id>` with what can be sent from it, and `/kvittering/<code>`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/sak/{case}", methods=["GET", "HEAD"])
    def read(case: str, request: Request, slutt: str = "") -> Response:
        return _read(site, request, case, join=slutt)

    @router.api_route("/sak/{case}/underlag/{paper}", methods=["GET", "HEAD"])
    def download(case: str, paper: str, request: Request) -> Response:
        return _download(site, request, case, paper)

    @router.post("/sak/{case}/svar")
    def answer(case: str, request: Request, fields: Form) -> Response:
        only(fields, known=_ANSWER, needed=("engang", *_ALWAYS_SENT))
        return _answer(site, request, case, fields)

    @router.post("/sak/{case}/konkluder")
    def conclude(case: str, request: Request, fields: Form) -> Response:
        only(fields, known=_CONCLUSION, needed=_ALWAYS_SENT)
        return _conclude(site, request, case, fields)

    @router.api_route("/kvittering/{code}", methods=["GET", "HEAD"])
    def receipt(code: str, request: Request) -> Response:
        return _receipt(site, request, code)

    return router


# ---------------------------------------------------------------- reading


def _read(site: Site, request: Request, case: str, *, join: str) -> Response:
    now = site.clock()
    guest = cookies.guest_at(request, case, site=site, now=now)
    if guest is None:
        return _outsider(site, case, now)
    view = _view(site, guest, case, now)
    joined = next((seat.condition for seat in view.seats if seat.seat == join and not seat.mine), None)
    typed = Typed(forutsetning=joined or "", ordlyd=view.proposal)
    return _case_page(site, view, guest=guest, typed=typed, joined=bool(joined))


def _outsider(site: Site, case: str, now: datetime) -> Response:
    """Somebody without a session: a decided case can be read where the portal is open, and nothing else."""
    if may_see_names(site) and may(site, visitor(), Act.READ_PROJECT):
        with site.db.reading() as tx:
            state = cases.state(tx, case)
            view = None if state is None or state.status == "open" else show_case(tx, case, now=now)
        if view is not None:
            return _case_page(site, view, guest=None, typed=Typed())
    return ask_to_come_in(site)


def ask_to_come_in(site: Site) -> Response:
    """What somebody without a session meets."""
    return pages.come_in(
        site,
        "Åpne saken fra e-posten",
        "Du er ikke inne i denne saken, eller det er gått mer enn åtte timer siden du åpnet den.",
        "Trykk på lenken i e-posten om saken en gang til.",
    )


def _view(site: Site, guest: Guest, case: str, now: datetime) -> CaseView:
    with site.db.reading() as tx:
        return show_case(tx, case, now=now, viewer=guest.person)


def _case_page(
    site: Site,
    view: CaseView,
    *,
    guest: Guest | None,
    typed: Typed,
    status: int = 200,
    errors: list[FormError] | None = None,
    notice: Mapping[str, str] | None = None,
    joined: bool = False,
    rows: list[Row] | None = None,
) -> Response:
    if view.out:
        return _from_outside(site, view, guest=guest, status=status, errors=errors, notice=notice)
    mine = view.mine
    about = _about(site, view, guest)
    sees = view.status != "open" or view.may_conclude or about.keeps or (mine is not None and mine.answered)
    return pages.page(
        site,
        "case.html",
        status=status,
        contact=Contact(name=view.programme_office, email=view.programme_address),
        view=view,
        mine=mine,
        typed=typed,
        errors=errors or [],
        notice=notice,
        joined=joined,
        rows=rows if rows is not None else _first_rows(view),
        choices=about.choices,
        other=OTHER,
        reminded=about.reminded,
        nonce=fresh_mark(),
        sees_answers=sees,
        inside=guest is not None,
        sits=guest is not None and not guest.owes,
        referat=about.referat,
        through_meeting=guest is not None and guest.meeting is not None,
        own=about.own,
        meeting=about.meeting,
        reasons=about.reasons,
        recorders=about.recorders,
        summary=short_facts(view),
        outcomes=sorted(view.outcomes, key=lambda one: OUTCOMES.index(one[0])),
        tally_sentence=tally_sentence(view.tally, present=present_for(about.meeting, view)),
        sentence_of_outcome=outcome_sentence(view),
        political=political_sentence(view),
        unable=unable_sentence(view),
        waits_for_politicians=view.political.marked and not view.political.reference,
        leads_to=leads_to,
    )


def out_of_the_room(site: Site, view: CaseView) -> Response:
    """Why whoever is inhabil gets no paper of an open case."""
    return _from_outside(site, view, guest=None, status=403)


def _from_outside(
    site: Site,
    view: CaseView,
    *,
    guest: Guest | None,
    status: int,
    errors: list[FormError] | None = None,
    notice: Mapping[str, str] | None = None,
) -> Response:
    """The page of an open case for somebody who takes no part in it."""
    with site.db.reading() as tx:
        meeting = None if view.meeting is None else meetings.load(tx, view.meeting)
    return pages.page(
        site,
        "case_outside.html",
        status=status,
        contact=Contact(name=view.programme_office, email=view.programme_address),
        view=view,
        mine=view.mine,
        meeting=meeting,
        errors=errors or [],
        notice=notice,
        through_meeting=guest is not None and guest.meeting is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a case's page says besides the case: the viewer's standing, and the meeting it comes up in."""

    own: Own
    meeting: Meeting | None
    keeps: bool
    reasons: Mapping[str, str]
    recorders: Mapping[str, str]
    choices: tuple[Answerable, ...]
    """Whom the leader can make responsible for a condition."""
    referat: str
    """Where the viewer reads the referat of its meeting, once it is sent."""
    reminded: Mapping[str, str]
    """Whoever is reminded of a condition today, by its id."""


def _about(site: Site, view: CaseView, guest: Guest | None) -> _About:
    now = site.clock()
    with site.db.reading() as tx:
        seats = frozenset[str]() if guest is None else seats_at(tx, view, guest, now=now)
        office = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(now))
        keeps = guest is not None and office is not None and office.id == guest.person
        found = cases.recusals(tx, view.id) if keeps or leads_in(view) else {}
        return _About(
            own=own_in(tx, view, guest, seats=seats),
            meeting=None if view.meeting is None else meetings.load(tx, view.meeting),
            keeps=keeps,
            reasons={seat: one.reason for seat, one in found.items() if one.recused},
            recorders=people.names(tx, [seat.recorded_by for seat in view.seats if seat.recorded_by]),
            choices=answerable_in(tx, view.project_key, on=local_date(now)) if view.may_conclude else (),
            referat=_referat(tx, view, guest),
            reminded={} if guest is None else reminded_of(tx, view, on=local_date(now)),
        )


def _referat(tx: Connection, view: CaseView, guest: Guest | None) -> str:
    if guest is None or view.meeting is None or guest.meeting != view.meeting or guest.only_called:
        return ""
    sent = any(one.sent for one in meetings.minutes(tx, view.meeting))
    return f"/mote/{view.meeting}/referat" if sent else ""


def _download(site: Site, request: Request, case: str, paper: str) -> Response:
    now = site.clock()
    guest = cookies.guest_at(request, case, site=site, now=now)
    if guest is None:
        return ask_to_come_in(site)
    view = _view(site, guest, case, now)
    if view.out:
        return out_of_the_room(site, view)
    wanted = next((one for one in view.papers if one.id == paper), None)
    if wanted is None:
        raise HTTPException(404)
    with site.db.reading() as tx:
        content = projects.paper_content(tx, wanted.sha256)
    kind = wanted.media_type.split(";")[0].strip().lower()
    return Response(
        content,
        media_type=kind if kind in SAFE_MEDIA else "application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(_file_name(wanted.title, kind))}"
        },
    )


def _file_name(title: str, kind: str) -> str:
    """A name no file system minds, with the ending of what it is."""
    kept = "".join(letter if letter.isalnum() or letter in " .-_" else "_" for letter in title)
    return (kept.strip(" .") or "underlag") + _EXTENSIONS.get(kind, "")


_EXTENSIONS: Final = {
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "text/plain": ".txt",
}


# ---------------------------------------------------------------- answering


def _answer(site: Site, request: Request, case: str, fields: Mapping[str, str]) -> Response:
    now = site.clock()
    guest = cookies.guest_at(request, case, site=site, now=now)
    if guest is None:
        return ask_to_come_in(site)
    view = _view(site, guest, case, now)
    if not _speaks_for(view, fields["plass"]):
        return _other_person(site, view)
    typed = Typed(
        valg=fields.get("valg", ""),
        forutsetning=fields.get("forutsetning", ""),
        kommentar=fields.get("kommentar", ""),
        ordlyd=view.proposal,
    )
    try:
        answered = cast_ballot(
            site.db,
            case=case,
            person=guest.person,
            seat=fields["plass"],
            choice=typed.valg,
            comment=typed.kommentar,
            condition=typed.forutsetning,
            version=_version(fields),
            nonce=_nonce(fields),
            link=guest.link,
            now=now,
        )
    except NotAllowed:
        return ask_to_come_in(site)
    if isinstance(answered, Refused):
        return _refused(site, _view(site, guest, case, now), guest, answered, typed)
    return RedirectResponse(f"/kvittering/{_receipt_of(site, guest, answered)}", status_code=303)


def _refused(
    site: Site,
    view: CaseView,
    guest: Guest,
    refused: Refused,
    typed: Typed,
    *,
    rows: list[Row] | None = None,
    row_numbers: tuple[int, ...] = (),
) -> Response:
    codes = {reason.code for reason in refused.reasons}
    if "case_closed" in codes:
        notice = {
            "color": "info",
            "heading": "Saken var alt avsluttet",
            "text": "Det du sendte, er ikke lagret.",
        }
        return _case_page(site, view, guest=guest, typed=typed, status=409, notice=notice)
    if "case_changed" in codes:
        notice = {
            "color": "warning",
            "heading": "Saken er endret",
            "text": "Svaret er ikke sendt. Les forslaget på nytt og send igjen; det du skrev, står der ennå.",
        }
        return _case_page(
            site, view, guest=guest, typed=typed, status=409, notice=notice, rows=rows, joined=True
        )
    errors = form_errors(refused.reasons, rows=row_numbers)
    return _case_page(site, view, guest=guest, typed=typed, status=422, errors=errors, rows=rows)


def _speaks_for(view: CaseView, seat: str) -> bool:
    return any(one.mine and one.seat == seat for one in view.seats)


def _other_person(site: Site, view: CaseView) -> Response:
    """The page was made for somebody who came in before in the same browser."""
    now_as = "" if view.mine is None else f" som {view.mine.office}"
    return pages.message(
        site,
        "Du er inne som en annen nå",
        f"Etter at du åpnet siden, er saken åpnet på nytt{now_as}. Svaret er ikke sendt.",
        status=409,
        link=(f"/sak/{view.id}", "Gå til saken"),
    )


def _version(fields: Mapping[str, str]) -> int:
    text = fields["versjon"]
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise HTTPException(400, "form_fields")
    return int(text)


def _nonce(fields: Mapping[str, str]) -> str:
    nonce = fields["engang"]
    if not nonce or len(nonce) > _LONGEST_NONCE:
        raise HTTPException(400, "form_fields")
    return nonce


# ---------------------------------------------------------------- concluding


def _first_rows(view: CaseView) -> list[Row]:
    """A row for each condition the members have proposed, and some empty ones."""
    proposed = [Row(text=text, proposals=ids) for text, ids in _proposed(view).items()]
    wanted = max(FIRST_ROWS, len(proposed) + 1)
    return [*proposed, *(Row() for _ in range(wanted - len(proposed)))][:MOST_ROWS]


def _proposed(view: CaseView) -> dict[str, tuple[str, ...]]:
    """What the members have proposed, each text once, and the answers it stands in."""
    found: dict[str, tuple[str, ...]] = {}
    for seat in view.seats:
        if seat.condition and seat.ballot:
            found[seat.condition] = (*found.get(seat.condition, ()), seat.ballot)
    return found


def _conclude(site: Site, request: Request, case: str, fields: Mapping[str, str]) -> Response:
    now = site.clock()
    guest = cookies.guest_at(request, case, site=site, now=now)
    if guest is None:
        return ask_to_come_in(site)
    view = _view(site, guest, case, now)
    if not _speaks_for(view, fields["plass"]):
        return _other_person(site, view)
    rows = _rows(fields)
    typed = Typed(utfall=fields.get("utfall", ""), ordlyd=fields.get("ordlyd", ""))
    if "flere" in fields and view.may_conclude:
        more = [*rows, *(Row() for _ in range(min(2, MOST_ROWS - len(rows))))]
        return _case_page(site, view, guest=guest, typed=typed, rows=more)
    filled = _filled(rows, view, typed.utfall)
    try:
        concluded = conclude_case(
            site.db,
            case=case,
            by=guest.person,
            outcome=typed.utfall,
            wording=_own_wording(typed, view),
            conditions=[
                Condition(
                    text=row.text, owner=row.named, due=row.due, blocks=row.blocks, proposals=row.proposals
                )
                for _, row in filled
            ],
            version=_version(fields),
            now=now,
        )
    except NotAllowed:
        raise HTTPException(403, "not_leader") from None
    if isinstance(concluded, Refused):
        numbers = tuple(number for number, _ in filled)
        fresh = _view(site, guest, case, now)
        return _refused(site, fresh, guest, concluded, typed, rows=rows, row_numbers=numbers)
    return RedirectResponse(f"/sak/{case}", status_code=303)


def _rows(fields: Mapping[str, str]) -> list[Row]:
    last = max(
        (n for n in range(1, MOST_ROWS + 1) if any(f"{name}-{n}" in fields for name in _ROW)), default=0
    )
    return [
        Row(
            text=fields.get(f"tekst-{n}", ""),
            owner=fields.get(f"ansvar-{n}", ""),
            email=fields.get(f"epost-{n}", ""),
            due=fields.get(f"frist-{n}", ""),
            blocks=f"stanser-{n}" in fields,
            proposals=tuple(fields.get(f"forslag-{n}", "").split()),
        )
        for n in range(1, last + 1)
    ]


def _filled(rows: list[Row], view: CaseView, outcome: str) -> list[tuple[int, Row]]:
    """The rows that hold a condition, by their number on the page.

    A member's proposal that the page had put there counts as nothing when the leader gives another outcome.
    """
    proposed = _proposed(view) if outcome != _WITH_CONDITIONS else {}
    untouched = {Row(text=text, proposals=ids) for text, ids in proposed.items()}
    return [(number, row) for number, row in enumerate(rows, 1) if not row.empty and row not in untouched]


def _own_wording(typed: Typed, view: CaseView) -> str:
    """The leader's wording; the proposal as it stood is no wording for turning it down."""
    same = typed.ordlyd.split() == view.proposal.split()
    return "" if same and typed.utfall not in _APPROVED else typed.ordlyd


# ---------------------------------------------------------------- the receipt


def _receipt_of(site: Site, guest: Guest, answered: Answered) -> str:
    with site.db.reading() as tx:
        link = links.by_id(tx, guest.link)
    kid = link.kid if link is not None and link.kid in site.keys else max(site.keys)
    return receipt_code(site.keys, kid=kid, receipt_id=answered.ballot)


def _receipt(site: Site, request: Request, code: str) -> Response:
    now, wanted = site.clock(), read_receipt_code(code)
    for guest in cookies.guests(request, site=site, now=now) if wanted else ():
        for case in _cases_of(site, guest):
            with site.db.reading() as tx:
                cast = cases.ballots(tx, case)
            own = [one for one in cast if one.person == guest.person]
            found = next((one for one in own if wanted in _codes(site, one.id)), None)
            if found is not None:
                view = _view(site, guest, case, now)
                newest = max(own, key=lambda one: one.seq)
                return _receipt_page(site, view, found, newest=newest, code=wanted, meeting=guest.meeting)
    return ask_to_come_in(site)


def _cases_of(site: Site, guest: Guest) -> list[str]:
    if guest.case is not None:
        return [guest.case]
    if guest.meeting is None:
        with site.db.reading() as tx:
            return list(cases.answered_by(tx, guest.person))
    with site.db.reading() as tx:
        return [one.id for one in cases.list_cases(tx, meeting=guest.meeting)]


def _receipt_page(
    site: Site,
    view: CaseView,
    found: CastBallot,
    *,
    newest: CastBallot,
    code: str | None,
    meeting: str | None,
) -> Response:
    return pages.page(
        site,
        "receipt.html",
        contact=Contact(name=view.programme_office, email=view.programme_address),
        choice=found.choice,
        condition=found.condition,
        comment=found.comment,
        number=view.number,
        project_title=view.project_title,
        gate=view.gate,
        gate_title=view.gate_title,
        office=_office(view, found.seat),
        cast_at=found.cast_at,
        decided=view.status != "open",
        superseded=newest.id != found.id,
        sentence_of_outcome=outcome_sentence(view),
        case=view.id,
        meeting=meeting,
        receipt=code,
        position=found.seq,
        digest=view.digest,
    )


def _codes(site: Site, ballot: str) -> set[str]:
    return {receipt_code(site.keys, kid=kid, receipt_id=ballot) for kid in site.keys}


def _office(view: CaseView, seat: str) -> str:
    found: SeatView | None = next((one for one in view.seats if one.seat == seat), None)
    return "" if found is None else found.office
