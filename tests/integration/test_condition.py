"""Is a condition followed until it is accepted as met, and does it block the gate where it says so?"""

from collections.abc import Iterator
from datetime import date

import pytest

from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.queries.cases.show_case import show_case
from engine.queries.projects.check_gate import check_gate
from engine.store import cases
from engine.store.session import Database
from engine.use_cases.cases.conclude_case import Concluded, Condition, conclude_case
from engine.use_cases.cases.request_transition import request_transition
from engine.use_cases.obligations.settle_condition import Followed, extend_condition, settle_condition
from tests import meeting_builders as group
from tests.at_once import at_once
from tests.builders import ASKER, LEADER, OFFICE, PROPOSAL
from tests.meeting_builders import MEETS, SUPERIORS, at, email

LATER = at(3, 12, 9)
FIRST = Condition(
    text="Nullpunktet er målt i to soner.", owner="Gevinstansvarlig", due="2025-04-04", blocks=True
)
SECOND = Condition(text="Avtalene er oversikt over.", owner="Prosjektleder", due="2025-03-14")


@pytest.fixture
def house(db: Database) -> Iterator[Database]:
    for one in group.a_sound_house(db):
        case = group.a_called_case(one)
        group.votes(one, case, *SUPERIORS)
        found = conclude_case(
            one,
            case=case,
            by=email("ho"),
            outcome="godkjent_med_forutsetninger",
            wording="Videre til gjennomføring.",
            conditions=[FIRST, SECOND],
            now=MEETS,
        )
        assert isinstance(found, Concluded), found
        yield one


def settle(db: Database, condition: str = "1/2025:F1", **how: object) -> Followed | Refused:
    told = {"evidence": "Målt i sone 1 og 2.", "by": OFFICE, "now": LATER} | how
    return settle_condition(db, condition=condition, **told)  # type: ignore[arg-type]


def codes(found: object) -> list[str]:
    assert isinstance(found, Refused), found
    return [one.code for one in found.reasons]


def open_ones(db: Database) -> list[str]:
    with db.reading() as tx:
        return [one.id for one in cases.conditions(tx, "p1") if one.settled_at is None]


def ask_next(db: Database) -> object:
    return request_transition(db, key="p1", proposal=PROPOSAL, by=LEADER, now=LATER)


def test_a_blocking_condition_keeps_the_next_gate_shut_and_says_which_one(house: Database) -> None:
    refused = ask_next(house)
    assert isinstance(refused, Refused)
    assert any(FIRST.text in str(reason.data) for reason in refused.reasons), refused.reasons
    with house.reading() as tx:
        assert not check_gate(tx, key="p1", today=LATER.date()).check.open


def test_the_gate_opens_when_the_blocking_condition_is_settled_though_another_is_open(
    house: Database,
) -> None:
    assert isinstance(settle(house), Followed)
    assert open_ones(house) == ["F2"]
    assert not isinstance(ask_next(house), Refused)


def test_the_next_case_shows_the_conditions_of_the_last_with_their_dates(house: Database) -> None:
    settle(house)
    opened = ask_next(house)
    with house.reading() as tx:
        shown = show_case(tx, opened.case, now=LATER).earlier_conditions  # type: ignore[attr-defined]
    assert [(one.id, one.settled_at) for one in shown] == [("F1", LATER), ("F2", None)]
    assert shown[0].evidence == "Målt i sone 1 og 2."


def test_a_condition_is_settled_once_with_its_evidence(house: Database) -> None:
    assert codes(settle(house, evidence=" ")) == ["evidence_required"]
    settle(house)
    assert codes(settle(house)) == ["condition_settled"]


def test_two_who_settle_at_once_settle_once(house: Database) -> None:
    ((one, other),) = at_once([[lambda: settle(house), lambda: settle(house)]])
    assert sorted(type(each).__name__ for each in (one, other)) == ["Followed", "Refused"], (one, other)


@pytest.mark.parametrize("by", [LEADER, ASKER, email("ho")])
def test_only_the_office_accepts_that_a_condition_is_met(house: Database, by: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        settle(house, by=by)
    assert refused.value.code == "may_not_accept"


def test_a_condition_gets_another_date_with_a_reason_and_keeps_the_newest(house: Database) -> None:
    def extend(due: date, reason: str = "Sykdom.") -> Followed | Refused:
        return extend_condition(house, condition="1/2025:F2", due=due, reason=reason, by=OFFICE, now=LATER)

    assert codes(extend(date(2025, 4, 1), " ")) == ["reason_for_date"]
    assert codes(extend(date(2025, 3, 11))) == ["condition_due_past"]
    assert isinstance(extend(date(2025, 4, 1)), Followed)
    assert isinstance(extend(date(2025, 4, 15)), Followed)
    with house.reading() as tx:
        assert [one.due for one in cases.conditions(tx, "p1")] == ["2025-04-04", "2025-04-15"]
    settle(house, "1/2025:F2")
    assert codes(extend(date(2025, 5, 1))) == ["condition_settled"]


def test_an_unknown_condition_is_told_with_the_nearest(house: Database) -> None:
    with pytest.raises(Unknown) as condition:
        settle(house, "1/2025:F9")
    assert condition.value.nearest in {"F1", "F2"}
    with pytest.raises(Unknown):
        settle(house, "9/2025:F1")
    with pytest.raises(Unknown):
        settle(house, "F1")
