"""The demo as a command: a fresh programme with the real portfolio, a mailbox and the pages; or the story,
once.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from demo.story import Stage, Tell, Told
    from engine.store.session import Database


def add_to(app: typer.Typer) -> None:
    """Add the command, which stands by itself and in no group."""
    app.command()(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Spill historien uten nettleser, og avslutt.")] = False,
    meetings: Annotated[
        bool, typer.Option("--meetings", help="Med --once: historien slik gruppa behandler saker i møte.")
    ] = False,
    deadlines: Annotated[
        bool,
        typer.Option("--deadlines", help="Med --once: også fristene mellom møtene, dag for dag."),
    ] = False,
    as_json: AsJson = False,
    port: Annotated[int, typer.Option("--port", metavar="PORT", help="Porten nettsidene vises på.")] = 8080,
) -> None:
    """Vis Faseport med et demoprogram: 35 prosjekter, en postkasse og nettsidene."""
    from cli import settings as environment
    from cli import wiring
    from cli.console import tell
    from cli.misuse import Told
    from demo import run
    from demo.scene import NotADemoError

    settings = environment.load(database_url=environment.DEMO_DATABASE)
    wiring.require_answer(settings.database_url)
    tell("Gjør klar et ferskt demoprogram …")
    try:
        with wiring.for_owner_only():
            db = run.fresh(settings.database_url)
            keys = environment.create_keys(settings.secret_key_file)
    except NotADemoError:
        raise Told(
            f"Databasen {wiring.shown(settings.database_url)} er ikke en demo og blir ikke rørt.",
            "Fjern FASEPORT_DATABASE_URL, eller pek på en fil som ikke finnes.",
        ) from None
    wiring.log_as_json(all_well=False)
    try:
        if once:
            _play(db, keys, _story(meetings=meetings, deadlines=deadlines), as_json=as_json)
        else:
            _show(db, keys, port=port)
    finally:
        db.close()


def _story(*, meetings: bool, deadlines: bool) -> "Callable[[Stage, Tell], Told]":
    """Which of them is played: deadlines come between meetings."""
    from demo import deadline_story, meeting_story, story

    if deadlines:
        return deadline_story.play
    return meeting_story.play if meetings else story.play


def _play(
    db: "Database",
    keys: "Mapping[int, bytes]",
    play: "Callable[[Stage, Tell], Told]",
    *,
    as_json: bool,
) -> None:
    """Play the story. One that does not hold has shown a bug, and ends as one."""
    from cli import console
    from cli.errors import UNEXPECTED
    from demo import run
    from engine import clock

    def tell(at: str, what: str) -> None:
        if not as_json:
            console.say(f"{at}  {what}")

    told = run.play_once(db, keys=keys, real=clock.now, tell=tell, play=play)
    if as_json:
        console.as_json(told.as_json())
    else:
        for check in told.checks:
            console.say(f"{'✓' if check['holds'] else '✗'} {check['what']}")
    if not told.holds:
        raise typer.Exit(UNEXPECTED)


def _show(db: "Database", keys: "Mapping[int, bytes]", *, port: int) -> None:
    from cli.console import tell
    from demo import run
    from engine import clock

    def announce(address: str) -> None:
        tell("", f"Åpne {address} i nettleseren. Stopp med Ctrl+C.")

    try:
        run.show(db, keys=keys, real=clock.now, port=port, announce=announce)
    except KeyboardInterrupt:
        tell("Demoen er stoppet.")
