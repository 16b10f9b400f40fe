"""What happens to a project: its facts, roles, phases, papers and answers."""

from dataclasses import dataclass

from engine.core.record.events.event import Event, Prose, ProseJson


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRegistered(Event):
    """A project exists, steered by one version of one workflow, from a first phase."""

    project: str
    workflow: str
    version: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsChanged(Event):
    """Some of a project's facts have these values from a date; None takes a fact away."""

    project: str
    names: tuple[str, ...]
    effective: str
    values: ProseJson


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssigned(Event):
    """From a date, a person has a role in the project."""

    project: str
    role: str
    person: str
    valid_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseEntered(Event):
    """The project stands in a phase from a date by import or history; decisions say the same in
    `CaseDecided`.
    """

    project: str
    phase: str
    effective: str
    assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn(Event):
    """The project was taken into the programme on a date: an event of its own, before or after its start."""

    project: str
    effective: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAdded(Event):
    """A paper of a kind belongs to the project; its bytes are stored under their SHA-256."""

    project: str
    paper: str
    kind: str
    sha256: str
    media_type: str
    size: int
    title: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionAnswered(Event):
    """A question at a gate got an answer, or the same answer again in a later round."""

    project: str
    gate: str
    round: int
    criterion: str
    value: str
    explanation: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerConfirmed(Event):
    """Somebody else than its author stands behind an answer."""

    project: str
    gate: str
    round: int
    criterion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionWaived(Event):
    """A criterion does not have to be met this round; the deciders see why, and who said so."""

    project: str
    gate: str
    round: int
    criterion: str
    reason: Prose
