"""Who does what is due, and when is that looked into? A heartbeat every fifteen seconds, and one round at
each.

The scheduler only says «look now». It keeps nothing: what is due stands in the database and every claim
there is atomic, so a beat that is missed, doubled or late changes nothing. A round that fails is logged, and
the next one comes all the same.
"""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from cli.wiring import Wired, mail_settings, worker_name
from engine.use_cases.cases.close_overdue import close_overdue
from engine.use_cases.cases.tell_unable import tell_unable
from engine.use_cases.machinery.housekeeping import Kept, keep_house
from engine.use_cases.machinery.inspect_machinery import Part, beat
from engine.use_cases.meetings.call_meetings import Called, call_meetings
from engine.use_cases.obligations.look_after import look_after
from engine.use_cases.obligations.remind import Reminded
from notifications import smtp
from notifications.delivery import Delivered, deliver_due

SECONDS: Final = 15

log: Final = structlog.stdlib.get_logger("faseport.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round did; `closed` counts the written cases whose time was up, `planned` the chains whose
    obligations were worked out anew, `delivered` is None where no mail server has been named.
    """

    meetings: Called
    closed: int
    planned: int
    reminded: Reminded
    delivered: Delivered | None
    kept: Kept


def do_round(wired: Wired, *, worker: str) -> Round:
    """Call meetings, close what is overdue, plan what is owed and remind of it, send the letters that are due
    then, and keep the house.

    Raises BadSettings for a mail server that cannot be used.
    """
    meetings, closed = look_at_calendar(wired)
    planned, reminded = look_at_obligations(wired)
    return Round(
        meetings=meetings,
        closed=closed,
        planned=planned,
        reminded=reminded,
        delivered=deliver(wired, worker=worker),
        kept=keep_house(wired.db, now=wired.now()),
    )


def look_at_calendar(wired: Wired) -> tuple[Called, int]:
    """Call every meeting whose paper deadline has passed, and close the written cases whose time is up; how
    many of each. Whoever must know that a case can never be decided is told.
    """
    now = wired.now()
    called, closed = call_meetings(wired.db, now=now), close_overdue(wired.db, now=now)
    tell_unable(wired.db, now=now)
    beat(wired.db, "calendar", now=wired.now())
    return called, closed


def look_at_obligations(wired: Wired) -> tuple[int, Reminded]:
    """Work out what is owed where something has happened, and remind of what is due."""
    done = look_after(wired.db, now=wired.now())
    beat(wired.db, "reminding", now=wired.now())
    return done


def deliver(wired: Wired, *, worker: str) -> Delivered | None:
    """Send the letters that are due; None where no mail server has been named."""
    settings = mail_settings(wired.settings)

    def alive() -> None:
        beat(wired.db, "delivery", now=wired.now())

    if settings is None:
        alive()
        return None
    return deliver_due(
        wired.db,
        keys=wired.keys,
        settings=settings,
        worker=worker,
        now=wired.now(),
        clock=wired.now,
        carry=wired.carry or smtp.deliver,
        alive=alive,
    )


@contextmanager
def beating(wired: Wired) -> Iterator[None]:
    """Do a round now and every fifteen seconds until the block ends; what is under way then is waited for.

    The parts of a round are jobs of their own, so that a mail server that keeps a letter waiting for minutes
    silences neither the heartbeat nor the calendar.
    """
    worker = worker_name()
    scheduler = BackgroundScheduler(timezone="UTC")
    for part in parts(wired, worker=worker).values():
        scheduler.add_job(
            part,
            IntervalTrigger(seconds=SECONDS, timezone="UTC"),
            next_run_time=wired.clock(),
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )
    over = threading.Event()
    metronome = threading.Thread(target=_keep_time, args=(scheduler, wired.clock, over), daemon=True)
    scheduler.start()
    metronome.start()
    log.info("worker started", worker=worker)
    try:
        yield
    finally:
        over.set()
        scheduler.shutdown(wait=True)
        metronome.join()
        log.info("worker stopped", worker=worker)


def _keep_time(scheduler: BackgroundScheduler, clock: Callable[[], datetime], over: threading.Event) -> None:
    """Never let a part of the round sleep longer than its fifteen seconds.

    The scheduler plans by the wall clock: is that set back an hour, the next round is an hour away. This
    waits by a clock that nobody can set, and calls what has come to lie too far ahead for now.
    """
    while not over.wait(SECONDS):
        now = clock()
        for job in scheduler.get_jobs():
            ahead = (job.next_run_time - now).total_seconds()
            if ahead > 2 * SECONDS:
                log.error("the clock was set back", seconds=int(ahead))
                job.modify(next_run_time=now)


def parts(wired: Wired, *, worker: str) -> Mapping[Part, Callable[[], None]]:
    """The parts of a round, each by the name it beats under."""
    return {
        "calendar": lambda: look_at_calendar_once(wired, worker=worker),
        "reminding": lambda: look_at_obligations_once(wired, worker=worker),
        "housekeeping": lambda: keep_house_once(wired, worker=worker),
        "delivery": lambda: deliver_once(wired, worker=worker),
    }


def look_at_calendar_once(wired: Wired, *, worker: str) -> None:
    """Look at the calendar; a failure is logged, and the next round comes all the same."""
    try:
        meetings, closed = look_at_calendar(wired)
    except Exception:
        log.exception("calendar failed", worker=worker)
        return
    if meetings.called or meetings.changed or closed:
        log.info(
            "calendar",
            worker=worker,
            meetings_called=meetings.called,
            meetings_changed=meetings.changed,
            cases_closed=closed,
        )


def look_at_obligations_once(wired: Wired, *, worker: str) -> None:
    """Plan and remind; a failure is logged, and the next round comes all the same."""
    try:
        planned, reminded = look_at_obligations(wired)
    except Exception:
        log.exception("reminding failed", worker=worker)
        return
    if planned or reminded.reminders or reminded.nobody:
        log.info(
            "obligations",
            worker=worker,
            chains_planned=planned,
            reminders=reminded.reminders,
            letters=reminded.letters,
            nobody=reminded.nobody,
        )


def keep_house_once(wired: Wired, *, worker: str) -> None:
    """Keep the house; a failure is logged, and the next round comes all the same."""
    try:
        keep_house(wired.db, now=wired.now())
    except Exception:
        log.exception("housekeeping failed", worker=worker)


def deliver_once(wired: Wired, *, worker: str) -> None:
    """Send what is due; a failure is logged: letters are still due, and the next round may do better."""
    try:
        _note(deliver(wired, worker=worker), worker)
    except Exception:
        log.exception("delivery failed", worker=worker)


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


def _note(sent: Delivered | None, worker: str) -> None:
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
