"""Does a decision that the politicians must take too wait for them, visibly, and take effect only then?"""

import json
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from documents.papers.paper import minutes_of
from documents.papers.referat import minutes_content
from engine.core.record.letters import EXECUTION, RESULT
from engine.core.refusal import NotAllowed, Refused
from engine.queries.cases.show_case import CaseView, show_case
from engine.queries.json_v1 import case_json
from engine.store import cases, projects
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.cases.close_overdue import close_overdue
from engine.use_cases.cases.conclude_case import Concluded, Condition, conclude_case
from engine.use_cases.cases.execute_decision import Settled, execute_decision, lapse_decision
from engine.use_cases.cases.mark_political import Marked, mark_political
from engine.use_cases.cases.request_transition import Opened, request_transition
from engine.use_cases.meetings.run_meeting import close_meeting, note_attendance
from engine.use_cases.meetings.write_minutes import model_of
from engine.use_cases.projects.change_facts import change_facts
from language.sentences import sentence
from tests import meeting_builders as group
from tests.at_once import at_once
from tests.builders import ASKER, LEADER, OFFICE, PROPOSAL
from tests.meeting_builders import CHAIR, MEETING, MEETS, SUPERIORS, at, email
from web.wording import outcome_sentence, political_sentence

CONCLUDED = MEETS + timedelta(minutes=20)
POLITICS = at(3, 4, 10)
REFERENCE = "Formannskapet, sak 12/25"
SEATS = tuple(SUPERIORS)


def mark(db: Database, case: str, *, by: str = ASKER, now: Any = None, **how: Any) -> Marked | Refused:
    when = now or group.ANSWERED
    return mark_political(db, case=case, reason="Koster over 40 mill. kr.", by=by, now=when, **how)


def decided_in_a_meeting(db: Database, *, outcome: str = "godkjent", **how: Any) -> str:
    """A marked case that the chair has concluded; its id."""
    case = group.a_called_case(db)
    assert isinstance(mark(db, case), Marked)
    conclude(db, case, outcome, **how)
    return case


def conclude(db: Database, case: str, outcome: str = "godkjent", **how: Any) -> Concluded:
    group.votes(db, case, *SEATS)
    note_attendance(db, meeting=MEETING, present=group.all_present(db), by=OFFICE, now=MEETS)
    told: dict[str, Any] = {"wording": "Slik ble det."} | how
    done = conclude_case(db, case=case, by=email(CHAIR), outcome=outcome, now=CONCLUDED, **told)
    assert isinstance(done, Concluded), done
    return done


def execute(db: Database, case: str, **how: Any) -> Settled | Refused:
    told: dict[str, Any] = {"reference": REFERENCE, "by": OFFICE, "now": POLITICS} | how
    return execute_decision(db, case=case, **told)


def lapse(db: Database, case: str, **how: Any) -> Settled | Refused:
    told: dict[str, Any] = {"reason": "Bystyret sa nei.", "by": OFFICE, "now": POLITICS} | how
    return lapse_decision(db, case=case, **told)


def seen(db: Database, case: str) -> CaseView:
    with db.reading() as tx:
        return show_case(tx, case, now=POLITICS)


def phase(db: Database, key: str = "p1") -> str:
    with db.reading() as tx:
        found = projects.load(tx, key)
    assert found is not None
    return found.phase


def codes(found: object) -> list[str]:
    assert isinstance(found, Refused), found
    assert all(sentence(one) != one.code for one in found.reasons)
    return [one.code for one in found.reasons]


@pytest.fixture
def house(db: Database) -> Any:
    yield from group.a_sound_house(db)


@pytest.mark.requirement("002-14")
def test_a_marked_case_is_decided_and_waits_and_moves_the_phase_when_the_politicians_have_decided(
    house: Database,
) -> None:
    case = decided_in_a_meeting(house)
    assert (phase(house), seen(house, case).status, seen(house, case).outcome) == (
        "konsept",
        "decided",
        "godkjent",
    )
    assert outcome_sentence(seen(house, case)) == (
        "Styringsgruppa besluttet 5. februar: godkjent. Beslutningen gjennomføres når saken er politisk "
        "behandlet. Til da er prosjektet i fasen Konsept; så går det til Gjennomføre."
    )
    with house.reading() as tx:
        assert [one.id for one in cases.awaiting(tx)] == [case]

    done = execute(house, case, on=date(2025, 2, 26))

    assert done == Settled(case=case, number="1/2025", executed=True, to_phase="gjennomfore")
    assert phase(house) == "gjennomfore"
    assert outcome_sentence(seen(house, case)) == (
        "Styringsgruppa besluttet 5. februar: godkjent. Politisk behandlet 26. februar (Formannskapet, sak "
        "12/25), og gjennomført. Prosjektet gikk da til fasen Gjennomføre."
    )
    with house.reading() as tx:
        entry = projects.phases(tx, "p1")[-1]
        facts = projects.facts(tx, "p1")
        assert cases.awaiting(tx) == ()
    assert (entry.phase, entry.case, entry.effective) == ("gjennomfore", case, date(2025, 2, 26))
    assert facts["political_case"] == REFERENCE


def test_every_phase_a_project_entered_has_the_decision_it_entered_by(house: Database) -> None:
    case = decided_in_a_meeting(house)
    with house.reading() as tx:
        assert [one.case for one in projects.phases(tx, "p1") if one.case] == []
    execute(house, case)
    with house.reading() as tx:
        assert [one.case for one in projects.phases(tx, "p1") if one.case] == [case]
        kinds = [one.kind for one in ledger.leaves(tx, "project:p1")]
    assert kinds[-4:] == ["BallotCast", "CaseDecided", "FactsChanged", "DecisionExecuted"]


@pytest.mark.parametrize("rule", ["flertall", "stille_samtykke"])
def test_a_case_that_its_answers_close_waits_too(db: Database, rule: str) -> None:
    group.a_house(db, handling="skriftlig", rule=rule)
    case = group.a_case(db).case
    assert isinstance(mark(db, case, now=at(1, 27, 9)), Marked)
    if rule == "flertall":
        group.votes(db, case, *SEATS[:5], now=at(1, 28, 9))
    else:
        group.votes(db, case, SEATS[0], now=at(1, 28, 9))
        assert close_overdue(db, now=at(1, 31, 15)) == 1
    assert (seen(db, case).basis, seen(db, case).awaits, phase(db)) == ("count", True, "konsept")
    assert isinstance(execute(db, case), Settled)
    assert phase(db) == "gjennomfore"
    group.assert_sound(db)


@pytest.mark.parametrize("outcome", ["ikke_godkjent", "utsatt", "sendt_tilbake"])
def test_what_changes_nothing_waits_for_nobody(house: Database, outcome: str) -> None:
    case = decided_in_a_meeting(house, outcome=outcome)
    assert not seen(house, case).awaits
    assert codes(execute(house, case)) == ["not_awaiting"]


def test_a_case_that_is_not_marked_moves_at_once(house: Database) -> None:
    assert conclude(house, group.a_called_case(house)).to_phase == "gjennomfore"


def test_a_case_whose_mark_was_taken_away_moves_at_once(house: Database) -> None:
    case = group.a_called_case(house)
    assert isinstance(mark(house, case), Marked)
    assert isinstance(mark(house, case, by=OFFICE, political=False), Marked)
    assert conclude(house, case).to_phase == "gjennomfore"


@pytest.mark.requirement("002-14")
def test_nothing_new_is_asked_for_while_a_decision_waits(house: Database) -> None:
    case = decided_in_a_meeting(house)
    asked = request_transition(house, key="p1", proposal=PROPOSAL, by=ASKER, now=CONCLUDED)
    assert codes(asked) == ["awaits_political"]
    assert isinstance(asked, Refused)
    assert sentence(asked.reasons[0]) == (
        "Sak 1/2025 om P2 er besluttet, men gjennomføres først når den er politisk behandlet. Prosjektet kan "
        "ikke be om noe nytt før det."
    )
    execute(house, case)
    again = request_transition(house, key="p1", proposal=PROPOSAL, by=ASKER, now=POLITICS)
    assert isinstance(again, Opened)
    assert again.gate == "P3"


def test_when_the_politicians_say_no_the_project_stays_and_may_ask_again(house: Database) -> None:
    told = (Condition(text="Avklar bemanningen.", owner="Prosjektleder", due="2025-04-01", blocks=True),)
    case = decided_in_a_meeting(house, outcome="godkjent_med_forutsetninger", conditions=told)
    with house.reading() as tx:
        assert [one.text for one in cases.conditions(tx, "p1")] == ["Avklar bemanningen."]
    assert lapse(house, case) == Settled(case=case, number="1/2025", executed=False, to_phase=None)
    assert phase(house) == "konsept"
    assert outcome_sentence(seen(house, case)).endswith(
        "Beslutningen falt bort 4. mars etter politisk behandling: Bystyret sa nei."
    )
    with house.reading() as tx:
        assert cases.conditions(tx, "p1") == ()
    again = request_transition(house, key="p1", proposal=PROPOSAL, by=ASKER, now=POLITICS)
    assert isinstance(again, Opened)
    assert again.gate == "P2"


def test_only_the_programme_office_notes_what_the_politicians_decided(house: Database) -> None:
    case = decided_in_a_meeting(house)
    for end in (execute, lapse):
        for who in (ASKER, email(CHAIR)):
            with pytest.raises(NotAllowed) as found:
                end(house, case, by=who)
            assert found.value.code == "may_not_execute"
    assert phase(house) == "konsept"


@pytest.mark.parametrize(
    ("how", "wrong"),
    [
        ({"reference": "  "}, ["reference_required"]),
        ({"on": date(2025, 3, 5)}, ["execution_ahead"]),
        ({"on": date(2025, 2, 4), "reference": ""}, ["execution_too_early", "reference_required"]),
        ({"reference": "x" * 5000}, ["words_too_long"]),
    ],
)
def test_what_cannot_be_executed_is_refused_with_every_reason(
    house: Database, how: dict[str, Any], wrong: list[str]
) -> None:
    case = decided_in_a_meeting(house)
    assert codes(execute(house, case, **how)) == wrong
    assert (phase(house), seen(house, case).awaits) == ("konsept", True)


def test_a_decision_is_executed_once(house: Database) -> None:
    case = decided_in_a_meeting(house)
    assert codes(lapse(house, case, reason=" ")) == ["reason_for_lapse"]
    assert isinstance(execute(house, case), Settled)
    assert codes(execute(house, case)) == ["not_awaiting"]
    assert codes(lapse(house, case)) == ["not_awaiting"]


def test_of_two_who_note_the_end_at_once_one_is_told_that_it_is_noted(house: Database) -> None:
    case = decided_in_a_meeting(house)
    (given,) = at_once([[partial(execute, house, case), partial(lapse, house, case)]])
    done = [one for one in given if isinstance(one, Settled)]
    refused = [one for one in given if isinstance(one, Refused)]
    assert (len(done), [codes(one) for one in refused]) == (1, [["not_awaiting"]])
    assert phase(house) == ("gjennomfore" if done[0].executed else "konsept")


def test_a_case_is_marked_by_its_requester_or_the_office_while_it_is_open(house: Database) -> None:
    case = group.a_called_case(house)
    for who in (email(CHAIR), LEADER):
        with pytest.raises(NotAllowed) as found:
            mark(house, case, by=who)
        assert found.value.code == "may_not_mark"
    assert codes(mark_political(house, case=case, reason=" ", by=ASKER, now=group.ANSWERED)) == [
        "consequences_required"
    ]
    assert isinstance(mark(house, case), Marked)
    assert political_sentence(seen(house, case)) == (
        "Merket for politisk beslutning: Koster over 40 mill. kr. Det som besluttes her, gjennomføres først "
        "når saken er politisk behandlet."
    )
    assert codes(mark(house, case)) == ["political_unchanged"]
    with pytest.raises(NotAllowed):
        mark(house, case, political=False)
    assert isinstance(mark(house, case, by=OFFICE, political=False), Marked)
    assert political_sentence(seen(house, case)) == ""
    conclude(house, case)
    assert codes(mark(house, case, by=OFFICE)) == ["case_closed"]


def test_everybody_who_is_told_of_the_decision_is_told_that_it_waits_and_then_how_it_ended(
    house: Database,
) -> None:
    case = decided_in_a_meeting(house)
    with house.reading() as tx:
        content = minutes_content(
            minutes_of(model_of(tx, MEETING, now=CONCLUDED), version=1, issued_at=MEETS)
        )
    (minuted,) = [one for one in content["items"] if one["case"]]
    assert minuted["outcome_sentence"] == (
        "Styringsgruppa besluttet: godkjent. Beslutningen gjennomføres når saken er politisk behandlet. "
        "Da går prosjektet til Gjennomføre."
    )
    told = json.loads(json.dumps(case_json(seen(house, case))))["political"]
    assert (told["marked"], told["standing"], told["case"]) == (True, "awaits", None)
    close_meeting(house, meeting=MEETING, by=OFFICE, now=CONCLUDED)
    execute(house, case)
    told = case_json(seen(house, case))["political"]
    assert (told["standing"], told["case"], told["on"]) == ("executed", REFERENCE, "2025-03-04")
    # The referat tells what was decided in the meeting, whenever it is written.
    with house.reading() as tx:
        assert model_of(tx, MEETING, now=POLITICS)["cases"][0]["awaits"] is True
    involved = group.ids(house, ASKER, LEADER, email("hjemme"))
    assert group.told(house, RESULT) == involved
    assert group.told(house, EXECUTION) == involved


def test_a_fact_that_is_noted_later_than_the_conclusion_changes_nothing_about_it(house: Database) -> None:
    case = decided_in_a_meeting(house)
    change_facts(
        house,
        key="p1",
        changes={"political_case": REFERENCE},
        by=ASKER,
        effective=CONCLUDED.date(),
        now=CONCLUDED + timedelta(days=1),
    )
    assert (seen(house, case).awaits, phase(house)) == (True, "konsept")
    assert isinstance(execute(house, case), Settled)
