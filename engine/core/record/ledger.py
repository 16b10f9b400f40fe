"""Is the record of what happened still the record that was written?

Canonical form, hashes and proofs; no storage. A leaf's *body* is canonical JSON that names its chain, number,
kind and instant, so that nothing beside it can be changed unseen. Each leaf's hash covers the hash before it:

    hash(n) = SHA-256( 0x00 ‖ hash(n-1) as 32 bytes ‖ body(n) as UTF-8 ),   hash(0) = 32 zero bytes

Such a chain alone finds a changed, removed, inserted or moved entry, but not one whose author rehashed all
that follows, nor a cut tail. Heads kept elsewhere (receipts, letters, the programme's chain) find those too.

Free text and personal data stand outside: the body holds `text_digest(salt, text)`, text and salt are stored
beside it and can be erased together. The chain still verifies then.
"""

import hashlib
import hmac
import json
import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

GENESIS: Final = "0" * 64
"""What stands in the place of the hash before a chain's first leaf."""

FIRST: Final = 1
"""The number of a chain's first leaf."""

SALT_BYTES: Final = 16
MOST_FAULTS: Final = 100
_PASSED_OVER: Final = ("ledger_foreign", "ledger_inserted", "ledger_moved", "ledger_shapeless")
"""Faults of a leaf that is not the next one of its chain: the check goes on from the one before it."""
_FORM: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "ledger_changed": ("chain", "seq"),
    "ledger_shapeless": ("chain", "seq"),
    "ledger_removed": ("chain", "from", "to"),
    "ledger_inserted": ("chain", "seq"),
    "ledger_moved": ("chain", "seq"),
    "ledger_unlinked": ("chain", "seq"),
    "ledger_foreign": ("chain", "seq", "found"),
    "ledger_rewritten": ("chain", "seq"),
    "ledger_truncated": ("chain", "last", "known"),
    "ledger_more": ("chain", "limit"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One entry as stored. `body` is canonical JSON; `prev` is checked when the store keeps it."""

    chain: str
    seq: int
    kind: str
    at: str
    body: str
    hash: str
    prev: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a witness knows: leaf number `seq` of the chain had this hash."""

    chain: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is not as it was written: a code of `CODES`, where, and its data."""

    code: str
    chain: str
    seq: int
    data: Mapping[str, str | int] = field(default_factory=dict)


def canonical(value: Any) -> str:
    """The one text of a JSON value: sorted keys, no spaces, Unicode in NFC, UTF-8 when made bytes.

    Takes None, booleans, integers, finite floats, text, lists, tuples and mappings with text keys. A float
    keeps its shortest form and its point (``1.0`` is not ``1``), and negative zero is ``0.0``. Raises
    ValueError for anything else: NaN and infinities, lone surrogates, two keys that become one in NFC.
    """
    return _FORM.encode(_plain(value))


def _plain(value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case str():
            return _text(value)
        case int():
            return int(value)
        case float():
            if not math.isfinite(value):
                raise ValueError(f"not a finite number: {value!r}")
            return value + 0.0
        case list() | tuple():
            return [_plain(item) for item in value]
        case Mapping():
            plain = {_text(key): _plain(item) for key, item in value.items()}
            if len(plain) != len(value):
                raise ValueError("two keys are one and the same in NFC")
            return plain
        case _:
            raise ValueError(f"not a JSON value: {type(value).__name__}")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"not a text key: {value!r}")
    if value.isascii():
        return str(value)
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("a lone surrogate has no UTF-8")
    return unicodedata.normalize("NFC", value)


def leaf_hash(prev: str, body: str | bytes) -> str:
    """The hash (64 hex digits) of a leaf with this body after the leaf whose hash is `prev`.

    Raises ValueError when `prev` is not 64 hex digits.
    """
    before = bytes.fromhex(prev)
    if len(before) != hashlib.sha256().digest_size:
        raise ValueError("the hash before must be 64 hex digits")
    content = body.encode() if isinstance(body, str) else body
    return hashlib.sha256(b"\x00" + before + content).hexdigest()


def leaf(
    *, chain: str, seq: int, kind: str, at: str, content: Mapping[str, Any], prev: str = GENESIS
) -> Leaf:
    """A new leaf after `prev`; `content` is what the body says beyond its chain, number, kind and instant."""
    body = canonical({**content, "at": at, "chain": chain, "kind": kind, "seq": seq})
    return Leaf(chain=chain, seq=seq, kind=kind, at=at, body=body, prev=prev, hash=leaf_hash(prev, body))


def head_of(last: Leaf) -> Head:
    """What a witness should keep of the chain that ends in this leaf."""
    return Head(chain=last.chain, seq=last.seq, hash=last.hash)


def text_digest(salt: bytes, text: str) -> str:
    """SHA-256(salt ‖ text in NFC), 64 hex digits; raises ValueError for a salt under 16 bytes.

    The salt keeps a short text (a name, «ja») from being guessed from its digest once the text is erased.
    """
    if len(salt) < SALT_BYTES:
        raise ValueError(f"a salt must have at least {SALT_BYTES} bytes")
    return hashlib.sha256(salt + _text(text).encode()).hexdigest()


def check_text(digest: str, salt: bytes | None, text: str | None) -> Literal["ok", "erased", "changed"]:
    """Does the text beside a leaf agree with the digest in it? Erased means that both text and salt are gone.

    One without the other is a change: a text without its salt proves nothing, and a salt left behind lets a
    short text be guessed.
    """
    if salt is None and text is None:
        return "erased"
    if salt is None or text is None or len(salt) < SALT_BYTES:
        return "changed"
    try:
        same = hmac.compare_digest(text_digest(salt, text), digest)
    except (TypeError, ValueError):
        return "changed"
    return "ok" if same else "changed"


def check_chain(leaves: Iterable[Leaf], *, chain: str, heads: Iterable[Head] = ()) -> tuple[Fault, ...]:
    """Every place where one chain, read in its stored order, is not as it was written; empty when it is.

    `heads` are what witnesses know of this chain; others are ignored. The leaves are read once and not kept.
    After a fault the check goes on from what it found, so that one change does not spoil all that follows. At
    most 100 faults are told; then a last one, ``ledger_more``, stops the check.
    """
    known: dict[int, set[str]] = {}
    for head in heads:
        if head.chain == chain:
            known.setdefault(head.seq, set()).add(head.hash)

    faults: list[Fault] = []
    last, before = FIRST - 1, GENESIS
    for found in leaves:
        fault = _fault(found, chain, last, before)
        if fault is not None:
            faults.append(fault)
        if fault is None or fault.code not in _PASSED_OVER:
            last, before = found.seq, found.hash
            if any(found.hash != witnessed for witnessed in known.get(found.seq, ())):
                faults.append(_about("ledger_rewritten", chain, found.seq))
        if len(faults) >= MOST_FAULTS:
            more = Fault(
                code="ledger_more", chain=chain, seq=found.seq, data={"chain": chain, "limit": MOST_FAULTS}
            )
            return (*faults[:MOST_FAULTS], more)

    furthest = max(known, default=last)
    if furthest > last:
        data: dict[str, str | int] = {"chain": chain, "last": last, "known": furthest}
        faults.append(Fault(code="ledger_truncated", chain=chain, seq=last, data=data))
    return tuple(faults)


def _fault(found: Leaf, chain: str, last: int, before: str) -> Fault | None:
    """What is wrong with a leaf found after number `last`, whose hash is `before`."""
    if type(found.seq) is not int or not all(isinstance(part, str) for part in _texts_of(found)):
        # A database may hold anything in any column once its guards are gone.
        return _about("ledger_shapeless", chain, last + 1)
    if found.chain != chain:
        data: dict[str, str | int] = {"chain": chain, "seq": found.seq, "found": found.chain}
        return Fault(code="ledger_foreign", chain=chain, seq=found.seq, data=data)
    if found.seq == last:
        return _about("ledger_inserted", chain, found.seq)
    if found.seq < last:
        return _about("ledger_moved", chain, found.seq)
    if not _says_what_it_is(found):
        return _about("ledger_changed", chain, found.seq)
    if found.seq > last + 1:
        # Whether this leaf is itself unchanged cannot be told without the one before it.
        data = {"chain": chain, "from": last + 1, "to": found.seq - 1}
        return Fault(code="ledger_removed", chain=chain, seq=found.seq, data=data)
    if _hashes(before, found):
        return None if found.prev in (None, before) else _about("ledger_changed", chain, found.seq)
    linked_elsewhere = found.prev not in (None, before) and _hashes(found.prev or "", found)
    return _about("ledger_unlinked" if linked_elsewhere else "ledger_changed", chain, found.seq)


def _texts_of(found: Leaf) -> tuple[str, ...]:
    return found.chain, found.kind, found.at, found.body, found.hash


def _says_what_it_is(found: Leaf) -> bool:
    """Whether the columns beside the body tell the same as the body, which is what the hash covers."""
    try:
        body = json.loads(found.body)
    except (ValueError, RecursionError):
        return False
    told = (found.chain, found.seq, found.kind, found.at)
    return (
        isinstance(body, dict)
        and (body.get("chain"), body.get("seq"), body.get("kind"), body.get("at")) == told
    )


def _hashes(prev: str, found: Leaf) -> bool:
    try:
        return leaf_hash(prev, found.body) == found.hash
    except ValueError:
        return False


def _about(code: str, chain: str, seq: int) -> Fault:
    return Fault(code=code, chain=chain, seq=seq, data={"chain": chain, "seq": seq})
