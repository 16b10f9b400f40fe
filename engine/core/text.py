"""Can a text be kept and shown, and does it say anything at all?

One list for whatever takes text in and whatever gives it out: facts, words, files, letters and papers. What
the input takes, the output can say; so nothing that is stored can stop a letter or a PDF later.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

HINTS: Final = frozenset("\u061c\u200e\u200f")
"""Marks that hint at a direction. They come along unseen when text is copied, as from Windows' dialogs, and
the text is the same without them.
"""

TURNING: Final = HINTS | frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of writing: with them a text can look like another."""

UNFIT: Final = re.compile(
    rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff{''.join(sorted(TURNING))}]"
)
"""What a machine obeys and a reader does not see: controls (all but tab and line feed), line separators, half
characters, the two that never are characters, and what turns the writing.
"""

_IGNORABLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point. The standard library does not tell this property, but it hardly
drifts: what Unicode may yet ignore by default is set aside in these ranges already.
"""

_BLANK: Final = frozenset("\u2800\U0001d159")
"""Signs by their category, but drawn without ink: Braille without dots, and the notehead that is none."""

_NUMBER_SIGNS: Final = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
"""Prepended_Concatenation_Mark: format characters by their category, but drawn around digits."""


def invisible(character: str) -> bool:
    """Whether the character shows nothing and takes no room either."""
    if _IGNORABLE.match(character) or UNFIT.match(character):
        return True
    return unicodedata.category(character) == "Cf" and character not in _NUMBER_SIGNS


def says_nothing(text: str) -> bool:
    """Whether a reader sees nothing: no text, or one of blanks and invisible characters only."""
    return all(each.isspace() or each in _BLANK or invisible(each) for each in text)


def one_line(text: str) -> str:
    """The text on one line without anything unfit. A text that is fit already comes back as it is."""
    if "\n" not in text and "\t" not in text and not UNFIT.search(text):
        return text
    return " ".join(UNFIT.sub(" ", "".join(each for each in text if each not in TURNING)).split())


def shown(value: object, limit: int = 60) -> str:
    """A value as a refusal may repeat it: short, one line, nothing invisible."""
    try:
        text = value if isinstance(value, str) else repr(value)
    except Exception:  # an object that cannot even be shown is named by its type
        text = type(value).__name__
    text = "".join(
        "·" if each in "\n\t" or each in _BLANK or invisible(each) else each for each in text[: limit + 1]
    )
    return text if len(text) <= limit else text[: limit - 1] + "…"


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or the empty text when none is near."""
    folded = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else ""
