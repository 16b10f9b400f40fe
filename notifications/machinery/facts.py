"""What does the letter about the machinery say? Everything that has not been told, or still is so."""

from datetime import datetime
from typing import Any

from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.queries.machinery.show_faults import show_faults
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.queries.programme.in_force import programme_in_force
from engine.store import people
from engine.store.outbox import Claimed, Posted
from engine.store.session import Connection
from engine.use_cases.machinery.watch_machinery import trouble
from notifications.facts import Facts


def trouble_facts(tx: Connection, letter: Claimed, *, now: datetime) -> Facts:
    """As of now, however often it has been tried.

    It has: thread, body (the programme), contact {name, email}, outages: {what, since, until (empty: still)},
    failing and lost: {kind, to, reason, tries}, faults: {sweep, item, kind, since}.
    """
    found = trouble(tx, now=now)
    office = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(now))
    return {
        "thread": letter.subject,
        "body": text_in(programme_in_force(tx).title),
        "contact": {
            "name": "Programkontoret" if office is None else office.name or "",
            "email": "" if office is None else office.email or "",
        },
        "outages": [
            {
                "what": one.what,
                "since": one.since.isoformat(),
                "until": "" if one.until is None else one.until.isoformat(),
            }
            for one in found.outages
        ],
        "failing": [_letter(one) for one in found.failing],
        "lost": [_letter(one) for one in found.lost],
        "faults": [
            {"sweep": one.sweep, "item": one.item, "kind": one.kind, "since": one.since.isoformat()}
            for one in show_faults(tx, found.faults)
        ],
    }


def _letter(one: Posted) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "to": one.recipient_name,
        "reason": one.reason or one.state,
        "tries": one.attempts,
    }
