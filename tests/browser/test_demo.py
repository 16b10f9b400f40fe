"""Can a newcomer walk through the demo's doors in a browser, on a phone and at a desk?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from demo import pages, scene, story
from demo.run import fresh, staged
from demo.story import Stage
from engine import clock
from engine.store import cases
from tests.browser.test_answer import chromium, inspect, page_on, pytestmark

__all__ = ["chromium", "pytestmark"]

KEYS = {1: b"d" * 32}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    db = fresh(f"sqlite:///{tmp_path / 'demo.db'}")
    with staged(db, keys=KEYS, real=clock.now, ticking=True, port=0) as on:
        yield on
    db.close()


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page it leads to."""
    with page.expect_navigation(wait_until="networkidle"):
        page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_a_newcomer_decides_a_case_and_sees_the_portfolio_change(
    chromium: Browser, stage: Stage, screen: str
) -> None:
    page = page_on(chromium, screen)
    page.goto(f"{stage.base_url}{pages.START}")
    inspect(page, f"{screen}-demo-doors")
    press(page, "Be om faseovergang")
    assert "Tre krav gjenstår før BP2" in page.content()
    inspect(page, f"{screen}-demo-refused")

    page.goto(f"{stage.base_url}{pages.START}")
    press(page, "La de andre svare, og åpne brevet mitt")
    inspect(page, f"{screen}-demo-letter")
    letter = stage.mailbox.to(story.CHAIR)[0]
    with page.expect_navigation():
        page.frame_locator("iframe").get_by_role("link", name="Les saken og svar").click()
    page.get_by_label("Koden i e-posten").fill(letter.code or "")
    press(page, "Gå til saken")
    page.get_by_role("radio", name="Godkjenn", exact=True).check()
    press(page, "Send svaret")
    assert "Svaret ditt er registrert" in page.content()

    page.goto(f"{stage.base_url}{pages.MAILBOX}")
    inspect(page, f"{screen}-demo-mailbox")
    page.goto(f"{stage.base_url}{pages.START}/portefolje")
    assert "Ingenting har flyttet seg ennå" in page.content()


def test_the_doors_work_in_any_order_and_twice(chromium: Browser, stage: Stage) -> None:
    page = page_on(chromium, "desk")
    page.goto(f"{stage.base_url}{pages.START}")
    press(page, "Fyll inn det som mangler")
    assert re.search(r"Klar for BP2|Ingen krav", page.content()) is not None
    page.goto(f"{stage.base_url}{pages.START}")
    press(page, "Be om faseovergang")
    assert page.url.endswith(pages.MAILBOX)
    for _ in range(2):
        page.request.post(
            f"{stage.base_url}{pages.START}/de-andre", headers={"Origin": stage.base_url}, max_redirects=0
        )
    with stage.db.reading() as tx:
        (case,) = cases.list_cases(tx, project=scene.PROJECT)
        cast = cases.ballots(tx, case.id)
    assert len(cast) == len({ballot.seat for ballot in cast}) == len(story.ANSWERS) - 1
