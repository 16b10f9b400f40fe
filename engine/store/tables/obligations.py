"""The tables of obligations: what is planned, reminded of, and done about it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Column, Field, SQLModel


class ObligationActRow(SQLModel, table=True):
    """What somebody has done to an obligation itself: settled it by hand, set another date, or had its
    owner's superior told.
    """

    __tablename__ = "obligation_act"
    chain: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str
    subject: str
    occurrence: str
    act: str
    due: str | None = None
    told: str | None = Field(default=None, foreign_key="person.id")
    words_ref: str | None = Field(default=None, foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime
    __table_args__ = (CheckConstraint("act in ('settled', 'extended', 'alerted')", name="act"),)


class ObligationRow(SQLModel, table=True):
    """Something owed by a day: a copy of what the plan of its chain says, with how far its ladder has come.

    `passed` is the highest rung that has been dealt with (-1: none), `next_at` when it is looked at again.
    """

    __tablename__ = "obligation"
    id: str = Field(primary_key=True)
    chain: str = Field(index=True)
    kind: str
    subject: str
    occurrence: str
    owner_kind: str
    owner: str
    due_on: str
    due_time: str | None = None
    ladder: str
    status: str
    passed: int
    next_at: datetime | None = None
    planned_at: datetime
    settled_at: datetime | None = None
    __table_args__ = (
        UniqueConstraint("kind", "subject", "occurrence"),
        CheckConstraint("status in ('open', 'settled', 'void')", name="status"),
        CheckConstraint("owner_kind in ('person', 'role', 'office', 'seat')", name="owner_kind"),
        Index(
            "ix_obligation_next",
            "next_at",
            sqlite_where=Column("status") == "open",
            postgresql_where=Column("status") == "open",
        ),
    )


class ReminderRow(SQLModel, table=True):
    """One rung of one obligation's ladder, for one deadline and one person: said once, by `letter`."""

    __tablename__ = "reminder"
    obligation: str = Field(primary_key=True, foreign_key="obligation.id")
    due_on: str = Field(primary_key=True)
    rung: int = Field(primary_key=True)
    person: str = Field(primary_key=True, foreign_key="person.id", index=True)
    at: datetime
    letter: str | None = Field(default=None, foreign_key="outbox.id", index=True)
