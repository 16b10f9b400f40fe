"""Is being taken into the programme an event of its own, with criteria of its own?"""

import contextlib
from datetime import date, datetime, time

import pytest

from demo import scene
from engine.core.programme.calendar import oslo
from engine.core.refusal import NotAllowed, Refused
from engine.queries.projects.check_gate import check_intake
from engine.store import projects
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.projects.answer_criterion import answer_criterion, confirm_answer
from engine.use_cases.projects.change_facts import change_facts
from engine.use_cases.projects.take_in import NotEligible, take_in

KEY = scene.PROJECT
NOW = oslo(date(2025, 1, 15), time(10))


def at(hour: int) -> datetime:
    return oslo(date(2025, 1, 15), time(hour))


@pytest.fixture
def office(db: Database) -> Database:
    scene.prepare(db)
    return db


def fill_in_what_intake_asks_for(db: Database) -> None:
    facts = {
        "priority.contribution": "Stort bidrag: færre fysiske besøk",
        "priority.utility": "Tryggere netter og mer tid til dem som trenger besøk",
        "priority.resources": "1,2 mill. kroner; nytten oppveier bruken",
        "priority.order": "Etter anskaffelsen, før digitalt tilsyn",
        "benefit_assessment": "Gevinstene er vurdert, beskrevet og målbare",
        "benefits": scene.MISSING_FACTS["benefits"],
    }
    change_facts(db, key=KEY, changes=facts, by=scene.STUDY_LEADER, effective=NOW.date(), now=NOW)
    for criterion, words in (("leangen", ""), ("gevinster-malbare", "Alle tre gevinstmålene kan måles.")):
        answered = answer_criterion(
            db,
            key=KEY,
            gate="inntak",
            criterion=criterion,
            value="ja",
            explanation=words,
            by=scene.STUDY_LEADER,
            now=NOW,
        )
        assert not isinstance(answered, Refused)
        with contextlib.suppress(NotAllowed):  # not every answer is for somebody else to confirm
            confirm_answer(db, key=KEY, gate="inntak", criterion=criterion, by=scene.OFFICE, now=NOW)


@pytest.mark.requirement("000-43", "000-30")
def test_a_project_is_not_taken_in_before_its_benefits_are_described_and_measurable(office: Database) -> None:
    refused = take_in(office, key=KEY, on=NOW.date(), by=scene.OFFICE, now=NOW)
    assert isinstance(refused, NotEligible)
    assert len(refused.reasons) >= 2
    with office.reading() as tx:
        project = projects.load(tx, KEY)
    assert project is not None
    assert project.taken_in_on is None


@pytest.mark.requirement("001-46")
def test_the_day_it_was_taken_in_is_another_date_than_its_start(office: Database) -> None:
    fill_in_what_intake_asks_for(office)
    with office.reading() as tx:
        unmet = [
            one.id for one in check_intake(tx, key=KEY, today=NOW.date()).criteria if one.status == "unmet"
        ]
    assert take_in(office, key=KEY, on=NOW.date(), by=scene.OFFICE, now=at(11)) is None, unmet
    with office.reading() as tx:
        project, facts = projects.load(tx, KEY), projects.facts(tx, KEY)
        assert ledger.verify(tx).faults == ()
    assert project is not None
    assert project.taken_in_on == NOW.date()
    assert facts["started_on"] == "2024-10-01"
    again = take_in(office, key=KEY, on=NOW.date(), by=scene.OFFICE, now=at(12))
    assert isinstance(again, Refused)
    assert [reason.code for reason in again.reasons] == ["taken_in"]


def test_only_the_programme_office_takes_projects_in(office: Database) -> None:
    with pytest.raises(NotAllowed) as refused:
        take_in(office, key=KEY, on=NOW.date(), by=scene.STUDY_LEADER, now=NOW)
    assert refused.value.code == "may_not_take_in"
