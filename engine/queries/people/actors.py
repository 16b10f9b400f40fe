"""Who is asking, and what may they do in this project?"""

from dataclasses import dataclass
from datetime import date, datetime

from engine.core.programme.calendar import local_date
from engine.core.programme.model import Programme
from engine.core.refusal import NotAllowed, unknown
from engine.core.workflow.definition import Definition
from engine.queries.programme.in_force import programme_in_force
from engine.store import definitions, people, projects
from engine.store.people import Person
from engine.store.projects import Project
from engine.store.session import Connection

PROGRAMME_OFFICE = "programkontor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """A project together with the rules it runs on."""

    project: Project
    definition: Definition
    programme: Programme


def person_named(tx: Connection, who: str) -> Person:
    """The person with this id or address. Raises Unknown, with the nearest address, when there is none."""
    found = people.by_email(tx, who) if "@" in who else people.by_id(tx, who)
    if found is None or found.erased_at is not None:
        raise unknown("person", who, [person.email for person in people.all_people(tx) if person.email])
    return found


def steered(tx: Connection, key: str, *, lock: bool = False) -> Steered:
    """The project with this key and its rules. Raises Unknown, with the nearest key, when there is none."""
    project = projects.load(tx, key, lock=lock)
    if project is None:
        raise unknown("project", key, projects.keys(tx))
    definition = definitions.load(tx, project.workflow, project.version)
    return Steered(project=project, definition=definition, programme=programme_in_force(tx))


def capacities(tx: Connection, person: str, *, project: str, on: date) -> frozenset[str]:
    """Every project role and programme office a person has on a date; a deputy counts while the holder is
    away.
    """
    away = {absence.person for absence in people.absences(tx, on=on)}
    held = people.holdings(tx, body=people.OFFICES, on=on)
    absent = {one.seat for one in held if one.capacity != "deputy" and one.person in away}
    offices = {
        one.seat for one in held if one.person == person and (one.capacity != "deputy" or one.seat in absent)
    }
    roles = {name for name, role in projects.roles(tx, project, on=on).items() if role.person == person}
    return frozenset(offices | roles)


def office_only(tx: Connection, by: str, now: datetime) -> str:
    """The id of somebody who holds programkontoret. Raises Unknown, and NotAllowed for anybody else."""
    person = person_named(tx, by)
    holder = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(now))
    if holder is None or holder.id != person.id:
        raise NotAllowed("only_office")
    return person.id
