"""Is it said of every kind of deadline where it is settled, and where its date comes from?"""

from typing import get_args

import pytest

from engine.core.obligations.owed import due_elsewhere, settled_elsewhere
from engine.core.programme.duties import KINDS, Settles
from engine.core.record import letters
from engine.core.record.events.obligations import OwnerAlerted
from engine.core.record.letters import again, first_call, letters_for, read_alert
from language.obligations import due_elsewhere_words, where_words
from web.guard import masked

ALERTED = OwnerAlerted(
    by="p1",
    project="velferd",
    kind="maling",
    subject="project:velferd",
    occurrence="tid/timer i uka/2025-12-31",
    told="p2",
    on="2025-04-08",
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_settled_by_saying_so_or_tells_where(kind: str) -> None:
    where = settled_elsewhere(kind)
    assert (where == "") == (kind == "ses_pa_igjen")
    assert not where or where_words(where) != where, "there are words for it"


@pytest.mark.parametrize("settled_by", get_args(Settles))
def test_a_duty_is_settled_as_the_programme_says_whatever_it_is_called(settled_by: str) -> None:
    for name in ("duty:ros", "duty:svar", "duty:referat"):
        where = settled_elsewhere(name, settled_by)
        assert (where == "") == (settled_by == "for_hand")
        assert not where or where_words(where) != where


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_a_case_or_a_meeting_gets_no_date_of_its_own(kind: str) -> None:
    what = due_elsewhere(kind)
    assert (what == "") == (kind not in {"svar", "saksunderlag", "referat"})
    assert not what or due_elsewhere_words(what) != what
    assert due_elsewhere(f"duty:{kind}") == ""


def test_an_alert_is_one_letter_to_the_owner_that_can_be_read_back_whatever_it_is_about() -> None:
    (letter,) = letters_for(ALERTED)
    assert (letter.kind, letter.recipient, letter.subject) == (letters.ALERT, "p2", "person:p2")
    told = ("2025-04-08", ALERTED.kind, ALERTED.subject, ALERTED.occurrence)
    assert read_alert(letter.occurrence) == told
    first, second = "0" * 15 + "1", "0" * 15 + "2"
    moved = again(again(letter.occurrence, first), second)
    assert read_alert(moved) == told, "also when the owner has moved twice"
    assert moved.endswith(f"+{second}")
    assert first_call(moved) == letter.occurrence
    with pytest.raises(ValueError, match="2025-04-08"):
        read_alert("2025-04-08")


def test_no_calendar_address_gets_into_the_log() -> None:
    token = "fpk1-" + "a" * 32 + "-bbbb"
    assert masked(f"/kalender/{token}.ics") == "/kalender/***.ics"
    assert masked(f"/kalender/{token.upper()}.ics") == "/kalender/***.ics"
