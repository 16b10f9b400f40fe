"""A project's leader or its owner scores it on the programme's quality indicators; they are to agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.core.facts.words import read_words
from engine.core.programme.calendar import local_date
from engine.core.record.events.reports import QualityScored
from engine.core.refusal import NotAllowed, Refused
from engine.core.reports import quality
from engine.queries.people.actors import capacities, person_named, steered
from engine.queries.programme.in_force import period_named
from engine.queries.programme.periods import shut
from engine.queries.reports.quality_rules import rules_of
from engine.store import reporting
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.projects.change_facts import BadFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Who has scored, and how many indicators both sides now agree on, of how many."""

    side: str
    agreed: int
    of: int


def score_quality(
    db: Database,
    *,
    key: str,
    period: str,
    told: Mapping[str, object],
    by: str,
    now: datetime,
    comment: str = "",
) -> Scored | Refused:
    """Score a project in a period, as its leader or as its owner. `told` are scores by indicator, as written.

    A later score of the same side takes the earlier one's place. Raises Unknown for a project, period or
    person, NotAllowed for anybody else and where the programme scores nothing, BadFacts with every problem.
    """
    words, unfit = read_words(comment, field="comment")
    with db.writing() as tx:
        person = person_named(tx, by)
        found = steered(tx, key, lock=True)
        asked = period_named(found.programme, period)
        rules = rules_of(found.programme.reporting.quality)
        side = _side(tx, person.id, key, found.definition.roles.owner, found.definition.roles.leader, now)
        reasons = shut(tx, asked, today=local_date(now)) + unfit
        if reasons:
            return Refused(reasons=reasons)
        scores, problems = quality.read_scores(rules, told)
        if problems:
            raise BadFacts(problems)
        scored = QualityScored(
            by=person.id, project=key, period=asked.id, side=side, scores=scores, comment=words
        )
        record(tx, [scored], now=now)
        standing = quality.agreements(rules, reporting.scores(tx, period=asked.id, project=key))
    agreed = sum(one.agreed is not None for one in standing)
    return Scored(side=side, agreed=agreed, of=len(standing))


def _side(tx: Connection, person: str, key: str, owner: str, leaders: tuple[str, ...], now: datetime) -> str:
    held = capacities(tx, person, project=key, on=local_date(now))
    if owner in held:
        return "prosjekteier"
    if held & set(leaders):
        return "prosjektleder"
    raise NotAllowed("may_not_follow", {"role": " eller ".join([*leaders, owner])})
