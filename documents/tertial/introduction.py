"""The report's opening: the period, the programme, its lights and what has changed."""

from collections.abc import Iterator
from typing import Final

from documents.formats import charts
from documents.formats.blocks import Block
from documents.formats.blocks import figure as _figure
from documents.formats.blocks import heading as _heading
from documents.formats.blocks import listing as _list
from documents.formats.blocks import table as _table
from documents.formats.blocks import text as _text
from documents.tertial.phrases import listed, own_words, period_label, projects
from engine.core.report.report import TertialReport
from engine.core.reports.told import Light
from language import formats

_LIGHTS_EXPLAINED: Final = (
    "Et trafikklys er grønt, gult eller rødt, og har alltid en egen form og et ord i tillegg til fargen."
    " Lyset settes av nøkkeltall der programmet har en regel for det, og ellers av den som er ansvarlig"
    " for området. Sier de to noe ulikt, vises begge."
)


def introduction(report: TertialReport) -> Iterator[Block]:
    """The period and its lights."""
    yield _heading(2, "innledning", "Innledning")
    yield _text("innledning.periode", [_about_period(report)])
    yield _text("innledning.tall", [counts_sentence(report)])
    yield _text("innledning.dekning", [coverage_sentence(report)])
    yield _heading(3, "inndeling", "Inndeling")
    yield _list(
        "inndeling.deler",
        [
            "Del 1 handler om programmet samlet: helhet, fremdrift, økonomi, gevinster og risiko.",
            "Del 2 handler om porteføljen: hva som har endret seg, og hvor prosjektene hører til.",
        ],
    )
    yield _heading(3, "trafikklys", "Trafikklys")
    yield _text(
        "trafikklys.forklaring",
        [_LIGHTS_EXPLAINED],
    )


def _about_period(report: TertialReport) -> str:
    return (
        f"{report.programme} rapporterer for {period_label(report.period)},"
        f" {formats.plain_date(report.period.first)}–{formats.plain_date(report.period.last)}."
    )


def counts_sentence(report: TertialReport) -> str:
    """«Fem prosjekter er i konseptfase, 23 er under gjennomføring, og sju er i realisering eller …»"""
    counts = report.counts
    later = counts["Realisering"] + counts["Avsluttet"]
    return formats.upper_first(
        f"{projects(counts['Konsept'])} er i konseptfase, {formats.in_words(counts['Prosjekt'])} er under"
        f" gjennomføring, og {formats.in_words(later)} er i realisering eller ble avsluttet i perioden."
    )


def coverage_sentence(report: TertialReport) -> str:
    """«12 av 35 prosjekter har anslått gevinster i form av frigjort tid eller kroner.»"""
    found = report.coverage
    return (
        f"{found.estimated} av {found.counted} prosjekter har anslått gevinster i frigjort tid eller kroner."
        f" Anslagene fra {found.summed} av {found.summable} prosjekter i prosjektfase eller realisering er"
        " summert."
    )


def programme(report: TertialReport) -> Iterator[Block]:
    """The programme as it stands, and what has changed."""
    yield _heading(2, "del-1", "Del 1: Rapportering på program")
    yield _heading(3, "del-1.innledning", "Innledning")
    yield _text(
        "del-1.formal",
        ["Programmet prioriterer prosjekter som bidrar til innsatsområdene:"],
    )
    yield _list(
        "del-1.innsatsomrader",
        [
            f"{group.title}: {term.title}" if group.code else term.title
            for group in report.focus_areas
            for term in group.terms
        ],
        numbered=not any(group.code for group in report.focus_areas),
    )
    yield _heading(3, "overordnet", "Overordnet status")
    shown = [
        (formats.area_word(one.area), one.light, formats.light_word(one.light) if one.light else "Ikke satt")
        for one in report.lights
    ]
    yield _figure(
        "figur-lys",
        "Trafikklys for programmet",
        " ".join(f"{title}: {word.lower()}." for title, _, word in shown),
        charts.lights(shown),
    )
    yield _table(
        "tabell-lys",
        "Trafikklys med begrunnelse",
        ["Område", "Status", "Begrunnelse"],
        [
            [
                formats.area_word(one.area),
                light_cell(one.light, one.computed, differs=one.differs),
                one.reason,
            ]
            for one in report.lights
        ],
    )
    yield from own_words(report, "helhet")
    if report.freed.change is not None:
        yield _text("overordnet.endring", [change_sentence(report)])
    yield _heading(3, "fremdrift", "Fremdrift")
    yield from own_words(report, "fremdrift")
    yield _text("fremdrift.levert", [*_delivered(report)])


def change_sentence(report: TertialReport) -> str:
    """«Siden forrige tertial har anslaget for 2026 økt med 20 årsverk.»"""
    change = report.freed.change or ()
    moved = [(year, value) for year, value in zip(report.freed.years, change, strict=False) if value]
    if not moved:
        return "Anslagene for frigjorte årsverk er de samme som i forrige rapport."
    told = [
        f"{'+' if value > 0 else '−'}{formats.number(abs(value))} årsverk i {year}" for year, value in moved
    ]
    because = formats.listed([one.title for one in report.freed.changed])
    return (
        f"Siden forrige rapport er anslagene endret: {formats.listed(told)}. Endringen kommer fra {because}."
    )


def _delivered(report: TertialReport) -> Iterator[str]:
    given = report.delivery
    delivered = len(given.expected) - len(given.missing)
    yield f"{delivered} av {len(given.expected)} prosjekter har levert statusrapport for perioden."
    if delivered and given.missing:
        yield f"Ikke levert: {listed(given.missing)}."
    if given.not_approved:
        yield f"Ikke godkjent av eier: {listed(given.not_approved)}."


def light_cell(light: Light | None, computed: Light | None, *, differs: bool) -> Block:
    """A light as a cell of a table: its sign, its word, and the key figure's where it says something else."""
    shown = light or computed
    if shown is None:
        return {"text": "Ikke satt"}
    words = formats.light_word(shown)
    if differs and computed is not None:
        words = f"{words} etter vurdering, {formats.light_word(computed).lower()} etter nøkkeltall"
    elif light is None:
        words += " etter nøkkeltall"
    return {"text": words, "light": shown}
