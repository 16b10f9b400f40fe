"""What has somebody written: may it be kept, and in which form?

Free text comes from forms, commands and programs. It is kept in Unicode's normal form C with line feeds only,
so that the ledger's digest, the stored row and what a reader sees are one and the same text; what no reader
can see, and PostgreSQL cannot store (a NUL, half a character), is refused. Blanks and invisible characters
alone are nothing said.
"""

from typing import Final

from engine.core.facts.field import Field
from engine.core.facts.parsing import TEXT_LIMIT, parse_value
from engine.core.refusal import Reason

WORDS_LIMIT: Final = 4_000
"""Longer than anybody reads before answering, shorter than what fills a page by accident."""
EXPLANATION_LIMIT: Final = 20_000


def read_words(
    raw: str | None, *, field: str, limit: int = WORDS_LIMIT, one_line: bool = False
) -> tuple[str, tuple[Reason, ...]]:
    """The text to keep, empty when nothing is said; and every reason why it cannot be kept."""
    limit = min(limit, TEXT_LIMIT) if one_line else limit
    found = parse_value(Field(name=field, title="", type="text" if one_line else "long_text"), raw)
    too_long = Reason(code="words_too_long", data={"field": field, "limit": limit})
    if isinstance(found, tuple):
        reasons = (
            too_long if one.code == "value.too_long" else Reason(code=one.code, data=one.data)
            for one in found
        )
        return "", tuple(reasons)
    text = str(found or "")
    return (text, ()) if len(text) <= limit else ("", (too_long,))
