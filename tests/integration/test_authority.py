"""Do the facts that settle who decides, and which gate is a project's, obey the workflow?"""

from datetime import timedelta
from typing import Any

import pytest

from engine.core.record.events.projects import FactsChanged
from engine.core.record.letters import RESULT
from engine.core.refusal import Invalid, NotAllowed, Refused
from engine.queries.projects.check_gate import Checked, check_gate
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.cases.request_transition import Opened, request_transition
from engine.use_cases.projects.answer_criterion import answer_criterion
from engine.use_cases.projects.change_facts import BadFacts, change_facts
from engine.use_cases.projects.import_projects import import_projects
from engine.use_cases.projects.take_in import take_in
from tests import builders
from tests import meeting_builders as group
from tests.builders import ASKER, NOW, OFFICE, OWNER, PROPOSAL

TODAY = NOW.date()
STRANGER = builders.seat_email(3)

WORKFLOW = """workflow: liten
version: 1
title: Liten flyt
kind: utviklingsprosjekt
roles: {leader: [utredningsleder, prosjektleder], owner: prosjekteier}
facts:
  - {id: frame, title: Ramme, type: money, by: prosjekteier}
phases:
  - {id: konsept, title: Konsept, reported_as: Konsept, start: true}
  - {id: gjennomfore, title: Gjennomføre, reported_as: Prosjekt}
  - {id: avsluttet, title: Avsluttet, reported_as: Avsluttet, end: true}
gates:
  - id: BP0
    title: Beslutte planlegging
    when: has(project.size) && project.size == "stor"
    from: konsept
    decided_by: gruppa
    outcomes: {godkjent: gjennomfore, ikke_godkjent: stay}
    criteria: [{id: stor-sak, title: Eieren er spurt, weight: bør, source: "prøve:1",
                attest: {explain_by: utredningsleder, accept: [ja]}}]
  - id: LITEN
    title: Beslutte et lite tiltak
    when: "!(has(project.size) && project.size == 'stor')"
    from: konsept
    decided_by:
      - {when: has(project.frame) && project.frame > 100000, body: styret}
      - {body: gruppa}
    outcomes: {godkjent: gjennomfore, ikke_godkjent: stay}
    criteria: [{id: liten-sak, title: Eieren er spurt, weight: bør, source: "prøve:1",
                attest: {explain_by: utredningsleder, accept: [ja]}}]
  - id: STANS
    title: Beslutte å stoppe
    from: konsept
    decided_by: gruppa
    outcomes: {godkjent: avsluttet, ikke_godkjent: stay}
  - id: P3
    title: Beslutte avslutning
    from: gjennomfore
    decided_by: gruppa
    outcomes: {godkjent: avsluttet, ikke_godkjent: stay}
"""
OVERRIDE = "override: {by: [programkontor], only: upwards}\n"
INTAKE = """intake:
  title: Tatt inn i programmet
  criteria:
    - {id: plan, title: Bygger på en plan, weight: må, source: "prøve:2", rule: has(project.strategy_link)}
"""


def house_with(db: Database, *keys: str) -> Database:
    builders.a_programme(db, workflow=WORKFLOW + "".join(keys))
    builders.a_project(db, key="p")
    return db


def change(db: Database, by: str = OFFICE, **facts: Any) -> None:
    change_facts(db, key="p", changes=facts, by=by, effective=TODAY, now=NOW)


def checked(db: Database, gate: str | None = None) -> Checked:
    with db.reading() as tx:
        return check_gate(tx, key="p", today=TODAY, gate=gate)


def ask(db: Database, gate: str | None = None) -> Opened | Refused:
    return request_transition(db, key="p", proposal=PROPOSAL, by=ASKER, gate=gate, now=NOW)


def problem_codes(bad: BadFacts) -> list[str]:
    return [problem.code for problem in bad.problems]


# --- the body -------------------------------------------------------------------------------------------


def test_the_office_may_let_a_body_above_decide_where_the_workflow_says_so(db: Database) -> None:
    house_with(db, OVERRIDE)
    assert checked(db).decider.body == "gruppa"
    change(db, body="styret")
    assert (checked(db).decider.body, checked(db).decider.title) == ("styret", "Styret")
    found = ask(db)
    assert isinstance(found, Opened)
    assert found.body == "styret"


def test_whoever_asks_may_not_choose_who_decides(db: Database) -> None:
    house_with(db, OVERRIDE)
    for by in (ASKER, OWNER, STRANGER):
        with pytest.raises(NotAllowed) as refused:
            change(db, by=by, body="styret")
        assert (refused.value.code, refused.value.data["role"]) == ("may_not_change", "programkontor")
    change(db, body="styret")
    with pytest.raises(NotAllowed):
        change(db, by=ASKER, body="")
    assert checked(db).decider.body == "styret", "to take it away is to choose as well"


@pytest.mark.parametrize(
    ("keys", "body", "code"),
    [
        ((OVERRIDE,), "finnesikke", "value.unknown_body"),
        ((OVERRIDE,), "gruppa", "value.override_not_up"),
        ((), "styret", "value.override_never"),
        ((), "finnesikke", "value.unknown_body"),
    ],
)
def test_a_body_is_judged_when_it_is_named_by_every_door(
    db: Database, keys: tuple[str, ...], body: str, code: str
) -> None:
    house_with(db, *keys)
    row = {"key": "ny", "title": "Ny", "workflow": "liten", "phase": "konsept", "body": body}
    with pytest.raises(BadFacts) as bad:
        change(db, body=body)
    assert problem_codes(bad.value) == [code]
    with pytest.raises(Invalid) as invalid:
        import_projects(db, sheet=builders.sheet([row]), effective=TODAY, now=NOW)
    assert [mistake.code for mistake in invalid.value.mistakes] == [code]


def body_from_before(db: Database, body: str) -> None:
    """The fact as it may stand from the time when nobody judged it."""
    told = FactsChanged(project="p", names=("body",), effective=TODAY.isoformat(), values={"body": body})
    with db.writing() as tx:
        record(tx, [told], now=NOW)


@pytest.mark.parametrize(
    ("keys", "body", "code"),
    [
        ((), "styret", "authority.override_never"),
        ((OVERRIDE,), "finnesikke", "authority.unknown_body"),
    ],
)
def test_a_body_the_workflow_does_not_allow_shuts_the_gate_and_says_why(
    db: Database, keys: tuple[str, ...], body: str, code: str
) -> None:
    house_with(db, *keys)
    body_from_before(db, body)
    found = checked(db).check
    assert not found.open
    assert [reason.code for one in found.criteria if one.id == "body" for reason in one.reasons] == [code]
    refused = ask(db)
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == [code]
    change(db, body="")
    assert isinstance(ask(db), Opened)


def test_a_case_is_never_handed_downwards(db: Database) -> None:
    house_with(db, OVERRIDE)
    change(db, by=OWNER, frame=200_000)
    assert checked(db).decider.body == "styret"
    body_from_before(db, "gruppa")
    refused = ask(db)
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["authority.override_not_up"]


# --- other facts that carry authority -----------------------------------------------------------------------


def test_a_fact_that_settles_who_decides_is_for_those_who_answer_for_it(db: Database) -> None:
    house_with(db)
    change(db, by=OWNER, frame=200_000)
    with pytest.raises(NotAllowed) as refused:
        change(db, by=ASKER, frame=50_000)
    assert refused.value.data == {"fact": "Ramme", "role": "programkontor eller prosjekteier"}
    change(db, by=ASKER, size="stor")
    with pytest.raises(NotAllowed):
        change(db, by=STRANGER, size="liten")
    change(db, by=STRANGER, goals="Det som ingen regel om hvem som beslutter, leser, er alles å skrive.")
    assert (checked(db).gate.id, checked(db, "LITEN").decider.body) == ("BP0", "styret")


@pytest.mark.parametrize("facts", [{"kind": "utenfor_programmet"}, {"taken_in_on": "2025-01-01"}])
def test_nobody_writes_a_project_past_its_intake(db: Database, facts: dict[str, str]) -> None:
    house_with(db, INTAKE)
    with pytest.raises(NotAllowed) as refused:
        change(db, by=ASKER, **facts)
    assert refused.value.code == "may_not_change"


# --- being taken in -----------------------------------------------------------------------------------------


def must_open(db: Database, gate: str | None = None) -> list[str]:
    found = checked(db, gate).check
    return [one.id for one in found.criteria if one.weight == "må" and one.status == "unmet"]


def test_a_project_leaves_the_start_phase_only_when_it_is_taken_in(db: Database) -> None:
    house_with(db, INTAKE)
    refused = ask(db)
    assert isinstance(refused, Refused)
    assert [(reason.code, reason.data["gate"]) for reason in refused.reasons] == [
        ("criterion.not_taken_in", "LITEN")
    ]
    assert must_open(db, "STANS") == [], "what was never taken in may still be given up"
    change(db, by=ASKER, strategy_link="Kommuneplanen")
    assert take_in(db, key="p", on=TODAY, by=OFFICE, now=NOW) is None
    assert isinstance(ask(db), Opened)


def test_the_workflow_says_at_which_gates_being_taken_in_is_required(db: Database) -> None:
    house_with(db, INTAKE + "  required_at: [P3]\n")
    assert must_open(db) == []
    builders.a_project(db, key="i-gang", phase="gjennomfore")
    with db.reading() as tx:
        assert not check_gate(tx, key="i-gang", today=TODAY).check.open


@pytest.mark.parametrize(
    "cells", [{"phase": "gjennomfore"}, {"taken_in_on": "2024-05-01"}, {"kind": "utenfor_programmet"}]
)
def test_who_was_under_way_taken_in_before_or_is_outside_the_programme_goes_on(
    db: Database, cells: dict[str, str]
) -> None:
    house_with(db, INTAKE)
    told = {"key": "annet", "title": "Annet", "workflow": "liten", "phase": "konsept"} | cells
    import_projects(db, sheet=builders.sheet([told]), effective=TODAY, now=NOW)
    with db.reading() as tx:
        assert check_gate(tx, key="annet", today=TODAY).check.open


# --- the next gate ------------------------------------------------------------------------------------------


def test_the_next_gate_is_the_first_that_is_for_this_project_and_the_others_are_told(db: Database) -> None:
    house_with(db)
    assert (checked(db).gate.id, checked(db).others) == ("LITEN", ("STANS",))
    found = answer_criterion(
        db, key="p", criterion="liten-sak", value="ja", explanation="Spurt.", by=ASKER, now=NOW
    )
    assert not isinstance(found, Refused)
    assert found.gate == "LITEN"
    opened = ask(db)
    assert isinstance(opened, Opened)
    assert opened.gate == "LITEN"


def test_a_large_project_is_offered_its_own_gate(db: Database) -> None:
    house_with(db)
    change(db, size="stor")
    assert (checked(db).gate.id, checked(db).others) == ("BP0", ("STANS",))


def test_the_letter_after_a_decision_names_the_gate_that_is_for_the_project(db: Database) -> None:
    house_with(db)
    opened = ask(db)
    assert isinstance(opened, Opened)
    builders.answers(db, opened.case, ["ikke_godkjenn"] * 2)
    told, *_ = group.told_in_letters(db, RESULT, now=NOW + timedelta(hours=2))
    assert told["next_gate"] == "LITEN", "neither BP0, nor STANS that would only end it"
