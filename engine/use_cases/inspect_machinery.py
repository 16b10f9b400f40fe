"""Is the machinery at work: does every part of it beat, do letters leave, and does any of them keep failing?

Numbers and names of parts, no words: `/healthz` gives them to a machine, `doctor` and a letter to people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from engine.store import outbox, settings
from engine.store.outbox import LEASE
from engine.store.session import Connection, Database

Part: TypeAlias = Literal["calendar", "reminding", "delivery", "housekeeping"]

LIMITS: Final[Mapping[Part, timedelta]] = {
    "calendar": timedelta(minutes=2),
    "reminding": timedelta(minutes=2),
    # A part may wait for a slow mail server for as long as a letter is leased to it.
    "delivery": LEASE,
    "housekeeping": timedelta(minutes=2),
}
"""A part that has not been heard from for so long is taken to have stopped."""
LATE: Final = timedelta(minutes=15)
"""A letter that has been due for so long is stuck."""
TRIES: Final = 4
"""A letter that has come back so many times, over more than twenty minutes, keeps failing."""

_NAMES: Final[Mapping[Part, str]] = {
    "calendar": "part:calendar",
    "reminding": "part:reminding",
    "delivery": "part:delivery",
    "housekeeping": "worker",
}
_OFTEN: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machinery:
    """Seconds since each part was heard from (None: never), seconds that the oldest waiting letter is late,
    and how many letters keep failing.
    """

    parts: Mapping[Part, int | None]
    late_seconds: int
    failing: int

    @property
    def silent(self) -> tuple[Part, ...]:
        """The parts that have stopped, or never began."""
        return tuple(
            part
            for part, seconds in self.parts.items()
            if seconds is None or seconds > LIMITS[part].total_seconds()
        )

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is wrong: parts that are silent, `queue` when letters are stuck in it, `letters` when any
        keeps failing.
        """
        stuck = ("queue",) if self.late_seconds > LATE.total_seconds() else ()
        return (*self.silent, *stuck, *(("letters",) if self.failing else ()))


def inspect_machinery(tx: Connection, *, now: datetime) -> Machinery:
    """The machinery as it stands."""
    due = outbox.next_due(tx)
    return Machinery(
        parts={part: _seconds(settings.last_beat(tx, name), now) for part, name in _NAMES.items()},
        late_seconds=0 if due is None else max(0, int((now - due).total_seconds())),
        failing=len(outbox.failing(tx, tries=TRIES)),
    )


def _seconds(last: datetime | None, now: datetime) -> int | None:
    return None if last is None else int((now - last).total_seconds())


def last_heard(tx: Connection, part: Part) -> datetime | None:
    """When a part was last heard from."""
    return settings.last_beat(tx, _NAMES[part])


def beat(db: Database, part: Part, *, now: datetime) -> None:
    """Note that a part has done its round, unless that was noted a moment ago: a note takes the writer."""
    with db.glancing() as tx:
        last = last_heard(tx, part)
    if last is None or not timedelta() <= now - last < _OFTEN:
        with db.writing() as tx:
            note_beat(tx, part, now=now)


def note_beat(tx: Connection, part: Part, *, now: datetime) -> None:
    """The same in the caller's transaction."""
    settings.beat(tx, _NAMES[part], now=now)


def beat_all(db: Database, *, now: datetime) -> None:
    """Every part has done its round: for a simulation, whose clock jumps over rounds that find nothing."""
    with db.writing() as tx:
        for part in _NAMES:
            note_beat(tx, part, now=now)
