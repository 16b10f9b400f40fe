"""What is a report on paper made of? Headings, texts, lists, tables, figures and boxes, as plain JSON.

Each block has an id that is the same in every report of its kind, so that two can be compared block by block.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from documents.formats.text import paragraphs
from engine.core.reports.told import Light

Block = dict[str, Any]

SIGNS: Final[Mapping[Light, str]] = {"gronn": "●", "gul": "▲", "rod": "■"}
"""A light has a shape of its own, so that nobody needs its colour."""


def heading(level: int, name: str, text: str, *, page: bool = False) -> Block:
    """`page` begins a new page where there are pages."""
    return {"type": "heading", "id": name, "level": level, "text": text, "page": page}


def text(name: str, lines: Sequence[str]) -> Block:
    """Paragraphs."""
    return {"type": "text", "id": name, "lines": list(lines)}


def listing(name: str, items: Sequence[str], *, numbered: bool = False) -> Block:
    """Items, numbered or not."""
    return {"type": "list", "id": name, "items": list(items), "numbered": numbered}


def box(name: str, title: str, lines: Sequence[str]) -> Block:
    """What must not be overlooked, with a heading of its own."""
    return {"type": "box", "id": name, "title": title, "lines": list(lines)}


def figure(name: str, caption: str, alt: str, svg: str, *, narrow: bool = False) -> Block:
    """A drawing with the words that say the same."""
    return {"type": "figure", "id": name, "caption": caption, "alt": alt, "svg": svg, "narrow": narrow}


def table(name: str, caption: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Block:
    """A column whose title begins with «#» holds numbers. The first cell of a row is its heading; `weight`
    is how much room a column of text needs beside the others.
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    return {
        "type": "table",
        "id": name,
        "caption": caption,
        "columns": [
            {
                "title": title.removeprefix("#"),
                "number": title.startswith("#"),
                "weight": _weight(title, [row[index] for row in cells if index < len(row)]),
            }
            for index, title in enumerate(columns)
        ],
        "rows": cells,
    }


def _weight(title: str, cells: Sequence[Block]) -> float:
    # A column twice as wide holds four times the text in as many lines as its neighbour is high.
    said = [title, *(line for cell in cells for line in cell["lines"])]
    longest = min(max(len(line) for line in said), 260)
    word = max(len(each) for line in said for each in (line.split() or [""]))
    # A light's sign and word stand on one line.
    word = max([word, *(len(line) for cell in cells if cell["light"] for line in cell["lines"])])
    return round(max(math.sqrt(longest), 0.42 * min(word, 30), 3.0), 2)


def _cell(cell: Any) -> Block:
    """`lines` is what stands in the cell; `strong` sets it off; `light` and its `sign` come before it."""
    told = cell if isinstance(cell, dict) else {"text": cell}
    lines = told["lines"] if "lines" in told else list(paragraphs(told["text"]))
    light = told.get("light", "")
    return {"lines": lines, "strong": told.get("strong", False), "light": light, "sign": SIGNS.get(light, "")}


def strong(text: str) -> Block:
    """A cell that is set off."""
    return {"text": text, "strong": True}


Content = dict[str, Any]
