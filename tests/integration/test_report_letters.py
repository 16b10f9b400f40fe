"""Are a project's owner and leader told of its report at once, and does one press settle everything? Story,
part 2, steps 25–27.
"""

import email
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from html import unescape
from typing import Any

import pytest

from demo import scene
from engine.core.record.letters import REMINDER, REPORT_APPROVED, REPORT_DELIVERED
from engine.store import outbox
from engine.store.record import ledger
from engine.use_cases.obligations.look_after import look_after
from engine.use_cases.people.register_person import register_person
from engine.use_cases.projects.change_facts import assign_role
from engine.use_cases.reports.approve_report import Approved, approve_report
from engine.use_cases.reports.deliver_report import Delivered, deliver_report
from notifications import smtp
from notifications.delivery import MailSettings, deliver_due
from tests.deadline_builders import PROJECT_LEADER, give_project_leader, owed_by
from tests.web_builders import KEYS, OWNER, SECRETARY, Office

KEY, PERIOD = scene.PROJECT, "2025-T1"
TITLE = "Implementering av eksisterende velferdsteknologi i hjemmebaserte tjenester"
PATH = f"/rapportering/{KEY}/{PERIOD}"
DELIVERED_AT = datetime(2025, 5, 16, 8, 42, tzinfo=UTC)
APPROVED_AT = datetime(2025, 5, 16, 9, 30, tzinfo=UTC)
MONDAY = datetime(2025, 5, 19, 6, 0, tzinfo=UTC)
MAIL = MailSettings(
    smtp_url="smtp://127.0.0.1:2525",
    mail_from="Faseport <faseport@example.org>",
    base_url="https://faseport.example.org",
)


@pytest.fixture
def desk(office: Office) -> Office:
    """The story's house on Friday 16 May, with a project leader who is one day late."""
    office.now = DELIVERED_AT
    give_project_leader(office)
    look_after(office.db, now=office.now)
    posted(office)
    return office


def posted(office: Office) -> list[tuple[str, EmailMessage]]:
    """Everything that leaves now, by address."""
    left: list[tuple[str, EmailMessage]] = []

    def carry(
        batch: Sequence[smtp.Outgoing], *, before_data: smtp.BeforeData, **_how: object
    ) -> tuple[smtp.Outcome, ...]:
        going = set(before_data([one.letter for one in batch]))
        for one in batch:
            if one.letter in going:
                left.append((one.recipient, email.message_from_bytes(one.content, policy=default)))
        return tuple(
            smtp.Outcome(letter=one.letter, state="sent", phase="data", reply="250 ok")
            for one in batch
            if one.letter in going
        )

    deliver_due(office.db, keys=KEYS, settings=MAIL, worker=f"w-{office.now}", now=office.now, carry=carry)
    return left


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def reminds(message: EmailMessage) -> bool:
    """Whether a letter has a line about the story's status report."""
    return re.search(rf"tatusrapport[^\n]*\n+{re.escape(TITLE)}", text_of(message)) is not None


def deliver(office: Office, **told: Any) -> Any:
    raw = {"progress": "Opplæring i fire soner."} | told
    return deliver_report(office.db, key=KEY, period=PERIOD, raw=raw, by=PROJECT_LEADER, now=office.now)


def states(office: Office, kind: str) -> list[str]:
    with office.db.reading() as tx:
        return [one.state for one in outbox.list_letters(tx) if one.kind == kind]


def inside_by(office: Office, text: str) -> tuple[Any, str]:
    """A browser that has come in with the letter's link and code, and where it was led."""
    lines = text.splitlines()
    (url,) = re.findall(r"https://\S+/b/\S+rapport=\S+", text)
    code = next(line for line in lines if len(line) == 7 and line.replace(" ", "").isdigit())
    browser = office.browser()
    place = url.removeprefix(MAIL.base_url)
    door = browser.get(place)
    assert "Gå til rapporten" in door.text
    assert KEY not in door.text.replace(f'value="{KEY}/{PERIOD}"', "")
    data = {"kode": code, "rapport": f"{KEY}/{PERIOD}"}
    entered = browser.post(place.partition("?")[0], data=data)
    assert entered.status_code == 303, entered.text
    return browser, entered.headers["location"]


def test_delivered_at_10_42_approved_by_one_press_at_11_30_and_nobody_is_reminded_on_monday(
    desk: Office,
) -> None:
    assert isinstance(deliver(desk), Delivered)
    ((address, message),) = posted(desk)
    assert address == OWNER
    assert message["subject"].startswith("Godkjenn statusrapporten for 1. tertial 2025")
    text = text_of(message)
    assert "Prosjektleder velferdsteknologi leverte den fredag 16. mai 2025 kl. 10.42." in text
    assert "Gjør du ingenting innen onsdag 21. mai 2025" in text

    desk.now = APPROVED_AT
    browser, place = inside_by(desk, text)
    assert place == PATH
    assert "Godkjenn rapporten" in browser.get(PATH).text
    assert browser.post(f"{PATH}/godkjent", data={"versjon": "1"}).status_code == 303
    ((address, message),) = posted(desk)
    assert address == PROJECT_LEADER
    assert "godkjente den fredag 16. mai 2025 kl. 11.30." in text_of(message)
    assert "/b/" not in text_of(message)

    # The warning that would have gone on Monday does not, neither to leader, owner nor office.
    desk.now = MONDAY
    look_after(desk.db, now=MONDAY)
    assert not any(reminds(one) for _, one in posted(desk))
    reports = owed_by(desk, PROJECT_LEADER, "duty:statusrapport")
    assert PERIOD not in [one.about["period"] for one in reports]
    assert owed_by(desk, OWNER, "rapportgodkjenning") == []
    with desk.db.reading() as tx:
        assert ledger.verify(tx).faults == ()


def test_the_same_monday_without_a_report_reminds(desk: Office) -> None:
    desk.now = MONDAY
    look_after(desk.db, now=MONDAY)
    assert SECRETARY in [to for to, one in posted(desk) if reminds(one)]


def test_a_corrected_version_asks_anew_and_takes_the_older_letter_back(desk: Office) -> None:
    deliver(desk)
    desk.now += timedelta(minutes=5)
    deliver(desk, progress="Opplæring i fem soner.")
    assert sorted(states(desk, REPORT_DELIVERED)) == ["due", "withdrawn"]
    ((address, message),) = posted(desk)
    assert address == OWNER
    assert "leverte en ny versjon fredag 16. mai 2025 kl. 10.47." in text_of(message)


def test_a_version_corrected_after_its_letter_left_is_asked_about_once_more(desk: Office) -> None:
    deliver(desk)
    (first,) = posted(desk)
    desk.now += timedelta(hours=1)
    deliver(desk, progress="Opplæring i fem soner.")
    (second,) = posted(desk)
    assert first[1]["message-id"] != second[1]["message-id"]
    assert first[1]["subject"] == second[1]["subject"]
    # Both letters lead to the same page by the same link: only the newest version can be approved.
    assert [line for line in text_of(first[1]).splitlines() if "/b/" in line] == [
        line for line in text_of(second[1]).splitlines() if "/b/" in line
    ]


def new_owner(office: Office) -> None:
    assign_role(
        office.db,
        key=KEY,
        role="prosjekteier",
        who="kommunalsjef-boa@example.org",
        valid_from=date(2025, 5, 16),
        by=SECRETARY,
        now=office.now,
    )


def approve_first(office: Office) -> None:
    told: dict[str, Any] = {"key": KEY, "period": PERIOD, "by": OWNER, "now": office.now}
    assert isinstance(approve_report(office.db, **told), Approved)


@pytest.mark.parametrize("act", [new_owner, approve_first])
def test_a_letter_that_has_not_left_is_not_sent_when_there_is_nothing_to_ask_its_reader(
    desk: Office, act: Callable[[Office], None]
) -> None:
    deliver(desk)
    act(desk)
    assert OWNER not in [to for to, _ in posted(desk)]
    assert states(desk, REPORT_DELIVERED) == ["withdrawn"]


def test_whoever_delivers_as_the_owner_gets_no_letter_about_it(desk: Office) -> None:
    told: dict[str, Any] = {"key": KEY, "valid_from": date(2025, 5, 1), "by": SECRETARY, "now": desk.now}
    assign_role(desk.db, role="prosjekteier", who=PROJECT_LEADER, **told)
    deliver(desk)
    assert states(desk, REPORT_DELIVERED) == []


def test_a_letter_to_an_old_address_goes_again_to_the_new_one(desk: Office) -> None:
    deliver(desk)
    deliver_due(
        desk.db,
        keys=KEYS,
        settings=MAIL,
        worker="w",
        now=desk.now,
        carry=lambda batch, **_how: tuple(
            smtp.Outcome(letter=one.letter, state="retry", phase="rcpt", reply="450 senere") for one in batch
        ),
    )
    register_person(desk.db, name="Kommunalsjef", email="ny-eier@example.org", was=OWNER, now=desk.now)
    desk.now += timedelta(hours=2)
    told = [one for to, one in posted(desk) if to == "ny-eier@example.org"]
    assert any(one["subject"].startswith("Godkjenn statusrapporten") for one in told)
    assert sorted(states(desk, REPORT_DELIVERED)) == ["sent", "withdrawn"]


def test_the_reminder_tells_how_much_the_form_asks_for_and_leads_straight_to_it(office: Office) -> None:
    office.now = datetime(2025, 4, 30, 8, 0, tzinfo=UTC)
    give_project_leader(office)
    look_after(office.db, now=office.now - timedelta(days=1))
    look_after(office.db, now=office.now)
    look_after(office.db, now=office.now)
    (text,) = [text_of(one) for to, one in posted(office) if to == PROJECT_LEADER]
    assert "Statusrapport for prosjektet, 1. tertial 2025" in text
    assert "Frist torsdag 15. mai 2025, om ti virkedager." in text
    assert "felt. Det er den første rapporten fra prosjektet." in text
    assert states(office, REMINDER)
    browser, place = inside_by(office, text)
    assert place == PATH
    assert "Lever rapporten" in browser.get(PATH).text
    mine, *later = owed_by(office, PROJECT_LEADER, "duty:statusrapport")
    assert (mine.about["fields"], mine.about["changed"], mine.path) == ("5", "", PATH)
    assert later
    # What its form will ask for is not known before the tertial has begun.
    assert not any("fields" in one.about for one in later)
    assert "Fem felt." in unescape(browser.get("/frister").text)
    assert states(office, REPORT_APPROVED) == []
