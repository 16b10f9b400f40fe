"""How does a test get a report? From facts written in one line each, or from the demo's whole portfolio."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from demo import report_facts, scene
from engine.core.programme.calendar import PLAIN
from engine.core.report.known import Entry, Group, Known, Reported, Span, TargetLine, Term
from engine.queries.reports.read_report import gather
from engine.store import schema
from engine.store.session import Database

KNOWN_AT: Final = datetime(2025, 1, 20, 12, tzinfo=UTC)
PERIOD: Final = Span(id="2024-T3", first=date(2024, 9, 1), last=date(2024, 12, 31))
AREAS: Final = (
    Group(code="", title="", terms=tuple(Term(code=str(n), title=f"Innsats {n}") for n in (1, 2, 3))),
)
DEPARTMENTS: Final = (
    Group(
        code="ho",
        title="Helse og omsorg",
        terms=(Term(code="hjemme", title="Hjemme"), Term(code="felles-ho", title="Felles")),
    ),
    Group(code="st", title="Sosiale tjenester", terms=(Term(code="boa", title="BoA", also=("Botilbud",)),)),
)


def an_entry(key: str, status: str | None = "Prosjekt", **changes: Any) -> Entry:
    """A project in the programme, in focus area 1 and the home services, there since before the period."""
    entry = Entry(
        key=key,
        title=key.replace("-", " ").capitalize(),
        outside=False,
        phase_title=status or "",
        reported_as=status,
        since=date(2024, 3, 1),
        was=None,
        area="1",
        strategy_area="hs1",
        service="Hjemme",
        service_area="hjemme",
        shared_with=(),
        aliases=(),
        description=f"Om {key}.",
        started_on=None,
        parent=None,
        closing_reason="",
        carried_to="",
        benefits=(),
    )
    return replace(entry, **changes)


def a_benefit(**changes: Any) -> dict[str, Any]:
    """A prioritised gevinstmål with everything the rule asks for."""
    return {
        "id": "A1",
        "title": "Mindre kjøring",
        "kind": "frigjort_tid",
        "prioritised": True,
        "ambition": "Ti prosent",
        "due": "2026-12-31",
        "indicators": [{"id": "i1", "title": "Kjøretid", "unit": "minutter"}],
        **changes,
    }


def known_of(*entries: Entry, before: dict[str, str | None] | None = None, **changes: Any) -> Known:
    """What a report is computed from; without `before`, everything stood as it does now."""
    known = Known(
        programme="Prøveprogrammet",
        period=PERIOD,
        previous="2024-T2",
        known_at=KNOWN_AT,
        entries=entries,
        before={one.key: one.reported_as for one in entries} if before is None else before,
        focus_areas=AREAS,
        departments=DEPARTMENTS,
        targets=(TargetLine(code="hs1", title="Strategi", low=500, high=800, by=2040, areas=("hs1",)),),
        calendar=PLAIN,
        reported=Reported(),
    )
    return replace(known, **changes)


@contextmanager
def demo_database(folder: Path) -> Iterator[Database]:
    """The demo's programme and its 35 projects."""
    url = f"sqlite:///{folder / 'faseport.db'}"
    schema.upgrade(url)
    db = Database(url)
    try:
        scene.prepare(db)
        yield db
    finally:
        db.close()


def known_t3_2024(db: Database) -> Known:
    """All that the report of the third tertial of 2024 is computed from, what was told for it included."""
    with db.reading() as tx:
        return gather(tx, report_facts.PERIOD, known_at=KNOWN_AT)
