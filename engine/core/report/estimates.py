"""What the benefits of many projects are expected to free, summed by year."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from engine.core.benefits import benefits
from engine.core.benefits.benefits import Place
from engine.core.benefits.told import Estimate
from engine.core.report.known import ESTIMATED, LAST_YEAR, YEARS_AHEAD, Entry, Known, Term
from engine.core.report.naming import named_of
from engine.core.report.report import AgainstTarget, Coverage, Freed, Named, YearRow


class Estimates:
    """The newest estimate of every benefit and year, told in a period or before it; one holds from its year
    until another year's is told, and what is declared to be counted in another project is left out.
    """

    def __init__(self, known: Known, counted: Sequence[Entry]) -> None:
        self.known = known
        self.counted = counted
        self.entries = {entry.key: entry for entry in counted}
        listed = {entry.key: entry.benefits for entry in known.entries}
        self.left_out = benefits.counted_elsewhere(listed)
        told = benefits.standing(known.reported.estimates, period=known.period.id)
        # What the project's own facts say counts where nobody has estimated, as in every other sum.
        self.now = benefits.with_facts(told, listed)
        self.years = self._years()
        self.fte = self._per_year(self.now, "fte")

    def _years(self) -> tuple[int, ...]:
        first = self.known.period.last.year
        last = max([first + YEARS_AHEAD, *(year for _, _, year in self.now)])
        return tuple(range(first, min(last, LAST_YEAR) + 1))

    def _per_year(
        self, held: Mapping[Place, Estimate], of: Literal["fte", "kroner"]
    ) -> dict[str, tuple[float, ...]]:
        """What each project whose estimates are summed is to free, year by year."""
        told: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
        for (project, benefit, year), one in held.items():
            value = one.fte if of == "fte" else one.kroner
            if value is not None and self._is_summed(project) and (project, benefit) not in self.left_out:
                told[project, benefit].append((year, float(value)))
        found: dict[str, tuple[float, ...]] = {}
        for (project, _), steps in told.items():
            course = tuple(_held_in(year, sorted(steps)) for year in self.years)
            before = found.get(project, (0.0,) * len(self.years))
            found[project] = tuple(rounded(one + other) for one, other in zip(before, course, strict=True))
        return found

    def _is_summed(self, project: str) -> bool:
        entry = self.entries.get(project)
        return entry is not None and entry.reported_as in ESTIMATED

    def coverage(self) -> Coverage:
        with_any = {project for project, _, _ in self.now}
        return Coverage(
            estimated=sum(entry.key in with_any for entry in self.counted),
            counted=len(self.counted),
            summed=sum(entry.key in with_any and self._is_summed(entry.key) for entry in self.counted),
            summable=sum(entry.reported_as in ESTIMATED for entry in self.counted),
        )

    def freed(self, areas: Sequence[Term]) -> Freed:
        by_area: dict[str, list[str]] = defaultdict(list)
        known_areas = {area.code for area in areas}
        for key in self.fte:
            area = self.entries[key].area
            by_area[area if area in known_areas and area is not None else ""].append(key)
        rows = [
            YearRow(code=area.code, title=area.title, values=self._sum(self.fte, by_area.get(area.code, ())))
            for area in (*areas, *((Term(code="", title=""),) if by_area.get("") else ()))
        ]
        before = benefits.standing(self.known.reported.estimates, period=self.known.previous)
        # What only facts say was told in no period, and is no change.
        untold = {place: one for place, one in self.now.items() if not one.period}
        change, changed = self._change(self._per_year(before | untold, "fte")) if before else (None, ())
        kroner = self._per_year(self.now, "kroner")
        return Freed(
            years=self.years,
            rows=tuple(rows),
            totals=self._sum(self.fte, self.fte),
            change=change,
            changed=changed,
            kroner=tuple(int(value) for value in self._sum(kroner, kroner)),
        )

    def _sum(self, told: Mapping[str, tuple[float, ...]], keys: Iterable[str]) -> tuple[float, ...]:
        courses = [told[key] for key in keys]
        return tuple(rounded(sum(course[index] for course in courses)) for index in range(len(self.years)))

    def _change(self, was: Mapping[str, tuple[float, ...]]) -> tuple[tuple[float, ...], tuple[Named, ...]]:
        nothing = (0.0,) * len(self.years)
        differ = {
            key: tuple(
                rounded(now - then)
                for now, then in zip(self.fte.get(key, nothing), was.get(key, nothing), strict=True)
            )
            for key in {*was, *self.fte}
        }
        moved = {key: change for key, change in differ.items() if any(change)}
        return self._sum(moved, moved), named_of(self.entries[key] for key in moved)

    def against_targets(self) -> tuple[AgainstTarget, ...]:
        by_area: dict[str, float] = defaultdict(float)
        for key, course in self.fte.items():
            by_area[self.entries[key].strategy_area or ""] += course[-1]
        return tuple(
            AgainstTarget(
                code=one.code,
                title=one.title,
                low=one.low,
                high=one.high,
                by=one.by,
                year=self.years[-1],
                estimated=rounded(sum(by_area.get(area, 0.0) for area in one.areas)),
            )
            for one in self.known.targets
        )


def _held_in(year: int, steps: Sequence[tuple[int, float]]) -> float:
    """As told for that year, or else for the latest year before it."""
    return next((value for told, value in reversed(steps) if told <= year), 0.0)


def rounded(value: float) -> float:
    # Sums of tenths: a float's own noise must not reach a table.
    """Freed time as the report counts it."""
    return round(value + 0.0, 4)
