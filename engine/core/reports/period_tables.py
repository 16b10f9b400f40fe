"""Which lines do a period's tables hold: the accounts, the transfers applied for, the programme's risks?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.core.facts.catalogue import PROJECT_FIELDS
from engine.core.facts.field import Field
from engine.core.facts.parsing import parse_value
from engine.core.files.sheet import Row, Sheet
from engine.core.refusal import Mistake
from engine.core.text import nearest, shown

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "table_column_missing": ("name",),
    "table_column_unknown": ("name", "nearest"),
    "table_cell_missing": ("name",),
    "table_no_amount": (),
    "table_number_unknown": ("value", "nearest"),
    "table_number_of_several": ("value", "allowed"),
    "table_project_unknown": ("value", "nearest"),
    "table_twice": ("value", "first"),
    "table_half_weighed": ("value",),
}
"""What can be wrong with such a table, with the keys of the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a table, with those that every row must have."""

    fields: tuple[Field, ...]
    needed: tuple[str, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """All that a column may be called."""
        return tuple(name for field in self.fields for name in (field.name, field.title))


_GROUPS: Final = (
    ("inntekt", "Inntekt"),
    ("utgift", "Utgift"),
    ("ufordelt", "Ufordelt"),
    ("overforing", "Overføring"),
)
_RISK: Final = next(field for field in PROJECT_FIELDS if field.name == "risks")

ACCOUNTS: Final = Columns(
    fields=(
        Field(name="label", title="Tekst", type="text"),
        Field(name="group", title="Gruppe", type="choice", choices=_GROUPS),
        Field(name="project_number", title="Prosjektnummer", type="text"),
        Field(name="budget", title="Budsjett", type="money"),
        Field(name="spent", title="Regnskap", type="money"),
    ),
    needed=("label", "group"),
)
"""Tabell 1: whole kroner; a line has a budget, an amount spent, or both. Source: 001:104-140."""

TRANSFERS: Final = Columns(
    fields=(
        Field(name="project", title="Prosjekt", type="project"),
        Field(name="project_number", title="Prosjektnummer", type="text"),
        Field(name="label", title="Tekst", type="text"),
        Field(name="amount", title="Beløp", type="money"),
    ),
    needed=("label", "amount"),
)
"""What each project applies to carry over; named by its key, or by its number. Source: 001:93-99."""

RISKS: Final = Columns(
    fields=(
        Field(name="number", title="Nr", type="integer", low=1, high=1000),
        *(
            Field(name="owner", title="Ansvarlig", type="text") if part.name == "owner" else part
            for part in _RISK.fields
        ),
    ),
    needed=("number", "title"),
)
"""Tabell 3 and the matrix: the programme's own risks. Source: 001:214-346."""

Line = dict[str, Any]


def read_lines(sheet: Sheet, columns: Columns) -> tuple[list[tuple[Row, Line]], list[Mistake]]:
    """Each row's values by column name, and every mistake with its cell; None where a cell is empty."""
    known = {field.name: field for field in columns.fields}
    named = {column: _named(column, known) for column in sheet.columns}
    mistakes = [
        sheet.at(1, column, "table_column_unknown", name=shown(column), nearest=nearest(column, known))
        for column, name in named.items()
        if name is None
    ]
    there = {name for name in named.values() if name}
    mistakes += [
        sheet.at(1, name, "table_column_missing", name=name) for name in columns.needed if name not in there
    ]
    if mistakes:
        return [], mistakes
    lines: list[tuple[Row, Line]] = []
    for row in sheet.rows:
        line: Line = dict.fromkeys(known)
        for column, name in named.items():
            assert name is not None
            value = parse_value(known[name], row.cells.get(column, ""))
            if isinstance(value, tuple):
                mistakes += [sheet.at(row.number, column, one.code, **one.data) for one in value]
            else:
                line[name] = value
                if value is None and name in columns.needed:
                    mistakes.append(sheet.at(row.number, column, "table_cell_missing", name=column))
        lines.append((row, line))
    return lines, mistakes


def _named(column: str, known: Mapping[str, Field]) -> str | None:
    """The column that was meant: by its name, or by its title."""
    folded = column.casefold()
    titles = {field.title.casefold(): name for name, field in known.items()}
    return next((name for name in known if name.casefold() == folded), titles.get(folded))


def column_of(sheet: Sheet, columns: Columns, name: str) -> str:
    """How a sheet spells a column; its own name where it has none."""
    known = {field.name: field for field in columns.fields}
    return next((column for column in sheet.columns if _named(column, known) == name), name)


def unlike(
    sheet: Sheet, columns: Columns, lines: Sequence[tuple[Row, Line]], *, by: Iterable[str]
) -> list[Mistake]:
    """A mistake for each line that says the same as an earlier one in all the columns `by`."""
    names = tuple(by)
    first: dict[tuple[Any, ...], int] = {}
    mistakes = []
    for row, line in lines:
        what = tuple(line[name] for name in names)
        if what in first and any(value is not None for value in what):
            place = column_of(sheet, columns, names[0])
            value = shown(str(what[0]))
            mistakes.append(sheet.at(row.number, place, "table_twice", value=value, first=first[what]))
        first.setdefault(what, row.number)
    return mistakes
