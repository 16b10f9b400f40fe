"""What may come in, and what does every response carry? Methods, origin, size, headers, the access log."""

import re
from collections.abc import Mapping
from typing import Final

import structlog
from fastapi.responses import Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import faults
from web.patience import largest
from web.site import Site

METHODS: Final = ("GET", "HEAD", "POST")
_LONGEST_NUMBER: Final = 12
"""Digits of a length; nobody sends more than that."""
_TOKEN: Final = re.compile(r"fp[a-z]\d{1,3}-[a-z2-7]{32}[a-z2-7-]*", re.IGNORECASE)

_CONTENT_SECURITY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ALWAYS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": _CONTENT_SECURITY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
_PAPERS: Final = ("/saksframlegg.html", "/saksliste.html", "/referat.html")
_HSTS: Final = "max-age=63072000"

log: Final = structlog.stdlib.get_logger("faseport.access")


def guarded(app: ASGIApp, *, site: Site) -> ASGIApp:
    """An ASGI application that lets only decent requests through to `app`, and dresses what it answers."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        status = 500

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                dress(MutableHeaders(scope=message), path=scope["path"], site=site)
            await send(message)

        refusal = _refusal(scope, site)
        try:
            if refusal is not None:
                await refusal(scope, receive, dressed)
            else:
                await app(scope, receive, dressed)
        finally:
            log.info("request", method=scope["method"], path=masked(scope["path"]), status=status)

    return guard


def dress(headers: MutableHeaders, *, path: str, site: Site) -> None:
    """Set what every response carries. Only static files may be kept by browsers."""
    for name, value in _ALWAYS.items():
        # Only a paper brings a policy of its own, for the style that stands in it.
        if name != "Content-Security-Policy" or not path.endswith(_PAPERS):
            headers[name] = value
        else:
            headers.setdefault(name, value)
    if site.settings.secure:
        headers["Strict-Transport-Security"] = _HSTS
    if not path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"


def masked(path: str) -> str:
    """A path fit for the log: a link's token never gets there, however the address has been spoilt."""
    if not path.lower().startswith("/b/"):
        return _TOKEN.sub("***", path)
    return "/b/***" + ("/ny-lenke" if path.endswith("/ny-lenke") else "")


def _refusal(scope: Scope, site: Site) -> Response | None:
    path, method, headers = scope["path"], scope["method"], Headers(scope=scope)
    if method not in METHODS:
        return faults.refusal(
            scope,
            site,
            status=405,
            heading="Det går ikke",
            line="Denne adressen kan ikke brukes på den måten.",
            headers={"Allow": ", ".join(METHODS)},
        )
    if "\0" in path or b"%00" in scope["query_string"]:
        # Nothing of ours is called that, and PostgreSQL cannot be asked.
        return faults.refusal(
            scope,
            site,
            status=404,
            heading="Siden finnes ikke",
            line="Adressen kan være skrevet feil, eller siden er flyttet.",
        )
    if method != "POST":
        return None
    if not _from_here(headers, site):
        return faults.refusal(
            scope,
            site,
            status=403,
            heading="Svaret ble ikke tatt imot",
            line="Skjemaet kom fra en annen nettside. Åpne lenken i e-posten og svar derfra.",
        )
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit() and len(length) <= _LONGEST_NUMBER) or (
        int(length) > largest(scope)
    ):
        return faults.refusal(
            scope, site, status=413, heading="Det ble for mye tekst", line="Kort ned teksten og send på nytt."
        )
    return None


def _from_here(headers: Headers, site: Site) -> bool:
    """Whether a form was sent from our own pages, as far as the browser tells.

    Our pages send no referrer, so browsers give their `Origin` as «null» and tell by `Sec-Fetch-Site`.
    A program that is no browser sends neither, and has no cookies that another site could abuse.
    """
    fetched_from = headers.get("sec-fetch-site")
    if fetched_from is not None:
        return fetched_from in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or origin.lower() == site.settings.origin
