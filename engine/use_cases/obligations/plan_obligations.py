"""The clock asks: what is owed, now that something has happened?

Each chain of the ledger is worked out anew when it has grown: what the programme's duties, open cases,
conditions and benefits ask for is compared with what is kept, and what is new, changed, done or gone is
written down. Nobody reads what is owed without first bringing it up to date.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Final

from engine.core.obligations import owed as core
from engine.core.programme.calendar import local_date
from engine.core.programme.model import Programme
from engine.queries.obligations.plan import plan_of
from engine.store import obligations, programmes, settings
from engine.store.faults import PLANNING
from engine.store.session import Connection, Database
from engine.use_cases.sweeping import Sweep

BATCH: Final = 100
"""Chains worked out in one transaction."""


def plan_obligations(db: Database, *, now: datetime) -> int:
    """Work out what is owed in every chain that has grown, and once a month in all of them, a year ahead;
    returns how many chains. Most heartbeats find none, and then nobody waits for the writer.
    """
    with db.glancing() as tx:
        found_at_a_look = obligations.look(tx, now=now)
    todo = found_at_a_look.unplanned or is_new_month(found_at_a_look.ahead, now)
    done = 0
    while todo:
        found = _one_batch(db, now)
        done += found
        todo = found == BATCH
    return done


def _one_batch(db: Database, now: datetime) -> int:
    """Each batch is whole in itself, so that a large portfolio does not keep the writer from everybody."""
    with db.writing() as tx:
        if is_new_month(settings.last_beat(tx, obligations.LOOKED_AHEAD), now):
            obligations.unplan_all(tx)
            settings.beat(tx, obligations.LOOKED_AHEAD, now=now)
        return freshen(tx, now=now, most=BATCH)


def freshen(tx: Connection, *, now: datetime, most: int = 1_000_000) -> int:
    """The same for at most so many chains, in the caller's transaction; returns how many.

    Chains are locked before any obligation is: whoever plans and reminds at once waits in the same order.
    """
    sizes = obligations.unplanned(tx, most=most, now=now)
    _plan_each(tx, sizes, now=now)
    return len(sizes)


def freshen_chain(tx: Connection, chain: str, *, now: datetime) -> None:
    """The same for one chain, which the caller has locked, whether it has grown or not."""
    _plan_each(tx, {chain: obligations.hold(tx, chain)}, now=now)


def _plan_each(tx: Connection, sizes: Mapping[str, int], *, now: datetime) -> None:
    """One that cannot be worked out owes what it owed, and is not reminded of before it can."""
    programme = programmes.current(tx) if sizes else None
    done = list(sizes)
    if programme is not None:
        end = obligations.programme_end(tx)
        ended_on = None if end is None else end.ended_on
        sweep = Sweep(tx, PLANNING, now=now)
        done = [
            chain
            for chain, size in sizes.items()
            if sweep.alone(chain, partial(_plan, tx, programme, chain, now=now, ended_on=ended_on), size=size)
        ]
    obligations.mark_planned(tx, done)


def is_new_month(last: datetime | None, now: datetime) -> bool:
    """Whether everything is to be worked out for a year ahead again."""
    return last is None or local_date(last).replace(day=1) != local_date(now).replace(day=1)


def _plan(tx: Connection, programme: Programme, chain: str, *, now: datetime, ended_on: date | None) -> None:
    until = local_date(now) + core.AHEAD
    plan = plan_of(tx, programme, chain, until=until, now=now, ended_on=ended_on)
    obligations.add(tx, chain, plan.new, now=now)
    obligations.change(tx, plan.changed, now=now)
    obligations.void(tx, [was.id for was in plan.gone])
