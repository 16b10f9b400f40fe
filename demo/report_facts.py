"""What did the programme tell for the third tertial of 2024, and what did its published report print?

Facts from the published report, as data: the accounts, the transfers applied for, the risks, and every figure
and name it prints (`printed-2024-t3.csv`). The words about the risks are ours.
"""

import csv
import io
from datetime import date
from importlib import resources
from typing import Final

from engine.core.reporting import AccountLine, Risk, Transfer
from engine.core.sheet import Sheet, read_sheet
from engine.core.tertial import Reported

PERIOD: Final = "2024-T3"
ACCOUNTS_AS_OF: Final = date(2025, 1, 17)

TRANSFERS: Final = (
    ("profesjonell-rekruttering", "Profesjonell rekruttering og introduksjon av nyansatte", 2_400_000),
    ("e-las", "Elektronisk dørlås", 500_000),
    ("boligmatrise-hv-overbyggende", "Trygt og riktig nivå på bo og tjenestetilbud", 700_000),
    ("lagerstyring-hvs", "Lagerstyring", 360_000),
)
"""Project, the name in the application, and kroner. Source: 001:93-99."""

RISKS: Final = (
    (
        "Mangelfull kompetanse på endringsledelse",
        "Ny kultur tar tid. Drift vinner over utvikling, og raske innsparinger fortrenger større gevinster.",
        "Endringsledelse i lederløftet. Ressursgruppe for implementering. Nye prosjekter veies mot mengden.",
    ),
    (
        "Mindre forankring til programmet i byrådsområdet sosiale tjenester",
        "Programkontoret hører til og møter i helse og omsorg. Forankringen i sosiale tjenester er svakere.",
        "Avklare om sosiale tjenester trenger egne ressurser fra programkontoret.",
    ),
    (
        "Mangelfull kapasitet til utviklingsaktivitet i HO/ST",
        "Budsjettbalanse og drift tar kapasitet fra prioritert utvikling, og gevinster kan utebli.",
        "Sterkere prosjektledelse. Styringsgruppen får se alle prosjekter, også de utenfor programmet.",
    ),
)
"""Title, assessment, measures; no probability, consequence, owner or date is printed. Source: 001:242-346."""


def printed() -> Sheet:
    """Every figure and name that the published report prints."""
    sheet = read_sheet(_bytes("printed-2024-t3.csv"))
    assert isinstance(sheet, Sheet), sheet
    return sheet


def accounts() -> tuple[AccountLine, ...]:
    """Tabell 1 of the published report. Source: 001:104-140."""
    rows = csv.DictReader(io.StringIO(_bytes("accounts-2024-t3.csv").decode()))
    return tuple(
        AccountLine(
            period=PERIOD,
            label=row["label"],
            group=row["group"],  # type: ignore[arg-type]
            project_number=row["project_number"] or None,
            budget=int(row["budget"]) if row["budget"] else None,
            spent=int(row["spent"]) if row["spent"] else None,
            as_of=ACCOUNTS_AS_OF,
        )
        for row in rows
    )


def reported() -> Reported:
    """All of it, as the report is computed from it."""
    return Reported(
        accounts=accounts(),
        transfers=tuple(
            Transfer(period=PERIOD, project=project, label=label, amount=amount)
            for project, label, amount in TRANSFERS
        ),
        risks=tuple(
            Risk(
                number=number, title=title, kind="trussel", probability=None, consequence=None,
                assessment=assessment, measures=measures, owner="", due=None,
            )
            for number, (title, assessment, measures) in enumerate(RISKS, 1)
        ),
    )  # fmt: skip


def _bytes(name: str) -> bytes:
    return resources.files("demo").joinpath(name).read_bytes()
