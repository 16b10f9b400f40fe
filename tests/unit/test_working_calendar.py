"""Does nothing that is computed fall on a day that the programme has taken out of its year?"""

from datetime import date, datetime, time, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.cases.meetings import Slot, following, landing, series
from engine.core.programme.calendar import PLAIN, Policy, is_working_day, local_date, oslo
from engine.core.programme.model import WEEKDAYS, Body, MeetingRhythm, Programme
from engine.queries.cases.panel import IN_MEETING, term_for
from tests.unit.test_shipped_workflows import programme
from workflows.loader import programmes

_month_days: Final = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: (day.month, day.day))
policies: Final = st.builds(
    Policy,
    free=st.frozensets(_month_days, max_size=8),
    quiet=st.lists(st.tuples(_month_days, st.integers(0, 40)), max_size=2).map(
        lambda found: tuple((first, _later(first, length)) for first, length in found)
    ),
    squeezed=st.booleans(),
)


def _later(first: tuple[int, int], length: int) -> tuple[int, int]:
    end = min(date(2024, *first) + timedelta(days=length), date(2024, 12, 31))
    return end.month, end.day


instants: Final = st.dates(date(2025, 1, 1), date(2026, 6, 30)).flatmap(
    lambda day: st.times().map(lambda at: oslo(day, at))
)


@st.composite
def rhythms(draw: st.DrawFn) -> MeetingRhythm:
    first = draw(st.dates(date(2024, 1, 1), date(2025, 12, 31)))
    return MeetingRhythm.model_validate(
        {
            "weekday": WEEKDAYS[first.weekday()],
            "time": "09:00",
            "every_weeks": draw(st.integers(1, 6)),
            "from": first.isoformat(),
            "paper_deadline": {"working_days": draw(st.integers(0, 12)), "time": "12:00"},
            "on_holiday": draw(st.sampled_from(["utgar", "neste_virkedag"])),
        }
    )


def all_are_worked(slots: tuple[Slot, ...], policy: Policy) -> bool:
    days = [day for one in slots for day in (one.on, local_date(one.starts_at), local_date(one.papers_by))]
    return all(is_working_day(day, policy) for day in days)


def held(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    return tuple(one for one in slots if one.status != "cancelled")


@given(rhythms(), policies)
def test_no_meeting_and_no_paper_deadline_falls_on_a_day_the_programme_has_taken_out(
    rhythm: MeetingRhythm, policy: Policy
) -> None:
    found = held(series(rhythm, policy, since=rhythm.from_day, until=rhythm.from_day + timedelta(days=400)))
    assert all_are_worked(found, policy)


@given(rhythms(), policies, instants)
def test_no_case_lands_at_a_meeting_on_such_a_day_and_none_is_left_to_one(
    rhythm: MeetingRhythm, policy: Policy, now: datetime
) -> None:
    found = landing(rhythm, policy, asked_at=now)
    after = following(rhythm, policy, after=local_date(now), now=now)
    slots = [*([] if found is None else [found.slot]), *([] if after is None else [after])]
    assert all_are_worked(tuple(slots), policy)


@given(
    policies,
    st.integers(0, 15),
    instants,
)
def test_no_written_answer_is_due_on_such_a_day(policy: Policy, working_days: int, now: datetime) -> None:
    body = group_of(programme("trondheim"))
    within = body.answer_within.model_copy(update={"working_days": working_days})
    term = term_for(body.model_copy(update={"answer_within": within}), policy, "skriftlig", now=now)
    assert is_working_day(local_date(term.answer_by), policy)


def group_of(found: Programme) -> Body:
    return next(body for body in found.bodies if body.id == "styringsgruppa")


@pytest.mark.parametrize("name", programmes())
def test_no_shipped_body_meets_or_closes_its_papers_on_a_day_its_programme_has_taken_out(name: str) -> None:
    found = programme(name)
    policy = found.calendar.policy()
    for body in found.bodies:
        if body.meetings is not None:
            slots = series(body.meetings, policy, since=date(2024, 1, 1), until=date(2029, 12, 31))
            assert slots
            assert all_are_worked(held(slots), policy), body.id


def test_the_group_does_not_meet_on_christmas_eve_and_new_years_eve_counts_for_no_paper_deadline() -> None:
    found = programme("trondheim")
    body, policy = group_of(found), found.calendar.policy()
    assert body.meetings is not None
    december = series(body.meetings, policy, since=date(2025, 12, 1), until=date(2025, 12, 31))
    assert [(one.on.day, one.status) for one in december] == [(10, "planned"), (24, "cancelled")]
    (january,) = series(body.meetings, policy, since=date(2026, 1, 7), until=date(2026, 1, 7))
    (plain,) = series(body.meetings, PLAIN, since=date(2026, 1, 7), until=date(2026, 1, 7))
    # Five days before 7 January: 6, 5, 2 January, 30 and 29 December.
    assert local_date(january.papers_by) == date(2025, 12, 29)
    assert local_date(plain.papers_by) == date(2025, 12, 30)


def test_a_written_case_of_30_june_is_answered_in_august() -> None:
    found = programme("trondheim")
    body, policy = group_of(found), found.calendar.policy()
    asked = oslo(date(2025, 6, 30), time(9))
    assert local_date(term_for(body, policy, "skriftlig", now=asked).answer_by).month == 8
    assert term_for(body, policy, IN_MEETING, now=asked).slot is not None


def test_meetings_of_a_quiet_time_are_not_all_held_on_the_day_after_it() -> None:
    told = {"weekday": "tirsdag", "time": "09:00", "every_weeks": 1, "from": "2025-06-24"}
    deadline = {"paper_deadline": {"working_days": 2, "time": "12:00"}, "on_holiday": "neste_virkedag"}
    rhythm = MeetingRhythm.model_validate(told | deadline)
    july = Policy(quiet=(((7, 1), (7, 31)),))
    found = held(series(rhythm, july, since=date(2025, 6, 24), until=date(2025, 8, 12)))
    assert [one.on for one in found] == [date(2025, 6, 24), date(2025, 8, 5), date(2025, 8, 12)]
