"""What does the report of a tertial say, as of its end and as known at an instant?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from engine.core.benefits.benefits import identified
from engine.core.files.shape import text_in
from engine.core.programme.model import Period, Programme, Taxonomy
from engine.core.programme.model import Term as ProgrammeTerm
from engine.core.programme.vocabulary import Class
from engine.core.report.known import Entry, Group, Known, Reported, Span, TargetLine, Term
from engine.core.report.report import TertialReport
from engine.core.report.sections import tertial_report
from engine.core.workflow.definition import Definition
from engine.queries.programme.in_force import period_named, programme_in_force
from engine.store import benefits, definitions, programmes, projects, reporting
from engine.store.projects import PhaseEntry, Project
from engine.store.session import Connection

OUTSIDE: Final = "utenfor_programmet"
FOCUS_FAMILIES: Final[Mapping[str, str]] = {"innsatsomrader": "focus_area", "strategier": "focus_area_2025"}
"""The families of taxonomies that hold focus areas, and the fact that places a project in each."""
PLACES: Final = "virksomhetsomrader"

Tell = Callable[[str, int, int], None]
"""Hears how far the work has come: which step, how many of how many."""


def read_report(
    tx: Connection,
    period: str,
    *,
    known_at: datetime,
    tell: Tell = lambda _step, _done, _of: None,
) -> TertialReport:
    """The report of a period as of its last day, computed from what is known at `known_at`.

    Raises Unknown for a period the programme does not have.
    """
    known = gather(tx, period, known_at=known_at, tell=tell)
    tell("regner", 0, len(known.entries))
    return tertial_report(known)


def gather(
    tx: Connection,
    period: str,
    *,
    known_at: datetime,
    tell: Tell = lambda _step, _done, _of: None,
) -> Known:
    """All that a report is computed from. Raises Unknown for a period the programme does not have."""
    programme = programmes.known_at(tx, known_at) or programme_in_force(tx)
    span = span_of(period_named(programme, period))
    log = _log(tx, span.last, known_at)
    facts = projects.facts_of_all(tx, on=span.last, known_at=known_at)
    strategy_fact, areas = _focus(programme, span.last)
    everything = [one for one in projects.all_projects(tx) if one.key in log]
    loaded: dict[tuple[str, int], Definition] = {}
    entries = []
    before: dict[str, str | None] = {}
    for number, project in enumerate(everything):
        if number % 500 == 0:
            tell("leser", number, len(everything))
        which = (project.workflow, project.version)
        if which not in loaded:
            loaded[which] = definitions.load(tx, *which)
        course = _course(log[project.key], loaded[which])
        entries.append(
            _entry(
                project, facts.get(project.key, {}), course, loaded[which], strategy_fact, programme.scheme
            )
        )
        earlier = [status for day, status, _ in course if day < span.first]
        if earlier:
            before[project.key] = earlier[-1]
    return Known(
        programme=text_in(programme.title),
        period=span,
        previous=_previous(programme, span),
        known_at=known_at,
        entries=tuple(entries),
        before=before,
        focus_areas=areas,
        departments=_groups(programme.taxonomy_on(PLACES, span.last)),
        targets=_targets(programme),
        calendar=programme.calendar.policy(),
        reported=reported(tx, programme, span, known_at=known_at),
    )


def reported(tx: Connection, programme: Programme, span: Span, *, known_at: datetime) -> Reported:
    """What people and the accounts have told. The one place where the reporting stores are read."""
    period = span.id
    return Reported(
        estimates=benefits.estimates(tx, known_at=known_at),
        measurements=benefits.measurements(tx, known_at=known_at),
        realised=benefits.realised(tx, known_at=known_at),
        stated_progress=benefits.stated_progress(tx, period, known_at=known_at),
        judgements=reporting.lights(tx, period, known_at=known_at),
        status_reports=reporting.reports(tx, period=period, known_at=known_at),
        accounts=reporting.accounts(tx, period, known_at=known_at),
        transfers=reporting.transfers(tx, period, known_at=known_at),
        risks=reporting.risks(tx, period, known_at=known_at),
        texts=reporting.texts(tx, period, known_at=known_at),
        key_figures=programme.reporting.key_figures,
        owner_days=programme.reporting.owner_days,
    )


def span_of(period: Period) -> Span:
    """A period of the programme as the report has it."""
    return Span(id=period.id, first=period.from_day, last=period.to_day)


def _previous(programme: Programme, span: Span) -> str:
    """The id of the period before this one; where the programme's list begins, the one before by name."""
    earlier = [one.id for one in programme.periods if one.to_day < span.first]
    if earlier:
        return max(earlier)
    year, _, number = span.id.partition("-T")
    return f"{year}-T{int(number) - 1}" if int(number) > 1 else f"{int(year) - 1}-T3"


# ---------------------------------------------------------------- projects

_Step = tuple[date, str | None, str]
"""From a date a project is reported so, in the phase with this id."""


def _log(tx: Connection, on: date, known_at: datetime) -> dict[str, list[PhaseEntry]]:
    found: dict[str, list[PhaseEntry]] = {}
    for entry in projects.phases(tx):
        if entry.effective <= on and entry.recorded_at <= known_at:
            found.setdefault(entry.project, []).append(entry)
    return found


def _course(log: Sequence[PhaseEntry], definition: Definition) -> list[_Step]:
    return [(one.effective, definition.phase(one.phase).reported_as, one.phase) for one in log]


def _entry(
    project: Project,
    facts: Mapping[str, Any],
    course: Sequence[_Step],
    definition: Definition,
    area: str,
    scheme: Sequence[Class],
) -> Entry:
    _, status, phase = course[-1]
    # The first day of the unbroken run in which the report counts it as it does now.
    run = len(course) - 1
    while run > 0 and course[run - 1][1] == status:
        run -= 1
    return Entry(
        key=project.key,
        title=str(facts.get("title", project.key)),
        outside=project.kind == OUTSIDE,
        phase_title=text_in(definition.phase(phase).title),
        reported_as=status,
        since=course[run][0],
        was=course[run - 1][1] if run else None,
        area=facts.get(area),
        strategy_area=facts.get("focus_area_2025"),
        service=str(facts.get("service", "")),
        service_area=facts.get("service_area"),
        shared_with=tuple(facts.get("shared_with", ())),
        aliases=tuple(facts.get("aliases", ())),
        description=str(facts.get("description", "")),
        started_on=_day(facts.get("started_on")),
        parent=facts.get("parent"),
        closing_reason=str(facts.get("closing_reason", "")),
        carried_to=str(facts.get("experience_carried_to", "")),
        benefits=tuple(identified(facts.get("benefits", ()), scheme)),
    )


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


# ---------------------------------------------------------------- taxonomies


def _focus(programme: Programme, on: date) -> tuple[str, tuple[Group, ...]]:
    """The fact that places a project in the focus areas in force, and these."""
    for family, fact in FOCUS_FAMILIES.items():
        taxonomy = programme.taxonomy_on(family, on)
        if taxonomy is not None:
            return fact, _groups(taxonomy)
    return "focus_area", ()


def _groups(taxonomy: Taxonomy | None) -> tuple[Group, ...]:
    """A taxonomy of one level is one group without a heading."""
    if taxonomy is None:
        return ()
    if not any(term.terms for term in taxonomy.terms):
        return (Group(code="", title="", terms=tuple(_term(one) for one in taxonomy.terms)),)
    return tuple(
        Group(code=term.code, title=text_in(term.title), terms=tuple(_term(one) for one in term.terms))
        for term in taxonomy.terms
    )


def _term(term: ProgrammeTerm) -> Term:
    return Term(code=term.code, title=text_in(term.title), also=term.also)


def _targets(programme: Programme) -> tuple[TargetLine, ...]:
    """The targets in årsverk, whatever taxonomy is in force: they are for 2040."""
    found = []
    for target in programme.targets:
        if target.measure != "arsverk":
            continue
        term = _anywhere(programme, target.term)
        if term is None:
            continue
        found.append(
            TargetLine(
                code=term.code,
                title=text_in(term.title),
                low=float(target.low),
                high=float(target.high),
                by=target.by,
                areas=(term.code, *(one.code for one in term.terms)),
            )
        )
    return tuple(found)


def _anywhere(programme: Programme, code: str) -> ProgrammeTerm | None:
    return next(
        (term for taxonomy in programme.taxonomies for term in taxonomy.all_terms() if term.code == code),
        None,
    )
