"""Do the candidates stand side by side on the six questions, in an order and not only a yes or a no?"""

from datetime import date, time

import pytest

from demo import scene
from engine.core.calendar import oslo
from engine.store.session import Database
from engine.use_cases.change_facts import change_facts
from engine.use_cases.compare_candidates import QUESTIONS, Candidate, compare_candidates

NOW = oslo(date(2025, 1, 24), time(10))


@pytest.fixture
def office(db: Database) -> Database:
    scene.prepare(db)
    return db


def place(db: Database, key: str, rank: int, **answers: str) -> None:
    facts = {f"priority.{name}": value for name, value in (answers | {"rank": str(rank)}).items()}
    change_facts(db, key=key, changes=facts, by=scene.OFFICE, effective=NOW.date(), now=NOW)


def candidates(db: Database) -> tuple[Candidate, ...]:
    with db.reading() as tx:
        return compare_candidates(tx, on=NOW.date())


@pytest.mark.requirement("000-30", "000-02")
def test_candidates_stand_in_the_proposed_order_with_every_answer_beside_the_others(office: Database) -> None:
    place(
        office, "demenslandsby", 2, contribution="Stort", utility="Trygghet", resources="Høyt", order="Sent"
    )
    place(office, scene.PROJECT, 1, contribution="Stort", utility="Færre besøk", resources="Lavt", order="Nå")
    first, second, *rest = candidates(office)
    assert [first.key, second.key] == [scene.PROJECT, "demenslandsby"]
    assert first.answers == {
        "leangen": "ja",
        "contribution": "Stort",
        "focus_area": "4",
        "utility": "Færre besøk",
        "resources": "Lavt",
        "order": "Nå",
    }
    assert (first.answered, second.answered) == (6, 5), (
        "nobody has answered the first question for the second"
    )
    assert all(one.rank is None for one in rest)
    assert all(set(one.answers) == set(QUESTIONS) for one in rest)


def test_whoever_is_taken_in_or_closed_is_no_candidate(office: Database) -> None:
    keys = {one.key for one in candidates(office)}
    assert "helsestasjon-for-eldre" not in keys, "taken in June 2024"
    assert "rett-hjem" not in keys, "closed"
