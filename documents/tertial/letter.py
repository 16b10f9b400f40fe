"""Which words are in the letter to byrådet about a published report? What the period shows, on a page.

Everything it says is the published report's own; what byrådet is asked, is given.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from documents.formats.blocks import Block, Content, box, heading, listing, table, text
from documents.formats.text import paragraphs
from documents.tertial.introduction import change_sentence, counts_sentence, coverage_sentence, light_cell
from documents.tertial.phrases import period_label
from documents.tertial.portfolio import change_told
from engine.core.report.report import TertialReport
from engine.queries.reports.read_published import PublishedReport
from language import formats

KIND: Final = "Brev"
ASK: Final = "Byrådet bes om å ta rapporten til orientering."
EVERYBODY: Final = "Byrådet"
_DEPARTMENT: Final = "Byrådsavdeling for "
MOST_CHANGES: Final = 12
"""So many changes are told one by one; of more the letter says how many, and the report has them all."""


def recipients(report: TertialReport) -> tuple[str, ...]:
    """The byråd of each department in the report: «Byråden for helse og omsorg»; else byrådet as a whole."""
    led = [one.title for one in report.departments if one.title.startswith(_DEPARTMENT)]
    found = tuple(f"Byråden for {title.removeprefix(_DEPARTMENT)}" for title in led)
    return found or (EVERYBODY,)


def letter_content(
    published: PublishedReport,
    *,
    to: Sequence[str],
    ask: str,
    sender: str,
    address: str,
    dated: datetime,
) -> Content:
    """The content of the letter (see `documents.papers.words`). `to` empty is everybody `recipients` names,
    `ask`
    empty is to take the report as information.
    """
    report = published.report
    label = period_label(report.period)
    return {
        "kind": KIND,
        "title": f"Statusrapport for {label}",
        "subtitle": report.programme,
        "body": report.programme,
        "running": formats.upper_first(label),
        "contact": sender,
        "address": address,
        "about": [
            {"label": "Til", "lines": list(to or recipients(report))},
            {"label": "Fra", "lines": [sender or "Programkontoret"]},
            {"label": "Dato", "lines": [formats.day_and_year(dated)]},
        ],
        "blocks": [*_blocks(published, ask.strip() or ASK)],
        "evidence": (
            f"Brevet er skrevet ut av versjon {published.version} av rapporten, slik det var kjent"
            f" {formats.moment(published.known_at)}."
        ),
    }


def _blocks(published: PublishedReport, ask: str) -> Iterator[Block]:
    report = published.report
    yield box("bes", "Det byrådet bes om", paragraphs(ask))
    yield heading(2, "viser", "Det perioden viser")
    yield text("viser.tall", [counts_sentence(report), coverage_sentence(report)])
    if report.freed.change is not None:
        yield text("viser.anslag", [change_sentence(report)])
    if report.texts.get("helhet"):
        yield text("viser.helhet", paragraphs(report.texts["helhet"]))
    yield _lights(report)
    yield heading(2, "endret", "Endret siden forrige rapport")
    told = [change_told(one) for one in report.changes]
    if not told:
        yield text("endret.ingen", ["Porteføljen er den samme som i forrige rapport."])
    else:
        yield listing("endret.liste", told[:MOST_CHANGES])
    if len(told) > MOST_CHANGES:
        left = formats.number(len(told) - MOST_CHANGES)
        yield text("endret.flere", [f"{left} endringer til står i rapporten."])
    if published.despite:
        yield box("forbehold", "Publisert med forbehold", paragraphs(published.despite))
    yield heading(2, "vedlegg", "Vedlegg")
    yield listing("vedlegg.liste", [*_attached(published)])


def _lights(report: TertialReport) -> Block:
    shown = [one for one in report.lights if one.light or one.computed]
    if not shown:
        return text("lys", ["Ingen trafikklys er satt for perioden."])
    return table(
        "lys",
        "Trafikklys for programmet",
        ["Område", "Status", "Begrunnelse"],
        [
            [
                formats.area_word(one.area),
                light_cell(one.light, one.computed, differs=one.differs),
                one.reason,
            ]
            for one in shown
        ],
    )


def _attached(published: PublishedReport) -> Iterator[str]:
    named = f"Statusrapport for {period_label(published.report.period)}, versjon {published.version}"
    on = formats.day_and_year(published.published_at)
    for name in ("pdf", "html"):
        if name in published.editions:
            yield f"{named} ({name.upper()}), publisert {on}. SHA-256: {published.editions[name]}"
