"""How does another program read a report? The whole model as JSON, version 1.

Names are the model's own (`engine.core.report.report.TertialReport`, in its order), dates and instants ISO
8601,
årsverk numbers, amounts whole kroner, statuses and codes the data's. `total` is how many projects the
report is about. The same report gives the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any, Final

from engine.core.report.report import TertialReport
from engine.core.report.year_report import YearReport

VERSION: Final = 1


def report_json(report: TertialReport) -> dict[str, Any]:
    """A report as plain JSON values."""
    told: dict[str, Any] = _plain(report)
    return {"version": VERSION, "total": report.total, **told}


def report_bytes(report: TertialReport) -> bytes:
    """The same as UTF-8 text."""
    return (json.dumps(report_json(report), ensure_ascii=False, indent=1) + "\n").encode()


def year_bytes(report: YearReport) -> bytes:
    """A year's report as UTF-8 JSON, version 1: the year's own, and each period's whole report in `parts`."""
    told = {"version": VERSION, **_plain(report)}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
