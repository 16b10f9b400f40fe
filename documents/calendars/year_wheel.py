"""How does a year look? A picture of its deadlines and meetings around a wheel, and the same for calendars.

The picture says in words what it shows: it has a title and a description, and nothing in it is told by colour
alone (a deadline is filled, a meeting is an open square). What the marks stand for is in the table beside it.
"""

import math
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from documents.calendars.deadlines import Deadline, deadline_calendar
from documents.formats.text import readable
from engine.queries.obligations.year_wheel import Spoke, Wheel
from language import formats

MONTHS: Final = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober",
    "november", "desember",
)  # fmt: skip
_MIDDLE: Final = 320
_RIM, _NAMES, _OUTER, _INNER, _HUB = 300.0, 272.0, 234.0, 118.0, 78.0
_STEP: Final = 13.0
"""How far inward the next mark of the same day stands."""
_TERTIAL: Final = re.compile(r"\d{4}-T[123]")
_INK, _LINE, _BAND, _MARK, _OPEN = "#14212e", "#7b8591", "#eaf1f7", "#0b3a5e", "#8a4b00"
_FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"


_OPENING: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 700" width="640" height="700" role="img" '
    'aria-labelledby="t d"'
)


def wheel_svg(wheel: Wheel) -> bytes:
    """The picture (image/svg+xml, 640 by 700). The same wheel gives the same bytes."""
    title = f"Årshjul {wheel.year}"
    drawn = [
        f"{_OPENING} font-family={quoteattr(_FONT)}>",
        f'<title id="t">{title}</title>',
        f'<desc id="d">{escape(wheel_words(wheel))}</desc>',
        '<rect width="640" height="700" fill="#ffffff"/>',
        f'<circle cx="{_MIDDLE}" cy="{_MIDDLE}" r="{_RIM:g}" fill="{_BAND}" stroke="{_LINE}"/>',
        f'<circle cx="{_MIDDLE}" cy="{_MIDDLE}" r="250" fill="#ffffff" stroke="{_LINE}"/>',
        *_sectors(),
        *(_dot(*place) for place in _places(wheel.deadlines, _OUTER)),
        *(_square(*place) for place in _places(wheel.meetings, _INNER)),
        f'<circle cx="{_MIDDLE}" cy="{_MIDDLE}" r="{_HUB:g}" fill="{_MARK}"/>',
        _text(_MIDDLE, _MIDDLE - 4, str(wheel.year), size=40, fill="#ffffff", weight=700),
        _text(_MIDDLE, _MIDDLE + 26, _count(len(wheel.deadlines), "frist", "frister"), fill="#ffffff"),
        _text(_MIDDLE, _MIDDLE + 46, _count(len(wheel.meetings), "møte", "møter"), fill="#ffffff"),
        _dot(214, 665),
        _text(228, 671, "Frist", anchor="start"),
        _square(344, 665),
        _text(358, 671, "Møte", anchor="start"),
        "</svg>",
    ]
    return "\n".join(drawn).encode()


def wheel_words(wheel: Wheel) -> str:
    """What the picture shows, in a sentence or two."""
    by_month = Counter(one.on.month for one in wheel.deadlines)
    told = [f"{MONTHS[month - 1]} {by_month[month]}" for month in range(1, 13) if by_month[month]]
    meets = _count(len(wheel.meetings), "møte", "møter")
    if not told:
        return f"{wheel.programme}: {meets} og ingen faste frister i {wheel.year}."
    count = _count(len(wheel.deadlines), "frist", "frister")
    return f"{wheel.programme}: {count} og {meets} i {wheel.year}. Frister per måned: {formats.listed(told)}."


def wheel_calendar(wheels: Iterable[Wheel], *, host: str, made_at: datetime) -> bytes:
    """The deadlines and meetings of some years, as a calendar (text/calendar)."""
    entries: list[Deadline] = []
    title = "Årshjul"
    for wheel in wheels:
        title = f"Årshjul, {wheel.programme}"
        entries += [
            Deadline(id=one.id, title=f"Frist: {spoke_words(one)}", on=one.on, description=_whose(one))
            for one in wheel.deadlines
        ]
        entries += [
            Deadline(id=one.id, title=f"Møte: {one.title}", on=one.on, at=one.at, description="")
            for one in wheel.meetings
        ]
    return deadline_calendar(entries, name=title, host=host, made_at=made_at)


def spoke_words(one: Spoke) -> str:
    """What a deadline is called in a list: «Statusrapport for prosjektet, 1. tertial 2025»."""
    period = formats.period_words(one.period)
    # An occurrence that is named by its own day says nothing more.
    return f"{one.title}, {period}" if _TERTIAL.fullmatch(one.period) else one.title


def by_month(wheel: Wheel) -> list[tuple[str, list[Spoke], list[tuple[str, list[date]]]]]:
    """For each month: its name, its deadlines, and each body with the days it meets."""
    rows = []
    for number, name in enumerate(MONTHS, 1):
        meets: dict[str, list[date]] = {}
        for one in wheel.meetings:
            if one.on.month == number:
                meets.setdefault(one.title, []).append(one.on)
        rows.append((name, [one for one in wheel.deadlines if one.on.month == number], list(meets.items())))
    return rows


def _whose(one: Spoke) -> str:
    return f"Ansvarlig: {formats.lower_first(one.owner)}{' i hvert prosjekt' if one.each else ''}"


def _sectors() -> Iterator[str]:
    for number, name in enumerate(MONTHS):
        x, y = _point(number, _RIM)
        inner_x, inner_y = _point(number, _HUB)
        yield (
            f'<line x1="{inner_x:.1f}" y1="{inner_y:.1f}" x2="{x:.1f}" y2="{y:.1f}" stroke="{_LINE}" '
            'stroke-opacity="0.5"/>'
        )
        at_x, at_y = _point(number + 0.5, _NAMES)
        yield _text(at_x, at_y + 6, formats.upper_first(name[:3]), size=18, weight=600)


def _places(spokes: Iterable[Spoke], radius: float) -> Iterator[tuple[float, float]]:
    same: Counter[date] = Counter()
    for one in spokes:
        months = one.on.month - 1 + (one.on.day - 0.5) / monthrange(one.on.year, one.on.month)[1]
        yield _point(months, max(radius - _STEP * same[one.on], _HUB + _STEP))
        same[one.on] += 1


def _point(months: float, radius: float) -> tuple[float, float]:
    """Where it is so many months after New Year, clockwise from the top."""
    angle = math.radians(months * 30 - 90)
    return _MIDDLE + radius * math.cos(angle), _MIDDLE + radius * math.sin(angle)


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="{_MARK}"/>'


def _square(x: float, y: float) -> str:
    return (
        f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" fill="#ffffff" stroke="{_OPEN}" '
        'stroke-width="2"/>'
    )


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 16,
    fill: str = _INK,
    weight: int = 400,
    anchor: str = "middle",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(readable(words)[0])}</text>'
    )


def _count(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
