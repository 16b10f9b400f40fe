"""Which bytes is a letter? The same letter is the same bytes, however often it is built.

Built with the standard library's old policy: the new one parses and folds every header again, at three
times the cost. Whatever could make two builds differ (boundary, date, identity) is given. What could smuggle
a header in is left out of a text, and refused where it is an address or an identity: a mark in a title that
was stored long ago must not stop a letter about it.
"""

import base64
import binascii
import hashlib
import re
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

from engine.core.address import as_sent, fault_in, is_own_host
from engine.core.refusal import Reason
from engine.core.text import TURNING, UNFIT, one_line, shown
from notifications.letters import Rendered

_WIRE: Final = compat32.clone(linesep="\r\n")
_UTF8: Final = Charset("utf-8")
_UTF8.header_encoding = QP
_CALENDAR_FILE: Final = "mote.ics"
_METHODS: Final = frozenset({"REQUEST", "CANCEL"})
_ENCODED: Final = "=?"
"""How an encoded word begins: a text that only looks like one is encoded too, to arrive as it was typed."""
_NO_ANSWERS: Final = "DR, RN, NRN, OOF, AutoReply"
"""All that Exchange can be asked to hold back, but for the report that a letter could not be delivered."""


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
    if UNFIT.search(text) or "\n" in text or not (fault_in(address) is None or is_own_host(address)):
        return Reason(code="mail_from", data={"value": shown(text)})
    return name, address if is_own_host(address) else as_sent(address)


def build(words: Rendered, envelope: Envelope, calendar: CalendarPart | None = None) -> bytes:
    """The letter as it goes over the wire, in ASCII. Raises ValueError, naming the part that is unfit.

    A calendar's file is there twice: as one more way to show the letter, for programs that know calendars,
    and as an attachment for those that do not.
    """
    sender = read_sender(envelope.sender)
    if isinstance(sender, Reason):
        raise ValueError("From", envelope.sender)
    if fault_in(envelope.to_address) is not None:
        raise ValueError("To", envelope.to_address)
    ways = MIMEMultipart("alternative", boundary=_boundary(envelope.message_id), policy=compat32)
    ways.attach(_part("plain", words.text))
    ways.attach(_part("html", words.html))
    letter = ways
    if calendar is not None:
        ways.attach(_calendar("text/calendar", calendar, method=calendar.method, charset="utf-8"))
        attached = _calendar("application/ics", calendar, name=_CALENDAR_FILE)
        attached.add_header("Content-Disposition", "attachment", filename=_CALENDAR_FILE)
        letter = MIMEMultipart("mixed", boundary=_boundary(f"{envelope.message_id} 2"), policy=compat32)
        letter.attach(ways)
        letter.attach(attached)
    letter["From"] = _mailbox("From", *sender)
    letter["To"] = _mailbox("To", envelope.to_name, as_sent(envelope.to_address))
    letter["Subject"] = _header("Subject", words.subject)
    letter["Date"] = format_datetime(envelope.dated)
    letter["Message-ID"] = f"<{_identity('Message-ID', envelope.message_id)}>"
    # One thread per case, hung on an identity that no letter has, so that they gather whichever came first.
    letter["References"] = f"<{_identity('References', envelope.thread)}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = _NO_ANSWERS
    wire = BytesIO()
    BytesGenerator(wire, mangle_from_=False, maxheaderlen=78, policy=_WIRE).flatten(letter)
    return wire.getvalue()


def _boundary(message_id: str) -> str:
    return f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:40]}"


def _mailbox(header: str, name: str, address: str) -> str:
    name = one_line(name)
    if name.isascii() and _ENCODED not in name:
        return formataddr((name, address))
    return f"{_encoded(header, name)} <{address}>"


def _header(header: str, text: str) -> str:
    text = one_line(text)
    return text if text.isascii() and _ENCODED not in text else _encoded(header, text)


def _encoded(header: str, text: str) -> str:
    return Header(text, _UTF8, header_name=header, maxlinelen=76).encode()


def _identity(name: str, value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", value):
        raise ValueError(name, value)
    return value


def _part(subtype: str, text: str) -> MIMENonMultipart:
    text = "".join(each if each in TURNING or not UNFIT.match(each) else " " for each in text)
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
