"""Who may keep a connection, and for how long? A server that lets nobody's silence keep others out.

Uvicorn waits for a request's head, and for a reader, without end. Here the head has ten seconds, an answer
that nobody takes in has half a minute, and when there are too many connections a new one is told so at once.
How long a form may take, and an answer, is `web.patience`'s matter. A limit for each address belongs in the
proxy in front, which alone sees the addresses.
"""

import asyncio
import resource
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD: Final = 10.0
"""Seconds in which a request's head must have come."""
UNREAD: Final = 30.0
"""Seconds in which a reader must take in what has been sent."""
MOST: Final = 1_000
"""Connections at once; fewer where the machine gives us fewer files, half of which others need."""

_FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


def config(app: Any, **told: Any) -> uvicorn.Config:
    """How `app` is served; the application keeps its own access log, in which no link can be read."""
    return uvicorn.Config(
        app,
        http=Attentive,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        **told,
    )


def most_connections() -> int:
    """How many connections there may be at once in this process."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if files == resource.RLIM_INFINITY else min(MOST, files // 2)


class Attentive(H11Protocol):
    """A connection that is closed when nothing comes of it."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has called; the first word is theirs."""
        super().connection_made(transport)
        if len(self.connections) > most_connections():
            transport.write(_FULL)
            transport.close()
            return
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """A piece of a request; each piece does not give the next one time anew."""
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """They have hung up, or we have."""
        self._head = _stopped(self._head)
        self._unread = _stopped(self._unread)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """They take in nothing for now."""
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD, self.transport.abort)

    def resume_writing(self) -> None:
        """They do again."""
        self._unread = _stopped(self._unread)
        super().resume_writing()

    def _watch_head(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._head = _stopped(self._head)
        elif self._head is None and not self.transport.is_closing():
            self._head = self.loop.call_later(HEAD, self.transport.close)


def _stopped(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    if timer is not None:
        timer.cancel()
    return None
