"""A fact as it is described: its type, its choices and members, and what a value of it can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

FieldType = Literal[
    "text",
    "long_text",
    "integer",
    "number",
    "money",
    "date",
    "yes_no",
    "choice",
    "term",
    "person",
    "url",
    "project",
    "record",
    "list",
]

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value]"
"""What a fact can hold: JSON shapes without null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One fact: `name` in rules and files, `title` for people (Norwegian).

    `choices` are (id, title) of a `choice`. `fields` are the members of a `record`, or of each item of a
    `list`; a list without `fields` holds values of the type `items`, short texts unless it says otherwise.
    `low` and `high` bound a number, both included.
    """

    name: str
    title: str
    type: FieldType
    choices: tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()
    help: str = ""
    low: int | None = None
    high: int | None = None
    items: FieldType = "text"

    def __hash__(self) -> int:
        # Cheap, for the caches of compiled rules: equality still compares everything.
        return hash((self.name, self.type, len(self.fields)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a given value is not a value of its field; `path` names the place, as `benefits[2].due`."""

    code: str
    data: Mapping[str, str | int]
    path: str


Parsed: TypeAlias = "Value | tuple[Problem, ...] | None"
"""A value; every problem, as a tuple that is never empty; or None for an empty value: unset the fact."""


def member(field: Field, name: str) -> Field | None:
    """The member of a record, or of a list's items, that has this name."""
    return next((each for each in field.fields if each.name == name), None)


def item_of(field: Field) -> Field:
    """What each item of a list is."""
    if field.fields:
        return Field(name=field.name, title=field.title, type="record", fields=field.fields)
    return Field(
        name=field.name,
        title=field.title,
        type="choice" if field.choices else field.items,
        choices=field.choices,
    )
