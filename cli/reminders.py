"""Commands about reminders: what will be sent to whom, before anything is."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson, From, day

if TYPE_CHECKING:
    from datetime import date

    from engine.queries.obligations.preview_reminders import Preview, Said

app = typer.Typer(help="Påminnelsene: se dem før de sendes.", no_args_is_help=True)

LONGEST_DAYS = 3 * 366
"""No preview reaches further: nobody knows who holds an office then."""

Until = Annotated[str, typer.Option("--to", metavar="DATO", help="Siste dag.")]


@app.command("preview")
def preview(since: From, until: Until, as_json: AsJson = False) -> None:
    """Vis akkurat hva som sendes til hvem, dag for dag, og hvorfor. Sender ingenting og endrer ingenting."""
    from cli import clock, console, wiring
    from engine.queries.obligations.preview_reminders import preview_reminders
    from language.formats import plain_date

    first, last = span(since, until)
    with wiring.database() as db, db.reading() as tx:
        found = preview_reminders(tx, since=first, until=last, now=clock.now())
        names = _names(tx, found)
    if as_json:
        console.as_json(_json(found, names, first, last))
        return
    for digest in found.digests:
        console.heading(f"{plain_date(digest.on)} kl. {_time(digest.at)}  {digest.name} <{digest.email}>")
        console.say(*(f"  {_line(one, names)}" for one in digest.said))
    for on, one in found.nobody:
        console.say(f"{plain_date(on)}  INGEN MOTTAKER: {_line(one, names)}")
    people = len({digest.person for digest in found.digests})
    console.say(f"{len(found.digests)} brev til {people} personer. Ingenting er sendt.")
    if found.closing:
        console.tell(
            f"Svarfristen avgjør i denne tiden sak {', '.join(found.closing)}; det som følger av det, "
            "står ikke her."
        )


def span(since: str, until: str) -> "tuple[date, date]":
    """The days `--from` and `--to` name. Raises Told for what is no date, days in the wrong order, and a
    span that is too long.
    """
    from cli.misuse import Told

    first, last = day(since, option="--from"), day(until, option="--to")
    if last < first:
        raise Told(f"--to ({last}) er før --from ({first}).")
    if (last - first).days > LONGEST_DAYS:
        raise Told(f"--from til --to er {(last - first).days} dager; det kan være høyst {LONGEST_DAYS}.")
    return first, last


def _names(tx: Any, found: "Preview") -> dict[str, str]:
    from engine.store import people

    said = [one for digest in found.digests for one in digest.said]
    return people.names(tx, [one.stands_in_for for one in said if one.stands_in_for])


def _time(at: Any) -> str:
    from engine.core.programme.calendar import OSLO

    return f"{at.astimezone(OSLO):%H.%M}"


def _what(one: "Said") -> str:
    from language.obligations import obligation_words

    return obligation_words(one.about.kind, one.about.about)


def _why(one: "Said", names: dict[str, str]) -> str:
    from language.reminders import why_words

    absent = names.get(one.stands_in_for or "", "")
    return why_words(one.days, to_office=one.to_office, stands_in_for=absent, instead_of=one.instead_of or "")


def _line(one: "Said", names: dict[str, str]) -> str:
    from language.formats import plain_date

    project = f" ({one.about.project_title})" if one.about.project_title else ""
    return f"{_what(one)}{project}. Frist {plain_date(one.due_on)}: {_why(one, names)}."


def _json(found: "Preview", names: dict[str, str], first: "date", last: "date") -> dict[str, Any]:
    """The documented shape, version 1."""

    def said(one: "Said") -> dict[str, Any]:
        return {
            "kind": one.key.kind,
            "subject": one.key.subject,
            "occurrence": one.key.occurrence,
            "project": one.about.project,
            "what": _what(one),
            "due_on": one.due_on.isoformat(),
            "days": one.days,
            "why": _why(one, names),
        }

    return {
        "version": 1,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "letters": [
            {
                "on": digest.on.isoformat(),
                "at": digest.at.isoformat(),
                "to": {"name": digest.name, "email": digest.email},
                "items": [said(one) for one in digest.said],
            }
            for digest in found.digests
        ],
        "nobody": [{"on": on.isoformat()} | said(one) for on, one in found.nobody],
        "closing": list(found.closing),
    }
