"""The report's portfolio: how projects flow between phases, and where they belong."""

from collections.abc import Iterable, Iterator
from typing import Final

from documents.formats import charts
from documents.formats.blocks import Block
from documents.formats.blocks import figure as _figure
from documents.formats.blocks import heading as _heading
from documents.formats.blocks import listing as _list
from documents.formats.blocks import strong as _strong
from documents.formats.blocks import table as _table
from documents.formats.blocks import text as _text
from documents.tertial.benefits import CLOSE_TO_ZERO
from documents.tertial.phrases import NO_TERM, on_day, or_blank, own_words, period_label, term_of
from engine.core.report.known import ACTIVE
from engine.core.report.report import Change, Column, Department, TertialReport
from engine.core.reports.portfolio import REPORTED
from language import formats

_PHASE_WORDS: Final = {
    "Konsept": "konseptfase",
    "Prosjekt": "prosjektfase",
    "Realisering": "realisering",
    "Avsluttet": "avslutning",
}


def portfolio(report: TertialReport) -> Iterator[Block]:
    """The portfolio: how projects have moved."""
    yield _heading(2, "del-2", "Del 2: Rapportering på prosjektporteføljen", page=True)
    yield _heading(3, "endringer", "Endringer i porteføljen siden forrige rapport")
    yield _figure(
        "figur-1",
        f"Figur 1: Endringer i porteføljen i {period_label(report.period)}",
        _flow_in_words(report),
        _flow_chart(report),
    )
    for group, intro in (("ny", "Nye i porteføljen:"), ("flyttet", "Gikk til en annen fase:"),
                         ("avsluttet", "Avsluttet:"), ("ut", "Ikke lenger i porteføljen:")):  # fmt: skip
        found = [one for one in report.changes if _group_of(one) == group]
        if found:
            yield _text(f"endringer.{group}.innledning", [intro])
            yield _list(f"endringer.{group}", [change_told(one) for one in found])
    if not report.changes:
        yield _text("endringer.ingen", ["Porteføljen er den samme som i forrige rapport."])
    yield from own_words(report, "portefolje")
    yield _heading(3, "portefolje", f"Samlet portefølje per {formats.plain_date(report.period.last)}")
    yield _table(
        "tabell-faser",
        f"Prosjekter per fase {formats.plain_date(report.period.last)}",
        ["Portefølje", *(f"#{status}" for status in REPORTED), "#Sum"],
        [
            [
                "Antall prosjekter",
                *(str(report.counts[status]) for status in REPORTED),
                _strong(str(report.total)),
            ]
        ],
    )
    yield _text("portefolje.vedlegg", ["Vedlegg 1 beskriver alle konsepter og prosjekter."])


def _group_of(change: Change) -> str:
    if change.after is None:
        return "ut"
    if change.after == "Avsluttet":
        return "avsluttet"
    return "ny" if change.before is None else "flyttet"


def change_told(change: Change) -> str:
    """One sentence about a project that is counted elsewhere than in the previous report."""
    if change.after is None:
        return f"{change.title} er ikke lenger i porteføljen."
    if change.after == "Avsluttet":
        study = "Konseptarbeidet i " if change.before == "Konsept" else ""
        return f"{study}{change.title} ble avsluttet{on_day(change.on)}."
    if change.before is None:
        what = "Konseptutredningen" if change.after == "Konsept" else "Prosjektet"
        told = f"{what} {change.title} startet{on_day(change.on)}."
        return f"{told} {change.summary}".strip()
    was, now = _PHASE_WORDS[change.before], _PHASE_WORDS[change.after]
    return f"{change.title} gikk fra {was} til {now}{on_day(change.on)}."


def _flow_chart(report: TertialReport) -> str:
    steps = [
        charts.Step(
            title=status,
            before=report.counts_before.get(status),
            after=report.counts[status],
        )
        for status in REPORTED
    ]
    return charts.flow(
        steps,
        [
            charts.Flow(
                start=-1 if before is None else REPORTED.index(before),
                end=REPORTED.index(after),
                number=number,
            )
            for (before, after), number in _flows(report).items()
            if after is not None
        ],
        "Nye",
    )


def _flows(report: TertialReport) -> dict[tuple[str | None, str | None], int]:
    found: dict[tuple[str | None, str | None], int] = {}
    for one in report.changes:
        found[(one.before, one.after)] = found.get((one.before, one.after), 0) + 1
    return found


def _flow_in_words(report: TertialReport) -> str:
    told = [
        f"{formats.in_words(number)} {_way(before, after)}"
        for (before, after), number in _flows(report).items()
    ]
    if not told:
        return "Ingen prosjekter har flyttet seg."
    standing = [
        f"{status} {report.counts_before[status]} → {report.counts[status]}"
        if status in report.counts_before
        else f"{status} {report.counts[status]}"
        for status in REPORTED
    ]
    return f"{formats.upper_first(formats.listed(told))}. Før og etter: {', '.join(standing)}."


def _way(before: str | None, after: str | None) -> str:
    if after is None:
        return "ut av porteføljen"
    if before is None:
        return f"inn i {_PHASE_WORDS[after]}"
    return f"fra {_PHASE_WORDS[before]} til {_PHASE_WORDS[after]}"


def areas(report: TertialReport) -> Iterator[Block]:
    """Projects by focus area."""
    yield _heading(3, "innsatsomrader", "Fordeling per innsatsområde")
    strategies = any(row.strategy for row in report.area_rows)
    yield _table(
        "tabell-4",
        f"Tabell 4: Prosjekter per innsatsområde {formats.plain_date(report.period.last)}",
        [
            *(["Hovedstrategi"] if strategies else []),
            "Innsatsområde",
            *(f"#{one}" for one in REPORTED),
            "#Sum",
        ],
        [
            *(
                [
                    *([row.strategy] if strategies else []),
                    term_of(row.code, row.title),
                    *(or_blank(row.counts[status]) for status in REPORTED),
                    str(sum(row.counts.values())),
                ]
                for row in report.area_rows
            ),
            [
                *([""] if strategies else []),
                _strong("Sum"),
                *(_strong(str(report.counts[status])) for status in REPORTED),
                _strong(str(report.total)),
            ],
        ],
    )


def places(report: TertialReport) -> Iterator[Block]:
    """Projects by where in the organisation they belong."""
    yield _heading(3, "fordeling", "Fordeling per byrådsavdeling og virksomhetsområde")
    for department in report.departments:
        yield _place_table(department)
    if report.outside:
        yield _heading(3, "utenfor", f"Prosjekter utenfor programmet ({len(report.outside)})")
        yield _text(
            "utenfor.om",
            ["Disse prosjektene er ikke i programmet og er ikke regnet med i tallene over."],
        )
        yield _list("utenfor.liste", [one.title for one in report.outside])
    yield _heading(3, "endringsmengde", "Endringsmengde per virksomhetsområde")
    yield _table(
        "tabell-endringsmengde",
        "Aktive prosjekter som berører hvert virksomhetsområde samtidig",
        [
            "Virksomhetsområde",
            "#Konsept",
            "#Prosjekt",
            "#Realisering",
            "#Delt med",
            "#Utenfor programmet",
            "#Sum",
        ],
        [
            [
                f"{one.title} ({formats.lower_first(one.department)})"
                if sum(other.title == one.title for other in report.load) > 1
                else one.title,
                *(or_blank(one.own[status]) for status in ACTIVE),
                or_blank(one.shared),
                or_blank(one.outside),
                _strong(str(one.total)),
            ]
            for one in report.load
        ],
    )


def _place_table(department: Department) -> Block:
    title = department.title or NO_TERM
    return _table(
        f"fordeling-{department.code or 'ingen'}",
        f"{title} ({department.total})",
        ["", *(f"{column.title or NO_TERM} ({column.total})" for column in department.columns)],
        [
            [_strong(word), *(_name_cell(column, statuses) for column in department.columns)]
            for word, statuses in (
                ("Konsepter", ("Konsept",)),
                ("Prosjekter", ("Prosjekt",)),
                ("Realisering", ("Realisering",)),
                ("Avsluttet", ("Avsluttet",)),
            )
        ],
    )


def _name_cell(column: Column, statuses: Iterable[str]) -> Block:
    names = [
        f"{one.title} (delt)" if one.shared else one.title
        for status in statuses
        for one in column.names[status]
    ]
    return {"lines": names or [CLOSE_TO_ZERO]}
