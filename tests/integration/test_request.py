"""Does a request open one case with everything frozen, or none and say everything that stands in the way?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.core.refusal import NotAllowed, Refused
from engine.queries.cases.show_case import show_case
from engine.queries.projects.check_gate import check_gate
from engine.store import cases, outbox
from engine.store.session import Database
from engine.use_cases.cases.request_transition import NotReady, Opened, request_transition
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.projects.add_paper import add_paper
from engine.use_cases.projects.answer_criterion import answer_criterion, confirm_answer
from engine.use_cases.projects.change_facts import assign_role, change_facts
from tests import builders
from tests.builders import ASKER, LEADER, NOW, OFFICE, OWNER, PROPOSAL

TODAY = date(2025, 1, 14)


@pytest.fixture
def house(db: Database) -> Database:
    builders.a_programme(db, workflow=builders.workflow_text(), seats=3, quorum=2)
    return db


def ask(db: Database, key: str = "klar", *, by: str = ASKER, proposal: str = PROPOSAL) -> Opened | Refused:
    return request_transition(db, key=key, proposal=proposal, by=by, now=NOW)


def opened(db: Database, key: str = "klar", *, by: str = ASKER) -> Opened:
    found = ask(db, key, by=by)
    assert isinstance(found, Opened), found
    return found


def letters(db: Database) -> list[tuple[str, str]]:
    with db.reading() as tx:
        return sorted((one.kind, one.recipient_name) for one in outbox.list_letters(tx))


def test_a_shut_gate_opens_no_case_sends_no_letter_and_gives_every_reason(house: Database) -> None:
    builders.a_bare_project(house, key="tomt")
    found = ask(house, "tomt")
    assert isinstance(found, NotReady)
    must = [one for one in found.check.criteria if one.weight == "må"]
    assert found.reasons == tuple(reason for one in must for reason in one.reasons)
    assert [one.code for one in found.reasons] == [
        "criterion.paper_missing",
        "criterion.otherwise",
        "criterion.too_few",
        "criterion.unanswered",
    ]
    assert letters(house) == []
    with house.reading() as tx:
        assert cases.list_cases(tx) == ()


def test_once_all_is_filled_in_the_request_goes_through_and_each_seat_gets_one_letter(
    house: Database,
) -> None:
    builders.a_bare_project(house, key="p")
    assert isinstance(ask(house, "p"), Refused)
    facts = {"goals": "Flere bor hjemme.", "benefits": builders.BENEFIT}
    change_facts(house, key="p", changes=facts, by=ASKER, effective=TODAY, now=NOW)
    add_paper(
        house, key="p", kind="prosjektforslag", title="F", content=b"%PDF", ending=".pdf", by=ASKER, now=NOW
    )
    answer_criterion(house, key="p", criterion="forankret", value="ja", explanation="Ja.", by=ASKER, now=NOW)
    confirm_answer(house, key="p", criterion="forankret", by=OFFICE, now=NOW)

    found = opened(house, "p")

    assert found.letters == 3
    assert letters(house) == [
        ("case", "Kommunaldirektør"),
        ("case", "Kommunalsjef hjemmebaserte tjenester"),
        ("case", "Kommunalsjef sykehjem"),
    ]


def test_a_second_request_while_a_case_is_open_is_refused_with_its_number(house: Database) -> None:
    builders.a_ready_project(house, key="klar")
    first = opened(house)
    again = ask(house)
    assert isinstance(again, Refused)
    assert [(one.code, one.data["number"]) for one in again.reasons] == [("case_open", first.number)]


@pytest.mark.parametrize(
    ("proposal", "code"),
    [
        ("", "proposal_missing"),
        ("  \n", "proposal_missing"),
        ("x" * 5_000, "words_too_long"),
        ("\x00", "value.forbidden_character"),
    ],
)
def test_a_case_needs_a_proposal_that_can_be_read(house: Database, proposal: str, code: str) -> None:
    builders.a_ready_project(house, key="klar")
    found = ask(house, proposal=proposal)
    assert isinstance(found, Refused)
    assert [one.code for one in found.reasons] == [code]


@pytest.mark.parametrize("by", [OWNER, builders.seat_email(1), builders.deputy_email(1)])
def test_only_who_leads_the_project_and_the_programme_office_may_ask(house: Database, by: str) -> None:
    builders.a_ready_project(house, key="klar")
    with pytest.raises(NotAllowed) as refused:
        ask(house, by=by)
    assert refused.value.code == "may_not_request"
    assert opened(house, by=OFFICE).number == "1/2025"


def test_case_numbers_run_through_the_year(house: Database) -> None:
    numbers = [opened(house, builders.a_ready_project(house, key=f"p-{n}")).number for n in (1, 2, 3)]
    assert numbers == ["1/2025", "2/2025", "3/2025"]
    last = builders.a_ready_project(house, key="p-4")
    found = request_transition(
        house, key=last, proposal=PROPOSAL, by=ASKER, now=datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    )
    assert isinstance(found, Opened)
    assert found.number == "1/2026", "it is half past midnight in Oslo"


def test_the_answer_is_due_after_the_bodys_own_number_of_working_days(house: Database) -> None:
    builders.a_ready_project(house, key="klar")
    with house.reading() as tx:
        state = cases.state(tx, "x")
    assert state is None
    found = opened(house)
    with house.reading() as tx:
        state = cases.state(tx, found.case)
    assert state is not None
    assert state.answer_by == datetime(2025, 1, 21, 14, 0, tzinfo=UTC), "Tuesday next week, 15:00 in Oslo"


# --- who decides ----------------------------------------------------------------------------------------


def body_of(db: Database, case: str) -> tuple[str, list[str | None]]:
    with db.reading() as tx:
        state = cases.state(tx, case)
    assert state is not None
    return state.body, [entry["seat"] for entry in state.roll]


def test_a_body_that_cannot_have_its_quorum_hands_the_case_to_the_one_above(house: Database) -> None:
    builders.a_ready_project(house, key="klar")
    for number in (1, 2):
        for who in (builders.seat_email(number), builders.deputy_email(number)):
            register_absence(house, who=who, away_from=TODAY, away_to=TODAY + timedelta(days=20), now=NOW)
    assert body_of(house, opened(house).case)[0] == "styret"


def test_a_deputy_speaks_while_the_holder_is_away(house: Database) -> None:
    builders.a_ready_project(house, key="klar")
    register_absence(
        house, who=builders.seat_email(2), away_from=TODAY, away_to=TODAY + timedelta(days=20), now=NOW
    )
    opened(house)
    assert ("case", "Stedfortreder 2") in letters(house)
    assert ("case", "Kommunalsjef hjemmebaserte tjenester") not in letters(house)


def test_a_member_who_asks_is_marked_and_so_is_the_owner(house: Database) -> None:
    builders.a_ready_project(house, key="klar")
    assign_role(
        house,
        key="klar",
        role="prosjekteier",
        who=builders.seat_email(3),
        valid_from=TODAY,
        by=OFFICE,
        now=NOW,
    )
    assign_role(
        house,
        key="klar",
        role="prosjektleder",
        who=builders.seat_email(2),
        valid_from=TODAY,
        by=OFFICE,
        now=NOW,
    )
    found = opened(house, by=builders.seat_email(2))
    with house.reading() as tx:
        view = show_case(tx, found.case, now=NOW)
    assert [(one.seat, one.requester, one.owner) for one in view.seats] == [
        ("plass-1", False, False),
        ("plass-2", True, False),
        ("plass-3", False, True),
    ]
    assert view.tally.base == 2, "who has asked does not decide"


# --- what is frozen -------------------------------------------------------------------------------------


def test_what_changes_after_the_opening_does_not_change_the_case(house: Database) -> None:
    builders.a_ready_project(house, key="klar")
    found = opened(house)
    with house.reading() as tx:
        before = cases.load(tx, found.case)
    facts = {"goals": "Noe helt annet.", "title": "Nytt navn", "benefits": ""}
    change_facts(house, key="klar", changes=facts, by=ASKER, effective=TODAY, now=NOW)
    add_paper(
        house, key="klar", kind="prosjektforslag", title="Ny", content=b"ny", ending=".pdf", by=ASKER, now=NOW
    )
    assign_role(house, key="klar", role="prosjekteier", who=LEADER, valid_from=TODAY, by=OFFICE, now=NOW)
    with house.reading() as tx:
        assert cases.load(tx, found.case) == before
        assert not check_gate(tx, key="klar", today=TODAY).check.open


def test_the_view_of_a_case_tells_what_was_frozen(house: Database) -> None:
    builders.a_ready_project(house, key="klar")
    found = opened(house)
    with house.reading() as tx:
        view = show_case(tx, found.case, now=NOW, viewer=builders.members(house, found.case)[0].person)
    assert (view.number, view.project_title, view.gate, view.proposal) == (
        "1/2025",
        "Trygghet hjemme",
        "P2",
        PROPOSAL,
    )
    assert (view.from_phase, view.to_phase, view.body_title) == ("Konsept", "Gjennomføre", "Styringsgruppa")
    assert (view.must_met, view.must_total, view.should_open) == (4, 4, ("Kostnaden er anslått",))
    assert view.requested_by == "Utredningsleder"
    assert view.roles == {
        "utredningsleder": "Utredningsleder",
        "prosjektleder": "Prosjektleder",
        "prosjekteier": "Prosjekteier",
    }
    (attested,) = [one for one in view.criteria if one.id == "forankret"]
    assert (attested.answered_by, attested.confirmed_by) == ("Utredningsleder", "Programkontoret")
    assert [(paper.kind, paper.size) for paper in view.papers] == [("Prosjektforslag", 16)]
    assert view.may_answer
    assert view.may_conclude
