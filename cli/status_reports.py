"""Commands about what is reported for a period: the projects' reports, the accounts, lights and texts.

Those about one project take PROSJEKT and PERIODE, those about the programme PERIODE alone.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.options import AsJson, By, ByOrOffice, File, Key, content_of, day, day_or_today

if TYPE_CHECKING:
    from engine.core.files.sheet import Sheet
    from engine.core.reports.period_tables import Columns
    from engine.queries.reports.report_form import ReportForm
    from engine.store.session import Database
    from engine.use_cases.reports.import_accounts import ImportedLines

PeriodName = Annotated[str, typer.Argument(metavar="PERIODE", help="Tertialet: 2025-T1.")]
Out = Annotated[Path, typer.Option("--out", metavar="FIL", help="Fila som skrives.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEKST", help="Grunnen; den blir stående.")]

BOOK: Final = ".xlsx"


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group `report`; its `approve` and `show` are in `cli.reports`, since the
    programme's own report has them too.
    """
    app.command("submit")(submit)
    app.command("delivered")(delivered)
    app.command("export-workbook")(export_workbook)
    app.command("import-workbook")(import_workbook)
    app.command("import-accounts")(import_accounts_)
    app.command("import-transfers")(import_transfers_)
    app.command("import-risks")(import_risks_)
    app.command("light")(light)
    app.command("lights")(lights_)
    app.command("text")(text)
    app.command("score")(score)
    app.command("quality")(quality_)
    app.command("project")(project_)
    app.command("close-period")(close_period_)


def submit(
    key: Key,
    period: PeriodName,
    file: Annotated[Path, typer.Argument(metavar="FIL", help="JSON, eller arbeidsboka fra export-workbook.")],
    by: By,
) -> None:
    """Lever statusrapporten for et prosjekt. En levert rapport endres ikke; en ny blir en ny versjon."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from cli.misuse import Told
    from engine.core.files.sheet import FILE_LIMIT
    from engine.use_cases.reports.deliver_report import deliver_report
    from language.status_reports import form_sentence

    content = content_of(file, limit=FILE_LIMIT)
    if content.startswith(b"PK"):
        others = [one for one in _book(file, content).forms if (one.project, one.period) != (key, period)]
        if others:
            told = f"{others[0].project} {others[0].period}"
            raise Told(f"Arbeidsboka gjelder også {told}. Bruk «report import-workbook».")
        _import_book(file, content, by=by)
        return
    raw = _json(file, content)
    with wiring.database() as db:
        done = accepted(deliver_report(db, key=key, period=period, raw=raw, by=by, now=clock.now()))
    tell(
        f"Rapporten for {key} i {period} er levert (versjon {done.version}). "
        + form_sentence(done.fields, done.changed)
    )


def approve(
    key: Key,
    period: PeriodName,
    by: By,
    version: Annotated[
        int | None, typer.Option("--version", metavar="NR", help="Versjonen som er lest; ellers den nyeste.")
    ] = None,
) -> None:
    """Godkjenn statusrapporten, som prosjekteier."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.reports.approve_report import approve_report

    with wiring.database() as db:
        done = accepted(approve_report(db, key=key, period=period, by=by, now=clock.now(), version=version))
    tell(f"Rapporten for {done.project} i {done.period} er godkjent (versjon {done.version}).")


def show(key: Key, period: PeriodName, as_json: AsJson = False) -> None:
    """Vis statusrapporten som er levert, eller skjemaet slik det er fylt ut på forhånd."""
    from cli import console, wiring
    from engine.queries.reports.report_form import report_form
    from language.status_reports import account_sentence, approval_word, form_sentence

    with wiring.database() as db, db.reading() as tx:
        form = report_form(tx, key=key, period=period, today=day_or_today(None))
    if as_json:
        console.as_json(_form_json(form))
        return
    console.heading(f"{form.title} ({key}), {period}")
    version = "" if form.delivered is None else f", versjon {form.delivered.version}"
    changed = None if form.filled.changed is None else len(form.filled.changed)
    console.say(f"{approval_word(form.approval)}{version}. {form_sentence(len(form.filled.fields), changed)}")
    for line in form.accounts:
        console.say(f"Fra regnskapet: {account_sentence(line)}.")
    for field in form.filled.fields:
        star = " (endret siden sist)" if field.name in (form.filled.changed or ()) else ""
        console.say("", f"{field.title}{star}")
        value = form.filled.values.get(field.name)
        if isinstance(value, list):
            for item in value:
                console.say("  – " + _item(field, item))
        else:
            console.say(f"  {value}" if value else "  –")


def delivered(period: PeriodName, as_json: AsJson = False) -> None:
    """Vis hvem som har levert for perioden, og hva eierne har godkjent."""
    from cli import console, wiring
    from engine.queries.reports.delivery import deliveries
    from language.formats import plain_date
    from language.status_reports import approval_word

    with wiring.database() as db, db.reading() as tx:
        found = deliveries(tx, period=period, today=day_or_today(None))
    if as_json:
        console.as_json(
            [
                {
                    "project": one.project,
                    "title": one.title,
                    "reported_as": one.status,
                    "version": one.version,
                    "delivered_on": None if one.delivered_on is None else one.delivered_on.isoformat(),
                    "approval": one.approval,
                }
                for one in found
            ]
        )
        return
    console.table(
        ("Prosjekt", "Tittel", "Status", "Levert", "Eier"),
        [
            (
                one.project,
                one.title,
                one.status,
                "–" if one.delivered_on is None else f"{plain_date(one.delivered_on)} (v{one.version})",
                approval_word(one.approval),
            )
            for one in found
        ],
        empty="Ingen prosjekter skal rapportere.",
    )
    given = sum(one.version is not None for one in found)
    console.say("", f"{given} av {len(found)} har levert.")


def export_workbook(
    names: Annotated[
        list[str], typer.Argument(metavar="[PROSJEKT] PERIODE", help="Prosjektet, hvis ikke alle; perioden.")
    ],
    out: Out,
    everyone: Annotated[bool, typer.Option("--all", help="Alle som skal rapportere.")] = False,
) -> None:
    """Skriv skjemaet for ett prosjekt, eller for alle, som en Excel-arbeidsbok som kan leses inn igjen."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.misuse import Told
    from engine.core.reports.report_book import write_book
    from engine.queries.reports.delivery import deliveries
    from engine.use_cases.reports.import_reports import pages_for
    from language.formats import count

    if len(names) != (1 if everyone else 2):
        raise Told("Oppgi ett prosjekt og perioden, eller --all og perioden.")
    *chosen, period = names
    with wiring.database() as db, db.reading() as tx:
        today = day_or_today(None)
        keys = chosen or [one.project for one in deliveries(tx, period=period, today=today)]
        pages = pages_for(tx, keys=keys, period=period, now=clock.now())
    _write(out, write_book(pages))
    tell(f"Skrev skjemaet for {count(len(pages), 'prosjekt')} til {out}.")


def import_workbook(file: File, by: By) -> None:
    """Les inn arbeidsboka: alle rapportene leveres, eller ingen og alle feil med ark og celle."""
    from engine.core.files.sheet import FILE_LIMIT

    _import_book(file, content_of(file, limit=FILE_LIMIT), by=by)


def import_accounts_(
    file: File,
    period: PeriodName,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATO", help="Dagen regnskapet er hentet.")],
    by: ByOrOffice = None,
) -> None:
    """Les inn regnskapet for perioden fra CSV eller XLSX: alle linjer, eller ingen og alle feil."""
    from cli.console import tell
    from engine.core.reports.period_tables import ACCOUNTS
    from engine.use_cases.reports.import_accounts import import_accounts
    from language.formats import kroner

    until = day(as_of, option="--as-of")
    done = _import_table(
        file,
        by,
        ACCOUNTS,
        lambda db, sheet, actor, now: import_accounts(
            db, sheet=sheet, period=period, as_of=until, by=actor, now=now
        ),
    )
    tell(f"Leste inn {_lines(done)}: budsjett {kroner(done.budget)}, regnskap {kroner(done.spent)}.")


def import_transfers_(file: File, period: PeriodName, by: ByOrOffice = None) -> None:
    """Les inn hva prosjektene søker overført til neste år."""
    from cli.console import tell
    from engine.core.reports.period_tables import TRANSFERS
    from engine.use_cases.reports.import_transfers import import_transfers
    from language.formats import kroner

    done = _import_table(
        file,
        by,
        TRANSFERS,
        lambda db, sheet, actor, now: import_transfers(db, sheet=sheet, period=period, by=actor, now=now),
    )
    tell(f"Leste inn {_lines(done)}: {kroner(done.budget)} i alt.")


def import_risks_(file: File, period: PeriodName, by: ByOrOffice = None) -> None:
    """Les inn programmets egne risikoer for perioden."""
    from cli.console import tell
    from engine.core.reports.period_tables import RISKS
    from engine.use_cases.reports.import_risks import import_risks

    done = _import_table(
        file,
        by,
        RISKS,
        lambda db, sheet, actor, now: import_risks(db, sheet=sheet, period=period, by=actor, now=now),
    )
    tell(f"Leste inn {_lines(done)}.")


def light(
    period: PeriodName,
    area: Annotated[
        str, typer.Argument(metavar="OMRÅDE", help="helhet, fremdrift, okonomi, gevinst eller risiko.")
    ],
    light_: Annotated[str, typer.Argument(metavar="LYS", help="gronn, gul eller rod.")],
    reason: Reason,
    by: ByOrOffice = None,
) -> None:
    """Sett programmets trafikklys for et område, med grunn."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.reports.set_light import set_light
    from language.formats import area_word, light_word

    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        done = accepted(
            set_light(db, period=period, area=area, light=light_, reason=reason, by=actor, now=clock.now())
        )
    tell(f"{area_word(done.area)} i {period}: {light_word(done.light)}.")


def lights_(period: PeriodName, as_json: AsJson = False) -> None:
    """Vis programmets trafikklys: de som er vurdert, og de som følger av programmets nøkkeltall."""
    from cli import console, wiring
    from engine.queries.reports.show_lights import programme_lights
    from language.formats import area_word, light_word

    with wiring.database() as db, db.reading() as tx:
        found = programme_lights(tx, period=period, today=day_or_today(None))
    if as_json:
        console.as_json(
            [
                {
                    "area": one.area,
                    "light": None if one.judged is None else one.judged.light,
                    "reason": None if one.judged is None else one.judged.reason,
                    "computed": one.computed,
                }
                for one in found
            ]
        )
        return
    console.table(
        ("Område", "Vurdert", "Etter nøkkeltall", "Grunn"),
        [
            (
                area_word(one.area),
                "–" if one.judged is None else light_word(one.judged.light),
                "–" if one.computed is None else light_word(one.computed),
                ("Avviker. " if one.differs else "") + ("" if one.judged is None else one.judged.reason),
            )
            for one in found
        ],
        empty="",
    )


def text(
    period: PeriodName,
    place: Annotated[str, typer.Argument(metavar="STED", help="Stedet i rapporten.")],
    words: Annotated[str, typer.Argument(metavar="TEKST", help="Teksten; tom tekst tar den bort.")],
    by: ByOrOffice = None,
) -> None:
    """Skriv teksten på et sted i programmets rapport."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.reports.write_report_text import write_report_text

    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        accepted(write_report_text(db, period=period, place=place, text=words, by=actor, now=clock.now()))
    tell(f"Teksten på «{place}» i {period} er lagret.")


def close_period_(
    period: PeriodName,
    reopen: Annotated[bool, typer.Option("--reopen", help="Åpne perioden igjen.")] = False,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEKST", help="Grunnen til å åpne den igjen.")
    ] = "",
    by: ByOrOffice = None,
) -> None:
    """Lukk en periode for rapporter, eller åpne den igjen."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.reports.close_period import close_period

    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        accepted(close_period(db, period=period, by=actor, now=clock.now(), reopen=reopen, reason=reason))
    tell(f"{period} er {'åpnet igjen' if reopen else 'lukket for rapporter'}.")


def score(
    key: Key,
    period: PeriodName,
    scores: Annotated[
        list[str], typer.Argument(metavar="INDIKATOR=POENG…", help="Poeng for hver kvalitetsindikator.")
    ],
    by: By,
    comment: Annotated[str, typer.Option("--comment", metavar="TEKST", help="Merknad.")] = "",
) -> None:
    """Gi prosjektet poeng på kvalitetsindikatorene, som prosjektleder eller prosjekteier."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from cli.misuse import Told
    from engine.use_cases.reports.score_quality import score_quality

    told: dict[str, object] = {}
    for one in scores:
        name, sign, value = one.partition("=")
        if not sign or name in told:
            raise Told(f"«{one}» er ikke på formen INDIKATOR=POENG, eller står to ganger.")
        told[name] = value
    with wiring.database() as db:
        done = accepted(
            score_quality(db, key=key, period=period, told=told, by=by, now=clock.now(), comment=comment)
        )
    tell(f"{key}: poengene fra {done.side} er ført. Enige om {done.agreed} av {done.of} indikatorer.")


def quality_(
    period: PeriodName,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FIL", help="SVG-fila; ellers vises det som tekst.")
    ] = None,
) -> None:
    """Vis kvalitetsindikatorene for alle prosjekter, som tekst eller som et bilde til programstyret."""
    from cli import console, wiring
    from cli.console import tell
    from documents.tertial.quality import quality_lines, quality_svg
    from engine.queries.reports.show_quality import quality_picture

    with wiring.database() as db, db.reading() as tx:
        picture = quality_picture(tx, period=period, today=day_or_today(None))
    if out is None:
        console.heading(f"{picture.title} {picture.period}")
        console.say(*(quality_lines(picture) or ("Ingen prosjekter er i gang.",)))
        return
    _write(out, quality_svg(picture))
    tell(f"Skrev {out}.")


def project_(
    key: Key,
    period: PeriodName,
    out: Out,
    format_: Annotated[str, typer.Option("--format", metavar="FORMAT", help="pdf eller html.")] = "pdf",
) -> None:
    """Skriv prosjektets rapport som et dokument, med risikomatrise og regnskap; den årlige når den er det."""
    from cli import wiring
    from cli.console import tell
    from cli.misuse import Told
    from documents.editions import FORMATS, project_report
    from engine.queries.programme.in_force import programme_in_force
    from engine.queries.reports.report_form import report_form

    chosen_format = next((one for one in FORMATS if one == format_), None)
    if chosen_format is None:
        raise Told(f"--format: «{format_}» kan ikke velges. Velg mellom: {', '.join(FORMATS)}.")
    with wiring.database() as db, db.reading() as tx:
        form = report_form(tx, key=key, period=period, today=day_or_today(None))
        programme = programme_in_force(tx)
    if form.delivered is None:
        raise Told(f"Det er ikke levert noen rapport for {key} i {period}.")
    made = project_report(form, programme=programme, format=chosen_format)
    _write(out, made.content)
    tell(f"Skrev {out}.")


# --- what several of them do --------------------------------------------------------------------------------


def _write(out: Path, content: bytes) -> None:
    from cli.misuse import Told

    try:
        out.write_bytes(content)
    except OSError as error:
        raise Told(f"Fila «{out}» kan ikke skrives: {error.strerror}.") from None


def _json(file: Path, content: bytes) -> dict[str, object]:
    from cli.misuse import Told

    try:
        found = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Told(f"{file}: fila er ikke UTF-8.") from None
    except json.JSONDecodeError as fault:
        raise Told(f"{file}:{fault.lineno}:{fault.colno} Fila kan ikke leses som JSON.") from None
    except (ValueError, RecursionError):
        raise Told(f"{file}: fila kan ikke leses som JSON.") from None
    if not isinstance(found, dict):
        raise Told(f"{file}: fila må være ett JSON-objekt med skjemaets felt.")
    return found


def _book(file: Path, content: bytes) -> Any:
    from cli.errors import mistakes_in
    from engine.core.refusal import Invalid
    from engine.core.reports.report_book import Book, read_book

    with mistakes_in(file):
        book = read_book(content)
        if not isinstance(book, Book):
            raise Invalid(book)
    return book


def _import_book(file: Path, content: bytes, *, by: str) -> None:
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import mistakes_in
    from engine.use_cases.reports.import_reports import import_reports
    from language.formats import count

    book = _book(file, content)
    with wiring.database() as db, mistakes_in(file):
        done = import_reports(db, book=book, by=by, now=clock.now())
    tell(f"Leverte {count(len(done.delivered), 'rapport')}.")
    if done.unchanged:
        tell(f"Uendret siden forrige versjon: {', '.join(done.unchanged)}.")
    if done.empty:
        tell(f"Ikke fylt ut: {', '.join(done.empty)}.")


def _import_table(
    file: Path, by: str | None, columns: "Columns", act: "Callable[[Database, Sheet, str, Any], Any]"
) -> "ImportedLines":
    from cli import clock, wiring
    from cli.errors import accepted, mistakes_in
    from engine.core.files.sheet import FILE_LIMIT, Sheet, read_sheet
    from engine.core.refusal import Invalid

    content = content_of(file, limit=FILE_LIMIT)
    with wiring.database() as db, mistakes_in(file):
        sheet = read_sheet(content, columns.headings)
        if not isinstance(sheet, Sheet):
            raise Invalid(sheet)
        done: ImportedLines = accepted(act(db, sheet, by or wiring.programme_office(db), clock.now()))
    return done


def _lines(done: "ImportedLines") -> str:
    from language.formats import count

    return count(done.lines, "linje")


def _item(field: Any, item: Any) -> str:
    titles = {part.name: part for part in field.fields}
    told = []
    for name, value in item.items():
        part = titles.get(name)
        shown = dict(part.choices).get(value, value) if part is not None else value
        told.append(f"{part.title if part is not None else name}: {shown}")
    return ", ".join(told)


def _form_json(form: "ReportForm") -> dict[str, Any]:
    """One report or form: project, period, reported_as, version, approval, fields, changed, values."""
    return {
        "project": form.project,
        "title": form.title,
        "period": form.period.id,
        "reported_as": form.status,
        "version": None if form.delivered is None else form.delivered.version,
        "approval": form.approval,
        "closed": form.closed,
        "fields": [
            {"name": field.name, "title": field.title, "type": field.type, "help": field.help}
            for field in form.filled.fields
        ],
        "changed": None if form.filled.changed is None else list(form.filled.changed),
        "values": dict(form.filled.values),
    }
