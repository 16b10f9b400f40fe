"""Which part of the organisation a project belongs to, as of a day."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from engine.core.report.known import ACTIVE, Entry, Known, Term
from engine.core.report.naming import alphabetical, counts_of, named_of
from engine.core.report.report import AreaRow, Band, Column, Department, Listed, Load
from engine.core.reports.portfolio import REPORTED


class Placement:
    """Which projects stand under which focus area and which virksomhetsområde."""

    def __init__(self, known: Known, counted: Sequence[Entry]) -> None:
        self.known = known
        self.areas = tuple(term for group in known.focus_areas for term in group.terms)
        self.by_area = self._grouped(counted, lambda entry: entry.area, {area.code for area in self.areas})
        self.places = tuple(term for group in known.departments for term in group.terms)
        codes = {place.code for place in self.places}
        self.by_place = self._grouped(counted, lambda entry: entry.service_area, codes)
        self.shared: dict[str, int] = defaultdict(int)
        for entry in counted:
            if entry.reported_as in ACTIVE:
                for place in {*entry.shared_with} - {entry.service_area}:
                    self.shared[place] += 1
        self.outside: dict[str, int] = defaultdict(int)
        for entry in known.entries:
            if entry.outside and entry.reported_as in ACTIVE:
                self.outside[entry.service_area or ""] += 1

    @staticmethod
    def _grouped(
        entries: Sequence[Entry], by: Callable[[Entry], str | None], known: set[str]
    ) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            code = by(entry)
            found[code if code in known and code is not None else ""].append(entry)
        return found

    def area_rows(self) -> tuple[AreaRow, ...]:
        rows = [
            AreaRow(
                code=term.code,
                title=term.title,
                strategy=group.title if group.code else "",
                counts=counts_of(self.by_area.get(term.code, ())),
            )
            for group in self.known.focus_areas
            for term in group.terms
        ]
        if self.by_area.get(""):
            rows.append(AreaRow(code="", title="", strategy="", counts=counts_of(self.by_area[""])))
        return tuple(rows)

    def departments(self) -> tuple[Department, ...]:
        found = [
            Department(
                code=group.code,
                title=group.title,
                total=sum(len(self.by_place.get(term.code, ())) for term in group.terms),
                columns=tuple(self._column(term) for term in group.terms),
            )
            for group in self.known.departments
        ]
        if self.by_place.get(""):
            nowhere = self._column(Term(code="", title=""))
            found.append(Department(code="", title="", total=nowhere.total, columns=(nowhere,)))
        return tuple(found)

    def _column(self, term: Term) -> Column:
        entries = self.by_place.get(term.code, [])
        return Column(
            code=term.code,
            title=term.title,
            total=len(entries),
            names={
                status: named_of(entry for entry in entries if entry.reported_as == status)
                for status in REPORTED
            },
        )

    def load(self) -> tuple[Load, ...]:
        return tuple(
            Load(
                code=place.code,
                title=place.title,
                department=group.title,
                own=counts_of(self.by_place.get(place.code, ())),
                shared=self.shared.get(place.code, 0),
                outside=self.outside.get(place.code, 0),
            )
            for group in self.known.departments
            for place in group.terms
        )

    def bands(self) -> tuple[Band, ...]:
        areas = (*self.areas, *((Term(code="", title=""),) if self.by_area.get("") else ()))
        return tuple(
            Band(
                code=area.code,
                title=area.title,
                rows=tuple(
                    Listed(
                        key=entry.key,
                        title=entry.title,
                        description=entry.description,
                        service=entry.service,
                        reported_as=entry.reported_as or "",
                        phase_title=entry.phase_title,
                    )
                    for entry in sorted(
                        self.by_area.get(area.code, ()),
                        key=lambda one: (REPORTED.index(one.reported_as or ""), alphabetical(one.title)),
                    )
                ),
            )
            for area in areas
        )
