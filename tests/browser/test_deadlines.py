"""Can deadlines be read and settled on a phone, followed up at a desk, and read aloud everywhere?"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_answer import SCREENS, chromium, inspect, page_on, pytestmark, serving
from tests.deadline_builders import PROJECT_LEADER, owed_by, status_of, way_in
from tests.web_builders import SECRETARY, Office

__all__ = ["chromium", "pytestmark"]


@pytest.fixture
def served(deadline_office: Office) -> Iterator[Office]:
    """The house in May, served."""
    with serving(deadline_office) as running:
        yield running


def walk_in(page: Page, office: Office, email: str, *, line: str = "") -> None:
    """Follow the letter's link, or that of one of its lines, and give the code."""
    letter = way_in(office, email)
    page.goto(f"{office.settings.base_url}/b/{letter.token}{f'?frist={line}' if line else ''}")
    page.get_by_label("Koden i e-posten").fill(letter.code)
    page.get_by_role("button", name="Gå til fristene").click()
    page.wait_for_url("**/frister*")


@pytest.mark.parametrize("screen", SCREENS)
def test_programkontoret_settles_from_a_line_of_the_letter(
    chromium: Browser, served: Office, screen: str
) -> None:
    page = page_on(chromium, screen)
    line = owed_by(served, SECRETARY, "duty:ros")[0].id
    letter = way_in(served, SECRETARY)
    page.goto(f"{served.settings.base_url}/b/{letter.token}?frist={line}")
    inspect(page, f"{screen}-deadlines-door")
    page.get_by_label("Koden i e-posten").fill(letter.code)
    page.get_by_role("button", name="Gå til fristene").click()
    page.wait_for_url(f"**/frister?frist={line}#frist-{line}")
    inspect(page, f"{screen}-deadlines-office")

    mine = page.locator(f"#frist-{line}")
    mine.get_by_role("button", name="Meld som utført").click()
    assert page.locator(":focus").evaluate("each => each.className").startswith("ds-error-summary")
    inspect(page, f"{screen}-deadlines-error")
    mine.get_by_label("Hva er gjort?").fill("Analysen er revidert og ligger i rommet.")
    mine.get_by_role("button", name="Meld som utført").click()
    assert page.get_by_role("heading", name="Meldt som utført").is_visible()
    assert status_of(served, line) == "settled"


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_programkontoret_follows_up_what_others_are_late_with(
    chromium: Browser, served: Office, screen: str
) -> None:
    page = page_on(chromium, screen)
    walk_in(page, served, SECRETARY)
    late = owed_by(served, PROJECT_LEADER, "duty:statusrapport")[0].id
    one = page.locator(f"#frist-{late}")
    one.get_by_role("button", name="Varsle prosjekteier").click()
    assert page.get_by_role("heading", name="Prosjekteieren er varslet").is_visible()
    assert one.get_by_role("button", name="Varsle prosjekteier").count() == 0, "once a day"
    one.get_by_text("Gi ny frist").first.click()
    one.get_by_label("Ny frist").fill("2025-05-28")
    one.get_by_label("Hvorfor?").fill("Ny prosjektleder.")
    inspect(page, f"{screen}-deadlines-extend")
    one.get_by_role("button", name="Gi ny frist").click()
    assert page.get_by_role("heading", name="Ny frist er satt").is_visible()
    assert page.locator(f"#frist-{late}").count() == 0, "it is late no more"


@pytest.mark.parametrize("screen", SCREENS)
def test_a_project_leader_sees_what_is_owed_and_gets_it_in_a_calendar(
    chromium: Browser, served: Office, screen: str
) -> None:
    page = page_on(chromium, screen)
    walk_in(page, served, PROJECT_LEADER)
    assert page.get_by_text("Over fristen.").is_visible()
    page.get_by_role("button", name="Lag kalenderadresse").click()
    address = page.get_by_label("Kalenderadressen din").input_value()
    assert "/kalender/fpk1-" in address
    # The pages are told their address before the server has found its port.
    address = address.replace("http://127.0.0.1", served.settings.base_url)
    inspect(page, f"{screen}-deadlines-leader")
    assert page.request.get(address).text().startswith("BEGIN:VCALENDAR")
    page.get_by_role("button", name="Steng adressen").click()
    assert page.get_by_role("heading", name="Kalenderadressen er stengt").is_visible()
    assert page.request.get(address).status == 410


@pytest.mark.parametrize("screen", SCREENS)
def test_the_year_is_a_picture_with_words_and_a_table(chromium: Browser, served: Office, screen: str) -> None:
    page = page_on(chromium, screen)
    page.goto(f"{served.settings.base_url}/arshjul")
    picture = page.get_by_role("img", name="Frister per måned")
    assert picture.evaluate("each => each.complete && each.naturalWidth > 0")
    inspect(page, f"{screen}-wheel")
    page.get_by_role("link", name="2026").click()
    assert page.get_by_role("heading", name="Årshjul 2026").is_visible()
