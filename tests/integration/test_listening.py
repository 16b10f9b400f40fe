"""Does a connection that nothing comes of end, and does it keep nobody out?"""

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from tests.web_servers import running
from web import listening

GRACE = 60
LARGE = 64 * 1024 * 1024
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    del receive
    large = scope["path"] == "/stor"
    length = str(LARGE if large else 2).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    if large:
        for _ in range(LARGE // 65536):
            await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
    await send({"type": "http.response.body", "body": b"" if large else b"ok"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[uvicorn.Server]:
    """A server with little time and few places."""
    monkeypatch.setattr(listening, "HEAD", 0.5)
    monkeypatch.setattr(listening, "UNREAD", 0.5)
    monkeypatch.setattr(listening, "MOST", 4)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        with running(listening.config(app, lifespan="off", timeout_graceful_shutdown=1), listener) as server:
            yield server


@pytest.fixture
def port(server: uvicorn.Server) -> int:
    """Where it listens."""
    return int(server.servers[0].sockets[0].getsockname()[1])


@contextlib.contextmanager
def called(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=GRACE) as line:
        yield line


def answer(line: socket.socket) -> bytes:
    """All that comes until they hang up, or an answer is whole."""
    heard = b""
    while b"\r\n\r\nok" not in heard and (piece := line.recv(65536)):
        heard += piece
    return heard


def status(port: int) -> bytes:
    with called(port) as line:
        line.sendall(ASK)
        return answer(line).split(b" ", 2)[1]


def test_whoever_says_nothing_is_hung_up_on(port: int) -> None:
    with called(port) as line:
        assert answer(line) == b""


def test_a_head_that_drips_is_not_given_time_anew_for_each_drop(port: int) -> None:
    with called(port) as line, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        line.settimeout(0.1)
        for _ in range(GRACE * 10):
            line.sendall(b"X")
            with contextlib.suppress(TimeoutError):
                assert line.recv(1) == b""
                return
        raise AssertionError


def test_a_second_request_on_the_same_line_is_answered_and_half_of_a_third_is_not_waited_for(
    port: int,
) -> None:
    with called(port) as line:
        for _ in range(2):
            line.sendall(ASK)
            assert answer(line).startswith(b"HTTP/1.1 200")
        line.sendall(ASK[:20])
        assert answer(line) == b""


def test_one_too_many_is_told_so_at_once_and_let_in_when_others_have_gone(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "HEAD", GRACE)
    with contextlib.ExitStack() as silent:
        for _ in range(4):
            silent.enter_context(called(port))
        with called(port) as late:
            told = answer(late)
    assert told.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 10\r\n" in told
    while status(port) != b"200":
        time.sleep(0.05)


def test_a_reader_who_takes_nothing_in_is_hung_up_on(server: uvicorn.Server, port: int) -> None:
    with called(port) as line:
        line.sendall(ASK.replace(b"/ ", b"/stor "))
        assert line.recv(1)
        end = time.monotonic() + GRACE
        while server.server_state.connections:
            assert time.monotonic() < end
            time.sleep(0.05)
        heard = 0  # what was on its way by then
        with contextlib.suppress(ConnectionResetError):
            while piece := line.recv(1 << 20):
                heard += len(piece)
    assert heard < LARGE
