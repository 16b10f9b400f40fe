"""How does one read the demo's mailboxes in the browser? Pages of their own, beside Faseport and not part
of it.
"""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from demo.mailbox import Mail, Mailbox
from demo.pages import MAILBOX, START, environment

_AROUND: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LETTER: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
_STYLE: Final = Path(__file__).parent / "static" / "demo.css"


def create_mailroom(mailbox: Mailbox, *, programme: str) -> FastAPI:
    """The mailbox pages as an application; letters are shown in a frame that can run and fetch nothing."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    templates = environment()
    about = {
        "name": "Demoens postkasse",
        "programme": programme,
        "base_url": "",
        "nav": [],
        "contact_name": "",
        "contact_email": "",
    }

    def show(template: str, **values: object) -> Response:
        page = templates.get_template(template).render(site=about, start=START, mailbox=MAILBOX, **values)
        return HTMLResponse(page, headers={"Content-Security-Policy": _AROUND, "Cache-Control": "no-store"})

    def found(number: int) -> Mail:
        mail = mailbox.number(number)
        if mail is None:
            raise HTTPException(404)
        return mail

    @app.get(f"{MAILBOX}/demo.css")
    def style() -> Response:
        return Response(_STYLE.read_bytes(), media_type="text/css")

    @app.get(MAILBOX)
    def all_letters(til: str = "") -> Response:
        mails = mailbox.all()
        people = sorted({mail.recipient for mail in mails})
        chosen = [mail for mail in reversed(mails) if til in {"", mail.recipient}]
        return show("mailbox.html", mails=chosen, people=people, chosen=til)

    @app.get(f"{MAILBOX}/{{number}}")
    def one_letter(number: int) -> Response:
        return show("letter.html", mail=found(number))

    @app.get(f"{MAILBOX}/{{number}}/brev")
    def inside(number: int) -> Response:
        # Links in a letter open in the whole window, as they do from a mail program.
        html = found(number).html.replace("<head>", '<head><base target="_top">', 1)
        headers = {"Content-Security-Policy": _LETTER, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(html, headers=headers)

    @app.get(f"{MAILBOX}/{{number}}/tekst")
    def as_text(number: int) -> Response:
        return PlainTextResponse(found(number).text)

    return app
