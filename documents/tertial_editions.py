"""Which bytes, of which type and under which name, is the report of a tertial in a format?"""

from typing import Final, Literal

from documents import html as page
from documents.editions import Document
from documents.tertial import report_content
from documents.tertial_json import report_bytes
from engine.core.tertial import TertialReport

ReportFormat = Literal["html", "json"]
REPORT_FORMATS: Final[tuple[ReportFormat, ...]] = ("html", "json")
TEMPLATE: Final = "statusrapport"


def statusrapport(
    report: TertialReport,
    *,
    format: ReportFormat,
    despite: str = "",
    contact: str = "",
    address: str = "",
) -> Document:
    """The report in a format. `despite` is why it was published over what disagreed, and is printed."""
    content = report_content(report, despite=despite, contact=contact, address=address)
    if format == "json":
        made, media_type = report_bytes(report), "application/json"
    else:
        made, media_type = page.html(TEMPLATE, content), "text/html; charset=utf-8"
    return Document(
        content=made,
        media_type=media_type,
        filename=f"statusrapport-{report.period.id.lower()}.{format}",
        pages=None,
        warnings=(),
    )
