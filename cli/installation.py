"""Commands of whoever runs the program: make the database, look after it, serve, send."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cli.settings import Settings
    from engine.core.refusal import NotAllowed
    from engine.store.schema import SchemaState
    from engine.store.session import Database

Host = Annotated[str, typer.Option("--host", metavar="ADRESSE", help="Adressen det lyttes på.")]
Port = Annotated[
    int | None, typer.Option("--port", metavar="PORT", help="Ellers den i FASEPORT_BASE_URL, eller 8080.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands, which stand by themselves and in no group."""
    for command in (init, doctor, serve, worker, tick):
        app.command()(command)


def init(
    new_key: Annotated[
        bool,
        typer.Option(
            "--new-key", help="Lag en ny nøkkel; lenker som er sendt med de gamle, virker fortsatt."
        ),
    ] = False,
) -> None:
    """Lag eller oppgrader databasen, lag nøkkelfila, registrer arbeidsflytene."""
    from cli import settings as environment
    from cli import wiring
    from cli.console import tell
    from cli.misuse import KeyFileUnusable
    from engine.store.session import Database
    from language.formats import count

    settings = environment.load()
    url, shown = settings.database_url, wiring.shown(settings.database_url)
    before = _standing(url)
    if before.standing != "absent" and not settings.secret_key_file.exists() and not new_key:
        raise KeyFileUnusable(settings.secret_key_file, "missing")
    used = 0 if before.standing == "absent" else _highest_kid(url)
    with wiring.for_owner_only():
        keys = environment.create_keys(settings.secret_key_file, rotate=new_key, used=used)
        _upgrade(url)
    words = {"absent": "laget", "older": "oppgradert", "current": "slik denne utgaven kjenner den"}
    tell(f"Databasen {shown} er {words[before.standing]} (skjema {before.wanted}).")
    tell(f"Nøkkelfila {settings.secret_key_file} har {count(len(keys), 'nøkkel')}.")
    db = Database(url)
    try:
        tell(*register_workflows(db, settings))
    finally:
        db.close()


def _standing(url: str) -> "SchemaState":
    """What is there to make or upgrade. Raises DatabaseUnusable for what must be left alone."""
    from cli import wiring
    from cli.misuse import DatabaseUnusable
    from engine.store import schema, standing

    wiring.require_answer(url)
    damage = standing.damage_of(url)
    if damage:
        raise DatabaseUnusable(wiring.shown(url), "damaged", damage)
    before = schema.state_of(url)
    if before.standing == "unknown":
        raise DatabaseUnusable(wiring.shown(url), "unknown", before.found or "")
    if before.standing == "different":
        raise DatabaseUnusable(wiring.shown(url), "different", wiring.differing(before.unlike))
    return before


def _upgrade(url: str) -> None:
    """Make it this program's, or leave it as it was. Raises DatabaseUnusable."""
    from cli import wiring
    from cli.misuse import DatabaseUnusable
    from engine.store import schema
    from engine.store.likeness import Unlike

    try:
        schema.upgrade(url)
    except schema.MigrationError as error:
        why, found = error.args
        told = wiring.differing(found) if isinstance(found, Unlike) else f"Oppgraderingen: {why} {found}."
        raise DatabaseUnusable(wiring.shown(url), "different", told) from error


def _highest_kid(url: str) -> int:
    from engine.store import links
    from engine.store.session import Database

    db = Database(url)
    try:
        with db.reading() as tx:
            return links.highest_kid(tx)
    finally:
        db.close()


def register_workflows(db: "Database", settings: "Settings") -> "Iterable[str]":
    """Register every definition that is new, and say which; those that ship and those in the operator's own
    folder.

    With a programme in force only the shipped ones it uses are registered. Raises BadFile, and Told for a
    changed text.
    """
    from cli import clock
    from cli.errors import mistakes_in
    from cli.misuse import Told
    from engine.core.refusal import NotAllowed
    from engine.core.workflow.checks import parse_definition
    from engine.core.workflow.definition import Definition
    from engine.store import definitions, programmes
    from engine.use_cases.programme.register_definition import register_definition
    from workflows import loader

    folder = settings.workflows
    if folder is not None and not folder.is_dir():
        raise Told(f"FASEPORT_WORKFLOWS: mappa «{folder}» finnes ikke.")
    with db.reading() as tx:
        known = {(one.workflow, one.version): one.digest for one in definitions.registered(tx)}
        programme = programmes.current(tx)
    shipped = set(loader.shipped())
    told: list[str] = []
    for name in loader.workflows(folder):
        own = folder is not None and (folder / f"{name}.yaml").is_file()
        text = loader.read(name, folder)
        if own and folder is not None:
            _require_sound(folder / f"{name}.yaml", text, None if programme is None else programme.text)
        found = parse_definition(text)
        if isinstance(found, Definition):
            if known.get((found.workflow, found.version)) == found.digest:
                continue
            used = programme is None or found.workflow in programme.workflows.values()
            if name in shipped and not own and not used:
                continue
        with mistakes_in(folder / f"{name}.yaml" if own and folder is not None else f"workflows/{name}.yaml"):
            try:
                done = register_definition(db, text=text, now=clock.now())
            except NotAllowed as error:
                raise Told(_differs(name, error)) from None
        told.append(f"Arbeidsflyten {done.workflow} versjon {done.version} er registrert.")
    return told or ["Alle arbeidsflyter var registrert fra før."]


def _require_sound(path: "Path", text: str, programme: str | None) -> None:
    """Check an operator's own definition where a rule that runs away harms nobody.

    Raises BadFile with every mistake, and Told when it is stopped.
    """
    from cli import workflows
    from cli.misuse import BadFile

    found = workflows.checked_apart(text, programme, name=str(path))
    mistakes = workflows.mistakes_told(found, "definition")
    if mistakes:
        raise BadFile(str(path), mistakes)


def _differs(name: str, error: "NotAllowed") -> str:
    from language.sentences import sentence

    return f"{name}.yaml: {sentence(error)}"


def doctor(as_json: AsJson = False) -> None:
    """Kontroller alt en driftsansvarlig kan få feil, og si hva som må gjøres."""
    from cli import checkup, console
    from cli.errors import REFUSED

    checks = checkup.everything()
    wrong = [one for one in checks if one.status == "wrong"]
    if as_json:
        console.as_json(
            {
                "ok": not wrong,
                "checks": [
                    {"id": one.id, "title": one.title, "status": one.status, "found": one.found, "do": one.do}
                    for one in checks
                ],
            }
        )
    else:
        for one in checks:
            console.say(f"{checkup.SIGNS[one.status]} {one.title}: {one.found}")
            if one.do:
                console.say(f"  → {one.do}")
        console.say("", "Alt er i orden." if not wrong else f"{len(wrong)} ting må ordnes.")
    if wrong:
        raise typer.Exit(REFUSED)


def serve(
    host: Host = "127.0.0.1",
    port: Port = None,
    no_worker: Annotated[
        bool,
        typer.Option("--no-worker", help="Bare nettsidene; brev sendes av «faseport worker» et annet sted."),
    ] = False,
) -> None:
    """Vis nettsidene, og send brev når de skal sendes."""
    from contextlib import ExitStack
    from urllib.parse import urlsplit

    from cli import settings as environment
    from cli import wiring, worker
    from cli.console import tell
    from cli.misuse import Told

    wiring.log_as_json()
    with wiring.installation() as wired, ExitStack() as running:
        address = wired.settings.base_url
        if not wired.settings.may_be_served:
            raise Told(
                f"FASEPORT_BASE_URL er {address}. Lenkene åpner saker og må gå kryptert: bruk https.",
                "Bare på egen maskin (127.0.0.1 eller localhost) kan det være http.",
            )
        if not (environment.is_loopback(host) or wired.settings.is_encrypted):
            raise Told(
                f"--host {host} kan nås av andre, men FASEPORT_BASE_URL er {address}, uten kryptering.",
                "Lytt på 127.0.0.1, eller sett en https-adresse og la en proxy foran ta imot den.",
            )
        app = wiring.web_application(wired)
        wiring.mail_settings(wired.settings)
        running.enter_context(worker.told_to_stop())
        if not no_worker:
            running.enter_context(worker.beating(wired))
        at = port or (urlsplit(address).port if wired.settings.on_loopback else None) or 8080
        tell(f"Faseport svarer på {address} (lytter på {host}:{at}). Stopp med Ctrl+C.")
        wiring.serve(app, host=host, port=at)


def worker() -> None:
    """Send brev når de skal sendes, uten nettsider."""
    from cli import wiring
    from cli import worker as machinery

    wiring.log_as_json()
    with wiring.installation() as wired:
        wiring.mail_settings(wired.settings)
        machinery.work(wired)


def tick(as_json: AsJson = False) -> None:
    """Gjør alt som skal gjøres nå, én gang, og skriv hvor mye det ble."""
    from cli import console, wiring
    from cli import worker as machinery
    from engine.use_cases.sweeping import try_again

    wiring.log_as_json(all_well=False)
    with wiring.installation() as wired:
        # Whoever asks by hand may just have mended what rests.
        try_again(wired.db, now=wired.clock())
        done = machinery.do_round(wired, worker=wiring.worker_name())
    told: dict[str, Any] = {
        "meetings_called": done.meetings.called,
        "meetings_changed": done.meetings.changed,
        "cases_closed": done.closed,
        "chains_planned": done.planned,
        "reminders": done.reminded.reminders,
        "reminder_letters": done.reminded.letters,
        "reminders_to_nobody": done.reminded.nobody,
        "letters": None if done.delivered is None else machinery.counts(done.delivered),
        "visits_forgotten": done.kept.visits_forgotten,
        "heads_witnessed": done.kept.heads_witnessed,
    }
    if as_json:
        console.as_json(told)
        return
    console.say(
        f"Møter: {done.meetings.called} kalt inn, {done.meetings.changed} flyttet eller avlyst. "
        f"Saker avgjort da tiden var ute: {done.closed}."
    )
    nobody = f" {done.reminded.nobody} hadde ingen mottaker." if done.reminded.nobody else ""
    console.say(f"Påminnelser: {done.reminded.reminders} i {done.reminded.letters} brev.{nobody}")
    if done.delivered is None:
        console.tell("FASEPORT_SMTP_URL er ikke satt, så ingen brev er sendt.")
    else:
        letters = done.delivered
        console.say(
            f"Brev: {letters.sent} sendt, {letters.retried} prøves igjen, "
            f"{letters.withdrawn} trukket tilbake, {letters.bounced} avvist, {letters.dead} gitt opp."
        )
        console.tell(*(f"• {one.letter}: {one.state} ({one.phase}) {one.reply}" for one in letters.failures))
    console.say(f"Økter glemt: {done.kept.visits_forgotten}. Kjeder bevitnet: {done.kept.heads_witnessed}.")
