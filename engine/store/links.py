"""Which links has somebody been given, do they still live, and which browsers have come in through them?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, update

from engine.core.access.links import FAILURES_THAT_LOCK, Link
from engine.store.tables.base import metadata

_LINK: Final = metadata.tables["link"]
_VISIT: Final = metadata.tables["visit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A browser that has come in: a session through one link, or a remembered device of a person."""

    kind: str
    link: str | None
    person: str
    not_after: datetime
    level: int = 2
    """How surely the browser was let in; `core.access.Level`."""
    opened_at: datetime | None = None


def insert(tx: Connection, link: Link, *, token_sha256: str) -> None:
    """Keep a new link, with its token's hash only."""
    row = {name: getattr(link, name) for name in _COLUMNS}
    tx.execute(_LINK.insert().values(row | {"token_sha256": token_sha256}))


def by_token(tx: Connection, token_sha256: str) -> Link | None:
    """The link whose token has this hash."""
    row = tx.execute(_BY_TOKEN, {"hash": token_sha256}).one_or_none()
    return None if row is None else _link(row)


def by_id(tx: Connection, link: str) -> Link | None:
    """The link with this id."""
    row = tx.execute(_BY_ID, {"id": link}).one_or_none()
    return None if row is None else _link(row)


def newest_for(tx: Connection, *, person: str, subject: str, purpose: str) -> Link | None:
    """The latest generation of a person's link to a subject."""
    wanted = select(_LINK).where(
        _LINK.c.person == person, _LINK.c.subject == subject, _LINK.c.purpose == purpose
    )
    row = tx.execute(wanted.order_by(_LINK.c.generation.desc()).limit(1)).one_or_none()
    return None if row is None else _link(row)


def newest(tx: Connection) -> Link | None:
    """The link that was made last, whoever has it; None when there is none."""
    row = tx.execute(select(_LINK).order_by(_LINK.c.created_at.desc()).limit(1)).one_or_none()
    return None if row is None else _link(row)


def of_person(tx: Connection, person: str) -> tuple[Link, ...]:
    """Every link a person has been given, newest first."""
    rows = tx.execute(select(_LINK).where(_LINK.c.person == person).order_by(_LINK.c.created_at.desc()))
    return tuple(_link(row) for row in rows)


def highest_kid(tx: Connection) -> int:
    """The highest number of a key that a link was ever made with; 0 when there is no link."""
    return tx.execute(select(func.max(_LINK.c.kid))).scalar() or 0


def count_wrong_code(tx: Connection, link: str, *, now: datetime) -> int:
    """Add a wrong code to a link, lock it at the last try, and return how many there are now."""
    raised = (
        update(_LINK)
        .where(_LINK.c.id == link)
        .values(code_failures=_LINK.c.code_failures + 1)
        .returning(_LINK.c.code_failures)
    )
    failures = int(tx.execute(raised).scalar_one())
    if failures >= FAILURES_THAT_LOCK:
        tx.execute(update(_LINK).where(_LINK.c.id == link, _LINK.c.locked_at.is_(None)).values(locked_at=now))
    return failures


def revoke(
    tx: Connection, *, now: datetime, reason: str, link: str | None = None, person: str | None = None
) -> None:
    """Kill one link, or all of a person's, together with the browsers that came in through them."""
    doomed = _LINK.c.id == link if person is None else _LINK.c.person == person
    tx.execute(
        update(_LINK)
        .where(doomed, _LINK.c.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason=reason)
    )
    if person is None:
        tx.execute(_VISIT.delete().where(_VISIT.c.link == link))
    else:
        tx.execute(_VISIT.delete().where(_VISIT.c.person == person))


def add_visit(tx: Connection, visit: Visit, *, sha256: str, now: datetime) -> None:
    """Let a browser in: only its secret's hash is kept."""
    row = {"sha256": sha256, "kind": visit.kind, "link": visit.link, "person": visit.person, "opened_at": now}
    tx.execute(_VISIT.insert().values(row | {"not_after": visit.not_after, "level": visit.level}))


def mark_opened(tx: Connection, link: str, *, now: datetime) -> None:
    """Note when somebody first came in through a link."""
    tx.execute(update(_LINK).where(_LINK.c.id == link, _LINK.c.opened_at.is_(None)).values(opened_at=now))


def visit(tx: Connection, sha256: str) -> Visit | None:
    """The visit whose secret has this hash, however old."""
    row = tx.execute(_VISIT_BY_HASH, {"hash": sha256}).one_or_none()
    if row is None:
        return None
    return Visit(
        kind=row.kind,
        link=row.link,
        person=row.person,
        not_after=row.not_after,
        level=row.level,
        opened_at=row.opened_at,
    )


def end_visits(tx: Connection, hashes: Collection[str]) -> int:
    """Forget the visits whose secrets have these hashes; returns how many there were."""
    return tx.execute(_VISIT.delete().where(_VISIT.c.sha256.in_(hashes))).rowcount


def forget_visits(tx: Connection, *, before: datetime) -> int:
    """Remove visits that ended before an instant; returns how many."""
    return tx.execute(_VISIT.delete().where(_VISIT.c.not_after < before)).rowcount


_COLUMNS: Final = tuple(Link.__dataclass_fields__)
_BY_TOKEN: Final = select(_LINK).where(_LINK.c.token_sha256 == bindparam("hash"))
_BY_ID: Final = select(_LINK).where(_LINK.c.id == bindparam("id"))
_VISIT_BY_HASH: Final = select(_VISIT).where(_VISIT.c.sha256 == bindparam("hash"))


def _link(row: Any) -> Link:
    return Link(**{name: row._mapping[name] for name in _COLUMNS})
