"""What does a letter say? First the facts, frozen at its first claim; then, at each attempt, the words.

The facts hold no words of ours and no secrets: the link and its code are derived anew each time and given
to `render`. The same facts, link and code give the same words for as long as the templates stay as they
are.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader

from engine.core.calendar import local_date
from engine.core.letters import CASE, RECEIPT, RESULT, WITHDRAWN, subject_of_case
from engine.core.machine import next_gates
from engine.core.voting import Choice
from engine.store import cases, definitions, people, projects
from engine.store.outbox import Claimed
from engine.store.session import Connection
from engine.use_cases.show_case import CaseView, SeatView, show_case
from language import environments
from language.catalogues import LOCALES

KINDS: Final = (CASE, RECEIPT, RESULT, WITHDRAWN)
TEMPLATES: Final = Path(__file__).parent / "templates"

_SUBJECT: Final = subject_of_case("")

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter in words: the subject on one line, and the same facts as text and as HTML."""

    subject: str
    text: str
    html: str


def facts_for(tx: Connection, letter: Claimed, *, now: datetime) -> Facts:
    """Everything a letter says, as JSON values; dates and instants are ISO text.

    Every kind has: kind, locale, to {name}, thread, body, contact {name, email}, case {number, project,
    gate, gate_title, from_phase, to_phase}. Beyond that, see the function of the kind. Raises Unknown when
    the case is not there, and KeyError for a kind of letter that has no words.
    """
    view = show_case(tx, letter.subject.removeprefix(_SUBJECT), now=now, viewer=letter.recipient)
    reader = people.by_id(tx, letter.recipient)
    locale = "nb" if reader is None else reader.language
    common: Facts = {
        "kind": letter.kind,
        "locale": locale if locale in LOCALES else "nb",
        "to": {"name": "" if reader is None else reader.name or ""},
        "thread": view.id,
        "body": view.body_title,
        "contact": {"name": view.programme_office or "Programkontoret", "email": view.programme_address},
        "case": {
            "number": view.number,
            "project": view.project_title,
            "gate": view.gate,
            "gate_title": view.gate_title,
            "from_phase": view.from_phase,
            "to_phase": view.to_phase,
        },
    }
    match letter.kind:
        case "case":
            return common | case_facts(view)
        case "receipt":
            return common | _receipt_facts(tx, view, letter.occurrence)
        case "result":
            return common | result_facts(view, _next_gate(tx, view), involved=_is_involved(tx, view, letter))
        case "withdrawn":
            return common | _withdrawn_facts(view)
        case _:
            raise KeyError(letter.kind)


def case_facts(view: CaseView) -> Facts:
    """What a member is asked: proposal, criteria, answer_by, handling, requested_by/_at, papers, seat."""
    return {
        "version": view.version,
        "proposal": view.proposal,
        "criteria": {
            "must_met": view.must_met,
            "must_total": view.must_total,
            "should_open": list(view.should_open),
            "waived": [one.title for one in view.criteria if one.status == "waived"],
        },
        "answer_by": _instant(view.answer_by),
        "handling": view.handling,
        "requested_by": view.requested_by,
        "requested_at": _instant(view.requested_at),
        "papers": [paper.title for paper in view.papers],
        "seat": _seat(view.mine),
    }


def result_facts(view: CaseView, next_gate: str, *, involved: bool) -> Facts:
    """What was decided: outcome, to_phase, conditions, wording, decided_at/_by, basis; own answer."""
    moved = view.outcome_phase if view.outcome_phase != view.from_phase else None
    return {
        "outcome": view.outcome or "",
        "to_phase": moved or "",
        "decided_at": _instant(view.closed_at or view.requested_at),
        "decided_by": view.decided_by,
        "basis": view.basis or "",
        "wording": view.wording,
        "conditions": [
            {"id": one.id, "text": one.text.rstrip(". "), "owner": one.owner, "due": one.due.isoformat()}
            for one in view.conditions
        ],
        "next_gate": next_gate,
        "member": view.mine is not None,
        "involved": involved,
        "answer": {"choice": None if view.mine is None else view.mine.choice},
    }


def _receipt_facts(tx: Connection, view: CaseView, ballot_id: str) -> Facts:
    ballot = next((one for one in cases.ballots(tx, view.id) if one.id == ballot_id), None)
    if ballot is None:
        raise KeyError(ballot_id)
    recused = ballot.choice == Choice.RECUSE
    return {
        "receipt": ballot.id,
        "answer": {
            "choice": ballot.choice,
            "cast_at": _instant(ballot.cast_at),
            # Why somebody is recused is told to the chair and the secretary, not to a mailbox.
            "comment": "" if recused else ballot.comment or "",
            "condition": ballot.condition or "",
            "recorded": ballot.recorded_by is not None,
            "recused": recused,
        },
        "answer_by": _instant(view.answer_by),
        "asks_for_code": view.link_level != "enkel",
        "ledger": {"position": ballot.seq},
    }


def _withdrawn_facts(view: CaseView) -> Facts:
    return {
        "reason": view.wording,
        "withdrawn_at": _instant(view.closed_at or view.requested_at),
        "answered": view.mine is not None and view.mine.answered,
    }


def _seat(seat: SeatView | None) -> Facts:
    if seat is None:
        return {"office": "", "deputy": False, "owner": False, "requester": False}
    return {"office": seat.office, "deputy": seat.deputy, "owner": seat.owner, "requester": seat.requester}


def _next_gate(tx: Connection, view: CaseView) -> str:
    project = projects.load(tx, view.project_key)
    if project is None:
        return ""
    ahead = next_gates(definitions.load(tx, project.workflow, project.version), project.phase)
    return ahead[0].id if ahead else ""


def _is_involved(tx: Connection, view: CaseView, letter: Claimed) -> bool:
    """Whether the reader leads, owns or asked on behalf of the project, and so has something to do next."""
    state = cases.state(tx, view.id)
    held = projects.roles(tx, view.project_key, on=local_date(view.closed_at or view.requested_at)).values()
    asked = state is not None and state.requested_by == letter.recipient
    return asked or any(role.person == letter.recipient for role in held)


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


def render(
    facts: Mapping[str, Any], *, url: str | None, code: str | None, receipt_code: str | None = None
) -> Rendered:
    """The letter in words, in the reader's language. Raises jinja2.UndefinedError when a fact is missing."""
    kind, locale = str(facts["kind"]), str(facts["locale"])
    if kind not in KINDS:
        raise KeyError(kind)
    given = {"letter": facts, "url": url, "code": code, "receipt_code": receipt_code}
    text, html = _environments(locale)
    return Rendered(
        subject=" ".join(text.get_template(f"{kind}/subject.txt").render(given).split()),
        text=_paragraphs(text.get_template(f"{kind}/body.txt").render(given)),
        html=html.get_template(f"{kind}/body.html").render(given),
    )


@cache
def template_digest(kind: str) -> str:
    """SHA-256 over everything that gives a kind of letter its words, so that a change shows."""
    found = hashlib.sha256()
    shared = [path for path in TEMPLATES.iterdir() if path.is_file()]
    for path in sorted([*shared, *(TEMPLATES / kind).iterdir()]):
        found.update(path.relative_to(TEMPLATES).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


@cache
def _environments(locale: str) -> tuple[Environment, Environment]:
    loader = FileSystemLoader(TEMPLATES)
    return environments.text(loader, locale), environments.html(loader, locale, keep_together=True)


def _paragraphs(text: str) -> str:
    """At most one empty line in a row, none at either end, and no blanks at line ends."""
    lines: list[str] = []
    for line in (line.rstrip() for line in text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
