"""A decision, made of the stored answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.core.cases.case import CaseState
from engine.core.cases.voting import Tally
from engine.core.programme.calendar import local_date
from engine.core.record.events.cases import CaseDecided
from engine.core.refusal import Unknown
from engine.core.workflow.machine import move_on
from engine.queries.cases.political import awaits_politicians
from engine.queries.cases.tally import as_json
from engine.queries.obligations.answerable import told_of
from engine.store import cases, definitions, projects
from engine.store.session import Connection


def counted_outcome(tx: Connection, state: CaseState, tally: Tally) -> str | None:
    """The outcome that the count has made certain. One that the gate does not know is left to its chair."""
    if tally.state != "certain" or tally.outcome is None:
        return None
    project = projects.load(tx, state.project)
    if project is None:
        raise Unknown("project", state.project)
    gate = definitions.load(tx, project.workflow, project.version).gate(state.gate)
    return tally.outcome if tally.outcome in gate.outcomes else None


def decision(
    tx: Connection,
    state: CaseState,
    tally: Tally,
    *,
    outcome: str,
    basis: str,
    now: datetime,
    by: str | None = None,
    wording: str | None = None,
    conditions: Sequence[Mapping[str, Any]] = (),
) -> CaseDecided:
    """The event that closes a case: what was decided, where the project goes, and who is told.

    What the politicians must decide first is decided here and waits for them: the project stays.
    Without a `wording` of the chair's own, what was proposed is what was decided, or it was not.
    """
    project = projects.load(tx, state.project, lock=True)
    if project is None:
        raise Unknown("project", state.project)
    definition = definitions.load(tx, project.workflow, project.version)
    phase = move_on(definition, gate=state.gate, outcome=outcome, phase=project.phase, open=True)
    awaits = awaits_politicians(tx, state, definition, outcome=outcome, now=now)
    today = local_date(now)
    involved = projects.roles(tx, state.project, on=today).values()
    # Members of a meeting read its referat; those of a case in writing get the result.
    told = [entry["person"] for entry in state.roll if entry["person"] and state.meeting is None]
    told += [state.requested_by] if state.requested_by else []
    if wording is None:
        wording = cases.proposal(tx, state.id) if outcome == "godkjent" else ""
    return CaseDecided(
        by=by,
        project=state.project,
        case=state.id,
        gate=state.gate,
        outcome=outcome,
        basis=basis,
        to_phase=None if awaits or phase == project.phase else phase,
        awaits=phase if awaits else None,
        effective=today.isoformat(),
        tally=as_json(tally),
        told=tuple(
            dict.fromkeys(
                [
                    *told,
                    *(role.person for role in involved),
                    *told_of(tx, state.project, conditions, on=today),
                ]
            )
        ),
        conditions=[dict(condition) for condition in conditions],
        wording=wording,
    )
