"""What a part of a rule can be: its kind, what kinds do to each other, and how much it can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from engine.core.facts.field import Field, item_of
from engine.core.facts.parsing import LIST_LIMIT, NESTED_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How long lists are: those a project has, by name, and those that their items have, on the average."""

    lists: Mapping[str, int] = field(default_factory=dict)
    other: int = LIST_LIMIT
    own: int = NESTED_LIMIT // LIST_LIMIT

    def of(self, kind: Kind) -> int:
        """How many items a list has."""
        if kind.size is not None:
            return kind.size
        if not kind.path:
            return len(kind.parts)
        inner = "[" in kind.path or kind.path.startswith("item")
        return self.own if inner else self.named(kind.path)

    def named(self, root: str) -> int:
        """How many items a list of the project has."""
        return self.lists.get(root, self.other)


FULL: Final = Sizes()
"""Every list as long as it may be."""

KindName = Literal["bool", "int", "float", "text", "time", "duration", "record", "list", "any"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What an expression gives: its type, and the fact it stands for where it stands for one."""

    name: KindName
    field: Field | None = None
    path: str = ""
    item: Kind | None = None
    literal: str | None = None
    parts: tuple[Kind, ...] = ()
    size: int | None = None
    letters: int = 0

    @property
    def weight(self) -> int:
        """What a copy of it costs, in steps."""
        if self.name == "record" and self.field is not None:
            return _weight(self.field)
        return max(
            self.letters, LONG_TEXT if self.field is not None and self.field.type == "long_text" else 1
        )


LONG_TEXT: Final = 10
"""Steps to copy a long text, and to look through it."""
ONE_TURN: Final = 6
"""Steps to take one more item of a list; a record of many members takes more."""


def _weight(fact: Field) -> int:
    """Steps to copy a record, and its own lists with one item each."""
    return 4 * sum(_weight(each) // 4 if each.fields else 1 for each in fact.fields)


ANY: Final = Kind(name="any")
BOOL: Final = Kind(name="bool")
INT: Final = Kind(name="int")
FLOAT: Final = Kind(name="float")
_TEXT: Final = Kind(name="text")

_KIND_OF_TYPE: Final[Mapping[str, KindName]] = {
    "integer": "int",
    "money": "int",
    "number": "float",
    "yes_no": "bool",
    "record": "record",
    "list": "list",
}


def kind_of(fact: Field, path: str) -> Kind:
    """The kind of a fact."""
    name = _KIND_OF_TYPE.get(fact.type, "text")
    item = kind_of(item_of(fact), f"{path}[]") if name == "list" else None
    return Kind(name=name, field=fact, path=path, item=item)


ARITHMETIC: Final[Mapping[tuple[str, str, str], KindName]] = {
    ("+", "text", "text"): "text",
    ("+", "time", "duration"): "time",
    ("+", "duration", "time"): "time",
    ("+", "duration", "duration"): "duration",
    ("-", "time", "time"): "duration",
    ("-", "time", "duration"): "time",
    ("-", "duration", "duration"): "duration",
    **{(sign, "int", "int"): "int" for sign in "+-*/%"},
    **{(sign, "float", "float"): "float" for sign in "+-*/"},
}

SIGNS: Final[Mapping[str, str]] = {
    "addition_add": "+",
    "addition_sub": "-",
    "multiplication_mul": "*",
    "multiplication_div": "/",
    "multiplication_mod": "%",
    "relation_lt": "<",
    "relation_le": "<=",
    "relation_gt": ">",
    "relation_ge": ">=",
    "relation_eq": "==",
    "relation_ne": "!=",
    "relation_in": "in",
}

CONVERSIONS: Final[Mapping[str, tuple[frozenset[str], Kind]]] = {
    "int": (frozenset({"int", "float", "text"}), INT),
    "double": (frozenset({"int", "float", "text"}), FLOAT),
    "string": (frozenset({"int", "float", "text", "bool"}), _TEXT),
    "timestamp": (frozenset({"text"}), Kind(name="time")),
    "duration": (frozenset({"text"}), Kind(name="duration")),
}

ORDERED: Final = frozenset({"int", "float", "text", "time", "duration"})
NUMBERS: Final = frozenset({"int", "float"})
