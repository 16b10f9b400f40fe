"""Letters are about to be handed over: are they still true, and is it known that they may have left?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from engine.store import outbox
from engine.store.outbox import Claimed, Settlement
from engine.store.session import Connection, Database
from engine.use_cases.letters.claim_letters import by_itself, has_changed, withdrawal
from engine.use_cases.obligations.plan_obligations import freshen


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The ids of the letters to hand over, those that turned out to be untrue or impossible, and how many
    say something that is no longer owed and are worded anew.
    """

    letters: tuple[str, ...]
    withdrawn: tuple[Settlement, ...]
    anew: int = 0


def begin_delivery(
    db: Database,
    *,
    letters: Sequence[Claimed],
    worker: str,
    now: datetime,
    lease: timedelta = outbox.LEASE,
) -> Begun:
    """Commit, just before the DATA of each of these letters, that it may have been delivered.

    A crash from here on leaves them `in_doubt`. The world is looked at a last time: what has stopped being
    true since the claim is withdrawn, and what `worker` no longer holds is left to whoever does.
    """
    with db.writing() as tx:
        now = db.now(tx, given=now)
        freshen(tx, now=now)
        judged = {letter.id: by_itself(tx, letter, partial(_judged, tx, now=now)) for letter in letters}
        ends = [end for end in judged.values() if end is not None]
        outbox.settle(tx, ends, worker=worker, now=now)
        held = outbox.mark_in_doubt(
            tx,
            [letter.id for letter in letters if judged[letter.id] is None],
            worker=worker,
            until=now + lease,
        )
    anew = [end for end in ends if end.state == "retry"]
    return Begun(letters=held, withdrawn=tuple(end for end in ends if end not in anew), anew=len(anew))


def _judged(tx: Connection, letter: Claimed, *, now: datetime) -> Settlement | None:
    """What becomes of a letter that is not to leave after all."""
    if (untrue := withdrawal(tx, letter, now=now)) is not None:
        return untrue
    # A day's reminders of which one has been done meanwhile go back, and are claimed again without it.
    return _worded_anew(letter, now) if has_changed(tx, letter) else None


def _worded_anew(letter: Claimed, now: datetime) -> Settlement:
    return Settlement(
        letter=letter.id,
        attempt=letter.attempts,
        state="retry",
        phase="changed",
        reply="settled_meanwhile",
        retry_at=now,
    )
