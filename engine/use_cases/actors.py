"""Who is asking, and what may they do in this project?"""

from dataclasses import dataclass
from datetime import date

from engine.core.definition import Definition
from engine.core.misuse import Unknown, unknown
from engine.core.programme import Programme
from engine.store import definitions, people, programmes, projects
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


def programme_in_force(tx: Connection) -> Programme:
    """The programme in force. Raises Unknown in a database that has none."""
    programme = programmes.current(tx)
    if programme is None:
        raise Unknown("programme", "")
    return programme


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
