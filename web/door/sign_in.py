"""Signing in to the portal with an e-mail address, and out again.

The answer is the same whether the register knows the address or not; a letter goes to whoever it knows.
"""

import re
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.types import Scope

from engine.core.address import ADDRESS_LIMIT, fault_in
from engine.core.refusal import Refused
from engine.use_cases.access.ask_to_sign_in import ask_to_sign_in
from engine.use_cases.access.sign_in import sign_in
from engine.use_cases.access.sign_out import close_my_links, sign_out
from language.sentences import sentence
from web import pages
from web.access import cookies
from web.access.visitor import visitor
from web.forms import Form, only
from web.site import Site
from web.wording import FormError

_WHERE: Final = re.compile(r"/(?![/\\])[\w./:?=&%-]{0,200}", re.ASCII)
_HOME: Final = "/"


def routes(site: Site) -> APIRouter:
    """`/inn`, `/inn/kode`, `/ut` and `/min-side/lenker`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/inn", methods=["GET", "HEAD"])
    def ask(til: str = "") -> Response:
        return ask_page(site, where=_local(til))

    @router.post("/inn")
    def asked(request: Request, fields: Form) -> Response:
        only(fields, known=("epost", "til"))
        return _asked(
            site, request, address=fields.get("epost", "").strip(), where=_local(fields.get("til", ""))
        )

    @router.api_route("/inn/kode", methods=["GET", "HEAD"])
    def code(til: str = "") -> Response:
        return _code_page(site, where=_local(til))

    @router.post("/inn/kode")
    def enter(request: Request, fields: Form) -> Response:
        only(fields, known=("kode", "husk", "til"))
        return _enter(site, request, fields, where=_local(fields.get("til", "")))

    @router.api_route("/ut", methods=["GET", "HEAD"])
    def leaving() -> Response:
        return pages.page(site, "sign_out.html", visitor=visitor(), days=site.settings.device_days)

    @router.post("/ut")
    def leave(request: Request, fields: Form) -> Response:
        only(fields, known=("glem",))
        return _leave(site, request, forget_device=fields.get("glem") == "ja")

    @router.post("/min-side/lenker")
    def close_links(request: Request, fields: Form) -> Response:
        only(fields, known=())
        person = visitor().person
        assert person is not None
        close_my_links(site.db, person=person, now=site.clock())
        return _gone(
            site, request, "Lenkene dine er stengt", "Enheter, lenker og kalenderadresser virker ikke lenger."
        )

    return router


def ask_page(
    site: Site, *, where: str = _HOME, address: str = "", error: str = "", status: int = 200
) -> Response:
    """The page that asks for an address; `where` is the page one wanted."""
    errors = [FormError(field="epost", text=error)] if error else []
    return pages.page(
        site,
        "sign_in.html",
        status=422 if error else status,
        where=where,
        address=address,
        errors=errors,
        turned_away=status == 401,
    )


def turned_away(site: Site, scope: Scope) -> Response:
    """What somebody meets who must sign in first: the page that asks, with the way back in it."""
    where = _local(scope["path"]) if scope["method"] in ("GET", "HEAD") else _HOME
    if scope["path"].endswith((".ics", ".svg")):
        # A program that fetches a file is told so in its own way.
        return Response(status_code=401, media_type="text/plain")
    return ask_page(site, where=where, status=401)


def _asked(site: Site, request: Request, *, address: str, where: str) -> Response:
    if not address:
        return ask_page(site, where=where, error="Skriv e-postadressen din.")
    if fault_in(address) is not None:
        return ask_page(
            site, where=where, address=address[:ADDRESS_LIMIT], error="Dette er ikke en e-postadresse."
        )
    source = request.client.host if request.client else ""
    secret = ask_to_sign_in(site.db, keys=site.keys, address=address, source=source, now=site.clock())
    response = RedirectResponse(f"/inn/kode?til={where}" if where != _HOME else "/inn/kode", status_code=303)
    cookies.remember_ask(response, secret, site=site)
    return response


def _code_page(site: Site, *, where: str, error: str = "", over: bool = False) -> Response:
    errors = [FormError(field="kode", text=error)] if error else []
    return pages.page(
        site,
        "sign_in_code.html",
        status=422 if error else 200,
        where=where,
        errors=errors,
        over=over,
        days=site.settings.device_days,
    )


def _enter(site: Site, request: Request, fields: dict[str, str], *, where: str) -> Response:
    code = fields.get("kode", "")
    if not code.strip():
        return _code_page(site, where=where, error="Skriv koden på seks siffer. Den står i e-posten.")
    entered = sign_in(
        site.db,
        keys=site.keys,
        ask=cookies.ask_of(request, site=site) or "",
        code=code,
        remember=fields.get("husk") == "ja",
        now=site.clock(),
        device_life=cookies.device_life(site),
    )
    if isinstance(entered, Refused):
        reason = entered.reasons[0]
        return _code_page(site, where=where, error=sentence(reason), over=reason.code == "sign_in_over")
    response = RedirectResponse(where, status_code=303)
    cookies.let_in(response, entered, site=site)
    cookies.forget_ask(response, site=site)
    return response


def _leave(site: Site, request: Request, *, forget_device: bool) -> Response:
    secrets = cookies.secrets_of(request, site=site, devices=forget_device)
    sign_out(site.db, secrets=secrets.values())
    told = (
        "Denne enheten er ikke husket lenger." if forget_device else "Er enheten husket, er den det fortsatt."
    )
    return _gone(site, request, "Du er logget ut", told, devices=forget_device)


def _gone(site: Site, request: Request, heading: str, line: str, *, devices: bool = True) -> Response:
    response = pages.message(site, heading, line, link=("/inn", "Logg inn igjen"))
    for name in cookies.secrets_of(request, site=site, devices=devices):
        cookies.drop(response, name, site=site)
    return response


def _local(where: str) -> str:
    """A page of our own, or the front page: nobody is sent elsewhere from here."""
    return where if _WHERE.fullmatch(where) else _HOME
