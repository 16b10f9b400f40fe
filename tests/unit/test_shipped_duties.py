"""Do the shipped programmes ask for what their sources ask for, as often, and of somebody who is reached?"""

import re
from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from heapq import heappop, heappush
from pathlib import Path

import pytest

from engine.core.facts.catalogue import ROLES
from engine.core.obligations.owed import (
    Act,
    Affairs,
    Course,
    Obligation,
    occurrences,
    owed_by_programme,
    owed_by_project,
    with_acts,
)
from engine.core.programme.calendar import OSLO, Policy, add_working_days, holiday_name, tertial_of
from engine.core.programme.checks import parse_programme
from engine.core.programme.duties import IN_PROGRAMME, KINDS, OFFICE, Duty
from engine.core.programme.ladder import NO_RUNG, USUAL, Ladder, due, instants, planned
from engine.core.programme.model import Period, Programme
from engine.core.workflow.checks import parse_definition
from engine.core.workflow.definition import Definition

WORKFLOWS = Path(__file__).parents[2] / "workflows"
NAMES = ("lakseregionen", "osloplus", "trondheim")
NOTHING = Affairs(published={}, held={}, last_held={})


@cache
def programme(name: str) -> Programme:
    found = parse_programme((WORKFLOWS / "programmes" / f"{name}.yaml").read_bytes())
    assert isinstance(found, Programme), found
    return found


@cache
def workflow(name: str) -> Definition:
    found = parse_definition((WORKFLOWS / f"{name}.yaml").read_bytes())
    assert isinstance(found, Definition), found
    return found


ALL = [pytest.param(name, duty, id=f"{name} {duty.id}") for name in NAMES for duty in programme(name).duties]


# --- every duty -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "duty"), ALL)
def test_every_duty_says_what_happens_otherwise_and_where_it_comes_from(name: str, duty: Duty) -> None:
    assert duty.if_nothing
    assert duty.if_nothing.startswith("Da ")
    assert duty.if_nothing.endswith(".")
    assert duty.ladder in {one.id for one in programme(name).ladders}
    if duty.id != "rapporteringsperioder":  # our own, so that the periods do not run out unseen
        assert duty.source
        assert re.fullmatch(r"00[0-4]:\d+(-\d+)?", duty.source)


@pytest.mark.parametrize(("name", "duty"), ALL)
def test_a_duty_of_projects_names_roles_and_criteria_that_their_workflows_have(name: str, duty: Duty) -> None:
    if duty.each == "program":
        assert duty.owner in {one.id for one in programme(name).offices}
        return
    used = programme(name).workflows
    for kind in duty.projects or IN_PROGRAMME:
        if kind in used:
            definition = workflow(used[kind])
            if duty.owner in dict(ROLES):
                assert duty.owner in (*definition.roles.leader, definition.roles.owner)
            own = definition.intake.criteria if definition.intake else ()
            criteria = {one.id for gate in definition.gates for one in gate.criteria} | {
                one.id for one in own
            }
            assert duty.criterion is None or duty.criterion in criteria


@pytest.mark.parametrize("name", NAMES)
def test_what_follows_from_cases_and_projects_has_a_ladder_and_programkontoret_an_address(name: str) -> None:
    assert set(programme(name).chase) == set(KINDS)
    assert "@" in programme(name).office(OFFICE).email


def test_trondheims_usual_ladder_is_the_one_that_is_usual() -> None:
    assert programme("trondheim").ladder("vanlig") == USUAL


# --- how often, by hand -----------------------------------------------------------------------------------


def due_days(name: str, duty: str, *, year: int) -> list[str]:
    found = occurrences(programme(name).duty(duty), programme(name), until=date(year, 12, 31))
    return [f"{one.due_on:%m-%d}" for one in found if one.due_on.year == year]


@pytest.mark.parametrize(
    ("name", "duty", "year", "expected"),
    [
        pytest.param(
            "trondheim", "vernetjenesten", 2026, ["02-10", "05-08", "09-18", "11-20"],
            marks=pytest.mark.requirement("000-60"),
        ),
        pytest.param(
            "trondheim", "fire-hovedtillitsvalgte", 2026,
            [
                "01-20", "02-20", "03-20", "04-20", "05-20", "06-19",
                "06-30", "08-20", "09-18", "10-20", "11-20", "12-18",
            ],
            marks=pytest.mark.requirement("000-61"),
        ),
        pytest.param(
            "trondheim", "alle-hovedtillitsvalgte", 2026, ["03-10", "06-10", "09-10", "12-10"],
            marks=pytest.mark.requirement("000-62"),
        ),
        pytest.param(
            "trondheim", "byradet", 2026, ["02-05", "06-09", "10-05"],
            marks=pytest.mark.requirement("000-82"),
        ),
        pytest.param("trondheim", "forskningsstatus", 2026, ["01-15", "05-18", "09-14"]),
        pytest.param(
            "trondheim", "statusrapport", 2026, ["01-15", "05-18", "09-14"],
            marks=pytest.mark.requirement("001-01"),
        ),
        pytest.param(
            "trondheim", "programrapport", 2026, ["01-29", "06-02", "09-28"],
            marks=pytest.mark.requirement("001-01"),
        ),
        pytest.param(
            "trondheim", "ros", 2026, ["01-15", "05-18", "09-14"], marks=pytest.mark.requirement("001-31")
        ),
        pytest.param("trondheim", "samlet-oversikt", 2026, ["01-29", "06-02", "09-28"]),
        pytest.param("trondheim", "overforing", 2026, ["01-29"]),
        pytest.param("trondheim", "arsrapport", 2026, ["03-31"], marks=pytest.mark.requirement("002-17")),
        pytest.param("trondheim", "hop", 2028, ["06-09"]),
        pytest.param("trondheim", "arsoppdrag", 2026, ["11-13"]),
        pytest.param("trondheim", "leangen", 2027, ["11-25"]),
        pytest.param("trondheim", "programstyremoter", 2026, ["12-15"]),
        pytest.param("trondheim", "rapporteringsperioder", 2026, []),
        pytest.param("trondheim", "rapporteringsperioder", 2027, ["11-15"]),
        pytest.param(
            "osloplus", "kvalitetsgjennomgang", 2026, ["06-01", "12-01"],
            marks=pytest.mark.requirement("004-58"),
        ),
        pytest.param("osloplus", "prosjektrapport", 2026, ["01-30"]),
        pytest.param("osloplus", "handlingsplan", 2026, ["11-13"]),
        pytest.param(
            "lakseregionen", "helseledernettverk", 2024,
            ["02-02", "03-15", "04-26", "06-07", "06-28", "08-30", "10-11", "11-22"],
            marks=pytest.mark.requirement("003-03"),
        ),
        pytest.param("lakseregionen", "workshop", 2023, ["04-14", "10-13"]),
        pytest.param("lakseregionen", "workshop", 2024, []),
    ],
)  # fmt: skip
def test_each_duty_comes_as_often_as_its_source_says(
    name: str, duty: str, year: int, expected: list[str]
) -> None:
    assert due_days(name, duty, year=year) == expected


def test_status_goes_to_every_meeting_of_the_board() -> None:
    # Every eighth Tuesday from 14 January, and seven working days before each; 1 July lies in the quiet time.
    assert due_days("osloplus", "status-til-programstyret", year=2025) == [
        "01-03", "02-28", "04-24", "08-15", "10-10", "12-05",
    ]  # fmt: skip


@pytest.mark.requirement("003-16")
def test_the_ten_meetings_of_the_working_group_are_counted_against_those_held() -> None:
    wanted = [
        one
        for one in owed_by_programme(programme("lakseregionen"), NOTHING, until=date(2030, 12, 31))
        if one.key.kind == "duty:arbeidsgruppemote"
    ]
    held = [
        Act(key=one.key, act="settled", due=None, words="Holdt", by="1", at=datetime(2023, 6, 30, tzinfo=UTC))
        for one in wanted[:6]
    ]

    after = list(with_acts(wanted, held))

    assert len(wanted) == 10
    assert [one.settled_at is not None for one in after] == [True] * 6 + [False] * 4


@pytest.mark.requirement("004-61")
def test_every_oslo_project_reports_each_year_and_at_its_end() -> None:
    definition = workflow(programme("osloplus").workflows["utviklingsprosjekt"])
    running = Course(reported=((date(2025, 3, 1), "Konsept"), (date(2026, 9, 1), "Prosjekt")))

    owed = owed_by_project(programme("osloplus"), running, key="p", until=date(2028, 12, 31))

    days = [one.due_on for one in owed if one.key.kind == "duty:prosjektrapport"]
    assert days == [date(2026, 1, 30), date(2027, 1, 29), date(2028, 1, 31)]
    # Handed over to the line, or stopped: either way the report is among the papers.
    assert all("prosjektrapport" in definition.gate(gate).papers for gate in ("OP3", "STANS"))


# --- the story, part 2 ------------------------------------------------------------------------------------


def rung_days(due_on: date, ladder: Ladder) -> list[str]:
    policy = programme("trondheim").calendar.policy()
    sent = instants(ladder, due_on, policy)
    assert all(at.astimezone(OSLO).time() == time(8) for at in sent)
    return [f"{at.astimezone(OSLO):%d.%m.%Y}" for at in sent]


def test_the_storys_conditions_and_report_are_reminded_of_on_the_days_it_names() -> None:
    trondheim = programme("trondheim")
    condition = trondheim.ladder(trondheim.chase["forutsetning"])
    report = trondheim.duty("statusrapport")
    (first, *_) = occurrences(report, trondheim, until=date(2025, 12, 31))

    assert rung_days(date(2025, 3, 14), condition)[:3] == ["28.02.2025", "11.03.2025", "14.03.2025"]
    assert rung_days(date(2025, 4, 4), condition) == ["21.03.2025", "01.04.2025", "04.04.2025", "08.04.2025"]
    assert (first.id, first.due_on) == ("2025-T1", date(2025, 5, 15))
    assert rung_days(first.due_on, trondheim.ladder(report.ladder)) == [
        "30.04.2025",
        "12.05.2025",
        "15.05.2025",
        "19.05.2025",
    ]


def test_the_days_between_holidays_are_worked_in_trondheim_for_the_story_counts_one() -> None:
    trondheim = programme("trondheim")

    assert not trondheim.calendar.squeezed_days
    assert add_working_days(date(2025, 4, 30), 10, trondheim.calendar.policy()) == date(2025, 5, 15)
    assert add_working_days(date(2025, 4, 30), 10, Policy(squeezed=True)) == date(2025, 5, 16)


# --- twenty years of all that comes again -----------------------------------------------------------------

LAST = date(2045, 12, 31)


def over_twenty_years(name: str) -> Programme:
    """The programme with tertials until 2045, as somebody would have entered them."""
    found = programme(name)
    policy = found.calendar.policy()
    tertials = [tertial_of(date(year, month, 1)) for year in range(2025, 2046) for month in (1, 5, 9)]
    periods = []
    for one in tertials:
        last = one.end - timedelta(days=1)
        days = {"from": last.replace(day=1, month=one.start.month), "to": last}
        written = {key: value.isoformat() for key, value in days.items()}
        due_on = add_working_days(last, 10, policy).isoformat()
        periods.append(Period.model_validate({"id": one.id, "report_due": due_on, **written}))
    return found.model_copy(update={"periods": tuple(periods)})


def all_owed(found: Programme) -> list[Obligation]:
    running = ((found.follow_from, "Prosjekt"),)
    return [
        *owed_by_programme(found, NOTHING, until=LAST),
        *owed_by_project(found, Course(reported=running), key="p1", until=LAST),
        *owed_by_project(found, Course(kind="forskningsprosjekt", reported=running), key="f1", until=LAST),
    ]


def working_days(policy: Policy) -> list[date]:
    """Every working day, by another way than the engine's: all days, less those that are free."""
    found = []
    day = date(2022, 1, 1)
    while day <= date(2046, 12, 31):
        here = (day.month, day.day)
        free = day.weekday() > 4 or holiday_name(day) is not None or here in policy.free
        if not free and not any(first <= here <= last for first, last in policy.quiet):
            found.append(day)
        day += timedelta(days=1)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_over_twenty_years_every_rung_of_every_duty_leaves_once_on_its_day(name: str) -> None:
    found = over_twenty_years(name)
    policy = found.calendar.policy()
    assert not policy.squeezed
    owed = all_owed(found)
    assert len({one.key for one in owed}) == len(owed)

    # Jump from one instant at which something is due to the next, as the heartbeat would.
    waiting: list[tuple[datetime, int, int]] = []
    for number, one in enumerate(owed):
        first = planned(
            found.ladder(one.ladder),
            due_on=one.due_on,
            policy=policy,
            passed=NO_RUNG,
            now=datetime(2022, 1, 1, tzinfo=UTC),
        )
        assert first is not None
        heappush(waiting, (first, number, NO_RUNG))
    sent: list[tuple[int, int, datetime]] = []
    while waiting:
        now, number, passed = heappop(waiting)
        one = owed[number]
        ladder = found.ladder(one.ladder)
        said = due(ladder, due_on=one.due_on, policy=policy, passed=passed, now=now)
        sent += [(number, rung, now) for rung in said.rungs]
        if said.next_at is not None:
            assert said.next_at > now
            heappush(waiting, (said.next_at, number, said.passed))

    worked = working_days(policy)
    expected = []
    for number, one in enumerate(owed):
        base = bisect_right(worked, one.due_on) - 1
        for rung, step in enumerate(found.ladder(one.ladder)):
            at = datetime.combine(worked[base + step.days], policy.sends, OSLO).astimezone(UTC)
            expected.append((number, rung, at))
    assert sorted(sent) == sorted(expected)
    assert len(sent) >= {"trondheim": 3000, "osloplus": 900, "lakseregionen": 500}[name]
