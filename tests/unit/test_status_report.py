"""Is a form filled in from what is known, are its mistakes named, and does a workbook come back whole?"""

import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from engine.core.files.sheet import Sheet, read_sheet
from engine.core.programme.calendar import PLAIN
from engine.core.refusal import Mistake
from engine.core.reports import status_report
from engine.core.reports.report_book import CODES as BOOK_CODES
from engine.core.reports.report_book import Book, Page, read_book, write_book
from engine.core.reports.status_report import CODES, approval, changed_fields, filled, form, read_report
from engine.core.reports.told import StatusReport
from language.sentences import sentence
from language.status_reports import approval_word, form_sentence

PROJECT = form("Prosjekt")
GOOD: dict[str, Any] = {
    "progress": "Opplæring er gjennomført i fire soner.",
    "risks": [
        {"title": "Lite tid", "kind": "trussel", "probability": 4, "consequence": 3, "measures": "Vikarer"}
    ],
    "benefits": [{"benefit": "A1", "comment": "Nullpunktet er målt."}],
    "estimates": [{"benefit": "A1", "year": 2027, "fte": "3,5", "kroner": "2 400 000"}],
}


def problems(raw: dict[str, Any], fields: Any = PROJECT) -> list[tuple[str, str]]:
    found = read_report(fields, raw, benefits=["A1", "K1"], year=2025)
    for one in found.problems:
        if one.code in CODES:
            assert set(one.data) == set(CODES[one.code]), one
    return [(one.code, one.path) for one in found.problems]


# --- the form ---------------------------------------------------------------------------------------------


def test_a_project_has_seven_fields_and_a_concept_five() -> None:
    sizes = {
        status: len(form(status)) for status in ("Konsept", "Prosjekt", "Realisering", "Avsluttet", None)
    }
    assert sizes == {"Konsept": 5, "Prosjekt": 7, "Realisering": 6, "Avsluttet": 3, None: 5}


def test_no_form_asks_for_a_budget_or_for_what_was_spent() -> None:
    asked = {field.name for status in ("Konsept", "Prosjekt", "Realisering") for field in form(status)}
    assert asked.isdisjoint({"budget", "spent", "accounts"})


def test_lights_and_yearly_sections_are_asked_for_where_the_programme_wants_them() -> None:
    fields = form("Prosjekt", lights=("fremdrift", "risiko"), sections=[("milepaler", "Milepæler", "")])
    assert [field.name for field in fields[-2:]] == ["lights", "milepaler"]
    assert [id_ for id_, _ in fields[-2].fields[0].choices] == ["fremdrift", "risiko"]


@pytest.mark.parametrize(
    ("fields", "changed", "told"),
    [
        (7, 3, "Sju felt, tre er endret siden sist."),
        (7, 0, "Sju felt, ingen er endret siden sist."),
        (7, 1, "Sju felt, en er endret siden sist."),
        (5, None, "Fem felt."),
    ],
)
def test_how_much_has_changed_is_said_in_one_sentence(fields: int, changed: int | None, told: str) -> None:
    assert form_sentence(fields, changed) == told


def test_a_form_is_filled_in_from_the_last_report_and_from_what_is_known() -> None:
    last = {
        "progress": "Som planlagt.",
        "risks": [{"title": "Gammel"}],
        "benefits": [{"benefit": "A1", "comment": "Målt."}],
        "estimates": [{"benefit": "A1", "year": 2027, "fte": 3.0}],
        "next_steps": "BP3 i mai.",
    }
    known = {
        "risks": [{"title": "Ny"}],
        "benefits": ["A1", "K1"],
        "estimates": [{"benefit": "A1", "year": 2027, "fte": 4.5}],
    }
    found = filled(PROJECT, last=last, known=known)
    assert found.changed == ("risks", "benefits", "estimates")
    assert found.values["progress"] == "Som planlagt."
    assert found.values["benefits"] == [{"benefit": "A1", "comment": "Målt."}, {"benefit": "K1"}]
    assert filled(PROJECT, last=None, known=known).changed is None


def test_nothing_has_changed_when_all_is_as_it_was() -> None:
    assert changed_fields(PROJECT, {"progress": "x", "risks": []}, {"progress": "x"}) == ()


# --- its mistakes -----------------------------------------------------------------------------------------


def test_a_good_form_is_read_as_values() -> None:
    found = read_report(PROJECT, GOOD, benefits=["A1"], year=2025)
    assert found.problems == ()
    assert found.values["estimates"] == [{"benefit": "A1", "year": 2027, "fte": 3.5, "kroner": 2_400_000}]


def test_every_mistake_is_named_at_once() -> None:
    raw = {
        "progres": "Feil navn",
        "risks": [{"kind": "fare"}, {"title": "Halv", "probability": 6}, {"title": "Halv", "consequence": 2}],
        "benefits": [{"benefit": "A9"}, {"benefit": "A1"}, {"benefit": "A1"}],
        "estimates": [{"benefit": "A1", "year": 2027, "fte": "1.234"}, {"benefit": "A1"}],
    }
    assert problems(raw) == [
        ("report.unknown_field", "progres"),
        ("report.missing", "progress"),
        ("value.not_a_choice", "risks[0].kind"),
        ("value.out_of_range", "risks[1].probability"),
        ("value.ambiguous_number", "estimates[0].fte"),
        ("report.unknown_benefit", "benefits[0].benefit"),
        ("report.twice", "benefits[2].benefit"),
    ]


def test_lists_must_make_sense_too() -> None:
    raw = GOOD | {
        "risks": [{"measures": "uten tittel"}, {"title": "Halv", "consequence": 2}],
        "estimates": [{"benefit": "A1"}, {"benefit": "A1", "year": 2028, "fte": 1}],
    }
    assert problems(raw) == [
        ("report.risk_untitled", "risks[0].title"),
        ("report.half_weighed", "risks[1].probability"),
        ("report.missing", "estimates[0].year"),
        ("report.no_figure", "estimates[0].fte"),
    ]
    realised = {"progress": "x", "realised": [{"benefit": "A1", "year": 2026, "fte": 1}]}
    assert problems(realised, form("Realisering")) == [("report.year_ahead", "realised[0].year")]


def test_a_light_has_an_area_a_colour_and_a_reason_and_each_area_one() -> None:
    fields = form("Konsept", lights=("fremdrift", "risiko"))
    raw = {
        "progress": "x",
        "lights": [
            {"area": "fremdrift", "light": "Grønn"},
            {"area": "Fremdrift", "light": "rød", "reason": "y"},
            {"light": "gul", "reason": "z"},
        ],
    }
    assert problems(raw, fields) == [
        ("report.light_without_reason", "lights[0].reason"),
        ("report.twice", "lights[1].area"),
        ("report.missing", "lights[2].area"),
    ]
    english = {"progress": "x", "lights": [{"area": "okonomi", "light": "green", "reason": "y"}]}
    assert (
        problems(english, fields)
        == [
            ("value.not_a_choice", "lights[0].area"),
            ("value.not_a_choice", "lights[0].light"),
            ("report.missing", "lights[0].area"),
        ][:2]
    )


@given(st.dictionaries(st.sampled_from([*(field.name for field in PROJECT), "annet"]), st.text(max_size=30)))
def test_whatever_is_written_is_read_or_refused(raw: dict[str, Any]) -> None:
    found = read_report(PROJECT, raw, benefits=["A1"], year=2025)
    assert "annet" not in raw or any(one.code == "report.unknown_field" for one in found.problems)


# --- approved or not --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2025, 5, 16), "Venter på eier"),
        (date(2025, 5, 21), "Venter på eier"),
        (date(2025, 5, 22), "Ikke godkjent av eier"),
    ],
)
def test_an_owner_who_is_silent_for_three_working_days_is_shown(today: date, told: str) -> None:
    """Delivered on Friday 16 May 2025; Monday, Tuesday and Wednesday are the three days."""
    at = datetime(2025, 5, 16, 8, 42, tzinfo=UTC)
    report = StatusReport(
        project="p",
        period="2025-T1",
        version=1,
        fields={},
        delivered_by=None,
        delivered_at=at,
        approved_by=None,
        approved_at=None,
    )
    found = approval(report, PLAIN, today=today, delivered_on=at.date(), owner_days=3)
    assert approval_word(found) == told


# --- the workbook -----------------------------------------------------------------------------------------


def page(project: str = "p", **values: Any) -> Page:
    return Page(
        project=project,
        title="Prosjektet",
        period="2025-T1",
        fields=form("Prosjekt", lights=("fremdrift",)),
        values=GOOD | values,
        last={"progress": "Før"},
        benefits={"A1": "Færre tilsyn"},
    )


def sent(*pages: Page) -> Any:
    return load_workbook(io.BytesIO(write_book(pages or (page(),))))


def saved(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def wrong(book: Workbook) -> list[tuple[str, str]]:
    found = read_book(saved(book))
    assert isinstance(found, tuple), found
    for one in found:
        assert isinstance(one, Mistake)
        if one.code in BOOK_CODES:
            assert set(one.data) == set(BOOK_CODES[one.code]), one
    return [(one.code, one.where) for one in found]


def test_what_is_sent_out_comes_back_as_it_was() -> None:
    found = read_book(write_book([page("a"), page("b", progress="=SUM(A1) & <b> 漢 😀")]))
    assert isinstance(found, Book)
    assert [one.project for one in found.forms] == ["a", "b"]
    for one in found.forms:
        read = read_report(page().fields, one.raw, benefits=["A1"], year=2025)
        assert read.problems == ()
        assert read.values["estimates"] == [{"benefit": "A1", "year": 2027, "fte": 3.5, "kroner": 2_400_000}]
        assert read.values["risks"] == [GOOD["risks"][0]]
    assert found.forms[1].raw["progress"] == "=SUM(A1) & <b> 漢 😀"


def test_dates_go_out_as_dates_and_come_back_as_they_were() -> None:
    risk = GOOD["risks"][0] | {"due": "2025-06-30"}
    book = sent(page(risks=[risk]))
    cell = book["Usikkerhet"]["J2"]
    assert (cell.is_date, cell.number_format) == (True, "DD.MM.YYYY")
    found = read_book(saved(book))
    assert isinstance(found, Book)
    read = read_report(page().fields, found.forms[0].raw, benefits=["A1"], year=2025)
    assert (read.problems, read.values["risks"]) == ((), [risk])


def test_columns_that_have_been_moved_are_named_with_sheet_and_cell() -> None:
    book = sent()
    book["Usikkerhet"].move_range("B1:B2", cols=20)
    book["Rapport"]["F1"] = "Kommentar"
    assert wrong(book) == [
        ("book_column_moved", "Rapport!F1"),
        ("book_column_moved", "Usikkerhet!B1"),
        ("book_column_moved", "Usikkerhet!V1"),
    ]


def test_a_workbook_without_its_sheet_or_its_rows_is_refused() -> None:
    book = sent()
    del book["Rapport"]
    assert wrong(book) == [("book_sheet_missing", "Rapport!A1")]
    book = sent()
    book["Rapport"].delete_rows(2, 50)
    book["Usikkerhet"].delete_rows(2, 50)
    for sheet in ("Gevinster", "Anslag"):
        book[sheet].delete_rows(2, 50)
    assert wrong(book) == [("book_empty", "Rapport!A1")]
    assert read_book(b"PK not a workbook") == read_book(b"hei")


def test_formulas_foreign_projects_and_rows_told_twice_are_named() -> None:
    book = sent()
    book["Rapport"]["F2"] = "=1+1"
    assert wrong(book) == [("sheet_formula", "Rapport!F2")]
    book = sent()
    book["Usikkerhet"]["A2"] = "ukjent"
    book["Anslag"]["A2"] = None
    book["Rapport"]["D3"] = "progress"
    book["Rapport"]["C4"] = "2025-T2"
    assert wrong(book) == [
        ("book_question_twice", "Rapport!D3"),
        ("book_other_period", "Rapport!C4"),
        ("book_project_unknown", "Usikkerhet!A2"),
        ("book_project_missing", "Anslag!A2"),
    ]


def test_a_wrong_answer_is_placed_at_its_own_cell() -> None:
    book = sent(page(lights=[{"area": "fremdrift", "light": "gul", "reason": "x"}]))
    book["Anslag"]["E2"] = "mye"
    book["Usikkerhet"]["E2"] = 9
    book["Trafikklys"]["C2"] = "yellow"
    found = read_book(saved(book))
    assert isinstance(found, Book)
    (one,) = found.forms
    read = read_report(page().fields, one.raw, benefits=["A1"], year=2025)
    assert [(each.code, one.at(each).where) for each in read.problems] == [
        ("value.out_of_range", "Usikkerhet!E2"),
        ("value.not_a_number", "Anslag!E2"),
        ("value.not_a_choice", "Trafikklys!C2"),
    ]
    assert status_report.CODES["report.missing"] == ("title",)


SOUND = write_book([page()])


@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=200).map(lambda junk: b"PK\x03\x04" + junk),
        st.tuples(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=20)).map(
            lambda cut: SOUND[: cut[0]] + cut[1] + SOUND[cut[0] + len(cut[1]) :]
        ),
    )
)
def test_whatever_bytes_come_a_workbook_is_read_or_its_mistakes_are_named(content: bytes) -> None:
    found = read_book(content)
    assert isinstance(found, Book) or (found and all(isinstance(one, Mistake) for one in found))


@pytest.mark.parametrize(
    ("part", "was", "becomes"),
    [
        ("xl/worksheets/sheet2.xml", b"topLeftCell", b"topLeftCelV"),
        ("xl/worksheets/sheet2.xml", b'r="A1"', b'r="ZZZZZ9"'),
        ("xl/workbook.xml", b"minimized", b"minDmized"),
        ("xl/styles.xml", b"numFmtId", b"numFmtIlId"),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet2.xml", b"worksheets/gone.xml"),
        ("xl/worksheets/sheet2.xml", b"<sheetData>", b"<sheetData"),
    ],
)
def test_a_workbook_with_a_broken_part_is_refused_and_nothing_is_raised(
    part: str, was: bytes, becomes: bytes
) -> None:
    source, broken = zipfile.ZipFile(io.BytesIO(SOUND)), io.BytesIO()
    assert was in source.read(part), "the part is broken where it was whole"
    with zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(was, becomes) if name == part else content)
    found = read_book(broken.getvalue())
    assert isinstance(found, Book) or all(isinstance(one, Mistake) for one in found)
    assert isinstance(read_sheet(broken.getvalue()), Sheet | tuple)


def test_an_encrypted_archive_or_one_of_another_kind_is_refused() -> None:
    # The archive's entry for the workbook itself: what it needs, its flags, and how it is compressed.
    entry = SOUND.rindex(b"PK\x01\x02", 0, SOUND.rindex(b"xl/workbook.xml"))
    for place, sign in ((8, b"\x01\x00"), (6, b"\xc8\x00"), (10, b"\x63\x00")):
        content = SOUND[: entry + place] + sign + SOUND[entry + place + 2 :]
        found = read_book(content)
        assert isinstance(found, tuple), sign
        assert [one.code for one in found] == ["sheet_locked" if place == 8 else "sheet_not_a_workbook"]


def test_dates_are_read_as_dates_and_as_norwegian_text() -> None:
    book = sent()
    book["Usikkerhet"]["J2"] = datetime(2025, 6, 1)  # noqa: DTZ001 - as a spreadsheet holds it
    found = read_book(saved(book))
    assert isinstance(found, Book)
    read = read_report(page().fields, found.forms[0].raw, benefits=["A1"], year=2025)
    assert read.values["risks"][0]["due"] == "2025-06-01"


def test_a_date_where_text_is_asked_for_is_called_a_date() -> None:
    book = sent()
    row = next(number for number in range(2, 20) if book["Rapport"].cell(number, 4).value == "progress")
    book["Rapport"].cell(row, 6).value = datetime(2025, 6, 1)  # noqa: DTZ001 - as a spreadsheet holds it
    found = read_book(saved(book))
    assert isinstance(found, Book)
    read = read_report(page().fields, found.forms[0].raw, benefits=["A1"], year=2025)
    assert [sentence(one) for one in read.problems] == ["Her skal det stå tekst, men det står en dato."]


def test_what_somebody_adds_up_on_a_sheet_of_their_own_disturbs_nobody() -> None:
    book = sent()
    book.create_sheet("Mine notater").append(["Sum", "=1+1"])
    assert isinstance(read_book(saved(book)), Book)
