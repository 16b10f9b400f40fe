"""Who can be made responsible for a condition: the project's roles, the programme's offices and seats, or
anybody in the register by their address?

Whoever is named is somebody who can be reminded, or the name is refused: nothing that was chosen is read as
somebody else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from engine.core.cases.case import CaseState
from engine.core.facts.catalogue import ROLES
from engine.core.facts.field import Problem
from engine.core.files.shape import text_in
from engine.core.obligations.owed import NOBODY_FOUND, Owner, OwnerKind
from engine.core.programme.model import Programme
from engine.core.text import shown
from engine.queries.cases.show_case import CaseView
from engine.queries.people.responsible import directory
from engine.queries.programme.in_force import programme_in_force
from engine.store import cases, people, projects
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerable:
    """Somebody who can be chosen: what they are called, and who it is today («» for nobody yet)."""

    owner: Owner
    title: str
    name: str

    @property
    def ref(self) -> str:
        """How the choice is written and kept, as `role:gevinstansvarlig`."""
        return f"{self.owner.kind}:{self.owner.id}"


def answerable_in(tx: Connection, project: str, *, on: date) -> tuple[Answerable, ...]:
    """Everybody a condition on a project can be given to by title, roles first, each title once."""
    programme = programme_in_force(tx)
    held = projects.roles(tx, project, on=on)
    holders = {one.seat: one.person for one in people.holdings(tx, on=on) if one.capacity != "deputy"}
    names = people.names(tx, [*(one.person for one in held.values()), *holders.values()])
    found = [
        Answerable(
            owner=Owner("role", id_),
            title=title,
            name=names.get(held[id_].person, "") if id_ in held else "",
        )
        for id_, title in ROLES
    ]
    found += [
        Answerable(owner=owner, title=title, name=names.get(holders.get(owner.id, ""), ""))
        for owner, title in _seated(programme)
    ]
    # An office that several bodies have a seat for is one choice while one and the same person holds them.
    return tuple({(one.title.casefold(), one.name): one for one in reversed(found)}.values())[::-1]


def _seated(programme: Programme) -> Iterator[tuple[Owner, str]]:
    for office in programme.offices:
        yield Owner("office", office.id), text_in(office.title)
    for body in programme.bodies:
        for seat in body.seats:
            yield Owner("seat", seat.id), seat.office


def named(tx: Connection, choices: Sequence[Answerable], text: str) -> Answerable | None:
    """Whom a text names: the choice itself, its id or its title, or the address of somebody registered.

    Nothing is guessed: None for whatever else it says, and for a title that several have.
    """
    wanted = " ".join(text.split()).casefold()
    exact = [one for one in choices if wanted in (one.ref.casefold(), one.owner.id.casefold())]
    titled = [one for one in choices if wanted == one.title.casefold()]
    for found in (exact, titled):
        if found:
            return found[0] if len(found) == 1 else None
    person = people.by_email(tx, wanted) if "@" in wanted else None
    if person is None:
        return None
    return Answerable(owner=Owner("person", person.id), title=person.name or wanted, name=person.name or "")


def owner_of(tx: Connection, choices: Sequence[Answerable], *, ref: str, text: str) -> Owner:
    """Who answers for a condition as it was kept: by its choice, or, where it is older than those, by its
    words. Words that name nobody name nobody: programkontoret is told.
    """
    kind, _, id_ = ref.partition(":")
    known = next((one for one in get_args(OwnerKind) if one == kind), None)
    if known is not None:
        return Owner(known, id_)
    found = named(tx, choices, text)
    return NOBODY_FOUND if found is None else found.owner


def concerns(tx: Connection, state: CaseState, person: str, *, on: date) -> bool:
    """Whether a decision is somebody's to act on: they asked for it, have a role in the project, or answer
    for one of its conditions.
    """
    roles = projects.roles(tx, state.project, on=on).values()
    return (
        person == state.requested_by
        or any(one.person == person for one in roles)
        or person in _answers(tx, state.project, cases.conditions_of(tx, state.id), on=on).values()
    )


def told_of(
    tx: Connection, project: str, conditions: Iterable[Mapping[str, Any]], *, on: date
) -> tuple[str, ...]:
    """Whoever answers on a day for conditions as they are decided, each once."""
    return tuple(dict.fromkeys(_answers(tx, project, conditions, on=on).values()))


def answers_for(tx: Connection, view: CaseView, person: str, *, on: date) -> tuple[str, ...]:
    """The ids of a decided case's conditions that a person answers for on a day."""
    found = _answers(tx, view.project_key, cases.conditions_of(tx, view.id), on=on)
    return tuple(id_ for id_, who in found.items() if who == person)


def reminded_of(tx: Connection, view: CaseView, *, on: date) -> dict[str, str]:
    """The name of whoever is reminded on a day of each condition of a decided case, by the condition's id."""
    found = _answers(tx, view.project_key, cases.conditions_of(tx, view.id), on=on)
    names = people.names(tx, list(found.values()))
    return {id_: names.get(person, "") for id_, person in found.items()}


def _answers(
    tx: Connection, project: str, conditions: Iterable[Mapping[str, Any]], *, on: date
) -> dict[str, str]:
    """Who is reminded of each condition, as it was kept, by its id."""
    who, found = directory(tx, on=on), dict[str, str]()
    for one in conditions:
        ref = str(one.get("responsible", ""))
        choices = () if ref else answerable_in(tx, project, on=on)
        responsible = who.find(owner_of(tx, choices, ref=ref, text=one["owner"]), project=project)
        if responsible is not None:
            found[one["id"]] = responsible.person
    return found


def nobodys_benefits(
    tx: Connection, benefits: Sequence[Mapping[str, Any]], *, before: Sequence[Mapping[str, Any]]
) -> tuple[Problem, ...]:
    """A problem for each benefit that is given to an address nobody is registered with. One that already
    stands so is not asked about again when something else is changed.
    """
    known = {str(one.get("owner")) for one in before}
    return tuple(
        Problem(
            code="benefit.owner_unknown", data={"owner": shown(str(owner))}, path=f"benefits[{index}].owner"
        )
        for index, one in enumerate(benefits)
        if (owner := one.get("owner")) and str(owner) not in known
        if people.by_email(tx, str(owner)) is None
    )
