"""The report's risks and opportunities, and who does what about them by when."""

from collections.abc import Iterator

from documents.formats import charts
from documents.formats.blocks import Block
from documents.formats.blocks import figure as _figure
from documents.formats.blocks import heading as _heading
from documents.formats.blocks import listing as _list
from documents.formats.blocks import table as _table
from documents.formats.blocks import text as _text
from documents.tertial.phrases import own_words
from engine.core.report.report import TertialReport
from engine.core.reports.told import Risk
from language import formats


def risks(report: TertialReport) -> Iterator[Block]:
    """Risks and opportunities, placed and told."""
    yield _heading(3, "risiko", "Risiko")
    yield from own_words(report, "risiko")
    if not report.risks:
        yield _text("risiko.ingen", ["Ingen risikoer er meldt på programnivå."])
        return
    placed = [
        (one.number, one.probability, one.consequence)
        for one in report.risks
        if one.probability is not None and one.consequence is not None
    ]
    if placed:
        yield _figure(
            "figur-risiko",
            "Risikomatrise",
            " ".join(
                f"Risiko {number}: sannsynlighet {probability}, konsekvens {consequence}."
                for number, probability, consequence in placed
            ),
            charts.risk_matrix(placed),
            narrow=True,
        )
    yield _list("risiko.liste", [one.title for one in report.risks], numbered=True)
    yield _table(
        "tabell-3",
        "Tabell 3: De største risikoene og tiltak",
        ["#Nr.", "Risiko", "Vurdering", "Tiltak", "Ansvarlig og frist"],
        [
            [str(one.number), _risk_title(one), one.assessment, one.measures, _who_and_when(one)]
            for one in report.risks
        ],
    )


def _risk_title(risk: Risk) -> str:
    return f"{risk.title} (mulighet)" if risk.kind == "mulighet" else risk.title


def _who_and_when(risk: Risk) -> str:
    due = formats.plain_date(risk.due) if risk.due else ""
    return ", ".join(each for each in (risk.owner, due) if each) or "Ikke satt"
