"""Which figures does a report print, and which were printed elsewhere? One table form for both.

A figure stands at a spot: a place in the report (a table, a list, the introduction), a row and a column.
A file of figures that were published elsewhere is read into the same form, so that the same checks can be run
on it and the two be compared. Columns of such a file: `place`, `row`, `column`, `value`, and, if one likes,
`source` (where it is printed, shown with every finding). Numbers are whole kroner and plain counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from engine.core.benefits.told import COLUMNS as WORK_COLUMNS
from engine.core.facts.field import Field
from engine.core.facts.parsing import parse_value
from engine.core.files.sheet import Row, Sheet
from engine.core.refusal import Mistake
from engine.core.report.known import Known
from engine.core.report.report import TertialReport
from engine.core.reports.portfolio import REPORTED
from engine.core.text import nearest

Spot = tuple[str, str, str]
"""Place, row and column."""

Rows = Literal["project", "area", "department", "place", "free"] | tuple[str, ...]
"""What names a row: a project's key, a code of a taxonomy, anything, or one of a few words."""

NEEDED: Final = ("place", "row", "column", "value")
COLUMNS: Final = (*NEEDED, "source")

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "printed_column_missing": ("name",),
    "printed_column_unknown": ("name", "nearest"),
    "printed_cell_missing": ("name",),
    "printed_place_unknown": ("value", "nearest", "known"),
    "printed_row_unknown": ("value", "place", "nearest"),
    "printed_figure_unknown": ("value", "place", "known"),
    "printed_twice": ("first",),
    "printed_choice_unknown": ("value", "known"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place figures stand in: what names its rows, which columns hold numbers, texts, and one of a few."""

    rows: Rows
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    chosen: Mapping[str, tuple[str, ...] | Literal["place", "area"]] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All of its columns."""
        return (*self.numbers, *self.texts, *(self.chosen or {}))


GROUPS: Final = ("inntekt", "utgift", "ufordelt", "overforing", "sum_inntekt", "sum")

PLACES: Final[Mapping[str, Place]] = {
    "innledning": Place(
        rows=("konsept", "prosjekt", "realisering_og_avsluttet", "i_alt", "med_anslag"), numbers=("antall",)
    ),
    "faser": Place(rows=("alle",), numbers=REPORTED),
    "tabell_4": Place(rows="area", numbers=REPORTED),
    "avdeling": Place(rows="department", numbers=("antall",)),
    "omrade": Place(rows="place", numbers=("antall",)),
    "fordeling": Place(rows="project", texts=("navn",), chosen={"omrade": "place", "fase": REPORTED}),
    "vedlegg_1": Place(
        rows="project", texts=("navn", "tjeneste"), chosen={"fase": REPORTED, "innsatsomrade": "area"}
    ),
    "vedlegg_2": Place(rows="project", texts=("navn",)),
    "endringer": Place(rows="project", texts=("navn",), chosen={"fra": ("ny", *REPORTED), "til": REPORTED}),
    "realisering": Place(rows="project", texts=("navn",)),
    "avsluttet": Place(rows="project", texts=("navn",)),
    "overforinger": Place(rows="project", numbers=("belop",), texts=("navn",)),
    "tabell_1": Place(rows="free", numbers=("budsjett", "regnskap"), chosen={"gruppe": GROUPS}),
    "forbruk": Place(rows=("mindreforbruk",), numbers=("belop",)),
    "pastander": Place(
        rows=("har_rapportert", "har_anslag_minst", "innsatsomrader_med_anslag"), numbers=("antall",)
    ),
    "kolonner": Place(rows=("vedlegg_2",), numbers=WORK_COLUMNS),
    "overskrifter": Place(rows="place", texts=("siste_gruppe",)),
    "bildetekster": Place(rows="free", texts=("tekst",)),
}
"""Every place a figure can stand in. `pastander` are claims made in running text, `kolonner` the columns a
table has (1), `bildetekster` the captions («mangler» where there is none).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number or a text at a spot; `source` says where it was printed."""

    value: float | str
    source: str = ""

    @property
    def number(self) -> float:
        """The value of a figure that is a number."""
        return self.value if isinstance(self.value, float | int) else 0.0


Figures = Mapping[Spot, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What rows may be named by: the keys of projects, and the codes in the taxonomies in force."""

    projects: tuple[str, ...]
    areas: tuple[str, ...]
    departments: tuple[str, ...]
    places: tuple[str, ...]

    def names(self, rows: Rows) -> tuple[str, ...] | None:
        """The names rows may have, None for any."""
        match rows:
            case "project":
                return self.projects
            case "area":
                return self.areas
            case "department":
                return self.departments
            case "place":
                return self.places
            case "free":
                return None
            case _:
                return rows


def vocabulary_of(known: Known) -> Vocabulary:
    """The names that the rows of a report's figures may have."""
    return Vocabulary(
        projects=tuple(entry.key for entry in known.entries),
        areas=tuple(term.code for group in known.focus_areas for term in group.terms),
        departments=tuple(group.code for group in known.departments),
        places=tuple(term.code for group in known.departments for term in group.terms),
    )


# ---------------------------------------------------------------- what a report of ours prints


def figures_of(report: TertialReport) -> dict[Spot, Figure]:
    """Every figure and name that a report of ours prints, where it prints it."""
    return {spot: Figure(value=value) for spot, value in _printed(report)}


def _printed(report: TertialReport) -> Iterator[tuple[Spot, float | str]]:
    counts = report.counts
    for row, number in (
        ("konsept", counts["Konsept"]),
        ("prosjekt", counts["Prosjekt"]),
        ("realisering_og_avsluttet", counts["Realisering"] + counts["Avsluttet"]),
        ("i_alt", report.total),
        ("med_anslag", report.coverage.estimated),
    ):
        yield ("innledning", row, "antall"), float(number)
    for status in REPORTED:
        yield ("faser", "alle", status), float(counts[status])
        for area in report.area_rows:
            yield ("tabell_4", area.code, status), float(area.counts[status])
    yield from _printed_places(report)
    yield from _printed_lists(report)
    yield from _printed_money(report)


def _printed_lists(report: TertialReport) -> Iterator[tuple[Spot, float | str]]:
    for band in report.bands:
        for listed in band.rows:
            yield ("vedlegg_1", listed.key, "navn"), listed.title
            yield ("vedlegg_1", listed.key, "fase"), listed.reported_as
            yield ("vedlegg_1", listed.key, "innsatsomrade"), band.code
            if listed.service:
                yield ("vedlegg_1", listed.key, "tjeneste"), listed.service
    for work in report.work:
        yield ("vedlegg_2", work.key, "navn"), work.title
    for name in WORK_COLUMNS:
        yield ("kolonner", "vedlegg_2", name), 1.0
    for one in report.in_realisation:
        yield ("realisering", one.key, "navn"), one.title
    for change in report.changes:
        if change.after is not None:
            yield ("endringer", change.key, "navn"), change.title
            yield ("endringer", change.key, "fra"), change.before or "ny"
            yield ("endringer", change.key, "til"), change.after
    for change in report.closed:
        yield ("avsluttet", change.key, "navn"), change.title


def _printed_places(report: TertialReport) -> Iterator[tuple[Spot, float | str]]:
    for department in report.departments:
        yield ("avdeling", department.code, "antall"), float(department.total)
        for column in department.columns:
            yield ("omrade", column.code, "antall"), float(column.total)
            for status, names in column.names.items():
                for one in names:
                    yield ("fordeling", one.key, "navn"), one.title
                    yield ("fordeling", one.key, "omrade"), column.code
                    yield ("fordeling", one.key, "fase"), status


def _printed_money(report: TertialReport) -> Iterator[tuple[Spot, float | str]]:
    for transfer in report.transfers:
        yield ("overforinger", transfer.key, "navn"), transfer.title
        yield ("overforinger", transfer.key, "belop"), float(transfer.amount)
    accounts = report.accounts
    if accounts is None:
        return
    for line in accounts.lines:
        yield ("tabell_1", line.label, "gruppe"), line.group
        if line.budget is not None:
            yield ("tabell_1", line.label, "budsjett"), float(line.budget)
        if line.spent is not None:
            yield ("tabell_1", line.label, "regnskap"), float(line.spent)
    yield ("forbruk", "mindreforbruk", "belop"), float(accounts.underspent)


# ---------------------------------------------------------------- what a file says was printed elsewhere


def read_printed(sheet: Sheet, vocabulary: Vocabulary) -> dict[Spot, Figure] | tuple[Mistake, ...]:
    """The figures in a table, or every mistake in it with its row and column. Never raises."""
    mistakes = [*_header_mistakes(sheet)]
    if mistakes:
        return tuple(mistakes)
    figures: dict[Spot, Figure] = {}
    first: dict[Spot, int] = {}
    for row in sheet.rows:
        read = _read(sheet, row, vocabulary)
        if isinstance(read, tuple):
            spot, figure = read
            if spot in first:
                mistakes.append(sheet.at(row.number, "place", "printed_twice", first=first[spot]))
            first.setdefault(spot, row.number)
            figures[spot] = figure
        else:
            mistakes += read
    return tuple(mistakes) if mistakes else figures


def _header_mistakes(sheet: Sheet) -> Iterator[Mistake]:
    for name in NEEDED:
        if name not in sheet.columns:
            yield sheet.at(1, name, "printed_column_missing", name=name)
    for name in sheet.columns:
        if name not in COLUMNS:
            yield sheet.at(1, name, "printed_column_unknown", name=name, nearest=nearest(name, COLUMNS))


def _read(sheet: Sheet, row: Row, vocabulary: Vocabulary) -> tuple[Spot, Figure] | list[Mistake]:
    missing = [
        sheet.at(row.number, name, "printed_cell_missing", name=name)
        for name in NEEDED
        if name not in row.cells
    ]
    if missing:
        return missing
    name, line, column, value = (row.cells[one] for one in NEEDED)
    place = PLACES.get(name)
    if place is None:
        return [
            sheet.at(
                row.number, "place", "printed_place_unknown",
                value=name, nearest=nearest(name, PLACES), known=", ".join(PLACES),
            )
        ]  # fmt: skip
    mistakes = [*_row_mistakes(sheet, row, name, place, vocabulary)]
    if column not in place.columns:
        known = ", ".join(place.columns)
        mistakes.append(
            sheet.at(row.number, "column", "printed_figure_unknown", value=column, place=name, known=known)
        )
        return mistakes
    found = _value(sheet, row, place, column, value, vocabulary)
    if isinstance(found, list):
        return [*mistakes, *found]
    return mistakes or ((name, line, column), Figure(value=found, source=row.cells.get("source", "")))


def _row_mistakes(
    sheet: Sheet, row: Row, name: str, place: Place, vocabulary: Vocabulary
) -> Iterator[Mistake]:
    allowed = vocabulary.names(place.rows)
    line = row.cells["row"]
    if allowed is not None and line not in allowed:
        yield sheet.at(
            row.number, "row", "printed_row_unknown", value=line, place=name, nearest=nearest(line, allowed)
        )


def _value(
    sheet: Sheet, row: Row, place: Place, column: str, value: str, vocabulary: Vocabulary
) -> float | str | list[Mistake]:
    if column in place.texts:
        return value
    if column in place.numbers:
        read = parse_value(Field(name="value", title="", type="number"), value)
        if isinstance(read, tuple):
            return [sheet.at(row.number, "value", one.code, **one.data) for one in read]
        return float(str(read))
    chosen = (place.chosen or {})[column]
    allowed = chosen if isinstance(chosen, tuple) else (vocabulary.names(chosen) or ())
    if value in allowed:
        return value
    return [sheet.at(row.number, "value", "printed_choice_unknown", value=value, known=", ".join(allowed))]


def indexed(figures: Figures) -> dict[str, dict[str, dict[str, Figure]]]:
    """All of them, by place, row and column."""
    found: dict[str, dict[str, dict[str, Figure]]] = {place: {} for place in PLACES}
    for (where, row, column), figure in figures.items():
        found.setdefault(where, {}).setdefault(row, {})[column] = figure
    return found


def as_table(figures: Figures) -> Iterable[tuple[str, str, str, float | str]]:
    """The figures as the rows of a file that `read_printed` reads."""
    for (place, row, column), figure in figures.items():
        yield place, row, column, figure.value
