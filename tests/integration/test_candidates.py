"""Do the candidates stand side by side on the six questions, in an order and not only a yes or a no?"""

from datetime import date, time

import pytest

from demo import scene
from engine.core.programme.calendar import oslo
from engine.core.refusal import Refused
from engine.queries.projects.candidates import QUESTIONS, Candidate, compare_candidates
from engine.store.session import Database
from engine.use_cases.projects.answer_criterion import answer_criterion
from engine.use_cases.projects.change_facts import change_facts
from engine.use_cases.projects.import_projects import import_projects
from tests import builders

NOW = oslo(date(2025, 1, 24), time(10))


FIRST, SECOND = "trygg-natt", "lettere-hjem"
"""Two new proposals."""


@pytest.fixture
def office(db: Database) -> Database:
    scene.prepare(db)
    propose(db, FIRST, focus_area="4")
    propose(db, SECOND)
    return db


def propose(db: Database, key: str, **cells: str) -> None:
    row = {"key": key, "title": key, "workflow": "prosjektveiviseren", "phase": "ide"} | cells
    import_projects(db, sheet=builders.sheet([row]), effective=NOW.date(), now=NOW)


def place(db: Database, key: str, rank: int, **answers: str) -> None:
    facts = {f"priority.{name}": value for name, value in (answers | {"rank": str(rank)}).items()}
    change_facts(db, key=key, changes=facts, by=scene.OFFICE, effective=NOW.date(), now=NOW)


def candidates(db: Database) -> tuple[Candidate, ...]:
    with db.reading() as tx:
        return compare_candidates(tx, on=NOW.date())


@pytest.mark.requirement("000-30", "000-02")
def test_candidates_stand_in_the_proposed_order_with_every_answer_beside_the_others(office: Database) -> None:
    propose(office, "uten-plass")
    answered = answer_criterion(
        office,
        key=FIRST,
        gate="inntak",
        criterion="leangen",
        value="ja",
        explanation="Svarer på erklæringen.",
        by=scene.OFFICE,
        now=NOW,
    )
    assert not isinstance(answered, Refused)
    place(office, SECOND, 2, contribution="Stort", utility="Trygghet", resources="Høyt", order="Sent")
    place(office, FIRST, 1, contribution="Stort", utility="Færre besøk", resources="Lavt", order="Nå")
    first, second, *rest = candidates(office)
    assert [first.key, second.key] == [FIRST, SECOND]
    assert first.answers == {
        "leangen": "ja",
        "contribution": "Stort",
        "focus_area": "4",
        "utility": "Færre besøk",
        "resources": "Lavt",
        "order": "Nå",
    }
    assert (first.answered, second.answered) == (6, 4), (
        "nobody has answered the first question for the second, nor said its focus area"
    )
    assert all(one.rank is None for one in rest)
    assert all(set(one.answers) == set(QUESTIONS) for one in rest)


@pytest.mark.requirement("000-30", "000-02")
def test_only_a_new_proposal_is_a_candidate(office: Database) -> None:
    propose(office, "utenfor", kind="utenfor_programmet")
    propose(office, "tatt-inn", taken_in_on="2024-06-01")
    assert {one.key for one in candidates(office)} == {FIRST, SECOND}, (
        "none of those in the portfolio, which are under way, realised or closed"
    )
