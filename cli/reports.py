"""Commands about the programme's report of a tertial."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from cli.options import AsJson, ByOrOffice, chosen, content_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from engine.core.files.sheet import Sheet
    from engine.core.report.finding import Finding
    from engine.core.report.report import TertialReport
    from engine.store.publications import Version
    from engine.store.session import Database

app = typer.Typer(help="Rapporteringen hvert tertial: prosjektenes og programmets.", no_args_is_help=True)

PeriodArgument: TypeAlias = Annotated[str, typer.Argument(metavar="PERIODE", help="Som 2024-T3.")]
Subject: TypeAlias = Annotated[str, typer.Argument(metavar="[PROSJEKT] PERIODE", help="Som 2024-T3.")]
OfProject: TypeAlias = Annotated[str | None, typer.Argument(hidden=True)]
KnownAt: TypeAlias = Annotated[
    str | None,
    typer.Option("--known-at", metavar="TIDSPUNKT", help="Slik det var kjent da (ISO 8601); ellers nå."),
]


@app.command("build")
def build(
    period: PeriodArgument,
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="html, pdf, docx, xlsx eller json.")
    ] = "html",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FIL", help="Fila rapporten skrives til.")
    ] = None,
    known_at: KnownAt = None,
    template: Annotated[
        Path | None,
        typer.Option(
            "--template",
            metavar="FIL",
            help="Programmets egen Word-mal (docx). Rapporten settes inn der malen sier {{ rapport }}.",
        ),
    ] = None,
) -> None:
    """Regn ut rapporten for en periode, slik porteføljen var da perioden sluttet, og skriv den til en fil."""
    from cli import wiring
    from cli.misuse import Told
    from cli.paperwork import save
    from documents.formats.word_template import TEMPLATE_LIMIT, TemplateError
    from documents.tertial.editions import REPORT_FORMATS, statusrapport
    from engine.queries.reports.read_report import read_report
    from language.sentences import sentence

    chosen(format, REPORT_FORMATS, option="--format")
    if template is not None and format != "docx":
        raise Told("--template: bare docx kan ha en mal.")
    look = None if template is None else content_of(template, limit=TEMPLATE_LIMIT)
    with wiring.database() as db:
        contact, address = office(db)
        with db.reading() as tx:
            report = read_report(tx, period, known_at=_instant(known_at), tell=progress())
    try:
        made = statusrapport(
            report,
            format=next(one for one in REPORT_FORMATS if one == format),
            contact=contact,
            address=address,
            template=look,
        )
    except TemplateError as error:
        raise Told(f"«{template}»: {sentence(error)}") from None
    save(out or Path(made.filename), made)


def office(db: "Database") -> tuple[str, str]:
    """Whom a reader can ask: name and address of whoever holds the programme office today."""
    from cli import clock
    from engine.core.programme.calendar import local_date
    from engine.queries.people.actors import PROGRAMME_OFFICE
    from engine.store import people

    with db.reading() as tx:
        holder = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(clock.now()))
    return ("", "") if holder is None else (holder.name or "", holder.email or "")


@app.command("check")
def check(
    period: PeriodArgument,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FIL",
            help="Tall som er publisert et annet sted (CSV eller XLSX): place, row, column, value og source.",
        ),
    ] = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """Finn alt som ikke stemmer i rapporten, med tallene side om side. Avslutter med 3 når noe er avvik."""
    from cli import console, wiring
    from cli.errors import REFUSED
    from cli.misuse import BadFile
    from engine.core.refusal import Invalid
    from engine.core.report.finding import open_findings
    from engine.queries.reports.check_report import check_report

    sheet = None if against is None else _sheet(against)
    with wiring.database() as db, db.reading() as tx:
        try:
            checked = check_report(tx, period, known_at=_instant(known_at), against=sheet, tell=progress())
        except Invalid as invalid:
            raise BadFile(str(against), invalid.mistakes) from None
    if as_json:
        console.as_json([finding_json(one) for one in checked.findings])
    else:
        show_findings(checked.findings)
    if open_findings(checked.findings):
        raise typer.Exit(REFUSED)


@app.command("approve")
def approve(
    subject: Subject,
    period: OfProject = None,
    by: ByOrOffice = None,
    version: Annotated[
        int | None,
        typer.Option("--version", metavar="NR", help="Prosjektets versjon som er lest; ellers den nyeste."),
    ] = None,
) -> None:
    """Godkjenn programmets rapport slik den er nå; eller, med PROSJEKT foran, prosjektets, som eier."""
    from cli import clock, status_reports, wiring
    from cli.console import tell
    from cli.errors import accepted
    from cli.misuse import Told
    from engine.use_cases.reports.approve_programme_report import approve_programme_report

    if period is not None:
        if by is None:
            raise Told("--by: oppgi prosjekteieren.")
        status_reports.approve(subject, period, by, version)
        return
    with wiring.database() as db:
        done = accepted(
            approve_programme_report(
                db,
                period=subject,
                by=by or wiring.programme_office(db),
                now=clock.now(),
                tell=progress(),
            )
        )
    tell(f"Rapporten for {done.period} er godkjent som versjon {done.version} (SHA-256 {done.digest[:16]}…).")


@app.command("publish")
def publish(
    period: PeriodArgument,
    despite: Annotated[
        str,
        typer.Option("--despite", metavar="GRUNN", help="Hvorfor den publiseres selv om noe ikke stemmer."),
    ] = "",
    by: ByOrOffice = None,
) -> None:
    """Publiser den godkjente rapporten i alle formater. En grunn til å publisere over avvik trykkes i den."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.core.refusal import Refused
    from engine.use_cases.reports.publish_programme_report import publish_programme_report

    with wiring.database() as db:
        contact, address = office(db)
        done = publish_programme_report(
            db,
            period=period,
            by=by or wiring.programme_office(db),
            despite=despite,
            render=_render(contact, address),
            now=clock.now(),
            tell=progress(),
        )
        if isinstance(done, Refused) and any(one.code == "report_disagrees" for one in done.reasons):
            tell(f"Se alle avvik med «faseport report check {period}».")
        done = accepted(done)
    tell(f"Rapporten for {done.period} er publisert som versjon {done.version}.")
    for name, digest in done.editions.items():
        tell(f"  {name}: SHA-256 {digest[:16]}…")


def _render(contact: str, address: str) -> "Callable[[TertialReport, str], Mapping[str, bytes]]":
    from documents.tertial.editions import REPORT_FORMATS, statusrapport

    def made(report: "TertialReport", despite: str) -> "Mapping[str, bytes]":
        return {
            name: statusrapport(
                report, format=name, despite=despite, contact=contact, address=address
            ).content
            for name in REPORT_FORMATS
        }

    return made


@app.command("show")
def show(
    subject: Subject,
    period: OfProject = None,
    format: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="Med --out: html, pdf, docx, xlsx eller json.")
    ] = "pdf",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FIL", help="Skriv den publiserte rapporten til en fil.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Vis versjonene av programmets rapport, eller hent den slik den ble publisert, byte for byte.

    Med PROSJEKT foran: prosjektets statusrapport.
    """
    from cli import console, status_reports, wiring
    from cli.paperwork import save_bytes
    from documents.tertial.editions import REPORT_FORMATS
    from engine.queries.programme.in_force import period_named, programme_in_force
    from engine.store import publications
    from engine.use_cases.reports.publish_programme_report import published_bytes
    from language.formats import moment

    if period is not None:
        status_reports.show(subject, period, as_json)
        return
    chosen(format, REPORT_FORMATS, option="--format")
    with wiring.database() as db, db.reading() as tx:
        period_named(programme_in_force(tx), subject)
        if out is not None:
            _, content = published_bytes(tx, subject, format)
            save_bytes(out, content)
            return
        versions = publications.versions(tx, subject)
    if as_json:
        console.as_json([_version_json(one) for one in versions])
        return
    console.table(
        ("Versjon", "Godkjent", "Publisert", "Avvik", "Grunn"),
        [
            (
                str(one.version),
                moment(one.approved_at),
                moment(one.published_at) if one.published_at else "–",
                str(one.findings) if one.published_at else "–",
                one.despite or "–",
            )
            for one in versions
        ],
        empty="Rapporten er ikke godkjent ennå; «report build» viser utkastet.",
    )


def _version_json(one: "Version") -> dict[str, Any]:
    return {
        "period": one.period,
        "version": one.version,
        "known_at": one.known_at.isoformat(),
        "digest": one.digest,
        "approved_at": one.approved_at.isoformat(),
        "published_at": one.published_at.isoformat() if one.published_at else None,
        "editions": dict(one.editions),
        "findings": one.findings,
        "despite": one.despite or None,
    }


def finding_json(finding: "Finding") -> dict[str, Any]:
    """A finding: code, grade, subject, project, sides (place, value, source), difference, unit, names, owner
    and the sentence.
    """
    from language import findings

    return {
        "code": finding.code,
        "grade": finding.grade,
        "title": findings.title(finding),
        "sentence": findings.told(finding),
        "subject": finding.subject or None,
        "project": finding.project or None,
        "sides": [
            {"place": side.place, "value": side.value, "source": side.source or None}
            for side in finding.sides
        ],
        "difference": finding.difference,
        "unit": finding.unit,
        "names": list(finding.names),
        "owner": finding.owner,
    }


def show_findings(found: "tuple[Finding, ...]") -> None:
    """The findings, avvik first, each with its sentence and whose it is to mend."""
    from itertools import groupby

    from cli import console
    from engine.core.report.finding import open_findings
    from language import findings

    if not found:
        console.say("Alt stemmer.")
        return
    number = len(open_findings(found))
    console.say(f"{number} avvik og {len(found) - number} merknader.")
    for (grade, title), group in groupby(found, key=lambda one: (one.grade, findings.title(one))):
        console.say("")
        console.heading(f"{grade.upper()}: {title}")
        for one in group:
            console.say(f"  {findings.told(one)} {findings.owner(one)}.")


def _sheet(path: Path) -> "Sheet":
    from cli.misuse import BadFile
    from engine.core.files.sheet import FILE_LIMIT, Sheet, read_sheet
    from engine.core.report.printed import NEEDED

    read = read_sheet(content_of(path, limit=FILE_LIMIT), NEEDED)
    if not isinstance(read, Sheet):
        raise BadFile(str(path), read)
    return read


def _instant(text: str | None) -> "datetime":
    """When things were known: now, or the instant that was written; a time without a zone is Oslo's."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from cli import clock
    from cli.misuse import Told

    if text is None:
        return clock.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Told(f"--known-at: «{text}» er ikke et tidspunkt. Skriv det som 2025-01-20T12:00.") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo("Europe/Oslo"))


LONG: int = 1_000
"""So many projects are long work, whose progress is told."""


def progress() -> "Callable[[str, int, int], None]":
    """Somebody to tell how far long work has come, on standard error; short work is silent."""
    from cli.console import tell

    def told(step: str, done: int, of: int) -> None:
        if of >= LONG:
            tell(
                f"{step.capitalize()} … {done} av {of}" if done else f"{step.capitalize()} {of} prosjekter …"
            )

    return told
