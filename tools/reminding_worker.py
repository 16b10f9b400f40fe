"""What does a worker do while it is killed? A module of its own, imported once for all that are."""

import contextlib
import os
import time
import traceback
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from engine.clock import now
from engine.store.session import Database, new_id
from engine.use_cases.obligations.look_after import look_after
from notifications.delivery import MailSettings, deliver_due
from notifications.smtp import Limits
from tests import reminder_builders as house

EIGHT: Final = house.utc("2026-09-01 06:00")
"""When it all begins: eight o'clock on a Tuesday."""


def work(url: str, port: int, begun: float, *, lease: float, speed: int) -> None:
    """Plan, remind and deliver for ever, as the worker does; a round that fails is told of, and the next one
    comes all the same.
    """
    db = Database(url)
    name, settings = _name(), _settings(port)
    while True:
        with _told():
            look_after(db, now=clock(begun, speed))
        with _told():
            deliver_due(
                db,
                keys=house.KEYS,
                settings=settings,
                worker=name,
                now=clock(begun, speed),
                lease=timedelta(seconds=lease * speed),
                clock=lambda: clock(begun, speed),
                limits=Limits(batch=lease / 3),
            )
        time.sleep(0.05)


def send(url: str, port: int, *, lease: float, ahead: float) -> None:
    """Only deliver, for ever, on a machine whose clock is so many seconds ahead of the server's."""
    db = Database(url, server_clock=True)
    name, settings = _name(), _settings(port)

    def its_clock() -> datetime:
        return now() + timedelta(seconds=ahead)

    while True:
        with _told():
            deliver_due(
                db,
                keys=house.KEYS,
                settings=settings,
                worker=name,
                now=its_clock(),
                lease=timedelta(seconds=lease),
                clock=its_clock,
                limits=Limits(batch=lease / 2),
            )
        time.sleep(0.05)


def _name() -> str:
    return f"worker-{os.getpid()}-{new_id()}"


def _settings(port: int) -> MailSettings:
    return MailSettings(
        smtp_url=f"smtp://127.0.0.1:{port}?tls=none",
        mail_from="Faseport <faseport@example.org>",
        base_url="http://127.0.0.1:8000",
    )


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except Exception:
        traceback.print_exc()


def clock(begun: float, speed: int) -> datetime:
    """What all processes take for now."""
    return EIGHT + timedelta(seconds=(time.monotonic() - begun) * speed)
