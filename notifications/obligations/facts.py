"""What do letters about deadlines say? A day's reminders by urgency; an alert to a project's owner; the way
in to one's own deadlines.
"""

from datetime import date, datetime
from typing import Any

from engine.core.files.shape import text_in
from engine.core.obligations.owed import Key
from engine.core.programme.calendar import local_date, working_days_after
from engine.core.programme.ladder import Ladder
from engine.core.record.letters import day_of, read_alert
from engine.queries.obligations.show_obligations import REPORTING, ObligationView, show_mine, show_obligations
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.queries.programme.in_force import programme_in_force
from engine.store import obligations, people, programmes
from engine.store.obligations import Reminder, Stored
from engine.store.outbox import Claimed
from engine.store.session import Connection
from notifications.facts import Facts, instant


def reminder_facts(tx: Connection, letter: Claimed) -> Facts:
    """Everything a letter of reminders says, as of the day it was called for: however often it is tried, it
    is the same letter.

    It has: thread, body (the programme), contact {name, email}, on, deadlines: {id, kind, about, project,
    owner, responsible, due_on, due_time, late, left, if_nothing, report (whose page settles it: key/period),
    to_office, stands_in, reminded: {on, name}}.
    """
    programme = programme_in_force(tx)
    on = day_of(letter.occurrence)
    told = _newest(
        obligations.waiting(tx, person=letter.recipient, letter=letter.id, possibly_sent=letter.possibly_sent)
    )
    views = show_obligations(tx, [stored for stored, _ in told], on=on, forms=True)
    policy = programme.calendar.policy()
    return _from_the_office(tx, on, thread=letter.subject) | {
        "on": on.isoformat(),
        "deadlines": [
            _item(view)
            | {
                "left": working_days_after(on, view.due_on, policy),
                "to_office": _is_for_office(programme.ladder(stored.obligation.ladder), reminder.rung),
                "reminded": [
                    {"on": said.isoformat(), "name": name} for said, name in view.reminded if said < on
                ],
            }
            for view, (stored, reminder) in zip(views, told, strict=True)
        ],
    }


def _is_for_office(ladder: Ladder, days: int) -> bool:
    return any(rung.days == days and rung.to == "programkontor" for rung in ladder)


def alert_facts(tx: Connection, letter: Claimed) -> Facts:
    """What an alert says of the one thing that is late, as of the day programkontoret asked for it.

    It has: thread, body, contact, on, deadline (as in a letter of reminders, with `responsible_address`).
    """
    on, *key = read_alert(letter.occurrence)
    stored = obligations.by_key(tx, Key(*key))
    if stored is None:
        raise KeyError(letter.occurrence)
    day = date.fromisoformat(on)
    (view,) = show_obligations(tx, [stored], on=day)
    policy = programme_in_force(tx).calendar.policy()
    return _from_the_office(tx, day, thread=f"obligation:{stored.id}") | {
        "on": on,
        "deadline": _item(view)
        | {
            "left": working_days_after(day, view.due_on, policy),
            "responsible_address": view.responsible_address,
            "reminded": [{"on": said.isoformat(), "name": name} for said, name in view.reminded],
        },
    }


def way_in_facts(tx: Connection, letter: Claimed, *, now: datetime) -> Facts:
    """What the letter says that carries a new link to somebody's deadlines: thread, body, contact, number."""
    today = local_date(now)
    owed = show_mine(tx, letter.recipient, now=now)
    return _from_the_office(tx, today, thread=letter.subject) | {"number": len(owed)}


def sign_in_facts(tx: Connection, letter: Claimed, *, now: datetime) -> Facts:
    """What the letter says that lets somebody in to the portal: thread (its own), body, contact, asked_at."""
    about = _from_the_office(tx, local_date(now), thread=f"{letter.subject}:{letter.occurrence}")
    return about | {"asked_at": instant(now)}


def _from_the_office(tx: Connection, on: date, *, thread: str) -> Facts:
    office = people.office_holder(tx, PROGRAMME_OFFICE, on=on)
    programme = programmes.current(tx)
    return {
        "thread": thread,
        # The first who signs in does so before there is a programme.
        "body": "Faseport" if programme is None else text_in(programme.title),
        "contact": {
            "name": "Programkontoret" if office is None else office.name or "",
            "email": "" if office is None else office.email or "",
        },
    }


def _newest(told: tuple[tuple[Stored, Reminder], ...]) -> list[tuple[Stored, Reminder]]:
    """Each obligation once: when an earlier letter has not left, its rung is said by the one that follows."""
    newest = {stored.id: (stored, reminder) for stored, reminder in told}
    return list(newest.values())


def _item(view: ObligationView) -> dict[str, Any]:
    return {
        "id": view.id,
        "kind": view.kind,
        "about": dict(view.about),
        "project": view.project_title,
        "owner": view.owner,
        "responsible": view.responsible,
        "due_on": view.due_on.isoformat(),
        "due_time": "" if view.due_time is None else f"{view.due_time:%H.%M}",
        "late": view.late,
        "if_nothing": view.if_nothing,
        "report": view.path.removeprefix(REPORTING) if view.path.startswith(REPORTING) else "",
        "stands_in": view.stands_in,
    }
