"""A person is registered, or changes name, address or language."""

from datetime import datetime
from typing import Final

from engine.core.events import PersonRegistered
from engine.core.facts import Field, parse_value, shown
from engine.core.misuse import NotAllowed
from engine.store import links, people
from engine.store.record import record
from engine.store.session import Database, new_id
from engine.use_cases.actors import person_named
from engine.use_cases.words import read_words

LANGUAGES: Final = ("nb", "nn", "en")
"""The languages there are letters in."""


def register_person(
    db: Database, *, name: str, email: str, now: datetime, language: str = "nb", was: str | None = None
) -> str:
    """Register a person, or change the one whose address `was`; returns the id.

    A changed address kills the links that went to the old one. Raises NotAllowed when the address is
    somebody else's or cannot be used, Unknown when nobody has the address `was`.
    """
    called, unfit = read_words(name, field="name", one_line=True)
    if unfit or not called:
        raise NotAllowed("nameless", {})
    address = parse_value(Field(name="email", title="", type="person"), email)
    if not isinstance(address, str):
        raise NotAllowed("not_an_address", {"email": shown(email)})
    if language not in LANGUAGES:
        raise NotAllowed("no_such_language", {"language": shown(language)})
    with db.writing() as tx:
        before = None if was is None else person_named(tx, was)
        holder = people.by_email(tx, address)
        if holder is not None and (before is None or holder.id != before.id):
            raise NotAllowed("address_taken", {"email": address})
        person = new_id() if before is None else before.id
        told = PersonRegistered(person=person, language=language, name=called, email=address)
        record(tx, [told], now=now)
        if before is not None and before.email != address:
            links.revoke(tx, person=person, reason="superseded", now=now)
    return person
