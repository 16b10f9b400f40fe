"""A question at a gate is answered, confirmed by somebody else, or waived."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.core.calendar import local_date
from engine.core.criteria import INTAKE, Reason
from engine.core.definition import Criterion
from engine.core.events import AnswerConfirmed, CriterionAnswered, CriterionWaived
from engine.core.misuse import NotAllowed, Refused, unknown
from engine.store import cases, projects
from engine.store.projects import Act
from engine.store.record import record
from engine.store.session import Connection, Database
from engine.use_cases.actors import PROGRAMME_OFFICE, Steered, capacities, person_named, steered
from engine.use_cases.check_gate import gate_asked_for
from engine.use_cases.words import EXPLANATION_LIMIT, read_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What was said is stored, for this round at this gate."""

    criterion: str
    gate: str
    round: int


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
    with db.writing() as tx:
        asked = _question(tx, key, criterion, gate, by, local_date(now))
        role, allowed = _answering(asked.criterion)
        if not asked.held & {role, PROGRAMME_OFFICE}:
            raise NotAllowed("may_not_answer", {"role": role})
        if value not in allowed:
            raise NotAllowed("answer_not_allowed", {"value": value, "allowed": ", ".join(allowed)})
        said, unfit = read_words(explanation, field="explanation", limit=EXPLANATION_LIMIT)
        words = said or _said_before(asked, value)
        if unfit or not words:
            return Refused(reasons=unfit or _nothing_said(criterion))
        answered = CriterionAnswered(
            by=asked.person,
            project=key,
            gate=asked.gate,
            round=asked.round,
            criterion=criterion,
            value=value,
            explanation=words,
        )
        record(tx, [answered], now=now)
    return Noted(criterion=criterion, gate=asked.gate, round=asked.round)


def confirm_answer(
    db: Database, *, key: str, criterion: str, by: str, now: datetime, gate: str | None = None
) -> Noted:
    """Stand behind an answer somebody else has given in this round.

    Raises NotAllowed when there is nothing to confirm, for one's own answer, and for somebody in another
    role.
    """
    with db.writing() as tx:
        asked = _question(tx, key, criterion, gate, by, local_date(now))
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
        confirmed = AnswerConfirmed(
            by=asked.person, project=key, gate=asked.gate, round=asked.round, criterion=criterion
        )
        record(tx, [confirmed], now=now)
    return Noted(criterion=criterion, gate=asked.gate, round=asked.round)


def waive_criterion(
    db: Database, *, key: str, criterion: str, reason: str, by: str, now: datetime, gate: str | None = None
) -> Noted | Refused:
    """Spare a project a criterion in this round, where the definition lets this role do so; the deciders
    see the reason.
    """
    with db.writing() as tx:
        asked = _question(tx, key, criterion, gate, by, local_date(now))
        if not asked.held & set(asked.criterion.waive_by):
            raise NotAllowed("may_not_waive", {"role": " eller ".join(asked.criterion.waive_by) or "ingen"})
        words, unfit = read_words(reason, field="reason")
        if unfit or not words:
            return Refused(reasons=unfit or _nothing_said(criterion))
        waived = CriterionWaived(
            by=asked.person,
            project=key,
            gate=asked.gate,
            round=asked.round,
            criterion=criterion,
            reason=words,
        )
        record(tx, [waived], now=now)
    return Noted(criterion=criterion, gate=asked.gate, round=asked.round)


def _question(tx: Connection, key: str, criterion: str, gate: str | None, by: str, today: date) -> _Question:
    person = person_named(tx, by)
    found = steered(tx, key, lock=True)
    gate_id, criteria = _asking(tx, found, gate, today)
    known = {one.id: one for one in criteria}
    if criterion not in known:
        raise unknown("criterion", criterion, known)
    return _Question(
        criterion=known[criterion],
        gate=gate_id,
        round=cases.round_at(tx, key, gate_id),
        person=person.id,
        held=capacities(tx, person.id, project=key, on=today),
        acts=projects.acts(tx, key),
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
