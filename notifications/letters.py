"""What does a letter say? First the facts, frozen at its first claim; then, at each attempt, the words.

The facts hold no words of ours and no secrets: the link and its code are derived anew each time and given
to `render`. The same facts, link and code give the same words for as long as the templates stay as they
are.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader

from engine.core.programme.calendar import local_date
from engine.core.record.letters import (
    AGENDA,
    ALERT,
    AMENDED,
    CASE,
    EXECUTION,
    MEETING_CHANGED,
    MINUTES,
    RECEIPT,
    REMINDER,
    REPORT_APPROVED,
    REPORT_DELIVERED,
    RESCHEDULED,
    RESULT,
    SIGN_IN,
    TROUBLE,
    UNDECIDABLE,
    UNOPENED,
    WAY_IN,
    WITHDRAWN,
    move_of,
    subject_of_case,
)
from engine.core.workflow.definition import approval_targets
from engine.queries.cases.course import Stop
from engine.queries.cases.show_case import CaseView, show_case
from engine.queries.obligations.answerable import answers_for
from engine.queries.people.actors import steered
from engine.queries.projects.check_gate import next_gates_of
from engine.store import cases, meetings, people, projects
from engine.store.outbox import Claimed
from engine.store.session import Connection
from language import environments
from language.catalogues import LOCALES
from notifications import facts
from notifications.facts import Facts, instant
from notifications.machinery.facts import trouble_facts
from notifications.meetings.facts import meeting_facts
from notifications.obligations.facts import alert_facts, reminder_facts, sign_in_facts, way_in_facts
from notifications.reports.facts import report_facts

KINDS: Final = (
    CASE, RECEIPT, RESULT, EXECUTION, WITHDRAWN, AMENDED, AGENDA, UNOPENED, MEETING_CHANGED, MINUTES,
    UNDECIDABLE, RESCHEDULED, REMINDER, ALERT, WAY_IN, SIGN_IN, REPORT_DELIVERED,
    REPORT_APPROVED, TROUBLE,
)  # fmt: skip
TEMPLATES: Final = Path(__file__).parent / "templates"

_CASE: Final = subject_of_case("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter in words: the subject on one line, and the same facts as text and as HTML."""

    subject: str
    text: str
    html: str


def facts_for(tx: Connection, letter: Claimed, *, now: datetime) -> Facts:
    """Everything a letter says, as JSON values; dates and instants are ISO text.

    Every kind has: kind, locale, to {name}, thread, body, contact {name, email}; one about a case has case
    {number, project, gate, gate_title, from_phase, to_phase}, one about a meeting has meeting. Beyond that,
    see the function of the kind. Raises Unknown when the case or meeting is not there, and KeyError for a
    kind of letter that has no words.
    """
    reader = people.by_id(tx, letter.recipient)
    locale = "nb" if reader is None else reader.language
    common: Facts = {
        "kind": letter.kind,
        "locale": locale if locale in LOCALES else "nb",
        "to": {"name": "" if reader is None else reader.name or ""},
    }
    if letter.kind in _ABOUT_DEADLINES:
        return common | _deadline_facts(tx, letter, now)
    if letter.kind in (REPORT_DELIVERED, REPORT_APPROVED):
        return common | report_facts(tx, letter)
    if letter.kind == TROUBLE:
        return common | trouble_facts(tx, letter, now=now)
    if not letter.subject.startswith(_CASE):
        return common | meeting_facts(tx, letter, now=now)
    return common | _about_case(tx, letter, now=now)


def _about_case(tx: Connection, letter: Claimed, *, now: datetime) -> Facts:
    view = show_case(tx, letter.subject.removeprefix(_CASE), now=now, viewer=letter.recipient)
    stops = facts.course(tx, view)
    common: Facts = {
        "thread": view.id,
        "body": facts.body_title(tx, stops[-1].body) if stops else view.body_title,
        "contact": {"name": view.programme_office or "Programkontoret", "email": view.programme_address},
        "case": facts.named(view),
    }
    match letter.kind:
        case "case":
            return common | _case_facts(tx, view, stops)
        case "amended":
            return common | _amended_facts(tx, view, letter.recipient)
        case "receipt":
            return common | _receipt_facts(tx, view, letter.occurrence, now)
        case "result":
            told = _result_facts(view, _next_gate(tx, view, now), involved=_is_involved(tx, view, letter))
            yours = answers_for(tx, view, letter.recipient, on=local_date(now))
            return common | told | {"yours": list(yours)}
        case "execution":
            return common | _execution_facts(view, _next_gate(tx, view, now))
        case "undecidable":
            return common | _undecidable_facts(view)
        case "rescheduled":
            return common | _rescheduled_facts(tx, view, letter.occurrence)
        case "withdrawn":
            return common | _withdrawn_facts(view)
        case _:
            raise KeyError(letter.kind)


def _case_facts(tx: Connection, view: CaseView, stops: Sequence[Stop]) -> Facts:
    """What a member is asked: proposal, criteria, answer_by, handling, referred_from,
    requested_by/_at, papers, seat.
    """
    above = next((stop.body for stop in reversed(stops) if stop.body != stops[-1].body), "")
    return {
        "version": view.version,
        "proposal": view.proposal,
        "criteria": facts.criteria(view),
        "answer_by": instant(view.answer_by),
        "handling": view.handling,
        "referred_from": facts.body_title(tx, above) if above else "",
        "requested_by": view.requested_by,
        "requested_at": instant(view.requested_at),
        "papers": [paper.title for paper in view.papers],
        "seat": facts.seat(view.mine),
    }


def _amended_facts(tx: Connection, view: CaseView, reader: str) -> Facts:
    """What has changed since the reader answered: changes, the void answer, answer_by, in_meeting."""
    ballot = facts.newest_ballot(tx, view.id, reader)
    answered = 0 if ballot is None else ballot.version
    return {
        "changes": [one.what for one in view.amendments if one.substance and one.version > answered],
        "answer": {"choice": None if ballot is None else ballot.choice},
        "answer_by": instant(view.answer_by),
        "in_meeting": view.meeting is not None,
        "asks_for_code": view.link_level != "enkel",
    }


def _result_facts(view: CaseView, next_gate: str, *, involved: bool) -> Facts:
    """What was decided: outcome, to_phase, awaits (the politicians), conditions, wording, decided_at/_by,
    basis; own answer. The caller adds `yours`: the conditions the reader answers for, by id.
    """
    moved = view.outcome_phase if view.outcome_phase != view.from_phase else None
    return {
        "outcome": view.outcome or "",
        "to_phase": moved or "",
        "awaits": view.awaits,
        "decided_at": instant(view.closed_at or view.requested_at),
        "decided_by": view.decided_by,
        "basis": view.basis or "",
        "in_meeting": view.meeting is not None,
        "wording": view.wording,
        "conditions": facts.conditions(asdict(one) for one in view.conditions),
        "next_gate": "" if view.awaits else next_gate,
        "member": view.mine is not None,
        "involved": involved,
        "answer": {"choice": None if view.mine is None else view.mine.choice},
    }


def _receipt_facts(tx: Connection, view: CaseView, ballot_id: str, now: datetime) -> Facts:
    """What the reader answered: answers (one), receipt, closes_at, in_meeting, may_change."""
    ballot = next((one for one in cases.ballots(tx, view.id) if one.id == ballot_id), None)
    if ballot is None:
        raise KeyError(ballot_id)
    return {
        "receipt": ballot.id,
        "answers": [facts.answer(view, ballot)],
        "closes_at": instant(view.answer_by),
        "in_meeting": view.meeting is not None,
        "may_change": now < view.answer_by,
        "asks_for_code": view.link_level != "enkel",
    }


def _execution_facts(view: CaseView, next_gate: str) -> Facts:
    """What became of a decision that waited for the politicians: executed, on, words (their case, or why it
    fell), outcome, to_phase, decided_at, next_gate.
    """
    execution = view.political.execution
    if execution is None or execution.on is None:
        raise KeyError(view.id)
    executed = execution.standing == "executed"
    moved = view.outcome_phase if view.outcome_phase != view.from_phase else None
    return {
        "executed": executed,
        "on": execution.on.isoformat(),
        "words": execution.words.rstrip(". ") if executed else execution.words,
        "outcome": view.outcome or "",
        "to_phase": moved or "",
        "decided_at": instant(view.closed_at or view.requested_at),
        "next_gate": next_gate,
    }


def _undecidable_facts(view: CaseView) -> Facts:
    """Why nobody can decide the case, and what can be done: body, able, quorum, out (office, why), ways."""
    unable = view.unable
    if unable is None:
        raise KeyError(view.id)
    why = {reason for _, reason in unable.out}
    ways = [way for way, reason in (("deputy", "recused"), ("holder", "vacant")) if reason in why]
    return {
        "body": unable.body,
        "top": unable.top,
        "able": unable.able,
        "quorum": unable.quorum,
        "out": [{"office": office, "why": reason} for office, reason in unable.out],
        "ways": [*ways, "body", "withdraw"],
    }


def _rescheduled_facts(tx: Connection, view: CaseView, occurrence: str) -> Facts:
    """When the case comes up now: starts_at, why (a code of `CaseScheduled`), reason (the meeting's)."""
    stops = facts.course(tx, view)
    why, at = move_of(occurrence)
    if at is None:
        # One that goes again to a new address tells the newest move.
        why = stops[-1].why if stops else ""
    left = stops[-2].meeting if why == "meeting_cancelled" and len(stops) > 1 else view.meeting
    meeting = None if left is None else meetings.load(tx, left)
    told = meeting is not None and why in ("meeting_cancelled", "meeting_moved")
    return {
        "starts_at": instant(view.answer_by),
        "why": why,
        "reason": meeting.reason.rstrip(". ") if told and meeting is not None else "",
    }


def _withdrawn_facts(view: CaseView) -> Facts:
    return {
        "reason": view.wording,
        "withdrawn_at": instant(view.closed_at or view.requested_at),
        "answered": view.mine is not None and view.mine.answered,
    }


def _next_gate(tx: Connection, view: CaseView, now: datetime) -> str:
    """The gate the project may ask for next, or each of several; one that only ends it where it can go on
    is none of them.
    """
    found = steered(tx, view.project_key)
    ahead = next_gates_of(tx, found, local_date(now))
    ends = {phase.id for phase in found.definition.phases if phase.end}
    onward = [gate.id for gate in ahead if approval_targets(gate) - ends]
    return " / ".join(onward or [gate.id for gate in ahead])


def _is_involved(tx: Connection, view: CaseView, letter: Claimed) -> bool:
    """Whether the reader leads, owns or asked on behalf of the project, and so has something to do next."""
    state = cases.state(tx, view.id)
    held = projects.roles(tx, view.project_key, on=local_date(view.closed_at or view.requested_at)).values()
    asked = state is not None and state.requested_by == letter.recipient
    return asked or any(role.person == letter.recipient for role in held)


_ABOUT_DEADLINES: Final = frozenset({REMINDER, ALERT, WAY_IN, SIGN_IN})


def _deadline_facts(tx: Connection, letter: Claimed, now: datetime) -> Facts:
    if letter.kind == REMINDER:
        return reminder_facts(tx, letter)
    if letter.kind == SIGN_IN:
        return sign_in_facts(tx, letter, now=now)
    return alert_facts(tx, letter) if letter.kind == ALERT else way_in_facts(tx, letter, now=now)


def render(
    told: Mapping[str, Any], *, url: str | None, code: str | None, receipt_code: str | None = None
) -> Rendered:
    """The letter in words, in the reader's language. Raises jinja2.UndefinedError when a fact is missing."""
    kind, locale = str(told["kind"]), str(told["locale"])
    if kind not in KINDS:
        raise KeyError(kind)
    given = {"letter": told, "url": url, "code": code, "receipt_code": receipt_code}
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
