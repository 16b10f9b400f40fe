"""What does somebody owe, by when, and what happens if nothing is done?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from engine.core.benefits.measurements import told_by
from engine.core.files.shape import text_in
from engine.core.obligations import owed as core
from engine.core.obligations.owed import Act, Key
from engine.core.programme.calendar import Policy, local_date, working_days_after
from engine.core.programme.duties import Duty
from engine.core.programme.model import Programme
from engine.core.refusal import Unknown
from engine.queries.people.responsible import Directory, directory
from engine.queries.programme.in_force import programme_in_force
from engine.queries.reports.report_form import report_form
from engine.store import cases, meetings, obligations, people, projects
from engine.store.obligations import Stored
from engine.store.session import Connection

REPORTING: Final = "/rapportering/"
"""Where a project's report is delivered and approved: the project and the period follow."""
_CASE = "case:"
_PROJECT = "project:"
_MEETING = "meeting:"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationView:
    """One thing owed, for whoever looks at it. `about` is what its sentences name; see `_about`.

    `late` is how many working days its deadline lies back (0 while it is not late); `path` is the page that
    settles it, empty where «Mine frister» does; `owner` the role, office or seat in the field's own word.
    """

    id: str
    kind: str
    about: Mapping[str, str]
    project: str
    project_title: str
    owner: str
    responsible: str
    stands_in: bool
    due_on: date
    due_time: time | None
    late: int
    settled: bool
    if_nothing: str
    path: str
    reminded: tuple[tuple[date, str], ...]
    responsible_address: str = ""
    where: str = ""
    """Where it is settled, as `core.obligations.settled_elsewhere` says it."""
    moved: tuple[tuple[date, str], ...] = ()
    """The dates it has been given, with the reasons."""
    alerted: tuple[date, ...] = ()
    """When the project's owner was told."""
    has_owner: bool = False
    """Whether it is a project's, so that there is an owner to tell."""
    may_move: bool = True
    """Whether it can be given another date here."""
    left: int = 0
    """How many working days there are until its deadline."""
    next_on: date | None = None
    """When its next reminder is sent."""
    next_to_office: bool = False
    """Whether that one goes to programkontoret."""
    case: str = ""
    meeting: str = ""
    """The id of what it is about, where that is a case or a meeting."""

    @property
    def by_hand(self) -> bool:
        """Whether it is settled by saying so on «Mine frister»."""
        return not self.where

    @property
    def condition(self) -> str:
        """The condition's name, «3/2025:F1», where it is one."""
        if self.kind != core.CONDITION:
            return ""
        return f"{self.about.get('number', '')}:{self.about.get('condition', '')}"


def show_mine(
    tx: Connection, person: str, *, now: datetime, forms: bool = False
) -> tuple[ObligationView, ...]:
    """Everything a person answers for today, the most urgent first; also what they stand in for. `forms` as
    in `show_obligations`.
    """
    who = directory(tx, on=local_date(now))
    mine = [
        one
        for one in obligations.list_obligations(tx)
        if (found := who.find(one.obligation.owner, project=one.project)) is not None
        and found.person == person
    ]
    return show_obligations(tx, mine, on=local_date(now), who=who, forms=forms)


def show_others(tx: Connection, person: str, *, now: datetime) -> tuple[ObligationView, ...]:
    """What others answer for and programkontoret follows up: all that is late, and conditions to accept."""
    today = local_date(now)
    who = directory(tx, on=today)
    others = [
        one
        for one in obligations.list_obligations(tx)
        if (one.obligation.due_on < today or one.obligation.key.kind == core.CONDITION)
        and ((found := who.find(one.obligation.owner, project=one.project)) is None or found.person != person)
    ]
    return show_obligations(tx, others, on=today, who=who)


def show_obligations(
    tx: Connection, owed: Iterable[Stored], *, on: date, who: Directory | None = None, forms: bool = False
) -> tuple[ObligationView, ...]:
    """The same for any obligations, as they stand on a day. Raises Unknown without a programme.

    With `forms`, a status report whose period has begun tells how much its form asks for:
    `fields`, and how many of them are not as last reported, `changed` (empty: there is no earlier report).
    """
    look = _Look(tx=tx, programme=programme_in_force(tx), who=who or directory(tx, on=on), on=on, forms=forms)
    return tuple(look.view(one) for one in owed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    tx: Connection
    programme: Programme
    who: Directory
    on: date
    forms: bool
    acts: dict[str, tuple[Act, ...]] = field(default_factory=dict)

    def view(self, stored: Stored) -> ObligationView:
        one = stored.obligation
        policy = self.programme.calendar.policy()
        found = self.who.find(one.owner, project=stored.project)
        about = dict(self._about(one.key))
        if self.forms and stored.status == "open" and self._settled_by(one.key.kind) == "statusrapport":
            about |= self._asked(stored.project, one.key.occurrence)
        acts = self._acts(stored.chain, one.key)
        responsible = None if found is None else people.by_id(self.tx, found.person)
        return ObligationView(
            id=stored.id,
            kind=one.key.kind,
            about=about,
            project=stored.project or about.pop("key", ""),
            project_title=self._title(stored.project),
            owner=self._owner(stored),
            responsible="" if responsible is None else responsible.name or "",
            responsible_address="" if responsible is None else responsible.email or "",
            stands_in=found is not None and found.stands_in_for is not None,
            due_on=one.due_on,
            due_time=one.due_time,
            late=_late(one.due_on, self.on, policy),
            settled=stored.status == "settled",
            if_nothing=self._if_nothing(one.key.kind),
            path=self._path(one.key, stored.project),
            reminded=self._reminded(stored.id),
            where=core.settled_elsewhere(one.key.kind, self._settled_by(one.key.kind)),
            moved=tuple((act.due, act.words) for act in acts if act.due is not None),
            alerted=tuple(local_date(act.at) for act in acts if act.act == "alerted"),
            has_owner=stored.project is not None,
            may_move=not core.due_elsewhere(one.key.kind),
            left=working_days_after(self.on, one.due_on, policy),
            next_on=None if stored.next_at is None else local_date(stored.next_at),
            next_to_office=self._next_to_office(stored),
            case=_named(one.key, _CASE),
            meeting=_named(one.key, _MEETING),
        )

    def _next_to_office(self, stored: Stored) -> bool:
        ahead = self.programme.ladder(stored.obligation.ladder)[stored.passed + 1 :]
        return stored.next_at is not None and bool(ahead) and ahead[0].to == "programkontor"

    def _acts(self, chain: str, key: Key) -> list[Act]:
        if chain not in self.acts:
            self.acts[chain] = obligations.acts(self.tx, chain=chain)
        return [act for act in self.acts[chain] if act.key == key]

    def _settled_by(self, kind: str) -> str:
        duty = self._duty(kind)
        return "" if duty is None else duty.settled_by

    def _path(self, key: Key, project: str | None) -> str:
        if self._settled_by(key.kind) == "statusrapport" and project is not None:
            return f"{REPORTING}{project}/{key.occurrence}"
        return _path(key, project)

    def _about(self, key: Key) -> Iterator[tuple[str, str]]:
        """What the sentences of a kind name: number, gate, text, title, period, on, benefit, indicator."""
        if key.subject.startswith(_CASE):
            case = cases.load(self.tx, key.subject.removeprefix(_CASE))
            if case is not None:
                yield "number", case.state.number
                yield "gate", case.state.gate
                for condition in case.conditions if key.kind == core.CONDITION else ():
                    if condition["id"] == key.occurrence:
                        yield "condition", str(condition["id"])
                        yield "text", str(condition["text"]).rstrip(". ")
        elif key.subject.startswith(_MEETING):
            meeting = meetings.load(self.tx, key.subject.removeprefix(_MEETING))
            if meeting is not None:
                yield "on", local_date(meeting.starts_at).isoformat()
                body = next((one for one in self.programme.bodies if one.id == meeting.body), None)
                yield "body", meeting.body if body is None else text_in(body.title)
        if key.kind == core.MEASUREMENT:
            yield from self._measured(key)
        if key.kind.startswith(core.DUTY):
            duty = self._duty(key.kind)
            yield "title", key.kind.removeprefix(core.DUTY) if duty is None else text_in(duty.title)
            yield "period", key.occurrence
        if key.kind == core.REPORT_APPROVAL:
            yield "period", key.occurrence

    def _asked(self, project: str | None, period: str) -> dict[str, str]:
        try:
            form = report_form(self.tx, key=project or "", period=period, today=self.on)
        except Unknown:
            # The programme no longer has the period: the deadline is all there is to tell.
            return {}
        if form.period.from_day > self.on:
            return {}
        changed = form.filled.changed
        told = "" if changed is None else str(len(changed))
        return {"fields": str(len(form.filled.fields)), "changed": told}

    def _measured(self, key: Key) -> Iterator[tuple[str, str]]:
        facts = projects.facts(self.tx, key.subject.removeprefix(_PROJECT))
        found = told_by(key.occurrence, facts.get(projects.LISTED, ()))
        for name, one in zip(("benefit", "indicator"), found or (), strict=False):
            yield name, str(one.get("title") or one["id"])

    def _duty(self, kind: str) -> Duty | None:
        return next((one for one in self.programme.duties if f"{core.DUTY}{one.id}" == kind), None)

    def _if_nothing(self, kind: str) -> str:
        duty = self._duty(kind) if kind.startswith(core.DUTY) else None
        return "" if duty is None or duty.if_nothing is None else duty.if_nothing

    def _title(self, project: str | None) -> str:
        if project is None:
            return ""
        return str(projects.facts(self.tx, project).get("title", project))

    def _owner(self, stored: Stored) -> str:
        owner = stored.obligation.owner
        if owner.kind == "office":
            titles = {one.id: text_in(one.title) for one in self.programme.offices}
            return titles.get(owner.id, owner.id)
        if owner.kind == "seat":
            offices = {seat.id: seat.office for body in self.programme.bodies for seat in body.seats}
            return offices.get(owner.id, owner.id)
        if owner.kind == "role":
            return owner.id
        found = people.by_id(self.tx, owner.id)
        return "" if found is None else found.name or ""

    def _reminded(self, id_: str) -> tuple[tuple[date, str], ...]:
        said = obligations.reminders_of(self.tx, id_)
        names = people.names(self.tx, [one.person for one in said])
        return tuple((local_date(one.at), names.get(one.person, "")) for one in said)


def _named(key: Key, start: str) -> str:
    return key.subject.removeprefix(start) if key.subject.startswith(start) else ""


def _late(due_on: date, on: date, policy: Policy) -> int:
    return 0 if on <= due_on else max(1, working_days_after(due_on, on, policy))


def _path(key: Key, project: str | None) -> str:
    """Where it is settled, when that is not on «Mine frister» itself."""
    if key.kind in (core.ANSWER, core.PAPERS):
        return f"/sak/{key.subject.removeprefix(_CASE)}"
    if key.kind == core.MINUTES:
        return f"/mote/{key.subject.removeprefix(_MEETING)}"
    if key.kind == core.REPORT_APPROVAL and project is not None:
        return f"{REPORTING}{project}/{key.occurrence}"
    return ""
