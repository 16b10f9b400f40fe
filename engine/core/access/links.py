"""Which token and which code belong to a link, and is the link alive?

A link is a random id in the database. Its token and its code are derived from the id with a key that is kept
outside the database, so that neither a stolen database nor a stolen key opens a case, and every letter about
a link shows the same token however often it is made. The store keeps `token_hash` only.

    token  fp b 1 - <32 base32 letters> - <4 check letters>       (without the spaces)
              │ │     160 bits of HMAC-SHA256     20 bits of SHA-256 over all before
              │ └ the key's number (kid)
              └ the purpose, one letter

Letters a–z, digits and hyphens only, so that no mail program, link checker or line break spoils it. The
check tells a mistyped or cut token from an unknown one without asking the database; it proves nothing, for
only the database knows which tokens exist. The code (six digits) stands in the letter but not in the link:
not a second factor, but something that a machine which follows links does not have.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

FAILURES_THAT_LOCK: Final = 5
"""So many wrong codes lock a link; its holder can then ask for a new one."""

LONGEST_LIFE: Final = timedelta(days=30)
CALENDAR_LIFE: Final = timedelta(days=3660)
"""A calendar asks for years; its address lives until somebody closes it."""
LIFE_AFTER_DEADLINE: Final = timedelta(days=7)
CODE_DIGITS: Final = 6

UnreadableReason = Literal["shape", "check"]
Life = Literal["alive", "closed", "revoked", "expired", "locked", "superseded", "used"]

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "link_shape": (),
    "link_check": (),
    "link_unknown": (),
    "link_closed": (),
    "link_revoked": (),
    "link_expired": (),
    "link_locked": (),
    "link_superseded": (),
    "link_used": (),
    "link_wrong_code": ("left",),
    "link_no_code": (),
    "sign_in_wrong_code": ("left",),
    "sign_in_no_code": (),
    "sign_in_over": (),
}
"""What a door may have to say. The first two come from `read_token`, the seven lives from `life`."""

_TOKEN: Final = re.compile(r"fp(?P<purpose>[a-z])(?P<kid>[1-9][0-9]{0,2})-(?P<body>[a-z2-7]{32})-[a-z2-7]{4}")
_RECEIPT: Final = re.compile(r"(?:[a-z2-7]{4}-){3}[a-z2-7]{4}")
_LONGEST_TEXT: Final = 200
_AROUND: Final = " \t\r\n\f\v\xa0\u200b\u200c\u200d\u2060\ufeff.,;:!?…()[]{}<>«»\"'“”‘’`*_"
_CODE_SPACES: Final = {ord(space): None for space in " \t\r\n\xa0\u2007\u2009\u202f\u200b\ufeff"}


class Purpose(StrEnum):
    """What a link is for; the letter stands in the token."""

    BALLOT = "b"
    PORTAL = "m"
    OBLIGATION = "o"
    CALENDAR = "k"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenParts:
    """A well-formed token: `text` in its one spelling, the purpose's letter and the key's number."""

    text: str
    purpose: str
    kid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """No token: cut or foreign (`shape`), or whole but mistyped (`check`)."""

    reason: UnreadableReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as stored. Instants are aware; `not_after` is the first instant at which it is no longer good.

    `subject` names the meeting or case; `revoked_reason` is ``superseded`` when a newer link replaced it.
    """

    id: str
    purpose: str
    kid: int
    generation: int
    person: str
    subject: str
    level: str
    created_at: datetime
    not_after: datetime
    revoked_at: datetime | None = None
    revoked_reason: str | None = None
    code_failures: int = 0
    locked_at: datetime | None = None
    opened_at: datetime | None = None


def token_for(keys: Mapping[int, bytes], *, kid: int, purpose: str, link_id: str, generation: int) -> str:
    """The link's token. Raises KeyError for an unknown key, ValueError if purpose or kid has no spelling."""
    mac = _mac(keys[kid], "faseport/link/v1", purpose, link_id, str(generation))
    text = f"fp{purpose}{kid}-{_base32(mac[:20])}"
    token = f"{text}-{_check(text)}"
    if not _TOKEN.fullmatch(token):
        raise ValueError(f"no token can be written for purpose {purpose!r} and key {kid}")
    return token


def read_token(text: str) -> TokenParts | Unreadable:
    """Read a token as people paste it: in any case, with space or punctuation around it."""
    if len(text) > _LONGEST_TEXT:
        return Unreadable(reason="shape")
    token = text.strip(_AROUND)
    found = _TOKEN.fullmatch(token.lower()) if token.isascii() else None
    if found is None:
        return Unreadable(reason="shape")
    before, _, check = found.string.rpartition("-")
    if not hmac.compare_digest(_check(before), check):
        return Unreadable(reason="check")
    return TokenParts(text=found.string, purpose=found["purpose"], kid=int(found["kid"]))


def token_hash(token: str) -> str:
    """What the store keeps of a token as `token_for` and `TokenParts.text` spell it: SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def code_for(keys: Mapping[int, bytes], *, kid: int, link_id: str, generation: int) -> str:
    """The six digits that stand beside the link in the letter. Raises KeyError for an unknown key."""
    mac = _mac(keys[kid], "faseport/code/v1", link_id, str(generation))
    return f"{int.from_bytes(mac[:16]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def same_code(given: str, code: str) -> bool:
    """Whether what was typed is the code, in constant time; spaces of any width in or around it are fine."""
    typed = _digits(given)
    return hmac.compare_digest((typed or "").encode(), code.encode()) and typed is not None


def counts_as_try(given: str) -> bool:
    """Whether a wrong code counts towards the lock: only six digits do, so that no junk field locks."""
    return _digits(given) is not None


def receipt_code(keys: Mapping[int, bytes], *, kid: int, receipt_id: str) -> str:
    """A receipt's own code (80 bits, ``xxxx-xxxx-xxxx-xxxx``). Raises KeyError for an unknown key."""
    text = _base32(_mac(keys[kid], "faseport/receipt/v1", receipt_id)[:10])
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def read_receipt_code(text: str) -> str | None:
    """A receipt code in its one spelling, as people type it: in any case, with or without hyphens."""
    bare = text[:_LONGEST_TEXT].strip(_AROUND).translate(_CODE_SPACES).replace("-", "")
    code = "-".join(bare[at : at + 4] for at in range(0, len(bare), 4)).lower()
    return code if code.isascii() and _RECEIPT.fullmatch(code) else None


def last_moment(created_at: datetime, deadline: datetime) -> datetime:
    """A new link's `not_after`: a week past the deadline, at most 30 days after it was made."""
    return min(deadline + LIFE_AFTER_DEADLINE, created_at + LONGEST_LIFE)


def life(link: Link, *, now: datetime, subject_open: bool, holder_ok: bool) -> Life:
    """Whether the link is alive at `now`, else the one thing to tell its holder.

    `holder_ok` says that the person still holds the seat and the address the link was sent to. What takes the
    link from its holder comes before what has happened to the case: only a link that was rightfully held may
    show that the case is closed, and it may do so after its time too. Ends are exclusive.
    """
    if link.revoked_at is not None and link.revoked_at <= now:
        return "superseded" if link.revoked_reason == "superseded" else "revoked"
    if not holder_ok:
        return "superseded"
    if link.code_failures >= FAILURES_THAT_LOCK or (link.locked_at is not None and link.locked_at <= now):
        return "locked"
    if link.purpose == Purpose.PORTAL and link.opened_at is not None:
        # A way in to all that is a person's is good once.
        return "used"
    if not subject_open:
        return "closed"
    if now >= min(link.not_after, link.created_at + LONGEST_LIFE):
        return "expired"
    return "alive"


def _mac(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA256 over the parts, each with its length before it, so that no two lists look alike."""
    message = bytearray()
    for part in parts:
        content = part.encode()
        message += len(content).to_bytes(4) + content
    return hmac.digest(key, message, "sha256")


def _base32(content: bytes) -> str:
    return base64.b32encode(content).decode("ascii").lower()


def _check(text: str) -> str:
    """The first 20 bits of SHA-256, as four letters."""
    return _base32(hashlib.sha256(text.encode("ascii")).digest()[:5])[:4]


def _digits(given: str) -> str | None:
    typed = given[:_LONGEST_TEXT].translate(_CODE_SPACES)
    return typed if len(typed) == CODE_DIGITS and typed.isascii() and typed.isdigit() else None
