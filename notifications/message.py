"""Which bytes is a letter? The same letter is the same bytes, however often it is built.

Built with the standard library's old policy: the new one parses and folds every header again, at three
times the cost. Whatever could make two builds differ (boundary, date, identity) is given, and whatever
could smuggle a header in is refused.
"""

import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from io import BytesIO
from typing import Final

from engine.core.criteria import Reason
from notifications.letters import Rendered

_WIRE: Final = compat32.clone(linesep="\r\n")
_UTF8: Final = Charset("utf-8")
_UTF8.header_encoding = QP
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of writing: in a subject they can make one name look like another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a letter carries besides its words. `message_id` and `thread` are without angle brackets."""

    sender: str
    """As `Faseport <faseport@example.org>`."""
    to_name: str
    to_address: str
    message_id: str
    thread: str
    dated: datetime


def read_sender(text: str) -> tuple[str, str] | Reason:
    """The name (may be empty) and address of a sender written as «Name <address>»."""
    name, address = parseaddr(text)
    if not _ADDRESS.fullmatch(address) or _unfit(text):
        return Reason(code="mail_from", data={"value": "".join(c if c.isprintable() else "·" for c in text)})
    return name, address


def build(words: Rendered, envelope: Envelope) -> bytes:
    """The letter as it goes over the wire, in ASCII. Raises ValueError, naming the part that is unfit."""
    sender = read_sender(envelope.sender)
    if isinstance(sender, Reason):
        raise ValueError("From", envelope.sender)
    if not _ADDRESS.fullmatch(envelope.to_address):
        raise ValueError("To", envelope.to_address)
    letter = MIMEMultipart("alternative", boundary=_boundary(envelope.message_id), policy=compat32)
    letter["From"] = _mailbox("From", *sender)
    letter["To"] = _mailbox("To", envelope.to_name, envelope.to_address)
    letter["Subject"] = _header("Subject", words.subject)
    letter["Date"] = format_datetime(envelope.dated)
    letter["Message-ID"] = f"<{_identity('Message-ID', envelope.message_id)}>"
    # One thread per case, hung on an identity that no letter has, so that they gather whichever came first.
    letter["References"] = f"<{_identity('References', envelope.thread)}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter.attach(_part("plain", words.text))
    letter.attach(_part("html", words.html))
    wire = BytesIO()
    BytesGenerator(wire, mangle_from_=False, maxheaderlen=78, policy=_WIRE).flatten(letter)
    return wire.getvalue()


def _boundary(message_id: str) -> str:
    return f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:40]}"


def _mailbox(name: str, shown: str, address: str) -> str:
    if _unfit(shown):
        raise ValueError(name, shown)
    if shown.isascii():
        return formataddr((shown, address))
    return f"{Header(shown, _UTF8, header_name=name, maxlinelen=76).encode()} <{address}>"


def _header(name: str, value: str) -> str:
    if _unfit(value):
        raise ValueError(name, value)
    return value if value.isascii() else Header(value, _UTF8, header_name=name, maxlinelen=76).encode()


def _identity(name: str, value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", value):
        raise ValueError(name, value)
    return value


def _unfit(value: str) -> bool:
    return any(c in _TURNING or unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in value)


def _part(subtype: str, text: str) -> MIMENonMultipart:
    for character in text:
        if character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cs"}:
            raise ValueError(subtype, f"U+{ord(character):04X}")
    part = MIMENonMultipart("text", subtype, policy=compat32, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(binascii.b2a_qp(text.encode(), istext=True).decode("ascii"))
    return part
