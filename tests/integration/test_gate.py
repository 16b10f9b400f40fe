"""Does a gate name everything that is missing, take each answer from the right person, and remember it?"""

from datetime import date, timedelta

import pytest

from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.core.workflow.criteria import GateCheck
from engine.queries.projects.check_gate import check_gate
from engine.store import projects
from engine.store.session import Database
from engine.use_cases.projects.answer_criterion import answer_criterion, confirm_answer, waive_criterion
from engine.use_cases.projects.change_facts import BadFacts, assign_role, change_facts
from tests import builders
from tests.builders import ASKER, LEADER, NOW, OFFICE

TODAY = date(2025, 1, 14)


@pytest.fixture
def house(db: Database) -> Database:
    builders.a_programme(db, workflow=builders.workflow_text())
    return db


def checked(db: Database, key: str, gate: str | None = None) -> GateCheck:
    with db.reading() as tx:
        return check_gate(tx, key=key, today=TODAY, gate=gate).check


def standing(db: Database, key: str) -> dict[str, str]:
    return {one.id: one.status for one in checked(db, key).criteria}


def fill(db: Database, key: str, **changes: str) -> None:
    change_facts(db, key=key, changes=changes, by=ASKER, effective=TODAY, now=NOW)


def test_a_project_nobody_has_filled_in_lacks_every_criterion_of_its_next_gate(house: Database) -> None:
    builders.a_bare_project(house, key="tomt")
    found = checked(house, "tomt")
    assert (found.gate, found.from_phase, found.to_phase, found.open) == (
        "P2",
        "konsept",
        "gjennomfore",
        False,
    )
    assert standing(house, "tomt") == {
        "paper:prosjektforslag": "unmet",
        "maal": "unmet",
        "gevinst-maalbar": "unmet",
        "forankret": "unmet",
        "kostnad": "unmet",
    }
    assert all(one.reasons for one in found.criteria if one.status == "unmet")


def test_a_project_without_benefits_does_not_pass_every_benefit_has_an_indicator(house: Database) -> None:
    builders.a_project(house, key="uten")
    (found,) = [one for one in checked(house, "uten").criteria if one.id == "gevinst-maalbar"]
    assert found.status == "unmet"
    assert [one.code for one in found.reasons] == ["criterion.too_few"]


def test_each_benefit_that_cannot_be_measured_is_a_reason_of_its_own(house: Database) -> None:
    builders.a_project(house, key="p")
    benefits = (
        '[{"title": "Tid", "prioritised": true}, {"title": "Kvalitet", "prioritised": true, "indicators": '
    )
    benefits += '[{"title": "Avvik"}]}, {"title": "Penger", "prioritised": true}, {"title": "Annet"}]'
    fill(house, "p", benefits=benefits)
    (found,) = [one for one in checked(house, "p").criteria if one.id == "gevinst-maalbar"]
    assert [one.data["text"] for one in found.reasons] == [
        "Gevinstmålet «Tid» mangler måleindikator",
        "Gevinstmålet «Penger» mangler måleindikator",
    ]


def test_filling_in_what_is_missing_opens_the_gate_one_criterion_at_a_time(house: Database) -> None:
    builders.a_bare_project(house, key="p")
    unmet = [sum(status == "unmet" for status in standing(house, "p").values())]
    fill(house, "p", goals="Flere bor hjemme.")
    unmet.append(sum(status == "unmet" for status in standing(house, "p").values()))
    fill(house, "p", benefits=builders.BENEFIT)
    unmet.append(sum(status == "unmet" for status in standing(house, "p").values()))
    fill(house, "p", cost_total="1 200 000 kr")
    unmet.append(sum(status == "unmet" for status in standing(house, "p").values()))
    assert unmet == [5, 4, 3, 2]
    fill(house, "p", goals="")
    assert standing(house, "p")["maal"] == "unmet", "an empty value takes the fact away again"


def test_a_should_that_is_open_does_not_shut_the_gate(house: Database) -> None:
    builders.a_ready_project(house, key="klar")
    assert standing(house, "klar")["kostnad"] == "unmet"
    assert checked(house, "klar").open


def test_a_fact_counts_from_the_day_it_holds(house: Database) -> None:
    builders.a_bare_project(house, key="p")
    tomorrow = TODAY + timedelta(days=1)
    change_facts(house, key="p", changes={"goals": "Mål."}, by=ASKER, effective=tomorrow, now=NOW)
    assert standing(house, "p")["maal"] == "unmet"
    with house.reading() as tx:
        later = check_gate(tx, key="p", today=tomorrow).check
    assert {one.id: one.status for one in later.criteria}["maal"] == "met"


# --- answers ------------------------------------------------------------------------------------------


def answer(
    db: Database, value: str = "ja", *, by: str = ASKER, explanation: str = "Spurt 10. januar."
) -> object:
    return answer_criterion(
        db, key="p", criterion="forankret", value=value, explanation=explanation, by=by, now=NOW
    )


def test_an_answer_counts_when_somebody_else_stands_behind_it(house: Database) -> None:
    builders.a_project(house, key="p")
    answer(house)
    assert standing(house, "p")["forankret"] == "unmet"
    confirm_answer(house, key="p", criterion="forankret", by=OFFICE, now=NOW)
    assert standing(house, "p")["forankret"] == "met"
    answer(house, explanation="Spurt igjen.")
    assert standing(house, "p")["forankret"] == "unmet", "a new answer must be confirmed anew"


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (lambda db: answer(db, by=builders.seat_email(2)), "may_not_answer"),
        (lambda db: answer(db, "kanskje"), "answer_not_allowed"),
        (
            lambda db: confirm_answer(db, key="p", criterion="forankret", by=OFFICE, now=NOW),
            "nothing_to_confirm",
        ),
        (
            lambda db: answer_criterion(
                db, key="p", criterion="maal", value="ja", explanation="x", by=ASKER, now=NOW
            ),
            "not_attested",
        ),
        (
            lambda db: waive_criterion(db, key="p", criterion="forankret", reason="x", by=ASKER, now=NOW),
            "may_not_waive",
        ),
        (
            lambda db: waive_criterion(db, key="p", criterion="maal", reason="x", by=OFFICE, now=NOW),
            "may_not_waive",
        ),
    ],
)
def test_nobody_answers_what_is_not_theirs(house: Database, attempt: object, code: str) -> None:
    builders.a_project(house, key="p")
    with pytest.raises(NotAllowed) as refused:
        attempt(house)  # type: ignore[operator]
    assert refused.value.code == code


def test_nobody_confirms_their_own_answer(house: Database) -> None:
    builders.a_project(house, key="p")
    answer(house, by=OFFICE)
    with pytest.raises(NotAllowed) as refused:
        confirm_answer(house, key="p", criterion="forankret", by=OFFICE, now=NOW)
    assert refused.value.code == "own_answer"


def test_an_answer_needs_an_explanation_that_can_be_read(house: Database) -> None:
    builders.a_project(house, key="p")
    for words, code in (("  ", "explanation_required"), ("x\x00", "value.forbidden_character")):
        found = answer(house, explanation=words)
        assert isinstance(found, Refused)
        assert [one.code for one in found.reasons] == [code]


def test_a_waiver_is_seen_with_its_reason_and_its_name(house: Database) -> None:
    builders.a_project(house, key="p")
    waive_criterion(house, key="p", criterion="forankret", reason="Lite prosjekt.", by=OFFICE, now=NOW)
    (found,) = [one for one in checked(house, "p").criteria if one.id == "forankret"]
    assert found.status == "waived"
    assert found.reasons[0].data["reason"] == "Lite prosjekt."
    assert found.reasons[0].data["by"] == "Programkontoret"


def test_the_office_may_answer_for_a_project_and_a_deputy_while_the_holder_is_away(house: Database) -> None:
    builders.a_project(house, key="p")
    answer(house, by=OFFICE)
    assign_role(house, key="p", role="utredningsleder", who=LEADER, valid_from=TODAY, by=OFFICE, now=NOW)
    answer(house, by=LEADER)
    with pytest.raises(NotAllowed):
        answer(house, by=ASKER)


# --- names that do not exist, values that are none ------------------------------------------------------


def test_an_unknown_name_is_told_with_the_nearest_there_is(house: Database) -> None:
    builders.a_project(house, key="trygghet")
    with house.reading() as tx, pytest.raises(Unknown) as project:
        check_gate(tx, key="tryghet", today=TODAY)
    assert (project.value.kind, project.value.name, project.value.nearest) == (
        "project",
        "tryghet",
        "trygghet",
    )
    with house.reading() as tx, pytest.raises(Unknown) as gate:
        check_gate(tx, key="trygghet", today=TODAY, gate="P22")
    assert (gate.value.kind, gate.value.nearest) == ("gate", "P2")
    with pytest.raises(Unknown) as person:
        change_facts(
            house, key="trygghet", changes={}, by="utredningslder@example.org", effective=TODAY, now=NOW
        )
    assert (person.value.kind, person.value.nearest) == ("person", ASKER)


def test_a_gate_that_leads_out_of_another_phase_cannot_be_asked_for(house: Database) -> None:
    builders.a_project(house, key="p")
    with house.reading() as tx, pytest.raises(NotAllowed) as refused:
        check_gate(tx, key="p", today=TODAY, gate="P3")
    assert refused.value.code == "not_this_gate"


def test_every_wrong_value_is_told_and_none_is_stored(house: Database) -> None:
    builders.a_project(house, key="p")
    wrong = {"cost_total": "mye", "goals": "Nye mål.", "colour": "rød", "size": "enorm"}
    with pytest.raises(BadFacts) as refused:
        fill(house, "p", **wrong)
    assert {problem.path for problem in refused.value.problems} == {"cost_total", "colour", "size"}
    with house.reading() as tx:
        assert projects.facts(tx, "p")["goals"] != "Nye mål."


def test_one_member_of_a_record_changes_and_the_others_stay(house: Database) -> None:
    builders.a_project(house, key="p")
    fill(house, "p", **{"waiting.reason": "Venter på anbud.", "waiting.look_again_on": "2025-06-01"})
    fill(house, "p", **{"project.waiting.reason": "Venter på budsjett."})
    with house.reading() as tx:
        assert projects.facts(tx, "p")["waiting"] == {
            "reason": "Venter på budsjett.",
            "look_again_on": "2025-06-01",
        }
    fill(house, "p", **{"waiting.reason": "", "waiting.look_again_on": ""})
    with house.reading() as tx:
        assert "waiting" not in projects.facts(tx, "p")
