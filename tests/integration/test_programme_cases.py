"""Do the programme's own cases go the same way as a project's — as data alone?"""

from datetime import date, datetime, time

import pytest

from demo import scene
from engine.core.files.sheet import Sheet, read_sheet
from engine.core.programme.calendar import oslo
from engine.core.refusal import Refused
from engine.queries.cases.show_case import show_case
from engine.store import cases, projects
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from engine.use_cases.cases.conclude_case import Concluded, conclude_case
from engine.use_cases.cases.execute_decision import Settled, execute_decision
from engine.use_cases.cases.mark_political import mark_political
from engine.use_cases.cases.request_transition import NotReady, Opened, request_transition
from engine.use_cases.projects.add_paper import add_paper
from engine.use_cases.projects.change_facts import assign_role, change_facts
from engine.use_cases.projects.import_projects import import_projects
from web.wording import outcome_sentence

KEY = "programmet"
CHAIR = "kommunaldirektor-ho@example.org"
ROW = "key,title,kind,workflow,phase\nprogrammet,Programmet selv,program,programsaker,lopende\n"


def at(day: int, hour: int) -> datetime:
    return oslo(date(2025, 1, day), time(hour))


@pytest.fixture
def office(db: Database) -> Database:
    scene.prepare(db)
    sheet = read_sheet(ROW.encode())
    assert isinstance(sheet, Sheet)
    import_projects(db, sheet=sheet, effective=date(2025, 1, 1), now=at(3, 9))
    leader = "programleder@example.org"
    assign_role(
        db,
        key=KEY,
        role="prosjektleder",
        who=leader,
        valid_from=date(2025, 1, 1),
        by=scene.OFFICE,
        now=at(3, 9),
    )
    return db


def ask(db: Database, now: datetime) -> Opened | Refused:
    return request_transition(
        db,
        key=KEY,
        gate="PROGRAMENDRING",
        proposal="1. Programbeskrivelsen endres som foreslått.",
        by="programleder@example.org",
        now=now,
    )


def fill_in(db: Database, change: str, now: datetime) -> None:
    facts = {"change_summary": change}
    change_facts(db, key=KEY, changes=facts, by=scene.OFFICE, effective=now.date(), now=now)
    added = add_paper(
        db,
        key=KEY,
        kind="programbeskrivelse",
        title=f"Programbeskrivelse: {change}",
        content=change.encode(),
        ending=".txt",
        by=scene.OFFICE,
        now=now,
    )
    assert not isinstance(added, Refused)


def decide(db: Database, asked: Opened, now: datetime, *, outcome: str = "godkjent") -> Concluded:
    with db.reading() as tx:
        state = cases.state(tx, asked.case)
    assert state is not None
    for seat in state.roll:
        answered = cast_ballot(
            db,
            case=asked.case,
            person=str(seat["person"]),
            seat=str(seat["seat"]),
            choice="godkjenn",
            version=1,
            nonce=f"{seat['seat']:-<32}"[:32],
            now=now,
        )
        assert isinstance(answered, Answered)
    concluded = conclude_case(
        db, case=asked.case, by=CHAIR, outcome=outcome, wording="Slik ble det.", now=now
    )
    assert isinstance(concluded, Concluded)
    return concluded


@pytest.mark.requirement("000-65", "000-64")
def test_larger_changes_of_the_programme_are_decided_by_programstyret(office: Database) -> None:
    assert isinstance(ask(office, at(6, 9)), NotReady)
    fill_in(office, "Forskning blir en egen portefølje", at(6, 10))
    asked = ask(office, at(6, 11))
    assert isinstance(asked, Opened)
    assert asked.body == "programstyret"
    assert asked.letters == 3
    concluded = decide(office, asked, at(30, 10))
    assert concluded.to_phase is None
    with office.reading() as tx:
        project = projects.load(tx, KEY)
        assert ledger.verify(tx).faults == ()
    assert project is not None
    assert project.phase == "lopende"


@pytest.mark.requirement("000-83")
def test_the_change_log_is_the_decisions_in_order_with_their_approval(office: Database) -> None:
    for change, day in (("Forskning blir en egen portefølje", 6), ("To hovedstrategier med sju områder", 8)):
        fill_in(office, change, at(day, 10))
        asked = ask(office, at(day, 11))
        assert isinstance(asked, Opened)
        decide(office, asked, at(day, 12))
    with office.reading() as tx:
        decided = cases.list_cases(tx, project=KEY, status="decided")
        told = [cases.load(tx, one.id) for one in decided]
    assert [one.round for one in decided] == [1, 2]
    assert [one.dossier["facts"]["project"]["change_summary"] for one in told if one] == [
        "Forskning blir en egen portefølje",
        "To hovedstrategier med sju områder",
    ]
    assert all(one.state.concluded_by for one in told if one)


@pytest.mark.requirement("002-14")
def test_a_change_of_the_programme_can_wait_for_the_politicians_too(office: Database) -> None:
    fill_in(office, "Programmet får et nytt innsatsområde", at(6, 10))
    asked = ask(office, at(6, 11))
    assert isinstance(asked, Opened)
    mark_political(office, case=asked.case, by=scene.OFFICE, reason="Ny bevilgning.", now=at(6, 12))
    assert decide(office, asked, at(30, 10)).awaits
    assert isinstance(ask(office, at(30, 11)), Refused)
    with office.reading() as tx:
        view = show_case(tx, asked.case, now=at(30, 11))
    assert outcome_sentence(view) == (
        "Programstyret besluttet 30. januar: godkjent. Beslutningen gjennomføres når saken er politisk "
        "behandlet."
    )
    done = execute_decision(
        office, case=asked.case, by=scene.OFFICE, reference="Bystyret, sak 4/25", now=at(31, 10)
    )
    assert isinstance(done, Settled)
    assert done.to_phase is None
    again = ask(office, at(31, 11))
    assert isinstance(again, Opened)
    with office.reading() as tx:
        assert ledger.verify(tx).faults == ()


@pytest.mark.parametrize("outcome", ["godkjent", "ikke_godkjent"])
def test_a_case_about_the_programme_speaks_of_no_phase_and_no_project(office: Database, outcome: str) -> None:
    fill_in(office, "Forskning blir en egen portefølje", at(6, 10))
    asked = ask(office, at(6, 11))
    assert isinstance(asked, Opened)
    decide(office, asked, at(30, 10), outcome=outcome)
    with office.reading() as tx:
        view = show_case(tx, asked.case, now=at(30, 11))
    word = {"godkjent": "godkjent", "ikke_godkjent": "ikke godkjent"}[outcome]
    assert outcome_sentence(view) == f"Programstyret besluttet 30. januar: {word}."
