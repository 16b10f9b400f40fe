"""`/kontor/import`: the office's own table of projects, seen row by row before anything is stored."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from engine.core.files.sheet import Sheet, read_sheet
from engine.core.programme.calendar import local_date
from engine.core.refusal import Invalid, Mistake
from engine.store import projects
from engine.use_cases.projects.import_projects import import_projects
from language.sentences import sentence
from web import pages
from web.forms import Form, Upload, Uploaded, only
from web.office.people_page import day_of
from web.site import Site

PATH: Final = "/kontor/import"
CARRIED: Final = 36_000
"""Bytes of a file that travels with the preview, so that it need not be chosen again."""


def routes(site: Site) -> APIRouter:
    """`/kontor/import`: choose, look over, read in."""
    router = APIRouter(include_in_schema=False)

    @router.api_route(PATH, methods=["GET", "HEAD"])
    def read(lest: int = 0) -> Response:
        return _page(site, read_in=lest)

    @router.post(PATH)
    def chosen(file: Uploaded) -> Response:
        return _look(site, file)

    @router.post(f"{PATH}/les-inn")
    def take_in(fields: Form) -> Response:
        only(fields, known=("innhold", "fra"), needed=("innhold",))
        return _take_in(site, fields["innhold"], since=fields.get("fra", ""))

    return router


def _look(site: Site, file: Upload) -> Response:
    """Read it as it would be read in, in a rehearsal: nothing is stored."""
    if not file.name:
        return _page(site, problem="Velg en fil.")
    sheet = read_sheet(file.content)
    if isinstance(sheet, tuple):
        return _page(site, name=file.name, mistakes=sheet)
    since = file.fields.get("fra", "")
    mistakes = _rehearsed(site, sheet, since)
    carried = urlsafe_b64encode(file.content).decode() if len(file.content) <= CARRIED else ""
    return _page(site, name=file.name, sheet=sheet, mistakes=mistakes, carried=carried, since=since)


def _rehearsed(site: Site, sheet: Sheet, since: str) -> tuple[Mistake, ...]:
    now = site.clock()
    with site.db.rehearsing() as stage:
        try:
            import_projects(stage, sheet=sheet, effective=day_of(since) or local_date(now), now=now)
        except Invalid as wrong:
            return wrong.mistakes
    return ()


def _take_in(site: Site, carried: str, *, since: str) -> Response:
    try:
        sheet = read_sheet(urlsafe_b64decode(carried.encode("ascii")))
    except (NotBase64, ValueError) as error:
        raise HTTPException(400, "form_unreadable") from error
    if isinstance(sheet, tuple):
        return _page(site, mistakes=sheet)
    now = site.clock()
    try:
        import_projects(site.db, sheet=sheet, effective=day_of(since) or local_date(now), now=now)
    except Invalid as wrong:
        # Somebody else has read the same in since it was looked over.
        return _page(site, sheet=sheet, mistakes=wrong.mistakes)
    return RedirectResponse(f"{PATH}?lest={len(sheet.rows)}", status_code=303)


def _page(
    site: Site,
    *,
    name: str = "",
    sheet: Sheet | None = None,
    mistakes: tuple[Mistake, ...] = (),
    carried: str = "",
    since: str = "",
    problem: str = "",
    read_in: int = 0,
) -> Response:
    with site.db.reading() as tx:
        number = len(projects.keys(tx))
    rows = [] if sheet is None else _rows(sheet, mistakes)
    return pages.page(
        site,
        "import.html",
        status=422 if mistakes or problem else 200,
        path=PATH,
        name=name,
        rows=rows,
        wrong=sum(bool(told) for _, _, told in rows),
        elsewhere=[sentence(one) for one in mistakes if sheet is None or one.line < 2],
        carried="" if mistakes else carried,
        since=since or local_date(site.clock()).isoformat(),
        problem=problem,
        number=number,
        read_in=read_in,
    )


def _rows(sheet: Sheet, mistakes: tuple[Mistake, ...]) -> list[tuple[int, str, list[str]]]:
    """Each row of the table: its number in the file, what it is about, and what is wrong with it."""
    by_row: dict[int, list[str]] = {}
    for one in mistakes:
        by_row.setdefault(one.line, []).append(sentence(one))
    return [
        (row.number, str(row.cells.get("title") or row.cells.get("key") or ""), by_row.get(row.number, []))
        for row in sheet.rows
    ]
