"""A project's owner stands behind the report its leader has delivered."""

from dataclasses import dataclass
from datetime import datetime

from engine.core.programme.calendar import local_date
from engine.core.record.events.reports import ReportApproved
from engine.core.refusal import NotAllowed, Reason, Refused
from engine.queries.people.actors import capacities, person_named, steered
from engine.queries.programme.in_force import period_named
from engine.store import projects, reporting
from engine.store.record.record import record
from engine.store.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """The version that is approved now."""

    project: str
    period: str
    version: int


def approve_report(
    db: Database, *, key: str, period: str, by: str, now: datetime, version: int | None = None
) -> Approved | Refused:
    """Approve the newest version; `version` says which one was read, so that a newer one is not approved
    unseen.

    Raises Unknown for a project, period or person, NotAllowed for anybody but the owner. Refused when
    nothing is delivered, when there is a newer version than the one read, and when it is approved already.
    """
    with db.writing() as tx:
        person = person_named(tx, by)
        found = steered(tx, key, lock=True)
        asked = period_named(found.programme, period)
        owner = found.definition.roles.owner
        if owner not in capacities(tx, person.id, project=key, on=local_date(now)):
            raise NotAllowed("may_not_approve", {"role": owner})
        delivered = reporting.reports(tx, project=key, period=asked.id)
        if not delivered:
            data = {"project": key, "period": asked.id}
            return Refused(reasons=(Reason(code="report_missing", data=data),))
        newest = delivered[-1]
        if version is not None and version != newest.version:
            data_newer: dict[str, str | int] = {"version": newest.version}
            return Refused(reasons=(Reason(code="report_newer", data=data_newer),))
        if newest.approved_at is not None:
            data_same: dict[str, str | int] = {"version": newest.version}
            return Refused(reasons=(Reason(code="report_approved", data=data_same),))
        held = projects.roles(tx, key, on=local_date(now))
        # The last named leads last: a prosjektleder takes over from an utredningsleder.
        leading = [held[role].person for role in reversed(found.definition.roles.leader) if role in held]
        leader = newest.delivered_by if newest.delivered_by in leading else next(iter(leading), None)
        approved = ReportApproved(
            by=person.id,
            project=key,
            period=asked.id,
            version=newest.version,
            told=() if leader in (None, person.id) else (leader,),
        )
        record(tx, [approved], now=now)
    return Approved(project=key, period=asked.id, version=newest.version)
