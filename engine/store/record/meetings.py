"""The rows of what happens to a meeting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, update

from engine.core.record.events import meetings as ev
from engine.store.record.rows import INSERTS, Stamp
from engine.store.tables.base import metadata

_MEETING: Final = metadata.tables["meeting"]


def meeting_planned(tx: Connection, event: ev.MeetingPlanned, stamp: Stamp) -> None:
    """The rows of `MeetingPlanned`."""
    changed = {
        "starts_at": datetime.fromisoformat(event.starts_at),
        "papers_by": datetime.fromisoformat(event.papers_by),
        "status": event.status,
        "reason_ref": stamp.refs["reason"],
    }
    again = update(_MEETING).where(_MEETING.c.id == event.meeting)
    if tx.execute(again.values(changed | {"sequence": _MEETING.c.sequence + 1})).rowcount == 0:
        row = {"id": event.meeting, "body": event.body, "planned_on": event.planned_on, "sequence": 0}
        tx.execute(INSERTS["meeting"], row | changed)


def meeting_item_added(tx: Connection, event: ev.MeetingItemAdded, stamp: Stamp) -> None:
    """The rows of `MeetingItemAdded`."""
    row = {
        "id": event.item,
        "seq": stamp.seq,
        "meeting": event.meeting,
        "kind": event.kind,
        "title_ref": stamp.refs["title"],
        "text_ref": stamp.refs["text"],
        "by": event.by,
    }
    tx.execute(INSERTS["meeting_item"], row)


def meeting_called(tx: Connection, event: ev.MeetingCalled, stamp: Stamp) -> None:
    """The rows of `MeetingCalled`."""
    _change_meeting(tx, event.meeting, {"status": "called", "called_at": stamp.at})


def attendance_noted(tx: Connection, event: ev.AttendanceNoted, _stamp: Stamp) -> None:
    """The rows of `AttendanceNoted`."""
    _change_meeting(tx, event.meeting, {"present": dict(event.present)})


def meeting_closed(tx: Connection, event: ev.MeetingClosed, stamp: Stamp) -> None:
    """The rows of `MeetingClosed`."""
    _change_meeting(tx, event.meeting, {"status": "held", "closed_at": stamp.at})


def _change_meeting(tx: Connection, meeting: str, changed: Mapping[str, Any]) -> None:
    tx.execute(update(_MEETING).where(_MEETING.c.id == meeting).values(dict(changed)))


def minutes_written(tx: Connection, event: ev.MinutesWritten, stamp: Stamp) -> None:
    """The rows of `MinutesWritten`."""
    row = {
        "meeting": event.meeting,
        "version": event.version,
        "sha256": event.sha256,
        "model_ref": stamp.refs["model"],
        "written_at": stamp.at,
        "sent": bool(event.told),
        "approved_at": None,
        "approved_by": None,
    }
    tx.execute(INSERTS["minutes"], row)


def minutes_approved(tx: Connection, event: ev.MinutesApproved, stamp: Stamp) -> None:
    """The rows of `MinutesApproved`."""
    minutes = metadata.tables["minutes"]
    approved = {"approved_at": stamp.at, "approved_by": event.by}
    this = (minutes.c.meeting == event.meeting) & (minutes.c.version == event.version)
    tx.execute(update(minutes).where(this).values(approved))
