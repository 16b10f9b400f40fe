"""Commands about workflow definitions: which there are, what one says, whether a file is sound."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.options import AsJson, File, text_of

if TYPE_CHECKING:
    from engine.core.refusal import Mistake

app = typer.Typer(help="Arbeidsflytene.", no_args_is_help=True)

SECONDS: Final = 60
"""How long a check may take by the clock; its processor time is limited by the child itself."""


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Vis arbeidsflytene som er registrert."""
    from cli import console, wiring
    from engine.core.files.shape import text_in
    from engine.store import definitions

    with wiring.database() as db, db.reading() as tx:
        known = [(one, definitions.load(tx, one.workflow, one.version)) for one in definitions.registered(tx)]
    if as_json:
        console.as_json(
            [
                {
                    "workflow": one.workflow,
                    "version": one.version,
                    "title": text_in(definition.title),
                    "kind": definition.kind,
                    "digest": one.digest,
                    "registered_at": one.registered_at.isoformat(),
                }
                for one, definition in known
            ]
        )
        return
    console.table(
        ("Arbeidsflyt", "Versjon", "Tittel", "Prosjekter", "SHA-256"),
        [
            (one.workflow, str(one.version), text_in(definition.title), definition.kind, one.digest[:12])
            for one, definition in known
        ],
        empty="Ingen arbeidsflyter er registrert. Kjør: faseport init",
    )


@app.command("show")
def show(
    workflow: Annotated[str, typer.Argument(metavar="ARBEIDSFLYT")],
    version: Annotated[int | None, typer.Option("--version", metavar="N", help="Ellers den nyeste.")] = None,
    as_json: AsJson = False,
) -> None:
    """Vis fasene, beslutningspunktene og kravene i en arbeidsflyt."""
    from cli import console, wiring
    from engine.core.files.shape import text_in
    from engine.core.refusal import unknown
    from engine.store import definitions

    with wiring.database() as db, db.reading() as tx:
        known = [one for one in definitions.registered(tx) if one.workflow == workflow]
        if not known:
            raise unknown("workflow", workflow, {one.workflow for one in definitions.registered(tx)})
        chosen = next((one for one in reversed(known) if version in (None, one.version)), None)
        if chosen is None:
            raise unknown("version", str(version), [str(one.version) for one in known])
        definition = definitions.load(tx, workflow, chosen.version)
    if as_json:
        console.as_json({"digest": chosen.digest, "file": definition.source.data})
        return
    console.heading(f"{text_in(definition.title)} ({workflow}, versjon {chosen.version})")
    console.say(" → ".join(text_in(phase.title) for phase in definition.phases))
    for gate in definition.gates:
        console.say("")
        console.heading(f"{gate.id} {text_in(gate.title)}")
        console.table(
            ("Krav", "Vekt", "Id", "Kilde"),
            [(text_in(one.title), one.weight, one.id, one.source or "") for one in gate.criteria],
            empty="Ingen krav.",
        )


@app.command("check")
def check(
    file: File,
    programme: Annotated[
        Path | None, typer.Option("--programme", metavar="FIL", help="Prøv den mot dette programmet også.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prøv en arbeidsflyt: hver feil med linje og kolonne, og det som ikke kan gå bra når den brukes."""
    from cli import console
    from cli.console import tell
    from cli.misuse import BadFile
    from engine.core.files.yaml_source import LARGEST_BYTES

    text = text_of(file, limit=LARGEST_BYTES)
    other = None if programme is None else text_of(programme, limit=LARGEST_BYTES)
    found = checked_apart(text, other, name=str(file))
    if as_json:
        console.as_json(found)
    for path, part in ((programme, "programme"), (file, "definition")):
        mistakes = mistakes_told(found, part)
        if mistakes:
            raise BadFile(str(path), mistakes)
    if not as_json:
        tell(f"{file}: {found['workflow']} versjon {found['version']} holder.")


def checked_apart(text: str, programme: str | None, *, name: str) -> dict[str, Any]:
    """Check a definition in a process of its own, so that a rule that runs away harms nobody.

    `name` is what the definition is called when the limits stop it. Returns workflow, version, and the
    mistakes in `definition` and `programme`, as JSON shapes. Raises Told when it is stopped.
    """
    from cli.misuse import Told

    house = str(Path(__file__).parents[1])
    # -P keeps the folder one happens to stand in out of the child's modules.
    command = [sys.executable, "-P", "-m", "cli.checking"]
    paths = [house, *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and module; the files go in as data
            command,
            input=json.dumps({"definition": text, "programme": programme}),
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Told(
            f"{name}: Prøven ble stanset etter {SECONDS} sekunder: en regel bruker for lang tid."
        ) from None
    if child.returncode < 0 or "MemoryError" in child.stderr:
        raise Told(f"{name}: Prøven ble stanset: en regel bruker for mye tid eller minne.")
    if child.returncode:
        raise RuntimeError("the check failed", child.stderr[-2000:])
    told: dict[str, Any] = json.loads(child.stdout)
    return told


def mistakes_told(found: dict[str, Any], part: str) -> "tuple[Mistake, ...]":
    """The mistakes a check has found in its `definition` or its `programme`."""
    from engine.core.refusal import Mistake

    return tuple(Mistake(**one) for one in found[part])
