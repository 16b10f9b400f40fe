"""The tables of a project: facts, phases, roles, papers and answers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Column, Field, SQLModel


class ProjectRow(SQLModel, table=True):
    """A project and where it stands now."""

    __tablename__ = "project"
    key: str = Field(primary_key=True)
    kind: str
    workflow: str
    version: int
    phase: str
    phase_assumed: bool
    taken_in_on: str | None = None
    registered_at: datetime


class FactRow(SQLModel, table=True):
    """One fact's value from one date, as told at one instant; the newest date, then the newest telling,
    holds.
    """

    __tablename__ = "fact"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
    effective: str
    recorded_at: datetime
    value_ref: str = Field(foreign_key="prose.digest")
    __table_args__ = (Index("ix_fact_project_name", "project", "name", "effective", "seq"),)


class PhaseRow(SQLModel, table=True):
    """The project entered a phase on a date, as told at one instant, perhaps by a decision."""

    __tablename__ = "phase"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    phase: str
    effective: str
    assumed: bool
    recorded_at: datetime
    case: str | None = Field(default=None, foreign_key="gate_case.id")


class RoleRow(SQLModel, table=True):
    """A person has a role in a project from a date."""

    __tablename__ = "role"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    role: str
    person: str = Field(foreign_key="person.id", index=True)
    valid_from: str


class BlobRow(SQLModel, table=True):
    """The bytes of a paper, under their SHA-256, so that one backup holds everything."""

    __tablename__ = "blob"
    sha256: str = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class PaperRow(SQLModel, table=True):
    """A paper of a project; the newest of a kind is the one a gate asks for."""

    __tablename__ = "paper"
    id: str = Field(primary_key=True)
    project: str = Field(foreign_key="project.key")
    seq: int
    kind: str
    title_ref: str = Field(foreign_key="prose.digest")
    sha256: str = Field(foreign_key="blob.sha256")
    media_type: str
    size: int
    added_by: str | None = Field(default=None, foreign_key="person.id")
    added_at: datetime
    __table_args__ = (UniqueConstraint("project", "seq"),)


class AnswerRow(SQLModel, table=True):
    """An answer to a criterion in a round, its confirmation, or a waiver; the newest of each holds."""

    __tablename__ = "answer"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    gate: str
    round: int
    criterion: str
    act: str
    value: str | None = None
    words_ref: str | None = Field(default=None, foreign_key="prose.digest")
    person: str | None = Field(default=None, foreign_key="person.id")
    at: datetime
    __table_args__ = (
        CheckConstraint("act in ('answered', 'confirmed', 'waived')", name="act"),
        Index("ix_answer_project_criterion", "project", "criterion"),
    )
