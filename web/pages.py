"""How does a page look? Templates, their few own words, and the response that carries them."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader

from engine.queries.obligations.show_obligations import ObligationView
from language import environments
from language.obligations import due_words
from language.status_reports import form_sentence
from web.access.navigation import navigation
from web.access.visitor import visitor
from web.site import Contact, Site, contact_of
from web.wording import answered_sentence, carried_sentence, out_sentence

STATIC: Final = Path(__file__).parent / "static"

_CHOICE_ICONS: Final = {
    "godkjenn": "met",
    "godkjenn_med_forutsetninger": "met",
    "ikke_godkjenn": "against",
    "ta_i_motet": "waiting",
    "avstar": "waived",
    "inhabil": "out",
}
_FILE_TYPES: Final = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "text/plain": "Tekst",
    "text/markdown": "Tekst",
    "image/png": "Bilde",
    "image/jpeg": "Bilde",
}
_PARAGRAPH: Final = re.compile(r"\r?\n")


@cache
def environment() -> Environment:
    """The templates of this package, in bokmål."""
    made = environments.html(PackageLoader("web", "templates"))
    made.filters |= {
        "paragraphs": paragraphs,
        "choice_icon": lambda choice: _CHOICE_ICONS.get(choice, "waiting"),
        "filetype": lambda media_type: _FILE_TYPES.get(media_type, "Fil"),
        "filesize": filesize,
        "due_words": _due_words,
        "form_words": _form_words,
        "answered_sentence": answered_sentence,
        "out_sentence": out_sentence,
        "carried_sentence": carried_sentence,
    }
    made.globals["asset"] = asset
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A form that may be sent once more as it was: where to, and its fields."""

    to: str
    fields: tuple[tuple[str, str], ...]


def page(
    site: Site, template: str, *, status: int = 200, contact: Contact | None = None, **values: Any
) -> HTMLResponse:
    """A whole page. Without a `contact` it looks up whom to ask; an empty one leaves the database alone."""
    asked = contact_of(site) if contact is None else contact
    settings = site.settings
    about = {
        "name": settings.name,
        "programme": settings.programme,
        "base_url": settings.base_url.rstrip("/"),
        "visitor": visitor(),
        "nav": navigation(site),
        "contact_name": asked.name,
        "contact_email": asked.email,
    }
    return HTMLResponse(environment().get_template(template).render(site=about, **values), status_code=status)


def message(
    site: Site,
    heading: str,
    *lines: str,
    status: int = 200,
    link: tuple[str, str] | None = None,
    contact: Contact | None = None,
    again: Again | None = None,
) -> HTMLResponse:
    """A page with one message, and perhaps one link, (address, text), or a form to be sent again."""
    return page(
        site,
        "message.html",
        status=status,
        contact=contact,
        heading=heading,
        lines=lines,
        link=None if link is None else {"href": link[0], "text": link[1]},
        again=again,
    )


def come_in(site: Site, heading: str, *lines: str) -> HTMLResponse:
    """What somebody without a session meets, who may have been sending something."""
    kept = "Svar du har fått kvittering for, er lagret. Sendte du noe akkurat nå, er det ikke lagret."
    return message(site, heading, *lines, kept, status=403)


def _form_words(about: Mapping[str, str]) -> str:
    """How much a status report asks for, as `about` of what is owed tells it."""
    changed = about["changed"]
    return form_sentence(int(about["fields"]), int(changed) if changed else None)


def _due_words(view: ObligationView) -> str:
    return due_words(view.due_on, view.due_time, late=view.late, left=view.left)


def paragraphs(text: str) -> list[str]:
    """The lines of a text that say something; each becomes a paragraph."""
    return [line.strip() for line in _PARAGRAPH.split(text) if line.strip()]


def filesize(size: int) -> str:
    """«340 kB», «1,2 MB»."""
    if size < 1_000:
        return f"{size} byte"
    if size < 1_000_000:
        return f"{size / 1_000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


@cache
def asset(path: str) -> str:
    """The address of a static file, with its digest, so that browsers keep it until it changes."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"
