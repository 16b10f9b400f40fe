"""Commands about conditions: which a project's decisions were given on, and whether they are met."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, ByOrOffice, Key, day

if TYPE_CHECKING:
    from engine.use_cases.obligations.settle_condition import Followed

app = typer.Typer(help="Forutsetningene beslutninger er gitt på.", no_args_is_help=True)

ConditionName = Annotated[
    str, typer.Argument(metavar="FORUTSETNING", help="Sakens nummer og forutsetningens id: 3/2025:F1.")
]


@app.command("list")
def list_(key: Key, as_json: AsJson = False) -> None:
    """Vis forutsetningene i et prosjekt, oppfylte og åpne."""
    from cli import console, wiring
    from engine.core.refusal import unknown
    from engine.queries.json_v1 import condition_json
    from engine.store import cases, projects
    from language.formats import plain_date

    with wiring.database() as db, db.reading() as tx:
        if projects.load(tx, key) is None:
            raise unknown("project", key, projects.keys(tx))
        found = cases.conditions(tx, key)
    if as_json:
        console.as_json([condition_json(one) for one in found])
        return
    console.table(
        ("Forutsetning", "Punkt", "Tekst", "Ansvar", "Frist", "Står"),
        [
            (
                f"{one.number}:{one.id}",
                one.gate,
                one.text,
                one.owner,
                plain_date(one.due),
                f"oppfylt {plain_date(one.settled_at)}: {one.evidence}"
                if one.settled_at is not None
                else "åpen, stanser neste punkt"
                if one.blocks
                else "åpen",
            )
            for one in found
        ],
        empty="Ingen beslutninger er gitt på forutsetninger.",
    )


@app.command("settle")
def settle(
    name: ConditionName,
    evidence: Annotated[
        str, typer.Option("--evidence", metavar="TEKST", help="Det som viser at den er oppfylt.")
    ],
    by: ByOrOffice = None,
) -> None:
    """Godta at en forutsetning er oppfylt."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.obligations.settle_condition import settle_condition

    _parted(name)
    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        done: Followed = accepted(
            settle_condition(db, condition=name, evidence=evidence, by=actor, now=clock.now())
        )
    tell(f"Forutsetning {done.condition} er godtatt som oppfylt.")


@app.command("extend")
def extend(
    name: ConditionName,
    due: Annotated[str, typer.Option("--due", metavar="DATO", help="Den nye fristen.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEKST", help="Grunnen; den blir stående.")],
    by: ByOrOffice = None,
) -> None:
    """Gi en forutsetning en ny frist."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.obligations.settle_condition import extend_condition
    from language.formats import day_and_year

    _parted(name)
    until = day(due, option="--due")
    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        done: Followed = accepted(
            extend_condition(db, condition=name, due=until, reason=reason, by=actor, now=clock.now())
        )
    tell(f"Forutsetning {done.condition} har nå frist {day_and_year(done.due)}.")


def _parted(name: str) -> None:
    from cli.misuse import Told

    case, _, condition = name.rpartition(":")
    if not (case and condition):
        raise Told(f"«{name}» er ikke på formen 3/2025:F1.")
