"""What is a case about, who has answered, and how did it end?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, select, text

from engine.core.cases.ballots import CastBallot
from engine.core.cases.case import CaseState
from engine.store.tables.base import metadata

_CASE: Final = metadata.tables["gate_case"]
_BALLOT: Final = metadata.tables["ballot"]
_PERSON: Final = metadata.tables["person"]
_PROSE: Final = metadata.tables["prose"]


def state(tx: Connection, case: str, *, lock: bool = False) -> CaseState | None:
    """The case's state, locked against other deciders if asked, or None."""
    row = tx.execute(_STATE_LOCKED if lock else _STATE, {"id": case}).one_or_none()
    return None if row is None else CaseState(**row._mapping)


def proposal(tx: Connection, case: str) -> str:
    """What a case's members were asked to decide; empty when it has been erased."""
    return tx.execute(_PROPOSAL, {"id": case}).scalar_one() or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition of a decision as it stands now; `due` is the newest date it has been given."""

    case: str
    number: str
    gate: str
    id: str
    text: str
    owner: str
    due: str
    blocks: bool
    decided_at: datetime
    settled_at: datetime | None
    evidence: str
    dated_at: datetime | None = None
    """When it was given another date, if it was."""
    responsible: str = ""
    """Whom the chair chose, as `role:gevinstansvarlig`; empty for one that was named in words only."""


def conditions(tx: Connection, project: str) -> tuple[Condition, ...]:
    """Every condition that decisions have put on a project, in the order of the decisions; a decision that
    lapsed puts none.
    """
    found: list[Condition] = []
    for decided in list_cases(tx, project=project, status="decided"):
        if any(one.act == "lapsed" for one in political_acts(tx, decided.id)):
            continue
        case = load(tx, decided.id)
        acts = _acts_on(tx, decided.id)
        for told in case.conditions if case is not None else ():
            own = [act for act in acts if act.condition == told["id"]]
            dues = [(act.due, act.at) for act in own if act.act == "extended"]
            settled = next((act for act in own if act.act == "settled"), None)
            condition = Condition(
                case=decided.id,
                number=decided.number,
                gate=decided.gate,
                id=told["id"],
                text=told["text"],
                owner=told["owner"],
                due=dues[-1][0] if dues else told["due"],
                blocks=bool(told.get("blocks")),
                decided_at=decided.closed_at or decided.opened_at,
                settled_at=None if settled is None else settled.at,
                evidence="" if settled is None else settled.words or "",
                dated_at=dues[-1][1] if dues else None,
                responsible=str(told.get("responsible", "")),
            )
            found.append(condition)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case whole: its state, what was frozen, and the words of its end."""

    state: CaseState
    dossier: Mapping[str, Any]
    """Frozen at the opening: project, gate, criteria, facts, papers, body; see
    `use_cases.request_transition.dossier_of`.
    """
    proposal: str
    wording: str | None
    conditions: Sequence[Mapping[str, Any]]
    tally: Mapping[str, Any] | None


_STATE_COLUMNS: Final = tuple(_CASE.c[name] for name in CaseState.__dataclass_fields__)
_STATE: Final = select(*_STATE_COLUMNS).where(_CASE.c.id == bindparam("id"))
_STATE_LOCKED: Final = _STATE.with_for_update()
_comment, _condition = _PROSE.alias(), _PROSE.alias()
_BALLOTS: Final = (
    select(_BALLOT, _comment.c.text.label("comment"), _condition.c.text.label("condition"))
    .join(_comment, _comment.c.digest == _BALLOT.c.comment_ref, isouter=True)
    .join(_condition, _condition.c.digest == _BALLOT.c.condition_ref, isouter=True)
    .where(_BALLOT.c.case == bindparam("case"))
    .order_by(_BALLOT.c.seq)
)

_dossier, _proposal, _wording, _conditions = (_PROSE.alias() for _ in range(4))
_WHOLE: Final = (
    select(
        *_STATE_COLUMNS,
        _CASE.c.tally,
        _dossier.c.text.label("dossier"),
        _proposal.c.text.label("proposal"),
        _wording.c.text.label("wording"),
        _conditions.c.text.label("conditions"),
    )
    .join(_dossier, _dossier.c.digest == _CASE.c.dossier_ref)
    .join(_proposal, _proposal.c.digest == _CASE.c.proposal_ref)
    .join(_wording, _wording.c.digest == _CASE.c.wording_ref, isouter=True)
    .join(_conditions, _conditions.c.digest == _CASE.c.conditions_ref, isouter=True)
    .where(_CASE.c.id == bindparam("id"))
)
_PROPOSAL: Final = (
    select(_PROSE.c.text)
    .join(_CASE, _CASE.c.proposal_ref == _PROSE.c.digest)
    .where(_CASE.c.id == bindparam("id"))
)


def load(tx: Connection, case: str) -> Case | None:
    """The case whole, or None. Erased words read as empty."""
    row = tx.execute(_WHOLE, {"id": case}).one_or_none()
    if row is None:
        return None
    return Case(
        state=CaseState(**{name: row._mapping[name] for name in CaseState.__dataclass_fields__}),
        dossier=json.loads(row.dossier or "{}"),
        proposal=row.proposal or "",
        wording=row.wording,
        conditions=json.loads(row.conditions or "[]"),
        tally=row.tally,
    )


def find(tx: Connection, name: str) -> CaseState | None:
    """The case with this id or this number («3/2025»), or None."""
    row = tx.execute(
        select(*_STATE_COLUMNS).where((_CASE.c.id == name) | (_CASE.c.number == name))
    ).one_or_none()
    return None if row is None else CaseState(**row._mapping)


def list_cases(
    tx: Connection, *, project: str | None = None, status: str | None = None, meeting: str | None = None
) -> tuple[CaseState, ...]:
    """Cases in the order they were opened, of one project, in one status or at one meeting if asked."""
    wanted: Select[Any] = select(*_STATE_COLUMNS).order_by(_CASE.c.opened_at, _CASE.c.number)
    if project is not None:
        wanted = wanted.where(_CASE.c.project == project)
    if status is not None:
        wanted = wanted.where(_CASE.c.status == status)
    if meeting is not None:
        wanted = wanted.where(_CASE.c.meeting == meeting)
    return tuple(CaseState(**row._mapping) for row in tx.execute(wanted))


def answered_by(tx: Connection, person: str) -> tuple[str, ...]:
    """The cases a person has answered in, by id, newest first."""
    asked = select(_BALLOT.c.case, func.max(_BALLOT.c.cast_at)).where(_BALLOT.c.person == person)
    rows = tx.execute(asked.group_by(_BALLOT.c.case).order_by(func.max(_BALLOT.c.cast_at).desc()))
    return tuple(row[0] for row in rows)


def number_of(tx: Connection, case: str) -> str | None:
    """A case's number, whatever else is stored of it; None where there is none."""
    return tx.execute(select(_CASE.c.number).where(_CASE.c.id == case)).scalar_one_or_none()


def open_for(tx: Connection, project: str) -> CaseState | None:
    """The project's open case; it has at most one."""
    return next(iter(list_cases(tx, project=project, status="open")), None)


def round_at(tx: Connection, project: str, gate: str) -> int:
    """Which round a project is in at a gate: one more than the cases it has had closed there."""
    had = select(func.count()).select_from(_CASE).where(_CASE.c.project == project, _CASE.c.gate == gate)
    return int(tx.execute(had.where(_CASE.c.status != "open")).scalar_one()) + 1


_NUMBERS: Final = 1
"""The first half of an advisory lock's name: case numbers, the only thing so locked."""


def next_number(tx: Connection, year: int) -> str:
    """The next free case number of a year, as «3/2025»; nobody else gets one until this transaction ends."""
    if tx.dialect.name == "postgresql":
        # Not a lock on the table: whoever changes a case would wait for it, perhaps with a chain in hand.
        tx.execute(text("SELECT pg_advisory_xact_lock(:what, :year)"), {"what": _NUMBERS, "year": year})
    numbers = tx.execute(select(_CASE.c.number).where(_CASE.c.number.like(f"%/{year}"))).scalars()
    return f"{max((int(number.split('/')[0]) for number in numbers), default=0) + 1}/{year}"


def ballots(tx: Connection, case: str) -> tuple[CastBallot, ...]:
    """Every ballot ever cast in a case, in order."""
    fields = tuple(name for name in CastBallot.__dataclass_fields__ if name != "lifted")
    rows = tx.execute(_BALLOTS, {"case": case}).all()
    recused = any(row.choice == "inhabil" for row in rows)
    found = tx.execute(_TAKEN_BACK, {"case": case}).all() if recused else []
    taken_back = {row.seat: row.last for row in found}
    return tuple(
        CastBallot(
            **{name: row._mapping[name] for name in fields},
            lifted=row.choice == "inhabil" and row.seq < taken_back.get(row.seat, 0),
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A change to an open case: with substance it voided the answers before it."""

    version: int
    substance: bool
    what: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recusal:
    """The body's newest finding about a seat in a case; its reason is for chair and secretary only."""

    seat: str
    recused: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliticalAct:
    """One step of a case that needs a political decision; `words` is the reason or the reference, `effective`
    the day the politicians decided.
    """

    act: str
    phase: str | None
    effective: date | None
    words: str
    by: str | None
    at: datetime


def amendments(tx: Connection, case: str) -> tuple[Amendment, ...]:
    """What has been changed in a case since it was opened, in order."""
    wanted = (
        select(_AMENDMENT, _PROSE.c.text.label("what"))
        .join(_PROSE, _PROSE.c.digest == _AMENDMENT.c.what_ref)
        .where(_AMENDMENT.c.case == case)
        .order_by(_AMENDMENT.c.seq)
    )
    return tuple(
        Amendment(version=row.version, substance=row.substance, what=row.what or "", at=row.at)
        for row in tx.execute(wanted)
    )


def recusals(tx: Connection, case: str) -> dict[str, Recusal]:
    """What the body has found about seats in a case; the newest finding of each."""
    wanted = (
        select(_RECUSAL, _PROSE.c.text.label("reason"))
        .join(_PROSE, _PROSE.c.digest == _RECUSAL.c.reason_ref)
        .where(_RECUSAL.c.case == case)
        .order_by(_RECUSAL.c.seq)
    )
    return {
        row.seat: Recusal(seat=row.seat, recused=row.recused, reason=row.reason or "", at=row.at)
        for row in tx.execute(wanted)
    }


def political_acts(tx: Connection, case: str) -> tuple[PoliticalAct, ...]:
    """What a case has had to do with a political decision, in order."""
    wanted = (
        select(_POLITICAL_ACT, _PROSE.c.text.label("words"))
        .join(_PROSE, _PROSE.c.digest == _POLITICAL_ACT.c.words_ref, isouter=True)
        .where(_POLITICAL_ACT.c.case == case)
        .order_by(_POLITICAL_ACT.c.seq)
    )
    return tuple(
        PoliticalAct(
            act=row.act,
            phase=row.phase,
            effective=None if row.effective is None else date.fromisoformat(row.effective),
            words=row.words or "",
            by=row.by,
            at=row.at,
        )
        for row in tx.execute(wanted)
    )


def awaiting(tx: Connection, *, project: str | None = None) -> tuple[CaseState, ...]:
    """Decided cases whose decision waits for a political one, in the order they were opened."""
    newest = select(_POLITICAL_ACT.c.case, func.max(_POLITICAL_ACT.c.seq).label("seq")).group_by(
        _POLITICAL_ACT.c.case
    )
    last = newest.subquery()
    wanted = (
        select(*_STATE_COLUMNS)
        .join(last, last.c.case == _CASE.c.id)
        .join(
            _POLITICAL_ACT,
            (_POLITICAL_ACT.c.case == last.c.case) & (_POLITICAL_ACT.c.seq == last.c.seq),
        )
        .where(_POLITICAL_ACT.c.act == "awaits")
        .order_by(_CASE.c.opened_at, _CASE.c.number)
    )
    if project is not None:
        wanted = wanted.where(_CASE.c.project == project)
    return tuple(CaseState(**row._mapping) for row in tx.execute(wanted))


def conditions_of(tx: Connection, case: str) -> Sequence[Mapping[str, Any]]:
    """The conditions of one decision as they were decided; none while it is open."""
    found = load(tx, case)
    return () if found is None else found.conditions


_AMENDMENT: Final = metadata.tables["amendment"]
_RECUSAL: Final = metadata.tables["recusal"]
_CONDITION_ACT: Final = metadata.tables["condition_act"]
_POLITICAL_ACT: Final = metadata.tables["political_act"]

_TAKEN_BACK: Final = (
    select(_RECUSAL.c.seat, func.max(_RECUSAL.c.seq).label("last"))
    .where(_RECUSAL.c.case == bindparam("case"), _RECUSAL.c.recused.is_(False))
    .group_by(_RECUSAL.c.seat)
)
"""By seat, when its recusal was last taken back; a case's ballots and findings share one chain."""


def _acts_on(tx: Connection, case: str) -> list[Any]:
    wanted = (
        select(_CONDITION_ACT, _PROSE.c.text.label("words"))
        .join(_PROSE, _PROSE.c.digest == _CONDITION_ACT.c.words_ref)
        .where(_CONDITION_ACT.c.case == case)
        .order_by(_CONDITION_ACT.c.seq)
    )
    return list(tx.execute(wanted))
