"""What is done about an obligation: settled, given another date, its owner told."""

from dataclasses import dataclass

from engine.core.record.events.event import Event, Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationSettled(Event):
    """Something owed has been done, and somebody who may has said so; what is settled by its own use case
    needs no such word.
    """

    project: str | None = None
    kind: str
    subject: str
    occurrence: str
    note: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationExtended(Event):
    """Something owed has got another date."""

    project: str | None = None
    kind: str
    subject: str
    occurrence: str
    due: str
    reason: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerAlerted(Event):
    """Programkontoret has had a project's owner told that something is late. `on` is the day in Oslo, which
    tells this letter from one of another day.
    """

    project: str
    kind: str
    subject: str
    occurrence: str
    told: str
    on: str
