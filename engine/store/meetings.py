"""Which meetings are there, what is on their lists, and what was written of them?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select

from engine.store.session import Connection
from engine.store.tables.base import metadata

_MEETING: Final = metadata.tables["meeting"]
_ITEM: Final = metadata.tables["meeting_item"]
_MINUTES: Final = metadata.tables["minutes"]
_PROSE: Final = metadata.tables["prose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting that has been needed; `id` is the body and the date it was planned for, instants are UTC.

    `present` maps seats to whoever spoke for them, None for an empty one; it is None until somebody notes it.
    """

    id: str
    body: str
    planned_on: date
    starts_at: datetime
    papers_by: datetime
    status: str
    sequence: int
    reason: str
    called_at: datetime | None
    closed_at: datetime | None
    present: Mapping[str, str | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something on the list that is not a decision: `orientering` or `drofting`."""

    id: str
    kind: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """One version of a meeting's referat: the model it was made from, and the digest of the bytes."""

    meeting: str
    version: int
    sha256: str
    model: Mapping[str, Any]
    written_at: datetime
    sent: bool
    approved_at: datetime | None
    approved_by: str | None


def id_of(body: str, planned_on: date) -> str:
    """How a meeting is named."""
    return f"{body}:{planned_on.isoformat()}"


def load(tx: Connection, meeting: str, *, lock: bool = False) -> Meeting | None:
    """One meeting, locked against other writers if asked, or None."""
    wanted = _MEETINGS.where(_MEETING.c.id == meeting)
    row = tx.execute(wanted.with_for_update(of=_MEETING) if lock else wanted).one_or_none()
    return None if row is None else _meeting(row)


def list_meetings(
    tx: Connection, *, body: str | None = None, status: str | None = None
) -> tuple[Meeting, ...]:
    """Meetings by when they start, of one body or in one status if asked."""
    wanted = _MEETINGS.order_by(_MEETING.c.starts_at, _MEETING.c.id)
    if body is not None:
        wanted = wanted.where(_MEETING.c.body == body)
    if status is not None:
        wanted = wanted.where(_MEETING.c.status == status)
    return tuple(_meeting(row) for row in tx.execute(wanted))


def items(tx: Connection, meeting: str) -> tuple[Item, ...]:
    """What is on a meeting's list besides decisions, in the order it was added."""
    title, text = _PROSE.alias(), _PROSE.alias()
    wanted = (
        select(_ITEM.c.id, _ITEM.c.kind, title.c.text.label("title"), text.c.text.label("text"))
        .join(title, title.c.digest == _ITEM.c.title_ref)
        .join(text, text.c.digest == _ITEM.c.text_ref)
        .where(_ITEM.c.meeting == meeting)
        .order_by(_ITEM.c.seq)
    )
    return tuple(
        Item(id=row.id, kind=row.kind, title=row.title or "", text=row.text or "")
        for row in tx.execute(wanted)
    )


def minutes(tx: Connection, meeting: str) -> tuple[Minutes, ...]:
    """Every version of a meeting's referat, oldest first."""
    wanted = (
        select(_MINUTES, _PROSE.c.text.label("model"))
        .join(_PROSE, _PROSE.c.digest == _MINUTES.c.model_ref)
        .where(_MINUTES.c.meeting == meeting)
        .order_by(_MINUTES.c.version)
    )
    return tuple(
        Minutes(
            meeting=row.meeting,
            version=row.version,
            sha256=row.sha256,
            model=json.loads(row.model or "{}"),
            written_at=row.written_at,
            sent=row.sent,
            approved_at=row.approved_at,
            approved_by=row.approved_by,
        )
        for row in tx.execute(wanted)
    )


_MEETINGS: Final = select(_MEETING, _PROSE.c.text.label("reason")).join(
    _PROSE, _PROSE.c.digest == _MEETING.c.reason_ref
)


def _meeting(row: Any) -> Meeting:
    return Meeting(
        id=row.id,
        body=row.body,
        planned_on=date.fromisoformat(row.planned_on),
        starts_at=row.starts_at,
        papers_by=row.papers_by,
        status=row.status,
        sequence=row.sequence,
        reason=row.reason or "",
        called_at=row.called_at,
        closed_at=row.closed_at,
        present=row.present,
    )
