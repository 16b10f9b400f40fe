"""The chair concludes: what was decided, in which words, on which conditions?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from engine.core.calendar import local_date
from engine.core.criteria import Reason
from engine.core.misuse import NotAllowed, Refused, Unknown
from engine.core.voting import Tally
from engine.store import cases, definitions, projects
from engine.store.cases import CaseState
from engine.store.record import record
from engine.store.session import Database
from engine.use_cases.actors import person_named
from engine.use_cases.cast_ballot import decision
from engine.use_cases.tally import tally_of

WITHOUT_QUORUM: Final = frozenset({"utsatt", "sendt_tilbake"})
"""Outcomes that decide nothing about the project, so that the chair may give them alone."""
APPROVED: Final = frozenset({"godkjent", "godkjent_med_forutsetninger"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """The case is closed. `to_phase` is where the project went, None when it stayed."""

    case: str
    number: str
    outcome: str
    to_phase: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition as the chair fixes it: text, who answers for it, and by when (ISO date)."""

    text: str
    owner: str
    due: str


def conclude_case(
    db: Database,
    *,
    case: str,
    by: str,
    outcome: str,
    now: datetime,
    wording: str = "",
    conditions: Sequence[Condition] = (),
) -> Concluded | Refused:
    """Close a case as its leader. The phase moves, and everybody is told, in the same transaction.

    Raises Unknown for a case or person, NotAllowed when `by` does not speak for the leader's seat.
    """
    with db.writing() as tx:
        state = cases.state(tx, case, lock=True)
        if state is None:
            raise Unknown("case", case)
        person = person_named(tx, by)
        leader = next(entry for entry in state.roll if entry["leader"])
        if leader["person"] != person.id:
            raise NotAllowed("not_leader", {"office": leader["office"]})
        project = projects.load(tx, state.project)
        if project is None:
            raise Unknown("project", state.project)
        gate = definitions.load(tx, project.workflow, project.version).gate(state.gate)
        tally = tally_of(state, cases.ballots(tx, case))
        reasons = _reasons_against(
            state,
            tally,
            allowed=gate.outcomes,
            outcome=outcome,
            wording=wording,
            conditions=conditions,
            today=local_date(now),
        )
        if reasons:
            return Refused(reasons=reasons)
        numbered = [
            {"id": f"F{number}", "text": one.text.strip(), "owner": one.owner.strip(), "due": one.due}
            for number, one in enumerate(conditions, 1)
        ]
        decided = decision(
            tx,
            state,
            tally,
            outcome=outcome,
            basis="chair",
            now=now,
            by=person.id,
            wording=wording.strip() or None,
            conditions=numbered,
        )
        record(tx, [decided], now=now)
    return Concluded(case=case, number=state.number, outcome=outcome, to_phase=decided.to_phase)


def _reasons_against(
    state: CaseState,
    tally: Tally,
    *,
    allowed: Collection[str],
    outcome: str,
    wording: str,
    conditions: Sequence[Condition],
    today: date,
) -> tuple[Reason, ...]:
    if state.status != "open":
        return (Reason(code="case_closed", data={"number": state.number, "status": state.status}),)
    reasons: list[Reason] = []
    if outcome not in allowed:
        reasons.append(
            Reason(code="outcome_not_allowed", data={"outcome": outcome, "allowed": ", ".join(allowed)})
        )
    if not tally.quorate and outcome not in WITHOUT_QUORUM:
        answered = tally.base - len(tally.missing)
        reasons.append(Reason(code="quorum_missing", data={"answered": answered, "quorum": tally.quorum}))
    if outcome not in APPROVED and not wording.strip():
        reasons.append(Reason(code="reason_required", data={"outcome": outcome}))
    if outcome == "godkjent_med_forutsetninger" and not conditions:
        reasons.append(Reason(code="conditions_required", data={}))
    if outcome != "godkjent_med_forutsetninger" and conditions:
        reasons.append(Reason(code="conditions_not_allowed", data={"outcome": outcome}))
    for number, condition in enumerate(conditions, 1):
        reasons += _faults_of(condition, number, today)
    return tuple(reasons)


def _faults_of(condition: Condition, number: int, today: date) -> list[Reason]:
    faults = [
        Reason(code=code, data={"number": number})
        for code, words in (
            ("condition_text_missing", condition.text),
            ("condition_owner_missing", condition.owner),
        )
        if not words.strip()
    ]
    try:
        due = date.fromisoformat(condition.due)
    except ValueError:
        return [
            *faults,
            Reason(code="condition_due_unreadable", data={"number": number, "due": condition.due}),
        ]
    if due < today:
        faults.append(Reason(code="condition_due_past", data={"number": number, "due": condition.due}))
    return faults
