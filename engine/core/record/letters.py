"""Who is told what? From an event to the letters it calls for; no words, no addresses.

A case handled in writing has letters of its own. A case handled in a meeting shares them: one letter, one
link and one code for each member and meeting, one receipt, one referat.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from engine.core import keys
from engine.core.keys import packed, unpacked
from engine.core.record.events.cases import (
    BallotCast,
    CaseAmended,
    CaseDecided,
    CaseOpened,
    CaseReferred,
    CaseRolled,
    CaseScheduled,
    CaseUndecidable,
    CaseWithdrawn,
    DecisionExecuted,
    DecisionLapsed,
    RecusalDecided,
)
from engine.core.record.events.event import Event
from engine.core.record.events.meetings import MeetingCalled, MeetingPlanned, MinutesWritten
from engine.core.record.events.obligations import OwnerAlerted
from engine.core.record.events.reports import ReportApproved, ReportDelivered

CASE: Final = "case"
RECEIPT: Final = "receipt"
RESULT: Final = "result"
WITHDRAWN: Final = "withdrawn"
EXECUTION: Final = "execution"
UNDECIDABLE: Final = "undecidable"
RESCHEDULED: Final = "rescheduled"
AMENDED: Final = "amended"
AGENDA: Final = "agenda"
UNOPENED: Final = "unopened"
MEETING_CHANGED: Final = "meeting_changed"
MINUTES: Final = "minutes"
REMINDER: Final = "reminder"
"""Everything somebody is to be reminded of on a day, in one letter."""
ALERT: Final = "alert"
"""Programkontoret has a project's owner told that something is late."""
WAY_IN: Final = "way_in"
"""Somebody has asked for a new link to their own deadlines."""
SIGN_IN: Final = "sign_in"
"""Somebody has written their address at the portal's door: a link and a code that are good once."""
REPORT_DELIVERED: Final = "report_delivered"
"""A project's owner is asked to approve the report its leader has delivered."""
REPORT_APPROVED: Final = "report_approved"
"""The leader is told that the owner stands behind it."""
TROUBLE: Final = "trouble"
"""Programkontoret is told, once a day at most, that the machinery stood still or letters did not arrive."""

ASKING: Final = (CASE, AGENDA)
"""Letters that carry a link and ask for answers."""

LINKLESS: Final = (
    WITHDRAWN,
    MEETING_CHANGED,
    EXECUTION,
    UNDECIDABLE,
    RESCHEDULED,
    ALERT,
    REPORT_APPROVED,
    TROUBLE,
)
"""Letters that only tell, and lead nowhere."""

_ENDINGS: Final[Mapping[type[Event], str]] = {
    CaseDecided: RESULT,
    CaseWithdrawn: WITHDRAWN,
    DecisionExecuted: EXECUTION,
    DecisionLapsed: EXECUTION,
}
_OF_REPORTS: Final[Mapping[type[Event], str]] = {
    ReportDelivered: REPORT_DELIVERED,
    ReportApproved: REPORT_APPROVED,
}
CARRIES_CODE: Final = (*ASKING, REMINDER, WAY_IN, SIGN_IN, REPORT_DELIVERED)
"""Letters that make a link where there is none, and tell its code; a result does for whoever has no seat."""

RECEIPT_DELAY: Final = timedelta(minutes=15)
"""A receipt waits this long after the last answer: changing one's mind gives one letter and not two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter to one person about one subject; `occurrence` tells it from earlier ones of its kind.

    It is due `after` the event, or at `due` when that is set.
    """

    kind: str
    subject: str
    recipient: str
    occurrence: str
    after: timedelta = timedelta()
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Letters about a subject that have stopped being true; `recipient` None means everybody's."""

    subject: str
    kinds: tuple[str, ...]
    reason: str
    recipient: str | None = None


def subject_of_case(case: str) -> str:
    """How the outbox and the links name a case."""
    return f"case:{case}"


def subject_of_meeting(meeting: str) -> str:
    """How the outbox and the links name a meeting."""
    return f"meeting:{meeting}"


def subject_of_person(person: str) -> str:
    """How the outbox and the links name all that one person owes."""
    return f"person:{person}"


def subject_of_report(project: str, period: str) -> str:
    """How the outbox names a project's report of a period; its reader comes in by their own link."""
    return f"report:{packed(project, period, by='/')}"


def read_report_subject(subject: str) -> tuple[str, str]:
    """The project and the period a report's subject names. Raises ValueError for anything else."""
    kind, _, rest = subject.partition(":")
    if kind != "report":
        raise ValueError(subject)
    project, period = unpacked(rest, by="/", parts=2)
    return project, period


def read_version(occurrence: str) -> int:
    """The version of a report that a letter about one is about. Raises ValueError for anything else."""
    return int(first_call(occurrence).removeprefix("v"))


def case_version(occurrence: str) -> int | None:
    """The version of a case that a letter asks about; None where it asks about whatever the case is now."""
    found = re.fullmatch(r"v(\d+)", occurrence)
    return None if found is None else int(found[1])


def day_of(occurrence: str) -> date:
    """The day of a letter that comes once a day at most. Raises ValueError for anything else."""
    return date.fromisoformat(first_call(occurrence))


def move_of(occurrence: str) -> tuple[str, datetime | None]:
    """Why a case was moved, and when it then came up; None where a letter tells of its newest move."""
    why, _, answer_by = occurrence.partition(" ")
    return why, datetime.fromisoformat(answer_by) if answer_by else None


def change_of(occurrence: str) -> tuple[str, datetime] | None:
    """How a meeting stood after a change, and when it then was; None where a letter tells of its newest."""
    status, _, starts_at = occurrence.partition("-")
    if status not in {"planned", "moved", "called", "cancelled"} or _MARK.fullmatch(starts_at):
        return None
    return status, datetime.fromisoformat(starts_at)


def letters_for(event: Event) -> tuple[Letter, ...]:
    """The letters an event calls for, each recipient once."""
    match event:
        case CaseScheduled() | CaseReferred(meeting=str()):
            why = event.why if isinstance(event, CaseScheduled) else "referred"
            return _to_each(RESCHEDULED, subject_of_case(event.case), event.told, f"{why} {event.answer_by}")
        case CaseOpened(meeting=None) | CaseReferred(meeting=None):
            members = (str(seat["person"]) for seat in event.roll if seat.get("person"))
            return _to_each(CASE, subject_of_case(event.case), members, f"v{event.version}")
        case CaseAmended():
            return _to_each(
                AMENDED, subject_of_case(event.case), event.told, f"{event.version}-{event.digest[:8]}"
            )
        case CaseRolled() | RecusalDecided():
            return _to_newcomers(event)
        case BallotCast():
            receipt = Letter(
                kind=RECEIPT,
                subject=_subject_of_ballot(event),
                recipient=event.person,
                occurrence=event.ballot,
                after=RECEIPT_DELAY,
            )
            return (receipt,)
        case CaseDecided() | CaseWithdrawn() | DecisionExecuted() | DecisionLapsed():
            return _to_each(_ENDINGS[type(event)], subject_of_case(event.case), event.told, "1")
        case CaseUndecidable():
            return _to_each(UNDECIDABLE, subject_of_case(event.case), event.told, event.body)
        case MeetingCalled() | MeetingPlanned() | MinutesWritten():
            return _about_meeting(event)
        case ReportDelivered() | ReportApproved() | OwnerAlerted():
            return _to_the_projects_own(event)
        case _:
            return ()


def alert_of(event: OwnerAlerted) -> str:
    """How an alert is told from others: its day, and what it is about."""
    return packed(event.on, event.kind, event.subject, event.occurrence, by=" ")


def read_alert(occurrence: str) -> tuple[str, str, str, str]:
    """The day (ISO) an alert was asked for, and the kind, subject and occurrence of what it is about. Raises
    ValueError for anything else.
    """
    on, kind, subject, about = unpacked(first_call(occurrence), by=" ", parts=4)
    return on, kind, subject, about


def again(occurrence: str, mark: str) -> str:
    """The occurrence of a letter that takes the place of one, since its reader's address has changed. A mark
    is 16 hexadecimal digits.
    """
    return f"{first_call(occurrence)}{keys.AGAIN}{mark}"


def first_call(occurrence: str) -> str:
    """The occurrence a letter, or the one it takes the place of, was first called for under."""
    return _MARKS.sub("", occurrence)


# Told by what a mark is, and not by its sign alone: occurrences from before they were packed may hold that.
_MARK: Final = re.compile(r"[0-9a-f]{16}")
_MARKS: Final = re.compile(r"(\+[0-9a-f]{16})+$")


def recalls_for(event: Event) -> tuple[Recall, ...]:
    """The letters an event makes untrue."""
    match event:
        case BallotCast():
            # One receipt tells the last answer: an earlier one that has not left says too little.
            subject = _subject_of_ballot(event)
            return (
                Recall(subject=subject, kinds=(RECEIPT,), reason="answered_again", recipient=event.person),
            )
        case CaseDecided():
            # The result repeats each member's own answer, so a waiting receipt has nothing left to say.
            subject = subject_of_case(event.case)
            return (Recall(subject=subject, kinds=(CASE, RECEIPT, AMENDED), reason="decided"),)
        case CaseWithdrawn():
            subject = subject_of_case(event.case)
            return (Recall(subject=subject, kinds=(CASE, RECEIPT, AMENDED), reason="withdrawn"),)
        case CaseReferred():
            subject = subject_of_case(event.case)
            return (Recall(subject=subject, kinds=(CASE, RECEIPT, AMENDED), reason="referred"),)
        case CaseScheduled():
            # One letter a move, and of two moves only the last is true.
            return (Recall(subject=subject_of_case(event.case), kinds=(RESCHEDULED,), reason="superseded"),)
        case MeetingPlanned():
            # Another day has another reminder.
            return (Recall(subject=subject_of_meeting(event.meeting), kinds=(UNOPENED,), reason="moved"),)
        case ReportDelivered() | ReportApproved():
            # Only the newest version can be approved, and only once.
            reason = "superseded" if isinstance(event, ReportDelivered) else "settled"
            subject = subject_of_report(event.project, event.period)
            return (Recall(subject=subject, kinds=(REPORT_DELIVERED,), reason=reason),)
        case _:
            return ()


def _to_the_projects_own(event: ReportDelivered | ReportApproved | OwnerAlerted) -> tuple[Letter, ...]:
    if isinstance(event, OwnerAlerted):
        return _to_each(ALERT, subject_of_person(event.told), [event.told], alert_of(event))
    subject = subject_of_report(event.project, event.period)
    return _to_each(_OF_REPORTS[type(event)], subject, event.told, f"v{event.version}")


def _about_meeting(event: MeetingCalled | MeetingPlanned | MinutesWritten) -> tuple[Letter, ...]:
    subject = subject_of_meeting(event.meeting)
    match event:
        case MeetingCalled():
            return (*_to_each(AGENDA, subject, event.told, "1"), *_reminders(event))
        case MeetingPlanned():
            changed = _to_each(MEETING_CHANGED, subject, event.told, f"{event.status}-{event.starts_at}")
            return (*changed, *_reminders(event))
        case MinutesWritten():
            return _to_each(MINUTES, subject, event.told, str(event.version))


def _reminders(event: MeetingCalled | MeetingPlanned) -> tuple[Letter, ...]:
    """One for each, due at the time the event names, which also tells it from one for another day."""
    if not event.remind_at:
        return ()
    letters = _to_each(UNOPENED, subject_of_meeting(event.meeting), event.told, event.remind_at)
    return tuple(replace(letter, due=datetime.fromisoformat(event.remind_at)) for letter in letters)


def _to_newcomers(event: CaseRolled | RecusalDecided) -> tuple[Letter, ...]:
    if event.meeting is not None:
        return _to_each(AGENDA, subject_of_meeting(event.meeting), event.told, "1")
    return _to_each(CASE, subject_of_case(event.case), event.told, "rolled")


def _subject_of_ballot(event: BallotCast) -> str:
    return subject_of_case(event.case) if event.meeting is None else subject_of_meeting(event.meeting)


def _to_each(kind: str, subject: str, people: Iterable[str], occurrence: str) -> tuple[Letter, ...]:
    return tuple(
        Letter(kind=kind, subject=subject, recipient=person, occurrence=occurrence)
        for person in dict.fromkeys(people)
    )
