"""Which bytes is a letter? The same letter is the same bytes, however often it is built.

Built with the standard library's old policy: the new one parses and folds every header again, at three
times the cost. Whatever could make two builds differ (boundary, date, identity) is given, and whatever
could smuggle a header in is refused.
"""

import base64
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
_CALENDAR_FILE: Final = "mote.ics"
_METHODS: Final = frozenset({"REQUEST", "CANCEL"})
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPart:
    """A file for the reader's calendar; `method` says what it wants there: REQUEST or CANCEL."""

    content: bytes
    method: str


def read_sender(text: str) -> tuple[str, str] | Reason:
    """The name (may be empty) and address of a sender written as «Name <address>»."""
    name, address = parseaddr(text)
    if not _ADDRESS.fullmatch(address) or _unfit(text):
        return Reason(code="mail_from", data={"value": "".join(c if c.isprintable() else "·" for c in text)})
    return name, address


def build(words: Rendered, envelope: Envelope, calendar: CalendarPart | None = None) -> bytes:
    """The letter as it goes over the wire, in ASCII. Raises ValueError, naming the part that is unfit.

    A calendar's file is there twice: as one more way to show the letter, for programs that know calendars,
    and as an attachment for those that do not.
    """
    sender = read_sender(envelope.sender)
    if isinstance(sender, Reason):
        raise ValueError("From", envelope.sender)
    if not _ADDRESS.fullmatch(envelope.to_address):
        raise ValueError("To", envelope.to_address)
    shown = MIMEMultipart("alternative", boundary=_boundary(envelope.message_id), policy=compat32)
    shown.attach(_part("plain", words.text))
    shown.attach(_part("html", words.html))
    letter = shown
    if calendar is not None:
        shown.attach(_calendar("text/calendar", calendar, method=calendar.method, charset="utf-8"))
        attached = _calendar("application/ics", calendar, name=_CALENDAR_FILE)
        attached.add_header("Content-Disposition", "attachment", filename=_CALENDAR_FILE)
        letter = MIMEMultipart("mixed", boundary=_boundary(f"{envelope.message_id} 2"), policy=compat32)
        letter.attach(shown)
        letter.attach(attached)
    letter["From"] = _mailbox("From", *sender)
    letter["To"] = _mailbox("To", envelope.to_name, envelope.to_address)
    letter["Subject"] = _header("Subject", words.subject)
    letter["Date"] = format_datetime(envelope.dated)
    letter["Message-ID"] = f"<{_identity('Message-ID', envelope.message_id)}>"
    # One thread per case, hung on an identity that no letter has, so that they gather whichever came first.
    letter["References"] = f"<{_identity('References', envelope.thread)}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
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


def _calendar(media_type: str, calendar: CalendarPart, **options: str) -> MIMENonMultipart:
    if calendar.method not in _METHODS:
        raise ValueError("calendar", calendar.method)
    main, _, subtype = media_type.partition("/")
    part = MIMENonMultipart(main, subtype, policy=compat32, **options)
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(calendar.content).decode("ascii"))
    return part
