"""Can this rule be trusted to say yes or no, and what does it say about these facts?

A rule is a CEL expression in a workflow definition. `compile_rule` refuses, with every reason and its place,
whatever would fail or mislead later: a misspelt fact, a choice that does not exist, a number compared with a
text, a nest of comprehensions that could hold the interpreter for seconds. `evaluate` never raises: what
cannot be decided is `Undecidable`, and the caller treats that as not met.

How common-expression-language 0.10 behaves, which the checks rest on (measured; the tests of this module
keep it so):

- Whole numbers and floats *compare* (`1 == 1.0`, `1 < 1.5` and `1.0 in [1]` hold), but do not *mix* in
  arithmetic (`1 + 0.5` raises TypeError), and `5 / 2` is 2. So `number` facts are always floats, `integer`
  and `money` always whole, and mixed arithmetic is refused here.
- Values of different types are unequal without complaint (`'3' == 3` and `true == 1` are false), and cannot
  be ordered (TypeError). Both are refused here.
- An absent member raises KeyError at evaluation, not at compilation. `has(a.b)` only guards the last step:
  `has(a.b.c)` raises when `a.b` is absent. `has(a)` of a root does not compile.
- `||`, `&&`, `all` and `exists` swallow an error on one side when the other side settles the answer.
- `size('æøå')` is 6: it counts bytes, and was never what a rule about a list meant. Refused here.
- Two nested comprehensions over 1,000 items take half a second; a third level would take minutes. `filter`
  and `map` copy the whole of what they have found for each item they add: 1,000 benefits cost 4 s where
  a list of yes and no costs 0.08 s. What each part costs is counted in steps of 0.1 µs; see `_Walk`.
- Handing over the whole tree costs 0.5 ms, evaluating 1 µs: `ready` pays the first part once per gate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Final, Literal

from engine.core.facts.field import Field
from engine.core.facts.tree import Scope
from engine.core.rules.kinds import FULL, Sizes
from engine.core.rules.rule import LENGTH_LIMIT, Rule, RuleFault
from engine.core.rules.tree import Edit, unwrapped, word_at
from engine.core.rules.typing import Walk
from engine.core.text import shown

if TYPE_CHECKING:
    import cel
    from celpy.celparser import CELParser

    from engine.core.rules.tree import Node


CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "rule.empty": (),
    "rule.too_long": ("length", "limit"),
    "rule.too_deep": ("limit",),
    "rule.syntax": ("near",),
    "rule.unsupported": ("what",),
    "rule.unknown_path": ("path", "nearest"),
    "rule.unknown_variable": ("name", "nearest"),
    "rule.unknown_function": ("name", "nearest"),
    "rule.item_outside_each": (),
    "rule.path_into_scalar": ("path", "name", "type"),
    "rule.path_into_list": ("path", "name"),
    "rule.wrong_index": ("path", "type"),
    "rule.wrong_arguments": ("name", "expected"),
    "rule.comprehension_form": ("name",),
    "rule.size_of_text": ("path",),
    "rule.has_on_root": ("name",),
    "rule.has_on_list": ("path",),
    "rule.has_needs_path": (),
    "rule.mixed_numbers": ("operator",),
    "rule.mixed_types": ("operator", "left", "right"),
    "rule.not_boolean": ("operator", "type"),
    "rule.not_a_list": ("operator", "type"),
    "rule.unknown_choice": ("path", "value", "nearest"),
    "rule.not_a_date": ("path", "value"),
    "rule.nested_comprehension": ("name",),
    "rule.map_inside": (),
    "rule.taken_name": ("name",),
    "rule.result_not_boolean": ("type",),
    "rule.result_not_list": ("type",),
    "rule.text_brace": (),
    "rule.text_of_list": ("path",),
}
"""Every code a RuleFault can carry, with the keys of its data.

`type`, `left`, `right` are among bool, int, float, text, time, duration, record, list.
"""


def compile_rule(
    text: str,
    *,
    scope: Scope,
    item: Field | None = None,
    result: Literal["bool", "list"] = "bool",
) -> Rule | tuple[RuleFault, ...]:
    """The rule, or every fault in it by place. The same text in the same scope is compiled once.

    `item` is what `item` stands for, where the rule is asked of each item of a list: `Rule.element` of the
    rule that picks them, or the list itself.
    """
    return _compiled(text, scope, item, result)


def paths_of(rule: Rule) -> tuple[str, ...]:
    """The fact paths the rule reads, in order of first reading, as `project.goals` or `benefits[].due`."""
    return rule.reads


def check_text(text: str, *, scope: Scope, item: Field | None = None) -> tuple[RuleFault, ...]:
    """Every fault in a sentence whose braces hold fact paths, as «Gevinsten {item.title} mangler frist»."""
    faults: list[RuleFault] = []
    for start, path in placeholders(text):
        if not _PATH.fullmatch(path):
            faults.append(RuleFault(code="rule.text_brace", data={}, offset=start))
            continue
        checked = Walk(scope, item).path(path, offset=start)
        faults.extend(checked.faults)
    return tuple(faults)


def placeholders(text: str) -> Iterator[tuple[int, str]]:
    """Where each brace of a sentence starts, and the path in it; empty for a brace without its fellow."""
    for found in re.finditer(r"\{([^{}]*)\}|[{}]", text):
        yield found.start(), (found[1] or "").strip()


_PATH: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+|today", re.ASCII)


# --- compilation ------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _compiled(
    text: str, scope: Scope, item: Field | None, result: Literal["bool", "list"]
) -> Rule | tuple[RuleFault, ...]:
    if not text.strip():
        return (RuleFault(code="rule.empty", data={}, offset=0),)
    if len(text) > LENGTH_LIMIT:
        data = {"length": len(text), "limit": LENGTH_LIMIT}
        return (RuleFault(code="rule.too_long", data=data, offset=LENGTH_LIMIT),)
    program, stopped = _program(text)
    parsed = _parsed(text)
    if isinstance(parsed, int):
        return (_syntax(text, parsed if stopped is None else stopped),)
    walk = Walk(scope, item, text)
    kind = walk.result_of(parsed, wanted=result)
    if walk.faults:
        return tuple(sorted(walk.faults, key=lambda fault: (fault.offset, fault.code)))
    if program is None:
        return (_syntax(text, stopped or 0),)
    # Two parsers must have read the same rule: a name that only one of them saw was never checked.
    unseen = set(program.references()["variables"]) - walk.names
    if unseen:
        return (RuleFault(code="rule.unsupported", data={"what": min(unseen)}, offset=0),)
    element = kind.item.field if kind.item else None
    cheaper = _program(_edited(text, walk.edits))[0] if walk.edits else None
    return Rule(
        text=text,
        result=result,
        reads=tuple(walk.reads),
        titles=walk.titles,
        members=_members(walk.reads),
        inner=None if walk.whole_items else _inner(walk.reads),
        element=element,
        steps=walk.steps,
        dearest=walk.dearest[1],
        program=cheaper or program,
        picking=_picking(text, parsed, walk) if result == "list" else None,
    )


def steps_of(rule: Rule, *, scope: Scope, sizes: Sizes, item: Field | None = None) -> int:
    """What asking a rule once costs, in steps, with lists as long as these."""
    if sizes is FULL:
        return rule.steps
    parsed = _parsed(rule.text)
    walk = Walk(scope, item, rule.text, sizes=sizes)
    if not isinstance(parsed, int):
        walk.result_of(parsed, wanted=rule.result)
    return walk.steps


def _picking(text: str, parsed: Node, walk: Walk) -> tuple[str, cel.Program | None] | None:
    """The list a rule picks items of, and the rule that says of each whether it does."""
    node = unwrapped(parsed)
    if node.data == "ident":
        return word_at(node, 0), None
    if walk.picks is None:
        return None
    root, edit = walk.picks
    program, _ = _program(_edited(text, [edit]))
    return None if program is None else (root, program)


def _edited(text: str, edits: Iterable[Edit]) -> str:
    for offset, length, new in sorted(edits, reverse=True):
        text = f"{text[:offset]}{new}{text[offset + length :]}"
    return text


def _inner(reads: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """The lists of the item, each with the members that are read of its items."""
    found: dict[str, set[str]] = {}
    for path in reads:
        root, *steps = path.split(".")
        if root == "item" and steps and steps[0].endswith("[]"):
            found.setdefault(steps[0].removesuffix("[]"), set()).update(steps[1:2])
    return {name: frozenset(members) for name, members in found.items()}


def _members(reads: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """The roots that are read, each with the members that are read of it."""
    found: dict[str, set[str]] = {}
    for path in reads:
        root, *steps = path.split(".")
        members = found.setdefault(root.removesuffix("[]"), set())
        members.update(step.removesuffix("[]") for step in steps[:1])
    return {root: frozenset(members) for root, members in found.items()}


def _program(text: str) -> tuple[cel.Program | None, int | None]:
    """The compiled program, or None and the offset at which the library stopped reading."""
    try:
        return cel_module().compile(text), None
    except ValueError as fault:
        place = re.search(r"<input>:(\d+):(\d+)", str(fault))
        return None, _offset(text, int(place[1]), int(place[2])) if place else 0


@cache
def cel_module() -> ModuleType:
    # Imported on first use, as the parser below: half a second for both, and most commands compile no rule.
    """The CEL library, read when it is first asked for."""
    import cel

    return cel


@cache
def _parser() -> CELParser:
    from celpy.celparser import CELParser

    return CELParser()


def _parsed(text: str) -> Node | int:
    """The parse tree, or the offset of the first thing that does not belong."""
    from celpy.celparser import CELParseError
    from lark.exceptions import LarkError

    try:
        return _parser().parse(text)
    except CELParseError as fault:
        return _offset(text, fault.line or 1, fault.column or 1)
    except LarkError:
        return 0


def _offset(text: str, line: int, column: int) -> int:
    before = text.split("\n")[: max(line - 1, 0)]
    return min(sum(len(each) + 1 for each in before) + max(column - 1, 0), len(text))


def _syntax(text: str, offset: int) -> RuleFault:
    near = text[offset : offset + 20].strip() or text.rstrip()[-20:]
    return RuleFault(code="rule.syntax", data={"near": shown(near)}, offset=offset)


Result = Literal["bool", "list"]
