"""An open case's papers or facts change: who must answer again, and who need not be disturbed?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from engine.core.calendar import local_date
from engine.core.criteria import Reason
from engine.core.events import CaseAmended
from engine.core.ledger import canonical
from engine.core.misuse import NotAllowed, Refused, Unknown
from engine.core.voting import Choice
from engine.store import cases
from engine.store.record import record
from engine.store.session import Database
from engine.use_cases.actors import PROGRAMME_OFFICE, capacities, person_named
from engine.use_cases.check_gate import check_gate
from engine.use_cases.panel import body_named
from engine.use_cases.request_transition import dossier_of
from engine.use_cases.words import read_words


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
    with db.writing() as tx:
        state = cases.state(tx, case, lock=True)
        if state is None:
            raise Unknown("case", case)
        person = person_named(tx, by)
        held = capacities(tx, person.id, project=state.project, on=local_date(now))
        if PROGRAMME_OFFICE not in held and (person.id != state.requested_by or not substance):
            raise NotAllowed("may_not_amend", {"number": state.number})
        if state.status != "open":
            closed = Reason(code="case_closed", data={"number": state.number, "status": state.status})
            return Refused(reasons=(closed,))
        reasons = (*unfit, *also, *(() if said or unfit else (Reason(code="what_required", data={}),)))
        if reasons:
            return Refused(reasons=reasons)
        checked = check_gate(tx, key=state.project, today=local_date(now), gate=state.gate)
        body = body_named(checked.steered.programme, state.body)
        dossier = dossier_of(checked, body=body, number=state.number, asked_by=state.requested_by or "")
        proposed = words or cases.proposal(tx, case)
        digest = sha256(canonical([dossier, proposed]).encode()).hexdigest()
        before = cases.load(tx, case)
        if before is not None and _said(before.dossier, before.proposal) == _said(dossier, proposed):
            return Refused(reasons=(Reason(code="nothing_changed", data={"number": state.number}),))
        # «Jeg er inhabil» stands. Of a seat that has changed hands, whoever speaks for it now is asked.
        answers = cases.standing(state, cases.ballots(tx, case))
        answered = {seat for seat, ballot in answers.items() if ballot.choice != Choice.RECUSE}
        told = (entry["person"] for entry in state.roll if entry["seat"] in answered and entry["person"])
        amended = CaseAmended(
            by=person.id,
            project=state.project,
            case=case,
            version=state.version + substance,
            digest=digest,
            substance=substance,
            told=tuple(dict.fromkeys(told)) if substance else (),
            dossier=dossier,
            proposal=proposed,
            what=said,
        )
        record(tx, [amended], now=now)
    return Amended(case=case, version=amended.version, digest=digest, asked_again=len(amended.told))


def _said(dossier: Mapping[str, Any], proposal: str) -> str:
    """What a case says, but for the day it was frozen on: another day alone is no change."""
    facts = {root: value for root, value in dossier.get("facts", {}).items() if root != "today"}
    return canonical([{**dossier, "facts": facts}, proposal])
