"""Is everything that disagrees found, with both sides; and is a bad file told cell by cell?"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine.core.files.sheet import Sheet, read_sheet
from engine.core.refusal import Mistake
from engine.core.report.disagreements import reconcile
from engine.core.report.finding import FINDINGS, Finding, open_findings
from engine.core.report.known import Entry, Known, Reported
from engine.core.report.printed import PLACES, Figure, Spot, figures_of, read_printed, vocabulary_of
from engine.core.report.sections import tertial_report
from engine.core.reports.told import AccountLine, Risk, Transfer
from engine.core.text import nearest
from language import findings as words
from language.sentences import placed
from tests.report_builders import a_benefit, an_entry, known_of


def found_in(known: Known, printed: Mapping[Spot, Figure] | None = None) -> tuple[Finding, ...]:
    return reconcile(known, tertial_report(known), printed=printed)


def codes(*entries: Entry, **changes: Any) -> set[str]:
    return {one.code for one in found_in(known_of(*entries, **changes))}


def figures(known: Known) -> dict[Spot, Figure]:
    return figures_of(tertial_report(known))


USUAL = {"area_without_projects", "light_missing", "not_delivered", "area_never_named"}
"""What any small portfolio without lights and reports is told."""


def a_line(label: str, group: Any, budget: int | None, spent: int | None) -> AccountLine:
    return AccountLine(
        period="2024-T3", label=label, group=group, project_number=None, budget=budget, spent=spent,
        as_of=date(2025, 1, 17),
    )  # fmt: skip


def a_transfer(project: str, amount: int, label: str = "") -> Transfer:
    return Transfer(period="2024-T3", project=project, label=label or project, amount=amount)


# --- what the facts say -----------------------------------------------------------------------------------


def test_a_portfolio_in_order_has_nothing_but_what_is_not_told_yet() -> None:
    assert codes(an_entry("a"), an_entry("b", service="Botilbud", service_area="boa")) <= USUAL


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"started_on": date(2025, 1, 1)}, "starts_after_period"),
        ({"area": None}, "not_placed"),
        ({"area": "9"}, "not_placed"),
        ({"service_area": "borte"}, "not_placed"),
        ({"service": "Botilbud"}, "two_areas"),
        ({"service": "Flere"}, "several_services_one_area"),
        ({"closing_reason": "Skal avsluttes"}, "closing_but_counted"),
        ({"reported_as": "Avsluttet", "since": date(2024, 10, 1), "was": "Konsept"}, "closed_from_concept"),
        ({"carried_to": "Noe nytt"}, "successor_unknown"),
        ({"shared_with": ("boa",)}, "shared_counted_once"),
        ({"aliases": ("Et annet navn",)}, "known_by_several_names"),
        ({"parent": "b"}, "part_counted_apart"),
    ],
)
def test_each_fact_that_does_not_fit_is_named_with_its_project(changes: dict[str, Any], code: str) -> None:
    before = codes(an_entry("a"), an_entry("b"))
    known = known_of(an_entry("a", **changes), an_entry("b"))
    assert {one.code for one in found_in(known)} - before - {"coverage_base"} == {code}
    one = next(each for each in found_in(known) if each.code == code)
    assert one.project in {"a", "b"}
    assert one.grade == FINDINGS[code]


def test_a_project_outside_the_programme_is_not_checked() -> None:
    outside = an_entry("a", outside=True, area=None, started_on=date(2025, 1, 1), carried_to="Noe")
    assert codes(outside, an_entry("b")) <= USUAL


def test_starting_on_the_last_day_is_in_time() -> None:
    assert "starts_after_period" not in codes(an_entry("a", started_on=date(2024, 12, 31)))


def test_a_successor_that_is_in_the_portfolio_under_any_name_is_known() -> None:
    closed = an_entry("a", "Avsluttet", since=date(2024, 10, 1), carried_to="Det nye  navnet")
    assert "successor_unknown" not in codes(closed, an_entry("b", aliases=("Det nye navnet",)))


def test_one_gain_in_two_projects_is_found_unless_it_is_declared_to_be_counted_in_one() -> None:
    one, other = an_entry("a", benefits=(a_benefit(),)), an_entry("b", benefits=(a_benefit(),))
    assert "benefit_twice" in codes(one, other)
    declared = an_entry("b", benefits=(a_benefit(counted_in="a", indicators=[]),))
    assert "benefit_twice" not in codes(replace(one, benefits=(a_benefit(indicators=[]),)), declared)


def test_risks_without_an_owner_a_date_or_a_weight_are_told() -> None:
    whole = Risk(
        number=1, title="Hel", kind="trussel", probability=1, consequence=1, assessment="", measures="",
        owner="Programleder", due=date(2025, 3, 1),
    )  # fmt: skip
    told = Reported(risks=(whole, replace(whole, number=2, title="Halv", owner="")))
    (one,) = (each for each in found_in(known_of(reported=told)) if each.code == "risk_incomplete")
    assert one.names == ("Halv",)


# --- money ------------------------------------------------------------------------------------------------


def test_transfers_are_compared_with_the_line_of_the_accounts() -> None:
    lines = (
        a_line("Inn", "inntekt", 100, None),
        a_line("Ut", "utgift", 100, 70),
        a_line("Over", "overforing", None, 30),
    )
    told = Reported(accounts=lines, transfers=(a_transfer("a", 20), a_transfer("b", 11)))
    (one,) = open_findings(found_in(known_of(an_entry("a"), an_entry("b"), reported=told)))
    assert (one.code, one.difference, [side.value for side in one.sides]) == ("transfers_differ", 1, [31, 30])
    assert "31 kroner" in words.told(one)


def test_sums_of_the_accounts_that_differ_are_told_in_kroner() -> None:
    lines = (a_line("Inn", "inntekt", 100, None), a_line("Ut", "utgift", 90, 90))
    (one,) = open_findings(found_in(known_of(reported=Reported(accounts=lines))))
    assert (one.code, one.unit, one.difference) == ("sums_differ", "kroner", 10)


def test_money_that_was_never_given_to_a_project_is_told_when_it_is_most_of_what_is_left() -> None:
    lines = [a_line("Inn", "inntekt", 100, None), a_line("Ut", "utgift", 50, 45)]
    most = [*lines, a_line("Ufordelt", "ufordelt", 50, 0), a_line("Over", "overforing", None, 55)]
    assert "underspent_elsewhere" in codes(reported=Reported(accounts=tuple(most)))
    least = [*lines[:1], a_line("Ut", "utgift", 50, 0), a_line("Ufordelt", "ufordelt", 50, 45)]
    assert "underspent_elsewhere" not in codes(reported=Reported(accounts=tuple(least)))


def test_a_name_that_could_be_two_projects_is_told() -> None:
    one = an_entry("a", title="Trygt og riktig nivå på bolig i sone A")
    other = an_entry("b", title="Trygt og riktig nivå på bolig i sone B")
    asked = a_transfer("a", 5, "Trygt og godt nivå på bolig i sone A")
    told = Reported(transfers=(asked,))
    assert "name_fits_several" not in codes(one, other, reported=told)
    told = Reported(transfers=(replace(asked, label="Trygt og riktig nivå på bolig"),))
    assert "name_fits_several" in codes(one, other, reported=told)


# --- printed figures --------------------------------------------------------------------------------------


def portfolio() -> Known:
    return known_of(
        an_entry("a", "Konsept"),
        an_entry("b"),
        an_entry("c", "Realisering", service="Botilbud", service_area="boa"),
        an_entry("d", "Avsluttet", since=date(2024, 10, 1)),
        before={"a": None, "b": "Konsept", "c": "Realisering", "d": "Prosjekt"},
    )


def test_the_same_figures_printed_elsewhere_are_no_difference() -> None:
    known = portfolio()
    assert open_findings(found_in(known, figures(known))) == ()


@pytest.mark.parametrize(
    ("spot", "value", "code"),
    [
        (("innledning", "konsept", "antall"), 2.0, "differs_from_computed"),
        (("faser", "alle", "Prosjekt"), 2.0, "sums_differ"),
        (("tabell_4", "1", "Konsept"), 0.0, "sums_differ"),
        (("avdeling", "ho", "antall"), 9.0, "sums_differ"),
        (("omrade", "hjemme", "antall"), 9.0, "sums_differ"),
        (("fordeling", "b", "omrade"), "boa", "two_areas"),
        (("fordeling", "b", "fase"), "Konsept", "differs_from_computed"),
        (("fordeling", "b", "navn"), "Et annet navn", "several_names"),
        (("vedlegg_1", "b", "fase"), "Konsept", "extra_in_list"),
        (("endringer", "b", "til"), "Realisering", "differs_from_computed"),
    ],
)
def test_one_wrong_figure_is_found(spot: Spot, value: float | str, code: str) -> None:
    known = portfolio()
    wrong = figures(known) | {spot: Figure(value=value, source="s. 4")}
    found = open_findings(found_in(known, wrong))
    assert code in {one.code for one in found}
    assert any(side.source == "s. 4" for one in found for side in one.sides)


@pytest.mark.parametrize("place", ["vedlegg_1", "vedlegg_2", "fordeling", "endringer", "realisering"])
def test_a_project_left_out_of_a_list_is_found(place: str) -> None:
    known = portfolio()
    printed = figures(known)
    key = "c" if place == "realisering" else "b"
    if place == "realisering":
        printed[place, "x", "navn"] = Figure(value="X")
    left = {spot: one for spot, one in printed.items() if spot[:2] != (place, key)}
    if place == "vedlegg_2":
        left[place, "a", "navn"] = Figure(value="A")
    missing = [one for one in found_in(known, left) if one.code == "missing_in_list" and one.subject == place]
    assert [one.names for one in missing] == [(key.capitalize(),)]


def test_every_code_of_a_finding_has_its_words() -> None:
    assert set(words.TITLES) == set(FINDINGS)


# --- files of printed figures -----------------------------------------------------------------------------


def read(text: str) -> dict[Spot, Figure] | list[str]:
    sheet = read_sheet(text.encode())
    assert isinstance(sheet, Sheet), sheet
    result = read_printed(sheet, vocabulary_of(portfolio()))
    if isinstance(result, dict):
        return result
    assert all(isinstance(one, Mistake) for one in result)
    return [placed(one) for one in result]


def test_figures_are_read_with_their_source() -> None:
    assert read("place,row,column,value,source\nfaser,alle,Konsept,5,s. 10\n") == {
        ("faser", "alle", "Konsept"): Figure(value=5.0, source="s. 10")
    }


def test_numbers_are_read_as_people_write_them() -> None:
    told = read('place;row;column;value\noverforinger;a;belop;"3 960 000"\ntabell_1;Sum;budsjett;1,5\n')
    assert isinstance(told, dict)
    assert [one.value for one in told.values()] == [3_960_000, 1.5]


def test_every_wrong_cell_is_named_and_nothing_is_read() -> None:
    said = read(
        "place,row,column,value\n"
        "fase,alle,Konsept,5\n"
        "faser,alle,Konsept,fem\n"
        "faser,alle,Konsep,5\n"
        "tabell_4,9,Konsept,1\n"
        "vedlegg_1,bb,fase,Prosjekt\n"
        "vedlegg_1,b,fase,Ferdig\n"
        "faser,alle,Prosjekt,1\n"
        "faser,alle,Prosjekt,2\n"
        "faser,alle,,3\n"
    )
    assert isinstance(said, list)
    places = [one.split(":")[0] for one in said]
    assert places == [
        "linje 2, kolonne 1 (A2)",
        "linje 3, kolonne 4 (D3)",
        "linje 4, kolonne 3 (C4)",
        "linje 5, kolonne 2 (B5)",
        "linje 6, kolonne 2 (B6)",
        "linje 7, kolonne 4 (D7)",
        "linje 9, kolonne 1 (A9)",
        "linje 10, kolonne 3 (C10)",
    ]
    assert "Mente du «faser»?" in said[0]
    assert "«fem»" in said[1]
    assert "rad 8" in said[6]


def test_a_file_with_other_columns_is_told_so() -> None:
    said = read("place,row,colum,value\nfaser,alle,Konsept,5\n")
    assert isinstance(said, list)
    assert len(said) == 2
    assert any("«column» mangler" in one for one in said)
    assert any("Mente du «column»?" in one for one in said)


def test_every_place_can_be_named_and_every_one_of_its_columns() -> None:
    for name, place in PLACES.items():
        assert place.columns
        assert nearest(name, PLACES) == name
