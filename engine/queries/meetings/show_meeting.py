"""What does a person see of a meeting: its list, its cases, who is there, and what was written of it?"""

from dataclasses import dataclass
from datetime import datetime

from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.queries.cases.course import GoneOn, gone_on_from
from engine.queries.cases.show_case import CaseView, show_case
from engine.queries.meetings.take_part import part_in
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.queries.programme.in_force import body_named, programme_in_force
from engine.store import cases, meetings, people
from engine.store.meetings import Item, Meeting, Minutes
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairView:
    """A seat of the body on the meeting's day; `present` None until attendance is noted."""

    seat: str
    office: str
    person: str | None
    name: str
    leader: bool
    deputy: bool
    acting: bool
    present: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedView:
    """A case that was on this meeting's list and went on: to which meeting of which body, and why.

    `mine` when the viewer speaks for a seat in it; `unable` when nobody can decide it as things stand.
    """

    id: str
    number: str
    project_title: str
    gate: str
    body_title: str
    meeting: str | None
    starts_at: datetime | None
    why: str
    unable: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingView:
    """Everything about a meeting that its pages, letters and papers say; instants are UTC.

    `cases` are those that came up here, concluded or open; `carried` those that have gone on.
    `to_approve` is the body's last referat that nobody has approved yet: it comes first on the list.
    """

    meeting: Meeting
    body: str
    body_title: str
    place: str
    chairs: tuple[ChairView, ...]
    quorum: int
    items: tuple[Item, ...]
    cases: tuple[CaseView, ...]
    carried: tuple[CarriedView, ...]
    minutes: tuple[Minutes, ...]
    to_approve: Minutes | None
    is_member: bool
    leads: bool
    keeps: bool
    programme_office: str
    programme_address: str


def show_meeting(tx: Connection, meeting: str, *, now: datetime, viewer: str | None = None) -> MeetingView:
    """A meeting as one person may see it. Raises Unknown when there is no such meeting."""
    part = part_in(tx, meeting, viewer or "", now=now)
    found, body = part.meeting, part.body
    day = local_date(found.starts_at)
    roll = people.roll(tx, body, on=day, owner=None, requester=None)
    called = people.names(tx, [entry["person"] for entry in roll if entry["person"]])
    office = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(now))
    here = cases.list_cases(tx, meeting=meeting)
    return MeetingView(
        meeting=found,
        body=body.id,
        body_title=text_in(body.title),
        place="" if body.meetings is None else body.meetings.place or "",
        chairs=tuple(
            ChairView(
                seat=entry["seat"],
                office=entry["office"],
                person=entry["person"],
                name=called.get(entry["person"] or "", ""),
                leader=entry["leader"],
                deputy=entry["deputy"],
                acting=entry["acting"],
                present=None if found.present is None else found.present.get(entry["seat"]) is not None,
            )
            for entry in roll
        ),
        quorum=body.quorum,
        items=meetings.items(tx, meeting),
        cases=tuple(
            show_case(tx, case.id, now=now, viewer=viewer) for case in here if case.status != "withdrawn"
        ),
        carried=tuple(_carried(tx, one, viewer=viewer, now=now) for one in gone_on_from(tx, found)),
        minutes=meetings.minutes(tx, meeting),
        to_approve=_to_approve(tx, found),
        is_member=bool(part.seats) or part.stands_in,
        leads=part.leads,
        keeps=part.keeps,
        programme_office="" if office is None else office.name or "",
        programme_address="" if office is None else office.email or "",
    )


def _carried(tx: Connection, one: GoneOn, *, viewer: str | None, now: datetime) -> CarriedView:
    case = show_case(tx, one.state.id, now=now, viewer=viewer)
    to = body_named(programme_in_force(tx), one.body)
    return CarriedView(
        id=case.id,
        number=case.number,
        project_title=case.project_title,
        gate=case.gate,
        body_title=text_in(to.title),
        meeting=one.meeting,
        starts_at=one.starts_at,
        why=one.why,
        unable=case.unable is not None,
        mine=case.mine is not None,
    )


def _to_approve(tx: Connection, meeting: Meeting) -> Minutes | None:
    earlier = [
        one for one in meetings.list_meetings(tx, body=meeting.body) if one.starts_at < meeting.starts_at
    ]
    for held in reversed(earlier):
        versions = [one for one in meetings.minutes(tx, held.id) if one.sent]
        if versions:
            return versions[-1] if versions[-1].approved_at is None else None
    return None
