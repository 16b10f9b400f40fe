"""Which measurement is owed: of which indicator of which benefit, by which day?"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.core.facts.identities import PARTS, is_given
from engine.core.keys import packed

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measuring:
    """A measurement that is owed, by the ids of its benefit and indicator."""

    benefit: str
    indicator: str
    due: date

    @property
    def occurrence(self) -> str:
        """How the obligation's key tells it from others; no two have the same."""
        return packed(self.benefit, self.indicator, self.due.isoformat(), by="/")

    @property
    def formerly(self) -> tuple[str, ...]:
        """How keys told it before ids were packed, and before everything had one."""
        benefits = (self.benefit, *([""] if is_given(self.benefit) else []))
        indicators = (self.indicator, *([""] if is_given(self.indicator) else []))
        spelt = (f"{one}/{each}/{self.due.isoformat()}" for one in benefits for each in indicators)
        return tuple(name for name in spelt if name != self.occurrence)


def owed(benefits: Iterable[Item]) -> Iterator[tuple[Measuring, Item, Item]]:
    """Each measurement that prioritised benefits ask for, with the benefit and the indicator, by day: on the
    indicators' dates and by the benefit's tidsfrist.
    """
    for benefit in benefits:
        if not benefit.get("prioritised"):
            continue
        for indicator in benefit.get(PARTS) or ():
            dates = {*indicator.get("measure_on", []), *([benefit["due"]] if benefit.get("due") else [])}
            for due in sorted(date.fromisoformat(str(one)) for one in dates):
                yield Measuring(str(benefit["id"]), str(indicator["id"]), due), benefit, indicator


def spelt(wanted: Collection[Measuring], known: Collection[str]) -> dict[Measuring, str]:
    """What each is called: as a key that is kept has it, where that can be no other's; else as told today."""
    claims = Counter(name for one in wanted for name in {one.occurrence, *one.formerly})
    return {
        one: next(
            (name for name in (one.occurrence, *one.formerly) if name in known and claims[name] == 1),
            one.occurrence,
        )
        for one in wanted
    }


def told_by(occurrence: str, benefits: Iterable[Item]) -> tuple[Item, Item] | None:
    """The benefit and the indicator that a key's occurrence is about, of those there are; None when they are
    gone. Nothing is read out of the key: it is asked which of them has it.
    """
    try:
        due = date.fromisoformat(occurrence.rpartition("/")[2])
    except ValueError:
        return None
    pairs = [(one, each) for one in benefits for each in one.get(PARTS) or ()]
    named = [(Measuring(str(one["id"]), str(each["id"]), due), one, each) for one, each in pairs]
    for measuring, benefit, indicator in named:
        if measuring.occurrence == occurrence:
            return benefit, indicator
    before = [(one, each) for measuring, one, each in named if occurrence in measuring.formerly]
    return before[0] if len(before) == 1 else None
