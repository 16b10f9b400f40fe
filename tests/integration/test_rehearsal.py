"""Is what is rehearsed seen as it would be and nothing kept; do people sign in on both databases?"""

from datetime import timedelta

import pytest

from engine.core.record.letters import SIGN_IN
from engine.core.refusal import Refused
from engine.store import cases
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.access.ask_to_sign_in import ask_to_sign_in
from engine.use_cases.access.open_door import Entered, guest_of
from engine.use_cases.access.sign_in import sign_in
from engine.use_cases.access.sign_out import close_my_links
from engine.use_cases.cases.request_transition import Opened, request_transition
from engine.use_cases.letters.claim_letters import Composed, claim_letters
from tests import builders
from tests.builders import ASKER, NOW, PROPOSAL

KEYS = {1: b"k" * 32}


@pytest.fixture
def house(db: Database) -> Database:
    builders.a_programme(db)
    builders.a_project(db)
    return db


def test_a_rehearsed_case_is_read_as_it_would_be_and_leaves_nothing(house: Database) -> None:
    with house.reading() as tx:
        before = ledger.heads(tx)
    with house.rehearsing() as stage:
        opened = request_transition(stage, key="trygghet", proposal=PROPOSAL, by=ASKER, now=NOW)
        assert isinstance(opened, Opened)
        with stage.reading() as tx:
            assert cases.state(tx, opened.case) is not None
    with house.reading() as tx:
        assert cases.state(tx, opened.case) is None
        assert ledger.heads(tx) == before
    really = request_transition(house, key="trygghet", proposal=PROPOSAL, by=ASKER, now=NOW)
    assert isinstance(really, Opened)


def test_a_rehearsal_that_fails_leaves_the_next_writer_its_turn(house: Database) -> None:
    with pytest.raises(ZeroDivisionError), house.rehearsing():
        raise ZeroDivisionError
    assert isinstance(request_transition(house, key="trygghet", proposal=PROPOSAL, by=ASKER, now=NOW), Opened)


def test_somebody_signs_in_once_with_the_code_from_the_letter(house: Database) -> None:
    ask = ask_to_sign_in(house, keys=KEYS, address=ASKER, source="127.0.0.1", now=NOW)
    code = code_in(house)
    wrong = sign_in(house, keys=KEYS, ask=ask, code="000000", remember=False, now=NOW)
    assert isinstance(wrong, Refused)
    entered = sign_in(house, keys=KEYS, ask=ask, code=code, remember=True, now=NOW)
    assert isinstance(entered, Entered)
    again = sign_in(house, keys=KEYS, ask=ask, code=code, remember=False, now=NOW)
    assert isinstance(again, Refused)
    with house.reading() as tx:
        guest = guest_of(tx, session=entered.session, now=NOW)
        assert guest is not None
        assert guest.portal
        assert guest_of(tx, session=entered.session, now=NOW + timedelta(hours=8)) is None
    close_my_links(house, person=entered.person, now=NOW)
    with house.reading() as tx:
        assert guest_of(tx, session=entered.session, now=NOW) is None


def code_in(house: Database) -> str:
    claim = claim_letters(
        house,
        keys=KEYS,
        base_url="https://faseport.example.org",
        worker="test",
        limit=50,
        compose=lambda _tx, _letter: Composed(payload="{}", template_digest="", message_id="<m@example.org>"),
        now=NOW,
    )
    (letter,) = (one for one in claim.ready if one.claimed.kind == SIGN_IN)
    assert letter.code
    return letter.code
