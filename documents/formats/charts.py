"""How is a number drawn so that everybody can read it? SVG from data, for page, PDF and Word file.

Colour never carries meaning alone: a light has a shape and its word, a part of a bar its code, a risk its
number. Every picture comes with a sentence or more that says the same. All text is escaped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from language import formats

WIDTH: Final = 720
FONT: Final = "Inter, 'Segoe UI', 'Liberation Sans', Arial, 'Libertinus Serif', serif"
_INK: Final = "#14212e"
_QUIET: Final = "#4d5a67"
_LINE: Final = "#c9ced4"
_ACCENT: Final = "#0b3a5e"
_SOFT: Final = "#eaf1f7"
_FILLS: Final = ("#0b3a5e", "#5b8db3", "#c8dceb", "#7a5c1e", "#d9b45b", "#3f6b4c", "#a9cdb3", "#6b4a78")
_DARK: Final = frozenset({"#0b3a5e", "#7a5c1e", "#3f6b4c", "#6b4a78"})
LIGHT_COLOURS: Final[Mapping[str, str]] = {"gronn": "#1f7a3d", "gul": "#b97a00", "rod": "#b3261e"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One part of each bar: the short code that stands in it, its title, and a value for each year."""

    code: str
    title: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A target to compare with."""

    title: str
    low: float
    high: float
    value: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A status in the flow: how many before, and how many after."""

    title: str
    before: int | None
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """So many went from one step to another; positions in the row of steps, -1 is «from outside»."""

    start: int
    end: int
    number: int


def stacked_years(years: Sequence[int], series: Sequence[Series], goals: Sequence[Goal]) -> str:
    """Årsverk per year, one bar a year, its parts by focus area; below, how far it is to each goal."""
    left, top, height = 56, 28, 220
    totals = [sum(one.values[index] for one in series) for index in range(len(years))]
    scale = _nice(max([*totals, 1.0]))
    step = (WIDTH - left - 16) / max(len(years), 1)
    parts = [_label(left, 16, "Årsverk per år", colour=_QUIET)]
    for mark in range(5):
        y = top + height - height * mark / 4
        parts.append(_rule(left, y, WIDTH - 16, y))
        parts.append(_label(left - 8, y + 4, formats.number(scale * mark / 4), anchor="end", colour=_QUIET))
    for index, year in enumerate(years):
        x = left + step * index + step * 0.16
        y = float(top + height)
        for number, one in enumerate(series):
            tall = height * one.values[index] / scale
            if tall <= 0:
                continue
            y -= tall
            parts.append(_part(x, y, step * 0.68, tall, number))
            if tall >= 15:
                parts.append(_on_part(x + step * 0.34, y + tall / 2 + 4, one.code, number))
        parts.append(
            _label(x + step * 0.34, y - 6, formats.number(totals[index]), anchor="middle", bold=True)
        )
        parts.append(_label(x + step * 0.34, top + height + 18, str(year), anchor="middle"))
    bottom = float(top + height + 36)
    for number, one in enumerate(series):
        parts.append(_part(left, bottom, 22, 15, number))
        parts.append(_on_part(left + 11, bottom + 12, one.code, number))
        parts.append(_label(left + 30, bottom + 12, one.title))
        bottom += 21
    bottom += 10 if goals else 0
    for goal in goals:
        drawn, bottom = _goal(goal, bottom)
        parts += drawn
    return _svg(parts, bottom + 6)


def _goal(goal: Goal, top: float) -> tuple[list[str], float]:
    left, wide = 56, WIDTH - 56 - 16
    reach = max(goal.high, goal.value, 1.0)
    low, high, now = (wide * value / reach for value in (goal.low, goal.high, goal.value))
    return [
        _label(left, top + 12, goal.title, bold=True),
        f'<rect x="{left}" y="{top + 20:.1f}" width="{wide}" height="12" fill="{_SOFT}" stroke="{_LINE}"/>',
        f'<rect x="{left}" y="{top + 20:.1f}" width="{now:.1f}" height="12" fill="{_ACCENT}"/>',
        (
            f'<rect x="{left + low - 2:.1f}" y="{top + 16:.1f}" width="{max(high - low, 0) + 2:.1f}"'
            f' height="20" fill="none" stroke="{_INK}" stroke-width="1.5" stroke-dasharray="4 3"/>'
        ),
        _label(left, top + 50, goal.label, colour=_QUIET),
    ], top + 62


def flow(steps: Sequence[Step], flows: Sequence[Flow], outside: str) -> str:
    """The statuses in a row with how many before and after, and arrows with how many went where."""
    wide, tall, top = 128, 74, 18
    gap = (WIDTH - 89 - wide * len(steps)) / max(len(steps) - 1, 1)
    lefts = [88 + (wide + gap) * index for index in range(len(steps))]
    parts = [_arrow_head()]
    for index, step in enumerate(steps):
        x = lefts[index]
        middle = x + wide / 2
        parts.append(
            f'<rect x="{x:.1f}" y="{top}" width="{wide}" height="{tall}" rx="6" fill="{_SOFT}"'
            f' stroke="{_ACCENT}"/>'
        )
        parts.append(_label(middle, top + 24, step.title, anchor="middle", bold=True))
        shown = str(step.after) if step.before is None else f"{step.before} → {step.after}"
        parts.append(_label(middle, top + 54, shown, anchor="middle", size=20))
    parts.append(_label(4, top + tall / 2 + 4, outside, colour=_QUIET))
    depth = 0
    for one in sorted(flows, key=lambda each: (each.end - each.start, each.start)):
        if one.start < 0 and one.end == 0:
            parts += _straight(44, lefts[0] - 3, top + tall / 2, one.number)
        elif one.end - one.start == 1 and one.start >= 0:
            parts += _straight(lefts[one.start] + wide, lefts[one.end] - 3, top + tall / 2, one.number)
        else:
            start = 24.0 if one.start < 0 else lefts[one.start] + wide / 2
            parts += _below(start, lefts[one.end] + wide / 2, top + tall, 26 + 24 * depth, one.number)
            depth += 1
    return _svg(parts, top + tall + 24 + 24 * depth)


def risk_matrix(placed: Iterable[tuple[int, int, int]]) -> str:
    """Number, probability (1–5) and consequence (1–5) of each risk, in a table of squares."""
    left, top, side = 96, 16, 52
    parts = []
    for probability in range(1, 6):
        for consequence in range(1, 6):
            x, y = left + side * (consequence - 1), top + side * (5 - probability)
            weight = probability * consequence
            fill = "#f3d3d0" if weight >= 15 else "#f6e6c1" if weight >= 6 else "#d9ecdf"
            parts.append(
                f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="{fill}" stroke="#ffffff"'
                ' stroke-width="2"/>'
            )
            word = "høy" if weight >= 15 else "middels" if weight >= 6 else "lav"
            parts.append(_label(x + side - 4, y + side - 5, word, anchor="end", size=9, colour=_QUIET))
        parts.append(
            _label(left - 10, top + side * (5 - probability) + side / 2 + 4, str(probability), anchor="end")
        )
        parts.append(
            _label(left + side * (probability - 0.5), top + side * 5 + 18, str(probability), anchor="middle")
        )
    parts.append(_label(left, top + side * 5 + 38, "Konsekvens →", colour=_QUIET))
    parts.append(_label(0, top + 12, "Sannsyn-", colour=_QUIET))
    parts.append(_label(0, top + 27, "lighet ↑", colour=_QUIET))
    held: dict[tuple[int, int], int] = {}
    for number, probability, consequence in placed:
        nth = held.get((probability, consequence), 0)
        held[(probability, consequence)] = nth + 1
        x = left + side * (consequence - 1) + 15 + 21 * (nth % 2)
        y = top + side * (5 - probability) + 15 + 20 * (nth // 2)
        parts.append(f'<circle cx="{x}" cy="{y}" r="10" fill="{_ACCENT}"/>')
        parts.append(_label(x, y + 4, str(number), anchor="middle", colour="#ffffff", bold=True, size=12))
    return _svg(parts, top + side * 5 + 46, width=left + side * 5 + 8)


def lights(shown: Sequence[tuple[str, str | None, str]]) -> str:
    """Title, light and word of each area, side by side; each light has a shape of its own."""
    wide = WIDTH / max(len(shown), 1)
    parts = []
    for index, (title, light, word) in enumerate(shown):
        middle = wide * (index + 0.5)
        parts.append(_label(middle, 16, title, anchor="middle", bold=True))
        parts.append(_sign(light, middle, 46))
        parts.append(_label(middle, 84, word, anchor="middle"))
    return _svg(parts, 94)


def _sign(light: str | None, x: float, y: float) -> str:
    colour = LIGHT_COLOURS.get(light or "", _QUIET)
    match light:
        case "gronn":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="17" fill="{colour}"/>'
        case "gul":
            points = f"{x:.1f},{y - 18:.1f} {x + 20:.1f},{y + 16:.1f} {x - 20:.1f},{y + 16:.1f}"
            return f'<polygon points="{points}" fill="{colour}"/>'
        case "rod":
            return f'<rect x="{x - 16:.1f}" y="{y - 16:.1f}" width="32" height="32" fill="{colour}"/>'
        case _:
            return (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="16" fill="none" stroke="{colour}" stroke-width="2"'
                ' stroke-dasharray="4 4"/>'
            )


def _part(x: float, y: float, wide: float, tall: float, number: int) -> str:
    fill = _FILLS[number % len(_FILLS)]
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{fill}"'
        ' stroke="#ffffff" stroke-width="1.5"/>'
    )


def _on_part(x: float, y: float, code: str, number: int) -> str:
    dark = _FILLS[number % len(_FILLS)] in _DARK
    return _label(x, y, code, anchor="middle", size=11, bold=True, colour="#ffffff" if dark else _INK)


def _straight(start: float, end: float, y: float, number: int) -> list[str]:
    return [
        (
            f'<line x1="{start:.1f}" y1="{y:.1f}" x2="{end - 5:.1f}" y2="{y:.1f}" stroke="{_ACCENT}"'
            ' stroke-width="2" marker-end="url(#pil)"/>'
        ),
        _label((start + end) / 2 - 2, y - 8, str(number), anchor="middle", bold=True),
    ]


def _below(start: float, end: float, y: float, depth: float, number: int) -> list[str]:
    return [
        (
            f'<path d="M {start:.1f} {y:.1f} V {y + depth - 12:.1f} H {end:.1f} V {y + 8:.1f}" fill="none"'
            f' stroke="{_ACCENT}" stroke-width="2" marker-end="url(#pil)"/>'
        ),
        _label((start + end) / 2, y + depth - 16, str(number), anchor="middle", bold=True),
    ]


def _arrow_head() -> str:
    return (
        '<defs><marker id="pil" viewBox="0 0 10 10" refX="6" refY="5" markerWidth="6" markerHeight="6"'
        f' orient="auto"><path d="M 0 0 L 10 5 L 0 10 z" fill="{_ACCENT}"/></marker></defs>'
    )


def _label(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: int = 13,
    bold: bool = False,
    colour: str = _INK,
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"{weight}>'
        f"{escape(text)}</text>"
    )


def _rule(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{_LINE}"/>'


def _svg(parts: Iterable[str], height: float, *, width: float = WIDTH) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" font-family="{FONT}">{"".join(parts)}</svg>'
    )


def _nice(value: float) -> float:
    """The next round number that four marks divide well."""
    size = 1.0
    while size * 10 < value:
        size *= 10
    return next(size * step for step in (1, 2, 4, 8, 10, 20) if size * step >= value)
