"""A link has died or been locked, and its holder asks for a new one."""

from datetime import datetime

from engine.core.access.links import Purpose
from engine.core.refusal import Reason, Refused
from engine.store import links
from engine.store.session import Database
from engine.use_cases.access.open_door import look_at_door
from engine.use_cases.access.send_link import MOST, WITHIN, post_link

__all__ = ["MOST", "WITHIN", "renew_link"]


def renew_link(db: Database, *, token: str, now: datetime) -> Refused | None:
    """Put a fresh letter in the outbox, to the registered address and to no other; the old link dies.

    None means that the letter is on its way. Refused for a link nobody was ever given, for a case that is
    closed, and after three in an hour.
    """
    with db.writing() as tx:
        door = look_at_door(tx, token=token, now=now)
        if isinstance(door, Refused):
            return door
        if door.link.purpose == Purpose.PORTAL:
            # Whoever wants in again writes their address again.
            return Refused(reasons=(Reason(code="link_used", data={}),))
        link = door.link
        refused = post_link(tx, door.subject, name=link.subject, person=link.person, now=now)
        if refused is None and door.fault is not None:
            # A living link stays, and the letter carries it again: whoever has found it throws nobody out.
            links.revoke(tx, link=link.id, reason="superseded", now=now)
    return refused
