"""A condition is met, or gets another date."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.core.facts.words import read_words
from engine.core.programme.calendar import local_date
from engine.core.record.events.cases import ConditionExtended, ConditionSettled
from engine.core.record.letters import subject_of_case
from engine.core.refusal import NotAllowed, Reason, Refused, unknown
from engine.queries.people.actors import person_named
from engine.queries.people.responsible import directory
from engine.store import cases
from engine.store.cases import Condition
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.obligations.owed_now import may_follow_up
from engine.use_cases.obligations.plan_obligations import freshen_chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The condition, named as «3/2025:F1», and its date now; `settled` when it is met."""

    condition: str
    due: str
    settled: bool


def settle_condition(
    db: Database, *, condition: str, evidence: str, by: str, now: datetime
) -> Followed | Refused:
    """Accept that a condition is met, as programkontoret; `evidence` says what shows it.

    `condition` is a case's number or id and the condition's own id, «3/2025:F1». Raises Unknown for a case,
    condition or person, NotAllowed for anybody else.
    """
    words, unfit = read_words(evidence, field="evidence")
    with db.writing() as tx:
        found, project, person = _found(tx, condition, by, now)
        reasons = _standing(found) + unfit + (() if words or unfit else (_missing("evidence_required"),))
        if reasons:
            return Refused(reasons=reasons)
        settled = ConditionSettled(
            by=person, project=project, case=found.case, condition=found.id, evidence=words
        )
        record(tx, [settled], now=now)
        freshen_chain(tx, settled.chain, now=now)
    return Followed(condition=f"{found.number}:{found.id}", due=found.due, settled=True)


def extend_condition(
    db: Database, *, condition: str, due: date, reason: str, by: str, now: datetime
) -> Followed | Refused:
    """Give a condition another date, as programkontoret, and say why. Raises as `settle_condition` does."""
    words, unfit = read_words(reason, field="reason")
    with db.writing() as tx:
        found, project, person = _found(tx, condition, by, now)
        reasons = _standing(found) + unfit + (() if words or unfit else (_missing("reason_for_date"),))
        if due < local_date(now):
            reasons += (Reason(code="condition_due_past", data={"number": found.id, "due": due.isoformat()}),)
        if reasons:
            return Refused(reasons=reasons)
        extended = condition_extended(
            project=project, case=found.case, condition=found.id, due=due, reason=words, by=person
        )
        record(tx, [extended], now=now)
        freshen_chain(tx, extended.chain, now=now)
    return Followed(condition=f"{found.number}:{found.id}", due=due.isoformat(), settled=False)


def condition_extended(
    *, project: str, case: str, condition: str, due: date, reason: str, by: str
) -> ConditionExtended:
    """What has happened when a condition gets another date. `case` is its id, also as deadlines name it."""
    return ConditionExtended(
        by=by,
        project=project,
        case=case.removeprefix(subject_of_case("")),
        condition=condition,
        due=due.isoformat(),
        reason=reason,
    )


def _found(tx: Connection, name: str, by: str, now: datetime) -> tuple[Condition, str, str]:
    case_name, _, condition = name.rpartition(":")
    case = cases.find(tx, case_name)
    if case is None:
        raise unknown("case", case_name, [one.number for one in cases.list_cases(tx, status="decided")])
    person = person_named(tx, by)
    today = local_date(now)
    if not may_follow_up(tx, directory(tx, on=today), person.id, on=today):
        raise NotAllowed("may_not_accept", {"number": case.number})
    # The case's row is what two who settle at once wait for.
    cases.state(tx, case.id, lock=True)
    known = {one.id: one for one in cases.conditions(tx, case.project) if one.case == case.id}
    if condition not in known:
        raise unknown("condition", condition, known)
    return known[condition], case.project, person.id


def _standing(condition: Condition) -> tuple[Reason, ...]:
    if condition.settled_at is None:
        return ()
    return (Reason(code="condition_settled", data={"condition": f"{condition.number}:{condition.id}"}),)


def _missing(code: str) -> Reason:
    return Reason(code=code, data={})
