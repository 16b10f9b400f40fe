"""A person's name and address are erased; what they did stays, without them."""

from datetime import datetime

from engine.core.programme.calendar import local_date
from engine.core.record.events.programme import PersonErased
from engine.core.refusal import NotAllowed
from engine.queries.people.actors import person_named
from engine.store import links, outbox, people, sign_ins
from engine.store.record.record import record
from engine.store.session import Database


def erase_person(db: Database, *, who: str, now: datetime) -> str:
    """Erase the person with this id or address and kill their links; returns the id.

    Raises Unknown, and NotAllowed while the person holds a seat or an office, or is to hold one: somebody
    must take over first.
    """
    with db.writing() as tx:
        person = person_named(tx, who)
        today = local_date(now)
        ahead = (one for one in people.holdings(tx) if one.valid_from > today)
        held = [one for one in (*people.holdings(tx, on=today), *ahead) if one.person == person.id]
        if held:
            raise NotAllowed("holds_seat", {"seat": held[0].seat})
        record(tx, [PersonErased(person=person.id)], now=now)
        links.revoke(tx, person=person.id, reason="erased", now=now)
        sign_ins.forget(tx, person=person.id)
        outbox.forget(tx, person.id, words=[one for one in (person.name, person.email) if one])
    return person.id
