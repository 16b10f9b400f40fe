"""Does an open case have consequences so clear that its decision must wait for a political one?"""

from dataclasses import dataclass
from datetime import datetime

from engine.core.facts.words import read_words
from engine.core.programme.calendar import local_date
from engine.core.record.events.cases import PoliticalMarked
from engine.core.refusal import NotAllowed, Reason, Refused, Unknown
from engine.queries.cases.political import political_of
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities, person_named
from engine.store import cases
from engine.store.record.record import record
from engine.store.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """How the case is marked now."""

    case: str
    number: str
    political: bool


def mark_political(
    db: Database, *, case: str, reason: str, by: str, now: datetime, political: bool = True
) -> Marked | Refused:
    """Mark an open case for political decision, as its requester or programkontoret; or take the mark away,
    as programkontoret. `reason` is shown to everybody who sees the case.

    The answers that were given stand. Raises Unknown for a case or person, NotAllowed for anybody else.
    """
    words, unfit = read_words(reason, field="reason")
    with db.writing() as tx:
        state = cases.state(tx, case, lock=True)
        if state is None:
            raise Unknown("case", case)
        person = person_named(tx, by)
        held = capacities(tx, person.id, project=state.project, on=local_date(now))
        if PROGRAMME_OFFICE not in held and not (political and person.id == state.requested_by):
            raise NotAllowed("may_not_mark", {"number": state.number})
        if state.status != "open":
            closed = Reason(code="case_closed", data={"number": state.number, "status": state.status})
            return Refused(reasons=(closed,))
        found = cases.load(tx, case)
        assert found is not None
        before = political_of(tx, state, found.dossier, now=now)
        reasons = [*unfit]
        if not (words or unfit):
            reasons.append(Reason(code="consequences_required", data={}))
        # A project's own mark with its political case noted asks for nothing; one on the case does.
        if before.marked is political and not (political and before.reference):
            reasons.append(Reason(code="political_unchanged", data={"number": state.number}))
        if reasons:
            return Refused(reasons=tuple(reasons))
        marked = PoliticalMarked(
            by=person.id, project=state.project, case=case, political=political, reason=words
        )
        record(tx, [marked], now=now)
    return Marked(case=case, number=state.number, political=political)
