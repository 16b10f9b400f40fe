"""How does one get a copy of the database to play with? The source is only read, and stays as it is.

A SQLite file is copied page by page with SQLite's own backup, which waits for nobody; from PostgreSQL every
table is read, in one transaction that sees one state, into a new SQLite file of the same schema.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, event, insert, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from engine.store import schema
from engine.store.tables.base import metadata

_BATCH: Final = 1_000


def copy_to_sqlite(url: str, target: Path) -> str:
    """Copy the database at a URL, of this program's own schema, to a new SQLite file; returns the copy's
    URL.

    Raises FileExistsError when something is there already.
    """
    if target.exists():
        raise FileExistsError(target)
    source, copy = make_url(url), f"sqlite:///{target}"
    if source.get_backend_name() == "sqlite":
        _back_up(Path(source.database or ""), target)
    else:
        schema.upgrade(copy)
        _copy_tables(source, make_url(copy))
    return copy


def _back_up(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=WAL")


def _copy_tables(source: URL, target: URL) -> None:
    reader = create_engine(source, poolclass=NullPool).execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    writer = _unguarded(target)
    with reader.connect() as reading, writer.begin() as writing:
        for table in metadata.sorted_tables:
            writing.execute(table.delete())
            rows = reading.execution_options(yield_per=_BATCH).execute(select(table))
            for batch in rows.mappings().partitions():
                writing.execute(insert(table), [dict(row) for row in batch])
        reading.rollback()
    reader.dispose()
    writer.dispose()


def _unguarded(target: URL) -> Engine:
    """Rows come table by table: what they refer to may come later."""
    engine = create_engine(target, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys=OFF")

    return engine
