"""Findings within one set of figures: sums, shares and names that do not agree with each other."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from engine.core.benefits.told import COLUMNS
from engine.core.report.finding import (
    FELLES,
    NO_CAPTION,
    SEVERAL,
    STEM,
    Finding,
    Index,
    Side,
    Unit,
    finding_of,
)
from engine.core.report.known import Known
from engine.core.report.printed import Figure
from engine.core.reports.portfolio import REPORTED


def figures_disagreeing(known: Known, index: Index) -> Iterator[Finding]:
    """Where one set of figures does not agree with itself."""
    titles = {entry.key: entry.title for entry in known.entries}
    for check in (_phase_sums, _place_sums, _account_sums, _transfers, _underspent, _claims):
        yield from check(known, index)
    yield from _appendix(index, titles)
    yield from _two_areas(known, index, titles)
    yield from _services(known, index, titles)
    yield from _several_names(index, titles)
    yield from _form(index)


def _sum(index: Index, place: str, column: str) -> float | None:
    """The sum of a column, or None where the place is not among the figures."""
    rows = index[place]
    return sum(row[column].number for row in rows.values() if column in row) if rows else None


def _unlike(
    subject: str, one: tuple[str, float | None], other: tuple[str, float | None], *, unit: Unit = "antall"
) -> Iterator[Finding]:
    (place, value), (other_place, other_value) = one, other
    if value is not None and other_value is not None and value != other_value:
        yield finding_of(
            "sums_differ",
            subject,
            Side(place=place, value=value),
            Side(place=other_place, value=other_value),
            difference=value - other_value,
            unit=unit,
        )


def _phase_sums(_known: Known, index: Index) -> Iterator[Finding]:
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


def _place_sums(known: Known, index: Index) -> Iterator[Finding]:
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


def _money(index: Index, column: str, groups: tuple[str, ...]) -> float | None:
    rows = index["tabell_1"]
    if not rows:
        return None
    return sum(
        row[column].number
        for row in rows.values()
        if column in row and "gruppe" in row and row["gruppe"].value in groups
    )


_SPENDING: Final = ("utgift", "ufordelt", "overforing")


def _account_sums(_known: Known, index: Index) -> Iterator[Finding]:
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


def _transfers(_known: Known, index: Index) -> Iterator[Finding]:
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
        yield finding_of(
            "transfers_differ",
            "",
            Side(place="overforinger", value=asked, source=sources),
            Side(place="tabell_1", value=line, source=lines[0].source),
            difference=asked - line,
            unit="kroner",
        )


def _underspent(_known: Known, index: Index) -> Iterator[Finding]:
    """Most of what was not spent had not been given to any project."""

    def left(*groups: str) -> float:
        return (_money(index, "budsjett", groups) or 0.0) - (_money(index, "regnskap", groups) or 0.0)

    total, loose = left("utgift", "ufordelt"), 0.0
    for row in index["tabell_1"].values():
        if "gruppe" in row and row["gruppe"].value == "ufordelt":
            loose += row["budsjett"].number if "budsjett" in row else 0.0
            loose -= row["regnskap"].number if "regnskap" in row else 0.0
    if total > 0 and loose > total / 2:
        yield finding_of(
            "underspent_elsewhere",
            "",
            Side(place="tabell_1_ufordelt", value=loose),
            Side(place="tabell_1", value=total),
            difference=total - loose,
            unit="kroner",
        )


def _claims(_known: Known, index: Index) -> Iterator[Finding]:
    claims = {row: cells["antall"] for row, cells in index["pastander"].items() if "antall" in cells}
    shown = len(index["vedlegg_2"])
    reported = claims.get("har_rapportert")
    if reported is not None and shown and reported.number != shown:
        yield finding_of(
            "claim_not_shown",
            "",
            Side(place="pastander", value=reported.value, source=reported.source),
            Side(place="vedlegg_2", value=float(shown)),
            difference=reported.number - shown,
        )
    least, told = claims.get("har_anslag_minst"), index["innledning"].get("med_anslag", {}).get("antall")
    if least is not None and told is not None and told.number < least.number:
        yield finding_of(
            "estimates_claimed",
            "",
            Side(place="innledning", value=told.value, source=told.source),
            Side(place="pastander", value=least.value, source=least.source),
            difference=told.number - least.number,
        )


def _appendix(index: Index, titles: Mapping[str, str]) -> Iterator[Finding]:
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
            yield finding_of(
                code,
                "vedlegg_2",
                Side(place="vedlegg_1", value=float(len(in_phase))),
                Side(place="vedlegg_2", value=float(len(shown))),
                difference=float(len(keys)),
                names=[titles.get(key, key) for key in keys],
            )


def _two_areas(known: Known, index: Index, titles: Mapping[str, str]) -> Iterator[Finding]:
    """A service that names one area, and a distribution that puts the project under another."""
    names = _area_names(known)
    by_code = {term.code: term.title for group in known.departments for term in group.terms}
    for key, row in index["vedlegg_1"].items():
        service, place = row.get("tjeneste"), index["fordeling"].get(key, {}).get("omrade")
        if service is None or place is None:
            continue
        named = names.get(_area_stem(str(service.value)))
        if named is not None and named != place.value and place.value in by_code:
            yield finding_of(
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


def _services(known: Known, index: Index, titles: Mapping[str, str]) -> Iterator[Finding]:
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
            yield finding_of(
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
            yield finding_of(
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


def _several_names(index: Index, titles: Mapping[str, str]) -> Iterator[Finding]:
    named: dict[str, dict[str, Side]] = defaultdict(dict)
    for place in _WITH_NAMES:
        for key, row in index[place].items():
            figure = row.get("navn")
            if figure is not None:
                name = str(figure.value)
                named[key].setdefault(name, Side(place=place, value=name, source=figure.source))
    for key, sides in named.items():
        if len(sides) > 1:
            yield finding_of(
                "several_names",
                titles.get(key, key),
                *sides.values(),
                project=key,
                unit="tekst",
                difference=float(len(sides)),
            )


def names_alike(known: Known, labels: Mapping[str, Figure]) -> Iterator[Finding]:
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
            yield finding_of(
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
    return " ".join(words[:STEM]) if len(words) > STEM else ""


def _form(index: Index) -> Iterator[Finding]:
    columns = index["kolonner"].get("vedlegg_2", {})
    for name in COLUMNS:
        if columns and name not in columns:
            yield finding_of("column_missing", name, Side(place="vedlegg_2", value=""), unit="tekst")
    headings = {
        str(row["siste_gruppe"].value) for row in index["overskrifter"].values() if "siste_gruppe" in row
    }
    if len(headings) > 1:
        yield finding_of(
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
        yield finding_of(
            "caption_missing", "", Side(place="bildetekster", value=float(len(bare))), names=bare
        )
