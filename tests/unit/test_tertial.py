"""Do all numbers of a report follow from the same facts, and from nothing else?"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Literal

import pytest

from documents.formats.blocks import Block
from documents.tertial.content import blocks_by_id, report_content
from documents.tertial.introduction import change_sentence, coverage_sentence
from documents.tertial.phrases import period_label
from engine.core.benefits.told import Estimate, Measurement, Realised, StatedProgress
from engine.core.programme.model import KeyFigure
from engine.core.report.known import Entry, Group, Known, Reported, Span, Term
from engine.core.report.report import TertialReport
from engine.core.report.sections import tertial_report
from engine.core.reports.told import AccountLine, Judgement, Risk, StatusReport
from tests.report_builders import KNOWN_AT, a_benefit, an_entry, known_of

AT = datetime(2025, 1, 5, tzinfo=UTC)


def report_of(*entries: Entry, **changes: Any) -> TertialReport:
    return tertial_report(known_of(*entries, **changes))


def an_estimate(project: str, year: int, fte: float, **changes: Any) -> Estimate:
    estimate = Estimate(
        project=project, benefit="A1", year=year, period="2024-T3", fte=fte, kroner=None, recorded_at=AT
    )
    return replace(estimate, **changes)


def counts(report: TertialReport) -> list[int]:
    return list(report.counts.values())


# --- what is counted ------------------------------------------------------------------------------------


def test_a_project_closed_before_the_period_is_no_longer_counted() -> None:
    now = an_entry("ny", "Avsluttet", since=date(2024, 9, 1))
    last_day = an_entry("sist", "Avsluttet", since=date(2024, 12, 31))
    before = an_entry("gammel", "Avsluttet", since=date(2024, 8, 31))
    assert counts(report_of(now, last_day, before)) == [0, 0, 0, 2]


@pytest.mark.requirement("001-36")
def test_projects_outside_the_programme_and_those_not_reported_are_counted_apart() -> None:
    report = report_of(an_entry("inne"), an_entry("ute", outside=True), an_entry("ide", None))
    assert report.total == 1
    assert [one.key for one in report.outside] == ["ute"]
    assert report.load[0].outside == 1
    assert report.load[0].total == 2


@pytest.mark.requirement("001-43")
def test_a_shared_project_is_counted_once_and_loads_both_areas() -> None:
    report = report_of(an_entry("delt", shared_with=("boa",)))
    assert [one.total for one in report.departments] == [1, 0]
    assert {one.code: one.total for one in report.load} == {"hjemme": 1, "felles-ho": 0, "boa": 1}


def test_whoever_has_no_place_in_a_taxonomy_is_still_counted_and_shown() -> None:
    report = report_of(an_entry("hjemløs", area="9", service_area=None))
    assert sum(sum(row.counts.values()) for row in report.area_rows) == 1
    assert report.area_rows[-1].code == ""
    assert report.departments[-1].code == ""
    assert report.bands[-1].rows[0].key == "hjemløs"


def test_a_new_one_that_closed_within_the_period_is_told_as_closed() -> None:
    report = report_of(an_entry("kort", "Avsluttet", since=date(2024, 11, 1)), before={})
    assert [(one.before, one.after) for one in report.changes] == [(None, "Avsluttet")]


def test_one_that_is_no_longer_in_the_portfolio_is_told() -> None:
    report = report_of(an_entry("borte", None), before={"borte": "Prosjekt"})
    assert [(one.key, one.after) for one in report.changes] == [("borte", None)]
    assert counts(report) == [0, 0, 0, 0]


# --- freed årsverk --------------------------------------------------------------------------------------


@pytest.mark.requirement("001-22")
def test_estimates_are_summed_by_area_and_year_and_hold_until_another_is_told() -> None:
    told = (an_estimate("a", 2026, 2.0), an_estimate("a", 2028, 5.0), an_estimate("b", 2026, 1.5))
    report = report_of(an_entry("a"), an_entry("b", area="2"), reported=Reported(estimates=told))
    assert report.freed.years == (2024, 2025, 2026, 2027, 2028, 2029, 2030)
    assert report.freed.rows[0].values == (0, 0, 2, 2, 5, 5, 5)
    assert report.freed.totals == (0, 0, 3.5, 3.5, 6.5, 6.5, 6.5)


@pytest.mark.parametrize(
    ("status", "summed"), [("Konsept", 0), ("Prosjekt", 2), ("Realisering", 2), ("Avsluttet", 0)]
)
@pytest.mark.requirement("001-23")
def test_concepts_and_closed_projects_are_not_in_the_sum(status: str, summed: float) -> None:
    entry = an_entry("a", status, since=date(2024, 10, 1))
    report = report_of(entry, reported=Reported(estimates=(an_estimate("a", 2026, 2.0),)))
    assert report.freed.totals[-1] == summed
    assert report.coverage.estimated == 1


def test_coverage_is_stated_as_so_many_of_so_many() -> None:
    entries = [an_entry(f"p{number}") for number in range(35)]
    told = tuple(an_estimate(f"p{number}", 2026, 1.0) for number in range(12))
    said = coverage_sentence(report_of(*entries, reported=Reported(estimates=told)))
    assert said.startswith("12 av 35 prosjekter")


@pytest.mark.requirement("001-11")
def test_the_change_since_last_tertial_is_told_with_those_it_comes_from() -> None:
    told = (
        an_estimate("a", 2026, 2.0, period="2024-T2"),
        an_estimate("a", 2026, 4.5),
        an_estimate("b", 2026, 1.0, period="2024-T2"),
    )
    report = report_of(an_entry("a"), an_entry("b"), reported=Reported(estimates=told))
    assert report.freed.change == (0, 0, 2.5, 2.5, 2.5, 2.5, 2.5)
    assert [one.key for one in report.freed.changed] == ["a"]
    assert "+2,5 årsverk i 2026" in change_sentence(report)


def test_a_later_tertials_estimate_is_not_known_yet() -> None:
    told = (an_estimate("a", 2026, 2.0), an_estimate("a", 2026, 9.0, period="2025-T1"))
    assert report_of(an_entry("a"), reported=Reported(estimates=told)).freed.totals[-1] == 2


def test_a_benefit_counted_in_another_project_is_left_out() -> None:
    one = an_entry("a", benefits=(a_benefit(counted_in="b"),))
    told = (an_estimate("a", 2026, 2.0), an_estimate("b", 2026, 3.0))
    assert report_of(one, an_entry("b"), reported=Reported(estimates=told)).freed.totals[-1] == 3


def test_the_sum_stands_beside_the_programmes_target() -> None:
    report = report_of(an_entry("a"), reported=Reported(estimates=(an_estimate("a", 2026, 2.0),)))
    (line,) = report.against_targets
    assert (line.estimated, line.year, line.low, line.high, line.by) == (2, 2030, 500, 800, 2040)


@pytest.mark.requirement("001-25")
def test_what_is_realised_stands_beside_what_was_expected_also_after_closing() -> None:
    closed = an_entry("a", "Avsluttet", since=date(2023, 5, 1))
    realised = Realised(
        project="a", benefit="A1", year=2024, fte=1.5, kroner=None, comment="", recorded_at=AT
    )
    told = Reported(estimates=(an_estimate("a", 2024, 2.0),), realised=(realised,))
    (line,) = report_of(closed, reported=told).realised
    assert (line.year, line.fte, line.expected) == (2024, 1.5, 2.0)


# --- what people tell -----------------------------------------------------------------------------------


@pytest.mark.requirement("001-55", "001-56")
def test_the_work_with_benefits_is_computed_and_can_be_overruled_with_a_reason() -> None:
    entry = an_entry("a", benefits=(a_benefit(due=""),))
    stated = StatedProgress(
        project="a",
        period="2024-T3",
        column="tidsfrist",
        progress="under_arbeid",
        reason="Avtalt i møte",
        by=None,
        recorded_at=AT,
    )
    computed = report_of(entry).work[0]
    overruled = report_of(entry, reported=Reported(stated_progress=(stated,))).work[0]
    assert list(computed.columns.values()) == ["identifisert"] * 3 + ["ikke_pabegynt"]
    assert overruled.columns["tidsfrist"] == "under_arbeid"
    assert overruled.reasons == {"tidsfrist": "Avtalt i møte"}


def test_a_light_is_shown_beside_the_one_of_its_key_figure_when_they_differ() -> None:
    judged = Judgement(
        project=None, period="2024-T3", area="okonomi", light="gronn", reason="Ok", by=None, recorded_at=AT
    )
    rule = KeyFigure(area="okonomi", figure="levert_prosent", yellow=90, red=50)
    report = report_of(an_entry("a"), reported=Reported(judgements=(judged,), key_figures=(rule,)))
    line = next(one for one in report.lights if one.area == "okonomi")
    assert line.differs
    table = blocks_by_id(report_content(report))["tabell-lys"]
    assert table["rows"][2][1]["lines"] == ["Grønn etter vurdering, rød etter nøkkeltall"]


def test_sums_of_the_accounts_leave_the_transfer_line_out_of_what_was_not_spent() -> None:
    told: tuple[tuple[str, Literal["inntekt", "utgift", "overforing"], int | None, int | None], ...] = (
        ("Inn", "inntekt", 100, None),
        ("Ut", "utgift", 100, 70),
        ("Over", "overforing", None, 30),
    )
    lines = [
        AccountLine(
            period="2024-T3", label=label, group=group, project_number=None, budget=budget, spent=spent,
            as_of=date(2025, 1, 17),
        )
        for label, group, budget, spent in told
    ]  # fmt: skip
    accounts = report_of(reported=Reported(accounts=tuple(lines))).accounts
    assert accounts is not None
    assert (accounts.income, accounts.budget, accounts.spent) == (100, 100, 100)
    assert (accounts.underspent, accounts.transfer_line) == (30, 30)


def test_the_newest_measurement_before_the_periods_end_is_shown() -> None:
    def measured(value: float, on: date) -> Measurement:
        return Measurement(
            project="a", benefit="A1", indicator="i1", value=value, measured_on=on, comment="", recorded_at=AT
        )

    told = (measured(40, date(2024, 10, 1)), measured(35, date(2024, 12, 1)), measured(20, date(2025, 1, 3)))
    entry = an_entry("a", "Realisering", benefits=(a_benefit(),))
    (line,) = report_of(entry, reported=Reported(measurements=told)).measured
    assert (line.latest, line.measured_on) == (35, date(2024, 12, 1))


def test_who_has_not_delivered_or_whose_owner_is_silent_is_told() -> None:
    delivered = StatusReport(
        project="a", period="2024-T3", version=1, fields={}, delivered_by=None, delivered_at=AT,
        approved_by=None, approved_at=None,
    )  # fmt: skip
    just_now = replace(delivered, project="c", delivered_at=KNOWN_AT)
    told = Reported(status_reports=(delivered, just_now))
    given = report_of(an_entry("a"), an_entry("b"), an_entry("c"), reported=told).delivery
    assert [one.key for one in given.missing] == ["b"]
    assert [one.key for one in given.not_approved] == ["a"]


def test_a_period_is_called_by_what_it_is() -> None:
    assert (
        period_label(Span(id="2024-T3", first=date(2024, 9, 1), last=date(2024, 12, 31))) == "3. tertial 2024"
    )
    assert (
        period_label(Span(id="2025-T1", first=date(2025, 1, 1), last=date(2025, 6, 30))) == "1. halvår 2025"
    )


def test_strategies_stand_beside_their_focus_areas_where_there_are_strategies() -> None:
    areas = tuple(
        Group(code=code, title=f"Strategi {code}", terms=(Term(code=f"{code}a", title=f"Område {code}a"),))
        for code in ("1", "2")
    )
    report = report_of(an_entry("a", area="2a"), focus_areas=areas)
    assert [(row.strategy, row.counts["Prosjekt"]) for row in report.area_rows] == [
        ("Strategi 1", 0),
        ("Strategi 2", 1),
    ]
    assert blocks_by_id(report_content(report))["tabell-4"]["columns"][0]["title"] == "Hovedstrategi"


# --- numbers follow -------------------------------------------------------------------------------------


def the_portfolio(status: str, since: date) -> Known:
    """Six projects; what becomes of the fourth is what the tests change."""
    benefit = a_benefit(id="A1")
    told = (an_estimate("fjerde", 2026, 3.0), an_estimate("femte", 2026, 2.0))
    entries = (
        an_entry("forste", "Konsept"),
        an_entry("andre", "Prosjekt", area="2", service_area="boa"),
        an_entry("tredje", "Realisering", benefits=(benefit,)),
        an_entry("fjerde", status, since=since, service_area="boa", benefits=(a_benefit(id="A1"),)),
        an_entry("femte", "Prosjekt"),
        an_entry("sjette", "Avsluttet", since=date(2024, 10, 1)),
    )
    risk = Risk(
        number=1, title="Kapasitet", kind="trussel", probability=3, consequence=4, assessment="",
        measures="", owner="Programleder", due=date(2025, 3, 1),
    )  # fmt: skip
    before: dict[str, str | None] = {
        "forste": "Konsept",
        "andre": "Prosjekt",
        "tredje": "Realisering",
        "fjerde": "Konsept",
        "femte": "Prosjekt",
        "sjette": "Prosjekt",
    }
    texts = {"helhet": "Som planlagt."}
    return known_of(*entries, before=before, reported=Reported(estimates=told, risks=(risk,), texts=texts))


def blocks_of(known: Known) -> dict[str, Block]:
    return blocks_by_id(report_content(tertial_report(known)))


def changed(one: dict[str, Block], other: dict[str, Block]) -> set[str]:
    return {name for name in {*one, *other} if one.get(name) != other.get(name)}


ALWAYS = {
    "innledning.tall",
    "endringer.flyttet",
    "endringer.flyttet.innledning",
    "figur-1",
    "tabell-faser",
    "tabell-4",
    "fordeling-st",
    "tabell-endringsmengde",
    "tabell-v1-1",
}
"""What depends on which phase any project is in."""
SUMMED = {"innledning.dekning", "arsverk.om", "tabell-2", "tabell-mal", "figur-arsverk"}
"""What depends on whose estimates are summed."""


@pytest.mark.parametrize(
    ("status", "dependent"),
    [
        ("Prosjekt", ALWAYS | SUMMED | {"tabell-v2", "tabell-v2-konsept"}),
        (
            "Realisering",
            ALWAYS | SUMMED | {"tabell-v2-konsept", "realisering.nye", "realisering.alle", "tabell-maling"},
        ),
        (
            "Avsluttet",
            (ALWAYS - {"endringer.flyttet", "endringer.flyttet.innledning"})
            | {
                "endringer.avsluttet",
                "realisering.avsluttet",
                "realisering.erfaringer",
                "tabell-v2-konsept",
                "innledning.dekning",
                "arsverk.om",
            },
        ),
    ],
)
def test_one_project_in_another_phase_changes_what_depends_on_it_and_nothing_else(
    status: str, dependent: set[str]
) -> None:
    before = blocks_of(the_portfolio("Konsept", date(2024, 3, 1)))
    after = blocks_of(the_portfolio(status, date(2024, 12, 1)))
    # The share that is summed is of projects in two phases: it stays when the project leaves for a third.
    still = {"innledning.dekning", "arsverk.om"} if status == "Avsluttet" else set()
    assert changed(before, after) == dependent - still
    assert len(before) > 40


def test_the_same_phase_on_another_date_changes_only_the_sentence_that_says_when() -> None:
    before = blocks_of(the_portfolio("Prosjekt", date(2024, 11, 1)))
    after = blocks_of(the_portfolio("Prosjekt", date(2024, 12, 1)))
    assert changed(before, after) == {"endringer.flyttet"}


def test_every_table_of_the_portfolio_has_the_same_sum() -> None:
    report = tertial_report(the_portfolio("Prosjekt", date(2024, 12, 1)))
    assert report.total == 6
    assert sum(sum(row.counts.values()) for row in report.area_rows) == 6
    assert sum(one.total for one in report.departments) == 6
    assert sum(len(band.rows) for band in report.bands) == 6


def test_what_only_the_projects_own_facts_say_counts_and_is_no_change() -> None:
    entry = an_entry("a", benefits=(a_benefit(freed_fte=3.0, from_year=2027),))
    told = (an_estimate("b", 2026, 1.0, period="2024-T2"), an_estimate("b", 2026, 2.0))
    report = report_of(entry, an_entry("b"), reported=Reported(estimates=told))
    assert report.freed.totals == (0, 0, 2, 5, 5, 5, 5)
    assert report.freed.change == (0, 0, 1, 1, 1, 1, 1)
    assert report.coverage.estimated == 2
