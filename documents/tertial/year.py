"""How is the report of a year worded? Blocks of its tertials' reports, put together for the whole year."""

from collections.abc import Iterator
from typing import Final

from documents.formats.blocks import Block, Content, box, heading, listing, strong, table, text
from documents.tertial.benefits import closing_note
from documents.tertial.content import part_of
from documents.tertial.introduction import coverage_sentence
from documents.tertial.phrases import period_label
from documents.tertial.portfolio import change_told
from engine.core.report.report import RealisedLine
from engine.core.report.year_report import Part, YearReport
from engine.core.reports.portfolio import REPORTED
from language import formats

KIND: Final = "Årsrapport"


def year_content(report: YearReport, *, contact: str = "", address: str = "") -> Content:
    """The words of a year's report (see `documents.papers.words`)."""
    last = report.last
    return {
        "kind": KIND,
        "title": f"Årsrapport {report.year}",
        "subtitle": last.programme,
        "body": last.programme,
        "running": str(report.year),
        "contact": contact,
        "address": address,
        "evidence": (
            f"Rapporten er regnet ut per {formats.plain_date(last.period.last)}. Publiserte tertialrapporter"
            f" er brukt slik de var kjent da de ble frosset, andre slik det var kjent"
            f" {formats.moment(report.known_at)}."
        ),
        "blocks": [*_blocks(report)],
    }


def _blocks(report: YearReport) -> Iterator[Block]:
    lacking = [*_lacking(report)]
    if lacking:
        yield box("forbehold", "Ikke publisert", lacking)
    yield heading(2, "status", f"Porteføljen ved utgangen av {report.year}")
    yield text("status.tall", [standing_sentence(report), coverage_sentence(report.last)])
    yield _counts(report)
    yield heading(2, "aret", "Det som endret seg gjennom året")
    for one in report.parts:
        label = period_label(one.report.period)
        name = f"aret.{one.report.period.id.lower()}"
        yield heading(3, name, formats.upper_first(label))
        told = [change_told(change) for change in one.report.changes]
        if told:
            yield listing(f"{name}.liste", told)
        else:
            yield text(f"{name}.ingen", ["Porteføljen er den samme som i forrige rapport."])
    yield heading(2, "gevinster", "Gevinster: anslått og realisert")
    yield from part_of(report.last, "arsverk")
    if report.realised:
        yield table(
            "tabell-realisert",
            "Realiserte gevinster mot anslag",
            ["Prosjekt", "#År", "#Årsverk realisert", "#Årsverk anslått", "#Kroner realisert"],
            [_realised(one) for one in report.realised],
        )
    else:
        yield text("gevinster.ingen", ["Ingen realiserte gevinster er lagt inn."])
    yield heading(2, "avsluttet", "Avsluttede prosjekter og erfaringer")
    if report.closed:
        yield listing("avsluttet.liste", [closing_note(one) for one in report.closed])
    else:
        yield text("avsluttet.ingen", ["Ingen prosjekter ble avsluttet i året."])
    yield heading(2, "okonomi", f"Økonomi {report.year}")
    yield from part_of(report.last, "okonomi")


def standing_sentence(report: YearReport) -> str:
    """«Ved utgangen av 2025 er fem prosjekter i konseptfase, 23 under gjennomføring og …»"""
    counts = report.last.counts
    closed = len(report.closed)
    ended = formats.count(closed, "prosjekt") if closed else "ingen prosjekter"
    return (
        f"Ved utgangen av {report.year} er {formats.count(counts['Konsept'], 'prosjekt')} i konseptfase,"
        f" {formats.in_words(counts['Prosjekt'])} under gjennomføring og"
        f" {formats.in_words(counts['Realisering'])} i realisering."
        f" {formats.upper_first(ended)} ble avsluttet i løpet av året."
    )


def _lacking(report: YearReport) -> Iterator[str]:
    for number in report.missing:
        yield f"{number}. tertial {report.year} er ikke med: programmet har ingen slik periode."
    for one in report.unpublished:
        yield f"{_name(one)} er ikke publisert. Tallene derfra kan endre seg."
    for one in report.parts:
        if one.differs:
            yield f"{_name(one)} kan ikke lenger regnes ut slik den ble publisert."


def _name(part: Part) -> str:
    return f"Rapporten for {period_label(part.report.period)}"


def _counts(report: YearReport) -> Block:
    columns = [period_label(one.report.period).partition(" ") for one in report.parts]
    return table(
        "tabell-faser",
        f"Prosjekter per fase gjennom {report.year}",
        [
            "Status",
            "#Før året",
            *(f"#{number} {word.partition(' ')[0]}" for number, _, word in columns),
        ],
        [
            *(
                [
                    status,
                    str(report.counts_before.get(status, "–")),
                    *(str(one.report.counts[status]) for one in report.parts),
                ]
                for status in REPORTED
            ),
            [
                strong("I alt"),
                strong(str(sum(report.counts_before.values()))),
                *(strong(str(one.report.total)) for one in report.parts),
            ],
        ],
    )


def _realised(one: RealisedLine) -> list[str]:
    figures = [formats.number(value) if value is not None else "" for value in (one.fte, one.expected)]
    return [one.title, str(one.year), *figures, formats.number(one.kroner) if one.kroner is not None else ""]
