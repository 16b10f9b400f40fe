"""What if the database cannot do it now? How long anybody waits for it, what its drivers' errors mean, and
what is known to have become of what somebody sent.

Every wait ends: for one's turn, for another's lock, for a server that has gone silent. Whoever waits in a
line has one patience for the whole of it, not one for each place in the line.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal, TypeAlias

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

PATIENCE: Final = 8.0
"""Seconds anybody waits for a turn and a lock together."""
STATEMENT: Final = 30.0
"""Seconds the server works on one statement somebody waits for."""
LONG_STATEMENT: Final = 600.0
"""The same where nobody waits in front of a page: the ledger's proof reads all there is."""
IDLE_WRITER: Final = 15.0
"""Seconds a writer may hold its locks and say nothing: its machine is frozen, or cut off."""
IDLE_READER: Final = 600.0

Cause: TypeAlias = Literal["turn", "locked", "full", "away", "given_up", "moved"]

_SQLITE: Final[Mapping[int, Cause]] = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "away",
    sqlite3.SQLITE_CANTOPEN: "away",
}
_POSTGRESQL: Final[Mapping[str, Cause]] = {
    "40001": "locked",  # serialization failure
    "40P01": "locked",  # deadlock
    "55P03": "locked",  # lock_timeout
    "57014": "locked",  # statement_timeout
    "53100": "full",
    "25P03": "away",  # idle_in_transaction_session_timeout: it was we who stood still
}
_AWAY: Final = ("08", "28", "3D", "53", "57P", "58")
"""How the states of a server that cannot be reached, lets nobody in or is going down begin."""
_IDLE_TOO_LONG: Final = "25P03"


class NotNow(Exception):
    """The database could not do it now, and may another time: why, and in the driver's own words.

    Nothing of the transaction is stored; unless it is `in_doubt`, because the connection was lost while it
    was being committed.
    """

    def __init__(self, cause: Cause, words: str = "", *, in_doubt: bool = False) -> None:
        super().__init__(cause, words)
        self.cause = cause
        self.words = words
        self.in_doubt = in_doubt


NOBODYS: Final = (NotNow, MemoryError)
"""What is no item's fault where many are done: the database, or this process, cannot go on at all."""


class Errand:
    """One thing somebody waits for: how long it may wait, and whether anything of it may have been stored."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._until = time.monotonic() + patience
        self._guard = threading.Lock()
        self._kept = 0
        self._given_up = False

    @property
    def left(self) -> float:
        """Seconds of patience that are left."""
        return max(0.0, self._until - time.monotonic())

    @property
    def nothing_stored(self) -> bool:
        """Whether it is known that nothing has been stored, so far."""
        return self._kept == 0

    def begin_commit(self) -> None:
        """Something is about to be stored. Raises NotNow when nobody waits any more."""
        with self._guard:
            if self._given_up:
                raise NotNow("given_up")
            self._kept += 1

    def undone(self) -> None:
        """What was about to be stored is known not to be."""
        with self._guard:
            self._kept -= 1

    def give_up(self) -> None:
        """Wait no longer: what has not begun to be stored by now never is."""
        with self._guard:
            self._given_up = True


_ERRAND: Final[ContextVar[Errand | None]] = ContextVar("errand", default=None)


@contextmanager
def on_errand(errand: Errand) -> Iterator[None]:
    """Whatever the block asks of a database, in whichever thread, belongs to this errand."""
    token = _ERRAND.set(errand)
    try:
        yield
    finally:
        _ERRAND.reset(token)


def errand_under_way() -> Errand | None:
    """The errand this is part of; None for a command or the worker."""
    return _ERRAND.get()


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn the drivers' many errors of a database that cannot do it now into NotNow; others stay what they
    are.
    """
    try:
        yield
    except (DBAPIError, NoConnectionLeft) as error:
        cause = cause_of(error)
        if cause is None:
            raise
        raise NotNow(cause, words_of(error)) from error


def cause_of(error: DBAPIError | NoConnectionLeft) -> Cause | None:
    """Why the database could not do it now; None for a fault of another kind, which waiting does not mend."""
    if isinstance(error, NoConnectionLeft):
        return "turn"
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return None if code is None else _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return "away" if isinstance(error, OperationalError) or error.connection_invalidated else None
    return _POSTGRESQL.get(state) or ("away" if state.startswith(_AWAY) else None)


def words_of(error: Exception) -> str:
    """What went wrong in the driver's own words, one line; without the statement and its values."""
    words = str(getattr(error, "orig", None) or error).strip()
    return next(iter(words.splitlines()), type(error).__name__)


def is_undone(error: BaseException) -> bool:
    """Whether a commit that failed so is known to have stored nothing."""
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        # A log that could not be synced may be read back all the same after a power cut.
        return (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) != sqlite3.SQLITE_IOERR
    return not error.connection_invalidated or getattr(error.orig, "sqlstate", None) == _IDLE_TOO_LONG


def dialled(url: URL) -> dict[str, object]:
    """How a connection is made, so that a server that has gone silent is noticed: arguments of the driver.

    What the operator's address says itself stands. Nothing here is a start-up option of the server's, and no
    statement is prepared: a pool in front of it (pgbouncer in transaction mode) takes neither.
    """
    if url.get_backend_name() == "sqlite":
        return {"timeout": PATIENCE}
    wanted: dict[str, object] = {
        "connect_timeout": 4,
        "tcp_user_timeout": 5_000,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "prepare_threshold": None,
    }
    return {name: value for name, value in wanted.items() if name not in url.query}


def limits(*, lock: float, statement: float, idle: float) -> str:
    """What a transaction on PostgreSQL begins with, in seconds: for itself alone, and gone when it ends."""
    told = {"lock_timeout": lock, "statement_timeout": statement, "idle_in_transaction_session_timeout": idle}
    return "; ".join(f"SET LOCAL {name} = {max(1, int(seconds * 1000))}" for name, seconds in told.items())
