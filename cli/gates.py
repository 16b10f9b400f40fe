"""Commands at a gate: what is missing, answers to it, and the request itself."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, By, GateOption, Key, chosen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.core.cases.authority import Decider
    from engine.core.cases.meetings import Landing, Slot
    from engine.core.workflow.criteria import CriterionCheck, GateCheck

app = typer.Typer(
    help="Neste beslutningspunkt: hva mangler, svar på det, be om faseovergang.", no_args_is_help=True
)

Criterion = Annotated[str, typer.Argument(metavar="KRAV", help="Kravets id, som «gate check» viser.")]


@app.command("check")
def check(key: Key, gate: GateOption = None, as_json: AsJson = False) -> None:
    """Vis hvert krav ved neste beslutningspunkt, og alt som mangler. «--gate inntak» viser kravene til å bli
    tatt inn i programmet.
    """
    from cli import clock, console, wiring
    from engine.core.programme.calendar import local_date
    from engine.core.workflow.criteria import INTAKE
    from engine.queries.json_v1 import gate_json
    from engine.queries.projects.check_gate import check_gate, check_intake
    from language.formats import check_status_word

    today = local_date(clock.now())
    decider, others = None, tuple[str, ...]()
    with wiring.database() as db, db.reading() as tx:
        if gate == INTAKE:
            title, found = key, check_intake(tx, key=key, today=today)
        else:
            checked = check_gate(tx, key=key, gate=gate, today=today)
            title, found = checked.title, checked.check
            decider, others = checked.decider, checked.others
    if as_json:
        console.as_json(gate_json(key, found, decider=decider, others=others))
        return
    console.heading(f"{title}: {found.gate} {found.title}")
    console.table(
        ("Krav", "Vekt", "Står", "Id"),
        [(one.title, one.weight, check_status_word(one.status), one.id) for one in found.criteria],
        empty="Beslutningspunktet har ingen krav.",
    )
    console.say("", *_lacking(found), *_besides(decider, others))


def _besides(decider: "Decider | None", others: "Sequence[str]") -> "Iterator[str]":
    """Who decides, and which other gates the project may ask for."""
    from language.formats import listed

    if decider is not None and decider.refusal is None:
        yield f"{decider.title} beslutter."
    if others:
        yield f"Prosjektet kan også be om {listed(others)}, med «--gate»."


def _lacking(found: "GateCheck") -> "Iterator[str]":
    from language.formats import count, upper_first
    from language.sentences import sentence

    def lines(criterion: "CriterionCheck") -> "Iterator[str]":
        yield f"• {criterion.title} ({criterion.id})"
        yield from (f"  – {sentence(reason)}" for reason in criterion.reasons)

    must = [one for one in found.criteria if one.weight == "må" and one.status == "unmet"]
    should = [one for one in found.criteria if one.weight == "bør" and one.status == "unmet"]
    if found.open:
        yield f"Klar for {found.gate}."
    else:
        yield f"{upper_first(count(len(must), 'krav'))} gjenstår før {found.gate}:"
    for one in must:
        yield from lines(one)
    if should:
        yield "Bør også være på plass, og vises for dem som avgjør:"
    for one in should:
        yield from lines(one)


@app.command("answer")
def answer(
    key: Key,
    criterion: Criterion,
    value: Annotated[str, typer.Option("--value", metavar="SVAR", help="Svaret, f.eks. ja.")],
    by: By,
    explain: Annotated[
        str, typer.Option("--explain", metavar="TEKST", help="Begrunnelsen; ellers den fra forrige runde.")
    ] = "",
    gate: GateOption = None,
) -> None:
    """Svar på et krav som noen må stå inne for."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.projects.answer_criterion import answer_criterion

    with wiring.database() as db:
        done = accepted(
            answer_criterion(
                db,
                key=key,
                criterion=criterion,
                value=value,
                explanation=explain,
                gate=gate,
                by=by,
                now=clock.now(),
            )
        )
    tell(f"Svaret på «{done.criterion}» er lagret ved {done.gate}, runde {done.round}.")


@app.command("confirm")
def confirm(key: Key, criterion: Criterion, by: By, gate: GateOption = None) -> None:
    """Bekreft et svar som en annen har gitt."""
    from cli import clock, wiring
    from cli.console import tell
    from engine.use_cases.projects.answer_criterion import confirm_answer

    with wiring.database() as db:
        done = confirm_answer(db, key=key, criterion=criterion, gate=gate, by=by, now=clock.now())
    tell(f"Svaret på «{done.criterion}» er bekreftet ved {done.gate}.")


@app.command("waive")
def waive(
    key: Key,
    criterion: Criterion,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEKST", help="Grunnen; vises for dem som avgjør.")
    ],
    by: By,
    gate: GateOption = None,
) -> None:
    """Fravik et krav i denne runden, der arbeidsflyten åpner for det."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.projects.answer_criterion import waive_criterion

    with wiring.database() as db:
        done = accepted(
            waive_criterion(
                db, key=key, criterion=criterion, reason=reason, gate=gate, by=by, now=clock.now()
            )
        )
    tell(f"«{done.criterion}» er fraveket ved {done.gate}, runde {done.round}.")


@app.command("request")
def request(
    key: Key,
    by: By,
    proposal: Annotated[str, typer.Option("--proposal", metavar="TEKST", help="Forslaget til beslutning.")],
    gate: GateOption = None,
    handling: Annotated[
        str | None, typer.Option("--handling", metavar="skriftlig|i_mote", help="Ellers slik gruppa pleier.")
    ] = None,
) -> None:
    """Be om faseovergang: åpne en sak, eller vis alt som står i veien."""
    from typing import get_args

    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.core.programme.model import Handling
    from engine.use_cases.cases.request_transition import request_transition
    from language.formats import count, deadline, handling_word, upper_first

    if handling is not None:
        chosen(handling, get_args(Handling), option="--handling")
    with wiring.database() as db:
        done = accepted(
            request_transition(
                db, key=key, gate=gate, proposal=proposal, handling=handling, by=by, now=clock.now()
            )
        )
    letters = upper_first(count(done.letters, "brev"))
    tell(f"Sak {done.number} er åpnet: {done.gate}, {handling_word(done.handling).lower()}, id {done.case}.")
    if done.term.landing is None:
        tell(f"{letters} går til {done.body}. Svarfrist: {deadline(done.answer_by)}.")
        return
    closes = deadline(done.term.landing.slot.papers_by)
    tell(coming_up(done.term.landing), f"{letters} går til {done.body} ved saksfristen {closes}.")


def coming_up(landing: "Landing") -> str:
    """At which meeting a case comes up, and why at none before it."""
    from language.formats import day, deadline, short_day

    slot = landing.slot
    told = [f"Saken kommer opp {day(slot.on)}."]
    if slot.on != slot.planned_on:
        told.append(f"Møtet {day(slot.planned_on)} er flyttet dit{_because(slot)}")
    told += [
        f"Saksfristen for {short_day(missed.on)} var {deadline(missed.papers_by)}."
        for missed in landing.too_late_for
    ]
    told += [f"Møtet {short_day(gone.planned_on)} holdes ikke{_because(gone)}" for gone in landing.cancelled]
    return " ".join(told)


def _because(slot: "Slot") -> str:
    return f": {slot.reason.rstrip('.')}." if slot.reason else "."
