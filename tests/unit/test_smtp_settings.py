"""Can the address of a mail server be trusted, and when is a letter tried again?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.sentences import sentence
from notifications.smtp import BACK_OFF, GIVE_UP, Server, is_loopback, next_try, parse_smtp_url

FIRST = datetime(2025, 1, 29, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://post.example.org", Server(host="post.example.org", port=587, tls="required")),
        ("smtp://post.example.org?tls=implicit", Server(host="post.example.org", port=465, tls="implicit")),
        (
            "smtp://fase%40port:p%2Fw%3A%40d@post.example.org:2525?tls=required",
            Server(host="post.example.org", port=2525, tls="required", user="fase@port", password="p/w:@d"),
        ),
        ("smtp://127.0.0.1:8025?tls=none", Server(host="127.0.0.1", port=8025, tls="none")),
        ("smtp://[::1]:8025/?tls=none", Server(host="::1", port=8025, tls="none")),
        ("smtp://localhost?tls=none", Server(host="localhost", port=25, tls="none")),
    ],
)
def test_an_address_is_read(url: str, server: Server) -> None:
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("smtp://post.example.org?tls=none", ["smtp_clear"]),
        ("smtp://10.0.0.5?tls=none", ["smtp_clear"]),
        ("smtp://127.0.0.1.example.org?tls=none", ["smtp_clear"]),
        ("smtp://post.example.org?tls=maybe", ["smtp_tls"]),
        ("smtp://post.example.org?tsl=none", ["smtp_option"]),
        ("http://post.example.org", ["smtp_scheme"]),
        ("smtp://post.example.org:smtp", ["smtp_port"]),
        ("smtp://post.example.org:0", ["smtp_port"]),
        ("smtp://[::1", ["smtp_host"]),
        ("smtp://post.example.org/inbox", ["smtp_path"]),
        ("smtp://bruker@post.example.org", ["smtp_user"]),
        ("", ["smtp_scheme", "smtp_host"]),
        ("post.example.org", ["smtp_scheme", "smtp_host", "smtp_path"]),
        ("smtp://post.example.org\r\nRCPT", ["smtp_character"]),
        ("smtps://u@:/x?tls=none&a=1", ["smtp_scheme", "smtp_host", "smtp_path", "smtp_option", "smtp_user"]),
    ],
)
def test_every_mistake_in_an_address_is_named(url: str, codes: list[str]) -> None:
    found = parse_smtp_url(url)
    assert isinstance(found, tuple)
    assert [reason.code for reason in found] == codes
    assert all(sentence(reason).endswith(".") for reason in found)


def test_a_password_is_never_shown() -> None:
    server = parse_smtp_url("smtp://u:hemmelig@post.example.org")
    assert "hemmelig" not in repr(server)
    assert "hemmelig" not in repr(parse_smtp_url("smtp://u:hemmelig@post.example.org/x?tls=none"))


@given(st.text(max_size=60))
def test_no_text_is_too_strange_to_be_refused(text: str) -> None:
    parse_smtp_url(text)
    parse_smtp_url(f"smtp://{text}")


def test_only_this_machine_is_loopback() -> None:
    assert is_loopback("127.8.9.10")
    assert is_loopback("LOCALHOST")
    assert not is_loopback("localhost.example.org")
    assert not is_loopback("0.0.0.0")


def test_a_letter_is_tried_again_at_growing_intervals_and_given_up_after_two_days() -> None:
    waits = [next_try(attempts=n, first=FIRST, now=FIRST) for n in (1, 2, 3, 4, 5, 6, 60)]
    minutes = [(one - FIRST) / timedelta(minutes=1) for one in waits if one is not None]
    assert minutes == [1, 5, 15, 60, 240, 240, 240]
    assert next_try(attempts=3, first=FIRST, now=FIRST + timedelta(hours=47)) is not None
    assert next_try(attempts=3, first=FIRST, now=FIRST + timedelta(hours=48)) is None


@given(attempts=st.integers(0, 1000), waited=st.timedeltas(timedelta(), timedelta(days=3)))
def test_the_next_try_is_always_ahead_and_never_far(attempts: int, waited: timedelta) -> None:
    now = FIRST + waited
    found = next_try(attempts=attempts, first=FIRST, now=now)
    assert (found is None) == (waited >= GIVE_UP)
    assert found is None or BACK_OFF[0] <= found - now <= BACK_OFF[-1]
