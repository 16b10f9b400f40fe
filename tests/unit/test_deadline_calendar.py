"""Do calendars and the picture of the year hold every deadline, on its day, in words safe to show?"""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from documents.calendars.deadlines import Deadline, deadline_calendar
from documents.calendars.year_wheel import by_month, spoke_words, wheel_calendar, wheel_svg, wheel_words
from engine.queries.obligations.year_wheel import Spoke, Wheel

MADE = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
DAY = Deadline(id="1", title="Frist: F1", on=date(2025, 4, 4), description="Prosjekt\nDa skjer det noe.")
HOUR = Deadline(id="2", title="Frist: svar", on=date(2025, 10, 26), at=time(15, 0), description="")
REPORT = Spoke(
    id="rapport-2025-T1",
    on=date(2025, 5, 15),
    title="Statusrapport",
    owner="Prosjektleder",
    each=True,
    period="2025-T1",
)
YEARLY = Spoke(id="arsrapport-2025-03-31", on=date(2025, 3, 31), title="Årsrapport", owner="Programleder")
MEETING = Spoke(id="mote-gruppa-2025-05-14", on=date(2025, 5, 14), title="Styringsgruppa", at=time(9, 0))
WHEEL = Wheel(
    year=2025,
    programme="Program for <helse> & sosial",
    deadlines=(YEARLY, REPORT, replace(REPORT, id="ros", title="Risiko")),
    meetings=(MEETING,),
)
SVG = "{http://www.w3.org/2000/svg}"


def events(content: bytes) -> list[dict[str, object]]:
    return [dict(one) for one in Calendar.from_ical(content).walk("VEVENT")]


def test_a_deadline_lasts_its_day_or_stands_at_its_time_and_takes_no_time_in_the_day() -> None:
    content = deadline_calendar([DAY, HOUR], name="Mine frister", host="example.org", made_at=MADE)
    day, hour = events(content)
    assert day["DTSTART"].dt == date(2025, 4, 4)  # type: ignore[attr-defined]
    at = hour["DTSTART"].dt  # type: ignore[attr-defined]
    assert (at.hour, at.utcoffset()) == (15, timedelta(hours=1)), "winter time begins that night"
    assert {one["TRANSP"] for one in (day, hour)} == {"TRANSPARENT"}
    assert [one["UID"] for one in (day, hour)] == ["frist-1@example.org", "frist-2@example.org"]
    assert day["DESCRIPTION"] == "Prosjekt\nDa skjer det noe."
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_moved_deadline_is_the_same_event_and_the_same_values_give_the_same_bytes() -> None:
    def made(one: Deadline) -> bytes:
        return deadline_calendar([one], name="x", host="example.org", made_at=MADE)

    assert made(DAY) == made(DAY)
    (moved,) = events(made(replace(DAY, on=date(2025, 5, 2))))
    assert moved["UID"] == events(made(DAY))[0]["UID"]


def test_what_somebody_wrote_cannot_add_lines_to_a_calendar() -> None:
    title = "F1\r\nATTACH:https://evil.example/\x00x"
    content = deadline_calendar([replace(DAY, title=title)], name="x", host="example.org", made_at=MADE)
    (one,) = events(content)
    assert "ATTACH" not in one
    assert b"\x00" not in content


def test_nothing_owed_is_a_calendar_all_the_same() -> None:
    content = deadline_calendar([], name="Mine frister", host="example.org", made_at=MADE)
    assert events(content) == []
    assert Calendar.from_ical(content)["X-WR-CALNAME"] == "Mine frister"


def test_the_picture_holds_a_mark_for_each_and_says_in_words_what_it_shows() -> None:
    content = wheel_svg(WHEEL)
    drawn = ET.fromstring(content)
    assert content == wheel_svg(WHEEL)
    marks = [one for one in drawn.iter(f"{SVG}circle") if one.get("r") == "5.5"]
    assert len(marks) == 3 + 1, "and the one that tells what it stands for"
    assert len({(one.get("cx"), one.get("cy")) for one in marks}) == 4, "none hides another of its day"
    squares = [one for one in drawn.iter(f"{SVG}rect") if one.get("width") == "9"]
    assert len(squares) == 1 + 1
    assert [one.text for one in drawn.iter(f"{SVG}title")] == ["Årshjul 2025"]
    assert [one.text for one in drawn.iter(f"{SVG}desc")] == [wheel_words(WHEEL)]
    assert drawn.get("role") == "img"
    assert not list(drawn.iter(f"{SVG}script"))


def test_the_words_count_by_month_and_say_when_there_is_nothing() -> None:
    assert wheel_words(WHEEL) == (
        "Program for <helse> & sosial: 3 frister og 1 møte i 2025. Frister per måned: mars 1 og mai 2."
    )
    empty = replace(WHEEL, deadlines=(), meetings=())
    assert wheel_words(empty) == "Program for <helse> & sosial: 0 møter og ingen faste frister i 2025."
    assert len(ET.fromstring(wheel_svg(empty)).findall(f"{SVG}circle")) == 4, "rim, band, hub and legend"


@pytest.mark.parametrize(
    ("spoke", "said"), [(REPORT, "Statusrapport, 1. tertial 2025"), (YEARLY, "Årsrapport")]
)
def test_a_deadline_of_a_period_names_it_and_one_of_a_day_does_not(spoke: Spoke, said: str) -> None:
    assert spoke_words(spoke) == said


def test_every_month_has_its_deadlines_and_the_days_each_body_meets() -> None:
    months = {name: (deadlines, meets) for name, deadlines, meets in by_month(WHEEL)}
    assert list(months)[:2] == ["januar", "februar"]
    assert len(months) == 12
    assert months["mars"] == ([YEARLY], [])
    assert months["mai"][1] == [("Styringsgruppa", [date(2025, 5, 14)])]


def test_the_year_in_a_calendar_tells_whose_each_deadline_is() -> None:
    content = wheel_calendar([WHEEL], host="example.org", made_at=MADE)
    told = {str(one["SUMMARY"]): str(one.get("DESCRIPTION", "")) for one in events(content)}
    assert told["Frist: Statusrapport, 1. tertial 2025"] == "Ansvarlig: prosjektleder i hvert prosjekt"
    assert "Møte: Styringsgruppa" in told
    assert Calendar.from_ical(content)["X-WR-CALNAME"] == "Årshjul, Program for <helse> & sosial"
