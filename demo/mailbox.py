"""Where do the demo's letters land? A real SMTP server on loopback whose mailboxes can be read in the
browser.
"""

import asyncio
import email
import email.policy
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Final

from aiosmtpd.smtp import SMTP

MOST: Final = 2_000
"""This many letters are kept; the oldest go first."""

_LINK: Final = re.compile(r"https?://\S+/b/\S+")
_CODE: Final = re.compile(r"\b(\d{3})[ \u00a0](\d{3})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One delivered letter. `number` counts from 1 in the order of arrival."""

    number: int
    recipient: str
    sender: str
    subject: str
    dated: str
    message_id: str
    text: str
    html: str
    raw: bytes

    @property
    def link(self) -> str | None:
        """The door it leads to, if it has one."""
        found = _LINK.search(self.text)
        return None if found is None else found[0]

    @property
    def code(self) -> str | None:
        """The code that stands beside the link, six digits."""
        found = _CODE.search(self.text)
        return None if found is None else found[1] + found[2]


class Mailbox:
    """Everything that has been delivered, readable while more comes in."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._mails: list[Mail] = []
        self._count = 0

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        """Take a letter in, as aiosmtpd hands it over; the name is the library's."""
        for recipient in envelope.rcpt_tos:
            self.take(recipient, bytes(envelope.original_content or envelope.content))
        return "250 2.0.0 Mottatt"

    def take(self, recipient: str, raw: bytes) -> None:
        """Put one letter in a recipient's box."""
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        with self._guard:
            self._count += 1
            mail = Mail(
                number=self._count,
                recipient=recipient,
                sender=str(message["From"] or ""),
                subject=str(message["Subject"] or ""),
                dated=str(message["Date"] or ""),
                message_id=str(message["Message-ID"] or ""),
                text=_part(message, "plain"),
                html=_part(message, "html"),
                raw=raw,
            )
            self._mails = [*self._mails[-MOST + 1 :], mail]

    def all(self) -> tuple[Mail, ...]:
        """Every letter, in the order of arrival."""
        with self._guard:
            return tuple(self._mails)

    def to(self, recipient: str) -> tuple[Mail, ...]:
        """One recipient's letters, in the order of arrival."""
        return tuple(mail for mail in self.all() if mail.recipient == recipient)

    def number(self, number: int) -> Mail | None:
        """One letter, or None when it is not there (any more)."""
        return next((mail for mail in self.all() if mail.number == number), None)


@contextmanager
def receiving(mailbox: Mailbox) -> Iterator[str]:
    """An SMTP server on a free loopback port; yields the address to send to, as FASEPORT_SMTP_URL has it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="smtp", daemon=True)
    thread.start()
    serving = loop.create_server(
        lambda: SMTP(mailbox, hostname="postkasse.example.org", loop=loop), "127.0.0.1", 0
    )
    server = asyncio.run_coroutine_threadsafe(serving, loop).result(timeout=10)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}?tls=none"
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    return "" if body is None else str(body.get_content())
