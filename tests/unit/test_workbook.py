"""Is every cell of a workbook read, whatever it claims, and is none that would take the machine down?"""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from engine.core.files.sheet import ROW_LIMIT, Sheet, read_sheet, read_tables
from engine.core.files.workbook import TAG_LIMIT, Cell, UnreadableError, open_workbook

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACES = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def saved(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Portefølje"
    for row in rows:
        sheet.append(row)
    return saved(book)


ROWS: list[list[Any]] = [
    ["key", "title", "n"],
    *[[f"p-{number}", f"Prosjekt {number}", number] for number in range(1, 5)],
]
CONTENT = workbook(*ROWS)


def rewritten(change: Callable[[str], str], content: bytes = CONTENT, part: str = SHEET) -> bytes:
    """The workbook with one of its parts changed; every part for the empty name."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, change(text) if part in (name, "") else text)
    return made.getvalue()


def with_rows(xml: str) -> bytes:
    data = f"<sheetData>{xml}</sheetData>"
    return rewritten(lambda text: re.sub(r"<sheetData>.*</sheetData>", lambda _: data, text, flags=re.DOTALL))


def cells(content: bytes) -> list[list[str]]:
    found = read_sheet(content)
    assert isinstance(found, Sheet), found
    return [list(found.columns), *[list(row.cells.values()) for row in found.rows]]


def codes(content: bytes) -> list[str]:
    found = read_sheet(content)
    assert isinstance(found, tuple)
    return [one.code for one in found]


# --- all that is there ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claim",
    ['<dimension ref="A1"/>', '<dimension ref="A1:B2"/>', '<dimension ref="A1:XFD1048576"/>', ""],
)
def test_no_row_and_no_column_is_dropped_whatever_size_the_sheet_claims(claim: str) -> None:
    content = rewritten(lambda text: re.sub(r"<dimension [^>]*/>", claim, text))
    assert cells(content) == [[str(cell) for cell in row] for row in ROWS]
    tables = read_tables(content, {"Portefølje"})
    assert isinstance(tables, dict)
    assert [list(row) for _, row in tables["Portefølje"].rows] == ROWS


def test_rows_and_cells_without_a_place_follow_the_one_before() -> None:
    content = rewritten(lambda text: re.sub(r' r="[A-Z]*[0-9]+"', "", text))
    assert cells(content) == [[str(cell) for cell in row] for row in ROWS]


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 3)),
    st.dates(date(1901, 1, 1), date(2200, 1, 1)),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1).filter(
        lambda text: not text.startswith("=") and "_x" not in text
    ),
)


@settings(max_examples=60, deadline=None)
@example([["v", "t", "c", "row", "f", "si", "is"]])
@given(st.lists(st.lists(_VALUES, min_size=1, max_size=5), min_size=1, max_size=5))
def test_it_reads_what_openpyxl_reads(rows: list[list[Any]]) -> None:
    content = workbook(*rows)
    book = open_workbook(content)
    mine = {
        (number, column): cell.value
        for number, row in book.rows(book.sheets[0])
        for column, cell in row.items()
    }
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    theirs = {
        (cell.row, cell.column): cell.value.date() if isinstance(cell.value, datetime) else cell.value
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in (None, "")
    }
    assert mine == theirs


def test_the_strict_kind_is_read_as_the_usual_one() -> None:
    def strict(text: str) -> str:
        for usual, other in NAMESPACES.items():
            text = text.replace(usual, other)
        return text

    assert cells(rewritten(strict, part="")) == cells(CONTENT)
    dated = with_rows(
        '<row><c t="inlineStr"><is><t>d</t></is></c></row><row><c t="d"><v>2024-12-31</v></c></row>'
    )
    assert cells(dated) == [["d"], ["2024-12-31"]]


def test_rich_text_is_read_without_its_formats_and_readings() -> None:
    rich = "<r><t>Prosjekt </t></r><r><rPr><b/></rPr><t>ål</t></r><rPh sb='0' eb='1'><t>lyd</t></rPh>"
    content = with_rows(f'<row><c t="inlineStr"><is>{rich}</is></c></row><row><c><v>1</v></c></row>')
    assert cells(content) == [["Prosjekt ål"], ["1"]]


def test_a_text_that_reads_like_a_tag_is_text() -> None:
    texts = ["v", "t", "c", "row", "f", "rPh"]
    xml = "".join(f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>' for text in texts)
    assert cells(with_rows(xml)) == [[text] for text in texts]


def test_line_ends_that_a_spreadsheet_escapes_are_line_ends() -> None:
    texts = ["a", "Første linje_x000D_\nandre linje", "_x005F_x000D_"]
    xml = "".join(f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>' for text in texts)
    assert cells(with_rows(xml)) == [["a"], ["Første linje\nandre linje"], ["_x000D_"]]


@pytest.mark.parametrize("epoch", [False, True])
def test_a_day_is_the_day_people_see_whichever_year_the_days_are_counted_from(epoch: bool) -> None:
    book = Workbook()
    if epoch:
        book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - as openpyxl has it
    sheet = book.active
    assert sheet is not None
    sheet.append(["a", "b", "c"])
    sheet.append([date(2024, 12, 31), datetime.fromisoformat("2024-12-31T23:00"), timedelta(hours=8)])
    assert cells(saved(book))[1][:2] == ["2024-12-31", "2024-12-31 23:00"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1200000.0000000002", 1_200_000),
        ("0.30000000000000004", 0.3),
        ("1E3", 1000),
        ("-0.0", 0),
        ("3.50", 3.5),
    ],
)
def test_a_number_has_the_fifteen_digits_that_a_spreadsheet_keeps(written: str, read: float) -> None:
    book = open_workbook(with_rows(f"<row><c><v>{written}</v></c></row>"))
    assert [row for _, row in book.rows(book.sheets[0])] == [{1: Cell(value=read)}]


# --- which sheet ------------------------------------------------------------------------------------------


def two_sheets(first: list[Any], *, hidden: bool = False) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Les meg"
    sheet.append(first)
    if hidden:
        sheet.sheet_state = "hidden"
    other = book.create_sheet("Portefølje")
    for row in ROWS:
        other.append(row)
    return saved(book)


@pytest.mark.parametrize(
    "content",
    [two_sheets(["Fyll ut arket Portefølje"]), two_sheets(["key", "title"], hidden=True)],
    ids=["what to do", "hidden"],
)
def test_the_sheet_with_the_headings_is_read_and_named(content: bytes) -> None:
    found = read_sheet(content, ("key", "title"))
    assert isinstance(found, Sheet)
    assert len(found.rows) == 4
    assert found.at(2, "title", "x").where in ("B2", "Portefølje!B2")


def test_a_mistake_in_one_of_several_sheets_names_it() -> None:
    found = read_sheet(two_sheets(["key", "key"]), ())
    assert isinstance(found, tuple)
    assert [(one.code, one.where) for one in found] == [("sheet_header_twice", "Les meg!B1")]


def test_a_formula_on_a_sheet_that_nobody_asked_for_is_nobodys_business() -> None:
    content = two_sheets(["Sum", "=1+1"])
    tables = read_tables(content, {"Portefølje"})
    assert isinstance(tables, dict)
    assert len(tables["Portefølje"].rows) == 5
    asked = read_tables(content, {"Les meg"})
    assert isinstance(asked, tuple)
    assert [(one.code, one.where) for one in asked] == [("sheet_formula", "Les meg!B1")]


# --- what is refused --------------------------------------------------------------------------------------


def test_a_formula_is_refused_whether_or_not_it_has_a_result() -> None:
    for result in ("", "<v>2</v>"):
        content = with_rows(f"<row><c><v>1</v></c></row><row><c><f>1+1</f>{result}</c></row>")
        assert codes(content) == ["sheet_formula"]


def test_an_error_is_refused_and_so_is_a_day_that_there_is_none_of() -> None:
    for sort, error in (("e", "#REF!"), ("e", "#NY!"), ("str", "#REFERANSE!")):
        cell = f'<row><c t="{sort}"><v>{error}</v></c></row>'
        assert codes(with_rows(f"<row><c><v>1</v></c></row>{cell}")) == ["sheet_cell_error"]
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"], sheet["A3"] = "due", -5, 1e9
    sheet["A2"].number_format = sheet["A3"].number_format = "dd.mm.yyyy"
    found = read_sheet(saved(book))
    assert isinstance(found, tuple)
    assert {one.code for one in found} == {"sheet_cell_error"}
    assert [one.where for one in found] == ["A2", "A3"]


def test_a_control_character_that_was_escaped_is_a_control_character() -> None:
    assert codes(with_rows('<row><c t="inlineStr"><is><t>a_x001B_[2J</t></is></c></row>')) == [
        "sheet_control_character"
    ]


@pytest.mark.parametrize(
    "xml",
    [
        '<row r="1048577"><c><v>1</v></c></row>',
        '<row r="0"><c><v>1</v></c></row>',
        '<row><c r="XFE1"><v>1</v></c></row>',
        '<row><c r="1"><v>1</v></c></row>',
        '<row><c t="s"><v>99</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        "<row><c><v>tre</v></c></row>",
        "<row><c><v>nan</v></c></row>",
        "<row><c><v>1e999</v></c></row>",
        "<row><c><v>1</v></row>",
    ],
)
def test_a_cell_that_no_spreadsheet_writes_makes_it_no_workbook(xml: str) -> None:
    assert codes(with_rows(xml)) == ["sheet_not_a_workbook"]
    book = open_workbook(with_rows(xml))
    with pytest.raises(UnreadableError):
        list(book.rows(book.sheets[0]))


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "sheet_open_document"),
        ("xl/workbook.bin", "", "sheet_binary_workbook"),
        ("word/document.xml", "<w/>", "sheet_not_a_workbook"),
    ],
)
def test_another_kind_of_file_is_named(part: str, content: str, code: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(part, content)
    assert codes(made.getvalue()) == [code]


def test_a_locked_workbook_is_called_locked() -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert codes(old + "EncryptedPackage".encode("utf-16-le")) == ["sheet_locked"]


# --- what would take the machine down -----------------------------------------------------------------------


def test_limits_count_what_is_there_and_not_what_is_only_formatted() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    sheet.cell(row=30_000, column=300).font = Font(bold=True)
    assert len(cells(saved(book))) == 5
    sheet.cell(row=30_000, column=201).value = "x"
    assert codes(saved(book)) == ["sheet_too_many_columns"]
    assert codes(with_rows("<row><c><v>1</v></c></row>" * (ROW_LIMIT + 1))) == ["sheet_too_many_rows"]


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (f"<row>{'<c/>' * 20_000}</row>", "sheet_not_a_workbook"),
        (f"<row>{'<c/>' * TAG_LIMIT}</row>", "sheet_too_many_cells"),
        ("<row><c/></row>" * (TAG_LIMIT // 2), "sheet_too_many_cells"),
    ],
    ids=["a row that is too long", "one row", "empty rows"],
)
def test_a_bomb_of_cells_is_given_up_on(xml: str, code: str) -> None:
    content = with_rows(xml)
    assert len(content) < 100_000
    assert codes(content) == [code]
    tables = read_tables(content, {"Portefølje"})
    assert isinstance(tables, tuple)
    assert [one.code for one in tables] == [code]


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/workbook.xml"])
def test_a_bomb_in_another_part_is_given_up_on(part: str) -> None:
    def swell(text: str) -> str:
        end = text.rindex("</")
        return text[:end] + "<x/>" * TAG_LIMIT + text[end:]

    assert codes(rewritten(swell, part=part)) == ["sheet_too_many_cells"]
