"""A workbook comes back with the projects' reports: all of them are delivered, or none and every mistake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.programme.calendar import local_date
from engine.core.record.events.event import Event
from engine.core.refusal import Invalid, Mistake, NotAllowed, Refused, Unknown
from engine.core.reports.report_book import Book, Filled, Page, moved
from engine.core.text import nearest
from engine.queries.people.actors import person_named
from engine.queries.reports.report_form import report_form
from engine.store import projects, reporting
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.reports.deliver_report import Delivered, prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedReports:
    """What was delivered, and the projects that were not: their report was as it stood, or not filled in."""

    delivered: tuple[Delivered, ...]
    unchanged: tuple[str, ...]
    empty: tuple[str, ...]


def import_reports(db: Database, *, book: Book, by: str, now: datetime) -> ImportedReports:
    """Deliver every report of a workbook, as programkontoret or as the leader of each project.

    Raises Unknown for the person, and Invalid with every mistake and its cell; then nothing is delivered.
    """
    filled = book.forms
    mistakes: list[Mistake] = []
    delivered: list[Delivered] = []
    unchanged: list[str] = []
    events: list[Event] = []
    with db.writing() as tx:
        person_named(tx, by)
        answered = [one for one in filled if not one.is_empty]
        # In the order of their keys, so that two imports wait for each other and never in a ring.
        for one in sorted(answered, key=lambda form: form.project):
            done, told, wrong = _one(tx, one, by=by, now=now)
            mistakes += wrong
            if isinstance(done, Delivered):
                delivered.append(done)
                events += told
            elif done is not None:
                unchanged.append(one.project)
        if mistakes:
            raise Invalid(tuple(mistakes))
        record(tx, events, now=now)
    return ImportedReports(
        delivered=tuple(delivered),
        unchanged=tuple(unchanged),
        empty=tuple(one.project for one in filled if one.is_empty),
    )


def _one(
    tx: Connection, form: Filled, *, by: str, now: datetime
) -> tuple[Delivered | Refused | None, list[Event], list[Mistake]]:
    """What delivering one form would write; Refused when it says nothing new."""
    raw: Mapping[str, Any] = form.raw
    try:
        done, events, problems = prepared(tx, key=form.project, period=form.period, raw=raw, by=by, now=now)
    except Unknown as missing:
        if missing.kind != "project":
            period = {"value": form.period, "nearest": missing.nearest}
            return None, [], [moved(form.place, "book_period_unknown", period)]
        near = nearest(form.project, projects.keys(tx))
        told = {"value": form.project, "nearest": near}
        return None, [], [moved(form.place, "book_project_unknown", told)]
    except NotAllowed as refused:
        return None, [], [moved(form.place, refused.code, refused.data)]
    if problems:
        return None, [], [form.at(one) for one in problems]
    if isinstance(done, Refused):
        stopped = [one for one in done.reasons if one.code != "report_unchanged"]
        if stopped:
            return None, [], [moved(form.place, one.code, one.data) for one in stopped]
    return done, events, []


def pages_for(tx: Connection, *, keys: Sequence[str], period: str, now: datetime) -> tuple[Page, ...]:
    """The projects' forms as they are sent out. Raises Unknown for a project or period."""
    pages = []
    for key in keys:
        form = report_form(tx, key=key, period=period, today=local_date(now))
        earlier = [one for one in reporting.reports(tx, project=key) if one.period < form.period.id]
        pages.append(
            Page(
                project=key,
                title=form.title,
                period=form.period.id,
                fields=form.filled.fields,
                values=form.filled.values,
                last=earlier[-1].fields if earlier else {},
                benefits={str(one["id"]): str(one.get("title", "")) for one in form.benefits},
            )
        )
    return tuple(pages)
