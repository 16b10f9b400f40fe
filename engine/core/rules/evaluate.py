"""What a rule says about these facts: yes, no, or undecidable and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from engine.core.rules.compile import cel_module
from engine.core.rules.rule import Rule
from engine.core.text import shown

if TYPE_CHECKING:
    import cel


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
        return Ready(facts=facts, context=cel_module().Context(dict(facts)))
    except Exception:  # a number beyond 64 bits, a thing that is no JSON: the rule that reads it will say so
        return Ready(facts=facts, context=None)


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
