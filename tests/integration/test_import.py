"""Is a portfolio taken in whole with its history, or refused whole with every mistake by row and column?"""

from datetime import date

import pytest
from sqlalchemy import text

from engine.core.files.sheet import Sheet, read_sheet
from engine.core.refusal import Invalid
from engine.store import outbox, projects
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.projects.import_projects import CODES, import_projects
from tests import builders
from tests.builders import LEADER, NOW, SINCE

GOOD = {"key": "trygghet", "title": "Trygghet hjemme", "workflow": "liten", "phase": "konsept"}


def taken_in(db: Database, *rows: dict[str, str]) -> tuple[str, ...]:
    return import_projects(
        db, sheet=builders.sheet([GOOD | row for row in rows]), effective=SINCE, now=NOW
    ).keys


def mistakes(db: Database, sheet: Sheet) -> list[tuple[str, str]]:
    """Codes and cells; and nothing whatsoever has been registered."""
    with db.reading() as tx:
        before = ledger.heads(tx), projects.keys(tx)
    with pytest.raises(Invalid) as refused:
        import_projects(db, sheet=sheet, effective=SINCE, now=NOW)
    with db.reading() as tx:
        assert (ledger.heads(tx), projects.keys(tx)) == before
    for one in refused.value.mistakes:
        assert one.code not in CODES or set(one.data) == set(CODES[one.code]), one
    return [(one.code, one.where) for one in refused.value.mistakes]


def test_a_row_becomes_a_project_with_its_facts_its_course_and_its_people(db: Database) -> None:
    builders.a_programme(db)
    row = {
        "phase": "gjennomfore",
        "phase_on": "2024-09-01",
        "phase_before": "konsept",
        "phase_assumed": "ja",
        "taken_in_on": "2024-01-15",
        "started_on": "2024-03-01",
        "focus_area": "2",
        "shared_with": "ho | st",
        "cost_total": "1 200 000",
        "prosjektleder": "PROSJEKTLEDER@example.org",
        "notes": "Leses ikke.",
    }
    assert taken_in(db, row) == ("trygghet",)
    with db.reading() as tx:
        found = projects.load(tx, "trygghet")
        assert found is not None
        assert (found.phase, found.phase_assumed, found.taken_in_on) == (
            "gjennomfore",
            True,
            date(2024, 1, 15),
        )
        assert [(one.phase, one.effective.isoformat()) for one in projects.phases(tx, "trygghet")] == [
            ("konsept", "2024-03-01"),
            ("gjennomfore", "2024-09-01"),
        ]
        facts = projects.facts(tx, "trygghet")
        assert (facts["cost_total"], facts["shared_with"]) == (1_200_000, ["ho", "st"])
        assert projects.roles(tx, "trygghet", on=SINCE)["prosjektleder"].email == LEADER
        assert "notes" not in facts
        assert outbox.counts(tx) == {}, "what is imported is history, and tells nobody"


def test_facts_hold_from_the_day_they_are_given_for(db: Database) -> None:
    builders.a_programme(db)
    taken_in(db, {"goals": "Mål."})
    with db.reading() as tx:
        assert "goals" not in projects.facts(tx, "trygghet", on=date(2024, 12, 30))
        assert projects.facts(tx, "trygghet", on=SINCE)["goals"] == "Mål."
        assert projects.facts(tx, "trygghet", on=SINCE, known_at=NOW.replace(year=2024)) == {}


def test_the_files_order_is_kept(db: Database) -> None:
    builders.a_programme(db)
    keys = tuple(f"p-{number}" for number in (3, 1, 2))
    assert taken_in(db, *({"key": key} for key in keys)) == keys


WRONG_CELLS: list[tuple[dict[str, str], str, str]] = [
    ({"key": ""}, "import_cell_missing", "A2"),
    ({"title": ""}, "import_cell_missing", "B2"),
    ({"workflow": ""}, "import_cell_missing", "C2"),
    ({"phase": ""}, "import_cell_missing", "D2"),
    ({"key": "Trygghet Hjemme"}, "import_key_shape", "A2"),
    ({"key": "alt-her"}, "import_key_known", "A2"),
    ({"workflow": "stor"}, "import_workflow_unknown", "C2"),
    ({"phase": "Konsept"}, "import_phase_unknown", "D2"),
    ({"phase": "planlegge"}, "import_phase_unknown", "D2"),
    ({"phase_before": "planlegge"}, "import_phase_unknown", "E2"),
    ({"phase_on": "i fjor"}, "value.not_a_date", "E2"),
    ({"phase_on": "2024-02-30"}, "value.no_such_date", "E2"),
    ({"phase_assumed": "kanskje"}, "value.not_yes_no", "E2"),
    ({"cost_total": "mye"}, "value.not_a_number", "E2"),
    ({"size": "enorm"}, "value.not_a_choice", "E2"),
    ({"room_url": "javascript:alert(1)"}, "value.not_a_web_address", "E2"),
    ({"benefits": '[{"title": "a", "colour": "b"}]'}, "value.unknown_field", "E2"),
    ({"benefits": "[{]"}, "value.not_json", "E2"),
    ({"prosjektleder": "ukjent@example.org"}, "import_person_unknown", "E2"),
]


def test_a_wrong_cell_is_told_by_row_and_column(db: Database) -> None:
    builders.a_programme(db)
    builders.a_project(db, key="alt-her")
    for row, code, where in WRONG_CELLS:
        assert mistakes(db, builders.sheet([GOOD | row])) == [(code, where)], row


def test_every_mistake_of_a_file_is_told_at_once(db: Database) -> None:
    builders.a_programme(db)
    rows = [
        GOOD | {"size": "enorm"},
        GOOD | {"phase": "ukjent", "size": "liten", "prosjektleder": "x@example.org"},
        GOOD | {"key": "god"},
        GOOD | {"key": "", "workflow": "stor"},
    ]
    assert mistakes(db, builders.sheet(rows)) == [
        ("value.not_a_choice", "E2"),
        ("import_key_twice", "A3"),
        ("import_phase_unknown", "D3"),
        ("import_person_unknown", "F3"),
        ("import_cell_missing", "A5"),
        ("import_workflow_unknown", "C5"),
    ]


def test_a_missing_or_foreign_column_stops_the_file_before_its_rows_are_read(db: Database) -> None:
    builders.a_programme(db)
    rows = [{"key": "a", "titel": "b", "workflow": "liten", "phase": "konsept", "phase_name": ""}]
    with pytest.raises(Invalid) as refused:
        import_projects(db, sheet=builders.sheet(rows), effective=SINCE, now=NOW)
    assert {(one.code, one.data["name"]) for one in refused.value.mistakes} == {
        ("import_column_missing", "title"),
        ("import_column_unknown", "titel"),
        ("import_column_unknown", "phase_name"),
    }


def test_the_same_file_twice_is_refused_the_second_time(db: Database) -> None:
    builders.a_programme(db)
    taken_in(db, {}, {"key": "andre"})
    assert mistakes(db, builders.sheet([GOOD, GOOD | {"key": "andre"}, GOOD | {"key": "tredje"}])) == [
        ("import_key_known", "A2"),
        ("import_key_known", "A3"),
    ]


def test_a_file_as_excel_saves_it_is_imported(db: Database) -> None:
    builders.a_programme(db)
    content = "\ufeffkey;title;workflow;phase;goals\r\nål;Ål;liten;konsept;\r\n".encode()
    found = read_sheet(content)
    assert isinstance(found, Sheet)
    assert mistakes(db, found) == [("import_key_shape", "A2")]
    found = read_sheet(content.replace("ål;".encode(), b"al;", 1))
    assert isinstance(found, Sheet)
    import_projects(db, sheet=found, effective=SINCE, now=NOW)
    with db.reading() as tx:
        assert tx.execute(text("SELECT count(*) FROM project")).scalar_one() == 1
