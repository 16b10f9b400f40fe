"""A rule that has been compiled, a fault that keeps a text from being one, and the limits of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from engine.core.facts.field import Field

if TYPE_CHECKING:
    import cel


LENGTH_LIMIT: Final = 1_000
DEPTH_LIMIT: Final = 80

COMPREHENSIONS: Final = ("all", "exists", "exists_one", "filter", "map")
FUNCTIONS: Final = ("has", "size", "int", "double", "string", "timestamp", "duration")
METHODS: Final = (*COMPREHENSIONS, "size", "contains", "startsWith", "endsWith")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFault:
    """Why a text is no rule; `offset` counts characters from 0 in the text."""

    code: str
    data: Mapping[str, str | int]
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """A rule that has been checked and compiled.

    `reads` are the fact paths it reads, with `[]` for "each item of": `benefits[].due`; `titles` names them,
    and the steps on the way to them, for people. `members` are the first steps, `item` among them, each with
    what is read of it where it is a record; `inner` the item's own lists, each with what is read of their
    items, or None where two lists are compared and all of them is read.
    `element` is what each item of the result is, for a rule that gives a list; it is the `item` of
    `compile_rule`.
    `steps` is what asking it once costs when lists and texts are as long as they may be, and `dearest` where
    in the text most of that is spent. `picking` names the list that a rule picks items of, with the program
    that says yes or no to each; without one, it picks them all.
    """

    text: str
    result: Literal["bool", "list"]
    reads: tuple[str, ...]
    titles: Mapping[str, str]
    members: Mapping[str, frozenset[str]]
    inner: Mapping[str, frozenset[str]] | None
    element: Field | None
    steps: int
    dearest: int
    program: cel.Program
    picking: tuple[str, cel.Program | None] | None
