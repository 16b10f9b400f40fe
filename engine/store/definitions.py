"""Which workflow definitions are registered, and what does one say?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select

from engine.core.workflow.checks import parse_definition
from engine.core.workflow.definition import Definition
from engine.store.tables.base import metadata

_DEFINITION: Final = metadata.tables["definition"]
_ONE: Final = select(_DEFINITION.c.digest).where(
    _DEFINITION.c.workflow == bindparam("id"), _DEFINITION.c.version == bindparam("v")
)
_TEXT: Final = select(_DEFINITION.c.text).where(_DEFINITION.c.digest == bindparam("digest"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registered definition: its identity, without its text."""

    workflow: str
    version: int
    digest: str
    registered_at: datetime


def load(tx: Connection, workflow: str, version: int) -> Definition:
    """The definition a project runs on; parsed once a process. Raises KeyError when it is not registered."""
    digest = tx.execute(_ONE, {"id": workflow, "v": version}).scalar_one_or_none()
    if digest is None:
        raise KeyError(workflow, version)
    if digest not in _PARSED:
        _PARSED[digest] = _parse(tx.execute(_TEXT, {"digest": digest}).scalar_one())
    return _PARSED[digest]


def of_all(tx: Connection, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Definition]:
    """The definitions of these workflows and versions, each looked up once: for a whole portfolio."""
    return {one: load(tx, *one) for one in dict.fromkeys(wanted)}


def newest(tx: Connection, workflow: str) -> Registered | None:
    """The highest registered version of a workflow."""
    return next((one for one in reversed(registered(tx)) if one.workflow == workflow), None)


def find(tx: Connection, workflow: str, version: int) -> Registered | None:
    """One registered version, or None."""
    return next((one for one in registered(tx) if (one.workflow, one.version) == (workflow, version)), None)


def registered(tx: Connection) -> tuple[Registered, ...]:
    """All registered definitions, by workflow and version."""
    columns = (
        _DEFINITION.c.workflow,
        _DEFINITION.c.version,
        _DEFINITION.c.digest,
        _DEFINITION.c.registered_at,
    )
    rows = tx.execute(select(*columns).order_by(_DEFINITION.c.workflow, _DEFINITION.c.version))
    return tuple(
        Registered(
            workflow=row.workflow, version=row.version, digest=row.digest, registered_at=row.registered_at
        )
        for row in rows
    )


# Definitions are immutable under their digest, so what is parsed once stays true for the life of the process.
_PARSED: Final[dict[str, Definition]] = {}


def _parse(text: str) -> Definition:
    definition = parse_definition(text, stored=True)
    if not isinstance(definition, Definition):
        raise TypeError("a registered definition no longer parses", definition)
    return definition
