"""Which options mean the same in every command?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Skriv JSON på standard ut, og ikke noe annet der.")
]
By: TypeAlias = Annotated[str, typer.Option("--by", metavar="E-POST", help="Den som gjør dette.")]
ByOrOffice: TypeAlias = Annotated[
    str | None, typer.Option("--by", metavar="E-POST", help="Den som gjør dette; ellers programkontoret.")
]
GateOption: TypeAlias = Annotated[
    str | None, typer.Option("--gate", metavar="ID", help="Beslutningspunktet; ellers det neste.")
]
On: TypeAlias = Annotated[
    str | None, typer.Option("--on", metavar="DATO", help="Gjelder fra denne datoen; ellers i dag.")
]
From: TypeAlias = Annotated[str, typer.Option("--from", metavar="DATO", help="Første dag.")]
To: TypeAlias = Annotated[str | None, typer.Option("--to", metavar="DATO", help="Siste dag.")]
Key: TypeAlias = Annotated[str, typer.Argument(metavar="PROSJEKT", help="Prosjektets nøkkel.")]
File: TypeAlias = Annotated[Path, typer.Argument(metavar="FIL", help="Fila som leses.")]


def day(text: str, *, option: str) -> "date":
    """A date as people write it (2025-02-05 or 5.2.2025). Raises Told with what is wrong with it."""
    from datetime import date

    from cli.misuse import Told
    from engine.core.facts.field import Field
    from engine.core.facts.parsing import parse_value
    from language.sentences import sentence

    found = parse_value(Field(name=option, title="", type="date"), text)
    if isinstance(found, str):
        return date.fromisoformat(found)
    if isinstance(found, tuple):
        raise Told(*(f"{option}: {sentence(problem)}" for problem in found))
    raise Told(f"{option}: datoen mangler.")


def day_or_today(text: str | None, *, option: str = "--on") -> "date":
    """The date that was written, or today's in Oslo."""
    from cli import clock
    from engine.core.programme.calendar import local_date

    return local_date(clock.now()) if text is None else day(text, option=option)


def chosen(value: str, among: "Iterable[str]", *, option: str) -> str:
    """A word out of a few. Raises Told, with the nearest of them and all of them, for another word."""
    from cli.misuse import Told
    from engine.core.text import nearest

    known = list(among)
    if value in known:
        return value
    near = nearest(value, known)
    suggestion = f" Mente du «{near}»?" if near else ""
    raise Told(f"{option}: «{value}» kan ikke velges.{suggestion} Velg mellom: {', '.join(known)}.")


def content_of(path: Path, *, limit: int) -> bytes:
    """What a file holds, but no more than one byte above the limit, so that its reader can refuse it. Raises
    Told.
    """
    from cli.misuse import Told

    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        raise Told(f"Fila «{path}» finnes ikke.") from None
    except OSError as error:
        raise Told(f"Fila «{path}» kan ikke leses: {error.strerror}.") from None


def text_of(path: Path, *, limit: int) -> str:
    """The same as text; bytes that are not UTF-8 stay as lone surrogates, for the reader to name their
    place.
    """
    return content_of(path, limit=limit).decode("utf-8", "surrogateescape")
