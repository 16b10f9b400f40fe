"""Who is there, who is away, and who speaks for a seat on a day?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from engine.core.programme.model import Body
from engine.store.tables.base import metadata

_PERSON: Final = metadata.tables["person"]
_ABSENCE: Final = metadata.tables["absence"]
_HOLDING: Final = metadata.tables["seat_holding"]

_REACHABLE: Final = select(_PERSON.c.id).where(_PERSON.c.email.is_not(None), _PERSON.c.email != "")

OFFICES: Final = ""
"""The `body` under which single offices, such as programkontoret, are held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person; name and address are None once erased."""

    id: str
    name: str | None
    email: str | None
    language: str
    erased_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A person is away between two dates, both included; `stand_in` takes over what they owe."""

    person: str
    away_from: date
    away_to: date
    stand_in: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A person in a seat or office, in one capacity (holder, acting, deputy), between dates."""

    body: str
    seat: str
    capacity: str
    person: str
    name: str | None
    email: str | None
    valid_from: date
    valid_to: date | None


def by_email(tx: Connection, email: str) -> Person | None:
    """The person with this address, whatever its letter case."""
    row = tx.execute(
        select(_PERSON).where(func.lower(_PERSON.c.email) == email.strip().lower())
    ).one_or_none()
    return None if row is None else _person(row)


def by_id(tx: Connection, person: str) -> Person | None:
    """The person with this id."""
    row = tx.execute(select(_PERSON).where(_PERSON.c.id == person)).one_or_none()
    return None if row is None else _person(row)


def all_people(tx: Connection) -> tuple[Person, ...]:
    """Everybody, by name; the erased last."""
    return tuple(
        _person(row)
        for row in tx.execute(select(_PERSON).order_by(_PERSON.c.name.nulls_last(), _PERSON.c.id))
    )


def reachable(tx: Connection) -> frozenset[str]:
    """The ids of all who have an address."""
    return frozenset(tx.execute(_REACHABLE).scalars())


def absences(tx: Connection, *, on: date | None = None) -> tuple[Absence, ...]:
    """All absences, or those that cover a date."""
    wanted = select(_ABSENCE).order_by(_ABSENCE.c.away_from, _ABSENCE.c.person)
    if on is not None:
        wanted = wanted.where(_ABSENCE.c.away_from <= on.isoformat(), _ABSENCE.c.away_to >= on.isoformat())
    return tuple(
        Absence(
            person=row.person,
            away_from=date.fromisoformat(row.away_from),
            away_to=date.fromisoformat(row.away_to),
            stand_in=row.stand_in,
        )
        for row in tx.execute(wanted)
    )


def holdings(tx: Connection, *, body: str | None = None, on: date | None = None) -> tuple[Holding, ...]:
    """Who holds what, in all bodies or one, ever or on a date; of each seat and capacity only the newest
    then.
    """
    wanted = (
        select(_HOLDING, _PERSON.c.name, _PERSON.c.email)
        .join(_PERSON, _PERSON.c.id == _HOLDING.c.person)
        .order_by(_HOLDING.c.body, _HOLDING.c.seat, _HOLDING.c.capacity, _HOLDING.c.valid_from)
    )
    if body is not None:
        wanted = wanted.where(_HOLDING.c.body == body)
    if on is not None:
        wanted = wanted.where(_HOLDING.c.valid_from <= on.isoformat())
    found = [_holding(row) for row in tx.execute(wanted)]
    if on is None:
        return tuple(found)
    newest = {(one.body, one.seat, one.capacity): one for one in found}
    return tuple(one for one in newest.values() if one.valid_to is None or one.valid_to >= on)


def office_holder(tx: Connection, office: str, *, on: date) -> Person | None:
    """Who answers for a single office, such as programkontoret, on a date."""
    held = next((one for one in holdings(tx, body=OFFICES, on=on) if one.seat == office), None)
    return None if held is None else by_id(tx, held.person)


def roll(
    tx: Connection,
    body: Body,
    *,
    on: date,
    owner: str | None,
    requester: str | None,
    recused: frozenset[str] = frozenset(),
) -> list[dict[str, Any]]:
    """A body's seats with whoever speaks for each on a date, in the programme file's order, as JSON shapes.

    An acting holder goes before the holder; when that person is away the deputy speaks, if there is one who
    is not away too. A seat nobody can speak for is on the roll with `person` None. For a seat in `recused`
    the deputy is called only if they do not report to it; else the seat is out. So it is for the seat of the
    project's owner, in a body whose rule is that the owner takes no part. Each entry has: seat,
    office, reports_to, person, leader, acting, deputy, owner, requester, recused, flagged (its
    superior is recused), and, for a seat in `recused`, out: the person who takes no part.
    """
    held = {(one.seat, one.capacity): one for one in holdings(tx, body=body.id, on=on)}
    away = {absence.person for absence in absences(tx, on=on)}
    if owner is not None and body.owner == "inhabil":
        recused |= {
            seat for (seat, capacity), one in held.items() if one.person == owner and capacity != "deputy"
        }
        held = {key: one for key, one in held.items() if one.person != owner or key[1] != "deputy"}
    entries: list[dict[str, Any]] = []
    for seat in body.seats:
        acting, holder, deputy = (
            held.get((seat.id, capacity)) for capacity in ("acting", "holder", "deputy")
        )
        holds = acting or holder
        out = seat.id in recused
        if out and (seat.deputy is None or seat.deputy.reports_to == seat.id):
            deputy = None
        candidates = [deputy] if out else [holds, deputy]
        present = [one for one in candidates if one is not None and one.person not in away]
        speaker = present[0] if present else holds if out else None
        entries.append(
            {
                "seat": seat.id,
                "office": seat.office,
                "reports_to": seat.reports_to,
                "leader": seat.id == body.leader,
                "person": None if speaker is None else speaker.person,
                "acting": speaker is not None and speaker.capacity == "acting",
                "deputy": speaker is not None and speaker.capacity == "deputy",
                "owner": owner is not None and speaker is not None and speaker.person == owner,
                "requester": requester is not None and speaker is not None and speaker.person == requester,
                "recused": out and speaker is holds,
                "flagged": seat.reports_to in recused,
            }
            | ({"out": None if holds is None else holds.person} if out else {})
        )
    return entries


def names(tx: Connection, people: Sequence[str]) -> dict[str, str]:
    """The names of some people by id; the erased are missing."""
    rows = tx.execute(select(_PERSON.c.id, _PERSON.c.name).where(_PERSON.c.id.in_(set(people))))
    return {row.id: row.name for row in rows if row.name is not None}


def _person(row: Any) -> Person:
    return Person(id=row.id, name=row.name, email=row.email, language=row.language, erased_at=row.erased_at)


def _holding(row: Any) -> Holding:
    return Holding(
        body=row.body,
        seat=row.seat,
        capacity=row.capacity,
        person=row.person,
        name=row.name,
        email=row.email,
        valid_from=date.fromisoformat(row.valid_from),
        valid_to=None if row.valid_to is None else date.fromisoformat(row.valid_to),
    )
