"""What have the projects estimated, measured and realised, now or as known at an instant?

Every reader takes one project or all of them, and `known_at`: what was told later is then left out.
"""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from engine.core.benefits.told import Estimate, Measurement, Realised, StatedProgress
from engine.store.tables.base import metadata

_ESTIMATE: Final = metadata.tables["estimate"]
_MEASUREMENT: Final = metadata.tables["measurement"]
_REALISED: Final = metadata.tables["realised"]
_PROGRESS: Final = metadata.tables["stated_progress"]
_PROSE: Final = metadata.tables["prose"]


def estimates(
    tx: Connection, key: str | None = None, *, known_at: datetime | None = None
) -> tuple[Estimate, ...]:
    """Every estimate that was ever told, in the order it was told within its project."""
    rows = tx.execute(_limited(select(_ESTIMATE), _ESTIMATE, key, known_at))
    return tuple(
        Estimate(
            project=row.project,
            benefit=row.benefit,
            year=row.year,
            period=row.period,
            fte=row.fte,
            kroner=row.kroner,
            recorded_at=row.recorded_at,
        )
        for row in rows
    )


def measurements(
    tx: Connection, key: str | None = None, *, known_at: datetime | None = None
) -> tuple[Measurement, ...]:
    """Every measurement, by project and date."""
    rows = tx.execute(_limited(_with_words(_MEASUREMENT, "comment_ref"), _MEASUREMENT, key, known_at))
    found = [
        Measurement(
            project=row.project,
            benefit=row.benefit,
            indicator=row.indicator,
            value=row.value,
            measured_on=date.fromisoformat(row.measured_on),
            comment=row.words or "",
            recorded_at=row.recorded_at,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.project, one.measured_on)))


def realised(
    tx: Connection, key: str | None = None, *, known_at: datetime | None = None
) -> tuple[Realised, ...]:
    """What has been realised: of each benefit and year the newest telling, by project, benefit and year."""
    newest: dict[tuple[str, str, int], Realised] = {}
    for row in tx.execute(_limited(_with_words(_REALISED, "comment_ref"), _REALISED, key, known_at)):
        newest[row.project, row.benefit, row.year] = Realised(
            project=row.project,
            benefit=row.benefit,
            year=row.year,
            fte=row.fte,
            kroner=row.kroner,
            comment=row.words or "",
            recorded_at=row.recorded_at,
        )
    return tuple(newest[place] for place in sorted(newest))


def stated_progress(
    tx: Connection, period: str, key: str | None = None, *, known_at: datetime | None = None
) -> tuple[StatedProgress, ...]:
    """Where the progress of a period is said to be another than computed: the newest of each column; one
    that was taken back is absent.
    """
    wanted = _limited(_with_words(_PROGRESS, "reason_ref"), _PROGRESS, key, known_at)
    newest: dict[tuple[str, str], StatedProgress | None] = {}
    for row in tx.execute(wanted.where(_PROGRESS.c.period == period)):
        newest[row.project, row.column] = (
            None
            if row.progress is None
            else StatedProgress(
                project=row.project,
                period=row.period,
                column=row.column,
                progress=row.progress,
                reason=row.words or "",
                by=row.by,
                recorded_at=row.recorded_at,
            )
        )
    return tuple(one for place in sorted(newest) if (one := newest[place]) is not None)


def _with_words(table: Any, ref: str) -> Select[Any]:
    return select(table, _PROSE.c.text.label("words")).join(_PROSE, _PROSE.c.digest == table.c[ref])


def _limited(wanted: Select[Any], table: Any, key: str | None, known_at: datetime | None) -> Select[Any]:
    if key is not None:
        wanted = wanted.where(table.c.project == key)
    if known_at is not None:
        wanted = wanted.where(table.c.recorded_at <= known_at)
    return wanted.order_by(table.c.project, table.c.seq)
