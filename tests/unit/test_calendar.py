"""Do plans in Oslo become the right instants, and are the right days worked?"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.programme.calendar import (
    OSLO,
    PLAIN,
    Tertial,
    add_working_days,
    holiday_name,
    is_working_day,
    local_date,
    oslo,
    tertial_of,
    working_days_after,
    working_days_before,
)

days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
SECOND = timedelta(seconds=1)


def test_a_wall_time_is_one_hour_ahead_in_winter_and_two_in_summer() -> None:
    assert oslo(date(2025, 1, 15), time(12)) == datetime(2025, 1, 15, 11, tzinfo=UTC)
    assert oslo(date(2025, 7, 15), time(12)) == datetime(2025, 7, 15, 10, tzinfo=UTC)
    assert oslo(date(2025, 7, 15), time(12)).tzinfo is UTC


@pytest.mark.parametrize("wall", [time(2), time(2, 30), time(2, 59, 59, 999999)])
def test_a_time_that_the_spring_change_leaves_out_is_the_first_instant_after_it(wall: time) -> None:
    assert oslo(date(2027, 3, 28), wall) == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_the_minutes_around_the_spring_change_are_an_hour_shorter_apart() -> None:
    before, after = oslo(date(2027, 3, 28), time(1, 59, 59)), oslo(date(2027, 3, 28), time(3))
    assert after - before == SECOND


def test_a_time_that_the_autumn_change_shows_twice_is_the_first_of_the_two() -> None:
    assert oslo(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert oslo(date(2026, 10, 25), time(2, 30, fold=1)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert oslo(date(2026, 10, 25), time(3)) == datetime(2026, 10, 25, 2, tzinfo=UTC)


@pytest.mark.parametrize("night", [date(2026, 10, 25), date(2027, 3, 28)])
def test_a_night_of_change_never_runs_backwards(night: date) -> None:
    instants = [oslo(night, time(minute // 60, minute % 60)) for minute in range(6 * 60)]
    assert instants == sorted(instants)
    assert oslo(night + timedelta(days=1), time(0)) - oslo(night, time(0)) in (
        timedelta(hours=23),
        timedelta(hours=25),
    )


@given(days, st.times())
def test_every_wall_time_has_an_instant_on_its_own_date(day: date, wall: time) -> None:
    instant = oslo(day, wall)
    assert local_date(instant) == day
    assert instant.astimezone(OSLO).time() >= wall


def test_the_date_in_oslo_changes_at_its_own_midnight() -> None:
    assert local_date(datetime(2025, 7, 1, 21, 59, 59, tzinfo=UTC)) == date(2025, 7, 1)
    assert local_date(datetime(2025, 7, 1, 22, tzinfo=UTC)) == date(2025, 7, 2)
    assert local_date(datetime(2025, 1, 1, 22, tzinfo=UTC)) == date(2025, 1, 1)


def test_an_instant_without_a_zone_and_a_wall_time_with_one_are_misuse() -> None:
    with pytest.raises(ValueError, match="zone"):
        local_date(datetime(2025, 1, 1, 12))  # noqa: DTZ001
    with pytest.raises(ValueError, match="zone"):
        oslo(date(2025, 1, 1), time(12, tzinfo=UTC))


# ------------------------------------------------------------------ working days


def test_easter_2027_has_four_holidays_and_maundy_thursday_is_the_first() -> None:
    week = [date(2027, 3, 22) + timedelta(days=n) for n in range(9)]
    assert [day for day in week if is_working_day(day, PLAIN)] == [
        date(2027, 3, 22),
        date(2027, 3, 23),
        date(2027, 3, 24),
        date(2027, 3, 30),
    ]
    assert holiday_name(date(2027, 3, 25)) == "Skjærtorsdag"
    assert holiday_name(date(2027, 3, 29)) == "Andre påskedag"
    assert holiday_name(date(2027, 3, 24)) is None


@pytest.mark.parametrize("year", range(2020, 2041))
def test_the_first_and_the_seventeenth_of_may_are_never_worked(year: int) -> None:
    assert not is_working_day(date(year, 5, 1), PLAIN)
    assert not is_working_day(date(year, 5, 17), PLAIN)


def test_the_days_that_many_take_off_are_worked_all_the_same() -> None:
    assert is_working_day(date(2025, 12, 24), PLAIN)
    assert is_working_day(date(2025, 12, 31), PLAIN)
    assert is_working_day(date(2026, 1, 2), PLAIN)


def test_the_papers_for_22_january_2025_are_due_on_wednesday_15_january_at_noon() -> None:
    deadline = working_days_before(date(2025, 1, 22), 5, PLAIN)
    assert deadline == date(2025, 1, 15)
    assert oslo(deadline, time(12)) == datetime(2025, 1, 15, 11, tzinfo=UTC)


def test_the_report_of_30_april_2025_is_due_ten_working_days_later_on_15_may() -> None:
    assert add_working_days(date(2025, 4, 30), 10, PLAIN) == date(2025, 5, 15)


def test_a_notice_meant_for_the_working_day_after_16_may_2025_comes_on_the_nineteenth() -> None:
    assert add_working_days(date(2025, 5, 16), 1, PLAIN) == date(2025, 5, 19)


@pytest.mark.parametrize(
    ("due", "number", "day"),
    [
        (date(2025, 3, 14), 10, date(2025, 2, 28)),
        (date(2025, 3, 14), 3, date(2025, 3, 11)),
        (date(2025, 4, 4), 10, date(2025, 3, 21)),
        (date(2025, 4, 4), 3, date(2025, 4, 1)),
        (date(2025, 2, 5), 5, date(2025, 1, 29)),
        (date(2025, 5, 28), 5, date(2025, 5, 21)),
        (date(2025, 5, 15), 3, date(2025, 5, 12)),
    ],
)
def test_the_days_of_the_story_are_counted_backwards_in_working_days(
    due: date, number: int, day: date
) -> None:
    assert working_days_before(due, number, PLAIN) == day


def test_two_working_days_late_is_counted_from_the_day_after_the_deadline() -> None:
    assert working_days_after(date(2025, 4, 4), date(2025, 4, 8), PLAIN) == 2
    assert working_days_after(date(2025, 4, 4), date(2025, 4, 4), PLAIN) == 0
    assert working_days_after(date(2025, 4, 4), date(2025, 4, 1), PLAIN) == 0


@given(days, st.integers(1, 60))
def test_adding_working_days_and_counting_them_agree(day: date, number: int) -> None:
    later = add_working_days(day, number, PLAIN)
    assert is_working_day(later, PLAIN)
    assert working_days_after(day, later, PLAIN) == number
    assert working_days_before(later, number, PLAIN) <= day or not is_working_day(day, PLAIN)


@given(days)
def test_no_working_days_on_is_the_day_itself(day: date) -> None:
    assert add_working_days(day, 0, PLAIN) == day


# ------------------------------------------------------------------ tertials


def test_the_third_tertial_of_2024_ends_where_the_first_of_2025_begins() -> None:
    assert tertial_of(date(2024, 12, 31)) == Tertial("2024-T3", date(2024, 9, 1), date(2025, 1, 1))
    assert tertial_of(date(2025, 1, 1)) == Tertial("2025-T1", date(2025, 1, 1), date(2025, 5, 1))
    assert tertial_of(date(2025, 8, 31)).id == "2025-T2"


@given(days)
def test_every_day_belongs_to_one_tertial_and_they_follow_each_other(day: date) -> None:
    name, start, end = tertial_of(day)
    assert start <= day < end
    assert tertial_of(start).id == tertial_of(end - timedelta(days=1)).id == name
    assert tertial_of(end).start == end
