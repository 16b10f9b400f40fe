"""Which bytes, of which type and under which name, is the report of a tertial in a format?"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from documents.formats import html as page
from documents.formats.blocks import Block, Content
from documents.formats.document import Document
from documents.formats.pdf import Notice, pdf
from documents.formats.word import word
from documents.formats.workbook import workbook
from documents.tertial.content import report_content
from documents.tertial.year import year_content
from engine.core.report.printed import as_table, figures_of
from engine.core.report.report import TertialReport
from engine.core.report.year_report import YearReport
from engine.queries.reports.report_json import report_bytes, year_bytes
from language import formats

ReportFormat = Literal["html", "pdf", "docx", "xlsx", "json"]
REPORT_FORMATS: Final[tuple[ReportFormat, ...]] = ("html", "pdf", "docx", "xlsx", "json")
TEMPLATE: Final = "statusrapport"
ROWS_IN_PRINT: Final = 1_500
"""How many lines of tables and lists a PDF holds: about a hundred pages; its maker needs memory for each."""
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES: Final[Mapping[ReportFormat, str]] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "json": "application/json",
}


def statusrapport(
    report: TertialReport,
    *,
    format: ReportFormat,
    despite: str = "",
    contact: str = "",
    address: str = "",
    template: bytes | None = None,
) -> Document:
    """The report in a format. `despite` is why it was published over what disagreed, and is printed;
    `template` is a Word file to write into (docx only; raises
    `documents.formats.word_template.TemplateError`).
    """
    content = report_content(report, despite=despite, contact=contact, address=address)
    if format == "pdf":
        made = pdf(TEMPLATE, for_print(content), dated=report.known_at)
        return _document(report, format, made.content, pages=made.pages, warnings=made.warnings)
    makers: Mapping[ReportFormat, Callable[[Content], bytes]] = {
        "html": lambda shown: page.html(TEMPLATE, shown),
        "docx": lambda shown: word(shown, dated=report.known_at, template=template),
        "xlsx": lambda shown: workbook(shown, as_table(figures_of(report)), dated=report.known_at),
        "json": lambda _shown: report_bytes(report),
    }
    return _document(report, format, makers[format](content))


YearFormat = Literal["html", "pdf", "docx", "json"]
YEAR_FORMATS: Final[tuple[YearFormat, ...]] = ("html", "pdf", "docx", "json")


def arsrapport(report: YearReport, *, format: YearFormat, contact: str = "", address: str = "") -> Document:
    """The report of a year in a format."""
    content = year_content(report, contact=contact, address=address)
    name = f"arsrapport-{report.year}.{format}"
    if format == "pdf":
        made = pdf(TEMPLATE, for_print(content), dated=report.known_at)
        return Document(
            content=made.content,
            media_type=MEDIA_TYPES[format],
            filename=name,
            pages=made.pages,
            warnings=made.warnings,
        )
    makers: Mapping[YearFormat, Callable[[], bytes]] = {
        "html": lambda: page.html(TEMPLATE, content),
        "docx": lambda: word(content, dated=report.known_at),
        "json": lambda: year_bytes(report),
    }
    return Document(
        content=makers[format](),
        media_type=MEDIA_TYPES[format],
        filename=name,
        pages=None,
        warnings=(),
    )


def for_print(content: Content) -> Content:
    """The content with no more rows than can be printed: what is left out says where it is."""
    left = ROWS_IN_PRINT
    blocks = []
    for block in content["blocks"]:
        rows = _rows_of(block)
        if rows <= left:
            left -= rows
            blocks.append(block)
        else:
            blocks.append(_left_out(block, rows))
    return {**content, "blocks": blocks}


def _rows_of(block: Block) -> int:
    if block["type"] == "table":
        return sum(max([1, *(len(cell["lines"]) for cell in row)]) for row in block["rows"])
    return len(block["items"]) if block["type"] == "list" else 0


def _left_out(block: Block, rows: int) -> Block:
    about = f"{block['caption']}: " if "caption" in block else ""
    number = formats.number(rows)
    said = f"{about}{number} linjer, for mange til å trykkes. De står i rapportens nettside og arbeidsbok."
    return {"type": "text", "id": block["id"], "lines": [said]}


def _document(
    report: TertialReport,
    format: ReportFormat,
    content: bytes,
    *,
    pages: int | None = None,
    warnings: tuple[Notice, ...] = (),
) -> Document:
    return Document(
        content=content,
        media_type=MEDIA_TYPES[format],
        filename=f"statusrapport-{report.period.id.lower()}.{format}",
        pages=pages,
        warnings=warnings,
    )
