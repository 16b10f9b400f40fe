"""Are those who must know told when a case moves, and does a planned meeting take an item before any case?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from engine.core.record.letters import RESCHEDULED
from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.store import meetings
from engine.store.session import Database
from engine.use_cases.cases.decide_recusal import Found, decide_recusal
from engine.use_cases.meetings.run_meeting import add_item, close_meeting
from engine.use_cases.meetings.write_minutes import Written, approve_minutes, write_minutes
from tests import meeting_builders as group
from tests.builders import ASKER, OFFICE
from tests.meeting_builders import CALLED, CHAIR, MEETING, MEETS, at, email

OVER = MEETS + timedelta(hours=1)
CANCELLED = "[{date: 2025-02-05, reason: Vinterferie}]"
LATER_MEETING = f"{group.BODY}:2025-03-05"


@pytest.fixture
def house(db: Database) -> Iterator[Database]:
    yield from group.a_sound_house(db)


# ---------------------------------------------------------------- a case that moves


def test_whoever_asked_is_told_once_when_the_case_is_carried_over(house: Database) -> None:
    group.a_called_case(house)
    group.send(house, now=CALLED)
    close_meeting(house, meeting=MEETING, by=OFFICE, now=OVER)
    group.call(house, now=OVER + timedelta(minutes=1))
    group.call(house, now=OVER + timedelta(minutes=2))
    assert group.told(house, RESCHEDULED) == group.ids(house, ASKER)
    kinds = [(kind, reader) for kind, reader, *_ in group.send(house, now=OVER)]
    assert kinds == [(RESCHEDULED, group.person(house, ASKER))], "and no member is written to"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (CANCELLED, "meeting_cancelled"),
        ('[{date: 2025-02-05, to: 2025-02-06, time: "13:00", reason: Vinterferie}]', "meeting_moved"),
    ],
)
def test_whoever_asked_is_told_why_when_the_meeting_changes(house: Database, changes: str, why: str) -> None:
    case = group.a_called_case(house)
    group.send(house, now=CALLED)
    group.change_series(house, now=CALLED + timedelta(hours=1), changes=changes)
    group.call(house, now=CALLED + timedelta(hours=1))
    (letter,) = group.letters(house, RESCHEDULED)
    assert letter.recipient == group.person(house, ASKER)
    told = composed(house, RESCHEDULED, now=CALLED + timedelta(hours=1))
    assert (told["why"], told["reason"]) == (why, "Vinterferie")
    assert told["starts_at"] == group.state(house, case).answer_by.isoformat()


def test_of_two_moves_at_once_only_the_last_is_told(house: Database) -> None:
    group.a_called_case(house)
    group.send(house, now=CALLED)
    group.change_series(house, now=CALLED + timedelta(hours=1), changes=CANCELLED)
    group.call(house, now=CALLED + timedelta(hours=1))
    twice = "[{date: 2025-02-05, reason: Vinterferie}, {date: 2025-02-19, reason: Vinterferie}]"
    group.change_series(house, now=CALLED + timedelta(hours=2), changes=twice)
    group.call(house, now=CALLED + timedelta(hours=2))
    states = sorted(one.state for one in group.letters(house, RESCHEDULED))
    assert states == ["due", "withdrawn"]
    sent = [kind for kind, *_ in group.send(house, now=CALLED + timedelta(hours=3))]
    assert sent.count(RESCHEDULED) == 1


def test_whoever_asked_is_told_when_the_body_above_takes_the_case(db: Database) -> None:
    group.a_house(db, quorum=8)
    case = group.a_called_case(db)
    found = decide_recusal(db, case=case, seat="boa", recused=True, reason="Nær slekt.", by=OFFICE, now=MEETS)
    assert isinstance(found, Found)
    assert found.referred_to == "programstyret"
    told = composed(db, RESCHEDULED, now=MEETS)
    assert (told["why"], told["body"]) == ("referred", "Programstyret")
    group.assert_sound(db)


def composed(db: Database, kind: str, *, now: datetime) -> dict[str, object]:
    """What the one letter of a kind says, when it leaves."""
    (one,) = group.told_in_letters(db, kind, now=now)
    return one


# ---------------------------------------------------------------- a planned meeting


def test_an_item_is_put_on_a_planned_meeting_that_has_no_case_yet(house: Database) -> None:
    with house.reading() as tx:
        assert meetings.load(tx, LATER_MEETING) is None
    item = {"meeting": LATER_MEETING, "kind": "orientering", "title": "Tertialrapporten", "text": ""}
    added = add_item(house, **item, by=OFFICE, now=CALLED)
    assert isinstance(added, str)
    assert group.meeting(house, LATER_MEETING).status == "planned"
    with house.reading() as tx:
        assert [one.title for one in meetings.items(tx, LATER_MEETING)] == ["Tertialrapporten"]
    # And a case that lands there later finds the same meeting.
    group.a_case(house, now=at(2, 20, 9))
    assert group.meeting(house, LATER_MEETING).sequence == 0


def test_what_is_refused_plans_no_meeting(house: Database) -> None:
    item = {"meeting": LATER_MEETING, "kind": "orientering", "text": ""}
    assert isinstance(add_item(house, **item, title=" ", by=OFFICE, now=CALLED), Refused)
    with pytest.raises(NotAllowed):
        add_item(house, **item, title="Tertialrapporten", by=ASKER, now=CALLED)
    with house.reading() as tx:
        assert meetings.load(tx, LATER_MEETING) is None


@pytest.mark.parametrize(
    "name", [f"{group.BODY}:2025-03-06", f"{group.BODY}:2025-01-08", "styret:2025-03-05", "ikke et møte"]
)
def test_a_day_without_a_meeting_in_the_series_takes_no_item(house: Database, name: str) -> None:
    with pytest.raises(Unknown):
        add_item(house, meeting=name, kind="orientering", title="X", text="", by=OFFICE, now=CALLED)


# ---------------------------------------------------------------- the referat that is approved


def write(db: Database, *, send: bool, minute: int) -> None:
    found = write_minutes(
        db,
        meeting=MEETING,
        by=OFFICE,
        send=send,
        render=lambda _model: f"referat {minute}".encode(),
        now=OVER + timedelta(minutes=minute),
    )
    assert isinstance(found, Written)


def test_the_newest_sent_referat_is_approved_and_never_a_draft(house: Database) -> None:
    group.a_called_case(house)
    close_meeting(house, meeting=MEETING, by=OFFICE, now=OVER)
    later = at(2, 19, 9)
    write(house, send=False, minute=1)
    refused = approve_minutes(house, meeting=MEETING, by=email(CHAIR), now=later)
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.reasons] == ["minutes_not_sent"]
    write(house, send=True, minute=2)
    write(house, send=False, minute=3)
    assert approve_minutes(house, meeting=MEETING, by=email(CHAIR), now=later) is None
    with house.reading() as tx:
        approved = [one.version for one in meetings.minutes(tx, MEETING) if one.approved_at]
    assert approved == [2]
