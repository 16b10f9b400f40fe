"""What about deadlines is in disorder: whose owner cannot be reminded, and does what is stored say what the
plan says?

For `doctor`: nothing is changed.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from engine.core.obligations import owed as core
from engine.core.programme.calendar import local_date
from engine.queries.obligations.plan import plan_of
from engine.queries.people.responsible import directory
from engine.store import obligations, programmes
from engine.store.obligations import Stored
from engine.store.outages import NOBODYS
from engine.store.session import Connection, apart

SAMPLE: Final = 25
"""So many chains are worked out anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """An owner (a role, office, seat or person) without an address, in a project or in none; how much they
    owe; and whether anybody is told in their place.
    """

    owner: str
    project: str | None
    owes: int
    replaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """How many chains were worked out anew, the obligations kept otherwise than they should be, and the
    chains that cannot be worked out any more.
    """

    chains: int
    differing: tuple[Stored, ...]
    impossible: tuple[str, ...] = ()


def unreachable_owners(tx: Connection, *, now: datetime) -> tuple[Unreachable, ...]:
    """The owners of what is owed today who cannot be written to, those who owe the most first."""
    who = directory(tx, on=local_date(now))
    without: Counter[tuple[str, str | None, bool]] = Counter()
    for stored in obligations.list_obligations(tx):
        owner = stored.obligation.owner
        answers = who.find(owner, project=stored.project)
        if answers is None or answers.instead_of is not None:
            without[owner.id, stored.project, answers is not None] += 1
    return tuple(
        Unreachable(owner=owner, project=project, owes=owes, replaced=replaced)
        for (owner, project, replaced), owes in without.most_common()
    )


def sample_plans(tx: Connection, *, now: datetime, chance: Random) -> Sampled:
    """Some of the chains that need no planning, beside what planning them would give."""
    planned = obligations.chains(tx, planned=True)
    drawn = chance.sample(planned, min(SAMPLE, len(planned)))
    found = {chain: _by_itself(tx, chain, now) for chain in drawn}
    return Sampled(
        chains=len(drawn),
        differing=tuple(one for each in found.values() if each is not None for one in each),
        impossible=tuple(sorted(chain for chain, each in found.items() if each is None)),
    )


def _by_itself(tx: Connection, chain: str, now: datetime) -> list[Stored] | None:
    try:
        with apart(tx):
            return _differing(tx, chain, now)
    except NOBODYS:
        raise
    except Exception:
        return None


def _differing(tx: Connection, chain: str, now: datetime) -> list[Stored]:
    """What the plan would change: not what it adds, since every month looks a month further ahead."""
    programme, end = programmes.current(tx), obligations.programme_end(tx)
    if programme is None:
        return []
    until = local_date(now) + core.AHEAD
    plan = plan_of(tx, programme, chain, until=until, now=now, ended_on=None if end is None else end.ended_on)
    near = [one for one in plan.gone if one.obligation.due_on <= until]
    return [*(was for was, *_ in plan.changed), *near]
