"""Is nothing forgotten between the meetings, and is nobody nagged who has done their part?

Part 2 of the story with its checks, played where it belongs, between the meetings of parts 1 and 3: the real
pages over HTTP, real SMTP, a round every morning, and a clock that stands still in between.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

from demo import deadline_story, scene
from demo.mailbox import Mail
from demo.run import fresh, staged
from demo.story import Stage, Told, kind_of
from engine import clock
from engine.core.record.letters import REMINDER
from engine.store import obligations
from engine.store.record import ledger

KEYS = {1: b"f" * 32}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Told, Stage]]:
    db = fresh(f"sqlite:///{tmp_path_factory.mktemp('deadlines') / 'demo.db'}")
    with staged(db, keys=KEYS, real=clock.now, ticking=False, port=0) as stage:
        yield deadline_story.play(stage), stage
    db.close()


def digests(stage: Stage) -> list[Mail]:
    return [mail for mail in stage.mailbox.all() if kind_of(stage, mail) == REMINDER]


def test_every_check_of_all_three_parts_holds(played: tuple[Told, Stage]) -> None:
    told, _ = played
    assert [check for check in told.checks if not check["holds"]] == []
    assert len(told.checks) >= 55


def test_the_portfolio_ends_as_it_does_without_the_deadlines(played: tuple[Told, Stage]) -> None:
    told, _ = played
    assert told.after == {"Konsept": 3, "Prosjekt": 24, "Realisering": 4, "Avsluttet": 4}


def test_nobody_has_two_digests_on_one_day(played: tuple[Told, Stage]) -> None:
    _, stage = played
    days = Counter((mail.recipient, mail.dated[:16]) for mail in digests(stage))
    assert set(days.values()) == {1}


def test_the_alarm_to_programkontoret_is_in_one_letter_with_whatever_else_is_theirs(
    played: tuple[Told, Stage],
) -> None:
    _, stage = played
    (letter,) = [
        mail for mail in digests(stage) if mail.recipient == scene.OFFICE and "Tue, 08 Apr" in mail.dated
    ]
    assert "F1: Nullpunktet er målt i to soner" in letter.text
    assert "to virkedager siden" in letter.text
    assert "Gevinstansvarlig" in letter.text
    assert "21.03.2025, 01.04.2025 og 04.04.2025" in letter.text


def test_the_owner_is_never_written_to_by_the_machine_about_what_others_owe(
    played: tuple[Told, Stage],
) -> None:
    _, stage = played
    assert [
        mail.subject for mail in digests(stage) if mail.recipient == scene.OWNER and "F1" in mail.text
    ] == []


def test_what_was_owed_stands_settled_on_the_day_it_was_done(played: tuple[Told, Stage]) -> None:
    _, stage = played
    with stage.db.reading() as tx:
        assert not ledger.verify(tx).faults
        mine = obligations.list_obligations(tx, status="settled", chain=f"project:{scene.PROJECT}")
    settled = {
        (one.obligation.key.kind, one.obligation.key.occurrence): one.obligation.settled_at.date()
        for one in mine
        if one.obligation.settled_at is not None
    }
    assert settled["forutsetning", "F2"] == date(2025, 3, 12)
    assert settled["forutsetning", "F1"] == date(2025, 4, 10)
    assert settled["duty:statusrapport", "2025-T1"] == date(2025, 5, 16)
