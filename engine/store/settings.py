"""What does the database say of itself: is it a demo, and when did its machinery last move?"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.store.tables.base import metadata

_SETTING: Final = metadata.tables["setting"]
_HEARTBEAT: Final = metadata.tables["heartbeat"]

DEMO: Final = "demo"
"""The setting that marks a database as a demo's; `faseport demo` touches no other."""


def get(tx: Connection, name: str) -> str | None:
    """A setting's value, or None."""
    return tx.execute(select(_SETTING.c.value).where(_SETTING.c.name == name)).scalar_one_or_none()


def put(tx: Connection, name: str, value: str) -> None:
    """Give a setting a value."""
    statement = _dialect(tx).insert(_SETTING).values(name=name, value=value)
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def beat(tx: Connection, name: str, *, now: datetime) -> None:
    """Note that a part of the machinery has done its round."""
    statement = _dialect(tx).insert(_HEARTBEAT).values(name=name, at=now)
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": now}))


def last_beat(tx: Connection, name: str) -> datetime | None:
    """When it last did, or None."""
    return tx.execute(select(_HEARTBEAT.c.at).where(_HEARTBEAT.c.name == name)).scalar_one_or_none()


def _dialect(tx: Connection) -> Any:
    return postgresql if tx.dialect.name == "postgresql" else sqlite
