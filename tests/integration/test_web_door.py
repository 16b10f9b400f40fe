"""Who gets in, who does not, and what is left behind by those who only look?"""

from datetime import timedelta

import pytest

from engine.core.access.links import token_for
from engine.core.refusal import Refused
from engine.store import links
from engine.use_cases.access.open_door import DEVICE, SESSION, open_door
from engine.use_cases.access.renew_link import renew_link
from engine.use_cases.cases.withdraw_case import withdraw_case
from tests.web_builders import ANSWERED_AT, LEADER, SECOND, Office, give_letters, settings_for


def typo(token: str) -> str:
    """The token with its last letter before the check changed."""
    return token[:-6] + ("b" if token[-6] != "b" else "c") + token[-5:]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_door_changes_not_one_byte_and_sets_no_cookie(office: Office, method: str) -> None:
    before = office.dump()
    for letter in office.letters.values():
        looked = office.browser().request(method, f"/b/{letter.token}")
        assert looked.status_code == 200
        assert "set-cookie" not in looked.headers
    assert office.dump() == before


def test_everybody_meets_the_same_door_and_it_shows_nothing_of_the_case(office: Office) -> None:
    pages = {
        office.browser().get(f"/b/{letter.token}").text.replace(letter.token, "TOKEN")
        for letter in office.letters.values()
    }
    assert len(pages) == 1
    page = pages.pop()
    assert "Styringsgruppa" in page
    assert "velferdsteknologi" not in page
    assert "BP2" not in page
    assert "checked" not in page
    assert "<script" not in page


def test_the_code_from_the_letter_opens_the_case_and_the_token_leaves_the_address_bar(office: Office) -> None:
    letter, browser = office.letters[SECOND], office.browser()
    entered = browser.post(f"/b/{letter.token}", data={"kode": f" {letter.code[:3]} {letter.code[3:]} "})
    assert entered.status_code == 303
    assert entered.headers["location"] == f"/sak/{office.case}"
    assert browser.get(entered.headers["location"]).status_code == 200


def test_a_link_copied_in_capitals_opens_the_same_door(office: Office) -> None:
    letter, browser = office.letters[SECOND], office.browser()
    assert browser.get(f"/b/{letter.token.upper()}").status_code == 200
    assert browser.post(f"/b/{letter.token.upper()}", data={"kode": letter.code}).status_code == 303


def test_over_https_the_cookie_is_for_this_host_alone_and_no_script_reads_it(office: Office) -> None:
    letter = office.letters[SECOND]
    entered = office.browser().post(f"/b/{letter.token}", data={"kode": letter.code, "husk": "ja"})
    cookies = entered.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-fp-")
        for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie
    assert f"Max-Age={int(SESSION.total_seconds())}" in cookies[0]
    assert f"Max-Age={int(DEVICE.total_seconds())}" in cookies[1]


def test_on_a_loopback_address_the_cookie_works_without_https(office: Office) -> None:
    office.settings = settings_for("http://127.0.0.1:8000")
    letter, browser = office.letters[SECOND], office.browser()
    entered = browser.post(f"/b/{letter.token}", data={"kode": letter.code})
    (cookie,) = entered.headers.get_list("set-cookie")
    assert cookie.startswith("fp-sak-")
    assert "Secure" not in cookie
    assert browser.get(f"/sak/{office.case}").status_code == 200


def test_a_remembered_device_needs_no_code_but_still_a_press_of_the_button(office: Office) -> None:
    letter, browser = office.letters[SECOND], office.browser()
    browser.post(f"/b/{letter.token}", data={"kode": letter.code, "husk": "ja"})
    office.now += SESSION + timedelta(hours=1)
    assert browser.get(f"/sak/{office.case}").status_code == 403
    assert browser.get(f"/b/{letter.token}").status_code == 200
    assert browser.post(f"/b/{letter.token}", data={"kode": ""}).status_code == 303
    assert browser.get(f"/sak/{office.case}").status_code == 200


def test_a_device_remembers_its_own_member_only(office: Office) -> None:
    browser = office.browser()
    browser.post(
        f"/b/{office.letters[SECOND].token}", data={"kode": office.letters[SECOND].code, "husk": "ja"}
    )
    assert browser.post(f"/b/{office.letters[LEADER].token}", data={"kode": ""}).status_code == 422


def test_the_simplest_link_asks_for_no_code_but_still_for_a_press_of_the_button(office: Office) -> None:
    letter = give_letters(office.db, office.case, now=office.now, level="enkel")[SECOND]
    browser = office.browser()
    before = office.dump()
    page = browser.get(f"/b/{letter.token}")
    assert 'name="kode"' not in page.text
    assert "set-cookie" not in page.headers
    assert office.dump() == before
    assert browser.post(f"/b/{letter.token}").status_code == 303
    assert browser.get(f"/sak/{office.case}").status_code == 200


def test_a_session_ends_after_eight_hours(office: Office) -> None:
    browser = office.inside(SECOND)
    office.now += SESSION
    assert browser.get(f"/sak/{office.case}").status_code == 403


def test_an_empty_or_half_code_is_not_counted_however_often(office: Office) -> None:
    letter, browser = office.letters[SECOND], office.browser()
    for code in ["", "   ", "12345", "abcdef", "1234567"] * 4:
        refused = browser.post(f"/b/{letter.token}", data={"kode": code})
        assert refused.status_code == 422
        assert "autofocus" in refused.text
    assert browser.post(f"/b/{letter.token}", data={"kode": letter.code}).status_code == 303


def wrong_codes(right: str) -> list[str]:
    return [f"{(int(right) + n) % 10**6:06}" for n in range(1, 6)]


def test_wrong_codes_count_down_and_the_fifth_locks_the_link(office: Office) -> None:
    letter, browser = office.letters[SECOND], office.browser()
    told = [browser.post(f"/b/{letter.token}", data={"kode": code}) for code in wrong_codes(letter.code)]
    assert [answer.status_code for answer in told] == [422, 422, 422, 422, 410]
    for answer, left in zip(told, ("fire forsøk", "tre forsøk", "to forsøk", "ett forsøk"), strict=False):
        assert left in answer.text
    assert "Send meg ny lenke" in told[-1].text
    assert browser.post(f"/b/{letter.token}", data={"kode": letter.code}).status_code == 410


def test_a_locked_link_gives_way_to_a_new_one_at_most_three_times_an_hour(office: Office) -> None:
    letter, browser = office.letters[SECOND], office.browser()
    for code in wrong_codes(letter.code):
        browser.post(f"/b/{letter.token}", data={"kode": code})
    told = [browser.post(f"/b/{letter.token}/ny-lenke").status_code for _ in range(5)]
    assert told == [200, 200, 200, 429, 429]
    letters = [row for row in office.dump()["outbox"] if letter.person in row and "case" in row]
    assert len(letters) == 1 + 3


def test_forged_cut_and_mistyped_tokens_are_told_apart_kindly(office: Office) -> None:
    letter, browser = office.letters[SECOND], office.browser()
    forged = token_for({1: b"x" * 32}, kid=1, purpose="b", link_id=letter.link, generation=1)
    for token, words in (
        (forged, "Vi kjenner ikke denne lenken"),
        (letter.token[:-3], "Vi kjenner ikke denne lenken"),
        (typo(letter.token), "Lenken er ikke helt riktig"),
        ("hei", "Vi kjenner ikke denne lenken"),
    ):
        assert browser.get(f"/b/{token}").status_code == 404
        refused = browser.post(f"/b/{token}", data={"kode": letter.code})
        assert refused.status_code == 404
        assert words in refused.text


def test_an_expired_link_is_gone_and_offers_a_new_one(office: Office) -> None:
    letter = office.letters[SECOND]
    office.now = ANSWERED_AT + timedelta(days=40)
    for answer in (
        office.browser().get(f"/b/{letter.token}"),
        office.browser().post(f"/b/{letter.token}", data={"kode": letter.code}),
    ):
        assert answer.status_code == 410
        assert "Send meg ny lenke" in answer.text
        assert "set-cookie" not in answer.headers


def test_a_revoked_link_throws_out_the_browser_that_came_in_through_it(office: Office) -> None:
    browser = office.inside(SECOND)
    with office.db.writing() as tx:
        links.revoke(tx, link=office.letters[SECOND].link, reason="revoked", now=office.now)
    assert browser.get(f"/sak/{office.case}").status_code == 403
    assert browser.get(f"/b/{office.letters[SECOND].token}").status_code == 410


def test_a_link_whose_key_is_lost_is_closed_and_a_new_one_comes_by_post(office: Office) -> None:
    letter = office.letters[SECOND]
    refused = open_door(
        office.db,
        keys={7: b"n" * 32},
        token=letter.token,
        code=letter.code,
        remember=False,
        now=office.now,
    )
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["link_revoked"]
    assert renew_link(office.db, token=letter.token, now=office.now) is None


def test_a_link_to_a_withdrawn_case_says_so_and_asks_for_nothing(office: Office) -> None:
    withdraw_case(
        office.db, case=office.case, by="programkontor@example.org", reason="Feil bilag", now=office.now
    )
    told = office.browser().get(f"/b/{office.letters[SECOND].token}")
    assert told.status_code == 200
    assert "Saken ble trukket" in told.text
    assert "<form" not in told.text
    assert office.browser().post(f"/b/{office.letters[SECOND].token}/ny-lenke").status_code == 200


def test_a_form_with_fields_of_its_own_making_is_refused(office: Office) -> None:
    letter = office.letters[SECOND]
    for body in (
        f"kode={letter.code}&admin=1",
        f"kode={letter.code}&kode=000000",
        "kode=%FF",
        "kode=%00",
        "&".join(f"f{n}=1" for n in range(200)),
    ):
        answer = office.browser().post(
            f"/b/{letter.token}", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 400, body
    assert office.browser().post(f"/b/{letter.token}", json={"kode": letter.code}).status_code == 415
