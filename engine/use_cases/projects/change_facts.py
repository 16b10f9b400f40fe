"""A project's facts change from a date, or somebody takes a role in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.core.benefits.benefits import identified
from engine.core.cases import authority
from engine.core.facts import catalogue, parsing
from engine.core.facts import field as facts_field
from engine.core.facts.field import Problem
from engine.core.facts.versions import Overtaken, version_of
from engine.core.programme.calendar import local_date
from engine.core.record.events.projects import FactsChanged, RoleAssigned, TakenIn
from engine.core.refusal import Misuse, NotAllowed, unknown
from engine.queries.benefits.benefit_at import ids_ever
from engine.queries.obligations.answerable import nobodys_benefits
from engine.queries.people.actors import PROGRAMME_OFFICE, Steered, capacities, person_named, steered
from engine.store import projects
from engine.store.record.record import record
from engine.store.session import Connection, Database


@dataclass
class BadFacts(Misuse):
    """Some values cannot be used: every problem, with the path to it."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The names of the facts that now have another value from the date."""

    names: tuple[str, ...]


def change_facts(
    db: Database,
    *,
    key: str,
    changes: Mapping[str, Any],
    by: str,
    effective: date,
    now: datetime,
    seen: Mapping[str, str] | None = None,
) -> Changed:
    """Give facts new values from a date; an empty value takes the fact away. All or nothing.

    `seen` are the versions (`core.versions`) a form was made from, by fact name. Open cases keep what they
    were opened with. Raises Unknown for a project or person, BadFacts with every problem, NotAllowed for a
    fact that carries authority and is not this person's to change, Overtaken where a fact is no longer as
    it was seen and not as it is to be.
    """
    with db.writing() as tx:
        person = person_named(tx, by)
        found = steered(tx, key, lock=True)
        current = projects.facts(tx, key, on=effective)
        parsed, problems = _parsed(changes, current, own_fields=found.definition.own_fields())
        problems += _no_such_body(found, parsed)
        problems += nobodys_benefits(tx, parsed.get("benefits") or (), before=current.get("benefits") or ())
        if problems:
            raise BadFacts(problems)
        if parsed.get(projects.LISTED):
            parsed[projects.LISTED] = identified(
                parsed[projects.LISTED],
                found.programme.scheme,
                before=current.get(projects.LISTED, ()),
                ever=ids_ever(tx, key),
            )
        _as_seen(current, parsed, seen or {})
        _may_change(tx, found, parsed, person=person.id, on=local_date(now))
        taken_in = parsed.pop("taken_in_on", None)
        events: list[FactsChanged | TakenIn] = []
        if parsed:
            changed = FactsChanged(
                by=person.id,
                project=key,
                names=tuple(sorted(parsed)),
                effective=effective.isoformat(),
                values=parsed,
            )
            events.append(changed)
        if taken_in is not None:
            events.append(TakenIn(by=person.id, project=key, effective=str(taken_in)))
        record(tx, events, now=now)
    return Changed(names=tuple(sorted(changes)))


def _as_seen(current: Mapping[str, Any], wanted: Mapping[str, Any], seen: Mapping[str, str]) -> None:
    """Raise Overtaken when somebody else has changed what is to be changed."""
    overtaken = {
        name: current.get(name)
        for name, version in seen.items()
        if name in wanted and version not in (version_of(current.get(name)), "")
        if version_of(wanted[name]) != version_of(current.get(name))
    }
    if overtaken:
        raise Overtaken(values=overtaken)


def _no_such_body(found: Steered, values: Mapping[str, Any]) -> tuple[Problem, ...]:
    named = values.get(authority.BODY)
    if named is None:
        return ()
    problem = authority.body_problem(named, definition=found.definition, programme=found.programme)
    return () if problem is None else (problem,)


def _may_change(tx: Connection, found: Steered, names: Iterable[str], *, person: str, on: date) -> None:
    """Raise NotAllowed at the first fact that carries authority and is somebody else's to change."""
    held = capacities(tx, person, project=found.project.key, on=on)
    fields = {field.name: field for field in (*catalogue.PROJECT_FIELDS, *found.definition.own_fields())}
    for name in names:
        setters = authority.setters(found.definition, name)
        if setters is None:
            continue
        allowed = setters if name == authority.BODY and setters else {*setters, PROGRAMME_OFFICE}
        if not held & allowed:
            told = {"fact": fields[name].title, "role": " eller ".join(sorted(allowed))}
            raise NotAllowed("may_not_change", told)


def _parsed(
    changes: Mapping[str, Any], current: Mapping[str, Any], *, own_fields: tuple[facts_field.Field, ...]
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """What was typed as values by fact name, and every problem; an empty value is None.

    `priority.order` changes one member of a record and keeps the others.
    """
    parsed: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, raw in changes.items():
        field = catalogue.field_named(name, own_fields)
        value = field if isinstance(field, Problem) else parsing.parse_value(field, raw)
        if isinstance(value, Problem):
            problems.append(value)
        elif isinstance(value, tuple):
            problems += value
        else:
            root, _, member = name.removeprefix("project.").partition(".")
            if member:
                whole = {**(parsed.get(root) or current.get(root) or {}), member: value}
                value = {part: known for part, known in whole.items() if known is not None} or None
            parsed[root] = value
    return parsed, tuple(problems)


def assign_role(
    db: Database, *, key: str, role: str, who: str, valid_from: date, by: str, now: datetime
) -> None:
    """Give a person a role in a project from a date. Raises Unknown for a project, person or role."""
    with db.writing() as tx:
        person = person_named(tx, by)
        steered(tx, key, lock=True)
        roles = [name for name, _ in catalogue.ROLES]
        if role not in roles:
            raise unknown("role", role, roles)
        holder = person_named(tx, who)
        assigned = RoleAssigned(
            by=person.id, project=key, role=role, person=holder.id, valid_from=valid_from.isoformat()
        )
        record(tx, [assigned], now=now)
