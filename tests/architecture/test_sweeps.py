"""Is there any loop of the clock, or of what is sent from «Mine frister», in which one row stops the others?

Found by reading the code: every `writing()` block of the use cases that those import, and every function it
can reach. A loop that does something to each row does it apart from the others, or stands below with the
reason why all its rows must succeed together.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

HOUSE = Path(__file__).resolve().parents[2]
ROOTS = ("cli/worker.py", "notifications/delivery.py", "web/obligations/deadlines.py")
"""Whoever begins what the clock does, and what is sent from «Mine frister»."""
ROOMS = ("engine.use_cases", "engine.queries", "engine.store")
APART = frozenset({"alone", "each", "by_halves", "apart_each", "by_itself", "worth_doing"})
"""What does something to an item by itself: what is handed to it can stop nothing else."""
ONE_THING = "all rows belong to the one thing somebody acts on: half an act is none, and they are told"
LEDGER = "what one use case tells is one act: all its events, their texts and their letters, or nothing"
READING = "turns rows into values by the shape the database keeps them in; nothing of ours is decided on them"
PROGRAMME = "reads the programme in force, which was parsed and proved as one file before it was loaded"
TOGETHER = {
    LEDGER: (
        "outbox.enqueue",
        "outbox.withdraw",
        "record._append",
        "record._lock_chains",
        "record.record",
    ),
    READING: (
        "cases.conditions",
        "meetings.list_meetings",
        "obligations.waiting",
        "outbox.claim",
        "outbox.give_up_deadly",
        "people.all_people",
        "people.holdings",
        "projects._latest",
        "projects.versions",
        "reporting.reports",
    ),
    "settled one at a time by whoever sends; a batch holds what was found untrue before anything left": (
        "outbox.settle",
    ),
    "names letters by hand, and is told why none of them is put back": ("retry_letters.retry_letters",),
    "four names of parts, all ours": ("inspect_machinery.beat_all",),
    PROGRAMME: (
        "show_case._body_title",
        "tally.chair_of",
    ),
    ONE_THING: (
        "alert_owner._told_today",
        "answerable.nobodys_benefits",
        "change_facts._as_seen",
        "change_facts._may_change",
        "change_facts._parsed",
        "show_case._criterion",
        "show_case._seats",
        "show_case.show_case",
        "unable.unable_to_decide",
    ),
    "a referat names every case of its meeting and every one that left it: without one it would be untrue": (
        "course.gone_on_from",
        "show_meeting._to_approve",
        "show_meeting.show_meeting",
        "write_minutes._case",
        "write_minutes.model_of",
    ),
}
"""The loops whose rows succeed together or not at all, by why it must be so."""

Function: TypeAlias = ast.FunctionDef
Loop: TypeAlias = ast.For | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module's functions, and what the names in it stand for."""

    name: str
    tree: ast.Module
    functions: dict[str, Function]
    names: dict[str, str]


def module(path: Path) -> Module:
    name = ".".join(path.relative_to(HOUSE).with_suffix("").parts)
    return parsed(name, path.read_text("utf-8"))


def parsed(name: str, source: str) -> Module:
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: f"{one.module}.{alias.name}"
        for one in ast.walk(tree)
        if isinstance(one, ast.ImportFrom) and one.module
        for alias in one.names
    }
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    return Module(name=name, tree=tree, functions=functions, names=names)


MODULES = {
    found.name: found
    for room in ROOMS
    for path in (HOUSE / room.replace(".", "/")).rglob("*.py")
    if "migrations" not in path.parts
    for found in [module(path)]
}


def called(within: Module, node: ast.AST) -> str | None:
    """The full name of the function of ours that a call or a name stands for."""
    match node:
        case ast.Name(id=name) if name in within.functions:
            return f"{within.name}.{name}"
        case ast.Name(id=name):
            return within.names.get(name)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in within.names:
            return f"{within.names[name]}.{attribute}"
    return None


def function(name: str) -> tuple[Module, Function] | None:
    place, _, own = name.rpartition(".")
    found = MODULES.get(place)
    return (found, found.functions[own]) if found is not None and own in found.functions else None


def is_apart(node: ast.AST) -> bool:
    """Whether this is a call that does something to an item by itself."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name.lstrip("_") in APART
    return False


def visible(node: ast.AST) -> Iterator[ast.AST]:
    """All that stands in a node, but for what is handed to be done apart."""
    yield node
    if not is_apart(node):
        for child in ast.iter_child_nodes(node):
            yield from visible(child)


def loops(within: Module, body: ast.AST) -> Iterator[Loop]:
    """The loops that do something of ours to each row, and not apart."""
    for node in visible(body):
        match node:
            case ast.For(body=each):
                parts: list[ast.AST] = [*each]
            case ast.ListComp(elt=one) | ast.SetComp(elt=one) | ast.GeneratorExp(elt=one):
                parts = [one, *(test for gen in node.generators for test in gen.ifs)]
            case ast.DictComp(key=key, value=value):
                parts = [key, value, *(test for gen in node.generators for test in gen.ifs)]
            case _:
                continue
        if any(does_something(within, inner) for part in parts for inner in visible(part)):
            yield node


def does_something(within: Module, node: ast.AST) -> bool:
    """Whether this calls a function of the house, which may refuse or find what it does not understand."""
    if not isinstance(node, ast.Call):
        return False
    name = called(within, node.func) or ""
    if is_apart(node):
        return False
    return name.startswith("engine.") and name.rpartition(".")[2].lstrip("_")[:1].islower()


def writing_blocks(of: Module) -> Iterator[ast.With]:
    for node in ast.walk(of.tree):
        if isinstance(node, ast.With) and any(
            isinstance(item.context_expr, ast.Call)
            and isinstance(item.context_expr.func, ast.Attribute)
            and item.context_expr.func.attr == "writing"
            for item in node.items
        ):
            yield node


def use_cases_of_the_roots() -> set[str]:
    """The use cases that the roots import, and those that these import."""
    waiting = [name for root in ROOTS for name in module(HOUSE / root).names.values()]
    found: set[str] = set()
    while waiting:
        place = waiting.pop().rpartition(".")[0]
        if place in MODULES and place.startswith("engine.use_cases") and place not in found:
            found.add(place)
            waiting += MODULES[place].names.values()
    return found


def loops_in_sweeps() -> dict[str, list[int]]:
    """Every loop that is not apart, by its function, with its lines."""
    found: dict[str, set[int]] = {}
    waiting: list[tuple[Module, str, ast.AST]] = []
    for place in use_cases_of_the_roots():
        of = MODULES[place]
        for name, own in of.functions.items():
            blocks = [block for block in writing_blocks(of) if block in set(ast.walk(own))]
            waiting += [(of, f"{place}.{name}", block) for block in blocks]
    seen: set[ast.AST] = set()
    while waiting:
        within, name, body = waiting.pop()
        if body in seen:
            continue
        seen.add(body)
        for loop in loops(within, body):
            found.setdefault(name, set()).add(loop.lineno)
        for node in visible(body):
            if isinstance(node, ast.Call) and (named := called(within, node.func)) is not None:
                reached = function(named)
                if reached is not None:
                    waiting.append((reached[0], named, reached[1]))
    return {name: sorted(lines) for name, lines in found.items()}


def short(name: str) -> str:
    """A function by its file and its own name: rooms may move."""
    return ".".join(name.split(".")[-2:])


def test_every_loop_does_its_rows_apart_or_says_why_they_succeed_together() -> None:
    allowed = {name for names in TOGETHER.values() for name in names}
    found = {short(name): (name, lines) for name, lines in loops_in_sweeps().items()}
    assert [told for name, told in found.items() if name not in allowed] == []
    assert allowed - found.keys() == set(), "no such loop any more"


def test_the_sweeps_of_the_clock_are_among_what_is_read() -> None:
    read = {name.rpartition(".")[2] for name in use_cases_of_the_roots()}
    clock = {"plan_obligations", "remind", "call_meetings", "close_overdue", "tell_unable", "housekeeping"}
    post = {"watch_machinery", "claim_letters", "begin_delivery", "settle_letters", "retry_letters"}
    assert clock | post <= read


HEAD = "from engine.store import cases\nfrom engine.queries.cases.tally import tally_of\n"


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("for one in rows:\n        cases.state(tx, one)", 1),
        ("for one in rows:\n        print(one)", 0),
        ("for one in rows:\n        sweep.alone(one, partial(tally_of, one))", 0),
        ("sweep.each(rows, lambda one: [tally_of(each) for each in one], name=str)", 0),
        ("found = [tally_of(one, ()) for one in rows]", 1),
        ("found = [one for one in rows if cases.state(tx, one)]", 1),
        ("found = {one: tally_of(one, ()) for one in rows}", 1),
        ("record(tx, [own(one) for one in rows])", 1),
        ("found = [one.id for one in rows]", 0),
    ],
)
def test_a_loop_that_is_not_apart_is_seen(body: str, number: int) -> None:
    source = f"{HEAD}def own(one): ...\ndef sweep_all(tx, rows, sweep):\n    {body}\n"
    within = parsed("engine.use_cases.made_up", source)
    assert len(list(loops(within, within.functions["sweep_all"]))) == number
