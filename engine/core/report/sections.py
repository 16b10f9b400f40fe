"""What does the report of a tertial say? Facts as of the period's end in, one model with every section out.

Nothing is worded here and nothing is laid out: the model holds numbers, names, dates and what people have
written, in the order of the printed report (source: 001). Whoever renders it can therefore not make two
tables disagree. Freed time is årsverk per year, amounts are whole kroner.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from engine.core.benefits import benefits
from engine.core.benefits.benefits import Benefit
from engine.core.benefits.told import COLUMNS, Measurement, Realised, StatedProgress
from engine.core.programme import vocabulary
from engine.core.programme.calendar import local_date
from engine.core.programme.vocabulary import AREAS
from engine.core.report.estimates import Estimates, rounded
from engine.core.report.known import ACTIVE, ESTIMATED, SECTIONS, Entry, Known, is_counted
from engine.core.report.naming import alphabetical, counts_of, named_of
from engine.core.report.placement import Placement
from engine.core.report.report import (
    Accounts,
    Change,
    Coverage,
    Delivery,
    LightLine,
    Measured,
    Named,
    OtherBenefit,
    RealisedLine,
    TertialReport,
    TransferLine,
    Work,
)
from engine.core.reports import lights
from engine.core.reports.status_report import approval
from engine.core.reports.told import Judgement, StatusReport

# ---------------------------------------------------------------- the computation


def tertial_report(known: Known) -> TertialReport:
    """The report, from all that is known."""
    counted = tuple(entry for entry in known.entries if is_counted(entry, known.period))
    estimates = Estimates(known, counted)
    changes = _changes(known, counted)
    placed = Placement(known, counted)
    delivery = _delivery(known, counted)
    return TertialReport(
        programme=known.programme,
        period=known.period,
        previous=known.previous,
        known_at=known.known_at,
        counts=counts_of(counted),
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
        in_realisation=named_of(one for one in counted if one.reported_as == "Realisering"),
        closed=tuple(one for one in changes if one.after == "Avsluttet"),
        measured=_measured(known, counted),
        realised=_realised(known),
        risks=tuple(sorted(known.reported.risks, key=lambda one: one.number)),
        changes=changes,
        counts_before=_before(known),
        area_rows=placed.area_rows(),
        departments=placed.departments(),
        outside=named_of(one for one in known.entries if one.outside and one.reported_as in ACTIVE),
        load=placed.load(),
        bands=placed.bands(),
        work=_work(known, [one for one in counted if one.reported_as == "Prosjekt"]),
        work_in_concept=_work(known, [one for one in counted if one.reported_as == "Konsept"]),
        delivery=delivery,
    )


def _before(known: Known) -> dict[str, int]:
    """How many stood where on the day before the period; those closed by then are no longer counted."""
    inside = {entry.key for entry in known.entries if not entry.outside}
    found = dict.fromkeys(ACTIVE, 0)
    for key, status in known.before.items():
        if key in inside and status in found:
            found[status] += 1
    return found


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


def _other_benefits(counted: Sequence[Entry]) -> tuple[OtherBenefit, ...]:
    found = [
        OtherBenefit(
            key=entry.key,
            title=entry.title,
            goal=str(one.get("title", "")),
            kind=vocabulary.KINDS.get(str(one.get("kind")), ""),
            ambition=str(one.get("ambition", "")),
        )
        for entry in counted
        if entry.reported_as in ESTIMATED
        for one in entry.benefits
        if one.get("freed_fte") is None and one.get("kind") != "frigjort_tid"
    ]
    return tuple(sorted(found, key=lambda one: (alphabetical(one.title), alphabetical(one.goal))))


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
    return tuple(sorted(found, key=lambda one: (alphabetical(one.title), alphabetical(one.goal))))


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
    return tuple(sorted(lines, key=lambda one: (alphabetical(one.title), one.year)))


def _sum_told(values: Iterable[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return rounded(sum(told)) if told else None


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
    return tuple(sorted(rows, key=lambda one: alphabetical(one.title)))


def _delivery(known: Known, counted: Sequence[Entry]) -> Delivery:
    newest = {
        one.project: one
        for one in sorted(known.reported.status_reports, key=lambda one: one.version)
        if one.period == known.period.id
    }
    expected = counted
    return Delivery(
        expected=named_of(expected),
        missing=named_of(entry for entry in expected if entry.key not in newest),
        not_approved=named_of(
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
            [*found, *gone], key=lambda one: (order[one.after], one.on or date.max, alphabetical(one.title))
        )
    )
