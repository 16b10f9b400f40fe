"""What can a caller have got wrong? A few exceptions that carry data, not prose.

A refusal by the rules is no misuse: it is a value, `Refused`. The words for both are in `language`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    # who may do what
    "not_leader": ("office",),
    "not_on_roll": ("body",),
    "may_not_answer": ("role",),
    "may_not_confirm": ("role",),
    "may_not_record": ("role",),
    "may_not_request": ("role",),
    "may_not_waive": ("role",),
    "may_not_withdraw": ("number",),
    "may_not_amend": ("number",),
    "may_not_accept": ("number",),
    "may_not_mark": ("number",),
    "may_not_execute": ("number",),
    "not_running": ("body",),
    "may_not_take_in": (),
    "may_not_change": ("fact", "role"),
    "may_not_publish": ("period",),
    "own_answer": (),
    "own_recusal": (),
    "may_not_settle": (),
    "may_not_follow_up": (),
    # what cannot be done to this thing
    "no_quorum_possible": ("body", "quorum"),
    "no_next_gate": ("phase",),
    "no_intake": ("workflow",),
    "only_small_together": ("gate", "with"),
    "not_this_gate": ("gate", "phase"),
    "not_attested": ("criterion",),
    "nothing_to_confirm": ("criterion",),
    "answer_not_allowed": ("value", "allowed"),
    "address_taken": ("email",),
    "not_an_address": ("email",),
    "nameless": (),
    "no_such_capacity": ("capacity",),
    "no_such_handling": ("handling",),
    "no_such_language": ("language",),
    "already_erased": (),
    "holds_seat": ("seat",),
    "digest_differs": ("workflow", "version"),
    "dates_reversed": ("from", "to"),
    "own_stand_in": ("person",),
    # why a request, an answer or a conclusion is refused
    "case_open": ("number", "gate"),
    "taken_in": ("on",),
    "proposal_missing": (),
    "awaits_political": ("number", "gate"),
    "not_awaiting": ("number",),
    "political_unchanged": ("number",),
    "consequences_required": (),
    "reference_required": (),
    "reason_for_lapse": (),
    "execution_ahead": ("on",),
    "execution_too_early": ("on", "decided"),
    "project_waits": ("reason", "until"),
    "case_closed": ("number", "status"),
    "case_changed": ("number",),
    "requester_never_decides": (),
    "choice_missing": (),
    "comment_required": (),
    "condition_required": (),
    "form_used": (),
    "recused_never_decides": (),
    "recused_by_own_word": (),
    "owner_takes_no_part": ("body",),
    "words_too_long": ("field", "limit"),
    "outcome_not_allowed": ("outcome", "allowed"),
    "quorum_missing": ("answered", "quorum"),
    "reason_required": ("outcome",),
    "conditions_required": (),
    "conditions_not_allowed": ("outcome",),
    "condition_text_missing": ("number",),
    "condition_owner_missing": ("number",),
    "condition_owner_unknown": ("number", "owner", "choices"),
    "condition_due_unreadable": ("number", "due"),
    "condition_due_past": ("number", "due"),
    # a case that changes, and conditions followed up
    "what_required": (),
    "nothing_changed": ("number",),
    "condition_settled": ("condition",),
    "evidence_required": (),
    "reason_for_date": (),
    # a meeting and its referat
    "title_missing": (),
    "meeting_over": ("meeting", "status"),
    "meeting_not_begun": ("meeting",),
    "meeting_not_closed": ("meeting",),
    "no_next_meeting": ("cases",),
    "minutes_outrun": ("meeting",),
    "minutes_approved": ("meeting",),
    "minutes_not_sent": ("meeting",),
    # benefits, reports and accounts
    "may_not_follow": ("role",),
    "may_not_report": ("role",),
    "may_not_approve": ("role",),
    "only_office": (),
    "period_closed": ("period",),
    "period_open": ("period",),
    "period_not_begun": ("period", "on"),
    "report_missing": ("project", "period"),
    "report_unchanged": ("version",),
    "report_approved": ("version",),
    "report_newer": ("version",),
    "report_overtaken": ("version",),
    "no_quality": (),
    # letters
    "letter_not_lost": ("letter", "state"),
    "letter_untrue": ("letter", "why"),
    # what is owed
    "obligation_settled": (),
    "obligation_gone": (),
    "settled_elsewhere": ("where",),
    "due_elsewhere": ("what",),
    "note_required": (),
    "reason_for_new_date": (),
    "due_past": ("due",),
    "due_unchanged": ("due",),
    "no_owner_to_alert": (),
    "nobody_to_alert": (),
    "alerted_today": ("name",),
    "programme_closed": ("on",),
    "heir_unreachable": ("person",),
    # the programme's own report
    "period_not_over": ("period", "on"),
    "report_not_approved": ("period",),
    "report_not_published": ("period",),
    "year_not_over": ("year",),
    "report_outrun": ("period", "version"),
    "report_disagrees": ("period", "found"),
    # a new link
    "too_many_links": ("hours",),
}


class Misuse(Exception):
    """The caller is wrong; nothing has been changed."""


@dataclass
class Unknown(Misuse):
    """No such thing: its kind (project, person, body, …), the name asked for, and the nearest one there is,
    or ''.
    """

    kind: str
    name: str
    nearest: str = ""


@dataclass
class Invalid(Misuse):
    """What was given cannot be read: every mistake and its place."""

    mistakes: tuple[Mistake, ...]


@dataclass
class NotAllowed(Misuse):
    """This person, or this thing, cannot do that: a code of `CODES` with its data."""

    code: str
    data: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The rules say no: all reasons, in a fixed order."""

    reasons: tuple[Reason, ...]


def unknown(kind: str, name: str, known: Iterable[str]) -> Unknown:
    """An `Unknown` that suggests the nearest of the names there are."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return Unknown(kind=kind, name=name, nearest=close[0] if close else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing wrong with a file: `line` and `column` count from 1, `where` is the readable path to it."""

    code: str
    data: Mapping[str, str | int]
    line: int
    column: int
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a criterion stands as it does. Its sentence is made by `language` from code and data."""

    code: str
    data: Mapping[str, str | int]
