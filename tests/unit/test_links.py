"""Is a link hard to forge, kind to mistype, and dead when it should be?"""

import base64
import hashlib
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.access.links import (
    CODES,
    FAILURES_THAT_LOCK,
    Link,
    Purpose,
    TokenParts,
    Unreadable,
    code_for,
    counts_as_try,
    last_moment,
    life,
    read_receipt_code,
    read_token,
    receipt_code,
    same_code,
    token_for,
    token_hash,
)

KEYS = {1: b"en hemmelig nokkel til proever..", 2: b"en annen nokkel, til utskifting."}
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
MADE = datetime(2025, 1, 29, 11, 0, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def token(link_id: str = "lenke-1", *, kid: int = 1, purpose: str = "b", generation: int = 1) -> str:
    return token_for(KEYS, kid=kid, purpose=purpose, link_id=link_id, generation=generation)


TOKEN = token()


def link(**changes: object) -> Link:
    made = Link(
        id="lenke-1",
        purpose=Purpose.BALLOT,
        kid=1,
        generation=1,
        person="kari",
        subject="meeting:2025-02-05",
        level="kode",
        created_at=MADE,
        not_after=MADE + timedelta(days=14),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def alive(one: Link, *, now: datetime = MADE, subject_open: bool = True, holder_ok: bool = True) -> str:
    return life(one, now=now, subject_open=subject_open, holder_ok=holder_ok)


# ------------------------------------------------------------------ tokens


def test_a_token_is_short_enough_to_stand_on_one_line_of_a_letter() -> None:
    assert re.fullmatch(r"fpb1-[a-z2-7]{32}-[a-z2-7]{4}", TOKEN)
    assert len("https://faseport.example.org/b/" + TOKEN) < 78


def test_the_same_link_gives_the_same_token_and_any_difference_another() -> None:
    others = [
        token("lenke-2"),
        token(kid=2),
        token(purpose="m"),
        token(generation=2),
        token("lenke-11", generation=1),
        token("lenke-1", generation=11),
    ]
    assert token() == TOKEN
    assert len({TOKEN, *others}) == 1 + len(others)


def test_a_token_is_read_back_with_its_purpose_and_key() -> None:
    assert read_token(token(kid=2, purpose=Purpose.PORTAL)) == TokenParts(
        text=token(kid=2, purpose="m"), purpose="m", kid=2
    )


@pytest.mark.parametrize(
    "pasted",
    [
        TOKEN.upper(),
        f"  {TOKEN}\n",
        f"{TOKEN}.",
        f"<{TOKEN}>",
        f"«{TOKEN}»,",
        f"({TOKEN})",
        f"\u200b{TOKEN}\xa0",
        f"{TOKEN}…",
    ],
)
def test_a_token_pasted_from_a_letter_is_read_whatever_clings_to_it(pasted: str) -> None:
    assert read_token(pasted) == TokenParts(text=TOKEN, purpose="b", kid=1)


def test_every_cut_token_is_told_apart_from_a_forged_one_without_a_database() -> None:
    for length in range(len(TOKEN)):
        assert read_token(TOKEN[:length]) == Unreadable(reason="shape")
    forged = random_token(random.Random(1), valid_check=True)
    assert isinstance(read_token(forged), TokenParts)


def test_a_mistyped_letter_is_told_without_a_database() -> None:
    body = range(5, 37)
    wrong = [TOKEN[:at] + other + TOKEN[at + 1 :] for at in body for other in LETTERS if other != TOKEN[at]]
    wrong += [TOKEN[:at] + TOKEN[at + 1] + TOKEN[at] + TOKEN[at + 2 :] for at in body if at < 36]
    read = [read_token(one) for one in wrong if one != TOKEN]
    missed = sum(isinstance(one, TokenParts) for one in read)
    assert missed == 0
    assert all(one == Unreadable(reason="check") for one in read)


def test_no_flipped_bit_gives_a_token_that_is_known() -> None:
    known = {token_hash(TOKEN)}
    raw = TOKEN.encode()
    for at in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[at // 8] ^= 1 << (at % 8)
        read = read_token(flipped.decode("latin-1"))
        # Bit 5 of a letter is its case, which is not looked at.
        if isinstance(read, TokenParts) and read.text != TOKEN:
            assert token_hash(read.text) not in known


def random_token(chance: random.Random, *, valid_check: bool) -> str:
    """A token made by somebody who knows everything but the key."""
    text = "fpb1-" + "".join(chance.choices(LETTERS, k=32))
    digest = hashlib.sha256(text.encode()).digest()
    check = (
        base64.b32encode(digest[:5]).decode().lower()
        if valid_check
        else "".join(chance.choices(LETTERS, k=4))
    )
    return f"{text}-{check[:4]}"


def test_a_hundred_thousand_forgeries_open_nothing() -> None:
    known = {token_hash(token(f"lenke-{n}")) for n in range(1_000)}
    chance = random.Random(20250205)
    accepted = reached = 0
    for n in range(100_000):
        read = read_token(random_token(chance, valid_check=n % 2 == 0))
        if isinstance(read, TokenParts):
            reached += 1
            accepted += token_hash(read.text) in known
    assert accepted == 0
    assert reached >= 50_000, "the forgeries with a right check must get as far as the look-up"
    assert token_hash(token("lenke-7")) in known, "and the look-up must know a real one"


@given(st.text(max_size=300))
def test_any_text_is_read_as_a_token_or_refused(text: str) -> None:
    assert isinstance(read_token(text), TokenParts | Unreadable)


def test_a_key_that_is_not_there_and_a_purpose_that_cannot_be_written_are_misuse() -> None:
    with pytest.raises(KeyError):
        token(kid=3)
    with pytest.raises(ValueError, match="purpose"):
        token(purpose="gate")
    with pytest.raises(ValueError, match="purpose"):
        token_for({0: KEYS[1]}, kid=0, purpose="b", link_id="lenke-1", generation=1)


# ------------------------------------------------------------------ codes


def code(link_id: str = "lenke-1", *, generation: int = 1) -> str:
    return code_for(KEYS, kid=1, link_id=link_id, generation=generation)


def test_a_code_is_six_digits_and_tells_nothing_of_the_token() -> None:
    codes = [code(f"lenke-{n}") for n in range(2_000)]
    assert all(re.fullmatch(r"[0-9]{6}", one) for one in codes)
    assert any(one.startswith("0") for one in codes)
    assert len(set(codes)) > 1_950
    assert code() == code() != code(generation=2)


@pytest.mark.parametrize(
    "typed", ["482913", "482 913", " 482 913\n", "482\xa0913", "482\u202f913", "4 8 2 9 1 3"]
)
def test_a_code_is_accepted_with_any_space_in_it(typed: str) -> None:
    assert same_code(typed, "482913")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "482914",
        "48291",
        "4829130",
        "48291x",
        "４８２９１３",
        "٤٨٢٩١٣",
        "482-913",
        "²82913",
        "\ud800",
        "9" * 10_000,
    ],
)
def test_anything_else_is_not_the_code(typed: str) -> None:
    assert not same_code(typed, "482913")


def test_only_six_digits_count_as_a_try() -> None:
    assert counts_as_try("000 000")
    assert not any(counts_as_try(junk) for junk in ("", "   ", "12345", "test@example.org", "１２３４５６"))


def test_a_receipt_code_is_read_as_people_type_it() -> None:
    made = receipt_code(KEYS, kid=1, receipt_id="kvittering-1")
    assert re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", made)
    assert read_receipt_code(made) == made
    assert read_receipt_code(f" {made.upper().replace('-', ' ')}. ") == made
    assert made != receipt_code(KEYS, kid=1, receipt_id="kvittering-2")


@given(st.text(max_size=40))
def test_any_other_text_is_no_receipt_code(text: str) -> None:
    assert read_receipt_code(text) is None or re.fullmatch(r"[a-z2-7-]{19}", str(read_receipt_code(text)))


# ------------------------------------------------------------------ life


def test_a_link_lives_until_its_last_moment_and_not_in_it() -> None:
    end = MADE + timedelta(days=14)
    assert alive(link(), now=end - INSTANT) == "alive"
    assert alive(link(), now=end) == "expired"


def test_no_link_lives_beyond_thirty_days_whatever_it_says() -> None:
    eternal = link(not_after=MADE + timedelta(days=3650))
    assert alive(eternal, now=MADE + timedelta(days=30) - INSTANT) == "alive"
    assert alive(eternal, now=MADE + timedelta(days=30)) == "expired"


def test_a_new_link_lives_a_week_past_its_deadline_but_at_most_thirty_days() -> None:
    assert last_moment(MADE, MADE + timedelta(days=5)) == MADE + timedelta(days=12)
    assert last_moment(MADE, MADE + timedelta(days=29)) == MADE + timedelta(days=30)


def test_a_link_dies_when_its_case_closes_and_still_shows_the_way_after_its_time() -> None:
    assert alive(link(), subject_open=False) == "closed"
    assert alive(link(), subject_open=False, now=MADE + timedelta(days=20)) == "closed"


def test_a_revoked_link_is_dead_from_that_instant_on() -> None:
    revoked = link(revoked_at=MADE + timedelta(hours=1), revoked_reason="stopped")
    assert alive(revoked, now=MADE + timedelta(hours=1) - INSTANT) == "alive"
    assert alive(revoked, now=MADE + timedelta(hours=1)) == "revoked"
    assert alive(replace(revoked, revoked_reason="superseded"), now=MADE + timedelta(days=1)) == "superseded"


def test_five_wrong_codes_lock_and_four_do_not() -> None:
    assert alive(link(code_failures=FAILURES_THAT_LOCK - 1)) == "alive"
    assert alive(link(code_failures=FAILURES_THAT_LOCK)) == "locked"
    assert alive(link(locked_at=MADE)) == "locked"
    assert alive(link(locked_at=MADE + INSTANT)) == "alive"


def test_who_no_longer_holds_the_seat_or_the_address_does_not_even_see_the_result() -> None:
    assert alive(link(), holder_ok=False) == "superseded"
    assert alive(link(), holder_ok=False, subject_open=False) == "superseded"
    assert alive(link(code_failures=5), subject_open=False) == "locked"


def test_every_way_to_be_dead_has_its_sentence() -> None:
    for death in ("closed", "revoked", "expired", "locked", "superseded", "shape", "check"):
        assert f"link_{death}" in CODES
