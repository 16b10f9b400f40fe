"""An event taken apart and put together again, so that the ledger can hash it and its prose can be erased.

Ids, kinds, choices and dates are plain fields; whatever a person has written, or what tells who a person is,
is marked `Prose` (text) or `ProseJson` (a JSON value). `encode` takes the two apart, so that the ledger can
hash the plain part and a salted digest of the rest, and the rest can be erased one day without breaking the
chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from engine.core.record.events.benefits import (
    BenefitEstimated,
    BenefitMeasured,
    BenefitRealised,
    ProgressStated,
)
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
    ConditionExtended,
    ConditionSettled,
    DecisionExecuted,
    DecisionLapsed,
    PoliticalMarked,
    RecusalDecided,
)
from engine.core.record.events.event import JSON_MARK, TEXT_MARK, Event, Plain
from engine.core.record.events.ledger import HeadsWitnessed
from engine.core.record.events.meetings import (
    AttendanceNoted,
    MeetingCalled,
    MeetingClosed,
    MeetingItemAdded,
    MeetingPlanned,
    MinutesApproved,
    MinutesWritten,
)
from engine.core.record.events.obligations import ObligationExtended, ObligationSettled, OwnerAlerted
from engine.core.record.events.programme import (
    AbsenceRegistered,
    DefinitionRegistered,
    PersonErased,
    PersonRegistered,
    ProgrammeClosed,
    ProgrammeLoaded,
    SeatAssigned,
)
from engine.core.record.events.projects import (
    AnswerConfirmed,
    CriterionAnswered,
    CriterionWaived,
    FactsChanged,
    PaperAdded,
    PhaseEntered,
    ProjectRegistered,
    RoleAssigned,
    TakenIn,
)
from engine.core.record.events.reports import (
    AccountsImported,
    LightSet,
    PeriodClosed,
    ProgrammeReportApproved,
    ProgrammeReportPublished,
    QualityScored,
    ReportApproved,
    ReportDelivered,
    ReportTextWritten,
    RisksImported,
    TransfersImported,
)

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
        text=tuple(name for name, mark in marks.items() if mark == TEXT_MARK),
        json=tuple(name for name, mark in marks.items() if mark == JSON_MARK),
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
