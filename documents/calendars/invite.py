"""What does a calendar need to know of a meeting? An invitation, a changed one, or that it is cancelled.

One meeting is one event for as long as it lives: the same UID, and a `sequence` that grows with each change,
so that calendars move or remove what they have instead of adding another. Times are Oslo's, with the zone's
own rules in the file, so that 09.00 stays 09.00 over both clock changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

from documents.formats.text import readable
from language.formats import OSLO

MEDIA_TYPE: Final = "text/calendar; charset=utf-8; method={method}"
_PRODUCT: Final = "-//Faseport//Saksliste//NO"
_WINTER, _SUMMER = timedelta(hours=1), timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody who is called to the meeting."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting as calendars see it. Instants are UTC; `id` names the meeting for ever; `sequence` from 0."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    description: str
    url: str
    organiser: Guest
    guests: Sequence[Guest]
    sequence: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The file for a calendar: `method` belongs in the letter's media type as well."""

    content: bytes
    method: str
    media_type: str
    filename: str


def calendar_file(told: Mapping[str, Any]) -> bytes:
    """The file that a letter carries, from the JSON values the letter holds of its meeting.

    Keys: method (REQUEST or CANCEL), id, title, starts_at, ends_at, changed_at (ISO instants), place,
    description, url, sequence, organiser and guest {name, address}. The same values give the same bytes.
    """
    called_off = told["method"] == "CANCEL"
    meeting = Meeting(
        id=told["id"],
        title=told["title"],
        starts_at=datetime.fromisoformat(told["starts_at"]),
        ends_at=datetime.fromisoformat(told["ends_at"]),
        place=told["place"],
        description=told["description"],
        url=told["url"],
        organiser=Guest(**told["organiser"]),
        guests=(Guest(**told["guest"]),),
        sequence=told["sequence"],
        changed_at=datetime.fromisoformat(told["changed_at"]),
    )
    return (cancellation(meeting) if called_off else invitation(meeting)).content


def uid_of(meeting: str, host: str) -> str:
    """The identity of a meeting in every calendar, now and after each change."""
    return f"mote-{meeting}@{host}"


def invitation(meeting: Meeting) -> Invitation:
    """Call to the meeting, or tell what has changed in it. Raises ValueError when it ends too early."""
    return _invitation(meeting, method="REQUEST", status="CONFIRMED")


def cancellation(meeting: Meeting) -> Invitation:
    """Call the meeting off; `sequence` must be higher than that of the last invitation."""
    return _invitation(meeting, method="CANCEL", status="CANCELLED")


def _invitation(meeting: Meeting, *, method: str, status: str) -> Invitation:
    if meeting.ends_at <= meeting.starts_at:
        raise ValueError("a meeting ends after it starts", meeting.id)
    if meeting.sequence < 0:
        raise ValueError("a sequence counts from 0", meeting.sequence)
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(oslo_zone())
    calendar.add_component(_event(meeting, status))
    return Invitation(
        content=calendar.to_ical(sorted=False),
        method=method,
        media_type=MEDIA_TYPE.format(method=method),
        filename="mote.ics",
    )


def oslo_zone() -> Timezone:
    """Oslo's zone by its rule since 1996: the last Sundays of March and October.

    Written out, since what icalendar makes of the zone's history is thirty times as long, ends in 2038 and
    puts the spring change an hour late.
    """
    zone = Timezone()
    zone.add("tzid", OSLO.key)
    # The format wants changes in the wall time that goes out of use, without a zone.
    for part, name, before, after, change, month in (
        (TimezoneDaylight(), "CEST", _WINTER, _SUMMER, datetime(1996, 3, 31, 2), 3),  # noqa: DTZ001
        (TimezoneStandard(), "CET", _SUMMER, _WINTER, datetime(1996, 10, 27, 3), 10),  # noqa: DTZ001
    ):
        part.add("dtstart", change)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", name)
        zone.add_component(part)
    return zone


def _event(meeting: Meeting, status: str) -> Event:
    event = Event()
    event.add("uid", uid_of(meeting.id, meeting.organiser.address.rpartition("@")[2]))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", meeting.starts_at.astimezone(OSLO))
    event.add("dtend", meeting.ends_at.astimezone(OSLO))
    event.add("summary", _plain(meeting.title))
    event.add("location", _plain(meeting.place))
    event.add("description", "\n".join(_plain(line) for line in meeting.description.splitlines()))
    event.add("url", meeting.url)
    event.add("status", status)
    event.add("transp", "OPAQUE" if status == "CONFIRMED" else "TRANSPARENT")
    event.add("organizer", _address(meeting.organiser))
    for guest in meeting.guests:
        attendee = _address(guest)
        attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
        attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
        attendee.params["RSVP"] = vText("TRUE" if status == "CONFIRMED" else "FALSE")
        event.add("attendee", attendee)
    return event


def _address(guest: Guest) -> vCalAddress:
    address = vCalAddress(f"mailto:{guest.address}")
    address.params["CN"] = vText(_plain(guest.name).replace('"', "'"))
    return address


def _plain(text: str) -> str:
    return readable(text)[0]
