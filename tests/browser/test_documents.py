"""Can everybody read the papers as pages, at a desk and on a phone?"""

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from documents.formats.blocks import Content
from documents.formats.html import html
from documents.papers.referat import minutes_content
from documents.papers.saksframlegg import case_content
from documents.papers.saksliste import agenda_content
from tests.paper_builders import a_case_paper, an_agenda, some_minutes

CHROMIUM = shutil.which("chromium") or "chromium"
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "build" / "pictures"
WIDTHS = (1000, 360)
PAPERS: dict[str, Content] = {
    "saksframlegg": case_content(a_case_paper()),
    "saksliste": agenda_content(an_agenda()),
    "referat": minutes_content(some_minutes()),
}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of this file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_has_no_accessibility_fault_and_needs_nothing_from_elsewhere(
    chromium: Browser, name: str, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900}, locale="nb-NO")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(html(name, PAPERS[name]).decode())
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
    assert asked == []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    faults = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(each => +each.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    page.close()
