"""Does whoever speaks for a seat now have the case, and nobody else — after absences and new holders?"""

from collections.abc import Iterator
from datetime import date

import pytest

from engine.core.refusal import NotAllowed, Refused, Unknown
from engine.queries.cases.show_case import show_case
from engine.store.session import Database
from engine.use_cases.access.open_door import look_at_door
from engine.use_cases.cases.cast_ballot import Answered
from engine.use_cases.cases.conclude_case import Concluded, conclude_case
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.load_programme import load_programme
from tests import meeting_builders as group
from tests.meeting_builders import CALLED, MEETS, SUPERIORS, at, deputy, email

NEWCOMER = "ny-direktor@example.org"


@pytest.fixture
def house(db: Database) -> Iterator[Database]:
    yield from group.a_sound_house(db)


def away(
    db: Database, seat: str, *, since: date = date(2025, 1, 27), until: date = date(2025, 2, 14)
) -> None:
    register_absence(db, who=email(seat), away_from=since, away_to=until, now=at(1, 30, 9))


def new_holder(db: Database, seat: str, *, since: date = date(2025, 1, 30), now: object = None) -> None:
    register_person(db, name="Ny direktør", email=NEWCOMER, now=at(1, 30, 9))
    when = at(1, 30, 9) if now is None else now
    assign_seat(db, body=group.BODY, seat=seat, who=NEWCOMER, valid_from=since, now=when)  # type: ignore[arg-type]


def token(url: str | None) -> str:
    assert url is not None
    return url.rsplit("/", 1)[1]


def fault(db: Database, url: str | None) -> str | None:
    with db.reading() as tx:
        door = look_at_door(tx, token=token(url), now=at(1, 31, 9))
    assert not isinstance(door, Refused), door
    return None if door.fault is None else door.fault.code


def test_an_absence_before_the_call_gives_the_letter_to_the_deputy(house: Database) -> None:
    group.a_case(house)
    away(house, "medisinske")
    group.call(house)
    asked = group.told(house, "agenda")
    assert group.person(house, deputy("medisinske")) in asked
    assert group.person(house, email("medisinske")) not in asked
    assert len(asked) == 9


def test_an_absence_that_ends_before_the_meeting_changes_nothing(house: Database) -> None:
    case = group.a_called_case(house)
    away(house, "st", until=date(2025, 2, 4))
    assert group.speaks_for(house, case, "st") == group.person(house, email("st"))
    assert len(group.letters(house, "agenda")) == 9


def test_an_absence_after_the_call_hands_over_and_the_old_link_dies(house: Database) -> None:
    case = group.a_called_case(house)
    sent = {reader: url for _, reader, url, _ in group.send(house, now=CALLED)}
    old = sent[group.person(house, email("st"))]
    assert fault(house, old) is None
    away(house, "st")
    stand_in = group.person(house, deputy("st"))
    assert group.speaks_for(house, case, "st") == stand_in
    ((kind, reader, url, _),) = group.send(house, now=at(1, 30, 10))
    assert (kind, reader) == ("agenda", stand_in)
    assert fault(house, old) == "link_superseded"
    assert fault(house, url) is None
    with pytest.raises(NotAllowed):
        group.vote(house, case, "st", person=group.person(house, email("st")))
    assert isinstance(group.vote(house, case, "st"), Answered)


def test_a_seat_whose_deputy_is_away_too_is_empty_and_leaves_the_count(house: Database) -> None:
    case = group.a_called_case(house)
    register_absence(
        house, who=deputy("st"), away_from=date(2025, 2, 1), away_to=date(2025, 2, 7), now=at(1, 30, 9)
    )
    away(house, "st")
    assert group.speaks_for(house, case, "st") is None
    with house.reading() as tx:
        assert show_case(tx, case, now=MEETS).tally.base == 7


def test_a_new_holder_takes_over_the_open_case_with_a_letter_of_their_own(house: Database) -> None:
    case = group.a_called_case(house)
    sent = {reader: url for _, reader, url, _ in group.send(house, now=CALLED)}
    new_holder(house, "st")
    newcomer = group.person(house, NEWCOMER)
    assert group.speaks_for(house, case, "st") == newcomer
    ((kind, reader, url, code),) = group.send(house, now=at(1, 30, 10))
    assert (kind, reader) == ("agenda", newcomer)
    assert code
    assert fault(house, sent[group.person(house, email("st"))]) == "link_superseded"
    assert fault(house, url) is None


def test_what_the_former_holder_answered_stands_until_the_new_one_answers(house: Database) -> None:
    case = group.a_called_case(house)
    group.votes(house, case, "st")
    new_holder(house, "st")
    with house.reading() as tx:
        assert show_case(tx, case, now=MEETS).tally.for_ == 1
    group.votes(house, case, "st", choice="ikke_godkjenn", now=at(1, 31, 9))
    with house.reading() as tx:
        tally = show_case(tx, case, now=MEETS).tally
    assert (tally.for_, tally.against) == (0, 1)


def test_a_written_case_asks_the_new_holder_at_once(house: Database) -> None:
    case = group.a_case(house, handling="skriftlig").case
    assert len(group.letters(house, "case")) == 8
    new_holder(house, "st", since=date(2025, 1, 27), now=at(1, 27, 9))
    assert group.person(house, NEWCOMER) in group.told(house, "case")
    assert len(group.letters(house, "case")) == 9
    assert group.state(house, case).version == 1


def test_a_leader_who_came_after_the_deadline_can_still_conclude(house: Database) -> None:
    case = group.a_case(house, handling="skriftlig").case
    group.votes(house, case, *[seat for seat in SUPERIORS if seat != "ho"], now=at(1, 27, 9))
    assert group.state(house, case).answer_by < at(2, 10, 9)
    new_holder(house, "ho", since=date(2025, 2, 10), now=at(2, 10, 9))
    found = conclude_case(house, case=case, by=NEWCOMER, outcome="godkjent", wording="Ja.", now=at(2, 10, 10))
    assert isinstance(found, Concluded), found


def test_a_new_programme_file_hands_open_cases_over_as_well(house: Database) -> None:
    case = group.a_called_case(house)
    text = group.programme_text().replace(
        "holder: {name: Leder boa, email: boa@example.org, from: 2024-01-01}",
        f"holder: {{name: Ny direktør, email: {NEWCOMER}, from: 2025-01-30}}",
    )
    load_programme(house, text=text, now=at(1, 30, 9))
    assert group.speaks_for(house, case, "boa") == group.person(house, NEWCOMER)
    assert group.person(house, NEWCOMER) in group.told(house, "agenda")


def test_a_body_with_open_cases_cannot_be_taken_out_of_the_programme(house: Database) -> None:
    group.a_called_case(house)
    text = group.programme_text().replace(f"id: {group.BODY}", "id: annen-gruppe")
    with pytest.raises(Unknown):
        load_programme(house, text=text, now=at(1, 30, 9))
    assert group.call(house, now=at(1, 30, 9)).called == 0


def test_the_owner_in_the_body_is_marked_and_the_requester_never_decides(house: Database) -> None:
    group.projects(house, "p1", owner="hjemme", leader=email("boa"))
    case = group.ask(house, "p1", by=email("boa")).case
    group.call(house)
    with house.reading() as tx:
        seats = show_case(tx, case, now=MEETS).seats
    assert [one.seat for one in seats if one.owner] == ["hjemme"]
    assert [one.seat for one in seats if one.requester] == ["boa"]
    found = group.vote(house, case, "boa")
    assert isinstance(found, Refused)
    assert [one.code for one in found.reasons] == ["requester_never_decides"]


def test_a_person_in_two_seats_answers_once(db: Database) -> None:
    group.a_house(db)
    assign_seat(
        db,
        body=group.BODY,
        seat="arbeid",
        who=email("psykisk"),
        valid_from=date(2025, 1, 10),
        capacity="acting",
        now=at(1, 10, 9),
    )
    case = group.a_called_case(db)
    group.votes(db, case, "psykisk")
    with db.reading() as tx:
        tally = show_case(tx, case, now=MEETS).tally
    assert (tally.base, tally.for_) == (7, 1)
    assert len(group.letters(db, "agenda")) == 8
    group.assert_sound(db)
