"""How is something read that may be damaged? So that a damaged page, a missing table or a row that is no row
becomes a fault to be told, and the rest can still be read.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from engine.store.outages import cause_of


class Unreadable(Exception):
    """It is there, or should be, and cannot be read; args: why, in the driver's own words."""


UNREADABLE: Final = (
    Unreadable,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What reading something that is not as it was written can end in."""


@contextmanager
def reading(tx: Connection) -> Iterator[None]:
    """Read inside the block; what the database itself cannot read ends in Unreadable, and the transaction can
    be used on. A database that cannot answer just now ends it as always: that is no fault of what is stored.
    """
    savepoint = tx.begin_nested()
    try:
        yield
    except DBAPIError as error:
        if _passes(error):
            raise
        savepoint.rollback()
        raise Unreadable(str(error.orig)) from error
    except (SQLAlchemyError, *UNREADABLE) as error:
        savepoint.rollback()
        raise Unreadable(str(error)) from error
    else:
        savepoint.commit()


def _passes(error: DBAPIError) -> bool:
    cause = cause_of(error)
    # SQLite says of a bad sector what a server says when it has gone away; only the latter comes back.
    bad_sector = cause == "away" and isinstance(error.orig, sqlite3.Error)
    return cause is not None and not bad_sector
