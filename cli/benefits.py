"""Commands about benefits: what a project is for, what it is measured by, and what it frees."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson, By, ByOrOffice, Key, On, day, day_or_today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.queries.benefits.show_benefits import BenefitView, Sums

app = typer.Typer(help="Gevinster: mål, måleindikatorer, målinger og anslag.", no_args_is_help=True)

BenefitName = Annotated[str, typer.Argument(metavar="GEVINST", help="Gevinstens id eller navn.")]
Fte = Annotated[
    list[str] | None,
    typer.Option("--fte", metavar="ÅR=ÅRSVERK", help="Frigjorte årsverk i et år: 2027=3,5. Tomt tar bort."),
]
Kroner = Annotated[
    list[str] | None, typer.Option("--kroner", metavar="ÅR=KRONER", help="Kroner i et år: 2027=1 200 000.")
]
PeriodOption = Annotated[
    str | None, typer.Option("--period", metavar="PERIODE", help="Tertialet det meldes i: 2025-T1.")
]


@app.command("add")
def add(
    key: Key,
    title: Annotated[str, typer.Option("--title", metavar="TEKST", help="Gevinstmålet.")],
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="TYPE", help="Typen, eller bokstaven: Ø, A, V eller K.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="E-POST", help="Den ene som er gevinstansvarlig.")
    ] = None,
    ambition: Annotated[str | None, typer.Option("--ambition", help="Ambisjonsnivået.")] = None,
    due: Annotated[str | None, typer.Option("--due", metavar="DATO", help="Tidsfristen.")] = None,
    prioritised: Annotated[bool, typer.Option("--prioritised", help="Gevinstmålet er prioritert.")] = False,
    counted_in: Annotated[
        str | None,
        typer.Option("--counted-in", metavar="PROSJEKT", help="Prosjektet gevinsten regnes med i."),
    ] = None,
    indicator: Annotated[
        list[str] | None,
        typer.Option("--indicator", metavar="JSON", help='En måleindikator: {"title": "…", "unit": "…"}.'),
    ] = None,
    by: ByOrOffice = None,
) -> None:
    """Legg en gevinst til et prosjekt."""
    from cli import clock, wiring
    from cli.console import tell
    from engine.use_cases.benefits.add_benefit import add_benefit

    told: dict[str, Any] = {
        "title": title,
        "kind": kind,
        "owner": owner,
        "ambition": ambition,
        "due": due,
        "prioritised": prioritised or None,
        "counted_in": counted_in,
        "indicators": [_object(one) for one in indicator or []] or None,
    }
    with wiring.database() as db:
        actor = by or wiring.programme_office(db)
        done = add_benefit(db, key=key, told=told, by=actor, now=clock.now())
    placed = f" ({done.class_title})" if done.class_title else ""
    tell(f"{key}: gevinsten «{done.title}» er lagt til som {done.benefit}{placed}.")


@app.command("list")
def list_(
    key: Annotated[
        str | None, typer.Argument(metavar="[PROSJEKT]", help="Ett prosjekt; ellers hele porteføljen.")
    ] = None,
    on: On = None,
    period: PeriodOption = None,
    as_json: AsJson = False,
) -> None:
    """Vis gevinstene i et prosjekt, eller summene mot programmets mål og det som telles to ganger."""
    from cli import console, wiring
    from engine.queries.benefits.show_benefits import portfolio_sums, project_benefits, project_progress
    from engine.queries.programme.in_force import period_named, period_on, programme_in_force

    effective = day_or_today(on)
    with wiring.database() as db, db.reading() as tx:
        programme = programme_in_force(tx)
        told_in = period_named(programme, period).id if period else period_on(programme, effective)
        if key is None:
            sums = portfolio_sums(tx, period=told_in, on=effective)
        else:
            views = project_benefits(tx, key, period=told_in, on=effective)
            progress = project_progress(tx, key, period=told_in, on=effective)
    if key is None:
        _show_sums(sums, as_json=as_json)
    elif as_json:
        console.as_json([_benefit_json(one) for one in views])
    else:
        _show_benefits(views)
        words = {"gevinstmal": "gevinstmål", "indikatorer": "måleindikatorer"}
        told = [f"{words.get(name, name)} {_progress_word(value)}" for name, (value, _) in progress.items()]
        console.say("", "Gevinstarbeidet: " + ", ".join(told) + ".")


@app.command("measure")
def measure(
    key: Key,
    benefit: BenefitName,
    value: Annotated[str, typer.Argument(metavar="VERDI", help="Målt verdi, gjerne med måleenheten.")],
    on: Annotated[str, typer.Option("--on", metavar="DATO", help="Dagen det ble målt.")],
    by: By,
    indicator: Annotated[
        str | None, typer.Option("--indicator", metavar="ID", help="Måleindikatoren, når det er flere.")
    ] = None,
    comment: Annotated[str, typer.Option("--comment", metavar="TEKST", help="Merknad.")] = "",
    baseline: Annotated[bool, typer.Option("--baseline", help="Verdien er nullpunktet.")] = False,
) -> None:
    """Før en måling av en gevinst, eller nullpunktet den skal sammenlignes med."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.benefits.measure_benefit import measure_benefit
    from language.formats import number

    with wiring.database() as db:
        done = accepted(
            measure_benefit(
                db,
                key=key,
                benefit=benefit,
                value=value,
                measured_on=day(on, option="--on"),
                by=by,
                now=clock.now(),
                indicator=indicator,
                comment=comment,
                as_baseline=baseline,
            )
        )
    unit = f" {done.unit}" if done.unit else ""
    if baseline:
        tell(f"Nullpunktet for «{done.indicator}» er {number(done.value)}{unit}.")
        return
    target = "" if done.target is None else f", ønsket verdi {number(done.target)}"
    tell(f"«{done.indicator}»: {number(done.value)}{unit} (nullpunkt {number(done.baseline)}{target}).")


@app.command("estimate")
def estimate(
    key: Key,
    benefit: BenefitName,
    by: By,
    fte: Fte = None,
    kroner: Kroner = None,
    period: PeriodOption = None,
) -> None:
    """Anslå hva en gevinst frigjør, år for år. Tidligere anslag blir stående, så endringen kan vises."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.benefits.estimate_benefit import estimate_benefit
    from language.formats import number

    told = {"fte": _by_year(fte, option="--fte"), "kroner": _by_year(kroner, option="--kroner")}
    with wiring.database() as db:
        done = accepted(
            estimate_benefit(db, key=key, benefit=benefit, **told, by=by, now=clock.now(), period=period)
        )
    ends = "" if done.steady is None else f" Årsverk per år til slutt: {number(done.steady)}."
    tell(f"«{done.benefit}» er anslått for {_years(done.years)}, meldt i {done.period}.{ends}")


@app.command("realise")
def realise(
    key: Key,
    benefit: BenefitName,
    by: By,
    fte: Fte = None,
    kroner: Kroner = None,
    comment: Annotated[str, typer.Option("--comment", metavar="TEKST", help="Merknad.")] = "",
) -> None:
    """Før hva en gevinst faktisk har frigjort, år for år, også etter at prosjektet er avsluttet."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.benefits.realise_benefit import realise_benefit

    told = {"fte": _by_year(fte, option="--fte"), "kroner": _by_year(kroner, option="--kroner")}
    with wiring.database() as db:
        done = accepted(
            realise_benefit(db, key=key, benefit=benefit, **told, comment=comment, by=by, now=clock.now())
        )
    tell(f"«{done.benefit}»: realisert gevinst er ført for {_years(done.years)}.")


@app.command("progress")
def progress_(
    key: Key,
    period: Annotated[str, typer.Argument(metavar="PERIODE", help="Tertialet: 2025-T1.")],
    column: Annotated[str, typer.Argument(metavar="KOLONNE", help="Kolonnen i vedlegg 2.")],
    value: Annotated[
        str,
        typer.Argument(metavar="STATUS", help="identifisert, under_arbeid, ikke_pabegynt, eller beregnet."),
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEKST", help="Grunnen; den vises.")],
    by: ByOrOffice = None,
) -> None:
    """Si at gevinstarbeidet er kommet lenger eller kortere enn det opplysningene viser, og hvorfor."""
    from cli import clock, wiring
    from cli.console import tell
    from cli.errors import accepted
    from engine.use_cases.benefits.state_progress import state_progress

    with wiring.database() as db:
        done = accepted(
            state_progress(
                db,
                key=key,
                period=period,
                column=column,
                progress=None if value == "beregnet" else value,
                reason=reason,
                by=by or wiring.programme_office(db),
                now=clock.now(),
            )
        )
    tell(
        f"{key}, {done.column}: {'som beregnet' if done.progress is None else _progress_word(done.progress)}."
    )


def _object(text: str) -> Any:
    """JSON as it stands; any other text is the indicator's own name."""
    try:
        return json.loads(text)
    except ValueError:
        return {"title": text}


def _by_year(told: list[str] | None, *, option: str) -> dict[str, str]:
    from cli.misuse import Told

    found: dict[str, str] = {}
    wrong: list[str] = []
    for one in told or []:
        year, sign, value = one.partition("=")
        if not sign:
            wrong.append(f"{option}: «{one}» er ikke på formen ÅR=TALL.")
        elif year.strip() in found:
            wrong.append(f"{option}: året {year.strip()} står to ganger.")
        found[year.strip()] = value
    if wrong:
        raise Told(*wrong)
    return found


def _years(years: tuple[int, ...]) -> str:
    from language.formats import listed

    return listed([str(year) for year in years])


def _progress_word(progress: str) -> str:
    from language.formats import progress_word

    return progress_word(progress).lower()


def _show_benefits(views: "tuple[BenefitView, ...]") -> None:
    from cli import console
    from language.formats import plain_date

    console.table(
        ("Id", "Gevinstmål", "Type", "Prioritert", "Ansvarlig", "Ambisjon", "Frist", "Anslag", "Realisert"),
        [
            (
                str(one.facts["id"]),
                str(one.facts.get("title", "")),
                one.kind_title if one.placed is None else f"{one.placed.letter}: {one.kind_title}",
                "ja" if one.facts.get("prioritised") else "nei",
                str(one.facts.get("owner", "–")),
                str(one.facts.get("ambition", "–")),
                plain_date(one.facts["due"]) if one.facts.get("due") else "–",
                _figures(one.estimates),
                _figures(one.realised),
            )
            for one in views
        ],
        empty="Prosjektet har ingen gevinster.",
    )
    rows = [row for one in views for row in _indicator_rows(one)]
    if rows:
        console.table(
            ("Gevinst", "Indikator", "Enhet", "Nullpunkt", "Ønsket", "Sist målt", "Måles"), rows, empty=""
        )


def _indicator_rows(one: "BenefitView") -> list[tuple[str, ...]]:
    from language.formats import number, plain_date

    rows: list[tuple[str, ...]] = []
    for each in one.facts.get("indicators", []):
        measured = one.measurements.get(str(each["id"]), ())
        last = f"{number(measured[-1].value)} ({plain_date(measured[-1].measured_on)})" if measured else "–"
        baseline = "–" if each.get("baseline") is None else number(each["baseline"])
        if each.get("baseline_on"):
            baseline += f" ({plain_date(each['baseline_on'])})"
        rows.append(
            (
                str(one.facts["id"]),
                f"{each['id']} {each.get('title', '')}",
                str(each.get("unit", "–")),
                baseline,
                "–" if each.get("target") is None else number(each["target"]),
                last,
                ", ".join(plain_date(day_) for day_ in each.get("measure_on", [])) or "–",
            )
        )
    return rows


def _figures(by_year: "Mapping[int, tuple[float | None, int | None]]") -> str:
    from language.formats import kroner, number

    told = []
    for year, (fte, amount) in by_year.items():
        parts = [] if fte is None else [f"{number(fte)} årsverk"]
        parts += [] if amount is None else [kroner(amount)]
        if parts:
            told.append(f"{year}: {', '.join(parts)}")
    return "; ".join(told) or "–"


def _show_sums(sums: "Sums", *, as_json: bool) -> None:
    from dataclasses import asdict

    from cli import console
    from language.formats import number

    if as_json:
        console.as_json(asdict(sums))
        return
    console.table(
        ("Hovedstrategi", "Mål", "Anslått", "Prosjekter med anslag"),
        [
            (
                f"{one.term} {one.title}",
                f"{_span(one.low, one.high)} årsverk innen {one.by}",
                "–" if one.fte is None else f"{number(one.fte)} årsverk",
                str(len(one.projects)),
            )
            for one in sums.targets
        ],
        empty="Programmet har ingen mål i årsverk.",
    )
    for told, keys in (
        ("Uten hovedstrategi", sums.unplaced),
        ("I konseptfase, regnes ikke med", sums.concepts),
        ("Avsluttet uten realisering, regnes ikke med", sums.closed),
    ):
        if keys:
            console.say(f"{told}: {', '.join(keys)}.")
    for one in sums.doubles:
        console.say(f"• {_double(one)}")


def _double(one: Any) -> str:
    from language.formats import listed

    keys = listed([key for key, _ in one.places])
    match one.kind:
        case "declared":
            return (
                f"«{one.name}» regnes med i {one.places[1][0]}, som ikke har noen gevinst å regne den med i."
            )
        case "indicator":
            told = f"Måleindikatoren «{one.name}» står i {keys}."
        case _:
            told = f"Gevinsten «{one.name}» står i {keys}."
    return f"{told} {'Den telles ett sted.' if one.settled else 'Den kan være talt to ganger.'}"


def _span(low: float, high: float) -> str:
    from language.formats import number

    return number(low) if low == high else f"{number(low)}–{number(high)}"


def _benefit_json(one: "BenefitView") -> dict[str, Any]:
    return {
        **one.facts,
        "class": None if one.placed is None else {"letter": one.placed.letter, "title": one.placed.title},
        "estimates": [
            {"year": year, "fte": fte, "kroner": amount} for year, (fte, amount) in one.estimates.items()
        ],
        "realised": [
            {"year": year, "fte": fte, "kroner": amount} for year, (fte, amount) in one.realised.items()
        ],
        "measurements": [
            {
                "indicator": each.indicator,
                "value": each.value,
                "on": each.measured_on.isoformat(),
                "comment": each.comment,
            }
            for measured in one.measurements.values()
            for each in measured
        ],
    }
