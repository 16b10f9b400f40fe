"""How does an answer reach the terminal, or the program behind it? JSON and nothing else on standard output
when asked for.

Tables have no lines to draw and no colour to carry a meaning, so that they read the same in a terminal, a
file or a screen reader.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_PIPED_WIDTH: Final = 200


def as_json(value: Any) -> None:
    """A value as JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def say(*lines: str) -> None:
    """An answer, line by line, on standard output."""
    out = _console()
    for line in lines:
        out.print(Text(line), soft_wrap=True)


def tell(*lines: str) -> None:
    """A message on standard error: what was done, what is wrong, what to do."""
    for line in lines:
        sys.stderr.write(line + "\n")


def heading(text: str) -> None:
    """A line that stands over what follows."""
    _console().print(Text(text, style="bold"), soft_wrap=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """A table; `empty` is said where there are no rows."""
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    if drawn.row_count:
        _console().print(drawn)
    else:
        say(empty)


def _console() -> Console:
    # Rich asks for NO_COLOR, TERM and COLUMNS itself. A pipe has no width of its own, and cut cells help
    # nobody.
    out = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    return (
        out
        if out.is_terminal
        else Console(file=sys.stdout, width=_PIPED_WIDTH, highlight=False, markup=False)
    )


def confirmed(question: str) -> bool:
    """Ask on the terminal; where nobody is there to answer, the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    tell(f"{question} [j/N]")
    return sys.stdin.readline().strip().lower() in ("j", "ja")
