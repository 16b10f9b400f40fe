"""The report's appendices: every project by phase, and how far the work with benefits has come."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from documents.formats.blocks import SIGNS, Block
from documents.formats.blocks import heading as _heading
from documents.formats.blocks import listing as _list
from documents.formats.blocks import table as _table
from documents.formats.blocks import text as _text
from documents.tertial.phrases import term_of
from engine.core.benefits.told import COLUMNS, PROGRESS, Progress
from engine.core.report.report import Band, TertialReport, Work
from engine.core.reports.told import Light
from language import formats

PROGRESS_LIGHTS: Final[Mapping[Progress, Light]] = {
    "identifisert": "gronn",
    "under_arbeid": "gul",
    "ikke_pabegynt": "rod",
}
COLUMN_WORDS: Final[Mapping[str, str]] = {
    "gevinstmal": "Gevinstmål",
    "indikatorer": "Måleindikatorer",
    "ambisjon": "Ambisjon",
    "tidsfrist": "Tidsfrist",
}


_WORK_EXPLAINED: Final = (
    "Prosjekter i prosjektfase skal ha prioriterte gevinstmål med måleindikatorer, ambisjonsnivå og"
    " tidsfrist. Prosjekter som har valgt konsept, skal ha gevinstmål og måleindikatorer."
)


def appendix_projects(report: TertialReport) -> Iterator[Block]:
    """Every project, by phase."""
    day = formats.plain_date(report.period.last)
    yield _heading(2, "vedlegg-1", f"Vedlegg 1: Oversikt over porteføljen per {day}", page=True)
    for band in report.bands:
        title = term_of(band.code, band.title)
        yield _heading(3, f"vedlegg-1.{band.code or 'ingen'}", f"{title} ({len(band.rows)})")
        if band.rows:
            yield _band_table(band, title)
        else:
            yield _text(
                f"vedlegg-1.{band.code}.tom",
                ["Ingen prosjekter hører til dette innsatsområdet nå."],
            )


def _band_table(band: Band, title: str) -> Block:
    return _table(
        f"tabell-v1-{band.code or 'ingen'}",
        f"Innsatsområde {title}",
        ["Prosjekt", "Beskrivelse", "Tjeneste", "Fase"],
        [[row.title, row.description, row.service, row.reported_as] for row in band.rows],
    )


def appendix_work(report: TertialReport) -> Iterator[Block]:
    """How far the work with benefits has come, project by project."""
    day = formats.plain_date(report.period.last)
    yield _heading(2, "vedlegg-2", f"Vedlegg 2: Status på gevinstarbeidet i prosjektene per {day}", page=True)
    yield _text(
        "vedlegg-2.krav",
        [_WORK_EXPLAINED],
    )
    yield _work_table("tabell-v2", f"Prosjekter i prosjektfase ({len(report.work)})", report.work, COLUMNS)
    yield _work_table(
        "tabell-v2-konsept",
        f"Konsepter ({len(report.work_in_concept)})",
        report.work_in_concept,
        COLUMNS[:2],
    )
    yield _text(
        "vedlegg-2.tegn",
        [
            "Tegnforklaring: "
            + ", ".join(
                f"{SIGNS[PROGRESS_LIGHTS[one]]} {formats.lower_first(formats.progress_word(one))}"
                for one in PROGRESS
            )
            + "."
        ],
    )
    reasons = [
        f"{row.title}, {COLUMN_WORDS[column].lower()}: {reason}"
        for row in (*report.work, *report.work_in_concept)
        for column, reason in row.reasons.items()
    ]
    if reasons:
        yield _text("vedlegg-2.overstyrt.om", ["Overstyrt av programkontoret, med begrunnelse:"])
        yield _list("vedlegg-2.overstyrt", reasons)


def _work_table(name: str, caption: str, rows: Sequence[Work], columns: Sequence[str]) -> Block:
    return _table(
        name,
        caption,
        ["Prosjekt", *(COLUMN_WORDS[column] for column in columns)],
        [
            [
                row.title,
                *(
                    {
                        "text": formats.progress_word(row.columns[column])
                        + (" *" if column in row.reasons else ""),
                        "light": PROGRESS_LIGHTS[row.columns[column]],
                    }
                    for column in columns
                ),
            ]
            for row in rows
        ],
    )
