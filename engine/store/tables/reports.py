"""The tables of reports: what was delivered, imported, judged, written and published."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Column, Field, SQLModel

from engine.store.tables.base import json_column


class StatusReportRow(SQLModel, table=True):
    """A delivered version of a project's report of a period."""

    __tablename__ = "status_report"
    project: str = Field(primary_key=True, foreign_key="project.key")
    period: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    fields_ref: str = Field(foreign_key="prose.digest")
    delivered_by: str | None = Field(default=None, foreign_key="person.id")
    delivered_at: datetime
    approved_by: str | None = Field(default=None, foreign_key="person.id")
    approved_at: datetime | None = None


class PeriodActRow(SQLModel, table=True):
    """A reporting period was closed, or opened again; the newest holds."""

    __tablename__ = "period_act"
    period: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    closed: bool
    reason_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime


class PeriodImportRow(SQLModel, table=True):
    """One import of a period's accounts, of the transfers applied for, or of the programme's risks: whole.
    The newest of a kind holds.
    """

    __tablename__ = "period_import"
    period: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str
    as_of: str
    lines_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime
    __table_args__ = (CheckConstraint("kind in ('accounts', 'transfers', 'risks')", name="kind"),)


class ReportTextRow(SQLModel, table=True):
    """What the programme's own report says in one place of a period. All are kept; the newest holds."""

    __tablename__ = "report_text"
    period: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    place: str
    text_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime


class LightRow(SQLModel, table=True):
    """A person's judgement of an area in a period: of the programme (`chain` is its own), or of a project."""

    __tablename__ = "light"
    chain: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    project: str | None = Field(default=None, foreign_key="project.key")
    period: str
    area: str
    light: str
    reason_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime
    __table_args__ = (CheckConstraint("light in ('gronn', 'gul', 'rod')", name="light"),)


class QualityScoreRow(SQLModel, table=True):
    """One side's scores of a project on the quality indicators; the newest of a side holds."""

    __tablename__ = "quality_score"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    period: str
    side: str
    scores: dict[str, Any] = json_column()
    comment_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime
    __table_args__ = (CheckConstraint("side in ('prosjektleder', 'prosjekteier')", name="side"),)


class ProgrammeReportRow(SQLModel, table=True):
    """A version of the programme's own report of a period: approved as known at an instant, then published
    as bytes.
    """

    __tablename__ = "programme_report"
    period: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    known_at: datetime
    digest: str
    approved_by: str | None = Field(default=None, foreign_key="person.id")
    approved_at: datetime
    published_by: str | None = Field(default=None, foreign_key="person.id")
    published_at: datetime | None = None
    editions: dict[str, str] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    findings: int | None = None
    despite_ref: str | None = Field(default=None, foreign_key="prose.digest")
