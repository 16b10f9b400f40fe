"""Who answers for something owed, on a day: whoever holds the role, office or seat, or stands in for them?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from engine.core.obligations.owed import NOBODY_FOUND, Owner
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.store import obligations, people
from engine.store import projects as projects_
from engine.store.obligations import ProgrammeEnd
from engine.store.people import Absence, Holding
from engine.store.session import Connection

_LINE: Final = "prosjekteier"
"""The role that stays when a project has nobody else: the owner in the line."""
_EARLIER: Final[Mapping[str, str]] = {"prosjektleder": "utredningsleder"}
"""Who has the work of a role before a project has somebody in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """The person who answers, by id; `stands_in_for` is the absent one's id, and `instead_of` the role or
    office that nobody holds.
    """

    person: str
    stands_in_for: str | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Who holds what on one day. Made once for many questions; the roles of a project are read at the first
    question about it.
    """

    tx: Connection
    on: date
    held: dict[tuple[str, str], Holding]
    offices: frozenset[str]
    away: dict[str, Absence]
    reachable: frozenset[str]
    end: ProgrammeEnd | None
    roles: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def has_ended(self) -> bool:
        """Whether the programme has ended by this day, so that the line answers."""
        return self.end is not None and self.end.ended_on <= self.on

    def find(self, owner: Owner, *, project: str | None) -> Responsible | None:
        """Whoever answers for this owner's duties: never nobody, while programkontoret (or, when the
        programme has ended, its heir) has an address.
        """
        first = self._holder(owner, project)
        if owner == NOBODY_FOUND:
            # Not the project's leader either: to remind somebody else without a word would hide it.
            project = None
        if first is not None:
            return self._present(first, owner)
        for role in () if project is None else (_EARLIER.get(owner.id, _LINE), _LINE):
            other = self._roles(project or "").get(role)
            if other in self.reachable:
                return self._present(other, Owner("role", role), instead_of=owner.id)
        last = self.office(PROGRAMME_OFFICE)
        return None if last is None else Responsible(person=last, instead_of=owner.id)

    def office(self, office: str) -> str | None:
        """Who answers for an office; the heir's when the programme has ended."""
        if self.end is not None and self.has_ended:
            return self.end.heir if self.end.heir in self.reachable else None
        return self._seated(office)

    def _holder(self, owner: Owner, project: str | None) -> str | None:
        if owner.kind == "person":
            found: str | None = owner.id
        elif owner.kind == "role":
            found = None if project is None else self._roles(project).get(owner.id)
            if self.has_ended:
                # The line takes over: whoever led the project for the programme has gone.
                found = self._roles(project or "").get(_LINE, found)
        elif owner.kind == "office":
            found = self.office(owner.id)
        else:
            found = self._seated(owner.id)
        return found if found in self.reachable else None

    def _seated(self, seat: str) -> str | None:
        for capacity in ("acting", "holder"):
            one = self.held.get((seat, capacity))
            if one is not None and one.person in self.reachable:
                return one.person
        return None

    def _present(self, person: str, owner: Owner, *, instead_of: str | None = None) -> Responsible:
        absence = self.away.get(person)
        if absence is None:
            return Responsible(person=person, instead_of=instead_of)
        deputies = [absence.stand_in]
        deputies += [
            one.person
            for (seat, capacity), one in self.held.items()
            if capacity == "deputy" and self._seated(seat) == person and seat in (owner.id, seat)
        ]
        for other in deputies:
            if other is not None and other in self.reachable and other not in self.away:
                return Responsible(person=other, stands_in_for=person, instead_of=instead_of)
        # Nobody stands in: the letter waits in their own mailbox, as it would on a desk.
        return Responsible(person=person, instead_of=instead_of)

    def _roles(self, project: str) -> dict[str, str]:
        if project not in self.roles:
            self.roles.update(projects_.holders(self.tx, [project], on=self.on))
        return self.roles[project]


def directory(tx: Connection, *, on: date, projects: Collection[str] = ()) -> Directory:
    """Who holds what on a day. The roles of `projects` are read at once, for whoever asks about them all."""
    held = {(one.seat, one.capacity): one for one in people.holdings(tx, on=on)}
    return Directory(
        tx=tx,
        on=on,
        held=held,
        offices=frozenset(one.seat for one in held.values() if one.body == people.OFFICES),
        away={one.person: one for one in people.absences(tx, on=on)},
        reachable=people.reachable(tx),
        end=obligations.programme_end(tx),
        roles=projects_.holders(tx, projects, on=on),
    )
