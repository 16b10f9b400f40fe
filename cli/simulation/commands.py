"""The command that plays a time to come on a copy: what would be sent to whom, and how would it end?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson, From

if TYPE_CHECKING:
    from datetime import date, datetime

    from cli.simulation.answers import Answers
    from cli.simulation.simulator import Simulated
    from engine.store.session import Connection

Until = Annotated[str, typer.Option("--to", metavar="DATO", help="Siste dag.")]
AnswersFile = Annotated[
    Path | None,
    typer.Option("--answers", metavar="FIL", help="Hva folk gjør når, i YAML; ellers gjør ingen noe."),
]


def add_to(app: typer.Typer) -> None:
    """Add the command, which stands by itself and in no group."""
    app.command()(simulate)


def simulate(since: From, until: Until, answers: AnswersFile = None, as_json: AsJson = False) -> None:
    """Spill en tid framover på en kopi av databasen, og vis hvert brev som ville blitt sendt. Sender
    ingenting; databasen blir bare lest.
    """
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    from cli import wiring
    from cli.errors import REFUSED
    from cli.reminders import span
    from cli.simulation import simulator
    from engine.store.copying import copy_to_sqlite
    from engine.store.session import Database

    first, last = span(since, until)
    wiring.log_as_json(all_well=False)
    with wiring.installation() as wired:
        with wired.db.reading() as tx:
            _require_ahead(simulator.last_event(tx), first)
            given = _read(tx, answers, first, last)
        with TemporaryDirectory(prefix="faseport-simulering-") as folder, wiring.for_owner_only():
            copy = Database(copy_to_sqlite(wired.settings.database_url, Path(folder) / "kopi.db"))
            try:
                here = replace(wired, db=copy)
                found = simulator.simulate(here, given, first=first, last=last, now=wired.clock())
            finally:
                copy.close()
    if as_json:
        _as_json(found, first, last)
    else:
        _say(found)
    if found.not_done:
        raise typer.Exit(REFUSED)


def _require_ahead(happened: "datetime | None", first: "date") -> None:
    from cli.misuse import Told
    from engine.core.programme.calendar import local_date
    from language.formats import day_and_year

    if happened is not None and local_date(happened) > first:
        raise Told(
            f"--from: det siste som er ført i databasen, skjedde {day_and_year(local_date(happened))}. "
            "Simuleringen kan ikke begynne før det."
        )


def _read(tx: "Connection", path: Path | None, first: "date", last: "date") -> "Answers | None":
    """The answers, every mistake in which is told with its place. Raises BadFile."""
    from cli.misuse import BadFile
    from cli.options import content_of
    from cli.simulation import simulator
    from cli.simulation.answers import Answers, parse_answers
    from engine.core.files.yaml_source import LARGEST_BYTES

    if path is None:
        return None
    found = parse_answers(content_of(path, limit=LARGEST_BYTES), first=first, last=last)
    if not isinstance(found, Answers):
        raise BadFile(str(path), found)
    mistakes = simulator.mistakes_against(tx, found)
    if mistakes:
        raise BadFile(str(path), mistakes)
    return found


def _say(found: "Simulated") -> None:
    from cli import console
    from engine.core.programme.calendar import OSLO
    from language.reminders import letter_words

    for one in found.letters:
        at = one.at.astimezone(OSLO)
        console.heading(f"{at:%d.%m.%Y} kl. {at:%H.%M}  {one.to}  {one.subject}")
        console.say(*(f"  {line}" for line in one.why))
    for refused in found.not_done:
        console.tell(*(f"linje {refused.line} ({refused.do}): {why}" for why in refused.why))
    console.say("")
    console.table(
        ("Slag", "Brev"),
        [(letter_words(kind), str(number)) for kind, number in sorted(found.kinds.items())],
        empty="Ingen brev ble sendt.",
    )
    console.table(
        ("Mottaker", "Flest på én dag"),
        [(to, str(number)) for to, number in found.most.items()],
        empty="Ingen fikk brev.",
    )
    console.say(
        f"{len(found.letters)} brev. Frister: {found.settled} innfridd, {found.late} over fristen, "
        f"{found.open} ikke kommet ennå."
    )


def _as_json(found: "Simulated", first: "date", last: "date") -> None:
    """The documented shape, version 1."""
    from cli import console

    told: dict[str, Any] = {
        "version": 1,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "letters": [
            {
                "at": one.at.isoformat(),
                "to": one.to,
                "kind": one.kind,
                "subject": one.subject,
                "why": list(one.why),
            }
            for one in found.letters
        ],
        "not_done": [{"line": one.line, "do": one.do, "why": list(one.why)} for one in found.not_done],
        "kinds": dict(found.kinds),
        "most_per_day": dict(found.most),
        "obligations": {"settled": found.settled, "late": found.late, "open": found.open},
        "rounds": found.rounds,
    }
    console.as_json(told)
