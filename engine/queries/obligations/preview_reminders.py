"""Whom will we remind of what, on which day, if nothing happens until then?

Looks and touches nothing: what is owed is worked out in memory as the heartbeat would, from what is stored,
and each ladder is climbed day by day with whoever holds the roles, offices and seats on that day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from engine.core.obligations import owed as core
from engine.core.obligations.owed import Key, Obligation, Owner
from engine.core.programme.calendar import Policy, in_office_hours, local_date
from engine.core.programme.ladder import due, next_slot
from engine.core.programme.model import Programme
from engine.core.record.letters import REMINDER
from engine.queries.cases.written import closes_by_itself
from engine.queries.obligations.plan import plan_of
from engine.queries.obligations.show_obligations import ObligationView, show_obligations
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.queries.people.responsible import Directory, directory
from engine.store import obligations, outbox, people, programmes
from engine.store.obligations import Stored
from engine.store.session import Connection

_WAITS = ("due", "retry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One reminder: what is owed, so many working days after the deadline (before it, when negative), and
    why this person: `to_office` as programkontoret, `stands_in_for` somebody (by id), or `instead_of` a
    role, office or seat that nobody with an address holds.
    """

    about: ObligationView
    key: Key
    due_on: date
    days: int
    to_office: bool = False
    stands_in_for: str | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One person's letter of a day: when it leaves at the earliest, to whom (by id), and what it tells, the
    most urgent first.
    """

    at: datetime
    person: str
    name: str
    email: str
    said: tuple[Said, ...]

    @property
    def on(self) -> date:
        """The day in Oslo."""
        return local_date(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The letters in order; the reminders that find nobody; and the written cases that their deadline closes
    meanwhile, by number: what may follow from those is not foreseen here.
    """

    digests: tuple[Digest, ...]
    nobody: tuple[tuple[date, Said], ...]
    closing: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Climb:
    """An obligation on its way up its ladder; `ends` is when the clock itself will close what it is about."""

    stored: Stored
    passed: int
    next_at: datetime | None
    ends: datetime | None = None


def preview_reminders(tx: Connection, *, since: date, until: date, now: datetime) -> Preview:
    """What the heartbeat will remind of from now on, told for the days from `since` to `until`, both
    included, as if nobody did anything meanwhile. Without a programme nobody is reminded.
    """
    programme = programmes.current(tx)
    if programme is None:
        return Preview(digests=(), nobody=(), closing=())
    closing = {case.id: case for case in closes_by_itself(tx) if local_date(case.answer_by) <= until}
    ends = {f"case:{case.id}": case.answer_by for case in closing.values()}
    climbs = list(_climbs(tx, programme, ends, until=until, now=now))
    look = _Look(tx=tx, programme=programme, now=now, views={}, offices={})
    told: dict[tuple[datetime, str], list[Said]] = {}
    for at, person, said in _waiting_now(look):
        told.setdefault((at, person), []).append(said)
    nobody: list[tuple[date, Said]] = []
    for at, receiver, said in _climbed(look, climbs, until=until):
        if receiver is None:
            nobody.append((local_date(at), said))
        else:
            told.setdefault((at, receiver), []).append(said)
    return Preview(
        digests=tuple(
            look.digest(at, person, said)
            for (at, person), said in sorted(told.items(), key=lambda one: one[0])
            if since <= local_date(at) <= until
        ),
        nobody=tuple((day, said) for day, said in nobody if since <= day <= until),
        closing=tuple(case.number for case in closing.values()),
    )


def _climbs(
    tx: Connection, programme: Programme, ends: Mapping[str, datetime], *, until: date, now: datetime
) -> Iterator[_Climb]:
    end = obligations.programme_end(tx)
    ended_on = None if end is None else end.ended_on
    # Every month the heartbeat works out a year more.
    horizon = max(until, local_date(now)) + core.AHEAD
    for chain in obligations.chains(tx):
        plan = plan_of(tx, programme, chain, until=horizon, now=now, ended_on=ended_on)
        dead = {one.id for one in plan.gone}
        standing = {one.id: one for one in plan.kept if one.status == "open" and one.id not in dead}
        for was, one, passed, next_at in plan.changed:
            standing.pop(was.id, None)
            if one.settled_at is None:
                changed = replace(was, obligation=one, status="open", passed=passed, next_at=next_at)
                standing[was.id] = changed
        new = [
            Stored(id="", chain=chain, obligation=one, status="open", passed=passed, next_at=next_at)
            for one, passed, next_at in plan.new
            if one.settled_at is None
        ]
        for stored in (*standing.values(), *new):
            closes = ends.get(stored.obligation.key.subject) if _is_answer(stored.obligation) else None
            yield _Climb(stored=stored, passed=stored.passed, next_at=stored.next_at, ends=closes)


def _is_answer(one: Obligation) -> bool:
    return one.key.kind == core.ANSWER


def _climbed(
    look: "_Look", climbs: Iterable[_Climb], *, until: date
) -> Iterator[tuple[datetime, str | None, Said]]:
    """Each reminder with its instant and receiver, or None for nobody."""
    programme, policy = look.programme, look.programme.calendar.policy()
    for climb in climbs:
        one, ladder = climb.stored.obligation, programme.ladder(climb.stored.obligation.ladder)
        while climb.next_at is not None:
            at = _looked_at(climb.next_at, look.now, policy)
            if local_date(at) > until or (climb.ends is not None and climb.ends <= at):
                break
            found = due(ladder, due_on=one.due_on, policy=policy, passed=climb.passed, now=at)
            for rung in found.rungs:
                to_office = ladder[rung].to == "programkontor"
                owner = Owner("office", PROGRAMME_OFFICE) if to_office else one.owner
                answers = look.who(local_date(at)).find(owner, project=climb.stored.project)
                said = Said(
                    about=look.view(climb.stored),
                    key=one.key,
                    due_on=one.due_on,
                    days=ladder[rung].days,
                    to_office=to_office,
                    stands_in_for=None if answers is None else answers.stands_in_for,
                    instead_of=None if answers is None else answers.instead_of,
                )
                yield at, None if answers is None else answers.person, said
            climb.passed, climb.next_at = found.passed, found.next_at


def _looked_at(next_at: datetime, now: datetime, policy: Policy) -> datetime:
    """When the heartbeat first looks at something: not before now, and only in office hours."""
    at = max(next_at, now)
    return at if in_office_hours(at, policy) else next_slot(at, policy)


def _waiting_now(look: "_Look") -> Iterator[tuple[datetime, str, Said]]:
    """What has been called for and not left yet: in the letter that waits for its turn."""
    posted = (one for state in _WAITS for one in outbox.list_letters(look.tx, state=state))
    for letter in posted:
        if letter.kind != REMINDER:
            continue
        waiting = obligations.waiting(
            look.tx,
            person=letter.recipient,
            letter=letter.id,
            possibly_sent=letter.reason == "in_doubt",
        )
        for stored, reminder in waiting:
            ladder = look.programme.ladder(stored.obligation.ladder)
            said = Said(
                about=look.view(stored),
                key=stored.obligation.key,
                due_on=reminder.due_on,
                days=reminder.rung,
                to_office=any(one.days == reminder.rung and one.to == "programkontor" for one in ladder),
            )
            yield max(letter.due_at, look.now), letter.recipient, said


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What is asked again and again, answered once."""

    tx: Connection
    programme: Programme
    now: datetime
    views: dict[Key, ObligationView]
    offices: dict[date, Directory]

    def who(self, on: date) -> Directory:
        if on not in self.offices:
            self.offices[on] = directory(self.tx, on=on)
        return self.offices[on]

    def view(self, stored: Stored) -> ObligationView:
        key, today = stored.obligation.key, local_date(self.now)
        if key not in self.views:
            (self.views[key],) = show_obligations(self.tx, [stored], on=today, who=self.who(today))
        return self.views[key]

    def digest(self, at: datetime, person: str, said: list[Said]) -> Digest:
        found = people.by_id(self.tx, person)
        return Digest(
            at=at,
            person=person,
            name="" if found is None else found.name or "",
            email="" if found is None else found.email or "",
            # The letter says each thing once: its newest rung.
            said=tuple({one.key: one for one in sorted(said, key=_urgency)}.values()),
        )


def _urgency(one: Said) -> tuple[date, str, str, str, int]:
    return one.due_on, one.key.kind, one.key.subject, one.key.occurrence, one.days
