"""The programme's own risks of a period are read from a table: all lines, or none and every mistake."""

from datetime import datetime

from engine.core.files.sheet import Sheet
from engine.core.record.events.reports import RisksImported
from engine.core.refusal import Invalid, Refused
from engine.core.reports.period_tables import RISKS, read_lines, unlike
from engine.queries.people.actors import office_only
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.programme.periods import closed_already
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.reports.import_accounts import ImportedLines


def import_risks(
    db: Database, *, sheet: Sheet, period: str, by: str, now: datetime
) -> ImportedLines | Refused:
    """Keep the programme's risks in a period, as programkontoret; an earlier import is replaced.

    A risk without a kind is a threat. Raises as `import_accounts` does.
    """
    with db.writing() as tx:
        asked = period_named(programme_in_force(tx), period)
        person = office_only(tx, by, now)
        closed = closed_already(tx, asked.id)
        if closed:
            return Refused(reasons=closed)
        lines, mistakes = read_lines(sheet, RISKS)
        mistakes += unlike(sheet, RISKS, lines, by=("number",))
        mistakes += [
            sheet.at(row.number, "", "table_half_weighed", value=str(line["title"] or ""))
            for row, line in lines
            if (line["probability"] is None) != (line["consequence"] is None)
        ]
        if mistakes:
            raise Invalid(tuple(mistakes))
        told = [_risk(line) for _, line in lines]
        record(tx, [RisksImported(by=person, period=asked.id, lines=told)], now=now)
    return ImportedLines(period=asked.id, lines=len(told), budget=0, spent=0)


def _risk(line: dict[str, object]) -> dict[str, object]:
    words = {name: line[name] or "" for name in ("assessment", "measures", "mitigation", "owner")}
    return {**line, **words, "kind": line["kind"] or "trussel"}
