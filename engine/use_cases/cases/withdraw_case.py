"""A request is taken back before it is decided."""

from dataclasses import dataclass
from datetime import datetime

from engine.core.facts.words import read_words
from engine.core.programme.calendar import local_date
from engine.core.record.events.cases import CaseWithdrawn
from engine.core.refusal import NotAllowed, Reason, Refused, Unknown
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities, person_named
from engine.store import cases
from engine.store.record.record import record
from engine.store.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The case is closed without a decision; the members are told."""

    case: str
    number: str


def withdraw_case(db: Database, *, case: str, by: str, reason: str, now: datetime) -> Withdrawn | Refused:
    """Take an open case back, as whoever asked for it or as programkontoret.

    Raises Unknown for a case or person, NotAllowed for anybody else.
    """
    with db.writing() as tx:
        state = cases.state(tx, case, lock=True)
        if state is None:
            raise Unknown("case", case)
        person = person_named(tx, by)
        held = capacities(tx, person.id, project=state.project, on=local_date(now))
        if person.id != state.requested_by and PROGRAMME_OFFICE not in held:
            raise NotAllowed("may_not_withdraw", {"number": state.number})
        if state.status != "open":
            return Refused(
                reasons=(Reason(code="case_closed", data={"number": state.number, "status": state.status}),)
            )
        words, unfit = read_words(reason, field="reason")
        if unfit or not words:
            return Refused(reasons=unfit or (Reason(code="reason_required", data={"outcome": "trukket"}),))
        members = [entry["person"] for entry in state.roll if entry["person"]]
        told = dict.fromkeys([*members, *([state.requested_by] if state.requested_by else [])])
        withdrawn = CaseWithdrawn(
            by=person.id, project=state.project, case=case, told=tuple(told), reason=words
        )
        record(tx, [withdrawn], now=now)
    return Withdrawn(case=case, number=state.number)
