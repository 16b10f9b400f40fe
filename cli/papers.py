"""Commands about the papers of a project."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, ByOrOffice, Key, content_of

app = typer.Typer(help="Saksunderlaget i et prosjekt.", no_args_is_help=True)


@app.command("add")
def add(
    key: Key,
    kind: Annotated[
        str, typer.Argument(metavar="TYPE", help="Dokumenttypen, slik arbeidsflyten kaller den.")
    ],
    file: Annotated[Path, typer.Argument(metavar="FIL")],
    title: Annotated[str, typer.Option("--title", metavar="TITTEL", help="Ellers filas navn.")] = "",
    by: ByOrOffice = None,
) -> None:
    """Legg et dokument ved prosjektet. Åpne saker beholder underlaget de ble åpnet med."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.projects.add_paper import SIZE_LIMIT, add_paper

    content = content_of(file, limit=SIZE_LIMIT)
    with wiring.database() as db:
        done = accepted(
            add_paper(
                db,
                key=key,
                kind=kind,
                title=title or file.stem,
                content=content,
                ending=file.suffix,
                by=by or wiring.programme_office(db),
                now=clock.now(),
            )
        )
    tell(f"«{title or file.stem}» er lagt ved {key} (SHA-256 {done.sha256[:16]}…).")


@app.command("list")
def list_(key: Key, as_json: AsJson = False) -> None:
    """Vis prosjektets dokumenter."""
    from cli import console, wiring
    from engine.core.refusal import unknown
    from engine.store import projects
    from language.formats import moment

    with wiring.database() as db, db.reading() as tx:
        if projects.load(tx, key) is None:
            raise unknown("project", key, projects.keys(tx))
        papers = projects.papers(tx, key)
    if as_json:
        console.as_json(
            [
                {
                    "id": one.id,
                    "project": one.project,
                    "kind": one.kind,
                    "title": one.title,
                    "sha256": one.sha256,
                    "media_type": one.media_type,
                    "size": one.size,
                    "added_at": one.added_at.isoformat(),
                }
                for one in papers
            ]
        )
        return
    console.table(
        ("Type", "Tittel", "Byte", "Lagt ved"),
        [(one.kind, one.title, str(one.size), moment(one.added_at)) for one in papers],
        empty="Ingen dokumenter er lagt ved.",
    )
