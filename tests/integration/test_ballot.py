"""Is an answer stored once and counted once, and seen by the others only after their own?"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from engine.core.cases.voting import Choice
from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.queries.cases.show_case import SeatView, show_case
from engine.store import cases, outbox, people, projects
from engine.store.session import Database
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from engine.use_cases.cases.close_overdue import close_overdue
from engine.use_cases.cases.withdraw_case import withdraw_case
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.projects.change_facts import assign_role
from tests import builders
from tests.builders import ASKER, LEADER, NOW, OFFICE

LATER = NOW + timedelta(hours=1)
TODAY = date(2025, 1, 14)


@pytest.fixture
def house(db: Database) -> Database:
    builders.a_programme(db, seats=3, quorum=3, rule="konsensus")
    return db


def give(db: Database, case: str, number: int, choice: str = "godkjenn", **other: Any) -> Answered | Refused:
    person = builders.members(db, case)[number - 1].person
    told: dict[str, Any] = {"person": person, "version": 1, "nonce": f"skjema-{number}", "now": LATER} | other
    return cast_ballot(db, case=case, choice=choice, **told)


def refused(found: object) -> list[str]:
    assert isinstance(found, Refused), found
    return [one.code for one in found.reasons]


def stored(db: Database, case: str) -> list[tuple[str, str]]:
    with db.reading() as tx:
        return [(ballot.seat, ballot.choice) for ballot in cases.ballots(tx, case)]


# --- what is stored -------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", list(Choice))
def test_each_of_the_six_answers_is_stored_with_its_words(house: Database, choice: str) -> None:
    case = builders.a_case(house).case
    words = {"comment": " Vi trenger\r\nmer tid. ", "condition": "Rapporter i mars."}
    found = give(house, case, 2, choice, **words)
    assert isinstance(found, Answered)
    with house.reading() as tx:
        (ballot,) = cases.ballots(tx, case)
    assert (ballot.id, ballot.seat, ballot.choice, ballot.version) == (found.ballot, "plass-2", choice, 1)
    assert ballot.comment == "Vi trenger\nmer tid."
    assert ballot.condition == ("Rapporter i mars." if choice == "godkjenn_med_forutsetninger" else None)
    assert ballot.cast_at == LATER


def test_a_changed_mind_counts_and_the_first_answer_is_kept(house: Database) -> None:
    case = builders.a_case(house).case
    give(house, case, 1)
    give(house, case, 1, "ikke_godkjenn", comment="For dyrt.", nonce="nytt-skjema")
    assert stored(house, case) == [("plass-1", "godkjenn"), ("plass-1", "ikke_godkjenn")]
    with house.reading() as tx:
        view = show_case(tx, case, now=LATER)
        receipts = sorted(one.state for one in outbox.list_letters(tx) if one.kind == "receipt")
    assert (view.tally.for_, view.tally.against) == (0, 1)
    assert receipts == ["due", "withdrawn"], "one receipt, for the last answer"


def test_the_same_form_sent_again_is_one_answer(house: Database) -> None:
    case = builders.a_case(house).case
    first, again = give(house, case, 1), give(house, case, 1)
    assert isinstance(first, Answered)
    assert isinstance(again, Answered)
    assert (again.ballot, first.repeated, again.repeated) == (first.ballot, False, True)
    assert len(stored(house, case)) == 1


def test_the_same_form_with_another_answer_is_not_said_to_be_stored(house: Database) -> None:
    case = builders.a_case(house).case
    give(house, case, 1)
    assert refused(give(house, case, 1, "avstar")) == ["form_used"]
    assert refused(give(house, case, 2, nonce="skjema-1")) == ["form_used"], "nor somebody else's form"
    assert stored(house, case) == [("plass-1", "godkjenn")]


@pytest.mark.parametrize(
    ("told", "codes"),
    [
        ({"choice": ""}, ["choice_missing"]),
        ({"choice": "ja"}, ["choice_missing"]),
        ({"choice": "ikke_godkjenn", "comment": " \n"}, ["comment_required"]),
        ({"choice": "godkjenn_med_forutsetninger"}, ["condition_required"]),
        ({"choice": "godkjenn", "comment": "x" * 4_001}, ["words_too_long"]),
        ({"choice": "godkjenn", "comment": "\x00"}, ["value.forbidden_character"]),
        ({"choice": "godkjenn", "comment": "\ud800"}, ["value.forbidden_character"]),
        ({"choice": "godkjenn", "nonce": ""}, ["form_used"]),
        ({"choice": "godkjenn", "nonce": "å"}, ["form_used"]),
        ({"choice": "godkjenn", "version": 2}, ["case_changed"]),
    ],
)
def test_an_incomplete_answer_is_refused_and_nothing_is_stored(
    house: Database, told: Mapping[str, Any], codes: list[str]
) -> None:
    case = builders.a_case(house).case
    assert refused(give(house, case, 1, **told)) == codes
    assert stored(house, case) == []


# --- whose it is ----------------------------------------------------------------------------------------


def person(db: Database, email: str) -> str:
    with db.reading() as tx:
        found = people.by_email(tx, email)
    assert found is not None
    return found.id


def test_nobody_outside_the_roll_answers(house: Database) -> None:
    case = builders.a_case(house).case
    for email in (ASKER, OFFICE, builders.deputy_email(1)):
        with pytest.raises(NotAllowed) as found:
            give(house, case, 1, person=person(house, email))
        assert found.value.code == "not_on_roll"
    with pytest.raises(Unknown):
        cast_ballot(house, case="ingen", person="x", choice="godkjenn", version=1, nonce="1", now=LATER)
    assert stored(house, case) == []


def test_nobody_answers_for_a_seat_that_is_not_theirs(house: Database) -> None:
    case = builders.a_case(house).case
    with pytest.raises(Unknown) as found:
        give(house, case, 1, seat="plass-2")
    assert (found.value.kind, found.value.nearest) == ("seat", "plass-1")


def test_a_member_of_two_seats_says_for_which_and_counts_once(db: Database) -> None:
    builders.a_programme(db, seats=3, quorum=2)
    assign_seat(db, body="gruppa", seat="plass-3", who=builders.seat_email(2), valid_from=TODAY, now=NOW)
    case = builders.a_case(db).case
    assert isinstance(give(db, case, 2, seat="plass-3"), Answered)
    with db.reading() as tx:
        tally = show_case(tx, case, now=LATER).tally
    assert (tally.base, tally.for_, tally.missing) == (2, 1, ("plass-1",))


def test_who_has_asked_does_not_answer(db: Database) -> None:
    builders.a_programme(db, seats=3, quorum=2)
    member = builders.seat_email(2)
    key = builders.a_project(db)
    assign_role(db, key=key, role="prosjektleder", who=member, valid_from=TODAY, by=OFFICE, now=NOW)
    case = builders.a_case(db, key=key, by=member).case
    assert refused(give(db, case, 2)) == ["requester_never_decides"]


def test_the_secretary_enters_an_answer_and_is_named_for_it(house: Database) -> None:
    case = builders.a_case(house).case
    found = give(house, case, 2, recorded_by=person(house, OFFICE))
    assert isinstance(found, Answered)
    with house.reading() as tx:
        (ballot,) = cases.ballots(tx, case)
    assert (ballot.person, ballot.recorded_by) == (
        person(house, builders.seat_email(2)),
        person(house, OFFICE),
    )
    for email in (LEADER, builders.seat_email(1)):
        with pytest.raises(NotAllowed) as refusal:
            give(house, case, 3, recorded_by=person(house, email))
        assert refusal.value.code == "may_not_record"


def test_a_link_that_is_not_the_members_own_opens_nothing(house: Database) -> None:
    case = builders.a_case(house).case
    with pytest.raises(NotAllowed) as refusal:
        give(house, case, 1, link="somebody-elses")
    assert refusal.value.code == "link_revoked"


# --- when it is over ------------------------------------------------------------------------------------


@pytest.mark.requirement("000-72")
def test_the_last_answer_decides_moves_the_phase_and_tells_everybody(house: Database) -> None:
    builders.a_project(house, key="p")
    case = builders.a_case(house, key="p").case
    told = [give(house, case, number) for number in (1, 2, 3)]
    assert [isinstance(one, Answered) and one.decided for one in told] == [False, False, True]
    with house.reading() as tx:
        view = show_case(tx, case, now=LATER)
        moved = projects.phases(tx, "p")[-1]
        letters = [(one.kind, one.state) for one in outbox.list_letters(tx)]
    assert (view.status, view.outcome, view.wording) == ("decided", "godkjent", builders.PROPOSAL)
    assert (moved.phase, moved.case, moved.effective) == ("gjennomfore", case, TODAY)
    assert letters.count(("case", "withdrawn")) == 3
    assert letters.count(("result", "due")) == 6, "three members, who asked, the leader and the owner"
    assert ("receipt", "due") not in letters, "the result repeats each member's own answer"


def test_after_the_end_nothing_is_stored(house: Database) -> None:
    case = builders.a_case(house).case
    withdraw_case(house, case=case, by=ASKER, reason="Regnet feil.", now=LATER)
    assert refused(give(house, case, 1)) == ["case_closed"]
    assert stored(house, case) == []


def test_a_form_sent_again_after_the_end_is_still_the_same_answer(house: Database) -> None:
    case = builders.a_case(house).case
    for number in (1, 2, 3):
        give(house, case, number)
    again = give(house, case, 3)
    assert isinstance(again, Answered)
    assert (again.repeated, again.decided) == (True, True)
    assert refused(give(house, case, 3, nonce="nytt")) == ["case_closed"]


def test_against_the_proposal_the_project_stays_where_it_is(db: Database) -> None:
    builders.a_programme(db, seats=3, quorum=2, rule="flertall")
    builders.a_project(db, key="p")
    case = builders.a_case(db, key="p").case
    give(db, case, 1, "ikke_godkjenn", comment="For dyrt.")
    give(db, case, 2, "ikke_godkjenn", comment="For dyrt.")
    with db.reading() as tx:
        state = cases.state(tx, case)
        project = projects.load(tx, "p")
    assert state is not None
    assert project is not None
    assert (state.outcome, project.phase) == ("ikke_godkjent", "konsept")
    assert [one.case for one in _phases(db, "p")] == [None]
    assert builders.a_case(db, key="p").number == "2/2025", "and may ask again"


def test_a_count_the_gate_has_no_outcome_for_waits_for_the_chair(db: Database) -> None:
    never_no = builders.EASY_WORKFLOW.replace("ikke_godkjent: stay, avsluttet", "avsluttet")
    builders.a_programme(db, seats=3, quorum=2, rule="flertall", workflow=never_no)
    case = builders.a_case(db).case
    for number in (1, 2):
        found = give(db, case, number, "ikke_godkjenn", comment="For dyrt.")
        assert isinstance(found, Answered)
        assert not found.decided
    assert close_overdue(db, now=NOW + timedelta(days=30)) == 0
    with db.reading() as tx:
        state = cases.state(tx, case)
    assert state is not None
    assert state.status == "open"


def _phases(db: Database, key: str) -> tuple[projects.PhaseEntry, ...]:
    with db.reading() as tx:
        return projects.phases(tx, key)


# --- who sees what --------------------------------------------------------------------------------------


def seen_by(db: Database, case: str, number: int | None) -> list[SeatView]:
    viewer = None if number is None else builders.members(db, case)[number - 1].person
    with db.reading() as tx:
        return list(show_case(tx, case, now=LATER, viewer=viewer).seats)


def test_others_answers_are_seen_only_after_ones_own_and_comments_at_once(house: Database) -> None:
    case = builders.a_case(house).case
    give(house, case, 1, "ikke_godkjenn", comment="For dyrt.")

    before = seen_by(house, case, 2)
    assert (before[0].answered, before[0].choice, before[0].comment) == (True, None, "For dyrt.")
    assert not before[1].answered
    assert [one.choice for one in seen_by(house, case, None)] == [None, None, None], "nor by a stranger"

    give(house, case, 2, "godkjenn_med_forutsetninger", condition="Rapporter.")
    after = seen_by(house, case, 2)
    assert [one.choice for one in after] == ["ikke_godkjenn", "godkjenn_med_forutsetninger", None]
    assert seen_by(house, case, 3)[1].condition == "Rapporter."
    assert seen_by(house, case, 3)[1].choice is None


def test_why_somebody_is_recused_only_the_leader_and_they_themselves_see(house: Database) -> None:
    case = builders.a_case(house).case
    give(house, case, 2, "inhabil", comment="Søsteren min leder prosjektet.")
    told = [
        next(one for one in seen_by(house, case, number) if one.seat == "plass-2") for number in (1, 2, 3)
    ]
    assert [one.choice for one in told] == ["inhabil"] * 3
    assert [one.comment for one in told] == ["Søsteren min leder prosjektet."] * 2 + [None]
