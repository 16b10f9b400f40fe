"""Is a letter the same bytes each time, whole for every reader, and closed to smuggled headers?"""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from engine.core.refusal import Reason
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


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)


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
    # All but NDR: a letter that could not be delivered must be told of.
    assert letter["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
    assert letter["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("A\r\nBcc: x@example.org", "A Bcc: x@example.org"),
        ("A\nB", "A B"),
        ("A\x00", "A"),
        ("A\u202eB", "AB"),
        ("Trygghet\u200e hjemme", "Trygghet hjemme"),
        ("\u061cTrygghet\u200f", "Trygghet"),
        ("A\u2028B", "A B"),
        ("A\x85B", "A B"),
        ("A\ud800", "A"),
    ],
)
def test_an_unfit_character_of_long_ago_smuggles_nothing_in_and_stops_no_letter(
    stored: str, told: str
) -> None:
    letter = read(build(replace(WORDS, subject=stored), replace(ENVELOPE, to_name=stored)))
    assert letter["Subject"] == told
    assert letter["To"].addresses[0].display_name == told
    assert letter["Bcc"] is None
    assert not letter.defects
    with pytest.raises(ValueError, match="From"):
        build(WORDS, replace(ENVELOPE, sender=f"{stored} <faseport@example.org>"))


@pytest.mark.parametrize("text", ["=?utf-8?q?Avvist?= Sak 1", "=?utf-8?b?QQ==?=", "1 =? 2"])
def test_what_only_looks_like_an_encoded_word_arrives_as_it_was_typed(text: str) -> None:
    letter = read(build(replace(WORDS, subject=text), replace(ENVELOPE, to_name=text)))
    assert (letter["Subject"], letter["To"].addresses[0].display_name) == (text, text)


def test_a_domain_with_letters_of_its_own_travels_in_ascii() -> None:
    letter = read(build(WORDS, replace(ENVELOPE, to_address="ola@trøndelag-helse.no")))
    assert letter["To"].addresses[0].addr_spec == "ola@xn--trndelag-helse-rqb.no"
    assert read_sender("Ås <ola@ås.no>") == ("Ås", "ola@xn--s-1fa.no")


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b\r\nBcc: c@d", "a b@example.org", "a@example.org, b@example.org", "å@example.org", "a@b"],
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


@pytest.mark.parametrize("stored", ["a\x00b", "a\x1bb", "a\ud800b", "a\rb"])
def test_a_control_character_is_left_out_of_a_body(stored: str) -> None:
    plain = read(build(replace(WORDS, text=f"{stored}\n"), ENVELOPE)).get_body(("plain",))
    assert plain is not None
    assert plain.get_content().split() == ["a", "b"]


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
    assert read_sender("Faseport <faseport@localhost>") == ("Faseport", "faseport@localhost")
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
