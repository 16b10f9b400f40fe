"""Typed facts as fields of a form, and what was typed in them back as values.

A field's name is its fact's, with the rows and members on the way to it: `benefits-0-indicators-1-title`. A
list has one empty row more than it holds; a row in which nothing is typed is no row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from engine.core.facts.field import Field, Problem, item_of

PATH_STEP: Final = "-"
YES_NO: Final = (("ja", "Ja"), ("nei", "Nei"))
MOST_ROWS: Final = 60
HIDDEN: Final = frozenset({"id"})
"""Members that tell rows apart: they travel with the form, and nobody fills them in."""
_DECIMALS: Final = frozenset({"number", "money"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form: a scalar's `value` as text, a record's `parts`, or a list's `rows` of parts."""

    name: str
    field: Field
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    parts: tuple["FormField", ...] = ()
    rows: tuple[tuple["FormField", ...], ...] = ()
    hidden: bool = False

    @property
    def kind(self) -> str:
        """`list`, `record`, or the scalar's type."""
        return self.field.type


def form_field(
    field: Field,
    value: Any,
    *,
    name: str = "",
    terms: Mapping[str, tuple[tuple[str, str], ...]] | None = None,
) -> FormField:
    """A fact's value as a field; `terms` are the choices of facts whose values the programme lists, by
    name.
    """
    name = name or field.name
    terms = terms or {}
    if field.type == "record":
        return FormField(name=name, field=field, parts=_parts(field, value or {}, name, terms))
    if field.type == "list":
        item = item_of(field)
        held = [*(value or []), None]
        rows = tuple(
            _parts(item, one or {}, f"{name}-{at}", terms)
            if item.type == "record"
            else (form_field(item, one, name=f"{name}-{at}", terms=terms),)
            for at, one in enumerate(held)
        )
        return FormField(name=name, field=field, rows=rows)
    return FormField(
        name=name,
        field=field,
        value=as_text(field, value),
        choices=_choices(field, terms),
        hidden=field.name in HIDDEN,
    )


def _parts(
    field: Field, value: Mapping[str, Any], name: str, terms: Mapping[str, tuple[tuple[str, str], ...]]
) -> tuple[FormField, ...]:
    return tuple(
        form_field(part, value.get(part.name), name=f"{name}-{part.name}", terms=terms)
        for part in field.fields
    )


def _choices(field: Field, terms: Mapping[str, tuple[tuple[str, str], ...]]) -> tuple[tuple[str, str], ...]:
    if field.type == "yes_no":
        return YES_NO
    return field.choices or terms.get(field.name, ())


def as_text(field: Field, value: Any) -> str:
    """A stored scalar as it is typed: decimals with a comma, yes and no in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if field.type in _DECIMALS:
        return f"{Decimal(str(value)).normalize():f}".replace(".", ",")
    return str(value)


def read_field(field: Field, typed: Mapping[str, str], *, name: str = "") -> Any:
    """What was typed for a fact, shaped as `facts.parse_value` takes it; None where nothing was."""
    name = name or field.name
    if field.type == "record":
        found = {part.name: read_field(part, typed, name=f"{name}-{part.name}") for part in field.fields}
        told = {part: value for part, value in found.items() if value is not None}
        return told if _says_something(told) else None
    if field.type == "list":
        item = item_of(field)
        rows = [read_field(item, typed, name=f"{name}-{at}") for at in _rows(typed, name)]
        return [row for row in rows if row is not None] or None
    return typed.get(name, "").strip() or None


def _says_something(told: Mapping[str, Any]) -> bool:
    return any(name not in HIDDEN for name in told)


def _rows(typed: Mapping[str, str], name: str) -> list[int]:
    """The numbers of the rows that a form has for a list, in order."""
    start = f"{name}{PATH_STEP}"
    numbers = {key.removeprefix(start).partition(PATH_STEP)[0] for key in typed if key.startswith(start)}
    return sorted(int(one) for one in numbers if one.isdigit() and int(one) < MOST_ROWS)


def place_of(problem: Problem, field: Field, typed: Mapping[str, str]) -> str:
    """The name of the form field that a problem is about: `benefits[2].due` is the third row that says
    anything.

    Rows in which nothing was typed are left out of what is parsed, so they are counted out here.
    """
    steps = problem.path.removeprefix("project.").replace("]", "").replace("[", ".").split(".")
    name, at = steps[0], field
    for step in steps[1:]:
        if step.isdigit() and at.type == "list":
            item = item_of(at)
            said = [
                row for row in _rows(typed, name) if read_field(item, typed, name=f"{name}-{row}") is not None
            ]
            name, at = f"{name}-{said[int(step)] if int(step) < len(said) else step}", item
        else:
            part = next((one for one in at.fields if one.name == step), None)
            if part is None:
                break
            name, at = f"{name}-{step}", part
    return name
