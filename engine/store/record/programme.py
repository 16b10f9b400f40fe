"""The rows of what happens to the programme itself."""

from sqlalchemy import Connection, update

from engine.core.record.events import programme as ev
from engine.store.record.rows import CHAIN, INSERTS, Stamp, replace_row
from engine.store.tables.base import metadata


def programme_loaded(tx: Connection, event: ev.ProgrammeLoaded, stamp: Stamp) -> None:
    """The rows of `ProgrammeLoaded`."""
    row = {"digest": event.digest, "key": event.key, "text_ref": stamp.refs["text"], "loaded_at": stamp.at}
    replace_row(tx, "programme", row, keys=("digest",))
    tx.execute(update(CHAIN).values(planned=False))


def definition_registered(tx: Connection, event: ev.DefinitionRegistered, stamp: Stamp) -> None:
    """The rows of `DefinitionRegistered`."""
    row = {
        "workflow": event.workflow,
        "version": event.version,
        "digest": event.digest,
        "text": event.text,
        "registered_at": stamp.at,
    }
    tx.execute(INSERTS["definition"], row)


def person_registered(tx: Connection, event: ev.PersonRegistered, _stamp: Stamp) -> None:
    """The rows of `PersonRegistered`."""
    row = {
        "id": event.person,
        "language": event.language,
        "name": event.name,
        "email": event.email,
        "erased_at": None,
    }
    replace_row(tx, "person", row, keys=("id",))


def person_erased(tx: Connection, event: ev.PersonErased, stamp: Stamp) -> None:
    """The rows of `PersonErased`."""
    person, prose = metadata.tables["person"], metadata.tables["prose"]
    gone = {"name": None, "email": None, "erased_at": stamp.at}
    tx.execute(update(person).where(person.c.id == event.person).values(gone))
    tx.execute(update(prose).where(prose.c.person == event.person).values(text=None, salt=None))


def absence_registered(tx: Connection, event: ev.AbsenceRegistered, _stamp: Stamp) -> None:
    """The rows of `AbsenceRegistered`."""
    row = {
        "person": event.person,
        "away_from": event.away_from,
        "away_to": event.away_to,
        "stand_in": event.stand_in,
    }
    replace_row(tx, "absence", row, keys=("person", "away_from"))


def seat_assigned(tx: Connection, event: ev.SeatAssigned, _stamp: Stamp) -> None:
    """The rows of `SeatAssigned`."""
    row = {
        "body": event.body,
        "seat": event.seat,
        "capacity": event.capacity,
        "valid_from": event.valid_from,
        "valid_to": event.valid_to,
        "person": event.person,
    }
    replace_row(tx, "seat_holding", row, keys=("body", "seat", "capacity", "valid_from"))


def programme_closed(tx: Connection, event: ev.ProgrammeClosed, _stamp: Stamp) -> None:
    """The rows of `ProgrammeClosed`."""
    replace_row(tx, "programme_end", {"ended_on": event.ended_on, "heir": event.heir}, keys=("ended_on",))
    tx.execute(update(CHAIN).values(planned=False))
