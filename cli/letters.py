"""Commands about letters: what has become of them, and to send those that were lost."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson, chosen

if TYPE_CHECKING:
    from engine.store.outbox import Posted
    from engine.use_cases.letters.retry_letters import Retried

app = typer.Typer(help="Brevene: hva som er blitt av dem.", no_args_is_help=True)


@app.command("list")
def list_(
    state: Annotated[
        str | None,
        typer.Option(
            "--state", metavar="TILSTAND", help="Bare brev i denne tilstanden; ellers de som ikke er framme."
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="E-POST", help="Bare brev til denne personen, i alle tilstander."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Vis brevene, det eldste først: hvor langt de er kommet, og hva e-posttjeneren svarte."""
    from cli import console, wiring
    from engine.queries.people.actors import person_named
    from engine.store import outbox

    if state is not None:
        chosen(state, outbox.STATES, option="--state")
    with wiring.database() as db, db.reading() as tx:
        whom = None if person is None else person_named(tx, person).id
        found = outbox.list_letters(tx, state=state, recipient=whom)
    if state is None and person is None:
        found = tuple(one for one in found if one.state not in ("sent", "withdrawn"))
    if as_json:
        console.as_json([_json(one) for one in found])
        return
    _print(found)


@app.command("retry")
def retry(
    letters: Annotated[
        list[str] | None, typer.Argument(metavar="BREV...", help="Brevenes id, fra letter list.")
    ] = None,
    all_lost: Annotated[
        bool, typer.Option("--all-lost", help="Alle som gikk tapt de siste 14 dagene og fortsatt er sanne.")
    ] = False,
) -> None:
    """Send tapte brev likevel, når det som stoppet dem, er rettet. De går i neste runde."""
    from cli import clock, wiring
    from cli.errors import accepted
    from cli.misuse import Told
    from engine.use_cases.letters.retry_letters import retry_all_lost, retry_letters

    if bool(letters) == all_lost:
        raise Told("Oppgi hvilke brev som skal sendes likevel, eller --all-lost.")
    with wiring.database() as db:
        if letters:
            done: Retried = accepted(retry_letters(db, letters=letters, now=clock.now()))
        else:
            done = retry_all_lost(db, now=clock.now())
    _tell(done)


def _tell(done: "Retried") -> None:
    from cli.console import tell
    from language.formats import count, upper_first
    from language.sentences import sentence

    if not (done.letters or done.left):
        tell("Ingen brev er tapt.")
        return
    tell(f"{upper_first(count(len(done.letters), 'brev'))} sendes likevel.")
    tell(*(f"• {one.id} til {one.recipient_name or one.recipient}" for one in done.letters))
    if done.left:
        tell(
            f"{upper_first(count(len(done.left), 'brev'))} sendes ikke:",
            *(f"• {sentence(why)}" for _, why in done.left),
        )


def _print(found: "tuple[Posted, ...]") -> None:
    from cli import console
    from engine.core.programme.calendar import local_date
    from language.formats import letter_state_word, plain_date
    from language.reminders import letter_words

    console.table(
        ("Id", "Hva", "Til", "Tilstand", "Fra", "Forsøk", "Sist kom det til", "Grunn"),
        [
            (
                one.id,
                letter_words(one.kind),
                one.recipient_name or "(slettet)",
                letter_state_word(one.state),
                plain_date(local_date(one.created_at)),
                str(one.attempts),
                one.phase or "–",
                one.reason or "–",
            )
            for one in found
        ],
        empty="Ingen brev.",
    )


def _json(one: "Posted") -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "subject": one.subject,
        "recipient": one.recipient,
        "recipient_name": one.recipient_name,
        "state": one.state,
        "phase": one.phase,
        "reason": one.reason,
        "attempts": one.attempts,
        "created_at": one.created_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "settled_at": None if one.settled_at is None else one.settled_at.isoformat(),
    }
