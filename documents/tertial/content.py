"""How is the report of a tertial worded? One model in, one list of blocks out, which every format sets.

A block is plain JSON: a heading, text, a list, a table, a figure, or a box. Each has an id that is the same
in every report, so that two reports can be compared block by block. Counts, names and dates come from
the model; what people have written stands as they wrote it. Bokmål. Order and headings follow the printed
report (source: 001); the words are ours.
"""

from collections.abc import Iterator
from typing import Final, Literal

from documents.formats.blocks import Block, Content
from documents.formats.blocks import box as _box
from documents.formats.text import paragraphs
from documents.tertial.appendices import appendix_projects, appendix_work
from documents.tertial.benefits import benefits, freed_time, others, realisation
from documents.tertial.economy import economy
from documents.tertial.introduction import introduction, programme
from documents.tertial.phrases import period_label
from documents.tertial.portfolio import areas, places, portfolio
from documents.tertial.risks import risks
from engine.core.report.report import TertialReport
from language import formats

KIND: Final = "Statusrapport"


def report_content(
    report: TertialReport, *, despite: str = "", contact: str = "", address: str = ""
) -> Content:
    """The words of a report. `despite` is why it was published over what disagreed; it is printed."""
    label = period_label(report.period)
    return {
        "kind": KIND,
        "title": formats.upper_first(label),
        "subtitle": report.programme,
        "body": report.programme,
        "running": formats.upper_first(label),
        "contact": contact,
        "address": address,
        "evidence": (
            f"Rapporten er regnet ut per {formats.plain_date(report.period.last)}, av det som var kjent"
            f" {formats.moment(report.known_at)}."
        ),
        "blocks": [*_all(report, despite)],
    }


def part_of(report: TertialReport, name: Literal["okonomi", "arsverk"]) -> Iterator[Block]:
    """One part of a report without its headings, for a report that has its own."""
    parts = {"okonomi": economy, "arsverk": freed_time}
    return (one for one in parts[name](report) if one["type"] != "heading")


def _all(report: TertialReport, despite: str) -> Iterator[Block]:
    if despite:
        yield _box("forbehold", "Publisert med forbehold", paragraphs(despite))
    for part in (
        introduction,
        programme,
        economy,
        benefits,
        freed_time,
        others,
        realisation,
        risks,
        portfolio,
        areas,
        places,
        appendix_projects,
        appendix_work,
    ):
        yield from part(report)


def blocks_by_id(content: Content) -> dict[str, Block]:
    """The blocks of a report by their id, to compare two reports."""
    return {block["id"]: block for block in content["blocks"]}
