"""Do the pages tell on every screen that a decision waits for the politicians, and where cases went?"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

import pytest
from playwright.sync_api import Browser

from demo import scene
from engine.store import cases
from engine.use_cases.cases.cast_ballot import cast_ballot
from engine.use_cases.cases.conclude_case import conclude_case
from engine.use_cases.cases.decide_recusal import decide_recusal
from engine.use_cases.cases.execute_decision import execute_decision
from engine.use_cases.cases.mark_political import mark_political
from engine.use_cases.meetings.run_meeting import close_meeting
from tests.browser.test_answer import SCREENS, chromium, inspect, page_on, pytestmark, serving
from tests.browser.test_meeting import open_all, walk_in
from tests.web_builders import LEADER, MEMBERS, MET_AT, SECRETARY, Office

__all__ = ["chromium", "pytestmark"]


@pytest.fixture
def served(meeting_office: Office) -> Iterator[Office]:
    """The house before the meeting of 5 February, served, its first case marked for political decision."""
    mark_political(
        meeting_office.db,
        case=meeting_office.case,
        reason="Innføringen koster over 40 millioner kroner.",
        by=SECRETARY,
        now=meeting_office.now,
    )
    with serving(meeting_office) as running:
        yield running


@pytest.mark.parametrize("screen", SCREENS)
def test_a_decision_that_waits_for_the_politicians_is_told_wherever_it_is_read(
    chromium: Browser, served: Office, screen: str
) -> None:
    page, base = page_on(chromium, screen), served.settings.base_url
    served.now = MET_AT + timedelta(minutes=10)
    walk_in(page, served, LEADER)
    page.goto(f"{base}/sak/{served.case}")
    inspect(page, f"{screen}-political-marked")
    answer_all(served)
    page.goto(f"{base}/sak/{served.case}")
    assert page.get_by_text("Fasen endres først når saken er politisk behandlet").count() == 1
    done = conclude_case(served.db, case=served.case, by=LEADER, outcome="godkjent", now=served.now)
    assert not hasattr(done, "reasons"), done
    for address, name in (
        (f"/sak/{served.case}", "case"),
        (f"/mote/{served.meeting}", "meeting"),
        (f"/prosjekt/{scene.PROJECT}", "project"),
        ("/prosjekter", "portfolio"),
    ):
        page.goto(base + address)
        assert "politisk behandl" in page.inner_text("main")
        inspect(page, f"{screen}-political-{name}")
    served.now += timedelta(days=27)
    execute_decision(
        served.db,
        case=served.case,
        reference="Formannskapet, sak 12/25",
        by=SECRETARY,
        now=served.now,
        on=date(2025, 3, 4),
    )
    page.goto(f"{base}/prosjekt/{scene.PROJECT}")
    assert "venter på politisk" not in page.inner_text("main")
    inspect(page, f"{screen}-political-executed")


def answer_all(office: Office) -> None:
    with office.db.reading() as tx:
        state = cases.state(tx, office.case)
    assert state is not None
    for entry in state.roll:
        cast_ballot(
            office.db,
            case=office.case,
            person=entry["person"],
            seat=entry["seat"],
            choice="godkjenn",
            version=1,
            nonce=entry["seat"],
            now=office.now,
        )


@pytest.mark.parametrize("screen", SCREENS)
def test_the_running_page_shows_who_is_out_and_the_old_page_where_cases_went(
    chromium: Browser, served: Office, screen: str
) -> None:
    page, base = page_on(chromium, screen), served.settings.base_url
    served.now = MET_AT + timedelta(minutes=10)
    with served.db.reading() as tx:
        state = cases.state(tx, served.case)
    assert state is not None
    others = (one["seat"] for one in state.roll if not one["leader"])
    for seat in islice(others, 2):
        decide_recusal(
            served.db,
            case=served.case,
            seat=seat,
            recused=True,
            reason="Nær slekt.",
            by=SECRETARY,
            now=served.now,
        )
    walk_in(page, served, LEADER)
    open_all(page)
    assert page.get_by_text("er funnet inhabil").count() >= 2
    inspect(page, f"{screen}-running-recusals")
    close_meeting(served.db, meeting=served.meeting or "", by=SECRETARY, now=served.now)
    page.goto(f"{base}/mote/{served.meeting}")
    assert page.get_by_text("Gikk videre herfra").count() == 1
    inspect(page, f"{screen}-meeting-carried")
    page.goto(f"{base}/mote/{served.meeting}/saksliste.html")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") != "rgb(0, 0, 0)"
    page.screenshot(path=f"build/pictures/{screen}-paper-saksliste.png", full_page=True)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_case_nobody_can_decide_says_so_and_what_can_be_done(
    chromium: Browser, served: Office, screen: str
) -> None:
    """Both directors who sit in the board above are out, and too many of the group."""
    page, base = page_on(chromium, screen), served.settings.base_url
    served.now = MET_AT + timedelta(minutes=10)
    for email in MEMBERS[:4]:
        decide_recusal(
            served.db,
            case=served.case,
            seat=email.split("@")[0],
            recused=True,
            reason="Nær slekt.",
            by=SECRETARY,
            now=served.now,
        )
    walk_in(page, served, MEMBERS[5])
    assert page.get_by_text("kan ikke avgjøre saken").count() == 1
    inspect(page, f"{screen}-unable-meeting")
    page.goto(f"{base}/sak/{served.case}")
    assert page.get_by_role("heading", name="Saken kan ikke avgjøres nå").count() == 1
    inspect(page, f"{screen}-unable-case")
