"""What is one person's: their projects, their bodies' open cases and meetings, and what they owe."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.core.cases import ballots
from engine.core.cases.case import CaseState
from engine.core.facts.catalogue import ROLES
from engine.core.files.shape import text_in
from engine.core.programme.calendar import local_date
from engine.queries.access.relations import seats
from engine.queries.obligations.show_obligations import ObligationView, show_mine
from engine.store import cases, definitions, meetings, people, programmes, projects
from engine.store.meetings import Meeting
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class MyProject:
    """A project somebody has a role in."""

    key: str
    title: str
    phase: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MyCase:
    """An open case that somebody is to answer."""

    case: CaseState
    title: str
    body: str
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """All that one person comes to Faseport for, each list in the order it is read."""

    name: str
    projects: tuple[MyProject, ...]
    cases: tuple[MyCase, ...]
    meetings: tuple[tuple[Meeting, str], ...]
    """With the body's title."""
    owed: tuple[ObligationView, ...]


def what_is_mine(tx: Connection, person: str, *, now: datetime) -> Mine:
    """Everything of one person's, as it is at `now`."""
    today = local_date(now)
    programme = programmes.current(tx)
    titles = {} if programme is None else {body.id: text_in(body.title) for body in programme.bodies}
    mine = {body for body, _ in seats(tx, person, on=today) if body != people.OFFICES}
    named = people.by_id(tx, person)
    return Mine(
        name=(named.name or "") if named else "",
        projects=_projects(tx, person, now=now),
        cases=_cases(tx, person, titles),
        meetings=tuple(
            (one, titles.get(one.body, one.body))
            for one in meetings.list_meetings(tx)
            if one.body in mine and one.starts_at >= now and one.status in ("planned", "moved", "called")
        ),
        owed=() if programme is None else tuple(show_mine(tx, person, now=now)),
    )


def _projects(tx: Connection, person: str, *, now: datetime) -> tuple[MyProject, ...]:
    held = projects.roles_of(tx, person, on=local_date(now))
    found = []
    for key, roles in sorted(held.items()):
        project = projects.load(tx, key)
        assert project is not None
        definition = definitions.load(tx, project.workflow, project.version)
        names = dict(ROLES)
        phase = next((text_in(one.title) for one in definition.phases if one.id == project.phase), "")
        title = str(projects.facts(tx, key, on=local_date(now)).get("title", key))
        labels = tuple(names.get(role, role) for role in sorted(roles))
        found.append(MyProject(key=key, title=title, phase=phase, roles=labels))
    return tuple(sorted(found, key=lambda one: one.title.lower()))


def _cases(tx: Connection, person: str, titles: Mapping[str, str]) -> tuple[MyCase, ...]:
    """The open cases whose roll has the person on it."""
    found = []
    for case in cases.list_cases(tx, status="open"):
        seats_held = {str(entry["seat"]) for entry in case.roll if entry.get("person") == person}
        if not seats_held:
            continue
        answered = seats_held <= ballots.standing(case, cases.ballots(tx, case.id)).keys()
        title = str(projects.facts(tx, case.project).get("title", case.project))
        body = titles.get(case.body, case.body)
        found.append(MyCase(case=case, title=title, body=body, answered=answered))
    return tuple(sorted(found, key=lambda one: (one.answered, one.case.answer_by)))
