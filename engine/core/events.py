"""What can have happened? The closed list of facts that the ledger holds and state is built from.

An event is a frozen dataclass. Ids, kinds, choices and dates are plain fields; whatever a person has
written, or what tells who a person is, is marked `Prose` (text) or `ProseJson` (a JSON value). `encode`
takes the two apart, so that the ledger can hash the plain part and a salted digest of the rest, and the
rest can be erased one day without breaking the chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

_TEXT: Final = "prose"
_JSON: Final = "prose-json"

Prose = Annotated[str, _TEXT]
ProseJson = Annotated[Any, _JSON]
Plain = dict[str, Any]

PROGRAMME_CHAIN: Final = "programme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that has happened; `chain` names the ledger chain that takes it."""

    by: str | None = None
    """The id of the person who did it; None when the clock or the operator did."""

    @property
    def chain(self) -> str:
        """The programme's own chain, unless the event belongs to one project."""
        project = getattr(self, "project", None)
        return project_chain(project) if project else PROGRAMME_CHAIN


def project_chain(key: str) -> str:
    """The name of a project's own chain."""
    return f"project:{key}"


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
class BenefitEstimated(Event):
    """A benefit is expected to free so much in a year, as told in a period; None takes a figure away."""

    project: str
    benefit: str
    year: int
    period: str
    fte: float | None
    kroner: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitMeasured(Event):
    """An indicator of a benefit was measured on a date."""

    project: str
    benefit: str
    indicator: str
    value: float
    measured_on: str
    comment: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitRealised(Event):
    """A benefit has really freed so much in a year; a later telling of the same year takes its place."""

    project: str
    benefit: str
    year: int
    fte: float | None
    kroner: int | None
    comment: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressStated(Event):
    """Somebody who knows better says how far the work with benefits has come, beside what is computed;
    `progress` None lets the computed one stand again.
    """

    project: str
    period: str
    column: str
    progress: str | None
    reason: Prose


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeClosed(Event):
    """The programme has ended: what is still owed goes to the line, and `heir` answers for what was the
    programme's own.
    """

    ended_on: str
    heir: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsWitnessed(Event):
    """A checkpoint: the programme's chain takes note of where every other chain stands."""

    heads: Mapping[str, str]


KINDS: Final[Mapping[str, type[Event]]] = {
    kind.__name__: kind
    for kind in (
        ProgrammeLoaded,
        DefinitionRegistered,
        PersonRegistered,
        PersonErased,
        AbsenceRegistered,
        SeatAssigned,
        ProjectRegistered,
        FactsChanged,
        RoleAssigned,
        PhaseEntered,
        TakenIn,
        PaperAdded,
        CriterionAnswered,
        AnswerConfirmed,
        CriterionWaived,
        CaseOpened,
        CaseAmended,
        CaseRolled,
        RecusalDecided,
        CaseReferred,
        CaseScheduled,
        CaseUndecidable,
        ConditionSettled,
        ConditionExtended,
        MeetingPlanned,
        MeetingItemAdded,
        MeetingCalled,
        AttendanceNoted,
        MeetingClosed,
        MinutesWritten,
        MinutesApproved,
        BallotCast,
        CaseDecided,
        PoliticalMarked,
        DecisionExecuted,
        DecisionLapsed,
        CaseWithdrawn,
        BenefitEstimated,
        BenefitMeasured,
        BenefitRealised,
        ProgressStated,
        ReportDelivered,
        ReportApproved,
        PeriodClosed,
        AccountsImported,
        TransfersImported,
        RisksImported,
        ReportTextWritten,
        LightSet,
        QualityScored,
        ObligationSettled,
        ObligationExtended,
        OwnerAlerted,
        ProgrammeClosed,
        ProgrammeReportApproved,
        ProgrammeReportPublished,
        HeadsWitnessed,
    )
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields of an event kind are plain, and which are prose."""

    plain: tuple[str, ...]
    text: tuple[str, ...]
    json: tuple[str, ...]
    tuples: tuple[str, ...]


def shape_of(kind: type[Event]) -> Shape:
    """The parts of an event kind, as its annotations tell them."""
    return _SHAPES[kind]


def _read_shape(kind: type[Event]) -> Shape:
    hints = get_type_hints(kind, include_extras=True)
    marks = {field.name: _mark(hints[field.name]) for field in fields(kind)}
    return Shape(
        plain=tuple(name for name, mark in marks.items() if mark is None),
        text=tuple(name for name, mark in marks.items() if mark == _TEXT),
        json=tuple(name for name, mark in marks.items() if mark == _JSON),
        tuples=tuple(name for name in marks if get_origin(hints[name]) is tuple),
    )


def _mark(hint: object) -> str | None:
    if get_origin(hint) is Annotated:
        return str(get_args(hint)[1])
    return next((mark for part in get_args(hint) if (mark := _mark(part))), None)


_SHAPES: Final[Mapping[type[Event], Shape]] = {kind: _read_shape(kind) for kind in KINDS.values()}


def encode(event: Event) -> tuple[Plain, dict[str, str], Plain]:
    """An event as (plain fields, prose texts, prose JSON values); unset prose is left out of both."""
    shape = shape_of(type(event))
    plain = {name: getattr(event, name) for name in shape.plain}
    text = {name: value for name in shape.text if (value := getattr(event, name)) is not None}
    return plain, text, {name: getattr(event, name) for name in shape.json}


def decode(kind: str, plain: Plain, prose: Plain) -> Event:
    """The event again, from its plain fields and whatever prose is left.

    Erased prose is None. Raises KeyError for an unknown kind and TypeError for fields that do not fit it.
    """
    event: Any = KINDS[kind]
    shape = shape_of(event)
    values = {name: tuple(plain[name]) if name in shape.tuples else plain[name] for name in plain}
    erasable: Plain = dict.fromkeys((*shape.text, *shape.json))
    told: Event = event(**values, **(erasable | prose))
    return told
