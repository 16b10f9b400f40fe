"""Does a project that waits say why and until when, and come back when somebody has looked at it?"""

from datetime import date, time

import pytest

from demo import scene
from engine.core.programme.calendar import oslo
from engine.queries.cases.show_case import show_case
from engine.store import cases, projects
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.cases.cast_ballot import cast_ballot
from engine.use_cases.cases.conclude_case import Concluded, conclude_case
from engine.use_cases.cases.request_transition import NotReady, Opened, request_transition
from engine.use_cases.projects.change_facts import change_facts
from language.sentences import sentence

KEY = scene.PROJECT
NOW = oslo(date(2025, 1, 24), time(10))


@pytest.fixture
def office(db: Database) -> Database:
    scene.prepare(db)
    scene.fill_what_is_missing(db, now=NOW)
    return db


def change(db: Database, **facts: object) -> None:
    change_facts(db, key=KEY, changes=facts, by=scene.OFFICE, effective=NOW.date(), now=NOW)


def ask(db: Database) -> object:
    return request_transition(db, key=KEY, proposal=scene.PROPOSAL, by=scene.STUDY_LEADER, now=NOW)


@pytest.mark.requirement("001-45")
def test_a_waiting_project_asks_for_nothing_and_says_why_and_until_when(office: Database) -> None:
    change(office, waiting={"reason": "Avklaring av eierskap", "look_again_on": "2025-03-03"})
    refused = ask(office)
    assert isinstance(refused, NotReady)
    assert [sentence(reason) for reason in refused.reasons] == [
        "Prosjektet avventer: Avklaring av eierskap. Det skal ses på igjen mandag 3. mars 2025."
    ]
    with office.reading() as tx:
        assert cases.list_cases(tx, project=KEY) == ()

    change(office, waiting=None)
    assert isinstance(ask(office), Opened)
    with office.reading() as tx:
        told = [one.value for one in projects.fact_history(tx, KEY) if one.name == "waiting"]
        assert ledger.verify(tx).faults == ()
    assert told == [{"reason": "Avklaring av eierskap", "look_again_on": "2025-03-03"}, None]


@pytest.mark.requirement("002-14")
def test_a_case_with_clear_consequences_is_marked_for_political_decision(office: Database) -> None:
    change(office, political_consequence="ja", political_case="Formannskapssak 12/25")
    opened = ask(office)
    assert isinstance(opened, Opened)
    with office.reading() as tx:
        view = show_case(tx, opened.case, now=NOW)
    assert view.political.marked
    assert view.political.reference == "Formannskapssak 12/25"


@pytest.mark.requirement("002-14")
@pytest.mark.parametrize("noted", [False, True])
def test_a_project_marked_so_waits_unless_its_political_case_is_noted_by_the_conclusion(
    office: Database, noted: bool
) -> None:
    change(office, political_consequence="ja")
    opened = ask(office)
    assert isinstance(opened, Opened)
    if noted:
        change(office, political_case="Formannskapssak 12/25")
    with office.reading() as tx:
        state = cases.state(tx, opened.case)
    assert state is not None
    for seat in state.roll:
        cast_ballot(
            office,
            case=opened.case,
            person=str(seat["person"]),
            seat=str(seat["seat"]),
            choice="godkjenn",
            version=1,
            nonce=str(seat["seat"]),
            now=NOW,
        )
    done = conclude_case(
        office, case=opened.case, by="kommunaldirektor-ho@example.org", outcome="godkjent", now=NOW
    )
    assert isinstance(done, Concluded)
    assert (done.awaits, done.to_phase) == ((False, "planlegge") if noted else (True, None))
    with office.reading() as tx:
        assert ledger.verify(tx).faults == ()
        view = show_case(tx, opened.case, now=NOW)
    assert (view.political.marked, view.political.reference) == (
        True,
        "Formannskapssak 12/25" if noted else "",
    )
