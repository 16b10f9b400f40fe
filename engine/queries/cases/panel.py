"""Which body decides a case, who speaks for its seats, and by when — in writing, or at which meeting?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.cases.meetings import Landing, Slot, landing
from engine.core.cases.voting import count
from engine.core.files.shape import text_in
from engine.core.programme.calendar import Policy, local_date, oslo, within_working_days
from engine.core.programme.model import Body, Programme
from engine.core.record.events.event import Event
from engine.core.record.events.meetings import MeetingPlanned
from engine.core.refusal import NotAllowed
from engine.queries.cases.tally import rules_of, seats_of
from engine.queries.programme.in_force import body_named
from engine.store import meetings, people
from engine.store.session import Connection

IN_MEETING = "i_mote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """By when a case is to be answered; `landing` says at which meeting, when it is handled in one."""

    handling: str
    answer_by: datetime
    landing: Landing | None

    @property
    def slot(self) -> Slot | None:
        """The meeting the case comes up at."""
        return None if self.landing is None else self.landing.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The body that decides, whoever speaks for its seats on the day it does, and by when."""

    body: Body
    roll: list[dict[str, Any]]
    term: Term


def panel_for(
    tx: Connection,
    programme: Programme,
    body: str,
    *,
    owner: str | None,
    requester: str | None,
    now: datetime,
    handling: str | None = None,
    recused: frozenset[str] = frozenset(),
) -> Panel:
    """Who decides. A body that could never reach its quorum hands the case to the one above.

    Raises Unknown for a body, and NotAllowed when no body up the line can have a quorum.
    """
    deciding, policy = body_named(programme, body), programme.calendar.policy()
    while True:
        term = term_for(deciding, policy, handling or deciding.handling, now=now)
        # Whoever is there on the day it is decided is asked: an absence until then calls the deputy.
        day = local_date(term.answer_by)
        roll = people.roll(tx, deciding, on=day, owner=owner, requester=requester, recused=recused)
        tally = count(rules_of(deciding.model_dump(), handling=term.handling), seats_of(roll), ())
        if tally.state != "above":
            return Panel(body=deciding, roll=roll, term=term)
        if deciding.above is None:
            title = text_in(deciding.title)
            raise NotAllowed("no_quorum_possible", {"body": title, "quorum": deciding.quorum})
        deciding, recused = body_named(programme, deciding.above), frozenset()


def term_for(body: Body, policy: Policy, handling: str, *, now: datetime) -> Term:
    """By when a body answers what it is asked now: the next meeting whose paper deadline that makes, or in
    writing.

    A body that has no meetings ahead gives its members the time it gives them in writing; its chair
    concludes all the same.
    """
    meets = body.meetings if handling == IN_MEETING else None
    found = None if meets is None else landing(meets, policy, asked_at=now)
    if found is not None:
        return Term(handling=handling, answer_by=found.slot.starts_at, landing=found)
    within = body.answer_within
    answer_by = oslo(within_working_days(local_date(now), within.working_days, policy), within.time)
    return Term(handling=handling, answer_by=answer_by, landing=None)


def planned(tx: Connection, body: str, slot: Slot) -> tuple[str, list[Event]]:
    """A meeting's id, and the event that plans it unless it is planned already.

    One that was cancelled and is in the series again is planned anew.
    """
    meeting = meetings.id_of(body, slot.planned_on)
    stored = meetings.load(tx, meeting)
    if stored is not None and stored.status != "cancelled":
        return meeting, []
    return meeting, [as_planned(body, slot)]


def as_planned(body: str, slot: Slot, *, told: tuple[str, ...] = ()) -> MeetingPlanned:
    """The event that says how a meeting of a series stands."""
    return MeetingPlanned(
        meeting=meetings.id_of(body, slot.planned_on),
        body=body,
        planned_on=slot.planned_on.isoformat(),
        starts_at=slot.starts_at.isoformat(),
        papers_by=slot.papers_by.isoformat(),
        status=slot.status,
        told=told,
        reason=slot.reason,
    )
