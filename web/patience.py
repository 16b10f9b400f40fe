"""How long may a request take, and how many are let in to the database at once?

Each waits on the event loop, not in a thread, until there is room; so a lock that holds every writer holds
neither the readers, nor the static files, nor the question whether all is well. Whoever has waited for long
enough is told to try again, and whatever was to be stored then never is.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.store.outages import Errand, on_errand
from web import faults
from web.site import Site

THREADS: Final = 40
"""What the server runs at once: anyio's own number."""
PLACES: Final = 36
"""For whatever may ask the database; the rest is kept for static files."""
WRITERS: Final = 24
"""Of the places, for forms that were sent."""
BODY: Final = 20.0
"""Seconds in which a form must have come."""
ANSWER: Final = 30.0
"""Seconds after which whoever waits is told that it did not go, whatever it is that hangs."""
LARGEST_FORM: Final = 64 * 1024
"""Bytes."""
LARGEST_UPLOAD: Final = 25 * 1024 * 1024 + LARGEST_FORM
"""Bytes of a form that carries a paper."""
_UPLOADS: Final = re.compile(r"/prosjekt/[^/]+/underlag|/kontor/import")

_NEVER_WAITS: Final = ("/static/", "/healthz", "/metrics")
"""What asks no database, or asks it in a way of its own."""

log: Final = structlog.stdlib.get_logger("faseport.web")


class _NotTakenError(Exception):
    """The form did not come as it should; args: the status of the answer, and why."""


class _GoneError(Exception):
    """Whoever sent it hung up before all of it had come."""


class Rooms:
    """Places by the database: those for everybody, and among them those for writers."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(PLACES)
        self._writers = asyncio.Semaphore(WRITERS)

    async def enter(self, *, writes: bool) -> Callable[[], None]:
        """Wait for a place; how to leave it, which does no harm the second time."""
        taken: list[asyncio.Semaphore] = []

        def leave() -> None:
            while taken:
                taken.pop().release()

        try:
            for line in (self._writers, self._places) if writes else (self._places,):
                await line.acquire()
                taken.append(line)
        except BaseException:
            leave()
            raise
        return leave


class _Reply:
    """What is sent back: the application's answer, or that it did not come; never both."""

    def __init__(self, send: Send, leave: Callable[[], None]) -> None:
        self._send = send
        self._leave = leave
        self.begun = False
        self.given_up = False

    async def __call__(self, message: Message) -> None:
        if self.given_up:
            return
        self.begun = True
        # Its thread has done: a reader who takes the answer in slowly keeps nobody out.
        self._leave()
        await self._send(message)


def patient(app: ASGIApp, *, site: Site, answer: float = ANSWER, body: float = BODY) -> ASGIApp:
    """An ASGI application in which no request takes longer than it may; `answer` and `body` in seconds."""
    rooms = Rooms()

    async def wait(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_NEVER_WAITS):
            await app(scope, receive, send)
            return
        try:
            sent = scope[faults.SENT] = await _whole(receive, seconds=body, most=largest(scope))
        except _GoneError:
            return
        except _NotTakenError as fault:
            status, why = fault.args
            await faults.response(scope, site, status, why)(scope, receive, send)
            return
        await one(scope, _given(sent, receive), send)

    async def one(scope: Scope, receive: Receive, send: Send) -> None:
        errand = scope[faults.ERRAND] = Errand()
        try:
            async with asyncio.timeout(errand.left):
                leave = await rooms.enter(writes=scope["method"] == "POST")
        except TimeoutError:
            await faults.not_now(scope, site)(scope, receive, send)
            return
        reply = _Reply(send, leave)
        with on_errand(errand):
            at_work = asyncio.create_task(_run(app, scope, receive, reply))
        at_work.add_done_callback(lambda _: leave())
        if await _in_time(at_work, reply, answer):
            return
        errand.give_up()
        reply.given_up = True
        at_work.add_done_callback(_note_late_fault)
        log.error("gave up waiting", method=scope["method"])
        await faults.not_now(scope, site)(scope, receive, send)

    return wait


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _in_time(at_work: "asyncio.Task[None]", reply: _Reply, seconds: float) -> bool:
    """Wait for the application; whether its answer came, or at least began to. Raises what it raises."""
    try:
        done, _ = await asyncio.wait({at_work}, timeout=seconds)
        if not done and not reply.begun:
            return False
        await at_work
    except asyncio.CancelledError:
        at_work.cancel()
        raise
    return True


def _note_late_fault(at_work: "asyncio.Task[None]") -> None:
    fault = None if at_work.cancelled() else at_work.exception()
    if fault is not None:
        log.error("failed after nobody waited any more", fault=type(fault).__name__)


def largest(scope: Scope) -> int:
    """How many bytes a request may send: more where papers come in, from a browser that has signed in."""
    carries_session = b"fp-inne=" in dict(scope["headers"]).get(b"cookie", b"")
    return LARGEST_UPLOAD if carries_session and _UPLOADS.fullmatch(scope["path"]) else LARGEST_FORM


async def _whole(receive: Receive, *, seconds: float, most: int) -> bytes:
    """The form that was sent. Raises _NotTakenError when it is too long or too slow, and _GoneError."""
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    # What has come is no form: its last field may be half of what was written.
                    raise _GoneError
                body += bytes(message.get("body", b""))
                if len(body) > most:
                    raise _NotTakenError(413, "too_large")
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise _NotTakenError(408, "too_slow") from None


def _given(body: bytes, receive: Receive) -> Receive:
    """What the application reads: the form at once, and then whatever else the server has to tell."""
    told = False

    async def given() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return given
