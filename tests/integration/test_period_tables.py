"""Are accounts, transfers, risks, lights and texts of a period kept whole, or refused with every mistake?"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo import scene
from engine.core.files.sheet import Sheet, read_sheet
from engine.core.refusal import Invalid, NotAllowed, Refused, Unknown
from engine.core.reports.period_tables import CODES
from engine.queries.reports.show_lights import programme_lights
from engine.store import reporting
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.reports.close_period import close_period
from engine.use_cases.reports.import_accounts import ImportedLines, import_accounts
from engine.use_cases.reports.import_risks import import_risks
from engine.use_cases.reports.import_transfers import import_transfers
from engine.use_cases.reports.set_light import set_light
from engine.use_cases.reports.write_report_text import write_report_text
from tests import builders
from tests.builders import LEADER, NOW, OFFICE

PERIOD = "2024-T3"
AS_OF = date(2025, 1, 17)
LATER = datetime(2025, 1, 20, 9, tzinfo=UTC)
DEMO = Path(__file__).parents[2] / "demo"


@pytest.fixture
def house(db: Database) -> Database:
    builders.a_programme(db)
    builders.a_project(db, key="trygghet", project_number="P-1")
    builders.a_project(db, key="annet", project_number="P-2")
    builders.a_project(db, key="tredje", project_number="P-2")
    return db


def sheet(text: str) -> Sheet:
    found = read_sheet(text.encode())
    assert isinstance(found, Sheet), found
    return found


def accounts(db: Database, text: str, **how: Any) -> Any:
    told: dict[str, Any] = {"period": PERIOD, "as_of": AS_OF, "by": OFFICE, "now": NOW} | how
    return import_accounts(db, sheet=sheet(text), **told)


def transfers(db: Database, text: str, **how: Any) -> Any:
    return import_transfers(db, sheet=sheet(text), period=PERIOD, by=OFFICE, now=NOW, **how)


def mistakes(db: Database, act: Callable[[], object]) -> list[tuple[str, str]]:
    with db.reading() as tx:
        before = ledger.heads(tx)
    with pytest.raises(Invalid) as refused:
        act()
    with db.reading() as tx:
        assert ledger.heads(tx) == before
    for one in refused.value.mistakes:
        assert one.code not in CODES or set(one.data) == set(CODES[one.code]), one
    return [(one.code, one.where) for one in refused.value.mistakes]


@pytest.mark.requirement("001-16")
def test_the_published_accounts_of_2024_are_read_and_balance(db: Database) -> None:
    builders.a_programme(db)
    text = (DEMO / "accounts-2024-t3.csv").read_text("utf-8")
    done = accounts(db, text)
    assert done == ImportedLines(period=PERIOD, lines=10, budget=49_502_000, spent=24_751_000)
    with db.reading() as tx:
        lines = reporting.accounts(tx, PERIOD)
    income = sum(line.budget or 0 for line in lines if line.group == "inntekt")
    spending = sum(line.budget or 0 for line in lines if line.group != "inntekt")
    assert (income, spending) == (24_751_000, 24_751_000)
    assert sum(line.spent or 0 for line in lines) == 24_751_000
    assert {line.as_of for line in lines} == {AS_OF}


@pytest.mark.requirement("001-16")
def test_the_demo_holds_what_the_published_report_printed_and_where_it_disagrees(db: Database) -> None:
    scene.prepare(db)
    with db.reading() as tx:
        asked = sum(one.amount for one in reporting.transfers(tx, PERIOD))
        (line,) = [one for one in reporting.accounts(tx, PERIOD) if one.group == "overforing"]
        risks = [one.title for one in reporting.risks(tx, PERIOD)]
    assert (asked, line.spent) == (3_960_000, 3_900_000)
    assert len(risks) == 3


def test_columns_are_known_by_their_norwegian_titles_too(house: Database) -> None:
    accounts(house, "Tekst;Gruppe;Budsjett;Regnskap;Prosjektnummer\nKurs;Utgift;1 200 000;900 000 kr;P-1\n")
    with house.reading() as tx:
        (line,) = reporting.accounts(tx, PERIOD)
    assert (line.label, line.group, line.project_number) == ("Kurs", "utgift", "P-1")
    assert (line.budget, line.spent) == (1_200_000, 900_000)


def test_a_later_import_takes_the_place_of_the_whole_of_the_earlier(house: Database) -> None:
    accounts(house, "label,group,budget\na,utgift,1\nb,utgift,2\n")
    accounts(house, "label,group,budget\nc,utgift,3\n", now=LATER)
    with house.reading() as tx:
        assert [line.label for line in reporting.accounts(tx, PERIOD)] == ["c"]
        assert [line.label for line in reporting.accounts(tx, PERIOD, known_at=NOW)] == ["a", "b"]
        assert reporting.accounts(tx, "2025-T1") == ()


def test_every_mistake_in_the_accounts_is_named_with_its_cell(house: Database) -> None:
    text = (
        "label,group,project_number,budget,spent\n"
        "Ukjent nummer,utgift,P-9,1,\n"
        "To prosjekter,utgift,P-2,1,\n"
        ",gave,P-1,mye,\n"
        "Tom,utgift,,,\n"
        "Tom,utgift,,1,\n"
    )
    assert mistakes(house, lambda: accounts(house, text)) == [
        ("table_cell_missing", "A4"),
        ("value.not_a_choice", "B4"),
        ("value.not_a_number", "D4"),
        ("table_number_unknown", "C2"),
        ("table_number_of_several", "C3"),
        ("table_no_amount", "A4"),
        ("table_no_amount", "A5"),
        ("table_twice", "A6"),
    ]
    assert mistakes(house, lambda: accounts(house, "label,gruppe,buget\na,utgift,1\n")) == [
        ("table_column_unknown", "C1")
    ]
    assert mistakes(house, lambda: accounts(house, "budget\n1\n")) == [
        ("table_column_missing", "A1"),
        ("table_column_missing", "A1"),
    ]


def test_only_the_programme_office_imports_and_only_while_the_period_is_open(house: Database) -> None:
    with pytest.raises(NotAllowed):
        accounts(house, "label,group,budget\na,utgift,1\n", by=LEADER)
    with pytest.raises(Unknown):
        accounts(house, "label,group,budget\na,utgift,1\n", period="1999-T1")
    close_period(house, period=PERIOD, by=OFFICE, now=NOW)
    refused = accounts(house, "label,group,budget\na,utgift,1\n")
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.reasons] == ["period_closed"]


def test_a_transfer_names_its_project_by_key_or_by_number(house: Database) -> None:
    transfers(
        house, "project,project_number,label,amount\nannet,,Elektronisk dørlås,500 000\n,P-1,Lager,360000\n"
    )
    with house.reading() as tx:
        found = [(one.project, one.label, one.amount) for one in reporting.transfers(tx, PERIOD)]
    assert found == [("annet", "Elektronisk dørlås", 500_000), ("trygghet", "Lager", 360_000)]


def test_every_mistake_in_the_transfers_is_named(house: Database) -> None:
    text = (
        "project,project_number,label,amount\n"
        "tryghet,,a,1\n"
        ",P-9,b,2\n"
        ",,c,3\n"
        "annet,,d,2.4\n"
        "annet,,e,5\nannet,,e,5\n"
    )
    assert mistakes(house, lambda: transfers(house, text)) == [
        ("value.not_whole", "D5"),
        ("table_project_unknown", "A2"),
        ("table_number_unknown", "B3"),
        ("table_cell_missing", "A4"),
        ("table_twice", "A7"),
    ]


def test_the_programmes_own_risks_are_kept_with_both_kinds_of_measures(house: Database) -> None:
    text = (
        "Nr;title;kind;probability;consequence;measures;mitigation;due\n"
        "2;Lite forankring;;;;Møte;;\n1;Kapasitet;trussel;4;5;Vikarer;Utsette;1.6.2025\n"
    )
    import_risks(house, sheet=sheet(text), period=PERIOD, by=OFFICE, now=NOW)
    with house.reading() as tx:
        found = {one.number: one for one in reporting.risks(tx, PERIOD)}
    assert (found[1].probability, found[1].consequence, found[1].due) == (4, 5, date(2025, 6, 1))
    assert (found[1].measures, found[1].mitigation) == ("Vikarer", "Utsette")
    assert (found[2].kind, found[2].probability, found[2].owner) == ("trussel", None, "")
    wrong = "number,title,probability,consequence\n1,a,3,\n1,b,,6\n"
    assert mistakes(
        house, lambda: import_risks(house, sheet=sheet(wrong), period=PERIOD, by=OFFICE, now=NOW)
    ) == [
        ("value.out_of_range", "D3"),
        ("table_twice", "A3"),
        ("table_half_weighed", "A2"),
    ]


def light(db: Database, **how: Any) -> Any:
    told: dict[str, Any] = {"area": "okonomi", "light": "gul", "reason": "Mindreforbruk.", "by": OFFICE}
    return set_light(db, period=PERIOD, **({"now": NOW} | told | how))


def test_a_light_is_a_judgement_with_a_reason_and_the_newest_holds(house: Database) -> None:
    light(house)
    light(house, light="gronn", reason="Avklart.", now=LATER)
    with house.reading() as tx:
        assert [(one.area, one.light, one.reason) for one in reporting.lights(tx, PERIOD)] == [
            ("okonomi", "gronn", "Avklart.")
        ]
        assert [one.light for one in reporting.lights(tx, PERIOD, known_at=NOW)] == ["gul"]


def test_a_light_without_reason_or_in_another_language_is_refused(house: Database) -> None:
    assert isinstance(light(house, reason=" "), Refused)
    for wrong in ({"light": "yellow"}, {"area": "economy"}):
        with pytest.raises(Unknown):
            light(house, **wrong)
    with pytest.raises(NotAllowed):
        light(house, by=LEADER)


def test_a_judgement_and_a_key_figure_are_both_shown_where_they_differ(house: Database) -> None:
    rules = "\nreporting: {key_figures: [{area: okonomi, figure: avvik_prosent, yellow: 5, red: 10}]}\n"

    def told() -> dict[str, tuple[str | None, str | None, bool]]:
        with house.reading() as tx:
            return {
                one.area: (None if one.judged is None else one.judged.light, one.computed, one.differs)
                for one in programme_lights(tx, period=PERIOD, today=NOW.date())
            }

    light(house)
    assert told()["okonomi"] == ("gul", None, False), "no rule is shipped, and none gives a light"
    load_programme(house, text=builders.programme_text() + rules, now=NOW + timedelta(seconds=1))
    assert told()["okonomi"] == ("gul", None, False), "nothing is known of the accounts"
    accounts(house, "label,group,budget,spent\na,utgift,100,80\n")
    assert told()["okonomi"] == ("gul", "rod", True)
    assert told()["risiko"] == (None, None, False)


def test_a_text_stands_in_its_place_until_it_is_taken_away(house: Database) -> None:
    def write(place: str, text: str) -> object:
        return write_report_text(house, period=PERIOD, place=place, text=text, by=OFFICE, now=NOW)

    write("status", "Godt i gang.")
    write("okonomi", "Forsinkelser.")
    write("okonomi", "")
    with house.reading() as tx:
        assert reporting.texts(tx, PERIOD) == {"status": "Godt i gang."}
        assert ledger.verify(tx).faults == ()


def test_whatever_was_imported_can_be_rebuilt(house: Database) -> None:
    accounts(house, "label,group,budget\na,utgift,3000000000\n")
    transfers(house, "project,label,amount\nannet,x,5\n")
    import_risks(house, sheet=sheet("number,title\n1,a\n"), period=PERIOD, by=OFFICE, now=NOW)
    light(house)
    with house.reading() as tx:
        assert ledger.verify(tx).faults == ()
