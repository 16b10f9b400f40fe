"""Does the simulated half-year hold its promises — a short one here, on both databases; the whole one is
`make simulate-half-year`?
"""

from datetime import date

import pytest

from engine.store import meetings
from engine.store.session import Database
from engine.use_cases.meetings.write_minutes import Written, write_minutes
from tests import meeting_builders as group
from tests.builders import OFFICE
from tests.meeting_builders import at
from tools.simulate_half_year import MATTERS, Plan, check, simulate

SPRING = Plan(
    first=date(2025, 3, 27),
    last=date(2025, 5, 9),
    until=date(2025, 9, 30),
    requests=12,
    programme_requests=4,
    real_requests=4,
    projects=10,
    seed=7,
)
"""Six meetings: 2 April, Easter week (cancelled), 30 April, 14 May (moved), 28 May, 11 June."""


def test_a_spring_of_meetings_loses_no_case_and_keeps_the_mail_budget(db: Database) -> None:
    happened = simulate(db, SPRING)
    assert happened["sak: meldt"] == 12
    played = {kind: number for kind, number in happened.items() if kind.startswith("slag: ")}
    assert sum(played.values()) == 12
    assert {f"slag: {matter.gate} ({matter.body})" for matter in MATTERS} <= played.keys()
    # Both real workflows took part, and a decision waited for the politicians and was executed later.
    assert happened["ekte: prosjektveiviseren"]
    assert happened["ekte: forskningsloypa"]
    assert happened["sak: venter på politisk behandling"] == 1
    assert happened["sak: gjennomført etter politisk behandling"] == 1
    counted = check(db, requests=12)
    assert counted["flest brev til ett medlem for ett møte"] <= 4
    with db.reading() as tx:
        statuses = {one.planned_on: one.status for one in meetings.list_meetings(tx, body=group.BODY)}
        (held, *_) = meetings.list_meetings(tx, body=group.BODY, status="held")
    assert statuses.get(date(2025, 4, 16)) in {"cancelled", None}

    # The count can fail: one referat too many is seen.
    again = write_minutes(
        db, meeting=held.id, by=OFFICE, send=True, render=lambda _model: b"en gang til", now=at(10, 1, 9)
    )
    assert isinstance(again, Written), again
    group.send(db, now=at(10, 1, 10))
    with pytest.raises(AssertionError, match="got for meeting:"):
        check(db, requests=12)
