"""A link has died or been locked, and its holder asks for a new one."""

from datetime import datetime, timedelta
from typing import Final

from engine.core.criteria import Reason
from engine.core.letters import AGENDA, CASE, Letter
from engine.core.misuse import Refused
from engine.store import links, outbox, people
from engine.store.session import Database, new_id
from engine.use_cases.open_door import look_at_door

MOST: Final = 3
"""This many new links in an hour; then the asker is told to wait, or to call."""
WITHIN: Final = timedelta(hours=1)


def renew_link(db: Database, *, token: str, now: datetime) -> Refused | None:
    """Put a fresh case letter in the outbox, to the registered address and to no other; the old link dies.

    None means that the letter is on its way. Refused for a link nobody was ever given, for a case that is
    closed, and after three in an hour.
    """
    with db.writing() as tx:
        door = look_at_door(tx, token=token, now=now)
        if isinstance(door, Refused):
            return door
        if not door.subject.is_open:
            return Refused(reasons=(Reason(code="link_closed", data={}),))
        link = door.link
        kind = CASE if door.subject.meeting is None else AGENDA
        holder = people.by_id(tx, link.person)
        if holder is None or not holder.email or not door.subject.takes(holder.id):
            return Refused(reasons=(Reason(code="link_unknown", data={}),))
        recent = outbox.count_recent(
            tx, subject=link.subject, recipient=link.person, kind=kind, since=now - WITHIN
        )
        if recent >= MOST:
            return Refused(reasons=(Reason(code="too_many_links", data={"hours": 1}),))
        if door.fault is not None:
            # A living link stays, and the letter carries it again: whoever has found it throws nobody out.
            links.revoke(tx, link=link.id, reason="superseded", now=now)
        again = Letter(kind=kind, subject=link.subject, recipient=link.person, occurrence=f"link-{new_id()}")
        outbox.enqueue(tx, [again], now=now)
    return None
