"""Does every letter that is due reach its reader once, true and whole, whatever happens on the way?"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import pytest

from engine.core.record.events.programme import PersonRegistered
from engine.core.record.events.projects import FactsChanged
from engine.core.record.letters import CASE, RECEIPT, Letter
from engine.store import links, outbox, people
from engine.store.outbox import Claimed
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.access.open_door import open_door
from engine.use_cases.cases.withdraw_case import withdraw_case
from engine.use_cases.letters.begin_delivery import begin_delivery
from engine.use_cases.letters.claim_letters import Claim, Composed, claim_letters
from engine.use_cases.people.register_person import register_person
from notifications import letters
from notifications.delivery import Delivered, MailSettings, MailSettingsError, deliver_due
from notifications.letters import template_digest
from notifications.smtp import Outcome, Outgoing
from notifications.smtp import deliver as smtp_deliver
from tests import builders
from tests.builders import ASKER, NOW, a_case, a_programme, answers, seat_email
from tests.mail_servers import DROP, Mailbox, Script, real_server, scripted_server

KEYS: Final = {1: b"0" * 32}
MINUTE: Final = timedelta(minutes=1)


def settings(port: int) -> MailSettings:
    return MailSettings(
        smtp_url=f"smtp://127.0.0.1:{port}?tls=none",
        mail_from="Faseport <faseport@example.org>",
        base_url="http://127.0.0.1:8000",
    )


def deliver(db: Database, port: int, *, after: timedelta = MINUTE, worker: str = "w1") -> Delivered:
    return deliver_due(db, keys=KEYS, settings=settings(port), worker=worker, now=NOW + after)


def states(db: Database, kind: str) -> list[str]:
    with db.reading() as tx:
        return [letter.state for letter in outbox.list_letters(tx) if letter.kind == kind]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def link_in(letter: EmailMessage) -> tuple[str, str]:
    """The token and the code of a case letter."""
    text = text_of(letter)
    token = re.search(r"^http://127\.0\.0\.1:8000/b/(\S+)$", text, re.M)
    code = re.search(r"^(\d{3} \d{3})$", text, re.M)
    assert token is not None
    assert code is not None
    return token[1], code[1]


@pytest.fixture
def post() -> Iterator[tuple[Mailbox, int]]:
    with real_server() as server:
        yield server


def test_each_member_gets_one_letter_with_a_link_and_code_that_open_the_door(
    db: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    a_programme(db)
    case = a_case(db)
    assert deliver(db, port) == Delivered(sent=3)
    assert deliver(db, port, after=2 * MINUTE) == Delivered()
    assert sorted(to for to, _ in mailbox.received) == [seat_email(1), seat_email(2), seat_email(3)]
    for letter in mailbox.letters():
        token, code = link_in(letter)
        entered = open_door(db, keys=KEYS, token=token, code=code, remember=False, now=NOW + 3 * MINUTE)
        assert getattr(entered, "case", None) == case.case
        assert text_of(letter).startswith("Forslag til beslutning:\n")


def test_every_kind_of_letter_leaves_and_threads_with_its_case(
    db: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    a_programme(db, handling="i_mote")
    case = a_case(db)
    answers(db, case.case, ["godkjenn"])
    deliver(db, port)
    assert states(db, RECEIPT) == ["due"]
    deliver(db, port, after=timedelta(hours=2))
    withdraw_case(db, case=case.case, by=ASKER, reason="Vi venter på tall.", now=NOW + timedelta(hours=3))
    deliver(db, port, after=timedelta(hours=4))
    subjects = [str(letter["Subject"]) for letter in mailbox.letters()]
    assert [subject.split(":")[0].split(" ")[0] for subject in subjects] == [
        *["Styringsgruppa"] * 3, "Kvittering", *["Trukket"] * 4,
    ]  # fmt: skip
    assert len({str(letter["References"]) for letter in mailbox.letters()}) == 1
    assert len({str(letter["Message-ID"]) for letter in mailbox.letters()}) == len(subjects)
    receipt = text_of(mailbox.letters()[3])
    assert "«Godkjenn» tirsdag 14. januar 2025 kl. 11.00" in receipt
    assert re.search(r"Kvitteringskode: [a-z2-7]{4}(-[a-z2-7]{4}){3}\n", receipt)
    withdrawn = text_of(mailbox.letters()[4])
    assert "Vi venter på tall." in withdrawn
    assert "/b/" not in withdrawn


def test_a_result_says_what_was_decided_to_those_who_voted_and_those_who_asked(
    db: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    a_programme(db)
    case = a_case(db)
    answers(db, case.case, ["godkjenn", "godkjenn"])
    assert states(db, CASE) == ["withdrawn"] * 3
    deliver(db, port, after=timedelta(hours=2))
    told = {to: text_of(letter) for (to, _), letter in zip(mailbox.received, mailbox.letters(), strict=True)}
    assert set(told) >= {seat_email(1), seat_email(3), ASKER}
    for text in told.values():
        assert (
            "Styringsgruppa besluttet 14. januar at prosjektet går videre fra Konsept til Gjennomføre (P2)."
            in text
        )
        assert "Neste beslutning er P3." in text
    assert "Ditt svar var «Godkjenn»." in told[seat_email(1)]
    assert "Du svarte ikke i denne saken." in told[seat_email(3)]
    assert "svar" not in told[ASKER].lower().replace("av svarene", "")


def test_an_undelivered_letter_goes_again_as_the_same_bytes(db: Database) -> None:
    a_programme(db, seats=2)
    a_case(db)
    with scripted_server(Script(body=DROP)) as (first, port):
        assert deliver(db, port).retried == 2
    with scripted_server(Script()) as (second, port):
        assert deliver(db, port, after=2 * MINUTE, worker="w2").sent == 2
    assert first.received == second.received


def test_a_server_that_is_down_loses_nothing_and_is_not_hammered(db: Database) -> None:
    a_programme(db, seats=2)
    a_case(db)
    done = deliver(db, 1)
    assert (done.retried, {failure.phase for failure in done.failures}) == (2, {"connect"})
    assert deliver(db, 1) == Delivered()
    assert deliver(db, 1, after=2 * MINUTE).retried == 2
    assert deliver(db, 1, after=6 * MINUTE) == Delivered()
    assert deliver(db, 1, after=timedelta(days=3)).dead == 2
    assert states(db, CASE) == ["dead", "dead"]


def test_a_letter_that_cannot_be_worded_dies_alone(db: Database, post: tuple[Mailbox, int]) -> None:
    mailbox, port = post
    a_programme(db)
    a_case(db)

    def broken(*_: object) -> Composed:
        facts = '{"kind":"case","locale":"nb","to":{"name":"x"}}'
        return Composed(payload=facts, template_digest=template_digest(CASE), message_id="x@example.org")

    claim_letters(db, keys=KEYS, base_url="http://x", worker="w", limit=1, compose=broken, now=NOW + MINUTE)
    with db.writing() as tx:
        riddle = Letter(kind="gåte", subject="case:x", recipient=person_of(db, ASKER), occurrence="1")
        outbox.enqueue(tx, [riddle], now=NOW)
    done = deliver(db, port, after=30 * MINUTE)
    assert (done.sent, done.withdrawn, done.dead) == (2, 1, 1)
    assert (done.failures[0].state, done.failures[0].phase) == ("dead", "render")
    assert done.failures[0].reply.startswith("UndefinedError")
    assert len(mailbox.received) == 2


def test_an_unfit_mark_of_long_ago_in_a_title_and_a_name_stops_no_letter(
    db: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    a_programme(db)
    project = builders.a_project(db)
    a_case(db, key=project)
    asker, reader = person_of(db, ASKER), person_of(db, seat_email(1))
    old = "Trygghet\u200e\u202e hjemme"
    with db.writing() as tx:
        record(
            tx,
            [
                FactsChanged(
                    by=asker, project=project, names=("title",), effective="2024-01-01",
                    values={"title": old},
                ),
                PersonRegistered(person=reader, language="nb", name=old, email="leser@trøndelag-helse.no"),
            ],
            now=NOW,
        )  # fmt: skip
    assert deliver(db, port) == Delivered(sent=3)
    recipients = [to for to, _ in mailbox.received]
    letter = mailbox.letters()[recipients.index("leser@xn--trndelag-helse-rqb.no")]
    assert str(letter["To"]).startswith("Trygghet hjemme <")


def person_of(db: Database, email: str) -> str:
    with db.reading() as tx:
        found = people.by_email(tx, email)
    assert found is not None
    return found.id


def test_a_letter_is_withdrawn_when_the_case_is_closed_between_the_claim_and_the_sending(
    db: Database,
) -> None:
    a_programme(db)
    case = a_case(db)

    def compose(*_: object) -> Composed:
        return Composed(payload="{}", template_digest="x", message_id="x@example.org")

    claim = claim_letters(
        db, keys=KEYS, base_url="http://x", worker="w", limit=9, compose=compose, now=NOW + MINUTE
    )
    assert len(claim.ready) == 3
    answers(db, case.case, ["godkjenn", "godkjenn"])
    begun = begin_delivery(
        db, letters=[one.claimed for one in claim.ready], worker="w", now=NOW + timedelta(hours=2)
    )
    assert begun.letters == ()
    assert [one.reply for one in begun.withdrawn] == ["decided"] * 3
    assert states(db, CASE) == ["withdrawn"] * 3


def test_a_crash_after_the_promise_is_taken_up_by_the_next_worker_after_the_lease(
    db: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    a_programme(db, seats=2)
    a_case(db)

    with pytest.raises(RuntimeError), scripted_server(Script()) as (_, other):
        deliver_crashing(db, other)
    assert states(db, CASE) == ["claimed"] * 2
    assert deliver(db, port, after=10 * MINUTE, worker="w2") == Delivered()
    assert deliver(db, port, after=22 * MINUTE, worker="w2").sent == 2
    assert len(mailbox.received) == 2


def deliver_crashing(db: Database, port: int) -> None:
    """A worker whose database goes away when it has claimed and worded its letters."""
    crashed = Database(db.url.render_as_string(hide_password=False))
    real = crashed.writing
    calls = iter([real, real])

    def once() -> object:
        return next(calls)()

    crashed.writing = once  # type: ignore[method-assign,assignment]
    try:
        deliver(crashed, port)
    finally:
        crashed.close()


def test_a_letter_that_may_have_arrived_says_so_on_every_later_try(db: Database) -> None:
    a_programme(db, seats=1, quorum=1)
    a_case(db)

    def settled(phase: str, *, after: timedelta) -> bool:
        with db.writing() as tx:
            (letter,) = outbox.claim(tx, worker="w", limit=1, now=NOW + after)
            outbox.mark_in_doubt(tx, [letter.id], worker="w", until=NOW + after + MINUTE)
            how = outbox.Settlement(
                letter=letter.id,
                attempt=letter.attempts,
                state="retry",
                phase=phase,
                reply="",
                retry_at=NOW + after,
            )
            outbox.settle(tx, [how], worker="w", now=NOW + after)
        return letter.possibly_sent

    phases = ("connect", "in_doubt", "connect", "rcpt", "connect")
    found = [settled(phase, after=number * MINUTE) for number, phase in enumerate(phases, 1)]
    assert found == [False, False, True, True, True]


def test_a_changed_address_gets_a_new_letter_and_the_old_link_stays_shut(db: Database) -> None:
    a_programme(db, seats=2)
    a_case(db)
    with scripted_server(Script(rcpt="450 vent", only_for=seat_email(1))) as (_, port):
        assert deliver(db, port).retried == 1
    register_person(
        db, name="Kommunaldirektør", email="ny@example.org", was=seat_email(1), now=NOW + 2 * MINUTE
    )
    with real_server() as (mailbox, port):
        done = deliver(db, port, after=3 * MINUTE, worker="w2")
    assert done == Delivered(sent=1)
    assert sorted(states(db, CASE)) == ["sent", "sent", "withdrawn"]
    assert [to for to, _ in mailbox.received] == ["ny@example.org"]
    token, code = link_in(mailbox.letters()[0])
    assert open_door(db, keys=KEYS, token=token, code=code, remember=False, now=NOW + 4 * MINUTE)
    with db.reading() as tx:
        person = people.by_email(tx, "ny@example.org")
        assert person is not None
        given = links.of_person(tx, person.id)
    assert [one.revoked_at is None for one in sorted(given, key=lambda one: one.generation)] == [False, True]


def test_the_bounced_are_named_and_the_others_served(db: Database) -> None:
    a_programme(db)
    a_case(db)
    with scripted_server(Script(rcpt="550 5.1.1 ukjent", only_for=seat_email(2))) as (mailbox, port):
        done = deliver(db, port)
    assert (done.sent, done.bounced) == (2, 1)
    assert done.failures[0].reply == "550 5.1.1 ukjent"
    assert len(mailbox.received) == 2


def test_a_batch_costs_two_write_transactions_and_each_letter_two_more(
    db: Database, post: tuple[Mailbox, int]
) -> None:
    a_programme(db)
    a_case(db)
    writes: list[int] = []
    real = db.writing

    def counted() -> object:
        writes.append(1)
        return real()

    db.writing = counted  # type: ignore[method-assign,assignment]
    assert deliver(db, post[1]).sent == 3
    assert len(writes) == 2 + 3 * 2 + 1, "claim, word; about to send, sent; and the claim that finds none"


def test_of_a_batch_whose_worker_dies_one_letter_is_in_doubt(db: Database, post: tuple[Mailbox, int]) -> None:
    mailbox, port = post
    a_programme(db)
    a_case(db)

    def dies_at_the_second_dot(batch: Sequence[Outgoing], **how: Any) -> tuple[Outcome, ...]:
        def after_reply(outcome: Outcome) -> None:
            if len(mailbox.received) == 2:
                raise MemoryError
            how["after_reply"](outcome)

        return smtp_deliver(batch, **(how | {"after_reply": after_reply}))

    with pytest.raises((RuntimeError, MemoryError)):
        deliver_due(
            db,
            keys=KEYS,
            settings=settings(port),
            worker="w1",
            now=NOW + MINUTE,
            carry=dies_at_the_second_dot,
        )
    assert sorted(states(db, CASE)) == ["claimed", "in_doubt", "sent"]

    assert deliver(db, port, after=timedelta(hours=1), worker="w2").sent == 2
    copies = Counter(str(letter["Message-ID"]) for letter in mailbox.letters())
    assert sorted(copies.values()) == [1, 1, 2]


def test_a_letter_whose_wording_kills_the_worker_ends_as_dead_and_the_others_leave(
    db: Database, post: tuple[Mailbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox, port = post
    a_programme(db)
    a_case(db)
    deadly = person_of(db, seat_email(2))
    tries: list[str] = []

    def facts_for(tx: Connection, letter: Claimed, *, now: datetime) -> object:
        tries.append(letter.recipient)
        if letter.recipient == deadly:
            raise MemoryError
        return worded(tx, letter, now=now)

    worded = letters.facts_for
    monkeypatch.setattr(letters, "facts_for", facts_for)
    done: list[Delivered] = []
    for hour in range(1, 12):
        with suppress(MemoryError):
            done.append(deliver(db, port, after=timedelta(hours=hour), worker=f"w{hour}"))

    assert [failure.phase for one in done for failure in one.failures] == ["died"]
    assert sorted(states(db, CASE)) == ["dead", "sent", "sent"]
    assert sorted(to for to, _ in mailbox.received) == [seat_email(1), seat_email(3)]
    assert tries.count(deadly) == 6


def test_a_relay_that_is_closed_to_us_for_ten_minutes_loses_no_letter(db: Database) -> None:
    a_programme(db, seats=6)
    for key in builders.projects(db, 4):
        a_case(db, key=key)
    with scripted_server(Script(rcpt="554 5.7.1 relay access denied")) as (_, port):
        for minute in range(1, 11):
            done = deliver(db, port, after=minute * MINUTE)
            assert (done.sent, done.bounced, done.dead) == (0, 0, 0)
        assert states(db, CASE) == ["retry"] * 24
    with real_server() as (mailbox, port):
        sent = sum(deliver(db, port, after=minute * MINUTE).sent for minute in range(11, 30))
    assert sent == len(mailbox.received) == 24
    assert states(db, CASE) == ["sent"] * 24


def test_an_address_that_is_refused_to_the_last_ends_as_bounced(db: Database) -> None:
    a_programme(db, seats=2)
    a_case(db)
    with scripted_server(Script(rcpt="550 5.2.1 stengt", only_for=seat_email(2))) as (_, port):
        assert deliver(db, port).retried == 1
        done = deliver(db, port, after=timedelta(days=3))
    assert (done.bounced, done.failures[0].reply) == (1, "550 5.2.1 stengt")


def test_no_secret_is_stored_with_a_letter(db: Database, post: tuple[Mailbox, int]) -> None:
    mailbox, port = post
    a_programme(db, seats=2)
    a_case(db)
    deliver(db, port)
    token, code = link_in(mailbox.letters()[0])
    with db.reading() as tx:
        claims = outbox.list_letters(tx)
    assert claims
    if db.is_sqlite:
        folder = Path(str(db.url.database)).parent
        content = b"".join(file.read_bytes() for file in folder.glob("*.db*"))
        assert b"Styringsgruppa godkjenner" in content
        assert token.encode() not in content
        assert code.encode() not in content


def test_wrong_settings_are_all_named_before_anything_is_claimed(db: Database) -> None:
    a_programme(db, seats=2)
    a_case(db)
    wrong = replace(settings(25), smtp_url="smtp://post.example.org?tls=none", mail_from="ingen")
    with pytest.raises(MailSettingsError) as found:
        deliver_due(db, keys=KEYS, settings=wrong, worker="w", now=NOW + MINUTE)
    assert [reason.code for reason in found.value.args] == ["smtp_clear", "mail_from"]
    assert states(db, CASE) == ["due", "due"]


def test_a_letter_that_waited_through_an_upgrade_is_worded_anew_under_the_same_identity(db: Database) -> None:
    a_programme(db)
    a_case(db)
    told: list[str] = []

    def compose(_tx: object, letter: object) -> Composed:
        told.append("asked")
        return Composed(payload=f'{{"{len(told)}": 1}}', template_digest="old", message_id=f"<{len(told)}@x>")

    def claimed(worker: str, now: datetime, words: str) -> Claim:
        return claim_letters(
            db,
            keys=KEYS,
            base_url="http://x",
            worker=worker,
            limit=1,
            compose=compose,
            now=now,
            present=lambda _kind: words,
        )

    (first,) = claimed("before", NOW + MINUTE, "old").ready
    (same,) = claimed("again", NOW + timedelta(hours=1), "old").ready
    assert same.frozen == first.frozen
    (anew,) = claimed("after", NOW + timedelta(hours=2), "new").ready
    assert anew.frozen.payload != first.frozen.payload
    assert (anew.frozen.message_id, anew.frozen.dated) == (first.frozen.message_id, first.frozen.dated)


def test_in_a_long_round_each_batch_is_leased_from_its_own_beginning(
    db: Database, post: tuple[Mailbox, int]
) -> None:
    mailbox, port = post
    a_programme(db, seats=7)
    for key in builders.projects(db, 4):
        a_case(db, key=key)
    hours = iter(NOW + timedelta(hours=n) for n in range(1, 9))

    done = deliver_due(
        db,
        keys=KEYS,
        settings=settings(port),
        worker="w",
        now=NOW,
        clock=lambda: next(hours),
    )

    assert done.sent == len(mailbox.received) == 28
    with db.reading() as tx:
        settled = {letter.settled_at for letter in outbox.list_letters(tx) if letter.kind == CASE}
    assert settled == {NOW + timedelta(hours=1), NOW + timedelta(hours=2)}
