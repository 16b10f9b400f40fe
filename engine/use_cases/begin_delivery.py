"""Letters are about to be handed over: are they still true, and is it known that they may have left?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.store import outbox
from engine.store.outbox import Claimed, Settlement
from engine.store.session import Database
from engine.use_cases.claim_letters import has_changed, withdrawal
from engine.use_cases.plan_obligations import freshen


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The ids of the letters to hand over, those that turned out to be untrue, and how many say something
    that is no longer owed and are worded anew.
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
        ends = {letter.id: withdrawal(tx, letter, now=now) for letter in letters}
        withdrawn = tuple(end for end in ends.values() if end is not None)
        true = [letter for letter in letters if ends[letter.id] is None]
        # A day's reminders of which one has been done meanwhile go back, and are claimed again without it.
        anew = [_worded_anew(letter, now) for letter in true if has_changed(tx, letter)]
        outbox.settle(tx, (*withdrawn, *anew), worker=worker, now=now)
        back = {one.letter for one in anew}
        held = outbox.mark_in_doubt(
            tx,
            [letter.id for letter in true if letter.id not in back],
            worker=worker,
            until=now + lease,
        )
    return Begun(letters=held, withdrawn=withdrawn, anew=len(anew))


def _worded_anew(letter: Claimed, now: datetime) -> Settlement:
    return Settlement(
        letter=letter.id,
        attempt=letter.attempts,
        state="retry",
        phase="changed",
        reply="settled_meanwhile",
        retry_at=now,
    )
