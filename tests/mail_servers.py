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
from typing import Any

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
        return [message_from_bytes(content, policy=default) for _, content in self.received]


@contextlib.contextmanager
def real_server(
    *, tls: ssl.SSLContext | None = None, user: str = "", password: str = "", implicit: bool = False
) -> Iterator[tuple[Mailbox, int]]:
    """aiosmtpd on a free port of this machine, with STARTTLS and a login when asked for."""

    def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        right = (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=right)

    mailbox = Mailbox()
    options: dict[str, Any] = {"authenticator": login, "auth_required": True} if user else {}
    if tls is not None and not implicit:
        options |= {"tls_context": tls, "require_starttls": True}
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=_free_port(),
        ready_timeout=60,
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

    def goes_wrong_for(self, recipient: str) -> bool:
        return self.only_for in ("", recipient)


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
        _say(wfile, words, ended)

    say(script.banner)
    recipient = ""
    while line := rfile.readline():
        word, _, rest = line.strip().decode("ascii", "replace").partition(" ")
        match word.upper():
            case "EHLO" | "HELO":
                say(script.ehlo)
            case "STARTTLS":
                say(script.starttls)
            case "MAIL":
                say(script.mail)
            case "RCPT":
                recipient = rest.partition("<")[2].partition(">")[0]
                say(script.rcpt if script.goes_wrong_for(recipient) else "250 ok")
            case "DATA":
                script_now = script if script.goes_wrong_for(recipient) else Script()
                say(script_now.data)
                if script_now.data.startswith("354"):
                    _take_in(rfile, recipient, mailbox, keep=script_now.stores)
                    say(script_now.body)
            case "QUIT":
                say(script.quit)
                return
            case _:
                say("250 ok")


def _take_in(rfile: Any, recipient: str, mailbox: Mailbox, *, keep: bool) -> None:
    content = b""
    while (part := rfile.readline()) not in (b".\r\n", b""):
        content += part
    if keep:
        mailbox.received.append((recipient, content))


def _say(wfile: Any, words: str, ended: threading.Event) -> None:
    if words == DROP:
        raise _HungUp
    if words == HANG:
        ended.wait(600)
        raise _HungUp
    if words == GARBAGE:
        wfile.write(b"\x00\xff<html>ikke SMTP</html>\r\n")
    elif words == DRIP:
        for character in "220 " + "lang" * 100:
            wfile.write(character.encode())
            time.sleep(0.05)
    else:
        wfile.write(words.encode() + b"\r\n")
