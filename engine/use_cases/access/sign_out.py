"""Somebody shuts what they have opened: this browser, a device that was remembered, or every link of
theirs.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from engine.store import links
from engine.store.session import Database


def sign_out(db: Database, *, secrets: Iterable[str]) -> int:
    """End the sessions, and forget the devices, whose secrets a browser holds; returns how many."""
    with db.writing() as tx:
        return links.end_visits(tx, [sha256(secret.encode()).hexdigest() for secret in secrets])


def close_my_links(db: Database, *, person: str, now: datetime) -> None:
    """Shut every link a person has been given, with each browser, device and calendar that came in by them.

    A letter that is sent later carries a new link.
    """
    with db.writing() as tx:
        links.revoke(tx, person=person, reason="closed_by_holder", now=now)
