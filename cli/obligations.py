"""Commands about deadlines: who owes what by when, that it is done, another date, and the year's wheel."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, ByOrOffice, chosen, day
from cli.paperwork import OutOption, save_bytes

if TYPE_CHECKING:
    from datetime import date

    from engine.queries.obligations.show_obligations import ObligationView
    from engine.queries.obligations.year_wheel import Wheel
    from engine.store.obligations import Stored
    from engine.store.session import Connection

app = typer.Typer(help="Fristene: hvem skylder hva, og når.", no_args_is_help=True)

ObligationId = Annotated[str, typer.Argument(metavar="FRIST", help="Fristens id, fra obligation list.")]


@app.command("list")
def list_(
    person: Annotated[
        str | None, typer.Option("--person", metavar="E-POST", help="Bare det denne personen har ansvar for.")
    ] = None,
    late: Annotated[bool, typer.Option("--late", help="Bare det som er over fristen.")] = False,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATO", help="Bare frister til og med denne dagen.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Vis fristene som ikke er holdt ennå, den som haster mest først."""
    from cli import clock, console, wiring
    from engine.core.programme.calendar import local_date
    from engine.queries.json_v1 import obligation_json
    from engine.queries.obligations.show_obligations import show_mine, show_obligations
    from engine.queries.people.actors import person_named
    from engine.use_cases.obligations.plan_obligations import plan_obligations

    now = clock.now()
    last = None if until is None else day(until, option="--until")
    with wiring.database() as db:
        # Nobody reads what is owed without first bringing it up to date.
        plan_obligations(db, now=now)
        with db.reading() as tx:
            if person is not None:
                found = show_mine(tx, person_named(tx, person).id, now=now)
            else:
                found = show_obligations(tx, _open(tx, last), on=local_date(now))
    views = [one for one in found if (not late or one.late) and (last is None or one.due_on <= last)]
    if as_json:
        console.as_json([obligation_json(one) for one in views])
        return
    _print(views)


def _open(tx: "Connection", until: "date | None") -> "tuple[Stored, ...]":
    from engine.store import obligations

    return obligations.list_obligations(tx, until=until)


def _print(views: "list[ObligationView]") -> None:
    from cli import console
    from language.formats import plain_date, role_word
    from language.obligations import obligation_words

    console.table(
        ("Frist", "Hva", "Prosjekt", "Ansvarlig", "Id"),
        [
            (
                plain_date(one.due_on) + (f" kl. {one.due_time:%H.%M}" if one.due_time else ""),
                obligation_words(one.kind, one.about) + (" (over fristen)" if one.late else ""),
                one.project or "–",
                f"{role_word(one.owner)}: {one.responsible or 'ingen'}",
                one.id,
            )
            for one in views
        ],
        empty="Ingen frister.",
    )


@app.command("settle")
def settle(
    name: ObligationId,
    note: Annotated[str, typer.Option("--note", metavar="TEKST", help="Det som er gjort.")],
    by: ByOrOffice = None,
) -> None:
    """Si at noe er gjort. Påminnelsene stopper med det samme."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.obligations.settle_obligation import settle_obligation

    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        accepted(settle_obligation(db, obligation=name, note=note, by=actor, now=clock.now()))
    tell("Meldt som utført. Påminnelsene er stoppet.")


@app.command("extend")
def extend(
    name: ObligationId,
    due: Annotated[str, typer.Option("--due", metavar="DATO", help="Den nye fristen.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEKST", help="Grunnen; den blir stående.")],
    by: ByOrOffice = None,
) -> None:
    """Gi en ny frist, som programkontoret."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.obligations.extend_obligation import Extended, extend_obligation
    from language.formats import day_and_year

    until = day(due, option="--due")
    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        done: Extended = accepted(
            extend_obligation(db, obligation=name, due=until, reason=reason, by=actor, now=clock.now())
        )
    tell(f"Fristen er nå {day_and_year(done.due)}.")


@app.command("alert")
def alert(name: ObligationId, by: ByOrOffice = None) -> None:
    """Varsle prosjekteieren om noe som er over fristen, som programkontoret."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.obligations.alert_owner import Alerted, alert_owner

    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        done: Alerted = accepted(alert_owner(db, obligation=name, by=actor, now=clock.now()))
    tell(f"{done.name} blir varslet.")


@app.command("link")
def link(email: Annotated[str, typer.Argument(metavar="E-POST")]) -> None:
    """Send noen lenken til «Mine frister», til adressen som er registrert på dem."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.core.record.letters import subject_of_person
    from engine.queries.people.actors import person_named
    from engine.use_cases.access.send_link import send_link

    with wiring.database() as db:
        with db.reading() as tx:
            person = person_named(tx, email).id
        accepted(send_link(db, person=person, subject=subject_of_person(person), now=clock.now()))
    tell(f"Lenken til fristene er på vei til {email}.")


@app.command("wheel")
def wheel(
    year: Annotated[int, typer.Argument(metavar="ÅR", help="Året, med fire sifre.", min=2000, max=2100)],
    format_: Annotated[
        str | None,
        typer.Option("--format", metavar="text|svg|ics", help="Ellers den filnavnet slutter på, eller text."),
    ] = None,
    out: OutOption = None,
) -> None:
    """Vis årshjulet: faste frister og møter, som tekst, bilde eller kalender."""
    from cli import clock, wiring
    from cli.misuse import Told
    from documents.calendars.year_wheel import wheel_calendar, wheel_svg
    from engine.queries.obligations.year_wheel import year_wheel

    made = _format(format_, out)
    if made != "text" and out is None:
        raise Told("--format: oppgi også fila årshjulet skal skrives til (--out).")
    now = clock.now()
    with wiring.database() as db, db.reading() as tx:
        found = year_wheel(tx, year=year)
    if out is None:
        _print_wheel(found)
    elif made == "svg":
        save_bytes(out, wheel_svg(found))
    elif made == "ics":
        save_bytes(out, wheel_calendar([found], host="faseport", made_at=now))
    else:
        save_bytes(out, "\n".join(_lines(found)).encode() + b"\n")


def _format(named: str | None, out: Path | None) -> str:
    known = ("text", "svg", "ics")
    if named is not None:
        return chosen(named, known, option="--format")
    ending = "" if out is None else out.suffix.removeprefix(".").lower()
    return ending if ending in known else "text"


def _print_wheel(found: "Wheel") -> None:
    from cli import console

    console.heading(f"Årshjul {found.year}")
    console.say(*_lines(found)[1:])


def _lines(found: "Wheel") -> list[str]:
    from documents.calendars.year_wheel import by_month, spoke_words, wheel_words
    from language.formats import lower_first, upper_first

    lines = [f"Årshjul {found.year}", wheel_words(found)]
    for name, deadlines, meetings in by_month(found):
        if deadlines or meetings:
            lines += ["", upper_first(name)]
        lines += [
            f"{one.on.day:>4}. {spoke_words(one)} ({lower_first(one.owner)}{' i hvert prosjekt' * one.each})"
            for one in deadlines
        ]
        for body, days in meetings:
            lines.append(f"      Møte i {lower_first(body)}: {', '.join(f'{one.day}.' for one in days)}")
    return lines
