"""What do a meeting's papers say? Models of the saksframlegg, the agenda and the minutes, without a word of
layout.

A paper is made from what was frozen, so that the same case gives the same paper. What a rule keeps from the
readers is left out already here: why somebody is recused never reaches a model.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from engine.core.criteria import Reason
from engine.core.voting import Choice
from engine.use_cases.show_case import CaseView, ConditionView, CriterionView, SeatView

ItemKind = Literal["godkjenning", "beslutning", "orientering", "drofting", "eventuelt"]
ITEM_ORDER: Final[tuple[ItemKind, ...]] = (
    "godkjenning",
    "beslutning",
    "orientering",
    "drofting",
    "eventuelt",
)
"""In which order a meeting takes its items: the last minutes first, «eventuelt» last."""

Approval = Literal["utkast", "sendt", "godkjent"]
"""Minutes are a draft, sent to the members, and then approved at the next meeting."""

_WEIGHTS: Final = ("må", "bør")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A criterion of the gate as it stood when the case was frozen; `status` as in CriterionCheck."""

    title: str
    weight: str
    status: str
    reasons: tuple[Reason, ...] = ()
    value: str = ""
    explanation: str = ""
    answered_by: str = ""
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCondition:
    """A condition from an earlier gate of the same project."""

    gate: str
    text: str
    settled: bool
    due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A paper that lies with the case; `size` in bytes."""

    title: str
    kind: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition the decision was given on: F1, F2 …"""

    id: str
    text: str
    owner: str
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePaper:
    """A saksframlegg. Instants are UTC; `facts` is the frozen tree of facts, `roles` role to name."""

    number: str
    version: int
    digest: str
    project: str
    gate: str
    gate_title: str
    from_phase: str
    to_phase: str
    body: str
    handling: str
    requested_by: str
    requested_at: datetime
    answer_by: datetime
    meeting_at: datetime | None
    proposal: str
    must_met: int
    must_total: int
    should_open: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    facts: Mapping[str, Any]
    roles: Mapping[str, str]
    earlier_conditions: tuple[EarlierCondition, ...]
    attachments: tuple[Attachment, ...]
    contact: str
    contact_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """One item of a meeting. A decision case has `number`, `gate` and `proposal`; `minutes` is its time."""

    kind: ItemKind
    title: str
    number: str = ""
    gate: str = ""
    proposal: str = ""
    presenter: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """A saksliste. Instants are UTC; `items` stand in the meeting's order (see `arranged`)."""

    body: str
    starts_at: datetime
    ends_at: datetime
    place: str
    chair: str
    called: tuple[str, ...]
    items: tuple[AgendaItem, ...]
    version: int
    issued_at: datetime
    contact: str
    contact_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody of the body: the seat's office, and who filled it; a `deputy` stands in for the holder."""

    office: str
    name: str
    acting: bool = False
    deputy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A seat's answer as it was counted; `recorded` when the secretary entered it for the member."""

    office: str
    choice: str
    deputy: bool = False
    owner: bool = False
    recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a member wanted to have said: a comment, a disagreement, or a condition nobody decided on."""

    office: str
    text: str
    condition: bool = False
    against: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMinutes:
    """How one case ended. `recused` are offices, never reasons; `silent` are offices without an answer."""

    number: str
    project: str
    gate: str
    gate_title: str
    from_phase: str
    to_phase: str | None
    proposal: str
    outcome: str
    wording: str
    conditions: tuple[Condition, ...]
    recused: tuple[str, ...]
    out: tuple[str, ...]
    answers: tuple[Answer, ...]
    silent: tuple[str, ...]
    remarks: tuple[Remark, ...]
    decided_at: datetime
    decided_by: str
    in_writing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMinutes:
    """An item that was no decision case, and what was said."""

    kind: ItemKind
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """A referat. `approved_on` is the date of the meeting that approved it."""

    body: str
    starts_at: datetime
    ended_at: datetime
    place: str
    chair: str
    secretary: str
    present: tuple[Attendee, ...]
    absent: tuple[Attendee, ...]
    items: tuple[ItemMinutes | CaseMinutes, ...]
    version: int
    approval: Approval
    approved_on: date | None
    issued_at: datetime
    contact: str
    contact_address: str


# ---------------------------------------------------------------- from a case


def case_paper(view: CaseView, *, meeting_at: datetime | None = None) -> CasePaper:
    """The saksframlegg of a case; answers and outcome are left out, they belong in the minutes."""
    return CasePaper(
        number=view.number,
        version=view.version,
        digest=view.digest,
        project=view.project_title,
        gate=view.gate,
        gate_title=view.gate_title,
        from_phase=view.from_phase,
        to_phase=view.to_phase,
        body=view.body_title,
        handling=view.handling,
        requested_by=view.requested_by,
        requested_at=view.requested_at,
        answer_by=view.answer_by,
        meeting_at=meeting_at,
        proposal=view.proposal,
        must_met=view.must_met,
        must_total=view.must_total,
        should_open=view.should_open,
        requirements=tuple(_requirement(one) for one in view.criteria if one.weight in _WEIGHTS),
        facts=view.facts,
        roles=view.roles,
        earlier_conditions=tuple(_earlier(one) for one in view.facts.get("conditions", ())),
        attachments=tuple(
            Attachment(title=one.title, kind=one.kind, media_type=one.media_type, size=one.size)
            for one in view.papers
        ),
        contact=view.programme_office,
        contact_address=view.programme_address,
    )


def agenda_item(view: CaseView, *, presenter: str = "", minutes: int | None = None) -> AgendaItem:
    """A case as an item of a meeting."""
    return AgendaItem(
        kind="beslutning",
        title=view.project_title,
        number=view.number,
        gate=f"{view.gate} {view.gate_title}".strip(),
        proposal=view.proposal,
        presenter=presenter,
        minutes=minutes,
    )


def arranged(items: Iterable[AgendaItem]) -> tuple[AgendaItem, ...]:
    """The items in the meeting's order; within a kind they keep the order they came in."""
    return tuple(sorted(items, key=lambda item: ITEM_ORDER.index(item.kind)))


def case_minutes(view: CaseView) -> CaseMinutes:
    """What the minutes say of a decided case. Raises ValueError while it has no outcome.

    `view` must show the answers, as a decided case does to everybody.
    """
    if view.outcome is None or view.closed_at is None:
        raise ValueError("a case without an outcome has no minutes", view.number)
    counted = [seat for seat in view.seats if seat.person and not seat.requester]
    return CaseMinutes(
        number=view.number,
        project=view.project_title,
        gate=view.gate,
        gate_title=view.gate_title,
        from_phase=view.from_phase,
        to_phase=view.outcome_phase if view.outcome_phase != view.from_phase else None,
        proposal=view.proposal,
        outcome=view.outcome,
        wording=view.wording,
        conditions=tuple(_condition(one) for one in view.conditions),
        recused=tuple(seat.office for seat in counted if seat.choice == Choice.RECUSE),
        out=tuple(seat.office for seat in view.seats if seat.requester),
        answers=tuple(_answer(seat) for seat in counted if seat.choice and seat.choice != Choice.RECUSE),
        silent=tuple(seat.office for seat in counted if not seat.answered),
        remarks=tuple(_remarks(counted, view.conditions)),
        decided_at=view.closed_at,
        decided_by=view.decided_by,
        in_writing=view.handling == "skriftlig",
    )


def attendance(seats: Sequence[SeatView]) -> tuple[tuple[Attendee, ...], tuple[Attendee, ...]]:
    """Who was there and who was not, as far as the answers tell: whoever answered or is recused was.

    A first guess for the secretary to correct; those who answered beforehand may have been away.
    """
    there = tuple(_attendee(seat) for seat in seats if seat.person and seat.answered)
    away = tuple(_attendee(seat) for seat in seats if not (seat.person and seat.answered))
    return there, away


def _requirement(one: CriterionView) -> Requirement:
    return Requirement(
        title=one.title,
        weight=one.weight,
        status=one.status,
        reasons=one.reasons,
        value=one.value,
        explanation=one.explanation,
        answered_by=one.answered_by,
        confirmed_by=one.confirmed_by,
    )


def _earlier(one: Mapping[str, Any]) -> EarlierCondition:
    due = one.get("due")
    return EarlierCondition(
        gate=str(one.get("gate", "")),
        text=str(one.get("text", "")),
        settled=bool(one.get("settled")),
        due=date.fromisoformat(due) if due else None,
    )


def _condition(one: ConditionView) -> Condition:
    return Condition(id=one.id, text=one.text, owner=one.owner, due=one.due)


def _answer(seat: SeatView) -> Answer:
    return Answer(
        office=seat.office,
        choice=seat.choice or "",
        deputy=seat.deputy,
        owner=seat.owner,
        recorded=seat.recorded_by is not None,
    )


def _remarks(seats: Iterable[SeatView], decided: Sequence[ConditionView]) -> Iterable[Remark]:
    decided_texts = {_same(one.text) for one in decided}
    for seat in seats:
        if seat.choice == Choice.RECUSE:
            # Why somebody is recused is for the chair and the secretary; the minutes go to everybody.
            continue
        if seat.comment:
            yield Remark(office=seat.office, text=seat.comment, against=seat.choice == Choice.REJECT)
        if seat.condition and _same(seat.condition) not in decided_texts:
            yield Remark(office=seat.office, text=seat.condition, condition=True)


def _same(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()


def _attendee(seat: SeatView) -> Attendee:
    return Attendee(office=seat.office, name=seat.name, acting=seat.acting, deputy=seat.deputy)
