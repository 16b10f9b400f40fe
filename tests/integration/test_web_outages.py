"""What does a page say when it did not go, is it true, and who is kept waiting?"""

import asyncio
import html
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio.to_thread
import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from engine.store import cases, settings
from engine.store.outages import Errand, NotNow
from engine.use_cases.cases.cast_ballot import cast_ballot
from tests.web_builders import SECOND, Office
from web.app import create_app
from web.cases import case
from web.faults import became_of
from web.patience import PLACES, WRITERS, patient
from web.site import Site

GRACE = 60
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
COMMENT = "Se vedlegget «måling»"
FALSE_WORDS = ("fått beskjed", "er lagret.", "tatt vare på")


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.patience.Errand", lambda: Errand(patience=0.3))


def inside(office: Office) -> TestClient:
    """A browser that has come in, and is shown what goes wrong as anybody is."""
    letter = office.letters[SECOND]
    browser = TestClient(
        office.app,
        base_url=office.settings.base_url,
        follow_redirects=False,
        raise_server_exceptions=False,
    )
    assert browser.post(f"/b/{letter.token}", data={"kode": letter.code}).status_code == 303
    return browser


def typed(browser: TestClient, office: Office) -> dict[str, str]:
    """The answer form as it is filled in."""
    page = browser.get(f"/sak/{office.case}").text
    form = page[page.index("/svar") :]
    fields = {name: html.unescape(value) for name, value in HIDDEN.findall(form[: form.index("</form>")])}
    return {**fields, "valg": "godkjenn", "kommentar": COMMENT}


def ballots(office: Office) -> list[str]:
    with office.db.reading() as tx:
        return [one.choice for one in cases.ballots(tx, office.case)]


@contextmanager
def locked(office: Office) -> Iterator[None]:
    other = sqlite3.connect(str(office.db.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def disk_full(office: Office) -> Iterator[None]:
    def most(pages: str) -> None:
        with office.db.writing() as tx:
            tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    most("1")  # no fewer than there are
    yield
    most("1073741823")


@pytest.mark.parametrize("trouble", [locked, disk_full])
def test_an_answer_that_could_not_be_stored_is_told_so_and_can_be_sent_again(
    office: Office, trouble: Any
) -> None:
    browser = inside(office)
    fields = typed(browser, office)
    with trouble(office):
        refused = browser.post(f"/sak/{office.case}/svar", data={**fields, "kommentar": COMMENT * 90})
    assert refused.status_code == 503, refused.text
    assert int(refused.headers["retry-after"]) > 0
    assert "Svaret er ikke lagret. Send det på nytt." in refused.text
    assert [words for words in FALSE_WORDS if words in refused.text] == []
    assert ballots(office) == []
    again = {name: html.unescape(value) for name, value in HIDDEN.findall(refused.text)}
    assert again["kommentar"] == COMMENT * 90
    assert browser.post(f"/sak/{office.case}/svar", data=again).status_code == 303
    assert ballots(office) == ["godkjenn"]


def sent_into(fault: Callable[..., None], office: Office, monkeypatch: pytest.MonkeyPatch) -> Response:
    """What is answered when the use case has a fault of ours in it."""
    browser = inside(office)
    fields = typed(browser, office)
    monkeypatch.setattr(case, "cast_ballot", fault)
    broken = browser.post(f"/sak/{office.case}/svar", data=fields)
    assert broken.status_code == 500
    return broken


def test_a_fault_of_ours_before_anything_is_stored_says_that_nothing_is(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("nei")

    broken = sent_into(fails, office, monkeypatch)
    assert "Svaret er ikke lagret. Send det på nytt." in broken.text
    assert [words for words in FALSE_WORDS if words in broken.text] == []


def test_a_fault_of_ours_after_it_was_stored_says_that_nobody_knows(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any, **named: Any) -> None:
        cast_ballot(*args, **named)
        raise RuntimeError("nei")

    broken = sent_into(fails, office, monkeypatch)
    assert "Vi vet ikke om det du sendte, ble lagret." in broken.text
    assert "ikke lagret" not in broken.text
    assert f'href="/sak/{office.case}"' in broken.text
    assert ballots(office) == ["godkjenn"]


def test_a_connection_lost_in_the_commit_says_that_nobody_knows(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_way(_connection: object, errand: Errand) -> None:
        errand.begin_commit()
        raise NotNow("away", in_doubt=True)

    browser = inside(office)
    fields = typed(browser, office)
    monkeypatch.setattr("engine.store.session._commit", half_way)
    broken = browser.post(f"/sak/{office.case}/svar", data=fields)
    assert broken.status_code == 503
    assert "Vi vet ikke om det du sendte, ble lagret." in broken.text


def test_a_page_that_could_not_be_shown_says_nothing_of_what_was_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise NotNow("away", "connection refused: hemmelig")

    browser = inside(office)
    monkeypatch.setattr(case, "show_case", away)
    gone = browser.get(f"/sak/{office.case}")
    assert (gone.status_code, "lagret" in gone.text, "hemmelig" in gone.text) == (503, False, False)
    monkeypatch.setattr("web.api.portfolio_json", away)
    told = browser.get("/api/v1/projects")
    assert (told.status_code, told.json()["error"]["status"]) == (503, 503)
    assert "retry-after" in told.headers


def test_an_answer_sent_when_the_session_is_over_is_not_told_to_be_kept(office: Office) -> None:
    browser = inside(office)
    fields = typed(browser, office)
    browser.cookies.clear()
    refused = browser.post(f"/sak/{office.case}/svar", data=fields)
    assert refused.status_code == 403
    assert "Sendte du noe akkurat nå, er det ikke lagret." in refused.text
    assert "Svar du alt har sendt" not in refused.text


def test_the_code_of_a_door_is_written_into_no_page(office: Office) -> None:
    letter = office.letters[SECOND]
    with locked(office):
        refused = office.browser().post(f"/b/{letter.token}", data={"kode": letter.code})
    assert refused.status_code == 503
    assert letter.code not in refused.text


# ---------------------------------------------------------------- whoever watches over us


def watched(office: Office, health: Any) -> TestClient:
    app = create_app(db=office.db, clock=lambda: office.now, keys={}, settings=office.settings, health=health)
    return TestClient(app, base_url=office.settings.base_url)


def test_a_database_that_is_away_is_named_by_those_who_watch(office: Office) -> None:
    def away() -> dict[str, bool]:
        raise NotNow("away")

    told = watched(office, away).get("/healthz")
    assert (told.status_code, told.json()) == (503, {"ok": False, "wrong": ["database"]})


def test_a_database_that_hangs_is_named_too_and_holds_one_thread(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, asked = threading.Event(), list[int]()

    def hangs(*_: object) -> dict[str, bool]:
        asked.append(1)
        assert go_on.wait(GRACE)
        return {"ok": True}

    browser = watched(office, hangs)
    monkeypatch.setattr("web.machinery.watch.outbox.counts", hangs)
    for _ in range(3):
        told = browser.get("/healthz")
        assert (told.status_code, told.json()["wrong"]) == (503, ["database"])
    assert len(asked) == 1
    metrics = browser.get("/metrics")
    assert "faseport_database_up 0.0" in metrics.text
    assert "faseport_requests_total" in metrics.text
    assert "faseport_letters" not in metrics.text
    go_on.set()


def test_metrics_tell_that_the_database_answers(office: Office) -> None:
    told = office.browser().get("/metrics").text
    assert "faseport_database_up 1.0" in told
    assert 'faseport_cases{status="open"} 1.0' in told


# ---------------------------------------------------------------- room, and time


def scope_of(method: str, path: str = "/sak/x/svar") -> Scope:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [],
    }


async def ask(app: Any, scope: Scope, *, body: Receive | None = None) -> int:
    """The status of the answer; 0 where there is none."""
    status = 0

    async def nothing_more() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    await app(scope, body or nothing_more, send)
    return status


def site_of(office: Office) -> Site:
    return Site(
        db=office.db, clock=lambda: office.now, keys={}, settings=office.settings, health=lambda: {"ok": True}
    )


async def done(scope: Scope, _receive: Receive, send: Send) -> None:
    del scope
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_writers_that_hang_leave_room_for_readers_and_files_and_are_told_to_try_again(office: Office) -> None:
    go_on = threading.Event()

    async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST" or scope["path"] == "/hangs":
            await anyio.to_thread.run_sync(go_on.wait, GRACE)
        else:
            await anyio.to_thread.run_sync(int)
        await done(scope, receive, send)

    async def play() -> None:
        app = patient(hangs, site=site_of(office))
        writers = [asyncio.create_task(ask(app, scope_of("POST"))) for _ in range(WRITERS)]
        await asyncio.sleep(0.05)
        assert await ask(app, scope_of("POST")) == 503
        assert await ask(app, scope_of("GET")) == 200
        readers = [asyncio.create_task(ask(app, scope_of("GET", "/hangs"))) for _ in range(PLACES - WRITERS)]
        await asyncio.sleep(0.05)
        assert await ask(app, scope_of("GET")) == 503
        assert await ask(app, scope_of("GET", "/static/faseport.css")) == 200
        go_on.set()
        assert {await one for one in (*writers, *readers)} == {200}
        assert await ask(app, scope_of("POST")) == 200

    asyncio.run(play())


def test_whoever_is_given_up_is_told_so_and_what_was_to_be_stored_never_is(office: Office) -> None:
    go_on, ended = threading.Event(), list[BaseException | None]()

    def store_late() -> None:
        assert go_on.wait(GRACE)
        try:
            with office.db.writing() as tx:
                settings.put(tx, "for sent", "1")
        except NotNow as fault:
            ended.append(fault)

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        await anyio.to_thread.run_sync(store_late)
        await done(scope, receive, send)

    async def play() -> None:
        scope = scope_of("POST")
        app = patient(late, site=site_of(office), answer=0.1)
        assert await ask(app, scope) == 503
        assert became_of(scope, again=True) == ("Svaret er ikke lagret. Send det på nytt.",)
        go_on.set()
        while not ended:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(play(), GRACE))
    with office.db.reading() as tx:
        assert settings.get(tx, "for sent") is None


def test_a_form_that_never_comes_whole_is_given_up_and_half_a_form_is_none(office: Office) -> None:
    reached = list[Scope]()

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope)
        await done(scope, receive, send)

    def after(first: Message, then: Message | None) -> Receive:
        told = iter([first])

        async def receive() -> Message:
            message = next(told, then)
            if message is None:
                await asyncio.sleep(GRACE)
                raise AssertionError
            return message

        return receive

    half: Message = {"type": "http.request", "body": b"valg=god", "more_body": True}
    app = patient(note, site=site_of(office), body=0.1)
    assert asyncio.run(ask(app, scope_of("POST"), body=after(half, None))) == 408
    assert asyncio.run(ask(app, scope_of("POST"), body=after(half, {"type": "http.disconnect"}))) == 0
    assert reached == []
