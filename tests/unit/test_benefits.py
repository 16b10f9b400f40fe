"""Is a benefit put where its scheme says, are estimates told apart by tertial, is anything counted twice?"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.benefits import benefits
from engine.core.benefits.benefits import FTE, FTE_UNITS, KRONER, KRONER_UNITS
from engine.core.benefits.told import COLUMNS, Estimate
from engine.core.facts.catalogue import PROJECT_FIELDS
from engine.core.facts.field import Field, Problem
from engine.core.facts.parsing import parse_value
from engine.core.programme.checks import parse_programme
from engine.core.programme.model import Programme
from engine.core.programme.vocabulary import FOUR_FIELDS, KINDS

PROGRAMMES = Path(__file__).parents[2] / "workflows" / "programmes"
BENEFITS = next(field for field in PROJECT_FIELDS if field.name == "benefits")


def estimate(
    year: int, period: str, fte: float | None, *, kroner: int | None = None, benefit: str = "A1", day: int = 1
) -> Estimate:
    return Estimate(
        project="p",
        benefit=benefit,
        year=year,
        period=period,
        fte=fte,
        kroner=kroner,
        recorded_at=datetime(2025, 1, day, tzinfo=UTC),
    )


def shipped(name: str) -> Programme:
    found = parse_programme((PROGRAMMES / f"{name}.yaml").read_bytes())
    assert isinstance(found, Programme), found
    return found


def codes(found: object) -> list[str]:
    assert isinstance(found, tuple), found
    return [one.code for one in found]


# --- kinds and classes -----------------------------------------------------------------------


def test_every_kind_has_its_place_among_the_four_fields() -> None:
    assert {kind: found.letter for kind in KINDS if (found := benefits.class_of(kind, FOUR_FIELDS))} == {
        "okonomisk": "Ø",
        "unngatt_kostnad": "Ø",
        "frigjort_tid": "A",
        "andre_offentlige": "V",
        "kvalitet": "K",
    }


def test_a_programme_that_names_no_scheme_has_the_four_fields() -> None:
    assert shipped("trondheim").scheme == FOUR_FIELDS


@pytest.mark.requirement("004-15")
def test_oslos_three_kinds_are_another_scheme_of_the_same_mechanism() -> None:
    scheme = shipped("osloplus").scheme
    assert [each.title for each in scheme] == ["Unngåtte kostnader", "Spart tid", "Økt kvalitet"]
    assert benefits.read_kind("spart tid", scheme) == "frigjort_tid"
    found = benefits.read_kind("andre_offentlige", scheme)
    assert isinstance(found, Problem)
    assert found.code == "benefit.kind_outside"


@pytest.mark.parametrize("written", ["A", "a", "frigjort_tid", "Frigjort tid"])
def test_a_kind_is_named_by_letter_or_in_words(written: str) -> None:
    assert benefits.read_kind(written, FOUR_FIELDS) == "frigjort_tid"


def test_what_was_stored_before_the_classes_is_still_a_value() -> None:
    old = [{"title": "Spart tid", "kind": "frigjort_tid", "freed_fte": 3.0}]
    assert parse_value(BENEFITS, old) == [{**old[0]}]


def test_a_benefit_has_one_owner_and_not_two() -> None:
    assert codes(parse_value(BENEFITS, [{"title": "x", "owner": "a@example.org; b@example.org"}])) == [
        "value.not_an_address"
    ]


def test_measuring_dates_are_dates() -> None:
    given_ = [{"title": "x", "indicators": [{"title": "y", "measure_on": ["30.9.2025", "2026-03-31"]}]}]
    read: Any = parse_value(BENEFITS, given_)
    assert read[0]["indicators"][0]["measure_on"] == ["2025-09-30", "2026-03-31"]
    given_[0]["indicators"][0]["measure_on"].append("snart")  # type: ignore[index]
    found = parse_value(BENEFITS, given_)
    assert isinstance(found, tuple)
    assert [(one.code, one.path) for one in found] == [
        ("value.not_a_date", "benefits[0].indicators[0].measure_on[2]")
    ]


def test_ids_carry_the_letter_and_those_that_are_there_stay() -> None:
    found = benefits.identified(
        [
            {"title": "a", "kind": "frigjort_tid"},
            {
                "title": "b",
                "kind": "frigjort_tid",
                "id": "A1",
                "indicators": [{"title": "x"}, {"title": "y"}],
            },
            {"title": "c", "kind": "kvalitet"},
            {"title": "d"},
        ],
        FOUR_FIELDS,
    )
    assert [one["id"] for one in found] == ["A2", "A1", "K1", "G1"]
    assert [one["id"] for one in found[1]["indicators"]] == ["i1", "i2"]
    assert benefits.identified(found, FOUR_FIELDS) == found


# --- numbers with their unit -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [("3,5", 3.5), ("3.5 årsverk", 3.5), ("−2", -2.0), ("1 200,5", 1200.5), ("", None), ("  4  ", 4.0)],
)
def test_arsverk_are_read_as_people_write_them(written: str, value: float | None) -> None:
    assert benefits.read_amount(FTE, written, units=FTE_UNITS) == value


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("300 000 kr", "benefit.wrong_unit"),
        ("3 %", "benefit.wrong_unit"),
        ("1.234", "value.ambiguous_number"),
        ("tre", "value.not_a_number"),
        ("1,2 mill.", "value.number_in_words"),
    ],
)
def test_a_number_that_could_mean_something_else_is_refused(written: str, code: str) -> None:
    assert codes(benefits.read_amount(FTE, written, units=FTE_UNITS)) == [code]


def test_kroner_are_whole_and_say_so() -> None:
    assert benefits.read_amount(KRONER, "1 200 000 kr", units=KRONER_UNITS) == 1_200_000
    assert codes(benefits.read_amount(KRONER, "3,5 årsverk", units=KRONER_UNITS)) == ["benefit.wrong_unit"]
    assert codes(benefits.read_amount(KRONER, "1,2 mill. kroner", units=KRONER_UNITS)) == [
        "value.number_in_words"
    ]


@given(st.text(max_size=40))
def test_whatever_is_written_is_a_number_nothing_or_a_problem(written: str) -> None:
    field = Field(name="value", title="", type="number")
    found = benefits.read_amount(field, written, units=["tilsyn"])
    assert found is None or isinstance(found, float | tuple)


# --- measurements -----------------------------------------------------------------------


def test_a_measurement_comes_after_its_nullpunkt_and_not_after_today() -> None:
    today = date(2025, 6, 1)
    indicator = {"title": "Tilsyn", "baseline": 79.0, "baseline_on": "2025-04-09"}
    assert benefits.check_measurement(indicator, measured_on=date(2025, 5, 1), today=today) == ()
    early = benefits.check_measurement(indicator, measured_on=date(2025, 4, 8), today=today)
    assert codes(early) == ["benefit.before_baseline"]
    late = benefits.check_measurement({"title": "Tilsyn"}, measured_on=date(2025, 6, 2), today=today)
    assert codes(late) == ["benefit.in_future", "benefit.no_baseline"]


def test_a_nullpunkt_is_older_than_what_is_compared_with_it() -> None:
    found = benefits.check_baseline(
        measured_on=date(2025, 5, 2), today=date(2025, 6, 1), first=date(2025, 5, 1)
    )
    assert codes(found) == ["benefit.baseline_after_measurement"]


# --- estimates -----------------------------------------------------------------------


def test_an_estimate_holds_until_a_later_period_tells_another() -> None:
    told = [
        estimate(2027, "2024-T3", 3.0),
        estimate(2027, "2025-T1", 4.5),
        estimate(2027, "2025-T1", 5.0, day=2),
    ]
    for period, fte in (("2024-T2", None), ("2024-T3", 3.0), ("2025-T1", 5.0), ("2026-T3", 5.0)):
        held = benefits.standing(told, period=period)
        assert benefits.value_in(held, project="p", benefit="A1", year=2027, of="fte") == fte


def test_a_year_nobody_has_told_is_as_the_year_before() -> None:
    held = benefits.standing(
        [estimate(2027, "2025-T1", 3.0), estimate(2029, "2025-T1", 1.0)], period="2025-T1"
    )
    found = {
        year: benefits.value_in(held, project="p", benefit="A1", year=year, of="fte")
        for year in (2026, 2027, 2028, 2029, 2040)
    }
    assert found == {2026: None, 2027: 3.0, 2028: 3.0, 2029: 1.0, 2040: 1.0}


def test_what_nobody_has_estimated_is_as_the_projects_own_facts_say() -> None:
    held = benefits.standing([estimate(2027, "2025-T1", 3.0)], period="2025-T1")
    listed = {
        "p": [
            {"id": "A1", "freed_fte": 9.0, "from_year": 2026},
            {"id": "A2", "freed_fte": 1.5, "from_year": 2027},
        ],
        "q": [{"id": "A1", "freed_fte": 2.0}],
    }
    found = benefits.with_facts(held, listed)
    assert benefits.fte_by_project(found, year=2040) == {"p": 4.5}


@pytest.mark.requirement("001-11")
def test_what_has_changed_since_the_last_tertial_is_told_with_both_numbers() -> None:
    told = [
        estimate(2026, "2024-T2", 10.0),
        estimate(2027, "2024-T2", 10.0),
        estimate(2026, "2024-T3", 12.0),
        estimate(2028, "2024-T3", 12.0, kroner=100),
    ]
    found = benefits.changes(told, before="2024-T2", after="2024-T3")
    assert [(one.year, one.fte_before, one.fte_after) for one in found] == [
        (2026, 10.0, 12.0),
        (2028, None, 12.0),
    ]


def test_where_the_estimates_end_is_the_yearly_figure() -> None:
    held = benefits.standing(
        [estimate(2026, "2025-T1", 1.0), estimate(2027, "2025-T1", 3.0), estimate(2028, "2025-T1", 3.0)],
        period="2025-T1",
    )
    assert benefits.steady(held, project="p", benefit="A1") == (3.0, 2027)
    assert benefits.steady(held, project="p", benefit="A2") is None


# --- counted twice -----------------------------------------------------------------------


def test_the_same_benefit_or_indicator_in_two_projects_is_found() -> None:
    found = benefits.double_counts(
        {
            "a": [
                {"id": "A1", "title": "Færre tilsyn om natta", "indicators": [{"title": "Tilsyn per natt"}]}
            ],
            "b": [{"id": "A1", "title": "færre  tilsyn, om natta", "indicators": [{"title": "Reisetid"}]}],
            "c": [{"id": "A1", "title": "Noe annet", "indicators": [{"title": "TILSYN PER NATT"}]}],
        }
    )
    assert [(one.kind, {key for key, _ in one.places}, one.settled) for one in found] == [
        ("benefit", {"a", "b"}, False),
        ("indicator", {"a", "c"}, False),
    ]


def test_a_declaration_settles_it_and_takes_the_benefit_out_of_the_sum() -> None:
    listed = {
        "a": [{"id": "A1", "title": "Færre tilsyn", "counted_in": "b"}],
        "b": [{"id": "A1", "title": "Færre tilsyn"}],
    }
    (found,) = benefits.double_counts(listed)
    assert found.settled
    assert benefits.counted_elsewhere(listed) == {("a", "A1")}


def test_a_declaration_that_leads_nowhere_is_found() -> None:
    listed = {"a": [{"title": "x", "counted_in": "borte"}], "b": [{"title": "y", "counted_in": "b"}]}
    found = benefits.double_counts(listed)
    assert [(one.kind, one.places[1][0]) for one in found] == [("declared", "borte"), ("declared", "b")]


# --- how far -----------------------------------------------------------------------


@pytest.mark.requirement("001-53")
def test_progress_is_computed_from_the_prioritised_benefits() -> None:
    whole = {"title": "a", "prioritised": True, "indicators": [{}], "ambition": "x", "due": "2026-01-01"}
    assert set(benefits.progress([whole]).values()) == {"identifisert"}
    assert benefits.progress([whole, {"title": "b"}]) == dict.fromkeys(COLUMNS, "identifisert")
    assert benefits.progress([whole, {"title": "b", "prioritised": True, "ambition": "y"}]) == {
        "gevinstmal": "identifisert",
        "indikatorer": "under_arbeid",
        "ambisjon": "identifisert",
        "tidsfrist": "under_arbeid",
    }
    assert benefits.progress([]) == dict.fromkeys(COLUMNS, "ikke_pabegynt")
    assert benefits.progress([{"title": "b"}])["gevinstmal"] == "under_arbeid"
