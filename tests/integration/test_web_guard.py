"""What does every response carry, what is never let in, and what never reaches the log?"""

import logging
from typing import Any

import pytest
import structlog

from demo import scene
from tests.web_builders import LEADER, SECOND, Office, settings_for
from web.guard import masked
from web.patience import LARGEST_FORM

PATHS = (
    "/inn",
    "/prosjekter",
    "/b/hei",
    "/sak/hei",
    "/kvittering/hei",
    "/prosjekt/hei",
    f"/prosjekt/{scene.PROJECT}",
    "/finnes-ikke",
    "/healthz",
    "/metrics",
    "/api/v1/projects",
    "/api/v1/projects/hei",
    "/api/v1/openapi.json",
    "/static/faseport.css",
    "/static/finnes-ikke.css",
    "/static/../app.py",
)


def paths(office: Office) -> tuple[str, ...]:
    return (*PATHS, f"/b/{office.letters[SECOND].token}", f"/sak/{office.case}")


def check_headers(headers: Any, path: str) -> None:
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    for part in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["strict-transport-security"].startswith("max-age=")
    if not path.startswith("/static/"):
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "HEI"]
)
def test_every_response_carries_the_same_guards_whatever_is_asked(office: Office, method: str) -> None:
    browser = office.inside(LEADER)
    for path in paths(office):
        answer = browser.request(method, path)
        check_headers(answer.headers, path)
        if method not in {"GET", "HEAD", "POST"}:
            assert answer.status_code == 405, path
            assert answer.headers["allow"] == "GET, HEAD, POST"
        assert answer.status_code < 500, path


def test_no_page_has_a_script_or_a_style_of_its_own(office: Office) -> None:
    browser = office.inside(LEADER)
    for path in paths(office):
        answer = browser.get(path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            for forbidden in ("<script", " style=", " onclick=", "javascript:", "http://", "//cdn"):
                assert forbidden not in answer.text, (path, forbidden)


def test_on_plain_http_nothing_promises_https(office: Office) -> None:
    office.settings = settings_for("http://127.0.0.1:8000")
    assert "strict-transport-security" not in office.browser().get("/").headers


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example.org"},
        {"origin": "null"},
        {"origin": "http://faseport.example.org"},
        {"origin": "https://faseport.example.org", "sec-fetch-site": "cross-site"},
    ],
)
def test_a_form_sent_from_another_site_is_refused_and_changes_nothing(
    office: Office, headers: dict[str, str]
) -> None:
    browser, letter = office.inside(SECOND), office.letters[SECOND]
    before = office.dump()
    for path, fields in (
        (f"/b/{letter.token}", {"kode": letter.code}),
        (f"/b/{letter.token}/ny-lenke", {}),
        (
            f"/sak/{office.case}/svar",
            {"engang": "x", "versjon": "1", "plass": "kommunaldirektor-st", "valg": "godkjenn"},
        ),
        (
            f"/sak/{office.case}/konkluder",
            {"versjon": "1", "plass": "kommunaldirektor-st", "utfall": "godkjent"},
        ),
    ):
        assert browser.post(path, data=fields, headers=headers).status_code == 403
    assert office.dump() == before


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": "https://faseport.example.org"}],
)
def test_a_form_sent_from_our_own_page_is_taken(office: Office, headers: dict[str, str]) -> None:
    letter = office.letters[SECOND]
    assert (
        office.browser().post(f"/b/{letter.token}", data={"kode": letter.code}, headers=headers).status_code
        == 303
    )


def test_too_large_a_form_is_refused_whether_or_not_it_says_how_large(office: Office) -> None:
    letter = office.letters[SECOND]
    kind = {"content-type": "application/x-www-form-urlencoded"}
    large = b"kode=" + b"1" * LARGEST_FORM
    assert office.browser().post(f"/b/{letter.token}", content=large, headers=kind).status_code == 413
    pieces = (large[n : n + 1000] for n in range(0, len(large), 1000))
    assert office.browser().post(f"/b/{letter.token}", content=pieces, headers=kind).status_code == 413


def test_the_log_never_gets_a_token(office: Office) -> None:
    letter = office.letters[SECOND]
    with structlog.testing.capture_logs() as logged:
        browser = office.inside(SECOND)
        browser.get(f"/b/{letter.token}")
        browser.get(f"/B/{letter.token}")
        browser.post(f"/b/{letter.token}/ny-lenke")
    assert [entry["path"] for entry in logged][:3] == ["/b/***", "/b/***", "/b/***"]
    assert letter.token not in str(logged)
    assert letter.code not in str(logged)
    assert masked("/sak/abc") == "/sak/abc"
    assert logging.getLogger("faseport.access").level == logging.NOTSET


def test_a_fault_of_ours_is_a_calm_page_that_tells_nothing(office: Office) -> None:
    office.db.close()
    broken = office.settings
    office.settings = broken

    def fails() -> dict[str, bool]:
        raise RuntimeError("hemmelig")

    from web.app import create_app

    app = create_app(db=office.db, clock=lambda: office.now, keys={}, settings=broken, health=fails)
    from starlette.testclient import TestClient

    answer = TestClient(app, base_url=broken.base_url, raise_server_exceptions=False).get("/healthz")
    assert answer.status_code == 500
    check_headers(answer.headers, "/healthz")
    assert "hemmelig" not in answer.text
