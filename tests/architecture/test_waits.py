"""Does every wait in the tests last a minute? A loaded machine is slow, and what is slow is not yet wrong.

Not meant are the limits that the program itself is given, as `Limits` of a mail server that says nothing.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
MINUTE = 60
UNITS = {
    "join": 1,
    "wait": 1,
    "result": 1,
    "set_default_timeout": 1000,
    "set_default_navigation_timeout": 1000,
}
"""What waits as long as its first argument says, and how many of its units make a second."""
CLOCKS = {"monotonic", "perf_counter"}


def too_short(text: str) -> list[int]:
    """The lines that wait less than a minute: calls, the ends of loops, limits on what a test may take."""
    tree = ast.parse(text)
    named = {
        target.id: statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    waits = [
        (node.lineno, wait) for node in ast.walk(tree) if isinstance(node, ast.expr) for wait in _waits(node)
    ]
    return [line for line, (value, unit) in waits if _number(named, value) < MINUTE * unit]


def _number(named: dict[str, ast.expr], value: ast.expr) -> float:
    """The number that stands there or that its name stands for in this file; any other is long enough."""
    value = named.get(value.id, value) if isinstance(value, ast.Name) else value
    is_number = isinstance(value, ast.Constant) and isinstance(value.value, int | float)
    return float(ast.literal_eval(value)) if is_number else float("inf")


def _waits(node: ast.expr) -> Iterator[tuple[ast.expr, int]]:
    match node:
        case ast.Call(func=ast.Attribute(attr=name), args=[first, *_]) if name in UNITS:
            yield first, UNITS[name]
        case ast.BinOp(left=ast.Call(func=ast.Attribute(attr=name)), op=ast.Add(), right=seconds) if (
            name in CLOCKS
        ):
            yield seconds, 1
        case ast.Compare(left=ast.BinOp(left=ast.Call(func=ast.Attribute(attr=name))), comparators=[seconds]):
            yield from [(seconds, 1)] if name in CLOCKS else []
    if isinstance(node, ast.Call):
        given = (each for each in node.keywords if each.arg)
        yield from ((each.value, 1) for each in given if str(each.arg).endswith("timeout"))


def files() -> list[Path]:
    """Every file of the tests."""
    return sorted(TESTS.rglob("*.py"))


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(TESTS).as_posix())
def test_every_wait_lasts_a_minute(path: Path) -> None:
    assert too_short(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "thread.join({})",
        "process.wait({})",
        "future.result({})",
        "process.communicate(timeout={})",
        "Controller(box, ready_timeout={})",
        "end = time.monotonic() + {}",
        "assert time.perf_counter() - started < {}",
        "page.set_default_timeout({}_000)",
        "LONG = {}\nprocess.wait(LONG)",
    ],
)
def test_a_shorter_wait_is_found_however_it_is_written(line: str) -> None:
    assert len(too_short(line.format(59))) == 1
    assert too_short(line.format(60)) == []


def test_words_that_are_joined_and_names_from_elsewhere_are_no_waits() -> None:
    assert too_short('", ".join(names)\nprocess.wait(LONG)\nqueue.wait()\nround(1, ndigits=2)') == []
