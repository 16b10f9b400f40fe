"""What happens to the programme itself: its file, its workflows, its people and their seats."""

from dataclasses import dataclass

from engine.core.record.events.event import Event, Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeLoaded(Event):
    """A programme file took effect: bodies, seats, taxonomies, calendar."""

    key: str
    digest: str
    text: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRegistered(Event):
    """A workflow definition became usable, for ever under this version and digest."""

    workflow: str
    version: int
    digest: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(Event):
    """A person can now receive letters and hold seats and roles; also written when name, address or
    language change.
    """

    person: str
    language: str
    name: Prose
    email: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(Event):
    """Name and address are gone; what the person did stays, without them."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRegistered(Event):
    """The person is away from `away_from` up to and including `away_to` (Oslo dates)."""

    person: str
    away_from: str
    away_to: str
    stand_in: str | None = None
    """Who takes over what the person owes meanwhile; None leaves it to the seat's deputy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAssigned(Event):
    """From a date, a person holds a seat or an office, acts in it («kst»), or is its deputy."""

    body: str
    seat: str
    capacity: str
    person: str
    valid_from: str
    valid_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeClosed(Event):
    """The programme has ended: what is still owed goes to the line, and `heir` answers for what was the
    programme's own.
    """

    ended_on: str
    heir: str
