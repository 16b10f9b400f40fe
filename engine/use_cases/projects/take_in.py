"""A project is taken into the programme: an event of its own, with its own criteria, before or after its
start.
"""

from dataclasses import dataclass
from datetime import date, datetime

from engine.core.programme.calendar import local_date
from engine.core.record.events.projects import TakenIn
from engine.core.refusal import NotAllowed, Reason, Refused
from engine.core.workflow.criteria import GateCheck
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities, person_named, steered
from engine.queries.projects.check_gate import check_intake
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.on_snapshot import Expected, on_snapshot


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

    def read(tx: Connection) -> Refused | TakenIn:
        person = person_named(tx, by)
        project = steered(tx, key).project
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
        return TakenIn(by=person.id, project=key, effective=on.isoformat())

    def write(tx: Connection, worked: Refused | TakenIn, expect: Expected) -> Refused | None:
        if isinstance(worked, Refused):
            return worked
        record(tx, [worked], now=now, expect=expect)
        return None

    return on_snapshot(db, key=key, read=read, write=write)
