"""Do machines whose clocks differ do the same? Leases, deadlines and signs of life go by the server's."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cli import checkup, wiring, worker
from cli.settings import Settings
from cli.wiring import Wired
from engine.clock import now as here_and_now
from engine.core.record.letters import RECEIPT, Letter
from engine.store import cases, outbox
from engine.store.session import Database
from engine.use_cases.letters.begin_delivery import begin_delivery
from engine.use_cases.letters.claim_letters import Claim, Composed, claim_letters
from engine.use_cases.machinery.inspect_machinery import beat, inspect_machinery, last_heard
from engine.use_cases.people.register_person import register_person
from tests.builders import a_case, a_programme, answers
from tests.databases import Fresh

HALF_AN_HOUR = timedelta(minutes=30)
KEYS = {1: b"0" * 32}


@pytest.fixture
def backend() -> str:
    """Only a server has a clock of its own."""
    return "postgresql"


@pytest.fixture
def url(fresh: Fresh) -> str:
    return fresh()


@pytest.fixture
def shared(url: str) -> Iterator[Database]:
    db = Database(url, server_clock=True)
    yield db
    db.close()


@pytest.fixture
def own(url: str) -> Iterator[Database]:
    """The same, believed by nobody but each machine itself."""
    db = Database(url)
    yield db
    db.close()


def claim(db: Database, worker: str, *, ahead: timedelta = timedelta()) -> Claim:
    return claim_letters(
        db,
        keys=KEYS,
        base_url="http://x",
        worker=worker,
        limit=9,
        compose=lambda *_: Composed(payload="{}", template_digest="x", message_id="x@example.org"),
        now=here_and_now() + ahead,
    )


def test_a_node_whose_clock_is_ahead_takes_no_letter_from_another(shared: Database, own: Database) -> None:
    a_programme(shared, now=here_and_now())
    a_case(shared, now=here_and_now())
    slow = [one.claimed for one in claim(shared, "slow").ready]
    assert len(slow) == 3
    assert claim(shared, "ahead", ahead=HALF_AN_HOUR).ready == ()
    begun = begin_delivery(shared, letters=slow[:1], worker="slow", now=here_and_now())
    assert begun.letters == (slow[0].id,)
    assert claim(shared, "ahead", ahead=HALF_AN_HOUR).ready == ()

    assert len(claim(own, "ahead", ahead=HALF_AN_HOUR).ready) == 3, "by its own clock it would take them all"


def test_a_node_whose_clock_is_ahead_sends_nothing_before_its_time(shared: Database) -> None:
    reader = register_person(shared, name="Rådgiver", email="radgiver@example.org", now=here_and_now())
    later = Letter(
        kind=RECEIPT, subject="case:1", recipient=reader, occurrence="1", after=timedelta(minutes=15)
    )
    with shared.writing() as tx:
        outbox.enqueue(tx, [later], now=shared.now(tx, given=here_and_now()))
    claim(shared, "ahead", ahead=HALF_AN_HOUR)
    with shared.reading() as tx:
        assert [one.state for one in outbox.list_letters(tx)] == ["due"]


def node(db: Database, *, ahead: timedelta) -> Wired:
    return Wired(
        settings=Settings(mail_from="faseport@example.org"),
        db=db,
        keys=KEYS,
        clock=lambda: here_and_now() + ahead,
    )


def test_a_node_whose_clock_is_ahead_closes_no_case_early(shared: Database, own: Database) -> None:
    a_programme(shared, quorum=1, now=here_and_now())
    answers(shared, a_case(shared, now=here_and_now()).case, ["godkjenn"], now=here_and_now())

    def status() -> str:
        with shared.reading() as tx:
            (found,) = cases.list_cases(tx)
        return found.status

    worker.look_at_calendar(node(shared, ahead=timedelta(days=30)))
    assert status() == "open"
    worker.look_at_calendar(node(own, ahead=timedelta(days=30)))
    assert status() == "decided", "by its own clock it is over"


def test_a_sign_of_life_is_dated_by_the_server(shared: Database) -> None:
    beat(shared, "calendar", now=here_and_now() + HALF_AN_HOUR)
    with shared.reading() as tx:
        last = last_heard(tx, "calendar", now=here_and_now())
    assert last is not None
    assert abs(last - here_and_now()) < timedelta(minutes=10)


@pytest.mark.parametrize("ahead", [timedelta(minutes=5), -timedelta(minutes=5), timedelta()])
def test_a_clock_that_is_wrong_is_named(shared: Database, ahead: timedelta) -> None:
    wrong = wiring.health(shared, here_and_now() + ahead)["wrong"]
    assert ("clock" in wrong) == bool(ahead)
    assert (checkup._own_clock(ahead).status == "wrong") == bool(ahead)


@pytest.mark.parametrize(("seconds", "wrong"), [(30, False), (31, True), (-30, False), (-31, True)])
def test_half_a_minute_is_allowed(own: Database, seconds: int, *, wrong: bool) -> None:
    now = here_and_now()
    with own.reading() as tx:
        found = inspect_machinery(tx, now=now, own=now + timedelta(seconds=seconds))
    assert found.is_out_of_step == wrong
    assert (checkup._own_clock(timedelta(seconds=seconds)).status == "wrong") == wrong


def test_a_file_has_no_clock_but_the_machines(tmp_path_factory: pytest.TempPathFactory) -> None:
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('file') / 'faseport.db'}", server_clock=True)
    given = here_and_now() + HALF_AN_HOUR
    with db.writing() as tx:
        assert db.now(tx, given=given) == given
    db.close()
