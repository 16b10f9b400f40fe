"""Which mail servers do the tests talk to? A real one, and one that fails in whatever way it is told to."""

import contextlib
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


@dataclass
class Mailbox:
    """What a server took in, oldest first."""

    received: list[tuple[str, bytes]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.received += [(recipient, envelope.content) for recipient in envelope.rcpt_tos]
        return "250 2.0.0 tatt imot"

    def letters(self) -> list[EmailMessage]:
        """The letters, parsed."""
        return [
            cast(EmailMessage, message_from_bytes(content, policy=default)) for _, content in self.received
        ]


@contextlib.contextmanager
def real_server(
    *, tls: ssl.SSLContext | None = None, user: str = "", password: str = "", implicit: bool = False
) -> Iterator[tuple[Mailbox, int]]:
    """aiosmtpd on a free port of this machine, with STARTTLS and a login when asked for."""

    def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        right = (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False if not right else True)

    mailbox = Mailbox()
    options: dict[str, Any] = {"authenticator": login, "auth_required": True} if user else {}
    if tls is not None and not implicit:
        options |= {"tls_context": tls, "require_starttls": True}
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=_free_port(),
        ready_timeout=10,
        ssl_context=tls if implicit else None,
        **options,
    )
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Script:
    """How a server behaves: its words at each step, or DROP (hang up), HANG (say nothing), GARBAGE (no SMTP).

    `only_for` names the recipient whose letter `rcpt`, `data`, `body` go wrong for; the others are taken in.
    """

    banner: str = "220 klar"
    ehlo: str = "250-hei\r\n250 SIZE 10000000"
    starttls: str = "220 kjør på"
    mail: str = "250 ok"
    rcpt: str = "250 ok"
    data: str = "354 send"
    body: str = "250 2.0.0 tatt imot"
    quit: str = "221 farvel"
    only_for: str = ""
    stores: bool = True
    """Whether a letter whose `body` goes wrong was stored all the same."""


DROP, HANG, GARBAGE, DRIP = "DROP", "HANG", "GARBAGE", "DRIP"


@contextlib.contextmanager
def scripted_server(script: Script) -> Iterator[tuple[Mailbox, int]]:
    """A server that follows the script, for as many connections as come."""
    mailbox, ended = Mailbox(), threading.Event()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(_HungUp, OSError):
                _talk(self.rfile, self.wfile, script, mailbox, ended)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Talk) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield mailbox, server.server_address[1]
        finally:
            ended.set()
            server.shutdown()
            thread.join()


class _HungUp(Exception):
    """The server has left the conversation."""


def _talk(rfile: Any, wfile: Any, script: Script, mailbox: Mailbox, ended: threading.Event) -> None:
    def say(words: str) -> None:
        if words == DROP:
            raise _HungUp
        if words == HANG:
            ended.wait(30)
            raise _HungUp
        if words == GARBAGE:
            wfile.write(b"\x00\xff<html>ikke SMTP</html>\r\n")
        elif words == DRIP:
            for character in "220 " + "lang" * 100:
                wfile.write(character.encode())
                time.sleep(0.05)
        else:
            wfile.write(words.encode() + b"\r\n")

    say(script.banner)
    recipient = ""
    while line := rfile.readline():
        command = line.strip().decode("ascii", "replace")
        word = command.upper()
        amiss = not script.only_for or recipient == script.only_for
        if word.startswith(("EHLO", "HELO")):
            say(script.ehlo)
        elif word == "STARTTLS":
            say(script.starttls)
        elif word.startswith("MAIL"):
            recipient = ""
            say(script.mail)
        elif word.startswith("RCPT"):
            recipient = command.partition("<")[2].partition(">")[0]
            say(script.rcpt if not script.only_for or recipient == script.only_for else "250 ok")
        elif word == "DATA":
            say(script.data if amiss else "354 send")
            if amiss and not script.data.startswith("354"):
                continue
            content = b""
            while (part := rfile.readline()) not in (b".\r\n", b""):
                content += part
            if not amiss or script.stores:
                mailbox.received.append((recipient, content))
            say(script.body if amiss else "250 2.0.0 tatt imot")
        elif word == "QUIT":
            say(script.quit)
            return
        else:
            say("250 ok")
