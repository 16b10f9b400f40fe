"""Is the programme office told once of a case its body can never decide, and does every place say so?"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from documents.papers.paper import minutes_of
from documents.papers.referat import minutes_content
from engine.core.record.letters import UNDECIDABLE
from engine.queries.cases.show_case import show_case
from engine.queries.cases.unable import Unable
from engine.queries.meetings.show_meeting import show_meeting
from engine.store.session import Database
from engine.use_cases.cases.decide_recusal import Found, decide_recusal
from engine.use_cases.cases.tell_unable import tell_unable
from engine.use_cases.cases.withdraw_case import Withdrawn, withdraw_case
from engine.use_cases.meetings.run_meeting import Closed, close_meeting
from engine.use_cases.meetings.write_minutes import model_of
from engine.use_cases.programme.load_programme import load_programme
from tests import meeting_builders as group
from tests.builders import OFFICE
from tests.meeting_builders import MEETING, MEETS, NEXT_MEETING
from web.wording import carried_sentence, unable_sentence

LATER = MEETS + timedelta(minutes=30)
OVER = MEETS + timedelta(hours=1)


@pytest.fixture
def alone(db: Database) -> Iterator[Database]:
    """A body with nobody above it."""
    yield from group.a_sound_house(db, above=False, quorum=7)


def recuse(db: Database, case: str, *seats: str) -> None:
    for seat in seats:
        found = decide_recusal(
            db, case=case, seat=seat, recused=True, reason="Nær slekt.", by=OFFICE, now=LATER
        )
        assert isinstance(found, Found)
        assert found.referred_to is None


def unable(db: Database, case: str) -> Unable | None:
    with db.reading() as tx:
        return show_case(tx, case, now=OVER).unable


def test_the_secretary_is_told_once_and_not_again_at_the_next_heartbeat(alone: Database) -> None:
    case = group.a_called_case(alone)
    assert tell_unable(alone, now=LATER) == 0
    recuse(alone, case, "hjemme", "sykehjem")
    assert unable(alone, case) == Unable(
        body="Styringsgruppa",
        able=6,
        quorum=7,
        out=(("Leder hjemme", "recused"), ("Leder sykehjem", "recused")),
        top=True,
    )
    assert tell_unable(alone, now=LATER) == 1
    assert group.told(alone, UNDECIDABLE) == group.ids(alone, OFFICE)
    assert tell_unable(alone, now=LATER + timedelta(minutes=1)) == 0
    assert isinstance(close_meeting(alone, meeting=MEETING, by=OFFICE, now=OVER), Closed)
    assert tell_unable(alone, now=OVER + timedelta(days=20)) == 0
    assert len(group.letters(alone, UNDECIDABLE)) == 1
    assert isinstance(
        withdraw_case(alone, case=case, by=OFFICE, reason="Tas av en annen gruppe.", now=OVER), Withdrawn
    )


def test_the_letter_is_withdrawn_when_somebody_has_put_it_right_before_it_left(alone: Database) -> None:
    case = group.a_called_case(alone)
    recuse(alone, case, "hjemme", "sykehjem")
    tell_unable(alone, now=LATER)
    assert decide_recusal(
        alone, case=case, seat="hjemme", recused=False, reason="Likevel habil.", by=OFFICE, now=LATER
    ) == Found(case=case, seat="hjemme", recused=False, referred_to=None)
    assert unable(alone, case) is None
    assert UNDECIDABLE not in {kind for kind, *_ in group.send(alone, now=OVER)}
    assert [one.state for one in group.letters(alone, UNDECIDABLE)] == ["withdrawn"]


def test_somebody_in_the_seat_who_is_not_recused_makes_the_case_possible_to_decide(alone: Database) -> None:
    """What the letter proposes works: the deputy of «medisinske» does not report to that seat."""
    case = group.a_called_case(alone)
    recuse(alone, case, "hjemme", "medisinske")
    assert unable(alone, case) is None
    recuse(alone, case, "sykehjem")
    assert unable(alone, case) is not None
    text = group.programme_text(above=False, quorum=7)
    assert text.count("reports_to: hjemme}") == 1
    load_programme(alone, text=text.replace("reports_to: hjemme}", "reports_to: ho}"), now=LATER)
    assert unable(alone, case) is None


def test_where_no_body_up_the_line_can_decide_the_finding_stands_and_the_office_is_told(db: Database) -> None:
    """Both directors sit in both bodies; the board needs two of three."""
    group.a_house(db, quorum=7)
    case = group.a_called_case(db)
    found = decide_recusal(db, case=case, seat="ho", recused=True, reason="Eier.", by=OFFICE, now=LATER)
    assert isinstance(found, Found)
    second = decide_recusal(db, case=case, seat="st", recused=True, reason="Eier.", by=OFFICE, now=LATER)
    assert isinstance(second, Found)
    assert second.referred_to is None
    assert unable(db, case) is not None
    assert tell_unable(db, now=LATER) == 1
    group.assert_sound(db)


def test_pages_and_referat_say_that_nobody_can_decide_it_and_where_it_went(alone: Database) -> None:
    case = group.a_called_case(alone)
    recuse(alone, case, "hjemme", "sykehjem")
    with alone.reading() as tx:
        told = unable_sentence(show_case(tx, case, now=LATER))
    assert told == (
        "Styringsgruppa kan ikke avgjøre saken: seks plasser kan svare, og sju må til. Ingen gruppe står "
        "over den. Programkontoret kan peke ut en settefunksjonær eller stedfortreder, la en annen gruppe "
        "avgjøre, eller trekke saken."
    )
    close_meeting(alone, meeting=MEETING, by=OFFICE, now=OVER)
    with alone.reading() as tx:
        view = show_meeting(tx, MEETING, now=OVER)
        content = minutes_content(minutes_of(model_of(tx, MEETING, now=OVER), version=1, issued_at=OVER))
    (gone,) = view.carried
    assert (gone.number, gone.meeting, gone.why, gone.unable) == (
        "1/2025",
        NEXT_MEETING,
        "not_concluded",
        True,
    )
    assert carried_sentence(gone) == (
        "Ble ikke avgjort i møtet. Kommer opp i styringsgruppa onsdag 19. februar. Styringsgruppa kan ikke "
        "avgjøre den slik den er satt sammen nå."
    )
    (carried,) = content["carried"]
    assert carried == (
        "Sak 1/2025: Trygghet p1 (P2). Saken tas opp igjen onsdag 19. februar 2025. Styringsgruppa kan ikke "
        "avgjøre den slik den er satt sammen nå."
    )


def test_a_case_that_was_decided_at_the_next_meeting_still_stands_as_carried_on_from_the_first(
    db: Database,
) -> None:
    group.a_house(db)
    case = group.a_called_case(db)
    close_meeting(db, meeting=MEETING, by=OFFICE, now=OVER)
    group.call(db, now=group.at(2, 12, 12))
    withdraw_case(db, case=case, by=OFFICE, reason="Trukket.", now=group.at(2, 13, 9))
    with db.reading() as tx:
        assert [one.number for one in show_meeting(tx, MEETING, now=OVER).carried] == ["1/2025"]
        assert show_meeting(tx, NEXT_MEETING, now=OVER).carried == ()
    group.assert_sound(db)
