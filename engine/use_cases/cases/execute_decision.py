"""The politicians have decided: does what a body decided before them take effect, or never?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from engine.core.cases.case import CaseState
from engine.core.facts.words import read_words
from engine.core.programme.calendar import local_date
from engine.core.record.events.cases import DecisionExecuted, DecisionLapsed
from engine.core.record.events.event import Event
from engine.core.record.events.projects import FactsChanged
from engine.core.refusal import NotAllowed, Reason, Refused, Unknown
from engine.core.workflow.machine import move_on
from engine.queries.cases.political import execution_of
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities, person_named
from engine.store import cases, definitions, projects
from engine.store.record.record import record
from engine.store.session import Connection, Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A decision that waited takes effect, or never will. `to_phase` is where the project went, None when it
    stays.
    """

    case: str
    number: str
    executed: bool
    to_phase: str | None


def execute_decision(
    db: Database, *, case: str, reference: str, by: str, now: datetime, on: date | None = None
) -> Settled | Refused:
    """Note, as programkontoret, that the politicians decided as the body had: the phase moves now.

    `reference` names their case, `on` the day they decided (else today). The project moves by the body's own
    decision, from that day; their case is noted among its facts, so that later gates that ask for it find it.
    Raises Unknown for a case or person, NotAllowed for anybody else.
    """

    def ended(tx: Connection, state: CaseState, person: str, words: str, day: date) -> list[Event]:
        project = projects.load(tx, state.project, lock=True)
        if project is None:
            raise Unknown("project", state.project)
        definition = definitions.load(tx, project.workflow, project.version)
        outcome = str(state.outcome)
        phase = move_on(definition, gate=state.gate, outcome=outcome, phase=project.phase, open=True)
        noted = FactsChanged(
            by=person,
            project=state.project,
            names=("political_case",),
            effective=day.isoformat(),
            values={"political_case": words},
        )
        executed = DecisionExecuted(
            by=person,
            project=state.project,
            case=case,
            to_phase=None if phase == project.phase else phase,
            effective=day.isoformat(),
            told=_told(tx, state, now),
            reference=words,
        )
        return [noted, executed]

    return _end(db, case=case, words=reference, field="reference", by=by, on=on, now=now, ended=ended)


def lapse_decision(
    db: Database, *, case: str, reason: str, by: str, now: datetime, on: date | None = None
) -> Settled | Refused:
    """Note, as programkontoret, that the politicians decided otherwise: the project stays where it is, its
    conditions from this decision fall, and it may ask again. Raises as `execute_decision` does.
    """

    def ended(tx: Connection, state: CaseState, person: str, words: str, day: date) -> list[Event]:
        lapsed = DecisionLapsed(
            by=person,
            project=state.project,
            case=case,
            effective=day.isoformat(),
            told=_told(tx, state, now),
            reason=words,
        )
        return [lapsed]

    return _end(db, case=case, words=reason, field="reason", by=by, on=on, now=now, ended=ended)


_End = Callable[[Connection, CaseState, str, str, date], list[Event]]


def _end(
    db: Database,
    *,
    case: str,
    words: str,
    field: str,
    by: str,
    on: date | None,
    now: datetime,
    ended: _End,
) -> Settled | Refused:
    executes = field == "reference"
    said, unfit = read_words(words, field=field, one_line=executes)
    day = on or local_date(now)
    with db.writing() as tx:
        state = cases.state(tx, case, lock=True)
        if state is None:
            raise Unknown("case", case)
        person = person_named(tx, by)
        if PROGRAMME_OFFICE not in capacities(tx, person.id, project=state.project, on=local_date(now)):
            raise NotAllowed("may_not_execute", {"number": state.number})
        reasons = _reasons_against(tx, state, day, now)
        reasons += unfit
        if not (said or unfit):
            missing = "reference_required" if executes else "reason_for_lapse"
            reasons.append(Reason(code=missing, data={}))
        if reasons:
            return Refused(reasons=tuple(reasons))
        events = ended(tx, state, person.id, said, day)
        record(tx, events, now=now)
    last = events[-1]
    to_phase = last.to_phase if isinstance(last, DecisionExecuted) else None
    return Settled(case=case, number=state.number, executed=executes, to_phase=to_phase)


def _reasons_against(tx: Connection, state: CaseState, day: date, now: datetime) -> list[Reason]:
    execution = execution_of(cases.political_acts(tx, state.id))
    if execution is None or execution.standing != "awaits" or state.closed_at is None:
        return [Reason(code="not_awaiting", data={"number": state.number})]
    decided = local_date(state.closed_at)
    if day > local_date(now):
        return [Reason(code="execution_ahead", data={"on": day.isoformat()})]
    if day < decided:
        data = {"on": day.isoformat(), "decided": decided.isoformat()}
        return [Reason(code="execution_too_early", data=data)]
    return []


def _told(tx: Connection, state: CaseState, now: datetime) -> tuple[str, ...]:
    """Whoever asked for the decision, and whoever has a role in the project now, its owner first of all."""
    roles = projects.roles(tx, state.project, on=local_date(now)).values()
    asked = [state.requested_by] if state.requested_by else []
    return tuple(dict.fromkeys([*asked, *(role.person for role in roles)]))
