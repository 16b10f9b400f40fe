"""What of a text can be shown on paper?

One 漢 stops a PDF/UA export, and one right-to-left mark can turn a sentence round. So every text is looked
through before it is set: what cannot be shown becomes «□», visibly, and the paper says so.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from documents.formats.glyphs import SHOWABLE
from engine.core.text import UNFIT, invisible, says_nothing

REPLACEMENT: Final = "□"

_JOINER: Final = "\u200d"
_SKIN_TONES: Final = frozenset(chr(point) for point in range(0x1F3FB, 0x1F400))
_BLANK: Final = frozenset("\n\r\t\v\f\x85\u2028\u2029")

_Change = Callable[[str], tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Content that can be shown, and how many signs had to be replaced in it."""

    content: Any
    replaced: int


def fit(content: Any) -> Fitted:
    """JSON content with every text made fit for print, in characters that the fonts have."""
    return _through(content, printable)


def tame(content: Any) -> Fitted:
    """JSON content with every text made fit for a screen: all writing stays, turning marks do not."""
    return _through(content, readable)


def printable(text: str) -> tuple[str, int]:
    """A text on one line in characters that the fonts have, and how many signs are replaced."""
    shown, replaced = [], 0
    for sign in _signs(unicodedata.normalize("NFC", text)):
        seen = [each for each in sign if not _unseen(each)]
        if all(each in SHOWABLE for each in seen):
            shown += seen
            continue
        # A letter whose accent is missing keeps the letter.
        shown += [each for each in seen[:1] if each in SHOWABLE] + [REPLACEMENT]
        replaced += 1
    return "".join(shown), replaced


def readable(text: str) -> tuple[str, int]:
    """A text on one line without turning marks and controls, and how many of them are replaced."""
    signs = [
        " " if each in _BLANK else REPLACEMENT if _disturbs(each) else each
        for each in unicodedata.normalize("NFC", text)
    ]
    return "".join(signs), sum(_disturbs(each) for each in text)


def named(title: str) -> str:
    """A title that shows something: an empty heading stops a PDF/UA, and tells a listener nothing."""
    return "Uten tittel" if says_nothing(title) else title


def paragraphs(text: str) -> tuple[str, ...]:
    """The lines that say something, without the blanks at their ends."""
    return tuple(line.strip() for line in text.splitlines() if not says_nothing(line))


def _signs(text: str) -> Iterator[str]:
    """What a reader sees as one sign: a letter with its accents, a family, a thumb with its colour."""
    sign = ""
    for each in text:
        if sign and (sign[-1] == _JOINER or _belongs(each)):
            sign += each
            continue
        if sign:
            yield sign
        sign = " " if each in _BLANK else each
    if sign:
        yield sign


def _belongs(each: str) -> bool:
    return _unseen(each) or each in _SKIN_TONES or unicodedata.category(each) in {"Mn", "Me"}


def _unseen(each: str) -> bool:
    """Whether leaving it out changes nothing for the reader."""
    return invisible(each) and not UNFIT.match(each)


def _disturbs(each: str) -> bool:
    return each not in _BLANK and UNFIT.match(each) is not None


def _through(content: Any, change: _Change) -> Fitted:
    if isinstance(content, str):
        shown, replaced = change(content)
        return Fitted(content=shown, replaced=replaced)
    if isinstance(content, Mapping):
        parts = {key: _through(value, change) for key, value in content.items()}
        return Fitted(
            content={key: part.content for key, part in parts.items()},
            replaced=sum(part.replaced for part in parts.values()),
        )
    if isinstance(content, Sequence):
        members = [_through(value, change) for value in content]
        return Fitted(
            content=[each.content for each in members], replaced=sum(each.replaced for each in members)
        )
    return Fitted(content=content, replaced=0)
