"""What has gone wrong with the machinery that programkontoret should know of, and have they been told?

Whoever runs the server sees a stopped part within minutes in `/healthz`. Programkontoret is told once a day
at most, in a letter of its own, of what has lasted: a part or the mail that stood still for hours, and
letters that did not arrive. While no letter can leave, what happened is kept, and told when one can.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from engine.core.programme.calendar import in_office_hours, local_date
from engine.core.programme.ladder import next_slot
from engine.core.record.letters import TROUBLE, Letter, Recall, subject_of_person
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.store import faults, outbox, people, programmes, settings
from engine.store.faults import Fault
from engine.store.outbox import Posted
from engine.store.session import Connection
from engine.use_cases.machinery.inspect_machinery import LIMITS, TRIES, UNREACHED, last_heard, lies_ahead

LASTED: Final = timedelta(hours=2)
"""What is over sooner is the operator's matter alone."""
RECENT: Final = timedelta(days=14)
"""Letters that were lost longer ago are told of no more."""
QUEUE: Final = "queue"
"""The name of an outage in which letters could not leave."""

_KEPT: Final = "outages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A part of the machinery, or `queue`, stood still since an instant; until another, or it still does."""

    what: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What there is to tell: outages, letters that keep failing, letters that did not arrive, and what the
    clock could not do, which is told once.
    """

    outages: tuple[Outage, ...] = ()
    failing: tuple[Posted, ...] = ()
    lost: tuple[Posted, ...] = ()
    faults: tuple[Fault, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.outages or self.failing or self.lost or self.faults)


def trouble(tx: Connection, *, now: datetime) -> Trouble:
    """What programkontoret has not been told yet, or what still is so."""
    told = _last_told(tx, now)
    since = now - RECENT if told is None else max(told, now - RECENT)
    return Trouble(
        outages=tuple(one for one in _kept(tx) if one.until is None or told is None or one.until > told),
        failing=outbox.failing(tx, tries=TRIES),
        lost=tuple(one for one in outbox.lost(tx, since=since) if one.kind != TROUBLE),
        faults=tuple(
            one for one in faults.list_faults(tx) if one.told_at is None or told is None or one.told_at > told
        ),
    )


def _last_told(tx: Connection, now: datetime) -> datetime | None:
    # Sent in what is now the future: what has happened since cannot be told from what was told then.
    told = outbox.last_sent(tx, kind=TROUBLE)
    return None if told is None or lies_ahead(told, now) else told


def watch_machinery(tx: Connection, *, now: datetime) -> None:
    """Keep what stands still and what has begun to move again, and call for today's letter when there is
    anything to tell. To be asked before the caller's own beat is noted.
    """
    before = _kept(tx)
    after = _followed(tx, before, now)
    if after != before:
        _keep(tx, after)
    found = trouble(tx, now=now)
    programme = programmes.current(tx)
    office = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(now)) if found else None
    if programme is None or office is None or not office.email:
        return
    policy = programme.calendar.policy()
    due = now if in_office_hours(now, policy) else next_slot(now, policy)
    day = local_date(due).isoformat()
    subject = subject_of_person(office.id)
    untold = [one for one in found.faults if one.told_at is None]
    if (outbox.last_occurrence(tx, kind=TROUBLE, recipient=office.id) or "") >= day:
        if any(one.kind == TROUBLE for one in _waiting_for(tx, subject)):
            # It is worded when it leaves, and tells these too.
            faults.tell(tx, untold, now=now)
        return
    # One of an earlier day that has not left gives way: this one tells it all.
    gone = Recall(subject=subject, kinds=(TROUBLE,), reason="superseded", recipient=office.id)
    outbox.withdraw(tx, [gone], now=now)
    letter = Letter(kind=TROUBLE, subject=subject, recipient=office.id, occurrence=day, due=due)
    outbox.enqueue(tx, [letter], now=now)
    faults.tell(tx, untold, now=now)


def _waiting_for(tx: Connection, subject: str) -> Iterator[Posted]:
    for state in ("due", "retry"):
        yield from outbox.list_letters(tx, subject=subject, state=state)


def _followed(tx: Connection, before: Sequence[Outage], now: datetime) -> tuple[Outage, ...]:
    """The outages, with those that have ended, and new ones; without those that have been told to their
    end.
    """
    still = {one.what: one for one in _standing_still(tx, now)}
    told = _last_told(tx, now)
    after = [
        replace(one, until=now) if one.until is None and one.what not in still else one
        for one in before
        if one.until is None or told is None or one.until > told
    ]
    known = {one.what for one in after if one.until is None}
    began = [one for one in still.values() if one.what not in known]
    return tuple(after + began)


def _standing_still(tx: Connection, now: datetime) -> Iterator[Outage]:
    heard = {part: last_heard(tx, part, now=now) for part in LIMITS}
    silent = {part: last for part, last in heard.items() if last is not None and now - last > LASTED}
    if "housekeeping" in silent:
        # Whoever asks is the housekeeping, at work again. Was it gone, so was the whole worker, whose other
        # parts may not have had their turn yet.
        yield Outage(what="housekeeping", since=silent["housekeeping"], until=now)
        return
    yield from (Outage(what=part, since=last) for part, last in silent.items())
    due = outbox.next_due(tx)
    failing = [one.created_at for one in outbox.failing(tx, tries=TRIES) if one.reason in UNREACHED]
    waiting = min([*failing, *([due] if due is not None else [])], default=now)
    if now - waiting > LASTED:
        yield Outage(what=QUEUE, since=waiting)


def _kept(tx: Connection) -> tuple[Outage, ...]:
    return tuple(
        Outage(
            what=str(one["what"]),
            since=datetime.fromisoformat(one["since"]),
            until=None if one["until"] is None else datetime.fromisoformat(one["until"]),
        )
        for one in json.loads(settings.get(tx, _KEPT) or "[]")
    )


def _keep(tx: Connection, outages: Sequence[Outage]) -> None:
    told = [
        {
            "what": one.what,
            "since": one.since.isoformat(),
            "until": None if one.until is None else one.until.isoformat(),
        }
        for one in outages
    ]
    settings.put(tx, _KEPT, json.dumps(told))
