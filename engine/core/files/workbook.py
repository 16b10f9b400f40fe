"""Which cells do the sheets of a workbook hold, whatever the workbook claims about itself?

XLSX is read here as a stream, cell by cell, and given up on at a limit. Libraries build first and ask later:
openpyxl makes a whole row before anybody can count it, and believes the size that a sheet claims; calamine
makes every cell between the first and the last, and does not tell a formula without a result from an empty
cell. What is hard to know by heart, which formats are dates and how days are counted, is still openpyxl's.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock
from typing import Any, Final, Literal
from xml.parsers import expat
from zlib import error as ZlibError

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel
from openpyxl.utils.escape import unescape

UNPACKED_LIMIT: Final = 50 * 1024 * 1024
TAG_LIMIT: Final = 2_000_000
"""The most tags that are read of one workbook: a cell has two or three, an empty one has one."""
_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
_CHUNK: Final = 64 * 1024

_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")

Kind = Literal["value", "formula", "error"]
Value = str | int | float | bool | date | datetime | clock
_Event = tuple[str, str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one cell holds. A text is as it was typed, a number has the 15 digits that a spreadsheet keeps."""

    value: Value
    kind: Kind = "value"


Row = tuple[int, Mapping[int, Cell]]
"""The number of a row, and its cells that are not empty by the number of their column; both count from 1."""


class UnreadableError(Exception):
    """The file is no workbook that can be read; a code of `engine.core.files.sheet` and its data."""

    def __init__(self, code: str, **data: int) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


# What is broken in a workbook meets a parser's error, a key that is not there, or a number that is none.
_BROKEN: Final = (
    zipfile.BadZipFile,
    expat.ExpatError,
    ZlibError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    UnicodeError,
    ValueError,
)


def is_workbook(content: bytes) -> bool:
    """Whether the bytes say that they are a workbook of some kind, or an archive, and not a text."""
    return content.startswith((b"PK", _OLD))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSheet:
    """A sheet: its name, whether people see it, and where in the archive it is."""

    name: str
    visible: bool
    part: str


@dataclass(slots=True, kw_only=True)
class Workbook:
    """An opened workbook. Its sheets are read when they are asked for."""

    sheets: tuple[WorkSheet, ...]
    _archive: zipfile.ZipFile
    _texts: tuple[str, ...]
    _dates: frozenset[int]
    _epoch: datetime
    _tally: "_Tally"

    def rows(self, sheet: WorkSheet) -> Iterator[Row]:
        """The rows that hold anything, in the sheet's order. Raises UnreadableError."""
        reader = _Reader(texts=self._texts, dates=self._dates, epoch=self._epoch)
        try:
            for event in _events(self._archive, sheet.part, self._tally):
                if reader.take(event):
                    yield reader.row, reader.cells
        except _BROKEN:
            raise UnreadableError("sheet_not_a_workbook") from None


def open_workbook(content: bytes) -> Workbook:
    """The workbook. Raises UnreadableError with the reason why it is none."""
    if content.startswith(_OLD):
        raise UnreadableError("sheet_locked" if _LOCKED in content else "sheet_old_workbook")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        _weigh(archive)
        return _opened(archive)
    except _BROKEN:
        raise UnreadableError("sheet_not_a_workbook") from None


def _weigh(archive: zipfile.ZipFile) -> None:
    # The unpacked sizes an archive claims are the most that zipfile will ever read from it.
    if sum(part.file_size for part in archive.infolist()) > UNPACKED_LIMIT:
        raise UnreadableError("sheet_unpacks_too_large", limit=UNPACKED_LIMIT // 1024 // 1024)
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise UnreadableError("sheet_locked")
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        raise UnreadableError("sheet_binary_workbook")
    if "mimetype" in names and b"opendocument" in archive.read("mimetype"):
        raise UnreadableError("sheet_open_document")


# --- the parts ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    """How many tags the parts have that were read: what a bomb has too many of."""

    tags: dict[str, int] = field(default_factory=dict)

    def weigh(self, archive: zipfile.ZipFile, part: str) -> None:
        """Count before anything is parsed: counting bytes costs next to nothing. Raises UnreadableError."""
        if part not in self.tags:
            self.tags[part] = 0
            with archive.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    self.tags[part] += chunk.count(b"<") - chunk.count(b"</")
        if sum(self.tags.values()) > TAG_LIMIT:
            raise UnreadableError("sheet_too_many_cells")


def _events(archive: zipfile.ZipFile, part: str, tally: _Tally) -> Iterator[_Event]:
    """The tags («<», «>») and texts («») of a part, by their local names: the strict and the usual kind of
    XLSX differ in nothing but namespaces.
    """
    tally.weigh(archive, part)
    found: list[_Event] = []

    def refuse(*_: object) -> None:
        raise UnreadableError("sheet_not_a_workbook")  # no workbook declares entities

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, given: found.append(("<", _local(name), given))
    parser.EndElementHandler = lambda name: found.append((">", _local(name), {}))
    parser.CharacterDataHandler = lambda text: found.append(("", text, {}))
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
            yield from found
            found.clear()
    parser.Parse(b"", True)
    yield from found


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _opened(archive: zipfile.ZipFile) -> Workbook:
    tally = _Tally()
    book = next(
        (target for kind, target in _related(archive, "", tally).values() if kind == "officeDocument"),
        "xl/workbook.xml",
    )
    related = _related(archive, book, tally)
    parts = dict(related.values())
    sheets, epoch = _sheets(archive, book, related, tally)
    return Workbook(
        sheets=sheets,
        _archive=archive,
        _texts=_texts(archive, parts["sharedStrings"], tally) if "sharedStrings" in parts else (),
        _dates=_dates(archive, parts["styles"], tally) if "styles" in parts else frozenset(),
        _epoch=epoch,
        _tally=tally,
    )


def _related(archive: zipfile.ZipFile, part: str, tally: _Tally) -> dict[str, tuple[str, str]]:
    """What a part points at: kind and path of each, by its id."""
    folder, _, name = part.rpartition("/")
    path = f"{folder}/_rels/{name}.rels".lstrip("/")
    if path not in archive.namelist():
        return {}
    found: dict[str, tuple[str, str]] = {}
    for kind, name, given in _events(archive, path, tally):
        if kind == "<" and name == "Relationship" and given.get("TargetMode") != "External":
            target = given["Target"]
            whole = target if target.startswith("/") else f"{folder}/{target}"
            found[given["Id"]] = given["Type"].rpartition("/")[2], whole.lstrip("/")
    return found


def _sheets(
    archive: zipfile.ZipFile, book: str, related: Mapping[str, tuple[str, str]], tally: _Tally
) -> tuple[tuple[WorkSheet, ...], datetime]:
    sheets: list[WorkSheet] = []
    epoch = CALENDAR_WINDOWS_1900
    for kind, name, given in _events(archive, book, tally):
        if kind == "<" and name == "workbookPr" and given.get("date1904") in ("1", "true"):
            epoch = CALENDAR_MAC_1904
        if kind == "<" and name == "sheet":
            id_ = next(value for key, value in given.items() if _local(key) == "id" and " " in key)
            sort, part = related[id_]
            if sort == "worksheet":
                visible = given.get("state", "visible") == "visible"
                sheets.append(WorkSheet(name=given["name"], visible=visible, part=part))
    if not sheets:
        raise UnreadableError("sheet_not_a_workbook")
    return tuple(sheets), epoch


def _texts(archive: zipfile.ZipFile, part: str, tally: _Tally) -> tuple[str, ...]:
    """The texts that cells share."""
    texts: list[str] = []
    text = _Text()
    for event in _events(archive, part, tally):
        if event[:2] == ("<", "si"):
            text = _Text()
        elif event[:2] == (">", "si"):
            texts.append(text.typed())
        else:
            text.take(event)
    return tuple(texts)


def _dates(archive: zipfile.ZipFile, part: str, tally: _Tally) -> frozenset[int]:
    """The numbers of the styles that show a number as a date."""
    formats: dict[int, str] = dict(BUILTIN_FORMATS)
    styles: list[int] = []
    inside = False
    for kind, name, given in _events(archive, part, tally):
        if name == "cellXfs":
            inside = kind == "<"
        elif kind == "<" and name == "numFmt":
            formats[int(given["numFmtId"])] = given.get("formatCode", "")
        elif kind == "<" and name == "xf" and inside:
            styles.append(int(given.get("numFmtId", 0)))
    return frozenset(
        number for number, format_ in enumerate(styles) if is_date_format(formats.get(format_, ""))
    )


# --- the cells ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Text:
    """A text in pieces, without the readings that stand above Japanese words."""

    pieces: list[str] = field(default_factory=list)
    taking: bool = False
    above: bool = False

    def take(self, event: _Event) -> None:
        kind, name, _ = event
        if kind == "":  # then it is the text itself that stands where a tag has its name
            if self.taking and not self.above:
                self.pieces.append(name)
        elif name == "t":
            self.taking = kind == "<"
        elif name == "rPh":
            self.above = kind == "<"

    def typed(self) -> str:
        """The text as it was typed: line ends and unseen characters are written `_x000D_` in a workbook."""
        return unescape("".join(self.pieces)).replace("\r\n", "\n").replace("\r", "\n")


_PLACE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Where in a sheet one is. After `take` said yes, `row` and `cells` are a row that is not empty."""

    texts: tuple[str, ...]
    dates: frozenset[int]
    epoch: datetime
    row: int = 0
    cells: dict[int, Cell] = field(default_factory=dict)
    _column: int = 0
    _cell: Mapping[str, str] | None = None
    _formula: bool = False
    _reading: bool = False
    _written: list[str] = field(default_factory=list)
    _text: _Text = field(default_factory=_Text)

    def take(self, event: _Event) -> bool:
        kind, name, given = event
        if self._cell is not None:
            self._inside(event)
        elif kind == "<" and name == "row":
            self.row = _within(int(given.get("r", self.row + 1)), _LAST_ROW)
            self._column, self.cells = 0, {}
        elif kind == "<" and name == "c":
            self._begin(given)
        return kind == ">" and name == "row" and bool(self.cells)

    def _begin(self, given: Mapping[str, str]) -> None:
        place = given.get("r")
        self._column = self._column + 1 if place is None else _column_of(place)
        _within(self._column, _LAST_COLUMN)
        self._cell, self._formula, self._reading = given, False, False
        self._written, self._text = [], _Text()

    def _inside(self, event: _Event) -> None:
        if event[0] == "" and self._reading:
            self._written.append(event[1])
        elif event[:2] == (">", "c"):
            self._end()
        elif event[:2] == ("<", "f"):
            self._formula = True
        elif event[:2] in (("<", "v"), (">", "v")):
            self._reading = event[0] == "<"
        else:
            self._text.take(event)

    def _end(self) -> None:
        assert self._cell is not None
        sort, style = self._cell.get("t", "n"), int(self._cell.get("s", 0))
        self._cell = None
        written = "".join(self._written)
        if self._formula:
            self.cells[self._column] = Cell(value=written, kind="formula")
        elif sort == "inlineStr":
            self._put(self._text.typed())
        elif written:
            self._put(self._value(written, sort, style))

    def _put(self, value: Value | Cell) -> None:
        if value != "":
            self.cells[self._column] = value if isinstance(value, Cell) else Cell(value=value)

    def _value(self, written: str, sort: str, style: int) -> Value | Cell:
        match sort:
            case "s":
                index = int(written)
                return self.texts[_within(index + 1, len(self.texts)) - 1]
            case "str":
                return _Text(pieces=[written]).typed()
            case "b":
                return written.strip() in ("1", "true")
            case "e":
                return Cell(value=written, kind="error")
            case "d":
                return _day(datetime.fromisoformat(written.removesuffix("Z")))
        number = _number(written)
        return self._date(number) if style in self.dates else number

    def _date(self, number: float) -> Value | Cell:
        try:
            found: Any = from_excel(number, self.epoch) if number >= 0 else None
        except (OverflowError, ValueError):
            found = None
        if found is None:
            return Cell(value="#####", kind="error")  # as a spreadsheet shows a day that there is none of
        return _day(found) if isinstance(found, datetime) else found


def _number(written: str) -> int | float:
    """A number as a spreadsheet keeps it: what is beyond fifteen digits is noise of binary fractions."""
    found = float(f"{float(written):.15g}")
    if found in (float("inf"), float("-inf")) or found != found:
        raise ValueError(written)
    return int(found) if found.is_integer() else found


def _day(found: datetime) -> date | datetime:
    return found.date() if found.time() == clock() else found


def _column_of(place: str) -> int:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(place)
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return number


def _within(number: int, last: int) -> int:
    if not 1 <= number <= last:
        raise ValueError(number)
    return number
