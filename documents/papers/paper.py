"""What do a meeting's papers say? Models of the saksframlegg, the agenda and the minutes, without a word of
layout.

A paper is made from what was frozen, so that the same case gives the same paper. What a rule keeps from the
readers is left out already here: why somebody is recused never reaches a model.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from engine.core.cases.voting import Choice
from engine.core.refusal import Reason
from engine.queries.cases.show_case import CaseView, CriterionView
from engine.queries.meetings.show_meeting import MeetingView
from language import formats

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
class Change:
    """What was changed in an open case, and when; one without `substance` is a correction."""

    version: int
    what: str
    at: datetime
    substance: bool


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
    political: str = ""
    """How the case stands to the politicians; empty when they have nothing to do with it."""
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
    changes: tuple[Change, ...]
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
class AgendaItem:
    """One item of a meeting. A decision case has `number`, `gate` and `proposal`; `minutes` is its time."""

    kind: ItemKind
    title: str
    number: str = ""
    gate: str = ""
    proposal: str = ""
    text: str = ""
    presenter: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """A saksliste. Instants are UTC; `items` stand in the meeting's order (see `arranged`)."""

    body: str
    starts_at: datetime
    ends_at: datetime | None
    place: str
    chair: str
    called: tuple[Attendee, ...]
    items: tuple[AgendaItem, ...]
    version: int
    issued_at: datetime
    contact: str
    contact_address: str


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
    """What a member wanted to have said: a comment, a disagreement, or a condition they proposed."""

    office: str
    text: str
    condition: bool = False
    left_out: bool = False
    """Known to be in no condition that was decided; of older decisions nobody has kept it."""
    against: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMinutes:
    """How one case ended; `awaits` when that takes effect only after a political decision. `recused` are
    offices, never reasons; `silent` are offices without an answer.
    """

    number: str
    project: str
    gate: str
    gate_title: str
    to_phase: str | None
    awaits: bool = False
    proposal: str
    outcome: str
    wording: str
    conditions: tuple[Condition, ...]
    recused: tuple[str, ...]
    answers: tuple[Answer, ...]
    silent: tuple[str, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMinutes:
    """An item that was no decision case, and what was said."""

    kind: ItemKind
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOn:
    """A case that was on the list and was not decided; `unable` when nobody can as things stand."""

    number: str
    project: str
    gate: str
    body: str
    starts_at: datetime | None
    why: str
    unable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """A referat. `approved_on` is the date it was approved; `ended_at` is None while the meeting goes on."""

    body: str
    starts_at: datetime
    ended_at: datetime | None
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
    carried: tuple[CarriedOn, ...] = ()


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
        political=formats.political_words(
            marked=view.political.marked,
            reason=view.political.reason,
            reference=view.political.reference,
        ),
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
        changes=tuple(
            Change(version=one.version, what=one.what, at=one.at, substance=one.substance)
            for one in view.amendments
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


# ---------------------------------------------------------------- from a meeting


def agenda_of(
    view: MeetingView, *, version: int, issued_at: datetime, ends_at: datetime | None = None
) -> Agenda:
    """The saksliste of a meeting: approval of the last referat, decisions, the rest, and «eventuelt»."""
    start: list[AgendaItem] = []
    if view.to_approve is not None:
        start.append(AgendaItem(kind="godkjenning", title=_last_minutes(view.to_approve.meeting)))
    others = [AgendaItem(kind=_kind(one.kind), title=one.title, text=one.text) for one in view.items]
    return Agenda(
        body=view.body_title,
        starts_at=view.meeting.starts_at,
        ends_at=ends_at,
        place=view.place,
        chair=next((one.name or one.office for one in view.chairs if one.leader), ""),
        called=tuple(
            Attendee(office=one.office, name=one.name, acting=one.acting, deputy=one.deputy)
            for one in view.chairs
            if one.person
        ),
        items=arranged(
            [
                *start,
                *(agenda_item(case) for case in view.cases),
                # What was on the list and went on was on it all the same.
                *(
                    AgendaItem(kind="beslutning", title=one.project_title, number=one.number, gate=one.gate)
                    for one in (view.carried if view.meeting.status == "held" else ())
                ),
                *others,
                AgendaItem(kind="eventuelt", title="Eventuelt"),
            ]
        ),
        version=version,
        issued_at=issued_at,
        contact=view.programme_office,
        contact_address=view.programme_address,
    )


def minutes_of(
    model: Mapping[str, Any],
    *,
    version: int,
    issued_at: datetime,
    approval: Approval = "sendt",
    approved_on: date | None = None,
    contact: str = "",
    contact_address: str = "",
) -> Minutes:
    """The referat from the model that was frozen with it (see `write_minutes.model_of`)."""
    chairs = [(_attendee(one), one) for one in model["chairs"]]
    deputies = frozenset(one.office for one, _ in chairs if one.deputy)
    first = [ItemMinutes(kind="godkjenning", title=_last_minutes(model["approves"]))]
    others = [
        ItemMinutes(kind=_kind(one["kind"]), title=one["title"], text=one["text"]) for one in model["items"]
    ]
    return Minutes(
        body=model["body"],
        starts_at=datetime.fromisoformat(model["starts_at"]),
        ended_at=datetime.fromisoformat(model["closed_at"]) if model["closed_at"] else None,
        place=model["place"],
        chair=next((one["name"] or one["office"] for _, one in chairs if one["leader"]), ""),
        secretary=contact,
        present=tuple(one for one, chair in chairs if chair["present"]),
        absent=tuple(one for one, chair in chairs if chair["present"] is False),
        items=(
            *(first if model["approves"] else ()),
            *(_case_minutes(one, deputies) for one in model["cases"]),
            *sorted(others, key=lambda item: ITEM_ORDER.index(item.kind)),
        ),
        version=version,
        approval=approval,
        approved_on=approved_on,
        issued_at=issued_at,
        contact=contact,
        contact_address=contact_address,
        carried=tuple(_carried(one) for one in model.get("carried", ())),
    )


def _case_minutes(case: Mapping[str, Any], deputies: frozenset[str]) -> CaseMinutes:
    conditions = tuple(
        Condition(id=one["id"], text=one["text"], owner=one["owner"], due=date.fromisoformat(one["due"]))
        for one in case["conditions"]
    )
    # Why somebody is recused is for the chair and the secretary: whatever they wrote stays out.
    taking_part = [one for one in case["answers"] if not one["recused"]]
    return CaseMinutes(
        number=case["number"],
        project=case["title"],
        gate=case["gate"],
        gate_title=case["gate_title"],
        to_phase=case["to_phase"],
        awaits=bool(case.get("awaits")),
        proposal=case["proposal"],
        outcome=case["outcome"],
        wording=case["wording"],
        conditions=conditions,
        recused=tuple(one["office"] for one in case["answers"] if one["recused"]),
        answers=tuple(
            Answer(
                office=one["office"],
                choice=one["choice"],
                deputy=one["office"] in deputies,
                owner=one["owner"],
                recorded=one["recorded"],
            )
            for one in taking_part
            if one["choice"]
        ),
        silent=tuple(one["office"] for one in taking_part if not one["choice"]),
        remarks=tuple(_remarks(taking_part, conditions)),
    )


def _carried(one: Mapping[str, Any]) -> CarriedOn:
    at = one["starts_at"]
    return CarriedOn(
        number=one["number"],
        project=one["title"],
        gate=one["gate"],
        body=one["body"],
        starts_at=None if at is None else datetime.fromisoformat(at),
        why=one["why"],
        unable=one["unable"],
    )


def _remarks(answers: Iterable[Mapping[str, Any]], decided: Sequence[Condition]) -> Iterator[Remark]:
    decided_texts = {_same(one.text) for one in decided}
    for one in answers:
        if one["comment"]:
            yield Remark(office=one["office"], text=one["comment"], against=one["choice"] == Choice.REJECT)
        taken = one.get("taken")
        if one["condition"] and not taken and _same(one["condition"]) not in decided_texts:
            left_out = taken is False or not decided
            yield Remark(office=one["office"], text=one["condition"], condition=True, left_out=left_out)


def _same(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()


def _attendee(chair: Mapping[str, Any]) -> Attendee:
    return Attendee(
        office=chair["office"], name=chair["name"], acting=chair["acting"], deputy=chair["deputy"]
    )


def _last_minutes(meeting: str | None) -> str:
    # A meeting is named by its body and the date it was planned for.
    planned_on = (meeting or "").rpartition(":")[2]
    return f"Referat fra møtet {formats.day(planned_on)}" if planned_on else "Referat fra forrige møte"


def _kind(kind: str) -> ItemKind:
    return next((one for one in ITEM_ORDER if one == kind), "orientering")


# ---------------------------------------------------------------- parts of a case


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
