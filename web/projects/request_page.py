"""«Be om faseovergang»: when it comes up and what the group will read, before anything is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from documents import editions
from documents.editions import FORMATS, Format
from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.core.refusal import NotAllowed, Reason, Refused, Unknown
from engine.queries.cases.show_case import CaseView, show_case
from engine.queries.projects.gate_form import GateForm, gate_form
from engine.store import cases, meetings
from engine.use_cases.cases.request_transition import request_transition
from engine.use_cases.cases.withdraw_case import withdraw_case
from language import formats
from language.sentences import sentence
from web import pages
from web.access.visitor import visitor
from web.cases.papers import shown
from web.forms import Form, only
from web.site import Site
from web.wording import FormError

_PROPOSAL: Final = "forslag"
_SEND: Final = "send"
_FIELDS: Final = (_PROPOSAL, _SEND)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preview:
    """The case as it would be, and what its deciders would read."""

    view: CaseView
    meeting_at: datetime | None


def routes(site: Site) -> APIRouter:
    """`/prosjekt/<key>/be-om`: see it, change the proposal, send it, and take it back."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/prosjekt/{key}/be-om", methods=["GET", "HEAD"])
    def read(key: str) -> Response:
        return _page(site, key)

    @router.post("/prosjekt/{key}/be-om")
    def ask(key: str, fields: Form) -> Response:
        only(fields, known=_FIELDS, needed=(_PROPOSAL,))
        return _ask(site, key, fields)

    @router.post("/prosjekt/{key}/be-om/saksframlegg.{format}")
    def paper(key: str, format: str, fields: Form) -> Response:
        only(fields, known=_FIELDS, needed=(_PROPOSAL,))
        return _paper(site, key, format, fields[_PROPOSAL])

    @router.post("/prosjekt/{key}/trekk")
    def withdraw(key: str, fields: Form) -> Response:
        only(fields, known=("grunn",))
        return _withdraw(site, key, fields.get("grunn", ""))

    return router


def _ask(site: Site, key: str, fields: Mapping[str, str]) -> Response:
    proposal = fields[_PROPOSAL]
    if fields.get(_SEND) != "ja":
        return _page(site, key, proposal=proposal)
    try:
        opened = request_transition(site.db, key=key, proposal=proposal, by=_person(), now=site.clock())
    except Unknown:
        raise HTTPException(404) from None
    except NotAllowed as no:
        return _page(site, key, proposal=proposal, errors=[FormError(field="", text=sentence(no))])
    if isinstance(opened, Refused):
        return _page(site, key, proposal=proposal, errors=_errors(opened))
    return RedirectResponse(f"/prosjekt/{key}/be-om", status_code=303)


def _withdraw(site: Site, key: str, reason: str) -> Response:
    with site.db.reading() as tx:
        waiting = cases.open_for(tx, key)
    if waiting is None:
        return RedirectResponse(f"/prosjekt/{key}", status_code=303)
    try:
        done = withdraw_case(site.db, case=waiting.id, reason=reason, by=_person(), now=site.clock())
    except NotAllowed as no:
        return _page(site, key, errors=[FormError(field="", text=sentence(no))])
    if isinstance(done, Refused):
        errors = [FormError(field="grunn", text=sentence(one)) for one in done.reasons]
        return _page(site, key, errors=errors)
    return RedirectResponse(f"/prosjekt/{key}/beslutningspunkt", status_code=303)


def _page(
    site: Site, key: str, *, proposal: str | None = None, errors: list[FormError] | None = None
) -> Response:
    now = site.clock()
    with site.db.reading() as tx:
        waiting = cases.open_for(tx, key)
        if waiting is not None:
            return _under_way(site, show_case(tx, waiting.id, now=now), errors or [])
        try:
            form = gate_form(tx, key=key, today=local_date(now))
        except (Unknown, NotAllowed):
            raise HTTPException(404) from None
    words = _proposed(form) if proposal is None else proposal
    preview = _preview(site, key, words)
    if isinstance(preview, Refused):
        errors = errors or _errors(preview)
    return pages.page(
        site,
        "request.html",
        status=422 if errors else 200,
        key=key,
        title=form.checked.title,
        check=form.checked.check,
        gate_title=text_in(form.checked.gate.title),
        proposal=words,
        errors=errors or [],
        preview=None if isinstance(preview, Refused) else preview,
        blocked=isinstance(preview, Refused),
    )


def _preview(site: Site, key: str, proposal: str) -> _Preview | Refused:
    """Ask in a rehearsal: the case is opened, read and undone."""
    now = site.clock()
    with site.db.rehearsing() as stage:
        try:
            opened = request_transition(stage, key=key, proposal=proposal, by=_person(), now=now)
        except NotAllowed as no:
            return Refused(reasons=(Reason(code=no.code, data=no.data),))
        if isinstance(opened, Refused):
            return opened
        with stage.reading() as tx:
            view = show_case(tx, opened.case, now=now)
            meeting = None if view.meeting is None else meetings.load(tx, view.meeting)
    return _Preview(view=view, meeting_at=None if meeting is None else meeting.starts_at)


def _paper(site: Site, key: str, format: str, proposal: str) -> Response:
    """The saksframlegg exactly as it would be."""
    if format not in FORMATS:
        raise HTTPException(404)
    preview = _preview(site, key, proposal)
    if isinstance(preview, Refused):
        return _page(site, key, proposal=proposal)
    wanted: Format = "pdf" if format == "pdf" else "html"
    return shown(editions.saksframlegg(preview.view, format=wanted, meeting_at=preview.meeting_at))


def _under_way(site: Site, view: CaseView, errors: list[FormError]) -> Response:
    answered = sum(seat.answered for seat in view.seats)
    return pages.page(
        site,
        "request_sent.html",
        status=422 if errors else 200,
        view=view,
        answered=answered,
        errors=errors,
    )


def _proposed(form: GateForm) -> str:
    """A proposal to begin with: where the project goes, by the definition's own words."""
    definition, check = form.checked.steered.definition, form.checked.check
    titles = {phase.id: text_in(phase.title) for phase in definition.phases}
    start, end = (formats.lower_first(titles.get(one, one)) for one in (check.from_phase, check.to_phase))
    return f"Prosjektet går videre fra {start} til {end} ({check.gate})."


def _errors(refused: Refused) -> list[FormError]:
    return [FormError(field="", text=sentence(reason)) for reason in refused.reasons]


def _person() -> str:
    person = visitor().person
    assert person is not None
    return person
