"""What do chair and secretary send from a meeting's page: attendance, answers given aloud, recusals, items,
the end of the meeting, and its referat?
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from engine.core.refusal import NotAllowed, Reason, Refused, Unknown
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.use_cases.cases.cast_ballot import cast_ballot
from engine.use_cases.cases.decide_recusal import decide_recusal
from engine.use_cases.meetings.run_meeting import add_item, close_meeting, note_attendance
from engine.use_cases.meetings.write_minutes import approve_minutes, write_minutes
from language.sentences import sentence
from web.forms import Form, only
from web.meetings.meeting import Decision, Sitting, ask_to_come_in, meeting_page, sitting_for
from web.site import Site
from web.wording import FormError

PRESENT: Final = "til-stede-"
_ORAL: Final = ("engang", "versjon", "sak", "plass", "valg", "forutsetning", "kommentar")
_RECUSAL: Final = ("sak", "hvem", "inhabil", "grunn")
_ITEM: Final = ("slag", "tittel", "tekst")
_LONGEST: Final = 64

_ITEM_FIELDS: Final = {"title_missing": "tittel", "title": "tittel", "text": "tekst"}
_ORAL_FIELDS: Final = {
    "choice_missing": "valg",
    "comment_required": "kommentar",
    "condition_required": "forutsetning",
    "comment": "kommentar",
    "condition": "forutsetning",
}
_RECUSAL_FIELDS: Final = {"reason_required": "grunn", "reason": "grunn"}
_OWN_WORDS: Final = {"reason_required": "Skriv hvorfor. Det ser bare møteleder og sekretær."}

Act = Callable[[Sitting], object]


def routes(site: Site) -> APIRouter:
    """Everything that is posted to `/mote/<id>/…`."""
    router = APIRouter(include_in_schema=False)
    _list_routes(router, site)
    _ending_routes(router, site)
    _case_routes(router, site)
    return router


def _list_routes(router: APIRouter, site: Site) -> None:
    @router.post("/mote/{meeting}/oppmote")
    def attendance(meeting: str, request: Request, fields: Form) -> Response:
        def act(sitting: Sitting) -> object:
            seats = {chair.seat: chair.person for chair in sitting.view.chairs if chair.person}
            only(fields, known=[PRESENT + seat for seat in seats])
            present = {seat: person for seat, person in seats.items() if PRESENT + seat in fields}
            return note_attendance(
                site.db, meeting=meeting, present=present, by=sitting.guest.person, now=site.clock()
            )

        return _run(site, request, meeting, act, back="oppmote", fields=fields)

    @router.post("/mote/{meeting}/punkt")
    def item(meeting: str, request: Request, fields: Form) -> Response:
        only(fields, known=_ITEM, needed=_ITEM)

        def act(sitting: Sitting) -> object:
            return add_item(
                site.db,
                meeting=meeting,
                kind=fields["slag"],
                title=fields["tittel"],
                text=fields["tekst"],
                by=sitting.guest.person,
                now=site.clock(),
            )

        return _run(site, request, meeting, act, back="punkt", fields=fields, places=_ITEM_FIELDS)


def _ending_routes(router: APIRouter, site: Site) -> None:
    @router.post("/mote/{meeting}/avslutt")
    def close(meeting: str, request: Request, fields: Form) -> Response:
        only(fields, known=())

        def act(sitting: Sitting) -> object:
            return close_meeting(site.db, meeting=meeting, by=sitting.guest.person, now=site.clock())

        return _run(site, request, meeting, act, back="referat", fields=fields)

    @router.post("/mote/{meeting}/referat")
    def minutes(meeting: str, request: Request, fields: Form) -> Response:
        only(fields, known=("send",))
        papers = site.papers
        if papers is None:
            raise HTTPException(404)

        def act(sitting: Sitting) -> object:
            return write_minutes(
                site.db,
                meeting=meeting,
                by=sitting.guest.person,
                send="send" in fields,
                render=papers.referat,
                now=site.clock(),
            )

        return _run(site, request, meeting, act, back="referat", fields=fields)

    @router.post("/mote/{meeting}/godkjent")
    def approved(meeting: str, request: Request, fields: Form) -> Response:
        only(fields, known=())

        def act(sitting: Sitting) -> object:
            if sitting.last is None:
                raise HTTPException(404)
            return approve_minutes(
                site.db, meeting=sitting.last.meeting, by=sitting.guest.person, now=site.clock()
            )

        return _run(site, request, meeting, act, back="forrige", fields=fields)


def _case_routes(router: APIRouter, site: Site) -> None:
    @router.post("/mote/{meeting}/svar")
    def oral(meeting: str, request: Request, fields: Form) -> Response:
        only(fields, known=_ORAL, needed=("engang", "versjon", "sak", "plass"))
        version, mark = fields["versjon"], fields["engang"]
        if not (version.isascii() and version.isdigit() and len(version) <= 9) or len(mark) > _LONGEST:
            raise HTTPException(400, "form_fields")

        def act(sitting: Sitting) -> object:
            decision = _on_the_list(sitting, fields["sak"])
            seat = next((one for one in decision.view.seats if one.seat == fields["plass"]), None)
            if seat is None or seat.person is None:
                return Refused(reasons=(Reason(code="seat_missing", data={}),))
            if not sitting.view.keeps:
                raise NotAllowed("may_not_record", {"role": PROGRAMME_OFFICE})
            return cast_ballot(
                site.db,
                case=decision.view.id,
                person=seat.person,
                seat=seat.seat,
                choice=fields.get("valg", ""),
                comment=fields.get("kommentar", ""),
                condition=fields.get("forutsetning", ""),
                version=int(version),
                nonce=mark,
                recorded_by=sitting.guest.person,
                now=site.clock(),
            )

        return _run(
            site,
            request,
            meeting,
            act,
            back=f"sak-{fields['sak']}",
            fields=fields,
            places=_ORAL_FIELDS | {"seat_missing": "plass"},
            case=fields["sak"],
        )

    @router.post("/mote/{meeting}/inhabil")
    def recusal(meeting: str, request: Request, fields: Form) -> Response:
        only(fields, known=_RECUSAL, needed=("sak", "hvem", "grunn"))

        def act(sitting: Sitting) -> object:
            decision = _on_the_list(sitting, fields["sak"])
            if fields["hvem"] not in {seat.seat for seat in decision.view.seats}:
                return Refused(reasons=(Reason(code="seat_missing", data={}),))
            return decide_recusal(
                site.db,
                case=decision.view.id,
                seat=fields["hvem"],
                recused=fields.get("inhabil") != "nei",
                reason=fields["grunn"],
                by=sitting.guest.person,
                now=site.clock(),
            )

        return _run(
            site,
            request,
            meeting,
            act,
            back=f"sak-{fields['sak']}",
            fields=fields,
            places=_RECUSAL_FIELDS | {"seat_missing": "hvem"},
            case=fields["sak"],
        )


def _on_the_list(sitting: Sitting, case: str) -> Decision:
    found = next((one for one in sitting.decisions if one.view.id == case), None)
    if found is None:
        raise HTTPException(404)
    return found


def _run(
    site: Site,
    request: Request,
    meeting: str,
    act: Act,
    *,
    back: str,
    fields: Mapping[str, str],
    places: Mapping[str, str] | None = None,
    case: str = "",
) -> Response:
    """Do what chair or secretary has asked for, and show the page again where they were.

    `places` names the field of each refusal; a form about one of several cases has its id at the end of every
    field.
    """
    sitting = sitting_for(site, request, meeting)
    if sitting is None:
        return ask_to_come_in(site)
    if not sitting.runs:
        raise HTTPException(403, "not_running")
    try:
        done = act(sitting)
    except NotAllowed as refused:
        done = Refused(reasons=(Reason(code=refused.code, data=refused.data),))
    except Unknown:
        raise HTTPException(400, "form_fields") from None
    if not isinstance(done, Refused):
        return RedirectResponse(f"/mote/{meeting}#{back}", status_code=303)
    ending = f"-{case}" if case else ""
    errors = [_error(reason, places or {}, ending) for reason in done.reasons]
    typed = {name + ending: value for name, value in fields.items()}
    fresh = sitting_for(site, request, meeting) or sitting
    return meeting_page(site, fresh, status=422, errors=errors, typed=typed)


def _error(reason: Reason, places: Mapping[str, str], ending: str) -> FormError:
    data: Mapping[str, Any] = reason.data
    place = places.get(reason.code) or places.get(str(data.get("field")), "")
    if reason.code == "seat_missing":
        text = "Velg hvem det gjelder."
    else:
        text = (place and _OWN_WORDS.get(reason.code)) or sentence(reason)
    return FormError(field=place and place + ending, text=text)
