"""An open case's papers or facts change: who must answer again, and who need not be disturbed?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from engine.core.cases import ballots
from engine.core.cases.case import CaseState
from engine.core.cases.voting import Choice
from engine.core.facts.words import read_words
from engine.core.programme.calendar import local_date
from engine.core.record.events.cases import CaseAmended
from engine.core.record.ledger import canonical
from engine.core.refusal import NotAllowed, Reason, Refused, Unknown
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities, person_named
from engine.queries.programme.in_force import body_named
from engine.queries.projects.check_gate import check_gate
from engine.store import cases
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.cases.request_transition import dossier_of
from engine.use_cases.on_snapshot import Expected, on_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """The case says something else now. `asked_again` had answered what it said before."""

    case: str
    version: int
    digest: str
    asked_again: int


def amend_case(
    db: Database,
    *,
    case: str,
    what: str,
    by: str,
    now: datetime,
    substance: bool = True,
    proposal: str | None = None,
) -> Amended | Refused:
    """Freeze an open case anew on the project's present facts and papers; `what` says what has changed.

    With `substance` the answers so far are void and only those who gave them are asked again. Without
    («rettelse uten betydning for saken», programkontoret alone) they stand, and the correction is shown and
    logged. Raises Unknown for a case or person, NotAllowed for anybody but the requester and
    programkontoret.
    """
    said, unfit = read_words(what, field="what")
    words, also = read_words(proposal, field="proposal")

    def read(tx: Connection) -> Refused | CaseAmended:
        state, person = _may_amend(tx, case, by, substance=substance, now=now)
        if state.status != "open":
            closed = Reason(code="case_closed", data={"number": state.number, "status": state.status})
            return Refused(reasons=(closed,))
        reasons = (*unfit, *also, *(() if said or unfit else (Reason(code="what_required", data={}),)))
        if reasons:
            return Refused(reasons=reasons)
        return _amended(tx, state, by=person, what=said, proposal=words, substance=substance, now=now)

    def write(tx: Connection, worked: Refused | CaseAmended, expect: Expected) -> Amended | Refused:
        if isinstance(worked, Refused):
            return worked
        record(tx, [worked], now=now, expect=expect)
        return Amended(case=case, version=worked.version, digest=worked.digest, asked_again=len(worked.told))

    with db.reading() as tx:
        key = _state(tx, case).project
    return on_snapshot(db, key=key, read=read, write=write)


def _state(tx: Connection, case: str) -> CaseState:
    state = cases.state(tx, case)
    if state is None:
        raise Unknown("case", case)
    return state


def _may_amend(
    tx: Connection, case: str, by: str, *, substance: bool, now: datetime
) -> tuple[CaseState, str]:
    state, person = _state(tx, case), person_named(tx, by)
    held = capacities(tx, person.id, project=state.project, on=local_date(now))
    if PROGRAMME_OFFICE not in held and (person.id != state.requested_by or not substance):
        raise NotAllowed("may_not_amend", {"number": state.number})
    return state, person.id


def _amended(
    tx: Connection,
    state: CaseState,
    *,
    by: str,
    what: str,
    proposal: str,
    substance: bool,
    now: datetime,
) -> Refused | CaseAmended:
    """The case as it would stand now, or that nothing of it has changed."""
    checked = check_gate(tx, key=state.project, today=local_date(now), gate=state.gate)
    body = body_named(checked.steered.programme, state.body)
    dossier = dossier_of(checked, body=body, number=state.number, asked_by=state.requested_by or "")
    proposed = proposal or cases.proposal(tx, state.id)
    before = cases.load(tx, state.id)
    if before is not None and _said(before.dossier, before.proposal) == _said(dossier, proposed):
        return Refused(reasons=(Reason(code="nothing_changed", data={"number": state.number}),))
    # «Jeg er inhabil» stands. Of a seat that has changed hands, whoever speaks for it now is asked.
    answers = ballots.standing(state, cases.ballots(tx, state.id))
    answered = {seat for seat, ballot in answers.items() if ballot.choice != Choice.RECUSE}
    told = (entry["person"] for entry in state.roll if entry["seat"] in answered and entry["person"])
    return CaseAmended(
        by=by,
        project=state.project,
        case=state.id,
        version=state.version + substance,
        digest=sha256(canonical([dossier, proposed]).encode()).hexdigest(),
        substance=substance,
        told=tuple(dict.fromkeys(told)) if substance else (),
        dossier=dossier,
        proposal=proposed,
        what=what,
    )


def _said(dossier: Mapping[str, Any], proposal: str) -> str:
    """What a case says, but for the day it was frozen on: another day alone is no change."""
    facts = {root: value for root, value in dossier.get("facts", {}).items() if root != "today"}
    return canonical([{**dossier, "facts": facts}, proposal])
