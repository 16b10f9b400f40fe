"""When does each duty fall due, what settles it, and what can people do to it?"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from engine.core.obligations.owed import (
    Act,
    Affairs,
    Course,
    Key,
    Obligation,
    Occurrence,
    Owner,
    Reported,
    chased,
    occurrences,
    owed_by_programme,
    owed_by_project,
    with_acts,
)
from engine.core.programme.calendar import PLAIN, add_working_days, is_working_day, tertial_of
from engine.core.programme.checks import parse_programme
from engine.core.programme.duties import Duty
from engine.core.programme.model import Programme
from tests.unit.test_duties import BASE
from tests.unit.wrong_files import edited

QUIET = """\
calendar: {free: ["12-24", "12-31"], quiet: [{from: "07-01", to: "07-31"}]}
"""
NOTHING = Affairs(published={}, held={}, last_held={})
TO_2045 = date(2045, 12, 31)


def parsed(text: str) -> Programme:
    found = parse_programme(text)
    assert isinstance(found, Programme), found
    return found


PLAIN_PROGRAMME = parsed(BASE)
QUIET_PROGRAMME = parsed(BASE + QUIET)


def periods(first: int, last: int) -> str:
    """The tertials of these years, as the file writes them, due ten working days after."""
    lines = ["periods:\n"]
    for year in range(first, last + 1):
        for month in (1, 5, 9):
            one = tertial_of(date(year, month, 1))
            end = one.end - timedelta(days=1)
            due = add_working_days(end, 10, PLAIN)
            lines.append(f"  - {{id: {one.id}, from: {one.start}, to: {end}, report_due: {due}}}\n")
    return "".join(lines)


def twenty_years(programme_text: str) -> Programme:
    head, _, tail = programme_text.partition("periods:\n")
    rest = tail[tail.index("\n", tail.rindex("report_due")) + 1 :]
    return parsed(head + periods(2025, 2045) + rest)


LONG = twenty_years(BASE + QUIET)


def duty(rhythm: Mapping[str, Any], **more: Any) -> Duty:
    return Duty.model_validate(
        {"id": "plikt", "title": "Plikt", "owner": "kontor", "rhythm": dict(rhythm), **more}
    )


def due_days(rhythm: Mapping[str, Any], *, until: str, programme: Programme = PLAIN_PROGRAMME) -> list[str]:
    found = occurrences(duty(rhythm), programme, until=date.fromisoformat(until))
    return [one.due_on.isoformat() for one in found]


# --- the rhythms, by hand -----------------------------------------------------------------------------------


def test_a_duty_of_periods_is_owed_on_the_days_their_reports_are() -> None:
    found = occurrences(duty({"per": "periode"}), PLAIN_PROGRAMME, until=date(2026, 1, 1))

    # The third tertial of 2024 was over before anybody was followed.
    assert found == (Occurrence(id="2025-T1", begins=date(2025, 1, 1), due_on=date(2025, 5, 15)),)


def test_a_duty_of_periods_may_be_owed_so_many_working_days_after_each() -> None:
    assert due_days({"per": "periode", "days": 10}, until="2025-12-31", programme=LONG) == [
        "2025-05-15",  # 1 May is not counted
        "2025-09-12",
    ]
    assert due_days({"per": "periode", "days": 0}, until="2025-12-31", programme=LONG) == [
        "2025-04-30",
        "2025-08-29",  # 31 August is a Sunday
        "2025-12-30",  # and New Year's Eve is free
    ]


def test_a_duty_of_the_third_tertial_comes_once_a_year() -> None:
    rhythm = {"per": "periode", "only": ["T3"], "days": 20}

    assert due_days(rhythm, until="2028-12-31", programme=LONG) == ["2026-01-29", "2027-01-29", "2028-01-28"]


def test_a_yearly_duty_gives_way_to_the_working_day_before() -> None:
    # 1 May is a holiday, and in 2027 and 2028 the days before it are worked on Friday the 30th and the 28th.
    assert due_days({"per": "ar", "dates": ["05-01"]}, until="2028-12-31") == [
        "2025-04-30",
        "2026-04-30",
        "2027-04-30",
        "2028-04-28",
    ]


def test_a_yearly_duty_may_fall_due_in_the_year_before() -> None:
    # 1 January gives way to 30 December, for New Year's Eve is free as well.
    for until in ("2026-12-30", "2026-12-31", "2027-01-01", "2027-06-01"):
        days = due_days({"per": "ar", "dates": ["01-01"]}, until=until, programme=QUIET_PROGRAMME)
        assert days == ["2025-12-30", "2026-12-30"], until


def test_a_monthly_duty_of_a_quiet_july_is_owed_before_it() -> None:
    found = due_days({"per": "maned", "day": 20}, until="2025-09-30", programme=QUIET_PROGRAMME)

    assert found[-4:] == ["2025-06-20", "2025-06-30", "2025-08-20", "2025-09-19"]


def test_every_sixth_week_is_counted_from_a_day_even_one_long_ago() -> None:
    rhythm = {"per": "uker", "weeks": 6, "from": "2024-12-03"}

    assert due_days(rhythm, until="2025-05-01") == ["2025-01-14", "2025-02-25", "2025-04-08"]


def test_the_days_a_rhythm_names_are_those_between_its_first_and_last() -> None:
    # Sunday 5 January 2025 gives way to the Friday before, and is still the first.
    rhythm = {"per": "uker", "weeks": 1, "from": "2025-01-05", "to": "2025-01-19"}

    assert due_days(rhythm, until="2025-12-31") == ["2025-01-03", "2025-01-10", "2025-01-17"]
    ten = {"per": "ar", "dates": ["03-01", "10-01"], "from": "2025-06-01", "to": "2026-05-31"}
    assert due_days(ten, until="2030-12-31") == ["2025-10-01", "2026-02-27"]


def test_nothing_is_owed_before_the_programme_is_followed() -> None:
    rhythm = {"per": "uker", "weeks": 1, "from": "2024-01-05"}

    assert due_days(rhythm, until="2025-01-10") == ["2025-01-03", "2025-01-10"]


CHANGES = """\
      changes:
        - {date: 2025-01-22, to: 2025-01-27, reason: Flyttet}
        - {date: 2025-02-05, reason: Avlyst}
"""


def test_a_duty_of_meetings_follows_the_meeting_that_is_moved_and_goes_with_the_one_that_is_not_held() -> (
    None
):
    changed = parsed(
        edited(
            BASE,
            (
                "      paper_deadline: {working_days: 5, time",
                CHANGES + "      paper_deadline: {working_days: 5, time",
            ),
        )
    )
    rhythm = {"per": "mote", "body": "gruppa", "days": -2}
    until = date(2025, 2, 28)

    planned = occurrences(duty(rhythm), PLAIN_PROGRAMME, until=until)
    moved = occurrences(duty(rhythm), changed, until=until)

    assert [(one.id, str(one.due_on)) for one in planned] == [
        ("2025-01-08", "2025-01-06"),
        ("2025-01-22", "2025-01-20"),
        ("2025-02-05", "2025-02-03"),
        ("2025-02-19", "2025-02-17"),
    ]
    # It is known by the day the meeting was planned for, so that what was settled stays settled.
    assert [(one.id, str(one.due_on)) for one in moved] == [
        ("2025-01-08", "2025-01-06"),
        ("2025-01-22", "2025-01-23"),
        ("2025-02-19", "2025-02-17"),
    ]


@pytest.mark.parametrize("days", [-20, -1, 0, 1, 20])
def test_looking_further_ahead_changes_nothing_that_has_been_seen(days: int) -> None:
    rhythm = {"per": "mote", "body": "gruppa", "days": days}
    whole = due_days(rhythm, until="2027-12-31", programme=QUIET_PROGRAMME)

    for until in (date(2025, 4, 16), date(2025, 6, 30), date(2025, 7, 15), date(2025, 12, 24)):
        near = due_days(rhythm, until=until.isoformat(), programme=QUIET_PROGRAMME)
        assert near == [one for one in whole if one <= until.isoformat()]


def test_the_end_of_the_platform_is_one_occasion() -> None:
    assert due_days({"per": "plattform"}, until="2045-12-31") == ["2027-09-30"]
    assert due_days({"per": "plattform", "days": 40}, until="2045-12-31") == ["2027-11-25"]
    assert due_days({"per": "plattform"}, until="2027-09-29") == []


# --- twenty years -----------------------------------------------------------------------------------------

RHYTHMS: dict[str, Mapping[str, Any]] = {
    "period": {"per": "periode", "days": 10},
    "third tertial": {"per": "periode", "only": ["T3"]},
    "once a year": {"per": "ar", "dates": ["03-01"]},
    "last of February": {"per": "ar", "dates": ["02-28"]},
    "New Year": {"per": "ar", "dates": ["01-01", "12-31"]},
    "July": {"per": "ar", "dates": ["07-01", "07-31"]},
    "twice a year": {"per": "ar", "dates": ["12-01", "06-01"]},
    "first of the month": {"per": "maned", "day": 1},
    "late in the month": {"per": "maned", "day": 28},
    "every week": {"per": "uker", "weeks": 1, "from": "2025-01-01"},
    "every sixth week": {"per": "uker", "weeks": 6, "from": "2025-02-28"},
    "each meeting": {"per": "mote", "body": "gruppa", "days": -7},
    "after each meeting": {"per": "mote", "body": "gruppa", "days": 1},
}
EVERY_SO_MANY_DAYS = {
    "period": 123, "third tertial": 366, "once a year": 366, "last of February": 366, "New Year": 365,
    "July": 336, "twice a year": 184, "first of the month": 31, "late in the month": 31, "every week": 7,
    "every sixth week": 42,
}  # fmt: skip
"""The most days there are between two days that the rhythm names."""


@pytest.mark.parametrize("name", RHYTHMS)
def test_over_twenty_years_no_occurrence_is_double_and_each_has_a_working_day(name: str) -> None:
    found = occurrences(duty(RHYTHMS[name]), LONG, until=TO_2045)

    policy = LONG.calendar.policy()
    assert len({one.id for one in found}) == len(found)
    assert [one.due_on for one in found] == sorted(one.due_on for one in found)
    assert all(one.begins <= one.due_on for one in found)
    assert all(is_working_day(one.due_on, policy) for one in found if "only" not in RHYTHMS[name])


@pytest.mark.parametrize("name", EVERY_SO_MANY_DAYS)
def test_over_twenty_years_no_occurrence_is_missing(name: str) -> None:
    found = occurrences(duty(RHYTHMS[name]), LONG, until=TO_2045)

    named = sorted(_named_day(one) for one in found)
    assert all((after - before).days <= EVERY_SO_MANY_DAYS[name] for before, after in pairwise(named))
    assert named[0] <= date(2025, 1, 1) + timedelta(days=EVERY_SO_MANY_DAYS[name] + 20)
    assert named[-1] >= TO_2045 - timedelta(days=EVERY_SO_MANY_DAYS[name])


def _named_day(one: Occurrence) -> date:
    """The day the rhythm names; for a period, the day after which it is owed."""
    if "T" in one.id:
        return tertial_of(one.begins).end
    return date.fromisoformat(one.id)


def test_in_twenty_years_there_are_as_many_as_one_counts() -> None:
    def number(rhythm: Mapping[str, Any]) -> int:
        return len(occurrences(duty(rhythm), LONG, until=TO_2045))

    assert number({"per": "periode"}) == 21 * 3 - 1  # the last one is due in January 2046
    assert number({"per": "ar", "dates": ["02-28"]}) == 21
    assert number({"per": "maned", "day": 20}) == 21 * 12
    assert (
        number({"per": "uker", "weeks": 1, "from": "2025-01-03"})
        == (TO_2045 - date(2025, 1, 3)).days // 7 + 1
    )


# --- what the programme owes ------------------------------------------------------------------------------


def with_duties(*texts: str) -> Programme:
    return parsed(BASE + "duties:\n" + "".join(f"  - {{{text}}}\n" for text in texts))


def test_the_report_of_the_programme_is_settled_by_being_published() -> None:
    programme = with_duties(
        "id: rapport, title: R, owner: kontor, rhythm: {per: periode}, settled_by: programrapport"
    )
    at = datetime(2025, 5, 20, 12, tzinfo=UTC)

    (owed,) = owed_by_programme(programme, NOTHING, until=date(2026, 1, 1))
    published = Affairs(published={"2025-T1": at}, held={}, last_held={})
    (settled,) = owed_by_programme(programme, published, until=date(2026, 1, 1))

    assert owed.key == Key("duty:rapport", "programme", "2025-T1")
    assert (owed.owner, owed.due_on, owed.settled_at) == (
        Owner("office", "kontor"),
        date(2025, 5, 15),
        None,
    )
    assert settled.settled_at == at


def test_enough_meetings_in_the_year_settle_that_year_and_no_other() -> None:
    programme = with_duties(
        'id: moter, title: M, owner: direktor, rhythm: {per: ar, dates: ["12-15"]}, settled_by: motetall,'
        " meetings: {body: gruppa, low: 4, high: 6}"
    )
    at = datetime(2025, 11, 6, 12, tzinfo=UTC)
    affairs = Affairs(
        published={}, held={("gruppa", 2025): 4, ("gruppa", 2026): 3}, last_held={("gruppa", 2025): at}
    )

    found = list(owed_by_programme(programme, affairs, until=date(2026, 12, 31)))

    assert [(one.due_on.year, one.settled_at) for one in found] == [(2025, at), (2026, None)]
    assert found[0].owner == Owner("seat", "direktor")


# --- what a project owes ----------------------------------------------------------------------------------

REPORTS = "id: rapport, title: R, each: prosjekt, owner: prosjektleder, rhythm: {per: periode}"
RUNNING = Course(reported=((date(2024, 10, 1), "Konsept"),))


def keys(programme: Programme, course: Course) -> list[str]:
    found = owed_by_project(programme, course, key="p1", until=date(2026, 1, 1))
    return [one.key.occurrence for one in found]


def test_a_project_owes_a_report_for_a_period_at_whose_end_it_ran() -> None:
    programme = with_duties(f"{REPORTS}, settled_by: statusrapport")

    assert keys(programme, RUNNING) == ["2025-T1"]
    closed_in_it = Course(reported=((date(2024, 10, 1), "Prosjekt"), (date(2025, 4, 30), "Avsluttet")))
    assert keys(programme, closed_in_it) == []
    closed_after = Course(reported=((date(2024, 10, 1), "Prosjekt"), (date(2025, 5, 1), "Avsluttet")))
    assert keys(programme, closed_after) == ["2025-T1"]
    assert keys(programme, Course(reported=((date(2025, 5, 1), "Konsept"),))) == []
    assert keys(programme, Course(reported=((date(2025, 1, 1), None),))) == []
    assert keys(programme, Course()) == []


def test_a_duty_may_be_for_some_phases_and_some_kinds_of_projects_only() -> None:
    some = with_duties(f"{REPORTS}, reported_as: [Prosjekt]")
    research = with_duties(f"{REPORTS}, projects: [forskningsprosjekt]")
    plain = with_duties(REPORTS)

    assert keys(some, RUNNING) == []
    assert keys(some, Course(reported=((date(2025, 2, 5), "Prosjekt"),))) == ["2025-T1"]
    assert keys(research, RUNNING) == []
    for kind, owed in (("forskningsprosjekt", True), ("utenfor_programmet", False), ("program", False)):
        course = Course(kind=kind, reported=RUNNING.reported)
        assert bool(keys(plain, course)) == owed
    assert keys(research, Course(kind="forskningsprosjekt", reported=RUNNING.reported)) == ["2025-T1"]


def test_a_status_report_is_settled_by_being_delivered_for_that_period() -> None:
    programme = with_duties(f"{REPORTS}, settled_by: statusrapport")
    at = datetime(2025, 5, 16, 8, 42, tzinfo=UTC)

    def settled(period: str) -> datetime | None:
        course = Course(
            reported=RUNNING.reported, reports=(Reported(period=period, delivered_at=at, approved_at=None),)
        )
        (one,) = owed_by_project(programme, course, key="p1", until=date(2026, 1, 1))
        assert one.owner == Owner("role", "prosjektleder")
        return one.settled_at

    assert settled("2025-T1") == at
    assert settled("2024-T3") is None


@pytest.mark.parametrize(
    ("day", "settles"), [("2027-09-01", False), ("2027-09-30", False), ("2027-10-01", True)]
)
def test_an_answer_given_anew_settles_the_platform_and_an_old_one_does_not(
    day: str, *, settles: bool
) -> None:
    programme = with_duties(
        "id: plattform, title: P, each: prosjekt, owner: prosjektleder, rhythm: {per: plattform, days: 40},"
        " settled_by: svar, criterion: erklaringen, since_days: 55"
    )
    at = datetime.combine(date.fromisoformat(day), time(12), UTC)
    course = Course(reported=RUNNING.reported, answered={"erklaringen": (at,), "annet": (TO_2045_NOON,)})

    (one,) = owed_by_project(programme, course, key="p1", until=TO_2045)

    assert one.due_on == date(2027, 11, 25)
    assert (one.settled_at == at) == settles


TO_2045_NOON = datetime.combine(TO_2045, time(12), UTC)


# --- what people do to it ---------------------------------------------------------------------------------

ONE = Obligation(
    key=Key("forutsetning", "project:p1", "F1"),
    owner=Owner("role", "gevinstansvarlig"),
    due_on=date(2025, 4, 4),
    due_time=time(12),
)


def act(what: Any, at: int, due: date | None = None, key: Key = ONE.key) -> Act:
    return Act(key=key, act=what, due=due, words="", by="1", at=datetime(2025, 4, at, 8, tzinfo=UTC))


def test_the_last_new_date_counts_and_the_first_settling() -> None:
    acts = [
        act("extended", 1, date(2025, 4, 11)),
        act("alerted", 2),
        act("extended", 3, date(2025, 4, 25)),
        act("settled", 9),
        act("settled", 10),
    ]

    (found,) = with_acts([ONE], acts)

    assert (found.due_on, found.due_time) == (date(2025, 4, 25), None)
    assert found.settled_at == datetime(2025, 4, 9, 8, tzinfo=UTC)


def test_an_act_on_another_obligation_changes_nothing() -> None:
    other = Key(ONE.key.kind, ONE.key.subject, "F2")

    assert list(with_acts([ONE], [act("settled", 1, key=other), act("alerted", 2)])) == [ONE]


def test_what_the_deed_itself_has_settled_keeps_its_time() -> None:
    done = Obligation(
        key=ONE.key, owner=ONE.owner, due_on=ONE.due_on, settled_at=datetime(2025, 4, 2, tzinfo=UTC)
    )

    assert list(with_acts([done], [act("settled", 1)])) == [done]


def test_it_is_late_after_its_time_or_after_its_day() -> None:
    assert ONE.due_at == datetime(2025, 4, 4, 10, tzinfo=UTC)
    (without_time,) = with_acts([ONE], [act("extended", 1, date(2026, 10, 25))])
    # The day of 25 hours ends at midnight in winter time.
    assert without_time.due_at == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_nobody_is_chased_for_what_was_due_before_the_programme_was_followed() -> None:
    assert list(chased([ONE], follow_from=date(2025, 4, 5))) == []
    assert list(chased([ONE], follow_from=date(2025, 4, 4))) == [ONE]
