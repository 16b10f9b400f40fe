"""Did the mail server take the letters? The only place that talks SMTP.

A batch goes over one connection; what stops one letter stops no other, and a lost connection is made again.
Each letter ends in one outcome that says how far it came, in the server's own words. Only a fault between
DATA and the reply to the final dot leaves it open whether the letter was delivered: that is `in_doubt`, and
the letter is sent again under the same identity. So it is promised just before its own DATA, and its end is
told as soon as its own reply has come: whoever dies in between leaves one letter in doubt.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from engine.core.refusal import Reason

Tls = Literal["required", "implicit", "none"]
Refused = Literal["bounced", "dead"]
State = Literal["sent", "retry"] | Refused

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "smtp_scheme": ("scheme",),
    "smtp_host": (),
    "smtp_port": (),
    "smtp_path": ("path",),
    "smtp_option": ("name",),
    "smtp_tls": ("value",),
    "smtp_clear": ("host",),
    "smtp_user": (),
    "smtp_character": (),
}
"""What can be wrong with the address of a mail server."""

PHASES: Final = ("connect", "starttls", "login", "mail", "rcpt", "data", "done")
NOT_TRIED: Final = "waiting"
"""The phase of a letter that its batch had no time left for."""

BACK_OFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
GIVE_UP: Final = timedelta(days=2)

_PORTS: Final[Mapping[str, int]] = {"required": 587, "implicit": 465, "none": 25}
_UNKNOWN_REPLY: Final = -1
_FOR_GOOD: Final = 500
_NO_SUCH: Final = frozenset({550, 551, 553, 556})
"""Said of an address, by RFC 5321 and 7504; 552 to RCPT is read as 452 (4.5.3.1.10), 53x is our login."""
_CONTENT: Final = frozenset({552, 554})
_ENHANCED: Final = re.compile(r"(?P<class>[245])\.(?P<subject>\d{1,3})\.(?P<detail>\d{1,3})\b")
_SENDERS: Final = frozenset({"7", "8"})
"""Addresses that are refused as the sender's (5.1.7, 5.1.8): ours."""
_GOODBYE: Final = 421
_FAULTS: Final = (SMTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server and how to reach it. `tls` required means STARTTLS or nothing; none: this machine."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait, in seconds; after `batch` no further letter is begun (a lease is 20 minutes)."""

    connect: float = 15
    command: float = 60
    final: float = 600
    letter: float = 900
    batch: float = 240


KNOCK: Final = Limits(connect=5, command=5, letter=15)
"""How long whoever asks at the keyboard waits for a mail server; `letter` for the whole of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A letter as it goes over the wire; addresses are bare."""

    letter: str
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one letter's attempt ended, in which phase, and in whose words: the server's or the fault's.

    `at_last` is how a letter ends that is tried again until its time is out.
    """

    letter: str
    state: State
    phase: str
    reply: str
    in_doubt: bool = False
    at_last: Refused = "dead"
    open_whose: bool = False
    """Whether the reply leaves it open if the reader's address, the letter or we were refused."""


BeforeData = Callable[[Sequence[str]], Iterable[str]]
"""Given letters about to be sent, commits that they may have been delivered; returns those still to send."""
AfterReply = Callable[[Outcome], None]
"""Given how the hand-over of a letter ended, commits it before the next one is begun."""


def parse_smtp_url(url: str) -> Server | tuple[Reason, ...]:
    """Read `smtp://user:pass@host:port?tls=required|implicit|none`, or say everything that is wrong with it.

    Without `tls` it is required; without a port it is 587, 465 or 25. The password is never part of a reason.
    """
    if not url.isascii() or not url.isprintable() or " " in url:
        return (Reason(code="smtp_character", data={}),)
    try:
        parts = urlsplit(url)
        host, given_port = parts.hostname or "", parts.port
    except ValueError:
        # A port that is no number, or half a pair of brackets; which of them is no secret.
        code = "smtp_host" if "[" in url or "]" in url else "smtp_port"
        return (Reason(code=code, data={}),)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = options.pop("tls", "required")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    wrong = [
        *_wrong_address(parts.scheme, host, given_port, f"{parts.path}{'#' if parts.fragment else ''}"),
        *(Reason(code="smtp_option", data={"name": name}) for name in options),
    ]
    if tls not in _PORTS:
        wrong.append(Reason(code="smtp_tls", data={"value": tls}))
    elif tls == "none" and host and not is_loopback(host):
        wrong.append(Reason(code="smtp_clear", data={"host": host}))
    if bool(user) != bool(password):
        wrong.append(Reason(code="smtp_user", data={}))
    if wrong:
        return tuple(wrong)
    chosen: Tls = "none" if tls == "none" else "implicit" if tls == "implicit" else "required"
    return Server(host=host, port=given_port or _PORTS[tls], tls=chosen, user=user, password=password)


def _wrong_address(scheme: str, host: str, port: int | None, rest: str) -> Iterable[Reason]:
    if scheme != "smtp":
        yield Reason(code="smtp_scheme", data={"scheme": scheme})
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", host):
        yield Reason(code="smtp_host", data={})
    if port == 0:
        yield Reason(code="smtp_port", data={})
    if rest not in ("", "/"):
        yield Reason(code="smtp_path", data={"path": rest})


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def next_try(*, attempts: int, first: datetime, now: datetime) -> datetime | None:
    """When to try a letter again after `attempts` tries since `first`; None when it is time to give up."""
    if now - first >= GIVE_UP:
        return None
    return now + BACK_OFF[min(max(attempts, 1), len(BACK_OFF)) - 1]


def deliver(
    batch: Sequence[Outgoing],
    *,
    server: Server,
    before_data: BeforeData,
    after_reply: AfterReply = lambda _: None,
    limits: Limits | None = None,
    tls: ssl.SSLContext | None = None,
) -> tuple[Outcome, ...]:
    """Send a batch and wait for the end of it; not to be called from a running event loop.

    Letters that `before_data` takes out have no outcome. Every letter that was handed over is told to
    `after_reply`, except one refused for good in words that leave it open whose fault it is: that is judged
    when it is known how the others fared. `tls` replaces the machine's own trust, for tests
    and private authorities. Faults of the network or the server never raise.
    """
    under_way = _Round(server, limits or Limits(), tls, before_data, after_reply, deque(batch))
    return _judged(asyncio.run(_deliver(under_way)))


def knock(server: Server, *, limits: Limits = KNOCK, tls: ssl.SSLContext | None = None) -> Outcome | None:
    """Go in and out again without a letter: connect, greet, encrypt, sign in. None when the server let us in;
    otherwise how far we came and why no further.
    """
    under_way = _Round(server, limits, tls, list, lambda _: None, deque())
    return asyncio.run(_knock(under_way))


@dataclass(slots=True)
class _Round:
    """One batch under way."""

    server: Server
    limits: Limits
    tls: ssl.SSLContext | None
    before_data: BeforeData
    after_reply: AfterReply
    waiting: deque[Outgoing]
    outcomes: list[Outcome] = field(default_factory=list)
    phase: str = "connect"

    def end(self, letter: Outgoing, fault: Exception) -> None:
        self.finish(_ended(letter.letter, self.phase, fault))

    def finish(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if self.phase == "data" and not outcome.open_whose:
            with _our_own("after_reply"):
                self.after_reply(outcome)

    def clear(self, letter: Outgoing) -> bool:
        """Ask just before a letter's own DATA."""
        with _our_own("before_data"):
            return letter.letter in set(self.before_data([letter.letter]))


@contextmanager
def _our_own(what: str) -> Iterator[None]:
    """What fails in here is our fault, not the server's: it must not be taken for a fault of the letter."""
    try:
        yield
    except Exception as bug:
        raise RuntimeError(what) from bug


async def _deliver(under_way: _Round) -> tuple[Outcome, ...]:
    loop = asyncio.get_running_loop()
    end = loop.time() + under_way.limits.batch
    while under_way.waiting:
        if loop.time() >= end:
            late = (_not_tried(letter) for letter in under_way.waiting)
            return (*under_way.outcomes, *late)
        await _one_connection(under_way, end)
    return tuple(under_way.outcomes)


async def _one_connection(under_way: _Round, end: float) -> None:
    """As many letters as one connection carries; when there is no connection, the attempt ends for all."""
    client = _client(under_way)
    try:
        await _open(client, under_way)
    except _FAULTS as fault:
        await _let_go(client, client.transport)
        for letter in under_way.waiting:
            under_way.end(letter, fault)
        under_way.waiting.clear()
        return
    loop = asyncio.get_running_loop()
    transport = client.transport  # the client forgets it when it closes of its own accord
    try:
        while under_way.waiting and loop.time() < end:
            if not await _one_letter(client, under_way, under_way.waiting.popleft()):
                return
        with suppress(
            *_FAULTS
        ):  # every letter has its answer: a server that hangs up here takes nothing back
            await client.quit(timeout=min(10, under_way.limits.command))
    finally:
        await _let_go(client, transport)


async def _knock(under_way: _Round) -> Outcome | None:
    client = _client(under_way)
    try:
        async with asyncio.timeout(under_way.limits.letter):
            await _open(client, under_way)
            if client.last_ehlo_response is None:
                await client.ehlo(timeout=under_way.limits.command)
    except _FAULTS as fault:
        return _ended("", under_way.phase, fault)
    finally:
        await _let_go(client, client.transport)
    return None


async def _let_go(client: SMTP, transport: asyncio.BaseTransport | None) -> None:
    """Close at once: all has been said, and an encrypted connection would wait for a goodbye."""
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    # The socket is let go on the loop's next turns, which must come after the last letter too.
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def _client(under_way: _Round) -> SMTP:
    server, limits = under_way.server, under_way.limits
    return SMTP(
        hostname=server.host,
        port=server.port,
        timeout=limits.command,
        local_hostname=_own_name(),
        use_tls=server.tls == "implicit",
        # Said outright: left open, the client would go on in clear when the server does not offer STARTTLS.
        start_tls=False,
        tls_context=None if server.tls == "none" else under_way.tls or _trust(),
    )


async def _open(client: SMTP, under_way: _Round) -> None:
    server, limits = under_way.server, under_way.limits
    under_way.phase = "connect"
    async with asyncio.timeout(limits.connect):
        await client.connect(timeout=limits.connect)
    if server.tls == "required":
        under_way.phase = "starttls"
        await client.starttls(timeout=limits.command)
    if server.user:
        under_way.phase = "login"
        await client.login(server.user, server.password, timeout=limits.command)


async def _one_letter(client: SMTP, under_way: _Round, letter: Outgoing) -> bool:
    """Send one letter; False when the connection is not fit for another."""
    command = under_way.limits.command
    try:
        async with asyncio.timeout(under_way.limits.letter):
            under_way.phase = "mail"
            await client.mail(letter.sender, timeout=command)
            under_way.phase = "rcpt"
            await client.rcpt(letter.recipient, timeout=command)
            if not under_way.clear(letter):
                return await _reset(client, command)
            under_way.phase = "data"
            reply = await client.data(letter.content, timeout=under_way.limits.final)
    except SMTPResponseException as refusal:
        under_way.end(letter, refusal)
        if refusal.code in (_UNKNOWN_REPLY, _GOODBYE) or not client.is_connected:
            return False
        return under_way.phase == "data" or await _reset(client, command)
    except _FAULTS as fault:
        under_way.end(letter, fault)
        return False
    words = _one_line(f"{reply.code} {reply.message}")
    under_way.finish(Outcome(letter=letter.letter, state="sent", phase="done", reply=words))
    return client.is_connected


async def _reset(client: SMTP, command: float) -> bool:
    try:
        await client.rset(timeout=command)
    except _FAULTS:
        return False
    return True


def _ended(letter: str, phase: str, fault: Exception) -> Outcome:
    """What a fault in a phase means for the letter."""
    code = fault.code if isinstance(fault, SMTPResponseException) else None
    words = str(getattr(fault, "message", "") or fault) or type(fault).__name__
    reply = _one_line(f"{code} {words}" if code and code > 0 else f"{type(fault).__name__}: {words}")
    if isinstance(fault, ValueError) and not isinstance(fault, OSError):
        # The letter itself cannot go over the wire; it will not be better tomorrow.
        state: State = "dead" if phase in ("mail", "rcpt", "data") else "retry"
        return Outcome(letter=letter, state=state, phase=phase, reply=reply)
    if code is None or code == _UNKNOWN_REPLY:
        return Outcome(letter=letter, state="retry", phase=phase, reply=reply, in_doubt=phase == "data")
    means = _meaning(phase, code, words)
    return Outcome(
        letter=letter,
        state=means.state,
        phase=phase,
        reply=reply,
        at_last=means.at_last,
        open_whose=means.open_whose,
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    state: State
    at_last: Refused = "dead"
    open_whose: bool = False


def _meaning(phase: str, code: int, words: str) -> _Meaning:
    """Who is refused by a reply: the reader's address, this letter, or we? What is about us is tried for two
    days, since somebody may mend it: our address, our login, a relay that is closed to us, a quota.

    The enhanced status (RFC 3463) says so, where there is one. Without it the code does by RFC 5321, but
    many a server says 550 to everything.
    """
    if code < _FOR_GOOD or phase not in ("rcpt", "data"):
        return _Meaning("retry")
    enhanced = _ENHANCED.match(words)
    if enhanced is not None and enhanced["subject"] != "0":
        return _by_status(enhanced)
    if phase == "rcpt":
        return _Meaning("bounced", "bounced", open_whose=True) if code in _NO_SUCH else _Meaning("retry")
    return _Meaning("dead", open_whose=True) if code in _NO_SUCH | _CONTENT else _Meaning("retry")


def _by_status(enhanced: re.Match[str]) -> _Meaning:
    of_class, subject, detail = enhanced["class"], enhanced["subject"], enhanced["detail"]
    if of_class != "5":
        return _Meaning("retry")
    if subject == "1" and detail not in _SENDERS:
        return _Meaning("bounced", "bounced")
    if subject == "6":
        return _Meaning("dead")
    # A mailbox that is shut or full may open again; its owner is the one to ask when it does not.
    return _Meaning("retry", "bounced" if subject == "2" else "dead")


def _judged(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes, where refusals for good that all letters got alike are taken to be about us."""
    alike = {(one.open_whose, one.phase, one.reply[:3]) for one in outcomes}
    if len(alike) == 1 and all(one.open_whose for one in outcomes):
        return tuple(replace(one, state="retry") for one in outcomes)
    return tuple(outcomes)


def _not_tried(letter: Outgoing) -> Outcome:
    return Outcome(letter=letter.letter, state="retry", phase=NOT_TRIED, reply="")


def _one_line(words: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:500]


def _own_name() -> str:
    """The name said in EHLO: the machine's own, without asking the name service, which may take long."""
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9.-]+", name) else "localhost"


@cache
def _trust() -> ssl.SSLContext:
    # One for the process: making one reads every authority of the machine, 26 ms each time.
    return ssl.create_default_context()
