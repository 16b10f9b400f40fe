"""How does a paper get from the program to a file on somebody's desk, and in which format?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from cli.options import chosen

if TYPE_CHECKING:
    from documents.editions import Format
    from documents.formats.document import Document


FormatOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--format", metavar="pdf|html", help="Ellers den filnavnet slutter på, eller pdf."),
]
OutOption: TypeAlias = Annotated[
    Path | None, typer.Option("--out", metavar="FIL", help="Fila dokumentet skrives til.")
]


def format_of(named: str | None, out: Path | None) -> "Format":
    """The format that was asked for, by its name or by the file's. Raises Told for one without a file."""
    from cli.misuse import Told
    from documents.editions import FORMATS

    if named is not None:
        chosen(named, FORMATS, option="--format")
        if out is None:
            raise Told("--format: oppgi også fila dokumentet skal skrives til (--out).")
    asked = named or (out.suffix.removeprefix(".").lower() if out is not None else "")
    return next((one for one in FORMATS if one == asked), "pdf")


def save(out: Path, document: "Document") -> None:
    """Write a paper to a file, and tell where it lies and what there is to know about it. Raises Told."""
    from cli.console import tell
    from language.sentences import sentence

    save_bytes(out, document.content)
    tell(*(sentence(one) for one in document.warnings))


def save_bytes(out: Path, content: bytes) -> None:
    """Write a paper that is kept to a file. Raises Told where it cannot be written."""
    from cli.console import tell
    from cli.misuse import Told

    try:
        out.write_bytes(content)
    except OSError as error:
        raise Told(f"Fila «{out}» kan ikke skrives: {error.strerror}.") from None
    tell(f"Skrevet til {out}.")
