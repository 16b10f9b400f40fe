"""Can a member answer on a phone and at a desk, can everybody read it, and can no machine answer instead?"""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from demo import scene
from engine.store import cases
from tests.web_builders import LEADER, MEMBERS, SECOND, Office, settings_for

CHROMIUM = shutil.which("chromium") or "chromium"
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "build" / "pictures"
SCREENS = {"phone": (390, 844), "narrow": (320, 640), "desk": (1280, 900)}
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests of this file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def serving(office: Office) -> Iterator[Office]:
    """The house behind a real server, on a free port of this machine."""
    server = uvicorn.Server(
        uvicorn.Config(lambda: office.app, factory=True, port=0, log_config=None, access_log=False)
    )
    office.settings = settings_for("http://127.0.0.1")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    office.settings = settings_for(f"http://127.0.0.1:{port}")
    yield office
    server.should_exit = True
    thread.join(60)


@pytest.fixture
def served(office: Office) -> Iterator[Office]:
    """The house with the case in writing, served."""
    with serving(office) as running:
        yield running


def page_on(chromium: Browser, screen: str) -> Page:
    """A fresh browser with this screen: no cookies, no history."""
    width, height = SCREENS[screen]
    page = chromium.new_context(viewport={"width": width, "height": height}, locale="nb-NO").new_page()
    page.set_default_timeout(60_000)
    return page


def inspect(page: Page, name: str) -> None:
    """A picture to look at; and no accessibility fault, no sideways scrolling, no target too small."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    faults = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = page.evaluate(
        """[...document.querySelectorAll('a, button, summary, select, textarea, input:not([type=hidden])')]
           .filter(each => each.offsetParent && !each.closest('p'))
           .filter(each => !['radio', 'checkbox'].includes(each.type))  // their labels are the targets
           .filter(each => each.getBoundingClientRect().height < 44).map(each => each.outerHTML)"""
    )
    assert small == []


def walk_in(page: Page, office: Office, email: str, *, remember: bool = False) -> None:
    letter = office.letters[email]
    page.goto(f"{office.settings.base_url}/b/{letter.token}")
    page.get_by_label("Koden i e-posten").fill(f"{letter.code[:3]} {letter.code[3:]}")
    if remember:
        page.get_by_label("Husk denne enheten i 30 dager").check()
    page.get_by_role("button", name="Gå til saken", exact=True).click()


def choices(office: Office) -> list[str]:
    with office.db.reading() as tx:
        return [one.choice for one in cases.ballots(tx, office.case)]


@pytest.mark.parametrize("screen", SCREENS)
def test_a_member_answers_from_the_letter_to_the_receipt(
    chromium: Browser, served: Office, screen: str
) -> None:
    page, letter = page_on(chromium, screen), served.letters[SECOND]
    page.goto(f"{served.settings.base_url}/b/{letter.token}")
    inspect(page, f"{screen}-door")

    page.get_by_role("button", name="Gå til saken", exact=True).click()
    assert page.locator(":focus").evaluate("each => each.className").startswith("ds-error-summary")
    inspect(page, f"{screen}-door-empty")

    walk_in(page, served, SECOND)
    assert page.url == f"{served.settings.base_url}/sak/{served.case}"
    assert page.locator("input:checked").count() == 0
    assert not page.get_by_label("Hva må på plass, og når?").is_visible()
    inspect(page, f"{screen}-case")

    page.get_by_role("button", name="Send svaret", exact=True).click()
    assert page.locator(":focus").evaluate("each => each.className").startswith("ds-error-summary")
    page.get_by_role("radio", name="Godkjenn med forutsetninger").check()
    page.get_by_label("Hva må på plass, og når?").fill("Nullpunkt må måles i to soner.")
    inspect(page, f"{screen}-case-corrected")

    page.get_by_role("button", name="Send svaret", exact=True).click()
    assert "/kvittering/" in page.url
    assert page.get_by_role("heading", name="Svaret ditt er registrert").is_visible()
    page.get_by_text("Teknisk bevis").click()
    inspect(page, f"{screen}-receipt")

    page.get_by_role("link", name="Tilbake til saken").click()
    page.get_by_role("heading", name="Endre svaret").click()
    inspect(page, f"{screen}-case-answered")
    assert choices(served) == ["godkjenn_med_forutsetninger"]


def test_the_whole_answer_needs_no_mouse(chromium: Browser, served: Office) -> None:
    page, letter = page_on(chromium, "desk"), served.letters[SECOND]
    page.goto(f"{served.settings.base_url}/b/{letter.token}")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Hopp til innholdet"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(letter.code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sak/**")
    page.locator("#valg-godkjenn").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kvittering/**")
    assert choices(served) == ["godkjenn"]


def test_a_remembered_device_is_let_in_without_the_code_though_the_link_comes_from_outside(
    chromium: Browser, served: Office
) -> None:
    page = page_on(chromium, "phone")
    walk_in(page, served, SECOND, remember=True)
    kept = [one for one in page.context.cookies() if one["name"].startswith("fp-enhet-")]
    page.context.clear_cookies()
    page.context.add_cookies(kept)  # type: ignore[arg-type]  # as they came
    token = served.letters[SECOND].token
    # A mail program in the browser is another site: the link is followed from there.
    page.goto("about:blank")
    page.set_content(f'<a href="{served.settings.base_url}/b/{token}">Les og svar</a>')
    page.get_by_role("link", name="Les og svar").click()
    page.get_by_role("button", name="Gå til saken", exact=True).click()
    page.wait_for_url("**/sak/**")
    assert page.get_by_role("button", name="Send svaret", exact=True).is_visible()


def test_the_leader_concludes_and_the_late_link_tells_the_outcome(chromium: Browser, served: Office) -> None:
    for email in MEMBERS[1:6]:
        page = page_on(chromium, "phone")
        walk_in(page, served, email)
        page.get_by_role("radio", name="Godkjenn", exact=True).check()
        page.get_by_role("button", name="Send svaret", exact=True).click()
        page.wait_for_url("**/kvittering/**")
        page.context.close()

    page = page_on(chromium, "desk")
    walk_in(page, served, LEADER)
    assert not page.get_by_role("group", name="Forutsetninger", exact=True).is_visible()
    page.get_by_role("radio", name="Godkjent med forutsetninger").check()
    page.get_by_label("Hva", exact=True).first.fill("Nullpunkt målt i to soner")
    inspect(page, "desk-conclude")
    page.get_by_role("button", name="Konkluder", exact=True).click()
    assert page.get_by_label("Hva", exact=True).first.input_value() == "Nullpunkt målt i to soner"
    inspect(page, "desk-conclude-error")
    page.get_by_label("Ansvar", exact=True).first.select_option("role:gevinstansvarlig")
    page.get_by_label("Frist", exact=True).first.fill("2025-04-04")
    page.get_by_role("button", name="Konkluder", exact=True).click()
    page.get_by_role("heading", name="Beslutning", exact=True).wait_for()
    inspect(page, "desk-decided")

    late = page_on(chromium, "phone")
    late.goto(f"{served.settings.base_url}/b/{served.letters[MEMBERS[7]].token}")
    assert late.get_by_text("besluttet 30. januar: godkjent med forutsetninger").is_visible()
    inspect(late, "phone-door-decided")


def test_a_scanner_that_opens_clicks_and_fills_everything_casts_no_vote_and_locks_nobody_out(
    chromium: Browser, served: Office
) -> None:
    before = served.dump()
    for letter in served.letters.values():
        address = f"{served.settings.base_url}/b/{letter.token}"
        page = page_on(chromium, "desk")
        for method in ("HEAD", "GET"):
            page.request.fetch(
                address, method=method, headers={"Purpose": "prefetch", "Sec-Purpose": "prefetch"}
            )
        page.goto(address)
        buttons = page.get_by_role("button").count()
        for number in range(buttons):
            page.goto(address)
            page.get_by_role("button").nth(number).click()
        page.goto(address)
        for field in page.locator("input[type=text]").all():
            field.fill("Scanner 12345678")
        for box in page.locator("input[type=checkbox]").all():
            box.check()
        for number in range(page.get_by_role("button").count()):
            page.get_by_role("button").nth(number).click()
        assert not [one for one in page.context.cookies() if one["name"].startswith("fp-")]
        page.context.close()
    assert served.dump() == before

    human = page_on(chromium, "phone")
    walk_in(human, served, SECOND)
    human.get_by_role("radio", name="Avstår").check()
    human.get_by_role("button", name="Send svaret", exact=True).click()
    human.wait_for_url("**/kvittering/**")
    assert choices(served) == ["avstar"]


@pytest.mark.parametrize("screen", SCREENS)
def test_the_portal_and_the_error_pages_are_for_everybody(
    chromium: Browser, served: Office, screen: str
) -> None:
    page = page_on(chromium, screen)
    for path, name in (
        ("/prosjekter", "portfolio"),
        (f"/prosjekt/{scene.PROJECT}", "project-waiting"),
        ("/prosjekt/mestrings-og-vft-boa", "project"),
        ("/finnes-ikke", "404"),
        (f"/sak/{served.case}", "case-shut"),
        ("/b/hei", "door-unknown"),
    ):
        page.goto(served.settings.base_url + path)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        inspect(page, f"{screen}-{name}")
