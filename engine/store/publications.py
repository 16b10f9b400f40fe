"""Which versions of the programme's own report are there, and what was published?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from engine.store.tables.base import metadata

_REPORT: Final = metadata.tables["programme_report"]
_PROSE: Final = metadata.tables["prose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """An approved version, and, once it is published, the SHA-256 of its bytes by format."""

    period: str
    version: int
    known_at: datetime
    digest: str
    approved_by: str | None
    approved_at: datetime
    published_by: str | None
    published_at: datetime | None
    editions: Mapping[str, str]
    findings: int
    despite: str


def versions(tx: Connection, period: str | None = None) -> tuple[Version, ...]:
    """Every version of one period's report or of all, by period and version."""
    wanted = select(_REPORT, _PROSE.c.text.label("despite")).join(
        _PROSE, _PROSE.c.digest == _REPORT.c.despite_ref, isouter=True
    )
    if period is not None:
        wanted = wanted.where(_REPORT.c.period == period)
    return tuple(
        Version(
            period=row.period,
            version=row.version,
            known_at=row.known_at,
            digest=row.digest,
            approved_by=row.approved_by,
            approved_at=row.approved_at,
            published_by=row.published_by,
            published_at=row.published_at,
            editions=row.editions or {},
            findings=row.findings or 0,
            despite=row.despite or "",
        )
        for row in tx.execute(wanted.order_by(_REPORT.c.period, _REPORT.c.version))
    )


def first_published(tx: Connection, period: str) -> datetime | None:
    """When a period's report first went out, or None."""
    return min((one.published_at for one in versions(tx, period) if one.published_at), default=None)


def published(tx: Connection, period: str) -> Version | None:
    """The newest version of a period's report that has been published, or None."""
    found = [one for one in versions(tx, period) if one.published_at is not None]
    return found[-1] if found else None
