"""What can an operator have got wrong, is any of it so, and what is to be done? One check each, none of
which changes anything.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal

from cli import clock, wiring
from cli import settings as environment
from cli.errors import lines_for, lines_for_outage
from cli.misuse import BadSettings, DatabaseUnusable, KeyFileUnusable
from cli.settings import Settings
from engine.core.access.links import token_for, token_hash
from engine.core.address import fault_in
from engine.core.files.shape import text_in
from engine.core.obligations.owed import NOBODY_FOUND
from engine.core.programme.calendar import local_date
from engine.core.programme.model import Programme
from engine.core.workflow.verification import verify
from engine.queries.cases.unable import unable_to_decide
from engine.queries.machinery.show_faults import show_faults
from engine.queries.obligations.inspect_obligations import sample_plans, unreachable_owners
from engine.store import cases, definitions, links, outbox, people, programmes, schema, standing
from engine.store.outages import NotNow
from engine.store.record import ledger
from engine.store.session import Connection, Database, UnsafeDatabaseError
from engine.use_cases.machinery.inspect_machinery import (
    LATE,
    SKEW,
    TRIES,
    UNREACHED,
    Machinery,
    Part,
    inspect_machinery,
)
from language.faults import fault_words
from language.sentences import placed, sentence

Status = Literal["ok", "wrong", "skipped"]
SIGNS: Final = {"ok": "✓", "wrong": "✗", "skipped": "–"}

RECENT: Final = timedelta(days=14)
"""So long a letter that was lost is worth somebody's time."""
OLDEST_PYTHON: Final = (3, 11)
OLDEST_SQLITE: Final = (3, 37)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: what was found, and what to do where it is wrong."""

    id: str
    title: str
    status: Status
    found: str
    do: str = ""


def everything() -> tuple[Check, ...]:
    """Every check, in an order in which each rests on those before it."""
    return tuple(_all())


def _all() -> Iterator[Check]:
    yield _python()
    yield _names()
    try:
        settings = environment.load()
    except BadSettings as error:
        yield _made("settings", "Innstillinger", " ".join(error.faults), do="Rett miljøvariablene over.")
        return
    yield _made("settings", "Innstillinger", "kan leses")
    yield _base_url(settings)
    yield _mail(settings)
    yield _keys(settings)
    yield from _database(settings, clock.now())


def _made(id_: str, title: str, found: str, *, do: str = "") -> Check:
    return Check(id=id_, title=title, status="wrong" if do else "ok", found=found, do=do)


def _python() -> Check:
    found = ".".join(str(part) for part in sys.version_info[:3])
    wanted = ".".join(str(part) for part in OLDEST_PYTHON)
    return _made(
        "python",
        "Python",
        found,
        do="" if sys.version_info >= OLDEST_PYTHON else f"Bruk Python {wanted} eller nyere.",
    )


def _names() -> Check:
    wrong = environment.misspelt(os.environ)
    if not wrong:
        return _made("names", "Miljøvariabler", "ingen er feilskrevet")
    named = ", ".join(name for name, _ in wrong)
    meant = ", ".join(f"{name} → {near or 'finnes ikke'}" for name, near in wrong)
    return _made("names", "Miljøvariabler", f"leses ikke: {named}", do=f"Rett navnet: {meant}")


def _base_url(settings: Settings) -> Check:
    return _made(
        "base_url",
        "Adressen i lenkene",
        settings.base_url,
        do="" if settings.may_be_served else "Sett FASEPORT_BASE_URL til en https-adresse.",
    )


def _mail(settings: Settings) -> Check:
    from notifications import smtp

    title = "E-posttjener"
    try:
        found = wiring.mail_settings(settings)
    except BadSettings as error:
        return _made(
            "mail", title, " ".join(error.faults), do="Rett FASEPORT_SMTP_URL og FASEPORT_MAIL_FROM."
        )
    if found is None:
        return _made("mail", title, "ikke oppgitt", do="Sett FASEPORT_SMTP_URL; til da sendes ingen brev.")
    fault = smtp.knock(wiring.mail_server(settings))
    if fault is not None:
        return _made(
            "mail", title, f"{fault.phase}: {fault.reply}", do=_LET_IN.get(fault.phase, _LET_IN["connect"])
        )
    if "FASEPORT_MAIL_FROM" not in os.environ:
        return _made(
            "mail",
            title,
            f"avsender {found.mail_from}",
            do="Sett FASEPORT_MAIL_FROM til en adresse dere eier.",
        )
    return _made("mail", title, f"slipper oss inn, avsender {found.mail_from}")


_LET_IN: Final[Mapping[str, str]] = {
    "connect": "Start e-posttjeneren, eller rett verten og porten i FASEPORT_SMTP_URL.",
    "starttls": "E-posttjeneren må tilby STARTTLS med et sertifikat denne maskinen stoler på.",
    "login": "Rett brukernavnet og passordet i FASEPORT_SMTP_URL.",
}


def _keys(settings: Settings) -> Check:
    try:
        keys = environment.read_keys(settings.secret_key_file)
    except KeyFileUnusable as error:
        if error.fault == "missing" and not _has_database(settings):
            # Nothing is lost where nothing has been made.
            return _made("keys", "Nøkkelfil", "ikke laget ennå", do="Kjør: faseport init")
        lines = lines_for(error)
        return _made(
            "keys", "Nøkkelfil", lines[0], do=" ".join(lines[1:]) or "Legg den tilbake fra sikkerhetskopien."
        )
    return _made(
        "keys", "Nøkkelfil", f"{len(keys)} nøkler i {settings.secret_key_file}, bare lesbar for eieren"
    )


def _has_database(settings: Settings) -> bool:
    if standing.silence_of(settings.database_url):
        return True
    return schema.state_of(settings.database_url).standing != "absent"


def _database(settings: Settings, now: datetime) -> Iterator[Check]:
    shown = standing.shown(settings.database_url)
    try:
        wiring.require_schema(settings.database_url)
    except DatabaseUnusable as error:
        lines = lines_for(error)
        yield _made("schema", "Database", lines[0], do=lines[-1] if len(lines) > 1 else "Kjør: faseport init")
        yield Check(id="contents", title="Innhold", status="skipped", found="ikke undersøkt uten database")
        return
    yield _made("schema", "Database", f"{shown}, rett skjema")
    try:
        db = Database(settings.database_url, server_clock=True)
    except UnsafeDatabaseError as error:
        setting, found = error.args
        yield _made("safety", "Varig lagring", f"{setting} er {found}", do=f"Slå på {setting} i databasen.")
        return
    try:
        yield _made("safety", "Varig lagring", "databasen holder på det den kvitterer for")
        with db.reading() as tx:
            shared = db.now(tx, given=now)
            yield _own_clock(now - shared)
            yield _newest_link(tx, settings)
            for check in _CONTENTS:
                yield check(tx, shared)
    except NotNow as error:
        lines = lines_for_outage(error)
        yield _made(
            "contents", "Innhold", lines[0], do="La den som holder databasen, bli ferdig, og prøv igjen."
        )
    finally:
        db.close()


def _own_clock(ahead: timedelta) -> Check:
    title, seconds = "Denne maskinens klokke", round(ahead.total_seconds())
    if abs(ahead) <= SKEW:
        return _made("own_clock", title, "går likt med databasens")
    apart = f"{abs(seconds)} sekunder {'foran' if seconds > 0 else 'bak'} databasens"
    return _made("own_clock", title, apart, do="Still klokka på denne maskinen, og hold den i takt (NTP).")


def _newest_link(tx: Connection, settings: Settings) -> Check:
    """Does the key file belong to this database? Another installation's reads just as well."""
    title = "Nøkkelen til den siste lenken"
    link = links.newest(tx)
    try:
        keys = environment.read_keys(settings.secret_key_file)
    except KeyFileUnusable:
        return Check(id="link", title=title, status="skipped", found="ikke undersøkt uten nøkkelfil")
    if link is None:
        return _made("link", title, "ingen lenke er laget ennå")
    if link.kid in keys:
        token = token_for(
            keys, kid=link.kid, purpose=link.purpose, link_id=link.id, generation=link.generation
        )
        if links.by_token(tx, token_hash(token)) is not None:
            return _made("link", title, "åpner den")
    todo = "Legg nøkkelfila tilbake fra sikkerhetskopien av denne installasjonen; dette er en annens."
    return _made("link", title, f"nøkkel {link.kid} åpner den ikke", do=todo)


def _server(tx: Connection, _now: datetime) -> Check:
    found = standing.server_version(tx)
    name, _, version = found.partition(" ")
    numbers = tuple(int(part) for part in version.split(" ")[0].split(".")[:2] if part.isdecimal())
    old = name == "SQLite" and numbers < OLDEST_SQLITE
    return _made("server", "Databaseutgave", found, do="Bruk SQLite 3.37 eller nyere." if old else "")


def _programme(tx: Connection, _now: datetime) -> Check:
    found = programmes.current(tx)
    if found is None:
        return _made("programme", "Program", "ikke lastet inn", do="Kjør: faseport programme load FIL")
    return _made("programme", "Program", text_in(found.title))


def _seats(tx: Connection, now: datetime) -> Check:
    title = "Plasser"
    programme = programmes.current(tx)
    if programme is None:
        return Check(id="seats", title=title, status="skipped", found="ikke undersøkt uten program")
    known = {person.id: person for person in people.all_people(tx)}
    empty = [
        f"{body.id}/{entry['seat']}"
        for body in programme.bodies
        for entry in people.roll(tx, body, on=local_date(now), owner=None, requester=None)
        if entry["person"] is None or not known[entry["person"]].email
    ]
    if empty:
        todo = "Kjør: faseport seat assign GRUPPE PLASS E-POST --from DATO"
        return _made("seats", title, f"uten noen med adresse: {', '.join(empty)}", do=todo)
    unfit = sorted(one.email for one in known.values() if one.email and fault_in(one.email) is not None)
    if unfit:
        todo = "Kjør: faseport person add NY-ADRESSE --name NAVN --was GAMMEL-ADRESSE"
        return _made("seats", title, f"adresser som ikke kan få brev: {', '.join(unfit)}", do=todo)
    total = sum(len(body.seats) for body in programme.bodies)
    return _made("seats", title, f"alle {total} har noen med adresse")


def _workflows(tx: Connection, _now: datetime) -> Check:
    title = "Arbeidsflyter"
    registered = definitions.registered(tx)
    programme = programmes.current(tx)
    if programme is None or not registered:
        todo = "" if registered else "Kjør: faseport init"
        return _made("workflows", title, f"{len(registered)} er registrert", do=todo)
    wrong = list(_unsound(tx, programme))
    if wrong:
        return _made("workflows", title, " ".join(wrong), do="Rett fila, øk versjonen og kjør: faseport init")
    return _made(
        "workflows",
        title,
        f"{', '.join(sorted(set(programme.workflows.values())))} holder mot programmet",
    )


def _unsound(tx: Connection, programme: Programme) -> Iterator[str]:
    for name in sorted(set(programme.workflows.values())):
        newest = definitions.newest(tx, name)
        if newest is None:
            yield f"{name} er ikke registrert."
            continue
        for mistake in verify(definitions.load(tx, name, newest.version), programme):
            yield f"{name} {placed(mistake)}"


def _clock(tx: Connection, now: datetime) -> Check:
    title = "Klokka"
    if not inspect_machinery(tx, now=now).clock_off:
        return _made("clock", title, "er ikke bak noe som er lagret")
    return _made(
        "clock",
        title,
        "er eller ble nylig stilt tilbake: noe er lagret med et tidspunkt som ikke er kommet ennå",
        do="Still alle maskinene etter samme tjener (NTP). Varselet går over en time etter at de er like.",
    )


def _heartbeat(tx: Connection, now: datetime) -> Check:
    title, todo = "Arbeideren", "Start den: faseport worker (eller faseport serve uten --no-worker)"
    found = inspect_machinery(tx, now=now)
    if all(seconds is None for seconds in found.parts.values()):
        return _made("heartbeat", title, "har aldri meldt seg", do=todo)
    if found.silent:
        silent = ", ".join(f"{_PARTS[part]} {_ago(found.parts[part])}" for part in found.silent)
        return _made(
            "heartbeat", title, f"tier: {silent}", do=f"{todo}. Går den, se i loggen hva som feiler."
        )
    return _made("heartbeat", title, f"alle deler har meldt seg, sist {_ago(max(_known(found)))}")


_PARTS: Final[Mapping[Part, str]] = {
    "calendar": "kalenderen",
    "reminding": "påminnelsene",
    "delivery": "utsendingen",
    "housekeeping": "vedlikeholdet",
}


def _known(found: Machinery) -> list[int]:
    return [seconds for seconds in found.parts.values() if seconds is not None]


def _ago(seconds: int | None) -> str:
    if seconds is None:
        return "(aldri meldt seg)"
    if seconds < 0:
        return "(fram i tid)"
    return f"for {seconds} sekunder siden" if seconds < 120 else f"for {seconds // 60} minutter siden"


def _stuck(tx: Connection, now: datetime) -> Check:
    waiting = [one for state in ("due", "retry") for one in outbox.list_letters(tx, state=state)]
    stuck = [one for one in waiting if now - one.due_at > LATE]
    if not stuck:
        return _made("stuck", "Brev som venter", f"{len(waiting)}, ingen for lenge")
    reasons = sorted({one.reason for one in stuck if one.reason})
    found = f"{len(stuck)} skulle vært sendt for over 15 minutter siden. {' '.join(reasons)}".strip()
    return _made(
        "stuck", "Brev som venter", found, do="Se etter arbeideren og e-posttjeneren, og kjør: faseport tick"
    )


def _unreached(tx: Connection, _now: datetime) -> Check:
    title = "Brev som ikke kom inn til e-posttjeneren"
    found = [one for one in outbox.failing(tx, tries=1) if one.reason in UNREACHED]
    if not found:
        return _made("unreached", title, "ingen")
    told = ", ".join(sorted({one.reason or "" for one in found}))
    return _made("unreached", title, f"{len(found)} ({told})", do="Kjør: faseport mail test ADRESSE")


def _failing(tx: Connection, _now: datetime) -> Check:
    title = "Brev som stadig kommer tilbake"
    found = outbox.failing(tx, tries=TRIES)
    if not found:
        return _made("failing", title, "ingen")
    told = "; ".join(
        f"{one.kind} til {one.recipient_name or one.recipient}: {one.reason}, {one.attempts} forsøk"
        for one in found[:10]
    )
    return _made("failing", title, f"{len(found)}. {told}", do="Se hva e-posttjeneren svarte.")


def _owners(tx: Connection, now: datetime) -> Check:
    title = "Hvem som minnes om frister"
    found = unreachable_owners(tx, now=now)
    if not found:
        return _made("owners", title, "alle som har en frist, har en adresse")
    nobody = sum(one.owes for one in found if not one.replaced)
    told = "; ".join(
        f"{one.owner}{f' i {one.project}' if one.project else ''} ({one.owes})" for one in found[:10]
    )
    more = f" og {len(found) - 10} til" if len(found) > 10 else ""
    unread = sum(one.owes for one in found if one.owner == NOBODY_FOUND.id)
    if unread:
        todo = "Se faseport obligation list, og avklar ansvaret med møteleder; programkontoret minnes til da."
        return _made(
            "owners", title, f"{unread} frister har en ansvarlig som ikke er funnet: {told}{more}", do=todo
        )
    if not nobody:
        instead = "Prosjekteier eller programkontoret minnes i stedet."
        return _made("owners", title, f"uten adresse: {told}{more}. {instead}")
    todo = "Kjør: faseport seat assign, eller faseport project set PROSJEKT role.ROLLE=E-POST"
    return _made("owners", title, f"{nobody} frister har ingen å minne. Uten adresse: {told}{more}", do=todo)


def _plans(tx: Connection, now: datetime) -> Check:
    title = "Planen for frister"
    found = sample_plans(tx, now=now, chance=Random())  # noqa: S311 - a sample, no secret
    if found.impossible:
        named = ", ".join(found.impossible[:5])
        todo = "Rett det prosjektet har fått lagret. Fristene regnes ut på nytt når noe skjer der."
        return _made("plans", title, f"kan ikke regnes ut på nytt: {named}", do=todo)
    if not found.differing:
        return _made("plans", title, f"{found.chains} kjeder prøvd, alle som regnet ut på nytt")
    named = "; ".join(
        " ".join((one.obligation.key.kind, one.obligation.key.subject, one.obligation.key.occurrence)).strip()
        for one in found.differing[:5]
    )
    todo = "Meld fra: dette er en feil i Faseport. Planen regnes ut på nytt senest den første i måneden."
    return _made("plans", title, f"{len(found.differing)} står annerledes enn planen: {named}", do=todo)


def _dead(tx: Connection, now: datetime) -> Check:
    title = f"Brev som ikke kom fram de siste {RECENT.days} dagene"
    lost = [
        one
        for state in ("dead", "bounced")
        for one in outbox.list_letters(tx, state=state)
        if one.settled_at is None or now - one.settled_at <= RECENT
    ]
    if not lost:
        return _made("dead", title, "ingen")
    found = "; ".join(
        f"{one.kind} til {one.recipient_name or one.recipient}: {one.reason or one.state}"
        for one in lost[:10]
    )
    return _made("dead", title, f"{len(lost)}. {found}", do=" ".join(_cures(lost)))


def _cures(lost: Sequence[outbox.Posted]) -> Iterator[str]:
    """What is to be mended depends on who refused what: only a refused address is wrong."""
    if any(one.state == "bounced" for one in lost):
        yield "Avviste adresser: rett dem med «faseport person add NY --was GAMMEL»."
    if any(one.unworded for one in lost):
        yield "Brev som ikke lot seg skrive: rett opplysningene, så skrives de av seg selv."
    if any(one.state == "dead" and not one.unworded for one in lost):
        yield "Brev e-posttjeneren ikke tok: se hva den svarte, og rett den."
    yield "Send dem så med «faseport letter retry --all-lost», eller gi beskjed på annen måte."


def _faults(tx: Connection, now: datetime) -> Check:
    title = "Det klokka ikke får gjort"
    found = show_faults(tx)
    if not found:
        return _made("faults", title, "ingenting")
    told = "; ".join(
        f"{fault_words(one.sweep, item=one.item, kind=one.kind)}: {one.what} i {one.place}, "
        f"{one.tries} forsøk, først {_ago(int((now - one.since).total_seconds()))}"
        for one in found[:10]
    )
    more = f" og {len(found) - 10} til" if len(found) > 10 else ""
    todo = "Rett det feilen gjelder, og kjør: faseport tick. Alt annet er gjort; loggen har hele feilen."
    return _made("faults", title, f"{told}{more}", do=todo)


def _undecidable(tx: Connection, _now: datetime) -> Check:
    title = "Saker ingen kan avgjøre"
    stuck = [one.number for one in cases.list_cases(tx, status="open") if unable_to_decide(tx, one)]
    todo = "Gi en plass en stedfortreder som ikke rapporterer til den, i programfila, eller trekk saken."
    return _made("undecidable", title, ", ".join(stuck) or "ingen", do=todo if stuck else "")


def _ledger(tx: Connection, _now: datetime) -> Check:
    title = "Hendelsesloggen"
    faults = ledger.glance(tx)
    if not faults:
        return _made("ledger", title, "vaktene står, og de siste bevitnede hodene er på plass")
    found = " ".join(sentence(one) for one in faults)
    todo = "Finn ut hvem som har endret databasen. Alt som er galt, viser: faseport ledger verify"
    return _made("ledger", title, found, do=todo)


_CONTENTS: Final[tuple[Callable[[Connection, datetime], Check], ...]] = (
    _server,
    _programme,
    _seats,
    _workflows,
    _clock,
    _heartbeat,
    _stuck,
    _unreached,
    _failing,
    _dead,
    _owners,
    _plans,
    _faults,
    _undecidable,
    _ledger,
)
