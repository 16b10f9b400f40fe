"""Commands about persons: who there is, who is away, who is to be forgotten."""

from typing import Annotated

import typer

from cli.options import AsJson, From, chosen, day

app = typer.Typer(help="Personene.", no_args_is_help=True)

Address = Annotated[str, typer.Argument(metavar="E-POST")]


@app.command("add")
def add(
    email: Address,
    name: Annotated[
        str, typer.Option("--name", metavar="NAVN", help="Slik personen står i brev og referat.")
    ],
    language: Annotated[
        str, typer.Option("--language", metavar="nb|nn|en", help="Språket brevene er på.")
    ] = "nb",
    was: Annotated[
        str | None, typer.Option("--was", metavar="E-POST", help="Den gamle adressen, når noen har fått ny.")
    ] = None,
) -> None:
    """Registrer en person, eller gi en som finnes, ny adresse eller nytt navn."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.misuse import Told
    from engine.core.facts.field import Field
    from engine.core.facts.parsing import parse_value
    from engine.use_cases.people.register_person import register_person
    from language.sentences import sentence

    chosen(language, ("nb", "nn", "en"), option="--language")
    address = parse_value(Field(name="E-POST", title="", type="person"), email)
    if isinstance(address, tuple):
        raise Told(*(f"{one.path}: {sentence(one)}" for one in address))
    called = parse_value(Field(name="--name", title="", type="text"), name)
    if isinstance(called, tuple):
        raise Told(*(f"{one.path}: {sentence(one)}" for one in called))
    if called is None:
        raise Told("--name: navnet mangler.")
    with wiring.database() as db:
        register_person(db, name=str(called), email=str(address), language=language, was=was, now=clock.now())
    tell(f"{called} <{address}> er registrert.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Vis alle personer og hva de sitter i."""
    from cli import clock, console, wiring
    from engine.core.programme.calendar import local_date
    from engine.store import people

    today = local_date(clock.now())
    with wiring.database() as db, db.reading() as tx:
        everybody = people.all_people(tx)
        held = people.holdings(tx, on=today)
        away = {one.person: one for one in people.absences(tx, on=today)}
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "email": one.email,
            "language": one.language,
            "erased": one.erased_at is not None,
            "away_to": away[one.id].away_to.isoformat() if one.id in away else None,
            "seats": [
                {"body": seat.body or None, "seat": seat.seat, "capacity": seat.capacity}
                for seat in held
                if seat.person == one.id
            ],
        }
        for one in everybody
    ]
    if as_json:
        console.as_json(rows)
        return
    console.table(
        ("Navn", "E-post", "Plasser", "Borte til"),
        [
            (
                one.name or "(slettet)",
                one.email or "–",
                ", ".join(seat.seat for seat in held if seat.person == one.id) or "–",
                away[one.id].away_to.isoformat() if one.id in away else "–",
            )
            for one in everybody
        ],
        empty="Ingen er registrert.",
    )


@app.command("absence")
def absence(
    email: Address,
    away_from: From,
    away_to: Annotated[str, typer.Option("--to", metavar="DATO", help="Siste dag.")],
    stand_in: Annotated[
        str | None,
        typer.Option("--stand-in", metavar="E-POST", help="Den som følger opp fristene i mellomtida."),
    ] = None,
) -> None:
    """Meld at noen er borte, fra og med og til og med. Stedfortrederen spørres i mellomtida."""
    from cli import clock, wiring
    from cli.console import tell
    from engine.use_cases.people.register_absence import register_absence

    first, last = day(away_from, option="--from"), day(away_to, option="--to")
    with wiring.database() as db:
        register_absence(db, who=email, away_from=first, away_to=last, stand_in=stand_in, now=clock.now())
    instead = "" if stand_in is None else f" {stand_in} følger opp fristene imens."
    tell(f"{email} er borte fra {first.isoformat()} til {last.isoformat()}.{instead}")


@app.command("erase")
def erase(
    email: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Ikke spør.")] = False,
) -> None:
    """Slett navn og adresse for godt. Det personen har gjort, står igjen uten dem."""
    from cli import clock, wiring
    from cli.console import confirmed, tell
    from cli.misuse import Told
    from engine.queries.people.actors import person_named
    from engine.use_cases.people.erase_person import erase_person

    with wiring.database() as db:
        with db.reading() as tx:
            person_named(tx, email)
        if not yes and not confirmed(f"Slette {email} for godt?"):
            raise Told("Ingenting er slettet. Legg til --yes for å slette uten spørsmål.")
        erase_person(db, who=email, now=clock.now())
    tell(f"{email} er slettet.")
