"""A parsed rule as a tree: its parts, their words, and where each stands in the text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lark import Token, Tree

    Node = Tree[Token]


# --- compilation ------------------------------------------------------------------------------------


Edit = tuple[int, int, str]
"""At an offset, so many characters of the rule are replaced by these."""


def closing_of(text: str, opening: int) -> int | None:
    """Where the bracket that opens there is closed; None where quotes make that hard to tell."""
    if "\\" in text or "'''" in text or '"""' in text:
        return None
    depth, quote = 0, ""
    for offset in range(opening, len(text)):
        sign = text[offset]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if depth == 0:
                return offset
    return None


# --- what each part of a rule is --------------------------------------------------------------------


PASSED_THROUGH: Final = frozenset(
    {
        "expr",
        "conditionalor",
        "conditionaland",
        "relation",
        "addition",
        "multiplication",
        "unary",
        "member",
        "primary",
        "paren_expr",
    }
)


def parts_of(node: Node) -> list[Node]:
    """The parts that are parts themselves, no words."""
    return [each for each in node.children if not isinstance(each, str)]


def only_part(node: Node) -> Node:
    """The one part inside."""
    return parts_of(node)[0]


def token_at(node: Node, index: int) -> Token:
    """The word that stands there, with its place."""
    found = node.children[index]
    assert isinstance(found, str)
    return found


def word_at(node: Node, index: int) -> str:
    """The word that stands there."""
    return str(token_at(node, index))


def place_of(node: Node, index: int | None = None) -> int:
    """Where the part starts, or where its child that is a word does."""
    if index is not None:
        return token_at(node, index).start_pos or 0
    # The parser loses the place of `true` and `false`: the first part with a place is then the nearest.
    waiting: list[Node | Token] = [node]
    while waiting:
        part = waiting.pop()
        start = part.start_pos if isinstance(part, str) else getattr(part.meta, "start_pos", None)
        if start is not None:
            return int(start)
        if not isinstance(part, str):
            waiting.extend(reversed(part.children))
    return 0


def arguments_of(node: Node) -> list[Node]:
    """What a call is given."""
    lists: Iterable[Node] = (each for each in parts_of(node) if each.data == "exprlist")
    return [each for one in lists for each in parts_of(one)]


def unwrapped(node: Node) -> Node:
    """The part itself, without what only wraps it."""
    while node.data in PASSED_THROUGH and len(node.children) == 1 and not isinstance(node.children[0], str):
        node = only_part(node)
    return node
