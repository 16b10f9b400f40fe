"""Does the report of the first tertial of 2025 say what the story says, though nobody typed a number?

Part 4 of the story (steps 37 to 40): on 5 February one concept goes on and another ends; BP3 comes on 28 May.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Final

import pytest

from demo import report_facts, scene
from documents.tertial.content import blocks_by_id, report_content
from engine.core.programme.calendar import oslo
from engine.core.record.events.projects import PhaseEntered
from engine.core.report.report import TertialReport
from engine.queries.reports.check_report import check_report
from engine.queries.reports.read_report import read_report
from engine.store.record.record import record
from engine.store.session import Database
from language import findings as words
from tests.report_builders import demo_database

DECIDED: Final = date(2025, 2, 5)
NEW: Final = "implementering-eksisterende-vft"
ENDED: Final = "tverrfaglig-boligradgivning"
KNOWN_AT: Final = oslo(date(2025, 6, 2), time(9))
"""After BP3, so that a report that looked at today would be wrong."""

_MOVES: Final = (
    (NEW, "planlegge", DECIDED),
    (ENDED, "avsluttet", DECIDED),
    (NEW, "gjennomfore", date(2025, 5, 28)),
)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with demo_database(tmp_path_factory.mktemp("tertial")) as opened:
        for project, phase, day in _MOVES:
            moved = PhaseEntered(project=project, phase=phase, effective=day.isoformat())
            with opened.writing() as tx:
                record(tx, [moved], now=oslo(day, time(9, 21)))
        yield opened


def read(db: Database, period: str, *, known_at: datetime = KNOWN_AT) -> TertialReport:
    with db.reading() as tx:
        return read_report(tx, period, known_at=known_at)


@pytest.fixture(scope="module")
def before(db: Database) -> TertialReport:
    return read(db, "2024-T3")


@pytest.fixture(scope="module")
def after(db: Database) -> TertialReport:
    return read(db, "2025-T1")


def test_the_phases_go_from_5_23_4_3_to_3_24_4_1(before: TertialReport, after: TertialReport) -> None:
    assert (list(before.counts.values()), before.total) == ([5, 23, 4, 3], 35)
    assert (list(after.counts.values()), after.total) == ([3, 24, 4, 1], 32)


def test_table_4_follows(before: TertialReport, after: TertialReport) -> None:
    was = {row.code: row.counts for row in before.area_rows}
    now = {row.code: row.counts for row in after.area_rows}
    assert (was["4"]["Konsept"], now["4"]["Konsept"]) == (2, 1)
    assert (was["4"]["Prosjekt"], now["4"]["Prosjekt"]) == (5, 6)
    assert (was["2"]["Konsept"], now["2"]["Konsept"]) == (1, 0)


def test_departments_and_areas_follow(before: TertialReport, after: TertialReport) -> None:
    assert [one.total for one in before.departments] == [23, 12]
    assert [one.total for one in after.departments] == [21, 11]
    assert before.departments[0].columns[0].total == 8
    assert after.departments[0].columns[0].total == 7


@pytest.mark.requirement("001-38")
def test_the_sentences_are_written_and_bp3_is_not_among_them(after: TertialReport) -> None:
    blocks = blocks_by_id(report_content(after))
    assert blocks["endringer.flyttet"]["items"] == [
        (
            "Implementering av eksisterende velferdsteknologi i hjemmebaserte tjenester gikk fra konseptfase"
            " til prosjektfase 5. februar 2025."
        )
    ]
    assert blocks["endringer.avsluttet"]["items"] == [
        "Konseptarbeidet i Tverrfaglig boligrådgivning ble avsluttet 5. februar 2025."
    ]
    assert "endringer.ny" not in blocks


def test_bp3_belongs_to_the_second_tertial_and_changes_no_count(db: Database) -> None:
    second = read(db, "2025-T2")
    assert [one.key for one in second.changes] == []
    assert list(second.counts.values()) == [3, 24, 4, 0]


def test_the_report_of_the_third_tertial_does_not_change_by_what_came_after(
    db: Database, before: TertialReport
) -> None:
    then = read(db, "2024-T3", known_at=oslo(date(2025, 1, 20), time(12)))
    assert then.counts == before.counts
    assert then.changes == before.changes
    assert then.area_rows == before.area_rows
    assert then.departments == before.departments


def test_the_list_before_publishing_names_the_errors_of_the_third_tertial(db: Database) -> None:
    with db.reading() as tx:
        checked = check_report(tx, "2024-T3", known_at=KNOWN_AT, against=report_facts.printed())
    said = {one.code: words.told(one) for one in checked.findings if one.code != "several_names"}
    assert said["transfers_differ"] == (
        "Søkte overføringer summerer til 3\u00a0960\u00a0000 kroner, tabell 1 sier 3\u00a0900\u00a0000 kroner"
        " (forskjell 60\u00a0000 kroner)."
    )
    assert said["two_areas"].startswith("Digitalt tilsyn står i to områder")
    assert any(
        words.told(one).startswith("Fem prosjekter i fase Prosjekt mangler i vedlegg 2")
        for one in checked.findings
    )
    assert scene.PROJECT == NEW
