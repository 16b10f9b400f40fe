"""How big is the house, and how tangled? One table with a column a checkout: before and after in one look.

    python -m tools.measure_house                this checkout
    python -m tools.measure_house ../old .       two checkouts, side by side
    python -m tools.measure_house --list         and which files, functions, cycles and classes are meant

Every package at the top is a floor, and so is each storey of `engine`; what lies directly on a floor, a file
or a folder, is a room. Tests and tools are counted apart, and migrations, which never change once they
have landed, not at all. An import counts wherever it stands, inside functions too.
"""

import argparse
import ast
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

HOUSE: Final = Path(__file__).resolve().parents[1]
APART: Final = ("tests", "tools")
NEVER_CHANGED: Final = "engine.store.migrations.versions."
STOREYED: Final = ("engine",)
"""Packages whose own packages are floors."""

LONGEST_FILE: Final = 500
LONGEST_FUNCTION: Final = 60
SHARED_FIELDS: Final = 3
SHARED_PART: Final = 0.5
"""Near-identical are two classes that share three fields or more, and more than half of all they have."""

COVERAGE: Final = "build/coverage.json"

Functions = ast.FunctionDef | ast.AsyncFunctionDef
Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Module:
    """A file of ours: its dotted name, its path in the checkout, and what it says."""

    name: str
    path: str
    lines: int
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Is it the `__init__.py` of a folder?"""
        return self.path.endswith("__init__.py")


@dataclass(frozen=True, slots=True, order=True)
class Long:
    """How long something is, and what it is called."""

    lines: int
    name: str

    def __str__(self) -> str:
        return f"{self.lines} {self.name}"


# ---------------------------------------------------------------- what is there


def read(checkout: Path) -> list[Module]:
    """Every module of the packages at the top of a checkout."""
    packages = sorted(folder.parent for folder in checkout.glob("*/__init__.py"))
    return [module(path, checkout) for package in packages for path in sorted(package.rglob("*.py"))]


def module(path: Path, checkout: Path) -> Module:
    """One file, read."""
    text = path.read_text(encoding="utf-8")
    inside = path.relative_to(checkout)
    parts = inside.with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(name, inside.as_posix(), len(text.splitlines()), ast.parse(text))


def shipped(modules: Iterable[Module]) -> list[Module]:
    """The house itself, without tests, tools and landed migrations."""
    return [one for one in modules if top(one.name) not in APART and not one.name.startswith(NEVER_CHANGED)]


def top(name: str) -> str:
    """The package at the top."""
    return name.partition(".")[0]


def floor_of(name: str, packages: frozenset[str]) -> str:
    """`engine.core.cases.roll` → `engine.core`; `web.cases.pages` → `web`."""
    first, _, rest = name.partition(".")
    storey = f"{first}.{top(rest)}"
    return storey if first in STOREYED and storey in packages else first


def packages_of(modules: Iterable[Module]) -> frozenset[str]:
    """The dotted names of all folders."""
    return frozenset(one.name for one in modules if one.is_package)


def functions(modules: Iterable[Module]) -> list[Long]:
    """Every function and method, from `def` to its last line."""
    return [
        Long((node.end_lineno or node.lineno) - node.lineno + 1, f"{one.path}:{node.lineno} {node.name}")
        for one in modules
        for node in ast.walk(one.tree)
        if isinstance(node, Functions)
    ]


# ---------------------------------------------------------------- who imports whom


def imports(modules: Sequence[Module]) -> set[Edge]:
    """Which module of the house names which other in an import, wherever the import stands."""
    names = frozenset(one.name for one in modules)
    found = {(one.name, named) for one in modules for named in _named(one.tree, names)}
    return {(importer, imported) for importer, imported in found if importer != imported}


def _named(tree: ast.Module, names: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in names else node.module for name in whole if node.module in names)


def between_children(edges: Iterable[Edge], parent: str) -> set[Edge]:
    """The imports between what lies directly in a package; in "" lie the packages at the top."""
    found = set()
    for importer, imported in edges:
        pair = (_child(importer, parent), _child(imported, parent))
        if pair[0] and pair[1] and pair[0] != pair[1]:
            found.add(pair)
    return found


def _child(name: str, parent: str) -> str:
    prefix = f"{parent}." if parent else ""
    return prefix + top(name[len(prefix) :]) if name.startswith(prefix) and name != parent else ""


def cycles(edges: Iterable[Edge]) -> list[list[str]]:
    """The groups whose members all reach each other."""
    next_to: dict[str, set[str]] = defaultdict(set)
    for importer, imported in edges:
        next_to[importer].add(imported)
    reached = {name: _reached(name, next_to) for name in list(next_to)}
    groups = {
        tuple(sorted(other for other in there if name in reached.get(other, ())))
        for name, there in reached.items()
        if name in there
    }
    return sorted(map(list, groups))


def _reached(start: str, next_to: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in next_to.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def inner_imports(modules: Iterable[Module]) -> list[str]:
    """Where an import stands inside a function: path and line."""
    return sorted(
        {
            f"{one.path}:{node.lineno}"
            for one in modules
            for function in ast.walk(one.tree)
            if isinstance(function, Functions)
            for node in ast.walk(function)
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
    )


# ---------------------------------------------------------------- what has no type, what is there twice


def untyped_mappings(modules: Iterable[Module], packages: frozenset[str]) -> Counter[str]:
    """How often each floor writes `Mapping[str, Any]`, `dict[str, Any]`, or a name that stands for one."""
    modules = list(modules)
    aliases = {(one.name, alias) for one in modules for alias in _aliases(one.tree)}
    found: Counter[str] = Counter()
    for one in modules:
        known = {name for home, name in aliases if home == one.name} | set(_taken_in(one.tree, aliases))
        found[floor_of(one.name, packages)] += sum(
            _is_untyped(node)
            or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in known)
            for node in ast.walk(one.tree)
        )
    return found


def _aliases(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and _is_untyped(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _taken_in(tree: ast.Module, aliases: Set[Edge]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (each.name for each in node.names if (node.module, each.name) in aliases)


def _is_untyped(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)):
        return False
    return node.value.id.lower().endswith(("mapping", "dict")) and ast.unparse(node.slice) == "(str, Any)"


def near_identical(modules: Iterable[Module]) -> list[str]:
    """The pairs of classes that share most of their fields, with how many."""
    classes = [
        (f"{one.name}.{node.name}", frozenset(_fields(node)))
        for one in modules
        for node in ast.walk(one.tree)
        if isinstance(node, ast.ClassDef)
    ]
    pairs = combinations(sorted(classes, key=lambda each: each[0]), 2)
    return [
        f"{first} ~ {second} ({len(ours & theirs)} of {len(ours | theirs)})"
        for (first, ours), (second, theirs) in pairs
        if len(ours & theirs) >= SHARED_FIELDS and len(ours & theirs) > SHARED_PART * len(ours | theirs)
    ]


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id


# ---------------------------------------------------------------- the table


def table(checkout: Path) -> dict[str, str]:
    """What was measured in one checkout: label → value."""
    modules = read(checkout)
    house = shipped(modules)
    return {
        **_sizes(modules, house),
        **_per_floor(house),
        **_cycle_counts(house),
        "near-identical classes, pairs": str(len(near_identical(house))),
        "branch coverage": _coverage(checkout),
    }


def _sizes(modules: Sequence[Module], house: Sequence[Module]) -> dict[str, str]:
    files = [Long(one.lines, one.path) for one in house]
    each = functions(house)
    return {
        "files": str(len(files)),
        "lines": str(sum(file.lines for file in files)),
        "files: median, p90": f"{_at(files, 0.5)}, {_at(files, 0.9)}",
        "files: the longest": str(max(files, default="-")),
        f"files over {LONGEST_FILE} lines": str(sum(file.lines > LONGEST_FILE for file in files)),
        "functions": str(len(each)),
        "functions: median, p90": f"{_at(each, 0.5)}, {_at(each, 0.9)}",
        "functions: the longest": str(max(each, default="-")),
        f"functions over {LONGEST_FUNCTION} lines": str(sum(one.lines > LONGEST_FUNCTION for one in each)),
        **{f"{name}: files, lines": _files_and_lines(modules, name) for name in APART},
    }


def _at(each: Sequence[Long], part: float) -> int:
    lines = sorted(one.lines for one in each)
    return lines[math.ceil(part * len(lines)) - 1] if lines else 0


def _files_and_lines(modules: Iterable[Module], package: str) -> str:
    lines = [one.lines for one in modules if top(one.name) == package]
    return f"{len(lines)}, {sum(lines)}"


def _per_floor(house: Sequence[Module]) -> dict[str, str]:
    packages, edges = packages_of(house), imports(house)
    floors = sorted({floor_of(one.name, packages) for one in house})
    untyped = untyped_mappings(house, packages)
    inner = inner_imports(house)
    return {
        "untyped mappings": str(untyped.total()),
        **{f"untyped mappings: {floor}": str(untyped[floor]) for floor in floors if untyped[floor]},
        "imports between the packages at the top": str(len(between_children(edges, ""))),
        **{f"rooms, imports between them: {floor}": _rooms(house, edges, floor) for floor in floors},
        "imports inside functions": str(len(inner)),
        **{f"imports inside functions: {name}": str(count) for name, count in _by_top(inner).items()},
    }


def _rooms(house: Iterable[Module], edges: Iterable[Edge], floor: str) -> str:
    rooms = {child for one in house if (child := _child(one.name, floor))}
    return f"{len(rooms)}, {len(between_children(edges, floor))}"


def _by_top(places: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(place.partition("/")[0] for place in places).items()))


def _cycle_counts(house: Sequence[Module]) -> dict[str, str]:
    edges = imports(house)
    return {
        "cycles among files": str(len(cycles(edges))),
        "cycles among siblings of a package": str(len(sibling_cycles(house, edges))),
    }


def sibling_cycles(house: Iterable[Module], edges: Iterable[Edge]) -> list[list[str]]:
    """The cycles among what lies directly in one package, for every package."""
    edges = set(edges)
    parents = ["", *sorted(packages_of(house))]
    return [cycle for parent in parents for cycle in cycles(between_children(edges, parent))]


def _coverage(checkout: Path) -> str:
    path = checkout / COVERAGE
    if not path.exists():
        return f"not measured ({COVERAGE})"
    totals = json.loads(path.read_text(encoding="utf-8"))["totals"]
    return f"{totals['covered_branches']} of {totals['num_branches']}"


def details(checkout: Path) -> list[str]:
    """What the numbers that should fall are made of."""
    house = shipped(read(checkout))
    edges = imports(house)
    long_files = [Long(one.lines, one.path) for one in house if one.lines > LONGEST_FILE]
    long_functions = [one for one in functions(house) if one.lines > LONGEST_FUNCTION]
    return [
        *_listed("long files", map(str, sorted(long_files, reverse=True))),
        *_listed("long functions", map(str, sorted(long_functions, reverse=True))),
        *_listed("cycles among files", map(" - ".join, cycles(edges))),
        *_listed("cycles among siblings", map(" - ".join, sibling_cycles(house, edges))),
        *_listed("near-identical classes", near_identical(house)),
    ]


def _listed(heading: str, lines: Iterable[str]) -> list[str]:
    return ["", f"{heading}:", *(f"  {line}" for line in lines)]


def side_by_side(tables: Sequence[Mapping[str, str]]) -> list[str]:
    """One line a label; a label that one checkout does not have is a dash there."""
    labels = list(dict.fromkeys(label for each in tables for label in each))
    rows = [[label, *(each.get(label, "-") for each in tables)] for label in labels]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def main() -> None:
    """Print the table, and with `--list` what its numbers are made of."""
    parser = argparse.ArgumentParser(prog="measure_house", description="Measure the house.")
    parser.add_argument("checkouts", nargs="*", type=Path, default=[HOUSE])
    parser.add_argument("--list", action="store_true", dest="lists", help="name what is counted")
    given = parser.parse_args()
    print("\n".join(side_by_side([table(checkout) for checkout in given.checkouts])))
    if given.lists:
        print("\n".join(line for checkout in given.checkouts for line in details(checkout)))


if __name__ == "__main__":
    main()
