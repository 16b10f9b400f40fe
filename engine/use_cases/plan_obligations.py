"""The clock asks: what is owed, now that something has happened?

Each chain of the ledger is worked out anew when it has grown: what the programme's duties, open cases,
conditions and benefits ask for is compared with what is kept, and what is new, changed, done or gone is
written down. Nobody reads what is owed without first bringing it up to date.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from engine.core import obligations as core
from engine.core.calendar import OSLO, Policy, local_date
from engine.core.events import PROGRAMME_CHAIN
from engine.core.facts import ROLES
from engine.core.meetings import landing
from engine.core.obligations import Affairs, Course, Key, Obligation, Owner
from engine.core.programme import Programme
from engine.core.reminders import NO_RUNG, passed_at, planned
from engine.core.shape import text_in
from engine.store import cases, definitions, meetings, obligations, people, programmes, projects, settings
from engine.store.cases import CaseState, Condition
from engine.store.obligations import Stored
from engine.store.projects import Project
from engine.store.session import Connection, Database
from engine.use_cases.actors import PROGRAMME_OFFICE
from engine.use_cases.close_overdue import WRITTEN
from engine.use_cases.panel import body_named

BATCH: Final = 100
"""Chains worked out in one transaction."""
_AGAIN: Final = frozenset({"sendt_tilbake", "utsatt"})
_PROJECT: Final = "project:"


def plan_obligations(db: Database, *, now: datetime) -> int:
    """Work out what is owed in every chain that has grown, and once a month in all of them, a year ahead;
    returns how many chains. Most heartbeats find none, and then nobody waits for the writer.
    """
    with db.glancing() as tx:
        found_at_a_look = obligations.look(tx, now=now)
    todo = found_at_a_look.unplanned or _other_month(found_at_a_look.ahead, now)
    done = 0
    while todo:
        found = _one_batch(db, now)
        done += found
        todo = found == BATCH
    return done


def _one_batch(db: Database, now: datetime) -> int:
    """Each batch is whole in itself, so that a large portfolio does not keep the writer from everybody."""
    with db.writing() as tx:
        if _other_month(settings.last_beat(tx, obligations.LOOKED_AHEAD), now):
            obligations.unplan_all(tx)
            settings.beat(tx, obligations.LOOKED_AHEAD, now=now)
        return freshen(tx, now=now, most=BATCH)


def freshen(tx: Connection, *, now: datetime, most: int = 1_000_000) -> int:
    """The same for at most so many chains, in the caller's transaction; returns how many.

    Chains are locked before any obligation is: whoever plans and reminds at once waits in the same order.
    """
    chains = obligations.unplanned(tx, most=most)
    programme = programmes.current(tx) if chains else None
    if programme is not None:
        end = obligations.programme_end(tx)
        for chain in chains:
            _plan(tx, programme, chain, now=now, ended_on=None if end is None else end.ended_on)
    obligations.mark_planned(tx, chains)
    return len(chains)


def _other_month(last: datetime | None, now: datetime) -> bool:
    return last is None or local_date(last).replace(day=1) != local_date(now).replace(day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What has become of a chain's obligations since they were last worked out: those that are `new`, those
    that have `changed` (with what is kept of them), each with the rung it has passed and when it is looked
    at; and those `gone`, which nobody owes any more. `kept` is all there was.
    """

    kept: tuple[Stored, ...]
    new: Sequence[tuple[Obligation, int, datetime | None]]
    changed: Sequence[tuple[Stored, Obligation, int, datetime | None]]
    gone: tuple[Stored, ...]


def _plan(tx: Connection, programme: Programme, chain: str, *, now: datetime, ended_on: date | None) -> None:
    until = local_date(now) + core.AHEAD
    plan = plan_of(tx, programme, chain, until=until, now=now, ended_on=ended_on)
    obligations.add(tx, chain, plan.new, now=now)
    obligations.change(tx, plan.changed, now=now)
    obligations.void(tx, [was.id for was in plan.gone])


def plan_of(
    tx: Connection, programme: Programme, chain: str, *, until: date, now: datetime, ended_on: date | None
) -> Plan:
    """What a chain owes until a day, beside what is kept of it. Only reads."""
    wanted = _owed(tx, programme, chain, until=until)
    acted = core.with_acts(wanted, obligations.acts(tx, chain=chain))
    followed = core.chased(acted, follow_from=programme.follow_from)
    if ended_on is not None:
        # What would have come again does not, once the programme has ended; what was owed then stays owed.
        followed = (one for one in followed if not _comes_after(one, ended_on))
    return _compared(tx, programme, chain, list(followed), now=now)


def _comes_after(one: Obligation, ended_on: date) -> bool:
    return one.key.kind.startswith(core.DUTY) and one.due_on > ended_on


def _owed(tx: Connection, programme: Programme, chain: str, *, until: date) -> Iterator[Obligation]:
    if chain == PROGRAMME_CHAIN:
        yield from core.owed_by_programme(programme, _affairs(tx), until=until)
        yield from _minutes(tx, programme)
        return
    project = projects.load(tx, chain.removeprefix(_PROJECT))
    if project is None:
        return
    found = cases.list_cases(tx, project=project.key)
    yield from core.owed_by_project(programme, _course(tx, project), key=project.key, until=until)
    yield from _answers(tx, programme, found)
    yield from _papers(programme, found)
    yield from _conditions(tx, programme, project)
    facts = projects.facts(tx, project.key)
    yield from _look_again(programme, project, facts)
    yield from _measurements(tx, programme, project, facts)


# ---------------------------------------------------------------- what follows from the state


def _course(tx: Connection, project: Project) -> Course:
    definition = definitions.load(tx, project.workflow, project.version)
    entries = projects.phases(tx, project.key)
    answered: dict[str, list[datetime]] = {}
    for act in projects.acts(tx, project.key):
        if act.act == "answered":
            answered.setdefault(act.criterion, []).append(act.at)
    return Course(
        kind=project.kind,
        reported=tuple((one.effective, definition.phase(one.phase).reported_as) for one in entries),
        reports=(),
        answered=answered,
    )


def _affairs(tx: Connection) -> Affairs:
    held: dict[tuple[str, int], int] = {}
    last: dict[tuple[str, int], datetime] = {}
    for meeting in meetings.list_meetings(tx, status="held"):
        of_year = (meeting.body, local_date(meeting.starts_at).year)
        held[of_year] = held.get(of_year, 0) + 1
        last[of_year] = meeting.closed_at or meeting.starts_at
    return Affairs(published={}, held=held, last_held=last)


def _minutes(tx: Connection, programme: Programme) -> Iterator[Obligation]:
    """A referat that has been sent is approved at the body's next meeting: its secretary sees to it."""
    bodies = {body.id: body for body in programme.bodies}
    for meeting in meetings.list_meetings(tx, status="held"):
        sent = [one for one in meetings.minutes(tx, meeting.id) if one.sent]
        rhythm = bodies[meeting.body].meetings if meeting.body in bodies else None
        if not sent or rhythm is None:
            continue
        after = landing(rhythm, asked_at=meeting.starts_at)
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
        standing = cases.standing(case, cases.ballots(tx, case.id))
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
    after = None if rhythm is None else landing(rhythm, asked_at=last.closed_at)
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
        yield Obligation(
            key=Key(core.CONDITION, f"case:{one.case}", one.id),
            owner=_owner_of(one, tx, programme, project),
            due_on=date.fromisoformat(one.due),
            ladder=programme.chase.get("forutsetning", ""),
            settled_at=one.settled_at,
            since=one.decided_at,
            dated_at=one.dated_at,
        )


def _owner_of(condition: Condition, tx: Connection, programme: Programme, project: Project) -> Owner:
    """Whoever the chair named in words: an address, a role, an office or a seat; else the project's
    leader.
    """
    named = " ".join(condition.owner.split()).casefold()
    if "@" in named:
        found = people.by_email(tx, named)
        if found is not None:
            return Owner("person", found.id)
    definition = definitions.load(tx, project.workflow, project.version)
    for id_, title in ROLES:
        if named in (id_.casefold(), title.casefold()):
            return Owner("role", id_)
    for office in programme.offices:
        if named in (office.id.casefold(), text_in(office.title).casefold()):
            return Owner("office", office.id)
    for body in programme.bodies:
        for seat in body.seats:
            if named in (seat.id.casefold(), seat.office.casefold()):
                return Owner("seat", seat.id)
    return Owner("role", definition.roles.leader[-1])


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
    """Each prioritised benefit is measured by its tidsfrist, whatever has become of the project meanwhile."""
    for benefit in facts.get("benefits", []):
        if benefit.get("prioritised") and benefit.get("due"):
            named = people.by_email(tx, str(benefit["owner"])) if benefit.get("owner") else None
            owner = Owner("role", "gevinstansvarlig") if named is None else Owner("person", named.id)
            for indicator in benefit.get("indicators", []):
                yield Obligation(
                    key=Key(
                        core.MEASUREMENT,
                        f"{_PROJECT}{project.key}",
                        f"{benefit.get('id', '')}/{indicator.get('id', '')}/{benefit['due']}",
                    ),
                    owner=owner,
                    due_on=date.fromisoformat(str(benefit["due"])),
                    ladder=programme.chase.get("maling", ""),
                )


# ---------------------------------------------------------------- what is kept of it


def _compared(
    tx: Connection, programme: Programme, chain: str, wanted: list[Obligation], *, now: datetime
) -> Plan:
    kept = obligations.of_chain(tx, chain)
    policy = programme.calendar.policy()
    unknown = [one for one in wanted if one.key not in kept]
    began = programmes.first_loaded(tx) if unknown else now
    new = [(one, *_start(programme, one, policy, one.since or began, now)) for one in unknown]
    changed = []
    for one in wanted:
        was = kept.get(one.key)
        onward = None if was is None else _onward(programme, was, one, policy, now)
        if was is not None and onward is not None and _differs(was, one, onward, now):
            changed.append((was, one, *onward))
    wanted_keys = {one.key for one in wanted}
    gone = tuple(was for key, was in kept.items() if key not in wanted_keys and was.status == "open")
    return Plan(kept=tuple(kept.values()), new=new, changed=changed, gone=gone)


def _differs(was: Stored, one: Obligation, onward: tuple[int, datetime | None], now: datetime) -> bool:
    """Whether what is kept is another thing than what is owed now, or is looked at on another day: a ladder
    or the calendar may have changed. One that is due this very moment is left to whoever reminds.
    """
    is_open = one.settled_at is None
    if was.obligation != one or was.status != ("open" if is_open else "settled"):
        return True
    return is_open and was.next_at != onward[1] and (was.next_at is None or was.next_at > now)


def _start(
    programme: Programme, one: Obligation, policy: Policy, since: datetime, now: datetime
) -> tuple[int, datetime | None]:
    """A rung from before it was owed was never anybody's; unless all are, for then it is late already."""
    ladder = programme.ladder(one.ladder)
    passed = passed_at(ladder, due_on=one.due_on, policy=policy, now=since)
    if passed == len(ladder) - 1:
        passed = NO_RUNG
    return passed, planned(ladder, due_on=one.due_on, policy=policy, passed=passed, now=now)


def _onward(
    programme: Programme, was: Stored, one: Obligation, policy: Policy, now: datetime
) -> tuple[int, datetime | None]:
    """How a ladder goes on after a change. Another date is somebody's word of that day: what it had passed
    then needs no reminder; what has come since, while nobody looked, does.
    """
    ladder = programme.ladder(one.ladder)
    if (was.obligation.due_on, was.obligation.ladder) != (one.due_on, one.ladder):
        moved = was.obligation.due_on != one.due_on and one.dated_at is not None
        said = one.dated_at if moved and one.dated_at is not None else now
        passed = passed_at(ladder, due_on=one.due_on, policy=policy, now=said)
    else:
        passed = was.passed
    return passed, planned(ladder, due_on=one.due_on, policy=policy, passed=passed, now=now)
