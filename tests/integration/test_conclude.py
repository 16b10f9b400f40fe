"""May the chair close this case like this — and is everything done and told when it is closed?"""

from datetime import date, timedelta
from typing import Any

import pytest

from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.queries.cases.show_case import show_case
from engine.queries.projects.check_gate import check_gate
from engine.store import cases, outbox, projects
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.cases.conclude_case import Concluded, Condition, conclude_case
from engine.use_cases.cases.withdraw_case import Withdrawn, withdraw_case
from engine.use_cases.projects.change_facts import change_facts
from tests import builders
from tests.builders import ASKER, LEADER, NOW, OFFICE

TODAY = date(2025, 1, 14)
LATER = NOW + timedelta(hours=2)
CHAIR = builders.seat_email(1)
FIRM = Condition(text=" Avklar bemanningen. ", owner="Prosjektleder", due="2025-03-01")


@pytest.fixture
def house(db: Database) -> Database:
    builders.a_programme(db, workflow=builders.workflow_text(), seats=3, quorum=2, rule="konsensus")
    builders.a_ready_project(db, key="klar")
    return db


def a_case(db: Database, *choices: str) -> str:
    case = builders.a_case(db, key="klar").case
    builders.answers(db, case, list(choices))
    return case


def close(db: Database, case: str, outcome: str, **other: Any) -> Concluded | Refused:
    told: dict[str, Any] = {"by": CHAIR, "wording": "Slik ble det.", "now": LATER} | other
    return conclude_case(db, case=case, outcome=outcome, **told)


def refused(found: object) -> list[str]:
    assert isinstance(found, Refused), found
    return [one.code for one in found.reasons]


def phase(db: Database) -> str:
    with db.reading() as tx:
        found = projects.load(tx, "klar")
    assert found is not None
    return found.phase


@pytest.mark.parametrize(
    ("outcome", "to_phase"),
    [
        ("godkjent", "gjennomfore"),
        ("ikke_godkjent", "konsept"),
        ("utsatt", "konsept"),
        ("sendt_tilbake", "konsept"),
        ("avsluttet_uten_videreforing", "avsluttet"),
    ],
)
def test_each_outcome_leads_where_the_definition_says(house: Database, outcome: str, to_phase: str) -> None:
    case = a_case(house, "godkjenn", "ikke_godkjenn")
    found = close(house, case, outcome)
    assert isinstance(found, Concluded), found
    assert phase(house) == to_phase
    assert found.to_phase == (None if to_phase == "konsept" else to_phase)
    with house.reading() as tx:
        view = show_case(tx, case, now=LATER)
        assert (view.status, view.outcome, view.wording, view.basis) == (
            "decided",
            outcome,
            "Slik ble det.",
            "chair",
        )
        assert view.decided_by == "Kommunaldirektør"
        assert ledger.verify(tx).faults == ()


def test_conditions_are_numbered_kept_and_seen_by_the_next_gate(house: Database) -> None:
    case = a_case(house, "godkjenn", "godkjenn")
    second = Condition(text="Rapporter.", owner="Prosjekteier", due="20250401")
    found = close(house, case, "godkjent_med_forutsetninger", conditions=[FIRM, second])
    assert isinstance(found, Concluded), found
    with house.reading() as tx:
        view = show_case(tx, case, now=LATER)
        kept = cases.conditions(tx, "klar")
    assert [(one.id, one.text, one.owner, one.due.isoformat()) for one in view.conditions] == [
        ("F1", "Avklar bemanningen.", "Prosjektleder", "2025-03-01"),
        ("F2", "Rapporter.", "Prosjekteier", "2025-04-01"),
    ]
    assert [(one.id, one.settled_at) for one in kept] == [("F1", None), ("F2", None)]


@pytest.mark.parametrize(
    ("outcome", "other", "codes"),
    [
        ("seier", {}, ["outcome_not_allowed"]),
        ("ikke_godkjent", {"wording": " "}, ["reason_required"]),
        ("utsatt", {"wording": "x\x00"}, ["value.forbidden_character", "reason_required"]),
        ("godkjent_med_forutsetninger", {}, ["conditions_required"]),
        ("godkjent", {"conditions": [FIRM]}, ["conditions_not_allowed"]),
        (
            "godkjent_med_forutsetninger",
            {"conditions": [Condition(text="", owner=" ", due="snart")]},
            ["condition_text_missing", "condition_owner_missing", "condition_due_unreadable"],
        ),
        (
            "godkjent_med_forutsetninger",
            {"conditions": [Condition(text="A", owner="Prosjektleder", due="2025-01-13")]},
            ["condition_due_past"],
        ),
    ],
)
def test_what_cannot_be_concluded_is_refused_with_every_reason(
    house: Database, outcome: str, other: dict[str, Any], codes: list[str]
) -> None:
    case = a_case(house, "godkjenn", "godkjenn")
    assert refused(close(house, case, outcome, **other)) == codes
    with house.reading() as tx:
        state = cases.state(tx, case)
    assert state is not None
    assert state.status == "open"
    assert phase(house) == "konsept"


def test_without_a_quorum_the_chair_may_only_put_the_case_off(house: Database) -> None:
    case = a_case(house, "godkjenn")
    assert refused(close(house, case, "godkjent")) == ["quorum_missing"]
    assert isinstance(close(house, case, "utsatt"), Concluded)


def test_only_the_leader_concludes(house: Database) -> None:
    case = a_case(house, "godkjenn", "godkjenn")
    for by in (builders.seat_email(2), OFFICE, ASKER):
        with pytest.raises(NotAllowed) as found:
            close(house, case, "godkjent", by=by)
        assert found.value.code == "not_leader"
    with pytest.raises(Unknown):
        close(house, "ingen", "godkjent")


def test_a_leader_who_is_recused_does_not_conclude(house: Database) -> None:
    case = builders.a_case(house, key="klar").case
    builders.answers(house, case, {"plass-1": "inhabil", "plass-2": "godkjenn"})
    assert refused(close(house, case, "godkjent")) == ["recused_never_decides"]


def test_a_case_is_concluded_once(house: Database) -> None:
    case = a_case(house, "godkjenn", "godkjenn")
    assert isinstance(close(house, case, "godkjent"), Concluded)
    assert refused(close(house, case, "ikke_godkjent")) == ["case_closed"]
    assert phase(house) == "gjennomfore"


def test_the_next_gate_is_asked_for_from_the_new_phase(house: Database) -> None:
    close(house, a_case(house, "godkjenn", "godkjenn"), "godkjent")
    facts = {"experience_carried_to": "Neste prosjekt."}
    change_facts(house, key="klar", changes=facts, by=LEADER, effective=TODAY, now=LATER)
    assert builders.a_case(house, key="klar", by=LEADER).gate == "P3"


# --- taken back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [ASKER, OFFICE])
def test_who_asked_and_the_office_may_take_the_request_back(house: Database, by: str) -> None:
    case = a_case(house, "godkjenn")
    found = withdraw_case(house, case=case, by=by, reason="Regnet feil.", now=LATER)
    assert isinstance(found, Withdrawn)
    with house.reading() as tx:
        view = show_case(tx, case, now=LATER)
        letters = [(one.kind, one.state) for one in outbox.list_letters(tx)]
    assert (view.status, view.wording, phase(house)) == ("withdrawn", "Regnet feil.", "konsept")
    assert {("case", "withdrawn"), ("receipt", "withdrawn"), ("withdrawn", "due")} == set(letters)


def test_nobody_else_takes_it_back_and_not_without_a_reason(house: Database) -> None:
    case = a_case(house)
    with pytest.raises(NotAllowed) as found:
        withdraw_case(house, case=case, by=CHAIR, reason="Nei.", now=LATER)
    assert found.value.code == "may_not_withdraw"
    assert refused(withdraw_case(house, case=case, by=ASKER, reason=" ", now=LATER)) == ["reason_required"]


def test_what_is_decided_is_not_taken_back(house: Database) -> None:
    case = a_case(house, "godkjenn", "godkjenn")
    close(house, case, "godkjent")
    assert refused(withdraw_case(house, case=case, by=ASKER, reason="Angrer.", now=LATER)) == ["case_closed"]


def test_in_the_next_round_the_old_answers_are_asked_about_and_not_asked_for(house: Database) -> None:
    close(house, a_case(house, "godkjenn", "ikke_godkjenn"), "sendt_tilbake")
    with house.reading() as tx:
        check = check_gate(tx, key="klar", today=TODAY).check
    (found,) = [one for one in check.criteria if one.id == "forankret"]
    assert (found.status, found.reused, [one.code for one in found.reasons]) == (
        "unmet",
        True,
        ["criterion.reconfirm"],
    )
    assert found.answer is not None
    assert found.answer.explanation == "Eieren har sagt ja."
