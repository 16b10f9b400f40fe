"""What can be asked of the letters from the command line, and what becomes of those that were lost?"""

import pytest

from tests.acceptance.test_commands import opened_case
from tests.desk import OFFICE, SEATS, Desk
from tests.mail_servers import Mailbox, Script, real_server, scripted_server


def tick(desk: Desk, port: int, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("FASEPORT_SMTP_URL", f"smtp://127.0.0.1:{port}?tls=none")
    patch.setenv("FASEPORT_MAIL_FROM", "Faseport <faseport@example.org>")
    desk.done("tick")


def asked(mailbox: Mailbox) -> list[str]:
    """Who has been asked to answer; programkontoret may have been told that letters were lost."""
    return [to for to, _ in mailbox.received if to != OFFICE]


def test_letters_are_listed_with_what_the_mail_server_said_and_lost_ones_are_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened_case(desk)
    listed = desk.done("letter", "list", "--json").json
    assert [(one["kind"], one["state"], one["phase"]) for one in listed] == [("case", "due", None)] * 8
    with scripted_server(Script(rcpt="550 5.1.1 ukjent")) as (_, port):
        tick(desk, port, monkeypatch)
    lost = desk.done("letter", "list", "--state", "bounced", "--json").json
    assert {(one["phase"], one["reason"], one["attempts"]) for one in lost} == {
        ("rcpt", "550 5.1.1 ukjent", 1)
    }
    shown = desk.done("letter", "list").out
    assert shown.count("Avvist: adressen tar ikke imot") == len(lost) == len(SEATS)
    assert "ber om svar i en sak" in shown

    said = desk.done("letter", "retry", lost[0]["id"]).err
    assert said.startswith("Ett brev sendes likevel.")
    assert lost[0]["recipient_name"] in said
    with real_server() as (mailbox, port):
        tick(desk, port, monkeypatch)
        assert len(asked(mailbox)) == 1
        assert desk.done("letter", "retry", "--all-lost").err.startswith("Sju brev sendes likevel.")
        tick(desk, port, monkeypatch)
    assert len(set(asked(mailbox))) == len(asked(mailbox)) == 8
    assert "ber om svar i en sak" not in desk.done("letter", "list").out
    (mine,) = desk.done("letter", "list", "--person", asked(mailbox)[0], "--json").json
    assert mine["state"] == "sent"
    assert desk.done("letter", "retry", "--all-lost").err == "Ingen brev er tapt.\n"


def test_a_letter_that_is_not_lost_is_refused_by_name_with_the_others(desk: Desk) -> None:
    opened_case(desk)
    first, second, *_ = (one["id"] for one in desk.done("letter", "list", "--json").json)
    said = desk.do("letter", "retry", first, second)
    assert said.code == 3
    assert said.err.splitlines() == [
        "Det går ikke:",
        f"• Brevet {first} er ikke tapt (venter på å bli sendt).",
        f"• Brevet {second} er ikke tapt (venter på å bli sendt).",
    ]


def test_what_cannot_be_understood_is_misuse(desk: Desk) -> None:
    assert "Brevet «x» finnes ikke." in misused(desk, "letter", "retry", "x")
    assert "eller --all-lost" in misused(desk, "letter", "retry")
    assert "eller --all-lost" in misused(desk, "letter", "retry", "x", "--all-lost")
    assert "Mente du «bounced»?" in misused(desk, "letter", "list", "--state", "bouncd")


def misused(desk: Desk, *arguments: str) -> str:
    said = desk.do(*arguments)
    assert said.code == 2
    return said.err
