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

SKEW: Final = timedelta(seconds=30)
"""An instant on record that lies farther ahead than this was written by a clock that is wrong, or was; so far
may a machine's own clock be from the database's.
"""
ALARM: Final = timedelta(hours=1)
"""So long a clock that was set back is told of."""
UNREACHED: Final = frozenset({"connect", "starttls", "login"})
"""The phases in which it is the mail server that is missing, or our way in to it, whatever the letter."""

_CLOCK: Final = "clock"
"""When the clock was last seen to have been set back."""
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
    how many letters keep failing, and how many could not even be offered to the mail server; `clock_off` when
    the clock is, or lately was, behind what is on record; `ahead_seconds`: so far is this machine's own
    clock ahead of the database's.
    """

    parts: Mapping[Part, int | None]
    late_seconds: int
    failing: int
    unreached: int = 0
    clock_off: bool = False
    ahead_seconds: int = 0

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
        """What is wrong: `clock`, parts that are silent, `queue` when letters are stuck in it, `mail` when
        the server was not reached or did not let us in, `letters` when any keeps failing.
        """
        rest = {
            "queue": self.late_seconds > LATE.total_seconds(),
            "mail": self.unreached > 0,
            "letters": self.failing > 0,
        }
        clock = ("clock",) if self.clock_off or self.is_out_of_step else ()
        return (*clock, *self.silent, *(name for name, so in rest.items() if so))

    @property
    def is_out_of_step(self) -> bool:
        """Whether this machine's clock is too far from the database's."""
        return abs(self.ahead_seconds) > SKEW.total_seconds()


def inspect_machinery(tx: Connection, *, now: datetime, own: datetime | None = None) -> Machinery:
    """The machinery as it stands at `now`, where this machine's own clock says `own`, if that is another."""
    due = outbox.next_due(tx)
    return Machinery(
        parts={part: _seconds(last_heard(tx, part, now=now), now) for part in _NAMES},
        late_seconds=0 if due is None else max(0, int((now - due).total_seconds())),
        failing=len(outbox.failing(tx, tries=TRIES)),
        unreached=sum(one.reason in UNREACHED for one in outbox.failing(tx, tries=1)),
        clock_off=_clock_off(tx, now),
        ahead_seconds=0 if own is None else round((own - now).total_seconds()),
    )


def _seconds(last: datetime | None, now: datetime) -> int | None:
    return None if last is None else int((now - last).total_seconds())


def _clock_off(tx: Connection, now: datetime) -> bool:
    set_back = settings.last_beat(tx, _CLOCK)
    beats = (settings.last_beat(tx, name) for name in _NAMES.values())
    return (set_back is not None and now - set_back < ALARM) or any(
        last is not None and lies_ahead(last, now) for last in beats
    )


def lies_ahead(instant: datetime, now: datetime) -> bool:
    """Whether an instant on record lies in the future: then nobody knows how long ago it was."""
    return instant - now > SKEW


def last_heard(tx: Connection, part: Part, *, now: datetime) -> datetime | None:
    """When a part was last heard from. A beat that lies ahead says nothing of how long ago it was: the part
    has not been heard from since the clock was seen to be set back.
    """
    last = settings.last_beat(tx, _NAMES[part])
    if last is None or not lies_ahead(last, now):
        return last
    set_back = settings.last_beat(tx, _CLOCK)
    return last if set_back is None else min(last, set_back)


def beat(db: Database, part: Part, *, now: datetime) -> None:
    """Note that a part has done its round, unless that was noted a moment ago: a note takes the writer."""
    with db.glancing() as tx:
        now = db.now(tx, given=now)
        last = settings.last_beat(tx, _NAMES[part])
    if last is None or not timedelta() <= now - last < _OFTEN:
        with db.writing() as tx:
            note_beat(tx, part, now=now)


def note_beat(tx: Connection, part: Part, *, now: datetime) -> None:
    """The same in the caller's transaction; and whether the clock has been set back since."""
    last = settings.last_beat(tx, _NAMES[part])
    if last is not None and lies_ahead(last, now):
        settings.beat(tx, _CLOCK, now=now)
    settings.beat(tx, _NAMES[part], now=now)


def beat_all(db: Database, *, now: datetime) -> None:
    """Every part has done its round: for a simulation, whose clock jumps over rounds that find nothing."""
    with db.writing() as tx:
        for part in _NAMES:
            note_beat(tx, part, now=now)
