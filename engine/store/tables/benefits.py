"""The tables of benefits: estimated, measured, realised, and how far the work has come."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from engine.store.tables.base import kroner_column


class EstimateRow(SQLModel, table=True):
    """What a benefit is expected to free in a year, as told in a period. All are kept."""

    __tablename__ = "estimate"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    benefit: str
    year: int
    period: str
    fte: float | None = None
    kroner: int | None = kroner_column()
    recorded_at: datetime


class MeasurementRow(SQLModel, table=True):
    """One measured value of an indicator."""

    __tablename__ = "measurement"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    benefit: str
    indicator: str
    value: float
    measured_on: str
    comment_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime


class RealisedRow(SQLModel, table=True):
    """What a benefit has really freed in a year. All are kept; the newest of a year holds."""

    __tablename__ = "realised"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    benefit: str
    year: int
    fte: float | None = None
    kroner: int | None = kroner_column()
    comment_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime


class ProgressRow(SQLModel, table=True):
    """How far the work with benefits is said to have come, where it is not as computed; the newest holds."""

    __tablename__ = "stated_progress"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    period: str
    column: str
    progress: str | None = None
    reason_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime
