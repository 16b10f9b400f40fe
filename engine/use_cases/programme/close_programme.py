"""The programme ends: what comes again stops, and what is still owed goes to the line."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.core.programme.calendar import local_date
from engine.core.record.events.event import PROGRAMME_CHAIN
from engine.core.record.events.programme import ProgrammeClosed
from engine.core.refusal import NotAllowed, Reason, Refused
from engine.queries.obligations.show_obligations import ObligationView, show_obligations
from engine.queries.people.actors import PROGRAMME_OFFICE, capacities, person_named
from engine.queries.people.responsible import directory
from engine.queries.programme.in_force import programme_in_force
from engine.store import obligations
from engine.store.obligations import Stored
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.obligations.plan_obligations import freshen


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """Something still owed: how it stands with whoever answers for it now, and who did before."""

    view: ObligationView
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What goes to whom by deadline, and how many that would have come again do not."""

    ended_on: date
    handed: tuple[Handed, ...]
    stopped: int


def close_programme(db: Database, *, ended_on: date, heir: str, by: str, now: datetime) -> Closed | Refused:
    """End the programme on a day, as programkontoret.

    What a role of a project owes goes to the project's owner, what an office owes to `heir`, who also follows
    up from that day on; seats of the line and persons keep what is theirs. Refused when it has ended already
    or when the heir has no address. Raises Unknown for a person or where there is no programme, NotAllowed
    for anybody but programkontoret.
    """
    with db.writing() as tx:
        programme_in_force(tx)
        person, after = person_named(tx, by), person_named(tx, heir)
        if PROGRAMME_OFFICE not in capacities(tx, person.id, project="", on=local_date(now)):
            raise NotAllowed("may_not_follow_up")
        obligations.hold(tx, PROGRAMME_CHAIN)
        end = obligations.programme_end(tx)
        if end is not None:
            data = {"on": end.ended_on.isoformat()}
            return Refused(reasons=(Reason(code="programme_closed", data=data),))
        if not after.email:
            return Refused(reasons=(Reason(code="heir_unreachable", data={"person": heir}),))
        freshen(tx, now=now)
        owed = obligations.list_obligations(tx)
        before = _answering(tx, owed, on=local_date(now))
        record(tx, [ProgrammeClosed(by=person.id, ended_on=ended_on.isoformat(), heir=after.id)], now=now)
        freshen(tx, now=now)
        left = obligations.list_obligations(tx)
        views = show_obligations(tx, left, on=max(local_date(now), ended_on))
    return Closed(
        ended_on=ended_on,
        handed=tuple(Handed(view=view, before=before.get(view.id, "")) for view in views),
        stopped=len(owed) - len(left),
    )


def _answering(tx: Connection, owed: tuple[Stored, ...], *, on: date) -> dict[str, str]:
    views = show_obligations(tx, owed, on=on, who=directory(tx, on=on))
    return {view.id: view.responsible for view in views}
