"""Which light follows from a figure, where the programme has said that one does?

A light is worse the nearer its figure is to the limit for red, which may be the higher or the lower of the
two: a deviation grows towards red, a share of delivered reports shrinks towards it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from engine.core.programme.model import Figure, KeyFigure
from engine.core.programme.vocabulary import Area
from engine.core.reports.told import AccountLine, Light, Risk

HIGH_RISK: Final = 15
"""Probability times consequence, each 1–5, from which a threat counts as high."""

_WORSE: Final[Mapping[Light, int]] = {"gronn": 0, "gul": 1, "rod": 2}


def figures(
    *,
    accounts: Sequence[AccountLine],
    expected: int,
    delivered: int,
    counted: int,
    estimated: int,
    risks: Sequence[Risk],
) -> dict[Figure, float]:
    """The figures a light can follow from; one that cannot be computed is absent.

    `avvik_prosent` is how far what was spent lies from the budget, over the lines that have both;
    `levert_prosent` and `anslag_prosent` are shares of the projects; `hoye_risikoer` counts threats.
    """
    found: dict[Figure, float] = {}
    both = [(one.budget, one.spent) for one in accounts if one.budget is not None and one.spent is not None]
    budget = sum(line[0] for line in both)
    if budget > 0:
        found["avvik_prosent"] = abs(budget - sum(line[1] for line in both)) / budget * 100
    if expected:
        found["levert_prosent"] = delivered / expected * 100
    if counted:
        found["anslag_prosent"] = estimated / counted * 100
    weighed = [
        one.probability * one.consequence
        for one in risks
        if one.kind == "trussel" and one.probability is not None and one.consequence is not None
    ]
    if weighed:
        found["hoye_risikoer"] = float(sum(weight >= HIGH_RISK for weight in weighed))
    return found


def light_for(rule: KeyFigure, value: float) -> Light:
    """The light a rule gives a figure; a figure on a limit has reached it."""
    sign = 1 if rule.red > rule.yellow else -1
    if sign * value >= sign * rule.red:
        return "rod"
    return "gul" if sign * value >= sign * rule.yellow else "gronn"


def computed(rules: Sequence[KeyFigure], told: Mapping[Figure, float]) -> dict[Area, Light]:
    """The light of each area that has a rule whose figure is known; the worst of several."""
    lights: dict[Area, Light] = {}
    for rule in rules:
        if rule.figure in told:
            light = light_for(rule, told[rule.figure])
            if rule.area not in lights or _WORSE[light] > _WORSE[lights[rule.area]]:
                lights[rule.area] = light
    return lights
