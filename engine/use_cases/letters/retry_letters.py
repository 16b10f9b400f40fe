"""Letters were lost, and what lost them has been mended: which of them are still to be sent?

A letter that the mail server refused, or that was given up, leaves as the very same once more. One that could
not be worded, which nobody has read, is worded from the facts as they are now; it is also tried by itself as
soon as anything has happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from engine.core.refusal import Reason, Refused, Unknown
from engine.store import faults, outbox
from engine.store.faults import REWORDING
from engine.store.outbox import Posted
from engine.store.record import ledger
from engine.store.session import Connection, Database
from engine.use_cases.letters.claim_letters import follows_reader, why_untrue
from engine.use_cases.sweeping import Sweep

RECENT: Final = timedelta(days=14)
"""What was lost longer ago is old news, and is put back only when it is named."""
MOMENT: Final = timedelta(seconds=30)
"""So far apart may the clocks be that dated a letter's end and what has happened since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """The letters that leave after all, and why each of the others does not."""

    letters: tuple[Posted, ...]
    left: tuple[tuple[Posted, Reason], ...] = ()


def retry_letters(db: Database, *, letters: Sequence[str], now: datetime) -> Retried | Refused:
    """Put these lost letters back: all of them, or none and every reason why. Raises Unknown for an id that
    no letter has.
    """
    with db.writing() as tx:
        now = db.now(tx, given=now)
        found = tuple(_named(tx, one) for one in dict.fromkeys(letters))
        reasons = tuple(reason for one in found if (reason := _against(tx, one, now)) is not None)
        if reasons:
            return Refused(reasons=reasons)
        for one in found:
            _put_back(tx, one, now)
    return Retried(letters=found)


def retry_all_lost(db: Database, *, now: datetime) -> Retried:
    """Put back every letter that was lost lately and is still true; the others are named."""
    with db.writing() as tx:
        now = db.now(tx, given=now)
        faults.wake(tx, now=now)
        return _retried(tx, outbox.lost(tx, since=now - RECENT), now)


def reword_unworded(db: Database, *, now: datetime) -> Retried:
    """Put back the letters that could not be worded, if anything has happened since: it may have mended what
    they rest on.
    """
    with db.glancing() as tx:
        if not _mendable(tx, db.now(tx, given=now)):
            return Retried(letters=())
    with db.writing() as tx:
        now = db.now(tx, given=now)
        return _retried(tx, _mendable(tx, now), now)


def _mendable(tx: Connection, now: datetime) -> tuple[Posted, ...]:
    found = outbox.unworded(tx, before=now)
    if not found:
        return ()
    last = ledger.last_at(tx)
    return tuple(
        one for one in found if last and one.settled_at is not None and one.settled_at < last + MOMENT
    )


def _retried(tx: Connection, lost: Sequence[Posted], now: datetime) -> Retried:
    sweep = Sweep(tx, REWORDING, now=now)
    sweep.leave([one.id for one in lost])
    ends = sweep.each(lost, partial(_ended, tx, now), name=lambda one: one.id)
    return Retried(
        letters=tuple(one for one, reason in ends if reason is None),
        left=tuple((one, reason) for one, reason in ends if reason is not None),
    )


def _ended(tx: Connection, now: datetime, one: Posted) -> tuple[Posted, Reason | None]:
    reason = _against(tx, one, now)
    if reason is None:
        _put_back(tx, one, now)
    return one, reason


def _named(tx: Connection, name: str) -> Posted:
    found = outbox.by_id(tx, name)
    if found is None:
        raise Unknown("letter", name)
    return found


def _against(tx: Connection, one: Posted, now: datetime) -> Reason | None:
    letter = outbox.lost_letter(tx, one.id)
    if letter is None:
        return Reason(code="letter_not_lost", data={"letter": one.id, "state": one.state})
    why = why_untrue(tx, letter, now=now)
    if why is None or (why == "address_changed" and follows_reader(letter)):
        return None
    return Reason(code="letter_untrue", data={"letter": one.id, "why": why})


def _put_back(tx: Connection, one: Posted, now: datetime) -> None:
    letter = outbox.lost_letter(tx, one.id)
    assert letter is not None, "it was just taken hold of"
    anew = one.unworded or why_untrue(tx, letter, now=now) == "address_changed"
    outbox.put_back(tx, letter, anew=anew, now=now)
