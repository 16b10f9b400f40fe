"""A programme file is put into force: its bodies and calendars, and the people in its seats."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import normalize

from engine.core.files.shape import text_in
from engine.core.programme.checks import parse_programme
from engine.core.programme.model import Programme
from engine.core.record.events.event import Event
from engine.core.record.events.programme import PersonRegistered, ProgrammeLoaded, SeatAssigned
from engine.core.refusal import Invalid
from engine.store import people, programmes
from engine.store.record.record import record
from engine.store.session import Connection, Database, new_id
from engine.use_cases.cases.reroll import hold_open_cases, rerolls


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load did: nothing, when the file was in force already and everybody in place."""

    programme: str
    changed: bool
    people: int
    seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    body: str
    seat: str
    capacity: str
    name: str
    email: str
    valid_from: date
    valid_to: date | None


def load_programme(db: Database, *, text: str, now: datetime) -> Loaded:
    """Put a programme file into force. Raises Invalid with every mistake; loading the same file twice
    changes nothing.

    Seats that have been assigned since stay assigned: a line in the file counts from its own date, and a
    later assignment goes before it. Whoever then speaks for a seat in an open case is asked; a body with
    open cases cannot go (Unknown).
    """
    # In normal form C: the ledger's form, so that what is stored is what its digests say.
    programme = parse_programme(normalize("NFC", text))
    if not isinstance(programme, Programme):
        raise Invalid(programme)
    with db.writing() as tx:
        current = programmes.current(tx)
        events: list[Event] = []
        if current is None or current.digest != programme.digest:
            loaded = ProgrammeLoaded(key=programme.programme, digest=programme.digest, text=programme.text)
            events.append(loaded)
        newcomers, ids = _newcomers(tx, programme)
        seats = _assignments(tx, programme, ids)
        events += [*newcomers, *seats]
        if events:
            hold_open_cases(tx)
            record(tx, events, now=now)
            record(tx, list(rerolls(tx, programme, now=now)), now=now)
    return Loaded(
        programme=programme.programme, changed=bool(events), people=len(newcomers), seats=len(seats)
    )


def _newcomers(tx: Connection, programme: Programme) -> tuple[list[PersonRegistered], dict[str, str]]:
    ids = {person.email.lower(): person.id for person in people.all_people(tx) if person.email}
    newcomers: list[PersonRegistered] = []
    for placed in _placed(programme):
        address = placed.email.lower()
        if address not in ids:
            ids[address] = new_id()
            newcomer = PersonRegistered(
                person=ids[address], language=programme.language, name=placed.name, email=placed.email
            )
            newcomers.append(newcomer)
    return newcomers, ids


def _assignments(tx: Connection, programme: Programme, ids: dict[str, str]) -> list[SeatAssigned]:
    known = {
        (one.body, one.seat, one.capacity, one.valid_from): (one.person, one.valid_to)
        for one in people.holdings(tx)
    }
    return [
        SeatAssigned(
            body=placed.body,
            seat=placed.seat,
            capacity=placed.capacity,
            person=ids[placed.email.lower()],
            valid_from=placed.valid_from.isoformat(),
            valid_to=None if placed.valid_to is None else placed.valid_to.isoformat(),
        )
        for placed in _placed(programme)
        if known.get((placed.body, placed.seat, placed.capacity, placed.valid_from))
        != (ids[placed.email.lower()], placed.valid_to)
    ]


def _placed(programme: Programme) -> Iterator[_Placed]:
    for office in programme.offices:
        yield _Placed(
            body=people.OFFICES,
            seat=office.id,
            capacity="holder",
            name=text_in(office.title, programme.language),
            email=office.email,
            valid_from=programme.follow_from,
            valid_to=None,
        )
    for body in programme.bodies:
        for seat in body.seats:
            for who, capacity in ((seat.holder, "holder"), (seat.deputy, "deputy")):
                if who is not None:
                    yield _Placed(
                        body=body.id,
                        seat=seat.id,
                        capacity="acting" if capacity == "holder" and who.acting else capacity,
                        name=who.name,
                        email=who.email,
                        valid_from=who.from_day,
                        valid_to=who.to_day,
                    )
