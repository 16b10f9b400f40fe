"""The report's benefits: freed time, other benefits, and what is being realised."""

from collections.abc import Iterator
from typing import Final

from documents.formats import charts
from documents.formats.blocks import Block
from documents.formats.blocks import figure as _figure
from documents.formats.blocks import heading as _heading
from documents.formats.blocks import listing as _list
from documents.formats.blocks import strong as _strong
from documents.formats.blocks import table as _table
from documents.formats.blocks import text as _text
from documents.tertial.economy import amount
from documents.tertial.introduction import coverage_sentence
from documents.tertial.phrases import (
    NO_TERM,
    fte,
    listed,
    on_day,
    own_words,
    projects,
    span_of,
    term_of,
    value_of,
)
from engine.core.report.report import Change, TertialReport
from language import formats

_FREED_EXPLAINED: Final = (
    "Tabell 2 viser hvor mange årsverk prosjektene anslår at de kan frigjøre, fordelt på innsatsområder"
    " og år. Prosjekter i konseptfasen er ikke med, fordi målene deres ofte ikke er klare ennå."
)


CLOSE_TO_ZERO: Final = "Ingen"


def benefits(report: TertialReport) -> Iterator[Block]:
    """The benefits' own opening words."""
    yield _heading(3, "gevinster", "Gevinster")
    yield from own_words(report, "gevinst")


def freed_time(report: TertialReport) -> Iterator[Block]:
    """Freed time: expected, against the targets, and what has changed."""
    freed = report.freed
    yield _heading(4, "arsverk", "Samlet rapportering på frigjorte årsverk")
    yield _text(
        "arsverk.om",
        [
            _FREED_EXPLAINED,
            coverage_sentence(report),
        ],
    )
    if any(freed.totals):
        yield _figure(
            "figur-arsverk",
            "Anslåtte frigjorte årsverk per år og innsatsområde, og mot målene",
            _freed_in_words(report),
            charts.stacked_years(
                freed.years,
                [
                    charts.Series(code=row.code or "–", title=row.title or NO_TERM, values=row.values)
                    for row in freed.rows
                    if any(row.values)
                ],
                [
                    charts.Goal(
                        title=one.title,
                        low=one.low,
                        high=one.high,
                        value=one.estimated,
                        label=(
                            f"{formats.number(one.estimated)} årsverk anslått i {one.year}, mål"
                            f" {span_of(one.low, one.high)} i {one.by} (stiplet)"
                        ),
                    )
                    for one in report.against_targets
                ],
            ),
        )
    yield _table(
        "tabell-2",
        "Tabell 2: Anslått potensial for frigjorte årsverk per innsatsområde",
        ["Innsatsområde", *(f"#{year}" for year in freed.years)],
        [
            *([term_of(row.code, row.title), *(fte(value) for value in row.values)] for row in freed.rows),
            [_strong("Sum"), *(_strong(fte(value) or "0") for value in freed.totals)],
        ],
    )
    if any(freed.kroner):
        yield _table(
            "tabell-2b",
            "Tabell 2b: Anslåtte gevinster i kroner",
            ["", *(f"#{year}" for year in freed.years)],
            [["Sum", *(amount(value) for value in freed.kroner)]],
        )
    yield from own_words(report, "arsverk")
    if report.against_targets:
        yield _table(
            "tabell-mal",
            "Tabell 2c: Anslag mot programmets mål",
            ["Hovedstrategi", "#Anslått", "#Mål", "Innen"],
            [
                [
                    one.title,
                    f"{fte(one.estimated) or '0'} i {one.year}",
                    span_of(one.low, one.high),
                    str(one.by),
                ]
                for one in report.against_targets
            ],
        )


def _freed_in_words(report: TertialReport) -> str:
    freed = report.freed
    told = [f"{year}: {formats.number(total)}" for year, total in zip(freed.years, freed.totals, strict=True)]
    goals = [
        f"{one.title}: {formats.number(one.estimated)} av {span_of(one.low, one.high)} årsverk innen {one.by}"
        for one in report.against_targets
    ]
    return f"Stolper med årsverk per år. {'; '.join(told)}. {'; '.join(goals)}. Tallene står i tabell 2."


def others(report: TertialReport) -> Iterator[Block]:
    """Benefits that are no freed time."""
    yield _heading(4, "andre-gevinster", "Andre gevinster enn frigjorte årsverk")
    yield from own_words(report, "andre_gevinster")
    if report.other_benefits:
        yield _table(
            "tabell-andre",
            "Gevinstmål som ikke gjelder årsverk",
            ["Prosjekt", "Gevinstmål", "Type", "Ambisjon"],
            [[one.title, one.goal, one.kind, one.ambition] for one in report.other_benefits],
        )
    yield _text("andre-gevinster.vedlegg", ["Vedlegg 2 viser gevinstarbeidet prosjekt for prosjekt."])


def realisation(report: TertialReport) -> Iterator[Block]:
    """What is being realised, and what has been closed."""
    yield _heading(4, "realisering", "Realisering og erfaringer fra avsluttede prosjekter")
    yield _text("realisering.nye", [new_in_realisation_sentence(report)])
    yield _text("realisering.alle", [in_realisation_sentence(report)])
    if report.measured:
        yield _table(
            "tabell-maling",
            "Målinger i prosjekter i realisering",
            ["Prosjekt", "Gevinstmål", "Måleindikator", "#Nullpunkt", "#Mål", "#Siste måling", "Målt"],
            [
                [
                    one.title,
                    one.goal,
                    f"{one.indicator} ({one.unit})" if one.unit else one.indicator,
                    value_of(one.baseline),
                    value_of(one.target),
                    value_of(one.latest) or "Ikke målt",
                    formats.plain_date(one.measured_on) if one.measured_on else "",
                ]
                for one in report.measured
            ],
        )
    if report.realised:
        yield _table(
            "tabell-realisert",
            "Realiserte gevinster mot anslag",
            ["Prosjekt", "#År", "#Årsverk realisert", "#Årsverk anslått", "#Kroner realisert"],
            [
                [one.title, str(one.year), value_of(one.fte), value_of(one.expected), amount(one.kroner)]
                for one in report.realised
            ],
        )
    yield _text("realisering.avsluttet", [closed_sentence(report)])
    if report.closed:
        yield _list("realisering.erfaringer", [closing_note(one) for one in report.closed])
    yield from own_words(report, "erfaringer")


def new_in_realisation_sentence(report: TertialReport) -> str:
    """«Ingen prosjekter gikk over i realisering i perioden.»"""
    if not report.new_in_realisation:
        return "Ingen prosjekter gikk over i realisering i perioden."
    number = formats.upper_first(projects(len(report.new_in_realisation)))
    return f"{number} gikk over i realisering: {listed(report.new_in_realisation)}."


def in_realisation_sentence(report: TertialReport) -> str:
    """«Fire prosjekter følges opp i realisering: …»"""
    if not report.in_realisation:
        return "Ingen prosjekter er i realisering."
    number = len(report.in_realisation)
    return (
        f"{formats.upper_first(projects(number))} følges opp i realisering: {listed(report.in_realisation)}."
    )


def closed_sentence(report: TertialReport) -> str:
    """«Tre prosjekter ble avsluttet i perioden.»"""
    if not report.closed:
        return "Ingen prosjekter ble avsluttet i perioden."
    return f"{formats.upper_first(projects(len(report.closed)))} ble avsluttet i perioden."


def closing_note(change: Change) -> str:
    """What became of a closed project, its reason and where its experience goes, as far as it is told."""
    study = "Konseptarbeidet i " if change.before == "Konsept" else ""
    told = f"{study}{change.title} ble avsluttet{on_day(change.on)}."
    if change.reason:
        told += f" {change.reason.rstrip('.')}."
    if change.carried_to:
        told += f" Erfaringene føres videre: {formats.lower_first(change.carried_to.rstrip('.'))}."
    return told
