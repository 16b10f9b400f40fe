"""Work something out on a snapshot while others write, and record it only if what it rests on has not moved.

A rule may take its time; the database's one writer may not. What is worked out rests on the project and on
the programme, whose chains tell whether anything about them has changed meanwhile.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final, TypeVar

from engine.core.record.events.event import PROGRAMME_CHAIN, project_chain
from engine.store.outages import NotNow
from engine.store.record.ledger import sizes
from engine.store.record.record import Moved
from engine.store.session import Connection, Database

TRIES: Final = 3
Expected = Mapping[str, int]
"""How long the chains were when something was worked out: what `record` is to expect."""

_Worked = TypeVar("_Worked")
_Done = TypeVar("_Done")


def on_snapshot(
    db: Database,
    *,
    key: str,
    read: Callable[[Connection], _Worked],
    write: Callable[[Connection, _Worked, Expected], _Done],
) -> _Done:
    """What `write` gives for what `read` has worked out about a project; both may be called again.

    `write` hands what it is told to expect on to `record`. Raises NotNow when others changed the project or
    the programme each time it was tried.
    """
    for _ in range(TRIES):
        with suppress(Moved):
            return _tried(db, key, read, write)
    raise NotNow("moved")


def _tried(
    db: Database,
    key: str,
    read: Callable[[Connection], _Worked],
    write: Callable[[Connection, _Worked, Expected], _Done],
) -> _Done:
    """One try; Moved when it came to nothing."""
    with db.reading() as tx:
        expected = sizes(tx, (project_chain(key), PROGRAMME_CHAIN))
        worked = read(tx)
    with db.writing() as tx:
        return write(tx, worked, expected)
