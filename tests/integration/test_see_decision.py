"""Does «Se beslutningen» show the decision — to the members, and to those who are to act on it?"""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Final

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from demo import scene
from engine.core.refusal import Refused
from engine.use_cases.cases.conclude_case import Concluded, Condition, conclude_case
from engine.use_cases.meetings.run_meeting import close_meeting
from engine.use_cases.meetings.write_minutes import Written, write_minutes
from notifications.delivery import MailSettings, deliver_due
from tests.integration.test_meeting_letters import newest, text_of
from tests.integration.test_web_case import answer
from tests.integration.test_web_meeting import hold_the_meeting
from tests.mail_servers import Mailbox, real_server
from tests.web_builders import KEYS, LEADER, MEMBERS, SECRETARY, Office

WORDING: Final = "Prosjektet går til planlegging når nullpunktet er kjent."
CONDITION: Final = "Nullpunktet er målt i to soner."
COMMENT: Final = "Det haster for soner uten nattvakt."


@pytest.fixture
def post() -> Iterator[tuple[Mailbox, int]]:
    with real_server() as server:
        yield server


def concluded(office: Office) -> None:
    """The chair approves on one condition."""
    done = conclude_case(
        office.db,
        case=office.case,
        by=LEADER,
        outcome="godkjent_med_forutsetninger",
        wording=WORDING,
        conditions=[Condition(text=CONDITION, owner="gevinstansvarlig", due="2025-04-04")],
        now=office.now,
    )
    assert isinstance(done, Concluded), done


def deliver(office: Office, port: int) -> None:
    settings = MailSettings(
        smtp_url=f"smtp://127.0.0.1:{port}?tls=none",
        mail_from="Faseport <faseport@example.org>",
        base_url=office.settings.base_url,
    )
    office.now += timedelta(minutes=1)
    assert deliver_due(office.db, keys=KEYS, settings=settings, worker="w1", now=office.now).dead == 0


def the_way_in(letter: EmailMessage) -> tuple[str, str]:
    """Where the letter's «Se beslutningen» leads, and its code («» for a letter that has none)."""
    text = text_of(letter)
    found = re.search(r"^Se beslutningen:\nhttps://faseport\.example\.org(/b/\S+)$", text, re.M)
    assert found is not None, text
    code = re.search(r"^(\d{3} \d{3})$", text, re.M)
    return found[1], "" if code is None else code[1]


def walk_in(browser: TestClient, address: str, code: str) -> str:
    """The page behind the door, by its form."""
    door = browser.get(address)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', door.text))
    assert "Se beslutningen" in door.text
    assert WORDING not in door.text, "a scanner opens every link"
    inside = browser.post(address.split("?")[0], data=fields | {"kode": code})
    assert inside.status_code == 303, inside.text
    return browser.get(inside.headers["location"]).text


def answered(office: Office) -> None:
    for email in MEMBERS[:2] + MEMBERS[4:7]:
        assert answer(office.inside(email), office, "godkjenn", kommentar=COMMENT).status_code == 303


def test_a_members_letter_opens_the_decided_case_with_the_code_of_the_first_letter(
    office: Office, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    answered(office)
    concluded(office)
    deliver(office, port)
    member = MEMBERS[1]
    address, _ = the_way_in(newest(mailbox, member))
    page = walk_in(office.browser(), address, office.letters[member].code)
    for told in (WORDING, "F1", CONDITION, "Frist: fredag 4. april", f"/sak/{office.case}/saksframlegg.pdf"):
        assert told in page
    wrong = office.browser().post(address, data={"kode": "000000"})
    assert wrong.status_code == 422
    assert "Koden stemmer ikke" in wrong.text
    assert WORDING not in wrong.text


def test_a_remembered_device_opens_the_decided_case_without_a_code(
    office: Office, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    member = MEMBERS[1]
    letter, browser = office.letters[member], office.browser()
    remembered = {"kode": letter.code, "husk": "ja"}
    assert browser.post(f"/b/{letter.token}", data=remembered).status_code == 303
    answered(office)
    concluded(office)
    deliver(office, port)
    address, _ = the_way_in(newest(mailbox, member))
    assert WORDING in walk_in(browser, address, "")


@pytest.mark.parametrize("reader", [scene.STUDY_LEADER, scene.BENEFIT_OWNER])
def test_those_who_are_to_act_on_it_get_a_way_in_of_their_own_and_read_no_members_comment(
    office: Office, post: tuple[Mailbox, int], reader: str
) -> None:
    mailbox, port = post
    answered(office)
    concluded(office)
    deliver(office, port)
    letter = newest(mailbox, reader)
    mine = "Du er ansvarlig for F1." in text_of(letter)
    assert mine is (reader == scene.BENEFIT_OWNER)
    assert "Se hva som gjenstår:\nhttps://faseport.example.org/b/" in text_of(letter)
    address, code = the_way_in(letter)
    browser = office.browser()
    page = walk_in(browser, address, code)
    assert WORDING in page
    assert CONDITION in page
    assert COMMENT not in page
    assert browser.get(f"/sak/{office.case}/saksframlegg.html").status_code == 200
    assert browser.get("/frister").status_code == 200


def test_a_way_in_to_ones_deadlines_opens_no_case_that_is_still_open_and_nobody_elses(
    office: Office, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    answered(office)
    concluded(office)
    deliver(office, port)
    address, code = the_way_in(newest(mailbox, scene.BENEFIT_OWNER))
    browser = office.browser()
    walk_in(browser, address, code)
    with office.db.writing() as tx:
        tx.execute(text("UPDATE gate_case SET status = 'open'"))
    assert browser.get(f"/sak/{office.case}").status_code == 403
    assert browser.get(f"/sak/{office.case}/saksframlegg.html").status_code == 403


def test_after_a_meeting_the_decided_case_leads_on_to_its_referat(meeting_office: Office) -> None:
    office = meeting_office
    hold_the_meeting(office)
    concluded(office)
    closed = close_meeting(office.db, meeting=office.meeting or "", by=SECRETARY, now=office.now)
    assert not isinstance(closed, Refused)
    before = office.inside(MEMBERS[1]).get(f"/sak/{office.case}").text
    assert f"/mote/{office.meeting}/referat" not in before
    sent = write_minutes(
        office.db,
        meeting=office.meeting or "",
        by=SECRETARY,
        send=True,
        render=lambda _: b"%PDF-",
        now=office.now,
    )
    assert isinstance(sent, Written)
    assert f"/mote/{office.meeting}/referat" in office.inside(MEMBERS[1]).get(f"/sak/{office.case}").text
