"""A person is registered, or changes name, address or language."""

from datetime import datetime

from engine.core.events import PersonRegistered
from engine.core.misuse import NotAllowed
from engine.store import links, people
from engine.store.record import record
from engine.store.session import Database, new_id
from engine.use_cases.actors import person_named


def register_person(
    db: Database, *, name: str, email: str, now: datetime, language: str = "nb", was: str | None = None
) -> str:
    """Register a person, or change the one whose address `was`; returns the id.

    A changed address kills the links that went to the old one. Raises NotAllowed when the address is
    somebody else's or cannot be used, Unknown when nobody has the address `was`.
    """
    with db.writing() as tx:
        before = None if was is None else person_named(tx, was)
        holder = people.by_email(tx, email)
        if holder is not None and (before is None or holder.id != before.id):
            raise NotAllowed("address_taken", {"email": email})
        person = new_id() if before is None else before.id
        record(tx, [PersonRegistered(person=person, language=language, name=name, email=email)], now=now)
        if before is not None and before.email != email:
            links.revoke(tx, person=person, reason="superseded", now=now)
    return person
