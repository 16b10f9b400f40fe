"""The type of each part of a rule, walked before the rule is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from engine.core.facts.field import Field, item_of, member
from engine.core.facts.tree import Scope
from engine.core.rules.kinds import (
    ANY,
    ARITHMETIC,
    BOOL,
    CONVERSIONS,
    FLOAT,
    FULL,
    INT,
    LONG_TEXT,
    NUMBERS,
    ONE_TURN,
    ORDERED,
    SIGNS,
    Kind,
    Sizes,
    kind_of,
)
from engine.core.rules.rule import COMPREHENSIONS, DEPTH_LIMIT, FUNCTIONS, METHODS, RuleFault
from engine.core.rules.tree import (
    PASSED_THROUGH,
    Edit,
    arguments_of,
    closing_of,
    only_part,
    parts_of,
    place_of,
    token_at,
    unwrapped,
    word_at,
)
from engine.core.text import nearest, shown

if TYPE_CHECKING:
    from engine.core.rules.tree import Node


@dataclass(slots=True)
class Walk:
    """One walk through a parse tree. It collects faults and fact paths, and tells what each part is."""

    scope: Scope
    item: Field | None
    text: str = ""
    faults: list[RuleFault] = field(default_factory=list)
    reads: dict[str, None] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    bound: dict[str, Kind] = field(default_factory=dict)
    inside: int = 0
    depth: int = 0
    sizes: Sizes = FULL
    times: int = 1
    steps: int = 0
    dearest: tuple[int, int] = (0, 0)
    slim: set[int] = field(default_factory=set)
    edits: list[Edit] = field(default_factory=list)
    picks: tuple[str, Edit] | None = None
    whole: int = 0
    whole_items: bool = False

    def _spend(self, steps: int, where: Node | int) -> None:
        """Count what a part costs, as often as it is asked."""
        total = steps * self.times
        self.steps += total
        if total > self.dearest[0]:
            self.dearest = total, where if isinstance(where, int) else place_of(where)

    def result_of(self, tree: Node, *, wanted: Literal["bool", "list"]) -> Kind:
        """What the whole rule gives; a fault where that is clearly something else than wanted."""
        if wanted == "list":
            self.whole = id(unwrapped(tree))
            self.slim.add(self.whole)
        kind = self.kind(tree)
        if kind.name not in (wanted, "any"):
            code = "rule.result_not_boolean" if wanted == "bool" else "rule.result_not_list"
            self._fault(code, 0, type=kind.name)
        return kind

    def path(self, path: str, *, offset: int) -> Walk:
        """Check a dotted path in a sentence; it must lead to something that can be written in a line."""
        first, *steps = path.split(".")
        kind = self._named(first, offset)
        for step in steps:
            kind = self._member(kind, step, offset)
        if kind.name in ("record", "list"):
            self._fault("rule.text_of_list", offset, path=path)
        return self

    def kind(self, node: Node) -> Kind:
        """What the part gives. A faulty part gives `any`, which no later check complains about."""
        while node.data in PASSED_THROUGH and len(node.children) == 1:
            node = only_part(node)
        if self.depth >= DEPTH_LIMIT:
            if not any(fault.code == "rule.too_deep" for fault in self.faults):
                self._fault("rule.too_deep", node, limit=DEPTH_LIMIT)
            return ANY
        self.depth += 1
        self._spend(1, node)
        visit = _VISITS.get(str(node.data), Walk._unsupported)
        kind = visit(self, node)
        self.depth -= 1
        return kind

    # -- operators

    def _choice(self, node: Node) -> Kind:
        condition, first, second = (self.kind(each) for each in parts_of(node))
        self._boolean("? :", condition, node)
        if "any" in (first.name, second.name):
            return ANY
        if first.name != second.name:
            return self._mixed("? :", first, second, node)
        return first

    def _either(self, node: Node) -> Kind:
        return self._both(node, "||")

    def _and(self, node: Node) -> Kind:
        return self._both(node, "&&")

    def _both(self, node: Node, operator: str) -> Kind:
        for each in parts_of(node):
            self._boolean(operator, self.kind(each), each)
        return BOOL

    def _boolean(self, operator: str, kind: Kind, node: Node) -> None:
        if kind.name not in ("bool", "any"):
            self._fault("rule.not_boolean", node, operator=operator, type=kind.name)

    def _not(self, node: Node) -> Kind:
        operator, operand = parts_of(node)
        kind = self.kind(operand)
        if operator.data == "unary_not":
            self._boolean("!", kind, node)
            return BOOL
        if kind.name in ("int", "float", "any"):
            return Kind(name=kind.name)
        return self._mixed("-", INT, kind, node)

    def _operands(self, node: Node) -> tuple[str, Kind, Kind]:
        operation, right = parts_of(node)
        left = self.kind(only_part(operation))
        return SIGNS[str(operation.data)], left, self.kind(right)

    def _relation(self, node: Node) -> Kind:
        sign, left, right = self._operands(node)
        if "any" in (left.name, right.name):
            return BOOL
        if sign == "in":
            self._contained(left, right, node)
        elif sign in ("==", "!="):
            self._comparable(sign, left, right, node)
        elif not (left.name in ORDERED and self._alike(left, right)):
            self._mixed(sign, left, right, node)
        else:
            self._literals(left, right, node)
        return BOOL

    def _contained(self, left: Kind, right: Kind, node: Node) -> None:
        if right.name != "list" or right.item is None:
            self._fault("rule.not_a_list", node, operator="in", type=right.name)
            return
        self._spend(self.sizes.of(right) // 16, node)
        for each in right.parts or (right.item,):
            if each.name != "any":
                self._comparable("in", left, each, node)

    def _comparable(self, sign: str, left: Kind, right: Kind, node: Node) -> None:
        if left.name == right.name == "list":
            self.whole_items = True
            self._spend(self.sizes.of(left) // 10, node)
        if not self._alike(left, right) or left.name == "record":
            self._mixed(sign, left, right, node)
        else:
            self._literals(left, right, node)

    @staticmethod
    def _alike(left: Kind, right: Kind) -> bool:
        return left.name == right.name or {left.name, right.name} == NUMBERS

    def _literals(self, left: Kind, right: Kind, node: Node) -> None:
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

    def _arithmetic(self, node: Node) -> Kind:
        sign, left, right = self._operands(node)
        if "any" in (left.name, right.name):
            return ANY
        if {left.name, right.name} == NUMBERS:
            self._fault("rule.mixed_numbers", node, operator=sign)
            return ANY
        if sign == "+" and left.name == right.name == "list":
            size = self.sizes.of(left) + self.sizes.of(right)
            self._spend(size * max((left.item or ANY).weight, (right.item or ANY).weight), node)
            return replace(left, size=size)
        found = ARITHMETIC.get((sign, left.name, right.name))
        if found == "text":
            letters = left.weight + right.weight
            self._spend(letters, node)
            return Kind(name="text", letters=letters)
        return Kind(name=found) if found else self._mixed(sign, left, right, node)

    def _mixed(self, operator: str, left: Kind, right: Kind, node: Node) -> Kind:
        self._fault("rule.mixed_types", node, operator=operator, left=left.name, right=right.name)
        return ANY

    # -- names and paths

    def _ident(self, node: Node) -> Kind:
        return self._named(word_at(node, 0), place_of(node))

    def _named(self, name: str, offset: int) -> Kind:
        self.names.add(name)
        if name in self.bound:
            return self.bound[name]
        if name == "item":
            if self.item is None:
                self._fault("rule.item_outside_each", offset)
                return ANY
            each = item_of(self.item) if self.item.type == "list" else self.item
            return self._read(kind_of(each, "item"))
        root = self.scope.roots.get(name)
        if root is not None:
            return self._read(kind_of(root, name))
        known = [*self.bound, *self.scope.roots, *(["item"] if self.item else [])]
        near = self._elsewhere(name) or nearest(name, known)
        self._fault("rule.unknown_variable", offset, name=name, nearest=near)
        return ANY

    def _read(self, kind: Kind) -> Kind:
        if kind.path and kind.field:
            self.reads.setdefault(kind.path)
            self.titles[kind.path] = kind.field.title
            if kind.field.type == "long_text":
                self._spend(LONG_TEXT, 0)
        return kind

    def _elsewhere(self, name: str) -> str:
        """The path of the fact with this name, where the rule looked for it in the wrong place."""
        for root in self.scope.roots.values():
            if root.name == name:
                return name
            if root.type == "record" and member(root, name):
                return f"{root.name}.{name}"
        return ""

    def _dot(self, node: Node) -> Kind:
        base, name = parts_of(node)[0], word_at(node, 1)
        return self._member(self.kind(base), name, place_of(node, 1))

    def _member(self, base: Kind, name: str, offset: int) -> Kind:
        if base.name == "any":
            return ANY
        if base.name == "list":
            self._fault("rule.path_into_list", offset, path=base.path, name=name)
            return ANY
        if base.name != "record" or base.field is None:
            self._fault("rule.path_into_scalar", offset, path=base.path, name=name, type=base.name)
            return ANY
        found = member(base.field, name)
        if found is None:
            near = nearest(name, [each.name for each in base.field.fields])
            near = self._elsewhere(name) or (near and f"{base.path}.{near}")
            self._fault("rule.unknown_path", offset, path=f"{base.path}.{name}", nearest=near)
            return ANY
        # The shorter path was only a step on the way.
        self.reads.pop(base.path, None)
        return self._read(kind_of(found, f"{base.path}.{name}"))

    def _index(self, node: Node) -> Kind:
        base, place = (self.kind(each) for each in parts_of(node))
        if "any" in (base.name, place.name):
            return ANY
        if base.name == "list" and place.name == "int":
            return self._read(base.item or ANY)
        if base.name == "record" and place.literal is not None:
            return self._member(base, place.literal, place_of(node))
        self._fault("rule.wrong_index", node, path=base.path, type=base.name)
        return ANY

    # -- calls

    def _call(self, node: Node) -> Kind:
        name, arguments = word_at(node, 0), arguments_of(node)
        if name == "has":
            return self._has(node, arguments)
        if name == "size" and len(arguments) == 1:
            self.slim.add(id(unwrapped(arguments[0])))
            return self._size(self.kind(arguments[0]), node)
        if name not in FUNCTIONS:
            near = nearest(name, (*FUNCTIONS, *METHODS))
            self._fault("rule.unknown_function", node, name=name, nearest=near)
            return ANY
        kinds = [self.kind(each) for each in arguments]
        taken, given = CONVERSIONS.get(name, (frozenset({"list"}), INT))
        if len(kinds) != 1 or kinds[0].name not in taken | {"any"}:
            self._fault("rule.wrong_arguments", node, name=name, expected=", ".join(sorted(taken)))
        return given

    def _has(self, node: Node, arguments: list[Node]) -> Kind:
        asked = unwrapped(arguments[0]) if len(arguments) == 1 else None
        if asked is not None and asked.data == "ident":
            self._fault("rule.has_on_root", node, name=word_at(asked, 0))
        elif asked is None or asked.data != "member_dot":
            self._fault("rule.has_needs_path", node)
        else:
            kind = self.kind(asked)
            if kind.name == "list":
                self._fault("rule.has_on_list", node, path=kind.path)
        return BOOL

    def _size(self, kind: Kind, node: Node) -> Kind:
        if kind.name == "text":
            self._fault("rule.size_of_text", node, path=kind.path)
        elif kind.name not in ("list", "any"):
            self._fault("rule.wrong_arguments", node, name="size", expected="list")
        return INT

    def _method(self, node: Node) -> Kind:
        base, name, arguments = parts_of(node)[0], word_at(node, 1), arguments_of(node)
        if name == "size":
            self.slim.add(id(unwrapped(base)))
        kind = self.kind(base)
        if name in COMPREHENSIONS:
            return self._comprehension(node, kind, name, arguments)
        if name == "size" and not arguments:
            return self._size(kind, node)
        kinds = [self.kind(each) for each in arguments]
        if name not in METHODS:
            near = nearest(name, (*METHODS, *FUNCTIONS))
            self._fault("rule.unknown_function", place_of(node, 1), name=name, nearest=near)
            return ANY
        if len(kinds) != 1 or any(each.name not in ("text", "any") for each in (kind, *kinds)):
            self._fault("rule.wrong_arguments", node, name=name, expected="text")
        self._spend(sum(each.weight for each in (kind, *kinds)), node)
        return BOOL

    def _comprehension(self, node: Node, base: Kind, name: str, arguments: list[Node]) -> Kind:
        place = place_of(node, 1)
        variable = unwrapped(arguments[0]) if arguments else None
        if variable is None or variable.data != "ident" or len(arguments) != 2:
            self._fault("rule.comprehension_form", place, name=name)
            return ANY
        if base.name not in ("list", "any"):
            self._fault("rule.not_a_list", place, operator=name, type=base.name)
            return ANY
        if self.inside >= 2:
            self._fault("rule.nested_comprehension", place, name=name)
        elif self.inside and name == "map":
            self._fault("rule.map_inside", place)
        each, size = base.item or ANY, self.sizes.of(base)
        body = self._body(word_at(variable, 0), place_of(variable), each, arguments[1], times=size)
        if name == "map":
            self._spend(size * size * max(body.weight, 2) // 2, place)
            return Kind(name="list", item=body, size=size)
        self._boolean(name, body, arguments[1])
        if name != "filter":
            return BOOL
        self._filter(node, base, size, variable=word_at(variable, 0))
        return replace(base, size=size)

    def _filter(self, node: Node, base: Kind, size: int, *, variable: str) -> None:
        """Where only the number of items is asked for, or which they are, a list of yes and no is enough: to
        copy the items themselves for each one more is what costs.
        """
        place, item = place_of(node, 1), base.item or ANY
        closing = closing_of(self.text, self.text.find("(", place)) if id(node) in self.slim else None
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

    def _body(self, name: str, offset: int, each: Kind, body: Node, *, times: int) -> Kind:
        if name in self.bound or name in self.scope.roots or name == "item":
            self._fault("rule.taken_name", offset, name=name)
        self.names.add(name)
        outer, self.bound = self.bound, {**self.bound, name: each}
        self.inside += 1
        outside, self.times = self.times, self.times * times
        self._spend(ONE_TURN + each.weight // 4, offset)
        kind = self.kind(body)
        self.times = outside
        self.inside -= 1
        self.bound = outer
        return kind

    # -- values

    def _literal(self, node: Node) -> Kind:
        token = token_at(node, 0)
        match token.type:
            case "INT_LIT":
                return INT
            case "FLOAT_LIT":
                return FLOAT
            case "BOOL_LIT":
                return BOOL
            case "STRING_LIT" if token.value[0] in "'\"":
                inner = token.value[1:-1]
                return Kind(name="text", literal=None if "\\" in inner else inner)
        return self._unsupported(node)

    def _list(self, node: Node) -> Kind:
        parts = tuple(self.kind(each) for each in arguments_of(node))
        alike = parts and all(each.name == parts[0].name for each in parts)
        return Kind(name="list", item=Kind(name=parts[0].name) if alike else ANY, parts=parts)

    def _unsupported(self, node: Node) -> Kind:
        first = node.children[0] if node.children else None
        what = str(first) if node.data == "literal" else _NOT_TAKEN.get(str(node.data), str(node.data))
        self._fault("rule.unsupported", node, what=shown(what))
        return ANY

    def _fault(self, code: str, where: Node | int, **data: str | int) -> None:
        offset = where if isinstance(where, int) else place_of(where)
        self.faults.append(RuleFault(code=code, data=data, offset=offset))


_NOT_TAKEN: Final[Mapping[str, str]] = {
    "map_lit": "{…}",
    "member_object": "{…}",
    "dot_ident": ".",
    "dot_ident_arg": ".",
}

_DAY: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


_VISITS: Final[Mapping[str, Callable[[Walk, Node], Kind]]] = {
    "expr": Walk._choice,
    "conditionalor": Walk._either,
    "conditionaland": Walk._and,
    "relation": Walk._relation,
    "addition": Walk._arithmetic,
    "multiplication": Walk._arithmetic,
    "unary": Walk._not,
    "ident": Walk._ident,
    "member_dot": Walk._dot,
    "member_index": Walk._index,
    "member_dot_arg": Walk._method,
    "ident_arg": Walk._call,
    "literal": Walk._literal,
    "list_lit": Walk._list,
}
"""The grammar's names of the parts a rule may be made of. The others are refused."""
