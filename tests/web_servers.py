"""How do tests serve an application on a real socket, in a thread of their own?"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket

import uvicorn

GRACE = 60


@contextmanager
def running(config: uvicorn.Config, listener: socket) -> Iterator[uvicorn.Server]:
    """A server at work behind a socket that listens already."""
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(GRACE)
