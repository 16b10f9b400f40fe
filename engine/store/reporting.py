"""What has been reported for a period: by projects, from the accounts, as lights and as scores?

Every reader takes `known_at`: what was told later is then left out.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from engine.core.reports.told import AccountLine, Judgement, Risk, Score, StatusReport, Transfer
from engine.store.tables.base import metadata

_REPORT: Final = metadata.tables["status_report"]
_PERIOD_ACT: Final = metadata.tables["period_act"]
_IMPORT: Final = metadata.tables["period_import"]
_TEXT: Final = metadata.tables["report_text"]
_LIGHT: Final = metadata.tables["light"]
_SCORE: Final = metadata.tables["quality_score"]
_PROSE: Final = metadata.tables["prose"]


def reports(
    tx: Connection, *, project: str | None = None, period: str | None = None, known_at: datetime | None = None
) -> tuple[StatusReport, ...]:
    """Every delivered version, by project, period and version; an approval given after `known_at` is not
    there.
    """
    wanted = select(_REPORT, _PROSE.c.text).join(_PROSE, _PROSE.c.digest == _REPORT.c.fields_ref)
    if project is not None:
        wanted = wanted.where(_REPORT.c.project == project)
    if period is not None:
        wanted = wanted.where(_REPORT.c.period == period)
    if known_at is not None:
        wanted = wanted.where(_REPORT.c.delivered_at <= known_at)
    ordered = wanted.order_by(_REPORT.c.project, _REPORT.c.period, _REPORT.c.version)
    return tuple(_report(row, known_at) for row in tx.execute(ordered))


def newest_reports(
    tx: Connection, *, period: str, known_at: datetime | None = None
) -> Mapping[str, StatusReport]:
    """The newest version of each project's report of a period, by project."""
    return {one.project: one for one in reports(tx, period=period, known_at=known_at)}


def _report(row: Any, known_at: datetime | None) -> StatusReport:
    approved = row.approved_at is not None and (known_at is None or row.approved_at <= known_at)
    return StatusReport(
        project=row.project,
        period=row.period,
        version=row.version,
        fields={} if row.text is None else json.loads(row.text),
        delivered_by=row.delivered_by,
        delivered_at=row.delivered_at,
        approved_by=row.approved_by if approved else None,
        approved_at=row.approved_at if approved else None,
    )


def is_closed(tx: Connection, period: str) -> bool:
    """Whether a period takes no more reports."""
    newest = select(_PERIOD_ACT.c.closed).where(_PERIOD_ACT.c.period == period)
    return bool(tx.execute(newest.order_by(_PERIOD_ACT.c.seq.desc()).limit(1)).scalar())


def accounts(tx: Connection, period: str, *, known_at: datetime | None = None) -> tuple[AccountLine, ...]:
    """The accounts of a period as last imported, in the file's order; none when there are none."""
    row = _imported(tx, period, "accounts", known_at)
    if row is None or row.text is None:
        return ()
    as_of = date.fromisoformat(row.as_of)
    return tuple(AccountLine(period=period, as_of=as_of, **line) for line in json.loads(row.text))


def transfers(tx: Connection, period: str, *, known_at: datetime | None = None) -> tuple[Transfer, ...]:
    """What the projects apply to carry over after a period, as last imported, in the file's order."""
    row = _imported(tx, period, "transfers", known_at)
    if row is None or row.text is None:
        return ()
    return tuple(Transfer(period=period, **line) for line in json.loads(row.text))


def risks(tx: Connection, period: str, *, known_at: datetime | None = None) -> tuple[Risk, ...]:
    """The programme's own risks in a period, as last imported, by number."""
    row = _imported(tx, period, "risks", known_at)
    if row is None or row.text is None:
        return ()
    return tuple(
        Risk(**line | {"due": None if line["due"] is None else date.fromisoformat(line["due"])})
        for line in json.loads(row.text)
    )


def texts(tx: Connection, period: str, *, known_at: datetime | None = None) -> dict[str, str]:
    """What the programme's own report of a period says, by place."""
    wanted = select(_TEXT.c.place, _PROSE.c.text).join(_PROSE, _PROSE.c.digest == _TEXT.c.text_ref)
    wanted = _known(wanted.where(_TEXT.c.period == period), _TEXT, known_at).order_by(_TEXT.c.seq)
    newest = {row.place: row.text or "" for row in tx.execute(wanted)}
    return {place: newest[place] for place in sorted(newest) if newest[place]}


def _imported(tx: Connection, period: str, kind: str, known_at: datetime | None) -> Any:
    wanted = (
        select(_IMPORT.c.as_of, _PROSE.c.text)
        .join(_PROSE, _PROSE.c.digest == _IMPORT.c.lines_ref)
        .where(_IMPORT.c.period == period, _IMPORT.c.kind == kind)
    )
    return tx.execute(_known(wanted, _IMPORT, known_at).order_by(_IMPORT.c.seq.desc()).limit(1)).one_or_none()


def lights(tx: Connection, period: str, *, known_at: datetime | None = None) -> tuple[Judgement, ...]:
    """The lights that people have set for a period, the newest of each project (or programme) and area."""
    wanted = select(_LIGHT, _PROSE.c.text).join(_PROSE, _PROSE.c.digest == _LIGHT.c.reason_ref)
    ordered = _known(wanted.where(_LIGHT.c.period == period), _LIGHT, known_at).order_by(
        _LIGHT.c.chain, _LIGHT.c.seq
    )
    newest = {
        (row.project or "", row.area): Judgement(
            project=row.project,
            period=row.period,
            area=row.area,
            light=row.light,
            reason=row.text or "",
            by=row.by,
            recorded_at=row.recorded_at,
        )
        for row in tx.execute(ordered)
    }
    return tuple(newest[place] for place in sorted(newest))


def scores(
    tx: Connection, *, period: str, project: str | None = None, known_at: datetime | None = None
) -> tuple[Score, ...]:
    """Both sides' newest scores of a period, by project, indicator and side."""
    wanted = select(_SCORE, _PROSE.c.text).join(_PROSE, _PROSE.c.digest == _SCORE.c.comment_ref)
    wanted = _known(wanted.where(_SCORE.c.period == period), _SCORE, known_at)
    if project is not None:
        wanted = wanted.where(_SCORE.c.project == project)
    newest: dict[tuple[str, str, str], Score] = {}
    for row in tx.execute(wanted.order_by(_SCORE.c.project, _SCORE.c.seq)):
        for indicator, score in row.scores.items():
            newest[row.project, indicator, row.side] = Score(
                project=row.project,
                period=row.period,
                indicator=indicator,
                side=row.side,
                score=int(score),
                comment=row.text or "",
                by=row.by,
                recorded_at=row.recorded_at,
            )
    return tuple(newest[place] for place in sorted(newest))


def _known(wanted: Select[Any], table: Any, known_at: datetime | None) -> Select[Any]:
    return wanted if known_at is None else wanted.where(table.c.recorded_at <= known_at)
