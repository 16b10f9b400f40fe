"""Can a meeting be read on a phone and run at a desk, from the list to the referat, by everybody?"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from demo import scene
from engine.store import cases, meetings
from engine.use_cases.cases.amend_case import amend_case
from engine.use_cases.projects.change_facts import change_facts
from tests.browser.test_answer import SCREENS, chromium, inspect, page_on, pytestmark, serving
from tests.web_builders import LEADER, MEMBERS, MET_AT, OWNER, SECOND, SECRETARY, Office

__all__ = ["chromium", "pytestmark"]

NURSING = "kommunalsjef-sykehjem@example.org"
DEPUTY = "fagleder-medisinske@example.org"
WORK = "kommunalsjef-arbeid@example.org"


@pytest.fixture
def served(meeting_office: Office) -> Iterator[Office]:
    """The house before the meeting of 5 February, served."""
    with serving(meeting_office) as running:
        yield running


def walk_in(page: Page, office: Office, email: str) -> None:
    """Follow the letter's link, give the code and land on the list."""
    letter = office.letters[email]
    page.goto(f"{office.settings.base_url}/b/{letter.token}")
    page.get_by_label("Koden i e-posten").fill(letter.code)
    page.get_by_role("button", name="Gå til sakene", exact=True).click()
    page.wait_for_url(f"**/mote/{office.meeting}")


def read_first_case(page: Page) -> None:
    page.get_by_role("link", name="Implementering av eksisterende").first.click()
    page.wait_for_url("**/sak/**")


def answer(page: Page, choice: str) -> None:
    page.get_by_role("radio", name=choice, exact=True).check()
    page.get_by_role("button", name="Send svaret", exact=True).click()
    page.wait_for_url("**/kvittering/**")


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_member_reads_the_list_and_answers_one_case_after_the_other(
    chromium: Browser, served: Office, screen: str
) -> None:
    page = page_on(chromium, screen)
    page.goto(f"{served.settings.base_url}/b/{served.letters[SECOND].token}")
    inspect(page, f"{screen}-meeting-door")
    walk_in(page, served, SECOND)
    inspect(page, f"{screen}-meeting-list")
    read_first_case(page)
    inspect(page, f"{screen}-meeting-case")
    answer(page, "Godkjenn")
    inspect(page, f"{screen}-meeting-receipt")
    page.get_by_role("link", name="Til sakslista").click()
    page.get_by_role("link", name="Nytt varslingssystem").click()
    answer(page, "Avstår")
    page.get_by_role("link", name="Til sakslista").click()
    inspect(page, f"{screen}-meeting-list-answered")
    assert page.get_by_text("Ikke svart").count() == 0


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_a_recused_member_a_deputy_and_the_owner_see_who_they_are(
    chromium: Browser, served: Office, screen: str
) -> None:
    page = page_on(chromium, screen)
    walk_in(page, served, NURSING)
    read_first_case(page)
    answer(page, "Jeg er inhabil")
    page.get_by_role("link", name="Tilbake til saken").click()
    assert page.get_by_text("Gruppa avgjør dette uten deg").is_visible()
    inspect(page, f"{screen}-meeting-recused")
    for email, name in ((DEPUTY, "deputy"), (OWNER, "owner")):
        page = page_on(chromium, screen)
        walk_in(page, served, email)
        inspect(page, f"{screen}-meeting-list-{name}")
        read_first_case(page)
        inspect(page, f"{screen}-meeting-case-{name}")


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_a_changed_case_says_what_has_changed_since_the_answer(
    chromium: Browser, served: Office, screen: str
) -> None:
    page = page_on(chromium, screen)
    walk_in(page, served, SECOND)
    read_first_case(page)
    answer(page, "Godkjenn")
    served.now += timedelta(hours=1)
    for changes, what, substance in (
        ({"cost_total": 1_400_000}, "Kostnad 1,2 → 1,4 mill. kroner", True),
        ({"cost_overview": "Lisenser, opplæring og ledelse"}, "Skrivefeil i kostnadsoversikten", False),
    ):
        change_facts(
            served.db,
            key=scene.PROJECT,
            changes=changes,
            by=scene.STUDY_LEADER,
            effective=served.now.date(),
            now=served.now,
        )
        amend_case(served.db, case=served.case, what=what, by=SECRETARY, substance=substance, now=served.now)
    page.goto(f"{served.settings.base_url}/sak/{served.case}")
    assert page.get_by_role("heading", name="Svar på nytt").is_visible()
    inspect(page, f"{screen}-meeting-changed")


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_secretary_and_chair_run_the_meeting_from_attendance_to_the_sent_referat(
    chromium: Browser, served: Office, screen: str
) -> None:
    for email in (*MEMBERS[:2], *MEMBERS[4:6]):
        member = page_on(chromium, "phone")
        walk_in(member, served, email)
        read_first_case(member)
        answer(member, "Godkjenn")
        member.context.close()
    served.now = MET_AT + timedelta(minutes=1)

    keeper = page_on(chromium, screen)
    walk_in(keeper, served, SECRETARY)
    inspect(keeper, f"{screen}-meeting-secretary")
    for box in keeper.get_by_role("group", name="Hvem er til stede?").get_by_role("checkbox").all():
        box.check()
    press(keeper, "Lagre oppmøtet")
    assert keeper.get_by_text("Åtte av åtte er til stede").is_visible()
    open_all(keeper)
    first = keeper.locator(f"#sak-{served.case}")
    first.get_by_label("Hvem svarte?").select_option("kommunalsjef-arbeid")
    with keeper.expect_navigation():
        first.get_by_role("button", name="Før svaret").click()
    assert keeper.get_by_role("link", name="Velg ett av svarene.").is_visible()
    open_all(keeper)
    inspect(keeper, f"{screen}-meeting-secretary-error")
    first.get_by_label("Hva var svaret?").select_option("godkjenn")
    with keeper.expect_navigation():
        first.get_by_role("button", name="Før svaret").click()
    assert keeper.get_by_text("Ført av sekretær").first.is_visible()
    open_all(keeper)
    first.get_by_label("Hvem gjelder det?").select_option("kommunalsjef-sykehjem")
    first.get_by_label("Hvorfor?").fill("Ektefellen leder en leverandør.")
    with keeper.expect_navigation():
        first.get_by_role("button", name="Lagre", exact=True).click()
    open_all(keeper)
    keeper.get_by_label("Tittel").fill("Nytt fra programstyret")
    press(keeper, "Legg til")
    open_all(keeper)
    inspect(keeper, f"{screen}-meeting-running")

    chair = page_on(chromium, screen)
    walk_in(chair, served, LEADER)
    inspect(chair, f"{screen}-meeting-chair")
    chair.get_by_role("link", name="Konkluder sak 1/2025").click()
    chair.get_by_role("radio", name="Godkjent med forutsetninger").check()
    chair.get_by_label("Hva", exact=True).first.fill("Nullpunkt målt i to soner")
    chair.get_by_label("Ansvar", exact=True).first.select_option("role:gevinstansvarlig")
    chair.get_by_label("Frist", exact=True).first.fill("2025-04-04")
    chair.get_by_label("Stanser neste beslutningspunkt").first.check()
    inspect(chair, f"{screen}-meeting-conclude")
    press(chair, "Konkluder")
    assert chair.get_by_role("heading", name="Beslutning", exact=True).is_visible()

    served.now = MET_AT + timedelta(minutes=40)
    keeper.goto(f"{served.settings.base_url}/mote/{served.meeting}")
    inspect(keeper, f"{screen}-meeting-closing")
    press(keeper, "Avslutt møtet")
    served.now += timedelta(minutes=60)
    press(keeper, "Skriv referat")
    inspect(keeper, f"{screen}-meeting-draft")
    served.now += timedelta(minutes=19)
    press(keeper, "Send referat")
    assert keeper.get_by_text("1 time og 19 minutter").first.is_visible()
    inspect(keeper, f"{screen}-meeting-sent")
    with served.db.reading() as tx:
        assert meetings.minutes(tx, served.meeting or "")[-1].sent

    served.now += timedelta(days=1)
    late = page_on(chromium, screen)
    late.goto(f"{served.settings.base_url}/b/{served.letters[WORK].token}")
    assert late.get_by_text("Saken ble avgjort 5. februar: godkjent med forutsetninger.").is_visible()
    inspect(late, f"{screen}-meeting-door-late")
    late.get_by_label("Koden i e-posten").fill(served.letters[WORK].code)
    press(late, "Les referatet")
    assert late.get_by_role("link", name="Les referatet").is_visible()
    inspect(late, f"{screen}-meeting-after")


def test_a_scanner_that_presses_everything_on_the_door_before_and_after_the_meeting_does_nothing(
    chromium: Browser, served: Office
) -> None:
    before = served.dump()
    for letter in served.letters.values():
        page = page_on(chromium, "desk")
        page.goto(f"{served.settings.base_url}/b/{letter.token}")
        for number in range(page.get_by_role("button").count()):
            page.goto(f"{served.settings.base_url}/b/{letter.token}")
            page.get_by_role("button").nth(number).click()
        page.context.close()
    assert served.dump() == before
    with served.db.reading() as tx:
        assert cases.ballots(tx, served.case) == ()
