"""Findings in the facts themselves: what projects say that cannot all be right."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine.core.benefits.benefits import double_counts
from engine.core.report.against_printed import folded
from engine.core.report.finding import Finding, Index, Side, finding_of
from engine.core.report.known import Entry, Known, is_counted
from engine.core.report.report import TertialReport


def facts_disagreeing(known: Known, report: TertialReport, index: Index) -> Iterator[Finding]:
    """Where the facts cannot all be right."""
    counted = [entry for entry in known.entries if is_counted(entry, known.period)]
    titles = {entry.key: entry.title for entry in known.entries}
    yield from _each_project(known, counted, titles)
    yield from _successors(known, counted)
    yield from _parts(counted, titles)
    yield from _benefits_twice(counted)
    yield from _empty_areas(report, index)
    yield from _coverage(report)


def _each_project(known: Known, counted: list[Entry], titles: Mapping[str, str]) -> Iterator[Finding]:
    areas = {term.code for group in known.focus_areas for term in group.terms}
    places = {term.code: term.title for group in known.departments for term in group.terms}
    for entry in counted:
        title = titles[entry.key]
        if entry.reported_as == "Prosjekt" and entry.started_on and entry.started_on > known.period.last:
            yield finding_of(
                "starts_after_period",
                title,
                Side(place="faser", value="Prosjekt"),
                Side(place="startdato", value=entry.started_on.isoformat()),
                owner="prosjektleder",
                project=entry.key,
                unit="tekst",
            )
        if areas and entry.area not in areas:
            yield finding_of(
                "not_placed",
                title,
                Side(place="tabell_4", value=entry.area or ""),
                project=entry.key,
                unit="tekst",
            )
        elif places and entry.service_area not in places:
            yield finding_of(
                "not_placed",
                title,
                Side(place="fordeling", value=entry.service_area or ""),
                project=entry.key,
                unit="tekst",
            )
        if entry.closing_reason and entry.reported_as != "Avsluttet":
            yield finding_of(
                "closing_but_counted",
                title,
                Side(place="faser", value=entry.reported_as or ""),
                Side(place="prosjektet", value=entry.closing_reason),
                owner="prosjekteier",
                project=entry.key,
                unit="tekst",
            )
        if entry.reported_as == "Avsluttet" and entry.was == "Konsept":
            yield finding_of(
                "closed_from_concept",
                title,
                Side(place="avsluttet", value="Avsluttet"),
                Side(place="faser", value="Konsept"),
                project=entry.key,
                unit="tekst",
            )
        if entry.shared_with:
            yield finding_of(
                "shared_counted_once",
                title,
                Side(place="omrade", value=places.get(entry.service_area or "", "")),
                *(Side(place="delt", value=places.get(code, code)) for code in entry.shared_with),
                project=entry.key,
                unit="tekst",
            )


def _successors(known: Known, counted: list[Entry]) -> Iterator[Finding]:
    names = {folded(name) for entry in known.entries for name in (entry.title, entry.key, *entry.aliases)}
    for entry in counted:
        if entry.carried_to and folded(entry.carried_to) not in names:
            yield finding_of(
                "successor_unknown",
                entry.title,
                Side(place="avsluttet", value=entry.carried_to),
                Side(place="vedlegg_1", value=""),
                owner="prosjekteier",
                project=entry.key,
                unit="tekst",
            )


def _parts(counted: list[Entry], titles: Mapping[str, str]) -> Iterator[Finding]:
    parts: dict[str, list[Entry]] = defaultdict(list)
    for entry in counted:
        if entry.parent and entry.parent in titles:
            parts[entry.parent].append(entry)
    for parent, members in parts.items():
        yield finding_of(
            "part_counted_apart",
            titles[parent],
            Side(place="faser", value=float(len(members) + 1)),
            Side(place="prosjektet", value=1.0),
            project=parent,
            difference=float(len(members)),
            names=[one.title for one in members],
        )


def _benefits_twice(counted: list[Entry]) -> Iterator[Finding]:
    """One gain in two projects that both count it; one that is declared counted in one is no finding."""
    titles = {entry.key: entry.title for entry in counted}
    for found in double_counts({entry.key: entry.benefits for entry in counted}):
        if not found.settled:
            yield finding_of(
                "benefit_twice",
                found.name,
                *(Side(place=titles.get(key, key), value=goal) for key, goal in found.places),
                owner="prosjekteier",
                unit="tekst",
                names=dict.fromkeys(titles.get(key, key) for key, _ in found.places),
            )


def _empty_areas(report: TertialReport, index: Index) -> Iterator[Finding]:
    claimed = index["pastander"].get("innsatsomrader_med_anslag", {}).get("antall")
    for row in report.area_rows:
        if not any(row.counts.values()):
            sides = [Side(place="tabell_4", value=0.0)]
            if claimed is not None:
                sides.append(Side(place="pastander", value=claimed.value, source=claimed.source))
            yield finding_of("area_without_projects", row.title, *sides)


def _coverage(report: TertialReport) -> Iterator[Finding]:
    found = report.coverage
    if found.counted != found.summable:
        yield finding_of(
            "coverage_base",
            "",
            Side(place="innledning", value=float(found.counted)),
            Side(place="tabell_2", value=float(found.summable)),
            difference=float(found.counted - found.summable),
        )
