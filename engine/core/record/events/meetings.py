"""What happens to a meeting: planned, called, held, and its minutes."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.record.events.event import Event, Prose, ProseJson


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPlanned(Event):
    """A meeting of a body's series is needed, or has been moved: when it is held, and when its papers
    close.
    """

    meeting: str
    body: str
    planned_on: str
    starts_at: str
    papers_by: str
    status: str
    told: tuple[str, ...] = ()
    """Those who had been invited already, and must hear of the change."""
    remind_at: str = ""
    """When those of them who have not opened their letter are reminded, now that it is another day."""
    reason: Prose = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingItemAdded(Event):
    """Something that is not a decision comes up at a meeting: for orientation, or to be discussed."""

    meeting: str
    item: str
    kind: str
    title: Prose
    text: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCalled(Event):
    """The paper deadline has passed: the list is what it is, and everybody is asked with one letter each."""

    meeting: str
    told: tuple[str, ...]
    remind_at: str
    """When those who have not opened their letter by then are reminded, once; empty when there is no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceNoted(Event):
    """Who is at the meeting, by seat: the person who speaks for it, or None for a seat that stays empty."""

    meeting: str
    present: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingClosed(Event):
    """The meeting is over; what was not concluded goes to the next one."""

    meeting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesWritten(Event):
    """A version of a meeting's referat is ready, and sent when `told` names somebody."""

    meeting: str
    version: int
    sha256: str
    told: tuple[str, ...]
    model: ProseJson


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesApproved(Event):
    """A meeting's referat was approved, in a later meeting or by its chair."""

    meeting: str
    version: int
