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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Final, Literal

from engine.core.facts import LIST_LIMIT, NESTED_LIMIT, Field, Scope, item_of, member, nearest
from engine.core.text import shown

if TYPE_CHECKING:
    import cel
    from celpy.celparser import CELParser
    from lark import Token, Tree

    Node = Tree[Token]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecidable:
    """A rule could not say yes or no about these facts.

    `why` is `missing` (the fact at `path` is absent; `title` is its name for people), `not_boolean`,
    `not_a_list`, `failed`, or `too_costly` (it was not asked: see `cost`); `detail` is the library's words,
    for the log and not for people.
    """

    why: Literal["missing", "not_boolean", "not_a_list", "failed", "too_costly"]
    path: str = ""
    title: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ready:
    """Facts handed over to CEL once, for many rules. Only for the thread that made it.

    `context` is None when CEL does not take the whole of them; then each rule is tried on what it reads.
    """

    facts: Mapping[str, object]
    context: cel.Context | None
    picked: dict[Rule, list[object] | Undecidable] = field(default_factory=dict)
    """What list rules have picked so far: several criteria ask of the same items."""


def ready(facts: Mapping[str, object]) -> Ready:
    """The tree of facts, made ready for many rules. Never raises."""
    try:
        return Ready(facts=facts, context=_cel().Context(dict(facts)))
    except Exception:  # a number beyond 64 bits, a thing that is no JSON: the rule that reads it will say so
        return Ready(facts=facts, context=None)


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


def evaluate(rule: Rule, facts: Mapping[str, object] | Ready, item: object = None) -> bool | Undecidable:
    """What the rule says about these facts, and about `item` where it was compiled with one. Never raises."""
    found = _outcome(rule, facts, item)
    if isinstance(found, bool | Undecidable):
        return found
    return Undecidable(why="not_boolean", detail=shown(found))


def evaluate_list(rule: Rule, facts: Mapping[str, object] | Ready) -> list[object] | Undecidable:
    """The items a list rule picks out of these facts. Never raises."""
    if not isinstance(facts, Ready):
        return _picked(rule, facts)
    if rule not in facts.picked:
        facts.picked[rule] = _picked(rule, facts)
    return facts.picked[rule]


def _picked(rule: Rule, facts: Mapping[str, object] | Ready) -> list[object] | Undecidable:
    tree = facts.facts if isinstance(facts, Ready) else facts
    root, wanted = rule.picking or ("", None)
    items = tree.get(root)
    if isinstance(items, list) and rule.picking is not None:
        if wanted is None:
            return items
        said = _outcome(rule, facts, None, program=wanted)
        if isinstance(said, Undecidable):
            return said
        if isinstance(said, list) and len(said) == len(items) and all(isinstance(one, bool) for one in said):
            return [item for item, one in zip(items, said, strict=True) if one]
    found = _outcome(rule, facts, None)
    if isinstance(found, list | Undecidable):
        return found
    return Undecidable(why="not_a_list", detail=shown(found))


def check_text(text: str, *, scope: Scope, item: Field | None = None) -> tuple[RuleFault, ...]:
    """Every fault in a sentence whose braces hold fact paths, as «Gevinsten {item.title} mangler frist»."""
    faults: list[RuleFault] = []
    for start, path in placeholders(text):
        if not _PATH.fullmatch(path):
            faults.append(RuleFault(code="rule.text_brace", data={}, offset=start))
            continue
        checked = _Walk(scope, item).path(path, offset=start)
        faults.extend(checked.faults)
    return tuple(faults)


def placeholders(text: str) -> Iterator[tuple[int, str]]:
    """Where each brace of a sentence starts, and the path in it; empty for a brace without its fellow."""
    for found in re.finditer(r"\{([^{}]*)\}|[{}]", text):
        yield found.start(), (found[1] or "").strip()


_PATH: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+|today", re.ASCII)


# --- evaluation -------------------------------------------------------------------------------------


def _outcome(
    rule: Rule, facts: Mapping[str, object] | Ready, item: object, *, program: cel.Program | None = None
) -> object:
    tree = facts.facts if isinstance(facts, Ready) else facts
    try:
        return (program or rule.program).execute(_context(rule, facts, item))
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except KeyError as fault:
        name = str(fault.args[0]) if fault.args else ""
        for path in rule.reads:
            absent = _first_absent(path, tree, item)
            if absent.endswith(f".{name}"):
                return Undecidable(why="missing", path=absent, title=rule.titles.get(absent, name))
        return Undecidable(why="failed", detail=f"KeyError: {shown(name)}")
    except BaseException as fault:  # a panic in the library derives from BaseException
        return Undecidable(why="failed", detail=f"{type(fault).__name__}: {shown(str(fault), 200)}")


def _context(
    rule: Rule, facts: Mapping[str, object] | Ready, item: object
) -> cel.Context | dict[str, object]:
    if isinstance(facts, Ready):
        if facts.context is not None and "item" not in rule.members:
            return facts.context
        facts = facts.facts
    # Handing over an item, and all else with it, costs more than asking: only what is read goes along.
    whole = {**facts, "item": item} if "item" in rule.members else facts
    read = rule.members.items()
    return {root: _read_of(whole[root], names, rule.inner) for root, names in read if root in whole}


def _read_of(value: object, names: frozenset[str], inner: Mapping[str, frozenset[str]] | None) -> object:
    """A record with only what is read of it, and of its own lists what is read of their items."""
    if not isinstance(value, Mapping):
        return value
    if inner is None:
        return {name: value[name] for name in names if name in value}
    return {name: _read_of_each(value[name], inner.get(name, _NONE)) for name in names if name in value}


_NONE: Final = frozenset[str]()


def _read_of_each(value: object, names: frozenset[str]) -> object:
    return [_read_of(one, names, None) for one in value] if isinstance(value, list) else value


def _first_absent(path: str, tree: Mapping[str, object], item: object) -> str:
    """The path as far as its first step that leads nowhere, in any item of the lists on the way; or empty."""
    first, *steps = path.replace("[]", ".[]").split(".")
    walked = first
    places: list[object] = [item if first == "item" else tree.get(first)]
    for step in steps:
        walked = f"{walked}[]" if step == "[]" else f"{walked}.{step}"
        if step == "[]":
            places = [each for place in places if isinstance(place, list) for each in place]
        elif any(not isinstance(place, Mapping) or step not in place for place in places):
            return walked
        else:
            places = [place[step] for place in places if isinstance(place, Mapping)]
    return ""


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
    walk = _Walk(scope, item, text)
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
    walk = _Walk(scope, item, rule.text, sizes=sizes)
    if not isinstance(parsed, int):
        walk.result_of(parsed, wanted=rule.result)
    return walk.steps


def _picking(text: str, parsed: Node, walk: _Walk) -> tuple[str, cel.Program | None] | None:
    """The list a rule picks items of, and the rule that says of each whether it does."""
    node = _bare(parsed)
    if node.data == "ident":
        return _word(node, 0), None
    if walk.picks is None:
        return None
    root, edit = walk.picks
    program, _ = _program(_edited(text, [edit]))
    return None if program is None else (root, program)


_Edit = tuple[int, int, str]
"""At an offset, so many characters of the rule are replaced by these."""


def _edited(text: str, edits: Iterable[_Edit]) -> str:
    for offset, length, new in sorted(edits, reverse=True):
        text = f"{text[:offset]}{new}{text[offset + length :]}"
    return text


def _closing(text: str, opening: int) -> int | None:
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
        return _cel().compile(text), None
    except ValueError as fault:
        place = re.search(r"<input>:(\d+):(\d+)", str(fault))
        return None, _offset(text, int(place[1]), int(place[2])) if place else 0


@cache
def _cel() -> ModuleType:
    # Imported on first use, as the parser below: half a second for both, and most commands compile no rule.
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


# --- what each part of a rule is --------------------------------------------------------------------

Result = Literal["bool", "list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How long lists are: those a project has, by name, and those that their items have, on the average."""

    lists: Mapping[str, int] = field(default_factory=dict)
    other: int = LIST_LIMIT
    own: int = NESTED_LIMIT // LIST_LIMIT

    def of(self, kind: _Kind) -> int:
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
class _Kind:
    """What an expression gives: its type, and the fact it stands for where it stands for one."""

    name: KindName
    field: Field | None = None
    path: str = ""
    item: _Kind | None = None
    literal: str | None = None
    parts: tuple[_Kind, ...] = ()
    size: int | None = None
    letters: int = 0

    @property
    def weight(self) -> int:
        """What a copy of it costs, in steps."""
        if self.name == "record" and self.field is not None:
            return _weight(self.field)
        return max(self.letters, _LONG if self.field is not None and self.field.type == "long_text" else 1)


_LONG: Final = 10
"""Steps to copy a long text, and to look through it."""
_TURN: Final = 6
"""Steps to take one more item of a list; a record of many members takes more."""


def _weight(fact: Field) -> int:
    """Steps to copy a record, and its own lists with one item each."""
    return 4 * sum(_weight(each) // 4 if each.fields else 1 for each in fact.fields)


_ANY: Final = _Kind(name="any")
_BOOL: Final = _Kind(name="bool")
_INT: Final = _Kind(name="int")
_FLOAT: Final = _Kind(name="float")
_TEXT: Final = _Kind(name="text")

_KIND_OF_TYPE: Final[Mapping[str, KindName]] = {
    "integer": "int",
    "money": "int",
    "number": "float",
    "yes_no": "bool",
    "record": "record",
    "list": "list",
}


def _kind_of(fact: Field, path: str) -> _Kind:
    name = _KIND_OF_TYPE.get(fact.type, "text")
    item = _kind_of(item_of(fact), f"{path}[]") if name == "list" else None
    return _Kind(name=name, field=fact, path=path, item=item)


_ARITHMETIC: Final[Mapping[tuple[str, str, str], KindName]] = {
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

_SIGNS: Final[Mapping[str, str]] = {
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

_CONVERSIONS: Final[Mapping[str, tuple[frozenset[str], _Kind]]] = {
    "int": (frozenset({"int", "float", "text"}), _INT),
    "double": (frozenset({"int", "float", "text"}), _FLOAT),
    "string": (frozenset({"int", "float", "text", "bool"}), _TEXT),
    "timestamp": (frozenset({"text"}), _Kind(name="time")),
    "duration": (frozenset({"text"}), _Kind(name="duration")),
}

_ORDERED: Final = frozenset({"int", "float", "text", "time", "duration"})
_NUMBERS: Final = frozenset({"int", "float"})


@dataclass(slots=True)
class _Walk:
    """One walk through a parse tree. It collects faults and fact paths, and tells what each part is."""

    scope: Scope
    item: Field | None
    text: str = ""
    faults: list[RuleFault] = field(default_factory=list)
    reads: dict[str, None] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    bound: dict[str, _Kind] = field(default_factory=dict)
    inside: int = 0
    depth: int = 0
    sizes: Sizes = FULL
    times: int = 1
    steps: int = 0
    dearest: tuple[int, int] = (0, 0)
    slim: set[int] = field(default_factory=set)
    edits: list[_Edit] = field(default_factory=list)
    picks: tuple[str, _Edit] | None = None
    whole: int = 0
    whole_items: bool = False

    def _spend(self, steps: int, where: Node | int) -> None:
        """Count what a part costs, as often as it is asked."""
        total = steps * self.times
        self.steps += total
        if total > self.dearest[0]:
            self.dearest = total, where if isinstance(where, int) else _place(where)

    def result_of(self, tree: Node, *, wanted: Literal["bool", "list"]) -> _Kind:
        """What the whole rule gives; a fault where that is clearly something else than wanted."""
        if wanted == "list":
            self.whole = id(_bare(tree))
            self.slim.add(self.whole)
        kind = self.kind(tree)
        if kind.name not in (wanted, "any"):
            code = "rule.result_not_boolean" if wanted == "bool" else "rule.result_not_list"
            self._fault(code, 0, type=kind.name)
        return kind

    def path(self, path: str, *, offset: int) -> _Walk:
        """Check a dotted path in a sentence; it must lead to something that can be written in a line."""
        first, *steps = path.split(".")
        kind = self._named(first, offset)
        for step in steps:
            kind = self._member(kind, step, offset)
        if kind.name in ("record", "list"):
            self._fault("rule.text_of_list", offset, path=path)
        return self

    def kind(self, node: Node) -> _Kind:
        """What the part gives. A faulty part gives `any`, which no later check complains about."""
        while node.data in _PASSED_THROUGH and len(node.children) == 1:
            node = _sub(node)
        if self.depth >= DEPTH_LIMIT:
            if not any(fault.code == "rule.too_deep" for fault in self.faults):
                self._fault("rule.too_deep", node, limit=DEPTH_LIMIT)
            return _ANY
        self.depth += 1
        self._spend(1, node)
        visit = _VISITS.get(str(node.data), _Walk._unsupported)
        kind = visit(self, node)
        self.depth -= 1
        return kind

    # -- operators

    def _choice(self, node: Node) -> _Kind:
        condition, first, second = (self.kind(each) for each in _subs(node))
        self._boolean("? :", condition, node)
        if "any" in (first.name, second.name):
            return _ANY
        if first.name != second.name:
            return self._mixed("? :", first, second, node)
        return first

    def _either(self, node: Node) -> _Kind:
        return self._both(node, "||")

    def _and(self, node: Node) -> _Kind:
        return self._both(node, "&&")

    def _both(self, node: Node, operator: str) -> _Kind:
        for each in _subs(node):
            self._boolean(operator, self.kind(each), each)
        return _BOOL

    def _boolean(self, operator: str, kind: _Kind, node: Node) -> None:
        if kind.name not in ("bool", "any"):
            self._fault("rule.not_boolean", node, operator=operator, type=kind.name)

    def _not(self, node: Node) -> _Kind:
        operator, operand = _subs(node)
        kind = self.kind(operand)
        if operator.data == "unary_not":
            self._boolean("!", kind, node)
            return _BOOL
        if kind.name in ("int", "float", "any"):
            return _Kind(name=kind.name)
        return self._mixed("-", _INT, kind, node)

    def _operands(self, node: Node) -> tuple[str, _Kind, _Kind]:
        operation, right = _subs(node)
        left = self.kind(_sub(operation))
        return _SIGNS[str(operation.data)], left, self.kind(right)

    def _relation(self, node: Node) -> _Kind:
        sign, left, right = self._operands(node)
        if "any" in (left.name, right.name):
            return _BOOL
        if sign == "in":
            self._contained(left, right, node)
        elif sign in ("==", "!="):
            self._comparable(sign, left, right, node)
        elif not (left.name in _ORDERED and self._alike(left, right)):
            self._mixed(sign, left, right, node)
        else:
            self._literals(left, right, node)
        return _BOOL

    def _contained(self, left: _Kind, right: _Kind, node: Node) -> None:
        if right.name != "list" or right.item is None:
            self._fault("rule.not_a_list", node, operator="in", type=right.name)
            return
        self._spend(self.sizes.of(right) // 16, node)
        for each in right.parts or (right.item,):
            if each.name != "any":
                self._comparable("in", left, each, node)

    def _comparable(self, sign: str, left: _Kind, right: _Kind, node: Node) -> None:
        if left.name == right.name == "list":
            self.whole_items = True
            self._spend(self.sizes.of(left) // 10, node)
        if not self._alike(left, right) or left.name == "record":
            self._mixed(sign, left, right, node)
        else:
            self._literals(left, right, node)

    @staticmethod
    def _alike(left: _Kind, right: _Kind) -> bool:
        return left.name == right.name or {left.name, right.name} == _NUMBERS

    def _literals(self, left: _Kind, right: _Kind, node: Node) -> None:
        """A text a fact is compared with must be one the fact can have."""
        for fact, other in ((left, right), (right, left)):
            if fact.field is None or other.literal is None:
                continue
            if fact.field.choices:
                ids = [id_ for id_, _ in fact.field.choices]
                if other.literal not in ids:
                    data = {"value": shown(other.literal), "nearest": nearest(other.literal, ids)}
                    self._fault("rule.unknown_choice", node, path=fact.path, **data)
            elif fact.field.type == "date" and not _DAY.fullmatch(other.literal):
                self._fault("rule.not_a_date", node, path=fact.path, value=shown(other.literal))

    def _arithmetic(self, node: Node) -> _Kind:
        sign, left, right = self._operands(node)
        if "any" in (left.name, right.name):
            return _ANY
        if {left.name, right.name} == _NUMBERS:
            self._fault("rule.mixed_numbers", node, operator=sign)
            return _ANY
        if sign == "+" and left.name == right.name == "list":
            size = self.sizes.of(left) + self.sizes.of(right)
            self._spend(size * max((left.item or _ANY).weight, (right.item or _ANY).weight), node)
            return replace(left, size=size)
        found = _ARITHMETIC.get((sign, left.name, right.name))
        if found == "text":
            letters = left.weight + right.weight
            self._spend(letters, node)
            return _Kind(name="text", letters=letters)
        return _Kind(name=found) if found else self._mixed(sign, left, right, node)

    def _mixed(self, operator: str, left: _Kind, right: _Kind, node: Node) -> _Kind:
        self._fault("rule.mixed_types", node, operator=operator, left=left.name, right=right.name)
        return _ANY

    # -- names and paths

    def _ident(self, node: Node) -> _Kind:
        return self._named(_word(node, 0), _place(node))

    def _named(self, name: str, offset: int) -> _Kind:
        self.names.add(name)
        if name in self.bound:
            return self.bound[name]
        if name == "item":
            if self.item is None:
                self._fault("rule.item_outside_each", offset)
                return _ANY
            each = item_of(self.item) if self.item.type == "list" else self.item
            return self._read(_kind_of(each, "item"))
        root = self.scope.roots.get(name)
        if root is not None:
            return self._read(_kind_of(root, name))
        known = [*self.bound, *self.scope.roots, *(["item"] if self.item else [])]
        near = self._elsewhere(name) or nearest(name, known)
        self._fault("rule.unknown_variable", offset, name=name, nearest=near)
        return _ANY

    def _read(self, kind: _Kind) -> _Kind:
        if kind.path and kind.field:
            self.reads.setdefault(kind.path)
            self.titles[kind.path] = kind.field.title
            if kind.field.type == "long_text":
                self._spend(_LONG, 0)
        return kind

    def _elsewhere(self, name: str) -> str:
        """The path of the fact with this name, where the rule looked for it in the wrong place."""
        for root in self.scope.roots.values():
            if root.name == name:
                return name
            if root.type == "record" and member(root, name):
                return f"{root.name}.{name}"
        return ""

    def _dot(self, node: Node) -> _Kind:
        base, name = _subs(node)[0], _word(node, 1)
        return self._member(self.kind(base), name, _place(node, 1))

    def _member(self, base: _Kind, name: str, offset: int) -> _Kind:
        if base.name == "any":
            return _ANY
        if base.name == "list":
            self._fault("rule.path_into_list", offset, path=base.path, name=name)
            return _ANY
        if base.name != "record" or base.field is None:
            self._fault("rule.path_into_scalar", offset, path=base.path, name=name, type=base.name)
            return _ANY
        found = member(base.field, name)
        if found is None:
            near = nearest(name, [each.name for each in base.field.fields])
            near = self._elsewhere(name) or (near and f"{base.path}.{near}")
            self._fault("rule.unknown_path", offset, path=f"{base.path}.{name}", nearest=near)
            return _ANY
        # The shorter path was only a step on the way.
        self.reads.pop(base.path, None)
        return self._read(_kind_of(found, f"{base.path}.{name}"))

    def _index(self, node: Node) -> _Kind:
        base, place = (self.kind(each) for each in _subs(node))
        if "any" in (base.name, place.name):
            return _ANY
        if base.name == "list" and place.name == "int":
            return self._read(base.item or _ANY)
        if base.name == "record" and place.literal is not None:
            return self._member(base, place.literal, _place(node))
        self._fault("rule.wrong_index", node, path=base.path, type=base.name)
        return _ANY

    # -- calls

    def _call(self, node: Node) -> _Kind:
        name, arguments = _word(node, 0), _arguments(node)
        if name == "has":
            return self._has(node, arguments)
        if name == "size" and len(arguments) == 1:
            self.slim.add(id(_bare(arguments[0])))
            return self._size(self.kind(arguments[0]), node)
        if name not in FUNCTIONS:
            near = nearest(name, (*FUNCTIONS, *METHODS))
            self._fault("rule.unknown_function", node, name=name, nearest=near)
            return _ANY
        kinds = [self.kind(each) for each in arguments]
        taken, given = _CONVERSIONS.get(name, (frozenset({"list"}), _INT))
        if len(kinds) != 1 or kinds[0].name not in taken | {"any"}:
            self._fault("rule.wrong_arguments", node, name=name, expected=", ".join(sorted(taken)))
        return given

    def _has(self, node: Node, arguments: list[Node]) -> _Kind:
        asked = _bare(arguments[0]) if len(arguments) == 1 else None
        if asked is not None and asked.data == "ident":
            self._fault("rule.has_on_root", node, name=_word(asked, 0))
        elif asked is None or asked.data != "member_dot":
            self._fault("rule.has_needs_path", node)
        else:
            kind = self.kind(asked)
            if kind.name == "list":
                self._fault("rule.has_on_list", node, path=kind.path)
        return _BOOL

    def _size(self, kind: _Kind, node: Node) -> _Kind:
        if kind.name == "text":
            self._fault("rule.size_of_text", node, path=kind.path)
        elif kind.name not in ("list", "any"):
            self._fault("rule.wrong_arguments", node, name="size", expected="list")
        return _INT

    def _method(self, node: Node) -> _Kind:
        base, name, arguments = _subs(node)[0], _word(node, 1), _arguments(node)
        if name == "size":
            self.slim.add(id(_bare(base)))
        kind = self.kind(base)
        if name in COMPREHENSIONS:
            return self._comprehension(node, kind, name, arguments)
        if name == "size" and not arguments:
            return self._size(kind, node)
        kinds = [self.kind(each) for each in arguments]
        if name not in METHODS:
            near = nearest(name, (*METHODS, *FUNCTIONS))
            self._fault("rule.unknown_function", _place(node, 1), name=name, nearest=near)
            return _ANY
        if len(kinds) != 1 or any(each.name not in ("text", "any") for each in (kind, *kinds)):
            self._fault("rule.wrong_arguments", node, name=name, expected="text")
        self._spend(sum(each.weight for each in (kind, *kinds)), node)
        return _BOOL

    def _comprehension(self, node: Node, base: _Kind, name: str, arguments: list[Node]) -> _Kind:
        place = _place(node, 1)
        variable = _bare(arguments[0]) if arguments else None
        if variable is None or variable.data != "ident" or len(arguments) != 2:
            self._fault("rule.comprehension_form", place, name=name)
            return _ANY
        if base.name not in ("list", "any"):
            self._fault("rule.not_a_list", place, operator=name, type=base.name)
            return _ANY
        if self.inside >= 2:
            self._fault("rule.nested_comprehension", place, name=name)
        elif self.inside and name == "map":
            self._fault("rule.map_inside", place)
        each, size = base.item or _ANY, self.sizes.of(base)
        body = self._body(_word(variable, 0), _place(variable), each, arguments[1], times=size)
        if name == "map":
            self._spend(size * size * max(body.weight, 2) // 2, place)
            return _Kind(name="list", item=body, size=size)
        self._boolean(name, body, arguments[1])
        if name != "filter":
            return _BOOL
        self._filter(node, base, size, variable=_word(variable, 0))
        return replace(base, size=size)

    def _filter(self, node: Node, base: _Kind, size: int, *, variable: str) -> None:
        """Where only the number of items is asked for, or which they are, a list of yes and no is enough: to
        copy the items themselves for each one more is what costs.
        """
        place, item = _place(node, 1), base.item or _ANY
        closing = _closing(self.text, self.text.find("(", place)) if id(node) in self.slim else None
        whole = id(node) == self.whole
        root = base.path in self.scope.roots and base.size is None
        if closing is None or (whole and not root):
            self._spend(size * size * max(item.weight, 3) // 2, place)
            return
        self._spend(size * size // 2 if whole else size * size * 3 // 2, place)
        to_map = (place, len("filter"), "map")
        if whole:
            self.picks = base.path, to_map
        else:
            self.edits += [to_map, (closing + 1, 0, f".filter({variable}, {variable})")]

    def _body(self, name: str, offset: int, each: _Kind, body: Node, *, times: int) -> _Kind:
        if name in self.bound or name in self.scope.roots or name == "item":
            self._fault("rule.taken_name", offset, name=name)
        self.names.add(name)
        outer, self.bound = self.bound, {**self.bound, name: each}
        self.inside += 1
        outside, self.times = self.times, self.times * times
        self._spend(_TURN + each.weight // 4, offset)
        kind = self.kind(body)
        self.times = outside
        self.inside -= 1
        self.bound = outer
        return kind

    # -- values

    def _literal(self, node: Node) -> _Kind:
        token = _token(node, 0)
        match token.type:
            case "INT_LIT":
                return _INT
            case "FLOAT_LIT":
                return _FLOAT
            case "BOOL_LIT":
                return _BOOL
            case "STRING_LIT" if token.value[0] in "'\"":
                inner = token.value[1:-1]
                return _Kind(name="text", literal=None if "\\" in inner else inner)
        return self._unsupported(node)

    def _list(self, node: Node) -> _Kind:
        parts = tuple(self.kind(each) for each in _arguments(node))
        alike = parts and all(each.name == parts[0].name for each in parts)
        return _Kind(name="list", item=_Kind(name=parts[0].name) if alike else _ANY, parts=parts)

    def _unsupported(self, node: Node) -> _Kind:
        first = node.children[0] if node.children else None
        what = str(first) if node.data == "literal" else _NOT_TAKEN.get(str(node.data), str(node.data))
        self._fault("rule.unsupported", node, what=shown(what))
        return _ANY

    def _fault(self, code: str, where: Node | int, **data: str | int) -> None:
        offset = where if isinstance(where, int) else _place(where)
        self.faults.append(RuleFault(code=code, data=data, offset=offset))


_NOT_TAKEN: Final[Mapping[str, str]] = {
    "map_lit": "{…}",
    "member_object": "{…}",
    "dot_ident": ".",
    "dot_ident_arg": ".",
}

_DAY: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")

_PASSED_THROUGH: Final = frozenset(
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

_VISITS: Final[Mapping[str, Callable[[_Walk, Node], _Kind]]] = {
    "expr": _Walk._choice,
    "conditionalor": _Walk._either,
    "conditionaland": _Walk._and,
    "relation": _Walk._relation,
    "addition": _Walk._arithmetic,
    "multiplication": _Walk._arithmetic,
    "unary": _Walk._not,
    "ident": _Walk._ident,
    "member_dot": _Walk._dot,
    "member_index": _Walk._index,
    "member_dot_arg": _Walk._method,
    "ident_arg": _Walk._call,
    "literal": _Walk._literal,
    "list_lit": _Walk._list,
}
"""The grammar's names of the parts a rule may be made of. The others are refused."""


def _subs(node: Node) -> list[Node]:
    return [each for each in node.children if not isinstance(each, str)]


def _sub(node: Node) -> Node:
    return _subs(node)[0]


def _token(node: Node, index: int) -> Token:
    found = node.children[index]
    assert isinstance(found, str)
    return found


def _word(node: Node, index: int) -> str:
    return str(_token(node, index))


def _place(node: Node, index: int | None = None) -> int:
    """Where the part starts, or where its child that is a word does."""
    if index is not None:
        return _token(node, index).start_pos or 0
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


def _arguments(node: Node) -> list[Node]:
    lists: Iterable[Node] = (each for each in _subs(node) if each.data == "exprlist")
    return [each for one in lists for each in _subs(one)]


def _bare(node: Node) -> Node:
    while node.data in _PASSED_THROUGH and len(node.children) == 1 and not isinstance(node.children[0], str):
        node = _sub(node)
    return node
