"""What does the portal show, and to whom?"""

import json

import pytest

from demo import scene
from tests.integration.test_web_case import answer
from tests.web_builders import MEMBERS, Office, settings_for


def test_the_portfolio_counts_and_finds_the_real_projects(office: Office) -> None:
    browser = office.browser()
    page = browser.get("/prosjekter").text
    assert "35 prosjekter følges nå" in page
    for number, status in ((5, "Konsept"), (23, "Prosjekt"), (4, "Realisering"), (3, "Avsluttet")):
        assert f'<span class="fp-counts__number">{number}</span><span>{status}</span>' in page
    assert "(antatt)" in page
    assert "Venter på beslutning" in page
    found = browser.get("/prosjekter", params={"q": "velferdsteknologi hjemmebaserte"}).text
    assert "Implementering av eksisterende velferdsteknologi" in found
    assert (
        "Ingen prosjekter passer"
        in browser.get("/prosjekter", params={"q": "<script>alert(1)</script>"}).text
    )
    assert "<script" not in browser.get("/prosjekter", params={"q": "<script>alert(1)</script>"}).text
    assert (
        browser.get("/prosjekter", params={"status": "Realisering"}).text.count('href="/prosjekt/') == 1 + 4
    )


def test_the_project_page_says_what_is_missing_before_the_next_gate(office: Office) -> None:
    page = office.browser().get("/prosjekt/mestrings-og-vft-boa").text
    assert "Hva mangler før" in page
    assert page.index("Dette mangler") < page.index("Historikk")
    assert "Styringsgruppa beslutter." in page
    assert "Prosjektet kan også be om" in page
    ready = office.browser().get(f"/prosjekt/{scene.PROJECT}").text
    assert "Sak 1/2025 venter på beslutning" in ready
    assert "Ba om BP2" in ready
    assert office.browser().get("/prosjekt/finnes-ikke").status_code == 404


def test_a_decided_case_can_be_read_in_an_open_portal_but_not_what_members_wrote(office: Office) -> None:
    for email in MEMBERS:
        answer(office.inside(email), office, "godkjenn", kommentar="Mellom oss")
    told = office.browser().get(f"/sak/{office.case}")
    assert told.status_code == 200
    assert "besluttet 30. januar: godkjent" in told.text
    assert "Mellom oss" not in told.text
    assert "<form" not in told.text
    assert "/underlag/" not in told.text
    assert f'href="/sak/{office.case}"' in office.browser().get(f"/prosjekt/{scene.PROJECT}").text
    office.settings = settings_for("https://faseport.example.org", open_portal=False)
    assert office.browser().get(f"/sak/{office.case}").status_code == 403


def test_a_shut_portal_shows_nothing_of_the_portfolio(office: Office) -> None:
    office.settings = settings_for("https://faseport.example.org", open_portal=False)
    browser = office.browser()
    for path in ("/prosjekter", f"/prosjekt/{scene.PROJECT}", "/prosjekt/finnes-ikke"):
        answer = browser.get(path)
        assert answer.status_code == 401
        assert "Logg inn" in answer.text
        assert "velferdsteknologi" not in answer.text
    for path in ("projects", f"projects/{scene.PROJECT}", "cases", f"cases/{office.case}"):
        assert browser.get(f"/api/v1/{path}").status_code == 401


def test_the_api_gives_the_documented_shapes(office: Office) -> None:
    browser = office.browser()
    projects = browser.get("/api/v1/projects").json()
    assert len(projects) == 35
    one = browser.get(f"/api/v1/projects/{scene.PROJECT}").json()
    assert {
        "key",
        "title",
        "workflow",
        "version",
        "phase",
        "phase_assumed",
        "reported_as",
        "focus_area",
    } <= one.keys()
    gate = browser.get(f"/api/v1/projects/{scene.PROJECT}/gate").json()
    assert {"project", "gate", "from", "to", "open", "criteria"} <= gate.keys()
    assert {"id", "title", "weight", "status", "reasons", "source"} <= gate["criteria"][0].keys()
    (case,) = browser.get("/api/v1/cases").json()
    assert case["status"] == "open"
    assert case == browser.get(f"/api/v1/cases/{office.case}").json()
    for path in ("projects/finnes-ikke", "projects/finnes-ikke/gate", "cases/finnes-ikke"):
        answer = browser.get(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert answer.json()["error"]["status"] == 404
    assert browser.get(f"/api/v1/projects/{scene.PROJECT}/gate", params={"gate": "BP5"}).status_code == 409


def test_the_api_does_not_tell_how_members_have_answered_an_open_case(office: Office) -> None:
    answer(office.inside("kommunalsjef-boa@example.org"), office, "ikke_godkjenn", kommentar="For dyrt")
    told = json.dumps(office.browser().get(f"/api/v1/cases/{office.case}").json())
    assert "ikke_godkjenn" not in told
    assert "For dyrt" not in told


def test_the_openapi_names_every_path_of_the_api_and_no_page(office: Office) -> None:
    described = office.browser().get("/api/v1/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/v1/projects",
        "/api/v1/projects/{key}",
        "/api/v1/projects/{key}/gate",
        "/api/v1/cases",
        "/api/v1/cases/{case}",
    }


@pytest.mark.parametrize(("healthy", "status"), [(True, 200), (False, 503)])
def test_the_health_page_follows_what_the_house_says(office: Office, healthy: bool, status: int) -> None:
    office.healthy = healthy
    assert office.browser().get("/healthz").status_code == status


def test_the_metrics_count_by_pattern_and_never_by_token(office: Office) -> None:
    browser = office.browser()
    token = next(iter(office.letters.values())).token
    browser.get(f"/b/{token}")
    told = browser.get("/metrics").text
    assert 'route="/b/{token}"' in told
    assert token not in told
    assert 'faseport_cases{status="open"} 1.0' in told
    assert 'faseport_letters{state="due"}' in told
