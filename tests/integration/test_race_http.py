"""The same race in full dress: two browsers, each with its own letter, send their answers over HTTP at once.

A real server on a real socket; a sample in `make test`, a hundred in `make race`.
"""

import html
import os
import re
import socket
from collections.abc import Callable, Iterator

import httpx2
import pytest
import uvicorn

from engine.store import cases, projects
from engine.store.record import ledger
from engine.store.session import Database
from tests import builders
from tests.at_once import at_once
from tests.builders import NOW
from tests.web_builders import KEYS, Letter, give_letters, settings_for
from tests.web_servers import running
from web.app import create_app

ROUNDS = max(10, int(os.environ.get("RACE_ROUNDS", "100")) // 10)
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
def address(db: Database) -> Iterator[str]:
    """A server on this test's database, on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(
            db=db,
            clock=lambda: NOW,
            keys=KEYS,
            settings=settings_for(address),
            health=lambda: {"ok": True},
        )
        config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        with running(config, listening):
            yield address


def at_the_form(address: str, case: str, letter: Letter) -> Callable[[], int]:
    """Come in through the door with link and code, open the case, choose — and stand ready to send."""
    browser = httpx2.Client(base_url=address, timeout=60)
    entered = browser.post(f"/b/{letter.token}", data={"kode": letter.code})
    assert entered.status_code == 303, entered.text
    page = browser.get(f"/sak/{case}").text
    form = page[page.index("/svar") :]
    fields = dict(HIDDEN.findall(form[: form.index("</form>")]))
    typed = {name: html.unescape(value) for name, value in fields.items()} | {"valg": "godkjenn"}

    def send() -> int:
        try:
            return browser.post(f"/sak/{case}/svar", data=typed).status_code
        finally:
            browser.close()

    return send


def test_two_browsers_that_send_at_once_give_exactly_one_decision(db: Database, address: str) -> None:
    builders.a_programme(db, seats=3, quorum=2, rule="flertall")
    opened = [builders.a_case(db, key=key).case for key in builders.projects(db, ROUNDS)]
    ready = []
    for case in opened:
        letters = give_letters(db, case, now=NOW)
        ready.append([at_the_form(address, case, letters[builders.seat_email(seat)]) for seat in (1, 2)])

    given = at_once(ready)

    assert given == [[303, 303]] * ROUNDS
    with db.reading() as tx:
        for case in opened:
            state = cases.state(tx, case)
            assert state is not None
            assert (state.status, state.outcome) == ("decided", "godkjent")
            assert len(cases.ballots(tx, case)) == 2
            told = [leaf.kind for leaf in ledger.leaves(tx, f"project:{state.project}")]
            assert told.count("CaseDecided") == 1
            assert [one.phase for one in projects.phases(tx, state.project) if one.case] == ["gjennomfore"]
