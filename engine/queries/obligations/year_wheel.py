"""Which deadlines and meetings does a year of the programme have? The wheel that goes round every year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

from engine.core.cases.meetings import series
from engine.core.facts.catalogue import ROLES
from engine.core.files.shape import text_in
from engine.core.obligations.owed import occurrences
from engine.core.programme.calendar import OSLO
from engine.core.programme.duties import Duty
from engine.core.programme.model import Programme
from engine.queries.programme.in_force import programme_in_force
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """A deadline or a meeting on a day. `id` names it for ever; `owner` is a role, office or seat as people
    say it, empty for a meeting; `each` is whether every project has it; `period` as in the programme file.
    """

    id: str
    on: date
    title: str
    owner: str = ""
    each: bool = False
    period: str = ""
    at: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A year: its deadlines and its meetings, each by date."""

    year: int
    programme: str
    deadlines: tuple[Spoke, ...]
    meetings: tuple[Spoke, ...]


def year_wheel(tx: Connection, *, year: int) -> Wheel:
    """The wheel of a year, from the programme in force. What follows from cases is not in it: nobody knows it
    beforehand. Raises Unknown without a programme.
    """
    programme = programme_in_force(tx)
    return Wheel(
        year=year,
        programme=text_in(programme.title),
        deadlines=tuple(sorted(_deadlines(programme, year), key=lambda one: (one.on, one.title))),
        meetings=tuple(sorted(_meetings(programme, year), key=lambda one: (one.on, one.title))),
    )


def _deadlines(programme: Programme, year: int) -> Iterator[Spoke]:
    for duty in programme.duties:
        for one in occurrences(duty, programme, until=date(year, 12, 31)):
            if one.due_on.year == year:
                yield Spoke(
                    id=f"{duty.id}-{one.id}",
                    on=one.due_on,
                    title=text_in(duty.title),
                    owner=_owner(duty, programme),
                    each=duty.each == "prosjekt",
                    period=one.id,
                )


def _owner(duty: Duty, programme: Programme) -> str:
    known = {one.id: text_in(one.title) for one in programme.offices}
    known |= {seat.id: seat.office for body in programme.bodies for seat in body.seats}
    return dict(ROLES).get(duty.owner) or known.get(duty.owner, duty.owner)


def _meetings(programme: Programme, year: int) -> Iterator[Spoke]:
    policy = programme.calendar.policy()
    for body in programme.bodies:
        if body.meetings is None:
            continue
        for slot in series(body.meetings, policy, since=date(year, 1, 1), until=date(year, 12, 31)):
            if slot.status != "cancelled":
                yield Spoke(
                    id=f"mote-{body.id}-{slot.planned_on.isoformat()}",
                    on=slot.on,
                    title=text_in(body.title),
                    at=slot.starts_at.astimezone(OSLO).time(),
                )
