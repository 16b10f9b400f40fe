"""Somebody follows a link from a letter: what do they meet, and how do they get in?

Looking at the door changes nothing and shows nothing of the case: mail scanners open every link. Going in
takes the code from the letter, or a remembered device, and a press of the button; it is not an answer.
"""

import re
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from engine.core.access.links import FAILURES_THAT_LOCK, Purpose, TokenParts, read_token
from engine.core.files.shape import text_in
from engine.core.refusal import Reason, Refused
from engine.queries.cases.show_case import show_case
from engine.store import cases, meetings, programmes
from engine.store.meetings import Meeting
from engine.use_cases.access.open_door import Door, Entered, look_at_door, open_door
from engine.use_cases.access.renew_link import renew_link
from language import formats
from web import pages
from web.access import cookies
from web.forms import Form, only
from web.site import Site
from web.wording import FormError, ending_sentence, outcome_sentence

_FIELDS: Final = ("kode", "husk", "frist", "rapport", "sak")
Wanted = tuple[str, str]
"""What a link leads to once inside: the name of a field of the door, and its value; both may be empty."""
_PLACES: Final = {
    "frist": re.compile(r"[0-9a-f-]{1,64}"),
    "sak": re.compile(r"[0-9a-f-]{1,64}"),
    "rapport": re.compile(r"[a-z0-9-]{1,200}/[0-9]{4}-T[1-3]"),
}
_OPEN_LEVEL: Final = "enkel"

_CODE_EMPTY: Final = "Skriv koden på seks siffer. Den står i e-posten, like ved lenken."
_CODE_SHORT: Final = "Koden har seks siffer. Sjekk at alle er med."
_UNREADABLE: Final = {
    "link_check": (
        "Lenken er ikke helt riktig",
        "Noen tegn mangler eller er byttet om. Åpne lenken rett fra e-posten, eller kopier hele på nytt.",
    ),
    "link_unknown": (
        "Vi kjenner ikke denne lenken",
        "Den er skrevet riktig, men finnes ikke hos oss. Bruk den siste e-posten, eller be om en ny lenke.",
    ),
}
_SHUT: Final = {
    "link_expired": (
        "Lenken er gått ut på dato",
        "Saken er ikke avgjort ennå. Be om en ny lenke, så kan du svare.",
    ),
    "link_superseded": (
        "Du har fått en nyere lenke",
        "Bruk lenken i den siste e-posten om saken. Finner du den ikke, kan du be om en ny.",
    ),
    "link_revoked": ("Lenken er trukket tilbake", "Er du fortsatt med i gruppa, kan du be om en ny lenke."),
    "link_used": ("Lenken er brukt", "Den virker én gang. Logg inn en gang til."),
    "link_locked": (
        "Lenken er låst",
        f"Det er skrevet feil kode {formats.in_words(FAILURES_THAT_LOCK)} ganger. Be om en ny lenke.",
    ),
}


_SHUT_DEADLINES: Final = {
    "link_expired": ("Lenken er gått ut på dato", "Fristene dine ligger der fortsatt. Be om en ny lenke."),
    "link_superseded": (
        "Du har fått en nyere lenke",
        "Bruk lenken i den siste e-posten om fristene dine. Finner du den ikke, kan du be om en ny.",
    ),
    "link_revoked": ("Lenken er trukket tilbake", "Du kan be om en ny lenke til fristene dine."),
}
_SHUT_PORTAL: Final = {
    "link_expired": ("Lenken er gått ut på dato", "Den virker i én time. Logg inn en gang til.")
}


def routes(site: Site) -> APIRouter:
    """`/b/<token>`: the door, and the way to a new link."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/b/{token}", methods=["GET", "HEAD"])
    def door(token: str, frist: str = "", rapport: str = "", sak: str = "") -> Response:
        return _look(site, token, wanted=_wanted(frist=frist, rapport=rapport, sak=sak))

    @router.post("/b/{token}")
    def enter(token: str, request: Request, fields: Form) -> Response:
        only(fields, known=_FIELDS)
        return _enter(
            site,
            token,
            request,
            code=fields.get("kode", ""),
            remember=fields.get("husk") == "ja",
            wanted=_wanted(**{name: fields.get(name, "") for name in _PLACES}),
        )

    @router.post("/b/{token}/ny-lenke")
    def renew(token: str, fields: Form) -> Response:
        only(fields, known=())
        return _renew(site, token)

    return router


def _wanted(**given: str) -> Wanted:
    """The one deadline, report or decided case a line of a letter leads to; anything else leads to all
    deadlines.
    """
    return next(((name, value) for name, value in given.items() if _PLACES[name].fullmatch(value)), ("", ""))


def _look(site: Site, token: str, *, wanted: Wanted = ("", "")) -> Response:
    now = site.clock()
    with site.db.reading() as tx:
        found = look_at_door(tx, token=_spelt(token), now=now)
    if isinstance(found, Refused):
        return _unreadable(site, found.reasons[0])
    if found.fault is None:
        return _door(site, found, token, wanted=wanted)
    return _shut(site, found, found.fault, token)


def _enter(
    site: Site, token: str, request: Request, *, code: str, remember: bool, wanted: Wanted
) -> Response:
    now = site.clock()
    with site.db.reading() as tx:
        found = look_at_door(tx, token=_spelt(token), now=now)
    if isinstance(found, Refused):
        return _unreadable(site, found.reasons[0])
    entered = open_door(
        site.db,
        keys=site.keys,
        token=_spelt(token),
        code=code,
        remember=remember,
        device=cookies.device_of(request, found.link.person, site=site),
        now=now,
    )
    if not isinstance(entered, Refused):
        response = RedirectResponse(_way_in(entered, wanted), status_code=303)
        cookies.let_in(response, entered, site=site)
        return response
    reason = entered.reasons[0]
    if reason.code == "link_no_code":
        text = _CODE_SHORT if code.strip() else _CODE_EMPTY
        return _door(site, found, token, error=text, remember=remember, wanted=wanted)
    if reason.code == "link_wrong_code":
        left = formats.count(int(reason.data["left"]), "forsøk")
        text = f"Koden stemmer ikke. Du har {left} igjen."
        return _door(site, found, token, error=text, remember=remember, wanted=wanted)
    return _shut(site, found, reason, token)


def _way_in(entered: Entered, wanted: Wanted) -> str:
    if entered.meeting is not None:
        return f"/mote/{entered.meeting}"
    if entered.case is not None:
        return f"/sak/{entered.case}"
    name, value = wanted
    if name == "rapport":
        return f"/rapportering/{value}"
    if name == "sak":
        return f"/sak/{value}"
    if not value and entered.portal:
        return "/"
    return f"/frister?frist={value}#frist-{value}" if value else "/frister"


def _renew(site: Site, token: str) -> Response:
    refused = renew_link(site.db, token=_spelt(token), now=site.clock())
    if refused is None:
        return pages.message(
            site,
            "En ny lenke er på vei",
            "Den sendes til e-postadressen som er registrert på deg, og er oftest framme om et par minutter.",
            "Den gamle lenken virker ikke lenger.",
        )
    code = refused.reasons[0].code
    if code == "too_many_links":
        return pages.message(
            site,
            "Du har alt fått flere lenker",
            "Se etter den siste e-posten, også i søppelposten. Du kan be om en ny lenke om en time.",
            status=429,
        )
    if code == "link_closed":
        return _look(site, token)
    return _unreadable(site, refused.reasons[0])


def _door(
    site: Site, found: Door, token: str, *, error: str = "", remember: bool = False, wanted: Wanted = ("", "")
) -> Response:
    if found.subject.meeting is not None and not found.subject.is_open:
        return _meeting_result(site, found, found.subject.meeting, token, error=error, remember=remember)
    if found.subject.case is not None and not found.subject.is_open:
        return _result(site, found, token, error=error, remember=remember)
    return pages.page(
        site,
        "door.html",
        status=422 if error else 200,
        body_title=_body_of(site, found),
        to_meeting=found.subject.meeting is not None,
        to_deadlines=found.subject.debtor is not None,
        wanted=wanted,
        token=_spelt(token),
        needs_code=found.link.level != _OPEN_LEVEL,
        remember=remember,
        errors=[FormError(field="kode", text=error)] if error else [],
    )


def _shut(site: Site, found: Door, fault: Reason, token: str) -> Response:
    if fault.code == "link_closed":
        return _result(site, found, token)
    if found.link.purpose == Purpose.PORTAL:
        heading, line = (_SHUT | _SHUT_PORTAL)[fault.code]
        return pages.message(site, heading, line, status=410, link=("/inn", "Logg inn"))
    texts = _SHUT if found.subject.debtor is None else _SHUT | _SHUT_DEADLINES
    heading, line = texts.get(fault.code, texts["link_revoked"])
    renewable = found.subject.is_open
    lines = (line,) if renewable else ("Saken er avsluttet, og du trenger ikke gjøre noe.",)
    return pages.page(
        site, "door_shut.html", status=410, heading=heading, lines=lines, renew=renewable, token=_spelt(token)
    )


def _result(site: Site, found: Door, token: str, *, error: str = "", remember: bool = False) -> Response:
    """How what the link led to has ended, with no names and no answers; whoever has the code may go on to the
    whole decision.
    """
    subject = found.subject
    if subject.meeting is not None:
        return _meeting_result(site, found, subject.meeting, token, error=error, remember=remember)
    assert subject.case is not None
    with site.db.reading() as tx:
        view = show_case(tx, subject.case.id, now=site.clock())
    return pages.page(
        site,
        "door_result.html",
        status=422 if error else 200,
        token=_spelt(token),
        needs_code=found.link.level != _OPEN_LEVEL,
        remember=remember,
        errors=[FormError(field="kode", text=error)] if error else [],
        number=view.number,
        body_title=view.body_title,
        withdrawn=view.status == "withdrawn",
        sentence_of_outcome=outcome_sentence(view),
        project_title=view.project_title,
        gate=view.gate,
        gate_title=view.gate_title,
    )


def _meeting_result(
    site: Site, found: Door, meeting: Meeting, token: str, *, error: str = "", remember: bool = False
) -> Response:
    """How each case ended; whoever has the code may go on to the referat."""
    with site.db.reading() as tx:
        ended = [
            show_case(tx, case.id, now=site.clock())
            for case in cases.list_cases(tx, meeting=meeting.id)
            if case.status != "open"
        ]
        sent = any(one.sent for one in meetings.minutes(tx, meeting.id))
    return pages.page(
        site,
        "door_meeting.html",
        status=422 if error else 200,
        body_title=found.subject.body_title,
        meeting=meeting,
        cases=[(view, ending_sentence(view)) for view in ended],
        has_minutes=sent,
        token=_spelt(token),
        needs_code=found.link.level != _OPEN_LEVEL,
        remember=remember,
        errors=[FormError(field="kode", text=error)] if error else [],
    )


def _body_of(site: Site, found: Door) -> str:
    if found.subject.case is None:
        return found.subject.body_title or site.settings.programme
    with site.db.reading() as tx:
        programme = programmes.current(tx)
    bodies = {} if programme is None else {body.id: text_in(body.title) for body in programme.bodies}
    return bodies.get(found.subject.case.body, "Gruppa")


def _unreadable(site: Site, reason: Reason) -> Response:
    heading, line = _UNREADABLE.get(reason.code, _UNREADABLE["link_unknown"])
    return pages.message(site, heading, line, status=404)


def _spelt(token: str) -> str:
    """The token in its one spelling, so that a copy in capitals opens the same door."""
    read = read_token(token)
    return read.text if isinstance(read, TokenParts) else token
