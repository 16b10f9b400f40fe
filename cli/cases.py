"""Commands about cases: follow them, answer them, close them."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.options import AsJson, By, ByOrOffice, chosen, day_or_today
from cli.paperwork import FormatOption, OutOption, format_of, save

if TYPE_CHECKING:
    from engine.core.cases.case import CaseState
    from engine.queries.cases.show_case import CaseView, SeatView
    from engine.store.session import Connection
    from engine.use_cases.cases.conclude_case import Condition

app = typer.Typer(help="Sakene: følg dem, svar på dem, avgjør dem.", no_args_is_help=True)

BLOCKS: Final = "stanser"
"""The word that lets a condition keep the next gate shut."""

CaseName = Annotated[str, typer.Argument(metavar="SAK", help="Sakens nummer (3/2025) eller id.")]


@app.command("list")
def list_(
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help="open, decided eller withdrawn.")
    ] = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="PROSJEKT", help="Bare dette prosjektet.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Vis sakene i den rekkefølgen de ble åpnet."""
    from cli import clock, console, wiring
    from engine.core.refusal import unknown
    from engine.queries.cases.show_case import show_case
    from engine.queries.json_v1 import case_json
    from engine.store import cases, projects
    from language.formats import case_status_word, moment, outcome_word

    if status is not None:
        chosen(status, ("open", "decided", "withdrawn"), option="--status")
    now = clock.now()
    with wiring.database() as db, db.reading() as tx:
        if project is not None and projects.load(tx, project) is None:
            raise unknown("project", project, projects.keys(tx))
        found = [
            show_case(tx, one.id, now=now) for one in cases.list_cases(tx, project=project, status=status)
        ]
    if as_json:
        console.as_json([case_json(view) for view in found])
        return
    console.table(
        ("Sak", "Prosjekt", "Punkt", "Status", "Utfall", "Svarfrist"),
        [
            (
                view.number,
                view.project_title,
                view.gate,
                case_status_word(view.status),
                (outcome_word(view.outcome) if view.outcome else "–")
                + (", venter på politisk behandling" if view.awaits else ""),
                moment(view.answer_by),
            )
            for view in found
        ],
        empty="Det er ingen saker.",
    )


@app.command("show")
def show(
    name: CaseName,
    by: Annotated[
        str | None, typer.Option("--by", metavar="E-POST", help="Se saken som dette medlemmet ser den.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Vis en sak: forslaget, svarene så langt de kan vises, og utfallet."""
    from cli import clock, console, wiring
    from engine.queries.cases.show_case import show_case
    from engine.queries.json_v1 import case_json
    from engine.queries.people.actors import person_named

    with wiring.database() as db, db.reading() as tx:
        viewer = None if by is None else person_named(tx, by).id
        view = show_case(tx, _named(tx, name).id, now=clock.now(), viewer=viewer)
    if as_json:
        console.as_json(case_json(view))
        return
    _print(view)


def _print(view: "CaseView") -> None:
    from cli import console
    from language.formats import case_status_word, moment, outcome_word, plain_date
    from web.wording import outcome_sentence, political_sentence, unable_sentence

    changed = {True: "Endret", False: "Rettet, uten betydning for saken,"}
    console.heading(f"Sak {view.number}: {view.project_title}, {view.gate} {view.gate_title}")
    console.say(
        f"{case_status_word(view.status)}. {view.body_title} avgjør. Svarfrist {moment(view.answer_by)}.",
        f"Forslag til beslutning: {view.proposal}",
        f"Krav: {view.must_met} av {view.must_total} må-krav er oppfylt.",
        *(f"• {title} (bør) er åpent" for title in view.should_open),
        *([political_sentence(view)] if view.political.marked else []),
        *([unable_sentence(view)] if view.unable else []),
        *(f"{changed[one.substance]} {moment(one.at)}: {one.what}" for one in view.amendments),
    )
    console.table(
        ("Plass", "Navn", "Svar", "Merknad"),
        [
            (
                seat.office + (" (leder)" if seat.leader else ""),
                seat.name or "ikke bemannet",
                _answer(seat),
                " ".join(words for words in (seat.comment, seat.condition, _caution(seat)) if words),
            )
            for seat in view.seats
        ],
        empty="",
    )
    if view.outcome is not None and view.closed_at is not None:
        console.say(
            "", f"Beslutning {moment(view.closed_at)}: {outcome_word(view.outcome)}. {view.wording}".rstrip()
        )
        if view.political.execution is not None:
            console.say(outcome_sentence(view))
    elif view.status == "withdrawn" and view.closed_at is not None:
        console.say("", f"Trukket tilbake {moment(view.closed_at)}: {view.wording}")
    console.say(
        *(
            f"{one.id}: {one.text} Ansvar: {one.owner}. Frist: {plain_date(one.due)}."
            for one in view.conditions
        )
    )


def _answer(seat: "SeatView") -> str:
    from language.formats import choice_word

    if seat.recused:
        return "ute av saken (inhabil)"
    if not seat.answered:
        return "ikke svart"
    return choice_word(seat.choice) if seat.choice else "har svart"


def _caution(seat: "SeatView") -> str:
    return "Overordnet er inhabil." if seat.flagged and not seat.recused else ""


@app.command("vote")
def vote(
    name: CaseName,
    choice: Annotated[
        str,
        typer.Option(
            "--choice",
            metavar="SVAR",
            help="godkjenn, godkjenn_med_forutsetninger, ikke_godkjenn, ta_i_motet, avstar eller inhabil.",
        ),
    ],
    seat: Annotated[
        str | None, typer.Option("--seat", metavar="PLASS", help="Plassen det svares for.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="E-POST", help="Medlemmet som svarer; ellers den som har plassen."),
    ] = None,
    comment: Annotated[str | None, typer.Option("--comment", metavar="TEKST")] = None,
    condition: Annotated[
        str | None, typer.Option("--condition", metavar="TEKST", help="Forutsetningen, når svaret krever en.")
    ] = None,
    recorded_by: Annotated[
        str | None,
        typer.Option("--recorded-by", metavar="E-POST", help="Sekretæren som fører et muntlig svar."),
    ] = None,
) -> None:
    """Svar på en sak for en plass, eller før et svar som er gitt i møtet."""
    import secrets

    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from cli.misuse import Told
    from engine.core.cases.voting import Choice
    from engine.queries.people.actors import person_named
    from engine.use_cases.cases.cast_ballot import cast_ballot
    from language.formats import choice_word

    chosen(choice, Choice, option="--choice")
    if seat is None and by is None:
        raise Told("Oppgi hvilken plass det svares for (--seat), eller hvem som svarer (--by).")
    with wiring.database() as db:
        with db.reading() as tx:
            state = _named(tx, name)
            person = person_named(tx, by).id if by is not None else _speaker(state, seat or "")
            secretary = None if recorded_by is None else person_named(tx, recorded_by).id
        done = accepted(
            cast_ballot(
                db,
                case=state.id,
                person=person,
                seat=seat,
                choice=choice,
                version=state.version,
                nonce=secrets.token_hex(16),
                comment=comment,
                condition=condition,
                recorded_by=secretary,
                now=clock.now(),
            )
        )
    ending = "Saken er avgjort." if done.decided else "Saken er fortsatt til behandling."
    tell(f"Sak {state.number}: «{choice_word(choice)}» er registrert. {ending}")


@app.command("conclude")
def conclude(
    name: CaseName,
    outcome: Annotated[
        str,
        typer.Option(
            "--outcome", metavar="UTFALL", help="godkjent, utsatt, … slik beslutningspunktet har dem."
        ),
    ],
    by: By,
    wording: Annotated[
        str, typer.Option("--wording", metavar="TEKST", help="Ordlyden; ellers forslaget.")
    ] = "",
    conditions: Annotated[
        list[str] | None,
        typer.Option(
            "--condition",
            metavar="'TEKST | ANSVAR | FRIST [| stanser]'",
            help="En forutsetning; kan gjentas. Med «stanser» er neste punkt stengt til den er oppfylt.",
        ),
    ] = None,
) -> None:
    """Konkluder som leder av gruppa: hva ble besluttet, med hvilke ord, på hvilke forutsetninger."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.core.programme.calendar import local_date
    from engine.queries.cases.show_case import show_case
    from engine.queries.obligations.answerable import reminded_of
    from engine.use_cases.cases.conclude_case import conclude_case
    from language.formats import lower_first, outcome_word

    given = [_condition(text) for text in conditions or ()]
    with wiring.database() as db:
        with db.reading() as tx:
            case = _named(tx, name).id
        done = accepted(
            conclude_case(
                db, case=case, by=by, outcome=outcome, wording=wording, conditions=given, now=clock.now()
            )
        )
        with db.reading() as tx:
            view = show_case(tx, case, now=clock.now())
            told = reminded_of(tx, view, on=local_date(clock.now()))
    phase = view.outcome_phase
    moved = (
        f" Prosjektet er nå i fasen «{phase or done.to_phase}»."
        if done.to_phase
        else " Beslutningen gjennomføres når saken er politisk behandlet; prosjektet blir i fasen til da."
        if done.awaits
        else " Prosjektet blir i fasen det er i."
    )
    tell(f"Sak {done.number}: {outcome_word(done.outcome)}.{moved}")
    for one in view.conditions:
        tell(f"{one.id}: ansvar {lower_first(one.owner)}. Påminnelser går til {told.get(one.id) or 'ingen'}.")


@app.command("political")
def political(
    name: CaseName,
    reason: Annotated[
        str,
        typer.Option(
            "--reason", metavar="TEKST", help="Hvilke følger saken har; alle som ser saken, ser det."
        ),
    ],
    undo: Annotated[bool, typer.Option("--undo", help="Ta merket bort.")] = False,
    by: ByOrOffice = None,
) -> None:
    """Merk en åpen sak for politisk beslutning: den gjennomføres ikke før den er politisk behandlet."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.cases.mark_political import mark_political

    with wiring.database() as db:
        with db.reading() as tx:
            case = _named(tx, name).id
        actor = by or wiring.programme_office(db)
        done = accepted(
            mark_political(db, case=case, reason=reason, by=actor, now=clock.now(), political=not undo)
        )
    marked = "er merket for politisk beslutning" if done.political else "er ikke lenger merket"
    tell(f"Sak {done.number} {marked}. Svar som er gitt, står.")


@app.command("execute")
def execute(
    name: CaseName,
    reference: Annotated[
        str, typer.Option("--reference", metavar="SAK", help="Den politiske saken: utvalg og saksnummer.")
    ],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATO", help="Dagen det ble besluttet; ellers i dag.")
    ] = None,
    by: ByOrOffice = None,
) -> None:
    """Før at en besluttet sak er politisk behandlet, så den gjennomføres nå."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.queries.cases.show_case import show_case
    from engine.use_cases.cases.execute_decision import execute_decision

    decided_on = day_or_today(on)
    with wiring.database() as db:
        with db.reading() as tx:
            case = _named(tx, name).id
        actor = by or wiring.programme_office(db)
        done = accepted(
            execute_decision(db, case=case, reference=reference, by=actor, on=decided_on, now=clock.now())
        )
        with db.reading() as tx:
            phase = show_case(tx, case, now=clock.now()).outcome_phase
    moved = f" Prosjektet er nå i fasen «{phase or done.to_phase}»." if done.to_phase else ""
    tell(f"Sak {done.number} er gjennomført.{moved}")


@app.command("lapse")
def lapse(
    name: CaseName,
    reason: Annotated[str, typer.Option("--reason", metavar="TEKST", help="Hva som ble besluttet politisk.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATO", help="Dagen det ble besluttet; ellers i dag.")
    ] = None,
    by: ByOrOffice = None,
) -> None:
    """Før at en besluttet sak falt bort etter den politiske behandlingen."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.cases.execute_decision import lapse_decision

    decided_on = day_or_today(on)
    with wiring.database() as db:
        with db.reading() as tx:
            case = _named(tx, name).id
        actor = by or wiring.programme_office(db)
        done = accepted(
            lapse_decision(db, case=case, reason=reason, by=actor, on=decided_on, now=clock.now())
        )
    tell(f"Sak {done.number} er falt bort. Prosjektet blir i fasen det er i, og kan be om en ny beslutning.")


@app.command("recuse")
def recuse(
    name: CaseName,
    seat: Annotated[str, typer.Option("--seat", metavar="PLASS", help="Plassen det gjelder.")],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEKST", help="Grunnen; bare leder og sekretær ser den.")
    ],
    by: By,
    undo: Annotated[bool, typer.Option("--undo", help="Gruppa har kommet til at plassen er habil.")] = False,
) -> None:
    """Før at gruppa har funnet en plass inhabil i en sak, eller habil igjen."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.cases.decide_recusal import decide_recusal

    with wiring.database() as db:
        with db.reading() as tx:
            state = _named(tx, name)
        done = accepted(
            decide_recusal(
                db, case=state.id, seat=seat, recused=not undo, reason=reason, by=by, now=clock.now()
            )
        )
    tell(
        f"Sak {state.number}: {seat} er ute av saken som inhabil."
        if done.recused
        else f"Sak {state.number}: {seat} er med i saken igjen."
    )
    if done.referred_to is not None:
        tell(f"Gruppa kan ikke lenger bli beslutningsdyktig. Saken er sendt til {done.referred_to}.")


@app.command("amend")
def amend(
    name: CaseName,
    what: Annotated[str, typer.Option("--what", metavar="TEKST", help="Hva som er endret; alle ser det.")],
    correction: Annotated[
        bool,
        typer.Option("--correction", help="Rettelse uten betydning for saken: svarene gjelder fortsatt."),
    ] = False,
    proposal: Annotated[
        str | None, typer.Option("--proposal", metavar="TEKST", help="Et nytt forslag til beslutning.")
    ] = None,
    by: ByOrOffice = None,
) -> None:
    """Frys en åpen sak på nytt med prosjektets opplysninger og dokumenter slik de er nå."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.cases.amend_case import amend_case
    from language.formats import count, upper_first

    with wiring.database() as db:
        with db.reading() as tx:
            state = _named(tx, name)
        actor = by or wiring.programme_office(db)
        done = accepted(
            amend_case(
                db,
                case=state.id,
                what=what,
                by=actor,
                now=clock.now(),
                substance=not correction,
                proposal=proposal,
            )
        )
    if correction:
        tell(f"Sak {state.number} er rettet. Svarene gjelder fortsatt.")
        return
    void = upper_first(count(done.asked_again, "svar"))
    again = "den som ga det" if done.asked_again == 1 else "de som ga dem"
    told = f" {void} gjelder ikke lenger; {again}, får saken på nytt." if done.asked_again else ""
    tell(f"Sak {state.number} er endret, og er nå versjon {done.version}.{told}")


@app.command("paper")
def paper(name: CaseName, out: OutOption = None, format: FormatOption = None) -> None:
    """Skriv saksframlegget til en fil, som PDF eller nettside."""
    from cli import clock, wiring
    from cli.misuse import Told
    from documents.editions import saksframlegg
    from engine.queries.cases.show_case import show_case
    from engine.store import meetings

    if out is None:
        raise Told("Oppgi fila saksframlegget skal skrives til (--out).")
    written = format_of(format, out)
    with wiring.database() as db, db.reading() as tx:
        view = show_case(tx, _named(tx, name).id, now=clock.now())
        meeting = None if view.meeting is None else meetings.load(tx, view.meeting)
    save(out, saksframlegg(view, format=written, meeting_at=None if meeting is None else meeting.starts_at))


@app.command("withdraw")
def withdraw(
    name: CaseName,
    reason: Annotated[str, typer.Option("--reason", metavar="TEKST", help="Grunnen; medlemmene får se den.")],
    by: ByOrOffice = None,
) -> None:
    """Trekk en anmodning tilbake før den er avgjort."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.cases.withdraw_case import withdraw_case

    with wiring.database() as db:
        with db.reading() as tx:
            case = _named(tx, name).id
        actor = by or wiring.programme_office(db)
        done = accepted(withdraw_case(db, case=case, by=actor, reason=reason, now=clock.now()))
    tell(f"Sak {done.number} er trukket tilbake, og medlemmene får beskjed.")


def _named(tx: "Connection", name: str) -> "CaseState":
    from engine.core.refusal import unknown
    from engine.store import cases

    found = cases.find(tx, name)
    if found is None:
        raise unknown("case", name, [one.number for one in cases.list_cases(tx)])
    return found


def _speaker(state: "CaseState", seat: str) -> str:
    """Who speaks for a seat in this case."""
    from engine.core.refusal import NotAllowed, unknown

    entry = next((one for one in state.roll if one["seat"] == seat), None)
    if entry is None:
        raise unknown("seat", seat, [one["seat"] for one in state.roll])
    if entry["person"] is None:
        raise NotAllowed("not_on_roll", {"body": state.body})
    return str(entry["person"])


def _condition(text: str) -> "Condition":
    from cli.misuse import Told
    from cli.options import day
    from engine.use_cases.cases.conclude_case import Condition

    before, _, last = text.rpartition("|")
    blocks = last.strip().casefold() == BLOCKS
    parts = [part.strip() for part in (before if blocks else text).rsplit("|", 2)]
    if len(parts) != 3:
        raise Told(f"--condition: «{text}» er ikke på formen TEKST | ANSVAR | FRIST [| {BLOCKS}].")
    due = day(parts[2], option="--condition")
    return Condition(text=parts[0], owner=parts[1], due=due.isoformat(), blocks=blocks)
