"""How does a project's leader report a tertial, and its owner approve it, from a browser?

Whoever has come in through any link of theirs is known here by their roles in the project. Where the portal
is open, anybody who reaches the address may read what has been delivered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from engine.core.access.table import Act
from engine.core.facts.field import Field, Problem
from engine.core.programme.calendar import local_date
from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities, steered
from engine.queries.reports.report_form import ReportForm, report_form
from engine.store import projects
from engine.use_cases.projects.change_facts import BadFacts
from engine.use_cases.reports.approve_report import approve_report
from engine.use_cases.reports.deliver_report import deliver_report
from language import formats
from language.sentences import sentence
from language.status_reports import (
    account_sentence,
    approval_word,
    form_sentence,
    indicator_sentence,
)
from web import pages
from web.access import cookies
from web.access import visitor as present
from web.access.visitor import may
from web.forms import Form, LongForm, only
from web.site import Site
from web.wording import FormError

MOST_ROWS: Final = 40
"""Of one list on the page; a workbook or a file has room for more."""
FREE_ROWS: Final = 1
MORE_ROWS: Final = 3
_VERSION: Final = "versjon"
_MORE: Final = "flere"
_SCALE: Final = frozenset({"probability", "consequence"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """What a browser may do with a report, and as whom; None where it may not."""

    reporter: str | None
    owner: str | None

    @property
    def knows_it(self) -> bool:
        """Whether it has a part in the project."""
        return self.reporter is not None or self.owner is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One answer on the page: `id` is its field's name, `choices` what can be chosen."""

    id: str
    part: Field
    value: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item of a list on the page."""

    number: int
    title: str
    cells: tuple[Cell, ...]
    known: tuple[str, ...] = ()
    """What has been measured, where the row is about a benefit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field of the form on the page: a text, or rows."""

    field: Field
    changed: bool
    value: str
    rows: tuple[Row, ...]


def routes(site: Site) -> APIRouter:
    """`/rapportering/<key>/<period>`, and what is sent from it."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/rapportering/{key}/{period}", methods=["GET", "HEAD"])
    def read(key: str, period: str, request: Request) -> Response:
        return _read(site, request, key, period)

    @router.post("/rapportering/{key}/{period}")
    def deliver(key: str, period: str, request: Request, fields: LongForm) -> Response:
        return _deliver(site, request, key, period, fields)

    @router.post("/rapportering/{key}/{period}/godkjent")
    def approve(key: str, period: str, request: Request, fields: Form) -> Response:
        only(fields, known=(_VERSION,), needed=(_VERSION,))
        return _approve(site, request, key, period, fields)

    return router


# ---------------------------------------------------------------- who, and what


def _form(site: Site, key: str, period: str, now: datetime) -> ReportForm:
    try:
        with site.db.reading() as tx:
            return report_form(tx, key=key, period=period, today=local_date(now))
    except Unknown:
        raise HTTPException(404) from None


def _visitor(site: Site, request: Request, key: str, now: datetime) -> Visitor:
    """Everybody this browser acts for, by what they may do here."""
    people = cookies.people(request, site=site, now=now)
    reporter = owner = None
    with site.db.reading() as tx:
        if key not in projects.keys(tx):
            # Whoever has not come in learns nothing of which projects there are.
            return Visitor(reporter=None, owner=None)
        roles = steered(tx, key).definition.roles
        for person in people:
            held = capacities(tx, person, project=key, on=local_date(now))
            if reporter is None and held & {*roles.leader, PROGRAMME_OFFICE}:
                reporter = person
            if owner is None and roles.owner in held:
                owner = person
    return Visitor(reporter=reporter, owner=owner)


def _ask_to_come_in(site: Site) -> Response:
    return pages.come_in(
        site,
        "Åpne lenken i e-posten",
        "Rapporten åpnes med lenken du har fått. Du trenger ikke noe passord.",
    )


# ---------------------------------------------------------------- reading


def _read(site: Site, request: Request, key: str, period: str) -> Response:
    now = site.clock()
    visitor = _visitor(site, request, key, now)
    if not visitor.knows_it and not may(site, present.visitor(), Act.READ_PROJECT):
        return _ask_to_come_in(site)
    return _page(site, _form(site, key, period, now), visitor)


def _page(
    site: Site,
    form: ReportForm,
    visitor: Visitor,
    *,
    status: int = 200,
    errors: Sequence[FormError] = (),
    typed: Mapping[str, Any] | None = None,
    more: str = "",
) -> Response:
    values = form.filled.values if typed is None else typed
    changed = None if form.filled.changed is None else len(form.filled.changed)
    return pages.page(
        site,
        "status_report.html",
        status=status,
        form=form,
        errors=list(errors),
        heading=f"Statusrapport {formats.period_words(form.period.id)}",
        told=form_sentence(len(form.filled.fields), changed),
        accounts=[account_sentence(line) for line in form.accounts],
        approval=approval_word(form.approval),
        questions=_questions(form, values, more=more),
        answers=_answers(form),
        may_report=visitor.reporter is not None and not form.closed,
        may_approve=visitor.owner is not None and form.delivered is not None and form.approval != "godkjent",
        writing=typed is not None,
        version=0 if form.delivered is None else form.delivered.version,
        version_field=_VERSION,
        more_field=_MORE,
    )


def _questions(form: ReportForm, values: Mapping[str, Any], *, more: str) -> list[Question]:
    questions = []
    for field in form.filled.fields:
        is_list, given = field.type == "list", values.get(field.name)
        extra = MORE_ROWS if more == field.name else FREE_ROWS
        questions.append(
            Question(
                field=field,
                changed=field.name in (form.filled.changed or ()),
                value="" if is_list else str(given or ""),
                rows=_rows(form, field, given or [], extra=extra) if is_list else (),
            )
        )
    return questions


def _rows(
    form: ReportForm, field: Field, items: Sequence[Mapping[str, Any]], *, extra: int
) -> tuple[Row, ...]:
    titles = {str(one["id"]): str(one.get("title", "")) for one in form.benefits}
    # Every benefit has its row; nobody adds a benefit here.
    free = 0 if field.name == "benefits" else min(extra, MOST_ROWS - len(items))
    rows = []
    for number, item in enumerate([*items, *({} for _ in range(free))], 1):
        cells = tuple(
            Cell(
                id=f"{field.name}-{number}-{part.name}",
                part=part,
                value=written(part, item.get(part.name)),
                choices=_choices(part, titles),
            )
            for part in field.fields
        )
        title = titles.get(str(item.get("benefit")), "") or str(item.get("title") or "")
        known = _known_of(form, str(item.get("benefit"))) if field.name == "benefits" else ()
        rows.append(Row(number=number, title=title, cells=cells, known=known))
    return tuple(rows)


def _known_of(form: ReportForm, benefit: str) -> tuple[str, ...]:
    goal = next((one for one in form.benefits if one["id"] == benefit), {})
    return tuple(
        indicator_sentence(
            one,
            [each for each in form.measurements if (each.benefit, each.indicator) == (benefit, one["id"])],
        )
        for one in goal.get("indicators", ())
    )


def _choices(part: Field, benefits: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    if part.name == "benefit":
        return tuple((id_, f"{id_} {title}") for id_, title in benefits.items())
    if part.name in _SCALE:
        return tuple((str(one), str(one)) for one in range(1, 6))
    return part.choices


def written(part: Field, value: Any) -> str:
    """A value as its field is filled in: «3,5», «30.04.2025»; what could not be read, as it was typed."""
    if value is None:
        return ""
    if isinstance(value, str):
        is_date = part.type == "date" and len(value) == len("2025-04-30") and value[4:5] == "-"
        return formats.plain_date(value) if is_date else value
    if isinstance(value, float):
        return (str(int(value)) if value.is_integer() else repr(value)).replace(".", ",")
    return str(value)


def _answers(form: ReportForm) -> list[tuple[str, list[list[tuple[str, str]]] | str]]:
    """What was delivered, for reading: each field's title, with its text or its items."""
    if form.delivered is None:
        return []
    told: list[tuple[str, list[list[tuple[str, str]]] | str]] = []
    for question in _questions(form, form.delivered.fields, more=""):
        if question.value:
            told.append((question.field.title, question.value))
        # A benefit with nothing said of it is not worth a line.
        rows = [row for row in question.rows if any(c.value for c in row.cells if c.part.name != "benefit")]
        if rows:
            items = [[(cell.part.title, _said(cell)) for cell in row.cells if cell.value] for row in rows]
            told.append((question.field.title, items))
    return told


def _said(cell: Cell) -> str:
    return dict(cell.choices).get(cell.value, cell.value)


# ---------------------------------------------------------------- delivering


def _deliver(site: Site, request: Request, key: str, period: str, fields: Mapping[str, str]) -> Response:
    now = site.clock()
    visitor = _visitor(site, request, key, now)
    if visitor.reporter is None:
        return _ask_to_come_in(site)
    form = _form(site, key, period, now)
    only(fields, known=_known(form), needed=(_VERSION,))
    raw, places = _typed(form, fields)
    if fields.get(_MORE):
        return _page(site, form, visitor, typed=raw, more=fields[_MORE])
    try:
        done = deliver_report(
            site.db,
            key=key,
            period=period,
            raw=raw,
            by=visitor.reporter,
            now=now,
            over=_number(fields[_VERSION]),
        )
    except BadFacts as bad:
        errors = [_error(one, places) for one in bad.problems]
        return _page(site, form, visitor, status=422, errors=errors, typed=raw)
    except NotAllowed:
        raise HTTPException(403, "may_not_report") from None
    if isinstance(done, Refused):
        errors = [FormError(field="", text=sentence(one)) for one in done.reasons]
        return _page(site, form, visitor, status=422, errors=errors, typed=raw)
    return RedirectResponse(f"/rapportering/{key}/{period}", status_code=303)


def _known(form: ReportForm) -> set[str]:
    names = {_VERSION, _MORE}
    for field in form.filled.fields:
        if field.type == "list":
            names |= {
                f"{field.name}-{number}-{part.name}"
                for number in range(1, MOST_ROWS + MORE_ROWS + 1)
                for part in field.fields
            }
        else:
            names.add(field.name)
    return names


def _typed(form: ReportForm, fields: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was filled in, as the form's raw values; and for each path in them the id of its place."""
    raw: dict[str, Any] = {}
    places: dict[str, str] = {}
    for field in form.filled.fields:
        if field.type != "list":
            raw[field.name] = fields.get(field.name, "")
            places[field.name] = field.name
            continue
        items: list[dict[str, str]] = []
        for number in range(1, MOST_ROWS + MORE_ROWS + 1):
            item = {
                part.name: value
                for part in field.fields
                if (value := fields.get(f"{field.name}-{number}-{part.name}", "").strip())
            }
            # A benefit that is only chosen says nothing, but where it has a row of its own.
            if not item.keys() - {"benefit"} and field.name != "benefits":
                continue
            if item:
                for part in field.fields:
                    places[f"{field.name}[{len(items)}].{part.name}"] = (
                        f"{field.name}-{len(items) + 1}-{part.name}"
                    )
                items.append(item)
        raw[field.name] = items
    return raw, places


def _error(problem: Problem, places: Mapping[str, str]) -> FormError:
    return FormError(field=places.get(problem.path, ""), text=sentence(problem))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise HTTPException(400, "form_fields")
    return int(text)


# ---------------------------------------------------------------- approving


def _approve(site: Site, request: Request, key: str, period: str, fields: Mapping[str, str]) -> Response:
    now = site.clock()
    visitor = _visitor(site, request, key, now)
    if visitor.owner is None:
        return _ask_to_come_in(site)
    _form(site, key, period, now)
    done = approve_report(
        site.db, key=key, period=period, by=visitor.owner, now=now, version=_number(fields[_VERSION])
    )
    if isinstance(done, Refused):
        errors = [FormError(field="", text=sentence(one)) for one in done.reasons]
        return _page(site, _form(site, key, period, now), visitor, status=422, errors=errors)
    return RedirectResponse(f"/rapportering/{key}/{period}", status_code=303)
