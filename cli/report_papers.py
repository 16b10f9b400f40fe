"""Commands that make papers of the programme's reports: the letter to byrådet, and the report of a year."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import chosen
from cli.paperwork import FormatOption, format_of, save


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group `report`."""
    app.command("letter")(letter)
    app.command("year")(year)


def letter(
    period: Annotated[str, typer.Argument(metavar="PERIODE", help="Som 2024-T3.")],
    out: Annotated[Path, typer.Option("--out", metavar="FIL", help="Fila brevet skrives til.")],
    format: FormatOption = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="MOTTAKER", help="Ellers byråden for hver avdeling. Kan gjentas."),
    ] = None,
    ask: Annotated[
        str, typer.Option("--ask", metavar="TEKST", help="Hva byrådet bes om; ellers til orientering.")
    ] = "",
) -> None:
    """Skriv brevet til byrådet om en publisert rapport, med rapporten som vedlegg."""
    from cli import clock, wiring
    from cli.errors import accepted
    from cli.reports import office, progress
    from documents.editions import report_letter
    from engine.queries.reports.read_published import published_report

    asked = format_of(format, out)
    with wiring.database() as db:
        sender, address = office(db)
        with db.reading() as tx:
            found = accepted(published_report(tx, period, tell=progress()))
    made = report_letter(
        found,
        format=asked,
        dated=clock.now(),
        to=tuple(to or ()),
        ask=ask,
        sender=sender,
        address=address,
    )
    save(out, made)


def year(
    year: Annotated[str, typer.Argument(metavar="ÅR", help="Som 2025.")],
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="html, pdf, docx eller json.")
    ] = "html",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FIL", help="Fila årsrapporten skrives til.")
    ] = None,
) -> None:
    """Lag årsrapporten av rapportene for årets tertialer. De som ikke er publisert, er nevnt i den."""
    from cli import clock, wiring
    from cli.errors import accepted
    from cli.reports import office, progress
    from documents.tertial.editions import YEAR_FORMATS, arsrapport
    from engine.queries.reports.read_published import read_year

    chosen(format, YEAR_FORMATS, option="--format")
    with wiring.database() as db:
        contact, address = office(db)
        with db.reading() as tx:
            found = accepted(read_year(tx, year, now=clock.now(), tell=progress()))
    made = arsrapport(
        found,
        format=next(one for one in YEAR_FORMATS if one == format),
        contact=contact,
        address=address,
    )
    save(out or Path(made.filename), made)
