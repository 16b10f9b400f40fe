"""The tables of the ledger, and of prose that can be erased."""

from sqlalchemy import Index, false
from sqlmodel import Column, Field, SQLModel


class ProseRow(SQLModel, table=True):
    """A text that can be erased: digest = SHA-256(salt, text). `person` is set on what tells who that
    person is.
    """

    __tablename__ = "prose"
    digest: str = Field(primary_key=True, max_length=64)
    salt: str | None = None
    text: str | None = None
    person: str | None = Field(default=None, index=True)


class LedgerChainRow(SQLModel, table=True):
    """Where a chain stands: how many leaves, and the last one's hash; and whether what is owed has been
    worked out since it last grew.
    """

    __tablename__ = "ledger_chain"
    name: str = Field(primary_key=True)
    size: int
    head: str
    planned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    __table_args__ = (
        Index(
            "ix_ledger_chain_unplanned",
            "name",
            sqlite_where=Column("planned").is_(false()),
            postgresql_where=Column("planned").is_(false()),
        ),
    )


class LedgerLeafRow(SQLModel, table=True):
    """One entry of a chain. Never changed and never removed: triggers refuse it."""

    __tablename__ = "ledger_leaf"
    chain: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str
    kind: str
    body: str
    hash: str
