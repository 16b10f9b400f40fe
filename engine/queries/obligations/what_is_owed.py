"""What is owed in one chain, as its cases, conditions, benefits and reports stand?

Here the state is read; the rules for what follows from dates alone are `core.obligations`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from engine.core.benefits import measurements
from engine.core.benefits.measurements import Measuring
from engine.core.benefits.told import Measurement
from engine.core.cases import ballots
from engine.core.cases.case import CaseState
from engine.core.cases.meetings import landing
from engine.core.obligations import owed as core
from engine.core.obligations.owed import NOBODY_FOUND, Affairs, Course, Key, Obligation, Owner, Reported
from engine.core.programme.calendar import OSLO, add_working_days, local_date
from engine.core.programme.model import Programme
from engine.core.record.events.event import PROGRAMME_CHAIN
from engine.core.reports.told import StatusReport
from engine.queries.cases.written import WRITTEN
from engine.queries.obligations.answerable import answerable_in, owner_of
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.queries.programme.in_force import body_named
from engine.store import (
    benefits,
    cases,
    definitions,
    meetings,
    obligations,
    people,
    projects,
    publications,
    reporting,
)
from engine.store.projects import Project
from engine.store.session import Connection

_AGAIN: Final = frozenset({"sendt_tilbake", "utsatt"})
_PROJECT: Final = "project:"


def what_is_owed(tx: Connection, programme: Programme, chain: str, *, until: date) -> Iterator[Obligation]:
    """Everything that is or was owed in a chain, and what will be until a day; what is done says when."""
    if chain == PROGRAMME_CHAIN:
        yield from core.owed_by_programme(programme, _affairs(tx, programme), until=until)
        yield from _minutes(tx, programme)
        return
    project = projects.load(tx, chain.removeprefix(_PROJECT))
    if project is None:
        return
    found = cases.list_cases(tx, project=project.key)
    delivered = reporting.reports(tx, project=project.key)
    course = _course(tx, project, delivered)
    yield from core.owed_by_project(programme, course, key=project.key, until=until)
    yield from _approvals(programme, project, delivered)
    yield from _answers(tx, programme, found)
    yield from _papers(programme, found)
    yield from _conditions(tx, programme, project)
    facts = projects.facts(tx, project.key)
    yield from _look_again(programme, project, facts)
    yield from _measurements(tx, programme, project, facts)


def _course(tx: Connection, project: Project, delivered: Sequence[StatusReport]) -> Course:
    definition = definitions.load(tx, project.workflow, project.version)
    entries = projects.phases(tx, project.key)
    answered: dict[str, list[datetime]] = {}
    for act in projects.acts(tx, project.key):
        if act.act == "answered":
            answered.setdefault(act.criterion, []).append(act.at)
    return Course(
        kind=project.kind,
        reported=tuple((one.effective, definition.phase(one.phase).reported_as) for one in entries),
        reports=tuple(
            Reported(period=one.period, delivered_at=one.delivered_at, approved_at=one.approved_at)
            for one in delivered
        ),
        answered=answered,
    )


def _approvals(
    programme: Programme, project: Project, delivered: Sequence[StatusReport]
) -> Iterator[Obligation]:
    """The newest version of each period's report is approved by the project's owner within the days the
    programme gives; after that it goes on without.
    """
    newest = {one.period: one for one in delivered}
    for one in newest.values():
        due = add_working_days(
            local_date(one.delivered_at), programme.reporting.owner_days, programme.calendar.policy()
        )
        yield Obligation(
            key=Key(core.REPORT_APPROVAL, f"{_PROJECT}{project.key}", one.period),
            owner=Owner("role", "prosjekteier"),
            due_on=due,
            ladder=programme.chase.get("rapportgodkjenning", ""),
            since=one.delivered_at,
            settled_at=one.approved_at,
        )


def _affairs(tx: Connection, programme: Programme) -> Affairs:
    held: dict[tuple[str, int], int] = {}
    last: dict[tuple[str, int], datetime] = {}
    for meeting in meetings.list_meetings(tx, status="held"):
        of_year = (meeting.body, local_date(meeting.starts_at).year)
        held[of_year] = held.get(of_year, 0) + 1
        last[of_year] = meeting.closed_at or meeting.starts_at
    found = {period.id: publications.first_published(tx, period.id) for period in programme.periods}
    return Affairs(
        published={period: at for period, at in found.items() if at is not None}, held=held, last_held=last
    )


def _minutes(tx: Connection, programme: Programme) -> Iterator[Obligation]:
    """A referat that has been sent is approved at the body's next meeting: its secretary sees to it."""
    bodies = {body.id: body for body in programme.bodies}
    for meeting in meetings.list_meetings(tx, status="held"):
        sent = [one for one in meetings.minutes(tx, meeting.id) if one.sent]
        rhythm = bodies[meeting.body].meetings if meeting.body in bodies else None
        if not sent or rhythm is None:
            continue
        after = landing(rhythm, programme.calendar.policy(), asked_at=meeting.starts_at)
        if after is not None:
            yield Obligation(
                key=Key(core.MINUTES, f"meeting:{meeting.id}", ""),
                owner=Owner("office", bodies[meeting.body].secretary or PROGRAMME_OFFICE),
                due_on=after.slot.on,
                ladder=programme.chase.get("referat", ""),
                since=sent[0].written_at,
                settled_at=next((one.approved_at for one in reversed(sent) if one.approved_at), None),
            )


def _answers(tx: Connection, programme: Programme, found: Iterable[CaseState]) -> Iterator[Obligation]:
    """In a written case, each who speaks for a seat and has not answered its present version."""
    for case in found:
        if case.status != "open" or case.handling != WRITTEN:
            continue
        standing = ballots.standing(case, cases.ballots(tx, case.id))
        due = case.answer_by.astimezone(OSLO)
        asked: dict[str, list[str]] = {}
        for entry in case.roll:
            if entry["person"] and not entry["recused"] and not entry["requester"]:
                asked.setdefault(str(entry["person"]), []).append(str(entry["seat"]))
        for person, seats in asked.items():
            given = [standing[seat].cast_at for seat in seats if seat in standing]
            yield Obligation(
                key=Key(core.ANSWER, f"case:{case.id}", person),
                owner=Owner("person", person),
                due_on=due.date(),
                due_time=due.time().replace(microsecond=0),
                ladder=programme.chase.get("svar", ""),
                since=case.opened_at,
                settled_at=max(given) if len(given) == len(seats) else None,
            )


def _papers(programme: Programme, found: Iterable[CaseState]) -> Iterator[Obligation]:
    """A case that was put off or sent back is owed anew by the next meeting's paper deadline, by whoever
    asked.
    """
    last = max(found, key=lambda case: case.opened_at, default=None)
    if last is None or last.outcome not in _AGAIN or last.closed_at is None or last.requested_by is None:
        return
    rhythm = body_named(programme, last.body).meetings
    policy = programme.calendar.policy()
    after = None if rhythm is None else landing(rhythm, policy, asked_at=last.closed_at)
    if after is not None:
        due = after.slot.papers_by.astimezone(OSLO)
        yield Obligation(
            key=Key(core.PAPERS, f"case:{last.id}", ""),
            owner=Owner("person", last.requested_by),
            due_on=due.date(),
            due_time=due.time(),
            ladder=programme.chase.get("saksunderlag", ""),
            since=last.closed_at,
        )


def _conditions(tx: Connection, programme: Programme, project: Project) -> Iterator[Obligation]:
    for one in cases.conditions(tx, project.key):
        choices = answerable_in(tx, project.key, on=local_date(one.decided_at)) if not one.responsible else ()
        yield Obligation(
            key=Key(core.CONDITION, f"case:{one.case}", one.id),
            owner=owner_of(tx, choices, ref=one.responsible, text=one.owner),
            due_on=date.fromisoformat(one.due),
            ladder=programme.chase.get("forutsetning", ""),
            settled_at=one.settled_at,
            since=one.decided_at,
            dated_at=one.dated_at,
        )


def _look_again(programme: Programme, project: Project, facts: projects.Facts) -> Iterator[Obligation]:
    waiting = facts.get("waiting")
    if isinstance(waiting, dict) and waiting.get("look_again_on"):
        yield Obligation(
            key=Key(core.LOOK_AGAIN, f"{_PROJECT}{project.key}", str(waiting["look_again_on"])),
            owner=Owner("office", PROGRAMME_OFFICE),
            due_on=date.fromisoformat(str(waiting["look_again_on"])),
            ladder=programme.chase.get("ses_pa_igjen", ""),
        )


def _measurements(
    tx: Connection, programme: Programme, project: Project, facts: projects.Facts
) -> Iterator[Obligation]:
    """Each prioritised benefit is measured on its indicators' dates and by its tidsfrist, whatever has become
    of the project meanwhile. A measurement after one date and until the next is that date's.
    """
    subject = f"{_PROJECT}{project.key}"
    wanted = list(measurements.owed(facts.get(projects.LISTED, ())))
    names = _names(tx, subject, [one for one, *_ in wanted])
    told = benefits.measurements(tx, project.key)
    before: dict[tuple[str, str], date] = {}
    for one, benefit, indicator in wanted:
        which = (one.benefit, one.indicator)
        own = [each for each in told if (each.benefit, each.indicator) == which]
        after = before.get(which, date.min)
        yield Obligation(
            key=Key(core.MEASUREMENT, subject, names[one]),
            owner=_owner_of_benefit(tx, benefit),
            due_on=one.due,
            ladder=programme.chase.get("maling", ""),
            settled_at=_measured(own, after=after, baseline=indicator.get("baseline_on")),
        )
        before[which] = one.due


def _names(tx: Connection, chain: str, wanted: Sequence[Measuring]) -> Mapping[Measuring, str]:
    """What each is called in its key. Most have had one name only, and nothing needs to be looked up."""
    if not any(one.formerly for one in wanted):
        return {one: one.occurrence for one in wanted}
    known = {key.occurrence for key in obligations.known_keys(tx, chain=chain, kind=core.MEASUREMENT)}
    return measurements.spelt(wanted, known)


def _owner_of_benefit(tx: Connection, benefit: Mapping[str, Any]) -> Owner:
    """Whoever is named, or the project's gevinstansvarlig where nobody is; an address that nobody has any
    more is programkontoret's matter.
    """
    if not benefit.get("owner"):
        return Owner("role", "gevinstansvarlig")
    named = people.by_email(tx, str(benefit["owner"]))
    return NOBODY_FOUND if named is None else Owner("person", named.id)


def _measured(own: Iterable[Measurement], *, after: date, baseline: object) -> datetime | None:
    """When the first measurement after a date was told; the nullpunkt is none."""
    told = [one.recorded_at for one in own if one.measured_on > after and str(one.measured_on) != baseline]
    return min(told, default=None)
