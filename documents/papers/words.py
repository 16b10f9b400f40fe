"""Which words stand in a paper? From a model to content that both the page and the PDF only have to set.

Content is JSON: texts, lists and mappings, every date and code already written for people. What people wrote
themselves is in it as it is; the two formats each take care that it stays text.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from documents.formats.blocks import Content
from documents.formats.text import paragraphs
from documents.papers.paper import ItemKind
from language import formats

ITEM_KINDS: Final[Mapping[ItemKind, str]] = {
    "godkjenning": "Godkjenning",
    "beslutning": "Til beslutning",
    "orientering": "Til orientering",
    "drofting": "Til drøfting",
    "eventuelt": "Eventuelt",
}


_NUMBERED: Final = re.compile(r"\d{1,2}[.)]\s+")


def lines(text: str) -> Content:
    """A text as lines; `numbered` when people numbered each of them, and the numbers are then left out."""
    said = paragraphs(text)
    numbered = len(said) > 1 and all(_NUMBERED.match(line) for line in said)
    return {
        "numbered": numbered,
        "lines": [_NUMBERED.sub("", line, count=1) if numbered else line for line in said],
    }


def frame(
    *, kind: str, title: str, subtitle: str, body: str, running: str, contact: str, address: str
) -> Content:
    """What every paper's content has around its own."""
    return {
        "kind": kind,
        "title": title,
        "subtitle": subtitle,
        "body": body,
        "running": running,
        "contact": contact,
        "address": address,
    }


def rows(pairs: Iterable[tuple[str, str]]) -> list[Content]:
    """Pairs as the rows of a table of two columns."""
    return [{"label": label, "lines": said} for label, text in pairs if (said := paragraphs(text))]


def span(start: datetime, end: datetime | None) -> str:
    """From when to when, as people write it."""
    told = formats.upper_first(formats.clock(start))
    return told if end is None else f"{told}–{formats.clock(end).removeprefix('kl. ')}"
