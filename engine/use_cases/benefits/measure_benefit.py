"""An indicator of a benefit is measured: its nullpunkt first, and then what has become of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.core.benefits import benefits
from engine.core.facts.field import Field, Problem
from engine.core.facts.words import read_words
from engine.core.record.events.benefits import BenefitMeasured
from engine.core.record.events.event import Event
from engine.core.refusal import Refused, unknown
from engine.queries.benefits.benefit_at import At, benefits_at, kept, must_follow, replaced
from engine.store import benefits as stored
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.projects.change_facts import BadFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured; `baseline` is the nullpunkt it is compared with, itself when that is what it is."""

    benefit: str
    indicator: str
    value: float
    unit: str
    baseline: float
    target: float | None


def measure_benefit(
    db: Database,
    *,
    key: str,
    benefit: str,
    value: str,
    measured_on: date,
    by: str,
    now: datetime,
    indicator: str | None = None,
    comment: str = "",
    as_baseline: bool = False,
) -> Measured | Refused:
    """Keep a measured value; `as_baseline` makes it the nullpunkt. `value` may carry the indicator's unit.

    `indicator` may be left out where the benefit has one. Raises Unknown for a project, person, benefit or
    indicator, NotAllowed, and BadFacts with every problem: a number that is none, another unit, a day that
    is to come, a measurement before its nullpunkt, a nullpunkt after a measurement.
    """
    words, unfit = read_words(comment, field="comment")
    if unfit:
        return Refused(reasons=unfit)
    with db.writing() as tx:
        at = benefits_at(tx, key=key, by=by, now=now)
        goal = at.named(benefit)
        must_follow(tx, at, goal)
        found = _indicator(goal, indicator)
        number, problems = _number(value, found)
        problems += _wrong_day(tx, at, goal, found, measured_on=measured_on, as_baseline=as_baseline)
        if problems or number is None:
            raise BadFacts(tuple(problems))
        events: list[Event]
        if as_baseline:
            found = dict(found) | {"baseline": number, "baseline_on": measured_on.isoformat()}
            goal["indicators"] = [found if one["id"] == found["id"] else one for one in goal["indicators"]]
            events = [*kept(at, replaced(at, goal))]
        else:
            measured = BenefitMeasured(
                by=at.person,
                project=key,
                benefit=str(goal["id"]),
                indicator=str(found["id"]),
                value=number,
                measured_on=measured_on.isoformat(),
                comment=words,
            )
            events = [*kept(at, at.benefits), measured]
        record(tx, events, now=now)
    return Measured(
        benefit=str(goal["title"]),
        indicator=str(found["title"]),
        value=number,
        unit=str(found.get("unit", "")),
        baseline=float(found["baseline"]),
        target=found.get("target"),
    )


def _indicator(goal: Mapping[str, Any], name: str | None) -> Mapping[str, Any]:
    known: Sequence[Mapping[str, Any]] = goal.get("indicators", [])
    titles = [str(one.get("title", one["id"])) for one in known]
    if name is None:
        if len(known) == 1:
            return known[0]
        if known:
            data: dict[str, str | int] = {"allowed": ", ".join(titles)}
            raise BadFacts((Problem(code="benefit.several_indicators", data=data, path="indicator"),))
        raise unknown("indicator", "", ())
    found = benefits.named(known, name)
    if found is None:
        raise unknown("indicator", name, [*titles, *(str(one["id"]) for one in known)])
    return found


def _number(value: str, indicator: Mapping[str, Any]) -> tuple[float | None, list[Problem]]:
    unit = str(indicator.get("unit", ""))
    found = benefits.read_amount(
        Field(name="value", title="Verdi", type="number"), value, units=[unit] if unit else []
    )
    if isinstance(found, tuple):
        return None, list(found)
    if not isinstance(found, float):
        return None, [Problem(code="benefit.nothing_told", data={}, path="value")]
    return found, []


def _wrong_day(
    tx: Connection,
    at: At,
    goal: Mapping[str, Any],
    indicator: Mapping[str, Any],
    *,
    measured_on: date,
    as_baseline: bool,
) -> tuple[Problem, ...]:
    if not as_baseline:
        return benefits.check_measurement(indicator, measured_on=measured_on, today=at.today)
    earlier = [
        one.measured_on
        for one in stored.measurements(tx, at.steered.project.key)
        if (one.benefit, one.indicator) == (goal["id"], indicator["id"])
    ]
    return benefits.check_baseline(measured_on=measured_on, today=at.today, first=min(earlier, default=None))
