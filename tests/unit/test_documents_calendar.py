"""Does another program than the one that wrote them read our invitations, and at the right time in Oslo?"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import vobject

from documents.calendars.invite import Guest, Invitation, Meeting, calendar_file, cancellation, invitation
from engine.core.programme.calendar import oslo

OFFICE = Guest(name="Programkontoret", address="programkontor@example.org")


def a_meeting(day: date, **changes: Any) -> Meeting:
    given: dict[str, Any] = {
        "id": f"styringsgruppa:{day.isoformat()}",
        "title": "Styringsgruppa: 3 saker til beslutning",
        "starts_at": oslo(day, time(9)),
        "ends_at": oslo(day, time(10, 30)),
        "place": "Møterom Leangen, 2. etasje; inngang B",
        "description": "Sakslista:\n1. Referat\n2. Velferdsteknologi; hjemmebaserte tjenester, BP2",
        "url": "https://faseport.example.org/mote/1",
        "organiser": OFFICE,
        "guests": (Guest(name="Kommunalsjef BoA", address="kommunalsjef-boa@example.org"), OFFICE),
        "sequence": 0,
        "changed_at": datetime(2025, 1, 29, 11, 0, 0, 123, tzinfo=UTC),
    }
    return Meeting(**{**given, **changes})


def read(made: Invitation) -> Any:
    return vobject.readOne(made.content.decode())


def test_an_invitation_calls_everybody_to_one_event() -> None:
    made = invitation(a_meeting(date(2025, 2, 5)))
    calendar = read(made)
    event = calendar.vevent
    assert calendar.method.value == made.method == "REQUEST"
    assert made.media_type == "text/calendar; charset=utf-8; method=REQUEST"
    assert event.uid.value == "mote-styringsgruppa:2025-02-05@example.org"
    assert event.sequence.value == "0"
    assert event.status.value == "CONFIRMED"
    assert event.location.value == "Møterom Leangen, 2. etasje; inngang B"
    assert event.description.value.splitlines()[1] == "1. Referat"
    assert [one.value for one in event.attendee_list] == [
        "mailto:kommunalsjef-boa@example.org", "mailto:programkontor@example.org",
    ]  # fmt: skip
    assert event.attendee.params["RSVP"] == ["TRUE"]
    assert event.organizer.value == "mailto:programkontor@example.org"


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 3, 26), date(2025, 3, 30), date(2025, 4, 2), date(2025, 10, 22), date(2025, 10, 26),
        date(2025, 10, 29), date(2031, 7, 2), date(2044, 12, 7),
    ],
)  # fmt: skip
def test_nine_oclock_is_nine_oclock_on_both_sides_of_each_clock_change(day: date) -> None:
    event = read(invitation(a_meeting(day))).vevent
    start, end = event.dtstart.value, event.dtend.value
    assert (start.hour, start.minute) == (9, 0)
    assert start.astimezone(UTC) == oslo(day, time(9))
    assert end - start == timedelta(minutes=90)
    summer = date(day.year, 3, 30) <= day < date(day.year, 10, 26)
    assert start.utcoffset() == timedelta(hours=2 if summer else 1)


def test_the_zone_in_the_file_changes_on_the_same_nights_as_oslo() -> None:
    calendar = read(invitation(a_meeting(date(2025, 2, 5))))
    zone = calendar.vtimezone.tzinfo
    instant = datetime(2024, 12, 31, tzinfo=UTC)
    while instant < datetime(2026, 1, 1, tzinfo=UTC):
        there = oslo(instant.date(), time(12))
        wall = there.astimezone(zone)
        assert wall.hour == 12, instant
        instant += timedelta(days=1)


def test_a_meeting_moved_or_called_off_is_the_same_event_with_a_higher_sequence() -> None:
    first = read(invitation(a_meeting(date(2025, 4, 16)))).vevent
    moved = read(
        invitation(a_meeting(date(2025, 4, 16), starts_at=oslo(date(2025, 4, 15), time(9)),
                             ends_at=oslo(date(2025, 4, 15), time(10)), sequence=1))
    ).vevent  # fmt: skip
    made = cancellation(a_meeting(date(2025, 4, 16), sequence=2))
    gone = read(made)
    assert first.uid.value == moved.uid.value == gone.vevent.uid.value
    assert [one.sequence.value for one in (first, moved, gone.vevent)] == ["0", "1", "2"]
    assert gone.method.value == made.method == "CANCEL"
    assert gone.vevent.status.value == "CANCELLED"
    assert len(gone.vevent.attendee_list) == 2


def test_the_same_meeting_has_the_same_bytes() -> None:
    assert invitation(a_meeting(date(2025, 2, 5))) == invitation(a_meeting(date(2025, 2, 5)))


def test_no_text_can_add_a_line_of_its_own() -> None:
    hostile = 'Kari";X=1:\r\nATTENDEE:mailto:x@example.org\r\nBEGIN:VEVENT\u2028\u202e'
    made = invitation(
        a_meeting(
            date(2025, 2, 5),
            title=hostile,
            place=hostile,
            description=hostile,
            guests=(Guest(name=hostile, address="a@example.org"),),
        )
    )
    calendar = read(made)
    assert len(calendar.vevent_list) == 1
    assert [one.value for one in calendar.vevent.attendee_list] == ["mailto:a@example.org"]
    assert "\u202e" not in made.content.decode()
    assert not [line for line in made.content.split(b"\r\n") if len(line) > 75 or b"\n" in line]


def test_a_meeting_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after"):
        invitation(a_meeting(date(2025, 2, 5), ends_at=oslo(date(2025, 2, 5), time(9))))
    with pytest.raises(ValueError, match="from 0"):
        invitation(a_meeting(date(2025, 2, 5), sequence=-1))


def test_what_a_letter_holds_of_its_meeting_is_enough_for_the_file_and_gives_the_same_bytes() -> None:
    told = {
        "method": "CANCEL",
        "id": "styringsgruppa:2025-02-05",
        "title": "Styringsgruppa",
        "starts_at": "2025-02-05T08:00:00+00:00",
        "ends_at": "2025-02-05T09:30:00+00:00",
        "place": "",
        "description": "3/2025 Velferdsteknologi (BP2)",
        "sequence": 1,
        "changed_at": "2025-01-29T11:00:00+00:00",
        "url": "https://faseport.example.org/mote/styringsgruppa:2025-02-05",
        "organiser": {"name": "Programkontoret", "address": "programkontor@example.org"},
        "guest": {"name": "Kommunalsjef BoA", "address": "kommunalsjef-boa@example.org"},
    }
    content = calendar_file(told)
    assert content == calendar_file(dict(told))
    read_again = vobject.readOne(content.decode())
    assert read_again.method.value == "CANCEL"
    assert read_again.vevent.status.value == "CANCELLED"
    assert read_again.vevent.uid.value == "mote-styringsgruppa:2025-02-05@example.org"
    assert read_again.vevent.dtstart.value.astimezone(UTC) == datetime(2025, 2, 5, 8, tzinfo=UTC)
    assert vobject.readOne(calendar_file({**told, "method": "REQUEST"}).decode()).method.value == "REQUEST"
