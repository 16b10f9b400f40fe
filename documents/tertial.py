"""How is the report of a tertial worded? One model in, one list of blocks out, which every format sets.

A block is plain JSON: a heading, text, a list, a table, a figure, or a box. Each has an id that is the same
in every report, so that two reports can be compared block by block. Counts, names and dates come from
the model; what people have written stands as they wrote it. Bokmål. Order and headings follow the printed
report (source: 001); the words are ours.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal

from documents import charts
from documents.blocks import SIGNS, Block
from documents.blocks import box as _box
from documents.blocks import figure as _figure
from documents.blocks import heading as _heading
from documents.blocks import listing as _list
from documents.blocks import strong as _strong
from documents.blocks import table as _table
from documents.blocks import text as _text
from documents.text import paragraphs
from documents.wording import Content
from engine.core.portfolio import REPORTED
from engine.core.reporting import COLUMNS, PROGRESS, AccountLine, Light, Progress, Risk
from engine.core.tertial import (
    ACTIVE,
    Band,
    Change,
    Column,
    Department,
    Named,
    Section,
    Span,
    TertialReport,
    Work,
)
from language import formats

KIND: Final = "Statusrapport"
PROGRESS_LIGHTS: Final[Mapping[Progress, Light]] = {
    "identifisert": "gronn",
    "under_arbeid": "gul",
    "ikke_pabegynt": "rod",
}
COLUMN_WORDS: Final[Mapping[str, str]] = {
    "gevinstmal": "Gevinstmål",
    "indikatorer": "Måleindikatorer",
    "ambisjon": "Ambisjon",
    "tidsfrist": "Tidsfrist",
}
_PHASE_WORDS: Final = {
    "Konsept": "konseptfase",
    "Prosjekt": "prosjektfase",
    "Realisering": "realisering",
    "Avsluttet": "avslutning",
}
_LONG_PERIOD: Final = 130
"""A period of more days than this is a half-year."""
_LIGHTS_EXPLAINED: Final = (
    "Et trafikklys er grønt, gult eller rødt, og har alltid en egen form og et ord i tillegg til fargen."
    " Lyset settes av nøkkeltall der programmet har en regel for det, og ellers av den som er ansvarlig"
    " for området. Sier de to noe ulikt, vises begge."
)
_FREED_EXPLAINED: Final = (
    "Tabell 2 viser hvor mange årsverk prosjektene anslår at de kan frigjøre, fordelt på innsatsområder"
    " og år. Prosjekter i konseptfasen er ikke med, fordi målene deres ofte ikke er klare ennå."
)
_WORK_EXPLAINED: Final = (
    "Prosjekter i prosjektfase skal ha prioriterte gevinstmål med måleindikatorer, ambisjonsnivå og"
    " tidsfrist. Prosjekter som har valgt konsept, skal ha gevinstmål og måleindikatorer."
)
NO_TERM: Final = "Ikke plassert"
CLOSE_TO_ZERO: Final = "Ingen"


def report_content(
    report: TertialReport, *, despite: str = "", contact: str = "", address: str = ""
) -> Content:
    """The words of a report. `despite` is why it was published over what disagreed; it is printed."""
    label = period_label(report.period)
    return {
        "kind": KIND,
        "title": formats.upper_first(label),
        "subtitle": report.programme,
        "body": report.programme,
        "running": formats.upper_first(label),
        "contact": contact,
        "address": address,
        "evidence": (
            f"Rapporten er regnet ut per {formats.plain_date(report.period.last)}, av det som var kjent"
            f" {formats.moment(report.known_at)}."
        ),
        "blocks": [*_all(report, despite)],
    }


def part_of(report: TertialReport, name: Literal["okonomi", "arsverk"]) -> Iterator[Block]:
    """One part of a report without its headings, for a report that has its own."""
    parts = {"okonomi": _economy, "arsverk": _freed}
    return (one for one in parts[name](report) if one["type"] != "heading")


def period_label(period: Span) -> str:
    """«3. tertial 2024», or «1. halvår 2025» where the programme reports by half-years."""
    year, _, number = period.id.partition("-T")
    word = "halvår" if (period.last - period.first).days > _LONG_PERIOD else "tertial"
    return f"{number}. {word} {year}"


def _all(report: TertialReport, despite: str) -> Iterator[Block]:
    if despite:
        yield _box("forbehold", "Publisert med forbehold", paragraphs(despite))
    for part in (
        _introduction,
        _programme,
        _economy,
        _benefits,
        _freed,
        _others,
        _realisation,
        _risks,
        _portfolio,
        _areas,
        _places,
        _appendix_projects,
        _appendix_work,
    ):
        yield from part(report)


# ---------------------------------------------------------------- innledning and overall status


def _introduction(report: TertialReport) -> Iterator[Block]:
    yield _heading(2, "innledning", "Innledning")
    yield _text("innledning.periode", [_about_period(report)])
    yield _text("innledning.tall", [counts_sentence(report)])
    yield _text("innledning.dekning", [coverage_sentence(report)])
    yield _heading(3, "inndeling", "Inndeling")
    yield _list(
        "inndeling.deler",
        [
            "Del 1 handler om programmet samlet: helhet, fremdrift, økonomi, gevinster og risiko.",
            "Del 2 handler om porteføljen: hva som har endret seg, og hvor prosjektene hører til.",
        ],
    )
    yield _heading(3, "trafikklys", "Trafikklys")
    yield _text(
        "trafikklys.forklaring",
        [_LIGHTS_EXPLAINED],
    )


def _about_period(report: TertialReport) -> str:
    return (
        f"{report.programme} rapporterer for {period_label(report.period)},"
        f" {formats.plain_date(report.period.first)}–{formats.plain_date(report.period.last)}."
    )


def counts_sentence(report: TertialReport) -> str:
    """«Fem prosjekter er i konseptfase, 23 er under gjennomføring, og sju er i realisering eller …»"""
    counts = report.counts
    later = counts["Realisering"] + counts["Avsluttet"]
    return formats.upper_first(
        f"{_projects(counts['Konsept'])} er i konseptfase, {formats.in_words(counts['Prosjekt'])} er under"
        f" gjennomføring, og {formats.in_words(later)} er i realisering eller ble avsluttet i perioden."
    )


def coverage_sentence(report: TertialReport) -> str:
    """«12 av 35 prosjekter har anslått gevinster i form av frigjort tid eller kroner.»"""
    found = report.coverage
    return (
        f"{found.estimated} av {found.counted} prosjekter har anslått gevinster i frigjort tid eller kroner."
        f" Anslagene fra {found.summed} av {found.summable} prosjekter i prosjektfase eller realisering er"
        " summert."
    )


def _programme(report: TertialReport) -> Iterator[Block]:
    yield _heading(2, "del-1", "Del 1: Rapportering på program")
    yield _heading(3, "del-1.innledning", "Innledning")
    yield _text(
        "del-1.formal",
        ["Programmet prioriterer prosjekter som bidrar til innsatsområdene:"],
    )
    yield _list(
        "del-1.innsatsomrader",
        [
            f"{group.title}: {term.title}" if group.code else term.title
            for group in report.focus_areas
            for term in group.terms
        ],
        numbered=not any(group.code for group in report.focus_areas),
    )
    yield _heading(3, "overordnet", "Overordnet status")
    shown = [
        (formats.area_word(one.area), one.light, formats.light_word(one.light) if one.light else "Ikke satt")
        for one in report.lights
    ]
    yield _figure(
        "figur-lys",
        "Trafikklys for programmet",
        " ".join(f"{title}: {word.lower()}." for title, _, word in shown),
        charts.lights(shown),
    )
    yield _table(
        "tabell-lys",
        "Trafikklys med begrunnelse",
        ["Område", "Status", "Begrunnelse"],
        [
            [
                formats.area_word(one.area),
                light_cell(one.light, one.computed, differs=one.differs),
                one.reason,
            ]
            for one in report.lights
        ],
    )
    yield from _own_words(report, "helhet")
    if report.freed.change is not None:
        yield _text("overordnet.endring", [change_sentence(report)])
    yield _heading(3, "fremdrift", "Fremdrift")
    yield from _own_words(report, "fremdrift")
    yield _text("fremdrift.levert", [*_delivered(report)])


def change_sentence(report: TertialReport) -> str:
    """«Siden forrige tertial har anslaget for 2026 økt med 20 årsverk.»"""
    change = report.freed.change or ()
    moved = [(year, value) for year, value in zip(report.freed.years, change, strict=False) if value]
    if not moved:
        return "Anslagene for frigjorte årsverk er de samme som i forrige rapport."
    told = [
        f"{'+' if value > 0 else '−'}{formats.number(abs(value))} årsverk i {year}" for year, value in moved
    ]
    because = formats.listed([one.title for one in report.freed.changed])
    return (
        f"Siden forrige rapport er anslagene endret: {formats.listed(told)}. Endringen kommer fra {because}."
    )


def _delivered(report: TertialReport) -> Iterator[str]:
    given = report.delivery
    delivered = len(given.expected) - len(given.missing)
    yield f"{delivered} av {len(given.expected)} prosjekter har levert statusrapport for perioden."
    if delivered and given.missing:
        yield f"Ikke levert: {_names(given.missing)}."
    if given.not_approved:
        yield f"Ikke godkjent av eier: {_names(given.not_approved)}."


def light_cell(light: Light | None, computed: Light | None, *, differs: bool) -> Block:
    """A light as a cell of a table: its sign, its word, and the key figure's where it says something else."""
    shown = light or computed
    if shown is None:
        return {"text": "Ikke satt"}
    words = formats.light_word(shown)
    if differs and computed is not None:
        words = f"{words} etter vurdering, {formats.light_word(computed).lower()} etter nøkkeltall"
    elif light is None:
        words += " etter nøkkeltall"
    return {"text": words, "light": shown}


# ---------------------------------------------------------------- økonomi


def _economy(report: TertialReport) -> Iterator[Block]:
    yield _heading(3, "okonomi", "Økonomi")
    accounts = report.accounts
    if accounts is not None:
        word = "mindreforbruk" if accounts.underspent >= 0 else "merforbruk"
        yield _text(
            "okonomi.forbruk",
            [
                (
                    f"Programmet hadde et {word} på {formats.kroner(abs(accounts.underspent))} i"
                    f" {report.period.last.year}."
                )
            ],
        )
    yield from _own_words(report, "okonomi")
    if report.transfers:
        total = sum(one.amount for one in report.transfers)
        yield _text(
            "okonomi.overforing",
            [
                (
                    f"Det er søkt om å overføre {formats.kroner(total)} fra {report.period.last.year} til"
                    f" {report.period.last.year + 1}:"
                )
            ],
        )
        yield _list(
            "okonomi.overforinger",
            [f"{one.title}: {formats.kroner(one.amount)}" for one in report.transfers],
        )
    if accounts is not None:
        yield _table(
            "tabell-1",
            f"Tabell 1: Budsjett og regnskap per {formats.plain_date(accounts.as_of)}, i hele kroner",
            [
                "Områder og prosjekter",
                f"#Budsjett {report.period.last.year}",
                f"#Regnskap {report.period.last.year}",
            ],
            [*_account_rows(accounts.lines, accounts.income, accounts.budget, accounts.spent)],
        )
    elif not report.transfers:
        yield _text("okonomi.uten", ["Regnskapet for perioden er ikke lest inn."])


def _account_rows(lines: Sequence[AccountLine], income: int, budget: int, spent: int) -> Iterator[list[Any]]:
    for line in lines:
        if line.group == "inntekt":
            yield [line.label, _amount(line.budget), _amount(line.spent)]
    yield [_strong("Sum vedtatt budsjett"), _strong(_amount(income)), ""]
    for line in lines:
        if line.group != "inntekt":
            yield [line.label, _amount(line.budget), _amount(line.spent)]
    yield [_strong("Sum"), _strong(_amount(budget)), _strong(_amount(spent))]


def _amount(value: int | None) -> str:
    return "" if value is None else formats.number(value)


# ---------------------------------------------------------------- gevinster


def _benefits(report: TertialReport) -> Iterator[Block]:
    yield _heading(3, "gevinster", "Gevinster")
    yield from _own_words(report, "gevinst")


def _freed(report: TertialReport) -> Iterator[Block]:
    freed = report.freed
    yield _heading(4, "arsverk", "Samlet rapportering på frigjorte årsverk")
    yield _text(
        "arsverk.om",
        [
            _FREED_EXPLAINED,
            coverage_sentence(report),
        ],
    )
    if any(freed.totals):
        yield _figure(
            "figur-arsverk",
            "Anslåtte frigjorte årsverk per år og innsatsområde, og mot målene",
            _freed_in_words(report),
            charts.stacked_years(
                freed.years,
                [
                    charts.Series(code=row.code or "–", title=row.title or NO_TERM, values=row.values)
                    for row in freed.rows
                    if any(row.values)
                ],
                [
                    charts.Goal(
                        title=one.title,
                        low=one.low,
                        high=one.high,
                        value=one.estimated,
                        label=(
                            f"{formats.number(one.estimated)} årsverk anslått i {one.year}, mål"
                            f" {_range(one.low, one.high)} i {one.by} (stiplet)"
                        ),
                    )
                    for one in report.against_targets
                ],
            ),
        )
    yield _table(
        "tabell-2",
        "Tabell 2: Anslått potensial for frigjorte årsverk per innsatsområde",
        ["Innsatsområde", *(f"#{year}" for year in freed.years)],
        [
            *([_term(row.code, row.title), *(_fte(value) for value in row.values)] for row in freed.rows),
            [_strong("Sum"), *(_strong(_fte(value) or "0") for value in freed.totals)],
        ],
    )
    if any(freed.kroner):
        yield _table(
            "tabell-2b",
            "Tabell 2b: Anslåtte gevinster i kroner",
            ["", *(f"#{year}" for year in freed.years)],
            [["Sum", *(_amount(value) for value in freed.kroner)]],
        )
    yield from _own_words(report, "arsverk")
    if report.against_targets:
        yield _table(
            "tabell-mal",
            "Tabell 2c: Anslag mot programmets mål",
            ["Hovedstrategi", "#Anslått", "#Mål", "Innen"],
            [
                [
                    one.title,
                    f"{_fte(one.estimated) or '0'} i {one.year}",
                    _range(one.low, one.high),
                    str(one.by),
                ]
                for one in report.against_targets
            ],
        )


def _freed_in_words(report: TertialReport) -> str:
    freed = report.freed
    told = [f"{year}: {formats.number(total)}" for year, total in zip(freed.years, freed.totals, strict=True)]
    goals = [
        f"{one.title}: {formats.number(one.estimated)} av {_range(one.low, one.high)} årsverk innen {one.by}"
        for one in report.against_targets
    ]
    return f"Stolper med årsverk per år. {'; '.join(told)}. {'; '.join(goals)}. Tallene står i tabell 2."


def _others(report: TertialReport) -> Iterator[Block]:
    yield _heading(4, "andre-gevinster", "Andre gevinster enn frigjorte årsverk")
    yield from _own_words(report, "andre_gevinster")
    if report.other_benefits:
        yield _table(
            "tabell-andre",
            "Gevinstmål som ikke gjelder årsverk",
            ["Prosjekt", "Gevinstmål", "Type", "Ambisjon"],
            [[one.title, one.goal, one.kind, one.ambition] for one in report.other_benefits],
        )
    yield _text("andre-gevinster.vedlegg", ["Vedlegg 2 viser gevinstarbeidet prosjekt for prosjekt."])


def _realisation(report: TertialReport) -> Iterator[Block]:
    yield _heading(4, "realisering", "Realisering og erfaringer fra avsluttede prosjekter")
    yield _text("realisering.nye", [new_in_realisation_sentence(report)])
    yield _text("realisering.alle", [in_realisation_sentence(report)])
    if report.measured:
        yield _table(
            "tabell-maling",
            "Målinger i prosjekter i realisering",
            ["Prosjekt", "Gevinstmål", "Måleindikator", "#Nullpunkt", "#Mål", "#Siste måling", "Målt"],
            [
                [
                    one.title,
                    one.goal,
                    f"{one.indicator} ({one.unit})" if one.unit else one.indicator,
                    _value(one.baseline),
                    _value(one.target),
                    _value(one.latest) or "Ikke målt",
                    formats.plain_date(one.measured_on) if one.measured_on else "",
                ]
                for one in report.measured
            ],
        )
    if report.realised:
        yield _table(
            "tabell-realisert",
            "Realiserte gevinster mot anslag",
            ["Prosjekt", "#År", "#Årsverk realisert", "#Årsverk anslått", "#Kroner realisert"],
            [
                [one.title, str(one.year), _value(one.fte), _value(one.expected), _amount(one.kroner)]
                for one in report.realised
            ],
        )
    yield _text("realisering.avsluttet", [closed_sentence(report)])
    if report.closed:
        yield _list("realisering.erfaringer", [closing_note(one) for one in report.closed])
    yield from _own_words(report, "erfaringer")


def new_in_realisation_sentence(report: TertialReport) -> str:
    """«Ingen prosjekter gikk over i realisering i perioden.»"""
    if not report.new_in_realisation:
        return "Ingen prosjekter gikk over i realisering i perioden."
    number = formats.upper_first(_projects(len(report.new_in_realisation)))
    return f"{number} gikk over i realisering: {_names(report.new_in_realisation)}."


def in_realisation_sentence(report: TertialReport) -> str:
    """«Fire prosjekter følges opp i realisering: …»"""
    if not report.in_realisation:
        return "Ingen prosjekter er i realisering."
    number = len(report.in_realisation)
    return (
        f"{formats.upper_first(_projects(number))} følges opp i realisering: {_names(report.in_realisation)}."
    )


def closed_sentence(report: TertialReport) -> str:
    """«Tre prosjekter ble avsluttet i perioden.»"""
    if not report.closed:
        return "Ingen prosjekter ble avsluttet i perioden."
    return f"{formats.upper_first(_projects(len(report.closed)))} ble avsluttet i perioden."


def closing_note(change: Change) -> str:
    """What became of a closed project, its reason and where its experience goes, as far as it is told."""
    study = "Konseptarbeidet i " if change.before == "Konsept" else ""
    told = f"{study}{change.title} ble avsluttet{_on(change.on)}."
    if change.reason:
        told += f" {change.reason.rstrip('.')}."
    if change.carried_to:
        told += f" Erfaringene føres videre: {formats.lower_first(change.carried_to.rstrip('.'))}."
    return told


# ---------------------------------------------------------------- risiko


def _risks(report: TertialReport) -> Iterator[Block]:
    yield _heading(3, "risiko", "Risiko")
    yield from _own_words(report, "risiko")
    if not report.risks:
        yield _text("risiko.ingen", ["Ingen risikoer er meldt på programnivå."])
        return
    placed = [
        (one.number, one.probability, one.consequence)
        for one in report.risks
        if one.probability is not None and one.consequence is not None
    ]
    if placed:
        yield _figure(
            "figur-risiko",
            "Risikomatrise",
            " ".join(
                f"Risiko {number}: sannsynlighet {probability}, konsekvens {consequence}."
                for number, probability, consequence in placed
            ),
            charts.risk_matrix(placed),
            narrow=True,
        )
    yield _list("risiko.liste", [one.title for one in report.risks], numbered=True)
    yield _table(
        "tabell-3",
        "Tabell 3: De største risikoene og tiltak",
        ["#Nr.", "Risiko", "Vurdering", "Tiltak", "Ansvarlig og frist"],
        [
            [str(one.number), _risk_title(one), one.assessment, one.measures, _who_and_when(one)]
            for one in report.risks
        ],
    )


def _risk_title(risk: Risk) -> str:
    return f"{risk.title} (mulighet)" if risk.kind == "mulighet" else risk.title


def _who_and_when(risk: Risk) -> str:
    due = formats.plain_date(risk.due) if risk.due else ""
    return ", ".join(each for each in (risk.owner, due) if each) or "Ikke satt"


# ---------------------------------------------------------------- del 2


def _portfolio(report: TertialReport) -> Iterator[Block]:
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
    yield from _own_words(report, "portefolje")
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
        return f"{study}{change.title} ble avsluttet{_on(change.on)}."
    if change.before is None:
        what = "Konseptutredningen" if change.after == "Konsept" else "Prosjektet"
        told = f"{what} {change.title} startet{_on(change.on)}."
        return f"{told} {change.summary}".strip()
    was, now = _PHASE_WORDS[change.before], _PHASE_WORDS[change.after]
    return f"{change.title} gikk fra {was} til {now}{_on(change.on)}."


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


def _areas(report: TertialReport) -> Iterator[Block]:
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
                    _term(row.code, row.title),
                    *(_or_blank(row.counts[status]) for status in REPORTED),
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


def _places(report: TertialReport) -> Iterator[Block]:
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
                *(_or_blank(one.own[status]) for status in ACTIVE),
                _or_blank(one.shared),
                _or_blank(one.outside),
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


# ---------------------------------------------------------------- vedlegg


def _appendix_projects(report: TertialReport) -> Iterator[Block]:
    day = formats.plain_date(report.period.last)
    yield _heading(2, "vedlegg-1", f"Vedlegg 1: Oversikt over porteføljen per {day}", page=True)
    for band in report.bands:
        title = _term(band.code, band.title)
        yield _heading(3, f"vedlegg-1.{band.code or 'ingen'}", f"{title} ({len(band.rows)})")
        if band.rows:
            yield _band_table(band, title)
        else:
            yield _text(
                f"vedlegg-1.{band.code}.tom",
                ["Ingen prosjekter hører til dette innsatsområdet nå."],
            )


def _band_table(band: Band, title: str) -> Block:
    return _table(
        f"tabell-v1-{band.code or 'ingen'}",
        f"Innsatsområde {title}",
        ["Prosjekt", "Beskrivelse", "Tjeneste", "Fase"],
        [[row.title, row.description, row.service, row.reported_as] for row in band.rows],
    )


def _appendix_work(report: TertialReport) -> Iterator[Block]:
    day = formats.plain_date(report.period.last)
    yield _heading(2, "vedlegg-2", f"Vedlegg 2: Status på gevinstarbeidet i prosjektene per {day}", page=True)
    yield _text(
        "vedlegg-2.krav",
        [_WORK_EXPLAINED],
    )
    yield _work_table("tabell-v2", f"Prosjekter i prosjektfase ({len(report.work)})", report.work, COLUMNS)
    yield _work_table(
        "tabell-v2-konsept",
        f"Konsepter ({len(report.work_in_concept)})",
        report.work_in_concept,
        COLUMNS[:2],
    )
    yield _text(
        "vedlegg-2.tegn",
        [
            "Tegnforklaring: "
            + ", ".join(
                f"{SIGNS[PROGRESS_LIGHTS[one]]} {formats.lower_first(formats.progress_word(one))}"
                for one in PROGRESS
            )
            + "."
        ],
    )
    reasons = [
        f"{row.title}, {COLUMN_WORDS[column].lower()}: {reason}"
        for row in (*report.work, *report.work_in_concept)
        for column, reason in row.reasons.items()
    ]
    if reasons:
        yield _text("vedlegg-2.overstyrt.om", ["Overstyrt av programkontoret, med begrunnelse:"])
        yield _list("vedlegg-2.overstyrt", reasons)


def _work_table(name: str, caption: str, rows: Sequence[Work], columns: Sequence[str]) -> Block:
    return _table(
        name,
        caption,
        ["Prosjekt", *(COLUMN_WORDS[column] for column in columns)],
        [
            [
                row.title,
                *(
                    {
                        "text": formats.progress_word(row.columns[column])
                        + (" *" if column in row.reasons else ""),
                        "light": PROGRESS_LIGHTS[row.columns[column]],
                    }
                    for column in columns
                ),
            ]
            for row in rows
        ],
    )


# ---------------------------------------------------------------- blocks


def _own_words(report: TertialReport, section: Section) -> Iterator[Block]:
    text = report.texts.get(section, "")
    if text:
        yield _text(f"fritekst.{section}", paragraphs(text))


def _projects(number: int) -> str:
    return formats.count(number, "prosjekt")


def _names(named: Sequence[Named]) -> str:
    return formats.listed([one.title for one in named])


def _on(day: date | None) -> str:
    return f" {formats.short_day(day)} {day.year}" if day else ""


def _term(code: str, title: str) -> str:
    return f"{code}. {title}" if code else NO_TERM


def _range(low: float, high: float) -> str:
    return formats.number(low) if low == high else f"{formats.number(low)}–{formats.number(high)}"


def _fte(value: float) -> str:
    return formats.number(value) if value else ""


def _or_blank(number: int) -> str:
    return str(number) if number else ""


def _value(value: float | None) -> str:
    return "" if value is None else formats.number(value)


def blocks_by_id(content: Content) -> dict[str, Block]:
    """The blocks of a report by their id, to compare two reports."""
    return {block["id"]: block for block in content["blocks"]}
