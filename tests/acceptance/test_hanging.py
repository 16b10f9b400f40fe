"""What if something hangs while real servers are at work? Another program's lock, a node that is frozen in
the middle of a transaction, a database server that is.

What is asserted is the order of things, not their seconds: answers are refused before it lets go, and
whatever else is asked is answered meanwhile.
"""

import contextlib
import html
import json
import re
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import pytest

from engine import clock
from engine.store import cases, schema
from engine.store.session import Database
from tests import builders
from tests.databases import Fresh, Postgres, serving
from tests.desk import environment
from tests.web_builders import KEYS, Letter, give_letters

GRACE = 60
CALM = ("/healthz", "/static/faseport.css")
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')

FROZEN = """
import sys
from sqlalchemy import text
from engine.store import session
session.IDLE_WRITER = 600
db = session.Database(sys.argv[1])
with db.writing() as tx:
    tx.execute(text('SELECT id FROM gate_case FOR UPDATE')).all()
    sys.stdout.write("holds\\n")
    sys.stdout.flush()
    sys.stdin.readline()
"""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A server process of the installation, and the case that is to be answered there."""

    address: str
    db: Database
    case: str
    letters: dict[str, Letter]

    def door(self) -> str:
        """The address in a member's letter."""
        return f"{self.address}/b/{self.letters[builders.seat_email(1)].token}"

    def ballots(self) -> int:
        """How many answers are stored."""
        with self.db.reading() as tx:
            return len(cases.ballots(tx, self.case))


@contextlib.contextmanager
def served(url: str, folder: Path) -> Iterator[Node]:
    """`faseport serve` on a database with an open case."""
    db = Database(url)
    now = clock.now()
    builders.a_programme(db, seats=3, quorum=3, rule="flertall", now=now)
    case = builders.a_case(db, now=now).case
    letters = give_letters(db, case, now=now)
    key = folder / "secret.key"
    key.write_text(json.dumps({str(kid): secret.hex() for kid, secret in KEYS.items()}))
    key.chmod(0o600)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "serve", "--no-worker"],
        cwd=folder,
        env=environment(
            FASEPORT_BASE_URL=address, FASEPORT_DATABASE_URL=url, FASEPORT_SECRET_KEY_FILE=str(key)
        ),
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + GRACE
        while not _listens(address):
            assert process.poll() is None
            assert time.monotonic() < end
        yield Node(address=address, db=db, case=case, letters=letters)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(GRACE)
        db.close()


def _listens(address: str) -> bool:
    with contextlib.suppress(httpx2.TransportError):
        return bool(httpx2.get(f"{address}/static/faseport.css", timeout=GRACE).status_code)
    time.sleep(0.1)
    return False


@dataclass
class Member:
    """A browser that stands before the answer form with everything filled in."""

    node: Node
    browser: httpx2.Client
    fields: dict[str, str]

    def send(self) -> httpx2.Response:
        """Press the button."""
        return self.browser.post(f"/sak/{self.node.case}/svar", data=self.fields)

    def send_anew(self) -> httpx2.Response:
        """Another form of theirs, on a line of its own."""
        with httpx2.Client(cookies=self.browser.cookies, timeout=GRACE) as line:
            typed = self.fields | {"engang": secrets.token_urlsafe(16)}
            return line.post(f"{self.node.address}/sak/{self.node.case}/svar", data=typed)


@pytest.fixture
def ready() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


def member(node: Node, seat: int, stack: contextlib.ExitStack) -> Member:
    """Come in through the door, and fill the form in."""
    letter = node.letters[builders.seat_email(seat)]
    browser = stack.enter_context(httpx2.Client(base_url=node.address, timeout=GRACE))
    entered = browser.post(f"/b/{letter.token}", data={"kode": letter.code})
    assert entered.status_code == 303, entered.text
    page = browser.get(f"/sak/{node.case}").text
    form = page[page.index("/svar") :]
    typed = dict(HIDDEN.findall(form[: form.index("</form>")]))
    fields = {name: html.unescape(value) for name, value in typed.items()}
    return Member(node, browser, fields | {"valg": "godkjenn"})


def all_calm(node: Node) -> None:
    """Whoever watches and whoever looks is answered; whether all is well is another question."""
    for path in CALM:
        assert httpx2.get(f"{node.address}{path}", timeout=GRACE).status_code in (200, 503)
    assert httpx2.get(node.door(), timeout=GRACE).status_code == 200


def refused(answer: httpx2.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert "Svaret er ikke lagret. Send det på nytt." in answer.text


@contextlib.contextmanager
def frozen(url: str) -> Iterator[None]:
    """A node that has locked every case and is then stopped in its tracks; at the end it dies."""
    with subprocess.Popen(
        [sys.executable, "-c", FROZEN, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "holds\n"
            process.send_signal(signal.SIGSTOP)
            yield
        finally:
            process.kill()


@contextlib.contextmanager
def locked(url: str) -> Iterator[None]:
    """Another program that writes to the file, and does not end."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def test_answers_are_refused_while_a_lock_is_held_and_go_through_when_it_is_gone(
    fresh: Fresh, backend: str, tmp_path: Path, ready: contextlib.ExitStack
) -> None:
    url = fresh()
    with served(url, tmp_path) as node:
        members = [member(node, seat, ready) for seat in (1, 2, 3)]
        holding = locked if backend == "sqlite" else frozen
        with holding(url), ThreadPoolExecutor(len(members)) as pool:
            answers = [pool.submit(one.send) for one in members]
            all_calm(node)
            for answer in answers:
                refused(answer.result(GRACE))
            all_calm(node)
        assert node.ballots() == 0
        assert [one.send().status_code for one in members] == [303] * 3
        assert node.ballots() == 3
        with node.db.reading() as tx:
            state = cases.state(tx, node.case)
    assert state is not None
    assert (state.status, state.outcome) == ("decided", "godkjent")


def test_a_whole_house_of_waiting_answers_keeps_nobody_else_out(
    tmp_path: Path, ready: contextlib.ExitStack
) -> None:
    """More answers than there are threads; each has one patience, and none waits for those before it."""
    url = f"sqlite:///{tmp_path / 'faseport.db'}"
    schema.upgrade(url)
    with served(url, tmp_path) as node:
        one = member(node, 1, ready)
        with locked(url), ThreadPoolExecutor(55) as pool:
            answers = [pool.submit(one.send_anew) for _ in range(55)]
            all_calm(node)
            for answer in answers:
                refused(answer.result(GRACE))
        assert node.ballots() == 0
        assert one.send().status_code == 303


@contextlib.contextmanager
def standing_still(server: Postgres) -> Iterator[None]:
    """Every process of a database server of the test's own is stopped; all go on when it ends."""
    leader = psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))
    processes = [leader, *leader.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def test_a_database_server_that_stands_still_is_named_and_what_was_sent_is_never_stored_late(
    tmp_path: Path, ready: contextlib.ExitStack
) -> None:
    with serving() as server:
        server.command("CREATE DATABASE faseport")
        url = server.url("faseport")
        schema.upgrade(url)
        with served(url, tmp_path) as node:
            one = member(node, 1, ready)
            with standing_still(server):
                answer = ThreadPoolExecutor(1).submit(one.send)
                told = httpx2.get(f"{node.address}/healthz", timeout=GRACE)
                assert (told.status_code, told.json()["wrong"]) == (503, ["database"])
                assert httpx2.get(f"{node.address}/static/faseport.css", timeout=GRACE).status_code == 200
                refused(answer.result(GRACE))
            two = member(node, 2, ready)
            assert two.send().status_code == 303  # whatever was under way has ended by now
            assert node.ballots() == 1
            assert one.send().status_code == 303
