"""How does a paper get from the program to a file on somebody's desk, and in which format?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from cli.options import chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from documents.editions import Document, Format
    from engine.store.session import Database
    from engine.use_cases.write_minutes import Render

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


def referat_maker(db: "Database", clock: "Callable[[], datetime]") -> "Render":
    """Who makes the referat that is kept and sent: a PDF, from what `write_minutes.model_of` tells of a
    meeting.
    """
    from documents.editions import referat
    from documents.papers import minutes_of
    from engine.core.calendar import local_date
    from engine.store import meetings, people
    from engine.use_cases.actors import PROGRAMME_OFFICE

    def made(model: "Mapping[str, Any]") -> bytes:
        now = clock()
        with db.reading() as tx:
            office = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(now))
            version = len(meetings.minutes(tx, model["meeting"])) + 1
        paper = minutes_of(
            model,
            version=version,
            issued_at=now,
            contact="" if office is None else office.name or "",
            contact_address="" if office is None else office.email or "",
        )
        return referat(paper, format="pdf").content

    return made
