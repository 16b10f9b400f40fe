"""Who is behind this browser? Two cookies: a session for what a link led to, a device for each person.

A session belongs to the case or the meeting it was opened for, so that a browser that has come in through
two people's links to one of them acts for whoever came last, and the page says whom. `Strict` cookies stay
at home when a mail program opens a link, but go along with the form on the page that opens: a remembered
device is recognised when its owner presses the button.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from engine.core.access.actor import Level
from engine.core.cases.case import CaseState
from engine.core.programme.calendar import local_date
from engine.core.record.letters import subject_of_case, subject_of_meeting
from engine.queries.obligations.answerable import concerns
from engine.store import cases
from engine.store.session import Connection
from engine.use_cases.access.open_door import SESSION, Entered, Guest, as_member, guest_of
from engine.use_cases.letters.claim_letters import SIGN_IN_LIFE
from web.site import Site

_CASE: Final = "fp-sak-"
_MEETING: Final = "fp-mote-"
_OWING: Final = "fp-frister"
_ANY: Final = "fp-"
_DEVICE: Final = "fp-enhet-"
_PORTAL: Final = "fp-inne"
_ASK: Final = "fp-innlogging"
_LONGEST: Final = 128
_MOST: Final = 50
"""This many cookies of ours are looked at; a browser that has come in everywhere has fewer."""


def let_in(response: Response, entered: Entered, *, site: Site) -> None:
    """Give a browser that has come in its cookies."""
    _set(response, _session_of(entered), entered.session, seconds=int(SESSION.total_seconds()), site=site)
    if entered.device is not None:
        seconds = int(device_life(site).total_seconds())
        _set(response, _DEVICE + entered.person, entered.device, seconds=seconds, site=site)


def device_life(site: Site) -> timedelta:
    """How long a browser may be remembered here; zero where it may not."""
    return timedelta(days=site.settings.device_days)


def remember_ask(response: Response, secret: str, *, site: Site) -> None:
    """Let a browser that has asked to sign in be known again when it brings the code."""
    _set(response, _ASK, secret, seconds=int(SIGN_IN_LIFE.total_seconds()), site=site)


def ask_of(request: Request, *, site: Site) -> str | None:
    """The secret a browser asked to sign in with."""
    return _get(request, _ASK, site=site)


def forget_ask(response: Response, *, site: Site) -> None:
    """It has come in."""
    drop(response, _name(_ASK, site), site=site)


def drop(response: Response, name: str, *, site: Site) -> None:
    """Take a cookie back, under its whole name."""
    response.delete_cookie(name, path="/", secure=site.settings.secure, httponly=True, samesite="strict")


def secrets_of(request: Request, *, site: Site, devices: bool) -> dict[str, str]:
    """Every session this browser holds, and with `devices` every way it is remembered: secrets by cookie
    name.
    """
    start, device = _name(_ANY, site), _name(_DEVICE, site)
    held = {name: value for name, value in request.cookies.items() if name.startswith(start)}
    return {
        name: value
        for name, value in list(held.items())[:_MOST]
        if len(value) <= _LONGEST and (devices or not name.startswith(device))
    }


def device_of(request: Request, person: str, *, site: Site) -> str | None:
    """The secret of this browser as a remembered device of a person, if it has one."""
    return _get(request, _DEVICE + person, site=site)


def guest_at(request: Request, case: str, *, site: Site, now: datetime) -> Guest | None:
    """Who this browser acts for in a case; None when it has not come in, or no longer may.

    A case at a meeting opens to whoever has come in to the meeting; a decided one also to those it concerns,
    by the way in to what they owe.
    """
    with site.db.reading() as tx:
        state = cases.state(tx, case)
        names = [_CASE + case]
        if state is not None and state.meeting is not None:
            names.insert(0, _meeting_session(state.meeting))
        known = (guest_of(tx, session=_get(request, name, site=site), now=now) for name in names)
        found = next((one for one in known if one and state and one.may_open(state)), None)
        if found is not None or state is None:
            return found
        subject = subject_of_case(case) if state.meeting is None else subject_of_meeting(state.meeting)
        member = _signed_in(request, tx, subject, site=site, now=now)
        return member or _concerned(request, tx, state, site=site, now=now)


def _concerned(
    request: Request, tx: Connection, state: CaseState, *, site: Site, now: datetime
) -> Guest | None:
    """Whoever has come in to what they owe, where a decision is theirs to act on."""
    guest = guest_of(tx, session=_get(request, _OWING, site=site), now=now)
    if guest is None or not guest.owes or guest.level < Level.KODE or state.status != "decided":
        return None
    return guest if concerns(tx, state, guest.person, on=local_date(now)) else None


def guest_in(request: Request, meeting: str, *, site: Site, now: datetime) -> Guest | None:
    """Who this browser acts for in a meeting; None when it has not come in, or no longer may."""
    secret = _get(request, _meeting_session(meeting), site=site)
    with site.db.reading() as tx:
        guest = None if secret is None else guest_of(tx, session=secret, now=now)
        if guest is not None and guest.meeting == meeting:
            return guest
        return _signed_in(request, tx, subject_of_meeting(meeting), site=site, now=now)


def _signed_in(request: Request, tx: Connection, subject: str, *, site: Site, now: datetime) -> Guest | None:
    """Whoever has signed in to the portal, as they take part in a case or a meeting."""
    guest = guest_of(tx, session=_get(request, _PORTAL, site=site), now=now)
    return None if guest is None or not guest.portal else as_member(tx, guest, subject, now=now)


def guest_owing(request: Request, *, site: Site, now: datetime) -> Guest | None:
    """Whose deadlines this browser has come in to; None when it has not, or no longer may."""
    secrets = [_get(request, name, site=site) for name in (_PORTAL, _OWING)]
    if not any(secrets):
        return None
    with site.db.reading() as tx:
        found = (guest_of(tx, session=secret, now=now) for secret in secrets)
        return next((guest for guest in found if guest is not None and guest.owes), None)


def guest_signed_in(request: Request, *, site: Site, now: datetime) -> Guest | None:
    """Who has signed in to the portal with this browser; a link to one's deadlines alone is no such thing."""
    secret = _get(request, _PORTAL, site=site)
    if secret is None:
        return None
    with site.db.reading() as tx:
        guest = guest_of(tx, session=secret, now=now)
    return guest if guest is not None and guest.portal else None


def guests(request: Request, *, site: Site, now: datetime) -> Iterator[Guest]:
    """Everybody this browser acts for: case by case, meeting by meeting, and by their own deadlines."""
    starts = tuple(_name(kind, site) for kind in (_CASE, _MEETING, _OWING, _PORTAL))
    for name in request.cookies:
        if not name.startswith(starts):
            continue
        secret = request.cookies[name]
        with site.db.reading() as tx:
            guest = guest_of(tx, session=secret, now=now) if len(secret) <= _LONGEST else None
        if guest is not None and _name(_session_of(guest), site) == name:
            yield guest


def people(request: Request, *, site: Site, now: datetime) -> tuple[str, ...]:
    """Everybody this browser has come in as, through whatever link; a remembered device alone is nobody."""
    start, device = _name(_ANY, site), _name(_DEVICE, site)
    found: dict[str, None] = {}
    with site.db.reading() as tx:
        for name, secret in request.cookies.items():
            if name.startswith(start) and not name.startswith(device) and len(secret) <= _LONGEST:
                guest = guest_of(tx, session=secret, now=now)
                # Whoever has come in without a code has shown no more than that they hold an address.
                if guest is not None and guest.level >= Level.KODE:
                    found[guest.person] = None
    return tuple(found)


def _session_of(who: Entered | Guest) -> str:
    """The name of the session cookie for what somebody has come in to."""
    if who.portal:
        return _PORTAL
    if who.meeting is not None:
        return _meeting_session(who.meeting)
    return _OWING if who.case is None else _CASE + who.case


def _meeting_session(meeting: str) -> str:
    # A colon is no letter of a cookie's name.
    return _MEETING + meeting.replace(":", ".")


def _get(request: Request, name: str, *, site: Site) -> str | None:
    value = request.cookies.get(_name(name, site))
    return value if value and len(value) <= _LONGEST else None


def _set(response: Response, name: str, value: str, *, seconds: int, site: Site) -> None:
    response.set_cookie(
        _name(name, site),
        value,
        max_age=seconds,
        path="/",
        secure=site.settings.secure,
        httponly=True,
        samesite="strict",
    )


def _name(name: str, site: Site) -> str:
    # Browsers accept a `__Host-` cookie from this very host over https only, so nobody else can plant one.
    return f"__Host-{name}" if site.settings.secure else name
