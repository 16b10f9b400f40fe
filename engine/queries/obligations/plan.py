"""What should be planned in one chain, beside what is: the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engine.core.obligations import owed as core
from engine.core.obligations.owed import Obligation
from engine.core.programme.calendar import Policy, local_date
from engine.core.programme.ladder import NO_RUNG, passed_at, planned
from engine.core.programme.model import Programme
from engine.queries.obligations.what_is_owed import what_is_owed
from engine.store import obligations, programmes
from engine.store.obligations import Stored
from engine.store.session import Connection


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
