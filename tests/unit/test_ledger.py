"""Does the ledger find every change, and never cry wolf?"""

import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.record.ledger import (
    CODES,
    GENESIS,
    MOST_FAULTS,
    Head,
    Leaf,
    canonical,
    check_chain,
    check_text,
    head_of,
    leaf,
    leaf_hash,
    text_digest,
)

CHAIN = "project:boliger"
SALT = bytes(range(16))


def leaves(number: int = 300, *, chain: str = CHAIN) -> Iterator[Leaf]:
    prev = GENESIS
    for seq in range(1, number + 1):
        made = leaf(
            chain=chain,
            seq=seq,
            kind="BallotCast" if seq % 3 else "FactSet",
            at=f"2025-02-05T08:{seq // 60:02}:{seq % 60:02}+00:00",
            content={"plain": {"seat": f"plass-{seq % 8}", "choice": "godkjenn"}, "prose": {}},
            prev=prev,
        )
        prev = made.hash
        yield made


WHOLE = tuple(leaves())
HEAD = head_of(WHOLE[-1])


def rehashed(changed: list[Leaf], start: int) -> list[Leaf]:
    """What an administrator would do: renumber and rehash everything from `start` on."""
    done, prev = changed[:start], changed[start - 1].hash if start else GENESIS
    for seq, old in enumerate(changed[start:], start + 1):
        body = canonical({**json.loads(old.body), "seq": seq})
        done.append(replace(old, seq=seq, body=body, prev=prev, hash=leaf_hash(prev, body)))
        prev = done[-1].hash
    return done


def change_body(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    at = chance.randrange(len(chain))
    chain[at] = replace(chain[at], body=chain[at].body.replace("godkjenn", "ikke_godkjenn"))
    return chain


def change_a_column(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    at = chance.randrange(len(chain))
    wrong = "f" * 64
    chain[at] = chance.choice(
        [
            replace(chain[at], kind=wrong),
            replace(chain[at], at=wrong),
            replace(chain[at], hash=wrong),
            replace(chain[at], chain=wrong),
            replace(chain[at], seq=chain[at].seq + 1),
        ]
    )
    return chain


def change_one_letter(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    at = chance.randrange(len(chain))
    body = list(chain[at].body)
    where = chance.randrange(len(body))
    body[where] = chr(ord(body[where]) ^ (1 << chance.randrange(5)))
    chain[at] = replace(chain[at], body="".join(body))
    return chain


def remove_some(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    at = chance.randrange(len(chain))
    del chain[at : at + chance.randint(1, 4)]
    return chain


def remove_and_renumber(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    at = chance.randrange(len(chain) - 1)
    del chain[at]
    return chain[:at] + [replace(one, seq=one.seq - 1) for one in chain[at:]]


def repeat_one(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    chain.insert(chance.randrange(len(chain)), chance.choice(chain))
    return chain


def insert_a_new_one(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    at = chance.randrange(1, len(chain))
    before = chain[at - 1]
    new = leaf(chain=CHAIN, seq=at + 1, kind="FactSet", at=before.at, content={}, prev=before.hash)
    return [*chain[:at], new, *(replace(one, seq=one.seq + 1) for one in chain[at:])]


def swap_two(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    one, other = chance.sample(range(len(chain)), 2)
    chain[one], chain[other] = chain[other], chain[one]
    return chain


def cut_the_tail(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    return chain[: chance.randrange(len(chain))]


def change_and_rehash_the_tail(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    at = chance.randrange(len(chain))
    chain[at] = replace(chain[at], body=chain[at].body.replace("godkjenn", "ikke_godkjenn"))
    return rehashed(chain, at)


def remove_and_rehash_the_tail(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    at = chance.randrange(len(chain) - 1)
    del chain[at]
    return rehashed(chain, at)


def take_one_from_another_chain(chain: list[Leaf], chance: random.Random) -> list[Leaf]:
    at = chance.randrange(len(chain))
    chain[at] = leaf(chain="project:annet", seq=at + 1, kind="FactSet", at="", content={}, prev=GENESIS)
    return chain


TAMPERINGS = [
    change_body,
    change_a_column,
    change_one_letter,
    remove_some,
    remove_and_renumber,
    repeat_one,
    insert_a_new_one,
    swap_two,
    cut_the_tail,
    change_and_rehash_the_tail,
    remove_and_rehash_the_tail,
    take_one_from_another_chain,
]


def test_an_untouched_chain_has_no_faults() -> None:
    assert check_chain(WHOLE, chain=CHAIN, heads=[HEAD]) == ()
    assert check_chain(WHOLE, chain=CHAIN) == ()
    assert check_chain((), chain=CHAIN) == ()


def test_a_chain_stored_without_the_hash_before_verifies_just_as_well() -> None:
    bare = [replace(one, prev=None) for one in WHOLE]
    assert check_chain(bare, chain=CHAIN, heads=[HEAD]) == ()


@pytest.mark.parametrize("tamper", TAMPERINGS)
@pytest.mark.parametrize("prev_is_kept", [True, False])
def test_every_random_tampering_is_found_given_the_head(
    tamper: Callable[[list[Leaf], random.Random], list[Leaf]], prev_is_kept: bool
) -> None:
    chance = random.Random(f"{tamper.__name__} {prev_is_kept}")
    for _ in range(84):  # twelve ways, with and without `prev`: 2,016 tamperings in all
        chain = tamper(list(WHOLE), chance)
        if not prev_is_kept:
            chain = [replace(one, prev=None) for one in chain]
        faults = check_chain(chain, chain=CHAIN, heads=[HEAD])
        assert faults
        assert all(tuple(fault.data) == CODES[fault.code] for fault in faults)


def test_a_rehashed_tail_is_invisible_without_a_witness() -> None:
    """The reason why heads are printed in receipts; should this ever fail, the claim was too modest."""
    forged = change_and_rehash_the_tail(list(WHOLE), random.Random(1))
    assert check_chain(forged, chain=CHAIN) == ()
    assert [fault.code for fault in check_chain(forged, chain=CHAIN, heads=[HEAD])] == ["ledger_rewritten"]


def test_a_changed_entry_is_named_by_its_number() -> None:
    chain = list(WHOLE)
    chain[41] = replace(chain[41], body=chain[41].body.replace("godkjenn", "avstar"))
    (fault,) = check_chain(chain, chain=CHAIN, heads=[HEAD])
    assert (fault.code, fault.chain, fault.seq) == ("ledger_changed", CHAIN, 42)


def test_a_removed_entry_is_named_by_the_gap_it_leaves() -> None:
    (fault,) = check_chain(WHOLE[:100] + WHOLE[102:], chain=CHAIN, heads=[HEAD])
    assert (fault.code, fault.data["from"], fault.data["to"]) == ("ledger_removed", 101, 102)


def test_a_cut_tail_is_found_by_the_head_a_receipt_holds() -> None:
    (fault,) = check_chain(WHOLE[:250], chain=CHAIN, heads=[HEAD])
    assert (fault.code, fault.data["last"], fault.data["known"]) == ("ledger_truncated", 250, 300)
    (fault,) = check_chain((), chain=CHAIN, heads=[Head(chain=CHAIN, seq=3, hash="0" * 64)])
    assert fault.code == "ledger_truncated"


def test_a_witness_in_the_middle_is_enough_to_find_what_was_rewritten_before_it() -> None:
    forged = rehashed([replace(WHOLE[0], body=WHOLE[0].body.replace("godkjenn", "avstar")), *WHOLE[1:]], 0)
    witness = head_of(WHOLE[149])
    (fault,) = check_chain(forged, chain=CHAIN, heads=[witness])
    assert (fault.code, fault.seq) == ("ledger_rewritten", 150)


def test_an_entry_that_hangs_on_another_predecessor_is_told_apart_from_a_changed_one() -> None:
    stray = leaf(chain=CHAIN, seq=11, kind="FactSet", at="", content={}, prev="a" * 64)
    faults = check_chain([*WHOLE[:10], stray, *WHOLE[11:]], chain=CHAIN)
    assert [(fault.code, fault.seq) for fault in faults] == [("ledger_unlinked", 11), ("ledger_unlinked", 12)]


def test_a_chain_that_is_all_wrong_stops_at_a_hundred_faults() -> None:
    spoilt = [replace(one, hash="x") for one in WHOLE]
    faults = check_chain(spoilt, chain=CHAIN)
    assert len(faults) == MOST_FAULTS + 1
    assert faults[-1].code == "ledger_more"


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "\ud800", "[" * 100_000, '{"seq": 1}'])
def test_rubbish_in_the_place_of_a_body_is_a_fault_and_no_crash(body: str) -> None:
    (fault,) = check_chain([replace(WHOLE[0], body=body)], chain=CHAIN)
    assert fault.code == "ledger_changed"


def test_a_long_chain_is_checked_without_being_held_in_memory() -> None:
    tracemalloc.start()
    try:
        assert check_chain(leaves(3_000), chain=CHAIN) == ()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 200_000


# ------------------------------------------------------------------ canonical form

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(max_codepoint=127)), json_values))
def test_the_order_of_keys_never_shows_and_the_form_is_stable(value: dict[str, object]) -> None:
    try:
        text = canonical(value)
    except ValueError:  # two keys inside that are one in NFC
        return
    assert canonical(dict(reversed(value.items()))) == text
    assert canonical(json.loads(text)) == text
    assert text.encode().decode() == text


def test_the_canonical_form_is_this() -> None:
    value = {"b": [1, 1.5, True, None, -0.0], "å": "Trondheim – «Leangen»", "a": {"z": (), "y": {}}}
    assert canonical(value) == '{"a":{"y":{},"z":[]},"b":[1,1.5,true,null,0.0],"å":"Trondheim – «Leangen»"}'


def test_a_letter_typed_in_two_ways_is_one_letter() -> None:
    assert canonical({"navn": "A\u030asen"}) == canonical({"navn": "Åsen"})
    assert text_digest(SALT, "A\u030asen") == text_digest(SALT, "Åsen")


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), {1: "a"}, {"a": b"x"}, "\ud800", {"Å": 1, "A\u030a": 2}, {"a": {1, 2}}],
)
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        canonical(value)


def test_the_hash_is_the_documented_one() -> None:
    """Computed by sha256sum from 33 zero bytes and ``{}``, so that others can verify without this program."""
    assert leaf_hash(GENESIS, "{}") == "df2fad6a42533aaab95db7d32ba62a1222257cd5908f1f5eb7ce850d55dc0709"
    assert leaf_hash(GENESIS, b"{}") == leaf_hash(GENESIS, "{}")
    with pytest.raises(ValueError, match="64"):
        leaf_hash("ab", "{}")


# ------------------------------------------------------------------ texts beside the chain


def test_a_text_agrees_with_its_digest_until_either_is_touched() -> None:
    digest = text_digest(SALT, "Nullpunkt må måles i to soner")
    assert check_text(digest, SALT, "Nullpunkt må måles i to soner") == "ok"
    assert check_text(digest, SALT, "Nullpunkt må måles i tre soner") == "changed"
    assert check_text(digest, bytes(16), "Nullpunkt må måles i to soner") == "changed"
    assert check_text("ø" * 64, SALT, "Nullpunkt må måles i to soner") == "changed"


def test_an_erased_text_is_no_fault_but_half_an_erasure_is() -> None:
    digest = text_digest(SALT, "ja")
    assert check_text(digest, None, None) == "erased"
    assert check_text(digest, SALT, None) == "changed"
    assert check_text(digest, None, "ja") == "changed"


def test_a_salt_too_short_to_hide_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        text_digest(b"kort", "ja")
