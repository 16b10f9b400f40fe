"""What does a newcomer see first? Doors to walk through, and how the portfolio changed."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import ChoiceLoader, Environment, PackageLoader

from demo import report_facts, scene, story
from demo.story import Stage
from documents.formats.blocks import Block
from documents.tertial.content import blocks_by_id, report_content
from documents.tertial.phrases import period_label
from engine.core.access.table import Act
from engine.core.cases import ballots
from engine.core.cases.case import CaseState
from engine.core.programme.calendar import local_date
from engine.core.record.letters import CASE
from engine.core.refusal import Refused
from engine.core.report.finding import open_findings
from engine.core.reports.portfolio import REPORTED, counts, counts_by_area, moves
from engine.queries.json_v1 import focus_areas
from engine.queries.projects.portfolio import read_portfolio
from engine.queries.reports.check_report import check_report
from engine.queries.reports.read_report import read_report
from engine.store import cases, people, programmes
from engine.use_cases.cases.request_transition import request_transition
from language import findings, formats
from language.portfolio import move_sentence
from web import pages
from web.access.navigation import navigation
from web.access.visitor import visitor
from web.site import Site, contact_of

START: Final = "/demo"
ACTS: Final = {
    f"{START}{rest}": Act.READ_PUBLIC
    for rest in ("", "/fyll-inn", "/be-om", "/de-andre", "/portefolje", "/avgjor", "/feil", "/rapport")
}
"""The demo's pages are for whoever comes."""
MAILBOX: Final = "/postkasse"


def environment() -> Environment:
    """The product's own templates, and the demo's beside them."""
    loader = ChoiceLoader([PackageLoader("demo", "templates"), PackageLoader("web", "templates")])
    return pages.environment().overlay(loader=loader)


def routes(site: Site, stage: Stage) -> APIRouter:
    """The doors. They do what a person would do, through the same use cases and the same pages."""
    router = APIRouter(include_in_schema=False)
    templates = environment()

    def show(template: str, **values: Any) -> HTMLResponse:
        contact = contact_of(site)
        about = {
            "name": site.settings.name,
            "programme": site.settings.programme,
            "base_url": site.settings.base_url.rstrip("/"),
            "visitor": visitor(),
            "nav": navigation(site),
            "contact_name": contact.name,
            "contact_email": contact.email,
        }
        return HTMLResponse(templates.get_template(template).render(site=about, **values))

    @router.get(START)
    def doors() -> Response:
        return show("doors.html", **_where_we_are(stage), project=scene.PROJECT, mailbox=MAILBOX)

    @router.post(f"{START}/fyll-inn")
    def fill_in() -> Response:
        scene.fill_what_is_missing(stage.db, now=stage.clock())
        return _to(f"/prosjekt/{scene.PROJECT}")

    @router.post(f"{START}/be-om")
    def ask() -> Response:
        asked = _ask(stage)
        if isinstance(asked, Refused):
            return show("refused.html", reasons=asked.reasons, start=START)
        return _to(MAILBOX)

    @router.post(f"{START}/de-andre")
    def let_the_others_answer() -> Response:
        _others_answer(stage)
        chair = stage.mailbox.to(story.CHAIR)
        return _to(f"{MAILBOX}/{chair[0].number}" if chair else MAILBOX)

    @router.get(f"{START}/portefolje")
    def portfolio() -> Response:
        return show("change.html", **_change(stage), statuses=REPORTED, start=START)

    _third_door(router, stage, show)
    return router


def _third_door(router: APIRouter, stage: Stage, show: Callable[..., HTMLResponse]) -> None:
    """The errors of the published report, and the next one changing by itself."""

    @router.post(f"{START}/avgjor")
    def decide() -> Response:
        _decide(stage)
        return _to(f"{START}/rapport")

    @router.get(f"{START}/feil")
    def errors() -> Response:
        return show("errors.html", **_errors(stage), start=START)

    @router.get(f"{START}/rapport")
    def report() -> Response:
        return show("report_change.html", **_report_change(stage), start=START)


def _to(address: str) -> Response:
    return RedirectResponse(address, status_code=303)


def _case(stage: Stage) -> CaseState | None:
    with stage.db.reading() as tx:
        return next(iter(reversed(cases.list_cases(tx, project=scene.PROJECT))), None)


def _where_we_are(stage: Stage) -> dict[str, Any]:
    case = _case(stage)
    with stage.db.reading() as tx:
        answered = 0 if case is None else len(ballots.counting(cases.ballots(tx, case.id), case.version))
    return {
        "today": stage.clock(),
        "case": case,
        "answered": answered,
        "letters": len(stage.mailbox.all()),
        "chair": next(iter(stage.mailbox.to(story.CHAIR)), None),
    }


def _ask(stage: Stage) -> Refused | None:
    """Ask for BP2 as the project leader, unless that is done; the reasons when the gate is shut."""
    if _case(stage) is not None:
        return None
    stage.clock.go_to(story.REQUESTED_AT)
    asked = request_transition(
        stage.db,
        key=scene.PROJECT,
        proposal=scene.PROPOSAL,
        by=scene.STUDY_LEADER,
        handling="skriftlig",
        now=stage.clock(),
    )
    if isinstance(asked, Refused):
        return asked
    stage.deliver()
    return None


def _others_answer(stage: Stage) -> None:
    """Everybody but the chair answers, through their own letters; whoever has answered is left in peace."""
    if _case(stage) is None:
        scene.fill_what_is_missing(stage.db, now=stage.clock())
        _ask(stage)
    case = _case(stage)
    if case is None or case.status != "open":
        return
    with stage.db.reading() as tx:
        answered = {ballot.person for ballot in cases.ballots(tx, case.id)}
        addresses = {person.email: person.id for person in people.all_people(tx)}
    asked = [mail for mail in stage.mailbox.all() if story.kind_of(stage, mail) == CASE]
    letters = {mail.recipient: mail for mail in asked}
    for answer in story.ANSWERS:
        mail = letters.get(answer.who)
        if answer.who != story.CHAIR and mail is not None and addresses.get(answer.who) not in answered:
            stage.clock.go_to(answer.at)
            story.answer_once(stage, mail, answer)


def _decide(stage: Stage) -> None:
    """Everybody answers and the chair concludes, unless that is done."""
    _others_answer(stage)
    case = _case(stage)
    letters = {mail.recipient: mail for mail in stage.mailbox.all() if mail.link and mail.code}
    chair = letters.get(story.CHAIR)
    if case is None or case.status != "open" or chair is None:
        return
    own = next(answer for answer in story.ANSWERS if answer.who == story.CHAIR)
    stage.clock.go_to(own.at)
    story.answer_once(stage, chair, own)
    story.conclude_once(stage, chair)
    stage.deliver()


def _errors(stage: Stage) -> dict[str, Any]:
    """What the published report of the third tertial of 2024 disagrees with, by kind of finding."""
    with stage.db.reading() as tx:
        checked = check_report(
            tx, report_facts.PERIOD, known_at=stage.clock(), against=report_facts.printed()
        )
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in checked.findings:
        groups.setdefault(findings.title(one), []).append(
            {
                "told": findings.told(one),
                "owner": findings.owner(one),
                "sides": [
                    {
                        "place": formats.upper_first(findings.place(side)),
                        "value": findings.value(side, one),
                        "source": side.source,
                    }
                    for side in one.sides
                ],
                "difference": findings.difference(one),
                "names": one.names,
            }
        )
    number = len(open_findings(checked.findings))
    return {
        "groups": groups,
        "found": number,
        "notes": len(checked.findings) - number,
        "avvik": {findings.title(one) for one in open_findings(checked.findings)},
    }


def _report_change(stage: Stage) -> dict[str, Any]:
    """The draft of the first tertial of 2025 as it was when the story began, and as it is now."""
    with stage.db.reading() as tx:
        drafts = [
            read_report(tx, CHANGING, known_at=known_at) for known_at in (scene.OPENS_AT, stage.clock())
        ]
    before, after = (blocks_by_id(report_content(one)) for one in drafts)
    names = [name for name in after if after[name] != before.get(name)]
    lines = (
        line
        for name in names
        for line in _said(after[name])
        if line not in _said(before.get(name, {})) and not line.endswith(":")
    )
    return {
        "period": period_label(drafts[1].period),
        "tables": [
            _changed_table(before.get(name), after[name]) for name in names if after[name]["type"] == "table"
        ],
        "figures": [after[name] for name in names if after[name]["type"] == "figure"],
        "sentences": list(dict.fromkeys(lines)),
        "unchanged": len(after) - len(names),
    }


def _said(block: Block) -> tuple[str, ...]:
    return (*block.get("lines", ()), *block.get("items", ()))


def _changed_table(before: Block | None, after: Block) -> dict[str, Any]:
    """A table's rows that changed, each cell with what came and what went."""
    was = {_row_name(row): row for row in (before or {}).get("rows", ())}
    now = {_row_name(row): row for row in after["rows"]}
    width = len(after["columns"])
    rows = []
    for name in dict.fromkeys([*now, *was]):
        cells = [
            _changed_cell(was[name][index]["lines"] if name in was else [], now[name][index]["lines"])
            if name in now
            else _changed_cell(was[name][index]["lines"], [])
            for index in range(1, width)
        ]
        if any(cell["gone"] or cell["new"] for cell in cells):
            rows.append({"name": name, "cells": cells})
    return {"caption": after["caption"], "columns": after["columns"], "rows": rows}


def _row_name(row: list[Block]) -> str:
    return " ".join(row[0]["lines"])


def _changed_cell(was: list[str], now: list[str]) -> dict[str, list[str]]:
    return {
        "same": [line for line in now if line in was],
        "gone": [line for line in was if line not in now],
        "new": [line for line in now if line not in was],
    }


CHANGING: Final = "2025-T1"
"""The period that the story's decision falls in."""


def _change(stage: Stage) -> dict[str, Any]:
    today = local_date(stage.clock())
    with stage.db.reading() as tx:
        before, after = read_portfolio(tx, on=scene.AS_OF), read_portfolio(tx, on=today)
        areas = focus_areas(programmes.current(tx), on=today)
    return {
        "as_of": scene.AS_OF,
        "today": today,
        "before": counts(before.values()),
        "after": counts(after.values()),
        "areas": areas,
        "areas_before": counts_by_area(list(before.values()), areas),
        "areas_after": counts_by_area(list(after.values()), areas),
        "sentences": [move_sentence(move) for move in moves(before, after)],
    }
