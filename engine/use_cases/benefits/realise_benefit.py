"""What a benefit has really freed, told year by year beside the estimate, for years after the project."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.core.facts.field import Problem
from engine.core.facts.words import read_words
from engine.core.record.events.benefits import BenefitRealised
from engine.core.record.events.event import Event
from engine.core.refusal import Refused
from engine.queries.benefits.benefit_at import benefits_at, kept, must_follow
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.benefits.estimate_benefit import fte_of, kroner_of, read_amounts
from engine.use_cases.projects.change_facts import BadFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class RealisedBenefit:
    """The benefit, and the years that were told."""

    benefit: str
    years: tuple[int, ...]


def realise_benefit(
    db: Database,
    *,
    key: str,
    benefit: str,
    fte: Mapping[str, str],
    kroner: Mapping[str, str],
    by: str,
    now: datetime,
    comment: str = "",
) -> RealisedBenefit | Refused:
    """Tell what a benefit has really freed by year; it stands beside the estimate, also for a closed
    project. Raises as `estimate_benefit` does.
    """
    words, unfit = read_words(comment, field="comment")
    if unfit:
        return Refused(reasons=unfit)
    with db.writing() as tx:
        at = benefits_at(tx, key=key, by=by, now=now)
        goal = at.named(benefit)
        must_follow(tx, at, goal)
        amounts = read_amounts(fte=fte, kroner=kroner)
        ahead = [year for year in amounts if year > at.today.year]
        if ahead:
            raise BadFacts(
                tuple(
                    Problem(code="benefit.in_future", data={"on": f"{year}-12-31"}, path=str(year))
                    for year in ahead
                )
            )
        events: list[Event] = [
            BenefitRealised(
                by=at.person,
                project=key,
                benefit=str(goal["id"]),
                year=year,
                fte=fte_of(figures),
                kroner=kroner_of(figures),
                comment=words,
            )
            for year, figures in sorted(amounts.items())
        ]
        record(tx, [*kept(at, at.benefits), *events], now=now)
    return RealisedBenefit(benefit=str(goal["title"]), years=tuple(sorted(amounts)))
