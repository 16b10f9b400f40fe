"""What all tables share: the metadata with its names, their own kinds of columns, and which tables are
state.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, MetaData
from sqlmodel import Column, Field, SQLModel

metadata: Final[MetaData] = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def json_column() -> Any:
    """A column that holds JSON."""
    return Field(sa_column=Column(JSON, nullable=False))


def kroner_column() -> Any:
    # PostgreSQL's own integer ends at two milliards.
    """A column that holds whole kroner."""
    return Field(default=None, sa_column=Column(BigInteger, nullable=True))


class SignInAskRow(SQLModel, table=True):
    """Somebody has written an address at the portal's door. Whoever asks is known by a secret of the
    browser's, the address and where they came from by keyed hashes only: nobody unknown to the register is
    kept.
    """

    __tablename__ = "sign_in_ask"
    sha256: str = Field(primary_key=True)
    person: str | None = Field(default=None, foreign_key="person.id")
    address_hash: str
    source_hash: str
    asked_at: datetime = Field(index=True)
    not_after: datetime
    failures: int = 0


class FaultRow(SQLModel, table=True):
    """What a sweep could not do, while it cannot: one row for each item, taken away when it succeeds."""

    __tablename__ = "fault"
    sweep: str = Field(primary_key=True)
    item: str = Field(primary_key=True)
    error: str
    place: str
    since: datetime
    seen_at: datetime
    tries: int
    rests_until: datetime
    size: int | None = None
    told_at: datetime | None = None


STATE_TABLES: Final = (
    "programme",
    "definition",
    "person",
    "absence",
    "seat_holding",
    "project",
    "fact",
    "phase",
    "role",
    "paper",
    "answer",
    "meeting",
    "meeting_item",
    "minutes",
    "gate_case",
    "amendment",
    "recusal",
    "condition_act",
    "political_act",
    "ballot",
    "obligation_act",
    "programme_end",
    "estimate",
    "measurement",
    "realised",
    "stated_progress",
    "status_report",
    "period_act",
    "period_import",
    "report_text",
    "light",
    "quality_score",
    "programme_report",
)
"""The tables that the ledger can rebuild, in an order that respects their foreign keys (`phase` last but
for cases).
"""
