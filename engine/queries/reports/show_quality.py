"""How do the projects stand on the programme's quality indicators, for programstyret?"""

from dataclasses import dataclass
from datetime import date

from engine.core.reports import quality
from engine.core.reports.quality import Agreement
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.queries.reports.quality_rules import rules_of
from engine.store import definitions, projects, reporting
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPicture:
    """The scores of every project in a period, for programstyret. `indicators` are (id, title)."""

    title: str
    period: str
    scale: tuple[int, ...]
    indicators: tuple[tuple[str, str], ...]
    projects: tuple[tuple[str, str, tuple[Agreement, ...]], ...]
    """Key, title and agreements, by title."""


def quality_picture(tx: Connection, *, period: str, today: date) -> QualityPicture:
    """Every active project with its scores, scored or not. Raises Unknown for a period, NotAllowed where the
    programme scores nothing. Source: 004:780-785.
    """
    programme = programme_in_force(tx)
    asked = period_named(programme, period)
    rules = rules_of(programme.reporting.quality)
    facts = projects.facts_of_all(tx, on=min(asked.to_day, today))
    told = reporting.scores(tx, period=asked.id)
    found = []
    everything = projects.all_projects(tx)
    workflows = definitions.of_all(tx, ((one.workflow, one.version) for one in everything))
    for project in everything:
        phase = workflows[project.workflow, project.version].phase(project.phase)
        scores = [one for one in told if one.project == project.key]
        if phase.reported_as in (None, "Avsluttet") and not scores:
            continue
        title = str(facts.get(project.key, {}).get("title", project.key))
        found.append((project.key, title, quality.agreements(rules, scores)))
    return QualityPicture(
        title=rules.title,
        period=asked.id,
        scale=rules.scale,
        indicators=tuple((one.id, one.title) for one in rules.indicators),
        projects=tuple(sorted(found, key=lambda one: one[1].casefold())),
    )
