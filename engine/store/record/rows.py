"""What every kind of event needs to become rows: its stamp, and how a row is inserted or replaced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.tables.base import STATE_TABLES, metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Where and when an event stands in its chain, and under which digests its prose lies."""

    seq: int
    at: datetime
    refs: Mapping[str, str]


CHAIN: Final = metadata.tables["ledger_chain"]


INSERTS: Final = {name: insert(metadata.tables[name]) for name in STATE_TABLES}
"""How a row comes into each table of the state."""


def replace_row(tx: Connection, table: str, row: dict[str, Any], *, keys: Iterable[str]) -> None:
    """A row written over the one with the same keys."""
    dialect: Any = postgresql if tx.dialect.name == "postgresql" else sqlite
    changed = {name: value for name, value in row.items() if name not in keys}
    statement = dialect.insert(metadata.tables[table]).values(row)
    tx.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))
