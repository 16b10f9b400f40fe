"""«Beslutningspunktet»: what a project still lacks before its next gate, filled in right there.

Every question is a form of its own, saved one by one; what is typed for one never waits for another. A
leader or a project's own people fill in; whoever must confirm does it on the same page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any, Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from engine.core.access.table import Act
from engine.core.facts.field import Field, Problem
from engine.core.facts.versions import Overtaken
from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.core.workflow.criteria import summary
from engine.queries.json_v1 import focus_areas
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities
from engine.queries.projects.gate_form import GateForm, Question, gate_form
from engine.store import cases, people, programmes, projects
from engine.store.session import Connection
from engine.use_cases.projects.add_paper import add_paper
from engine.use_cases.projects.answer_criterion import answer_criterion, confirm_answer, waive_criterion
from engine.use_cases.projects.change_facts import BadFacts, change_facts
from language.sentences import sentence
from web import pages
from web.access.visitor import may, visitor
from web.forms import Form, LongForm, Upload, Uploaded, only
from web.projects.fields import FormField, form_field, place_of, read_field
from web.site import Site
from web.wording import FormError

SEEN: Final = "sett-"
_ANSWER: Final = "svar"
_EXPLANATION: Final = "forklaring"
_REASON: Final = "grunn"


def routes(site: Site) -> APIRouter:
    """`/prosjekt/<key>/beslutningspunkt`, and what is sent from it."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/prosjekt/{key}/beslutningspunkt", methods=["GET", "HEAD"])
    def read(key: str, lagret: str = "") -> Response:
        return page(site, key, saved=lagret)

    @router.post("/prosjekt/{key}/beslutningspunkt/{criterion}/opplysninger")
    def facts(key: str, criterion: str, fields: LongForm) -> Response:
        return _save_facts(site, key, criterion, fields)

    @router.post("/prosjekt/{key}/beslutningspunkt/{criterion}/svar")
    def answer(key: str, criterion: str, fields: Form) -> Response:
        only(fields, known=(_ANSWER, _EXPLANATION))
        return _answer(site, key, criterion, fields)

    @router.post("/prosjekt/{key}/beslutningspunkt/{criterion}/bekreft")
    def confirm(key: str, criterion: str, fields: Form) -> Response:
        only(fields, known=())
        return _done(
            site, key, criterion, lambda: confirm_answer(site.db, key=key, criterion=criterion, **_by(site))
        )

    @router.post("/prosjekt/{key}/beslutningspunkt/{criterion}/frafall")
    def waive(key: str, criterion: str, fields: Form) -> Response:
        only(fields, known=(_REASON,))
        reason = fields.get(_REASON, "")
        return _done(
            site,
            key,
            criterion,
            lambda: waive_criterion(site.db, key=key, criterion=criterion, reason=reason, **_by(site)),
        )

    @router.post("/prosjekt/{key}/underlag")
    def upload(key: str, paper: Uploaded) -> Response:
        return _upload(site, key, paper)

    @router.post("/prosjekt/{key}/beslutningspunkt/stemmer-fortsatt")
    def still_so(key: str, fields: Form) -> Response:
        only(fields, known=())
        return _still_so(site, key)

    return router


def _by(site: Site) -> dict[str, Any]:
    person = visitor().person
    assert person is not None
    return {"by": person, "now": site.clock()}


# ---------------------------------------------------------------- saving


def _save_facts(site: Site, key: str, criterion: str, typed: Mapping[str, str]) -> Response:
    form = _form(site, key)
    question = _question(form, criterion)
    changes = {field.name: read_field(field, typed) for field in question.fields}
    seen = {field.name: typed.get(SEEN + field.name, "") for field in question.fields}
    now = site.clock()
    try:
        change_facts(site.db, key=key, changes=changes, effective=local_date(now), seen=seen, **_by(site))
    except BadFacts as bad:
        errors = [_error(problem, question.fields, typed) for problem in bad.problems]
        return page(site, key, errors=errors, typed=(criterion, typed))
    except Overtaken as other:
        return page(site, key, typed=(criterion, typed), theirs=other.values)
    except NotAllowed as no:
        return page(site, key, errors=[FormError(field="", text=sentence(no))], typed=(criterion, typed))
    return _back(key, criterion)


def _answer(site: Site, key: str, criterion: str, fields: Mapping[str, str]) -> Response:
    value = fields.get(_ANSWER, "")
    if not value:
        missing = FormError(field=f"{criterion}-{_ANSWER}", text="Velg et svar.")
        return page(site, key, errors=[missing], typed=(criterion, fields))
    try:
        said = answer_criterion(
            site.db,
            key=key,
            criterion=criterion,
            value=value,
            explanation=fields.get(_EXPLANATION, ""),
            **_by(site),
        )
    except NotAllowed as no:
        return page(site, key, errors=[FormError(field="", text=sentence(no))], typed=(criterion, fields))
    if isinstance(said, Refused):
        errors = [
            FormError(field=f"{criterion}-{_EXPLANATION}", text=sentence(reason)) for reason in said.reasons
        ]
        return page(site, key, errors=errors, typed=(criterion, fields))
    return _back(key, criterion)


def _done(site: Site, key: str, criterion: str, deed: Any) -> Response:
    try:
        done = deed()
    except NotAllowed as no:
        return page(site, key, errors=[FormError(field="", text=sentence(no))])
    except Unknown:
        raise HTTPException(404) from None
    if isinstance(done, Refused):
        errors = [FormError(field=f"{criterion}-{_REASON}", text=sentence(one)) for one in done.reasons]
        return page(site, key, errors=errors)
    return _back(key, criterion)


def _upload(site: Site, key: str, paper: Upload) -> Response:
    criterion, kind = paper.fields.get("krav", ""), paper.fields.get("slag", "")
    # Browsers of old give the whole path.
    name = PurePosixPath(paper.name.replace("\\", "/")).name
    ending = PurePosixPath(name).suffix
    try:
        added = add_paper(
            site.db,
            key=key,
            kind=kind,
            title=name.removesuffix(ending),
            content=paper.content,
            ending=ending,
            **_by(site),
        )
    except Unknown:
        raise HTTPException(404) from None
    if isinstance(added, Refused):
        field = f"{criterion}-fil"
        errors = [FormError(field=field, text=sentence(one)) for one in added.reasons]
        return page(site, key, errors=errors if name else errors[:1], typed=(criterion, {}))
    return _back(key, criterion)


def _still_so(site: Site, key: str) -> Response:
    """Say again, in one press, every answer from an earlier round that this reader may give."""
    form = _form(site, key)
    mine = [one for one in form.questions if one.check.reused and _may_answer(site, form, one)]
    for one in mine:
        answer = one.check.answer
        assert answer is not None
        answer_criterion(site.db, key=key, criterion=one.id, value=answer.value, **_by(site))
    return _back(key, mine[0].id if mine else "")


def _back(key: str, criterion: str) -> Response:
    return RedirectResponse(
        f"/prosjekt/{key}/beslutningspunkt?lagret={criterion}#{criterion}", status_code=303
    )


# ---------------------------------------------------------------- reading


def _form(site: Site, key: str) -> GateForm:
    with site.db.reading() as tx:
        return _form_in(tx, key, local_date(site.clock()))


def _form_in(tx: Connection, key: str, today: date) -> GateForm:
    try:
        return gate_form(tx, key=key, today=today)
    except Unknown:
        raise HTTPException(404) from None
    except NotAllowed:
        # No gate leads out of the phase it is in.
        raise HTTPException(404) from None


def _question(form: GateForm, criterion: str) -> Question:
    found = next((one for one in form.questions if one.id == criterion), None)
    if found is None:
        raise HTTPException(404)
    return found


def page(
    site: Site,
    key: str,
    *,
    saved: str = "",
    errors: Sequence[FormError] = (),
    typed: tuple[str, Mapping[str, str]] | None = None,
    theirs: Mapping[str, Any] | None = None,
) -> Response:
    """The whole page. `typed` is what was sent for one criterion and not saved; `theirs` the values that
    somebody else has given it meanwhile.
    """
    today = local_date(site.clock())
    with site.db.reading() as tx:
        form = _form_in(tx, key, today)
        programme = programmes.current(tx)
        waiting = cases.open_for(tx, key)
        register = [person for person in people.all_people(tx) if person.email]
        keys = projects.keys(tx)
    terms = {"focus_area": tuple(focus_areas(programme, on=today).items())}
    fills_in = may(site, visitor(), Act.FILL_IN) and waiting is None
    shown = [_shown(site, form, one, terms=terms, typed=typed, fills_in=fills_in) for one in form.questions]
    definition = form.checked.steered.definition
    return pages.page(
        site,
        "gate.html",
        status=409 if theirs else 422 if errors else 200,
        key=key,
        title=form.checked.title,
        check=form.checked.check,
        gate_title=text_in(form.checked.gate.title),
        standing=summary(form.checked.check),
        questions=shown,
        first=_first(shown, saved=saved, typed=typed),
        again=[one for one in shown if one["question"].check.reused and one["may_answer"]],
        saved=next((one for one in shown if one["question"].id == saved), None),
        errors=list(errors),
        theirs=_theirs(form, typed, theirs),
        waiting=waiting,
        fills_in=fills_in,
        may_request=may(site, visitor(), Act.REQUEST),
        register=register if fills_in else [],
        keys=keys if fills_in else [],
        phases={one.id: text_in(one.title) for one in definition.phases},
        seen_prefix=SEEN,
    )


def _shown(
    site: Site,
    form: GateForm,
    question: Question,
    *,
    terms: Mapping[str, tuple[tuple[str, str], ...]],
    typed: tuple[str, Mapping[str, str]] | None,
    fills_in: bool,
) -> dict[str, Any]:
    mine = typed[1] if typed is not None and typed[0] == question.id else None
    answer = question.check.answer
    return {
        "question": question,
        "fields": [_field(field, question, mine, terms) for field in question.fields] if fills_in else [],
        "versions": question.versions,
        "may_answer": fills_in and bool(question.choices) and _may_answer(site, form, question),
        "may_confirm": fills_in and _holds(site, form, {question.confirm_by}) and _awaits_another(question),
        "may_waive": fills_in and _holds(site, form, set(question.waive_by)),
        "answer": (mine or {}).get(_ANSWER) or (answer.value if answer else ""),
        "explanation": (mine or {}).get(_EXPLANATION) or (answer.explanation if answer else ""),
    }


def _field(
    field: Field,
    question: Question,
    typed: Mapping[str, str] | None,
    terms: Mapping[str, tuple[tuple[str, str], ...]],
) -> FormField:
    value = question.values.get(field.name)
    made = form_field(field, value if typed is None else read_field(field, typed), terms=terms)
    if typed is None or field.type in ("list", "record"):
        return made
    return replace(made, value=typed.get(field.name, ""))


def _may_answer(site: Site, form: GateForm, question: Question) -> bool:
    return _holds(site, form, {question.explain_by, PROGRAMME_OFFICE})


def _awaits_another(question: Question) -> bool:
    return (
        question.awaits_confirmation
        and question.last is not None
        and question.last.person != visitor().person
    )


def _holds(site: Site, form: GateForm, roles: set[str]) -> bool:
    """Whether this reader has one of these roles in the project, or one of these offices."""
    person = visitor().person
    if person is None or not roles - {""}:
        return False
    with site.db.reading() as tx:
        held = capacities(tx, person, project=form.checked.steered.project.key, on=local_date(site.clock()))
    return bool(held & roles)


def _first(
    shown: Sequence[Mapping[str, Any]], *, saved: str, typed: tuple[str, Mapping[str, str]] | None
) -> str:
    """Which question stands open: the one being worked at, else the first gap after what was saved."""
    if typed is not None:
        return typed[0]
    ids = [one["question"].id for one in shown]
    start = ids.index(saved) if saved in ids else 0
    order = [*shown[start:], *shown[:start]]
    gaps = [one["question"] for one in order if one["question"].check.status == "unmet" and _is_open(one)]
    return next((one.id for one in gaps if one.check.weight == "må"), gaps[0].id if gaps else "")


def _is_open(one: Mapping[str, Any]) -> bool:
    """Whether its reader can do something about it."""
    return bool(one["fields"] or one["may_answer"] or one["may_confirm"] or one["question"].paper_kind)


def _theirs(
    form: GateForm, typed: tuple[str, Mapping[str, str]] | None, values: Mapping[str, Any] | None
) -> list[FormField]:
    if typed is None or not values:
        return []
    question = _question(form, typed[0])
    return [form_field(field, values[field.name]) for field in question.fields if field.name in values]


def _error(problem: Problem, fields: Sequence[Field], typed: Mapping[str, str]) -> FormError:
    root = problem.path.removeprefix("project.").partition(".")[0].partition("[")[0]
    field = next((one for one in fields if one.name == root), None)
    place = problem.path if field is None else place_of(problem, field, typed)
    return FormError(field=place, text=sentence(problem))
