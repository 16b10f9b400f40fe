"""Commands about projects: the portfolio in, one project's facts, who has which role."""

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.options import AsJson, ByOrOffice, File, Key, On, content_of, day_or_today

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from engine.store.session import Database

app = typer.Typer(help="Porteføljen og det enkelte prosjektet.", no_args_is_help=True)

ROLE: Final = "role."


@app.command("import")
def import_(
    file: File,
    on: On = None,
) -> None:
    """Les inn en portefølje fra CSV eller XLSX: alle rader, eller ingen og alle feil."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import mistakes_in
    from engine.core.files.sheet import FILE_LIMIT, Sheet, read_sheet
    from engine.core.refusal import Invalid
    from engine.use_cases.projects.import_projects import NEEDED, import_projects
    from language.formats import count

    effective = day_or_today(on)
    content = content_of(file, limit=FILE_LIMIT)
    with wiring.database() as db, mistakes_in(file):
        sheet = read_sheet(content, NEEDED)
        if not isinstance(sheet, Sheet):
            raise Invalid(sheet)
        done = import_projects(db, sheet=sheet, effective=effective, now=clock.now())
    tell(f"Leste inn {count(len(done.keys), 'prosjekt')}.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Vis alle prosjektene og hvor de står."""
    from cli import console, wiring
    from engine.core.reports.portfolio import REPORTED
    from engine.queries.json_v1 import portfolio_json
    from language.formats import count, phase_status_word, upper_first

    with wiring.database() as db, db.reading() as tx:
        portfolio = portfolio_json(tx)
    if as_json:
        console.as_json(portfolio)
        return
    console.table(
        ("Nøkkel", "Tittel", "Fase", "Status", "Område"),
        [
            (
                one["key"],
                one["title"],
                one["phase_title"],
                phase_status_word(one["reported_as"], assumed=one["phase_assumed"]),
                one["focus_area"] or "–",
            )
            for one in portfolio
        ],
        empty="Det er ingen prosjekter ennå.",
    )
    if portfolio:
        reported = [one["reported_as"] for one in portfolio]
        told = ", ".join(f"{reported.count(status)} {status}" for status in REPORTED)
        console.say("", f"{upper_first(count(len(portfolio), 'prosjekt'))}: {told}.")


@app.command("candidates")
def candidates(as_json: AsJson = False) -> None:
    """Vis kandidatene til programmet side om side: rekkefølgen, og svaret på de seks spørsmålene."""
    from dataclasses import asdict

    from cli import console, wiring
    from engine.queries.projects.candidates import compare_candidates

    with wiring.database() as db, db.reading() as tx:
        found = compare_candidates(tx, on=day_or_today(None))
    if as_json:
        console.as_json([asdict(one) for one in found])
        return
    console.table(
        ("Nr.", "Prosjekt", "Leangen", "Bidrag", "Område", "Nytte", "Ressurser", "Rekkefølge"),
        [
            (str(one.rank or "–"), one.title, *(answer or "–" for answer in one.answers.values()))
            for one in found
        ],
        empty="Det er ingen kandidater.",
    )


@app.command("show")
def show(key: Key, as_json: AsJson = False) -> None:
    """Vis alt som er kjent om et prosjekt."""
    from cli import console, wiring

    with wiring.database() as db:
        told = _everything(db, key)
    if as_json:
        console.as_json(told)
        return
    console.heading(f"{told['title']} ({told['key']})")
    assumed = " (antatt)" if told["phase_assumed"] else ""
    console.say(f"{told['workflow']} versjon {told['version']}, fase {told['phase_title']}{assumed}")
    console.table(("Opplysning", "Verdi"), _written(told["facts"]), empty="Ingen opplysninger er fylt ut.")
    console.table(
        ("Rolle", "Navn", "E-post", "Fra"),
        [(one["role"], one["name"], one["email"], one["from"]) for one in told["roles"]],
        empty="Ingen roller er fordelt.",
    )
    console.table(
        ("Fase", "Fra", "Antatt"),
        [(one["phase"], one["from"], "ja" if one["assumed"] else "nei") for one in told["phases"]],
        empty="",
    )
    if told["open_case"]:
        console.say(f"Sak {told['open_case']} er til behandling.")


@app.command("set")
def set_(
    key: Key,
    assignments: Annotated[
        list[str],
        typer.Argument(
            metavar="FELT=VERDI…",
            help="FELT=VERDI, FELT= tømmer, FELT+=JSON føyer til en liste, role.ROLLE=E-POST gir en rolle.",
        ),
    ],
    on: On = None,
    by: ByOrOffice = None,
) -> None:
    """Gi opplysninger nye verdier fra en dato. Alle, eller ingen og alle feil."""
    from cli import clock, wiring
    from cli.console import tell
    from engine.use_cases.projects.change_facts import assign_role, change_facts

    effective = day_or_today(on)
    told = [_parted(one) for one in assignments]
    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        roles = {name.removeprefix(ROLE): value for name, _, value in told if name.startswith(ROLE)}
        _check_roles(db, roles)
        changes = _changes(db, key, [one for one in told if not one[0].startswith(ROLE)], effective)
        if changes:
            change_facts(db, key=key, changes=changes, by=actor, effective=effective, now=clock.now())
        for role, who in roles.items():
            assign_role(db, key=key, role=role, who=who, valid_from=effective, by=actor, now=clock.now())
    names = ", ".join([*changes, *(f"{ROLE}{role}" for role in roles)])
    tell(f"{key}: {names} gjelder fra {effective.isoformat()}.")


@app.command("take-in")
def take_in_(key: Key, on: On = None, by: ByOrOffice = None) -> None:
    """Ta et prosjekt inn i programmet fra en dato, eller vis alt som står i veien."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.projects.take_in import take_in
    from language.formats import day_and_year

    effective = day_or_today(on)
    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        accepted(take_in(db, key=key, on=effective, by=actor, now=clock.now()))
    tell(f"{key} er tatt inn i programmet fra {day_and_year(effective)}.")


def _parted(assignment: str) -> tuple[str, bool, str]:
    """Name, whether the value is to be added to a list, and the value."""
    from cli.misuse import Told

    name, sign, value = assignment.partition("=")
    if not sign or not name.strip("+ "):
        raise Told(f"«{assignment}» er ikke på formen FELT=VERDI.")
    return name.removesuffix("+").strip(), name.endswith("+"), value


def _check_roles(db: "Database", roles: "Mapping[str, str]") -> None:
    """Say what is wrong with the roles before any fact is changed."""
    from engine.core.facts.catalogue import ROLES
    from engine.core.refusal import unknown
    from engine.queries.people.actors import person_named

    known = [name for name, _ in ROLES]
    with db.reading() as tx:
        for role, who in roles.items():
            if role not in known:
                raise unknown("role", role, known)
            person_named(tx, who)


def _changes(
    db: "Database", key: str, told: "Iterable[tuple[str, bool, str]]", effective: "date"
) -> dict[str, Any]:
    """What to change: a value added to a list becomes the whole list as it then is."""
    from engine.store import projects

    changes: dict[str, Any] = {}
    with db.reading() as tx:
        current = projects.facts(tx, key, on=effective)
    for name, adds, value in told:
        if adds:
            before = changes.get(name, current.get(name, []))
            changes[name] = [*(before if isinstance(before, list) else []), *_items(value)]
        else:
            changes[name] = value
    return changes


def _items(text: str) -> list[Any]:
    """JSON for an item, or for several; any other text is an item of its own."""
    try:
        found = json.loads(text)
    except ValueError:
        return [text]
    return found if isinstance(found, list) else [found]


def _everything(db: "Database", key: str) -> dict[str, Any]:
    from cli import clock
    from engine.core.programme.calendar import local_date
    from engine.core.refusal import unknown
    from engine.queries.json_v1 import project_json
    from engine.store import cases, definitions, projects

    today = local_date(clock.now())
    with db.reading() as tx:
        project = projects.load(tx, key)
        if project is None:
            raise unknown("project", key, projects.keys(tx))
        facts = projects.facts(tx, key)
        case = cases.open_for(tx, key)
        return {
            **project_json(project, facts, definitions.load(tx, project.workflow, project.version)),
            "facts": facts,
            "roles": [
                {"role": one.role, "name": one.name, "email": one.email, "from": one.valid_from.isoformat()}
                for one in projects.roles(tx, key, on=today).values()
            ],
            "papers": [
                {"id": one.id, "kind": one.kind, "title": one.title, "sha256": one.sha256, "size": one.size}
                for one in projects.papers(tx, key)
            ],
            "phases": [
                {
                    "phase": one.phase,
                    "from": one.effective.isoformat(),
                    "assumed": one.assumed,
                    "case": one.case,
                }
                for one in projects.phases(tx, key)
            ],
            "open_case": None if case is None else case.number,
        }


def _written(facts: "Mapping[str, Any]") -> "Iterable[tuple[str, str]]":
    for name, value in facts.items():
        match value:
            case bool():
                yield name, "ja" if value else "nei"
            case str():
                yield name, value
            case _:
                yield name, json.dumps(value, ensure_ascii=False)
