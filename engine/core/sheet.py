"""Which rows and cells does a table file hold — and if it cannot be read, why not?

CSV and XLSX in, texts out: a `Sheet`, or every mistake with its row and column. Nothing is guessed: a
formula, another encoding, a file that unpacks to far more than it weighs, are mistakes and not data.
"""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from zlib import error as ZlibError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from engine.core.source import Mistake

FILE_LIMIT: Final = 10 * 1024 * 1024
UNPACKED_LIMIT: Final = 50 * 1024 * 1024
ROW_LIMIT: Final = 20_000
COLUMN_LIMIT: Final = 200
CELL_LIMIT: Final = 32_767
"""The longest text a cell can hold in a spreadsheet."""

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "sheet_too_large": ("limit",),
    "sheet_unpacks_too_large": ("limit",),
    "sheet_empty": (),
    "sheet_not_a_workbook": (),
    "sheet_not_text": ("byte",),
    "sheet_not_csv": ("problem",),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number in the file (the header is 1), and its texts by column name; empty cells are left
    out.
    """

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: column names in order, and the rows below them that are not empty."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def at(self, row: int, column: str, code: str, /, **data: str | int) -> Mistake:
        """A mistake at a cell of this table; an unknown column is the whole row."""
        number = self.columns.index(column) + 1 if column in self.columns else 1
        return _mistake(code, row, number, **data)


def read_sheet(content: bytes) -> Sheet | tuple[Mistake, ...]:
    """The table in a CSV (UTF-8, comma or semicolon) or XLSX file (its first sheet), or every mistake.
    Never raises.
    """
    if len(content) > FILE_LIMIT:
        return (_mistake("sheet_too_large", 1, 1, limit=FILE_LIMIT // 1024 // 1024),)
    if not content.strip():
        return (_mistake("sheet_empty", 1, 1),)
    found = _from_workbook(content) if content.startswith(b"PK") else _from_csv(content)
    return found if isinstance(found, tuple) else _checked(found)


@dataclass(slots=True)
class _Grid:
    rows: list[tuple[int, list[str]]]
    mistakes: list[Mistake]


def _from_csv(content: bytes) -> _Grid | tuple[Mistake, ...]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        return (_mistake("sheet_not_text", row, column, byte=f"0x{content[error.start]:02X}"),)
    if "\0" in text:
        return (
            _mistake(
                "sheet_control_character", text.count("\n", 0, text.index("\0")) + 1, 1, code_point="U+0000"
            ),
        )
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
        return (_mistake("sheet_not_csv", reader.line_num, 1, problem=str(error)),)
    for number, cells in grid.rows:
        for column, cell in enumerate(cells, 1):
            if cell.startswith(("=", "@", "\t=")):
                grid.mistakes.append(_mistake("sheet_formula", number, column, cell=cell[:40]))
    return grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet of a workbook: the values of its rows that are not empty, by their number in the sheet."""

    name: str
    rows: tuple[tuple[int, tuple[Any, ...]], ...]

    def at(self, row: int, column: int, code: str, /, **data: str | int) -> Mistake:
        """A mistake at a cell, counted from 1, named with its sheet: «Usikkerhet!D5»."""
        return replace(_mistake(code, row, column, **data), where=f"{self.name}!{_name(row, column)}")


def read_tables(content: bytes) -> Mapping[str, Table] | tuple[Mistake, ...]:
    """Every sheet of a workbook by its name, its cells as the values they hold, or every mistake, with sheet
    and cell. Never raises.
    """
    if len(content) > FILE_LIMIT:
        return (_mistake("sheet_too_large", 1, 1, limit=FILE_LIMIT // 1024 // 1024),)
    book = _opened(content)
    if isinstance(book, tuple):
        return book
    tables: dict[str, Table] = {}
    mistakes: list[Mistake] = []
    for sheet in book.worksheets:
        table = Table(name=sheet.title, rows=())
        found: list[tuple[int, tuple[Any, ...]]] = []
        try:
            for number, cells in enumerate(sheet.iter_rows(), 1):
                if number > ROW_LIMIT:
                    mistakes.append(table.at(number, 1, "sheet_too_many_rows", limit=ROW_LIMIT))
                    break
                mistakes += _cell_mistakes(table, number, cells)
                values = tuple(_value(cell.value) for cell in cells[:COLUMN_LIMIT])
                if any(value is not None for value in values):
                    found.append((number, values))
        except _UNREADABLE:
            return (_mistake("sheet_not_a_workbook", 1, 1),)
        tables[sheet.title] = Table(name=sheet.title, rows=tuple(found))
    return tuple(mistakes) or tables


def _cell_mistakes(table: Table, number: int, cells: Iterable[Any]) -> Iterator[Mistake]:
    for column, cell in enumerate(cells, 1):
        kind = getattr(cell, "data_type", "n")
        if kind in ("f", "e"):
            code = "sheet_formula" if kind == "f" else "sheet_cell_error"
            more = {} if kind == "f" else {"value": str(cell.value)}
            yield table.at(number, column, code, cell=_name(number, column), **more)


def _value(value: object) -> Any:
    """A cell's own value; text in normal form C without blanks around it, and nothing when it is empty."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.strip()) or None
    if isinstance(value, bool):
        return "ja" if value else "nei"
    return value if isinstance(value, int | float | datetime | date | None) else str(value)


def _opened(content: bytes) -> Any:
    """The workbook, or the one mistake that says why it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # The unpacked sizes an archive claims are the most that zipfile will ever read from it.
            if sum(part.file_size for part in archive.infolist()) > UNPACKED_LIMIT:
                return (_mistake("sheet_unpacks_too_large", 1, 1, limit=UNPACKED_LIMIT // 1024 // 1024),)
        return load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    except _UNREADABLE:
        return (_mistake("sheet_not_a_workbook", 1, 1),)


# SyntaxError is what the XML parser raises for a broken part.
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    InvalidFileException,
    KeyError,
    ValueError,
    IndexError,
    OSError,
    ZlibError,
    SyntaxError,
)


def _from_workbook(content: bytes) -> _Grid | tuple[Mistake, ...]:
    book = _opened(content)
    if isinstance(book, tuple):
        return book
    try:
        return _cells_of(book.worksheets[0].iter_rows())
    except _UNREADABLE:
        return (_mistake("sheet_not_a_workbook", 1, 1),)


def _cells_of(rows: Iterable[Iterable[Any]]) -> _Grid | tuple[Mistake, ...]:
    grid = _Grid(rows=[], mistakes=[])
    for number, cells in enumerate(rows, 1):
        if number > ROW_LIMIT:
            return (_mistake("sheet_too_many_rows", number, 1, limit=ROW_LIMIT),)
        texts: list[str] = []
        for column, cell in enumerate(cells, 1):
            if column > COLUMN_LIMIT:
                return (_mistake("sheet_too_many_columns", number, column, limit=COLUMN_LIMIT),)
            kind = getattr(cell, "data_type", "n")
            if kind == "f":
                grid.mistakes.append(_mistake("sheet_formula", number, column, cell=str(cell.value)[:40]))
            elif kind == "e":
                grid.mistakes.append(
                    _mistake(
                        "sheet_cell_error", number, column, cell=_name(number, column), value=str(cell.value)
                    )
                )
            texts.append(_text(cell.value))
        grid.rows.append((number, texts))
    return grid


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nei"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
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
    while header and not header[-1]:
        header.pop()
    mistakes += _header_mistakes(header_row, header)
    for number, cells in body:
        mistakes += _row_mistakes(number, cells, len(header))
    if mistakes:
        return tuple(sorted(mistakes, key=lambda mistake: (mistake.line, mistake.column)))
    return Sheet(
        columns=tuple(header),
        rows=tuple(
            Row(number=number, cells={name: cell for name, cell in zip(header, cells, strict=False) if cell})
            for number, cells in body
        ),
    )


def _header_mistakes(number: int, header: list[str]) -> Iterator[Mistake]:
    if len(header) > COLUMN_LIMIT:
        yield _mistake("sheet_too_many_columns", number, COLUMN_LIMIT + 1, limit=COLUMN_LIMIT)
    for column, name in enumerate(header, 1):
        if not name:
            yield _mistake("sheet_header_empty", number, column)
        elif name in header[: column - 1]:
            yield _mistake("sheet_header_twice", number, column, name=name)


def _row_mistakes(number: int, cells: list[str], width: int) -> Iterator[Mistake]:
    if any(cells[width:]):
        yield _mistake("sheet_row_too_long", number, width + 1, found=len(cells), wanted=width)
    for column, cell in enumerate(cells, 1):
        if len(cell) > CELL_LIMIT:
            yield _mistake("sheet_cell_too_long", number, column, limit=CELL_LIMIT)
        bad = next(
            (sign for sign in cell if unicodedata.category(sign) == "Cc" and sign not in "\n\r\t"), None
        )
        if bad is not None:
            yield _mistake("sheet_control_character", number, column, code_point=f"U+{ord(bad):04X}")


def _mistake(code: str, row: int, column: int, /, **data: str | int) -> Mistake:
    return Mistake(code=code, data=data, line=row, column=column, where=_name(row, column))


def _name(row: int, column: int) -> str:
    return f"{get_column_letter(min(column, 18_278))}{row}"
