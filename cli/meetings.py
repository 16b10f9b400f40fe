"""Commands about meetings: when they are, what comes up, who is there, and what is written of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson, ByOrOffice, day, day_or_today
from cli.paperwork import FormatOption, OutOption, format_of, save, save_bytes
from cli.referat import referat_maker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from documents.formats.blocks import Content
    from documents.papers.paper import Approval, Minutes
    from engine.queries.meetings.show_meeting import MeetingView
    from engine.store.meetings import Meeting
    from engine.store.meetings import Minutes as Stored
    from engine.store.session import Connection

app = typer.Typer(help="Møtene: saksliste, oppmøte, referat.", no_args_is_help=True)

MeetingName = Annotated[
    str, typer.Argument(metavar="MØTE", help="Møtets id (styringsgruppa:2025-02-05) eller dato.")
]
BodyOption = Annotated[
    str | None, typer.Option("--body", metavar="GRUPPE", help="Gruppa, når flere har møte.")
]


@app.command("list")
def list_(body: BodyOption = None, as_json: AsJson = False) -> None:
    """Vis møtene som har hatt saker, og møteplanen for de neste tre månedene."""
    from cli import clock, console, wiring
    from engine.queries.json_v1 import meetings_json
    from language.formats import deadline, meeting_status_word, moment

    with wiring.database() as db, db.reading() as tx:
        found = meetings_json(tx, now=clock.now(), body=body)
    if as_json:
        console.as_json(found)
        return
    console.table(
        ("Møte", "Tid", "Saksfrist", "Status", "Saker", "Grunn"),
        [
            (
                one["id"],
                moment(one["starts_at"]),
                deadline(one["papers_by"]),
                meeting_status_word(one["status"]),
                str(one["cases"]),
                one["reason"],
            )
            for one in found
        ],
        empty="Ingen grupper har møter.",
    )


@app.command("show")
def show(name: MeetingName, body: BodyOption = None, as_json: AsJson = False) -> None:
    """Vis et møte: tid, plasser, saker, og referatene som er skrevet."""
    from cli import clock, console, wiring
    from engine.queries.json_v1 import meeting_json
    from engine.queries.meetings.show_meeting import show_meeting

    now = clock.now()
    with wiring.database() as db, db.reading() as tx:
        view = show_meeting(tx, _named(tx, name, body).id, now=now)
    if as_json:
        console.as_json(meeting_json(view))
        return
    _print(view)


def _print(view: "MeetingView") -> None:
    from cli import console
    from language.formats import (
        case_status_word,
        deadline,
        meeting_status_word,
        moment,
        outcome_word,
    )

    found = view.meeting
    console.heading(f"{view.body_title}, {moment(found.starts_at)}")
    why = f": {found.reason}" if found.reason else ""
    console.say(
        f"{meeting_status_word(found.status)}{why}. Saksfrist {deadline(found.papers_by)}. id {found.id}",
        *([f"Sted: {view.place}"] if view.place else []),
    )
    present = {True: "til stede", False: "forfall", None: "–"}
    console.table(
        ("Plass", "Id", "Navn", "Oppmøte"),
        [
            (
                chair.office + (" (leder)" if chair.leader else ""),
                chair.seat,
                (chair.name or "ikke bemannet") + (" (stedfortreder)" if chair.deputy else ""),
                present[chair.present],
            )
            for chair in view.chairs
        ],
        empty="",
    )
    console.table(
        ("Sak", "Prosjekt", "Punkt", "Status"),
        [
            (
                case.number,
                case.project_title,
                case.gate,
                outcome_word(case.outcome) if case.outcome else case_status_word(case.status),
            )
            for case in view.cases
        ],
        empty="Ingen saker til beslutning.",
    )
    console.say(*(f"Til {item.kind}: {item.title}" for item in view.items))
    console.say(
        *(
            f"Referat, versjon {one.version}: {_standing(one)}, skrevet {moment(one.written_at)}."
            for one in view.minutes
        )
    )


@app.command("agenda")
def agenda(
    name: Annotated[
        str | None, typer.Argument(metavar="MØTE", help="Møtets id eller dato; ellers det neste.")
    ] = None,
    body: BodyOption = None,
    format: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Vis sakslista for et møte, eller skriv den til en fil."""
    from cli import clock, console, wiring
    from documents import editions
    from documents.papers.paper import agenda_of
    from documents.papers.saksliste import agenda_content
    from engine.queries.meetings.show_meeting import show_meeting

    written, now = format_of(format, out), clock.now()
    with wiring.database() as db, db.reading() as tx:
        view = show_meeting(tx, _named(tx, name, body).id, now=now)
    model = agenda_of(view, version=view.meeting.sequence + 1, issued_at=view.meeting.called_at or now)
    if out is not None:
        save(out, editions.agenda(model, format=written))
        return
    content = agenda_content(model)
    _print_head(content)
    for item in content["items"]:
        console.say(f"{item['position']}. {item['title']}" + (f" ({item['about']})" if item["about"] else ""))
        console.say(
            *(f"   {line}" for line in (item["gate"], *item["proposal"]["lines"], *item["text"]) if line)
        )


@app.command("add")
def add(
    name: MeetingName,
    kind: Annotated[str, typer.Argument(metavar="SLAG", help="orientering eller drofting.")],
    title: Annotated[str, typer.Argument(metavar="TITTEL")],
    text: Annotated[str, typer.Argument(metavar="TEKST", help="Det medlemmene bør vite på forhånd.")] = "",
    body: BodyOption = None,
    by: ByOrOffice = None,
) -> None:
    """Sett noe som ikke er en beslutning, på sakslista."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from cli.options import chosen
    from engine.use_cases.meetings.run_meeting import KINDS, add_item

    chosen(kind, KINDS, option="SLAG")
    with wiring.database() as db:
        with db.reading() as tx:
            meeting = _named_or_planned(tx, name, body)
        actor = by or wiring.programme_office(db)
        accepted(add_item(db, meeting=meeting, kind=kind, title=title, text=text, by=actor, now=clock.now()))
    tell(f"«{title}» står på sakslista for {meeting}.")


@app.command("status")
def status(
    name: MeetingName,
    period: Annotated[str, typer.Argument(metavar="PERIODE", help="Som 2025-T1.")],
    body: BodyOption = None,
    by: ByOrOffice = None,
) -> None:
    """Sett status for hvert prosjekt på sakslista til orientering."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.queries.reports.delivery import deliveries
    from engine.use_cases.meetings.run_meeting import add_item
    from language.formats import period_words
    from language.status_reports import standing_line

    title = f"Status for prosjektene, {period_words(period)}"
    with wiring.database() as db:
        with db.reading() as tx:
            meeting = _named_or_planned(tx, name, body)
            found = deliveries(tx, period=period, today=day_or_today(None))
        lines = (standing_line(one.title, one.status, one.delivered_on, one.approval) for one in found)
        actor = by or wiring.programme_office(db)
        accepted(
            add_item(
                db,
                meeting=meeting,
                kind="orientering",
                title=title,
                text="\n".join(lines),
                by=actor,
                now=clock.now(),
            )
        )
    tell(f"«{title}» står på sakslista for {meeting}, med {len(found)} prosjekter.")


@app.command("attendance")
def attendance(
    name: MeetingName,
    seats: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PLASS…", help="Plassene som er til stede; PLASS=E-POST når en annen møter for den."
        ),
    ] = None,
    body: BodyOption = None,
    by: ByOrOffice = None,
) -> None:
    """Før oppmøtet. De som ikke nevnes, har forfall."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.queries.meetings.show_meeting import show_meeting
    from engine.use_cases.meetings.run_meeting import note_attendance
    from language.formats import in_words

    with wiring.database() as db:
        with db.reading() as tx:
            view = show_meeting(tx, _named(tx, name, body).id, now=clock.now())
            present = dict(_sitting(tx, view, seats or ()))
        actor = by or wiring.programme_office(db)
        accepted(note_attendance(db, meeting=view.meeting.id, present=present, by=actor, now=clock.now()))
    told = f"{in_words(len(present))} av {in_words(len(view.chairs))} plasser er til stede"
    tell(f"Oppmøtet i {view.meeting.id} er ført: {told}.")


def _sitting(tx: "Connection", view: "MeetingView", told: "Iterable[str]") -> "Iterator[tuple[str, str]]":
    """Each seat and who sits in it. Raises Told for an empty one, Unknown for a seat or a person."""
    from cli.misuse import Told
    from engine.core.refusal import unknown
    from engine.queries.people.actors import person_named

    known = {chair.seat: chair for chair in view.chairs}
    for one in told:
        seat, _, who = one.partition("=")
        if seat not in known:
            raise unknown("seat", seat, known)
        person = person_named(tx, who).id if who else known[seat].person
        if person is None:
            raise Told(f"Ingen har plassen {seat} den dagen. Skriv hvem som møter: {seat}=E-POST.")
        yield seat, person


@app.command("close")
def close(name: MeetingName, body: BodyOption = None, by: ByOrOffice = None) -> None:
    """Avslutt et møte. Saker som ikke er avgjort, går til det neste."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.meetings.run_meeting import close_meeting
    from language.formats import count, upper_first

    with wiring.database() as db:
        with db.reading() as tx:
            meeting = _named(tx, name, body).id
        actor = by or wiring.programme_office(db)
        done = accepted(close_meeting(db, meeting=meeting, by=actor, now=clock.now()))
    went_on = f" {upper_first(count(done.carried, 'sak'))} går videre til neste møte." if done.carried else ""
    tell(f"Møtet {meeting} er avsluttet.{went_on}")


@app.command("referat")
def referat(
    name: MeetingName,
    send: Annotated[
        bool, typer.Option("--send", help="Skriv en ny versjon, lagre den og send den til medlemmene.")
    ] = False,
    body: BodyOption = None,
    by: ByOrOffice = None,
    format: FormatOption = None,
    out: OutOption = None,
    as_json: AsJson = False,
) -> None:
    """Vis referatet fra et møte — det siste som er skrevet, ellers et utkast — eller send det."""
    from cli import clock, console, wiring
    from cli.console import tell
    from cli.errors import accepted
    from documents.papers.referat import minutes_content
    from engine.use_cases.meetings.write_minutes import write_minutes
    from language.formats import count, upper_first

    written, now = format_of(format, out), clock.now()
    with wiring.database() as db:
        with db.reading() as tx:
            meeting = _named(tx, name, body).id
        if send:
            actor, render = by or wiring.programme_office(db), referat_maker(db, clock.now)
            done = accepted(write_minutes(db, meeting=meeting, by=actor, send=True, render=render, now=now))
            letters = upper_first(count(done.letters, "brev"))
            tell(f"Referatet fra {meeting}, versjon {done.version}, er lagret. {letters} går til medlemmene.")
        with db.reading() as tx:
            paper, stored, model = _minutes(tx, meeting)
            kept = None if stored is None else _content(tx, stored)
    if out is not None:
        _save_minutes(out, paper, kept, written)
    elif as_json:
        console.as_json(_told(stored, model))
    elif not send:
        _print_minutes(minutes_content(paper))


def _minutes(tx: "Connection", meeting: str) -> "tuple[Minutes, Stored | None, Mapping[str, Any]]":
    """The newest referat that is stored, or the draft of one: the paper, what is stored, and the model."""
    from cli import clock
    from documents.papers.paper import minutes_of
    from engine.core.programme.calendar import local_date
    from engine.queries.meetings.show_meeting import show_meeting
    from engine.store import meetings
    from engine.use_cases.meetings.write_minutes import model_of

    now = clock.now()
    view, versions = show_meeting(tx, meeting, now=now), meetings.minutes(tx, meeting)
    stored = versions[-1] if versions else None
    model = model_of(tx, meeting, now=now) if stored is None else stored.model
    approved_at = None if stored is None else stored.approved_at
    paper = minutes_of(
        model,
        version=1 if stored is None else stored.version,
        issued_at=now if stored is None else stored.written_at,
        approval="utkast" if stored is None else _standing(stored),
        approved_on=None if approved_at is None else local_date(approved_at),
        contact=view.programme_office,
        contact_address=view.programme_address,
    )
    return paper, stored, model


def _content(tx: "Connection", stored: "Stored") -> bytes:
    from engine.store import projects

    return projects.paper_content(tx, stored.sha256)


def _save_minutes(out: Path, paper: "Minutes", kept: bytes | None, format: Any) -> None:
    """A referat that is stored leaves as the very bytes that were sent."""
    from documents import editions

    if kept is not None and format == "pdf":
        save_bytes(out, kept)
    else:
        save(out, editions.referat(paper, format=format))


def _told(stored: "Stored | None", model: "Mapping[str, Any]") -> dict[str, Any]:
    if stored is None:
        return {"version": None, "sent": False, "approved_at": None, "sha256": None, "model": dict(model)}
    return {
        "version": stored.version,
        "sent": stored.sent,
        "approved_at": stored.approved_at.isoformat() if stored.approved_at else None,
        "sha256": stored.sha256,
        "model": dict(model),
    }


def _print_minutes(content: "Content") -> None:
    from cli import console

    _print_head(content)
    for item in content["items"]:
        console.say(f"{item['position']}. {item['title']} ({item['kind']})")
        told: Sequence[str] = item["text"] if not item["case"] else list(_of_case(item))
        console.say(*(f"   {line}" for line in told))


def _of_case(item: "Content") -> "Iterator[str]":
    yield item["gate"]
    yield from item["recusals"]
    yield from (f"{one['word']}: {', '.join(one['offices'])}" for one in item["answers"])
    yield item["outcome_sentence"]
    yield from item["wording"]["lines"]
    for one in item["conditions"]:
        yield f"{one['id']}: {one['text']} Ansvar: {one['owner']}. Frist: {one['due']}."
    yield from (f"{one['office']}: {one['text']}" for one in item["remarks"])


def _print_head(content: "Content") -> None:
    from cli import console

    console.heading(content["title"])
    console.say(content["subtitle"])
    console.say(*(f"{row['label']}: {', '.join(row['lines'])}" for row in content["about"]), "")


@app.command("approve")
def approve(name: MeetingName, body: BodyOption = None, by: ByOrOffice = None) -> None:
    """Før at referatet fra et møte er godkjent."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.meetings.write_minutes import approve_minutes

    with wiring.database() as db:
        with db.reading() as tx:
            meeting = _named(tx, name, body).id
        actor = by or wiring.programme_office(db)
        accepted(approve_minutes(db, meeting=meeting, by=actor, now=clock.now()))
    tell(f"Referatet fra {meeting} er godkjent.")


def _standing(stored: "Stored") -> "Approval":
    return "godkjent" if stored.approved_at else "sendt" if stored.sent else "utkast"


def _named_or_planned(tx: "Connection", name: str, body: str | None) -> str:
    """The id of a meeting there is, or of one that a body's series plans and nothing has needed yet."""
    from engine.core.cases.meetings import series
    from engine.core.refusal import Unknown
    from engine.queries.programme.in_force import programme_in_force
    from engine.store import meetings

    try:
        return _named(tx, name, body).id
    except Unknown:
        planned_on = day(name.rpartition(":")[2], option="MØTE")
        programme = programme_in_force(tx)
        policy = programme.calendar.policy()
        found = [
            meetings.id_of(one.id, planned_on)
            for one in programme.bodies
            if one.meetings is not None
            and body in (None, one.id)
            and (":" not in name or name.startswith(f"{one.id}:"))
            and series(one.meetings, policy, since=planned_on, until=planned_on)
        ]
        if len(found) != 1:
            raise
        return found[0]


def _named(tx: "Connection", name: str | None, body: str | None) -> "Meeting":
    """The meeting with this id or on this date; without a name, the next one.

    Raises Unknown, and Told where there is none, or more than one.
    """
    from cli import clock
    from cli.misuse import Told
    from engine.core.programme.calendar import local_date
    from engine.core.refusal import unknown
    from engine.queries.programme.in_force import body_named, programme_in_force
    from engine.store import meetings

    if body is not None:
        body_named(programme_in_force(tx), body)
    known = meetings.list_meetings(tx, body=body)
    if name is None:
        now = clock.now()
        ahead = (one for one in known if one.starts_at >= now and one.status not in {"held", "cancelled"})
        following = next(ahead, None)
        if following is None:
            raise Told("Ingen saker venter på et møte. «faseport meeting list» viser møteplanen.")
        return following
    if ":" in name:
        found = [one for one in known if one.id == name]
    else:
        on = day(name, option="MØTE")
        found = [one for one in known if on in (local_date(one.starts_at), one.planned_on)]
    if not found:
        raise unknown("meeting", name, [one.id for one in known])
    if len(found) > 1:
        raise Told(f"Flere møter {name}: {', '.join(one.id for one in found)}. Oppgi id.")
    return found[0]
