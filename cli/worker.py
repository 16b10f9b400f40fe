"""Who does what is due, and when is that looked into? A heartbeat every fifteen seconds, and one round at
each.

The scheduler only says «look now». It keeps nothing: what is due stands in the database and every claim
there is atomic, so a beat that is missed, doubled or late changes nothing. A round that fails is logged, and
the next one comes all the same.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from cli.wiring import Wired, mail_settings, worker_name
from engine.use_cases.keep_house import Kept, keep_house
from notifications.delivery import Delivered, deliver_due

SECONDS: Final = 15

log: Final = structlog.stdlib.get_logger("faseport.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round did; `delivered` is None where no mail server has been named."""

    delivered: Delivered | None
    kept: Kept


def do_round(wired: Wired, *, worker: str) -> Round:
    """Send the letters that are due, then keep the house. Raises BadSettings for a mail server that cannot
    be used.
    """
    settings = mail_settings(wired.settings)
    delivered = None
    if settings is not None:
        now = wired.clock()
        delivered = deliver_due(wired.db, keys=wired.keys, settings=settings, worker=worker, now=now)
    return Round(delivered=delivered, kept=keep_house(wired.db, now=wired.clock()))


@contextmanager
def beating(wired: Wired) -> Iterator[None]:
    """Do a round now and every fifteen seconds until the block ends; a round that is under way is waited
    for.
    """
    worker = worker_name()

    def beat() -> None:
        try:
            done = do_round(wired, worker=worker)
        except Exception:
            # Whatever it was, letters are still due and the next round may do better.
            log.exception("round failed", worker=worker)
        else:
            _note(done, worker)

    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        beat,
        IntervalTrigger(seconds=SECONDS, timezone="UTC"),
        next_run_time=wired.clock(),
        coalesce=True,
        misfire_grace_time=None,
        max_instances=1,
    )
    scheduler.start()
    log.info("worker started", worker=worker)
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)
        log.info("worker stopped", worker=worker)


def work(wired: Wired) -> None:
    """Beat until this process is told to stop."""
    with told_to_stop() as stop, beating(wired):
        stop.wait()


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """An event that is set by SIGTERM and SIGINT, so that both end a process in order."""
    stop = threading.Event()
    before = {name: signal.signal(name, lambda *_: stop.set()) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _note(done: Round, worker: str) -> None:
    sent = done.delivered
    if sent is None:
        return
    for failure in sent.failures:
        log.warning(
            "letter not delivered",
            worker=worker,
            letter=failure.letter,
            state=failure.state,
            phase=failure.phase,
            reply=failure.reply,
        )
    if sent.sent or sent.withdrawn or sent.failures:
        log.info("round", worker=worker, **counts(sent))


def counts(sent: Delivered) -> dict[str, int]:
    """How many letters ended how in a round."""
    return {
        "sent": sent.sent,
        "retried": sent.retried,
        "withdrawn": sent.withdrawn,
        "bounced": sent.bounced,
        "dead": sent.dead,
    }
