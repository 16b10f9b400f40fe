"""Programkontoret has a project's owner told that something is late: a person's decision, no machine's."""

from dataclasses import dataclass
from datetime import datetime

from engine.core.obligations.owed import Owner
from engine.core.programme.calendar import local_date
from engine.core.record.events.obligations import OwnerAlerted
from engine.core.refusal import Reason, Refused
from engine.store import obligations, people
from engine.store.record.record import record
from engine.store.session import Connection, Database
from engine.use_cases.obligations.owed_now import Owed, owed_now, require_follow_up

OWNER_ROLE = "prosjekteier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerted:
    """The obligation, and the person who is told, by id and name."""

    obligation: str
    person: str
    name: str


def alert_owner(db: Database, *, obligation: str, by: str, now: datetime) -> Alerted | Refused:
    """Send the project's owner, or whoever stands in for them, a letter about something owed.

    Refused when it is settled, when the owner has been told today, and where there is no owner to tell.
    Raises Unknown for the obligation or person, NotAllowed for anybody but programkontoret.
    """
    with db.writing() as tx:
        owed = owed_now(tx, obligation, by=by, now=now)
        require_follow_up(tx, owed)
        if owed.standing:
            return Refused(reasons=owed.standing)
        project = owed.stored.project
        if project is None:
            return _refused("no_owner_to_alert")
        # `instead_of` tells of somebody who answers because nobody owns the project: they are no owner.
        found = owed.who.find(Owner("role", OWNER_ROLE), project=project)
        if found is None or found.instead_of is not None:
            return _refused("nobody_to_alert")
        name = people.names(tx, [found.person]).get(found.person, "")
        if _told_today(tx, owed, now):
            return _refused("alerted_today", name=name)
        key = owed.stored.obligation.key
        alerted = OwnerAlerted(
            by=owed.person,
            project=project,
            kind=key.kind,
            subject=key.subject,
            occurrence=key.occurrence,
            told=found.person,
            on=local_date(now).isoformat(),
        )
        record(tx, [alerted], now=now)
    return Alerted(obligation=obligation, person=found.person, name=name)


def _told_today(tx: Connection, owed: Owed, now: datetime) -> bool:
    return any(
        act.act == "alerted"
        and act.key == owed.stored.obligation.key
        and local_date(act.at) == local_date(now)
        for act in obligations.acts(tx, chain=owed.stored.chain)
    )


def _refused(code: str, **data: str) -> Refused:
    return Refused(reasons=(Reason(code=code, data=data),))
