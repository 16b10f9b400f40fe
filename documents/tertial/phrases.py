"""What all parts of the report say alike: counts, names, days, spans and periods."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from documents.formats.blocks import Block
from documents.formats.blocks import text as _text
from documents.formats.text import paragraphs
from engine.core.report.known import Section, Span
from engine.core.report.report import Named, TertialReport
from language import formats

_LONG_PERIOD: Final = 130
"""A period of more days than this is a half-year."""


NO_TERM: Final = "Ikke plassert"


def period_label(period: Span) -> str:
    """«3. tertial 2024», or «1. halvår 2025» where the programme reports by half-years."""
    year, _, number = period.id.partition("-T")
    word = "halvår" if (period.last - period.first).days > _LONG_PERIOD else "tertial"
    return f"{number}. {word} {year}"


def own_words(report: TertialReport, section: Section) -> Iterator[Block]:
    """What people have written to a section, as they wrote it."""
    text = report.texts.get(section, "")
    if text:
        yield _text(f"fritekst.{section}", paragraphs(text))


def projects(number: int) -> str:
    """So many projects, in words."""
    return formats.count(number, "prosjekt")


def listed(named: Sequence[Named]) -> str:
    """Names one after the other."""
    return formats.listed([one.title for one in named])


def on_day(day: date | None) -> str:
    """A day, or nothing."""
    return f" {formats.short_day(day)} {day.year}" if day else ""


def term_of(code: str, title: str) -> str:
    """A term by its code and title."""
    return f"{code}. {title}" if code else NO_TERM


def span_of(low: float, high: float) -> str:
    """From the low to the high, or the one they both are."""
    return formats.number(low) if low == high else f"{formats.number(low)}–{formats.number(high)}"


def fte(value: float) -> str:
    """Full-time years of work, in figures."""
    return formats.number(value) if value else ""


def or_blank(number: int) -> str:
    """A count, nothing for zero."""
    return str(number) if number else ""


def value_of(value: float | None) -> str:
    """A measured value, or nothing."""
    return "" if value is None else formats.number(value)
