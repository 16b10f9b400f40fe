"""The programme in force on a day, and what is named in it."""

from datetime import date

from engine.core.programme.model import Body, Period, Programme
from engine.core.refusal import Unknown, unknown
from engine.store import programmes
from engine.store.session import Connection


def programme_in_force(tx: Connection) -> Programme:
    """The programme in force. Raises Unknown in a database that has none."""
    programme = programmes.current(tx)
    if programme is None:
        raise Unknown("programme", "")
    return programme


def period_named(programme: Programme, name: str) -> Period:
    """The reporting period with this id. Raises Unknown, with the nearest."""
    for period in programme.periods:
        if period.id == name:
            return period
    raise unknown("period", name, [period.id for period in programme.periods])


def period_on(programme: Programme, day: date) -> str:
    """The latest period that has begun. Raises Unknown in a programme that has none."""
    begun = [period for period in programme.periods if period.from_day <= day]
    if not begun:
        raise Unknown("period", day.isoformat())
    return max(begun, key=lambda period: period.from_day).id


def body_named(programme: Programme, name: str) -> Body:
    """The body with this id. Raises Unknown, with the nearest, when there is none."""
    for body in programme.bodies:
        if body.id == name:
            return body
    raise unknown("body", name, [body.id for body in programme.bodies])
