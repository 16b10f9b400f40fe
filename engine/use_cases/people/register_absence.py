"""A person will be away; the deputy is asked in the meantime."""

from datetime import date, datetime

from engine.core.record.events.programme import AbsenceRegistered
from engine.core.refusal import NotAllowed
from engine.queries.people.actors import person_named
from engine.store import programmes
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.cases.reroll import hold_open_cases, rerolls


def register_absence(
    db: Database, *, who: str, away_from: date, away_to: date, now: datetime, stand_in: str | None = None
) -> None:
    """Register an absence, both days included; `stand_in` takes over what the person owes meanwhile.

    Raises Unknown for a person, NotAllowed for reversed dates or somebody who would stand in for themselves.
    """
    if away_to < away_from:
        raise NotAllowed("dates_reversed", {"from": away_from.isoformat(), "to": away_to.isoformat()})
    with db.writing() as tx:
        person = person_named(tx, who)
        other = None if stand_in is None else person_named(tx, stand_in).id
        if other == person.id:
            raise NotAllowed("own_stand_in", {"person": who})
        absence = AbsenceRegistered(
            person=person.id,
            away_from=away_from.isoformat(),
            away_to=away_to.isoformat(),
            stand_in=other,
        )
        hold_open_cases(tx)
        record(tx, [absence], now=now)
        programme = programmes.current(tx)
        if programme is not None:
            record(tx, list(rerolls(tx, programme, now=now)), now=now)
