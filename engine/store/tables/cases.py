"""The tables of a case: changes, recusals, ballots, and what is done about its conditions."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Column, Field, SQLModel

from engine.store.tables.base import json_column


class CaseRow(SQLModel, table=True):
    """One request to pass one gate, and how it ended."""

    __tablename__ = "gate_case"
    id: str = Field(primary_key=True)
    number: str = Field(unique=True)
    project: str = Field(foreign_key="project.key", index=True)
    gate: str
    round: int
    body: str
    handling: str
    rules: dict[str, Any] = json_column()
    roll: list[dict[str, Any]] = json_column()
    status: str
    version: int
    digest: str
    dossier_ref: str = Field(foreign_key="prose.digest")
    proposal_ref: str = Field(foreign_key="prose.digest")
    requested_by: str | None = Field(default=None, foreign_key="person.id")
    opened_at: datetime
    answer_by: datetime
    meeting: str | None = Field(default=None, foreign_key="meeting.id", index=True)
    closed_at: datetime | None = None
    outcome: str | None = None
    basis: str | None = None
    concluded_by: str | None = Field(default=None, foreign_key="person.id")
    wording_ref: str | None = Field(default=None, foreign_key="prose.digest")
    conditions_ref: str | None = Field(default=None, foreign_key="prose.digest")
    tally: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    __table_args__ = (
        CheckConstraint("status in ('open', 'decided', 'withdrawn')", name="status"),
        Index(
            "uq_gate_case_one_open",
            "project",
            unique=True,
            sqlite_where=Column("status") == "open",
            postgresql_where=Column("status") == "open",
        ),
    )


class AmendmentRow(SQLModel, table=True):
    """An open case was changed: with substance (a new version), or as a correction that voids nothing."""

    __tablename__ = "amendment"
    case: str = Field(primary_key=True, foreign_key="gate_case.id")
    seq: int = Field(primary_key=True)
    version: int
    substance: bool
    what_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime


class RecusalRow(SQLModel, table=True):
    """The body's finding that a seat takes no part in a case, or does; the newest of a seat holds."""

    __tablename__ = "recusal"
    case: str = Field(primary_key=True, foreign_key="gate_case.id")
    seq: int = Field(primary_key=True)
    seat: str
    recused: bool
    reason_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime


class ConditionActRow(SQLModel, table=True):
    """What has happened to a condition of a decision: settled, or given another date; the newest holds."""

    __tablename__ = "condition_act"
    case: str = Field(primary_key=True, foreign_key="gate_case.id")
    seq: int = Field(primary_key=True)
    condition: str
    act: str
    due: str | None = None
    words_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime
    __table_args__ = (CheckConstraint("act in ('settled', 'extended')", name="act"),)


class PoliticalActRow(SQLModel, table=True):
    """What a case has to do with a political decision: that it needs one or not, that its own decision waits
    for it, and how that ended; the newest holds. `phase` is where the project goes, or went.
    """

    __tablename__ = "political_act"
    case: str = Field(primary_key=True, foreign_key="gate_case.id")
    seq: int = Field(primary_key=True)
    act: str
    phase: str | None = None
    effective: str | None = None
    words_ref: str | None = Field(default=None, foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime
    __table_args__ = (
        CheckConstraint("act in ('marked', 'unmarked', 'awaits', 'executed', 'lapsed')", name="act"),
    )


class BallotRow(SQLModel, table=True):
    """One answer of one seat to one version of a case. All are kept; the newest of a seat counts."""

    __tablename__ = "ballot"
    id: str = Field(primary_key=True)
    seq: int
    case: str = Field(foreign_key="gate_case.id", index=True)
    version: int
    seat: str
    person: str = Field(foreign_key="person.id")
    choice: str
    nonce: str
    comment_ref: str | None = Field(default=None, foreign_key="prose.digest")
    condition_ref: str | None = Field(default=None, foreign_key="prose.digest")
    recorded_by: str | None = Field(default=None, foreign_key="person.id")
    cast_at: datetime
    __table_args__ = (UniqueConstraint("case", "nonce"),)
