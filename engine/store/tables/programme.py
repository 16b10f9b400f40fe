"""The tables of the programme: its file, its workflows, its people and who holds which seat."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class ProgrammeRow(SQLModel, table=True):
    """A version of the programme file; the newest is in force."""

    __tablename__ = "programme"
    digest: str = Field(primary_key=True)
    key: str
    text_ref: str = Field(foreign_key="prose.digest")
    loaded_at: datetime = Field(index=True)


class DefinitionRow(SQLModel, table=True):
    """A registered workflow definition, immutable."""

    __tablename__ = "definition"
    workflow: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    digest: str
    text: str
    registered_at: datetime


class PersonRow(SQLModel, table=True):
    """Somebody who can receive letters; without name and address once erased."""

    __tablename__ = "person"
    id: str = Field(primary_key=True)
    language: str
    name: str | None = None
    email: str | None = Field(default=None, unique=True)
    erased_at: datetime | None = None


class AbsenceRow(SQLModel, table=True):
    """A person is away between two dates, both included; `stand_in` takes over what they owe."""

    __tablename__ = "absence"
    person: str = Field(primary_key=True, foreign_key="person.id")
    away_from: str = Field(primary_key=True)
    away_to: str
    stand_in: str | None = Field(default=None, foreign_key="person.id")


class SeatHoldingRow(SQLModel, table=True):
    """Who holds a seat or an office, acts in it or is its deputy, from a date; the newest start wins."""

    __tablename__ = "seat_holding"
    body: str = Field(primary_key=True)
    seat: str = Field(primary_key=True)
    capacity: str = Field(primary_key=True)
    valid_from: str = Field(primary_key=True)
    valid_to: str | None = None
    person: str = Field(foreign_key="person.id", index=True)
    __table_args__ = (CheckConstraint("capacity in ('holder', 'acting', 'deputy')", name="capacity"),)


class ProgrammeEndRow(SQLModel, table=True):
    """The programme has ended: what is still owed is the line's, and `heir` answers for what was the
    programme's own.
    """

    __tablename__ = "programme_end"
    ended_on: str = Field(primary_key=True)
    heir: str = Field(foreign_key="person.id")
