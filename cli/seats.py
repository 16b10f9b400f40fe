"""Commands about seats: who sits where, from when."""

from typing import Annotated

import typer

from cli.options import AsJson, From, To, chosen, day

app = typer.Typer(help="Plassene i gruppene, og enkeltstående funksjoner.", no_args_is_help=True)

OFFICES = "-"
"""What is written for the body when the place is a single office."""


@app.command("assign")
def assign(
    body: Annotated[
        str, typer.Argument(metavar="GRUPPE", help="Gruppas id, eller - for en enkeltstående funksjon.")
    ],
    seat: Annotated[str, typer.Argument(metavar="PLASS", help="Plassens id.")],
    email: Annotated[str, typer.Argument(metavar="E-POST")],
    valid_from: From,
    valid_to: To = None,
    capacity: Annotated[
        str,
        typer.Option("--as", metavar="holder|acting|deputy", help="Fast, konstituert eller stedfortreder."),
    ] = "holder",
) -> None:
    """Gi noen en plass fra en dato. Åpne saker beholder lista de ble åpnet med."""
    from cli import clock, wiring
    from cli.console import tell
    from engine.store import people
    from engine.use_cases.people.assign_seat import assign_seat

    chosen(capacity, ("holder", "acting", "deputy"), option="--as")
    first = day(valid_from, option="--from")
    with wiring.database() as db:
        assign_seat(
            db,
            body=people.OFFICES if body == OFFICES else body,
            seat=seat,
            who=email,
            valid_from=first,
            valid_to=None if valid_to is None else day(valid_to, option="--to"),
            capacity=capacity,
            now=clock.now(),
        )
    tell(f"{email} har plassen {seat} fra {first.isoformat()}.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Vis hvem som sitter hvor i dag."""
    from cli import clock, console, wiring
    from engine.core.programme.calendar import local_date
    from engine.store import people

    with wiring.database() as db, db.reading() as tx:
        held = people.holdings(tx, on=local_date(clock.now()))
    if as_json:
        console.as_json(
            [
                {
                    "body": one.body or None,
                    "seat": one.seat,
                    "capacity": one.capacity,
                    "name": one.name,
                    "email": one.email,
                    "from": one.valid_from.isoformat(),
                    "to": None if one.valid_to is None else one.valid_to.isoformat(),
                }
                for one in held
            ]
        )
        return
    words = {"holder": "fast", "acting": "konstituert", "deputy": "stedfortreder"}
    console.table(
        ("Gruppe", "Plass", "Som", "Navn", "Fra"),
        [
            (
                one.body or "–",
                one.seat,
                words[one.capacity],
                one.name or "(slettet)",
                one.valid_from.isoformat(),
            )
            for one in held
        ],
        empty="Ingen plasser er fordelt.",
    )
