"""Does whoever is inhabil leave the room? Every role against every way to read a case that is open."""

import re
from collections.abc import Callable
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from engine.core.cases.recusal import takes_no_part
from engine.core.refusal import Refused
from engine.queries.cases.show_case import show_case
from engine.store import cases
from engine.use_cases.access.open_door import look_at_door
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from engine.use_cases.cases.conclude_case import Concluded, conclude_case
from engine.use_cases.cases.decide_recusal import Found, decide_recusal
from tests.web_builders import LEADER, SECOND, SECRETARY, Office

BOA: Final = "kommunalsjef-boa@example.org"
NURSING: Final = "kommunalsjef-sykehjem@example.org"
COMMENT: Final = "Leverandøren har sviktet før."
CONDITION: Final = "Nullpunkt i to soner."
PROPOSAL: Final = "Prosjektet går videre fra konsept til planlegging"
OTHERS: Final = (COMMENT, CONDITION, PROPOSAL, "<span>Godkjenn")


@pytest.fixture
def office(meeting_office: Office) -> Office:
    """Two have answered, one of them with words and a condition."""
    _given(meeting_office, SECOND, "godkjenn_med_forutsetninger", comment=COMMENT, condition=CONDITION)
    _given(meeting_office, LEADER, "godkjenn")
    return meeting_office


def _given(office: Office, email: str, choice: str, **more: Any) -> Answered | Refused:
    person = office.letters[email].person
    with office.db.reading() as tx:
        state = cases.state(tx, office.case)
    assert state is not None
    nonce = f"{email}-{choice}-{more.get('recorded_by', '')}"
    return cast_ballot(
        office.db,
        case=office.case,
        person=person,
        choice=choice,
        version=state.version,
        nonce=nonce,
        now=office.now,
        **more,
    )


def _seat(office: Office, email: str) -> str:
    with office.db.reading() as tx:
        state = cases.state(tx, office.case)
    assert state is not None
    return next(str(one["seat"]) for one in state.roll if one["person"] == office.letters[email].person)


def _find(office: Office, email: str, *, recused: bool = True) -> None:
    seat = email.partition("@")[0]
    found = decide_recusal(
        office.db,
        case=office.case,
        seat=seat,
        recused=recused,
        reason="Nær slekt.",
        by=SECRETARY,
        now=office.now,
    )
    assert isinstance(found, Found), found


def _says_so(office: Office) -> None:
    assert isinstance(_given(office, NURSING, "inhabil"), Answered)


def _is_found(office: Office) -> None:
    _find(office, NURSING)


ROUTES: Final = (
    "/sak/{case}",
    "/sak/{case}?slutt={seat}",
    "/sak/{case}/saksframlegg.html",
    "/sak/{case}/saksframlegg.pdf",
    "/sak/{case}/underlag/{paper}",
)


def _addresses(office: Office) -> list[str]:
    with office.db.reading() as tx:
        paper = show_case(tx, office.case, now=office.now).papers[0].id
    return [one.format(case=office.case, seat=_seat(office, SECOND), paper=paper) for one in ROUTES]


@pytest.mark.parametrize("leaves", [_says_so, _is_found])
def test_the_inhabil_reads_nothing_of_the_case_by_any_way_and_the_others_do(
    office: Office, leaves: Callable[[Office], None]
) -> None:
    leaves(office)
    inside, outside = office.inside(SECRETARY), office.inside(NURSING)
    for address in _addresses(office):
        assert inside.get(address).status_code == 200, address
        read = outside.get(address)
        assert "Implementering av eksisterende" in read.text, address
        assert "Gruppa avgjør dette uten deg" in read.text, address
        assert "Spør" in read.text, address
        assert not [words for words in OTHERS if words in read.text], address
        assert read.status_code == (200 if address.split("?")[0] == f"/sak/{office.case}" else 403), address


@pytest.mark.parametrize("leaves", [_says_so, _is_found])
def test_the_meetings_pages_tell_the_inhabil_of_their_case_no_more_than_its_name(
    office: Office, leaves: Callable[[Office], None]
) -> None:
    leaves(office)
    page = office.inside(NURSING).get(f"/mote/{office.meeting}").text
    agenda = office.inside(NURSING).get(f"/mote/{office.meeting}/saksliste.html").text
    for told in (page, agenda):
        assert "Implementering av eksisterende" in told
        assert "Nytt varslingssystem" in told
        assert not [words for words in OTHERS if words in told]
    assert "Du er inhabil" in page
    assert PROPOSAL in office.inside(BOA).get(f"/mote/{office.meeting}").text


def test_to_say_inhabil_is_no_way_to_see_the_others_answers_and_answer_after_all(office: Office) -> None:
    browser = office.inside(NURSING)
    fields = _form(browser, office)
    assert "<span>Godkjenn</span>" not in browser.get(f"/sak/{office.case}").text
    assert browser.post(f"/sak/{office.case}/svar", data=fields | {"valg": "inhabil"}).status_code == 303
    assert "<span>Godkjenn" not in browser.get(f"/sak/{office.case}").text
    again = browser.post(f"/sak/{office.case}/svar", data=fields | {"valg": "godkjenn", "engang": "et-annet"})
    assert again.status_code == 422
    assert "kan leder eller sekretær ta det tilbake" in again.text
    assert not [words for words in OTHERS if words in again.text]
    assert _choices(office, NURSING) == ["inhabil"]


def _form(browser: TestClient, office: Office) -> dict[str, str]:
    page = browser.get(f"/sak/{office.case}").text
    form = page[page.index("/svar") :]
    return dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[: form.index("</form>")])
    )


def _choices(office: Office, email: str) -> list[str]:
    with office.db.reading() as tx:
        cast = cases.ballots(tx, office.case)
    return [one.choice for one in cast if one.person == office.letters[email].person]


def test_one_who_said_inhabil_is_let_in_again_by_the_body_and_answers_afresh(office: Office) -> None:
    _given(office, NURSING, "godkjenn")
    _says_so(office)
    _find(office, NURSING, recused=False)
    with office.db.reading() as tx:
        view = show_case(tx, office.case, now=office.now, viewer=office.letters[NURSING].person)
    assert not view.out
    assert view.mine is not None
    assert (view.mine.answered, view.may_answer) == (False, True)
    assert isinstance(_given(office, NURSING, "ikke_godkjenn", comment="For tidlig."), Answered)


def test_one_who_said_inhabil_is_let_in_again_by_the_secretary_who_enters_their_answer(
    office: Office,
) -> None:
    _says_so(office)
    secretary = office.letters[SECRETARY].person
    assert isinstance(_given(office, NURSING, "godkjenn", recorded_by=secretary), Answered)


def test_not_even_the_secretary_enters_an_answer_for_one_whom_the_body_has_found_inhabil(
    office: Office,
) -> None:
    _is_found(office)
    secretary = office.letters[SECRETARY].person
    refused = _given(office, NURSING, "godkjenn", recorded_by=secretary)
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.reasons] == ["recused_never_decides"]


def test_when_the_case_is_closed_whoever_was_out_reads_it_as_the_others_do(office: Office) -> None:
    _says_so(office)
    for seat in ("kommunalsjef-boa", "kommunalsjef-arbeid", "kommunalsjef-psykisk"):
        email = f"{seat}@example.org"
        if email in office.letters:
            _given(office, email, "godkjenn")
    done = conclude_case(
        office.db,
        case=office.case,
        by=LEADER,
        outcome="utsatt",
        wording="Gruppa vil se nullpunktet.",
        now=office.now,
    )
    assert isinstance(done, Concluded), done
    page = office.inside(NURSING).get(f"/sak/{office.case}").text
    assert COMMENT in page
    assert PROPOSAL in page


def test_one_whose_deputy_has_been_called_in_still_finds_out_by_the_old_link_why_it_opens_nothing(
    office: Office,
) -> None:
    _is_found(office)
    with office.db.reading() as tx:
        door = look_at_door(tx, token=office.letters[NURSING].token, now=office.now)
        assert not isinstance(door, Refused)
        assert door.fault is None


def test_recusal_is_personal_and_takes_every_seat_of_a_person_out() -> None:
    roll = [
        {"seat": "a", "person": "p", "recused": False},
        {"seat": "b", "person": "p", "recused": False},
        {"seat": "c", "person": "deputy", "recused": False, "out": "q"},
        {"seat": "d", "person": "q", "recused": False},
        {"seat": "e", "person": "r", "recused": True},
        {"seat": "f", "person": "s", "recused": False},
    ]
    out = {one for one in "pqrs" if takes_no_part(roll, {"b": "inhabil", "f": "avstar"}, one)}
    assert out == {"p", "q", "r"}
    assert not takes_no_part(roll, {}, "deputy")
    assert not takes_no_part(roll, {}, "p")
