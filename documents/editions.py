"""Which bytes, of which type and under which name, is a paper in a format?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from documents.formats import html as page
from documents.formats.blocks import Content
from documents.formats.document import Document
from documents.formats.pdf import PAGES_OF_A_CASE, pdf
from documents.papers.paper import Agenda, Minutes, case_paper
from documents.papers.referat import minutes_content
from documents.papers.saksframlegg import case_content
from documents.papers.saksliste import agenda_content
from documents.tertial.letter import letter_content
from documents.tertial.project import report_content
from engine.core.programme.model import Programme
from engine.queries.cases.show_case import CaseView
from engine.queries.reports.read_published import PublishedReport
from engine.queries.reports.report_form import ReportForm
from language import formats

Format = Literal["pdf", "html"]
FORMATS: Final[tuple[Format, ...]] = ("pdf", "html")


def saksframlegg(view: CaseView, *, format: Format, meeting_at: datetime | None = None) -> Document:
    """The saksframlegg of a case, dated when the case was asked for: the same case gives the same bytes.

    `meeting_at` is when the body takes it, where that is known (UTC). More than two A4 pages gives a notice.
    """
    return _made(
        "saksframlegg",
        case_content(case_paper(view, meeting_at=meeting_at)),
        format=format,
        dated=view.requested_at,
        name=f"saksframlegg-{view.number}-{view.gate}",
        most_pages=PAGES_OF_A_CASE,
    )


def agenda(model: Agenda, *, format: Format) -> Document:
    """The saksliste of a meeting."""
    return _made(
        "saksliste",
        agenda_content(model),
        format=format,
        dated=model.issued_at,
        name=f"saksliste-{_day(model.starts_at)}",
    )


def referat(model: Minutes, *, format: Format) -> Document:
    """The minutes of a meeting."""
    return _made(
        "referat",
        minutes_content(model),
        format=format,
        dated=model.issued_at,
        name=f"referat-{_day(model.starts_at)}",
    )


def report_letter(
    published: PublishedReport,
    *,
    format: Format,
    dated: datetime,
    to: Sequence[str] = (),
    ask: str = "",
    sender: str = "",
    address: str = "",
) -> Document:
    """The letter to byrådet with a published report."""
    content = letter_content(published, to=to, ask=ask, sender=sender, address=address, dated=dated)
    return _made(
        "brev", content, format=format, dated=dated, name=f"brev-{published.report.period.id.lower()}"
    )


def project_report(form: ReportForm, *, programme: Programme, format: Format) -> Document:
    """One project's delivered report, dated when it was delivered. Raises ValueError when none is."""
    content = report_content(form, programme=programme)
    assert form.delivered is not None
    return _made(
        "prosjektrapport",
        content,
        format=format,
        dated=form.delivered.delivered_at,
        name=f"statusrapport-{form.project}-{form.period.id}",
    )


def _made(
    template: str,
    content: Content,
    *,
    format: Format,
    dated: datetime,
    name: str,
    most_pages: int | None = None,
) -> Document:
    filename = f"{_file_name(name)}.{format}"
    if format == "html":
        return Document(
            content=page.html(template, content),
            media_type="text/html; charset=utf-8",
            filename=filename,
            pages=None,
            warnings=(),
        )
    made = pdf(template, content, dated=dated, most_pages=most_pages)
    return Document(
        content=made.content,
        media_type="application/pdf",
        filename=filename,
        pages=made.pages,
        warnings=made.warnings,
    )


def _day(instant: datetime) -> str:
    return instant.astimezone(formats.OSLO).date().isoformat()


def _file_name(name: str) -> str:
    # Case numbers have a slash in them, and whoever names a gate may write anything.
    kept = "".join(each if each.isascii() and each.isalnum() else "-" for each in name)
    return "-".join(part for part in kept.split("-") if part).lower()
