"""A question at a gate is answered, confirmed by somebody else, or waived."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from engine.core.facts.words import EXPLANATION_LIMIT, read_words
from engine.core.programme.calendar import local_date
from engine.core.record.events.projects import AnswerConfirmed, CriterionAnswered, CriterionWaived
from engine.core.refusal import NotAllowed, Reason, Refused, unknown
from engine.core.workflow.criteria import INTAKE
from engine.core.workflow.definition import Criterion
from engine.queries.people.actors import PROGRAMME_OFFICE, Steered, capacities, person_named, steered
from engine.queries.projects.check_gate import gate_asked_for
from engine.store import cases, projects
from engine.store.projects import Act
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.on_snapshot import Expected, on_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What was said is stored, for this round at this gate."""

    criterion: str
    gate: str
    round: int


_Said: TypeAlias = CriterionAnswered | AnswerConfirmed | CriterionWaived


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    criterion: Criterion
    gate: str
    round: int
    person: str
    held: frozenset[str]
    acts: tuple[Act, ...]


def answer_criterion(
    db: Database,
    *,
    key: str,
    criterion: str,
    value: str,
    by: str,
    now: datetime,
    explanation: str = "",
    gate: str | None = None,
) -> Noted | Refused:
    """Answer a question in this round. Without an explanation the one from an earlier round is taken along.

    Raises Unknown for a project, person, gate or criterion, NotAllowed for a criterion nobody answers (it
    is computed), for a value that is not among its choices, and for somebody in another role.
    """

    def answered(asked: _Question) -> CriterionAnswered | Refused:
        role, allowed = _answering(asked.criterion)
        if not asked.held & {role, PROGRAMME_OFFICE}:
            raise NotAllowed("may_not_answer", {"role": role})
        if value not in allowed:
            raise NotAllowed("answer_not_allowed", {"value": value, "allowed": ", ".join(allowed)})
        said, unfit = read_words(explanation, field="explanation", limit=EXPLANATION_LIMIT)
        words = said or _said_before(asked, value)
        if unfit or not words:
            return Refused(reasons=unfit or _nothing_said(criterion))
        return CriterionAnswered(
            by=asked.person,
            project=key,
            gate=asked.gate,
            round=asked.round,
            criterion=criterion,
            value=value,
            explanation=words,
        )

    return _noted(db, _Named(key=key, criterion=criterion, gate=gate, by=by, now=now), answered)


def confirm_answer(
    db: Database, *, key: str, criterion: str, by: str, now: datetime, gate: str | None = None
) -> Noted:
    """Stand behind an answer somebody else has given in this round.

    Raises NotAllowed when there is nothing to confirm, for one's own answer, and for somebody in another
    role.
    """

    def confirmed(asked: _Question) -> AnswerConfirmed:
        attest = asked.criterion.attest or asked.criterion.score
        role = None if attest is None else attest.confirm_by
        answer = next(
            (act for act in reversed(asked.acts) if act.act == "answered" and _is_now(asked, act)), None
        )
        if role is None or answer is None:
            raise NotAllowed("nothing_to_confirm", {"criterion": criterion})
        if role not in asked.held:
            raise NotAllowed("may_not_confirm", {"role": role})
        if answer.person == asked.person:
            raise NotAllowed("own_answer", {})
        return AnswerConfirmed(
            by=asked.person, project=key, gate=asked.gate, round=asked.round, criterion=criterion
        )

    noted = _noted(db, _Named(key=key, criterion=criterion, gate=gate, by=by, now=now), confirmed)
    assert isinstance(noted, Noted)  # a confirmation is stored or misuse
    return noted


def waive_criterion(
    db: Database, *, key: str, criterion: str, reason: str, by: str, now: datetime, gate: str | None = None
) -> Noted | Refused:
    """Spare a project a criterion in this round, where the definition lets this role do so; the deciders
    see the reason.
    """

    def waived(asked: _Question) -> CriterionWaived | Refused:
        if not asked.held & set(asked.criterion.waive_by):
            raise NotAllowed("may_not_waive", {"role": " eller ".join(asked.criterion.waive_by) or "ingen"})
        words, unfit = read_words(reason, field="reason")
        if unfit or not words:
            return Refused(reasons=unfit or _nothing_said(criterion))
        return CriterionWaived(
            by=asked.person,
            project=key,
            gate=asked.gate,
            round=asked.round,
            criterion=criterion,
            reason=words,
        )

    return _noted(db, _Named(key=key, criterion=criterion, gate=gate, by=by, now=now), waived)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A question as somebody names it: without a gate, at the project's next."""

    key: str
    criterion: str
    gate: str | None
    by: str
    now: datetime


def _noted(db: Database, named: _Named, said: Callable[[_Question], _Said | Refused]) -> Noted | Refused:
    """Store what is said to a question. Which gate is the next may take rules to tell, and so a snapshot."""

    def read(tx: Connection) -> _Said | Refused:
        return said(_question(tx, named))

    def write(tx: Connection, worked: _Said | Refused, expect: Expected) -> Noted | Refused:
        if isinstance(worked, Refused):
            return worked
        record(tx, [worked], now=named.now, expect=expect)
        return Noted(criterion=worked.criterion, gate=worked.gate, round=worked.round)

    return on_snapshot(db, key=named.key, read=read, write=write)


def _question(tx: Connection, named: _Named) -> _Question:
    today = local_date(named.now)
    person = person_named(tx, named.by)
    found = steered(tx, named.key)
    gate, criteria = _asking(tx, found, named.gate, today)
    known = {one.id: one for one in criteria}
    if named.criterion not in known:
        raise unknown("criterion", named.criterion, known)
    return _Question(
        criterion=known[named.criterion],
        gate=gate,
        round=cases.round_at(tx, named.key, gate),
        person=person.id,
        held=capacities(tx, person.id, project=named.key, on=today),
        acts=projects.acts(tx, named.key),
    )


def _asking(
    tx: Connection, found: Steered, name: str | None, today: date
) -> tuple[str, tuple[Criterion, ...]]:
    """The gate that asks, and its questions: the next one; being taken in; or any, since one that was passed
    before Faseport came may still be answered for.
    """
    if name is None:
        ahead = gate_asked_for(tx, found, None, today)
        return ahead.id, ahead.criteria
    intake = found.definition.intake
    known = {gate.id.lower(): (gate.id, gate.criteria) for gate in found.definition.gates}
    if intake is not None:
        known[INTAKE] = (INTAKE, intake.criteria)
    if name.lower() not in known:
        raise unknown("gate", name, [gate_id for gate_id, _ in known.values()])
    return known[name.lower()]


def _nothing_said(criterion: str) -> tuple[Reason, ...]:
    return (Reason(code="explanation_required", data={"criterion": criterion}),)


def _answering(criterion: Criterion) -> tuple[str, tuple[str, ...]]:
    if criterion.attest is not None:
        return criterion.attest.explain_by, tuple(choice.id for choice in criterion.attest.choices)
    if criterion.score is not None:
        return criterion.score.explain_by, tuple(str(point) for point in criterion.score.scale)
    raise NotAllowed("not_attested", {"criterion": criterion.id})


def _said_before(asked: _Question, value: str) -> str:
    said = (
        act for act in reversed(asked.acts) if act.act == "answered" and act.criterion == asked.criterion.id
    )
    before = next(said, None)
    return before.words or "" if before is not None and before.value == value else ""


def _is_now(asked: _Question, act: Act) -> bool:
    return (act.gate, act.round, act.criterion) == (asked.gate, asked.round, asked.criterion.id)
