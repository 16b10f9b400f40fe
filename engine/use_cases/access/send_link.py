"""Somebody who may come in asks for the letter with their link once more."""

from datetime import datetime, timedelta
from typing import Final

from engine.core.record.letters import AGENDA, CASE, WAY_IN, Letter
from engine.core.refusal import Reason, Refused
from engine.queries.letters.subject import Subject, subject_named
from engine.store import outbox, people
from engine.store.session import Connection, Database, new_id

MOST: Final = 3
"""This many new letters in an hour; then the asker is told to wait, or to call."""
WITHIN: Final = timedelta(hours=1)


def send_link(db: Database, *, person: str, subject: str, now: datetime) -> Refused | None:
    """Put the letter with a person's link to a case, a meeting or their deadlines in the outbox anew.

    None means that it is on its way, to the registered address and to no other; a living link is carried
    again. Refused for what is closed or not theirs, and after three in an hour.
    """
    with db.writing() as tx:
        found = subject_named(tx, subject, person, now=now)
        if found is None:
            return Refused(reasons=(Reason(code="link_unknown", data={}),))
        if found.meeting is None and found.case is not None and found.case.meeting is not None:
            # A case that is handled in a meeting is entered through the meeting's one link.
            subject = f"meeting:{found.case.meeting}"
            found = subject_named(tx, subject, person, now=now) or found
        return post_link(tx, found, name=subject, person=person, now=now)


def post_link(tx: Connection, subject: Subject, *, name: str, person: str, now: datetime) -> Refused | None:
    """The same in the caller's transaction, for what has been found already under its `name`."""
    if not subject.is_open:
        return Refused(reasons=(Reason(code="link_closed", data={}),))
    holder = people.by_id(tx, person)
    if holder is None or not holder.email or not subject.takes(holder.id):
        return Refused(reasons=(Reason(code="link_unknown", data={}),))
    kind = WAY_IN if subject.debtor is not None else CASE if subject.meeting is None else AGENDA
    recent = outbox.count_recent(tx, subject=name, recipient=person, kind=kind, since=now - WITHIN)
    if recent >= MOST:
        return Refused(reasons=(Reason(code="too_many_links", data={"hours": 1}),))
    again = Letter(kind=kind, subject=name, recipient=person, occurrence=f"link-{new_id()}")
    outbox.enqueue(tx, [again], now=now)
    return None
