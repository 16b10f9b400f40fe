"""What must be told, and how far has each letter come?

A letter is enqueued in the transaction that made it necessary, claimed under a lease by one worker at a
time, frozen at its first claim, marked just before its own DATA, and settled after each attempt. A settlement
counts only for the worker that holds the claim. A claim that ends without one has cost a worker its life:
the letter itself may be what kills, so it is then tried alone, and at last given up.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Update, bindparam, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.core.programme.calendar import local_date
from engine.core.record.letters import Letter, Recall, subject_of_person
from engine.store import attempts
from engine.store.attempts import Told
from engine.store.session import new_id
from engine.store.tables.base import metadata

LEASE: Final = timedelta(minutes=20)
"""Longer than the slowest letter may take (15 minutes), so that a slow worker is not overtaken."""
SUSPECT: Final = 3
"""A letter whose workers have died so many times in a row without a word is tried with no other beside it."""
DEADLY: Final = 6
"""And after so many times it is given up."""
STATES: Final = ("due", "claimed", "in_doubt", "retry", "sent", "bounced", "dead", "withdrawn")
LOST: Final = frozenset({"dead", "bounced"})

_OUTBOX: Final = metadata.tables["outbox"]
_PERSON: Final = metadata.tables["person"]
_POSTED: Final = select(_OUTBOX, _PERSON.c.name, attempts.LAST_PHASE.label("phase")).join(
    _PERSON, _PERSON.c.id == _OUTBOX.c.recipient
)
# Written out in the statement, or a database that prepares it could not use the index of what waits.
_WAITING: Final = _OUTBOX.c.state.in_(
    bindparam("waiting", ("due", "retry", "claimed", "in_doubt"), expanding=True, literal_execute=True)
)
_INSERT: Final = {
    name: dialect.insert(_OUTBOX).on_conflict_do_nothing()
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """What a letter says, fixed at its first claim."""

    address: str
    payload: str
    template_digest: str
    message_id: str
    dated: datetime
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A letter one worker may now work on; `frozen` is None the first time, as is the instant of the first
    attempt whose end is known. `attempts` numbers its claims, `tries` counts those that were tried, this one
    included.
    """

    id: str
    kind: str
    subject: str
    recipient: str
    occurrence: str
    attempts: int
    possibly_sent: bool
    frozen: Frozen | None
    first_try: datetime | None = None
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A letter as it stands in the outbox, for lists and for the person who asks what became of it; `phase`
    is how far its last attempt came.
    """

    id: str
    kind: str
    subject: str
    recipient: str
    recipient_name: str
    state: str
    due_at: datetime
    attempts: int
    settled_at: datetime | None
    reason: str | None
    created_at: datetime
    phase: str | None

    @property
    def unworded(self) -> bool:
        """Whether it was given up since it could not be worded."""
        return self.state == "dead" and self.phase in attempts.UNWORDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """A kind of letter that each person gets once a day at most: today's date, and when the next leave."""

    kind: str
    day: date
    next_at: datetime


def enqueue(tx: Connection, letters: Sequence[Letter], *, now: datetime) -> None:
    """Put letters in the outbox; one that is there already stays as it is."""
    if letters:
        rows = [
            {
                "id": new_id(),
                "kind": letter.kind,
                "subject": letter.subject,
                "recipient": letter.recipient,
                "occurrence": letter.occurrence,
                "state": "due",
                "due_at": letter.due or now + letter.after,
                "created_at": now,
                "attempts": 0,
            }
            for letter in letters
        ]
        tx.execute(_INSERT[tx.dialect.name], rows)


def withdraw(tx: Connection, recalls: Sequence[Recall], *, now: datetime) -> None:
    """Take back what has not begun to leave. A letter on its way is checked again by its worker."""
    for recall in recalls:
        told = {"about": recall.subject, "why": recall.reason, "now": now, "whom": recall.recipient}
        tx.execute(_withdrawal(recall.kinds, to_one=recall.recipient is not None), told)


@lru_cache(maxsize=32)
def _withdrawal(kinds: tuple[str, ...], *, to_one: bool) -> Update:
    """The statement for these kinds: built once, since every ballot runs one."""
    waiting = or_(_OUTBOX.c.state == "due", _OUTBOX.c.state == "retry")
    fitting = or_(*(_OUTBOX.c.kind == kind for kind in kinds))
    statement = update(_OUTBOX).where(_OUTBOX.c.subject == bindparam("about"), fitting, waiting)
    if to_one:
        statement = statement.where(_OUTBOX.c.recipient == bindparam("whom"))
    return statement.values(state="withdrawn", reason=bindparam("why"), settled_at=bindparam("now"))


def call_for_daily(tx: Connection, people: Sequence[str], daily: Daily, *, now: datetime) -> None:
    """See to it that each of these people gets one letter of a kind that comes once a day at most.

    A letter of an earlier day that has not left gives way: this one tells what it would have. One that may
    have been delivered is left to arrive as itself. A letter of today or later that has not begun to leave
    tells everything, and who has had today's already gets another the next time letters leave.
    """
    if not people:
        return
    subject = {person: subject_of_person(person) for person in people}
    own = (_OUTBOX.c.subject.in_(list(subject.values())), _OUTBOX.c.kind == daily.kind)
    certain = _OUTBOX.c.reason.is_distinct_from("in_doubt")
    unsent = _OUTBOX.c.state.in_(["due", "retry"])
    abandoned = (_OUTBOX.c.state == "claimed") & _abandoned(now)
    gone = {"state": "withdrawn", "reason": "superseded", "settled_at": now, "lease_until": None}
    earlier = _OUTBOX.c.occurrence < daily.day.isoformat()
    tx.execute(update(_OUTBOX).where(*own, earlier, certain, unsent | abandoned).values(gone))
    # Taken hold of: whoever claims it meanwhile has to wait, and then reads what it is to tell.
    later = _OUTBOX.c.occurrence >= daily.day.isoformat()
    held = update(_OUTBOX).where(*own, later, certain, unsent).values(due_at=_OUTBOX.c.due_at)
    served = set(tx.execute(held.returning(_OUTBOX.c.recipient)).scalars())
    had = set(tx.execute(select(_OUTBOX.c.recipient).where(*own, later)).scalars())
    letters = [
        Letter(
            kind=daily.kind,
            subject=subject[person],
            recipient=person,
            occurrence=(local_date(daily.next_at) if person in had else daily.day).isoformat(),
            due=daily.next_at if person in had else None,
        )
        for person in people
        if person not in served
    ]
    enqueue(tx, letters, now=now)


def put_off(tx: Connection, *, kind: str, until: datetime, now: datetime) -> None:
    """Have the due letters of a kind wait: they are not late, they may not leave now."""
    unsent = _OUTBOX.c.state.in_(["due", "retry"])
    late = update(_OUTBOX).where(_WAITING, unsent, _OUTBOX.c.kind == kind, _OUTBOX.c.due_at <= now)
    tx.execute(late.values(due_at=until))


def claim(
    tx: Connection,
    *,
    worker: str,
    limit: int,
    now: datetime,
    lease: timedelta = LEASE,
    passing_over: Sequence[str] = (),
) -> tuple[Claimed, ...]:
    """Up to `limit` letters that are due, or whose worker's lease has run out, now leased to `worker`; oldest
    first, and none of the kinds in `passing_over`. One whose workers keep dying comes alone.

    It counts from the moment this is committed: what happens afterwards, wording included, is an attempt.
    """
    waiting = (
        select(_OUTBOX)
        .where(
            _WAITING,
            (_OUTBOX.c.state.in_(["due", "retry"]) & (_OUTBOX.c.due_at <= now)) | _abandoned(now),
            _OUTBOX.c.kind.not_in(passing_over),
        )
        .order_by(_OUTBOX.c.due_at, _OUTBOX.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = tx.execute(waiting).all()
    told = attempts.told(tx, [row.id for row in found if row.attempts])
    # Of those that may be what kills, the one least likely: whoever is killed by something else moves on.
    rows = [row for row in found if _untold(row, told) < SUSPECT] or (
        [min(found, key=lambda row: _untold(row, told))] if found else []
    )
    if rows:
        leased = {
            "state": "claimed",
            "claimed_by": worker,
            "lease_until": now + lease,
            "attempts": _OUTBOX.c.attempts + 1,
            # Remembered over crashes: a copy sent from now on may be the reader's second.
            "reason": case((_OUTBOX.c.state == "in_doubt", "in_doubt"), else_=_OUTBOX.c.reason),
        }
        tx.execute(update(_OUTBOX).where(_OUTBOX.c.id.in_([row.id for row in rows])).values(leased))
    return tuple(_claimed(row, told.get(row.id)) for row in rows)


def _claimed(row: Any, told: Told | None) -> Claimed:
    return Claimed(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        recipient=row.recipient,
        occurrence=row.occurrence,
        attempts=row.attempts + 1,
        possibly_sent=row.state == "in_doubt" or row.reason == "in_doubt",
        frozen=_frozen(row),
        first_try=None if told is None else told.first,
        tries=1 if told is None else told.tries + 1,
    )


def _untold(row: Any, told: Mapping[str, Told]) -> int:
    """How many claims of a letter, since the last attempt that came to an end, have come to none."""
    return int(row.attempts) - (told[row.id].last if row.id in told else 0)


def _abandoned(now: datetime) -> ColumnElement[bool]:
    """Claimed by a worker that has not been heard from for as long as its lease."""
    return _OUTBOX.c.state.in_(["claimed", "in_doubt"]) & (_OUTBOX.c.lease_until <= now)


def give_up_deadly(tx: Connection, *, now: datetime) -> tuple["Settlement", ...]:
    """End the letters that have cost too many workers their lives, and tell which."""
    deadly = select(_OUTBOX).where(_WAITING, _abandoned(now), _OUTBOX.c.attempts >= DEADLY)
    rows = tx.execute(deadly.with_for_update(skip_locked=True)).all()
    told = attempts.told(tx, [row.id for row in rows])
    ends = []
    for row in (row for row in rows if _untold(row, told) >= DEADLY):
        in_doubt = row.state == "in_doubt" or row.reason == "in_doubt"
        end = Settlement(
            letter=row.id,
            attempt=row.attempts,
            state="dead",
            phase="in_doubt" if in_doubt else attempts.DIED,
            reply=f"the worker died {_untold(row, told)} times",
        )
        settle(tx, [end], worker=row.claimed_by, now=now)
        ends.append(end)
    return tuple(ends)


def held(tx: Connection, letters: Sequence[str], *, worker: str) -> frozenset[str]:
    """Which of these letters are still claimed by `worker`; nobody else takes them before this is over."""
    mine = select(_OUTBOX.c.id).where(
        _OUTBOX.c.id.in_(letters), _OUTBOX.c.claimed_by == worker, _OUTBOX.c.state == "claimed"
    )
    # In one order and no harder than needed: a slow worker that was overtaken may be noting its attempts.
    locked = mine.order_by(_OUTBOX.c.id).with_for_update(key_share=True)
    return frozenset(tx.execute(locked).scalars())


def freeze(tx: Connection, letter: str, frozen: Frozen) -> None:
    """Fix what a claimed letter says."""
    values = {
        "address": frozen.address,
        "payload": frozen.payload,
        "template_digest": frozen.template_digest,
        "message_id": frozen.message_id,
        "dated": frozen.dated,
        "link": frozen.link,
    }
    tx.execute(update(_OUTBOX).where(_OUTBOX.c.id == letter).values(values))


def mark_in_doubt(tx: Connection, letters: Sequence[str], *, worker: str, until: datetime) -> tuple[str, ...]:
    """Say, just before DATA, that from here on a letter may have been delivered. Returns those still leased
    to `worker`, now until a new instant: nobody else begins on them while they are handed over.
    """
    mine = (
        update(_OUTBOX)
        .where(_OUTBOX.c.id.in_(letters), _OUTBOX.c.claimed_by == worker, _OUTBOX.c.state == "claimed")
        .values(state="in_doubt", lease_until=until)
        .returning(_OUTBOX.c.id)
    )
    return tuple(tx.execute(mine).scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How one attempt ended: the letter's new state, when to try again, and the server's own words."""

    letter: str
    attempt: int
    state: str
    phase: str
    reply: str
    retry_at: datetime | None = None


def settle(tx: Connection, settlements: Sequence[Settlement], *, worker: str, now: datetime) -> None:
    """Write down how attempts ended. A worker that lost its lease meanwhile changes nothing but the attempt
    log.
    """
    for done in sorted(settlements, key=lambda one: one.letter):
        final = done.state in {"sent", "bounced", "dead", "withdrawn"}
        # A letter that may once have been delivered goes on saying so: its next copy is counted as a possible
        # duplicate, also when the attempts between came nowhere.
        doubted = case((_OUTBOX.c.reason == "in_doubt", "in_doubt"), else_=done.phase)
        reason = None if done.state == "sent" else done.reply[:500] if final else doubted
        values: dict[str, Any] = {
            "state": done.state,
            "settled_at": now if final else None,
            "reason": reason,
            "lease_until": None,
        }
        if done.retry_at is not None:
            values["due_at"] = done.retry_at
        mine = (_OUTBOX.c.id == done.letter) & (_OUTBOX.c.claimed_by == worker)
        tx.execute(update(_OUTBOX).where(mine, _OUTBOX.c.state.in_(["claimed", "in_doubt"])).values(values))
        attempts.note(
            tx, letter=done.letter, number=done.attempt, phase=done.phase, reply=done.reply, now=now
        )


def count_recent(tx: Connection, *, subject: str, recipient: str, kind: str, since: datetime) -> int:
    """How many letters of a kind somebody has been sent about a subject since an instant."""
    same = (_OUTBOX.c.subject == subject) & (_OUTBOX.c.recipient == recipient) & (_OUTBOX.c.kind == kind)
    return int(
        tx.execute(
            select(func.count()).select_from(_OUTBOX).where(same, _OUTBOX.c.created_at > since)
        ).scalar_one()
    )


def has_left(tx: Connection, letter: Claimed) -> bool:
    """Whether another letter of its kind about its subject has been sent to its reader, or may have been."""
    same = (_OUTBOX.c.subject == letter.subject) & (_OUTBOX.c.recipient == letter.recipient)
    other = same & (_OUTBOX.c.kind == letter.kind) & (_OUTBOX.c.id != letter.id)
    found = select(_OUTBOX.c.id).where(other, _OUTBOX.c.state.in_(["in_doubt", "sent"])).limit(1)
    return tx.execute(found).first() is not None


def forget(tx: Connection, person: str, *, words: Sequence[str]) -> None:
    """Take away what an erased person's letters say and where they went; that they were sent stays.

    `words` are the name and the address: letters to others that have left and tell them lose what they say.
    """
    gone = {"address": None, "payload": None}
    tx.execute(update(_OUTBOX).where(_OUTBOX.c.recipient == person).values(gone))
    told = {form for word in words for form in (word, json.dumps(word)[1:-1])}
    settled = select(_OUTBOX.c.id, _OUTBOX.c.payload).where(
        _OUTBOX.c.payload.is_not(None), _OUTBOX.c.settled_at.is_not(None)
    )
    naming = [row.id for row in tx.execute(settled) if any(form in row.payload for form in told)]
    tx.execute(update(_OUTBOX).where(_OUTBOX.c.id.in_(naming)).values(payload=None))
    waiting = _OUTBOX.c.state.in_(["due", "retry", "claimed", "in_doubt"])
    withdrawn = {"state": "withdrawn", "reason": "erased", "lease_until": None}
    tx.execute(update(_OUTBOX).where(_OUTBOX.c.recipient == person, waiting).values(withdrawn))


def next_due(tx: Connection, *, after: datetime | None = None) -> datetime | None:
    """When the next waiting letter is due (the next after an instant, if asked), or None when none is."""
    waiting = select(func.min(_OUTBOX.c.due_at)).where(_WAITING, _OUTBOX.c.state.in_(["due", "retry"]))
    if after is not None:
        waiting = waiting.where(_OUTBOX.c.due_at > after)
    found: datetime | None = tx.execute(waiting).scalar_one()
    return found


def kind_of(tx: Connection, message_id: str) -> str | None:
    """The kind of the letter that left under an identity (with or without its angle brackets), or None."""
    named = select(_OUTBOX.c.kind).where(_OUTBOX.c.message_id == message_id.strip("<>"))
    return tx.execute(named).scalar_one_or_none()


def failing(tx: Connection, *, tries: int) -> tuple[Posted, ...]:
    """The letters that have come back at least so many times and are still to leave, oldest first."""
    untried = _OUTBOX.c.reason.in_(attempts.UNTRIED)
    came_back = (_OUTBOX.c.state == "retry") & (_OUTBOX.c.attempts >= tries) & ~func.coalesce(untried, False)
    out_again = _OUTBOX.c.state.in_(["claimed", "in_doubt"]) & (_OUTBOX.c.attempts > tries)
    return _posted(tx, _POSTED.where(came_back | out_again))


def lost(tx: Connection, *, since: datetime) -> tuple[Posted, ...]:
    """The letters that were given up, or refused for good, after an instant."""
    ended = _OUTBOX.c.state.in_(LOST) & (_OUTBOX.c.settled_at > since)
    return _posted(tx, _POSTED.where(ended))


def unworded(tx: Connection, *, before: datetime) -> tuple[Posted, ...]:
    """The letters that could not be worded, and were given up before an instant."""
    ours = (_OUTBOX.c.state == "dead") & attempts.LAST_PHASE.in_(attempts.UNWORDED)
    return _posted(tx, _POSTED.where(ours, _OUTBOX.c.settled_at <= before))


def lost_letter(tx: Connection, letter: str) -> Claimed | None:
    """A letter that was given up or refused, taken hold of; None for any other."""
    row = tx.execute(
        select(_OUTBOX).where(_OUTBOX.c.id == letter, _OUTBOX.c.state.in_(LOST)).with_for_update()
    ).one_or_none()
    return None if row is None else _claimed(row, None)


def put_back(tx: Connection, letter: Claimed, *, anew: bool, now: datetime) -> None:
    """Have a lost letter leave after all: as the very same, or worded anew where nobody has read it."""
    values: dict[str, Any] = {
        "state": "due",
        "due_at": now,
        "settled_at": None,
        "attempts": letter.attempts,
        "reason": "in_doubt" if attempts.was_in_doubt(tx, letter.id) else None,
    }
    if anew:
        values |= {"payload": None, "address": None, "template_digest": None, "dated": None}
    tx.execute(update(_OUTBOX).where(_OUTBOX.c.id == letter.id).values(values))
    attempts.note(tx, letter=letter.id, number=letter.attempts, phase=attempts.AGAIN, reply="", now=now)


def last_sent(tx: Connection, *, kind: str) -> datetime | None:
    """When a letter of a kind last left, or None."""
    sent = select(func.max(_OUTBOX.c.settled_at)).where(_OUTBOX.c.kind == kind, _OUTBOX.c.state == "sent")
    found: datetime | None = tx.execute(sent).scalar_one()
    return found


def last_occurrence(tx: Connection, *, kind: str, recipient: str) -> str | None:
    """The greatest occurrence of a kind of letter to somebody, whatever became of it; None without any."""
    same = (_OUTBOX.c.kind == kind) & (_OUTBOX.c.recipient == recipient)
    found: str | None = tx.execute(select(func.max(_OUTBOX.c.occurrence)).where(same)).scalar_one()
    return found


def counts(tx: Connection) -> Mapping[str, int]:
    """How many letters stand in each state."""
    by_state = select(_OUTBOX.c.state, func.count()).group_by(_OUTBOX.c.state)
    return {state: number for state, number in tx.execute(by_state)}  # noqa: C416 - Row is no plain tuple


def by_id(tx: Connection, letter: str) -> Posted | None:
    """One letter, or None."""
    return next(iter(_posted(tx, _POSTED.where(_OUTBOX.c.id == letter))), None)


def list_letters(
    tx: Connection, *, subject: str | None = None, state: str | None = None, recipient: str | None = None
) -> tuple[Posted, ...]:
    """Letters, oldest first, of one subject, in one state or to one person if asked."""
    wanted = _POSTED
    if recipient is not None:
        wanted = wanted.where(_OUTBOX.c.recipient == recipient)
    if subject is not None:
        wanted = wanted.where(_OUTBOX.c.subject == subject)
    if state is not None:
        wanted = wanted.where(_OUTBOX.c.state == state)
    return _posted(tx, wanted)


def _posted(tx: Connection, wanted: Select[Any]) -> tuple[Posted, ...]:
    return tuple(
        Posted(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            recipient=row.recipient,
            recipient_name=row.name or "",
            state=row.state,
            due_at=row.due_at,
            attempts=row.attempts,
            settled_at=row.settled_at,
            reason=row.reason,
            created_at=row.created_at,
            phase=row.phase,
        )
        for row in tx.execute(wanted.order_by(_OUTBOX.c.created_at, _OUTBOX.c.id))
    )


def _frozen(row: Any) -> Frozen | None:
    if row.payload is None:
        return None
    return Frozen(
        address=row.address,
        payload=row.payload,
        template_digest=row.template_digest,
        message_id=row.message_id,
        dated=row.dated,
        link=row.link,
    )
