"""The programme's report of a tertial is approved: from then on it says what was known at that instant."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from engine.core.programme.calendar import local_date
from engine.core.record.events.reports import ProgrammeReportApproved
from engine.core.refusal import NotAllowed, Reason, Refused
from engine.queries.people.actors import PROGRAMME_OFFICE, person_named
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.reports.read_report import Tell, read_report
from engine.queries.reports.report_json import report_bytes
from engine.store import people, publications
from engine.store.record.record import record
from engine.store.session import Connection, Database

MAY: tuple[str, ...] = (PROGRAMME_OFFICE, "programleder")
"""The offices that answer for the programme's report. Source: 000:721-726, 000:739-748."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """The version that now stands, and the digest of what it says."""

    period: str
    version: int
    known_at: datetime
    digest: str


def approve_programme_report(
    db: Database,
    *,
    period: str,
    by: str,
    now: datetime,
    tell: Tell = lambda _step, _done, _of: None,
) -> Approved | Refused:
    """Freeze a period's report as it is known now; whatever is told later changes only a later version.

    Raises Unknown for a period or person, and NotAllowed for others than MAY. Refused while the period lasts.
    """
    with db.reading() as tx:
        # Read outside the writer's turn: a large portfolio takes seconds.
        answers_for(tx, by, period=period, now=now)
        asked = period_named(programme_in_force(tx), period)
        if local_date(now) <= asked.to_day:
            data = {"period": asked.id, "on": asked.to_day.isoformat()}
            return Refused(reasons=(Reason(code="period_not_over", data=data),))
        digest = sha256(report_bytes(read_report(tx, period, known_at=now, tell=tell))).hexdigest()
    with db.writing() as tx:
        person = answers_for(tx, by, period=period, now=now)
        approved = ProgrammeReportApproved(
            by=person,
            period=asked.id,
            version=len(publications.versions(tx, asked.id)) + 1,
            known_at=now.isoformat(),
            digest=digest,
        )
        record(tx, [approved], now=now)
    return Approved(period=asked.id, version=approved.version, known_at=now, digest=digest)


def answers_for(tx: Connection, by: str, *, period: str, now: datetime) -> str:
    """The id of a person who answers for the programme's report today. Raises Unknown and NotAllowed."""
    person = person_named(tx, by)
    holders = (people.office_holder(tx, office, on=local_date(now)) for office in MAY)
    if person.id not in {holder.id for holder in holders if holder is not None}:
        raise NotAllowed("may_not_publish", {"period": period})
    return person.id
