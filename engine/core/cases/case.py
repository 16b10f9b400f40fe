"""A case as it stands: open or shut, how it is handled, and by when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseState:
    """What a decision needs to know of a case, without the papers."""

    id: str
    number: str
    project: str
    gate: str
    round: int
    body: str
    handling: str
    rules: Mapping[str, Any]
    roll: Sequence[Mapping[str, Any]]
    """The body's seats as of the opening; see `engine.store.people.roll` for an entry's shape."""
    status: str
    version: int
    digest: str
    requested_by: str | None
    opened_at: datetime
    answer_by: datetime
    meeting: str | None
    closed_at: datetime | None
    outcome: str | None
    basis: str | None
    concluded_by: str | None
