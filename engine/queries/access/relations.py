"""How does a person stand to a project, or to what a body decides, on a day?"""

from datetime import date

from engine.core.access.table import Relation
from engine.store import definitions, people, projects
from engine.store.session import Connection

PROGRAMME_OFFICE = "programkontor"


def relations(
    tx: Connection, person: str | None, *, on: date, project: str | None = None
) -> frozenset[Relation]:
    """Every relation `person` has: to the programme, and to a project where one is named.

    A deputy has the holder's relations while the holder is away. An unknown project gives none of its own.
    """
    if person is None:
        return frozenset({Relation.ANYONE})
    found = {Relation.ANYONE, Relation.SIGNED_IN}
    held = seats(tx, person, on=on)
    if (people.OFFICES, PROGRAMME_OFFICE) in held:
        found.add(Relation.OFFICE)
    if any(body != people.OFFICES for body, _ in held):
        found.add(Relation.MEMBER)
    if project is not None:
        found |= _in_project(tx, person, project, on=on)
    return frozenset(found)


def seats(tx: Connection, person: str, *, on: date) -> frozenset[tuple[str, str]]:
    """The seats and offices a person speaks for on a day, each with its body."""
    away = {absence.person for absence in people.absences(tx, on=on)}
    held = people.holdings(tx, on=on)
    absent = {(one.body, one.seat) for one in held if one.capacity != "deputy" and one.person in away}
    return frozenset(
        (one.body, one.seat)
        for one in held
        if one.person == person and (one.capacity != "deputy" or (one.body, one.seat) in absent)
    )


def _in_project(tx: Connection, person: str, key: str, *, on: date) -> frozenset[Relation]:
    project = projects.load(tx, key)
    if project is None:
        return frozenset()
    held = {name for name, role in projects.roles(tx, key, on=on).items() if role.person == person}
    if not held:
        return frozenset()
    roles = definitions.load(tx, project.workflow, project.version).roles
    found = {Relation.IN_PROJECT}
    if held & {*roles.leader}:
        found.add(Relation.LEADER)
    if roles.owner in held:
        found.add(Relation.OWNER)
    return frozenset(found)
