"""What happens to a case: opened, answered, decided, and what becomes of its conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.record.events.event import Event, Prose, ProseJson


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    """A request to pass a gate went to its body, with papers and facts frozen under one digest."""

    project: str
    case: str
    number: str
    gate: str
    round: int
    body: str
    handling: str
    rules: Mapping[str, Any]
    roll: tuple[Mapping[str, Any], ...]
    version: int
    digest: str
    answer_by: str
    meeting: str | None = None
    """The meeting it comes up at, when it is handled in one."""
    dossier: ProseJson
    proposal: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAmended(Event):
    """An open case got other papers, facts or proposal.

    With `substance` the version goes up and answers to the one before are void; without it («rettelse uten
    betydning for saken») they stand.
    """

    project: str
    case: str
    version: int
    digest: str
    substance: bool
    told: tuple[str, ...]
    """Those who had answered, and are asked again."""
    dossier: ProseJson
    proposal: Prose
    what: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRolled(Event):
    """Somebody else speaks for a seat in an open case: a new holder, a deputy, or nobody."""

    project: str
    case: str
    roll: tuple[Mapping[str, Any], ...]
    told: tuple[str, ...] = ()
    """Those who were not on the roll before, and must be asked now."""
    meeting: str | None = None
    """The meeting they are asked to, when the case is handled in one that has been called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecusalDecided(Event):
    """The body has found, without the member concerned, that a seat takes no part in a case; or that it
    does.
    """

    project: str
    case: str
    seat: str
    recused: bool
    roll: tuple[Mapping[str, Any], ...]
    told: tuple[str, ...]
    meeting: str | None = None
    reason: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReferred(Event):
    """A case whose body can have no quorum went to the body above, which starts afresh."""

    project: str
    case: str
    body: str
    handling: str
    rules: Mapping[str, Any]
    roll: tuple[Mapping[str, Any], ...]
    version: int
    answer_by: str
    meeting: str | None
    told: tuple[str, ...]
    """Whoever asked for the decision, when it comes up at another meeting now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScheduled(Event):
    """An open case comes up at another meeting: carried over, displaced, or taken there by a member."""

    project: str
    case: str
    meeting: str
    answer_by: str
    why: str
    told: tuple[str, ...] = ()
    """Whoever asked for the decision, and must know when it comes now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseUndecidable(Event):
    """A case's body can have no quorum, and none above it can either: somebody must do something."""

    project: str
    case: str
    body: str
    able: int
    quorum: int
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionSettled(Event):
    """A condition has been met, and somebody who may has accepted the evidence."""

    project: str
    case: str
    condition: str
    evidence: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionExtended(Event):
    """A condition has got another date."""

    project: str
    case: str
    condition: str
    due: str
    reason: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotCast(Event):
    """A seat answered a version of a case; a later ballot of the same seat takes its place until closing."""

    project: str
    case: str
    version: int
    ballot: str
    seat: str
    person: str
    choice: str
    nonce: str
    meeting: str | None = None
    """The meeting the case comes up at: its answers share one receipt."""
    comment: Prose | None = None
    condition: Prose | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecided(Event):
    """A case closed with an outcome. When `to_phase` is set the project moved there by this very decision."""

    project: str
    case: str
    gate: str
    outcome: str
    basis: str
    """`count` when the rule closed it, `chair` when the leader concluded."""
    to_phase: str | None
    effective: str
    tally: Mapping[str, Any]
    told: tuple[str, ...]
    """The people who get the result: members, requester, the project's own."""
    awaits: str | None = None
    """The phase the project goes to once the political case is decided; the one it stands in when a next part
    begins there. None when nothing is waited for.
    """
    conditions: ProseJson
    wording: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliticalMarked(Event):
    """An open case has clear economic or administrative consequences, so that its decision waits for a
    political one; or it turned out not to have.
    """

    project: str
    case: str
    political: bool
    reason: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionExecuted(Event):
    """The political decision that a case waited for was made: what the body decided takes effect.

    When `to_phase` is set the project moved there on `effective`, by the case's own decision.
    """

    project: str
    case: str
    to_phase: str | None
    effective: str
    told: tuple[str, ...]
    reference: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLapsed(Event):
    """The political decision went the other way: what the body decided never takes effect."""

    project: str
    case: str
    effective: str
    told: tuple[str, ...]
    reason: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWithdrawn(Event):
    """The request was taken back before it was decided."""

    project: str
    case: str
    told: tuple[str, ...]
    reason: Prose
