"""The clock asks: the machinery has done a round, so what can be forgotten, and what should be witnessed?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from engine.core.programme.calendar import local_date
from engine.core.record.events.event import PROGRAMME_CHAIN
from engine.core.record.events.ledger import HeadsWitnessed
from engine.store import links, settings
from engine.store.faults import HOUSEKEEPING
from engine.store.record import ledger
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.machinery.inspect_machinery import note_beat
from engine.use_cases.machinery.watch_machinery import watch_machinery
from engine.use_cases.sweeping import Sweep

R = TypeVar("R")

CHECKPOINT: Final = "checkpoint"
"""When the programme's chain last took note of the other chains' heads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a round of housekeeping did: visits that had ended, and heads now witnessed (0 on most rounds)."""

    visits_forgotten: int
    heads_witnessed: int


def keep_house(db: Database, *, now: datetime) -> Kept:
    """See to what has gone wrong, beat the heart, forget ended visits, and once a day let the programme's
    chain witness the head of every project's chain that has grown.

    A head stands in the checkpoint as `seq:hash`; `store.ledger` compares each of them with the chain as it
    stands, so that one cut short or rewritten later is found.
    """
    with db.writing() as tx:
        sweep = Sweep(tx, HOUSEKEEPING, now=now)
        # One's beat is noted after it has been looked at, and whatever came of that.
        _by_itself(sweep, "watch", partial(watch_machinery, tx, now=now))
        note_beat(tx, "housekeeping", now=now)
        forgotten = _by_itself(sweep, "visits", partial(links.forget_visits, tx, before=now))
        witnessed = _by_itself(sweep, "witness", partial(_witness, tx, now))
        return Kept(visits_forgotten=sum(forgotten), heads_witnessed=sum(witnessed))


def _by_itself(sweep: Sweep, duty: str, do: Callable[[], R]) -> tuple[R, ...]:
    return () if sweep.rests(duty) else sweep.alone(duty, do)


def _witness(tx: Connection, now: datetime) -> int:
    last = settings.last_beat(tx, CHECKPOINT)
    if last is not None and local_date(last) == local_date(now):
        return 0
    settings.beat(tx, CHECKPOINT, now=now)
    seen = {head.chain: head for head in ledger.witnessed(tx)[0]}
    heads = {
        name: f"{head.seq}:{head.hash}"
        for name, head in ledger.heads(tx).items()
        if name != PROGRAMME_CHAIN and head != seen.get(name)
    }
    if heads:
        record(tx, [HeadsWitnessed(heads=heads)], now=now)
    return len(heads)
