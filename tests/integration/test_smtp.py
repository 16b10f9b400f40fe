"""Does a letter end where it should, whatever the mail server does to it?"""

import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from notifications.smtp import NOT_TRIED, Limits, Outcome, Outgoing, Server, deliver, knock
from tests.certificates import self_signed
from tests.mail_servers import DRIP, DROP, GARBAGE, HANG, Script, real_server, scripted_server

QUICK = Limits(connect=0.6, command=0.6, final=0.6, letter=3, batch=20)
CONTENT = b"Subject: Sak 3/2025\r\n\r\nHei\r\n.prikk\r\n"


def letters(*names: str) -> list[Outgoing]:
    return [
        Outgoing(
            letter=name,
            sender="faseport@example.org",
            recipient=f"{name}@example.org",
            content=CONTENT,
        )
        for name in names
    ]


def everything(letters: Sequence[str]) -> Iterable[str]:
    return letters


def send(port: int, *names: str, limits: Limits = QUICK, **how: object) -> list[Outcome]:
    server = Server(host="127.0.0.1", port=port, tls="none")
    return list(deliver(letters(*names or ("a",)), server=server, before_data=everything, limits=limits))


def test_a_real_server_takes_a_batch_over_one_connection() -> None:
    with real_server() as (mailbox, port):
        outcomes = send(port, "a", "b", "c", limits=Limits())
    assert [(one.state, one.phase) for one in outcomes] == [("sent", "done")] * 3
    assert outcomes[0].reply == "250 2.0.0 tatt imot"
    assert [to for to, _ in mailbox.received] == ["a@example.org", "b@example.org", "c@example.org"]
    assert mailbox.received[0][1] == CONTENT


FAULTS = {
    # the server never came so far as to store anything: sure, and tried again
    "a banner of 421": (Script(banner="421 kom igjen senere"), "retry", "connect", False, "421"),
    "a banner of 554": (Script(banner="554 ikke deg"), "retry", "connect", False, "554"),
    "a banner that is no SMTP": (Script(banner=GARBAGE), "retry", "connect", False, ""),
    "no banner": (Script(banner=HANG), "retry", "connect", False, ""),
    "a banner that drips": (Script(banner=DRIP), "retry", "connect", False, ""),
    "a drop at the banner": (Script(banner=DROP), "retry", "connect", False, ""),
    "a drop at EHLO": (Script(ehlo=DROP), "retry", "mail", False, ""),
    "MAIL refused for now": (Script(mail="451 4.3.0 vent"), "retry", "mail", False, "451 4.3.0 vent"),
    "a sender refused": (Script(mail="550 5.1.8 ukjent avsender"), "retry", "mail", False, "550"),
    "a letter too large for us": (Script(mail="552 5.3.4 for stor"), "retry", "mail", False, "552"),
    "RCPT refused for now": (Script(rcpt="450 4.2.1 vent"), "retry", "rcpt", False, "450"),
    "a mailbox that is full": (Script(rcpt="452 4.2.2 full"), "retry", "rcpt", False, "452"),
    "a mailbox full, said as 552": (Script(rcpt="552 5.2.2 full"), "retry", "rcpt", False, "552"),
    "an unknown recipient": (Script(rcpt="550 5.1.1 ukjent"), "bounced", "rcpt", False, "550 5.1.1 ukjent"),
    "a login that is missing": (Script(rcpt="530 5.7.0 logg inn"), "retry", "rcpt", False, "530"),
    "a hang at RCPT": (Script(rcpt=HANG), "retry", "rcpt", False, ""),
    "DATA refused for now": (Script(data="421 går ned"), "retry", "data", False, "421"),
    "the content refused for now": (
        Script(body="451 grålistet", stores=False),
        "retry",
        "data",
        False,
        "451",
    ),
    # refused for good, but it is about us and somebody may mend it
    "a relay that is closed to us": (
        Script(rcpt="554 5.7.1 relay access denied"),
        "retry",
        "rcpt",
        False,
        "554",
    ),
    "a policy": (Script(rcpt="550 5.7.23 SPF"), "retry", "rcpt", False, "550"),
    "a route": (Script(rcpt="550 5.4.1 ingen vei"), "retry", "rcpt", False, "550"),
    "a system that takes nothing": (Script(rcpt="550 5.3.2 stengt"), "retry", "rcpt", False, "550"),
    "our own address, at RCPT": (Script(rcpt="550 5.1.8 ukjent avsender"), "retry", "rcpt", False, "550"),
    "a mailbox that is shut": (Script(rcpt="550 5.2.1 stengt"), "retry", "rcpt", False, "550"),
    "our content taken for spam": (
        Script(body="554 5.7.1 spam", stores=False),
        "retry",
        "data",
        False,
        "554",
    ),
    "a quota": (Script(body="550 5.7.708 kvote", stores=False), "retry", "data", False, "550"),
    "no transaction": (Script(rcpt="554 nei"), "retry", "rcpt", False, "554"),
    "everybody refused without a status": (Script(rcpt="550 nei"), "retry", "rcpt", False, "550"),
    "everything refused without a status": (
        Script(body="554 nei", stores=False),
        "retry",
        "data",
        False,
        "554",
    ),
    "an undefined status": (Script(rcpt="550 5.0.0 nei"), "retry", "rcpt", False, "550"),
    # about the reader or the letter
    "a moved recipient": (Script(rcpt="551 5.1.6 flyttet"), "bounced", "rcpt", False, "551"),
    "a recipient refused after the dot": (
        Script(body="550 5.1.1 ukjent", stores=False),
        "bounced",
        "data",
        False,
        "550",
    ),
    "a content nobody can read": (Script(body="554 5.6.0 nei", stores=False), "dead", "data", False, "554"),
    # nobody can tell whether it was stored
    "a drop at DATA": (Script(data=DROP), "retry", "data", True, ""),
    "a drop after the dot, stored": (Script(body=DROP), "retry", "data", True, ""),
    "a drop after the dot, not stored": (Script(body=DROP, stores=False), "retry", "data", True, ""),
    "a hang after the dot": (Script(body=HANG), "retry", "data", True, ""),
    "garbage after the dot": (Script(body=GARBAGE), "retry", "data", True, ""),
    # stored, and said so
    "a drop at QUIT": (Script(quit=DROP), "sent", "done", False, "250"),
    "a hang at QUIT": (Script(quit=HANG), "sent", "done", False, "250"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_letter_ends_as_the_fault_deserves(fault: str) -> None:
    script, state, phase, in_doubt, reply = FAULTS[fault]
    with scripted_server(script) as (_, port):
        (outcome,) = send(port)
    assert (outcome.state, outcome.phase, outcome.in_doubt) == (state, phase, in_doubt)
    assert outcome.reply.startswith(reply)
    assert outcome.reply


def test_a_server_that_is_not_there_is_tried_again_later() -> None:
    outcomes = send(1, "a", "b")
    assert {(one.state, one.phase, one.in_doubt) for one in outcomes} == {("retry", "connect", False)}


@pytest.mark.parametrize(
    ("script", "state"),
    [
        (Script(rcpt="550 ukjent", only_for="b@example.org"), "bounced"),
        (Script(body="554 spam", only_for="b@example.org", stores=False), "dead"),
        (Script(body=DROP, only_for="b@example.org"), "retry"),
        (Script(body=HANG, only_for="b@example.org"), "retry"),
        (Script(data=GARBAGE, only_for="b@example.org"), "retry"),
    ],
)
def test_one_letter_the_server_chokes_on_stops_no_other(script: Script, state: str) -> None:
    with scripted_server(script) as (mailbox, port):
        outcomes = send(port, "a", "b", "c")
    assert [one.state for one in outcomes] == ["sent", state, "sent"]
    assert [one.letter for one in outcomes] == ["a", "b", "c"]
    assert {to for to, _ in mailbox.received} >= {"a@example.org", "c@example.org"}


def test_a_recipient_that_cannot_be_written_in_ascii_is_given_up_and_the_rest_go() -> None:
    batch = letters("a", "b")
    batch[0] = Outgoing(
        letter="a", sender=batch[0].sender, recipient="bjørn@example.org", content=batch[0].content
    )
    with scripted_server(Script()) as (_, port):
        server = Server(host="127.0.0.1", port=port, tls="none")
        outcomes = deliver(batch, server=server, before_data=everything, limits=QUICK)
    assert [one.state for one in outcomes] == ["dead", "sent"]


def test_a_letter_is_promised_just_before_its_own_data_and_its_end_told_before_the_next_is() -> None:
    told: list[tuple[str, str, int]] = []
    with scripted_server(Script(rcpt="550 5.1.1 ukjent", only_for="a@example.org")) as (mailbox, port):

        def before_data(about: Sequence[str]) -> Sequence[str]:
            told.extend(("begins", one, len(mailbox.received)) for one in about)
            return [one for one in about if one != "c"]

        outcomes = deliver(
            letters("a", "b", "c", "d"),
            server=Server(host="127.0.0.1", port=port, tls="none"),
            before_data=before_data,
            after_reply=lambda one: told.append((one.state, one.letter, len(mailbox.received))),
            limits=QUICK,
        )
    assert told == [
        ("begins", "b", 0),
        ("sent", "b", 1),
        ("begins", "c", 1),
        ("begins", "d", 1),
        ("sent", "d", 2),
    ]
    assert [(one.letter, one.state) for one in outcomes] == [("a", "bounced"), ("b", "sent"), ("d", "sent")]
    assert [to for to, _ in mailbox.received] == ["b@example.org", "d@example.org"]


def test_a_reply_that_leaves_it_open_whose_fault_it_is_is_judged_by_how_the_others_fared() -> None:
    with scripted_server(Script(rcpt="550 nei")) as (_, port):
        assert {(one.state, one.at_last) for one in send(port, "a", "b", "c")} == {("retry", "bounced")}
    with scripted_server(Script(rcpt="550 nei", only_for="b@example.org")) as (_, port):
        assert [one.state for one in send(port, "a", "b", "c")] == ["sent", "bounced", "sent"]


def test_an_end_that_cannot_be_written_down_stops_the_batch() -> None:
    def broken(_: Outcome) -> None:
        raise ValueError("databasen er borte")

    with scripted_server(Script()) as (mailbox, port):
        server = Server(host="127.0.0.1", port=port, tls="none")
        with pytest.raises(RuntimeError):
            deliver(letters("a", "b"), server=server, before_data=everything, after_reply=broken)
    assert [to for to, _ in mailbox.received] == ["a@example.org"], "one in doubt, and no more"


def test_a_fault_of_our_own_before_data_is_not_taken_for_the_letters() -> None:
    def broken(_: Sequence[str]) -> Sequence[str]:
        raise ValueError("databasen er borte")

    with scripted_server(Script()) as (mailbox, port):
        server = Server(host="127.0.0.1", port=port, tls="none")
        with pytest.raises(RuntimeError):
            deliver(letters("a"), server=server, before_data=broken, limits=QUICK)
    assert mailbox.received == []


def test_a_slow_server_does_not_keep_letters_past_their_lease() -> None:
    with scripted_server(Script(body=HANG)) as (_, port):
        outcomes = send(
            port, "a", "b", "c", limits=Limits(connect=1, command=1, final=0.5, letter=3, batch=0.4)
        )
    assert [one.phase for one in outcomes] == ["data", NOT_TRIED, NOT_TRIED]
    assert {one.state for one in outcomes} == {"retry"}


def test_a_letter_that_outlasts_its_time_is_in_doubt_and_lets_go() -> None:
    began = time.monotonic()
    with scripted_server(Script(body=HANG)) as (_, port):
        (outcome,) = send(port, limits=Limits(connect=1, command=1, final=300, letter=0.5, batch=10))
    assert outcome.in_doubt
    assert time.monotonic() - began < 60


# ---------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's certificate for 127.0.0.1, and the trust of a client that knows it."""
    folder: Path = tmp_path_factory.mktemp("tls")
    server, cert = self_signed(folder)
    return server, ssl.create_default_context(cafile=str(cert))


def test_letters_go_encrypted_and_logged_in(certificate: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    ours, trust = certificate
    with real_server(tls=ours, user="faseport", password="hemmelig") as (mailbox, port):
        server = Server(host="127.0.0.1", port=port, tls="required", user="faseport", password="hemmelig")
        (outcome,) = deliver(letters("a"), server=server, before_data=everything, tls=trust)
    assert outcome.state == "sent"
    assert len(mailbox.received) == 1


def test_letters_go_over_a_connection_that_is_encrypted_from_the_start(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    ours, trust = certificate
    with real_server(tls=ours, implicit=True) as (mailbox, port):
        server = Server(host="127.0.0.1", port=port, tls="implicit")
        (outcome,) = deliver(letters("a"), server=server, before_data=everything, tls=trust)
    assert (outcome.state, len(mailbox.received)) == ("sent", 1)


def test_a_wrong_password_is_an_alarm_and_not_the_end_of_the_letter(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    ours, trust = certificate
    with real_server(tls=ours, user="faseport", password="hemmelig") as (_, port):
        server = Server(host="127.0.0.1", port=port, tls="required", user="faseport", password="feil")
        (outcome,) = deliver(letters("a"), server=server, before_data=everything, tls=trust)
    assert (outcome.state, outcome.phase) == ("retry", "login")
    assert outcome.reply.startswith("535")
    assert "feil" not in outcome.reply.lower().replace("autentisering feilet", "")


def test_a_certificate_nobody_vouches_for_stops_the_letter_before_it_is_told(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    ours, _ = certificate
    with real_server(tls=ours) as (mailbox, port):
        server = Server(host="127.0.0.1", port=port, tls="required")
        (outcome,) = deliver(letters("a"), server=server, before_data=everything, limits=QUICK)
    assert (outcome.state, outcome.phase, outcome.in_doubt) == ("retry", "starttls", False)
    assert mailbox.received == []


@pytest.mark.parametrize(
    "script",
    [
        Script(),
        Script(ehlo="250-hei\r\n250 STARTTLS", starttls="454 ikke nå"),
        Script(ehlo="250-hei\r\n250 STARTTLS", starttls=GARBAGE),
        Script(ehlo="250-hei\r\n250 STARTTLS", starttls=DROP),
    ],
    ids=["not offered", "not now", "garbage", "drop"],
)
def test_where_encryption_is_required_nothing_ever_leaves_in_clear(script: Script) -> None:
    with scripted_server(script) as (mailbox, port):
        server = Server(host="127.0.0.1", port=port, tls="required", user="u", password="p")
        (outcome,) = deliver(letters("a"), server=server, before_data=everything, limits=QUICK)
    assert (outcome.state, outcome.phase) == ("retry", "starttls")
    assert mailbox.received == []


# ---------------------------------------------------------------- going in without a letter


def refused_at(server: Server, tls: ssl.SSLContext | None = None) -> tuple[str, str]:
    fault = knock(server, limits=QUICK, tls=tls)
    assert fault is not None
    return fault.phase, fault.reply


def test_a_server_that_lets_us_in_is_left_without_a_letter(
    certificate: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    ours, trust = certificate
    with real_server(tls=ours, user="faseport", password="hemmelig") as (mailbox, port):
        server = Server(host="127.0.0.1", port=port, tls="required", user="faseport", password="hemmelig")
        assert knock(server, tls=trust) is None
        assert refused_at(replace(server, password="feil"), trust)[0] == "login"
        assert refused_at(server)[0] == "starttls"  # a certificate this machine does not trust
    assert refused_at(server)[0] == "connect"
    assert mailbox.received == []


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (Script(banner="554 ikke deg"), "554 ikke deg"),
        (Script(banner=HANG), "Timeout"),
        (Script(ehlo="550 ukjent"), "550"),
        (Script(ehlo=HANG), "Timeout"),
        (Script(), ""),
    ],
)
def test_knocking_ends_and_tells_the_servers_own_words(script: Script, words: str) -> None:
    with scripted_server(script) as (_, port):
        fault = knock(Server(host="127.0.0.1", port=port, tls="none"), limits=QUICK)
    assert (fault is None) == (words == "")
    assert fault is None or (fault.phase == "connect" and words in fault.reply)


def test_a_server_without_encryption_is_not_signed_in_to() -> None:
    with scripted_server(Script()) as (_, port):
        server = Server(host="127.0.0.1", port=port, tls="required", user="faseport", password="hemmelig")
        assert refused_at(server)[0] == "starttls"
