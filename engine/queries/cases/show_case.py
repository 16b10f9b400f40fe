"""What does a person see of a case? One model for its page and for the letters about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.core.cases.ballots import CastBallot, standing
from engine.core.cases.voting import Choice, Tally
from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.core.refusal import Reason, Unknown
from engine.core.workflow.definition import PROGRAMME_ITSELF
from engine.queries.cases.political import Political, political_of
from engine.queries.cases.tally import chair_of, is_outside, tally_of
from engine.queries.cases.unable import Unable, unable_to_decide
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.store import cases, people, programmes, projects
from engine.store.cases import Amendment, Case, Condition
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionView:
    """A criterion as it stood when the case was frozen."""

    id: str
    title: str
    weight: str
    status: str
    reasons: tuple[Reason, ...]
    value: str
    explanation: str
    answered_by: str
    confirmed_by: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """A frozen paper; its bytes are read by `sha256`."""

    id: str
    kind: str
    title: str
    sha256: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatView:
    """A seat of the deciding body, and its answer as far as the viewer may see it."""

    seat: str
    office: str
    person: str | None
    name: str
    leader: bool
    acting: bool
    deputy: bool
    owner: bool
    requester: bool
    recused: bool
    """The body has found that the seat takes no part."""
    flagged: bool
    """The seat's superior takes no part; the law may say that it should not either."""
    mine: bool
    answered: bool
    choice: str | None
    comment: str | None
    condition: str | None
    recorded_by: str | None
    cast_at: datetime | None
    ballot: str | None = None
    """The answer that stands, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionView:
    """A condition the decision was given on.

    `responsible` is whom the chair chose, as `role:gevinstansvarlig`, empty in older decisions; `proposals`
    are the answers it was made from, None where that was not kept.
    """

    id: str
    text: str
    owner: str
    due: date
    responsible: str = ""
    proposals: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """Everything about a case that its page and its letters say; instants are UTC."""

    id: str
    number: str
    status: str
    version: int
    digest: str
    project_key: str
    project_title: str
    is_programme: bool
    """Whether the «project» is the programme itself."""
    gate: str
    gate_title: str
    from_phase: str
    to_phase: str
    body_title: str
    handling: str
    rule: str
    quorum: int
    link_level: str
    requested_by: str
    requested_at: datetime
    answer_by: datetime
    meeting: str | None
    amendments: tuple[Amendment, ...]
    """What has been changed since the case was opened; corrections too."""
    earlier_conditions: tuple[Condition, ...]
    """Conditions of the project's earlier decisions, as they stand now."""
    proposal: str
    must_met: int
    must_total: int
    should_open: tuple[str, ...]
    criteria: tuple[CriterionView, ...]
    papers: tuple[PaperView, ...]
    facts: Mapping[str, Any]
    political: Political
    """Whether it is marked for political decision, and how its own decision stands meanwhile."""
    roles: Mapping[str, str]
    seats: tuple[SeatView, ...]
    tally: Tally
    unable: Unable | None
    """Why nobody can decide the case as things stand; None when somebody can."""
    outcome: str | None
    outcome_phase: str | None
    wording: str
    conditions: tuple[ConditionView, ...]
    closed_at: datetime | None
    decided_by: str
    basis: str | None
    out: bool
    """The viewer takes no part in it: until it is closed, the view tells which case it is, and no more."""
    may_answer: bool
    may_conclude: bool
    outcomes: tuple[tuple[str, str | None], ...]
    programme_office: str
    programme_address: str

    @property
    def awaits(self) -> bool:
        """Whether what was decided waits for a political decision."""
        execution = self.political.execution
        return execution is not None and execution.standing == "awaits"

    @property
    def mine(self) -> SeatView | None:
        """The seat the viewer answers for; the first, should there be several."""
        return next((seat for seat in self.seats if seat.mine), None)


def show_case(tx: Connection, case: str, *, now: datetime, viewer: str | None = None) -> CaseView:
    """A case as one person may see it.

    The others' choices are shown to a member who has answered, and to everybody once the case is closed;
    comments and proposed conditions at once; the reason for a recusal only to the leader. The secretary sees
    what the leader sees. Whoever is out of an open case sees nothing of it but its name and their own answer.
    Raises Unknown when there is no such case.
    """
    found = cases.load(tx, case)
    if found is None:
        raise Unknown("case", case)
    state, dossier = found.state, found.dossier
    cast = cases.ballots(tx, case)
    office = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(now))
    keeps = office is not None and office.id == viewer
    called = _Names(people.names(tx, _people_in(found)).items())
    seats = _seats(found, cast, viewer, called, keeps=keeps)
    chair = chair_of(state, cast)
    view = CaseView(
        id=state.id,
        number=state.number,
        status=state.status,
        version=state.version,
        digest=state.digest,
        project_key=state.project,
        project_title=_inside(dossier, "project", "title") or state.project,
        is_programme=_is_programme(tx, state.project),
        gate=state.gate,
        gate_title=_inside(dossier, "gate", "title"),
        from_phase=_inside(dossier, "gate", "from"),
        to_phase=_inside(dossier, "gate", "to"),
        body_title=_body_title(tx, found),
        handling=state.handling,
        rule=state.rules["rule"],
        quorum=state.rules["quorum"],
        link_level=state.rules["link_level"],
        requested_by=called[state.requested_by],
        requested_at=state.opened_at,
        answer_by=state.answer_by,
        meeting=state.meeting,
        amendments=cases.amendments(tx, case),
        earlier_conditions=tuple(one for one in cases.conditions(tx, state.project) if one.case != case),
        proposal=found.proposal,
        must_met=dossier.get("summary", {}).get("must_met", 0),
        must_total=dossier.get("summary", {}).get("must_total", 0),
        should_open=tuple(dossier.get("summary", {}).get("should_open", ())),
        criteria=tuple(_criterion(one, called) for one in dossier.get("criteria", ())),
        papers=tuple(_paper(one) for one in dossier.get("papers", ())),
        facts=dossier.get("facts", {}),
        political=political_of(tx, state, dossier, now=now),
        roles={role: called[person] for role, person in dossier.get("roles", {}).items()},
        seats=seats,
        tally=tally_of(state, cast),
        unable=unable_to_decide(tx, state),
        outcome=state.outcome,
        outcome_phase=dict(dossier.get("outcomes", ())).get(state.outcome),
        wording=found.wording or "",
        conditions=tuple(_conditions(found.conditions)),
        closed_at=state.closed_at,
        decided_by=called[state.concluded_by],
        basis=state.basis,
        out=viewer is not None and state.status == "open" and is_outside(state, cast, viewer),
        may_answer=state.status == "open"
        and any(seat.mine and not (seat.requester or seat.recused) for seat in seats),
        may_conclude=state.status == "open" and chair is not None and chair["person"] == viewer,
        outcomes=tuple((outcome, phase) for outcome, phase in dossier.get("outcomes", ())),
        programme_office="" if office is None else office.name or "",
        programme_address="" if office is None else office.email or "",
    )
    return _from_outside(view) if view.out else view


def _from_outside(view: CaseView) -> CaseView:
    """What is left for somebody who has left the room: which case it is, their own seat, and whom to ask."""
    nobody = replace(view.tally, outcome=None, for_=0, with_conditions=0, against=0, abstained=0, remarks=())
    return replace(
        view,
        amendments=(),
        earlier_conditions=(),
        proposal="",
        must_met=0,
        must_total=0,
        should_open=(),
        criteria=(),
        papers=(),
        facts={},
        political=Political(marked=False, reason="", reference="", execution=None),
        roles={},
        seats=tuple(seat for seat in view.seats if seat.mine),
        tally=replace(nobody, missing=()),
        may_answer=False,
        may_conclude=False,
        outcomes=(),
    )


def _is_programme(tx: Connection, key: str) -> bool:
    project = projects.load(tx, key)
    return project is not None and project.kind == PROGRAMME_ITSELF


class _Names(dict[str | None, str]):
    """Names by person id; somebody who is erased, or nobody, has the empty name."""

    def __missing__(self, _person: str | None) -> str:
        return ""


def _people_in(case: Case) -> list[str]:
    """Everybody whose name a view of the case may tell."""
    state, dossier = case.state, case.dossier
    answers = [one.get("answer") or {} for one in dossier.get("criteria", ())]
    reasons = [reason["data"] for one in dossier.get("criteria", ()) for reason in one["reasons"]]
    ids = [
        state.concluded_by,
        state.requested_by,
        *dossier.get("roles", {}).values(),
        *(entry["person"] for entry in state.roll),
        *(answer.get(part) for answer in answers for part in ("by", "confirmed_by")),
        *(data.get("by") for data in reasons),
    ]
    return [str(one) for one in ids if one]


def _inside(dossier: Mapping[str, Any], part: str, name: str) -> str:
    return str(dossier.get(part, {}).get(name, ""))


def _body_title(tx: Connection, case: Case) -> str:
    """The deciding body's name: as it was frozen, unless the case has gone to another one since."""
    frozen = case.dossier.get("body", {})
    programme = None if frozen.get("id") == case.state.body else programmes.current(tx)
    bodies = () if programme is None else programme.bodies
    return next((text_in(one.title) for one in bodies if one.id == case.state.body), frozen.get("title", ""))


def _seats(
    case: Case, cast: Sequence[CastBallot], viewer: str | None, called: _Names, *, keeps: bool
) -> tuple[SeatView, ...]:
    counted = standing(case.state, cast)
    chair = chair_of(case.state, cast)
    mine = {entry["seat"] for entry in case.state.roll if viewer is not None and entry["person"] == viewer}
    sees_choices = case.state.status != "open" or any(seat in counted for seat in mine)
    leads = keeps or (chair is not None and chair["seat"] in mine)
    return tuple(
        _seat(
            entry,
            counted.get(entry["seat"]),
            name=called[entry["person"]],
            mine=entry["seat"] in mine,
            sees_choice=sees_choices or entry["seat"] in mine or leads,
            sees_recusal=leads or entry["seat"] in mine,
        )
        for entry in case.state.roll
    )


def _seat(
    entry: Mapping[str, Any],
    ballot: CastBallot | None,
    *,
    name: str,
    mine: bool,
    sees_choice: bool,
    sees_recusal: bool,
) -> SeatView:
    recused = ballot is not None and ballot.choice == Choice.RECUSE
    # That somebody is recused is for all to see; why is not.
    shown = ballot if ballot is not None and (sees_choice or recused) else None
    hidden_words = ballot is None or (recused and not sees_recusal)
    return SeatView(
        seat=entry["seat"],
        office=entry["office"],
        person=entry["person"],
        name=name,
        leader=entry["leader"],
        acting=entry["acting"],
        deputy=entry["deputy"],
        owner=entry["owner"],
        requester=entry["requester"],
        recused=entry["recused"],
        flagged=entry["flagged"],
        mine=mine,
        answered=ballot is not None,
        choice=None if shown is None else shown.choice,
        comment=None if ballot is None or hidden_words else ballot.comment,
        condition=None if ballot is None else ballot.condition,
        recorded_by=None if ballot is None else ballot.recorded_by,
        cast_at=None if ballot is None else ballot.cast_at,
        ballot=None if ballot is None else ballot.id,
    )


def _criterion(one: Mapping[str, Any], called: _Names) -> CriterionView:
    answer = one.get("answer") or {}
    return CriterionView(
        id=one["id"],
        title=one["title"],
        weight=one["weight"],
        status=one["status"],
        reasons=tuple(_reason(reason, called) for reason in one["reasons"]),
        value=answer.get("value", ""),
        explanation=answer.get("explanation", ""),
        answered_by=called[answer.get("by")],
        confirmed_by=called[answer.get("confirmed_by")],
        source=one["source"],
    )


def _reason(reason: Mapping[str, Any], called: _Names) -> Reason:
    data = dict(reason["data"])
    if reason["code"] == "criterion.waived":
        data["by"] = called[data["by"]]
    return Reason(code=reason["code"], data=data)


def _paper(one: Mapping[str, Any]) -> PaperView:
    return PaperView(
        id=one["id"],
        kind=one["kind_title"],
        title=one["title"],
        sha256=one["sha256"],
        media_type=one["media_type"],
        size=one["size"],
    )


def _conditions(conditions: Iterable[Mapping[str, Any]]) -> Iterable[ConditionView]:
    for one in conditions:
        yield ConditionView(
            id=one["id"],
            text=one["text"],
            owner=one["owner"],
            due=date.fromisoformat(one["due"]),
            responsible=str(one.get("responsible", "")),
            proposals=tuple(one["proposals"]) if "proposals" in one else None,
        )
