"""Who has asked to sign in lately? By keyed hashes and the browser's own secret; nobody unknown is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select, update

from engine.store.tables.base import metadata

_ASK: Final = metadata.tables["sign_in_ask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAsk:
    """An address was written at the door. `person` is None where the register does not know it; `failures`
    are the wrong codes given since.
    """

    sha256: str
    person: str | None
    address_hash: str
    source_hash: str
    asked_at: datetime
    not_after: datetime
    failures: int = 0


def add(tx: Connection, ask: SignInAsk) -> None:
    """Keep a new one."""
    tx.execute(_ASK.insert().values({name: getattr(ask, name) for name in SignInAsk.__dataclass_fields__}))


def by_hash(tx: Connection, sha256: str) -> SignInAsk | None:
    """The one whose secret has this hash, however old."""
    row = tx.execute(select(_ASK).where(_ASK.c.sha256 == sha256)).one_or_none()
    return None if row is None else SignInAsk(**row._mapping)


def count_since(
    tx: Connection, since: datetime, *, address_hash: str | None = None, source_hash: str | None = None
) -> int:
    """How often has an address, or a source, asked since an instant?"""
    wanted = select(func.count()).select_from(_ASK).where(_ASK.c.asked_at > since)
    if address_hash is not None:
        wanted = wanted.where(_ASK.c.address_hash == address_hash)
    if source_hash is not None:
        wanted = wanted.where(_ASK.c.source_hash == source_hash)
    return int(tx.execute(wanted).scalar_one())


def count_failure(tx: Connection, sha256: str) -> int:
    """Add a wrong code, and return how many there are now."""
    raised = (
        update(_ASK)
        .where(_ASK.c.sha256 == sha256)
        .values(failures=_ASK.c.failures + 1)
        .returning(_ASK.c.failures)
    )
    return int(tx.execute(raised).scalar_one())


def forget(tx: Connection, *, before: datetime | None = None, person: str | None = None) -> None:
    """Forget those asked before an instant, or a person's."""
    doomed = _ASK.c.asked_at < before if before is not None else _ASK.c.person == person
    tx.execute(_ASK.delete().where(doomed))
