"""What does somebody owe, by when, and what happens if nothing is done?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from engine.core import obligations as core
from engine.core.calendar import Policy, local_date, working_days_after
from engine.core.duties import Duty
from engine.core.obligations import Key
from engine.core.programme import Programme
from engine.core.shape import text_in
from engine.store import cases, meetings, obligations, people, projects
from engine.store.obligations import Stored
from engine.store.session import Connection
from engine.use_cases.actors import programme_in_force
from engine.use_cases.responsible import Directory, Responsible, directory

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

    @property
    def by_hand(self) -> bool:
        """Whether it is settled by saying so on «Mine frister»."""
        return not self.path and self.kind.startswith(core.DUTY)


def show_mine(tx: Connection, person: str, *, now: datetime) -> tuple[ObligationView, ...]:
    """Everything a person answers for today, the most urgent first; also what they stand in for."""
    who = directory(tx, on=local_date(now))
    mine = [
        one
        for one in obligations.list_obligations(tx)
        if (found := who.find(one.obligation.owner, project=one.project)) is not None
        and found.person == person
    ]
    return show_obligations(tx, mine, on=local_date(now), who=who)


def show_obligations(
    tx: Connection, owed: Iterable[Stored], *, on: date, who: Directory | None = None
) -> tuple[ObligationView, ...]:
    """The same for any obligations, as they stand on a day. Raises Unknown without a programme."""
    look = _Look(tx=tx, programme=programme_in_force(tx), who=who or directory(tx, on=on), on=on)
    return tuple(look.view(one) for one in owed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    tx: Connection
    programme: Programme
    who: Directory
    on: date

    def view(self, stored: Stored) -> ObligationView:
        one = stored.obligation
        policy = self.programme.calendar.policy()
        found = self.who.find(one.owner, project=stored.project)
        about = dict(self._about(one.key))
        return ObligationView(
            id=stored.id,
            kind=one.key.kind,
            about=about,
            project=stored.project or about.pop("key", ""),
            project_title=self._title(stored.project),
            owner=self._owner(stored),
            responsible=self._name(found),
            stands_in=found is not None and found.stands_in_for is not None,
            due_on=one.due_on,
            due_time=one.due_time,
            late=_late(one.due_on, self.on, policy),
            settled=stored.status == "settled",
            if_nothing=self._if_nothing(one.key.kind),
            path=_path(one.key, stored.project),
            reminded=self._reminded(stored.id),
        )

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

    def _measured(self, key: Key) -> Iterator[tuple[str, str]]:
        benefit, indicator, _ = (*key.occurrence.split("/"), "", "", "")[:3]
        facts = projects.facts(self.tx, key.subject.removeprefix(_PROJECT))
        for one in facts.get("benefits", []):
            if one.get("id") == benefit:
                yield "benefit", str(one.get("title", benefit))
                titles = {each.get("id"): each.get("title") for each in one.get("indicators", [])}
                yield "indicator", str(titles.get(indicator) or indicator)

    def _duty(self, kind: str) -> Duty | None:
        named = kind.removeprefix(core.DUTY)
        return next((one for one in self.programme.duties if one.id == named), None)

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

    def _name(self, found: Responsible | None) -> str:
        person = None if found is None else people.by_id(self.tx, found.person)
        return "" if person is None else person.name or ""

    def _reminded(self, id_: str) -> tuple[tuple[date, str], ...]:
        said = obligations.reminders_of(self.tx, id_)
        names = people.names(self.tx, [one.person for one in said])
        return tuple((local_date(one.at), names.get(one.person, "")) for one in said)


def _late(due_on: date, on: date, policy: Policy) -> int:
    return 0 if on <= due_on else max(1, working_days_after(due_on, on, policy))


def _path(key: Key, project: str | None) -> str:
    """Where it is settled, when that is not on «Mine frister» itself."""
    if key.kind in (core.ANSWER, core.PAPERS):
        return f"/sak/{key.subject.removeprefix(_CASE)}"
    if key.kind == core.MINUTES:
        return f"/mote/{key.subject.removeprefix(_MEETING)}"
    if key.kind == core.REPORT_APPROVAL and project is not None:
        return f"/rapportering/{project}/{key.occurrence}"
    return ""
