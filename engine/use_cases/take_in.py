"""A project is taken into the programme: an event of its own, with its own criteria, before or after its
start.
"""

from dataclasses import dataclass
from datetime import date, datetime

from engine.core.calendar import local_date
from engine.core.criteria import GateCheck, Reason
from engine.core.events import TakenIn
from engine.core.misuse import NotAllowed, Refused
from engine.store.record import record
from engine.store.session import Database
from engine.use_cases.actors import PROGRAMME_OFFICE, capacities, person_named, steered
from engine.use_cases.check_gate import check_intake


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEligible(Refused):
    """The criteria for being taken in are not met; `check` holds every one."""

    check: GateCheck


def take_in(db: Database, *, key: str, on: date, by: str, now: datetime) -> Refused | None:
    """Take a project into the programme from a date, as programkontoret, or say everything that stands in
    the way.

    Raises Unknown for a project or person, NotAllowed for anybody else and for a workflow without such
    criteria.
    """
    with db.writing() as tx:
        person = person_named(tx, by)
        project = steered(tx, key, lock=True).project
        if PROGRAMME_OFFICE not in capacities(tx, person.id, project=key, on=local_date(now)):
            raise NotAllowed("may_not_take_in", {})
        if project.taken_in_on is not None:
            already = Reason(code="taken_in", data={"on": project.taken_in_on.isoformat()})
            return Refused(reasons=(already,))
        checked = check_intake(tx, key=key, today=local_date(now))
        if not checked.open:
            unmet = (one for one in checked.criteria if one.weight == "må" and one.status == "unmet")
            return NotEligible(
                reasons=tuple(reason for one in unmet for reason in one.reasons), check=checked
            )
        record(tx, [TakenIn(by=person.id, project=key, effective=on.isoformat())], now=now)
    return None
