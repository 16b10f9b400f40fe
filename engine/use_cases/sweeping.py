"""How does a sweep do item by item, so that one it cannot do stops none of the others?

Each item stands or falls by itself, in a savepoint. What fails is logged with its item, kept as a fault for
`doctor` and for programkontoret, and left alone for a while, longer each time. It is forgotten when it
succeeds, or is no longer there to be done. Where it is the database that cannot go on, the sweep ends.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from traceback import extract_tb
from typing import Final, TypeVar

from engine.store import faults
from engine.store.faults import Fault
from engine.store.outages import NOBODYS
from engine.store.session import Connection, Database, apart

FIRST_REST: Final = timedelta(minutes=1)
LONGEST_REST: Final = timedelta(minutes=15)
"""Short enough that what has been mended elsewhere is soon noticed."""

log: Final = logging.getLogger("faseport.sweep")

T = TypeVar("T")
R = TypeVar("R")


class Sweep:
    """One round of a sweep in a transaction, with what it could not do before."""

    def __init__(self, tx: Connection, name: str, *, now: datetime) -> None:
        self._tx, self._name, self._now = tx, name, now
        self._known = dict(faults.of_sweep(tx, name))

    def each(self, items: Iterable[T], do: Callable[[T], R], *, name: Callable[[T], str]) -> list[R]:
        """Do the same to every item that does not rest, each by itself; what was done, in order."""
        awake = [item for item in items if not self.rests(name(item))]
        return [done for item in awake for done in self.alone(name(item), partial(do, item))]

    def by_halves(
        self, items: Sequence[T], do: Callable[[Sequence[T]], R], *, name: Callable[[T], str]
    ) -> list[R]:
        """The same for what is faster done together: all at once, and in halves only where that fails."""
        return self._halved([item for item in items if not self.rests(name(item))], do, name)

    def alone(self, item: str, do: Callable[[], R], *, size: int | None = None) -> tuple[R, ...]:
        """Do something to one item by itself, whether it rests or not; nothing comes of one that fails.

        Raises NotNow where it is the database that cannot go on.
        """
        try:
            with apart(self._tx):
                done = do()
        except NOBODYS:
            raise
        except Exception as error:
            self._failed(item, error, size)
            return ()
        self._succeeded([item])
        return (done,)

    def rests(self, item: str) -> bool:
        """Whether an item has failed so lately that it is left alone."""
        return item in self._known and self._known[item].rests_until > self._now

    def leave(self, items: Collection[str]) -> None:
        """Forget what was wrong with any item but these: the others are not there to be done any more."""
        self._succeeded(self._known.keys() - set(items))

    def _halved(
        self, items: Sequence[T], do: Callable[[Sequence[T]], R], name: Callable[[T], str]
    ) -> list[R]:
        if len(items) < 2:
            return [done for item in items for done in self.alone(name(item), partial(do, [item]))]
        try:
            with apart(self._tx):
                done = do(items)
        except NOBODYS:
            raise
        except Exception:
            # Whose fault it is, the halves tell.
            half = len(items) // 2
            return [*self._halved(items[:half], do, name), *self._halved(items[half:], do, name)]
        self._succeeded(map(name, items))
        return [done]

    def _succeeded(self, items: Iterable[str]) -> None:
        healed = self._known.keys() & set(items)
        faults.forget(self._tx, self._name, healed)
        for item in healed:
            del self._known[item]

    def _failed(self, item: str, error: Exception, size: int | None) -> None:
        before = self._known.get(item)
        tries = 1 if before is None else before.tries + 1
        told = {"sweep": self._name, "item": item, "tries": tries}
        log.error("sweep passed over an item", exc_info=error, extra=told)
        self._known[item] = Fault(
            sweep=self._name,
            item=item,
            error=type(error).__name__,
            place=_place(error),
            since=self._now if before is None else before.since,
            seen_at=self._now,
            tries=tries,
            rests_until=self._now + rest_after(tries),
            size=size,
            told_at=None if before is None else before.told_at,
        )
        faults.keep(self._tx, self._known[item])


def worth_doing(
    tx: Connection,
    sweep: str,
    items: Iterable[T],
    wanted: Callable[[T], bool],
    *,
    name: Callable[[T], str],
    now: datetime,
) -> list[str]:
    """The names of the items that something is to be done to, looked at without writing.

    What has failed before and rested is among them, there or not, until it is done or found to be gone. So is
    one that cannot even be looked at: whoever writes then finds out what is wrong.
    """
    known = faults.of_sweep(tx, sweep)
    found = [item for item, fault in known.items() if fault.rests_until <= now]
    for item in items:
        if name(item) in known:
            continue
        try:
            with apart(tx):
                is_wanted = wanted(item)
        except NOBODYS:
            raise
        except Exception:
            is_wanted = True
        if is_wanted:
            found.append(name(item))
    return found


def apart_each(
    db: Database, sweep: str, items: Iterable[str], do: Callable[[Connection, str], R], *, now: datetime
) -> list[R]:
    """Do the same to every item, each in a transaction of its own; what was done, in order."""
    done: list[R] = []
    for item in items:
        with db.writing() as tx:
            done += Sweep(tx, sweep, now=now).alone(item, partial(do, tx, item))
    return done


def try_again(db: Database, *, now: datetime) -> None:
    """Let everything that rests after a fault be tried at once."""
    with db.glancing() as tx:
        resting = [fault for fault in faults.list_faults(tx) if fault.rests_until > now]
    if resting:
        with db.writing() as tx:
            faults.wake(tx, now=now)


def rest_after(tries: int) -> timedelta:
    """How long an item that has failed so many times in a row is left alone."""
    return min(LONGEST_REST, FIRST_REST * (1 << min(tries - 1, 10)))


_OURS: Final = Path(__file__).parents[2]


def _place(error: Exception) -> str:
    """Where in this program it went wrong: the innermost function of ours."""
    for frame in reversed(extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_OURS) and path.relative_to(_OURS).parts[0] in _ROOMS:
            return f"{path.stem}.{frame.name}:{frame.lineno}"
    return ""


_ROOMS: Final = frozenset({"engine", "language", "notifications", "documents", "web", "cli", "demo"})
