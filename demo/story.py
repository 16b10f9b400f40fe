"""What happens in the story? One project's way through BP2, handled in writing, played step by step over
real SMTP and HTTP.

Every step says what it saw; a check (K) that does not hold is told as such and the story's result says so.
Nothing here reaches into the engine past the point where a person could: answers and the conclusion go
through the pages.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from demo import scene
from demo.clock import StoryClock
from demo.mailbox import Mail, Mailbox
from demo.visitor import Visitor
from engine.core.programme.calendar import OSLO, oslo
from engine.core.refusal import Refused
from engine.core.reports.portfolio import counts
from engine.queries.cases.show_case import show_case
from engine.queries.projects.portfolio import read_portfolio
from engine.store import cases, outbox
from engine.store.record import ledger
from engine.store.session import Connection, Database
from engine.use_cases.cases.request_transition import Opened, request_transition
from language.sentences import sentence

BASELINE_CONDITION: Final = "Nullpunkt må måles i to soner før planleggingen er ferdig."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one member does: when, and what they put in the form."""

    who: str
    at: datetime
    choice: str
    comment: str = ""
    condition: str = ""
    remember: bool = False


def _in_january(day: int, hour: int, minute: int) -> datetime:
    return oslo(date(2025, 1, day), time(hour, minute))


REQUESTED_AT: Final = _in_january(24, 10, 20)
CONCLUDED_AT: Final = _in_january(31, 14, 21)
CHAIR: Final = "kommunaldirektor-ho@example.org"
MEMBER: Final = "kommunaldirektor-st@example.org"
DEPUTY: Final = "fagleder-medisinske@example.org"
LATE: Final = "kommunalsjef-arbeid@example.org"
ANSWERS: Final = (
    Answer(who=MEMBER, at=_in_january(30, 8, 12), choice="godkjenn", remember=True),
    Answer(
        who="kommunalsjef-sykehjem@example.org",
        at=_in_january(30, 9, 30),
        choice="inhabil",
        comment="Ektefellen har lederstilling hos en leverandør.",
    ),
    Answer(who=DEPUTY, at=_in_january(30, 12, 5), choice="godkjenn"),
    Answer(
        who="kommunalsjef-boa@example.org",
        at=_in_january(31, 8, 40),
        choice="godkjenn_med_forutsetninger",
        condition=BASELINE_CONDITION,
    ),
    Answer(who=CHAIR, at=_in_january(31, 9, 2), choice="godkjenn"),
    Answer(who="kommunalsjef-psykisk-helse@example.org", at=_in_january(31, 10, 15), choice="godkjenn"),
    Answer(
        who=scene.OWNER,
        at=_in_january(31, 11, 0),
        choice="avstar",
        comment="Jeg eier prosjektet og la fram saken.",
    ),
)


Tell = Callable[[str, str], None]
"""Hears each step of a story as it happens: the time in Oslo, and a sentence."""
Narrate = Callable[..., None]
"""Notes a step: a sentence, and what was seen as keywords."""


@dataclass(slots=True, kw_only=True)
class Told:
    """The story as it went: its steps, its checks, and how the portfolio stood before and after."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check["holds"] for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """The documented shape, version 1."""
        return {
            "version": 1,
            "project": scene.PROJECT,
            "holds": self.holds,
            "portfolio": {"before": self.before, "after": self.after},
            "steps": self.steps,
            "checks": self.checks,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the story is played on."""

    db: Database
    clock: StoryClock
    mailbox: Mailbox
    base_url: str
    deliver: Callable[[], object]
    """Let the worker do one round."""


def play(stage: Stage, tell: Tell = lambda _when, _what: None) -> Told:
    """Play the story; `tell` hears each step as it happens: the time in Oslo, and a sentence."""
    told = Told()
    narrate = narrator(stage, told, tell)
    told.before = standing(stage)
    _ask_too_early(stage, told, narrate)
    case = _ask_again(stage, told, narrate)
    letters = _read_letters(stage, told, narrate)
    _scan(stage, told, narrate, letters, case)
    _answer(stage, told, narrate, letters)
    _conclude(stage, told, narrate, letters, case)
    _look_back(stage, told, narrate, letters, case)
    return told


def narrator(stage: Stage, told: Told, tell: Tell) -> Narrate:
    """A voice that notes each step with the time it happens at, and lets `tell` hear it."""

    def narrate(what: str, **data: Any) -> None:
        at = stage.clock().astimezone(OSLO)
        told.steps.append({"at": at.isoformat(timespec="minutes"), "what": what, **data})
        tell(f"{at:%d.%m.%Y %H:%M}", what)

    return narrate


def check(told: Told, what: str, holds: bool, **seen: Any) -> None:
    """Note whether something that must hold does, and what was seen."""
    told.checks.append({"what": what, "holds": holds, **seen})


def kind_of(stage: Stage, mail: Mail) -> str:
    """Which kind of letter somebody got."""
    with stage.db.reading() as tx:
        return outbox.kind_of(tx, mail.message_id) or ""


def standing(stage: Stage) -> dict[str, int]:
    """How many projects stand in each reported status today."""
    with stage.db.reading() as tx:
        standings = read_portfolio(tx, on=stage.clock().astimezone(OSLO).date())
    return counts(standings.values())


def _request(stage: Stage) -> Opened | Refused:
    return request_transition(
        stage.db,
        key=scene.PROJECT,
        proposal=scene.PROPOSAL,
        by=scene.STUDY_LEADER,
        handling="skriftlig",
        now=stage.clock(),
    )


def _ask_too_early(stage: Stage, told: Told, narrate: Narrate) -> None:
    stage.clock.go_to(scene.OPENS_AT)
    answer = _request(stage)
    reasons = [sentence(reason) for reason in answer.reasons] if isinstance(answer, Refused) else []
    narrate("Utredningslederen ber om faseovergang, og får vite alt som mangler.", reasons=reasons)
    with stage.db.reading() as tx:
        opened, letters = cases.list_cases(tx), outbox.list_letters(tx)
    check(told, "Tre krav gjenstår, og alle nevnes samtidig", len(reasons) == 3, reasons=reasons)
    check(told, "Ingen sak er opprettet og ingen e-post lagt ut", not opened and not letters)


def _ask_again(stage: Stage, told: Told, narrate: Narrate) -> str:
    stage.clock.go_to(REQUESTED_AT)
    scene.fill_what_is_missing(stage.db, now=stage.clock())
    answer = _request(stage)
    assert isinstance(answer, Opened), answer
    narrate(
        f"Sak {answer.number} er sendt til skriftlig behandling.",
        case=answer.case,
        number=answer.number,
        answer_by=answer.answer_by.isoformat(),
    )
    check(told, "Saken gjelder BP2 og er åpen", answer.gate == "BP2")
    return answer.case


def _read_letters(stage: Stage, told: Told, narrate: Narrate) -> dict[str, Mail]:
    stage.deliver()
    mails = stage.mailbox.all()
    narrate(
        f"{len(mails)} brev er levert, ett til hver plass.", subjects=sorted({mail.subject for mail in mails})
    )
    letters = {mail.recipient: mail for mail in mails}
    check(told, "Åtte brev i alt, ett til hver", len(mails) == 8 and len(letters) == 8, letters=len(mails))
    check(told, "Ingen brev til den som er borte, ett til stedfortrederen", _deputy_called(letters))
    check(told, "Hvert brev har én lenke og en kode", all(mail.link and mail.code for mail in mails))
    return letters


def _deputy_called(letters: dict[str, Mail]) -> bool:
    return scene.ABSENT not in letters and DEPUTY in letters and "stedfortreder" in letters[DEPUTY].text


def _scan(stage: Stage, told: Told, narrate: Narrate, letters: dict[str, Mail], case: str) -> None:
    """What a mail scanner does before anybody has had their coffee: opens every link and presses every
    button.
    """
    pressed = 0
    for mail in letters.values():
        assert mail.link is not None
        with Visitor(stage.base_url) as scanner:
            door = scanner.open(mail.link)
            scanner.fill(door, "kode")
            scanner.fill(door, "kode", {"kode": "abc"})
            pressed += 2
    with stage.db.reading() as tx:
        stored = cases.ballots(tx, case)
    narrate("En e-postskanner åpner alle lenkene og trykker på alt.", pressed=pressed)
    check(told, "Skanneren har ikke avgitt noe svar", not stored)


def _answer(stage: Stage, told: Told, narrate: Narrate, letters: dict[str, Mail]) -> None:
    for answer in ANSWERS:
        stage.clock.go_to(answer.at)
        receipt = answer_once(stage, letters[answer.who], answer)
        narrate(f"{answer.who.split('@')[0]} svarer: {answer.choice}.", choice=answer.choice, receipt=receipt)
        stage.deliver()
    with stage.db.reading() as tx:
        opened = cases.list_cases(tx, status="open")
    check(
        told, "Forutsetningen gjør at gruppas leder må konkludere; saken er fortsatt åpen", len(opened) == 1
    )


def answer_once(stage: Stage, mail: Mail, answer: Answer) -> str:
    """Walk from a letter to a receipt as one member; returns the receipt's path."""
    assert mail.link is not None
    with Visitor(stage.base_url) as member:
        door = member.open(mail.link)
        remembered = {"husk": "ja"} if answer.remember else {}
        page = member.fill(door, "kode", {"kode": mail.code or "", **remembered})
        typed = {"valg": answer.choice, "kommentar": answer.comment, "forutsetning": answer.condition}
        receipt = member.fill(page, "valg", typed)
    assert receipt.status_code == 200, (receipt.status_code, receipt.text)
    return str(receipt.url.path)


def conclude_once(stage: Stage, mail: Mail) -> int:
    """Conclude the case as the chair, from the chair's letter; the status of the page that follows."""
    stage.clock.go_to(CONCLUDED_AT)
    assert mail.link is not None
    with Visitor(stage.base_url) as chair:
        page = chair.fill(chair.open(mail.link), "kode", {"kode": mail.code or ""})
        closed = chair.fill(
            page,
            "utfall",
            {
                "utfall": "godkjent_med_forutsetninger",
                "ordlyd": scene.PROPOSAL,
                "tekst-1": "Nullpunktet er målt i to soner.",
                "ansvar-1": "Gevinstansvarlig",
                "frist-1": "2025-04-04",
                "tekst-2": "Det er laget en oversikt over gjeldende avtaler.",
                "ansvar-2": "Prosjektleder",
                "frist-2": "2025-03-14",
            },
        )
    return int(closed.status_code)


def _conclude(stage: Stage, told: Told, narrate: Narrate, letters: dict[str, Mail], case: str) -> None:
    closed = conclude_once(stage, letters[CHAIR])
    with stage.db.reading() as tx:
        view = show_case(tx, case, now=stage.clock())
    narrate(
        "Gruppas leder konkluderer: godkjent med to forutsetninger. Fasen går til Planlegge.",
        outcome=view.outcome,
        conditions=[{"id": one.id, "text": one.text, "due": one.due.isoformat()} for one in view.conditions],
    )
    check(
        told, "Én beslutning, med to forutsetninger", view.status == "decided" and len(view.conditions) == 2
    )
    check(told, "Grunnlaget er sju plasser: den inhabile er ute", view.tally.base == 7, base=view.tally.base)
    check(told, "Siden viser beslutningen", closed == 200)


def _look_back(stage: Stage, told: Told, narrate: Narrate, letters: dict[str, Mail], case: str) -> None:
    before = len(stage.mailbox.all())
    stage.deliver()
    results = stage.mailbox.all()[before:]
    narrate(
        f"{len(results)} brev forteller hva som ble besluttet.",
        recipients=sorted(mail.recipient for mail in results),
    )
    told_people = {mail.recipient for mail in results}
    check(
        told,
        "Den som spurte, og prosjekteieren, får vite det",
        {scene.STUDY_LEADER, scene.OWNER} <= told_people,
    )
    check(told, "Ingen får mer enn ett resultatbrev", len(results) == len(told_people))
    late = letters[LATE]
    assert late.link is not None
    with Visitor(stage.base_url) as visitor:
        old = visitor.open(late.link)
    check(told, "Den gamle lenken viser resultatet", "godkjent" in old.text.lower(), status=old.status_code)
    told.after = standing(stage)
    narrate("Porteføljen har endret seg.", before=told.before, after=told.after)
    moved = {status: told.after[status] - told.before[status] for status in told.before}
    check(told, "Konsept er én færre og Prosjekt én flere", moved == _ONE_MOVED, moved=moved)
    with stage.db.reading() as tx:
        verified = ledger.verify(tx)
        cast = _cast(tx, case)
    check(told, "Alle sju svar er bevart", cast == len(ANSWERS), ballots=cast)
    check(told, "Beviset holder", not verified.faults, leaves=verified.leaves)


_ONE_MOVED: Final = {"Konsept": -1, "Prosjekt": 1, "Realisering": 0, "Avsluttet": 0}


def _cast(tx: Connection, case: str) -> int:
    return len(cases.ballots(tx, case))
