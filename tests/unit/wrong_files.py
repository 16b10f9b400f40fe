"""How the tests of the parsers say what is wrong with a file, and where: `▸` stands before the place."""

from collections.abc import Iterable

from engine.core.refusal import Mistake

PLACE = "▸"


def edited(text: str, *edits: tuple[str, str]) -> str:
    """The text with each edit made, which must fit exactly one place."""
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} is found {text.count(old)} times"
        text = text.replace(old, new)
    return text


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its marks, and the line and column of each."""
    places: list[tuple[int, int]] = []
    lines = []
    for number, line in enumerate(text.split("\n"), start=1):
        while PLACE in line:
            places.append((number, line.index(PLACE) + 1))
            line = line.replace(PLACE, "", 1)
        lines.append(line)
    return "\n".join(lines), places


def placed(mistakes: Iterable[Mistake]) -> list[tuple[str, int, int]]:
    """What the tests compare: code, line and column."""
    return [(mistake.code, mistake.line, mistake.column) for mistake in mistakes]
