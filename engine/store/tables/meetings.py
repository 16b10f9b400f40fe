"""The tables of a meeting: what comes up, and its minutes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Column, Field, SQLModel


class MeetingRow(SQLModel, table=True):
    """A meeting of a body's series that has been needed; its id is the body and the date it was planned
    for.
    """

    __tablename__ = "meeting"
    id: str = Field(primary_key=True)
    body: str
    planned_on: str
    starts_at: datetime = Field(index=True)
    papers_by: datetime
    status: str
    sequence: int
    reason_ref: str = Field(foreign_key="prose.digest")
    called_at: datetime | None = None
    closed_at: datetime | None = None
    present: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    __table_args__ = (
        CheckConstraint("status in ('planned', 'moved', 'cancelled', 'called', 'held')", name="status"),
    )


class MeetingItemRow(SQLModel, table=True):
    """Something on a meeting's list that is not a decision."""

    __tablename__ = "meeting_item"
    id: str = Field(primary_key=True)
    seq: int
    meeting: str = Field(foreign_key="meeting.id", index=True)
    kind: str
    title_ref: str = Field(foreign_key="prose.digest")
    text_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    __table_args__ = (CheckConstraint("kind in ('orientering', 'drofting')", name="kind"),)


class MinutesRow(SQLModel, table=True):
    """A version of a meeting's referat, as a model and as the bytes that were sent."""

    __tablename__ = "minutes"
    meeting: str = Field(primary_key=True, foreign_key="meeting.id")
    version: int = Field(primary_key=True)
    sha256: str = Field(foreign_key="blob.sha256")
    model_ref: str = Field(foreign_key="prose.digest")
    written_at: datetime
    sent: bool
    approved_at: datetime | None = None
    approved_by: str | None = Field(default=None, foreign_key="person.id")
