"""What can it cost to ask all the rules of a gate, and is that little enough to be asked at all?

A rule of sixty characters can keep a machine busy for minutes when lists are full: each list that is gone
through inside another multiplies. `rules` counts the steps of one rule, a tenth of a microsecond each; here
they are summed over a gate, with what it takes to hand over each item of an `each`. A definition above the
limit is refused before it is registered. Of one that was registered before there was a limit, what does not
fit is not asked, and what rests on it cannot be decided.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine.core.facts.field import Field
from engine.core.facts.tree import Scope
from engine.core.files.yaml_source import Path
from engine.core.rules.compile import Result, compile_rule, steps_of
from engine.core.rules.kinds import FULL, Sizes
from engine.core.rules.rule import Rule
from engine.core.workflow.definition import Definition, Gate, Intake

LIMIT: Final = 10_000_000
"""Steps a gate may cost, with every list full: from half a second to one, by the machine."""
_HANDED_OVER: Final = 35
"""Steps to hand one value over to the rules' interpreter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """One rule of a gate: its text and its place in the gate, where in it most is spent, and its steps."""

    text: str
    path: Path
    offset: int
    steps: int


def priced(gate: Gate | Intake, definition: Definition) -> tuple[Priced, ...]:
    """Every rule of the gate with what it costs when lists are as long as they may be."""
    return _full(tuple(_rules(gate)), definition.scope())


def unaffordable(gate: Gate | Intake, definition: Definition, facts: Mapping[str, object]) -> frozenset[str]:
    """The texts of the rules that are not to be asked of these facts: none, but for a gate above the limit.

    Its rules are asked in their order for as long as what they cost with these lists fits.
    """
    if sum(one.steps for one in priced(gate, definition)) <= LIMIT:
        return frozenset()
    lists = {root: len(value) for root, value in facts.items() if isinstance(value, list)}
    left, refused = LIMIT, set[str]()
    for one in _prices(_rules(gate), definition.scope(), Sizes(lists=lists)):
        if one.steps > left:
            refused.add(one.text)
        else:
            left -= one.steps
    return frozenset(refused)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rule and its place: one of the project, one that picks items, or one asked of what `each` picks."""

    path: Path
    text: str
    result: Result = "bool"
    each: str | None = None


def _rules(gate: Gate | Intake) -> Iterator[_Asked]:
    """Every rule of a gate; what one criterion has picked, the next that asks for the same takes over."""
    if isinstance(gate, Gate):
        yield from _where(("when",), gate.when)
        for number, decider in enumerate(gate.decided_by):
            yield from _where(("decided_by", number, "when"), decider.when)
    picked: set[str] = set()
    for number, criterion in enumerate(gate.criteria):
        path: Path = ("criteria", number)
        yield from _where((*path, "when"), criterion.when)
        if criterion.each is not None and criterion.each not in picked:
            picked.add(criterion.each)
            yield _Asked((*path, "each"), criterion.each, "list")
        yield from _where((*path, "rule"), criterion.rule, each=criterion.each)


def _where(path: Path, text: str | None, each: str | None = None) -> Iterator[_Asked]:
    if text is not None:
        yield _Asked(path, text, each=each)


@lru_cache(maxsize=1024)
def _full(asked: tuple[_Asked, ...], scope: Scope) -> tuple[Priced, ...]:
    return tuple(_prices(asked, scope, FULL))


def _prices(asked: Iterable[_Asked], scope: Scope, sizes: Sizes) -> Iterator[Priced]:
    for one in asked:
        item = None
        if one.each is not None:
            listed = compile_rule(one.each, scope=scope, result="list")
            item = listed.element if isinstance(listed, Rule) else None
        rule = compile_rule(one.text, scope=scope, item=item, result=one.result)
        if not isinstance(rule, Rule):
            continue
        steps = steps_of(rule, scope=scope, item=item, sizes=sizes)
        if item is not None:
            steps = (steps + _handed_over(rule, item, scope, sizes)) * sizes.named(item.name)
        yield Priced(text=one.text, path=one.path, offset=rule.dearest, steps=steps)


def _handed_over(rule: Rule, item: Field, scope: Scope, sizes: Sizes) -> int:
    """Steps for what goes along with each item: of records what is read of them, and every list whole."""
    values = 0
    for root, members in rule.members.items():
        known = item if root == "item" else scope.roots.get(root)
        if known is not None and known.type == "list" and root != "item":
            values += sizes.named(root) * _values(known, sizes.own)
            continue
        lists = {each.name: each for each in known.fields if each.type == "list"} if known else {}
        inner = (sizes.own * _read(rule, lists[name], sizes.own) for name in members if name in lists)
        values += len(members - lists.keys()) + sum(inner) + 1
    return values * _HANDED_OVER


def _read(rule: Rule, own_list: Field, own: int) -> int:
    """How many single values of an item of an item's own list are read."""
    if rule.inner is None or not own_list.fields:
        return _values(own_list, own)
    return len(rule.inner.get(own_list.name, ())) + 1


def _values(fact: Field, own: int) -> int:
    """How many single values an item of a list holds."""
    return sum(own if each.type == "list" else 1 for each in fact.fields) or 1
