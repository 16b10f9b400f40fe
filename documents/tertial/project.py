"""Which words are in one project's report on paper: what it told, its risks, its benefits, its accounts?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from documents.formats.blocks import Content
from documents.formats.text import named, paragraphs
from engine.core.files.shape import text_in
from engine.core.programme.model import Programme
from engine.core.text import says_nothing
from engine.queries.reports.report_form import ReportForm
from language import formats
from language.status_reports import account_sentence, approval_word, indicator_sentence

STEPS: Final = (1, 2, 3, 4, 5)
HIGH: Final = 15
MEDIUM: Final = 8
"""Probability times consequence from which a risk is high, and from which it is middling."""


def report_content(form: ReportForm, *, programme: Programme) -> Content:
    """The content of a delivered report (see `documents.papers.words`): about, sections, risks, matrix,
    benefits,
    accounts. In the period of the yearly report its title is that report's. Raises ValueError when nothing
    is delivered.
    """
    if form.delivered is None:
        raise ValueError("nothing is delivered", form.project, form.period.id)
    risks = form.delivered.fields.get("risks") or []
    assert isinstance(risks, list)
    return {
        "kind": _kind(form, programme),
        "title": form.project if says_nothing(form.title) else form.title,
        "subtitle": formats.upper_first(formats.period_words(form.period.id)),
        "body": text_in(programme.title),
        "running": f"{form.project} {form.period.id}",
        "contact": "",
        "address": "",
        "about": [
            {"label": "Status", "lines": [form.status or "Ikke rapportert"]},
            {"label": "Levert", "lines": [formats.moment(form.delivered.delivered_at)]},
            {"label": "Prosjekteier", "lines": [approval_word(form.approval)]},
        ],
        "sections": list(_sections(form)),
        "risks": [_risk(number, one) for number, one in enumerate(risks, 1)],
        "matrix": matrix(risks),
        "unplaced": _unplaced(risks),
        "benefits": list(_benefits(form)),
        "freed": list(_freed(form)),
        "accounts": [account_sentence(line) for line in form.accounts],
        "evidence": f"Versjon {form.delivered.version}, levert "
        f"{formats.day_and_year(form.delivered.delivered_at)}.",
    }


def _kind(form: ReportForm, programme: Programme) -> str:
    yearly = programme.reporting.yearly
    sections = set() if yearly is None else {one.id for one in yearly.sections}
    asked = {field.name for field in form.filled.fields}
    return yearly.title if yearly is not None and sections & asked else "Statusrapport"


def _sections(form: ReportForm) -> Iterator[Content]:
    assert form.delivered is not None
    for field in form.filled.fields:
        text = form.delivered.fields.get(field.name)
        if field.type != "list" and isinstance(text, str):
            yield {"title": field.title, "lines": paragraphs(text)}
    lights = form.delivered.fields.get("lights") or []
    assert isinstance(lights, list)
    if lights:
        told = [
            f"{formats.area_word(one['area'])}: {formats.light_word(one['light'])}. {one['reason']}"
            for one in lights
        ]
        yield {"title": "Trafikklys", "lines": told}


# --- risks ------------------------------------------------------------------------------------------------


def _risk(number: int, risk: Mapping[str, Any]) -> Content:
    weighed = _weight(risk)
    about = [
        ("Vurdering", risk.get("assessment")),
        ("Tiltak, sannsynlighet", risk.get("measures")),
        ("Tiltak, konsekvens", risk.get("mitigation")),
    ]
    return {
        "number": str(number),
        "title": str(risk.get("title", "")),
        "kind": "Mulighet" if risk.get("kind") == "mulighet" else "Trussel",
        "weight": ""
        if weighed is None
        else f"{risk['probability']} × {risk['consequence']} = {weighed} ({level(weighed)})",
        "about": [f"{label}: {line}" for label, text in about if text for line in paragraphs(str(text))],
        "owner": str(risk.get("owner", "")),
        "due": formats.plain_date(risk["due"]) if risk.get("due") else "",
    }


def matrix(risks: Sequence[Mapping[str, Any]]) -> Content:
    """Probability down, consequence across: the numbers of the risks in each of the 25 cells, and its level.

    `rows` go from the most probable to the least; `text` says the same in words.
    """
    rows = []
    told = []
    for probability in reversed(STEPS):
        cells = []
        for consequence in STEPS:
            numbers = [
                str(number)
                for number, one in enumerate(risks, 1)
                if (one.get("probability"), one.get("consequence")) == (probability, consequence)
            ]
            word = level(probability * consequence)
            cells.append({"numbers": ", ".join(numbers), "level": word})
            if numbers:
                place = f"sannsynlighet {probability}, konsekvens {consequence} ({word})"
                told.append(f"{formats.listed(numbers)}: {place}")
        rows.append({"probability": str(probability), "cells": cells})
    return {"rows": rows, "consequences": [str(step) for step in STEPS], "text": "; ".join(told)}


def level(weight: int) -> str:
    """«høy», «middels» or «lav»: how heavy probability times consequence is."""
    return "høy" if weight >= HIGH else "middels" if weight >= MEDIUM else "lav"


def _weight(risk: Mapping[str, Any]) -> int | None:
    if risk.get("probability") is None or risk.get("consequence") is None:
        return None
    return int(risk["probability"]) * int(risk["consequence"])


def _unplaced(risks: Sequence[Mapping[str, Any]]) -> str:
    numbers = [str(number) for number, one in enumerate(risks, 1) if _weight(one) is None]
    return f"Ikke plassert i matrisen: {formats.listed(numbers)}." if numbers else ""


# --- benefits ---------------------------------------------------------------------------------------------


def _benefits(form: ReportForm) -> Iterator[Content]:
    assert form.delivered is not None
    comments = {one.get("benefit"): str(one.get("comment", "")) for one in _items(form, "benefits")}
    for goal in form.benefits:
        known = [
            indicator_sentence(
                one,
                [
                    each
                    for each in form.measurements
                    if (each.benefit, each.indicator) == (goal["id"], one["id"])
                ],
            )
            for one in goal.get("indicators", ())
        ]
        yield {
            "title": named(str(goal.get("title", ""))),
            "known": known,
            "comment": paragraphs(comments.get(goal["id"], "")),
        }


def _freed(form: ReportForm) -> Iterator[Content]:
    titles = {str(one["id"]): str(one.get("title", "")) for one in form.benefits}
    for name, word in (("estimates", "Anslått"), ("realised", "Realisert")):
        for one in _items(form, name):
            yield {
                "what": word,
                "benefit": titles.get(str(one.get("benefit")), str(one.get("benefit", ""))),
                "year": str(one.get("year", "")),
                "fte": "" if one.get("fte") is None else formats.number(one["fte"]),
                "kroner": "" if one.get("kroner") is None else formats.kroner(one["kroner"]),
            }


def _items(form: ReportForm, name: str) -> list[Mapping[str, Any]]:
    assert form.delivered is not None
    found = form.delivered.fields.get(name) or []
    assert isinstance(found, list)
    return found
