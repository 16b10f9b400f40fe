"""Is a table read as it is written, and is a file that is no table refused with its place?"""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from engine.core.files.sheet import CODES, FILE_LIMIT, ROW_LIMIT, Sheet, read_sheet
from engine.core.files.workbook import UNPACKED_LIMIT
from engine.core.refusal import Mistake


def workbook(*rows: list[Any]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(content)
    return content.getvalue()


def table(content: bytes) -> list[dict[str, str]]:
    found = read_sheet(content)
    assert isinstance(found, Sheet), found
    return [dict(row.cells) for row in found.rows]


def mistakes(content: bytes) -> list[tuple[str, str]]:
    found = read_sheet(content)
    assert not isinstance(found, Sheet)
    for one in found:
        assert set(one.data) == set(CODES[one.code]), one
    return [(one.code, one.where) for one in found]


# --- what is read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "key,title\na,Ål og ørret\n".encode(),
        "key;title\na;Ål og ørret\n".encode(),
        "\ufeffkey;title\r\na;Ål og ørret\r\n".encode(),
        '"key","title"\n\n  a ," Ål og ørret "\n,\n'.encode(),
        workbook(["key", "title"], ["a", "Ål og ørret"], [None, None]),
        workbook(["key", "title", None], ["a", "A\u030al og ørret"]),
    ],
    ids=[
        "commas",
        "semicolons",
        "as Excel saves it",
        "blanks and empty rows",
        "workbook",
        "letters in pieces",
    ],
)
def test_the_same_table_is_read_however_it_was_saved(content: bytes) -> None:
    assert table(content) == [{"key": "a", "title": "Ål og ørret"}]


def test_rows_keep_their_numbers_in_the_file() -> None:
    found = read_sheet(b"key\n\n\na\n\nb\n")
    assert isinstance(found, Sheet)
    assert [(row.number, row.cells["key"]) for row in found.rows] == [(4, "a"), (6, "b")]
    assert found.at(6, "key", "x").where == "A6"


def test_cells_of_a_workbook_become_the_text_people_see() -> None:
    content = workbook(
        ["a", "b", "c", "d", "e"],
        [True, 1200000.0000000002, 2.5, datetime.fromisoformat("2025-03-01T12:00"), date(2025, 3, 2)],
    )
    assert table(content) == [
        {"a": "ja", "b": "1200000", "c": "2.5", "d": "2025-03-01 12:00", "e": "2025-03-02"}
    ]


@pytest.mark.parametrize("text", ["=> Økt mestring", "@Åsvang i bruk", "= ", "-", "=>"])
def test_an_arrow_or_a_name_is_text_and_no_formula(text: str) -> None:
    assert table(f"key,title\na,x {text}\nb,{text}\n".encode())[1]["title"] == text.strip()


def test_the_line_ends_of_an_old_mac_are_line_ends() -> None:
    assert table(b"key,title\ra,b\r") == [{"key": "a", "title": "b"}]


def test_a_formula_is_named_by_its_cell() -> None:
    found = read_sheet(b"key,title\na,=1+1\n")
    assert isinstance(found, tuple)
    assert found[0].data == {"cell": "B2"}


def test_a_mistake_repeats_nothing_that_a_terminal_obeys_or_nobody_sees() -> None:
    found = read_sheet("a\u200bb,c,a\u200bb\nx,y,z\n".encode())
    assert isinstance(found, tuple)
    assert [one.data for one in found] == [{"name": "a·b"}]
    sheet = read_sheet(b"key\na\n")
    assert isinstance(sheet, Sheet)
    assert sheet.at(2, "key", "x", value="\x1b]0;a\x07\u202e").data == {"value": "·]0;a··"}


def test_a_heading_is_itself_without_hints_of_direction() -> None:
    assert table("\u200ekey,title\u200f\na,b\n".encode()) == [{"key": "a", "title": "b"}]


def test_a_quoted_cell_may_hold_the_separator_and_line_breaks() -> None:
    assert table(b'key,title\na,"en, to\ntre"\n') == [{"key": "a", "title": "en, to\ntre"}]


# --- what is not ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [("sheet_empty", "A1")]),
        (b" \n ,\n", [("sheet_empty", "A1")]),
        ("key,title\na,Ål\n".encode("latin-1"), [("sheet_not_text", "C2")]),
        ("key,title\na,Ål\n".encode("utf-16"), [("sheet_not_text", "A1")]),
        (b"key,title\na,x\0y\n", [("sheet_control_character", "A2")]),
        (b"key,title\na,x\x07y\n", [("sheet_control_character", "B2")]),
        (b"key,key\na,b\n", [("sheet_header_twice", "B1")]),
        (b"key,,title\na,b,c\n", [("sheet_header_empty", "B1")]),
        (b"key,title\na,b,c\n", [("sheet_row_too_long", "C2")]),
        (b"key,title\na,=1+1\nb,@SUM(A1)\n", [("sheet_formula", "B2"), ("sheet_formula", "B3")]),
        (b'key,title\na,"b\n', [("sheet_quote_open", "A2")]),
        (b'key,title\na,"b" c\n', [("sheet_quote_inside", "A2")]),
        (b"key\n" + b"x" * 140_000 + b"\n", [("sheet_cell_too_long", "A2")]),
        (b"key,title\n#REFERANSE!,#I/T\n", [("sheet_cell_error", "A2"), ("sheet_cell_error", "B2")]),
        (b"\x1b[2Jkey,title\na,b\n", [("sheet_control_character", "A1")]),
        (b"key," + b"t" * 40_000 + b"\na,b\n", [("sheet_cell_too_long", "B1")]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), [("sheet_old_workbook", "A1")]),
        (b"key\n" + b"x" * 40_000 + b"\n", [("sheet_cell_too_long", "A2")]),
        (b"PK\x03\x04 and then nothing", [("sheet_not_a_workbook", "A1")]),
        (workbook(["key", "title"], ["a", "=1+1"]), [("sheet_formula", "B2")]),
    ],
)
def test_a_wrong_file_is_told_with_its_place(content: bytes, expected: list[tuple[str, str]]) -> None:
    assert mistakes(content) == expected


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    content = b"key,key,\na,=1,c,d\nb,x\x07,\n"
    assert mistakes(content) == [
        ("sheet_header_twice", "B1"),
        ("sheet_formula", "B2"),
        ("sheet_row_too_long", "C2"),
        ("sheet_control_character", "B3"),
    ]


def test_ten_megabytes_of_rubbish_are_refused_by_their_size() -> None:
    assert mistakes(b"x" * (FILE_LIMIT + 1)) == [("sheet_too_large", "A1")]


def test_more_rows_than_any_portfolio_are_refused() -> None:
    assert mistakes(b"key\n" + b"a\n" * ROW_LIMIT) == [("sheet_too_many_rows", f"A{ROW_LIMIT + 1}")]


def test_more_columns_than_any_portfolio_are_refused() -> None:
    wide = [str(number) for number in range(201)]
    assert mistakes(workbook(wide, wide))[0] == ("sheet_too_many_columns", "GS1")
    assert ("sheet_too_many_columns", "GS1") in mistakes(",".join(wide).encode() + b"\n")


def test_a_zip_bomb_is_refused_without_being_unpacked() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (UNPACKED_LIMIT + 1))
    assert len(content.getvalue()) < FILE_LIMIT
    assert mistakes(content.getvalue()) == [("sheet_unpacks_too_large", "A1")]


def test_a_workbook_whose_parts_expand_each_other_is_refused() -> None:
    """A billion laughs: entities that stand for ten of the ones before."""
    entities = '<!ENTITY a "haha">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    good = zipfile.ZipFile(io.BytesIO(workbook(["key"], ["a"])))
    content, swollen = io.BytesIO(), 0
    with zipfile.ZipFile(content, "w") as archive:
        for name in good.namelist():
            part = good.read(name).decode()
            if ">key<" in part:
                told = part.replace(">a<", ">&j;<").replace(">key<", ">&j;<")
                part = f"<!DOCTYPE any [{entities}]>{told}"
                swollen += 1
            archive.writestr(name, part)
    assert swollen == 1
    assert mistakes(content.getvalue()) == [("sheet_not_a_workbook", "A1")]


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_no_bytes_whatsoever_make_it_raise(content: bytes) -> None:
    found = read_sheet(content)
    assert isinstance(found, Sheet) or all(isinstance(one, Mistake) for one in found)


SOUND = workbook(["key", "title"], ["a", "b"], ["c", 3.5])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=0, max_size=6), st.integers(0, 40))
def test_no_damage_to_a_workbook_makes_it_raise(at: int, patch: bytes, cut: int) -> None:
    found = read_sheet(SOUND[:at] + patch + SOUND[at + cut :])
    assert isinstance(found, Sheet) or all(isinstance(one, Mistake) for one in found)
