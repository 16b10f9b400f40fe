"""Findings between the computed report and one that was printed elsewhere."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from engine.core.report.finding import Finding, Side, finding_of
from engine.core.report.known import Known
from engine.core.report.printed import Figures, indexed
from engine.core.reports.portfolio import REPORTED

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


def disagreeing_with_printed(known: Known, computed: Figures, printed: Figures) -> Iterator[Finding]:
    """Where the printed figures are not the computed ones."""
    titles = {entry.key: entry.title for entry in known.entries}
    for (place, row, column), figure in printed.items():
        ours = computed.get((place, row, column))
        if column in _COMPARED.get(place, ()) and ours is not None and ours.value != figure.value:
            numbers = isinstance(figure.value, float)
            yield finding_of(
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
                yield finding_of(
                    code,
                    place,
                    Side(place="beregnet", value=float(len(ours_by[place]))),
                    Side(place=place, value=float(len(theirs[place]))),
                    difference=float(len(keys)),
                    names=[titles.get(key, key) for key in keys],
                )


def folded(text: str) -> str:
    """A text as it is compared: case and spaces do not count."""
    return " ".join(re.findall(r"\w+", text.casefold()))
