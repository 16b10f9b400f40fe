"""What if the wall clock is set back under a running worker? The rounds go on, and somebody is told."""

import threading
from datetime import datetime, timedelta, tzinfo
from typing import Any

import apscheduler.schedulers.base
import pytest
from sqlalchemy import text

from cli import checkup, worker
from cli.settings import Settings
from cli.wiring import Wired
from engine import clock
from engine.core.record.letters import TROUBLE, Letter
from engine.store import outbox, people, settings
from engine.store.session import Database
from engine.use_cases.machinery.housekeeping import CHECKPOINT, keep_house
from engine.use_cases.machinery.inspect_machinery import LIMITS, Machinery, beat, beat_all, inspect_machinery
from engine.use_cases.machinery.watch_machinery import trouble
from tests import duty_builders as duty
from tests.builders import OFFICE
from tests.meeting_builders import at

GRACE = 60
SET_BACK = timedelta(minutes=10)


class Wall:
    """The wall clock of the whole process, as somebody sets it; monotonic time goes on by itself."""

    def __init__(self) -> None:
        self.off = timedelta()

    def __call__(self) -> datetime:
        return clock.now() + self.off


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    found = Wall()

    class Shown(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return found().astimezone(tz)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Shown)
    return found


def test_a_clock_that_is_set_back_stops_no_round(
    db: Database, wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = threading.Semaphore(0)
    monkeypatch.setattr(worker, "SECONDS", 0.2)
    monkeypatch.setattr(worker, "parts", lambda *_, **__: {"calendar": rounds.release})
    wired = Wired(settings=Settings(), db=db, keys={}, clock=wall)
    with worker.beating(wired):
        for _ in range(3):
            assert rounds.acquire(timeout=GRACE)
        wall.off = -SET_BACK
        while rounds.acquire(blocking=False):
            pass  # what had begun before
        for _ in range(3):
            assert rounds.acquire(timeout=GRACE)


NOW = at(5, 5, 12)


def machinery(db: Database, now: datetime) -> Machinery:
    with db.reading() as tx:
        return inspect_machinery(tx, now=now)


def test_a_beat_that_lies_ahead_is_no_sign_of_life_but_of_a_clock_that_is_wrong(db: Database) -> None:
    beat_all(db, now=NOW)
    assert machinery(db, NOW).wrong == ()
    assert machinery(db, NOW - timedelta(seconds=20)).wrong == ()  # two machines are never quite as one
    assert machinery(db, NOW - SET_BACK).wrong == ("clock",)
    with db.reading() as tx:
        told = checkup._clock(tx, NOW - SET_BACK)
    assert (told.status, "NTP" in told.do) == ("wrong", True)


def test_the_alarm_outlasts_the_round_that_puts_the_beats_right(db: Database) -> None:
    beat_all(db, now=NOW)
    now = NOW - SET_BACK
    for part in LIMITS:
        beat(db, part, now=now)
    assert machinery(db, now).wrong == ("clock",)
    beat_all(db, now=now + timedelta(minutes=59))
    assert machinery(db, now + timedelta(minutes=59)).wrong == ("clock",)
    beat_all(db, now=now + timedelta(minutes=61))
    assert machinery(db, now + timedelta(minutes=61)).wrong == ()


def test_a_part_that_stopped_before_the_clock_was_set_back_is_missed_all_the_same(db: Database) -> None:
    beat_all(db, now=NOW)
    now = NOW - timedelta(hours=1)
    for _ in range(7):
        for part in LIMITS:
            if part != "calendar":
                beat(db, part, now=now)
        now += timedelta(seconds=31)
    assert machinery(db, now).wrong == ("clock", "calendar")


def put_letter(db: Database, *, kind: str, state: str, settled_at: datetime) -> None:
    with db.writing() as tx:
        office = people.by_email(tx, OFFICE)
        assert office is not None
        letter = Letter(kind=kind, subject="person:x", recipient=office.id, occurrence="", due=settled_at)
        outbox.enqueue(tx, [letter], now=settled_at)
        ended = {"state": state, "at": settled_at, "kind": kind}
        tx.execute(text("UPDATE outbox SET state = :state, settled_at = :at WHERE kind = :kind"), ended)


def test_what_was_told_in_the_future_hides_nothing(db: Database) -> None:
    duty.a_house(db)
    put_letter(db, kind=TROUBLE, state="sent", settled_at=NOW)
    put_letter(db, kind="case", state="bounced", settled_at=NOW - timedelta(hours=2))
    with db.reading() as tx:
        assert outbox.last_sent(tx, kind=TROUBLE) == NOW
        assert trouble(tx, now=NOW).lost == ()
        assert len(trouble(tx, now=NOW - timedelta(hours=1)).lost) == 1


def test_a_checkpoint_in_the_future_keeps_nobody_from_todays(db: Database) -> None:
    keep_house(db, now=NOW + timedelta(days=300))
    keep_house(db, now=NOW)
    with db.reading() as tx:
        assert settings.last_beat(tx, CHECKPOINT) == NOW
