"""Does whoever runs the program learn, at the keyboard, that no letter can leave?"""

import json
import socket
from typing import Any

import pytest

from cli import errors
from tests.desk import ASKER, KEY, Desk, fill_in
from tests.mail_servers import Script, real_server, scripted_server

SENDER = "Faseport <faseport@example.org>"


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The installation names its sender; the test names its mail server."""
    monkeypatch.setenv("FASEPORT_MAIL_FROM", SENDER)
    return monkeypatch


def check(desk: Desk, name: str) -> dict[str, Any]:
    told = desk.do("doctor", "--json").json
    (found,) = [one for one in told["checks"] if one["id"] == name]
    assert isinstance(found, dict)
    return found


def opened_case(desk: Desk) -> None:
    """Eight members are to be written to."""
    fill_in(desk)
    desk.done("gate", "request", KEY, "--by", ASKER, "--proposal", "Gå videre.", "--handling", "skriftlig")


def nobody_there() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_doctor_tries_the_mail_server_and_tells_what_it_says(desk: Desk, sender: pytest.MonkeyPatch) -> None:
    sender.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{nobody_there()}?tls=none")
    dead = check(desk, "mail")
    assert (dead["status"], dead["found"].partition(":")[0]) == ("wrong", "connect")
    with scripted_server(Script(banner="554 ikke herfra")) as (_, port):
        sender.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
        assert "554 ikke herfra" in check(desk, "mail")["found"]
    with scripted_server(Script()) as (_, port):
        sender.setenv("FASEPORT_SMTP_URL", f"smtp://u:p@127.0.0.1:{port}")
        assert "STARTTLS" in check(desk, "mail")["do"]
    with real_server() as (mailbox, port):
        sender.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
        assert check(desk, "mail")["status"] == "ok"
    assert mailbox.received == []


def test_a_letter_that_was_not_let_in_once_is_told_at_once(desk: Desk, sender: pytest.MonkeyPatch) -> None:
    opened_case(desk)
    sender.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{nobody_there()}?tls=none")
    desk.done("tick")
    told = check(desk, "unreached")
    assert (told["status"], told["found"]) == ("wrong", "8 (connect)")
    with real_server() as (_, port):
        sender.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
        assert check(desk, "unreached")["status"] == "wrong"  # until they have left


def test_a_trial_letter_goes_out_and_is_stored_nowhere(desk: Desk, sender: pytest.MonkeyPatch) -> None:
    with real_server() as (mailbox, port):
        sender.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
        said = desk.done("mail", "test", "drift@example.org")
        assert "250 2.0.0 tatt imot" in said.out
        assert desk.do("mail", "test", "ingen adresse").code == errors.MISUSE
    (letter,) = mailbox.letters()
    assert (letter["To"], letter["From"]) == ("drift@example.org", SENDER)
    assert "Prøvebrev" in str(letter["Subject"])


def test_a_trial_letter_that_is_refused_tells_how_far_it_came(desk: Desk, sender: pytest.MonkeyPatch) -> None:
    assert desk.do("mail", "test", "drift@example.org").code == errors.MISUSE  # no server is named
    with scripted_server(Script(rcpt="554 5.7.1 Relay access denied")) as (_, port):
        sender.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
        said = desk.do("mail", "test", "drift@example.org")
    assert said.code == errors.NOT_NOW
    assert "rcpt" in said.err
    assert "Relay access denied" in said.err


def test_the_keys_of_another_installation_are_noticed(desk: Desk, sender: pytest.MonkeyPatch) -> None:
    opened_case(desk)
    with real_server() as (_, port):
        sender.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
        desk.done("tick")
        assert check(desk, "link")["status"] == "ok"
        key = desk.folder / "var" / "secret.key"
        key.write_text(json.dumps({"1": "ab" * 32}))
        told = check(desk, "link")
    assert (told["status"], "annens" in told["do"]) == ("wrong", True)
