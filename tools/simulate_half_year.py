"""Does a steering group keep its promises through half a year of meetings?

A virtual clock runs from the meeting of 5 February to that of 23 July 2025: thirteen meetings of the series,
one cancelled in Easter week after it was called, one moved, July paused. Forty requests come in, in the
meeting and in writing: eight of them the programmes' own, which the board takes, all but the portfolio;
twelve from the two real workflows, research included, one with a criterion waived, one that ends without
going on, one that waits for the politicians and is executed later; the rest small and plain. Projects are
taken in, wait and come back, and small ones pass two gates in one case. Members open their letters or do not,
answer, change their minds, declare themselves inhabile, fall ill, leave; papers are amended and corrected,
requests withdrawn, cases carried over and sent to the body above. Everything goes through the real use cases,
and every letter through the real outbox.

Then it is counted: no case lost, decided twice or in two referats; every cancellation and move explained to
those who had been invited; at most four letters for each member and meeting.
"""

import heapq
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from engine.core.cases import ballots
from engine.core.cases.case import CaseState
from engine.core.programme.calendar import PLAIN, is_working_day, local_date
from engine.core.record.letters import AGENDA, AMENDED, CASE, MEETING_CHANGED, MINUTES, RECEIPT, UNOPENED
from engine.core.refusal import Refused
from engine.queries.cases.tally import chair_of
from engine.queries.meetings.show_meeting import show_meeting
from engine.queries.projects.check_gate import SMALL
from engine.store import cases, meetings, outbox, people, projects, schema
from engine.store.projects import Project
from engine.store.record import ledger
from engine.store.session import Connection, Database
from engine.use_cases.access.open_door import Entered, open_door
from engine.use_cases.cases.amend_case import Amended, amend_case
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from engine.use_cases.cases.close_overdue import close_overdue
from engine.use_cases.cases.conclude_case import Concluded, Condition, conclude_case
from engine.use_cases.cases.decide_recusal import Found, decide_recusal
from engine.use_cases.cases.execute_decision import Settled, execute_decision
from engine.use_cases.cases.mark_political import Marked, mark_political
from engine.use_cases.cases.request_transition import NotReady, Opened, request_transition
from engine.use_cases.cases.withdraw_case import Withdrawn, withdraw_case
from engine.use_cases.meetings.run_meeting import Closed, close_meeting, note_attendance
from engine.use_cases.meetings.write_minutes import Written, approve_minutes, write_minutes
from engine.use_cases.obligations.settle_condition import settle_condition
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.register_definition import register_definition
from engine.use_cases.projects.add_paper import add_paper
from engine.use_cases.projects.answer_criterion import answer_criterion, confirm_answer
from engine.use_cases.projects.change_facts import change_facts
from engine.use_cases.projects.import_projects import import_projects
from engine.use_cases.projects.take_in import take_in
from tests import meeting_builders as group
from tests.builders import LEADER, OFFICE, PROPOSAL, SINCE, sheet
from tests.meeting_builders import at
from tools.half_year_projects import OFFICES, REAL, import_real, may_waive, open_gate
from workflows import loader

SEED: Final = 2025
JULY: Final = "[{from: 2025-07-01, to: 2025-07-31, reason: Fellesferie}]"
EASTER: Final = "{date: 2025-04-16, reason: Påskeuka}"
MAY: Final = '{date: 2025-05-14, to: 2025-05-15, time: "13:00", reason: Budsjettmøte i bystyret}'
HOURS: Final = (8, 12, 16, 20)
CHOICES: Final = {
    "godkjenn": 60,
    "godkjenn_med_forutsetninger": 12,
    "ikke_godkjenn": 7,
    "ta_i_motet": 5,
    "avstar": 9,
    "inhabil": 7,
}
BUDGET: Final = (AGENDA, UNOPENED, RECEIPT, MINUTES)
"""What a member may get for one meeting, one of each."""
PROGRAMMES: Final = ("program-1", "program-2", "program-3", "program-4")
"""More than are ever wound down, so that there is always one to ask for."""
PROGRAMME_OWNER: Final = group.email("hjemme")
TOGETHER: Final = "P3"
"""The gate a small project asks for one phase early; no other project names its gate."""
ENDED: Final = ("avsluttet", "avviklet", "drift")
WAIVER, ENDS, POLITICAL = "frafall", "uten videreføring", "politisk"
SPECIAL: Final = (WAIVER, ENDS, POLITICAL)
"""What happens to one case each of the real workflows, besides all that happens to any."""
STOPPABLE: Final = ("ide", "konsept", "planlegge", "gjennomfore", "inntak", "forskning", "utproving")
"""Phases whose project may be ended without going on."""
POLITICS: Final = timedelta(days=27)
"""How long the politicians take."""
INTAKE: Final = """intake:
  title: Tatt inn i programmet
  criteria:
    - {id: maal, title: Målene er beskrevet, weight: må, help: Skriv målene., rule: has(project.goals),
       source: "prøve:1"}
gates:
"""
WORKFLOW: Final = (
    group.WORKFLOW.replace("version: 1", "version: 2")
    .replace("gates:\n", INTAKE)
    .replace("    from: gjennomfore\n", "    from: gjennomfore\n    combined: [P2]\n")
)
"""The group's own workflow, with an inntak, and both gates in one case for a small project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Matter:
    """A programme's own gate, who decides it, and what it asks for: a paper, facts, an answer to confirm."""

    gate: str
    body: str
    paper: str
    facts: dict[str, Any] = field(default_factory=dict)
    question: str | None = None
    confirmed_by: str = OFFICE


MATTERS: Final = (
    _Matter(
        gate="PORTEFOLJE",
        body=group.BODY,
        paper="prioritert-portefolje",
        facts={"change_load": "Én sone om gangen"},
        question="seks-sporsmal",
    ),
    _Matter(
        gate="PROGRAMENDRING",
        body="programstyret",
        paper="programbeskrivelse",
        facts={"change_summary": "Forskning blir en egen portefølje"},
    ),
    _Matter(gate="MIDLER", body="programstyret", paper="fordeling", facts={"allocation_amount": 800_000}),
    _Matter(
        gate="AVVIKLING",
        body="programstyret",
        paper="overlevering",
        question="overlevert",
        confirmed_by=PROGRAMME_OWNER,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is simulated: that many requests between two dates, some of them the programmes' own, then the
    clock runs until all are settled, though no longer than `until`.
    """

    first: date = date(2025, 1, 24)
    last: date = date(2025, 7, 15)
    until: date = date(2025, 12, 31)
    requests: int = 40
    programme_requests: int = 8
    real_requests: int = 12
    projects: int = 34
    seed: int = SEED


@dataclass(slots=True, kw_only=True)
class _World:
    """The course of the simulation; `waiting` holds what will happen, by instant."""

    db: Database
    plan: Plan
    chance: Random
    waiting: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    arranged: set[tuple[str, datetime]] = field(default_factory=set)
    doors: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Link and code of each member's last asking letter, by person and subject."""
    resting: set[str] = field(default_factory=set)
    special: list[str] = field(default_factory=lambda: list(SPECIAL))
    outcomes: dict[str, str] = field(default_factory=dict)
    """What the chair has to conclude, by case, where it is not left to chance."""
    number: int = 0

    def later(self, when: datetime, what: Callable[[datetime], None]) -> None:
        """Something will happen, in the order it was planned when at the same instant."""
        self.number += 1
        heapq.heappush(self.waiting, (when, self.number, what))

    def likely(self, percent: int) -> bool:
        """Chance."""
        return self.chance.randrange(100) < percent


def simulate(db: Database, plan: Plan) -> Counter[str]:
    """Play the whole course; returns what happened how often. Nothing is checked here."""
    world = _World(db=db, plan=plan, chance=Random(plan.seed))  # noqa: S311 - a simulation, no secret
    group.a_house(db, pauses=JULY, offices=OFFICES)
    register_definition(db, text=WORKFLOW, now=group.SET_UP)
    group.projects(db, *(f"p{number}" for number in range(1, plan.projects + 1)))
    _programmes(db)
    import_real(db, plan.real_requests)
    register_person(db, name="Ny leder boa", email="ny-boa@example.org", now=group.SET_UP)
    _foresee(world)
    day = plan.first
    while day <= plan.last or (day <= plan.until and _unsettled(world)):
        for hour in HOURS if is_working_day(day, PLAIN) else (12,):
            now = at(day.month, day.day, hour)
            while world.waiting and world.waiting[0][0] <= now:
                when, _, what = heapq.heappop(world.waiting)
                what(when)
                _heartbeat(world, when)
            _heartbeat(world, now)
        day += timedelta(days=1)
    return world.happened


def _unsettled(world: _World) -> bool:
    with world.db.reading() as tx:
        return bool(world.waiting or cases.list_cases(tx, status="open"))


def _programmes(db: Database) -> None:
    register_definition(db, text=loader.read("programsaker"), now=group.SET_UP)
    rows = [
        {
            "key": key,
            "title": f"Programmet {key}",
            "kind": "program",
            "workflow": "programsaker",
            "phase": "lopende",
            "prosjektleder": LEADER,
            "prosjekteier": PROGRAMME_OWNER,
        }
        for key in PROGRAMMES
    ]
    import_projects(db, sheet=sheet(rows), effective=SINCE, now=group.SET_UP)


def _foresee(world: _World) -> None:
    """What is known from the start to happen: requests, absences, a new holder, changes of the series."""
    plan, chance = world.plan, world.chance
    days = [day for day in _days(plan.first, plan.last) if is_working_day(day, PLAIN)]
    for number in range(plan.requests):
        day = chance.choice(days)
        matter = MATTERS[number % len(MATTERS)] if number < plan.programme_requests else None
        real = plan.programme_requests <= number < plan.programme_requests + plan.real_requests
        asked = partial(_request_real, world) if real else partial(_request, world, matter)
        world.later(at(day.month, day.day, chance.choice((9, 11, 14))), asked)
    for seat in ("st", "medisinske", "psykisk", "arbeid", "ho", "sykehjem"):
        gone = chance.choice(days)
        away = (gone, gone + timedelta(days=chance.choice((1, 7, 21))))
        known = max(plan.first, gone - timedelta(days=chance.choice((0, 3, 10))))
        world.later(at(known.month, known.day, 9), partial(_absence, world, seat, away))
    for when, changes in ((at(4, 10, 9), f"[{EASTER}]"), (at(5, 8, 9), f"[{EASTER}, {MAY}]")):
        if plan.first <= local_date(when) <= plan.until:
            world.later(when, partial(_series, world, changes))
    half = days[len(days) // 2]
    world.later(at(half.month, half.day, 9), partial(_new_holder, world))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


# ---------------------------------------------------------------- what people do


def _request(world: _World, matter: _Matter | None, now: datetime) -> None:
    """A project asks for its next gate, or a programme for its own sake; a week later when none is free."""
    with world.db.reading() as tx:
        free = [
            one
            for one in _free(world, tx)
            if one.workflow not in REAL and (one.kind == "program") == (matter is not None)
        ]
    if not free:
        world.later(now + timedelta(days=7), partial(_request, world, matter))
        return
    chosen = world.chance.choice(sorted(free, key=lambda one: one.key))
    _settle_conditions(world, chosen.key, now)
    if matter is not None:
        _make_ready(world.db, matter, chosen.key, now)
        _ask(world, chosen.key, matter.gate, now)
        return
    # Nobody leaves the first phase without being taken in; those further on were there before.
    if chosen.taken_in_on is None and (chosen.phase == "konsept" or world.likely(30)):
        found = take_in(world.db, key=chosen.key, on=local_date(now), by=OFFICE, now=now)
        assert found is None, found
        world.happened["prosjekt: tatt inn"] += 1
    gate = None
    if chosen.phase == "konsept" and world.likely(15):
        change_facts(
            world.db, key=chosen.key, changes={"size": SMALL}, by=LEADER, effective=local_date(now), now=now
        )
        gate = TOGETHER
    if world.likely(10):
        _rest(world, chosen.key, gate, now)
    else:
        _ask(world, chosen.key, gate, now)


def _free(world: _World, tx: Connection) -> list[Project]:
    """The projects that may ask for something now, by key."""
    busy = {one.project for one in cases.list_cases(tx, status="open")} | world.resting
    busy |= {one.project for one in cases.awaiting(tx)}
    found = [one for one in projects.all_projects(tx) if one.phase not in ENDED and one.key not in busy]
    return sorted(found, key=lambda one: one.key)


def _request_real(world: _World, now: datetime) -> None:
    """A project of one of the two real workflows asks for its next gate; a week later when none is free."""
    with world.db.reading() as tx:
        free = [one for one in _free(world, tx) if one.workflow in REAL]
    if not free:
        world.later(now + timedelta(days=7), partial(_request_real, world))
        return
    # The two in turn, as long as both have somebody to ask.
    turn = [one for one in free if one.workflow == REAL[world.happened["prosjekt: ekte"] % len(REAL)]]
    chosen = world.chance.choice(turn or free)
    world.happened["prosjekt: ekte"] += 1
    _settle_conditions(world, chosen.key, now)
    waives = WAIVER in world.special and may_waive(world.db, chosen.key, today=local_date(now))
    special = WAIVER if waives else next((one for one in world.special if one != WAIVER), "")
    gate = "STANS" if special == ENDS and chosen.phase in STOPPABLE else None
    asked = open_gate(world.db, chosen.key, gate=gate, waive=waives, now=now)
    case = _open(world, chosen.key, asked, now)
    world.happened[f"ekte: {chosen.workflow}"] += 1
    if special == ENDS and gate is None:
        special = ""
    if special:
        world.special.remove(special)
        world.happened[f"ekte: {special}"] += 1
    if special == ENDS:
        world.outcomes[case] = "avsluttet_uten_videreforing"
    elif special == POLITICAL:
        world.outcomes[case] = "godkjent"
        marked = mark_political(world.db, case=case, reason="Store kostnader.", by=LEADER, now=now)
        assert isinstance(marked, Marked), marked
    elif special != WAIVER:
        _maybe_change(world, case, None, now)


def _politicians(world: _World, case: str, key: str, now: datetime) -> None:
    """While their decision is waited for nothing new is asked for; then the phase moves by the first one."""
    refused = request_transition(world.db, key=key, proposal=PROPOSAL, by=LEADER, now=now)
    assert isinstance(refused, Refused), refused
    assert [one.code for one in refused.reasons] == ["awaits_political"]
    found = execute_decision(world.db, case=case, reference="Formannskapet, sak 12/25", by=OFFICE, now=now)
    assert isinstance(found, Settled), found
    world.happened["sak: gjennomført etter politisk behandling"] += 1


def _rest(world: _World, key: str, gate: str | None, now: datetime) -> None:
    """A project is set to wait: it asks in vain, and again when somebody has looked at it."""
    back = now + timedelta(days=world.chance.choice((6, 13, 27)))
    waiting = {"reason": "Avklaring av eierskap", "look_again_on": local_date(back).isoformat()}
    change = partial(change_facts, world.db, key=key, by=OFFICE)
    change(changes={"waiting": waiting}, effective=local_date(now), now=now)
    found = request_transition(world.db, key=key, gate=gate, proposal=PROPOSAL, by=LEADER, now=now)
    assert isinstance(found, NotReady), found
    assert [one.code for one in found.reasons] == ["project_waits"]
    world.resting.add(key)
    world.happened["prosjekt: avventer"] += 1

    def come_back(then: datetime) -> None:
        change(changes={"waiting": None}, effective=local_date(then), now=then)
        world.resting.remove(key)
        world.happened["prosjekt: tilbake"] += 1
        _ask(world, key, gate, then)

    world.later(back, come_back)


def _ask(world: _World, key: str, gate: str | None, now: datetime) -> None:
    _maybe_change(world, _open(world, key, gate, now), key, now)


def _open(world: _World, key: str, gate: str | None, now: datetime) -> str:
    handling = "skriftlig" if world.likely(15) else None
    found = request_transition(
        world.db, key=key, gate=gate, proposal=PROPOSAL, by=LEADER, handling=handling, now=now
    )
    assert isinstance(found, Opened), found
    world.happened["sak: meldt"] += 1
    kind = "P2 og P3 i ett" if gate == TOGETHER else found.gate
    world.happened[f"slag: {kind} ({found.body})"] += 1
    world.happened["sak: for seint til neste møte"] += bool(
        found.term.landing and found.term.landing.too_late_for
    )
    if found.handling == "skriftlig":
        world.happened["sak: skriftlig"] += 1
        world.later(found.answer_by + timedelta(days=2), partial(_conclude_written, world, found.case))
    return found.case


def _make_ready(db: Database, matter: _Matter, key: str, now: datetime) -> None:
    if matter.facts:
        change_facts(db, key=key, changes=matter.facts, by=LEADER, effective=local_date(now), now=now)
    title = f"{matter.paper} {now.isoformat()}"
    add_paper(
        db, key=key, kind=matter.paper, title=title, content=title.encode(), ending=".txt", by=LEADER, now=now
    )
    if matter.question is not None:
        question = {"key": key, "gate": matter.gate, "criterion": matter.question}
        answer_criterion(db, **question, value="ja", explanation="Det er gjort.", by=LEADER, now=now)
        confirm_answer(db, **question, by=matter.confirmed_by, now=now)


def _settle_conditions(world: _World, key: str, now: datetime) -> None:
    with world.db.reading() as tx:
        left = [one for one in cases.conditions(tx, key) if one.settled_at is None]
    for one in left:
        settle_condition(world.db, condition=f"{one.number}:{one.id}", evidence="Gjort.", by=OFFICE, now=now)
        world.happened["forutsetning: godtatt"] += 1


def _maybe_change(world: _World, case: str, key: str | None, now: datetime) -> None:
    """Some cases are amended, corrected or withdrawn, some of them after members have answered."""
    when = now + timedelta(hours=world.chance.choice((3, 30, 100, 200, 300)))
    kind = world.chance.choices(("none", "amend", "correct", "withdraw"), (58, 24, 10, 8))[0]
    if kind == "withdraw":
        world.later(when, partial(_withdraw, world, case))
    elif kind != "none" and key is not None:
        for number in range(world.chance.choice((1, 1, 2))):
            later = when + timedelta(hours=26 * number)
            world.later(later, partial(_amend, world, case, key, kind == "amend"))


def _amend(world: _World, case: str, key: str, substance: bool, now: datetime) -> None:
    if group.state(world.db, case).status != "open":
        return
    goals = f"Nye mål {now.isoformat()}"
    change_facts(world.db, key=key, changes={"goals": goals}, by=LEADER, effective=local_date(now), now=now)
    by = LEADER if substance else OFFICE
    found = amend_case(world.db, case=case, what="Målene.", by=by, substance=substance, now=now)
    assert isinstance(found, Amended), found
    world.happened["sak: endret" if substance else "sak: rettet"] += 1
    world.happened["svar: gjelder ikke lenger"] += found.asked_again


def _withdraw(world: _World, case: str, now: datetime) -> None:
    found = withdraw_case(world.db, case=case, by=LEADER, reason="Må regnes på nytt.", now=now)
    world.happened["sak: trukket"] += isinstance(found, Withdrawn)


def _absence(world: _World, seat: str, away: tuple[date, date], now: datetime) -> None:
    register_absence(world.db, who=group.email(seat), away_from=away[0], away_to=away[1], now=now)
    world.happened["medlem: fravær"] += 1


def _new_holder(world: _World, now: datetime) -> None:
    day = local_date(now)
    assign_seat(world.db, body=group.BODY, seat="boa", who="ny-boa@example.org", valid_from=day, now=now)
    world.happened["medlem: ny i plassen"] += 1


def _series(world: _World, changes: str, now: datetime) -> None:
    group.change_series(world.db, now=now, pauses=JULY, changes=changes, offices=OFFICES)


def _visit(world: _World, person: str, subject: str, now: datetime) -> None:
    """A member comes in through the letter and answers what there is to answer."""
    url, code = world.doors[person, subject]
    entered = open_door(
        world.db, keys=group.KEYS, token=url.rsplit("/", 1)[1], code=code, remember=False, now=now
    )
    world.happened["dør: åpnet" if isinstance(entered, Entered) else "dør: lukket"] += 1
    if isinstance(entered, Refused):
        return
    with world.db.reading() as tx:
        there = (
            [found for found in [cases.state(tx, entered.case)] if found is not None]
            if entered.case is not None
            else cases.list_cases(tx, meeting=entered.meeting, status="open")
        )
    for case in there:
        for entry in case.roll:
            mine = entry["person"] == person and not (entry["recused"] or entry["requester"])
            if mine and case.status == "open" and world.likely(90):
                _answer(world, case, entry["seat"], person, now)


def _answer(
    world: _World, case: CaseState, seat: str, person: str, now: datetime, recorded_by: str | None = None
) -> None:
    choice = world.chance.choices(list(CHOICES), list(CHOICES.values()))[0]
    world.number += 1
    found = cast_ballot(
        world.db,
        case=case.id,
        person=person,
        seat=seat,
        choice=choice,
        version=group.state(world.db, case.id).version,
        nonce=f"skjema-{world.number}",
        comment="Fordi.",
        condition="Mål først.",
        recorded_by=recorded_by,
        now=now,
    )
    # Another answer may have closed the case a moment ago.
    world.happened["svar: lagret" if isinstance(found, Answered) else "svar: for seint"] += 1


# ---------------------------------------------------------------- the meeting


def _hold(world: _World, meeting: str, now: datetime) -> None:
    found = group.meeting(world.db, meeting)
    if found.status != "called" or found.starts_at != now:
        return
    with world.db.reading() as tx:
        view = show_meeting(tx, meeting, now=now)
    if view.to_approve is not None:
        approve_minutes(world.db, meeting=view.to_approve.meeting, by=OFFICE, now=now)
        world.happened["referat: godkjent"] += 1
    present = {chair.seat: chair.person if world.likely(88) else None for chair in view.chairs}
    note_attendance(world.db, meeting=meeting, present=present, by=OFFICE, now=now)
    office = group.person(world.db, OFFICE)
    for number, shown in enumerate(view.cases):
        then = now + timedelta(minutes=10 * number)
        _treat(world, shown.id, present, office, then)
    over = now + timedelta(minutes=10 * len(view.cases) + 10)
    closed = close_meeting(world.db, meeting=meeting, by=OFFICE, now=over)
    assert isinstance(closed, Closed), closed
    world.happened["møte: holdt"] += 1
    world.happened["sak: båret over"] += closed.carried
    sent = over + timedelta(minutes=world.chance.choice((20, 80)))
    written = write_minutes(
        world.db, meeting=meeting, by=OFFICE, send=True, render=lambda _model: b"referat", now=sent
    )
    assert isinstance(written, Written), written


def _treat(world: _World, case: str, present: dict[str, str | None], office: str, now: datetime) -> None:
    """One case in the room: recusals are found, answers entered, and the chair concludes, mostly."""
    state = group.state(world.db, case)
    if state.status != "open":
        return
    with world.db.reading() as tx:
        standing = ballots.standing(state, cases.ballots(tx, case))
    for seat in [seat for seat, ballot in standing.items() if ballot.choice == "inhabil"]:
        found = decide_recusal(
            world.db, case=case, seat=seat, recused=True, reason="Nær slekt.", by=OFFICE, now=now
        )
        assert isinstance(found, Found), found
        world.happened["medlem: inhabil"] += 1
        if found.referred_to is not None:
            world.happened["sak: løftet til styret"] += 1
            return
    state = group.state(world.db, case)
    for entry in state.roll:
        here = entry["person"] is not None and present.get(entry["seat"]) == entry["person"]
        if here and entry["seat"] not in standing and not entry["recused"] and world.likely(40):
            _answer(world, state, entry["seat"], entry["person"], now, recorded_by=office)
    if world.likely(88):
        _conclude(world, case, now)


def _conclude(world: _World, case: str, now: datetime) -> None:
    with world.db.reading() as tx:
        state = cases.state(tx, case)
        assert state is not None
        chair = chair_of(state, cases.ballots(tx, case))
        told = cases.load(tx, case)
        assert told is not None
        allowed = {str(one) for one, _ in told.dossier["outcomes"]}
    if state.status != "open" or chair is None:
        return
    conditional = "godkjent_med_forutsetninger"
    outcome = world.chance.choices(
        ("godkjent", conditional, "ikke_godkjent", "utsatt", "sendt_tilbake"), (60, 15, 10, 8, 7)
    )[0]
    outcome = world.outcomes.get(case, outcome)
    if outcome not in allowed:
        outcome = "ikke_godkjent"
    due = (local_date(now) + timedelta(days=30)).isoformat()
    terms = [Condition(text="Mål nullpunktet.", owner="Gevinstansvarlig", due=due, blocks=True)]
    found = conclude_case(
        world.db,
        case=case,
        by=chair["person"],
        outcome=outcome,
        wording="Slik ble det.",
        conditions=terms if outcome == conditional else (),
        version=state.version,
        now=now,
    )
    if isinstance(found, Concluded):
        world.happened[f"utfall: {outcome}"] += 1
        if found.awaits:
            world.happened["sak: venter på politisk behandling"] += 1
            world.later(now + POLITICS, partial(_politicians, world, case, state.project))
    else:
        assert {one.code for one in found.reasons} == {"quorum_missing"}, found
        world.happened["sak: ikke beslutningsdyktig"] += 1
        able = sum(not entry["recused"] for entry in state.roll)
        if able < state.rules["quorum"]:  # nobody is above the board: only the leader can end it
            _withdraw(world, case, now)


def _conclude_written(world: _World, case: str, now: datetime) -> None:
    """A written case nobody's rule has closed: its chair does, unless it has gone to a meeting."""
    if group.state(world.db, case).meeting is None:
        _conclude(world, case, now)
    if (left := group.state(world.db, case)).status == "open" and left.meeting is None:
        world.later(now + timedelta(days=3), partial(_conclude_written, world, case))


# ---------------------------------------------------------------- the clock


def _heartbeat(world: _World, now: datetime) -> None:
    group.call(world.db, now=now)
    close_overdue(world.db, now=now)
    with world.db.reading() as tx:
        called = meetings.list_meetings(tx, status="called")
        subjects = {one.id: one.subject for one in outbox.list_letters(tx, state="due")}
    for meeting in called:
        if (meeting.id, meeting.starts_at) not in world.arranged:
            world.arranged.add((meeting.id, meeting.starts_at))
            world.later(meeting.starts_at, partial(_hold, world, meeting.id))
    if subjects:
        _deliver(world, now)


def _deliver(world: _World, now: datetime) -> None:
    """Letters arrive; whoever gets one that asks may come in some hours later, and perhaps once more."""
    for kind, person, subject, url, code in _posted(world, now):
        if kind in (AGENDA, CASE) and url and code:
            world.doors[person, subject] = (url, code)
        if (person, subject) not in world.doors or kind not in (AGENDA, CASE, UNOPENED, AMENDED):
            continue
        for _ in range(world.chance.choices((0, 1, 2), (30, 55, 15))[0]):
            when = now + timedelta(minutes=world.chance.randrange(5, 7000))
            world.later(when, partial(_visit, world, person, subject))


def _posted(world: _World, now: datetime) -> list[tuple[str, str, str, str | None, str | None]]:
    """The letters that leave now, in an order that the same seed gives again: ids are random."""
    sent = group.post(world.db, now=now)
    with world.db.reading() as tx:
        address = {one.id: one.email or "" for one in people.all_people(tx)}
        number = {f"case:{one.id}": one.number for one in cases.list_cases(tx)}
    return sorted(sent, key=lambda one: (one[0], address[one[1]], number.get(one[2], one[2])))


# ---------------------------------------------------------------- what must hold


def check(db: Database, *, requests: int) -> dict[str, int]:
    """Every promise, counted in what is stored; raises AssertionError for the first that is broken."""
    group.assert_sound(db)
    with db.reading() as tx:
        all_cases = cases.list_cases(tx)
        assert len(all_cases) == requests, "a request was lost"
        _check_ends(tx, all_cases)
        _check_referats(tx, all_cases)
        changes = _check_changes(tx)
        most = _check_budget(tx, all_cases, changes)
        return {
            "flest brev til ett medlem for ett møte": most,
            "endringer i møterekka": sum(changes.values()),
        }


def _leaves(tx: Connection, chain: str) -> list[Any]:
    return list(ledger.leaves(tx, chain))


def _check_ends(tx: Connection, all_cases: tuple[CaseState, ...]) -> None:
    for case in all_cases:
        assert case.status in {"decided", "withdrawn"}, f"case {case.number} has no end: {case}"
    ends = Counter(
        leaf.kind
        for project in {case.project for case in all_cases}
        for leaf in _leaves(tx, f"project:{project}")
        if leaf.kind in {"CaseDecided", "CaseWithdrawn"}
    )
    assert ends["CaseDecided"] == sum(case.status == "decided" for case in all_cases), "decided twice"
    assert ends.total() == len(all_cases)
    for project in {case.project for case in all_cases}:
        for leaf in _leaves(tx, f"project:{project}"):
            if leaf.kind == "CaseScheduled":
                assert json.loads(leaf.body)["plain"]["why"], "a case was moved and nobody knows why"


def _check_referats(tx: Connection, all_cases: tuple[CaseState, ...]) -> None:
    held = [one.id for one in meetings.list_meetings(tx, status="held")]
    referats = [meetings.minutes(tx, meeting)[-1].model for meeting in held]
    listed = Counter(told["number"] for referat in referats for told in referat["cases"])
    decided = {one.number for one in all_cases if one.status == "decided" and one.meeting is not None}
    assert listed == Counter(decided), "every case decided in a meeting stands in one referat, and only there"
    for meeting in meetings.list_meetings(tx):
        assert meeting.status in {"held", "cancelled", "planned"}, meeting
        assert meeting.status != "planned" or not cases.list_cases(tx, meeting=meeting.id, status="open")


def _check_changes(tx: Connection) -> Counter[str]:
    """How often each meeting was changed; each time with a reason, told to all who had been invited."""
    changes: Counter[str] = Counter()
    for meeting in meetings.list_meetings(tx):
        if meeting.sequence == 0:
            continue
        assert meeting.reason, f"nobody knows why {meeting.id} was changed"
        changes[meeting.id] = meeting.sequence
        about = list(outbox.list_letters(tx, subject=f"meeting:{meeting.id}"))
        invited = {one.recipient for one in about if one.kind == AGENDA and one.state == "sent"}
        informed = {one.recipient for one in about if one.kind == MEETING_CHANGED and one.state == "sent"}
        assert not invited or informed, f"nobody was told that {meeting.id} was changed"
    return changes


def _check_budget(tx: Connection, all_cases: tuple[CaseState, ...], changes: Counter[str]) -> int:
    """The most letters a member got for one meeting, word of a changed meeting aside."""
    sent = list(outbox.list_letters(tx, state="sent"))
    got: dict[tuple[str, str], Counter[str]] = {}
    for letter in sent:
        if letter.subject.startswith("meeting:"):
            got.setdefault((letter.recipient, letter.subject), Counter())[letter.kind] += 1
    for (person, subject), kinds in got.items():
        told = f"{person} got for {subject}: {dict(kinds)}"
        assert all(kinds[kind] <= 1 for kind in BUDGET), told
        assert kinds[MEETING_CHANGED] <= changes[subject.removeprefix("meeting:")], told
    for case in all_cases:
        amended = sum(one.substance for one in cases.amendments(tx, case.id))
        again = Counter(
            one.recipient for one in sent if (one.kind, one.subject) == (AMENDED, f"case:{case.id}")
        )
        answered = Counter((ballot.person, ballot.version) for ballot in cases.ballots(tx, case.id))
        assert all(number <= amended for number in again.values()), f"{case.number}: {again}"
        assert all(any(who == person for who, _ in answered) for person in again), (
            "asked again, never answered"
        )
    return max((sum(kinds[kind] for kind in BUDGET) for kinds in got.values()), default=0)


def main() -> int:
    """Simulate, check, and print what happened."""
    plan = Plan(seed=int(sys.argv[1]) if len(sys.argv) > 1 else SEED)
    folder = Path("build", "half-year", str(plan.seed))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder / 'faseport.db'}"
    schema.upgrade(url)
    db = Database(url)
    began = time.monotonic()
    happened = simulate(db, plan)
    counted = check(db, requests=plan.requests)
    with db.reading() as tx:
        letters = Counter(f"brev: {one.kind} ({one.state})" for one in outbox.list_letters(tx))
        slots = Counter(f"møte: {one.status}" for one in meetings.list_meetings(tx))
    db.close()
    for name, number in sorted((happened | letters | slots | Counter(counted)).items()):
        print(f"{number:>6}  {name}")
    print(f"Alt holder. {plan.requests} saker, frø {plan.seed}, {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
