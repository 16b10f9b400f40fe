"""Which rows and cells does a table file hold — and if it cannot be read, why not?

CSV and XLSX in, texts out: a `Sheet`, or every mistake with its row and column. Nothing is guessed: a
formula, another encoding, a file that unpacks to far more than it weighs, are mistakes and not data.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final

from openpyxl.utils import get_column_letter

from engine.core.files.workbook import Cell, UnreadableError, Workbook, WorkSheet, is_workbook, open_workbook
from engine.core.files.workbook import Row as BookRow
from engine.core.refusal import Mistake
from engine.core.text import HINTS, TURNING, UNFIT, shown

FILE_LIMIT: Final = 10 * 1024 * 1024
ROW_LIMIT: Final = 20_000
COLUMN_LIMIT: Final = 200
CELL_LIMIT: Final = 32_767
"""The longest text a cell can hold in a spreadsheet."""

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "sheet_too_large": ("limit",),
    "sheet_unpacks_too_large": ("limit",),
    "sheet_too_many_cells": (),
    "sheet_empty": (),
    "sheet_not_a_workbook": (),
    "sheet_old_workbook": (),
    "sheet_binary_workbook": (),
    "sheet_open_document": (),
    "sheet_locked": (),
    "sheet_not_text": ("byte",),
    "sheet_quote_open": (),
    "sheet_quote_inside": (),
    "sheet_too_many_rows": ("limit",),
    "sheet_too_many_columns": ("limit",),
    "sheet_formula": ("cell",),
    "sheet_cell_error": ("cell", "value"),
    "sheet_control_character": ("code_point",),
    "sheet_cell_too_long": ("limit",),
    "sheet_header_empty": (),
    "sheet_header_twice": ("name",),
    "sheet_row_too_long": ("found", "wanted"),
}
"""Every code this module gives, with the keys of its data."""

ERRORS: Final = frozenset(
    (
        *("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!"),
        *("#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!"),
        *("#VERDI!", "#REFERANSE!", "#NAVN?", "#I/T", "#OVERFLYT!", "#FELT!", "#BEREGN!", "#####"),
    )
)
"""What a spreadsheet writes in the place of a value, in English and in Norwegian."""

_FORMULA: Final = re.compile(r"=\s*[-+]?[\w(\"'$#{\[]|@\w+\(")
"""How a formula begins; an arrow («=>») or a name («@kari») does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number in the file (the header is 1), and its texts by column name; empty cells are left
    out.
    """

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: column names in order, and the rows below them that are not empty; `name` is its sheet's, in a
    workbook that has several.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    name: str = ""

    def at(self, row: int, column: str, code: str, /, **data: str | int) -> Mistake:
        """A mistake at a cell of this table; an unknown column is the whole row."""
        number = self.columns.index(column) + 1 if column in self.columns else 1
        return _in_sheet(self.name, _mistake(code, row, number, **data))


def read_sheet(content: bytes, headings: Collection[str] = ()) -> Sheet | tuple[Mistake, ...]:
    """The table in a CSV (UTF-8, comma or semicolon) or XLSX file, or every mistake. Never raises.

    Of a workbook's sheets it is the one that people see and that has most of the `headings`, else the first
    that they see.
    """
    if len(content) > FILE_LIMIT:
        return (_mistake("sheet_too_large", 1, 1, limit=FILE_LIMIT // 1024 // 1024),)
    if not content.strip():
        return (_mistake("sheet_empty", 1, 1),)
    found = _from_workbook(content, headings) if is_workbook(content) else _from_csv(content)
    if isinstance(found, tuple):
        return found
    checked = _checked(found)
    if isinstance(checked, Sheet):
        return replace(checked, name=found.name)
    return tuple(_in_sheet(found.name, mistake) for mistake in checked)


@dataclass(slots=True)
class _Grid:
    rows: list[tuple[int, list[str]]]
    mistakes: list[Mistake]
    name: str = ""


def _from_csv(content: bytes) -> _Grid | tuple[Mistake, ...]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        return (_mistake("sheet_not_text", row, column, byte=f"0x{content[error.start]:02X}"),)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        return (_mistake("sheet_control_character", row, 1, code_point="U+0000"),)
    first = text.split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True
    )
    grid = _Grid(rows=[], mistakes=[])
    try:
        for number, cells in enumerate(reader, 1):
            if number > ROW_LIMIT:
                return (_mistake("sheet_too_many_rows", number, 1, limit=ROW_LIMIT),)
            grid.rows.append((number, cells))
    except csv.Error as error:
        return (_not_csv(str(error), reader.line_num),)
    for number, cells in grid.rows:
        for column, cell in enumerate(cells, 1):
            place = _name(number, column)
            if _FORMULA.match(cell.strip()):
                grid.mistakes.append(_mistake("sheet_formula", number, column, cell=place))
            elif _is_error(cell):
                grid.mistakes.append(_mistake("sheet_cell_error", number, column, cell=place, value=cell))
    return grid


def _is_error(value: object) -> bool:
    return isinstance(value, str) and value.strip().upper() in ERRORS


def _not_csv(problem: str, line: int) -> Mistake:
    """What the csv module says in its own words; the three things it can say of a text."""
    if "field limit" in problem:
        return _mistake("sheet_cell_too_long", line, 1, limit=CELL_LIMIT)
    return _mistake("sheet_quote_open" if "end of data" in problem else "sheet_quote_inside", line, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet of a workbook: the values of its rows that are not empty, by their number in the sheet."""

    name: str
    rows: tuple[tuple[int, tuple[Any, ...]], ...]

    def at(self, row: int, column: int, code: str, /, **data: str | int) -> Mistake:
        """A mistake at a cell, counted from 1, named with its sheet: «Usikkerhet!D5»."""
        return _in_sheet(self.name, _mistake(code, row, column, **data))


def read_tables(content: bytes, names: Collection[str]) -> Mapping[str, Table] | tuple[Mistake, ...]:
    """The sheets of a workbook that have these names, their cells as the values they hold, or every mistake,
    with sheet and cell. Never raises.
    """
    if len(content) > FILE_LIMIT:
        return (_mistake("sheet_too_large", 1, 1, limit=FILE_LIMIT // 1024 // 1024),)
    tables: dict[str, Table] = {}
    mistakes: list[Mistake] = []
    try:
        book = open_workbook(content)
        for sheet in book.sheets:
            if sheet.name in names:
                rows = list(_bounded(book.rows(sheet)))
                mistakes += [
                    _in_sheet(sheet.name, one) for number, cells in rows for one in _unfit(number, cells)
                ]
                found = [(number, _values(cells)) for number, cells in rows]
                tables[sheet.name] = Table(
                    name=sheet.name,
                    rows=tuple(row for row in found if any(one is not None for one in row[1])),
                )
    except _OutOfBoundsError as far:
        return (_in_sheet(sheet.name, far.mistake),)
    except UnreadableError as refusal:
        return (_mistake(refusal.code, 1, 1, **refusal.data),)
    return tuple(mistakes) or tables


def _values(cells: Mapping[int, Cell]) -> tuple[Any, ...]:
    return tuple(_value(cells.get(column)) for column in range(1, max(cells) + 1))


def _value(cell: Cell | None) -> Any:
    """A cell's own value; text in normal form C without blanks around it, and nothing when it is empty."""
    if cell is None:
        return None
    if isinstance(cell.value, str):
        return unicodedata.normalize("NFC", cell.value.strip()) or None
    if isinstance(cell.value, bool | time):
        return _text(cell)
    return cell.value


class _OutOfBoundsError(Exception):
    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.code)
        self.mistake = mistake


def _bounded(rows: Iterable[BookRow]) -> Iterator[BookRow]:
    """The rows, as many and as wide as a table may be. Raises _OutOfBoundsError."""
    for count, (number, cells) in enumerate(rows, 1):
        if count > ROW_LIMIT:
            raise _OutOfBoundsError(_mistake("sheet_too_many_rows", number, 1, limit=ROW_LIMIT))
        wide = next((column for column in sorted(cells) if column > COLUMN_LIMIT), None)
        if wide is not None:
            raise _OutOfBoundsError(_mistake("sheet_too_many_columns", number, wide, limit=COLUMN_LIMIT))
        yield number, cells


def _unfit(number: int, cells: Mapping[int, Cell]) -> Iterator[Mistake]:
    for column, cell in cells.items():
        place = _name(number, column)
        if cell.kind == "formula":
            yield _mistake("sheet_formula", number, column, cell=place)
        elif cell.kind == "error" or _is_error(cell.value):
            yield _mistake("sheet_cell_error", number, column, cell=place, value=str(cell.value))


def _from_workbook(content: bytes, headings: Collection[str]) -> _Grid | tuple[Mistake, ...]:
    try:
        book = open_workbook(content)
        sheet, several = _with_headings(book, headings)
        grid = _Grid(rows=[], mistakes=[], name=sheet.name if several else "")
        for number, cells in _bounded(book.rows(sheet)):
            grid.mistakes += _unfit(number, cells)
            grid.rows.append((number, [_text(cells.get(column)) for column in range(1, max(cells) + 1)]))
    except _OutOfBoundsError as far:
        return (_in_sheet(grid.name, far.mistake),)
    except UnreadableError as refusal:
        return (_mistake(refusal.code, 1, 1, **refusal.data),)
    return grid


def _with_headings(book: Workbook, headings: Collection[str]) -> tuple[WorkSheet, bool]:
    """The sheet with the table, and whether it is one of several."""
    sheets = [sheet for sheet in book.sheets if sheet.visible] or list(book.sheets)
    if len(sheets) == 1 or not headings:
        return sheets[0], len(sheets) > 1
    wanted = {heading.casefold() for heading in headings}

    def known(sheet: WorkSheet) -> int:
        _, cells = next(book.rows(sheet), (0, {}))
        return len(wanted & {_text(cell).strip().casefold() for cell in cells.values()})

    # Of sheets that have as many, `max` takes the first.
    return max(sheets, key=known), True


def _text(cell: Cell | None) -> str:
    match None if cell is None else cell.value:
        case None:
            return ""
        case bool() as value:
            return "ja" if value else "nei"
        case datetime() as value:
            return value.isoformat(" ", "minutes")
        case time() as value:
            return value.isoformat("minutes")
        case date() as value:
            return value.isoformat()
        case value:
            return str(value)


def _checked(grid: _Grid) -> Sheet | tuple[Mistake, ...]:
    mistakes = list(grid.mistakes)
    rows = [
        (number, [unicodedata.normalize("NFC", cell.strip()) for cell in cells])
        for number, cells in grid.rows
    ]
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        return (_mistake("sheet_empty", 1, 1),)
    (header_row, header), *body = rows
    header = [_without_hints(name) for name in header]
    while header and not header[-1]:
        header.pop()
    mistakes += _header_mistakes(header_row, header)
    for number, cells in body:
        if any(cells[len(header) :]):
            mistakes.append(
                _mistake("sheet_row_too_long", number, len(header) + 1, found=len(cells), wanted=len(header))
            )
        mistakes += _cell_mistakes(number, cells)
    if mistakes:
        return tuple(sorted(mistakes, key=lambda mistake: (mistake.line, mistake.column)))
    return Sheet(
        columns=tuple(header),
        rows=tuple(
            Row(number=number, cells={name: cell for name, cell in zip(header, cells, strict=False) if cell})
            for number, cells in body
        ),
    )


def _without_hints(text: str) -> str:
    return "".join(each for each in text if each not in HINTS).strip()


def _header_mistakes(number: int, header: list[str]) -> Iterator[Mistake]:
    if len(header) > COLUMN_LIMIT:
        yield _mistake("sheet_too_many_columns", number, COLUMN_LIMIT + 1, limit=COLUMN_LIMIT)
    yield from _cell_mistakes(number, header)
    seen: set[str] = set()
    for column, name in enumerate(header, 1):
        if not name:
            yield _mistake("sheet_header_empty", number, column)
        elif name in seen:
            yield _mistake("sheet_header_twice", number, column, name=shown(name))
        seen.add(name)


def _cell_mistakes(number: int, cells: Sequence[str]) -> Iterator[Mistake]:
    """What no cell may hold, a column's name as little as any other."""
    for column, cell in enumerate(cells, 1):
        if len(cell) > CELL_LIMIT:
            yield _mistake("sheet_cell_too_long", number, column, limit=CELL_LIMIT)
        # What turns the writing is the business of whoever reads the cell's text.
        bad = next((sign for sign in UNFIT.findall(cell) if sign not in TURNING), None)
        if bad is not None:
            yield _mistake("sheet_control_character", number, column, code_point=f"U+{ord(bad):04X}")


def _mistake(code: str, row: int, column: int, /, **data: str | int) -> Mistake:
    # Much of what a mistake repeats comes from a stranger's file: it must not reach a terminal as it is.
    told = {name: shown(value, 2_000) if isinstance(value, str) else value for name, value in data.items()}
    return Mistake(code=code, data=told, line=row, column=column, where=_name(row, column))


def _in_sheet(name: str, mistake: Mistake) -> Mistake:
    return replace(mistake, where=f"{shown(name)}!{mistake.where}") if name else mistake


def _name(row: int, column: int) -> str:
    return f"{get_column_letter(min(column, 18_278))}{row}"
