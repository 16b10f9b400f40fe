"""How are the projects' quality scores shown to programstyret: as one simple picture?

One row for each project, one circle for each indicator: the fuller, the higher the score, and the score is
written in it. Where leader and owner do not agree, both numbers stand, in a broken ring. Nothing is told by
colour alone, and the whole picture is told in words too.
"""

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from documents.formats.text import readable
from engine.core.reports.quality import Agreement
from engine.queries.reports.show_quality import QualityPicture

_ROW: Final = 44
_COLUMN: Final = 118
_NAMES: Final = 330
_TOP: Final = 92
_RADIUS: Final = 15
_NAME_SIGNS: Final = 42


def quality_svg(picture: QualityPicture) -> bytes:
    """The picture as an SVG file, with a title and a description for those who do not see it."""
    width = _NAMES + _COLUMN * len(picture.indicators) + 20
    height = _TOP + _ROW * max(1, len(picture.projects)) + 44
    title = f"{picture.title} {picture.period}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"',
        f' width="{width}" height="{height}" aria-labelledby="tittel innhold" font-family="sans-serif">',
        f'<title id="tittel">{_safe(title)}</title>',
        f'<desc id="innhold">{_safe(" ".join(quality_lines(picture)))}</desc>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="16" y="34" font-size="19" font-weight="600" fill="#0b3a5e">{_safe(title)}</text>',
    ]
    for column, (_, name) in enumerate(picture.indicators):
        x = _NAMES + _COLUMN * column + _COLUMN // 2
        parts.append(f'<text x="{x}" y="74" font-size="13" text-anchor="middle">{_safe(name)}</text>')
    for row, (key, name, standing) in enumerate(picture.projects):
        y = _TOP + _ROW * row + _ROW // 2
        shown = name or key
        short = shown if len(shown) <= _NAME_SIGNS else shown[: _NAME_SIGNS - 1] + "…"
        parts.append(f'<text x="16" y="{y + 5}" font-size="14">{_safe(short)}</text>')
        for column, one in enumerate(standing):
            parts.append(_circle(one, picture, _NAMES + _COLUMN * column + _COLUMN // 2, y))
    among = f"{picture.scale[0]} er lavest og {picture.scale[-1]} høyest"
    legend = f"Poeng leder og eier er enige om; {among}. Stiplet: uenige (leder/eier). «–»: mangler."
    parts.append(f'<text x="16" y="{height - 14}" font-size="12" fill="#4d5a67">{_safe(legend)}</text></svg>')
    return "".join(parts).encode()


def quality_lines(picture: QualityPicture) -> tuple[str, ...]:
    """The same in words, one line for each project."""
    lines = []
    for key, name, standing in picture.projects:
        told = [
            f"{title.lower()} {_word(one)}"
            for (_, title), one in zip(picture.indicators, standing, strict=True)
        ]
        lines.append(f"{name or key}: {', '.join(told)}.")
    return tuple(lines)


def _word(one: Agreement) -> str:
    if one.agreed is not None:
        return str(one.agreed)
    if one.leader is None and one.owner is None:
        return "ikke vurdert"
    return f"uavklart (leder {_or_dash(one.leader)}, eier {_or_dash(one.owner)})"


def _circle(one: Agreement, picture: QualityPicture, x: int, y: int) -> str:
    low, high = picture.scale[0], picture.scale[-1]
    if one.agreed is None:
        both = one.leader is None and one.owner is None
        text = "–" if both else f"{_or_dash(one.leader)}/{_or_dash(one.owner)}"
        ring = (
            f'<circle cx="{x}" cy="{y}" r="{_RADIUS}" fill="none" stroke="#4d5a67" stroke-dasharray="4 3"/>'
        )
        return ring + _text(x, y, text, "#14212e")
    share = (one.agreed - low) / (high - low)
    fill = ("#ffffff", "#cfe0ee", "#6d9cc2", "#0b3a5e")[round(share * 3)]
    ink = "#ffffff" if share > 0.8 else "#14212e"
    ring = f'<circle cx="{x}" cy="{y}" r="{_RADIUS}" fill="{fill}" stroke="#0b3a5e" stroke-width="1.5"/>'
    return ring + _text(x, y, str(one.agreed), ink)


def _text(x: int, y: int, text: str, fill: str) -> str:
    place = f'x="{x}" y="{y + 5}" font-size="13" text-anchor="middle" fill={quoteattr(fill)}'
    return f"<text {place}>{_safe(text)}</text>"


def _or_dash(score: int | None) -> str:
    return "–" if score is None else str(score)


def _safe(text: str) -> str:
    """Text as an SVG can hold it: marks that turn the direction of writing become «□»."""
    return escape(readable(text)[0])
