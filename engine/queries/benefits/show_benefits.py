"""How do a project's benefits stand, what do all of them add up to, and is anything counted twice?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.core.benefits import benefits
from engine.core.benefits.benefits import AgainstTarget, DoubleCount
from engine.core.benefits.told import Measurement, Progress
from engine.core.files.shape import text_in
from engine.core.programme import vocabulary
from engine.core.programme.model import Programme, Term
from engine.core.programme.vocabulary import Class
from engine.queries.people.actors import steered
from engine.queries.programme.in_force import programme_in_force
from engine.store import benefits as stored
from engine.store import definitions, projects
from engine.store.session import Connection

FTE_MEASURE = "arsverk"
"""The measure of a target that estimates of årsverk count towards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenefitView:
    """One benefit: its facts with an id, where its scheme puts it, what is estimated and realised by year
    (årsverk, kroner), and its measurements by indicator id, oldest first.
    """

    facts: Mapping[str, Any]
    placed: Class | None
    kind_title: str
    estimates: Mapping[int, tuple[float | None, int | None]]
    realised: Mapping[int, tuple[float | None, int | None]]
    measurements: Mapping[str, tuple[Measurement, ...]]


def project_benefits(tx: Connection, key: str, *, period: str, on: date) -> tuple[BenefitView, ...]:
    """A project's benefits on a day, with the estimates that hold in a period. Raises Unknown."""
    scheme = steered(tx, key).programme.scheme
    listed = benefits.identified(projects.facts(tx, key, on=on).get("benefits", []), scheme)
    standing = benefits.with_facts(benefits.standing(stored.estimates(tx, key), period=period), {key: listed})
    told = stored.realised(tx, key)
    measured = stored.measurements(tx, key)
    return tuple(
        BenefitView(
            facts=one,
            placed=benefits.class_of(one.get("kind"), scheme),
            kind_title=vocabulary.KINDS.get(str(one.get("kind")), ""),
            estimates={
                place[2]: (each.fte, each.kroner)
                for place, each in sorted(standing.items())
                if place[1] == one["id"]
            },
            realised={each.year: (each.fte, each.kroner) for each in told if each.benefit == one["id"]},
            measurements={
                str(indicator["id"]): tuple(
                    each
                    for each in measured
                    if (each.benefit, each.indicator) == (one["id"], indicator["id"])
                )
                for indicator in one.get("indicators", [])
            },
        )
        for one in listed
    )


def project_progress(tx: Connection, key: str, *, period: str, on: date) -> dict[str, tuple[Progress, str]]:
    """Each column of Vedlegg 2 for a project: how far it has come, and the reason where somebody has said
    otherwise than what is computed.
    """
    computed = benefits.progress(projects.facts(tx, key, on=on).get("benefits", []))
    stated = {one.column: one for one in stored.stated_progress(tx, period, key)}
    return {
        column: (stated[column].progress, stated[column].reason) if column in stated else (value, "")
        for column, value in computed.items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The whole portfolio's årsverk against the programme's targets, and what is counted twice.

    `unplaced` are projects with estimates that belong to no strategy with a target; `concepts` and `closed`
    have estimates too and are not counted: a concept's benefits are not settled, and what was closed without
    realising frees nothing.
    """

    targets: tuple[AgainstTarget, ...]
    unplaced: tuple[str, ...]
    concepts: tuple[str, ...]
    closed: tuple[str, ...]
    doubles: tuple[DoubleCount, ...]


def portfolio_sums(tx: Connection, *, period: str, on: date) -> Sums:
    """What all projects are to free, as told up to a period and standing on a day. Source: 000:271-276,
    000:376-378, 001:165.
    """
    programme = programme_in_force(tx)
    known = projects.facts_of_all(tx, on=on)
    listed = {
        key: benefits.identified(facts.get("benefits", []), programme.scheme) for key, facts in known.items()
    }
    held = benefits.with_facts(benefits.standing(stored.estimates(tx), period=period), listed)
    concepts, closed = _uncounted(tx, on)
    estimated = {place[0] for place in held}
    counted = {place: one for place, one in held.items() if place[0] not in concepts | closed}
    left_out = benefits.counted_elsewhere(listed)
    strategies = {
        key: strategy_of(programme, str(facts.get("focus_area_2025", ""))) for key, facts in known.items()
    }
    targets = [
        _against(programme, target.term, target.low, target.high, target.by, strategies, counted, left_out)
        for target in programme.targets
        if target.measure == FTE_MEASURE
    ]
    placed = {key for one in targets for key in one.projects}
    return Sums(
        targets=tuple(targets),
        unplaced=tuple(sorted({place[0] for place in counted} - placed)),
        concepts=tuple(sorted(estimated & concepts)),
        closed=tuple(sorted(estimated & closed)),
        doubles=benefits.double_counts({key: found for key, found in listed.items() if key not in closed}),
    )


def strategy_of(programme: Programme, code: str) -> str | None:
    """The term at the top of a taxonomy that a code stands under, or is; None where it stands nowhere."""
    for taxonomy in programme.taxonomies:
        for top in taxonomy.terms:
            if code == top.code or any(code == term.code for term in _below(top)):
                return top.code
    return None


def _below(term: Term) -> Sequence[Term]:
    return [found for each in term.terms for found in (each, *_below(each))]


def _against(
    programme: Programme,
    term: str,
    low: float,
    high: float,
    by: int,
    strategies: Mapping[str, str | None],
    held: Mapping[benefits.Place, Any],
    left_out: frozenset[tuple[str, str]],
) -> AgainstTarget:
    sums = benefits.fte_by_project(held, year=by, left_out=left_out)
    mine = {key: fte for key, fte in sums.items() if strategies.get(key) == term}
    titles = {each.code: each.title for one in programme.taxonomies for each in one.all_terms()}
    return AgainstTarget(
        term=term,
        title=text_in(titles.get(term, term), programme.language),
        low=low,
        high=high,
        by=by,
        fte=round(sum(mine.values()), 6) if mine else None,
        projects=tuple(sorted(mine)),
    )


def _uncounted(tx: Connection, on: date) -> tuple[set[str], set[str]]:
    """Projects in a concept phase on a day, and those closed by then that never came to realising."""
    course: dict[str, list[str | None]] = {}
    everything = projects.all_projects(tx)
    known = definitions.of_all(tx, ((one.workflow, one.version) for one in everything))
    rules = {one.key: known[one.workflow, one.version] for one in everything}
    for entry in projects.phases(tx):
        if entry.effective <= on:
            reported = rules[entry.project].phase(entry.phase).reported_as
            course.setdefault(entry.project, []).append(reported)
    concepts = {key for key, been in course.items() if been[-1] in (None, "Konsept")}
    closed = {key for key, been in course.items() if been[-1] == "Avsluttet" and "Realisering" not in been}
    return concepts, closed
