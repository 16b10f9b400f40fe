"""Can a project's report be filled in, delivered and approved in a real browser, on a phone and at a desk?"""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page

from demo import scene
from engine.use_cases.projects.change_facts import assign_role
from tests.browser.test_answer import SCREENS, chromium, inspect, page_on, pytestmark, serving
from tests.web_builders import OWNER, SECOND, SECRETARY, Office

__all__ = ["chromium", "pytestmark"]

PATH = f"/rapportering/{scene.PROJECT}/2025-T1"


@pytest.fixture
def served(office: Office) -> Iterator[Office]:
    """The story's house, served, with a leader of the project among the members."""
    told = {"role": "prosjektleder", "who": SECOND, "by": SECRETARY}
    assign_role(office.db, key=scene.PROJECT, valid_from=date(2025, 1, 1), now=office.now, **told)
    with serving(office) as running:
        yield running


def walk_in(page: Page, office: Office, email: str) -> None:
    letter = office.letters[email]
    page.goto(f"{office.settings.base_url}/b/{letter.token}")
    page.get_by_label("Koden i e-posten").fill(letter.code)
    page.get_by_role("button", name="Gå til saken", exact=True).click()
    page.wait_for_url("**/sak/**")
    page.goto(f"{office.settings.base_url}{PATH}")


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_report_goes_from_the_leader_to_the_owner(chromium: Browser, served: Office, screen: str) -> None:
    leader = page_on(chromium, screen)
    walk_in(leader, served, SECOND)
    inspect(leader, f"{screen}-report-form")
    press(leader, "Lever rapporten")
    inspect(leader, f"{screen}-report-mistake")
    leader.get_by_label("Fremdrift og resultater").fill("Omfanget er avklart med fire soner.")
    leader.get_by_label("Hva som kan skje").first.fill("Lite tid til opplæring")
    leader.get_by_label("Sannsynlighet").first.select_option("4")
    leader.get_by_label("Konsekvens").first.select_option("3")
    press(leader, "Lever rapporten")
    inspect(leader, f"{screen}-report-delivered")
    assert leader.get_by_text("Venter på eier.").count() == 1
    owner = page_on(chromium, screen)
    walk_in(owner, served, OWNER)
    press(owner, "Godkjenn rapporten")
    inspect(owner, f"{screen}-report-approved")
    assert owner.get_by_text("Godkjent av eier.").count() == 1
