"""Does a body meet when its rhythm says, and does a case come up where its papers made the deadline?"""

from datetime import date, datetime, time

import pytest

from engine.core.cases.meetings import Slot, following, landing, series
from engine.core.programme.calendar import PLAIN, oslo
from engine.core.programme.model import MeetingRhythm


def a_rhythm(**changes: object) -> MeetingRhythm:
    told = {
        "weekday": "onsdag",
        "time": "09:00",
        "every_weeks": 2,
        "from": "2025-01-08",
        "paper_deadline": {"working_days": 5, "time": "12:00"},
    }
    return MeetingRhythm.model_validate(told | changes)


def at(day: str, clock: str) -> datetime:
    return oslo(date.fromisoformat(day), time.fromisoformat(clock))


def slot_on(rhythm: MeetingRhythm, day: str) -> Slot:
    wanted = date.fromisoformat(day)
    return next(slot for slot in series(rhythm, PLAIN, since=wanted, until=wanted))


@pytest.mark.requirement("000-73")
def test_the_group_meets_every_second_week_from_its_first_meeting() -> None:
    days = [slot.on for slot in series(a_rhythm(), PLAIN, since=date(2025, 1, 1), until=date(2025, 3, 31))]
    assert days == [
        date(2025, 1, 8),
        date(2025, 1, 22),
        date(2025, 2, 5),
        date(2025, 2, 19),
        date(2025, 3, 5),
        date(2025, 3, 19),
    ]


def test_the_paper_deadline_is_counted_in_working_days_before_the_meeting() -> None:
    assert slot_on(a_rhythm(), "2025-01-22").papers_by == at("2025-01-15", "12:00")
    assert slot_on(a_rhythm(), "2025-04-30").papers_by == at("2025-04-23", "12:00")


def test_a_case_comes_up_at_the_first_meeting_whose_deadline_it_makes() -> None:
    found = landing(a_rhythm(), PLAIN, asked_at=at("2025-01-24", "10:20"))
    assert found is not None
    assert found.slot.on == date(2025, 2, 5)


def test_a_late_case_is_told_which_meeting_it_missed() -> None:
    found = landing(a_rhythm(), PLAIN, asked_at=at("2025-01-15", "12:01"))
    assert found is not None
    assert found.slot.on == date(2025, 2, 5)
    assert [slot.on for slot in found.too_late_for] == [date(2025, 1, 22)]


def test_the_minute_of_the_deadline_is_in_time() -> None:
    found = landing(a_rhythm(), PLAIN, asked_at=at("2025-01-15", "12:00"))
    assert found is not None
    assert found.slot.on == date(2025, 1, 22)


def test_a_meeting_the_body_cancels_sends_its_cases_to_the_next() -> None:
    rhythm = a_rhythm(changes=[{"date": "2025-04-16", "reason": "Påskeuka"}])
    cancelled = slot_on(rhythm, "2025-04-16")
    assert (cancelled.status, cancelled.reason) == ("cancelled", "Påskeuka")
    after = following(rhythm, PLAIN, after=cancelled.planned_on, now=at("2025-04-10", "09:00"))
    assert after is not None
    assert after.on == date(2025, 4, 30)
    found = landing(rhythm, PLAIN, asked_at=at("2025-04-03", "09:00"))
    assert found is not None
    assert found.slot.on == date(2025, 4, 30)
    assert [slot.reason for slot in found.cancelled] == ["Påskeuka"]


def test_a_case_left_over_never_goes_to_a_meeting_that_has_begun() -> None:
    after = following(a_rhythm(), PLAIN, after=date(2025, 1, 22), now=at("2025-02-05", "09:00"))
    assert after is not None
    assert after.on == date(2025, 2, 19)


def test_a_moved_meeting_keeps_the_date_it_was_planned_for() -> None:
    rhythm = a_rhythm(
        changes=[{"date": "2025-02-05", "to": "2025-02-06", "time": "13:00", "reason": "Budsjett"}]
    )
    moved = slot_on(rhythm, "2025-02-05")
    assert (moved.planned_on, moved.on, moved.status) == (date(2025, 2, 5), date(2025, 2, 6), "moved")
    assert moved.starts_at == at("2025-02-06", "13:00")


def test_a_public_holiday_cancels_the_meeting_or_moves_it_as_the_body_says() -> None:
    thursday = {"weekday": "torsdag", "from": "2025-05-01", "every_weeks": 1}
    cancelled = slot_on(a_rhythm(**thursday), "2025-05-01")
    assert cancelled.status == "cancelled"
    assert cancelled.reason
    moved = slot_on(a_rhythm(**thursday, on_holiday="neste_virkedag"), "2025-05-01")
    assert (moved.status, moved.on) == ("moved", date(2025, 5, 2))


def test_there_are_no_meetings_in_a_pause() -> None:
    rhythm = a_rhythm(pauses=[{"from": "2025-07-01", "to": "2025-07-31", "reason": "Sommer"}])
    july = series(rhythm, PLAIN, since=date(2025, 7, 1), until=date(2025, 7, 31))
    assert july
    assert all(slot.status == "cancelled" and slot.reason == "Sommer" for slot in july)


def test_a_meeting_starts_at_the_same_wall_time_on_both_sides_of_the_clock_change() -> None:
    before, after = slot_on(a_rhythm(), "2025-03-19"), slot_on(a_rhythm(), "2025-04-02")
    assert (before.starts_at.hour, after.starts_at.hour) == (8, 7)


def test_a_series_that_has_ended_takes_no_more_cases() -> None:
    assert landing(a_rhythm(to="2025-02-05"), PLAIN, asked_at=at("2025-02-05", "10:00")) is None
