"""A member answers a case: is it theirs to answer, and does the answer settle it?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from engine.core.cases.ballots import CastBallot, standing
from engine.core.cases.case import CaseState
from engine.core.cases.recusal import takes_no_part
from engine.core.cases.voting import Choice
from engine.core.facts.words import read_words
from engine.core.programme.calendar import local_date
from engine.core.record.events.cases import BallotCast, CaseDecided
from engine.core.record.events.event import Event
from engine.core.record.letters import subject_of_case, subject_of_meeting, subject_of_person
from engine.core.refusal import NotAllowed, Reason, Refused, Unknown, unknown
from engine.queries.cases.tally import is_outside, tally_of
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities
from engine.store import cases, links
from engine.store.record.record import record
from engine.store.session import Connection, Database, new_id
from engine.use_cases.cases.carry_over import to_next_meeting
from engine.use_cases.cases.decision import counted_outcome, decision

_NONCE: Final = re.compile(r"[!-~]{1,100}")
"""A form's own mark: visible ASCII, so that it is the same text wherever it has been."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer is stored. `repeated` means that it already was: the same form sent again."""

    ballot: str
    case: str
    decided: bool
    repeated: bool


def cast_ballot(
    db: Database,
    *,
    case: str,
    person: str,
    choice: str,
    version: int,
    nonce: str,
    now: datetime,
    seat: str | None = None,
    comment: str | None = None,
    condition: str | None = None,
    recorded_by: str | None = None,
    link: str | None = None,
) -> Answered | Refused:
    """Store one seat's answer and close the case when the rule says that the outcome is certain.

    `person` is the id of the member who answers, `seat` is needed only when the member has several,
    `recorded_by` is the secretary who enters an answer on the member's behalf, `link` the link it came
    through. The same `nonce` twice is one answer. Raises Unknown for a case, and NotAllowed for somebody
    who is not on its roll.
    """
    with db.writing() as tx:
        state = cases.state(tx, case, lock=True)
        if state is None:
            raise Unknown("case", case)
        cast = cases.ballots(tx, case)
        _may_answer(tx, state, person=person, recorded_by=recorded_by, link=link, now=now)
        entry = _entry_of(state, person, seat)
        said, unfit = _words_of(choice, comment, condition)
        again = next((ballot for ballot in cast if ballot.nonce == nonce), None)
        if again is not None and again.version == state.version and _is_same(again, entry, choice, said):
            return Answered(ballot=again.id, case=case, decided=state.status == "decided", repeated=True)
        reasons = (
            _reasons_against(state, entry, choice, version)
            or _reasons_to_stay_out(state, cast, entry, by=recorded_by or person)
            or (
                *_reasons_to_complete(choice, said, unfit),
                # The form has carried another answer: to say that this one is stored would be untrue.
                *([] if again is None and _NONCE.fullmatch(nonce) else [Reason(code="form_used", data={})]),
            )
        )
        if reasons:
            return Refused(reasons=reasons)
        comment, condition = said
        ballot = BallotCast(
            by=recorded_by or person,
            project=state.project,
            case=case,
            version=version,
            ballot=new_id(),
            seat=entry["seat"],
            person=person,
            choice=choice,
            nonce=nonce,
            meeting=state.meeting,
            comment=comment,
            condition=condition,
        )
        events: list[Event] = [ballot]
        tally = tally_of(state, [*cast, _as_cast(ballot, now)])
        outcome = counted_outcome(tx, state, tally)
        if outcome is not None:
            events.append(decision(tx, state, tally, outcome=outcome, basis="count", now=now))
        elif tally.state == "meeting" and state.meeting is None:
            events = [*to_next_meeting(tx, state, now), *events]
        record(tx, events, now=now)
    return Answered(
        ballot=ballot.ballot, case=case, decided=isinstance(events[-1], CaseDecided), repeated=False
    )


def _may_answer(
    tx: Connection, state: CaseState, *, person: str, recorded_by: str | None, link: str | None, now: datetime
) -> None:
    if link is not None:
        found = links.by_id(tx, link)
        mine = found is not None and found.revoked_at is None and found.person == person
        # Whoever has signed in holds the link to all that is theirs.
        all_mine = subject_of_person(person)
        leads_here = {subject_of_case(state.id), subject_of_meeting(state.meeting or ""), all_mine}
        if found is None or not mine or found.subject not in leads_here:
            raise NotAllowed("link_revoked", {})
    if recorded_by is not None and recorded_by != person:
        held = capacities(tx, recorded_by, project=state.project, on=local_date(now))
        if PROGRAMME_OFFICE not in held:
            raise NotAllowed("may_not_record", {"role": PROGRAMME_OFFICE})


def _entry_of(state: CaseState, person: str, seat: str | None) -> Mapping[str, Any]:
    mine = [entry for entry in state.roll if entry["person"] == person]
    if not mine:
        raise NotAllowed("not_on_roll", {"body": state.body})
    if seat is None:
        return mine[0]
    for entry in mine:
        if entry["seat"] == seat:
            return entry
    raise unknown("seat", seat, [entry["seat"] for entry in mine])


def _reasons_against(
    state: CaseState, entry: Mapping[str, Any], choice: str, version: int
) -> tuple[Reason, ...]:
    if state.status != "open":
        return (Reason(code="case_closed", data={"number": state.number, "status": state.status}),)
    if version != state.version:
        return (Reason(code="case_changed", data={"number": state.number}),)
    if entry["requester"]:
        return (Reason(code="requester_never_decides", data={}),)
    return () if choice in set(Choice) else (Reason(code="choice_missing", data={}),)


def _reasons_to_stay_out(
    state: CaseState, cast: Sequence[CastBallot], entry: Mapping[str, Any], *, by: str
) -> tuple[Reason, ...]:
    """Whoever is out stays out. One's own «Jeg er inhabil» is taken back by the secretary, who enters another
    answer, or by the body; or it would be the cheapest way to see what the others say before answering.
    """
    person = entry["person"]
    if not is_outside(state, cast, person):
        return ()
    said = standing(state, cast).get(entry["seat"])
    own = said is not None and said.choice == Choice.RECUSE
    if own and by != person and not _is_found(state, person):
        return ()
    return (Reason(code="recused_by_own_word" if own else "recused_never_decides", data={}),)


def _is_found(state: CaseState, person: str) -> bool:
    return takes_no_part(state.roll, {}, person)


_Said = tuple[str | None, str | None]
"""A comment, and a condition, as they are kept."""


def _words_of(choice: str, comment: str | None, condition: str | None) -> tuple[_Said, tuple[Reason, ...]]:
    """What goes with the answer, and why it cannot be kept; only one of the choices has a condition."""
    words, unfit = read_words(comment, field="comment")
    terms, wrong = (
        read_words(condition, field="condition") if choice == Choice.APPROVE_WITH_CONDITIONS else ("", ())
    )
    return (words or None, terms or None), (*unfit, *wrong)


def _is_same(ballot: CastBallot, entry: Mapping[str, Any], choice: str, said: _Said) -> bool:
    given = (ballot.seat, ballot.person, ballot.choice, ballot.comment, ballot.condition)
    return given == (entry["seat"], entry["person"], choice, *said)


def _reasons_to_complete(choice: str, said: _Said, unfit: tuple[Reason, ...]) -> tuple[Reason, ...]:
    comment, condition = said
    if unfit:
        return unfit
    if choice == Choice.REJECT and not comment:
        return (Reason(code="comment_required", data={}),)
    if choice == Choice.APPROVE_WITH_CONDITIONS and not condition:
        return (Reason(code="condition_required", data={}),)
    return ()


def _as_cast(ballot: BallotCast, now: datetime) -> CastBallot:
    return CastBallot(
        id=ballot.ballot,
        seq=0,
        version=ballot.version,
        seat=ballot.seat,
        person=ballot.person,
        choice=ballot.choice,
        nonce=ballot.nonce,
        comment=ballot.comment,
        condition=ballot.condition,
        recorded_by=None,
        cast_at=now,
    )
