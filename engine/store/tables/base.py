"""What all tables share: the metadata with its names, their own kinds of columns, and which tables are
state.
"""

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
    """A column that holds whole kroner."""
    # PostgreSQL's own integer ends at two milliards.
    return Field(default=None, sa_column=Column(BigInteger, nullable=True))


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
