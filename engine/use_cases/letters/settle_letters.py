"""How did the attempts to deliver end?"""

from collections.abc import Sequence
from datetime import datetime

from engine.store import outbox
from engine.store.outbox import Settlement
from engine.store.session import Database


def settle_letters(db: Database, *, settlements: Sequence[Settlement], worker: str, now: datetime) -> None:
    """Write down how attempts ended; a letter this worker no longer holds keeps its state."""
    if settlements:
        with db.writing() as tx:
            outbox.settle(tx, settlements, worker=worker, now=db.now(tx, given=now))
