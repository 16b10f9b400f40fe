"""What does every page need: the database, the time, the keys, the settings, and whom to ask in doubt?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from engine.core.access.table import Act, Portal
from engine.core.programme.calendar import local_date
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.store import people
from engine.store.session import Database
from engine.use_cases.meetings.write_minutes import Render


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """How this installation presents itself; `base_url` is where people reach it.

    `portal` says who may read the portfolio, and `device_days` how long a browser may be remembered (0: not
    at all). `open_portal` is the demo's: whoever reaches the address reads what signed-in people read. Open
    cases are never shown without a link.
    """

    base_url: str
    programme: str
    name: str = "Faseport"
    loopback: bool = False
    portal: Portal = Portal.SIGNED_IN
    device_days: int = 30
    open_portal: bool = False

    @property
    def secure(self) -> bool:
        """Whether pages travel over https, and cookies may not travel otherwise."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def host(self) -> str:
        """The name of the machine people reach it at, for what must be told from others' of its kind."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def origin(self) -> str:
        """What a browser calls this site in `Origin`."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}".lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Who makes the papers that are kept: from a model to the bytes of the finished document.

    `referat` is given what `write_minutes.model_of` tells of a meeting.
    """

    referat: Render


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything a route is given."""

    db: Database
    clock: Callable[[], datetime]
    keys: Mapping[int, bytes]
    settings: WebSettings
    health: Callable[[], Mapping[str, Any]]
    papers: Papers | None = None
    also: Mapping[str, Act] = field(default_factory=dict)
    """Addresses beside the house's own, and which act each is: the demo's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ask in doubt: the programme office, by name and address; empty where nobody holds it."""

    name: str = ""
    email: str = ""


def contact_of(site: Site) -> Contact:
    """The programme office as it is held today."""
    with site.db.reading() as tx:
        held = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(site.clock()))
    return Contact() if held is None else Contact(name=held.name or "", email=held.email or "")
