"""Is a letter the same bytes each time, whole for every reader, and closed to smuggled headers?"""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from engine.core.criteria import Reason
from notifications.letters import Rendered, render
from notifications.message import CalendarPart, Envelope, build, read_sender
from tests.letter_facts import CODE, FACTS, URL

WORDS = render(FACTS["case"], url=URL, code=CODE)
ENVELOPE = Envelope(
    sender="Faseport Trondheim <faseport@example.org>",
    to_name="Kommunaldirektør sosiale tjenester",
    to_address="kommunaldirektor-st@example.org",
    message_id="mfrggzdfmztwq2lk@example.org",
    thread="onsxg5dj@example.org",
    dated=datetime(2025, 1, 29, 11, 0, tzinfo=UTC),
)


def test_the_same_letter_is_the_same_bytes() -> None:
    assert build(WORDS, ENVELOPE) == build(render(FACTS["case"], url=URL, code=CODE), replace(ENVELOPE))
    assert build(WORDS, replace(ENVELOPE, message_id="annet@example.org")) != build(WORDS, ENVELOPE)


def test_a_letter_is_plain_ascii_in_short_lines_and_reads_as_it_was_written() -> None:
    content = build(WORDS, ENVELOPE)
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 78
    assert b"\n" not in content.replace(b"\r\n", b"")
    letter = message_from_bytes(content, policy=default)
    plain, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert plain.get_content().replace("\r\n", "\n") == WORDS.text
    assert page.get_content().replace("\r\n", "\n") == WORDS.html
    assert not letter.defects


def test_a_letter_says_who_it_is_from_and_that_no_machine_should_answer() -> None:
    letter = message_from_bytes(build(WORDS, ENVELOPE), policy=default)
    assert letter["From"] == "Faseport Trondheim <faseport@example.org>"
    assert letter["To"].addresses[0].display_name == "Kommunaldirektør sosiale tjenester"
    assert letter["Subject"] == WORDS.subject
    assert letter["Date"] == "Wed, 29 Jan 2025 11:00:00 +0000"
    assert letter["Message-ID"] == "<mfrggzdfmztwq2lk@example.org>"
    assert letter["References"] == "<onsxg5dj@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-Auto-Response-Suppress"] == "All"
    assert letter["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "wrong",
    ["A\r\nBcc: x@example.org", "A\nB", "A\x00", "A\u202eB", "A\u2028B", "A\x85B", "A\ud800"],
)
def test_a_header_with_a_control_character_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="To"):
        build(WORDS, replace(ENVELOPE, to_name=wrong))
    with pytest.raises(ValueError, match="Subject"):
        build(replace(WORDS, subject=wrong), ENVELOPE)
    with pytest.raises(ValueError, match="From"):
        build(WORDS, replace(ENVELOPE, sender=f"{wrong} <faseport@example.org>"))


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b\r\nBcc: c@d", "a b@example.org", "a@example.org, b@example.org", "å@example.org"],
)
def test_only_one_plain_address_is_written_to(address: str) -> None:
    with pytest.raises(ValueError, match="To"):
        build(WORDS, replace(ENVELOPE, to_address=address))


@pytest.mark.parametrize("identity", ["", "a", "a@b>\r\nBcc: c@d", "a b@c"])
def test_an_identity_that_could_break_out_is_refused(identity: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        build(WORDS, replace(ENVELOPE, message_id=identity))
    with pytest.raises(ValueError, match="References"):
        build(WORDS, replace(ENVELOPE, thread=identity))


@pytest.mark.parametrize("wrong", ["a\x00b", "a\x1b[31mb", "a\ud800b", "a\rb"])
def test_a_body_with_a_control_character_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        build(replace(WORDS, text=wrong), ENVELOPE)


@pytest.mark.parametrize(
    "text", ["漢字 🏠", "שלום \u202eabc\u202c", "blåbærsyltetøy", ".\n..\nFrom her", "x" * 3000]
)
def test_every_script_survives_the_journey(text: str) -> None:
    words = Rendered(subject="漢字 🏠 å", text=f"{text}\n", html=f"<p>{text}</p>\n")
    letter = message_from_bytes(build(words, ENVELOPE), policy=default)
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == f"{text}\n"
    assert letter["Subject"] == "漢字 🏠 å"


def test_a_sender_is_a_name_and_an_address_or_is_refused_by_name() -> None:
    assert read_sender("Faseport <faseport@example.org>") == ("Faseport", "faseport@example.org")
    assert read_sender("faseport@example.org") == ("", "faseport@example.org")
    assert read_sender("ingen\n") == Reason(code="mail_from", data={"value": "ingen·"})


CALENDAR = CalendarPart(
    content="BEGIN:VCALENDAR\r\nSUMMARY:Møte\r\nEND:VCALENDAR\r\n".encode(), method="REQUEST"
)


def test_an_invitation_is_shown_by_programs_that_can_and_attached_for_the_others() -> None:
    content = build(WORDS, ENVELOPE, CALENDAR)
    assert content == build(WORDS, ENVELOPE, CALENDAR)
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 78
    letter = message_from_bytes(content, policy=default)
    assert letter.get_content_type() == "multipart/mixed"
    shown, attached = letter.iter_parts()
    assert [part.get_content_type() for part in shown.iter_parts()] == [
        "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    calendar = list(shown.iter_parts())[2]
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert calendar.get_content() == CALENDAR.content.decode()
    assert attached.get_content_type() == "application/ics"
    assert attached.get_content_disposition() == "attachment"
    assert attached.get_filename() == "mote.ics"
    assert attached.get_payload(decode=True) == CALENDAR.content
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == WORDS.text
    assert not letter.defects


def test_a_calendar_method_that_could_break_out_is_refused() -> None:
    with pytest.raises(ValueError, match="calendar"):
        build(WORDS, ENVELOPE, replace(CALENDAR, method="REQUEST\r\nBcc: x@example.org"))
