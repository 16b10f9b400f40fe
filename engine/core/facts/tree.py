"""The typed tree of facts that rules read, built from what is stored."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from engine.core.facts.catalogue import (
    KEPT_FIELDS,
    PROJECT_FIELDS,
    RESERVED_NAMES,
    ROLES,
    field_of,
    text_field,
)
from engine.core.facts.field import Field, Problem, Value, item_of, member
from engine.core.facts.parsing import read_value
from engine.core.text import nearest, says_nothing, shown


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scope:
    """What rules may read: the roots, each a Field.

    Compared by identity, as a key of caches; the same own facts give the same Scope.
    """

    roots: Mapping[str, Field]

    def field_at(self, path: str) -> Field | None:
        """The field at a dotted path through records, as `project.priority.order`; None if there is none."""
        first, *rest = path.split(".")
        found = self.roots.get(first)
        for name in rest:
            if found is None or found.type != "record":
                return None
            found = member(found, name)
        return found


def scope(own_fields: Iterable[Field] = ()) -> Scope:
    """What rules may read in a workflow with these own facts. A name in RESERVED_NAMES is not replaced."""
    return _scope(tuple(own_fields))


@lru_cache(maxsize=64)
def _scope(own_fields: tuple[Field, ...]) -> Scope:
    own = tuple(field for field in own_fields if field.name not in RESERVED_NAMES)
    fields = (*PROJECT_FIELDS, *own)
    scalars = tuple(field for field in fields if field.type != "list")
    person = (text_field("name", "Navn"), text_field("office", "Stilling"))
    roles = tuple(Field(name=id_, title=title, type="record", fields=person) for id_, title in ROLES)
    roots = (
        Field(name="project", title="Prosjektet", type="record", fields=scalars),
        *(field for field in fields if field.type == "list"),
        *KEPT_FIELDS,
        Field(name="roles", title="Roller", type="record", fields=roles),
        field_of("date", "today", "Dagens dato"),
    )
    return Scope(roots={root.name: root for root in roots})


def tree(
    values: Mapping[str, object],
    *,
    key: str,
    title: str,
    phase: str,
    roles: Mapping[str, Mapping[str, object]],
    papers: Sequence[Mapping[str, object]],
    conditions: Sequence[Mapping[str, object]],
    today: date,
    own_fields: Iterable[Field] = (),
) -> dict[str, Value]:
    """What rules see of one project on one day.

    `values` are the project's facts by name, `roles` a map from role to name and office. Empty texts, records
    and nulls are left out, lists are always there. A name that is no fact is left out; a value of another
    type than its field is left as it is, and the rule that reads it cannot be decided. Raises TypeError for
    what is no JSON shape.
    """
    known = scope(own_fields)
    given: dict[str, object] = {**values, "key": key, "title": title, "phase": phase}
    lists: dict[str, object] = {**values, "papers": papers, "conditions": conditions}
    seen: dict[str, Value] = {}
    for root in known.roots.values():
        if root.type == "list":
            seen[root.name] = _stored(root, lists.get(root.name)) or []
    seen["project"] = _stored(known.roots["project"], given) or {}
    seen["roles"] = _stored(known.roots["roles"], roles) or {}
    seen["today"] = today.isoformat()
    return seen


def _stored(field: Field | None, value: object) -> Value | None:
    """A stored value in the shape rules see; None when it is empty."""
    # A text that shows nothing may lie there from before it was refused; it counts as never given.
    if value is None or (isinstance(value, str) and says_nothing(value)):
        return None
    match value:
        case bool() | str():
            return value
        case int() | float() | Decimal():
            return _stored_number(field, value)
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case Mapping():
            record = {
                str(name): found
                for name, each in value.items()
                if (sub := member(field, str(name)) if field else None) or field is None
                if (found := _stored(sub, each)) is not None
            }
            # An item's own lists are always there too, so that size() and all() can be asked of them.
            for each in field.fields if field else ():
                if each.type == "list":
                    record.setdefault(each.name, [])
            return record or None
        case list() | tuple():
            item = item_of(field) if field else None
            return [found for each in value if (found := _stored(item, each)) is not None]
    raise TypeError(f"{type(value).__name__} is no JSON shape")


def _stored_number(field: Field | None, value: float | Decimal) -> int | float:
    if field is not None and field.type == "number":
        return float(value)
    if isinstance(value, int):
        return value
    return int(value) if math.isfinite(value) and value == int(value) else float(value)


def check_tree(facts: Mapping[str, object], known: Scope) -> tuple[Problem, ...]:
    """Every way in which a hand-made tree (a test, an example) is not one that `tree` could have built."""
    problems: list[Problem] = []
    for name in facts:
        if name not in known.roots:
            data = {"name": shown(name), "nearest": nearest(shown(name), known.roots)}
            problems.append(Problem(code="value.unknown_field", data=data, path=shown(name)))
    for name, root in known.roots.items():
        if name not in facts:
            if root.type == "list":
                problems.append(Problem(code="value.missing_list", data={"name": name}, path=name))
        else:
            read_value(root, facts[name], path=name, problems=problems)
    return tuple(problems)
