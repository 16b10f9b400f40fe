"""The rows of what happens to a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, update

from engine.core.record.events import cases as ev
from engine.store.record.projects import enter_phase
from engine.store.record.rows import INSERTS, Stamp
from engine.store.tables.base import metadata


def case_opened(tx: Connection, event: ev.CaseOpened, stamp: Stamp) -> None:
    """The rows of `CaseOpened`."""
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
    tx.execute(INSERTS["gate_case"], row)


def case_amended(tx: Connection, event: ev.CaseAmended, stamp: Stamp) -> None:
    """The rows of `CaseAmended`."""
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
    tx.execute(INSERTS["amendment"], row)


def case_rolled(tx: Connection, event: ev.CaseRolled, _stamp: Stamp) -> None:
    """The rows of `CaseRolled`."""
    _change_case(tx, event.case, {"roll": [dict(seat) for seat in event.roll]})


def recusal_decided(tx: Connection, event: ev.RecusalDecided, stamp: Stamp) -> None:
    """The rows of `RecusalDecided`."""
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
    tx.execute(INSERTS["recusal"], row)


def case_referred(tx: Connection, event: ev.CaseReferred, _stamp: Stamp) -> None:
    """The rows of `CaseReferred`."""
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


def case_scheduled(tx: Connection, event: ev.CaseScheduled, _stamp: Stamp) -> None:
    """The rows of `CaseScheduled`."""
    changed = {
        "meeting": event.meeting,
        "handling": "i_mote",
        "answer_by": datetime.fromisoformat(event.answer_by),
    }
    _change_case(tx, event.case, changed)


def _change_case(tx: Connection, case: str, changed: Mapping[str, Any]) -> None:
    tx.execute(update(_CASE).where(_CASE.c.id == case).values(dict(changed)))


def condition_settled(tx: Connection, event: ev.ConditionSettled, stamp: Stamp) -> None:
    """The rows of `ConditionSettled`."""
    _insert_condition_act(tx, event, stamp, act="settled", due=None, words=stamp.refs["evidence"])


def condition_extended(tx: Connection, event: ev.ConditionExtended, stamp: Stamp) -> None:
    """The rows of `ConditionExtended`."""
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
    tx.execute(INSERTS["condition_act"], row)


def ballot_cast(tx: Connection, event: ev.BallotCast, stamp: Stamp) -> None:
    """The rows of `BallotCast`."""
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
    tx.execute(INSERTS["ballot"], row)


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


def case_decided(tx: Connection, event: ev.CaseDecided, stamp: Stamp) -> None:
    """The rows of `CaseDecided`."""
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
        enter_phase(tx, event.project, event.to_phase, event.effective, stamp, assumed=False, case=event.case)
    if event.awaits is not None:
        _insert_political_act(tx, event, stamp, act="awaits", phase=event.awaits)


def political_marked(tx: Connection, event: ev.PoliticalMarked, stamp: Stamp) -> None:
    """The rows of `PoliticalMarked`."""
    act = "marked" if event.political else "unmarked"
    _insert_political_act(tx, event, stamp, act=act, words=stamp.refs["reason"])


def decision_executed(tx: Connection, event: ev.DecisionExecuted, stamp: Stamp) -> None:
    """The rows of `DecisionExecuted`."""
    words, on, to_phase = stamp.refs["reference"], event.effective, event.to_phase
    _insert_political_act(tx, event, stamp, act="executed", phase=to_phase, effective=on, words=words)
    if to_phase is not None:
        enter_phase(tx, event.project, to_phase, on, stamp, assumed=False, case=event.case)


def decision_lapsed(tx: Connection, event: ev.DecisionLapsed, stamp: Stamp) -> None:
    """The rows of `DecisionLapsed`."""
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
    tx.execute(INSERTS["political_act"], row)


def case_withdrawn(tx: Connection, event: ev.CaseWithdrawn, stamp: Stamp) -> None:
    """The rows of `CaseWithdrawn`."""
    closed = {"status": "withdrawn", "closed_at": stamp.at, "wording_ref": stamp.refs["reason"]}
    tx.execute(update(_CASE).where(_CASE.c.id == event.case).values(closed))


def case_undecidable(_tx: Connection, _event: ev.CaseUndecidable, _stamp: Stamp) -> None:
    """That a case is stuck is seen from its roll; this says that somebody was told."""
