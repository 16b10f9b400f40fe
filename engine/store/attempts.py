"""How often has a letter been tried, and how did each try end? A line is written when an end is known: a
claim without one was its worker's last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.tables.base import metadata

DIED: Final = "died"
"""The phase of a letter whose workers died before they began to hand it over."""
AGAIN: Final = "again"
"""No try, but that a lost letter was put back: its tries are counted anew from here."""
UNTRIED: Final = frozenset({"waiting", "changed", AGAIN})
"""The phases of a letter that was not tried: its batch had no time left, or it was to be worded anew."""
UNWORDED: Final = frozenset({"compose", "render"})
"""The phases of a letter that could not be worded: the fault is in our own data or words."""

_ATTEMPT: Final = metadata.tables["attempt"]
_OUTBOX: Final = metadata.tables["outbox"]
LAST_PHASE: Final = (
    select(_ATTEMPT.c.phase)
    .where(_ATTEMPT.c.letter == _OUTBOX.c.id)
    .order_by(_ATTEMPT.c.number.desc())
    .limit(1)
    .scalar_subquery()
)
"""How far the last try at an outbox row came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of the tries at a letter since it was last put back: the number of the last one that came
    to an end, when the first one did (None: none has), and how many were tries indeed.
    """

    last: int
    first: datetime | None
    tries: int


_NOTHING: Final = Told(last=0, first=None, tries=0)


def told(tx: Connection, letters: Sequence[str]) -> Mapping[str, Told]:
    """The same for each of these letters of which anything is known."""
    found: dict[str, Told] = {}
    if letters:
        ends = select(_ATTEMPT).where(_ATTEMPT.c.letter.in_(letters)).order_by(_ATTEMPT.c.number)
        for row in tx.execute(ends):
            was = _NOTHING if row.phase == AGAIN else found.get(row.letter, _NOTHING)
            first = None if row.phase == AGAIN else was.first or row.at
            found[row.letter] = Told(
                last=row.number, first=first, tries=was.tries + (row.phase not in UNTRIED)
            )
    return found


def was_in_doubt(tx: Connection, letter: str) -> bool:
    """Whether any try at a letter left it open if it had arrived."""
    doubted = select(_ATTEMPT.c.number).where(_ATTEMPT.c.letter == letter, _ATTEMPT.c.phase == "in_doubt")
    return tx.execute(doubted.limit(1)).first() is not None


def note(tx: Connection, *, letter: str, number: int, phase: str, reply: str, now: datetime) -> None:
    """Write down how a try ended; what has been written stays."""
    dialect: Any = postgresql if tx.dialect.name == "postgresql" else sqlite
    line = {"letter": letter, "number": number, "at": now, "phase": phase, "reply": reply[:500]}
    tx.execute(dialect.insert(_ATTEMPT).values(line).on_conflict_do_nothing())
