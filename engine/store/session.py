"""How does one read, and how does one write? Two doors to the database, and the only `commit`.

`reading()` sees one consistent state and cannot write; `glancing()` is the same for a single question.
`writing()` is one durable transaction: on SQLite a BEGIN IMMEDIATE behind an in-process queue that serves
first come, first served (racing in SQLite's busy handler starves some writers for seconds); on PostgreSQL a
plain transaction, whose use cases lock the rows they decide on.

Nobody waits without end at either door: `engine.store.outages` says for how long, and what is told then.
"""

import secrets
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection as Connection  # an open transaction, for those who may not know SQL
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool, StaticPool

from engine.store.outages import (
    IDLE_READER,
    IDLE_WRITER,
    LONG_STATEMENT,
    PATIENCE,
    STATEMENT,
    Errand,
    NotNow,
    dialled,
    errand_under_way,
    is_undone,
    limits,
    told_plainly,
    words_of,
)

BUSY_MS: Final = int(PATIENCE * 1000)
_SAFE_PRAGMAS: Final = {
    "journal_mode": "wal",
    "synchronous": "2",
    "foreign_keys": "1",
    "busy_timeout": str(BUSY_MS),
    "trusted_schema": "0",
    "secure_delete": "1",
}
_UNSAFE_SERVER: Final = ("fsync", "synchronous_commit", "full_page_writes")


class UnsafeDatabaseError(Exception):
    """The database does not keep what it acknowledges; args: setting, value found."""


class Turns:
    """A first-come queue: whoever asked first is let in first."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._holder: int | None = None

    @contextmanager
    def one_at_a_time(self, patience: float = PATIENCE) -> Iterator[None]:
        """Wait for one's turn, and pass it on afterwards.

        Raises NotNow when it has not come after `patience` seconds, and RuntimeError for a thread that has
        its turn already: it would wait for itself.
        """
        self._take_turn(patience)
        try:
            yield
        finally:
            self._pass_on()

    def _take_turn(self, patience: float) -> None:
        me = threading.get_ident()
        with self._guard:
            if self._holder == me:
                raise RuntimeError("a transaction was begun inside a transaction")
            if self._holder is None:
                self._holder = me
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            if not turn.acquire(timeout=patience):
                raise NotNow("turn")
        except BaseException:
            # Interrupted, or waited for long enough. A turn nobody takes would stop everybody behind it.
            with self._guard:
                came = turn not in self._waiting
                if not came:
                    self._waiting.remove(turn)
            if came:
                self._pass_on()
            raise
        self._holder = me

    def _pass_on(self) -> None:
        with self._guard:
            # Passed on and not yet taken: no thread's, but not free either.
            self._holder = _PASSED_ON if self._waiting else None
            if self._waiting:
                self._waiting.popleft().release()


_PASSED_ON: Final = -1


class NoQueue:
    """PostgreSQL queues for itself, row by row."""

    @contextmanager
    def one_at_a_time(self, _patience: float = PATIENCE) -> Iterator[None]:
        """Everybody at once."""
        yield


class Database:
    """An opened database of either kind.

    `server_clock` makes several machines share one clock: the server's, where there is one.
    Raises UnsafeDatabaseError when its settings would let it lose acknowledged work. It does not create,
    migrate or check the schema: that is `engine.store.schema`.
    """

    def __init__(self, url: str, *, server_clock: bool = False) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._asks_server = server_clock and not self.is_sqlite
        self._queue: Turns | NoQueue
        self._glances: deque[Connection] = deque()
        if self.is_sqlite:
            self._writer = _sqlite_engine(self.url, begin="BEGIN IMMEDIATE", pool_size=1)
            self._reader = _sqlite_engine(self.url, begin="BEGIN", pool_size=40, query_only=True)
            self._glancer = _sqlite_engine(self.url, begin=None, pool_size=4, query_only=True)
            self._queue = Turns()
        else:
            self._writer = _postgresql_engine(self.url)
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._glancer = self._reader
            self._queue = NoQueue()
        try:
            with told_plainly():
                self._check_safety()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view; whatever tries to write through it fails. Raises NotNow."""
        with told_plainly(), self._reader.connect() as connection:
            waited_for = errand_under_way() is not None
            statement = STATEMENT if waited_for else LONG_STATEMENT
            self._limit(connection, lock=PATIENCE, statement=statement, idle=IDLE_READER)
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """For one small question that is asked all day and mostly answered with no: no transaction is begun
        for it on SQLite, and a second question may see another state. Raises NotNow.
        """
        if not self.is_sqlite:
            # Outside a transaction nothing would end a wait there.
            with self.reading() as connection:
                yield connection
            return
        # Kept open: taking one from the pool and giving it back costs more than the question.
        with told_plainly():
            connection = self._glance()
        try:
            with told_plainly():
                yield connection
        except BaseException:
            connection.close()
            raise
        self._glances.append(connection)

    def _glance(self) -> Connection:
        try:
            return self._glances.pop()
        except IndexError:
            return self._glancer.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is durable when the block ends, or none of it when the block raises.

        Raises NotNow, which says so, in the one case where nobody knows.
        """
        errand = errand_under_way() or Errand()
        with (
            told_plainly(),
            self._queue.one_at_a_time(errand.left),
            self._writer.connect() as connection,
        ):
            self._limit(connection, lock=errand.left, statement=STATEMENT, idle=IDLE_WRITER)
            try:
                yield connection
                _commit(connection, errand)
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def rehearsing(self) -> Iterator["Database"]:
        """See what would come of it: whatever is written through the database that is given here can be read
        through it, and is undone when the block ends. Nothing is committed. Raises NotNow.
        """
        errand = errand_under_way() or Errand()
        with (
            told_plainly(),
            self._queue.one_at_a_time(errand.left),
            self._writer.connect() as connection,
        ):
            self._limit(connection, lock=errand.left, statement=STATEMENT, idle=IDLE_WRITER)
            try:
                yield _Rehearsal(self, connection)
            finally:
                connection.rollback()

    def now(self, tx: Connection, *, given: datetime) -> datetime:
        """The instant by which leases, deadlines and signs of life are judged, so that no two machines with
        different clocks judge differently: the server's own, or `given` (this machine's) where the file lies
        on this machine, and in demo, tests and simulations, whose clock is nobody else's.
        """
        if not self._asks_server:
            return given
        told: datetime = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
        return told.astimezone(UTC)

    def _limit(self, connection: Connection, *, lock: float, statement: float, idle: float) -> None:
        """How long the connection's next transaction waits, in seconds."""
        if self.is_sqlite:
            raw: Any = connection.connection.driver_connection
            raw.execute(f"PRAGMA busy_timeout={int(lock * 1000)}")
            return
        connection.execution_options(**{_LIMITS: limits(lock=lock, statement=statement, idle=idle)})

    def close(self) -> None:
        """Give all connections back."""
        while self._glances:
            self._glances.pop().close()
        for engine in (self._glancer, self._reader, self._writer):
            engine.dispose()

    def _check_safety(self) -> None:
        if self.is_sqlite:
            with self._writer.connect() as connection:
                # Asked of the driver, outside a transaction: a writer's would wait for whoever writes now.
                raw: Any = connection.connection.driver_connection
                for pragma, wanted in _SAFE_PRAGMAS.items():
                    found = str(raw.execute(f"PRAGMA {pragma}").fetchone()[0]).lower()
                    if found != wanted:
                        raise UnsafeDatabaseError(pragma, found)
            return
        with self._writer.connect() as connection:
            for setting in _UNSAFE_SERVER:
                found = str(connection.execute(text(f"SHOW {setting}")).scalar())
                if found == "off":
                    raise UnsafeDatabaseError(setting, found)


class _Rehearsal(Database):
    """One transaction that is never committed, for whoever takes a database; it has no end of its own."""

    def __init__(self, real: Database, connection: Connection) -> None:
        self.url, self.is_sqlite = real.url, real.is_sqlite
        self._asks_server = real._asks_server
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """What has been written so far, too."""
        yield self._connection

    glancing = reading

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Written until the rehearsal ends."""
        with self._connection.begin_nested():
            yield self._connection

    def close(self) -> None:
        """Whoever rehearses ends it."""


def _commit(connection: Connection, errand: Errand) -> None:
    errand.begin_commit()
    try:
        connection.commit()
    except BaseException as error:
        if is_undone(error):
            errand.undone()
            raise
        if isinstance(error, DBAPIError):
            raise NotNow("away", words_of(error), in_doubt=True) from error
        raise


_LIMITS: Final = "limits"


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_size=20,
        max_overflow=20,
        pool_pre_ping=True,
        pool_timeout=PATIENCE,
        connect_args=dialled(url),
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        told = connection.get_execution_options().get(_LIMITS)
        if told is not None:
            connection.exec_driver_sql(told)

    return engine


@contextmanager
def apart(tx: Connection) -> Iterator[None]:
    """What is done in the block is undone by itself when the block raises: the transaction goes on as if it
    had never been begun. Raises NotNow where it is the database that cannot go on.
    """
    with told_plainly(), tx.begin_nested():
        yield


def _sqlite_engine(url: URL, *, begin: str | None, pool_size: int, query_only: bool = False) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"check_same_thread": False},
    )
    _take_over_transactions(engine, begin)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma, value in _SAFE_PRAGMAS.items():
            connection.execute(f"PRAGMA {pragma}={value}")
        if query_only:
            connection.execute("PRAGMA query_only=1")

    return engine


def _take_over_transactions(engine: Engine, begin: str | None) -> None:
    # The driver's own habit is to BEGIN only before a write, which lets two readers decide on the same state.
    @event.listens_for(engine, "connect")
    def _autocommit(connection: Any, _record: object) -> None:
        connection.isolation_level = None

    if begin is None:
        return

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def new_id() -> str:
    """A random id of 16 hexadecimal digits, for a row that is its own."""
    return secrets.token_hex(8)


def scratch_engine() -> Engine:
    """An empty SQLite in memory, for replaying the ledger beside the real database."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    _take_over_transactions(engine, "BEGIN")
    return engine
