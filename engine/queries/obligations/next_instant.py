"""When is there next something for the heartbeat to do, if nobody does anything meanwhile?"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from engine.core.programme.calendar import in_office_hours, local_date, oslo
from engine.core.programme.ladder import next_slot
from engine.core.programme.model import Programme
from engine.queries.cases.written import closes_by_itself
from engine.store import meetings, obligations, outbox, programmes
from engine.store.session import Connection

_WAITING = frozenset({"planned", "moved"})


def next_instant(tx: Connection, *, now: datetime) -> datetime:
    """The first instant after `now` at which a heartbeat can find anything: a meeting's papers close, a
    written case's time is up, a ladder or a letter is due, or a month begins, when a year ahead is worked
    out anew.
    """
    programme = programmes.current(tx)
    found = [*_looks(tx, programme, now)]
    return min(at for at in found if at > now)


def _looks(tx: Connection, programme: Programme | None, now: datetime) -> Iterator[datetime]:
    first = local_date(now).replace(day=1)
    yield oslo((first + timedelta(days=31)).replace(day=1), time())
    yield from (one.papers_by for one in meetings.list_meetings(tx) if one.status in _WAITING)
    yield from (one.answer_by for one in closes_by_itself(tx))
    letter = outbox.next_due(tx, after=now)
    if letter is not None:
        yield letter
    ladder = obligations.next_at(tx, after=now)
    if ladder is not None:
        yield ladder
    if programme is not None and obligations.look(tx, now=now).due:
        # Something was due outside office hours, and waits for them.
        policy = programme.calendar.policy()
        if not in_office_hours(now, policy):
            yield next_slot(now, policy)
