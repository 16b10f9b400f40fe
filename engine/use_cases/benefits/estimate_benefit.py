"""What a benefit is expected to free, year by year, as told in a period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.core.benefits import benefits
from engine.core.benefits.benefits import FTE, FTE_UNITS, KRONER, KRONER_UNITS, YEAR, Place
from engine.core.benefits.told import Estimate
from engine.core.facts.field import Problem
from engine.core.facts.parsing import parse_value
from engine.core.record.events.benefits import BenefitEstimated
from engine.core.refusal import Refused
from engine.queries.benefits.benefit_at import At, benefits_at, kept, must_follow, replaced
from engine.queries.programme.in_force import period_named, period_on
from engine.queries.programme.periods import shut
from engine.store import benefits as stored
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.projects.change_facts import BadFacts

Amounts = dict[int, dict[str, float | int | None]]
"""For each year the figures that were told, `fte` and `kroner`; None takes a figure away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """The years that were told, as of which period, and årsverk per year where they end."""

    benefit: str
    period: str
    years: tuple[int, ...]
    steady: float | None


def estimate_benefit(
    db: Database,
    *,
    key: str,
    benefit: str,
    fte: Mapping[str, str],
    kroner: Mapping[str, str],
    by: str,
    now: datetime,
    period: str | None = None,
) -> Estimated | Refused:
    """Tell what a benefit is expected to free: årsverk and kroner by year, as written; an empty figure takes
    one away. Without a `period` it is told in the latest that has begun.

    The figure that is not told for a year stays as it stands. The project's own facts follow, so that a gate
    and the report read the same number. Raises Unknown for a project, person, benefit or period, NotAllowed,
    and BadFacts with every problem; Refused for a period that is closed.
    """
    with db.writing() as tx:
        at = benefits_at(tx, key=key, by=by, now=now)
        goal = at.named(benefit)
        must_follow(tx, at, goal)
        programme = at.steered.programme
        told_in = period_named(programme, period or period_on(programme, at.today))
        reasons = shut(tx, told_in, today=at.today)
        if reasons:
            return Refused(reasons=reasons)
        amounts = read_amounts(fte=fte, kroner=kroner)
        before = stored.estimates(tx, key)
        events = estimate_events(at, str(goal["id"]), amounts, before=before, period=told_in.id)
        goal |= estimated_facts(at, str(goal["id"]), events, before=before, period=told_in.id, now=now)
        record(tx, [*kept(at, replaced(at, goal)), *events], now=now)
    steady = goal.get("freed_fte")
    return Estimated(
        benefit=str(goal["title"]),
        period=told_in.id,
        years=tuple(sorted(amounts)),
        steady=None if steady is None else float(steady),
    )


def read_amounts(*, fte: Mapping[str, str], kroner: Mapping[str, str]) -> Amounts:
    """The figures as they are written, by year. Raises BadFacts with every problem, named by its year."""
    amounts: Amounts = {}
    problems: list[Problem] = []
    for field, units, told in ((FTE, FTE_UNITS, fte), (KRONER, KRONER_UNITS, kroner)):
        for written, raw in told.items():
            year = parse_value(YEAR, written)
            value = benefits.read_amount(field, raw, units=units)
            wrong = [one for found in (year, value) if isinstance(found, tuple) for one in found]
            problems += [
                Problem(code=one.code, data=one.data, path=f"{field.name} {written}") for one in wrong
            ]
            if not wrong and isinstance(year, int):
                assert value is None or isinstance(value, int | float)
                amounts.setdefault(year, {})[field.name] = value
    if not problems and not amounts:
        problems.append(Problem(code="benefit.nothing_told", data={}, path=""))
    if problems:
        raise BadFacts(tuple(problems))
    return amounts


def estimate_events(
    at: At, benefit: str, amounts: Amounts, *, before: tuple[Estimate, ...], period: str
) -> list[BenefitEstimated]:
    """What is to be told: for each year with another figure than the one that stands, both figures."""
    standing = benefits.standing(before, period=period)
    events: list[BenefitEstimated] = []
    for year, figures in sorted(amounts.items()):
        was = standing.get((at.steered.project.key, benefit, year))
        before_it = {"fte": None, "kroner": None} if was is None else {"fte": was.fte, "kroner": was.kroner}
        after = before_it | figures
        if was is not None and was.period == period and after == before_it:
            continue
        events.append(
            BenefitEstimated(
                by=at.person,
                project=at.steered.project.key,
                benefit=benefit,
                year=year,
                period=period,
                fte=fte_of(after),
                kroner=kroner_of(after),
            )
        )
    return events


def estimated_facts(
    at: At,
    benefit: str,
    events: list[BenefitEstimated],
    *,
    before: tuple[Estimate, ...],
    period: str,
    now: datetime,
) -> dict[str, float | int]:
    """The benefit's own facts after the estimates: årsverk per year, and the first year that has them."""
    told = tuple(
        Estimate(
            project=one.project,
            benefit=one.benefit,
            year=one.year,
            period=one.period,
            fte=one.fte,
            kroner=one.kroner,
            recorded_at=now,
        )
        for one in events
    )
    held: Mapping[Place, Estimate] = benefits.standing([*before, *told], period=period)
    found = benefits.steady(held, project=at.steered.project.key, benefit=benefit)
    return {} if found is None else {"freed_fte": found[0], "from_year": found[1]}


def fte_of(figures: Mapping[str, float | int | None]) -> float | None:
    """The årsverk among a year's figures."""
    value = figures.get("fte")
    return None if value is None else float(value)


def kroner_of(figures: Mapping[str, float | int | None]) -> int | None:
    """The kroner among a year's figures."""
    value = figures.get("kroner")
    return None if value is None else int(value)
