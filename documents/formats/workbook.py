"""How does a report become a workbook? One sheet for each table, numbers as numbers and texts as texts.

No text can become a formula, whatever it begins with. The first sheet says what the others hold; the last has
every figure in the form `report check --against` reads. The same report gives the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from documents.formats.blocks import Content
from documents.formats.text import tame

_HEAD: Final = Font(bold=True, color="FFFFFF")
_FILL: Final = PatternFill("solid", fgColor="0B3A5E")
_BOLD: Final = Font(bold=True)
_WRAP: Final = Alignment(wrap_text=True, vertical="top")
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\]")
_NUMBER: Final = re.compile(r"[-−+]?[0-9]+([.,][0-9]+)?")
_NAME_LIMIT: Final = 31
_WIDEST: Final = 60
_CELL_LIMIT: Final = 32_767
FIGURES: Final = "Tall"

Figure = tuple[str, str, str, float | str]


def workbook(content: Content, figures: Iterable[Figure], *, dated: datetime) -> bytes:
    """Every table of a report's content, and its figures (place, row, column, value), as XLSX."""
    shown = tame(content).content
    book = Workbook(write_only=True)
    tables = [block for block in shown["blocks"] if block["type"] == "table"]
    names = [*_sheet_names(tables)]
    _about(book, shown, zip(names, tables, strict=True))
    for name, table in zip(names, tables, strict=True):
        _table(book, name, table)
    _figures(book, figures)
    instant = dated.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.properties.title = f"{shown['kind']}: {shown['title']}"
    book.properties.creator = shown["body"]
    book.properties.language = "nb-NO"
    book.properties.created = instant
    made = io.BytesIO()
    book.save(made)
    return _dated(made.getvalue(), instant)


def _sheet_names(tables: Sequence[Content]) -> Iterator[str]:
    taken = {"rapporten", FIGURES.lower()}
    for table in tables:
        plain = _NOT_IN_NAMES.sub(" ", table["caption"].split(":")[0]).strip(" '") or table["id"]
        name, number = plain[:_NAME_LIMIT].strip(), 2
        while name.lower() in taken:
            ending = f" {number}"
            name = plain[: _NAME_LIMIT - len(ending)].strip() + ending
            number += 1
        taken.add(name.lower())
        yield name


def _about(book: Workbook, shown: Content, tables: Iterable[tuple[str, Content]]) -> None:
    sheet = book.create_sheet("Rapporten")
    sheet.column_dimensions["A"].width = 36
    sheet.column_dimensions["B"].width = 90
    sheet.append([_text(sheet, f"{shown['kind']}: {shown['title']}", font=_BOLD)])
    sheet.append([_text(sheet, shown["subtitle"])])
    sheet.append([_text(sheet, shown["evidence"])])
    for block in shown["blocks"]:
        if block["type"] == "box":
            sheet.append([_text(sheet, block["title"], font=_BOLD), _text(sheet, " ".join(block["lines"]))])
    sheet.append([])
    sheet.append(
        [_text(sheet, "Ark", font=_HEAD, fill=_FILL), _text(sheet, "Tabell", font=_HEAD, fill=_FILL)]
    )
    for name, table in tables:
        sheet.append([_text(sheet, name), _text(sheet, table["caption"])])
    sheet.append([_text(sheet, FIGURES), _text(sheet, "Alle tall, slik «report check --against» leser dem")])


def _table(book: Workbook, name: str, table: Content) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "B2"
    columns = table["columns"]
    for index, column in enumerate(columns, 1):
        longest = max(
            [
                len(column["title"]),
                *(max(map(len, row[index - 1]["lines"]), default=0) for row in table["rows"]),
            ]
        )
        sheet.column_dimensions[get_column_letter(index)].width = min(max(longest + 2, 10), _WIDEST)
    sheet.append([_text(sheet, column["title"], font=_HEAD, fill=_FILL) for column in columns])
    for row in table["rows"]:
        sheet.append([_cell(sheet, cell, number=columns[index]["number"]) for index, cell in enumerate(row)])


def _cell(sheet: Any, cell: Content, *, number: bool) -> Any:
    text = "\n".join(cell["lines"])
    font = _BOLD if cell["strong"] else None
    if number:
        digits = re.sub(r"\s", "", text)
        if _NUMBER.fullmatch(digits):
            value = float(digits.replace(",", ".").replace("−", "-"))
            made = WriteOnlyCell(sheet, value=int(value) if value.is_integer() else value)
            made.number_format = "#,##0" if value.is_integer() else "#,##0.##"
            if font is not None:
                made.font = font
            return made
    return _text(sheet, text, font=font)


def _text(sheet: Any, text: str, *, font: Font | None = None, fill: PatternFill | None = None) -> Any:
    made = WriteOnlyCell(sheet, value=text[:_CELL_LIMIT])
    # Whatever openpyxl takes the text for, it is a text.
    made.data_type = "s"
    made.alignment = _WRAP
    if font is not None:
        made.font = font
    if fill is not None:
        made.fill = fill
    return made


def _figures(book: Workbook, figures: Iterable[Figure]) -> None:
    sheet = book.create_sheet(FIGURES)
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, name) for name in ("place", "row", "column", "value")])
    for place, row, column, value in figures:
        told = (
            _text(sheet, tame(value).content) if isinstance(value, str) else WriteOnlyCell(sheet, value=value)
        )
        sheet.append([_text(sheet, place), _text(sheet, tame(row).content), _text(sheet, column), told])


def _dated(content: bytes, instant: datetime) -> bytes:
    """The same package with the report's own date wherever the clock was read."""
    when = instant.timetuple()[:6]
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for part in sorted(before.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            held = before.read(part)
            if part == "docProps/core.xml":
                stamp = f"{instant.isoformat()}Z".encode()
                held = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, held)
            after.writestr(zipfile.ZipInfo(part, date_time=when), held, zipfile.ZIP_DEFLATED)
    return made.getvalue()
