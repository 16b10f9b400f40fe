"""Can everybody read the report, on a phone and at a desk, and see it change?"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from demo import pages
from demo.run import fresh, staged
from demo.story import Stage
from documents.tertial.editions import statusrapport
from engine import clock
from engine.core.report.sections import tertial_report
from tests.browser.test_answer import chromium, inspect, page_on, pytestmark
from tests.browser.test_demo import press
from tests.unit.test_tertial_documents import the_known

__all__ = ["chromium", "pytestmark"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    db = fresh(f"sqlite:///{tmp_path_factory.mktemp('rapport') / 'demo.db'}")
    with staged(db, keys={1: b"d" * 32}, real=clock.now, ticking=True, port=0) as on:
        yield on
    db.close()


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_the_errors_of_the_published_report_stand_side_by_side(
    chromium: Browser, stage: Stage, screen: str
) -> None:
    page = page_on(chromium, screen)
    page.goto(f"{stage.base_url}{pages.START}")
    page.get_by_role("link", name="Finn feilene", exact=True).click()
    first = page.locator(".demo-finding").first
    assert "3\u00a0960\u00a0000 kroner" in first.inner_text()
    assert "3\u00a0900\u00a0000 kroner" in first.inner_text()
    inspect(page, f"{screen}-demo-errors")


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_the_report_can_be_read_as_a_page(chromium: Browser, stage: Stage, screen: str) -> None:
    page = page_on(chromium, screen)
    page.goto(f"{stage.base_url}/rapport/2024-T3")
    assert page.get_by_role("table", name="Tabell 4").count() == 1
    inspect(page, f"{screen}-report")


def test_one_decision_changes_the_report(chromium: Browser, stage: Stage) -> None:
    page = page_on(chromium, "desk")
    page.goto(f"{stage.base_url}{pages.START}/rapport")
    assert "Ingenting har endret seg ennå" in page.content()
    inspect(page, "desk-report-before")
    press(page, "La gruppa avgjøre saken")
    assert "gikk fra konseptfase til prosjektfase" in page.content()
    table = page.get_by_role("region", name="Prosjekter per fase 30.04.2025")
    assert "5 → 4" in table.inner_text()
    assert "23 → 24" in table.inner_text()
    inspect(page, "desk-report-after")
    phone = page_on(chromium, "phone")
    phone.goto(f"{stage.base_url}{pages.START}/rapport")
    inspect(phone, "phone-report-after")


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_the_page_that_stands_alone_has_no_accessibility_fault(
    chromium: Browser, tmp_path: Path, screen: str
) -> None:
    file = tmp_path / "rapport.html"
    file.write_bytes(statusrapport(tertial_report(the_known()), format="html").content)
    page = page_on(chromium, screen)
    page.goto(file.as_uri())
    assert date(2024, 12, 31).strftime("%d.%m.%Y") in page.content()
    inspect(page, f"{screen}-report-alone")
