"""Signing in by e-mail: who comes in, what others learn, and how it is shut again."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from demo import scene
from engine.core.access.actor import LEVEL_OF_LINK, Level
from engine.core.access.links import Purpose, code_for, token_for
from engine.core.access.table import Portal
from engine.store import links, people
from engine.store.session import Database
from engine.use_cases.access.ask_to_sign_in import PER_DAY, PER_HOUR
from tests.deadline_builders import way_in
from tests.integration.test_web_case import answer
from tests.sign_in_builders import codes, letters_sent, signed_in
from tests.web_builders import KEYS, LEADER, SECRETARY, Office, give_letters, settings_for
from web.access.routes import ACTS

UNKNOWN = "ukjent@example.org"


@pytest.fixture
def shut(office: Office) -> Office:
    """A house as an operator has it: nothing is open to whoever comes."""
    office.settings = settings_for("https://faseport.example.org", open_portal=False)
    letters_sent(office)
    return office


def test_whoever_is_registered_comes_in_with_the_code_from_the_letter(shut: Office) -> None:
    browser = shut.browser()
    assert browser.get("/prosjekter").status_code == 401
    asked = browser.post("/inn", data={"epost": SECRETARY.upper(), "til": "/prosjekter"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/inn/kode?til=/prosjekter")
    ((_, code),) = codes(shut)
    entered = browser.post("/inn/kode", data={"kode": code, "til": "/prosjekter"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/prosjekter")
    assert "prosjekter følges nå" in browser.get("/prosjekter").text
    assert "Min side" in browser.get("/").text


def test_the_letters_link_is_a_way_in_too_and_good_once(shut: Office) -> None:
    shut.browser().post("/inn", data={"epost": SECRETARY})
    ((url, code),) = codes(shut)
    path = url.removeprefix(shut.settings.base_url)
    browser = shut.browser()
    entered = browser.post(path, data={"kode": code})
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert browser.get("/prosjekter").status_code == 200
    again = shut.browser().post(path, data={"kode": code})
    assert again.status_code == 410
    assert "Lenken er brukt" in again.text


def test_an_address_nobody_has_is_answered_just_like_one_that_somebody_has(shut: Office) -> None:
    answers = []
    for address in (SECRETARY, UNKNOWN):
        browser = shut.browser()
        told = [browser.post("/inn", data={"epost": address})]
        told.append(browser.get("/inn/kode"))
        told += [browser.post("/inn/kode", data={"kode": "000000"}) for _ in range(6)]
        answers.append([(one.status_code, one.headers.get("location"), one.text) for one in told])
    assert answers[0] == answers[1]
    assert len(codes(shut)) == 1


def test_five_wrong_codes_end_what_was_asked_and_shut_nobody_else_out(shut: Office) -> None:
    guesser, holder = shut.browser(), shut.browser()
    guesser.post("/inn", data={"epost": SECRETARY})
    ((url, code),) = codes(shut)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    answers = [guesser.post("/inn/kode", data={"kode": wrong}).status_code for _ in range(5)]
    assert answers == [422] * 5
    assert guesser.post("/inn/kode", data={"kode": code}).status_code == 422
    # The letter's own link still opens to whoever holds the letter.
    assert holder.post(url.removeprefix(shut.settings.base_url), data={"kode": code}).status_code == 303


def test_an_address_gets_so_many_letters_an_hour_and_a_day_and_asking_on_tells_nothing(shut: Office) -> None:
    browser, doors = shut.browser(), set[str]()
    for hour in range(PER_DAY):
        for _ in range(PER_HOUR + 1):
            assert browser.post("/inn", data={"epost": SECRETARY}).status_code == 303
        doors |= {url for url, _ in codes(shut)}
        if hour == 0:
            assert len(doors) == PER_HOUR
        shut.now += timedelta(hours=1, minutes=1)
    assert PER_HOUR < len(doors) <= PER_DAY


def test_the_code_is_good_for_an_hour(shut: Office) -> None:
    browser = shut.browser()
    browser.post("/inn", data={"epost": SECRETARY})
    ((url, code),) = codes(shut)
    shut.now += timedelta(hours=1)
    assert browser.post("/inn/kode", data={"kode": code}).status_code == 422
    assert (
        shut.browser().post(url.removeprefix(shut.settings.base_url), data={"kode": code}).status_code == 410
    )


def test_whoever_signs_out_is_out_and_a_device_can_be_forgotten(shut: Office) -> None:
    browser = signed_in(shut)
    assert browser.get("/prosjekter").status_code == 200
    stolen = dict(browser.cookies)
    browser.post("/ut", data={"glem": "ja"})
    assert browser.get("/prosjekter").status_code == 401
    thief = shut.browser()
    thief.cookies.update(stolen)
    assert thief.get("/prosjekter").status_code == 401
    with shut.db.reading() as tx:
        person = people.by_email(tx, SECRETARY)
        assert person is not None
    assert visits(shut.db, person.id) == 0


def visits(db: Database, person: str) -> int:
    with db.reading() as tx:
        return int(
            tx.execute(text("SELECT count(*) FROM visit WHERE person = :p"), {"p": person}).scalar_one()
        )


def test_closing_ones_links_ends_every_browser_and_every_link(shut: Office) -> None:
    one, other = signed_in(shut), signed_in(shut)
    assert one.post("/min-side/lenker").status_code == 200
    assert [browser.get("/prosjekter").status_code for browser in (one, other)] == [401, 401]
    with shut.db.reading() as tx:
        person = people.by_email(tx, SECRETARY)
        assert person is not None
        assert all(link.revoked_at is not None for link in links.of_person(tx, person.id))


def test_a_device_remembered_without_a_code_opens_no_door_that_asks_for_one(shut: Office) -> None:
    weak = give_letters(shut.db, shut.case, now=shut.now, level="enkel")[LEADER]
    browser = shut.browser()
    assert browser.post(f"/b/{weak.token}", data={"husk": "ja"}).status_code == 303
    strong = shut.letters[LEADER]
    assert browser.post(f"/b/{strong.token}").status_code == 422
    assert token_for(KEYS, kid=1, purpose=Purpose.BALLOT, link_id=strong.link, generation=1) == strong.token
    assert code_for(KEYS, kid=1, link_id=strong.link, generation=1) == strong.code


def test_every_address_stands_in_the_access_table_and_the_table_names_none_that_is_gone(shut: Office) -> None:
    def walk(routes: Iterable[object]) -> Iterator[str]:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if inner is not None:
                yield from walk(inner.routes)
            elif isinstance(route, APIRoute):
                yield route.path

    assert set(walk(shut.app.routes)) == set(ACTS)


def test_an_address_that_the_table_does_not_know_is_answered_to_nobody(
    shut: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(shut)
    monkeypatch.setattr(
        "web.access.visitor.ACTS", {path: act for path, act in ACTS.items() if path != "/prosjekter"}
    )
    assert browser.get("/prosjekter").status_code == 403


def test_an_open_portal_shows_whoever_comes_no_name_and_no_draft(shut: Office) -> None:
    shut.settings = replace(shut.settings, portal=Portal.OPEN)
    browser = shut.browser()
    page = browser.get(f"/prosjekt/{scene.PROJECT}")
    assert page.status_code == 200
    assert "Utredningsleder" not in page.text
    assert browser.get("/rapport/2024-T3").status_code == 404
    assert browser.get("/api/v1/cases").status_code == 401
    assert "Utredningsleder" in signed_in(shut).get(f"/prosjekt/{scene.PROJECT}").text


def test_a_member_who_has_signed_in_answers_in_the_case_without_its_letter(shut: Office) -> None:
    member, other = signed_in(shut, LEADER), signed_in(shut, "utredningsleder-vft@example.org")
    page = member.get(f"/sak/{shut.case}")
    assert page.status_code == 200
    answered = answer(member, shut, "godkjenn")
    assert answered.status_code == 303
    assert "Godkjenn" in member.get(answered.headers["location"]).text
    assert f"/sak/{shut.case}" not in member.get("/").text, "it is answered"
    assert other.get(f"/sak/{shut.case}").status_code == 403
    assert shut.browser().get(f"/sak/{shut.case}").status_code == 403


def test_a_body_that_asks_for_more_than_a_code_is_not_entered_with_one(
    shut: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = signed_in(shut, LEADER)
    monkeypatch.setitem(LEVEL_OF_LINK, "kode", Level.INNLOGGET)
    assert member.get(f"/sak/{shut.case}").status_code == 403


def test_a_link_to_ones_deadlines_signs_nobody_in(shut: Office) -> None:
    letter, browser = way_in(shut, SECRETARY), shut.browser()
    assert browser.post(f"/b/{letter.token}", data={"kode": letter.code}).status_code == 303
    assert browser.get("/frister").status_code == 200
    assert browser.get("/prosjekter").status_code == 401
    assert signed_in(shut).get("/frister").status_code == 200
