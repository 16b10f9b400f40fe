"""Is everybody reminded once, on the day and in working hours — whatever the clock and the calendar do?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.programme import ladder as reminders
from engine.core.programme.calendar import PLAIN, Policy, in_office_hours, local_date
from engine.core.programme.ladder import NO_RUNG, USUAL, Due, Ladder, Rung, due, instants, passed_at, planned

QUIET_JULY = Policy(free=frozenset({(12, 24), (12, 31)}), quiet=(((7, 1), (7, 31)),))
POLICIES = (
    PLAIN,
    QUIET_JULY,
    Policy(squeezed=True, free=frozenset({(12, 24)})),
    Policy(sends=time(9, 15), closes=time(9, 20)),
)


def utc(text: str) -> datetime:
    """`2026-10-12 06:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- the nights and holidays that catch schedulers, written out by hand ----------------------------------

# The deadline, and when its rungs of -10, -3, 0 and +2 leave; eight o'clock is 06:00 UTC in summer, 07:00 in
# winter. What is between them: 25 October 2026 and 31 October 2027 have 25 hours and 28 March 2027, which is
# Easter Sunday, has 23; 1 May 2027 is a Saturday, the 6th Ascension Day, and the 17th is Whit Monday as well.
WRITTEN_OUT = {
    date(2026, 10, 26): ("2026-10-12 06:00", "2026-10-21 06:00", "2026-10-26 07:00", "2026-10-28 07:00"),
    date(2026, 10, 25): ("2026-10-09 06:00", "2026-10-20 06:00", "2026-10-23 06:00", "2026-10-27 07:00"),
    date(2027, 3, 30): ("2027-03-11 07:00", "2027-03-22 07:00", "2027-03-30 06:00", "2027-04-01 06:00"),
    date(2027, 3, 28): ("2027-03-10 07:00", "2027-03-19 07:00", "2027-03-24 07:00", "2027-03-31 06:00"),
    date(2027, 10, 31): ("2027-10-15 06:00", "2027-10-26 06:00", "2027-10-29 06:00", "2027-11-02 07:00"),
    date(2028, 2, 29): ("2028-02-15 07:00", "2028-02-24 07:00", "2028-02-29 07:00", "2028-03-02 07:00"),
    date(2027, 5, 1): ("2027-04-16 06:00", "2027-04-27 06:00", "2027-04-30 06:00", "2027-05-04 06:00"),
    date(2027, 5, 17): ("2027-04-29 06:00", "2027-05-11 06:00", "2027-05-14 06:00", "2027-05-19 06:00"),
    date(2027, 5, 18): ("2027-04-30 06:00", "2027-05-12 06:00", "2027-05-18 06:00", "2027-05-20 06:00"),
}


@pytest.mark.parametrize("due_on", WRITTEN_OUT, ids=str)
def test_the_rungs_around_clock_changes_leap_days_and_holidays_are_those_written_out(due_on: date) -> None:
    assert instants(USUAL, due_on, PLAIN) == tuple(map(utc, WRITTEN_OUT[due_on]))


@pytest.mark.parametrize("due_on", WRITTEN_OUT, ids=str)
def test_looking_every_five_minutes_sends_each_rung_once_and_at_its_minute(due_on: date) -> None:
    expected = tuple(map(utc, WRITTEN_OUT[due_on]))
    steps = int((expected[-1] - expected[0]) / FIVE_MINUTES) + 400
    beats = [expected[0] - FIVE_MINUTES * 100 + FIVE_MINUTES * n for n in range(steps)]

    sent = run(due, USUAL, due_on, PLAIN, beats)

    assert [(one.at, one.rung) for one in sent] == [(at, n) for n, at in enumerate(expected)]


FIVE_MINUTES = timedelta(minutes=5)


def test_july_is_counted_over_when_the_programme_is_quiet_then() -> None:
    # Friday 8 August 2025: five working days of August before it, then five of June.
    at = instants(USUAL, date(2025, 8, 8), QUIET_JULY)

    assert at == tuple(
        map(utc, ("2025-06-24 06:00", "2025-08-05 06:00", "2025-08-08 06:00", "2025-08-12 06:00"))
    )


def test_a_deadline_on_a_saturday_is_counted_as_that_friday() -> None:
    ladder = (Rung(-1, "ansvarlig"), Rung(0, "ansvarlig"), Rung(1, "programkontor"))

    saturday, friday = (instants(ladder, date(2025, 3, day), PLAIN) for day in (15, 14))

    assert saturday == friday
    assert [local_date(at) for at in friday] == [date(2025, 3, 13), date(2025, 3, 14), date(2025, 3, 17)]


# --- stops, nights and new dates ---------------------------------------------------------------------------

DUE_ON = date(2025, 4, 4)
"""Reminded on 21 March, 1 and 4 April; programkontoret on the 8th."""


def test_after_a_long_stop_each_receiver_gets_the_newest_and_no_more() -> None:
    found = due(USUAL, due_on=DUE_ON, policy=PLAIN, passed=NO_RUNG, now=utc("2025-04-22 10:00"))

    assert found == Due(rungs=(2, 3), passed=3, next_at=None)


def test_what_comes_due_at_night_or_in_a_weekend_waits_for_the_working_day() -> None:
    friday_night = due(USUAL, due_on=DUE_ON, policy=PLAIN, passed=0, now=utc("2025-04-04 19:00"))
    monday = due(USUAL, due_on=DUE_ON, policy=PLAIN, passed=0, now=utc("2025-04-07 06:00"))

    assert friday_night == Due(rungs=(), passed=0, next_at=utc("2025-04-07 06:00"))
    assert monday == Due(rungs=(2,), passed=2, next_at=utc("2025-04-08 06:00"))


def test_in_the_early_morning_it_waits_for_eight_and_not_for_tomorrow() -> None:
    early = due(USUAL, due_on=DUE_ON, policy=PLAIN, passed=1, now=utc("2025-04-07 05:59"))

    assert early.next_at == utc("2025-04-07 06:00")


@pytest.mark.parametrize(
    ("now", "next_at"),
    [
        ("2025-03-10 12:00", "2025-03-21 07:00"),
        ("2025-03-21 07:00", "2025-03-24 07:00"),
        ("2025-03-29 12:00", "2025-03-31 06:00"),
        ("2025-04-09 05:00", "2025-04-09 06:00"),
    ],
)
def test_what_should_have_been_said_already_is_planned_for_the_next_morning(now: str, next_at: str) -> None:
    found = planned(USUAL, due_on=DUE_ON, policy=PLAIN, passed=NO_RUNG, now=utc(now))

    assert found == utc(next_at)


def test_a_new_date_begins_where_its_ladder_is_today() -> None:
    now = utc("2025-04-09 12:00")

    passed = passed_at(USUAL, due_on=date(2025, 4, 11), policy=PLAIN, now=now)

    assert passed == 1
    next_at = planned(USUAL, due_on=date(2025, 4, 11), policy=PLAIN, passed=passed, now=now)
    assert next_at == utc("2025-04-11 06:00")
    assert passed_at(USUAL, due_on=date(2025, 6, 30), policy=PLAIN, now=now) == NO_RUNG
    assert planned(USUAL, due_on=date(2025, 4, 11), policy=PLAIN, passed=3, now=now) is None


# --- for any ladder, deadline, policy and pulse -------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    rung: int
    to: str
    at: datetime


Asks = Callable[..., Due]


def run(ask: Asks, ladder: Ladder, due_on: date, policy: Policy, beats: Iterable[datetime]) -> list[Sent]:
    """What leaves when somebody looks at these instants, and only then."""
    passed, sent = NO_RUNG, []
    for now in beats:
        found = ask(ladder, due_on=due_on, policy=policy, passed=passed, now=now)
        sent += [Sent(number, ladder[number].to, now) for number in found.rungs]
        passed = found.passed
    return sent


def faults(ladder: Ladder, due_on: date, policy: Policy, sent: Sequence[Sent]) -> set[str]:
    """What is wrong with what was sent."""
    at = instants(ladder, due_on, policy)
    found: set[str] = set()
    if len({one.rung for one in sent}) < len(sent):
        found.add("twice")
    if any(one.at < at[one.rung] for one in sent):
        found.add("early")
    if any(not in_office_hours(one.at, policy) for one in sent):
        found.add("outside hours")
    for one in sent:
        later = [n for n in range(one.rung + 1, len(ladder)) if ladder[n].to == one.to and at[n] <= one.at]
        if later:
            found.add("not the newest")
    if len({(one.to, one.at) for one in sent}) < len(sent):
        found.add("two at once")
    return found


def forgotten(
    ladder: Ladder, due_on: date, policy: Policy, sent: Sequence[Sent], until: datetime
) -> set[int]:
    """The rungs that had come by `until` and that no letter as new or newer told their receiver."""
    at = instants(ladder, due_on, policy)
    return {
        number
        for number, rung in enumerate(ladder)
        if at[number] <= until and not any(one.to == rung.to and one.rung >= number for one in sent)
    }


ladders = st.lists(
    st.tuples(st.integers(-40, 40), st.sampled_from(("ansvarlig", "programkontor"))),
    min_size=1,
    max_size=6,
    unique_by=lambda step: step[0],
).map(lambda steps: tuple(Rung(days, to) for days, to in sorted(steps)))  # type: ignore[arg-type]
days = st.dates(date(2025, 1, 1), date(2045, 12, 31))
pauses = st.lists(st.integers(1, 60 * 24 * 40), min_size=1, max_size=40)


def beats_from(ladder: Ladder, due_on: date, policy: Policy, minutes: Sequence[int]) -> list[datetime]:
    now = instants(ladder, due_on, policy)[0] - timedelta(days=3)
    beats = []
    for pause in minutes:
        now += timedelta(minutes=pause)
        beats.append(now)
    return beats


@given(ladders, days, st.sampled_from(POLICIES), pauses)
def test_whenever_one_looks_each_rung_leaves_at_most_once_never_early_and_in_working_hours(
    ladder: Ladder, due_on: date, policy: Policy, minutes: list[int]
) -> None:
    beats = beats_from(ladder, due_on, policy, minutes)

    assert faults(ladder, due_on, policy, run(due, ladder, due_on, policy, beats)) == set()


@given(ladders, days, st.sampled_from(POLICIES), pauses)
def test_late_is_never_dropped(ladder: Ladder, due_on: date, policy: Policy, minutes: list[int]) -> None:
    beats = beats_from(ladder, due_on, policy, minutes)
    # However long it has stood still, the first look in working hours makes up for it.
    beats.append(reminders.next_slot(beats[-1], policy))

    sent = run(due, ladder, due_on, policy, beats)

    assert forgotten(ladder, due_on, policy, sent, beats[-1]) == set()


@given(ladders, days, st.sampled_from(POLICIES), pauses)
def test_the_next_look_always_lies_ahead(
    ladder: Ladder, due_on: date, policy: Policy, minutes: list[int]
) -> None:
    passed = NO_RUNG
    for now in beats_from(ladder, due_on, policy, minutes):
        found = due(ladder, due_on=due_on, policy=policy, passed=passed, now=now)
        ahead = planned(ladder, due_on=due_on, policy=policy, passed=found.passed, now=now)
        assert found.next_at is None or found.next_at > now
        assert ahead == found.next_at
        assert found.passed >= passed
        passed = found.passed


@given(ladders, days, st.sampled_from(POLICIES))
def test_looking_only_when_the_last_look_said_sends_every_rung_at_its_instant(
    ladder: Ladder, due_on: date, policy: Policy
) -> None:
    at = instants(ladder, due_on, policy)
    next_at = planned(ladder, due_on=due_on, policy=policy, passed=NO_RUNG, now=at[0] - timedelta(days=1))
    passed, sent = NO_RUNG, []
    while next_at is not None:
        found = due(ladder, due_on=due_on, policy=policy, passed=passed, now=next_at)
        sent += [(number, next_at) for number in found.rungs]
        passed, next_at = found.passed, found.next_at

    assert sent == list(enumerate(at))
    assert all(before < after for before, after in pairwise(at))


# --- the checks above can fail ------------------------------------------------------------------------------


def _at_any_hour(ladder: Ladder, *, due_on: date, policy: Policy, passed: int, now: datetime) -> Due:
    return due(ladder, due_on=due_on, policy=Policy(sends=time(0), closes=time.max), passed=passed, now=now)


def _without_memory(ladder: Ladder, *, due_on: date, policy: Policy, passed: int, now: datetime) -> Due:
    return due(ladder, due_on=due_on, policy=policy, passed=NO_RUNG, now=now)


def _everything_missed(ladder: Ladder, *, due_on: date, policy: Policy, passed: int, now: datetime) -> Due:
    at = instants(ladder, due_on, policy)
    come = tuple(n for n in range(passed + 1, len(ladder)) if at[n] <= now)
    return Due(rungs=come, passed=max(come, default=passed), next_at=None)


def _only_on_the_minute(ladder: Ladder, *, due_on: date, policy: Policy, passed: int, now: datetime) -> Due:
    found = due(ladder, due_on=due_on, policy=policy, passed=passed, now=now)
    on_time = tuple(n for n in found.rungs if instants(ladder, due_on, policy)[n] == now)
    return Due(rungs=on_time, passed=found.passed, next_at=found.next_at)


HOURLY = [utc("2025-03-20 00:30") + timedelta(hours=n) for n in range(24 * 30)]
AFTER_A_STOP = [utc("2025-03-10 08:00"), utc("2025-04-05 22:00"), utc("2025-04-22 10:00")]


@pytest.mark.parametrize(
    ("careless", "beats", "expected"),
    [
        (_at_any_hour, HOURLY, {"early", "outside hours"}),
        (_without_memory, HOURLY, {"twice"}),
        (_everything_missed, AFTER_A_STOP, {"not the newest", "two at once", "outside hours"}),
    ],
)
def test_a_careless_scheduler_is_caught(careless: Asks, beats: list[datetime], expected: set[str]) -> None:
    assert faults(USUAL, DUE_ON, PLAIN, run(careless, USUAL, DUE_ON, PLAIN, beats)) == expected


def test_a_scheduler_that_drops_what_is_late_is_caught() -> None:
    sent = run(_only_on_the_minute, USUAL, DUE_ON, PLAIN, AFTER_A_STOP)

    assert forgotten(USUAL, DUE_ON, PLAIN, sent, AFTER_A_STOP[-1]) == {0, 1, 2, 3}
