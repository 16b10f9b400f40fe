"""Commands about the programme: put a file into force, show what is in force."""

import difflib
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, ByOrOffice, File, day, text_of

if TYPE_CHECKING:
    from engine.store.session import Database

app = typer.Typer(help="Programmet: grupper, plasser, områder, møter.", no_args_is_help=True)


@app.command("load")
def load(
    file: File,
    yes: Annotated[bool, typer.Option("--yes", help="Ikke spør, også når et annet program gjelder.")] = False,
) -> None:
    """Sett et program i kraft. Det samme én gang til endrer ingenting."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import mistakes_in
    from engine.core.files.yaml_source import LARGEST_BYTES
    from engine.use_cases.programme.load_programme import load_programme

    text = text_of(file, limit=LARGEST_BYTES)
    with wiring.database() as db, mistakes_in(file):
        if not yes:
            _ask_before_changing(db, text)
        done = load_programme(db, text=text, now=clock.now())
    if not done.changed:
        tell(f"Programmet «{done.programme}» gjaldt alt slik. Ingenting er endret.")
        return
    tell(
        f"Programmet «{done.programme}» gjelder. Nye personer: {done.people}. Nye plasseringer: {done.seats}."
    )


def _ask_before_changing(db: "Database", text: str) -> None:
    """Show how the file differs from what is in force, and ask. A file with mistakes is left for the load to
    refuse.
    """
    from cli.console import confirmed, tell
    from cli.misuse import Told
    from engine.core.programme.checks import parse_programme
    from engine.core.programme.model import Programme
    from engine.store import programmes

    found = parse_programme(text)
    with db.reading() as tx:
        current = programmes.current(tx)
    if not isinstance(found, Programme) or current is None or current.digest == found.digest:
        return
    before, after = current.text.splitlines(), found.text.splitlines()
    tell(*difflib.unified_diff(before, after, "gjelder nå", "fila", n=1, lineterm=""))
    if not confirmed("Sette den nye fila i kraft?"):
        raise Told("Ingenting er endret. Legg til --yes for å sette den i kraft uten spørsmål.")


@app.command("show")
def show(as_json: AsJson = False) -> None:
    """Vis programmet som gjelder."""
    from cli import console, wiring
    from engine.core.files.shape import text_in
    from engine.queries.programme.in_force import programme_in_force
    from language.formats import handling_word, rule_word

    with wiring.database() as db, db.reading() as tx:
        programme = programme_in_force(tx)
    if as_json:
        # As the file has it, so that what is shown can be written back.
        console.as_json({"digest": programme.digest, "file": programme.source.data})
        return
    console.heading(f"{text_in(programme.title)} ({programme.programme})")
    console.table(
        ("Gruppe", "Plasser", "Beslutningsdyktig med", "Regel", "Behandler"),
        [
            (
                f"{text_in(body.title)} ({body.id})",
                str(len(body.seats)),
                str(body.quorum),
                rule_word(body.rule),
                handling_word(body.handling),
            )
            for body in programme.bodies
        ],
        empty="",
    )
    console.table(
        ("Områder", "Gjelder fra", "Gjelder til"),
        [
            (
                text_in(one.title),
                one.valid_from.isoformat(),
                one.valid_to.isoformat() if one.valid_to else "–",
            )
            for one in programme.taxonomies
        ],
        empty="",
    )


@app.command("close")
def close(
    ended_on: Annotated[str, typer.Option("--on", metavar="DATO", help="Dagen programmet slutter.")],
    heir: Annotated[
        str, typer.Option("--heir", metavar="E-POST", help="Den som tar over det som var programmets eget.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Ikke spør.")] = False,
    by: ByOrOffice = None,
) -> None:
    """Avslutt programmet: det som gjenstår, går til linja, og det som skulle kommet igjen, stopper."""
    from cli import clock, console, wiring
    from cli.errors import accepted
    from cli.misuse import Told
    from engine.queries.people.actors import person_named
    from engine.use_cases.programme.close_programme import Closed, close_programme
    from language.formats import count, day_and_year, plain_date, upper_first
    from language.obligations import obligation_words

    last = day(ended_on, option="--on")
    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        with db.reading() as tx:
            person_named(tx, heir)
        if not yes and not console.confirmed(f"Avslutte programmet {day_and_year(last)}?"):
            raise Told("Ingenting er endret. Legg til --yes for å avslutte programmet uten spørsmål.")
        done: Closed = accepted(close_programme(db, ended_on=last, heir=heir, by=actor, now=clock.now()))
    console.table(
        ("Frist", "Hva", "Prosjekt", "Før", "Nå"),
        [
            (
                plain_date(one.view.due_on),
                obligation_words(one.view.kind, one.view.about),
                one.view.project or "–",
                one.before or "ingen",
                one.view.responsible or "ingen",
            )
            for one in done.handed
        ],
        empty="Ingen frister gjenstår.",
    )
    console.tell(
        f"Programmet er avsluttet {day_and_year(done.ended_on)}. "
        f"{upper_first(count(len(done.handed), 'frist'))} gjenstår, og {count(done.stopped, 'frist')} "
        "som skulle kommet igjen, er stoppet."
    )
