"""The tables of letters: the outbox and its attempts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Column, Field, SQLModel


class LetterRow(SQLModel, table=True):
    """A letter to send: a reference until its first claim, when what it says is frozen."""

    __tablename__ = "outbox"
    id: str = Field(primary_key=True)
    kind: str
    subject: str
    recipient: str = Field(foreign_key="person.id")
    occurrence: str
    link: str | None = Field(default=None, foreign_key="link.id")
    state: str
    due_at: datetime
    created_at: datetime
    attempts: int = 0
    claimed_by: str | None = None
    lease_until: datetime | None = None
    address: str | None = None
    payload: str | None = None
    template_digest: str | None = None
    message_id: str | None = None
    dated: datetime | None = None
    settled_at: datetime | None = None
    reason: str | None = None
    __table_args__ = (
        UniqueConstraint("subject", "kind", "recipient", "occurrence"),
        CheckConstraint(
            "state in ('due', 'claimed', 'in_doubt', 'retry', 'sent', 'bounced', 'dead', 'withdrawn')",
            name="state",
        ),
        Index(
            "ix_outbox_waiting",
            "due_at",
            sqlite_where=Column("state").in_(["due", "retry", "claimed", "in_doubt"]),
            postgresql_where=Column("state").in_(["due", "retry", "claimed", "in_doubt"]),
        ),
    )


class AttemptRow(SQLModel, table=True):
    """One try at delivering a letter: how far it came and what the server said."""

    __tablename__ = "attempt"
    letter: str = Field(primary_key=True, foreign_key="outbox.id")
    number: int = Field(primary_key=True)
    at: datetime
    phase: str
    reply: str
