"""The report's model: every section, in the order of the printed report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from engine.core.benefits.told import Progress
from engine.core.programme.vocabulary import Area
from engine.core.report.known import ACTIVE, Counts, Group, Span
from engine.core.reports.told import AccountLine, Light, Risk


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
