"""Letters are about to be handed over: are they still true, and is it known that they may have left?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.store import outbox
from engine.store.outbox import Claimed, Settlement
from engine.store.session import Database
from engine.use_cases.claim_letters import withdrawal
from engine.use_cases.plan_obligations import freshen


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The ids of the letters to hand over, and those that turned out to be untrue."""

    letters: tuple[str, ...]
    withdrawn: tuple[Settlement, ...]


def begin_delivery(db: Database, *, letters: Sequence[Claimed], worker: str, now: datetime) -> Begun:
    """Commit, just before the first DATA of a batch, that its letters may have been delivered.

    A crash from here on leaves them `in_doubt`. The world is looked at a last time: what has stopped being
    true since the claim is withdrawn, and what `worker` no longer holds is left to whoever does.
    """
    with db.writing() as tx:
        freshen(tx, now=now)
        ends = {letter.id: withdrawal(tx, letter, now=now) for letter in letters}
        withdrawn = tuple(end for end in ends.values() if end is not None)
        outbox.settle(tx, withdrawn, worker=worker, now=now)
        held = outbox.mark_in_doubt(tx, [id_ for id_, end in ends.items() if end is None], worker=worker)
    return Begun(letters=held, withdrawn=withdrawn)
