"""The rows of what happens to a project."""

from typing import Final

from sqlalchemy import Connection, bindparam, update

from engine.core.record.events import projects as ev
from engine.store.record.rows import INSERTS, Stamp
from engine.store.tables.base import metadata


def project_registered(tx: Connection, event: ev.ProjectRegistered, stamp: Stamp) -> None:
    """The rows of `ProjectRegistered`."""
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
    tx.execute(INSERTS["project"], row)


def facts_changed(tx: Connection, event: ev.FactsChanged, stamp: Stamp) -> None:
    """The rows of `FactsChanged`."""
    common = {
        "project": event.project,
        "seq": stamp.seq,
        "effective": event.effective,
        "recorded_at": stamp.at,
        "value_ref": stamp.refs["values"],
    }
    tx.execute(INSERTS["fact"], [common | {"name": name} for name in event.names])


def role_assigned(tx: Connection, event: ev.RoleAssigned, stamp: Stamp) -> None:
    """The rows of `RoleAssigned`."""
    row = {
        "project": event.project,
        "seq": stamp.seq,
        "role": event.role,
        "person": event.person,
        "valid_from": event.valid_from,
    }
    tx.execute(INSERTS["role"], row)


def phase_entered(tx: Connection, event: ev.PhaseEntered, stamp: Stamp) -> None:
    """The rows of `PhaseEntered`."""
    enter_phase(tx, event.project, event.phase, event.effective, stamp, assumed=event.assumed, case=None)


def enter_phase(
    tx: Connection, key: str, phase: str, effective: str, stamp: Stamp, *, assumed: bool, case: str | None
) -> None:
    """A project's new phase, from a day."""
    row = {
        "project": key,
        "seq": stamp.seq,
        "phase": phase,
        "effective": effective,
        "assumed": assumed,
        "recorded_at": stamp.at,
        "case": case,
    }
    tx.execute(INSERTS["phase"], row)
    tx.execute(_SET_PHASE, {"project_key": key, "to_phase": phase, "assumed": assumed})


_PROJECT: Final = metadata.tables["project"]
_SET_PHASE: Final = (
    update(_PROJECT)
    .where(_PROJECT.c.key == bindparam("project_key"))
    .values(phase=bindparam("to_phase"), phase_assumed=bindparam("assumed"))
)


def taken_in(tx: Connection, event: ev.TakenIn, _stamp: Stamp) -> None:
    """The rows of `TakenIn`."""
    tx.execute(update(_PROJECT).where(_PROJECT.c.key == event.project).values(taken_in_on=event.effective))


def paper_added(tx: Connection, event: ev.PaperAdded, stamp: Stamp) -> None:
    """The rows of `PaperAdded`."""
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
    tx.execute(INSERTS["paper"], row)


def criterion_answered(tx: Connection, event: ev.CriterionAnswered, stamp: Stamp) -> None:
    """The rows of `CriterionAnswered`."""
    _insert_answer(tx, event, stamp, act="answered", value=event.value, words=stamp.refs["explanation"])


def answer_confirmed(tx: Connection, event: ev.AnswerConfirmed, stamp: Stamp) -> None:
    """The rows of `AnswerConfirmed`."""
    _insert_answer(tx, event, stamp, act="confirmed", value=None, words=None)


def criterion_waived(tx: Connection, event: ev.CriterionWaived, stamp: Stamp) -> None:
    """The rows of `CriterionWaived`."""
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
    tx.execute(INSERTS["answer"], row)
