"""Do those who have signed in find the meetings and the reports, and others not?"""

import pytest

from tests.sign_in_builders import signed_in
from tests.web_builders import LEADER, MET_AT, Office, settings_for


@pytest.fixture
def shut(meeting_office: Office) -> Office:
    meeting_office.settings = settings_for("https://faseport.example.org", open_portal=False)
    return meeting_office


def test_the_plan_tells_each_meeting_its_deadline_and_how_many_cases(shut: Office) -> None:
    page = signed_in(shut, LEADER).get("/moter")
    assert page.status_code == 200
    assert "Kommende møter" in page.text
    assert f'href="/mote/{shut.meeting}"' in page.text
    assert "5. februar" in page.text
    shut.now = MET_AT.replace(day=20)
    assert "Tidligere møter" in signed_in(shut, LEADER).get("/moter").text


def test_nobody_reads_the_plan_or_the_reports_without_signing_in(shut: Office) -> None:
    for path in ("/moter", "/rapporter"):
        assert shut.browser().get(path).status_code == 401


def test_reports_that_are_not_there_are_said_not_to_be(shut: Office) -> None:
    page = signed_in(shut, LEADER).get("/rapporter")
    assert "Ingen rapport er publisert ennå." in page.text
