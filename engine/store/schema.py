"""Is the database's schema the one this program knows, and how does it become so?

Migrations run on an engine of their own. On SQLite foreign keys must be off while tables are rebuilt
(dropping the old table with them on deletes its children's rows without a word), and that pragma can only
change outside a transaction; so the ordinary engine is of no use here. All pending revisions are one
transaction; before it commits, no table may have lost a row, every foreign key must hold, and the ledger's
guards must stand.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    column,
    create_engine,
    event,
    func,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from engine.store import guards
from engine.store.likeness import AS_KNOWN, Unlike, unlike
from engine.store.outages import LONG_STATEMENT, PATIENCE, dialled, limits, told_plainly

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_REVISION: Final = table("alembic_version", column("version_num"))

Standing = Literal["absent", "current", "older", "different", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    """Where a database's schema stands: absent, current, older than this program, from another program, or of
    this program's revision by its name and not by what is there (`unlike`).
    """

    standing: Standing
    found: str | None
    wanted: str
    unlike: Unlike = AS_KNOWN


class MigrationError(Exception):
    """A migration would have lost something, or ended in another schema than the program's, and was undone;
    args: what is wrong, and what was found.
    """


def state_of(url: str, *, migrations: Path = MIGRATIONS, by_name: bool = False) -> SchemaState:
    """Compare a database with this program; it is not touched, and a missing file is not created. `by_name`
    believes the revision's name, for what must be able to read a database that is not as it should be.
    """
    known = revisions(migrations)
    wanted = known[-1]
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).exists():
        return SchemaState(standing="absent", found=None, wanted=wanted)
    engine = create_engine(url, poolclass=NullPool, connect_args=dialled(parsed))
    with told_plainly(), engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        found = None
        if _REVISION.name in tables:
            found = connection.execute(select(_REVISION.c.version_num)).scalar()
        looked = found == wanted and migrations == MIGRATIONS and not by_name
        seen = unlike(connection) if looked else AS_KNOWN
    if found is None:
        # Tables without a revision are somebody else's: ours are never built into them.
        standing: Standing = "unknown" if tables else "absent"
        return SchemaState(standing=standing, found=None, wanted=wanted)
    if found == wanted:
        standing = "current" if seen == AS_KNOWN else "different"
        return SchemaState(standing=standing, found=found, wanted=wanted, unlike=seen)
    return SchemaState(standing="older" if found in known else "unknown", found=found, wanted=wanted)


def revisions(migrations: Path = MIGRATIONS) -> tuple[str, ...]:
    """The revisions this program knows, oldest first: each file of them is named by its own.

    Read from their text, since Alembic takes half a second to import and every command asks. Each says which
    one it follows: they are numbered as they were begun, and stand in the order in which they were finished.
    """
    texts = [file.read_text("utf-8") for file in (migrations / "versions").glob("[0-9]*_*.py")]
    next_of = {_named(_FOLLOWS, text): _named(_REVISES, text) for text in texts}
    chain: list[str] = []
    while (following := next_of.get(chain[-1] if chain else "")) is not None:
        chain.append(following)
    return tuple(chain)


_REVISES: Final = re.compile(r'^revision = ["\x27](\w+)', re.MULTILINE)
_FOLLOWS: Final = re.compile(r'^down_revision = ["\x27](\w+)', re.MULTILINE)


def _named(wanted: re.Pattern[str], text: str) -> str:
    found = wanted.search(text)
    return "" if found is None else found[1]


def upgrade(
    url: str, *, to: str = "head", keep_foreign_keys: bool = False, migrations: Path = MIGRATIONS
) -> None:
    """Create the schema or bring it up to a revision, in one transaction that is undone if anything is
    lost.

    `keep_foreign_keys` leaves SQLite's foreign keys on: the way that loses rows, kept so that a test can
    show it; `migrations` is the folder the revisions lie in. Raises MigrationError when rows, keys or guards
    would not survive, and when the outcome is not
    the schema this program knows.
    """
    from alembic import command
    from alembic.config import Config

    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    with _migrating(url, keep_foreign_keys=keep_foreign_keys) as connection:
        before = _row_counts(connection)
        config = Config()
        config.set_main_option("script_location", str(migrations).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        _check(connection, before)
        if to == "head" and migrations == MIGRATIONS:
            seen = unlike(connection)
            if seen != AS_KNOWN:
                raise MigrationError("the schema differs", seen)


def clear(url: str) -> None:
    """Remove every table, and all that is in them. Only for a database whose caller has made sure that it
    is a demo's.
    """
    with _migrating(url, keep_foreign_keys=False) as connection:
        found = MetaData()
        found.reflect(connection)
        found.drop_all(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP FUNCTION IF EXISTS ledger_leaf_refuse()"))


@contextmanager
def _migrating(url: str, *, keep_foreign_keys: bool) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool, connect_args=dialled(make_url(url)))
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, keep_foreign_keys=keep_foreign_keys)
    with told_plainly(), engine.connect() as connection, connection.begin():
        if engine.dialect.name != "sqlite":
            # Whoever is still at work must be stopped first; a table that is built anew takes its time.
            told = limits(lock=PATIENCE, statement=LONG_STATEMENT, idle=LONG_STATEMENT)
            connection.exec_driver_sql(told)
        yield connection
    engine.dispose()


def _prepare_sqlite(engine: Engine, *, keep_foreign_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA foreign_keys={'ON' if keep_foreign_keys else 'OFF'}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _row_counts(connection: Connection) -> dict[str, int]:
    tables = (name for name in inspect(connection).get_table_names() if name != "alembic_version")
    return {
        name: int(connection.execute(select(func.count()).select_from(table(name))).scalar_one())
        for name in tables
    }


def _check(connection: Connection, before: dict[str, int]) -> None:
    after = _row_counts(connection)
    lost = {name: (rows, after.get(name)) for name, rows in before.items() if after.get(name, rows) < rows}
    if lost:
        raise MigrationError("rows lost", lost)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise MigrationError("foreign keys broken", [tuple(row) for row in broken])
    fallen = guards.fallen(connection)
    if fallen:
        raise MigrationError("the ledger's guards are gone", list(fallen))
