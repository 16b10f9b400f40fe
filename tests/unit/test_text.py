"""Does whatever the input takes come out again, in letters above all, and is nothing seen nothing said?"""

import re
import sys
import unicodedata
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.core.address import as_kept, as_sent, fault_in
from engine.core.facts.field import Field
from engine.core.facts.parsing import parse_value
from engine.core.facts.tree import tree
from engine.core.facts.words import read_words
from engine.core.files.shape import text_in
from engine.core.programme.checks import parse_programme
from engine.core.programme.model import Programme
from engine.core.text import HINTS, TURNING, UNFIT, invisible, one_line, says_nothing, shown
from notifications.letters import Rendered
from notifications.message import Envelope, build
from tests.unit.test_programme import SMALL

LINE = Field(name="title", title="Tittel", type="text")
PERSON = Field(name="owner", title="Eier", type="person")
TEXTS = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from([*sorted(TURNING), *'\u200b\u2800\u3164\ufe0f\u200d=?_"\\,;:<>@().\t\n\r\x00 ']),
    ),
    max_size=120,
)
TRAPS = (
    "Trygghet\u200e hjemme",
    "=?utf-8?q?Avvist?= Sak 1",
    '"Kari" \\ <a@b.no>',
    "a,  b",
    "\u200b",
    "Æ" * 200,
)


def sent(*, subject: str = "Sak", name: str = "Navn", address: str = "navn@example.org") -> bytes:
    envelope = Envelope(
        sender="Faseport <faseport@example.org>",
        to_name=name,
        to_address=address,
        message_id="en@example.org",
        thread="to@example.org",
        dated=datetime(2025, 1, 29, 11, 0, tzinfo=UTC),
    )
    return build(Rendered(subject=subject, text="Hei.\n", html="<p>Hei.</p>\n"), envelope)


def letter(**given: str) -> EmailMessage:
    return message_from_bytes(sent(**given), policy=default)


def arrives(text: str) -> None:
    """As a subject and as a name."""
    content = sent(subject=text, name=text)
    assert message_from_bytes(content, policy=default)["Subject"] == text
    # The new policy puts a blank between the encoded words of a long name; the old functions do not.
    name, _ = parseaddr("".join(message_from_bytes(content)["To"].splitlines()))
    assert str(make_header(decode_header(name))) == text


@given(TEXTS)
@example(TRAPS[0])
@example(TRAPS[1])
@example(TRAPS[2])
@example(TRAPS[3])
@example(TRAPS[4])
@example(TRAPS[5])
def test_every_text_that_is_taken_arrives_in_a_letter_as_it_was_taken(raw: str) -> None:
    taken = parse_value(LINE, raw)
    if isinstance(taken, str):
        arrives(taken)
    named, reasons = read_words(raw, field="name", one_line=True)
    if not reasons:
        arrives(named)


@given(TEXTS.filter(lambda text: "\r" not in text))
@example("Styringsgruppa\n")
@example("=?utf-8?q?Avvist?=")
def test_every_title_that_a_programme_file_takes_arrives_in_a_letter(raw: str) -> None:
    quoted = "".join(f"\\U{ord(each):08x}" for each in raw)
    programme = parse_programme(SMALL.replace("title: Gruppa", f'title: "{quoted}"'))
    if isinstance(programme, Programme):
        title = text_in(programme.body("gruppa").title)
        assert letter(subject=title)["Subject"].split() == title.split()


@given(
    st.text("abcxyzæøåÆØÅé.-_+@ \u200e\u200b0123456789漢", min_size=1, max_size=40),
    st.text("abcxyzæøåÆØÅé.-_@ \u200e\u200b0123456789漢ß", min_size=1, max_size=40),
)
@example("ola", "trøndelag-helse.no")
@example("\u200eola", "example.org")
def test_every_address_that_is_taken_is_written_to(mailbox: str, domain: str) -> None:
    taken = parse_value(PERSON, f"{mailbox}@{domain}")
    if isinstance(taken, str):
        assert letter(address=taken)["To"].addresses[0].addr_spec == as_sent(taken)
        assert parse_value(PERSON, taken) == taken


@given(st.text(max_size=60))
def test_no_stored_text_stops_a_letter(text: str) -> None:
    read = letter(subject=text, name=text)
    assert read["Subject"].split() == one_line(text).split()
    assert read.keys() == letter().keys()


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("ola@trøndelag-helse.no", None),
        ("ola@xn--trndelag-helse-rqb.no", None),
        ("ola.nordmann+sak@a-b.example.org", None),
        ("olå@example.org", "mailbox_not_ascii"),
        ("ola@trøndelag-.no", "no_such_domain"),
        ("ola@ås", "no_such_domain"),
        *[
            (unfit, "not_an_address")
            for unfit in (
                "ola",
                "ola@b",
                "a..b@c.no",
                ".a@c.no",
                "a@-c.no",
                "a@c..no",
                "a@c.no.",
                "a@1.2.3.4",
            )
        ],
        ("a" * 65 + "@example.org", "not_an_address"),
        ("a@" + "b" * 64 + ".no", "not_an_address"),
        ("a@" + "b." * 130 + "no", "not_an_address"),
    ],
)
def test_an_address_can_be_written_to_or_is_refused_with_the_reason(address: str, fault: str | None) -> None:
    assert fault_in(address) == fault
    found = parse_value(PERSON, address)
    if fault is None:
        assert found == address
    else:
        assert isinstance(found, tuple)
        assert [problem.code for problem in found] == [f"value.{fault}"]


def test_an_address_is_found_again_however_its_domain_is_typed() -> None:
    assert as_kept("Ola@TRØNDELAG-helse.no") == "Ola@trøndelag-helse.no"
    assert as_sent("ola@Trøndelag-Helse.no") == "ola@xn--trndelag-helse-rqb.no"


UNSEEN = (
    "\u200b",
    "\u00ad\u2060",
    "\u2800",
    "\u3164",
    "\uffa0",
    "\u115f",
    "\u034f",
    "\ufe0f",
    "\U000e0041",
    " \u00a0\n",
)


@pytest.mark.parametrize("text", UNSEEN)
def test_what_shows_nothing_is_nothing_said(text: str) -> None:
    assert says_nothing(text)
    assert parse_value(LINE, text) is None
    assert parse_value(Field(name="problem", title="", type="long_text"), text) is None
    assert read_words(text, field="reason") == ("", ())


@pytest.mark.parametrize("text", ["a\u200b", "👍", "❤\ufe0f", "👨\u200d👩", "\u0600", "\u0301", "\ue000"])
def test_what_shows_anything_is_said(text: str) -> None:
    assert not says_nothing(text)


@pytest.mark.parametrize("text", [*UNSEEN, "\u200e", "\u202e"])
def test_an_invisible_value_of_long_ago_counts_as_never_given(text: str) -> None:
    seen = tree(
        {"problem": text, "aliases": [text, "Navn"]},
        key="p-1", title=text, phase="konsept", roles={}, papers=(), conditions=(),
        today=datetime(2025, 1, 1, tzinfo=UTC).date(),
    )  # fmt: skip
    assert seen["project"] == {"key": "p-1", "phase": "konsept"}
    assert seen["aliases"] == ["Navn"]


def test_hints_of_direction_are_left_out_and_what_turns_the_writing_is_refused() -> None:
    for mark in sorted(TURNING):
        found = parse_value(LINE, f"Trygghet{mark} hjemme")
        if mark in HINTS:
            assert found == "Trygghet hjemme"
            assert parse_value(Field(name="due", title="", type="date"), f"{mark}31.12.2024") == "2024-12-31"
        else:
            assert isinstance(found, tuple)
            assert [problem.code for problem in found] == ["value.forbidden_character"]


def test_what_unicode_names_a_selector_a_filler_or_a_tag_is_invisible() -> None:
    for point in range(sys.maxunicode + 1):
        name = unicodedata.name(chr(point), "")
        if re.fullmatch(
            r".*VARIATION SELECTOR.*|.*HANGUL.* FILLER|TAG .*|.*ZERO WIDTH.*|WORD JOINER|.*GRAPHEME JOINER",
            name,
        ):
            assert invisible(chr(point)), name
        elif unicodedata.category(chr(point))[0] in "LNPS" and "FILLER" not in name:
            assert not invisible(chr(point)), name


def test_controls_and_half_characters_are_unfit_and_letters_are_not() -> None:
    for point in range(sys.maxunicode + 1):
        each = chr(point)
        category = unicodedata.category(each)
        if category in {"Cc", "Cs", "Zl", "Zp"}:
            assert bool(UNFIT.match(each)) == (each not in "\n\t"), hex(point)
        elif category[0] in "LMNPS":
            assert not UNFIT.match(each), hex(point)


def test_a_refusal_repeats_nothing_that_cannot_be_seen() -> None:
    assert shown("a\u200b\u2800\x1b[2J\u202eb\n") == "a···[2J·b·"
    assert shown("x" * 80) == "x" * 59 + "…"
