"""What of a text can be shown on paper?

One 漢 stops a PDF/UA export, and one right-to-left mark can turn a sentence round. So every text is looked
through before it is set: what cannot be shown becomes «□», visibly, and the paper says so.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from documents.glyphs import SHOWABLE

REPLACEMENT: Final = "□"

TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""The marks that turn the direction of writing: with them a text can look like another."""

_JOINER: Final = "\u200d"
_UNSEEN: Final = frozenset("\u00ad\u034f\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff") | {
    chr(point) for point in range(0xFE00, 0xFE10)
}
"""Characters that show nothing by themselves: leaving them out changes nothing for the reader."""

_SKIN_TONES: Final = frozenset(chr(point) for point in range(0x1F3FB, 0x1F400))
_BLANK: Final = frozenset("\n\r\t\v\f\x85\u2028\u2029")
_NO_CHARACTERS: Final = frozenset({"Cc", "Cs"})
_NOT_IN_XML: Final = frozenset("\ufffe\uffff")
"""Neither controls nor letters, and no file of Word's may hold them."""

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
        seen = [each for each in sign if each not in _UNSEEN]
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


def paragraphs(text: str) -> tuple[str, ...]:
    """The lines that say something, without the blanks at their ends."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


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
    return each in _UNSEEN or each in _SKIN_TONES or unicodedata.category(each) in {"Mn", "Me"}


def _disturbs(each: str) -> bool:
    if each in TURNING or each in _NOT_IN_XML:
        return True
    return each not in _BLANK and unicodedata.category(each) in _NO_CHARACTERS


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
