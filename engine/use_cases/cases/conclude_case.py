"""The chair concludes: what was decided, in which words, on which conditions?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from engine.core.cases.ballots import CastBallot
from engine.core.cases.case import CaseState
from engine.core.cases.voting import Tally
from engine.core.facts.words import read_words
from engine.core.programme.calendar import local_date
from engine.core.refusal import NotAllowed, Reason, Refused, Unknown
from engine.core.text import shown
from engine.queries.cases.tally import chair_of, is_out, tally_of
from engine.queries.obligations.answerable import Answerable, answerable_in, named
from engine.queries.people.actors import person_named
from engine.store import cases, definitions, meetings, projects
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.cases.decision import decision

WITHOUT_QUORUM: Final = frozenset({"utsatt", "sendt_tilbake"})
"""Outcomes that decide nothing about the project, so that the chair may give them alone."""
APPROVED: Final = frozenset({"godkjent", "godkjent_med_forutsetninger"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """The case is closed. `to_phase` is where the project went, None when it stayed; `awaits` says that the
    decision takes effect when the politicians have decided.
    """

    case: str
    number: str
    outcome: str
    to_phase: str | None
    awaits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition as the chair fixes it: text, who answers for it, and by when (ISO date).

    `owner` names one of `answerable_in`, or somebody in the register by their address.
    """

    text: str
    owner: str
    due: str
    blocks: bool = False
    """Whether the project's next gate stays shut until it is settled."""
    proposals: tuple[str, ...] | None = None
    """The answers whose proposed conditions it was made from, by id, however it is worded now; None where
    nobody has told.
    """


def conclude_case(
    db: Database,
    *,
    case: str,
    by: str,
    outcome: str,
    now: datetime,
    wording: str = "",
    conditions: Sequence[Condition] = (),
    version: int | None = None,
) -> Concluded | Refused:
    """Close a case as its leader. The phase moves, and everybody is told, in the same transaction.

    `version` is the one the leader has read; a case amended meanwhile is not concluded. A meeting's quorum
    is whoever is noted as present, else whoever has answered. While the leader takes no part in the case the
    next seat leads. Raises Unknown for a case or person, NotAllowed when `by` does not speak for that seat.
    """
    with db.writing() as tx:
        state = cases.state(tx, case, lock=True)
        if state is None:
            raise Unknown("case", case)
        person = person_named(tx, by)
        cast = cases.ballots(tx, case)
        leader = next(entry for entry in state.roll if entry["leader"])
        chair = chair_of(state, cast) or leader
        if person.id not in (leader["person"], chair["person"]):
            raise NotAllowed("not_leader", {"office": chair["office"]})
        project = projects.load(tx, state.project)
        if project is None:
            raise Unknown("project", state.project)
        gate = definitions.load(tx, project.workflow, project.version).gate(state.gate)
        tally = _as_present(tx, state, cast)
        words, unfit = read_words(wording, field="wording")
        terms, faults = _read_conditions(tx, project.key, conditions, local_date(now))
        reasons = _reasons_it_is_not_to_decide(state, person.id, cast, version) or (
            *unfit,
            *_reasons_against(
                tally,
                allowed=gate.outcomes,
                outcome=outcome,
                wording=words,
                conditions=terms,
            ),
            *faults,
        )
        if reasons:
            return Refused(reasons=reasons)
        decided = decision(
            tx,
            state,
            tally,
            outcome=outcome,
            basis="chair",
            now=now,
            by=person.id,
            wording=words or None,
            conditions=terms,
        )
        record(tx, [decided], now=now)
    return Concluded(
        case=case,
        number=state.number,
        outcome=outcome,
        to_phase=decided.to_phase,
        awaits=decided.awaits is not None,
    )


def _as_present(tx: Connection, state: CaseState, cast: Sequence[CastBallot]) -> Tally:
    """The tally with a meeting's own quorum: the counted seats somebody was noted to sit in."""
    tally = tally_of(state, cast)
    meeting = None if state.meeting is None else meetings.load(tx, state.meeting)
    if meeting is None or meeting.present is None:
        return tally
    counted = {entry["seat"] for entry in state.roll if not is_out(state, cast, entry)}
    present = sum(seat in counted and person is not None for seat, person in meeting.present.items())
    return replace(tally, quorate=present >= tally.quorum)


def _reasons_it_is_not_to_decide(
    state: CaseState, person: str, cast: Sequence[CastBallot], version: int | None
) -> tuple[Reason, ...]:
    if state.status != "open":
        return (Reason(code="case_closed", data={"number": state.number, "status": state.status}),)
    if version not in (None, state.version):
        return (Reason(code="case_changed", data={"number": state.number}),)
    mine = [entry for entry in state.roll if entry["person"] == person]
    if any(entry["requester"] for entry in mine):
        return (Reason(code="requester_never_decides", data={}),)
    if any(is_out(state, cast, entry) for entry in mine):
        return (Reason(code="recused_never_decides", data={}),)
    return ()


def _reasons_against(
    tally: Tally,
    *,
    allowed: Collection[str],
    outcome: str,
    wording: str,
    conditions: Sequence[Mapping[str, str]],
) -> list[Reason]:
    reasons: list[Reason] = []
    if outcome not in allowed:
        reasons.append(
            Reason(code="outcome_not_allowed", data={"outcome": outcome, "allowed": ", ".join(allowed)})
        )
    if not tally.quorate and outcome not in WITHOUT_QUORUM:
        answered = tally.base - len(tally.missing)
        reasons.append(Reason(code="quorum_missing", data={"answered": answered, "quorum": tally.quorum}))
    if outcome not in APPROVED and not wording:
        reasons.append(Reason(code="reason_required", data={"outcome": outcome}))
    if outcome == "godkjent_med_forutsetninger" and not conditions:
        reasons.append(Reason(code="conditions_required", data={}))
    if outcome != "godkjent_med_forutsetninger" and conditions:
        reasons.append(Reason(code="conditions_not_allowed", data={"outcome": outcome}))
    return reasons


def _read_conditions(
    tx: Connection, project: str, conditions: Sequence[Condition], today: date
) -> tuple[list[dict[str, Any]], list[Reason]]:
    """The conditions as they are kept, numbered, and everything that is wrong with them."""
    terms: list[dict[str, Any]] = []
    reasons: list[Reason] = []
    choices = answerable_in(tx, project, on=today) if conditions else ()
    for number, one in enumerate(conditions, 1):
        text, unfit = read_words(one.text, field="condition")
        owner, misnamed = read_words(one.owner, field="owner", one_line=True)
        reasons += [*unfit, *misnamed]
        if not text and not unfit:
            reasons.append(Reason(code="condition_text_missing", data={"number": number}))
        chosen = named(tx, choices, owner)
        if chosen is None and not misnamed:
            reasons.append(_nobody(number, owner, choices))
        due, late = _read_due(one.due, number, today)
        reasons += late
        term = {"id": f"F{number}", "text": text, "owner": owner, "due": due, "blocks": one.blocks}
        if chosen is not None:
            term |= {"owner": chosen.title, "responsible": chosen.ref}
        if one.proposals is not None:
            term["proposals"] = list(one.proposals)
        terms.append(term)
    return terms, reasons


def _nobody(number: int, owner: str, choices: Sequence[Answerable]) -> Reason:
    if not owner:
        return Reason(code="condition_owner_missing", data={"number": number})
    titles = ", ".join(dict.fromkeys(one.title for one in choices))
    data: dict[str, str | int] = {"number": number, "owner": shown(owner), "choices": titles}
    return Reason(code="condition_owner_unknown", data=data)


def _read_due(text: str, number: int, today: date) -> tuple[str, list[Reason]]:
    try:
        due = date.fromisoformat(text)
    except ValueError:
        return "", [Reason(code="condition_due_unreadable", data={"number": number, "due": shown(text)})]
    past = [Reason(code="condition_due_past", data={"number": number, "due": due.isoformat()})]
    return due.isoformat(), past if due < today else []
