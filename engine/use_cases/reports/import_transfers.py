"""What the projects apply to carry over is read from a table: all lines, or none and every mistake."""

from datetime import datetime

from engine.core.files.sheet import Sheet
from engine.core.record.events.reports import TransfersImported
from engine.core.refusal import Invalid, Refused
from engine.core.reports.period_tables import TRANSFERS, column_of, read_lines, unlike
from engine.core.text import nearest
from engine.queries.people.actors import office_only
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.programme.periods import closed_already
from engine.store import projects
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.reports.import_accounts import ImportedLines, project_numbers, wrong_number


def import_transfers(
    db: Database, *, sheet: Sheet, period: str, by: str, now: datetime
) -> ImportedLines | Refused:
    """Keep the transfers applied for after a period, as programkontoret; an earlier import is replaced.

    Each line names its project by key or by prosjektnummer. Raises as `import_accounts` does.
    """
    with db.writing() as tx:
        asked = period_named(programme_in_force(tx), period)
        person = office_only(tx, by, now)
        closed = closed_already(tx, asked.id)
        if closed:
            return Refused(reasons=closed)
        lines, mistakes = read_lines(sheet, TRANSFERS)
        keys, numbers = projects.keys(tx), project_numbers(tx)
        for row, line in lines:
            key, number = line["project"], line["project_number"]
            if key is None and number is None:
                mistakes.append(sheet.at(row.number, "project", "table_cell_missing", name="project"))
            elif key is not None and key not in keys:
                place = column_of(sheet, TRANSFERS, "project")
                near = nearest(key, keys)
                mistakes.append(sheet.at(row.number, place, "table_project_unknown", value=key, nearest=near))
            elif key is None:
                place = column_of(sheet, TRANSFERS, "project_number")
                wrong = wrong_number(sheet, row.number, place, number, numbers)
                mistakes += wrong
                line["project"] = None if wrong else numbers[number][0]
        mistakes += unlike(sheet, TRANSFERS, lines, by=("project", "label"))
        if mistakes:
            raise Invalid(tuple(mistakes))
        told = [{name: line[name] for name in ("project", "label", "amount")} for _, line in lines]
        record(tx, [TransfersImported(by=person, period=asked.id, lines=told)], now=now)
    return ImportedLines(
        period=asked.id, lines=len(told), budget=sum(line["amount"] for line in told), spent=0
    )
