"""What does a calendar need to know of deadlines? One entry for each, all day long or at its time.

An entry has the same UID for as long as the deadline lives, so that a calendar that subscribes moves what it
has when the date changes. It takes up no time in anybody's day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from icalendar import Calendar, Event

from documents.calendars.invite import oslo_zone
from documents.formats.text import readable
from language.formats import OSLO

_PRODUCT: Final = "-//Faseport//Frister//NO"
_REFRESH: Final = timedelta(hours=6)
"""How often a program that asks is told to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A deadline as calendars see it; `id` names it for ever, `at` is a wall time in Oslo."""

    id: str
    title: str
    on: date
    description: str
    at: time | None = None


def deadline_calendar(deadlines: Iterable[Deadline], *, name: str, host: str, made_at: datetime) -> bytes:
    """A whole calendar (text/calendar, UTF-8). The same values give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add_component(oslo_zone())
    for one in deadlines:
        calendar.add_component(_event(one, host, made_at))
    content: bytes = calendar.to_ical(sorted=False)
    return content


def _event(one: Deadline, host: str, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"frist-{one.id}@{host}")
    event.add("dtstamp", made_at.astimezone(UTC).replace(microsecond=0))
    if one.at is None:
        event.add("dtstart", one.on)
    else:
        event.add("dtstart", datetime.combine(one.on, one.at, OSLO))
    event.add("summary", readable(one.title)[0])
    event.add("description", "\n".join(readable(line)[0] for line in one.description.splitlines()))
    event.add("transp", "TRANSPARENT")
    return event
