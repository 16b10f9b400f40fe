"""What does the report of a tertial say? Facts as of the period's end in, one model with every section out.

Nothing is worded here and nothing is laid out: the model holds numbers, names, dates and what people have
written, in the order of the printed report (source: 001). Whoever renders it can therefore not make two
tables disagree. Freed time is årsverk per year, amounts are whole kroner.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal

from engine.core import benefits, lights
from engine.core.benefits import Benefit, Place
from engine.core.calendar import Policy, local_date
from engine.core.portfolio import REPORTED
from engine.core.programme import KeyFigure
from engine.core.reporting import (
    AREAS,
    COLUMNS,
    AccountLine,
    Area,
    Estimate,
    Judgement,
    Light,
    Measurement,
    Progress,
    Realised,
    Risk,
    StatedProgress,
    StatusReport,
    Transfer,
)
from engine.core.status_report import approval

ACTIVE: Final = ("Konsept", "Prosjekt", "Realisering")
ESTIMATED: Final = ("Prosjekt", "Realisering")
"""Whose estimates are summed: goals in Konsept are not clear enough yet. Source: 001:165."""
YEARS_AHEAD: Final = 6
LAST_YEAR: Final = 2040

Section = Literal[
    "helhet",
    "fremdrift",
    "okonomi",
    "gevinst",
    "arsverk",
    "andre_gevinster",
    "erfaringer",
    "risiko",
    "portefolje",
]
"""Where the programme office writes in its own words."""
SECTIONS: Final[tuple[Section, ...]] = (
    "helhet", "fremdrift", "okonomi", "gevinst", "arsverk", "andre_gevinster", "erfaringer", "risiko",
    "portefolje",
)  # fmt: skip

Counts = Mapping[str, int]
"""How many are reported under each status, in the report's order; zeros are there."""


# ---------------------------------------------------------------- what goes in


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A code and its title, in the taxonomy in force; `also` is what else it is called."""

    code: str
    title: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Terms under a heading: the focus areas of a strategy, or the areas of a byrådsavdeling.

    A taxonomy without headings is one group with an empty code.
    """

    code: str
    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A reporting period, both days included."""

    id: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One project on the period's last day, with the facts that held then.

    `since` is when it was first reported as it is now, `was` how it was reported just before that. `area` is
    its term in the focus areas in force, `strategy_area` its term in those the targets are set for.
    """

    key: str
    title: str
    outside: bool
    phase_title: str
    reported_as: str | None
    since: date
    was: str | None
    area: str | None
    strategy_area: str | None
    service: str
    service_area: str | None
    shared_with: tuple[str, ...]
    aliases: tuple[str, ...]
    description: str
    started_on: date | None
    parent: str | None
    closing_reason: str
    carried_to: str
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """What a strategy is to give by the end of a year."""

    code: str
    title: str
    low: float
    high: float
    by: int
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What people and the accounts have told for the period, and before it; newest last."""

    estimates: tuple[Estimate, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    realised: tuple[Realised, ...] = ()
    risks: tuple[Risk, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    key_figures: tuple[KeyFigure, ...] = ()
    """The rules by which the programme's lights follow from figures; none is shipped."""
    owner_days: int = 3
    """Working days of silence after which a delivered report is shown as not approved by its owner."""
    status_reports: tuple[StatusReport, ...] = ()
    accounts: tuple[AccountLine, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    stated_progress: tuple[StatedProgress, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that a report is computed from, as of the period's last day and as known at `known_at`.

    `before` are the standings on the day before the period, by key: how each project was reported then.
    """

    programme: str
    period: Span
    previous: str
    known_at: datetime
    entries: tuple[Entry, ...]
    before: Mapping[str, str | None]
    focus_areas: tuple[Group, ...]
    departments: tuple[Group, ...]
    targets: tuple[TargetLine, ...]
    calendar: Policy
    """Which days the programme works."""
    reported: Reported


# ---------------------------------------------------------------- what comes out


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A project by its one name. `shared` says that other areas have a part in it."""

    key: str
    title: str
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many have an estimate: of all that are counted, and of those whose estimates are summed."""

    estimated: int
    counted: int
    summed: int
    summable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LightLine:
    """The light of an area: as judged, and as its key figure says where the programme has set a rule."""

    area: Area
    light: Light | None
    reason: str
    computed: Light | None

    @property
    def differs(self) -> bool:
        """Whether judgement and key figure say different things; then both are shown."""
        return None not in (self.light, self.computed) and self.light != self.computed


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLine:
    """What a project applies to carry over to the next year."""

    key: str
    title: str
    label: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Tabell 1 with its sums: income, spending in budget and accounts, and what was not spent."""

    as_of: date
    lines: tuple[AccountLine, ...]
    income: int
    budget: int
    spent: int
    underspent: int
    """Budget less accounts, the transfer line left out."""
    transfer_line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """Årsverk per year for one focus area; the values follow the table's years."""

    code: str
    title: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """Tabell 2: freed årsverk by focus area and year. `change` is against the previous tertial's estimates,
    and `changed` are the projects that it comes from.
    """

    years: tuple[int, ...]
    rows: tuple[YearRow, ...]
    totals: tuple[float, ...]
    change: tuple[float, ...] | None
    changed: tuple[Named, ...]
    kroner: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstTarget:
    """What the estimates come to for a strategy in a year, beside its target."""

    code: str
    title: str
    low: float
    high: float
    by: int
    year: int
    estimated: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherBenefit:
    """A gevinstmål that frees no årsverk."""

    key: str
    title: str
    goal: str
    kind: str
    ambition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """An indicator of a project in Realisering: where it began, where it is to go, and where it is."""

    key: str
    title: str
    goal: str
    indicator: str
    unit: str
    baseline: float | None
    target: float | None
    latest: float | None
    measured_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RealisedLine:
    """What a project's benefits have really freed in a year, beside what was expected."""

    key: str
    title: str
    year: int
    fte: float | None
    expected: float | None
    kroner: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A project that is counted elsewhere than in the previous report, or for the first time, or no more."""

    key: str
    title: str
    before: str | None
    after: str | None
    on: date | None
    summary: str
    reason: str
    carried_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """Tabell 4: one focus area, and the strategy it lies under where there is one."""

    code: str
    title: str
    strategy: str
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One virksomhetsområde: how many, and which, under each status."""

    code: str
    title: str
    total: int
    names: Mapping[str, tuple[Named, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """One byrådsavdeling with its areas."""

    code: str
    title: str
    total: int
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much change an area carries at once: active projects of its own, shared with it, and outside the
    programme.
    """

    code: str
    title: str
    department: str
    own: Counts
    shared: int
    outside: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.own[status] for status in ACTIVE) + self.shared + self.outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of Vedlegg 1."""

    key: str
    title: str
    description: str
    service: str
    reported_as: str
    phase_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A focus area in Vedlegg 1 with its projects, by phase and title."""

    code: str
    title: str
    rows: tuple[Listed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A row of Vedlegg 2: how far the project has come with each column; `reasons` where somebody has
    overruled the facts.
    """

    key: str
    title: str
    columns: Mapping[str, Progress]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Who has delivered a status report, of those who are to, and who of these is without its owner's
    approval.
    """

    expected: tuple[Named, ...]
    missing: tuple[Named, ...]
    not_approved: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TertialReport:
    """The whole report, in the printed report's order (source: 001)."""

    programme: str
    period: Span
    previous: str
    known_at: datetime
    # innledning
    counts: Counts
    coverage: Coverage
    # del 1
    focus_areas: tuple[Group, ...]
    lights: tuple[LightLine, ...]
    texts: Mapping[str, str]
    accounts: Accounts | None
    transfers: tuple[TransferLine, ...]
    freed: Freed
    against_targets: tuple[AgainstTarget, ...]
    other_benefits: tuple[OtherBenefit, ...]
    new_in_realisation: tuple[Named, ...]
    in_realisation: tuple[Named, ...]
    closed: tuple[Change, ...]
    measured: tuple[Measured, ...]
    realised: tuple[RealisedLine, ...]
    risks: tuple[Risk, ...]
    # del 2
    changes: tuple[Change, ...]
    counts_before: Counts
    area_rows: tuple[AreaRow, ...]
    departments: tuple[Department, ...]
    outside: tuple[Named, ...]
    load: tuple[Load, ...]
    # vedlegg
    bands: tuple[Band, ...]
    work: tuple[Work, ...]
    work_in_concept: tuple[Work, ...]
    delivery: Delivery

    @property
    def total(self) -> int:
        """How many the report is about: those active, and those closed in the period."""
        return sum(self.counts.values())


# ---------------------------------------------------------------- the computation


def tertial_report(known: Known) -> TertialReport:
    """The report, from all that is known."""
    counted = tuple(entry for entry in known.entries if is_counted(entry, known.period))
    estimates = _Estimates(known, counted)
    changes = _changes(known, counted)
    placed = _Placement(known, counted)
    delivery = _delivery(known, counted)
    return TertialReport(
        programme=known.programme,
        period=known.period,
        previous=known.previous,
        known_at=known.known_at,
        counts=_counts(counted),
        coverage=estimates.coverage(),
        focus_areas=known.focus_areas,
        lights=_lights(known, estimates.coverage(), delivery),
        texts={name: known.reported.texts[name] for name in SECTIONS if known.reported.texts.get(name)},
        accounts=_accounts(known),
        transfers=_transfers(known, counted),
        freed=estimates.freed(placed.areas),
        against_targets=estimates.against_targets(),
        other_benefits=_other_benefits(counted),
        new_in_realisation=tuple(
            Named(key=one.key, title=one.title) for one in changes if one.after == "Realisering"
        ),
        in_realisation=_named(one for one in counted if one.reported_as == "Realisering"),
        closed=tuple(one for one in changes if one.after == "Avsluttet"),
        measured=_measured(known, counted),
        realised=_realised(known),
        risks=tuple(sorted(known.reported.risks, key=lambda one: one.number)),
        changes=changes,
        counts_before=_before(known),
        area_rows=placed.area_rows(),
        departments=placed.departments(),
        outside=_named(one for one in known.entries if one.outside and one.reported_as in ACTIVE),
        load=placed.load(),
        bands=placed.bands(),
        work=_work(known, [one for one in counted if one.reported_as == "Prosjekt"]),
        work_in_concept=_work(known, [one for one in counted if one.reported_as == "Konsept"]),
        delivery=delivery,
    )


def is_counted(entry: Entry, period: Span) -> bool:
    """Whether the report is about this project: in the programme, and active or closed in the period."""
    if entry.outside or entry.reported_as is None:
        return False
    return entry.reported_as != "Avsluttet" or period.first <= entry.since <= period.last


def _counts(entries: Iterable[Entry]) -> dict[str, int]:
    found = dict.fromkeys(REPORTED, 0)
    for entry in entries:
        if entry.reported_as is not None:
            found[entry.reported_as] += 1
    return found


def _before(known: Known) -> dict[str, int]:
    """How many stood where on the day before the period; those closed by then are no longer counted."""
    inside = {entry.key for entry in known.entries if not entry.outside}
    found = dict.fromkeys(ACTIVE, 0)
    for key, status in known.before.items():
        if key in inside and status in found:
            found[status] += 1
    return found


def _alphabetical(title: str) -> tuple[str, ...]:
    # æ, ø and å come last, in that order; their code points say æ, å, ø… not in Norwegian order.
    return tuple({"æ": "{", "ø": "|", "å": "}"}.get(sign, sign) for sign in title.casefold())


def _named(entries: Iterable[Entry]) -> tuple[Named, ...]:
    found = (Named(key=one.key, title=one.title, shared=bool(one.shared_with)) for one in entries)
    return tuple(sorted(found, key=lambda one: _alphabetical(one.title)))


# ---------------------------------------------------------------- lights, accounts, risks


def _lights(known: Known, coverage: Coverage, delivery: Delivery) -> tuple[LightLine, ...]:
    judged: dict[str, Judgement] = {}
    for one in known.reported.judgements:
        if one.project is None and one.period == known.period.id:
            judged[one.area] = one
    told = lights.figures(
        accounts=known.reported.accounts,
        expected=len(delivery.expected),
        delivered=len(delivery.expected) - len(delivery.missing),
        counted=coverage.counted,
        estimated=coverage.estimated,
        risks=known.reported.risks,
    )
    computed = lights.computed(known.reported.key_figures, told)
    return tuple(
        LightLine(
            area=area,
            light=judged[area].light if area in judged else None,
            reason=judged[area].reason if area in judged else "",
            computed=computed.get(area),
        )
        for area in AREAS
    )


def _accounts(known: Known) -> Accounts | None:
    lines = tuple(one for one in known.reported.accounts if one.period == known.period.id)
    if not lines:
        return None
    spending = [one for one in lines if one.group != "inntekt"]
    used = [one for one in spending if one.group != "overforing"]
    carried = [one for one in spending if one.group == "overforing"]
    return Accounts(
        as_of=max(one.as_of for one in lines),
        lines=lines,
        income=sum(one.budget or 0 for one in lines if one.group == "inntekt"),
        budget=sum(one.budget or 0 for one in spending),
        spent=sum(one.spent or 0 for one in spending),
        underspent=sum((one.budget or 0) - (one.spent or 0) for one in used),
        transfer_line=sum(one.spent or 0 for one in carried) if carried else None,
    )


def _transfers(known: Known, counted: Sequence[Entry]) -> tuple[TransferLine, ...]:
    titles = {entry.key: entry.title for entry in counted}
    return tuple(
        TransferLine(
            key=one.project, title=titles.get(one.project, one.label), label=one.label, amount=one.amount
        )
        for one in known.reported.transfers
        if one.period == known.period.id
    )


# ---------------------------------------------------------------- benefits


class _Estimates:
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
            found[project] = tuple(_rounded(one + other) for one, other in zip(before, course, strict=True))
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
        return tuple(_rounded(sum(course[index] for course in courses)) for index in range(len(self.years)))

    def _change(self, was: Mapping[str, tuple[float, ...]]) -> tuple[tuple[float, ...], tuple[Named, ...]]:
        nothing = (0.0,) * len(self.years)
        differ = {
            key: tuple(
                _rounded(now - then)
                for now, then in zip(self.fte.get(key, nothing), was.get(key, nothing), strict=True)
            )
            for key in {*was, *self.fte}
        }
        moved = {key: change for key, change in differ.items() if any(change)}
        return self._sum(moved, moved), _named(self.entries[key] for key in moved)

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
                estimated=_rounded(sum(by_area.get(area, 0.0) for area in one.areas)),
            )
            for one in self.known.targets
        )


def _held_in(year: int, steps: Sequence[tuple[int, float]]) -> float:
    """As told for that year, or else for the latest year before it."""
    return next((value for told, value in reversed(steps) if told <= year), 0.0)


def _rounded(value: float) -> float:
    # Sums of tenths: a float's own noise must not reach a table.
    return round(value + 0.0, 4)


def _other_benefits(counted: Sequence[Entry]) -> tuple[OtherBenefit, ...]:
    found = [
        OtherBenefit(
            key=entry.key,
            title=entry.title,
            goal=str(one.get("title", "")),
            kind=benefits.KINDS.get(str(one.get("kind")), ""),
            ambition=str(one.get("ambition", "")),
        )
        for entry in counted
        if entry.reported_as in ESTIMATED
        for one in entry.benefits
        if one.get("freed_fte") is None and one.get("kind") != "frigjort_tid"
    ]
    return tuple(sorted(found, key=lambda one: (_alphabetical(one.title), _alphabetical(one.goal))))


def _measured(known: Known, counted: Sequence[Entry]) -> tuple[Measured, ...]:
    latest: dict[tuple[str, str, str], Measurement] = {}
    for one in sorted(known.reported.measurements, key=lambda one: (one.measured_on, one.recorded_at)):
        if one.measured_on <= known.period.last:
            latest[(one.project, one.benefit, one.indicator)] = one
    found = [
        _measured_one(entry, benefit, indicator, latest)
        for entry in counted
        if entry.reported_as == "Realisering"
        for benefit in entry.benefits
        for indicator in benefit.get("indicators", ())
    ]
    return tuple(sorted(found, key=lambda one: (_alphabetical(one.title), _alphabetical(one.goal))))


def _measured_one(
    entry: Entry,
    benefit: Benefit,
    indicator: Mapping[str, Any],
    latest: Mapping[tuple[str, str, str], Measurement],
) -> Measured:
    title = str(indicator.get("title", ""))
    names = (str(indicator["id"]), title)
    found = next((one for name in names if (one := latest.get((entry.key, str(benefit["id"]), name)))), None)
    return Measured(
        key=entry.key,
        title=entry.title,
        goal=str(benefit.get("title", "")),
        indicator=title,
        unit=str(indicator.get("unit", "")),
        baseline=indicator.get("baseline"),
        target=indicator.get("target"),
        latest=None if found is None else found.value,
        measured_on=None if found is None else found.measured_on,
    )


def _realised(known: Known) -> tuple[RealisedLine, ...]:
    """By project and year, up to the year of the period; a project that has closed is still there."""
    titles = {entry.key: entry.title for entry in known.entries if not entry.outside}
    expected = benefits.standing(known.reported.estimates, period=known.period.id)
    told: dict[tuple[str, int], list[Realised]] = defaultdict(list)
    for one in known.reported.realised:
        if one.project in titles and one.year <= known.period.last.year:
            told[one.project, one.year].append(one)
    lines = []
    for (project, year), found in told.items():
        wanted = [expected.get((project, one.benefit, year)) for one in found]
        lines.append(
            RealisedLine(
                key=project,
                title=titles[project],
                year=year,
                fte=_sum_told(one.fte for one in found),
                expected=_sum_told(None if one is None else one.fte for one in wanted),
                kroner=None
                if all(one.kroner is None for one in found)
                else sum(one.kroner or 0 for one in found),
            )
        )
    return tuple(sorted(lines, key=lambda one: (_alphabetical(one.title), one.year)))


def _sum_told(values: Iterable[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return _rounded(sum(told)) if told else None


# ---------------------------------------------------------------- Vedlegg 2


def _work(known: Known, entries: Iterable[Entry]) -> tuple[Work, ...]:
    stated: dict[tuple[str, str], StatedProgress] = {}
    for one in known.reported.stated_progress:
        if one.period == known.period.id:
            stated[(one.project, one.column)] = one
    rows = []
    for entry in entries:
        said = {name: stated[(entry.key, name)] for name in COLUMNS if (entry.key, name) in stated}
        columns = benefits.progress(entry.benefits) | {name: one.progress for name, one in said.items()}
        rows.append(
            Work(
                key=entry.key,
                title=entry.title,
                columns=columns,
                reasons={name: one.reason for name, one in said.items()},
            )
        )
    return tuple(sorted(rows, key=lambda one: _alphabetical(one.title)))


def _delivery(known: Known, counted: Sequence[Entry]) -> Delivery:
    newest = {
        one.project: one
        for one in sorted(known.reported.status_reports, key=lambda one: one.version)
        if one.period == known.period.id
    }
    expected = counted
    return Delivery(
        expected=_named(expected),
        missing=_named(entry for entry in expected if entry.key not in newest),
        not_approved=_named(
            entry for entry in expected if entry.key in newest and _is_silent(known, newest[entry.key])
        ),
    )


def _is_silent(known: Known, report: StatusReport) -> bool:
    """Whether the owner has let the programme's days go by."""
    stands = approval(
        report,
        known.calendar,
        today=local_date(known.known_at),
        delivered_on=local_date(report.delivered_at),
        owner_days=known.reported.owner_days,
    )
    return stands == "ikke_godkjent_av_eier"


# ---------------------------------------------------------------- the portfolio


def _changes(known: Known, counted: Sequence[Entry]) -> tuple[Change, ...]:
    found = [
        Change(
            key=entry.key,
            title=entry.title,
            before=before,
            after=entry.reported_as,
            on=entry.since,
            summary=entry.description,
            reason=entry.closing_reason,
            carried_to=entry.carried_to,
        )
        for entry in counted
        if (before := known.before.get(entry.key)) != entry.reported_as
    ]
    gone = [
        Change(
            key=entry.key, title=entry.title, before=known.before[entry.key], after=None, on=None,
            summary="", reason="", carried_to="",
        )
        for entry in known.entries
        if known.before.get(entry.key) in ACTIVE
        and not entry.outside
        and not is_counted(entry, known.period)
    ]  # fmt: skip
    order = {"Konsept": 0, "Prosjekt": 1, "Realisering": 2, "Avsluttet": 3, None: 4}
    return tuple(
        sorted(
            [*found, *gone], key=lambda one: (order[one.after], one.on or date.max, _alphabetical(one.title))
        )
    )


class _Placement:
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
                counts=_counts(self.by_area.get(term.code, ())),
            )
            for group in self.known.focus_areas
            for term in group.terms
        ]
        if self.by_area.get(""):
            rows.append(AreaRow(code="", title="", strategy="", counts=_counts(self.by_area[""])))
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
                status: _named(entry for entry in entries if entry.reported_as == status)
                for status in REPORTED
            },
        )

    def load(self) -> tuple[Load, ...]:
        return tuple(
            Load(
                code=place.code,
                title=place.title,
                department=group.title,
                own=_counts(self.by_place.get(place.code, ())),
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
                        key=lambda one: (REPORTED.index(one.reported_as or ""), _alphabetical(one.title)),
                    )
                ),
            )
            for area in areas
        )
