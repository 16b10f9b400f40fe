"""Does the database answer at all, and what does the server say of itself?"""

from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from engine.store.outages import dialled, words_of


def silence_of(url: str) -> str:
    """Why the database cannot be read, in its driver's own words; empty when it answers. Nothing is created
    or changed.
    """
    parsed = make_url(url)
    question = "SELECT count(*) FROM sqlite_master" if parsed.get_backend_name() == "sqlite" else "SELECT 1"
    if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).exists():
        return ""
    engine = create_engine(url, poolclass=NullPool, connect_args=dialled(parsed))
    try:
        with engine.connect() as connection:
            connection.execute(text(question))
    except SQLAlchemyError as error:
        return words_of(error)
    finally:
        engine.dispose()
    return ""


def damage_of(url: str) -> str:
    """What is broken in the file itself, in SQLite's own words; empty when it is whole, is not there yet, or
    lies on a server, which looks after its own files.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or not Path(parsed.database).exists():
        return ""
    engine = create_engine(url, poolclass=NullPool, connect_args=dialled(parsed))
    try:
        with engine.connect() as connection:
            said = connection.execute(text("PRAGMA quick_check(3)")).scalars().all()
    except SQLAlchemyError as error:
        return words_of(error)
    finally:
        engine.dispose()
    return "" if said == ["ok"] else " ".join(str(one) for one in said)


def shown(url: str) -> str:
    """The address as it may be printed: without its password."""
    return make_url(url).render_as_string(hide_password=True)


def server_version(tx: Connection) -> str:
    """The server's name and version, as «SQLite 3.40.1»."""
    if tx.dialect.name == "sqlite":
        return f"SQLite {tx.execute(text('SELECT sqlite_version()')).scalar_one()}"
    return f"PostgreSQL {tx.execute(text('SHOW server_version')).scalar_one()}"
