"""Somebody takes a seat or an office, acts in it, or becomes its deputy, from a date."""

from datetime import date, datetime
from typing import Final

from engine.core.programme.model import Programme
from engine.core.record.events.programme import SeatAssigned
from engine.core.refusal import NotAllowed, unknown
from engine.core.text import shown
from engine.queries.people.actors import person_named
from engine.queries.programme.in_force import programme_in_force
from engine.store import people
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.cases.reroll import hold_open_cases, rerolls

CAPACITIES: Final = ("holder", "acting", "deputy")


def assign_seat(
    db: Database,
    *,
    body: str,
    seat: str,
    who: str,
    valid_from: date,
    now: datetime,
    capacity: str = "holder",
    valid_to: date | None = None,
) -> None:
    """Assign a seat of a body (or, with `body` empty, an office) to a person. Whoever then speaks
    for a seat in an open case is asked.

    Raises Unknown for a body, seat or person, NotAllowed for reversed dates or another capacity.
    """
    if valid_to is not None and valid_to < valid_from:
        raise NotAllowed("dates_reversed", {"from": valid_from.isoformat(), "to": valid_to.isoformat()})
    if capacity not in CAPACITIES:
        raise NotAllowed("no_such_capacity", {"capacity": shown(capacity)})
    with db.writing() as tx:
        programme = programme_in_force(tx)
        _check_place(programme, body, seat)
        person = person_named(tx, who)
        assigned = SeatAssigned(
            body=body,
            seat=seat,
            capacity=capacity,
            person=person.id,
            valid_from=valid_from.isoformat(),
            valid_to=None if valid_to is None else valid_to.isoformat(),
        )
        hold_open_cases(tx)
        record(tx, [assigned], now=now)
        # The rolls follow from what has just been recorded, in the same transaction.
        record(tx, list(rerolls(tx, programme, now=now)), now=now)


def _check_place(programme: Programme, body: str, seat: str) -> None:
    if body == people.OFFICES:
        places = [office.id for office in programme.offices]
    else:
        bodies = {one.id: one for one in programme.bodies}
        if body not in bodies:
            raise unknown("body", body, bodies)
        places = [one.id for one in bodies[body].seats]
    if seat not in places:
        raise unknown("seat", seat, places)
