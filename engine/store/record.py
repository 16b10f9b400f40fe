"""How does an event become state? The only writer of state tables: one event → rows, one ledger leaf,
letters.

`record` is what use cases call, inside their one transaction. `replay` applies a leaf that is already in
the ledger to an empty database, through the very same functions, so what the ledger rebuilds is what was
written.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.core import events as ev
from engine.core.ledger import GENESIS, SALT_BYTES, canonical, leaf, text_digest
from engine.core.letters import Letter, Recall, letters_for, recalls_for
from engine.store import outbox
from engine.store.tables import metadata

_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Where and when an event stands in its chain, and under which digests its prose lies."""

    seq: int
    at: datetime
    refs: Mapping[str, str]


class Moved(Exception):
    """A chain has grown since it was read; args: its name. Nothing is written."""


def record(
    tx: Connection, events: Sequence[ev.Event], *, now: datetime, expect: Mapping[str, int] = _NOTHING
) -> None:
    """Write events and everything that follows from them; the caller's transaction makes it one.

    Chains are locked in the order of their names, and events of one chain numbered together. `expect` says
    how long the chains were that the events were worked out from; raises Moved when one of them has grown
    since. Raises IntegrityError when the database's own constraints say that the world has moved on, e.g. a
    second open case for a project.
    """
    heads = _lock_chains(tx, {event.chain for event in events}, expect)
    for chain, run in groupby(events, key=lambda event: event.chain):
        heads[chain] = _append(tx, chain, list(run), now, head=heads[chain])
    letters: list[Letter] = []
    for event in events:
        # In the events' order: a ballot that decides calls for a receipt, and the decision takes it back.
        recalls = recalls_for(event)
        outbox.withdraw(tx, recalls, now=now)
        letters = [one for one in letters if not any(_takes_back(recall, one) for recall in recalls)]
        letters += letters_for(event)
    outbox.enqueue(tx, letters, now=now)


def _takes_back(recall: Recall, letter: Letter) -> bool:
    """Whether a recall is about this letter, which is not stored yet."""
    about = (recall.subject == letter.subject, letter.kind in recall.kinds)
    return all(about) and recall.recipient in (None, letter.recipient)


def replay(tx: Connection, *, seq: int, body: str, prose: Mapping[str, str | None]) -> None:
    """Apply one leaf's event to the state again. `prose` maps digests to what is left of the texts."""
    told = json.loads(body)
    refs: dict[str, str] = told["prose"]
    kind = ev.KINDS[told["kind"]]
    left: dict[str, Any] = {name: prose.get(digest) for name, digest in refs.items()}
    for name in ev.shape_of(kind).json:
        left[name] = None if left.get(name) is None else json.loads(left[name])
    event = ev.decode(told["kind"], told["plain"], left)
    stamp = Stamp(seq=seq, at=datetime.fromisoformat(told["at"]), refs=refs)
    _APPLY[type(event)](tx, event, stamp)


_Head = tuple[int, str]
"""How many leaves a chain has, and the hash of the last."""


def _append(tx: Connection, chain: str, events: Sequence[ev.Event], now: datetime, *, head: _Head) -> _Head:
    size, last = head
    leaves: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    stamped: list[tuple[ev.Event, Stamp]] = []
    at = now.isoformat()
    for seq, event in enumerate(events, size + 1):
        plain, words, values = ev.encode(event)
        about = event.person if isinstance(event, ev.PersonRegistered) else None
        refs: dict[str, str] = {}
        for name, text in (words | {name: canonical(value) for name, value in values.items()}).items():
            salt = secrets.token_bytes(SALT_BYTES)
            refs[name] = text_digest(salt, text)
            texts.append({"digest": refs[name], "salt": salt.hex(), "text": text, "person": about})
        kind = type(event).__name__
        entry = leaf(
            chain=chain, seq=seq, kind=kind, at=at, content={"plain": plain, "prose": refs}, prev=last
        )
        last = entry.hash
        leaves.append({"chain": chain, "seq": seq, "at": at, "kind": kind, "body": entry.body, "hash": last})
        stamped.append((event, Stamp(seq=seq, at=now, refs=refs)))
    if texts:
        tx.execute(_INSERT_PROSE, texts)
    for event, stamp in stamped:
        _APPLY[type(event)](tx, event, stamp)
    tx.execute(_INSERT_LEAF, leaves)
    tx.execute(_MOVE_CHAIN, {"chain": chain, "now_size": size + len(events), "now_head": last})
    return size + len(events), last


def _lock_chains(tx: Connection, written: Set[str], expect: Mapping[str, int]) -> dict[str, _Head]:
    """The heads of the chains that are written to, locked; those only expected are kept from growing."""
    heads: dict[str, _Head] = {}
    for chain in sorted(written | expect.keys()):
        if chain in written:
            heads[chain] = _lock_chain(tx, chain)
            size = heads[chain][0]
        else:
            size = tx.execute(_KEEP_CHAIN, {"chain": chain}).scalar_one_or_none() or 0
        if size != expect.get(chain, size):
            raise Moved(chain)
    return heads


def _lock_chain(tx: Connection, chain: str) -> _Head:
    found = tx.execute(_LOCK_CHAIN, {"chain": chain}).one_or_none()
    if found is not None:
        return found.size, found.head
    # Two writers may both be first: the loser waits for the winner's row, then locks it like anybody else.
    dialect: Any = postgresql if tx.dialect.name == "postgresql" else sqlite
    tx.execute(
        dialect.insert(_CHAIN)
        .values(name=chain, size=0, head=GENESIS, planned=False)
        .on_conflict_do_nothing()
    )
    found = tx.execute(_LOCK_CHAIN, {"chain": chain}).one()
    return found.size, found.head


_CHAIN: Final = metadata.tables["ledger_chain"]
_LOCK_CHAIN: Final = (
    select(_CHAIN.c.size, _CHAIN.c.head).where(_CHAIN.c.name == bindparam("chain")).with_for_update()
)
_KEEP_CHAIN: Final = (
    select(_CHAIN.c.size).where(_CHAIN.c.name == bindparam("chain")).with_for_update(read=True)
)
_MOVE_CHAIN: Final = (
    update(_CHAIN)
    .where(_CHAIN.c.name == bindparam("chain"))
    .values(size=bindparam("now_size"), head=bindparam("now_head"), planned=False)
)
"""A chain that has grown may owe something else: whoever plans next works it out anew."""
_INSERT_PROSE: Final = insert(metadata.tables["prose"])
_INSERT_LEAF: Final = insert(metadata.tables["ledger_leaf"])

_INSERT: Final = {
    name: insert(metadata.tables[name])
    for name in (
        "programme",
        "definition",
        "absence",
        "project",
        "fact",
        "phase",
        "role",
        "paper",
        "answer",
        "meeting",
        "meeting_item",
        "minutes",
        "estimate",
        "measurement",
        "realised",
        "stated_progress",
        "status_report",
        "period_act",
        "period_import",
        "report_text",
        "light",
        "quality_score",
        "gate_case",
        "amendment",
        "recusal",
        "condition_act",
        "political_act",
        "ballot",
        "obligation_act",
        "programme_report",
    )
}


def _programme_loaded(tx: Connection, event: ev.ProgrammeLoaded, stamp: Stamp) -> None:
    row = {"digest": event.digest, "key": event.key, "text_ref": stamp.refs["text"], "loaded_at": stamp.at}
    _replace(tx, "programme", row, keys=("digest",))
    tx.execute(update(_CHAIN).values(planned=False))


def _definition_registered(tx: Connection, event: ev.DefinitionRegistered, stamp: Stamp) -> None:
    row = {
        "workflow": event.workflow,
        "version": event.version,
        "digest": event.digest,
        "text": event.text,
        "registered_at": stamp.at,
    }
    tx.execute(_INSERT["definition"], row)


def _person_registered(tx: Connection, event: ev.PersonRegistered, _stamp: Stamp) -> None:
    row = {
        "id": event.person,
        "language": event.language,
        "name": event.name,
        "email": event.email,
        "erased_at": None,
    }
    _replace(tx, "person", row, keys=("id",))


def _person_erased(tx: Connection, event: ev.PersonErased, stamp: Stamp) -> None:
    person, prose = metadata.tables["person"], metadata.tables["prose"]
    gone = {"name": None, "email": None, "erased_at": stamp.at}
    tx.execute(update(person).where(person.c.id == event.person).values(gone))
    tx.execute(update(prose).where(prose.c.person == event.person).values(text=None, salt=None))


def _absence_registered(tx: Connection, event: ev.AbsenceRegistered, _stamp: Stamp) -> None:
    row = {
        "person": event.person,
        "away_from": event.away_from,
        "away_to": event.away_to,
        "stand_in": event.stand_in,
    }
    _replace(tx, "absence", row, keys=("person", "away_from"))


def _seat_assigned(tx: Connection, event: ev.SeatAssigned, _stamp: Stamp) -> None:
    row = {
        "body": event.body,
        "seat": event.seat,
        "capacity": event.capacity,
        "valid_from": event.valid_from,
        "valid_to": event.valid_to,
        "person": event.person,
    }
    _replace(tx, "seat_holding", row, keys=("body", "seat", "capacity", "valid_from"))


def _project_registered(tx: Connection, event: ev.ProjectRegistered, stamp: Stamp) -> None:
    row = {
        "key": event.project,
        "kind": event.kind,
        "workflow": event.workflow,
        "version": event.version,
        "phase": "",
        "phase_assumed": False,
        "taken_in_on": None,
        "registered_at": stamp.at,
    }
    tx.execute(_INSERT["project"], row)


def _facts_changed(tx: Connection, event: ev.FactsChanged, stamp: Stamp) -> None:
    common = {
        "project": event.project,
        "seq": stamp.seq,
        "effective": event.effective,
        "recorded_at": stamp.at,
        "value_ref": stamp.refs["values"],
    }
    tx.execute(_INSERT["fact"], [common | {"name": name} for name in event.names])


def _role_assigned(tx: Connection, event: ev.RoleAssigned, stamp: Stamp) -> None:
    row = {
        "project": event.project,
        "seq": stamp.seq,
        "role": event.role,
        "person": event.person,
        "valid_from": event.valid_from,
    }
    tx.execute(_INSERT["role"], row)


def _phase_entered(tx: Connection, event: ev.PhaseEntered, stamp: Stamp) -> None:
    _enter_phase(tx, event.project, event.phase, event.effective, stamp, assumed=event.assumed, case=None)


def _enter_phase(
    tx: Connection, key: str, phase: str, effective: str, stamp: Stamp, *, assumed: bool, case: str | None
) -> None:
    row = {
        "project": key,
        "seq": stamp.seq,
        "phase": phase,
        "effective": effective,
        "assumed": assumed,
        "recorded_at": stamp.at,
        "case": case,
    }
    tx.execute(_INSERT["phase"], row)
    tx.execute(_SET_PHASE, {"project_key": key, "to_phase": phase, "assumed": assumed})


_PROJECT: Final = metadata.tables["project"]
_SET_PHASE: Final = (
    update(_PROJECT)
    .where(_PROJECT.c.key == bindparam("project_key"))
    .values(phase=bindparam("to_phase"), phase_assumed=bindparam("assumed"))
)


def _taken_in(tx: Connection, event: ev.TakenIn, _stamp: Stamp) -> None:
    tx.execute(update(_PROJECT).where(_PROJECT.c.key == event.project).values(taken_in_on=event.effective))


def _paper_added(tx: Connection, event: ev.PaperAdded, stamp: Stamp) -> None:
    row = {
        "id": event.paper,
        "seq": stamp.seq,
        "project": event.project,
        "kind": event.kind,
        "title_ref": stamp.refs["title"],
        "sha256": event.sha256,
        "media_type": event.media_type,
        "size": event.size,
        "added_by": event.by,
        "added_at": stamp.at,
    }
    tx.execute(_INSERT["paper"], row)


def _criterion_answered(tx: Connection, event: ev.CriterionAnswered, stamp: Stamp) -> None:
    _insert_answer(tx, event, stamp, act="answered", value=event.value, words=stamp.refs["explanation"])


def _answer_confirmed(tx: Connection, event: ev.AnswerConfirmed, stamp: Stamp) -> None:
    _insert_answer(tx, event, stamp, act="confirmed", value=None, words=None)


def _criterion_waived(tx: Connection, event: ev.CriterionWaived, stamp: Stamp) -> None:
    _insert_answer(tx, event, stamp, act="waived", value=None, words=stamp.refs["reason"])


def _insert_answer(
    tx: Connection,
    event: ev.CriterionAnswered | ev.AnswerConfirmed | ev.CriterionWaived,
    stamp: Stamp,
    *,
    act: str,
    value: str | None,
    words: str | None,
) -> None:
    row = {
        "project": event.project,
        "seq": stamp.seq,
        "gate": event.gate,
        "round": event.round,
        "criterion": event.criterion,
        "act": act,
        "value": value,
        "words_ref": words,
        "person": event.by,
        "at": stamp.at,
    }
    tx.execute(_INSERT["answer"], row)


def _case_opened(tx: Connection, event: ev.CaseOpened, stamp: Stamp) -> None:
    row = {
        "id": event.case,
        "number": event.number,
        "project": event.project,
        "gate": event.gate,
        "round": event.round,
        "body": event.body,
        "handling": event.handling,
        "rules": dict(event.rules),
        "roll": [dict(seat) for seat in event.roll],
        "status": "open",
        "version": event.version,
        "digest": event.digest,
        "dossier_ref": stamp.refs["dossier"],
        "proposal_ref": stamp.refs["proposal"],
        "requested_by": event.by,
        "opened_at": stamp.at,
        "answer_by": datetime.fromisoformat(event.answer_by),
        "meeting": event.meeting,
    }
    tx.execute(_INSERT["gate_case"], row)


def _case_amended(tx: Connection, event: ev.CaseAmended, stamp: Stamp) -> None:
    changed = {
        "version": event.version,
        "digest": event.digest,
        "dossier_ref": stamp.refs["dossier"],
        "proposal_ref": stamp.refs["proposal"],
    }
    _change_case(tx, event.case, changed)
    row = {
        "case": event.case,
        "seq": stamp.seq,
        "version": event.version,
        "substance": event.substance,
        "what_ref": stamp.refs["what"],
        "by": event.by,
        "at": stamp.at,
    }
    tx.execute(_INSERT["amendment"], row)


def _case_rolled(tx: Connection, event: ev.CaseRolled, _stamp: Stamp) -> None:
    _change_case(tx, event.case, {"roll": [dict(seat) for seat in event.roll]})


def _recusal_decided(tx: Connection, event: ev.RecusalDecided, stamp: Stamp) -> None:
    _change_case(tx, event.case, {"roll": [dict(seat) for seat in event.roll]})
    row = {
        "case": event.case,
        "seq": stamp.seq,
        "seat": event.seat,
        "recused": event.recused,
        "reason_ref": stamp.refs["reason"],
        "by": event.by,
        "at": stamp.at,
    }
    tx.execute(_INSERT["recusal"], row)


def _case_referred(tx: Connection, event: ev.CaseReferred, _stamp: Stamp) -> None:
    changed = {
        "body": event.body,
        "handling": event.handling,
        "rules": dict(event.rules),
        "roll": [dict(seat) for seat in event.roll],
        "version": event.version,
        "answer_by": datetime.fromisoformat(event.answer_by),
        "meeting": event.meeting,
    }
    _change_case(tx, event.case, changed)


def _case_scheduled(tx: Connection, event: ev.CaseScheduled, _stamp: Stamp) -> None:
    changed = {
        "meeting": event.meeting,
        "handling": "i_mote",
        "answer_by": datetime.fromisoformat(event.answer_by),
    }
    _change_case(tx, event.case, changed)


def _change_case(tx: Connection, case: str, changed: Mapping[str, Any]) -> None:
    tx.execute(update(_CASE).where(_CASE.c.id == case).values(dict(changed)))


def _condition_settled(tx: Connection, event: ev.ConditionSettled, stamp: Stamp) -> None:
    _insert_condition_act(tx, event, stamp, act="settled", due=None, words=stamp.refs["evidence"])


def _condition_extended(tx: Connection, event: ev.ConditionExtended, stamp: Stamp) -> None:
    _insert_condition_act(tx, event, stamp, act="extended", due=event.due, words=stamp.refs["reason"])


def _insert_condition_act(
    tx: Connection,
    event: ev.ConditionSettled | ev.ConditionExtended,
    stamp: Stamp,
    *,
    act: str,
    due: str | None,
    words: str,
) -> None:
    row = {
        "case": event.case,
        "seq": stamp.seq,
        "condition": event.condition,
        "act": act,
        "due": due,
        "words_ref": words,
        "by": event.by,
        "at": stamp.at,
    }
    tx.execute(_INSERT["condition_act"], row)


_MEETING: Final = metadata.tables["meeting"]


def _meeting_planned(tx: Connection, event: ev.MeetingPlanned, stamp: Stamp) -> None:
    changed = {
        "starts_at": datetime.fromisoformat(event.starts_at),
        "papers_by": datetime.fromisoformat(event.papers_by),
        "status": event.status,
        "reason_ref": stamp.refs["reason"],
    }
    again = update(_MEETING).where(_MEETING.c.id == event.meeting)
    if tx.execute(again.values(changed | {"sequence": _MEETING.c.sequence + 1})).rowcount == 0:
        row = {"id": event.meeting, "body": event.body, "planned_on": event.planned_on, "sequence": 0}
        tx.execute(_INSERT["meeting"], row | changed)


def _meeting_item_added(tx: Connection, event: ev.MeetingItemAdded, stamp: Stamp) -> None:
    row = {
        "id": event.item,
        "seq": stamp.seq,
        "meeting": event.meeting,
        "kind": event.kind,
        "title_ref": stamp.refs["title"],
        "text_ref": stamp.refs["text"],
        "by": event.by,
    }
    tx.execute(_INSERT["meeting_item"], row)


def _meeting_called(tx: Connection, event: ev.MeetingCalled, stamp: Stamp) -> None:
    _change_meeting(tx, event.meeting, {"status": "called", "called_at": stamp.at})


def _attendance_noted(tx: Connection, event: ev.AttendanceNoted, _stamp: Stamp) -> None:
    _change_meeting(tx, event.meeting, {"present": dict(event.present)})


def _meeting_closed(tx: Connection, event: ev.MeetingClosed, stamp: Stamp) -> None:
    _change_meeting(tx, event.meeting, {"status": "held", "closed_at": stamp.at})


def _change_meeting(tx: Connection, meeting: str, changed: Mapping[str, Any]) -> None:
    tx.execute(update(_MEETING).where(_MEETING.c.id == meeting).values(dict(changed)))


def _minutes_written(tx: Connection, event: ev.MinutesWritten, stamp: Stamp) -> None:
    row = {
        "meeting": event.meeting,
        "version": event.version,
        "sha256": event.sha256,
        "model_ref": stamp.refs["model"],
        "written_at": stamp.at,
        "sent": bool(event.told),
        "approved_at": None,
        "approved_by": None,
    }
    tx.execute(_INSERT["minutes"], row)


def _minutes_approved(tx: Connection, event: ev.MinutesApproved, stamp: Stamp) -> None:
    minutes = metadata.tables["minutes"]
    approved = {"approved_at": stamp.at, "approved_by": event.by}
    this = (minutes.c.meeting == event.meeting) & (minutes.c.version == event.version)
    tx.execute(update(minutes).where(this).values(approved))


def _ballot_cast(tx: Connection, event: ev.BallotCast, stamp: Stamp) -> None:
    row = {
        "id": event.ballot,
        "seq": stamp.seq,
        "case": event.case,
        "version": event.version,
        "seat": event.seat,
        "person": event.person,
        "choice": event.choice,
        "nonce": event.nonce,
        "comment_ref": stamp.refs.get("comment"),
        "condition_ref": stamp.refs.get("condition"),
        "recorded_by": event.by if event.by != event.person else None,
        "cast_at": stamp.at,
    }
    tx.execute(_INSERT["ballot"], row)


_CASE: Final = metadata.tables["gate_case"]
_CLOSED: Final = (
    "status",
    "closed_at",
    "outcome",
    "basis",
    "concluded_by",
    "wording_ref",
    "conditions_ref",
    "tally",
)
_CLOSE: Final = (
    update(_CASE)
    .where(_CASE.c.id == bindparam("case_id"))
    .values({name: bindparam(name) for name in _CLOSED})
)


def _case_decided(tx: Connection, event: ev.CaseDecided, stamp: Stamp) -> None:
    closed = {
        "status": "decided",
        "closed_at": stamp.at,
        "outcome": event.outcome,
        "basis": event.basis,
        "concluded_by": event.by,
        "wording_ref": stamp.refs["wording"],
        "conditions_ref": stamp.refs["conditions"],
        "tally": dict(event.tally),
    }
    tx.execute(_CLOSE, closed | {"case_id": event.case})
    if event.to_phase is not None:
        _enter_phase(
            tx, event.project, event.to_phase, event.effective, stamp, assumed=False, case=event.case
        )
    if event.awaits is not None:
        _insert_political_act(tx, event, stamp, act="awaits", phase=event.awaits)


def _political_marked(tx: Connection, event: ev.PoliticalMarked, stamp: Stamp) -> None:
    act = "marked" if event.political else "unmarked"
    _insert_political_act(tx, event, stamp, act=act, words=stamp.refs["reason"])


def _decision_executed(tx: Connection, event: ev.DecisionExecuted, stamp: Stamp) -> None:
    words, on, to_phase = stamp.refs["reference"], event.effective, event.to_phase
    _insert_political_act(tx, event, stamp, act="executed", phase=to_phase, effective=on, words=words)
    if to_phase is not None:
        _enter_phase(tx, event.project, to_phase, on, stamp, assumed=False, case=event.case)


def _decision_lapsed(tx: Connection, event: ev.DecisionLapsed, stamp: Stamp) -> None:
    words = stamp.refs["reason"]
    _insert_political_act(tx, event, stamp, act="lapsed", effective=event.effective, words=words)


def _insert_political_act(
    tx: Connection,
    event: ev.CaseDecided | ev.PoliticalMarked | ev.DecisionExecuted | ev.DecisionLapsed,
    stamp: Stamp,
    *,
    act: str,
    phase: str | None = None,
    effective: str | None = None,
    words: str | None = None,
) -> None:
    row = {
        "case": event.case,
        "seq": stamp.seq,
        "act": act,
        "phase": phase,
        "effective": effective,
        "words_ref": words,
        "by": event.by,
        "at": stamp.at,
    }
    tx.execute(_INSERT["political_act"], row)


def _case_withdrawn(tx: Connection, event: ev.CaseWithdrawn, stamp: Stamp) -> None:
    closed = {"status": "withdrawn", "closed_at": stamp.at, "wording_ref": stamp.refs["reason"]}
    tx.execute(update(_CASE).where(_CASE.c.id == event.case).values(closed))


def _obligation_settled(tx: Connection, event: ev.ObligationSettled, stamp: Stamp) -> None:
    _insert_obligation_act(tx, event, stamp, act="settled", words=stamp.refs["note"])


def _obligation_extended(tx: Connection, event: ev.ObligationExtended, stamp: Stamp) -> None:
    _insert_obligation_act(tx, event, stamp, act="extended", due=event.due, words=stamp.refs["reason"])


def _owner_alerted(tx: Connection, event: ev.OwnerAlerted, stamp: Stamp) -> None:
    _insert_obligation_act(tx, event, stamp, act="alerted", told=event.told)


def _insert_obligation_act(
    tx: Connection,
    event: ev.ObligationSettled | ev.ObligationExtended | ev.OwnerAlerted,
    stamp: Stamp,
    *,
    act: str,
    due: str | None = None,
    told: str | None = None,
    words: str | None = None,
) -> None:
    row = {
        "chain": event.chain,
        "seq": stamp.seq,
        "kind": event.kind,
        "subject": event.subject,
        "occurrence": event.occurrence,
        "act": act,
        "due": due,
        "told": told,
        "words_ref": words,
        "by": event.by,
        "at": stamp.at,
    }
    tx.execute(_INSERT["obligation_act"], row)


def _programme_closed(tx: Connection, event: ev.ProgrammeClosed, _stamp: Stamp) -> None:
    _replace(tx, "programme_end", {"ended_on": event.ended_on, "heir": event.heir}, keys=("ended_on",))
    tx.execute(update(_CHAIN).values(planned=False))


def _case_undecidable(_tx: Connection, _event: ev.CaseUndecidable, _stamp: Stamp) -> None:
    """That a case is stuck is seen from its roll; this says that somebody was told."""


def _benefit_estimated(tx: Connection, event: ev.BenefitEstimated, stamp: Stamp) -> None:
    told = {"benefit": event.benefit, "year": event.year, "period": event.period}
    _insert_told(tx, "estimate", event, stamp, told | {"fte": event.fte, "kroner": event.kroner})


def _benefit_measured(tx: Connection, event: ev.BenefitMeasured, stamp: Stamp) -> None:
    told = {
        "benefit": event.benefit,
        "indicator": event.indicator,
        "value": event.value,
        "measured_on": event.measured_on,
        "comment_ref": stamp.refs["comment"],
        "by": event.by,
    }
    _insert_told(tx, "measurement", event, stamp, told)


def _benefit_realised(tx: Connection, event: ev.BenefitRealised, stamp: Stamp) -> None:
    told = {
        "benefit": event.benefit,
        "year": event.year,
        "fte": event.fte,
        "kroner": event.kroner,
        "comment_ref": stamp.refs["comment"],
        "by": event.by,
    }
    _insert_told(tx, "realised", event, stamp, told)


def _progress_stated(tx: Connection, event: ev.ProgressStated, stamp: Stamp) -> None:
    told = {
        "period": event.period,
        "column": event.column,
        "progress": event.progress,
        "reason_ref": stamp.refs["reason"],
        "by": event.by,
    }
    _insert_told(tx, "stated_progress", event, stamp, told)


def _quality_scored(tx: Connection, event: ev.QualityScored, stamp: Stamp) -> None:
    told = {
        "period": event.period,
        "side": event.side,
        "scores": dict(event.scores),
        "comment_ref": stamp.refs["comment"],
        "by": event.by,
    }
    _insert_told(tx, "quality_score", event, stamp, told)


_Told = ev.BenefitEstimated | ev.BenefitMeasured | ev.BenefitRealised | ev.ProgressStated | ev.QualityScored


def _insert_told(tx: Connection, table: str, event: _Told, stamp: Stamp, told: Mapping[str, Any]) -> None:
    """Keep one more telling about a project; the earlier ones stay."""
    row = {"project": event.project, "seq": stamp.seq, "recorded_at": stamp.at}
    tx.execute(_INSERT[table], {**row, **told})


def _report_delivered(tx: Connection, event: ev.ReportDelivered, stamp: Stamp) -> None:
    row = {
        "project": event.project,
        "period": event.period,
        "version": event.version,
        "fields_ref": stamp.refs["fields"],
        "delivered_by": event.by,
        "delivered_at": stamp.at,
        "approved_by": None,
        "approved_at": None,
    }
    tx.execute(_INSERT["status_report"], row)


def _report_approved(tx: Connection, event: ev.ReportApproved, stamp: Stamp) -> None:
    report = metadata.tables["status_report"]
    this = (report.c.project == event.project) & (report.c.period == event.period)
    approved = {"approved_by": event.by, "approved_at": stamp.at}
    tx.execute(update(report).where(this, report.c.version == event.version).values(approved))


def _period_closed(tx: Connection, event: ev.PeriodClosed, stamp: Stamp) -> None:
    row = {
        "period": event.period,
        "seq": stamp.seq,
        "closed": not event.reopened,
        "reason_ref": stamp.refs["reason"],
        "by": event.by,
        "at": stamp.at,
    }
    tx.execute(_INSERT["period_act"], row)


def _accounts_imported(tx: Connection, event: ev.AccountsImported, stamp: Stamp) -> None:
    _insert_import(tx, event, stamp, kind="accounts", as_of=event.as_of)


def _transfers_imported(tx: Connection, event: ev.TransfersImported, stamp: Stamp) -> None:
    _insert_import(tx, event, stamp, kind="transfers", as_of="")


def _risks_imported(tx: Connection, event: ev.RisksImported, stamp: Stamp) -> None:
    _insert_import(tx, event, stamp, kind="risks", as_of="")


def _report_text_written(tx: Connection, event: ev.ReportTextWritten, stamp: Stamp) -> None:
    row = {
        "period": event.period,
        "seq": stamp.seq,
        "place": event.place,
        "text_ref": stamp.refs["text"],
        "by": event.by,
        "recorded_at": stamp.at,
    }
    tx.execute(_INSERT["report_text"], row)


def _insert_import(
    tx: Connection,
    event: ev.AccountsImported | ev.TransfersImported | ev.RisksImported,
    stamp: Stamp,
    *,
    kind: str,
    as_of: str,
) -> None:
    row = {
        "period": event.period,
        "seq": stamp.seq,
        "kind": kind,
        "as_of": as_of,
        "lines_ref": stamp.refs["lines"],
        "by": event.by,
        "recorded_at": stamp.at,
    }
    tx.execute(_INSERT["period_import"], row)


def _light_set(tx: Connection, event: ev.LightSet, stamp: Stamp) -> None:
    row = {
        "chain": event.chain,
        "seq": stamp.seq,
        "project": event.project,
        "period": event.period,
        "area": event.area,
        "light": event.light,
        "reason_ref": stamp.refs["reason"],
        "by": event.by,
        "recorded_at": stamp.at,
    }
    tx.execute(_INSERT["light"], row)


def _programme_report_approved(tx: Connection, event: ev.ProgrammeReportApproved, stamp: Stamp) -> None:
    row = {
        "period": event.period,
        "version": event.version,
        "known_at": datetime.fromisoformat(event.known_at),
        "digest": event.digest,
        "approved_by": event.by,
        "approved_at": stamp.at,
        "published_by": None,
        "published_at": None,
        "editions": None,
        "findings": None,
        "despite_ref": None,
    }
    tx.execute(_INSERT["programme_report"], row)


def _programme_report_published(tx: Connection, event: ev.ProgrammeReportPublished, stamp: Stamp) -> None:
    report = metadata.tables["programme_report"]
    this = (report.c.period == event.period) & (report.c.version == event.version)
    published = {
        "published_by": event.by,
        "published_at": stamp.at,
        "editions": dict(event.editions),
        "findings": event.findings,
        "despite_ref": stamp.refs["despite"],
    }
    tx.execute(update(report).where(this).values(published))


def _heads_witnessed(_tx: Connection, _event: ev.HeadsWitnessed, _stamp: Stamp) -> None:
    """A checkpoint is evidence, which `store.ledger` reads back: no state follows from it."""


def _replace(tx: Connection, table: str, row: dict[str, Any], *, keys: Iterable[str]) -> None:
    dialect: Any = postgresql if tx.dialect.name == "postgresql" else sqlite
    changed = {name: value for name, value in row.items() if name not in keys}
    statement = dialect.insert(metadata.tables[table]).values(row)
    tx.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))


_Apply = Callable[[Connection, Any, Stamp], None]
_APPLY: Final[Mapping[type[ev.Event], _Apply]] = {
    ev.ProgrammeLoaded: _programme_loaded,
    ev.DefinitionRegistered: _definition_registered,
    ev.PersonRegistered: _person_registered,
    ev.PersonErased: _person_erased,
    ev.AbsenceRegistered: _absence_registered,
    ev.SeatAssigned: _seat_assigned,
    ev.ProjectRegistered: _project_registered,
    ev.FactsChanged: _facts_changed,
    ev.RoleAssigned: _role_assigned,
    ev.PhaseEntered: _phase_entered,
    ev.TakenIn: _taken_in,
    ev.PaperAdded: _paper_added,
    ev.CriterionAnswered: _criterion_answered,
    ev.AnswerConfirmed: _answer_confirmed,
    ev.CriterionWaived: _criterion_waived,
    ev.CaseOpened: _case_opened,
    ev.CaseAmended: _case_amended,
    ev.CaseRolled: _case_rolled,
    ev.RecusalDecided: _recusal_decided,
    ev.CaseReferred: _case_referred,
    ev.CaseScheduled: _case_scheduled,
    ev.CaseUndecidable: _case_undecidable,
    ev.ConditionSettled: _condition_settled,
    ev.ConditionExtended: _condition_extended,
    ev.MeetingPlanned: _meeting_planned,
    ev.MeetingItemAdded: _meeting_item_added,
    ev.MeetingCalled: _meeting_called,
    ev.AttendanceNoted: _attendance_noted,
    ev.MeetingClosed: _meeting_closed,
    ev.MinutesWritten: _minutes_written,
    ev.MinutesApproved: _minutes_approved,
    ev.BallotCast: _ballot_cast,
    ev.CaseDecided: _case_decided,
    ev.BenefitEstimated: _benefit_estimated,
    ev.BenefitMeasured: _benefit_measured,
    ev.BenefitRealised: _benefit_realised,
    ev.ProgressStated: _progress_stated,
    ev.ReportDelivered: _report_delivered,
    ev.ReportApproved: _report_approved,
    ev.PeriodClosed: _period_closed,
    ev.AccountsImported: _accounts_imported,
    ev.TransfersImported: _transfers_imported,
    ev.RisksImported: _risks_imported,
    ev.ReportTextWritten: _report_text_written,
    ev.LightSet: _light_set,
    ev.QualityScored: _quality_scored,
    ev.PoliticalMarked: _political_marked,
    ev.DecisionExecuted: _decision_executed,
    ev.DecisionLapsed: _decision_lapsed,
    ev.CaseWithdrawn: _case_withdrawn,
    ev.ObligationSettled: _obligation_settled,
    ev.ObligationExtended: _obligation_extended,
    ev.OwnerAlerted: _owner_alerted,
    ev.ProgrammeClosed: _programme_closed,
    ev.ProgrammeReportApproved: _programme_report_approved,
    ev.ProgrammeReportPublished: _programme_report_published,
    ev.HeadsWitnessed: _heads_witnessed,
}
