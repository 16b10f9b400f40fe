"""What happens to a report: delivered, approved, imported, written, published; and the period it is of."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.record.events.event import Event, Prose, ProseJson


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDelivered(Event):
    """A version of a project's report of a period was delivered; it never changes."""

    project: str
    period: str
    version: int
    told: tuple[str, ...] = ()
    """Whoever is to approve it, unless they have delivered it themselves."""
    fields: ProseJson


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportApproved(Event):
    """The project's owner stands behind a delivered version."""

    project: str
    period: str
    version: int
    told: tuple[str, ...] = ()
    """The project's leader, unless they approved it themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodClosed(Event):
    """No more reports are taken for a period; or, `reopened`, they are taken again."""

    period: str
    reopened: bool
    reason: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsImported(Event):
    """The programme's accounts of a period, whole, as they stood on a date; the newest import holds."""

    period: str
    as_of: str
    lines: ProseJson


@dataclass(frozen=True, slots=True, kw_only=True)
class TransfersImported(Event):
    """What the projects apply to carry over after a period, whole; the newest import holds."""

    period: str
    lines: ProseJson


@dataclass(frozen=True, slots=True, kw_only=True)
class RisksImported(Event):
    """The programme's own risks in a period, whole; the newest import holds."""

    period: str
    lines: ProseJson


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTextWritten(Event):
    """What the programme's own report says in one of its places; an empty text takes it away."""

    period: str
    place: str
    text: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class LightSet(Event):
    """A person has judged an area of the programme, or of one project, in a period."""

    project: str | None
    period: str
    area: str
    light: str
    reason: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityScored(Event):
    """The project's leader or its owner has scored it on the programme's quality indicators."""

    project: str
    period: str
    side: str
    scores: Mapping[str, int]
    comment: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeReportApproved(Event):
    """A version of the programme's own report of a period stands as it was known at an instant; `digest` is
    the SHA-256 of the whole report as JSON.
    """

    period: str
    version: int
    known_at: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeReportPublished(Event):
    """An approved version went out: `editions` are the SHA-256 of its bytes by format, `findings` how many
    disagreements it was published over, and `despite` why.
    """

    period: str
    version: int
    editions: Mapping[str, str]
    findings: int
    despite: Prose
