"""How does a paper become a PDF that everybody can read?

PDF/UA-1: tagged, titled, in bokmål, with the fonts inside. The same model gives the same bytes: the document
carries its own date, and no font, file or package of the machine is looked for. A warning from the compiler
stops the export, for a PDF that is only nearly right is found out by the one who cannot read it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from documents.formats.blocks import Content
from documents.formats.text import REPLACEMENT, fit
from language import formats

TEMPLATES: Final = Path(__file__).parents[1] / "templates"
PAGES_OF_A_CASE: Final = 2
"""How long a saksframlegg may be before it says so; in A4 pages."""

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "paper_long": ("found", "limit"),
    "paper_signs_replaced": ("found",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to know about a paper that was made all the same: a code of `CODES` and its data."""

    code: str
    data: Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdf:
    """A PDF/UA-1. `substituted` is the number of signs that the fonts lack, shown as «□»."""

    content: bytes
    pages: int
    warnings: tuple[Notice, ...]
    substituted: int


class NotPrintableError(Exception):
    """The paper could not be set; holds the compiler's own words. A bug of ours, never of whoever wrote."""


def pdf(
    template: str,
    content: Content,
    *,
    dated: datetime,
    most_pages: int | None = None,
    templates: Path = TEMPLATES,
) -> Pdf:
    """Set `content` (see `documents.papers.words`) with `<template>.typ` from `templates`.

    `dated` is the document's date. Longer than `most_pages` gives a notice. Raises NotPrintableError on any
    error or warning of the compiler.
    """
    fitted = fit(content)
    instant = dated.astimezone(UTC).replace(microsecond=0)
    given = {
        **fitted.content,
        "date": [
            instant.year, instant.month, instant.day, instant.hour, instant.minute, instant.second,
        ],
        "replaced": replaced_sentence(fitted.replaced),
    }  # fmt: skip
    made, pages = _compiled(templates / f"{template}.typ", given, instant)
    notices = []
    if most_pages is not None and pages > most_pages:
        notices.append(Notice(code="paper_long", data={"found": pages, "limit": most_pages}))
    if fitted.replaced:
        notices.append(Notice(code="paper_signs_replaced", data={"found": fitted.replaced}))
    return Pdf(content=made, pages=pages, warnings=tuple(notices), substituted=fitted.replaced)


def picture(svg: str, *, ppi: float = 180.0) -> bytes:
    """A drawing as PNG, for formats that cannot show SVG. Raises NotPrintableError."""
    source = (
        b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    )
    compiler = typst.Compiler(input=source, font_paths=_fonts(), sys_inputs={"svg": svg})
    try:
        made = compiler.compile(format="png", ppi=ppi)
    except typst.TypstError as error:
        raise NotPrintableError(f"{error.message} {error.diagnostic}") from error
    assert isinstance(made, bytes)
    return made


def replaced_sentence(number: int) -> str:
    """What a paper itself says about the signs it could not show; empty when it shows all."""
    if not number:
        return ""
    what = "Ett tegn" if number == 1 else f"{formats.upper_first(formats.in_words(number))} tegn"
    return f"{what} som ikke kan vises her, er byttet med {REPLACEMENT}."


def _compiled(template: Path, content: Mapping[str, Any], instant: datetime) -> tuple[bytes, int]:
    compiler = typst.Compiler(
        input=template,
        root=template.parent,
        font_paths=_fonts(),
        sys_inputs={"content": json.dumps(content, ensure_ascii=False, sort_keys=True)},
    )
    try:
        made, warnings = compiler.compile_with_warnings(format="pdf", pdf_standards="ua-1", timestamp=instant)
        if warnings or not isinstance(made, bytes):
            raise NotPrintableError("; ".join(warning.message for warning in warnings))
        pages = int(compiler.query("<pages>", field="value", one=True))
    except typst.TypstError as error:
        raise NotPrintableError(f"{error.message} {error.diagnostic}") from error
    return made, pages


@cache
def _fonts() -> typst.Fonts:
    """The fonts inside the typst package, and none of the machine's."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
