"""The clock asks: what is owed, now that something has happened?

Each chain of the ledger is worked out anew when it has grown: what the programme's duties, open cases,
conditions and benefits ask for is compared with what is kept, and what is new, changed, done or gone is
written down. Nobody reads what is owed without first bringing it up to date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

from engine.core import obligations as core
from engine.core.calendar import Policy, local_date
from engine.core.obligations import Obligation
from engine.core.programme import Programme
from engine.core.reminders import NO_RUNG, passed_at, planned
from engine.store import obligations, programmes, settings
from engine.store.faults import PLANNING
from engine.store.obligations import Stored
from engine.store.session import Connection, Database
from engine.use_cases.sweeping import Sweep
from engine.use_cases.what_is_owed import what_is_owed

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What has become of a chain's obligations since they were last worked out: those that are `new`, those
    that have `changed` (with what is kept of them), each with the rung it has passed and when it is looked
    at; and those `gone`, which nobody owes any more. `kept` is all there was.
    """

    kept: tuple[Stored, ...]
    new: Sequence[tuple[Obligation, int, datetime | None]]
    changed: Sequence[tuple[Stored, Obligation, int, datetime | None]]
    gone: tuple[Stored, ...]


def _plan(tx: Connection, programme: Programme, chain: str, *, now: datetime, ended_on: date | None) -> None:
    until = local_date(now) + core.AHEAD
    plan = plan_of(tx, programme, chain, until=until, now=now, ended_on=ended_on)
    obligations.add(tx, chain, plan.new, now=now)
    obligations.change(tx, plan.changed, now=now)
    obligations.void(tx, [was.id for was in plan.gone])


def plan_of(
    tx: Connection, programme: Programme, chain: str, *, until: date, now: datetime, ended_on: date | None
) -> Plan:
    """What a chain owes until a day, beside what is kept of it. Only reads."""
    wanted = what_is_owed(tx, programme, chain, until=until)
    if ended_on is not None:
        # What would have come again does not, once the programme has ended; what was owed then stays owed,
        # and so does what has been given another date since.
        wanted = (one for one in wanted if not _comes_after(one, ended_on))
    acted = core.with_acts(wanted, obligations.acts(tx, chain=chain))
    # What fell due before the programme was there at all was never asked of anybody.
    began = local_date(programmes.first_loaded(tx))
    followed = core.chased(acted, follow_from=max(programme.follow_from, began))
    return _compared(tx, programme, chain, list(followed), now=now)


def _comes_after(one: Obligation, ended_on: date) -> bool:
    return one.key.kind.startswith(core.DUTY) and one.due_on > ended_on


def _compared(
    tx: Connection, programme: Programme, chain: str, wanted: list[Obligation], *, now: datetime
) -> Plan:
    kept = obligations.of_chain(tx, chain)
    policy = programme.calendar.policy()
    unknown = [one for one in wanted if one.key not in kept]
    began = programmes.first_loaded(tx) if unknown else now
    new = [(one, *_start(programme, one, policy, one.since or began, now)) for one in unknown]
    changed = []
    for one in wanted:
        was = kept.get(one.key)
        onward = None if was is None else _onward(programme, was, one, policy, now)
        if was is not None and onward is not None and _differs(was, one, onward, now):
            changed.append((was, one, *onward))
    wanted_keys = {one.key for one in wanted}
    gone = tuple(was for key, was in kept.items() if key not in wanted_keys and was.status == "open")
    return Plan(kept=tuple(kept.values()), new=new, changed=changed, gone=gone)


def _differs(was: Stored, one: Obligation, onward: tuple[int, datetime | None], now: datetime) -> bool:
    """Whether what is kept is another thing than what is owed now, or is looked at on another day: a ladder
    or the calendar may have changed. One that is due this very moment is left to whoever reminds.
    """
    is_open = one.settled_at is None
    if was.obligation != one or was.status != ("open" if is_open else "settled"):
        return True
    return is_open and was.next_at != onward[1] and (was.next_at is None or was.next_at > now)


def _start(
    programme: Programme, one: Obligation, policy: Policy, since: datetime, now: datetime
) -> tuple[int, datetime | None]:
    """A rung from before it was owed was never anybody's; unless all are, for then it is late already."""
    ladder = programme.ladder(one.ladder)
    passed = passed_at(ladder, due_on=one.due_on, policy=policy, now=since)
    if passed == len(ladder) - 1:
        passed = NO_RUNG
    return passed, planned(ladder, due_on=one.due_on, policy=policy, passed=passed, now=now)


def _onward(
    programme: Programme, was: Stored, one: Obligation, policy: Policy, now: datetime
) -> tuple[int, datetime | None]:
    """How a ladder goes on after a change. Another date is somebody's word of that day: what it had passed
    then needs no reminder; what has come since, while nobody looked, does.
    """
    ladder = programme.ladder(one.ladder)
    if (was.obligation.due_on, was.obligation.ladder) != (one.due_on, one.ladder):
        moved = was.obligation.due_on != one.due_on and one.dated_at is not None
        said = one.dated_at if moved and one.dated_at is not None else now
        passed = passed_at(ladder, due_on=one.due_on, policy=policy, now=said)
    else:
        passed = was.passed
    return passed, planned(ladder, due_on=one.due_on, policy=policy, passed=passed, now=now)
