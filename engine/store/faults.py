"""What could a sweep not do, since when, and who has been told?

One row for each item, while it lasts. It holds the error's class and the place in the program, never its
words: those may name people, and stand in the log alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.tables.base import metadata

PLANNING: Final = "planning"
REMINDING: Final = "reminding"
MEETINGS: Final = "meetings"
CARRYING: Final = "carrying"
CALLING: Final = "calling"
ROLLS: Final = "rolls"
CLOSING: Final = "closing"
UNDECIDABLE: Final = "undecidable"
REWORDING: Final = "rewording"
HOUSEKEEPING: Final = "housekeeping"
SWEEPS: Final = (
    PLANNING,
    REMINDING,
    MEETINGS,
    CARRYING,
    CALLING,
    ROLLS,
    CLOSING,
    UNDECIDABLE,
    REWORDING,
    HOUSEKEEPING,
)
"""Everything that the clock does for many at once, by the name its faults are kept under."""

OF_CASES: Final = frozenset({CARRYING, ROLLS, CLOSING, UNDECIDABLE})
"""Those whose items are cases."""

_FAULT: Final = metadata.tables["fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An item that a sweep could not do: what went wrong where, how often it was tried, and until when it is
    left alone. `size` is a chain's number of leaves when it was tried: one that has grown is tried at once.
    """

    sweep: str
    item: str
    error: str
    place: str
    since: datetime
    seen_at: datetime
    tries: int
    rests_until: datetime
    size: int | None = None
    told_at: datetime | None = None


_OF_SWEEP: Final = select(_FAULT).where(_FAULT.c.sweep == bindparam("of"))


def of_sweep(tx: Connection, sweep: str) -> Mapping[str, Fault]:
    """What a sweep could not do, by item."""
    return {row.item: _fault(row) for row in tx.execute(_OF_SWEEP, {"of": sweep})}


def list_faults(tx: Connection) -> tuple[Fault, ...]:
    """Everything no sweep could do, oldest first."""
    wanted = select(_FAULT).order_by(_FAULT.c.since, _FAULT.c.sweep, _FAULT.c.item)
    return tuple(map(_fault, tx.execute(wanted)))


def keep(tx: Connection, fault: Fault) -> None:
    """Write down what an item has come to; when it began and who has been told stay as they were."""
    dialect: Any = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_FAULT).values(asdict(fault))
    now_so = {name: getattr(statement.excluded, name) for name in _MOVING}
    tx.execute(statement.on_conflict_do_update(index_elements=["sweep", "item"], set_=now_so))


_MOVING: Final = ("error", "place", "seen_at", "tries", "rests_until", "size")


def forget(tx: Connection, sweep: str, items: Iterable[str]) -> None:
    """These have succeeded, or are gone."""
    named = sorted(items)
    if named:
        tx.execute(delete(_FAULT).where(_FAULT.c.sweep == sweep, _FAULT.c.item.in_(named)))


def wake(tx: Connection, *, now: datetime) -> None:
    """Let everything be tried again at once."""
    tx.execute(update(_FAULT).where(_FAULT.c.rests_until > now).values(rests_until=now))


def tell(tx: Connection, told: Sequence[Fault], *, now: datetime) -> None:
    """A letter is called for that tells of these."""
    for one in told:
        same = (_FAULT.c.sweep == one.sweep) & (_FAULT.c.item == one.item)
        tx.execute(update(_FAULT).where(same).values(told_at=now))


def rested(sweep: str, now: Any) -> ColumnElement[bool]:
    """Whether any item of a sweep has rested for long enough, as part of a larger question."""
    return exists(select(_FAULT.c.item).where(_FAULT.c.sweep == sweep, _FAULT.c.rests_until <= now))


def resting(
    sweep: str, item: ColumnElement[str], size: ColumnElement[int] | None, now: Any
) -> ColumnElement[bool]:
    """Whether a row's item is left alone for now, as part of a larger question; where a size is asked about,
    only while it is the same.
    """
    same = (_FAULT.c.sweep == sweep) & (_FAULT.c.item == item)
    if size is not None:
        same &= _FAULT.c.size == size
    return exists(select(_FAULT.c.item).where(same, _FAULT.c.rests_until > now))


def _fault(row: Any) -> Fault:
    return Fault(**row._mapping)
