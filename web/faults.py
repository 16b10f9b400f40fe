"""What is told when something did not go as asked, and what is known to have become of what was sent?

A page says that something is stored, or is not, only where that is known; and that somebody has been told
only where somebody has.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

from fastapi.responses import JSONResponse, Response
from starlette.types import Scope

from engine.store.outages import Errand
from web import pages
from web.site import Contact, Site

MACHINES: Final = ("/api/", "/healthz", "/metrics")
"""What is asked for by programs, which read no pages."""
RETRY_AFTER: Final[Mapping[str, str]] = {"Retry-After": "10"}
ERRAND: Final = "errand"
"""Where a request's scope keeps what is known of it: an `Errand`, from where it begins to wait."""
SENT: Final = "sent"
"""Where it keeps the form that was sent, as bytes."""

_ERRORS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("Skjemaet kunne ikke leses", "Gå tilbake, last siden på nytt og prøv igjen."),
    403: ("Du har ikke adgang", "Dette kan bare den gjøre som har rollen til det."),
    404: ("Siden finnes ikke", "Adressen kan være skrevet feil, eller siden er flyttet."),
    405: ("Det går ikke", "Denne adressen kan ikke brukes på den måten."),
    408: ("Det tok for lang tid", "Skjemaet kom ikke helt fram. Prøv igjen."),
    413: ("Det ble for mye tekst", "Kort ned teksten og send på nytt."),
    415: ("Skjemaet kunne ikke leses", "Det kom i en form vi ikke kjenner."),
    422: ("Adressen kunne ikke leses", "Noe i adressen er skrevet feil."),
    500: ("Noe gikk galt hos oss", "Skjer det igjen, si fra til programkontoret."),
    503: ("Det går ikke akkurat nå", "Vi får ikke tak i det vi trenger. Prøv igjen om litt."),
}
_NOBODY_KNOWS: Final = "Vi vet ikke om det du sendte, ble lagret. Åpne siden på nytt og se etter."
_SHOWN_AT: Final = frozenset({"sak", "mote"})
"""What can be opened to see whether it was."""
_NEVER_AGAIN: Final = frozenset({"kode"})
"""Fields that are not written into a page: the code that opens a case."""


def response(
    scope: Scope, site: Site, status: int, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    """An error of the application's own: a page for people, `detail` for programs that read the API."""
    if scope["path"].startswith("/api/"):
        return JSONResponse(
            {"error": {"status": status, "message": detail}}, status_code=status, headers=headers
        )
    heading, line = _ERRORS.get(status, _ERRORS[404 if status < 500 else 500])
    return refusal(scope, site, status=status, heading=heading, line=line, headers=headers)


def refusal(
    scope: Scope,
    site: Site,
    *,
    status: int,
    heading: str,
    line: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error as a page, or as JSON for programs; with what is known of what was sent."""
    answer: Response
    if scope["path"].startswith(MACHINES):
        answer = JSONResponse(
            {"error": {"status": status, "message": f"{heading}. {line}"}}, status_code=status
        )
    else:
        answer = pages.message(
            site,
            heading,
            *became_of(scope, again=status >= 500),
            line,
            status=status,
            link=_look(scope),
            contact=Contact(),
            again=_again(scope) if status >= 500 else None,
        )
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def not_now(scope: Scope, site: Site) -> Response:
    """The database is busy, full or away: the same request may go well in a moment."""
    return response(scope, site, 503, "the database cannot do it now", RETRY_AFTER)


def became_of(scope: Scope, *, again: bool) -> Sequence[str]:
    """What is known of what was sent, nothing where nothing was; `again` when sending it anew may help."""
    if scope["method"] != "POST":
        return ()
    if not _nothing_stored(scope):
        return (_NOBODY_KNOWS,)
    what = "Svaret" if scope["path"].endswith("/svar") else "Det du sendte,"
    return (f"{what} er ikke lagret.{' Send det på nytt.' if again else ''}",)


def _nothing_stored(scope: Scope) -> bool:
    errand: Errand | None = scope.get(ERRAND)
    return errand is None or errand.nothing_stored


def _look(scope: Scope) -> tuple[str, str] | None:
    """Where it can be seen whether it was stored."""
    parts = scope["path"].split("/")
    if scope["method"] != "POST" or _nothing_stored(scope) or len(parts) < 3 or parts[1] not in _SHOWN_AT:
        return None
    return f"/{parts[1]}/{parts[2]}", "Åpne og se"


def _again(scope: Scope) -> pages.Again | None:
    """The form that was sent, to be sent once more: browsers do not keep what was typed in a page that they
    may not store.
    """
    sent: bytes | None = scope.get(SENT)
    if not sent or not _nothing_stored(scope):
        return None
    try:
        pairs = parse_qsl(sent.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError:
        return None
    if _NEVER_AGAIN & {name for name, _ in pairs}:
        return None
    return pages.Again(to=scope["path"], fields=tuple(pairs))
