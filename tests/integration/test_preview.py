"""Is what the preview foretells exactly what is then sent, and does looking change nothing?"""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from engine.core.programme.calendar import local_date
from engine.queries.obligations.preview_reminders import Preview, preview_reminders
from engine.store import people
from engine.store.session import Database
from engine.use_cases.cases.close_overdue import close_overdue
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.obligations.remind import remind
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from engine.use_cases.projects.change_facts import change_facts
from tests import duty_builders as duty
from tests import meeting_builders as group
from tests.builders import LEADER, OFFICE
from tests.meeting_builders import at

DAY = timedelta(days=1)


@pytest.fixture
def house(db: Database) -> Database:
    duty.a_house(db)
    group.projects(db, "p1", "p2")
    return db


def foretold(db: Database, since: date, until: date, *, now: Any) -> Preview:
    with db.reading() as tx:
        return preview_reminders(tx, since=since, until=until, now=now)


def letters(found: Preview) -> dict[tuple[str, str], dict[Any, int]]:
    return {
        (one.on.isoformat(), one.person): {said.key: said.days for said in one.said} for one in found.digests
    }


def everything(db: Database) -> dict[str, list[Any]]:
    """Every row of the tables that reminders touch."""
    names = ("obligation", "reminder", "outbox", "heartbeat", "ledger_chain", "ledger_leaf")
    with db.reading() as tx:
        return {name: sorted(map(repr, tx.execute(text(f"SELECT * FROM {name}")))) for name in names}


def eventful(db: Database) -> None:
    """Before the month: somebody will be away, a seat changes hands in it, a project waits, a case is open
    in writing, and nobody has planned since.
    """
    group.ask(db, "p1", now=at(4, 25, 10), handling="skriftlig")
    now = at(4, 25, 12)
    register_person(db, name="Ny leder boa", email="ny-boa@example.org", now=now)
    assign_seat(
        db, body=group.BODY, seat="boa", who="ny-boa@example.org", valid_from=date(2025, 5, 19), now=now
    )
    register_absence(
        db,
        who=LEADER,
        away_from=date(2025, 5, 9),
        away_to=date(2025, 5, 12),
        stand_in="hjemme@example.org",
        now=now,
    )
    waits = {"waiting": {"reason": "Avklares", "look_again_on": "2025-05-28"}}
    change_facts(db, key="p2", changes=waits, by=OFFICE, effective=date(2025, 4, 25), now=now)


def test_a_months_preview_is_what_the_heartbeat_then_sends(house: Database) -> None:
    duty.beats(house, since=at(1, 2, 10), until=at(4, 24, 10), step=DAY)
    eventful(house)
    first, last = date(2025, 5, 1), date(2025, 5, 31)
    found = foretold(house, first, last, now=at(4, 25, 13))
    duty.beats(house, since=at(4, 25, 13), until=at(5, 31, 23))
    sent = {key: said for key, said in duty.told(house).items() if key[0] >= first.isoformat()}
    assert letters(found) == sent
    assert len(sent) >= 8
    assert found.nobody == ()


def test_what_an_outage_has_left_unsaid_is_foretold_for_the_next_office_hours(house: Database) -> None:
    now = at(5, 17, 11)  # a Saturday, and a holiday
    found = foretold(house, date(2025, 5, 17), date(2025, 6, 20), now=now)
    duty.beats(house, since=now, until=at(6, 20, 20))
    assert letters(found) == duty.told(house)
    assert min(key[0] for key in duty.told(house)) == "2025-05-19"


def test_the_letters_that_wait_in_the_outbox_are_foretold_too(house: Database) -> None:
    duty.beats(house, since=at(1, 2, 10), until=at(5, 5, 7), step=DAY)
    now = at(5, 12, 8, 1)
    close_overdue(house, now=now)
    plan_obligations(house, now=now)
    remind(house, now=now)
    found = foretold(house, date(2025, 5, 12), date(2025, 5, 12), now=at(5, 12, 8, 2))
    group.post(house, now=at(5, 12, 8, 2))
    sent = {key: said for key, said in duty.told(house).items() if key[0] == "2025-05-12"}
    assert letters(found) == sent != {}


def test_looking_ahead_writes_nothing(house: Database) -> None:
    before = everything(house)
    assert foretold(house, date(2025, 1, 1), date(2025, 12, 31), now=at(1, 2, 10)).digests
    assert everything(house) == before


def test_each_person_has_one_letter_a_day_and_each_line_says_why(house: Database) -> None:
    eventful(house)
    found = foretold(house, date(2025, 4, 25), date(2025, 12, 31), now=at(4, 25, 13))
    days = [(one.on, one.person) for one in found.digests]
    assert len(days) == len(set(days))
    with house.reading() as tx:
        leader, stand_in = people.by_email(tx, LEADER), people.by_email(tx, "hjemme@example.org")
    assert leader is not None
    assert stand_in is not None
    away = [one for one in found.digests if date(2025, 5, 9) <= one.on <= date(2025, 5, 12)]
    (instead,) = [one for one in away if one.person == stand_in.id]
    assert {said.stands_in_for for said in instead.said} == {leader.id}
    assert leader.id not in {one.person for one in away}
    late = [said for one in found.digests for said in one.said if said.days == 2]
    assert late
    assert all(said.to_office for said in late)


def test_a_case_that_its_deadline_closes_is_named_and_not_reminded_of_afterwards(db: Database) -> None:
    text = duty.programme_text(rule="flertall", quorum=3).replace(
        "chase: {svar: svar", "chase: {svar: vanlig"
    )
    duty.a_house(db, text=text)
    group.projects(db, "p1")
    asked = group.ask(db, "p1", now=at(4, 25, 10), handling="skriftlig")
    group.votes(db, asked.case, *tuple(group.SUPERIORS)[:3], now=at(4, 28, 10))
    found = foretold(db, date(2025, 4, 25), date(2025, 12, 31), now=at(4, 28, 13))
    said = [(one.on, each.days) for one in found.digests for each in one.said if each.key.kind == "svar"]
    assert found.closing == (asked.number,)
    duty.beats(db, since=at(4, 28, 13), until=at(5, 31, 13))
    sent = [local_date(one.at) for stored, one in duty.said(db) if stored.obligation.key.kind == "svar"]
    assert sorted(on for on, _ in said) == sorted(sent) != []
    # Two working days after the deadline programkontoret would be told, were the case not closed.
    assert {days for _, days in said} <= {-3, 0}


def test_a_reminder_that_would_find_nobody_is_named(house: Database) -> None:
    with house.writing() as tx:
        tx.execute(text("UPDATE person SET email = NULL"))
    found = foretold(house, date(2025, 5, 1), date(2025, 5, 31), now=at(4, 25, 13))
    assert found.digests == ()
    assert {said.key.kind for _, said in found.nobody} >= {"duty:statusrapport", "duty:ros"}
