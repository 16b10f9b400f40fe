"""How does a test get a programme that asks for things by a day? The house of `meeting_builders`, with the
duties, calendar and ladders of this file added to its programme.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from engine.core.obligations.owed import Key
from engine.core.programme.calendar import local_date
from engine.store import obligations
from engine.store.obligations import Reminder, Stored
from engine.store.session import Database
from engine.use_cases.cases.close_overdue import close_overdue
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.obligations.remind import remind
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.programme.register_definition import register_definition
from tests import meeting_builders as group
from tests.builders import ASKER, LEADER

DUTIES: Final = """
periods:
  - {id: 2024-T3, from: 2024-09-01, to: 2024-12-31, report_due: 2025-01-15}
  - {id: 2025-T1, from: 2025-01-01, to: 2025-04-30, report_due: 2025-05-15}
  - {id: 2025-T2, from: 2025-05-01, to: 2025-08-31, report_due: 2025-09-12}
calendar:
  free: ["12-24", "12-31"]
  quiet: [{from: "07-01", to: "07-31"}]
  hours: {send_at: "08:00", until: "17:00"}
ladders:
  - id: vanlig
    steps: [{days: -10, to: ansvarlig}, {days: -3, to: ansvarlig}, {days: 0, to: ansvarlig},
            {days: 2, to: programkontor}]
  - id: svar
    steps: [{days: -2, to: ansvarlig}, {days: 0, to: ansvarlig}]
chase: {svar: svar, forutsetning: vanlig}
duties:
  - {id: statusrapport, title: Statusrapport, each: prosjekt, owner: prosjektleder, ladder: vanlig,
     rhythm: {per: periode}, settled_by: statusrapport, if_nothing: Da mangler tallene.}
  - {id: ros, title: Risikoanalyse, owner: programkontor, rhythm: {per: periode, days: 10},
     if_nothing: Da er risikoene gamle.}
  - {id: manedsmote, title: Månedsmøte, owner: boa, ladder: svar, rhythm: {per: maned, day: 20},
     if_nothing: Da er ingen hørt.}
"""


def programme_text(**how: Any) -> str:
    """The programme file, with duties."""
    return group.programme_text(**how) + DUTIES


def a_house(db: Database, *, text: str = "", workflow: str = group.WORKFLOW) -> None:
    """The programme in force with its duties, the workflow and the people."""
    load_programme(db, text=text or programme_text(), now=group.SET_UP)
    register_definition(db, text=workflow, now=group.SET_UP)
    for name, address in (("Utredningsleder", ASKER), ("Prosjektleder", LEADER)):
        register_person(db, name=name, email=address, now=group.SET_UP)


def beat(db: Database, *, now: datetime) -> None:
    """One heartbeat: close, plan, remind and let the letters leave."""
    close_overdue(db, now=now)
    plan_obligations(db, now=now)
    remind(db, now=now)
    group.post(db, now=now)


def beats(db: Database, *, since: datetime, until: datetime, step: timedelta = timedelta(hours=3)) -> None:
    """A heartbeat every third hour, or as often as told."""
    while since <= until:
        beat(db, now=since)
        since += step


def said(db: Database) -> Iterator[tuple[Stored, Reminder]]:
    """Everything that has been said, with what it is about."""
    with db.reading() as tx:
        for one in obligations.list_obligations(tx, status=None):
            for reminder in obligations.reminders_of(tx, one.id):
                yield one, reminder


def told(db: Database) -> dict[tuple[str, str], dict[Key, int]]:
    """What each letter told: by day and person, the newest rung of each obligation."""
    letters: dict[tuple[str, str], dict[Key, int]] = {}
    for stored, one in said(db):
        assert one.letter is not None
        letter = letters.setdefault((local_date(one.at).isoformat(), one.person), {})
        key = stored.obligation.key
        letter[key] = max(one.rung, letter.get(key, one.rung))
    return letters
