"""Who is behind this browser, and may they? Every request passes here before its page is made."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final

from fastapi import HTTPException, Request
from fastapi.concurrency import run_in_threadpool

from engine.core.access.actor import Actor, Level, Session
from engine.core.access.table import Act, Denied, Relation, allowed
from engine.core.programme.calendar import local_date
from engine.queries.access.relations import relations
from engine.store import people
from web.access import cookies
from web.access.routes import ACTS
from web.site import Site

_NOBODY: Final = Actor(person=None, via=Session())
_STATUS: Final = {"sign_in": 401, "level": 401, "fresh": 401, "relation": 403, "closed": 403}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who a request comes from, as this page needs it; `name` is empty for whoever has not signed in."""

    actor: Actor
    relations: frozenset[Relation]
    name: str = ""
    path: str = ""
    """The page they ask for."""

    @property
    def person(self) -> str | None:
        """Their id in the register."""
        return self.actor.person

    @property
    def is_office(self) -> bool:
        """Whether they speak for the programme office."""
        return Relation.OFFICE in self.relations


NOBODY: Final = Visitor(actor=_NOBODY, relations=frozenset({Relation.ANYONE}))
_PRESENT: Final[ContextVar[Visitor]] = ContextVar("visitor", default=NOBODY)


def visitor() -> Visitor:
    """Who this request comes from, as the gatekeeper found; nobody outside a request."""
    return _PRESENT.get()


def gatekeeper(site: Site) -> Callable[[Request], Awaitable[None]]:
    """What stands before every page: it finds out who comes, and turns away whoever may not do this.

    Raises HTTPException: 401 where signing in would help, 403 where it would not, and 403 for an address that
    the table does not know.
    """

    async def keep(request: Request) -> None:
        if _act(site, request) is Act.WATCH:
            # Whoever watches is answered also when the database is not.
            return
        # What is set here, outside the threads that pages are made in, each of them sees.
        found = await run_in_threadpool(_visitor, site, request, project=request.path_params.get("key"))
        _PRESENT.set(replace(found, path=request.url.path))
        denied = _denied(site, request, found)
        if denied is not None:
            raise HTTPException(_STATUS[denied.why], denied.why)

    return keep


def may(site: Site, who: Visitor, act: Act) -> bool:
    """Whether a page may offer this to its reader."""
    shown = site.settings.open_portal and act in _READING
    return shown or (
        allowed(act, who.relations, who.actor, now=site.clock(), portal=site.settings.portal) is None
    )


def may_see_names(site: Site) -> bool:
    """Whether this reader may be told who somebody is: not whoever happens to come by an open portal."""
    return visitor().person is not None or site.settings.open_portal


_READING: Final = frozenset(
    {Act.READ_PORTFOLIO, Act.READ_PROJECT, Act.READ_REPORT, Act.READ_DRAFT, Act.READ_WHEEL, Act.READ_MEETINGS}
)


def _act(site: Site, request: Request) -> Act | None:
    path = request.scope["route"].path
    return ACTS.get(path) or site.also.get(path)


def _denied(site: Site, request: Request, who: Visitor) -> Denied | None:
    act = _act(site, request)
    if act is None:
        return Denied(why="closed")
    if site.settings.open_portal and act in _READING:
        return None
    return allowed(act, who.relations, who.actor, now=site.clock(), portal=site.settings.portal)


def _visitor(site: Site, request: Request, *, project: str | None) -> Visitor:
    now = site.clock()
    guest = cookies.guest_signed_in(request, site=site, now=now)
    if guest is None or guest.level < Level.KODE:
        return NOBODY
    actor = Actor(
        person=guest.person, via=Session(link=guest.link), level=guest.level, proved_at=guest.proved_at
    )
    with site.db.reading() as tx:
        held = relations(tx, guest.person, on=local_date(now), project=project)
        person = people.by_id(tx, guest.person)
    return Visitor(actor=actor, relations=held, name=(person.name or "") if person else "")
