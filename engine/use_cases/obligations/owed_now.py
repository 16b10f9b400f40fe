"""Somebody acts on something owed: which one is it, who are they, and may they?"""

from dataclasses import dataclass
from datetime import date, datetime

from engine.core.programme.calendar import local_date
from engine.core.refusal import NotAllowed, Reason, unknown
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities, person_named
from engine.queries.people.responsible import Directory, directory
from engine.store import obligations
from engine.store.obligations import Stored
from engine.store.session import Connection
from engine.use_cases.obligations.plan_obligations import freshen_chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An obligation as it stands now, its chain locked; `person` is the id of whoever acts on it."""

    stored: Stored
    person: str
    who: Directory

    @property
    def standing(self) -> tuple[Reason, ...]:
        """Why nothing more can be done about it."""
        code = {"settled": "obligation_settled", "void": "obligation_gone"}.get(self.stored.status)
        return () if code is None else (Reason(code=code, data={}),)

    @property
    def is_theirs(self) -> bool:
        """Whether whoever acts answers for it, or is away from what another answers for meanwhile."""
        found = self.who.find(self.stored.obligation.owner, project=self.stored.project)
        return found is not None and self.person in (found.person, found.stands_in_for)


def owed_now(tx: Connection, obligation: str, *, by: str, now: datetime) -> Owed:
    """The obligation with this id, brought up to date, for somebody who will act on it. Raises Unknown for it
    and for the person.
    """
    person = person_named(tx, by)
    found = obligations.by_id(tx, obligation)
    if found is None:
        raise unknown("obligation", obligation, [])
    obligations.hold(tx, found.chain)
    freshen_chain(tx, found.chain, now=now)
    current = obligations.by_id(tx, obligation, lock=True)
    assert current is not None, "an obligation is never removed"
    return Owed(stored=current, person=person.id, who=directory(tx, on=local_date(now)))


def may_follow_up(tx: Connection, who: Directory, person: str, *, on: date) -> bool:
    """Whether somebody follows up deadlines for all: programkontoret, and after the programme its heir."""
    if who.has_ended:
        return who.office(PROGRAMME_OFFICE) == person
    return PROGRAMME_OFFICE in capacities(tx, person, project="", on=on)


def require_follow_up(tx: Connection, owed: Owed) -> None:
    """Raises NotAllowed for anybody who does not follow up deadlines."""
    if not may_follow_up(tx, owed.who, owed.person, on=owed.who.on):
        raise NotAllowed("may_not_follow_up")
