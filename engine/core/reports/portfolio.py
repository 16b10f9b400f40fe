"""How does the portfolio stand on a date, and what has moved between two?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

REPORTED: Final = ("Konsept", "Prosjekt", "Realisering", "Avsluttet")
"""The report's own order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One project on a date: the phase it is in, and how the report counts it; `reported_as` None is not
    counted.
    """

    key: str
    title: str
    phase: str
    phase_title: str
    reported_as: str | None
    focus_area: str | None
    entered: date
    case: str | None
    """The decision that brought it to this phase, if one did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A project that stands elsewhere on the later date; `before` None is a new one, `after` None one that
    left.
    """

    key: str
    title: str
    before: Standing | None
    after: Standing | None

    @property
    def changes_count(self) -> bool:
        """Whether the report counts it elsewhere: a move inside «Prosjekt» does not change any table."""
        was = None if self.before is None else self.before.reported_as
        return was != (None if self.after is None else self.after.reported_as)


def counts(standings: Iterable[Standing]) -> dict[str, int]:
    """How many projects are reported under each status, in the report's order; zeros are there."""
    found = [one.reported_as for one in standings]
    return {status: found.count(status) for status in REPORTED}


def counts_by_area(standings: Sequence[Standing], areas: Iterable[str]) -> dict[str, dict[str, int]]:
    """The same for each focus area, in the order given."""
    return {area: counts(one for one in standings if one.focus_area == area) for area in areas}


def moves(before: Mapping[str, Standing], after: Mapping[str, Standing]) -> tuple[Move, ...]:
    """Every project that stands elsewhere on the later date, by the date it moved and then by title."""
    found = [
        Move(
            key=key, title=(after.get(key) or before[key]).title, before=before.get(key), after=after.get(key)
        )
        for key in {*before, *after}
        if _place(before.get(key)) != _place(after.get(key))
    ]
    return tuple(sorted(found, key=lambda move: (_when(move), move.title)))


def _place(standing: Standing | None) -> str | None:
    return None if standing is None else standing.phase


def _when(move: Move) -> date:
    return move.after.entered if move.after is not None else date.max
