"""Does a light follow from its figure only where the programme says so, and which way is worse?"""

from datetime import date

import pytest

from engine.core.programme.model import KeyFigure
from engine.core.reports.lights import computed, figures, light_for
from engine.core.reports.told import AccountLine, Risk


def rule(yellow: float, red: float, *, area: str = "okonomi", figure: str = "avvik_prosent") -> KeyFigure:
    return KeyFigure.model_validate({"area": area, "figure": figure, "yellow": yellow, "red": red})


def line(budget: int | None, spent: int | None) -> AccountLine:
    return AccountLine(
        period="2024-T3",
        label="x",
        group="utgift",
        project_number=None,
        budget=budget,
        spent=spent,
        as_of=date(2025, 1, 17),
    )


def risk(probability: int | None, consequence: int | None, kind: str = "trussel") -> Risk:
    return Risk(
        number=1,
        title="x",
        kind=kind,  # type: ignore[arg-type]
        probability=probability,
        consequence=consequence,
        assessment="",
        measures="",
        owner="",
        due=None,
    )


@pytest.mark.parametrize(
    ("value", "light"),
    [(0.0, "gronn"), (4.9, "gronn"), (5.0, "gul"), (9.9, "gul"), (10.0, "rod"), (80.0, "rod")],
)
def test_a_figure_that_grows_towards_red(value: float, light: str) -> None:
    assert light_for(rule(5.0, 10.0), value) == light


@pytest.mark.parametrize(("value", "light"), [(100.0, "gronn"), (90.0, "gul"), (70.1, "gul"), (70.0, "rod")])
def test_a_figure_that_shrinks_towards_red(value: float, light: str) -> None:
    assert light_for(rule(90.0, 70.0, figure="levert_prosent"), value) == light


def test_the_figures_are_shares_deviations_and_counts() -> None:
    told = figures(
        accounts=[line(100, 90), line(100, 100), line(None, 50), line(70, None)],
        expected=4,
        delivered=3,
        counted=35,
        estimated=12,
        risks=[risk(5, 3), risk(4, 3), risk(5, 5, "mulighet"), risk(None, None)],
    )
    assert told["avvik_prosent"] == pytest.approx(5.0)
    assert (told["levert_prosent"], told["hoye_risikoer"]) == (75.0, 1.0)
    assert told["anslag_prosent"] == pytest.approx(34.2857, abs=1e-4)


def test_what_cannot_be_computed_is_absent_and_gives_no_light() -> None:
    told = figures(accounts=[], expected=0, delivered=0, counted=0, estimated=0, risks=[])
    assert told == {}
    assert computed([rule(5.0, 10.0)], told) == {}


def test_no_rule_gives_no_light_and_the_worst_of_several_holds() -> None:
    told = figures(accounts=[line(100, 80)], expected=10, delivered=10, counted=0, estimated=0, risks=[])
    assert computed([], told) == {}
    both = [rule(5.0, 10.0), rule(90.0, 70.0, figure="levert_prosent")]
    assert computed(both, told) == {"okonomi": "rod"}
