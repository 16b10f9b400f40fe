"""How does a status report travel as a workbook: sent out filled in, and read back cell by cell?

One row for each question on the sheet «Rapport», one row for each item of a list on a sheet of its own. The
columns stand where they stood when it was sent out: a workbook whose columns have been moved is refused,
since nobody can tell whether what is under them moved along.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from engine.core.facts.field import Field, Problem
from engine.core.files.sheet import Table, read_tables
from engine.core.refusal import Mistake
from engine.core.reports.status_report import BENEFITS, ESTIMATES, REALISED, RISKS, lights_field
from engine.core.text import nearest, shown

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "book_sheet_missing": ("name",),
    "book_column_moved": ("wanted", "found"),
    "book_project_missing": (),
    "book_project_unknown": ("value", "nearest"),
    "book_question_twice": ("value", "first"),
    "book_not_asked": ("name",),
    "book_other_period": ("value", "first"),
    "book_period_unknown": ("value", "nearest"),
    "book_empty": (),
}
"""What can be wrong with a workbook, with the keys of the data."""

ANSWERS: Final = "Rapport"
_HEADER: Final = ("Prosjekt", "Navn", "Periode", "Felt", "Spørsmål", "Svar", "Forrige svar")
_ANSWER: Final = _HEADER.index("Svar")
_NAME: Final = "Gevinstmål"
_WIDTHS: Final = {"Svar": 70, "Forrige svar": 50, "Spørsmål": 30, "Navn": 30, _NAME: 30}

_LISTS: Final[Mapping[str, tuple[str, Field]]] = {
    "risks": ("Usikkerhet", RISKS),
    "benefits": ("Gevinster", BENEFITS),
    "estimates": ("Anslag", ESTIMATES),
    "realised": ("Realisert", REALISED),
    "lights": ("Trafikklys", lights_field(("helhet", "fremdrift", "okonomi", "gevinst", "risiko"))),
}
"""The lists of a form: the sheet each has, and its columns."""

_READ_ME: Final = (
    "Statusrapport fra prosjektene",
    "Skriv svarene i kolonnen «Svar». Lister har egne ark: én rad for hver usikkerhet, gevinst og anslag.",
    "Ikke flytt, fjern eller gi kolonnene nye navn. Rader uten prosjekt leses ikke.",
    "Datoer skrives som 30.4.2025. Tall skrives som 3,5. Trafikklys er Grønn, Gul eller Rød.",
    "Prosjekter uten noe svar blir ikke levert.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One project's form as it is sent out: `last` are the values of its last report, `benefits` the titles
    of its benefits by id.
    """

    project: str
    title: str
    period: str
    fields: tuple[Field, ...]
    values: Mapping[str, Any]
    last: Mapping[str, Any]
    benefits: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Filled:
    """One project's answers as they stand in a workbook. `cells` say where each of them stands, by its path
    (`risks[2].due`); `place` is the project's first cell.
    """

    project: str
    period: str
    place: Mistake
    raw: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Mistake] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nothing has been answered."""
        return not any(isinstance(value, str) or value for value in self.raw.values())

    def at(self, problem: Problem) -> Mistake:
        """A problem with an answer as a mistake at its cell, or at the nearest that is there."""
        path = problem.path
        while path and path not in self.cells:
            path = re.sub(r"(\.[^.\[]*|\[\d+\]|^[^.\[]*)$", "", path)
        return moved(self.cells.get(path, self.place), problem.code, problem.data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Every project's answers, in the workbook's order."""

    forms: tuple[Filled, ...]


def moved(place: Mistake, code: str, data: Mapping[str, str | int]) -> Mistake:
    """Another mistake at the same cell."""
    return Mistake(code=code, data=data, line=place.line, column=place.column, where=place.where)


# --- out --------------------------------------------------------------------------------------------------


def write_book(pages: Sequence[Page]) -> bytes:
    """The workbook with every form filled in, as the bytes of an XLSX file."""
    book = Workbook()
    notes = book.active
    assert isinstance(notes, Worksheet)
    notes.title = "Les meg"
    _put(notes, [[line] for line in _READ_ME], header=True)
    notes.column_dimensions["A"].width = 110
    answers = book.create_sheet(ANSWERS)
    _put(answers, [_HEADER, *(row for page in pages for row in _answers(page))], header=True)
    for name, (title, listed) in _LISTS.items():
        asked = [page for page in pages if any(one.name == name for one in page.fields)]
        if asked:
            sheet = book.create_sheet(title)
            _put(sheet, [_columns(name), *(row for page in asked for row in _items(page, name))], header=True)
            _choices(sheet, name, listed)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _answers(page: Page) -> Iterable[Sequence[Any]]:
    for one in page.fields:
        if one.type != "list":
            yield (
                page.project,
                page.title,
                page.period,
                one.name,
                one.title,
                page.values.get(one.name),
                page.last.get(one.name),
            )


def _columns(name: str) -> tuple[str, ...]:
    """The header of a list's sheet; a benefit's title stands beside its id, for people."""
    titles = [part.title for part in _LISTS[name][1].fields]
    if titles[0] == "Gevinst":
        titles.insert(1, _NAME)
    return ("Prosjekt", *titles)


def _items(page: Page, name: str) -> Iterable[Sequence[Any]]:
    parts = _LISTS[name][1].fields
    for item in page.values.get(name, ()):
        row = [_shown(part, item.get(part.name)) for part in parts]
        if parts[0].name == "benefit":
            row.insert(1, page.benefits.get(str(item.get("benefit")), ""))
        yield (page.project, *row)


def _shown(part: Field, value: Any) -> Any:
    if part.type == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return dict(part.choices).get(value, value) if part.type == "choice" else value


def _put(sheet: Worksheet, rows: Iterable[Sequence[Any]], *, header: bool) -> None:
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(row=number, column=column)
            cell.value = value
            if isinstance(value, str):
                # «=» at the front is what somebody wrote, and no formula.
                cell.data_type = "s"
            elif isinstance(value, date):
                cell.number_format = "DD.MM.YYYY"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if header and number == 1:
                cell.font = Font(bold=True)
                sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(str(value), 18)
    sheet.freeze_panes = "A2"


def _choices(sheet: Worksheet, name: str, listed: Field) -> None:
    for part in listed.fields:
        if part.choices:
            letter = get_column_letter(_columns(name).index(part.title) + 1)
            among = ",".join(title for _, title in part.choices)
            rule = DataValidation(type="list", formula1=f'"{among}"', allow_blank=True)
            rule.add(f"{letter}2:{letter}2000")
            sheet.add_data_validation(rule)


# --- back -------------------------------------------------------------------------------------------------


def read_book(content: bytes) -> Book | tuple[Mistake, ...]:
    """What the projects have answered, in the workbook's order, or every mistake with its sheet and cell.
    Never raises.
    """
    tables = read_tables(content, {ANSWERS, *(title for title, _ in _LISTS.values())})
    if isinstance(tables, tuple):
        return tables
    answers = tables.get(ANSWERS)
    if answers is None or not answers.rows:
        return (Table(name=ANSWERS, rows=()).at(1, 1, "book_sheet_missing", name=ANSWERS),)
    mistakes = _moved(answers, _HEADER)
    for name, (title, _) in _LISTS.items():
        if title in tables:
            mistakes += _moved(tables[title], _columns(name))
    if mistakes:
        return tuple(mistakes)
    forms, mistakes = _read_answers(answers)
    for name, (title, _) in _LISTS.items():
        if title in tables:
            mistakes += _read_list(tables[title], name, forms)
    if not forms and not mistakes:
        mistakes.append(answers.at(1, 1, "book_empty"))
    return tuple(mistakes) or Book(forms=tuple(forms.values()))


def _moved(table: Table, wanted: Sequence[str]) -> list[Mistake]:
    header = table.rows[0][1] if table.rows and table.rows[0][0] == 1 else ()
    found = [str(cell) if cell is not None else "" for cell in header]
    found += [""] * (len(wanted) - len(found))
    return [
        table.at(1, column, "book_column_moved", wanted=title, found=shown(found[column - 1]) or "ingenting")
        for column, title in enumerate(wanted, 1)
        if found[column - 1] != title
    ] + [
        table.at(1, column, "book_column_moved", wanted="ingenting", found=shown(found[column - 1]))
        for column in range(len(wanted) + 1, len(found) + 1)
        if found[column - 1]
    ]


def _read_answers(table: Table) -> tuple[dict[str, Filled], list[Mistake]]:
    forms: dict[str, Filled] = {}
    mistakes: list[Mistake] = []
    first: dict[tuple[str, str], int] = {}
    for number, cells in table.rows[1:]:
        row = [*cells, *[None] * (len(_HEADER) - len(cells))]
        project, period, question = (_text(row[at]) for at in (0, 2, 3))
        if not project:
            mistakes.append(table.at(number, 1, "book_project_missing"))
            continue
        place = table.at(number, 1, "")
        form = forms.setdefault(project, Filled(project=project, period=period, place=place))
        if period != form.period:
            mistakes.append(
                table.at(number, 3, "book_other_period", value=shown(period), first=shown(form.period))
            )
        if question in _LISTS:
            mistakes.append(table.at(number, 4, "book_not_asked", name=question))
            continue
        if (project, question) in first:
            line = first[project, question]
            mistakes.append(table.at(number, 4, "book_question_twice", value=shown(question), first=line))
        first.setdefault((project, question), number)
        form.cells[question] = table.at(number, _ANSWER + 1, "")
        form.raw[question] = row[_ANSWER]
    return forms, mistakes


def _read_list(table: Table, name: str, forms: Mapping[str, Filled]) -> list[Mistake]:
    columns = _columns(name)
    parts = {part.title: part.name for part in _LISTS[name][1].fields}
    mistakes: list[Mistake] = []
    for form in forms.values():
        form.raw.setdefault(name, [])
    for number, cells in table.rows[1:]:
        row = dict(zip(columns, cells, strict=False))
        project = _text(row.get("Prosjekt"))
        told = {parts[title]: row[title] for title in parts if row.get(title) is not None}
        if not project and not told:
            continue
        if project not in forms:
            code = "book_project_unknown" if project else "book_project_missing"
            data = {"value": shown(project), "nearest": nearest(project, forms)} if project else {}
            mistakes.append(table.at(number, 1, code, **data))
            continue
        form = forms[project]
        if not told:
            continue
        place = f"{name}[{len(form.raw[name])}]"
        form.raw[name].append(told)
        form.cells[place] = table.at(number, 1, "")
        for title, part in parts.items():
            form.cells[f"{place}.{part}"] = table.at(number, columns.index(title) + 1, "")
    return mistakes


def _text(value: object) -> str:
    return "" if value is None else str(value)
