"""Who takes part in a meeting, and as what: member, chair, secretary — or not at all?"""

from dataclasses import dataclass
from datetime import date, datetime

from engine.core.programme.calendar import local_date
from engine.core.programme.model import Body
from engine.core.record.events.meetings import MeetingPlanned
from engine.core.refusal import NotAllowed, Unknown
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.queries.programme.in_force import body_named, programme_in_force
from engine.store import cases, meetings, people
from engine.store.meetings import Meeting
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A person's part in a meeting: the seats they speak for on its day, and whether they lead it or keep
    its list.
    """

    meeting: Meeting
    body: Body
    person: str
    seats: frozenset[str]
    leads: bool
    keeps: bool
    """Whether the person is the body's secretary."""
    stands_in: bool
    """Whether the person has been called to one of its cases for somebody who is recused there."""


def part_in(
    tx: Connection,
    meeting: str,
    person: str,
    *,
    now: datetime,
    lock: bool = False,
    planned: MeetingPlanned | None = None,
) -> Part:
    """What a person is in a meeting, or in one that is about to be planned. Raises Unknown when there is no
    such meeting.
    """
    found = meetings.load(tx, meeting, lock=lock) or _as_planned(planned)
    if found is None:
        raise Unknown("meeting", meeting)
    body = body_named(programme_in_force(tx), found.body)
    day = local_date(found.starts_at)
    roll = people.roll(tx, body, on=day, owner=None, requester=None)
    seats = frozenset(entry["seat"] for entry in roll if entry["person"] == person)
    secretary = body.secretary or PROGRAMME_OFFICE
    keeper = people.office_holder(tx, secretary, on=local_date(now))
    return Part(
        meeting=found,
        body=body,
        person=person,
        seats=seats,
        leads=body.leader in seats,
        keeps=keeper is not None and keeper.id == person,
        stands_in=not seats and _stands_in(tx, meeting, person),
    )


def _as_planned(planned: MeetingPlanned | None) -> Meeting | None:
    if planned is None:
        return None
    return Meeting(
        id=planned.meeting,
        body=planned.body,
        planned_on=date.fromisoformat(planned.planned_on),
        starts_at=datetime.fromisoformat(planned.starts_at),
        papers_by=datetime.fromisoformat(planned.papers_by),
        status=planned.status,
        sequence=0,
        reason=planned.reason,
        called_at=None,
        closed_at=None,
        present=None,
    )


def _stands_in(tx: Connection, meeting: str, person: str) -> bool:
    return any(
        entry["person"] == person for case in cases.list_cases(tx, meeting=meeting) for entry in case.roll
    )


def running(
    tx: Connection, meeting: str, person: str, *, now: datetime, planned: MeetingPlanned | None = None
) -> Part:
    """The same, for what only chair and secretary may do. Raises NotAllowed for anybody else."""
    part = part_in(tx, meeting, person, now=now, lock=True, planned=planned)
    if not (part.leads or part.keeps):
        raise NotAllowed("not_running", {"body": part.meeting.body})
    return part
