"""A whole portfolio is read from a table: all rows, or none and every mistake."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from engine.core import text
from engine.core.benefits.benefits import identified
from engine.core.cases import authority
from engine.core.facts import catalogue, parsing
from engine.core.facts.field import Field, Problem
from engine.core.files.sheet import Row, Sheet
from engine.core.programme.model import Programme
from engine.core.programme.vocabulary import FOUR_FIELDS
from engine.core.record.events.event import Event
from engine.core.record.events.projects import (
    FactsChanged,
    PhaseEntered,
    ProjectRegistered,
    RoleAssigned,
    TakenIn,
)
from engine.core.refusal import Invalid, Mistake
from engine.core.workflow.checks import OUTSIDE
from engine.core.workflow.definition import Definition
from engine.store import definitions, people, programmes, projects
from engine.store.record.record import record
from engine.store.session import Connection, Database

NEEDED: Final = ("key", "title", "workflow", "phase")
OWN: Final = ("key", "workflow", "phase", "phase_assumed", "phase_on", "phase_before", "taken_in_on")
"""Columns that say where a project stands; every other column is a fact or a role."""
IGNORED: Final = ("notes",)

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "import_column_missing": ("name",),
    "import_column_unknown": ("name", "nearest"),
    "import_cell_missing": ("name",),
    "import_key_shape": ("value",),
    "import_key_twice": ("value", "first"),
    "import_key_known": ("value",),
    "import_workflow_unknown": ("value", "known"),
    "import_kind_of_other_workflow": ("value", "workflow", "kind"),
    "import_phase_unknown": ("value", "nearest", "known"),
    "import_person_unknown": ("value",),
    "import_dates_reversed": ("value",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The keys of the projects that are now registered, in the file's order."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    definitions: Mapping[str, Definition]
    people: Mapping[str, str]
    keys: frozenset[str]
    effective: date
    programme: Programme | None


def import_projects(db: Database, *, sheet: Sheet, effective: date, now: datetime) -> Imported:
    """Register every project of a table, with facts that hold from `effective`.

    Columns: `key, title, workflow, phase` are needed; `phase_assumed` (ja/nei), `phase_on`, `phase_before`,
    `taken_in_on` tell its course; any other column is a fact by its name, or a role holding an address;
    `notes` is not read. A phase whose date is not told counts from the project's start, or else from the
    first day of `effective`'s year. Raises Invalid with every mistake, by row and column; then nothing at
    all is registered.
    """
    with db.writing() as tx:
        known = _known(tx, effective)
        mistakes = [*_header_mistakes(sheet, known)]
        events: list[Event] = []
        seen: dict[str, int] = {}
        for row in sheet.rows if not mistakes else ():
            found, wrong = _read_row(sheet, row, known, seen)
            events += found
            mistakes += wrong
        if mistakes:
            raise Invalid(tuple(sorted(mistakes, key=lambda one: (one.line, one.column))))
        record(tx, events, now=now)
    return Imported(keys=tuple(seen))


def _known(tx: Connection, effective: date) -> _Known:
    newest = {one.workflow: one.version for one in definitions.registered(tx)}
    return _Known(
        definitions={name: definitions.load(tx, name, version) for name, version in newest.items()},
        people={person.email.lower(): person.id for person in people.all_people(tx) if person.email},
        keys=frozenset(projects.keys(tx)),
        effective=effective,
        programme=programmes.current(tx),
    )


def _header_mistakes(sheet: Sheet, known: _Known) -> Iterator[Mistake]:
    for name in NEEDED:
        if name not in sheet.columns:
            yield sheet.at(1, name, "import_column_missing", name=name)
    own = {field.name for definition in known.definitions.values() for field in definition.own_fields()}
    fitting = {
        *OWN,
        *IGNORED,
        *own,
        *(name for name, _ in catalogue.ROLES),
        *(field.name for field in _settable(())),
    }
    for name in sheet.columns:
        if name not in fitting:
            near = text.nearest(name, fitting)
            yield sheet.at(1, name, "import_column_unknown", name=name, nearest=near)


def _settable(own: Sequence[Field]) -> list[Field]:
    return [
        field
        for field in (*catalogue.PROJECT_FIELDS, *own)
        if field.name not in catalogue.GIVEN_FIELDS or field.name == "title"
    ]


def _read_row(
    sheet: Sheet, row: Row, known: _Known, seen: dict[str, int]
) -> tuple[list[Event], list[Mistake]]:
    mistakes = [
        sheet.at(row.number, name, "import_cell_missing", name=name)
        for name in NEEDED
        if name not in row.cells
    ]
    key = row.cells.get("key", "")
    mistakes += _key_mistakes(sheet, row, key, known, seen)
    definition = known.definitions.get(row.cells.get("workflow", ""))
    if definition is None:
        if "workflow" in row.cells:
            told = ", ".join(sorted(known.definitions)) or "ingen"
            mistakes.append(
                sheet.at(
                    row.number, "workflow", "import_workflow_unknown", value=row.cells["workflow"], known=told
                )
            )
        return [], mistakes
    values, wrong = _values(sheet, row, definition)
    if values.get(projects.LISTED):
        scheme = FOUR_FIELDS if known.programme is None else known.programme.scheme
        values[projects.LISTED] = identified(values[projects.LISTED], scheme)
    wrong += _body_mistakes(sheet, row, values, definition, known)
    kind = str(values.get("kind", definition.kind))
    if kind not in (definition.kind, OUTSIDE):
        other = {"value": kind, "workflow": definition.workflow, "kind": definition.kind}
        mistakes.append(sheet.at(row.number, "kind", "import_kind_of_other_workflow", **other))
    course, bad = _course(sheet, row, key, definition, values, known)
    roles, unknown = _roles(sheet, row, key, known)
    mistakes += [*wrong, *bad, *unknown]
    registered = ProjectRegistered(
        project=key,
        workflow=definition.workflow,
        version=definition.version,
        kind=kind,
    )
    told_facts = FactsChanged(
        project=key, names=tuple(sorted(values)), effective=known.effective.isoformat(), values=values
    )
    return [registered, told_facts, *course, *roles], mistakes


def _key_mistakes(sheet: Sheet, row: Row, key: str, known: _Known, seen: dict[str, int]) -> Iterator[Mistake]:
    if not key:
        return
    if isinstance(parsing.parse_value(Field(name="key", title="", type="project"), key), tuple):
        yield sheet.at(row.number, "key", "import_key_shape", value=key)
    if key in seen:
        yield sheet.at(row.number, "key", "import_key_twice", value=key, first=seen[key])
    if key in known.keys:
        yield sheet.at(row.number, "key", "import_key_known", value=key)
    seen.setdefault(key, row.number)


def _values(sheet: Sheet, row: Row, definition: Definition) -> tuple[dict[str, Any], list[Mistake]]:
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for field in _settable(definition.own_fields()):
        raw = row.cells.get(field.name)
        if raw is None or field.name in OWN:
            continue
        given = (
            [part.strip() for part in raw.split("|")] if field.type == "list" and not field.fields else raw
        )
        value = parsing.parse_value(field, given)
        if isinstance(value, tuple):
            mistakes += [_at(sheet, row, field.name, problem) for problem in value]
        elif value is not None:
            values[field.name] = value
    return values, mistakes


def _body_mistakes(
    sheet: Sheet, row: Row, values: Mapping[str, Any], definition: Definition, known: _Known
) -> list[Mistake]:
    """A body that does not exist, or that no project of this workflow may name instead of the usual one."""
    named = values.get(authority.BODY)
    if named is None or known.programme is None:
        return []
    problem = authority.body_problem(named, definition=definition, programme=known.programme)
    return [] if problem is None else [_at(sheet, row, authority.BODY, problem)]


def _at(sheet: Sheet, row: Row, column: str, problem: Problem) -> Mistake:
    return sheet.at(row.number, column, problem.code, **problem.data)


def _course(
    sheet: Sheet, row: Row, key: str, definition: Definition, values: Mapping[str, Any], known: _Known
) -> tuple[list[Event], list[Mistake]]:
    mistakes: list[Mistake] = []
    phases = [phase.id for phase in definition.phases]
    for column in ("phase", "phase_before"):
        named = row.cells.get(column)
        if named is not None and named not in phases:
            near = text.nearest(named, phases)
            mistakes.append(
                sheet.at(
                    row.number,
                    column,
                    "import_phase_unknown",
                    value=named,
                    nearest=near,
                    known=", ".join(phases),
                )
            )
    days: dict[str, str | None] = {}
    for column, type_ in (("phase_on", "date"), ("taken_in_on", "date"), ("phase_assumed", "yes_no")):
        value = parsing.parse_value(Field(name=column, title="", type=type_), row.cells.get(column, ""))  # type: ignore[arg-type]
        if isinstance(value, tuple):
            mistakes += [_at(sheet, row, column, problem) for problem in value]
        else:
            days[column] = None if value is None else str(value)
    if mistakes:
        return [], mistakes
    first = str(values.get("started_on") or date(known.effective.year, 1, 1).isoformat())
    entered = days["phase_on"] or min(first, known.effective.isoformat())
    course: list[Event] = []
    if "phase_before" in row.cells:
        before = min(first, entered)
        if before == entered:
            before = date(date.fromisoformat(entered).year - 1, 1, 1).isoformat()
        course.append(PhaseEntered(project=key, phase=row.cells["phase_before"], effective=before))
    assumed = days["phase_assumed"] == "True"
    course.append(
        PhaseEntered(project=key, phase=row.cells.get("phase", ""), effective=entered, assumed=assumed)
    )
    if days["taken_in_on"] is not None:
        course.append(TakenIn(project=key, effective=days["taken_in_on"]))
    return course, []


def _roles(sheet: Sheet, row: Row, key: str, known: _Known) -> tuple[list[Event], list[Mistake]]:
    events: list[Event] = []
    mistakes: list[Mistake] = []
    for role, _ in catalogue.ROLES:
        address = row.cells.get(role)
        if address is None:
            continue
        person = known.people.get(address.lower())
        if person is None:
            mistakes.append(sheet.at(row.number, role, "import_person_unknown", value=address))
        else:
            since = known.effective.isoformat()
            events.append(RoleAssigned(project=key, role=role, person=person, valid_from=since))
    return events, mistakes
