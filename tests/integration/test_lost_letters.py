"""What was lost by a fault that has been mended: does it leave after all, once, and only while it is true?"""

from datetime import timedelta
from typing import Any

import pytest

from cli import checkup
from engine.core.record.letters import CASE, RESULT
from engine.core.refusal import Refused, Unknown
from engine.store import outbox
from engine.store.outbox import Posted
from engine.store.session import Database
from engine.use_cases.letters.retry_letters import Retried, retry_all_lost, retry_letters
from engine.use_cases.people.register_person import register_person
from notifications import letters
from notifications.delivery import Delivered, MailSettings, deliver_due
from tests.builders import ASKER, NOW, a_case, a_programme, answers, seat_email
from tests.mail_servers import Script, real_server, scripted_server

KEYS = {1: b"0" * 32}
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def deliver(db: Database, port: int, *, after: timedelta) -> Delivered:
    settings = MailSettings(
        smtp_url=f"smtp://127.0.0.1:{port}?tls=none",
        mail_from="Faseport <faseport@example.org>",
        base_url="http://127.0.0.1:8000",
    )
    return deliver_due(db, keys=KEYS, settings=settings, worker=f"w-{after}", now=NOW + after)


def posted(db: Database, kind: str = CASE) -> list[Posted]:
    with db.reading() as tx:
        return [one for one in outbox.list_letters(tx) if one.kind == kind]


def states(db: Database, kind: str = CASE) -> list[str]:
    return sorted(one.state for one in posted(db, kind))


def lose_all(db: Database, reply: str = "550 5.1.1 ukjent") -> list[str]:
    """Every case letter has bounced."""
    with scripted_server(Script(rcpt=reply)) as (_, port):
        assert deliver(db, port, after=HOUR).bounced
    return [one.id for one in posted(db)]


@pytest.fixture
def case(db: Database) -> str:
    a_programme(db)
    return a_case(db).case


def test_all_that_was_lost_and_is_still_true_is_sent_once_as_the_same(db: Database, case: str) -> None:
    lost = lose_all(db)
    done = retry_all_lost(db, now=NOW + 2 * HOUR)
    assert ({one.id for one in done.letters}, done.left) == (set(lost), ())
    assert retry_all_lost(db, now=NOW + 2 * HOUR) == Retried(letters=())
    with real_server() as (mailbox, port):
        assert deliver(db, port, after=3 * HOUR).sent == 3
        assert deliver(db, port, after=4 * HOUR) == Delivered()
    assert len({str(one["Message-ID"]) for one in mailbox.letters()}) == len(mailbox.received) == 3


def test_the_two_days_begin_anew(db: Database, case: str) -> None:
    lost = lose_all(db)
    retry_letters(db, letters=lost[:1], now=NOW + 3 * DAY)
    with scripted_server(Script(rcpt="451 vent")) as (_, port):
        assert deliver(db, port, after=3 * DAY).retried == 1
        assert deliver(db, port, after=4 * DAY).retried == 1
        assert deliver(db, port, after=6 * DAY).dead == 1


def test_what_is_not_lost_or_no_more_true_is_refused_with_every_reason(db: Database, case: str) -> None:
    lost = lose_all(db)
    retry_letters(db, letters=lost[:1], now=NOW + 2 * HOUR)
    register_person(
        db, name="Kommunalsjef", email="ny@example.org", was=recipient(db, lost[1]), now=NOW + 2 * HOUR
    )
    refused = retry_letters(db, letters=lost, now=NOW + 2 * HOUR)
    assert isinstance(refused, Refused)
    assert [(one.code, one.data) for one in refused.reasons] == [
        ("letter_not_lost", {"letter": lost[0], "state": "due"}),
        ("letter_untrue", {"letter": lost[1], "why": "address_changed"}),
    ]
    assert states(db) == ["bounced", "bounced", "due", "due"], (
        "none of them is sent; the new address has its own"
    )
    with pytest.raises(Unknown):
        retry_letters(db, letters=["finnes-ikke"], now=NOW)


def recipient(db: Database, letter: str) -> str:
    names = {"Kommunaldirektør": seat_email(1), "Kommunalsjef hjemmebaserte tjenester": seat_email(2)}
    (found,) = [one for one in posted(db) if one.id == letter]
    return names.get(found.recipient_name, seat_email(3))


def test_of_all_that_was_lost_what_has_been_overtaken_stays_and_is_named(db: Database, case: str) -> None:
    lose_all(db)
    answers(db, case, ["godkjenn", "godkjenn"], now=NOW + 2 * HOUR)
    done = retry_all_lost(db, now=NOW + 3 * HOUR)
    assert done.letters == ()
    assert {(why.code, why.data["why"]) for _, why in done.left} == {("letter_untrue", "decided")}
    assert len(done.left) == 3


def test_what_was_lost_long_ago_is_put_back_only_by_name(db: Database, case: str) -> None:
    lost = lose_all(db)
    assert retry_all_lost(db, now=NOW + 20 * DAY) == Retried(letters=())
    assert isinstance(retry_letters(db, letters=lost, now=NOW + 20 * DAY), Retried)


def test_news_that_was_lost_follows_its_reader_to_a_new_address(db: Database, case: str) -> None:
    answers(db, case, ["godkjenn", "godkjenn"])
    with scripted_server(Script(rcpt="550 5.1.1 ukjent", only_for=ASKER)) as (_, port):
        assert deliver(db, port, after=2 * HOUR).bounced == 1
    register_person(db, name="Utredningsleder", email="ny@example.org", was=ASKER, now=NOW + 3 * HOUR)
    assert len(retry_all_lost(db, now=NOW + 3 * HOUR).letters) == 1
    with real_server() as (mailbox, port):
        assert deliver(db, port, after=4 * HOUR).sent == 1
    assert [to for to, _ in mailbox.received] == ["ny@example.org"]
    assert set(states(db, RESULT)) == {"sent"}


def test_what_may_have_arrived_still_says_so_when_it_is_put_back(db: Database, case: str) -> None:
    with scripted_server(Script(body="DROP")) as (_, port):
        assert deliver(db, port, after=HOUR).retried == 3
        assert deliver(db, port, after=3 * DAY).dead == 3
    retry_all_lost(db, now=NOW + 3 * DAY)
    with db.writing() as tx:
        claimed = outbox.claim(tx, worker="w", limit=9, now=NOW + 3 * DAY)
    assert [one.possibly_sent for one in claimed] == [True] * 3


# ---------------------------------------------------------------- what could not be worded


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses whose letters cannot be worded, as long as they are in the list."""
    addresses: list[str] = []
    worded = letters.render

    def render(facts: Any, **told: Any) -> Any:
        if facts["to"]["name"] in addresses:
            raise ValueError("et tegn som ikke kan stå der")
        return worded(facts, **told)

    monkeypatch.setattr(letters, "render", render)
    return addresses


def test_a_letter_that_could_not_be_worded_is_worded_again_when_something_has_happened(
    db: Database, case: str, broken: list[str]
) -> None:
    broken.append("Kommunaldirektør")
    with real_server() as (mailbox, port):
        assert (deliver(db, port, after=HOUR).dead, states(db)) == (1, ["dead", "sent", "sent"])
        broken.clear()
        assert deliver(db, port, after=5 * DAY) == Delivered(), "nothing has happened"
        register_person(db, name="Ordfører", email=seat_email(1), was=seat_email(1), now=NOW + 6 * DAY)
        assert deliver(db, port, after=6 * DAY).sent == 1
    assert states(db) == ["sent"] * 3
    assert "Ordfører" in str(mailbox.letters()[-1]["To"]), "from the facts as they are now"


def test_a_letter_that_still_cannot_be_worded_is_tried_once_for_what_happens(
    db: Database, case: str, broken: list[str]
) -> None:
    broken.append("Kommunaldirektør")
    with real_server() as (_, port):
        tries = 0
        for hour in range(1, 9):
            if hour == 4:
                register_person(db, name="Rådgiver", email="r@example.org", now=NOW + hour * HOUR - HOUR / 2)
            tries += deliver(db, port, after=hour * HOUR).dead
    assert tries == 2


def test_a_letter_that_could_not_be_worded_is_sent_by_hand_after_an_upgrade(
    db: Database, case: str, broken: list[str]
) -> None:
    broken.append("Kommunaldirektør")
    with real_server() as (mailbox, port):
        deliver(db, port, after=HOUR)
        broken.clear()
        assert len(retry_all_lost(db, now=NOW + 2 * HOUR).letters) == 1
        assert deliver(db, port, after=3 * HOUR).sent == 1
    assert len(mailbox.received) == 3


def test_doctor_says_address_where_it_is_the_address_and_server_where_it_is_the_server(
    db: Database, case: str, broken: list[str]
) -> None:
    with scripted_server(Script(rcpt="554 5.7.1 relay access denied")) as (_, port):
        deliver(db, port, after=HOUR)
        deliver(db, port, after=4 * DAY)
    with db.reading() as tx:
        found = checkup._dead(tx, NOW + 4 * DAY)
    assert "relay access denied" in found.found
    assert "person add" not in found.do
    assert "letter retry --all-lost" in found.do


def test_doctor_advises_a_new_address_for_one_that_was_refused(db: Database, case: str) -> None:
    lose_all(db)
    with db.reading() as tx:
        assert "person add" in checkup._dead(tx, NOW + DAY).do
