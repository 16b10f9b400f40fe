"""What is a letter or a link about: one case, a meeting with all its cases, or all that one person owes?"""

from dataclasses import dataclass
from datetime import datetime

from engine.core.access.links import LONGEST_LIFE
from engine.core.cases.case import CaseState
from engine.core.files.shape import text_in
from engine.core.record.letters import subject_of_case, subject_of_meeting, subject_of_person
from engine.core.refusal import Unknown
from engine.queries.meetings.take_part import Part, part_in
from engine.store import cases
from engine.store.meetings import Meeting
from engine.store.session import Connection

_CASE = subject_of_case("")
_MEETING = subject_of_meeting("")
_PERSON = subject_of_person("")
_REPORT = "report:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """A person as «Mine frister» is theirs; a way in lasts until `until`."""

    person: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A case, a meeting as one person takes part in it, or what one person owes; exactly one is set."""

    case: CaseState | None = None
    part: Part | None = None
    debtor: Debtor | None = None

    @property
    def meeting(self) -> Meeting | None:
        """The meeting, when it is one."""
        return None if self.part is None else self.part.meeting

    @property
    def status(self) -> str:
        """The case's or the meeting's own status; what a person owes is always open."""
        if self.debtor is not None:
            return "open"
        if self.case is not None:
            return self.case.status
        assert self.part is not None
        return self.part.meeting.status

    @property
    def is_open(self) -> bool:
        """Whether it still takes answers."""
        return self.status not in {"decided", "withdrawn", "held", "cancelled"}

    @property
    def deadline(self) -> datetime:
        """When the answers are due; for a person, how long a way in lasts."""
        if self.debtor is not None:
            return self.debtor.until
        if self.case is not None:
            return self.case.answer_by
        assert self.part is not None
        return self.part.meeting.starts_at

    @property
    def level(self) -> str:
        """How a link to it is opened."""
        if self.debtor is not None:
            return "kode"
        if self.case is not None:
            return str(self.case.rules["link_level"])
        assert self.part is not None
        return self.part.body.link_level

    @property
    def body_title(self) -> str:
        """The deciding body's name; empty for a case, whose page says it."""
        return "" if self.part is None else text_in(self.part.body.title)

    def takes(self, person: str) -> bool:
        """Whether a person has a part in it: a seat (also while out of it), keeping the list, or owing it."""
        if self.debtor is not None:
            return self.debtor.person == person
        if self.case is not None:
            return any(person in (entry["person"], entry.get("out")) for entry in self.case.roll)
        assert self.part is not None
        return bool(self.part.seats) or self.part.keeps or self.part.stands_in


def subject_named(tx: Connection, name: str, person: str, *, now: datetime) -> Subject | None:
    """What the outbox and the links call by this name, as `person` meets it; None when it is gone."""
    if name.startswith(_CASE):
        case = cases.state(tx, name.removeprefix(_CASE))
        return None if case is None else Subject(case=case)
    if name.startswith(_PERSON):
        return debtor_of(name.removeprefix(_PERSON), now=now)
    if name.startswith(_REPORT):
        # Nobody needs a link to one report: it is something its reader owes.
        return debtor_of(person, now=now)
    try:
        return Subject(part=part_in(tx, name.removeprefix(_MEETING), person, now=now))
    except Unknown:
        # The meeting, or the body in the programme, is gone: one old link or letter must not stop the rest.
        return None


def debtor_of(person: str, *, now: datetime) -> Subject:
    """All that one person owes. The link's own longest life is what ends a way in to it."""
    return Subject(debtor=Debtor(person=person, until=now + LONGEST_LIFE))
