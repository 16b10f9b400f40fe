"""Which programme file is in force?"""

from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection, func, select

from engine.core.programme.checks import parse_programme
from engine.core.programme.model import Programme
from engine.store.tables.base import metadata

_PROGRAMME: Final = metadata.tables["programme"]
_PROSE: Final = metadata.tables["prose"]


def current(tx: Connection) -> Programme | None:
    """The newest programme, or None in a database that has none yet."""
    text = current_text(tx)
    return None if text is None else _parsed(text)


def first_loaded(tx: Connection) -> datetime:
    """When a programme was first in force. Raises NoResultFound in a database that has none."""
    first: datetime = tx.execute(select(func.min(_PROGRAMME.c.loaded_at))).scalar_one()
    return first


def known_at(tx: Connection, instant: datetime) -> Programme | None:
    """The programme as it was known at an instant, or None where there was none yet."""
    text = tx.execute(
        select(_PROSE.c.text)
        .join(_PROGRAMME, _PROSE.c.digest == _PROGRAMME.c.text_ref)
        .where(_PROGRAMME.c.loaded_at <= instant)
        .order_by(_PROGRAMME.c.loaded_at.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if text is None else _parsed(str(text))


def current_text(tx: Connection) -> str | None:
    """The newest programme file as it was loaded."""
    newest = select(_PROSE.c.text).join(_PROGRAMME, _PROSE.c.digest == _PROGRAMME.c.text_ref)
    text = tx.execute(newest.order_by(_PROGRAMME.c.loaded_at.desc()).limit(1)).scalar_one_or_none()
    return None if text is None else str(text)


@lru_cache(maxsize=8)
def _parsed(text: str) -> Programme:
    programme = parse_programme(text, stored=True)
    if not isinstance(programme, Programme):
        raise TypeError("a stored programme no longer parses", programme)
    return programme
