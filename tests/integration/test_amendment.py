"""When an open case changes: who must answer again, and who is left in peace?"""

from collections.abc import Iterator

import pytest

from engine.core.refusal import NotAllowed, Refused
from engine.queries.cases.show_case import show_case
from engine.store import cases
from engine.store.session import Database
from engine.use_cases.cases.amend_case import Amended, amend_case
from engine.use_cases.cases.cast_ballot import Answered
from engine.use_cases.cases.conclude_case import conclude_case
from engine.use_cases.projects.change_facts import change_facts
from tests import meeting_builders as group
from tests.builders import ASKER, LEADER, OFFICE
from tests.meeting_builders import MEETS, at, email

CHANGED = at(1, 31, 9)


@pytest.fixture
def house(db: Database) -> Iterator[Database]:
    yield from group.a_sound_house(db)


def change(db: Database, goals: str = "Andre mål.") -> None:
    day = CHANGED.date()
    change_facts(db, key="p1", changes={"goals": goals}, by=ASKER, effective=day, now=CHANGED)


def amend(db: Database, case: str, *, goals: str = "Andre mål.", **how: object) -> Amended | Refused:
    change(db, goals)
    told = {"what": "Målene er skrevet om.", "by": ASKER, "now": CHANGED} | how
    return amend_case(db, case=case, **told)  # type: ignore[arg-type]


def codes(found: object) -> list[str]:
    assert isinstance(found, Refused), found
    return [one.code for one in found.reasons]


def answered(db: Database, case: str) -> list[str]:
    with db.reading() as tx:
        return [one.seat for one in show_case(tx, case, now=MEETS).seats if one.answered]


def test_an_open_case_says_what_it_said_until_it_is_amended(house: Database) -> None:
    case = group.a_called_case(house)
    before = group.state(house, case).digest
    change(house)
    assert group.state(house, case).digest == before
    with house.reading() as tx:
        assert show_case(tx, case, now=MEETS).facts["project"]["goals"] == "Flere kan bo hjemme lenger."


def test_answers_to_what_a_case_said_before_are_void_and_only_those_members_are_asked(
    house: Database,
) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "st", "boa")
    found = amend(house, case)
    assert isinstance(found, Amended)
    assert (found.version, found.asked_again) == (2, 2)
    assert answered(house, case) == []
    assert group.told(house, "amended") == group.ids(house, email("st"), email("boa"))
    with house.reading() as tx:
        view = show_case(tx, case, now=MEETS)
    assert view.facts["project"]["goals"] == "Andre mål."
    assert [(one.version, one.what) for one in view.amendments] == [(2, "Målene er skrevet om.")]


def test_nobody_who_has_not_answered_is_disturbed(house: Database) -> None:
    case = group.a_called_case(house)
    amend(house, case)
    assert group.letters(house, "amended") == []


def test_a_second_change_before_the_answer_disturbs_nobody_again(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "st")
    amend(house, case)
    amend(house, case, goals="Enda andre mål.")
    assert len(group.letters(house, "amended")) == 1
    assert group.state(house, case).version == 3


def test_an_old_form_is_told_that_the_case_has_changed_and_a_new_one_is_taken(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "st")
    amend(house, case)
    assert codes(group.vote(house, case, "st", version=1, nonce="gammelt", now=CHANGED)) == ["case_changed"]
    assert isinstance(group.vote(house, case, "st", now=CHANGED), Answered)
    assert answered(house, case) == ["st"]


def test_the_link_from_the_first_letter_still_leads_in(house: Database) -> None:
    case = group.a_called_case(house)
    sent = {reader: url for _, reader, url, _ in group.send(house, now=group.CALLED)}
    group.votes(house, case, "st")
    amend(house, case)
    again = {reader: url for kind, reader, url, _ in group.send(house, now=CHANGED) if kind == "amended"}
    reader = group.person(house, email("st"))
    assert again == {reader: sent[reader]}


def test_a_correction_voids_nothing_disturbs_nobody_and_is_shown(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "st", "boa")
    before = group.state(house, case)
    found = amend(house, case, what="Skrivefeil.", by=OFFICE, substance=False)
    assert isinstance(found, Amended)
    assert (found.version, found.asked_again) == (1, 0)
    assert answered(house, case) == ["st", "boa"]
    assert group.letters(house, "amended") == []
    after = group.state(house, case)
    assert after.digest != before.digest, "the paper that is decided on is the corrected one"
    with house.reading() as tx:
        assert [(one.substance, one.what) for one in cases.amendments(tx, case)] == [(False, "Skrivefeil.")]


def test_whoever_asked_cannot_call_a_change_a_correction(house: Database) -> None:
    case = group.a_called_case(house)
    with pytest.raises(NotAllowed) as refused:
        amend(house, case, substance=False)
    assert refused.value.code == "may_not_amend"


@pytest.mark.parametrize("by", [LEADER, email("st"), email("ho")])
def test_nobody_but_the_requester_and_the_office_amends(house: Database, by: str) -> None:
    case = group.a_called_case(house)
    with pytest.raises(NotAllowed):
        amend(house, case, by=by)


def test_an_amendment_says_what_has_changed_and_changes_something(house: Database) -> None:
    case = group.a_called_case(house)
    assert codes(amend_case(house, case=case, what=" ", by=ASKER, now=CHANGED)) == ["what_required"]
    assert codes(amend_case(house, case=case, what="Ingenting.", by=ASKER, now=CHANGED)) == [
        "nothing_changed"
    ]


def test_the_proposal_can_be_amended_alone(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "st")
    found = amend_case(
        house, case=case, what="Nytt forslag.", by=ASKER, now=CHANGED, proposal="Gruppa utsetter saken."
    )
    assert isinstance(found, Amended)
    with house.reading() as tx:
        assert show_case(tx, case, now=MEETS).proposal == "Gruppa utsetter saken."


def test_a_chair_who_has_read_the_old_version_does_not_conclude_the_new_one(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "ho", "st", "hjemme", "boa", "arbeid")
    amend(house, case)
    found = conclude_case(house, case=case, by=email("ho"), outcome="godkjent", version=1, now=MEETS)
    assert codes(found) == ["case_changed"]


def test_a_closed_case_is_not_amended(house: Database) -> None:
    case = group.a_called_case(house)
    conclude_case(house, case=case, by=email("ho"), outcome="utsatt", wording="Senere.", now=CHANGED)
    assert codes(amend(house, case)) == ["case_closed"]
