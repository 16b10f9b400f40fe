"""Where does a report disagree with itself, with the facts, or with what was printed elsewhere?

Every check is a function that yields findings: what disagrees, where, by how much, and whose it is to mend.
An `avvik` is two numbers or two names that cannot both be right; publishing over one takes a reason. A
`merknad` is something a reader could misunderstand. The checks are those of the printed report's structure
and the classes of contradiction found in the report of the third tertial of 2024. No check compares every
project with every other.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from engine.core.benefits import double_counts
from engine.core.portfolio import REPORTED
from engine.core.printed import Figure, Figures, figures_of, indexed
from engine.core.reporting import COLUMNS
from engine.core.tertial import Entry, Known, TertialReport, is_counted

Grade = Literal["avvik", "merknad"]
Owner = Literal["programkontoret", "prosjektleder", "prosjekteier"]
Unit = Literal["antall", "kroner", "tekst"]

_Index = Mapping[str, Mapping[str, Mapping[str, Figure]]]

FELLES: Final = "felles"
"""An area whose code begins so is a bucket for projects across areas. Source: org.csv, 001:427."""
SEVERAL: Final = "flere"
"""What is printed as the service of a project across services. Source: 001:666."""
NO_CAPTION: Final = "mangler"
_STEM: Final = 5
"""So many equal words at the beginning make two names look like one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one place says: the place's code, and the number or text that stands there."""

    place: str
    value: float | str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that disagrees: its code, what it is about, both sides, and by how much where that is known.

    `names` are the projects, areas or tables it concerns; `project` is the key where it is about one.
    """

    code: str
    grade: Grade
    subject: str
    sides: tuple[Side, ...]
    owner: Owner
    project: str = ""
    difference: float | None = None
    unit: Unit = "antall"
    names: tuple[str, ...] = ()


FINDINGS: Final[Mapping[str, Grade]] = {
    # numbers
    "sums_differ": "avvik",
    "transfers_differ": "avvik",
    "differs_from_computed": "avvik",
    "claim_not_shown": "avvik",
    "estimates_claimed": "avvik",
    # lists
    "missing_in_list": "avvik",
    "extra_in_list": "avvik",
    "column_missing": "avvik",
    # projects
    "two_areas": "avvik",
    "starts_after_period": "avvik",
    "several_names": "avvik",
    "known_by_several_names": "merknad",
    "not_placed": "avvik",
    "closing_but_counted": "merknad",
    "closed_from_concept": "merknad",
    "successor_unknown": "merknad",
    "shared_counted_once": "merknad",
    "part_counted_apart": "merknad",
    "several_services_one_area": "merknad",
    "name_fits_several": "merknad",
    "benefit_twice": "avvik",
    # areas
    "area_without_projects": "merknad",
    "area_never_named": "merknad",
    # money and coverage
    "underspent_elsewhere": "merknad",
    "coverage_base": "merknad",
    # form
    "heading_varies": "merknad",
    "caption_missing": "merknad",
    "light_missing": "merknad",
    "lights_differ": "merknad",
    "risk_incomplete": "merknad",
    "not_delivered": "merknad",
    "not_approved": "merknad",
}
"""Every code of a finding with its grade."""


def reconcile(known: Known, report: TertialReport, *, printed: Figures | None = None) -> tuple[Finding, ...]:
    """Everything that disagrees: within the report, or within `printed` and between it and the report.

    Avvik come first; each grade in the order of `FINDINGS`.
    """
    figures = figures_of(report) if printed is None else printed
    index = indexed(figures)
    found = [*_facts(known, report, index), *_within(known, index)]
    if printed is None:
        found += _about_own(known, report)
    else:
        labels = {key: row["navn"] for key, row in index["overforinger"].items() if "navn" in row}
        found += _alike(known, labels)
        found += _against(known, figures_of(report), printed)
    order = {code: number for number, code in enumerate(FINDINGS)}
    return tuple(sorted(found, key=lambda one: (one.grade != "avvik", order[one.code])))


def open_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that publishing must have a reason for."""
    return tuple(one for one in findings if one.grade == "avvik")


def _finding(
    code: str,
    subject: str,
    *sides: Side,
    owner: Owner = "programkontoret",
    project: str = "",
    difference: float | None = None,
    unit: Unit = "antall",
    names: Iterable[str] = (),
) -> Finding:
    return Finding(
        code=code,
        grade=FINDINGS[code],
        subject=subject,
        sides=sides,
        owner=owner,
        project=project,
        difference=difference,
        unit=unit,
        names=tuple(names),
    )


# ---------------------------------------------------------------- what the facts say


def _facts(known: Known, report: TertialReport, index: _Index) -> Iterator[Finding]:
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
            yield _finding(
                "starts_after_period",
                title,
                Side(place="faser", value="Prosjekt"),
                Side(place="startdato", value=entry.started_on.isoformat()),
                owner="prosjektleder",
                project=entry.key,
                unit="tekst",
            )
        if areas and entry.area not in areas:
            yield _finding(
                "not_placed",
                title,
                Side(place="tabell_4", value=entry.area or ""),
                project=entry.key,
                unit="tekst",
            )
        elif places and entry.service_area not in places:
            yield _finding(
                "not_placed",
                title,
                Side(place="fordeling", value=entry.service_area or ""),
                project=entry.key,
                unit="tekst",
            )
        if entry.closing_reason and entry.reported_as != "Avsluttet":
            yield _finding(
                "closing_but_counted",
                title,
                Side(place="faser", value=entry.reported_as or ""),
                Side(place="prosjektet", value=entry.closing_reason),
                owner="prosjekteier",
                project=entry.key,
                unit="tekst",
            )
        if entry.reported_as == "Avsluttet" and entry.was == "Konsept":
            yield _finding(
                "closed_from_concept",
                title,
                Side(place="avsluttet", value="Avsluttet"),
                Side(place="faser", value="Konsept"),
                project=entry.key,
                unit="tekst",
            )
        if entry.shared_with:
            yield _finding(
                "shared_counted_once",
                title,
                Side(place="omrade", value=places.get(entry.service_area or "", "")),
                *(Side(place="delt", value=places.get(code, code)) for code in entry.shared_with),
                project=entry.key,
                unit="tekst",
            )


def _successors(known: Known, counted: list[Entry]) -> Iterator[Finding]:
    names = {_folded(name) for entry in known.entries for name in (entry.title, entry.key, *entry.aliases)}
    for entry in counted:
        if entry.carried_to and _folded(entry.carried_to) not in names:
            yield _finding(
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
        yield _finding(
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
            yield _finding(
                "benefit_twice",
                found.name,
                *(Side(place=titles.get(key, key), value=goal) for key, goal in found.places),
                owner="prosjekteier",
                unit="tekst",
                names=dict.fromkeys(titles.get(key, key) for key, _ in found.places),
            )


def _empty_areas(report: TertialReport, index: _Index) -> Iterator[Finding]:
    claimed = index["pastander"].get("innsatsomrader_med_anslag", {}).get("antall")
    for row in report.area_rows:
        if not any(row.counts.values()):
            sides = [Side(place="tabell_4", value=0.0)]
            if claimed is not None:
                sides.append(Side(place="pastander", value=claimed.value, source=claimed.source))
            yield _finding("area_without_projects", row.title, *sides)


def _coverage(report: TertialReport) -> Iterator[Finding]:
    found = report.coverage
    if found.counted != found.summable:
        yield _finding(
            "coverage_base",
            "",
            Side(place="innledning", value=float(found.counted)),
            Side(place="tabell_2", value=float(found.summable)),
            difference=float(found.counted - found.summable),
        )


# ---------------------------------------------------------------- what one set of figures says to itself


def _within(known: Known, index: _Index) -> Iterator[Finding]:
    titles = {entry.key: entry.title for entry in known.entries}
    for check in (_phase_sums, _place_sums, _account_sums, _transfers, _underspent, _claims):
        yield from check(known, index)
    yield from _appendix(index, titles)
    yield from _two_areas(known, index, titles)
    yield from _services(known, index, titles)
    yield from _several_names(index, titles)
    yield from _form(index)


def _sum(index: _Index, place: str, column: str) -> float | None:
    """The sum of a column, or None where the place is not among the figures."""
    rows = index[place]
    return sum(row[column].number for row in rows.values() if column in row) if rows else None


def _unlike(
    subject: str, one: tuple[str, float | None], other: tuple[str, float | None], *, unit: Unit = "antall"
) -> Iterator[Finding]:
    (place, value), (other_place, other_value) = one, other
    if value is not None and other_value is not None and value != other_value:
        yield _finding(
            "sums_differ",
            subject,
            Side(place=place, value=value),
            Side(place=other_place, value=other_value),
            difference=value - other_value,
            unit=unit,
        )


def _phase_sums(_known: Known, index: _Index) -> Iterator[Finding]:
    phases = index["faser"].get("alle", {})
    listed = index["vedlegg_1"]
    spread = index["fordeling"]
    for status in REPORTED:
        told = phases[status].number if status in phases else None
        yield from _unlike(status, ("faser", told), ("tabell_4", _sum(index, "tabell_4", status)))
        yield from _unlike(status, ("faser", told), ("vedlegg_1", _having(listed, "fase", status)))
        yield from _unlike(status, ("faser", told), ("fordeling", _having(spread, "fase", status)))
    said = {row: cells["antall"].number for row, cells in index["innledning"].items() if "antall" in cells}
    for row, statuses in (
        ("konsept", ("Konsept",)),
        ("prosjekt", ("Prosjekt",)),
        ("realisering_og_avsluttet", ("Realisering", "Avsluttet")),
        ("i_alt", REPORTED),
    ):
        total = sum(phases[one].number for one in statuses if one in phases) if phases else None
        yield from _unlike(row, ("innledning", said.get(row)), ("faser", total))


def _having(rows: Mapping[str, Mapping[str, Figure]], column: str, value: str) -> float | None:
    """How many rows have a value in a column, or None where no row has that column."""
    told = [row[column].value for row in rows.values() if column in row]
    return float(sum(one == value for one in told)) if told else None


def _place_sums(known: Known, index: _Index) -> Iterator[Finding]:
    def number(place: str, row: str) -> float | None:
        figure = index[place].get(row, {}).get("antall")
        return None if figure is None else figure.number

    for group in known.departments:
        told = [number("omrade", term.code) for term in group.terms]
        if None not in told:
            total = sum(one or 0.0 for one in told)
            yield from _unlike(group.title, ("avdeling", number("avdeling", group.code)), ("omrade", total))
        for term in group.terms:
            listed = _having(index["fordeling"], "omrade", term.code)
            yield from _unlike(term.title, ("omrade", number("omrade", term.code)), ("fordeling", listed))
    phases = index["faser"].get("alle", {})
    whole = sum(one.number for one in phases.values()) if phases else None
    yield from _unlike("", ("faser", whole), ("avdeling", _sum(index, "avdeling", "antall")))


def _money(index: _Index, column: str, groups: tuple[str, ...]) -> float | None:
    rows = index["tabell_1"]
    if not rows:
        return None
    return sum(
        row[column].number
        for row in rows.values()
        if column in row and "gruppe" in row and row["gruppe"].value in groups
    )


_SPENDING: Final = ("utgift", "ufordelt", "overforing")


def _account_sums(_known: Known, index: _Index) -> Iterator[Finding]:
    income = _money(index, "budsjett", ("inntekt",))
    budget, spent = _money(index, "budsjett", _SPENDING), _money(index, "regnskap", _SPENDING)
    yield from _unlike("budsjett", ("tabell_1_inntekt", income), ("tabell_1_budsjett", budget), unit="kroner")
    yield from _unlike("regnskap", ("tabell_1_budsjett", budget), ("tabell_1_regnskap", spent), unit="kroner")
    for group, column, total in (
        ("sum_inntekt", "budsjett", income),
        ("sum", "budsjett", budget),
        ("sum", "regnskap", spent),
    ):
        rows = [row for row in index["tabell_1"].values() if "gruppe" in row and row["gruppe"].value == group]
        for row in rows:
            if column in row:
                yield from _unlike(
                    column, ("tabell_1_sum", row[column].number), ("tabell_1", total), unit="kroner"
                )
    used = _money(index, "budsjett", ("utgift", "ufordelt"))
    left = None if used is None else used - (_money(index, "regnskap", ("utgift", "ufordelt")) or 0.0)
    figure = index["forbruk"].get("mindreforbruk", {}).get("belop")
    yield from _unlike(
        "mindreforbruk",
        ("forbruk", None if figure is None else figure.number),
        ("tabell_1", left),
        unit="kroner",
    )


def _transfers(_known: Known, index: _Index) -> Iterator[Finding]:
    asked = _sum(index, "overforinger", "belop")
    lines = [
        row["regnskap"]
        for row in index["tabell_1"].values()
        if "regnskap" in row and "gruppe" in row and row["gruppe"].value == "overforing"
    ]
    if asked is None or not lines:
        return
    line = sum(one.number for one in lines)
    if asked != line:
        sources = ", ".join(
            row["belop"].source
            for row in index["overforinger"].values()
            if "belop" in row and row["belop"].source
        )
        yield _finding(
            "transfers_differ",
            "",
            Side(place="overforinger", value=asked, source=sources),
            Side(place="tabell_1", value=line, source=lines[0].source),
            difference=asked - line,
            unit="kroner",
        )


def _underspent(_known: Known, index: _Index) -> Iterator[Finding]:
    """Most of what was not spent had not been given to any project."""

    def left(*groups: str) -> float:
        return (_money(index, "budsjett", groups) or 0.0) - (_money(index, "regnskap", groups) or 0.0)

    total, loose = left("utgift", "ufordelt"), 0.0
    for row in index["tabell_1"].values():
        if "gruppe" in row and row["gruppe"].value == "ufordelt":
            loose += row["budsjett"].number if "budsjett" in row else 0.0
            loose -= row["regnskap"].number if "regnskap" in row else 0.0
    if total > 0 and loose > total / 2:
        yield _finding(
            "underspent_elsewhere",
            "",
            Side(place="tabell_1_ufordelt", value=loose),
            Side(place="tabell_1", value=total),
            difference=total - loose,
            unit="kroner",
        )


def _claims(_known: Known, index: _Index) -> Iterator[Finding]:
    claims = {row: cells["antall"] for row, cells in index["pastander"].items() if "antall" in cells}
    shown = len(index["vedlegg_2"])
    reported = claims.get("har_rapportert")
    if reported is not None and shown and reported.number != shown:
        yield _finding(
            "claim_not_shown",
            "",
            Side(place="pastander", value=reported.value, source=reported.source),
            Side(place="vedlegg_2", value=float(shown)),
            difference=reported.number - shown,
        )
    least, told = claims.get("har_anslag_minst"), index["innledning"].get("med_anslag", {}).get("antall")
    if least is not None and told is not None and told.number < least.number:
        yield _finding(
            "estimates_claimed",
            "",
            Side(place="innledning", value=told.value, source=told.source),
            Side(place="pastander", value=least.value, source=least.source),
            difference=told.number - least.number,
        )


def _appendix(index: _Index, titles: Mapping[str, str]) -> Iterator[Finding]:
    """Vedlegg 2 is to have exactly the projects in fase Prosjekt. Source: 001:1153-1155."""
    listed, shown = index["vedlegg_1"], index["vedlegg_2"]
    # By key, so that no project is looked for among all the others.
    in_phase = dict.fromkeys(
        key for key, row in listed.items() if "fase" in row and row["fase"].value == "Prosjekt"
    )
    if not listed or not shown:
        return
    for code, keys in (
        ("missing_in_list", [key for key in in_phase if key not in shown]),
        ("extra_in_list", [key for key in shown if key not in in_phase]),
    ):
        if keys:
            yield _finding(
                code,
                "vedlegg_2",
                Side(place="vedlegg_1", value=float(len(in_phase))),
                Side(place="vedlegg_2", value=float(len(shown))),
                difference=float(len(keys)),
                names=[titles.get(key, key) for key in keys],
            )


def _two_areas(known: Known, index: _Index, titles: Mapping[str, str]) -> Iterator[Finding]:
    """A service that names one area, and a distribution that puts the project under another."""
    names = _area_names(known)
    by_code = {term.code: term.title for group in known.departments for term in group.terms}
    for key, row in index["vedlegg_1"].items():
        service, place = row.get("tjeneste"), index["fordeling"].get(key, {}).get("omrade")
        if service is None or place is None:
            continue
        named = names.get(_area_stem(str(service.value)))
        if named is not None and named != place.value and place.value in by_code:
            yield _finding(
                "two_areas",
                titles.get(key, key),
                Side(place="vedlegg_1", value=str(service.value), source=service.source),
                Side(
                    place="fordeling",
                    value=by_code.get(str(place.value), str(place.value)),
                    source=place.source,
                ),
                owner="prosjektleder",
                project=key,
                unit="tekst",
            )


def _area_names(known: Known) -> dict[str, str]:
    """Each area that is no bucket, by the stem of every name it is printed under."""
    found: dict[str, str] = {}
    for group in known.departments:
        for term in group.terms:
            if not term.code.startswith(FELLES):
                found |= {_area_stem(name): term.code for name in (term.title, *term.also)}
    return found


def _area_stem(name: str) -> str:
    return re.sub(r"[^a-zæøå]+", "", name.casefold())


def _services(known: Known, index: _Index, titles: Mapping[str, str]) -> Iterator[Finding]:
    services = {
        _area_stem(str(row["tjeneste"].value)) for row in index["vedlegg_1"].values() if "tjeneste" in row
    }
    by_code = {term.code: term.title for group in known.departments for term in group.terms}
    if not services:
        return
    for key, row in index["vedlegg_1"].items():
        place = index["fordeling"].get(key, {}).get("omrade")
        service = row.get("tjeneste")
        if service is None or place is None or _area_stem(str(service.value)) != SEVERAL:
            continue
        if not str(place.value).startswith(FELLES):
            yield _finding(
                "several_services_one_area",
                titles.get(key, key),
                Side(place="vedlegg_1", value=str(service.value), source=service.source),
                Side(place="fordeling", value=by_code.get(str(place.value), ""), source=place.source),
                project=key,
                unit="tekst",
            )
    named = {code for stem, code in _area_names(known).items() if stem in services}
    for code, title in by_code.items():
        if code not in named and not code.startswith(FELLES):
            yield _finding(
                "area_never_named",
                title,
                Side(place="fordeling", value=title),
                Side(place="vedlegg_1", value=""),
                unit="tekst",
            )


_WITH_NAMES: Final = (
    "vedlegg_1",
    "fordeling",
    "vedlegg_2",
    "overforinger",
    "endringer",
    "realisering",
    "avsluttet",
)


def _several_names(index: _Index, titles: Mapping[str, str]) -> Iterator[Finding]:
    named: dict[str, dict[str, Side]] = defaultdict(dict)
    for place in _WITH_NAMES:
        for key, row in index[place].items():
            figure = row.get("navn")
            if figure is not None:
                name = str(figure.value)
                named[key].setdefault(name, Side(place=place, value=name, source=figure.source))
    for key, sides in named.items():
        if len(sides) > 1:
            yield _finding(
                "several_names",
                titles.get(key, key),
                *sides.values(),
                project=key,
                unit="tekst",
                difference=float(len(sides)),
            )


def _alike(known: Known, labels: Mapping[str, Figure]) -> Iterator[Finding]:
    """Names under which a transfer is applied for, by key, that begin like those of several projects."""
    stems: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in known.entries:
        for name in (entry.title, *entry.aliases):
            stem = _stem(name)
            if stem:
                stems[stem].setdefault(entry.key, entry.title)
    for key, figure in labels.items():
        fitting = stems.get(_stem(str(figure.value)), {})
        if len(fitting) > 1:
            yield _finding(
                "name_fits_several",
                str(figure.value),
                Side(place="overforinger", value=str(figure.value), source=figure.source),
                project=key,
                unit="tekst",
                difference=float(len(fitting)),
                names=fitting.values(),
            )


def _stem(name: str) -> str:
    """The first words of a long name, without the hyphens that come and go."""
    words = re.findall(r"[\wæøåÆØÅ]+", name.casefold())
    return " ".join(words[:_STEM]) if len(words) > _STEM else ""


def _form(index: _Index) -> Iterator[Finding]:
    columns = index["kolonner"].get("vedlegg_2", {})
    for name in COLUMNS:
        if columns and name not in columns:
            yield _finding("column_missing", name, Side(place="vedlegg_2", value=""), unit="tekst")
    headings = {
        str(row["siste_gruppe"].value) for row in index["overskrifter"].values() if "siste_gruppe" in row
    }
    if len(headings) > 1:
        yield _finding(
            "heading_varies",
            "",
            *(Side(place="fordeling", value=one) for one in sorted(headings)),
            unit="tekst",
            difference=float(len(headings)),
        )
    bare = [
        name
        for name, row in index["bildetekster"].items()
        if "tekst" in row and row["tekst"].value == NO_CAPTION
    ]
    if bare:
        yield _finding("caption_missing", "", Side(place="bildetekster", value=float(len(bare))), names=bare)


# ---------------------------------------------------------------- only of a report of ours


def _about_own(known: Known, report: TertialReport) -> Iterator[Finding]:
    for entry in known.entries:
        if entry.aliases and is_counted(entry, known.period):
            yield _finding(
                "known_by_several_names",
                entry.title,
                *(Side(place="prosjektet", value=name) for name in (entry.title, *entry.aliases)),
                project=entry.key,
                unit="tekst",
                difference=float(len(entry.aliases) + 1),
            )
    yield from _alike(known, {one.key: Figure(value=one.label) for one in report.transfers})
    missing = [one.area for one in report.lights if one.light is None and one.computed is None]
    if missing:
        yield _finding(
            "light_missing", "", Side(place="trafikklys", value=float(len(missing))), names=missing
        )
    for one in report.lights:
        if one.differs:
            yield _finding(
                "lights_differ",
                one.area,
                Side(place="vurdering", value=one.light or ""),
                Side(place="nokkeltall", value=one.computed or ""),
                unit="tekst",
            )
    bare = [
        one.title
        for one in report.risks
        if one.probability is None or one.consequence is None or not one.owner or one.due is None
    ]
    if bare:
        yield _finding("risk_incomplete", "", Side(place="tabell_3", value=float(len(bare))), names=bare)
    given = report.delivery
    for code, named in (("not_delivered", given.missing), ("not_approved", given.not_approved)):
        if named:
            yield _finding(
                code,
                "",
                Side(place="rapporterende", value=float(len(given.expected))),
                Side(place="statusrapporter", value=float(len(given.expected) - len(named))),
                owner="prosjektleder" if code == "not_delivered" else "prosjekteier",
                difference=float(len(named)),
                names=[one.title for one in named],
            )


# ---------------------------------------------------------------- printed against computed


_COMPARED: Final[Mapping[str, tuple[str, ...]]] = {
    "innledning": ("antall",),
    "faser": REPORTED,
    "tabell_4": REPORTED,
    "avdeling": ("antall",),
    "omrade": ("antall",),
    "fordeling": ("omrade", "fase"),
    "vedlegg_1": ("fase", "innsatsomrade"),
    "endringer": ("fra", "til"),
    "overforinger": ("belop",),
    "forbruk": ("belop",),
}
"""What is compared; names are not, since a report is to print one and the checks above name the others."""
_LISTS: Final = ("vedlegg_1", "fordeling", "endringer", "realisering", "avsluttet")
_MONEY: Final = frozenset({"overforinger", "forbruk"})


def _against(known: Known, computed: Figures, printed: Figures) -> Iterator[Finding]:
    titles = {entry.key: entry.title for entry in known.entries}
    for (place, row, column), figure in printed.items():
        ours = computed.get((place, row, column))
        if column in _COMPARED.get(place, ()) and ours is not None and ours.value != figure.value:
            numbers = isinstance(figure.value, float)
            yield _finding(
                "differs_from_computed",
                titles.get(row, row),
                Side(place=place, value=figure.value, source=figure.source),
                Side(place="beregnet", value=ours.value),
                project=row if row in titles else "",
                difference=figure.number - ours.number if numbers else None,
                unit="kroner" if place in _MONEY else "antall" if numbers else "tekst",
                names=(column,),
            )
    theirs, ours_by = indexed(printed), indexed(computed)
    # A closed project may be told of in either list.
    elsewhere = {"endringer": theirs["avsluttet"]}
    for place in _LISTS:
        if not theirs[place]:
            continue
        also = elsewhere.get(place, {})
        for code, keys in (
            (
                "missing_in_list",
                [key for key in ours_by[place] if key not in theirs[place] and key not in also],
            ),
            ("extra_in_list", [key for key in theirs[place] if key not in ours_by[place]]),
        ):
            if keys:
                yield _finding(
                    code,
                    place,
                    Side(place="beregnet", value=float(len(ours_by[place]))),
                    Side(place=place, value=float(len(theirs[place]))),
                    difference=float(len(keys)),
                    names=[titles.get(key, key) for key in keys],
                )


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
