"""The rows of what is done about obligations."""

from sqlalchemy import Connection

from engine.core.record.events import obligations as ev
from engine.store.record.rows import INSERTS, Stamp


def obligation_settled(tx: Connection, event: ev.ObligationSettled, stamp: Stamp) -> None:
    """The rows of `ObligationSettled`."""
    _insert_obligation_act(tx, event, stamp, act="settled", words=stamp.refs["note"])


def obligation_extended(tx: Connection, event: ev.ObligationExtended, stamp: Stamp) -> None:
    """The rows of `ObligationExtended`."""
    _insert_obligation_act(tx, event, stamp, act="extended", due=event.due, words=stamp.refs["reason"])


def owner_alerted(tx: Connection, event: ev.OwnerAlerted, stamp: Stamp) -> None:
    """The rows of `OwnerAlerted`."""
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
    tx.execute(INSERTS["obligation_act"], row)
