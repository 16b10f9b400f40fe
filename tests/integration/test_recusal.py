"""Is a member who is inhabil out of the case, whoever else must step in called, and the reason kept from the
others?
"""

from collections.abc import Iterator

import pytest

from engine.core.refusal import NotAllowed, Refused
from engine.queries.cases.show_case import show_case
from engine.store import cases
from engine.store.session import Database
from engine.use_cases.cases.amend_case import amend_case
from engine.use_cases.cases.cast_ballot import Answered
from engine.use_cases.cases.conclude_case import Concluded, conclude_case
from engine.use_cases.cases.decide_recusal import Found, decide_recusal
from engine.use_cases.meetings.run_meeting import note_attendance
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.projects.change_facts import change_facts
from tests import meeting_builders as group
from tests.builders import ASKER, OFFICE
from tests.meeting_builders import FREE_DEPUTY, MEETING, MEETS, SUPERIORS, at, deputy, email

REASON = "Ektefellen leder en leverandør."


@pytest.fixture
def house(db: Database) -> Iterator[Database]:
    yield from group.a_sound_house(db)


def find(db: Database, case: str, seat: str, *, recused: bool = True, by: str = OFFICE) -> Found:
    found = decide_recusal(db, case=case, seat=seat, recused=recused, reason=REASON, by=by, now=at(1, 31, 9))
    assert isinstance(found, Found), found
    return found


def base(db: Database, case: str) -> int:
    with db.reading() as tx:
        return show_case(tx, case, now=MEETS).tally.base


def test_a_recused_seat_leaves_the_count_and_everybody_sees_it(house: Database) -> None:
    case = group.a_called_case(house)
    assert base(house, case) == 8
    find(house, case, "sykehjem")
    assert base(house, case) == 7
    with house.reading() as tx:
        seats = {one.seat: one for one in show_case(tx, case, now=MEETS).seats}
    assert seats["sykehjem"].recused
    assert [seat for seat, one in seats.items() if one.recused] == ["sykehjem"]


def test_a_deputy_who_reports_to_the_recused_seat_is_not_called(house: Database) -> None:
    case = group.a_called_case(house)
    before = len(group.letters(house, "agenda"))
    find(house, case, "sykehjem")
    assert group.speaks_for(house, case, "sykehjem") is None
    assert len(group.letters(house, "agenda")) == before


def test_a_deputy_who_reports_to_somebody_else_is_called_and_counts(house: Database) -> None:
    case = group.a_called_case(house)
    group.send(house, now=group.CALLED)
    find(house, case, FREE_DEPUTY)
    stand_in = group.person(house, deputy(FREE_DEPUTY))
    assert group.speaks_for(house, case, FREE_DEPUTY) == stand_in
    assert base(house, case) == 8
    ((kind, reader, url, code),) = group.send(house, now=at(1, 31, 10))
    assert (kind, reader) == ("agenda", stand_in)
    assert url
    assert code
    assert isinstance(group.vote(house, case, FREE_DEPUTY, now=at(2, 3, 9)), Answered)


def test_a_deputy_called_before_the_meeting_is_asked_when_the_meeting_is(house: Database) -> None:
    case = group.a_case(house).case
    decide_recusal(
        house, case=case, seat=FREE_DEPUTY, recused=True, reason=REASON, by=OFFICE, now=at(1, 27, 9)
    )
    assert group.letters(house) == []
    group.call(house)
    asked = [reader for kind, reader, *_ in group.send(house, now=group.CALLED) if kind == "agenda"]
    assert group.person(house, deputy(FREE_DEPUTY)) in asked


def test_what_a_member_answered_before_being_found_inhabil_does_not_count_for_the_deputy(
    house: Database,
) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, FREE_DEPUTY)
    find(house, case, FREE_DEPUTY)
    with house.reading() as tx:
        tally = show_case(tx, case, now=MEETS).tally
    assert (tally.for_, tally.base) == (0, 8)
    assert FREE_DEPUTY in tally.missing


def test_the_deputy_of_a_member_who_declared_it_alone_takes_part_when_the_group_has_agreed(
    house: Database,
) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, FREE_DEPUTY, choice="inhabil")
    assert base(house, case) == 7
    find(house, case, FREE_DEPUTY)
    assert base(house, case) == 8


def test_subordinates_of_a_recused_superior_are_flagged(house: Database) -> None:
    case = group.a_called_case(house)
    find(house, case, "st")
    with house.reading() as tx:
        flagged = [one.seat for one in show_case(tx, case, now=MEETS).seats if one.flagged]
    assert flagged == ["boa", "psykisk", "arbeid"]


def test_only_chair_and_secretary_see_why(house: Database) -> None:
    case = group.a_called_case(house)
    group.vote(house, case, "sykehjem", "inhabil", person=group.person(house, email("sykehjem")))

    def seen_by(address: str) -> str | None:
        with house.reading() as tx:
            view = show_case(tx, case, now=MEETS, viewer=group.person(house, address))
        return next(one for one in view.seats if one.seat == "sykehjem").comment

    assert seen_by(email("ho")) == "Fordi."
    assert seen_by(OFFICE) == "Fordi."
    group.votes(house, case, "st")
    assert seen_by(email("st")) is None


def test_the_reason_of_the_group_stands_in_no_view_of_the_case(house: Database) -> None:
    case = group.a_called_case(house)
    find(house, case, "sykehjem")
    with house.reading() as tx:
        assert cases.recusals(tx, case)["sykehjem"].reason == REASON
        assert REASON not in repr(show_case(tx, case, now=MEETS, viewer=group.person(house, email("st"))))


@pytest.mark.parametrize("by", ["ho", "st"])
def test_nobody_takes_part_in_the_finding_about_their_own_seat(house: Database, by: str) -> None:
    case = group.a_called_case(house)
    with pytest.raises(NotAllowed) as refused:
        find(house, case, by, by=email(by))
    assert refused.value.code == ("own_recusal" if by == "ho" else "not_running")


def test_a_finding_needs_its_reason(house: Database) -> None:
    case = group.a_called_case(house)
    found = decide_recusal(house, case=case, seat="boa", recused=True, reason=" ", by=OFFICE, now=MEETS)
    assert isinstance(found, Refused)
    assert [one.code for one in found.reasons] == ["reason_required"]


def test_the_group_can_find_that_a_member_is_not_inhabil_after_all(house: Database) -> None:
    case = group.a_called_case(house)
    find(house, case, "sykehjem")
    find(house, case, "sykehjem", recused=False)
    assert base(house, case) == 8
    group.votes(house, case, "sykehjem")


def test_a_recused_member_can_no_longer_answer(house: Database) -> None:
    case = group.a_called_case(house)
    find(house, case, "sykehjem")
    found = group.vote(house, case, "sykehjem", person=group.person(house, email("sykehjem")))
    assert isinstance(found, Refused)
    assert [one.code for one in found.reasons] == ["recused_never_decides"]
    with house.reading() as tx:
        view = show_case(tx, case, now=MEETS, viewer=group.person(house, email("sykehjem")))
    assert not view.may_answer


def test_a_recused_member_who_stays_in_the_room_is_not_part_of_the_quorum(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "sykehjem", choice="inhabil")
    here = group.all_present(house, but=("st", "boa", "arbeid"))
    note_attendance(house, meeting=MEETING, present=here, by=OFFICE, now=MEETS)
    found = conclude_case(house, case=case, by=email("ho"), outcome="godkjent", now=MEETS)
    assert isinstance(found, Refused)
    assert [one.code for one in found.reasons] == ["quorum_missing"]


def test_a_recused_leader_does_not_conclude_and_the_next_seat_does(house: Database) -> None:
    case = group.a_called_case(house)
    find(house, case, "ho")
    note_attendance(house, meeting=MEETING, present=group.all_present(house), by=OFFICE, now=MEETS)
    refused = conclude_case(house, case=case, by=email("ho"), outcome="godkjent", now=MEETS)
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.reasons] == ["recused_never_decides"]
    with pytest.raises(NotAllowed):
        conclude_case(house, case=case, by=email("boa"), outcome="godkjent", now=MEETS)
    with house.reading() as tx:
        assert show_case(tx, case, now=MEETS, viewer=group.person(house, email("st"))).may_conclude
        assert not show_case(tx, case, now=MEETS, viewer=group.person(house, email("ho"))).may_conclude
    found = conclude_case(house, case=case, by=email("st"), outcome="godkjent", now=MEETS)
    assert isinstance(found, Concluded), found


def test_jeg_er_inhabil_stands_when_the_case_is_amended(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "sykehjem", choice="inhabil")
    group.votes(house, case, "st")
    change_facts(
        house,
        key="p1",
        changes={"goals": "Andre mål."},
        by=ASKER,
        effective=at(1, 30, 9).date(),
        now=at(1, 30, 10),
    )
    amend_case(house, case=case, what="Målene er endret.", by=ASKER, now=at(1, 31, 9))
    assert base(house, case) == 7
    assert group.told(house, "amended") == group.ids(house, email("st"))


def test_a_lost_quorum_sends_the_case_to_the_body_above_as_a_new_version(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "st", "arbeid")
    for seat in ("hjemme", "sykehjem", "boa"):
        assert find(house, case, seat).referred_to is None
    assert find(house, case, "psykisk").referred_to == "programstyret"
    found = group.state(house, case)
    assert (found.body, found.version, found.meeting) == ("programstyret", 2, "programstyret:2025-03-06")
    assert [entry["seat"] for entry in found.roll] == ["styre-ho", "styre-st", "styre-finans"]
    with house.reading() as tx:
        view = show_case(tx, case, now=MEETS)
    assert view.body_title == "Programstyret"
    assert view.tally.missing == ("styre-ho", "styre-st", "styre-finans"), "all answer afresh"
    assert view.tally.remarks == tuple(one for one in view.tally.remarks if one.code != "vote_foreign_answer")
    with house.reading() as tx:
        assert [one.number for one in cases.list_cases(tx, meeting=MEETING)] == []


def test_whoever_is_inhabil_stays_so_in_the_body_above(house: Database) -> None:
    case = group.a_called_case(house)
    for seat in ("hjemme", "sykehjem", "boa", "st"):
        found = find(house, case, seat)
    assert found.referred_to == "programstyret"
    with house.reading() as tx:
        view = show_case(tx, case, now=MEETS)
    assert [one.seat for one in view.seats if one.recused] == ["styre-st"]
    assert view.tally.missing == ("styre-ho", "styre-finans")
    register_absence(house, who=email("boa"), away_from=MEETS.date(), away_to=MEETS.date(), now=at(1, 31, 10))
    assert group.speaks_for(house, case, "styre-st") is None, "also when the roll is made up anew"


def test_a_body_with_none_above_it_keeps_its_case(db: Database) -> None:
    group.a_house(db, above=False)
    case = group.a_called_case(db)
    for seat in ("hjemme", "sykehjem", "boa", "psykisk"):
        assert find(db, case, seat).referred_to is None
    note_attendance(db, meeting=MEETING, present=group.all_present(db), by=OFFICE, now=MEETS)
    refused = conclude_case(db, case=case, by=email("ho"), outcome="godkjent", now=MEETS)
    assert isinstance(refused, Refused)
    assert isinstance(
        conclude_case(db, case=case, by=email("ho"), outcome="utsatt", wording="Senere.", now=MEETS),
        Concluded,
    )
    group.assert_sound(db)


def test_the_whole_group_can_be_named_seat_by_seat(house: Database) -> None:
    case = group.a_called_case(house)
    with house.reading() as tx:
        assert [one.seat for one in show_case(tx, case, now=MEETS).seats] == list(SUPERIORS)


# --- an owner who sits in the body ----------------------------------------------------------------------


def test_an_owner_answers_where_the_body_has_no_other_rule(house: Database) -> None:
    case = group.a_called_case(house)
    assert group.speaks_for(house, case, "hjemme") == group.person(house, email("hjemme"))
    assert base(house, case) == 8
    assert isinstance(group.vote(house, case, "hjemme", now=at(2, 3, 9)), Answered)


def test_an_owner_takes_no_part_where_that_is_the_bodys_rule(db: Database) -> None:
    group.a_house(db, owner="inhabil")
    case = group.a_called_case(db)
    with db.reading() as tx:
        view = show_case(tx, case, now=MEETS)
    (seat,) = [one for one in view.seats if one.recused]
    assert (seat.seat, seat.owner, view.tally.base) == ("hjemme", True, 7)
    refused = group.vote(db, case, "hjemme", person=group.person(db, email("hjemme")))
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.reasons] == ["recused_never_decides"]
    group.assert_sound(db)


def test_the_deputy_of_an_owner_answers_when_somebody_else_is_their_superior(db: Database) -> None:
    group.a_house(db, owner="inhabil")
    group.projects(db, "p1", owner=FREE_DEPUTY)
    case = group.ask(db, "p1").case
    assert group.speaks_for(db, case, FREE_DEPUTY) == group.person(db, deputy(FREE_DEPUTY))
    assert base(db, case) == 8
    with db.reading() as tx:
        assert not any(one.owner for one in show_case(tx, case, now=MEETS).seats)
    group.assert_sound(db)


@pytest.mark.parametrize("recused", [True, False])
def test_no_finding_undoes_the_rule_for_the_owner(db: Database, recused: bool) -> None:
    group.a_house(db, owner="inhabil")
    case = group.a_called_case(db)
    refused = decide_recusal(
        db, case=case, seat="hjemme", recused=recused, reason=REASON, by=OFFICE, now=at(1, 31, 9)
    )
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.reasons] == ["owner_takes_no_part"]
    assert base(db, case) == 7
    group.assert_sound(db)


def test_an_owner_out_by_the_rule_counts_towards_a_lost_quorum(db: Database) -> None:
    group.a_house(db, owner="inhabil")
    case = group.a_called_case(db)
    assert find(db, case, "sykehjem").referred_to is None
    assert find(db, case, "boa").referred_to is None
    assert find(db, case, "psykisk").referred_to == "programstyret"
    group.assert_sound(db)
