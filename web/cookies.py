"""Who is behind this browser? Two cookies: a session for each case, a device for each person.

A session belongs to the case it was opened for, so that a browser that has come in through two people's
links to one case acts for whoever came last, and the page says whom. `Strict` cookies stay at home when a
mail program opens a link, but go along with the form on the page that opens: a remembered device is
recognised when its owner presses the button.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from engine.use_cases.open_door import DEVICE, SESSION, Entered, Guest, guest_of
from web.site import Site

_SESSION: Final = "fp-sak-"
_DEVICE: Final = "fp-enhet-"
_LONGEST: Final = 128


def let_in(response: Response, entered: Entered, *, site: Site) -> None:
    """Give a browser that has come in its cookies."""
    _set(response, _SESSION + entered.case, entered.session, seconds=int(SESSION.total_seconds()), site=site)
    if entered.device is not None:
        _set(
            response, _DEVICE + entered.person, entered.device, seconds=int(DEVICE.total_seconds()), site=site
        )


def device_of(request: Request, person: str, *, site: Site) -> str | None:
    """The secret of this browser as a remembered device of a person, if it has one."""
    return _get(request, _DEVICE + person, site=site)


def guest_at(request: Request, case: str, *, site: Site, now: datetime) -> Guest | None:
    """Who this browser acts for in a case; None when it has not come in, or no longer may."""
    secret = _get(request, _SESSION + case, site=site)
    if secret is None:
        return None
    with site.db.reading() as tx:
        guest = guest_of(tx, session=secret, now=now)
    return guest if guest is not None and guest.case == case else None


def guests(request: Request, *, site: Site, now: datetime) -> Iterator[Guest]:
    """Everybody this browser acts for, case by case."""
    start = _name(_SESSION, site)
    for name in (each for each in request.cookies if each.startswith(start)):
        guest = guest_at(request, name.removeprefix(start), site=site, now=now)
        if guest is not None:
            yield guest


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
