"""The programme's accounts of a period are read from a table: all lines, or none and every mistake."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.core.files.sheet import Sheet
from engine.core.record.events.reports import AccountsImported
from engine.core.refusal import Invalid, Mistake, Refused
from engine.core.reports.period_tables import ACCOUNTS, column_of, read_lines, unlike
from engine.core.text import nearest
from engine.queries.people.actors import office_only
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.programme.periods import closed_already
from engine.store import projects
from engine.store.record.record import record
from engine.store.session import Connection, Database


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLines:
    """How many lines a period now has, and what their amounts add up to: budget (or the only one), spent."""

    period: str
    lines: int
    budget: int
    spent: int


def import_accounts(
    db: Database, *, sheet: Sheet, period: str, as_of: date, by: str, now: datetime
) -> ImportedLines | Refused:
    """Keep a period's accounts as they stood on a date, as programkontoret; an earlier import is replaced.

    Columns as in `ACCOUNTS`, by name or title. Raises Unknown for a period or person, NotAllowed, and
    Invalid with every mistake and its cell: among them a prosjektnummer that no project has.
    """
    with db.writing() as tx:
        asked = period_named(programme_in_force(tx), period)
        person = office_only(tx, by, now)
        closed = closed_already(tx, asked.id)
        if closed:
            return Refused(reasons=closed)
        lines, mistakes = read_lines(sheet, ACCOUNTS)
        numbers = project_numbers(tx)
        for row, line in lines:
            number = line["project_number"]
            if number is not None:
                place = column_of(sheet, ACCOUNTS, "project_number")
                mistakes += wrong_number(sheet, row.number, place, number, numbers)
            if line["budget"] is None and line["spent"] is None:
                mistakes.append(sheet.at(row.number, "", "table_no_amount"))
        mistakes += unlike(sheet, ACCOUNTS, lines, by=("label", "group", "project_number"))
        if mistakes:
            raise Invalid(tuple(mistakes))
        told = [line for _, line in lines]
        record(
            tx, [AccountsImported(by=person, period=asked.id, as_of=as_of.isoformat(), lines=told)], now=now
        )
    return ImportedLines(
        period=asked.id,
        lines=len(told),
        budget=sum(line["budget"] or 0 for line in told),
        spent=sum(line["spent"] or 0 for line in told),
    )


def project_numbers(tx: Connection) -> Mapping[str, list[str]]:
    """The keys of the projects that have each prosjektnummer."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, facts in sorted(projects.facts_of_all(tx).items()):
        if facts.get("project_number"):
            found[str(facts["project_number"])].append(key)
    return found


def wrong_number(
    sheet: Sheet, row: int, column: str, number: str, known: Mapping[str, list[str]]
) -> list[Mistake]:
    """Why a prosjektnummer names no project, or several."""
    if number not in known:
        near = nearest(number, known)
        return [sheet.at(row, column, "table_number_unknown", value=number, nearest=near)]
    if len(known[number]) > 1:
        among = ", ".join(known[number])
        return [sheet.at(row, column, "table_number_of_several", value=number, allowed=among)]
    return []
