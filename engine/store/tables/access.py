"""How people come in: their links, the browsers that are inside, and who asks to sign in."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class LinkRow(SQLModel, table=True):
    """A personal link: a random id from which the token is derived elsewhere; only the token's SHA-256 is
    here.
    """

    __tablename__ = "link"
    id: str = Field(primary_key=True)
    token_sha256: str = Field(unique=True)
    purpose: str
    kid: int
    generation: int
    person: str = Field(foreign_key="person.id", index=True)
    subject: str = Field(index=True)
    level: str
    created_at: datetime
    not_after: datetime
    revoked_at: datetime | None = None
    revoked_reason: str | None = None
    code_failures: int = 0
    locked_at: datetime | None = None
    opened_at: datetime | None = None


class VisitRow(SQLModel, table=True):
    """A browser session opened through a link, or a remembered device; only the SHA-256 of its secret is
    here.
    """

    __tablename__ = "visit"
    sha256: str = Field(primary_key=True)
    kind: str
    link: str | None = Field(default=None, foreign_key="link.id")
    person: str = Field(foreign_key="person.id", index=True)
    opened_at: datetime
    not_after: datetime
    level: int = Field(default=2, sa_column_kwargs={"server_default": "2"})
    """How surely the browser was let in; `core.access.Level`."""
    __table_args__ = (CheckConstraint("kind in ('session', 'device')", name="kind"),)


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
