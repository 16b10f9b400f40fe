"""Who is who, who speaks for a seat on a day, and is somebody who is erased really gone?"""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.core.refusal import Invalid, NotAllowed, Unknown
from engine.queries.cases.show_case import show_case
from engine.queries.people.actors import capacities
from engine.store import links, people, programmes
from engine.store.outbox import Settlement
from engine.store.record import ledger
from engine.store.session import Database
from engine.store.tables.base import metadata
from engine.use_cases.cases.cast_ballot import cast_ballot
from engine.use_cases.letters.claim_letters import Composed, claim_letters
from engine.use_cases.letters.settle_letters import settle_letters
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.people.erase_person import erase_person
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.programme.register_definition import register_definition
from engine.use_cases.projects.answer_criterion import answer_criterion, waive_criterion
from engine.use_cases.projects.change_facts import assign_role
from tests import builders
from tests.builders import ASKER, LEADER, NOW, OFFICE

TODAY = date(2025, 1, 14)
LATER = NOW + timedelta(hours=1)


def speakers(db: Database, *, on: date = TODAY) -> list[tuple[str, str | None, bool, bool]]:
    """Each seat of the group, whose address speaks for it, and whether acting or as deputy."""
    with db.reading() as tx:
        programme = programmes.current(tx)
        assert programme is not None
        entries = people.roll(tx, programme.body("gruppa"), on=on, owner=None, requester=None)
        emails = {one.id: one.email for one in people.all_people(tx)}
    return [(e["seat"], emails.get(e["person"]), e["acting"], e["deputy"]) for e in entries]


# --- the programme file ---------------------------------------------------------------------------------


def test_a_programme_makes_its_people_and_puts_them_in_their_seats(db: Database) -> None:
    found = load_programme(db, text=builders.programme_text(), now=NOW)
    assert (found.programme, found.changed, found.people, found.seats) == ("proveprogram", True, 9, 9)
    assert speakers(db) == [(f"plass-{n}", builders.seat_email(n), False, False) for n in (1, 2, 3)]


def test_loading_the_same_file_twice_changes_nothing(db: Database) -> None:
    load_programme(db, text=builders.programme_text(), now=NOW)
    with db.reading() as tx:
        before = ledger.heads(tx)
    again = load_programme(db, text=builders.programme_text().replace("\n", "\r\n"), now=LATER)
    assert (again.changed, again.people, again.seats) == (False, 0, 0)
    with db.reading() as tx:
        assert ledger.heads(tx) == before


def test_a_wrong_file_changes_nothing_and_every_mistake_is_told(db: Database) -> None:
    load_programme(db, text=builders.programme_text(), now=NOW)
    wrong = builders.programme_text(quorum=9).replace("leader: plass-1", "leader: plass-7")
    with pytest.raises(Invalid) as refused:
        load_programme(db, text=wrong, now=LATER)
    assert {one.code for one in refused.value.mistakes} == {
        "programme.leader_without_seat",
        "programme.quorum_above_seats",
    }
    with db.reading() as tx:
        assert programmes.current_text(tx) == builders.programme_text()


def test_a_seat_that_was_assigned_since_stays_so_when_the_file_is_loaded_again(db: Database) -> None:
    builders.a_programme(db)
    assign_seat(db, body="gruppa", seat="plass-2", who=LEADER, valid_from=TODAY, now=NOW)
    load_programme(db, text=builders.programme_text(quorum=3), now=LATER)
    assert speakers(db)[1] == ("plass-2", LEADER, False, False)


def test_a_definition_is_registered_once_and_its_version_never_changes(db: Database) -> None:
    builders.a_programme(db)
    again = register_definition(db, text=builders.EASY_WORKFLOW, now=LATER)
    assert not again.new
    with pytest.raises(NotAllowed) as refused:
        register_definition(db, text=builders.EASY_WORKFLOW.replace("Skriv målene.", "Skriv dem."), now=LATER)
    assert refused.value.code == "digest_differs"
    with pytest.raises(Invalid):
        register_definition(db, text=builders.EASY_WORKFLOW.replace("gruppa", "ingen"), now=LATER)


# --- seats ----------------------------------------------------------------------------------------------


def test_an_acting_holder_goes_before_the_holder_from_their_day(db: Database) -> None:
    builders.a_programme(db)
    tomorrow = TODAY + timedelta(days=1)
    assign_seat(
        db, body="gruppa", seat="plass-1", who=LEADER, capacity="acting", valid_from=tomorrow, now=NOW
    )
    assert speakers(db)[0] == ("plass-1", builders.seat_email(1), False, False)
    assert speakers(db, on=tomorrow)[0] == ("plass-1", LEADER, True, False)


def test_a_holding_ends_with_its_last_day(db: Database) -> None:
    builders.a_programme(db)
    last = TODAY + timedelta(days=2)
    assign_seat(
        db,
        body="gruppa",
        seat="plass-1",
        who=LEADER,
        capacity="acting",
        valid_from=TODAY,
        valid_to=last,
        now=NOW,
    )
    assert speakers(db, on=last)[0][1] == LEADER
    assert speakers(db, on=last + timedelta(days=1))[0][1] == builders.seat_email(1)


def test_a_deputy_speaks_on_the_days_the_holder_is_away_and_nobody_when_both_are(db: Database) -> None:
    builders.a_programme(db)
    first, last = TODAY, TODAY + timedelta(days=3)
    register_absence(db, who=builders.seat_email(2), away_from=first, away_to=last, now=NOW)
    assert speakers(db, on=last)[1] == ("plass-2", builders.deputy_email(2), False, True)
    assert speakers(db, on=last + timedelta(days=1))[1] == ("plass-2", builders.seat_email(2), False, False)
    register_absence(db, who=builders.deputy_email(2), away_from=first, away_to=first, now=NOW)
    assert speakers(db, on=first)[1] == ("plass-2", None, False, False)


def test_dates_the_wrong_way_round_and_names_that_do_not_exist_are_refused(db: Database) -> None:
    builders.a_programme(db)
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(NotAllowed) as reversed_:
        register_absence(db, who=LEADER, away_from=TODAY, away_to=yesterday, now=NOW)
    assert reversed_.value.code == "dates_reversed"
    with pytest.raises(NotAllowed) as capacity:
        assign_seat(db, body="gruppa", seat="plass-1", who=LEADER, capacity="king", valid_from=TODAY, now=NOW)
    assert capacity.value.code == "no_such_capacity"
    with pytest.raises(Unknown) as seat:
        assign_seat(db, body="gruppa", seat="plas-1", who=LEADER, valid_from=TODAY, now=NOW)
    assert (seat.value.kind, seat.value.nearest) == ("seat", "plass-1")
    with pytest.raises(Unknown) as body:
        assign_seat(db, body="grupa", seat="plass-1", who=LEADER, valid_from=TODAY, now=NOW)
    assert (body.value.kind, body.value.nearest) == ("body", "gruppa")


# --- people ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "email", "code"),
    [
        ("", "ny@example.org", "nameless"),
        ("Ny\r\nBcc: alle@example.org", "ny@example.org", "nameless"),
        ("Ny", "ny", "value.not_an_address"),
        ("Ny", "ny@example.org\r\nRCPT TO:<x@example.org>", "value.line_break"),
        ("Ny", "ny@example.org>", "value.not_an_address"),
        ("\u200b\u2800", "ny@example.org", "nameless"),
        ("Ny\u202eyN", "ny@example.org", "value.forbidden_character"),
        ("Ny", "nå@example.org", "value.mailbox_not_ascii"),
        ("Ny", "ny@trøndelag-.no", "value.no_such_domain"),
        ("Ny", "PROSJEKTLEDER@example.org", "address_taken"),
    ],
)
def test_a_person_needs_a_name_and_an_address_that_letters_can_bear(
    db: Database, name: str, email: str, code: str
) -> None:
    builders.a_programme(db)
    with pytest.raises(NotAllowed) as refused:
        register_person(db, name=name, email=email, now=NOW)
    assert refused.value.code == code


def test_a_person_keeps_their_identity_when_name_or_address_changes(db: Database) -> None:
    builders.a_programme(db)
    case = builders.a_case(db).case
    member = builders.members(db, case)[1].person
    same = register_person(
        db, name="Kommunalsjef (nytt navn)", email="ny@example.org", was=builders.seat_email(2), now=LATER
    )
    assert same == member
    with db.reading() as tx:
        assert show_case(tx, case, now=LATER).seats[1].name == "Kommunalsjef (nytt navn)"
        assert people.by_email(tx, builders.seat_email(2)) is None


def test_offices_are_held_too_and_their_deputy_counts_only_in_absence(db: Database) -> None:
    builders.a_programme(db)
    builders.a_project(db, key="p")
    assign_seat(
        db,
        body=people.OFFICES,
        seat="programkontor",
        who=LEADER,
        capacity="deputy",
        valid_from=TODAY,
        now=NOW,
    )
    with db.reading() as tx:
        deputy, holder = people.by_email(tx, LEADER), people.by_email(tx, OFFICE)
        assert deputy is not None
        assert holder is not None
        assert "programkontor" in capacities(tx, holder.id, project="p", on=TODAY)
        assert capacities(tx, deputy.id, project="p", on=TODAY) == {"prosjektleder"}
    register_absence(db, who=OFFICE, away_from=TODAY, away_to=TODAY, now=NOW)
    with db.reading() as tx:
        assert "programkontor" in capacities(tx, deputy.id, project="p", on=TODAY)


# --- erased ---------------------------------------------------------------------------------------------

NAME, ADDRESS = "Rådgiver Snøkrystall", "snokrystall@example.org"


def test_whoever_still_holds_a_seat_is_not_erased(db: Database) -> None:
    builders.a_programme(db)
    with pytest.raises(NotAllowed) as refused:
        erase_person(db, who=builders.seat_email(1), now=NOW)
    assert (refused.value.code, refused.value.data["seat"]) == ("holds_seat", "plass-1")


def test_nor_is_whoever_is_to_take_one(db: Database) -> None:
    builders.a_programme(db)
    assign_seat(db, body="gruppa", seat="plass-1", who=LEADER, valid_from=date(2025, 3, 1), now=NOW)
    with pytest.raises(NotAllowed) as refused:
        erase_person(db, who=LEADER, now=NOW)
    assert refused.value.code == "holds_seat"


def test_somebody_who_took_part_in_everything_leaves_no_name_behind(db: Database) -> None:
    """Name and address stand nowhere in the tables, and on SQLite in no byte of the file."""
    builders.a_programme(db, workflow=builders.workflow_text(), seats=3, quorum=2)
    gone = register_person(db, name=NAME, email=ADDRESS, now=NOW)
    builders.a_ready_project(db, key="klar")
    assign_seat(db, body="gruppa", seat="plass-2", who=ADDRESS, valid_from=date(2025, 1, 1), now=NOW)
    assign_seat(
        db, body=people.OFFICES, seat="programkontor", who=ADDRESS, valid_from=date(2025, 1, 1), now=NOW
    )
    for role in ("prosjekteier", "utredningsleder"):
        assign_role(db, key="klar", role=role, who=ADDRESS, valid_from=TODAY, by=ASKER, now=NOW)
    answer_criterion(
        db, key="klar", criterion="forankret", value="ja", explanation="Ja.", by=ADDRESS, now=NOW
    )
    waive_criterion(db, key="klar", criterion="forankret", reason="Lite prosjekt.", by=ADDRESS, now=NOW)
    case = builders.a_case(db, key="klar", by=ADDRESS).case
    cast_ballot(
        db,
        case=case,
        person=builders.members(db, case)[0].person,
        choice="godkjenn",
        version=1,
        nonce="1",
        recorded_by=gone,
        now=NOW,
    )
    send_everything(db)
    assert {"outbox.payload", "outbox.address", "person.name"} <= set(everywhere(db))

    for body, seat in (("gruppa", "plass-2"), (people.OFFICES, "programkontor")):
        assign_seat(db, body=body, seat=seat, who=LEADER, valid_from=TODAY, now=LATER)
    erase_person(db, who=ADDRESS, now=LATER)

    assert everywhere(db) == []
    with db.reading() as tx:
        view = show_case(tx, case, now=LATER)
        assert ledger.verify(tx).faults == ()
        assert {link.revoked_reason for link in links.of_person(tx, gone)} == {"erased"}
    assert view.roles["prosjekteier"] == ""
    if db.is_sqlite:
        db.close()
        place = Path(str(db.url.database))
        content = b"".join(one.read_bytes() for one in place.parent.glob(f"{place.name}*"))
        assert NAME.encode() not in content
        assert ADDRESS.encode() not in content


def send_everything(db: Database) -> None:
    """Letters to all, each naming who they are about, as sent ones stand in the outbox."""
    said = json.dumps({"decided_by": NAME, "contact": ADDRESS})
    composed = Composed(payload=said, template_digest="0" * 64, message_id="<1@example.org>")
    claim = claim_letters(
        db,
        keys={1: b"k" * 32},
        base_url="https://faseport.example.org",
        worker="a",
        limit=50,
        compose=lambda _tx, _letter: composed,
        now=LATER,
    )
    ends = [
        Settlement(letter=one.claimed.id, attempt=1, state="sent", phase="done", reply="250 OK")
        for one in claim.ready
    ]
    assert len(ends) >= 3
    settle_letters(db, settlements=ends, worker="a", now=LATER)


def everywhere(db: Database) -> list[str]:
    """The columns of the database in which the name or the address still stands."""
    found: list[str] = []
    with db.reading() as tx:
        for table in metadata.sorted_tables:
            for row in tx.execute(table.select()):
                found += [
                    f"{table.name}.{column}"
                    for column, value in row._mapping.items()
                    if NAME in str(value) or ADDRESS in str(value) or "Sn\\u00f8krystall" in str(value)
                ]
    return sorted(set(found))
