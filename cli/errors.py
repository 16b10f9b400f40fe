"""What is said, and with which exit code, when a command cannot do what it was asked?

0 done · 1 unexpected: a bug · 2 misuse: every mistake with its place · 3 refused by the rules: every reason ·
4 not now: the database is busy, full or away, or no mail server takes a letter; the same command may go well
later.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import Final, TypeVar

from cli.console import tell
from cli.misuse import BadFile, BadSettings, DatabaseUnusable, KeyFileUnusable, Told
from engine.core.refusal import Invalid, Mistake, Misuse, Refused
from engine.store.outages import Cause, NotNow
from engine.store.session import UnsafeDatabaseError
from engine.use_cases.cases.request_transition import NotReady
from engine.use_cases.projects.change_facts import BadFacts
from engine.use_cases.projects.take_in import NotEligible
from language.formats import count, upper_first
from language.sentences import misuse_sentences, sentence

UNEXPECTED: Final = 1
MISUSE: Final = 2
REFUSED: Final = 3
NOT_NOW: Final = 4

_OURS: Final = ("engine", "workflows", "language", "notifications", "documents", "web", "demo", "cli")

T = TypeVar("T")


class Rejected(Exception):
    """A command ends because the rules said no."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused)
        self.refused = refused


def accepted(outcome: T | Refused) -> T:
    """What a use case has done; a refusal ends the command."""
    if isinstance(outcome, Refused):
        raise Rejected(outcome)
    return outcome


@contextmanager
def mistakes_in(path: Path | str) -> Iterator[None]:
    """Say of every mistake found inside in which file it stands."""
    try:
        yield
    except Invalid as error:
        raise BadFile(str(path), error.mistakes) from None


def report(error: Exception, *, trace: bool = False) -> int:
    """Say what went wrong on standard error; returns the exit code."""
    match error:
        case Rejected():
            tell(*_refusal(error.refused))
            return REFUSED
        case Misuse():
            tell(*lines_for(error))
            return MISUSE
        case UnsafeDatabaseError(args=(setting, found)):
            tell(f"Databasen kan miste det den har kvittert for: {setting} er {found}. Se: faseport doctor")
            return MISUSE
        case NotNow():
            tell(*lines_for_outage(error))
            return NOT_NOW
        case _:
            return _unexpected(error, trace=trace)


_CAUSES: Final[Mapping[Cause, str]] = {
    "turn": "Databasen er opptatt: andre skriver i den, og det ble ikke vår tur.",
    "locked": "Databasen er opptatt: et annet program holder på det som skulle endres.",
    "full": "Disken som databasen ligger på, er full.",
    "away": "Databasen svarer ikke.",
    "given_up": "Databasen brukte for lang tid.",
    "moved": "Andre endret prosjektet eller programmet hver gang det ble prøvd.",
}


def lines_for_outage(error: NotNow) -> list[str]:
    """Why the database could not do it now, and what became of what was under way."""
    words = f" ({error.words})" if error.words else ""
    if error.in_doubt:
        return [
            f"Forbindelsen til databasen ble brutt idet det skulle lagres.{words}",
            "Vi vet ikke om det ble lagret. Se etter før du kjører kommandoen på nytt.",
        ]
    return [f"{_CAUSES[error.cause]}{words}", "Det som var under arbeid, er ikke lagret. Prøv igjen om litt."]


def _refusal(refused: Refused) -> list[str]:
    if not isinstance(refused, NotReady | NotEligible):
        return ["Det går ikke:", *(f"• {sentence(reason)}" for reason in refused.reasons)]
    shut = [one for one in refused.check.criteria if one.weight == "må" and one.status == "unmet"]
    if not shut:
        return ["Saken kan ikke sendes ennå:", *(f"• {sentence(reason)}" for reason in refused.reasons)]
    left = f"{upper_first(count(len(shut), 'krav'))} gjenstår"
    lines = [
        f"Saken kan ikke sendes ennå. {left} før {refused.check.gate}:"
        if isinstance(refused, NotReady)
        else f"Prosjektet kan ikke tas inn i programmet ennå. {left}:"
    ]
    for criterion in shut:
        lines += [
            f"• {criterion.title} ({criterion.id})",
            *(f"  – {sentence(reason)}" for reason in criterion.reasons),
        ]
    return lines


def lines_for(error: Misuse) -> list[str]:
    """What a caller got wrong, in lines: what is wrong, and what to do about it."""
    match error:
        case Told(lines=lines):
            return list(lines)
        case BadSettings(faults=faults):
            return list(faults)
        case BadFile(path=path, mistakes=mistakes):
            return [_placed(path, one) for one in mistakes]
        case BadFacts(problems=problems):
            return [f"{one.path}: {sentence(one)}" for one in problems]
        case KeyFileUnusable():
            return _key_file(error)
        case DatabaseUnusable():
            return _database(error)
        case _:
            return list(misuse_sentences(error))


def _placed(path: str, mistake: Mistake) -> str:
    """A mistake in a file: its line and column, or in a workbook its sheet and cell."""
    if "!" in mistake.where:
        return f"{path} {mistake.where}: {sentence(mistake)}"
    return f"{path}:{mistake.line}:{mistake.column} {sentence(mistake)}"


def _key_file(error: KeyFileUnusable) -> list[str]:
    match error.fault:
        case "missing":
            return [
                f"Nøkkelfila {error.path} mangler, men databasen finnes. Uten den dør alle sendte lenker.",
                "Legg den tilbake fra sikkerhetskopien, eller pek på den med FASEPORT_SECRET_KEY_FILE.",
                "Er den tapt for alltid, lager «faseport init --new-key» en ny; da dør alle sendte lenker.",
            ]
        case "open_to_others":
            return [
                f"Nøkkelfila {error.path} kan leses av andre (rettigheter {error.detail}).",
                f"Gjør slik: chmod 600 {error.path}",
            ]
        case "spoilt":
            return [f"Nøkkelfila {error.path} er ødelagt. Legg den tilbake fra sikkerhetskopien."]
        case _:
            return [f"Nøkkelfila {error.path} kan ikke leses: {error.detail}"]


def _database(error: DatabaseUnusable) -> list[str]:
    match error.standing:
        case "absent":
            return [f"Det er ingen database i {error.url} ennå. Lag den med: faseport init"]
        case "older":
            return [f"Databasen {error.url} er fra en eldre utgave. Oppgrader den med: faseport init"]
        case "unknown":
            return [
                f"Databasen {error.url} er laget av en nyere eller fremmed utgave ({error.detail}).",
                "Installer den utgaven av Faseport som laget den, og kjør så: faseport init",
            ]
        case "different":
            return [
                f"Databasen {error.url} er ikke slik denne utgaven av Faseport kjenner den. {error.detail}",
                "Ingenting er endret. Legg tilbake en sikkerhetskopi fra før det ble slik.",
            ]
        case "damaged":
            return [
                f"Databasefila {error.url} er skadet: {error.detail}",
                "Ingenting er endret. Legg tilbake sikkerhetskopien.",
            ]
        case _:
            return [
                f"Databasen {error.url} kan ikke åpnes: {error.detail}",
                "Start den, la den som holder den bli ferdig, eller rett FASEPORT_DATABASE_URL.",
            ]


def _unexpected(error: Exception, *, trace: bool) -> int:
    if trace:
        sys.excepthook(type(error), error, error.__traceback__)
        return UNEXPECTED
    frames = extract_tb(error.__traceback__)
    ours = {Path(__file__).parents[1] / name for name in _OURS}
    last = ([one for one in frames if ours & set(Path(one.filename).parents)] or frames)[-1:]
    where = "".join(f" ({Path(one.filename).name}, linje {one.lineno})" for one in last)
    # A driver's message goes on with the statement and its values, which are nobody's business here.
    words = next(iter(str(error).splitlines()), "")
    tell(f"Uventet feil: {type(error).__name__}: {words}{where}", "«faseport --trace …» viser hele sporet.")
    return UNEXPECTED
