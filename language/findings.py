"""How is it said that a report disagrees with itself? A heading for each kind of finding, and a sentence.

The core gives codes, places and values. The reader is the programme office, the day before a report goes out:
the sentence says what stands where, and whose it is to mend. Bokmål.
"""

from collections.abc import Callable, Mapping
from typing import Final

from engine.core.report.finding import Finding, Side
from language import formats

TITLES: Final[Mapping[str, str]] = {
    "sums_differ": "Summer som ikke stemmer",
    "transfers_differ": "Søkte overføringer og regnskapet",
    "differs_from_computed": "Trykt tall og beregnet tall",
    "claim_not_shown": "Påstått rapportert, ikke vist",
    "estimates_claimed": "Anslag som skal finnes",
    "missing_in_list": "Mangler i en liste",
    "extra_in_list": "Står for mye i en liste",
    "column_missing": "Kolonne som mangler",
    "two_areas": "Prosjekt i to områder",
    "starts_after_period": "Talt som i gang før det starter",
    "several_names": "Prosjekt under flere navn",
    "known_by_several_names": "Prosjekt med flere navn",
    "not_placed": "Prosjekt uten plass",
    "closing_but_counted": "Skal avsluttes, men er talt som aktivt",
    "closed_from_concept": "Talt som avsluttet prosjekt",
    "successor_unknown": "Videreføres i noe som ikke er i porteføljen",
    "shared_counted_once": "Delt prosjekt talt ett sted",
    "part_counted_apart": "Deler talt som egne prosjekter",
    "several_services_one_area": "Flere tjenester, ett område",
    "name_fits_several": "Navn som kan være flere prosjekter",
    "benefit_twice": "Samme gevinst telt to ganger",
    "area_without_projects": "Innsatsområde uten prosjekter",
    "area_never_named": "Område som aldri er nevnt som tjeneste",
    "underspent_elsewhere": "Mindreforbruket ligger et annet sted",
    "coverage_base": "To grunnlag for samme andel",
    "heading_varies": "Overskrift som skifter",
    "caption_missing": "Tabell uten tabelltekst",
    "light_missing": "Trafikklys som ikke er satt",
    "lights_differ": "Vurdering og nøkkeltall er uenige",
    "risk_incomplete": "Risiko som ikke er ferdig beskrevet",
    "not_delivered": "Statusrapporter som mangler",
    "not_approved": "Statusrapporter uten eierens godkjenning",
}

PLACES: Final[Mapping[str, str]] = {
    "innledning": "innledningen",
    "faser": "tabellen over faser",
    "tabell_4": "tabell 4",
    "avdeling": "overskriften for byrådsavdelingen",
    "omrade": "overskriften for området",
    "fordeling": "fordelingen på områder",
    "vedlegg_1": "vedlegg 1",
    "vedlegg_2": "vedlegg 2",
    "endringer": "endringene siden sist",
    "realisering": "lista over prosjekter i realisering",
    "avsluttet": "lista over avsluttede prosjekter",
    "overforinger": "søkte overføringer",
    "tabell_1": "tabell 1",
    "tabell_1_inntekt": "vedtatt budsjett i tabell 1",
    "tabell_1_budsjett": "budsjetterte utgifter i tabell 1",
    "tabell_1_regnskap": "regnskapet i tabell 1",
    "tabell_1_sum": "sumlinja i tabell 1",
    "tabell_1_ufordelt": "ufordelte midler i tabell 1",
    "tabell_2": "tabell 2",
    "tabell_3": "tabell 3",
    "forbruk": "mindreforbruket i teksten",
    "pastander": "teksten",
    "startdato": "startdatoen",
    "prosjektet": "prosjektet selv",
    "delt": "delt med",
    "beregnet": "beregnet",
    "trafikklys": "trafikklysene",
    "vurdering": "vurderingen",
    "nokkeltall": "nøkkeltallet",
    "rapporterende": "prosjekter som skal rapportere",
    "statusrapporter": "leverte rapporter",
    "bildetekster": "tabeller",
}
"""How the place of a figure is called in a sentence; any other place is a name of its own."""

OWNERS: Final[Mapping[str, str]] = {
    "programkontoret": "programkontoret",
    "prosjektleder": "prosjektlederen",
    "prosjekteier": "prosjekteieren",
}
_ROWS: Final = {
    "konsept": "i konseptfase",
    "prosjekt": "under gjennomføring",
    "realisering_og_avsluttet": "i realisering eller avsluttet",
    "i_alt": "i alt",
    "med_anslag": "med anslag",
    "alle": "",
}
_PARTS: Final = {
    "gevinstmal": "gevinstmål",
    "indikatorer": "måleindikatorer",
    "ambisjon": "ambisjon",
    "tidsfrist": "tidsfrist",
}
_LISTED: Final = 6
"""How many names a sentence holds before it says «og n til»."""


def title(finding: Finding) -> str:
    """What kind of finding it is."""
    return TITLES[finding.code]


def owner(finding: Finding) -> str:
    """Whose it is to mend: «Rettes av programkontoret»."""
    return f"Rettes av {OWNERS[finding.owner]}"


def place(side: Side) -> str:
    """Where a side stands, as in a sentence: «tabell 1»."""
    return PLACES.get(side.place, f"«{side.place}»")


def value(side: Side, finding: Finding) -> str:
    """What stands there: a number, an amount or a text."""
    if isinstance(side.value, str):
        if finding.code == "starts_after_period" and side.place == "startdato":
            return formats.plain_date(side.value)
        return side.value or "ikke nevnt"
    return _amount(side.value, finding)


def difference(finding: Finding) -> str:
    """By how much the sides differ, or the empty text."""
    if finding.difference is None or finding.unit == "tekst":
        return ""
    return _amount(abs(finding.difference), finding)


def _amount(amount: float, finding: Finding) -> str:
    # Written out: «3,96 mill.» and «3,9 mill.» look alike, 3 960 000 and 3 900 000 do not.
    return f"{formats.number(amount)} kroner" if finding.unit == "kroner" else formats.number(amount)


def told(finding: Finding) -> str:
    """One sentence about a finding."""
    return formats.upper_first(_SENTENCES.get(finding.code, _two_sides)(finding))


def _sides(finding: Finding) -> tuple[str, ...]:
    return tuple(value(side, finding) for side in finding.sides)


def _names(finding: Finding) -> str:
    names = list(finding.names)
    if len(names) > _LISTED:
        return f"{', '.join(names[:_LISTED])} og {formats.in_words(len(names) - _LISTED)} til"
    return formats.listed(names) if names else ""


def _two_sides(finding: Finding) -> str:
    subject = _ROWS.get(finding.subject, finding.subject)
    lead = f"{subject}: " if subject else ""
    said = " og ".join(f"{place(side)} sier {value(side, finding)}" for side in finding.sides)
    by = difference(finding)
    return f"{lead}{said}{f' (forskjell {by})' if by else ''}."


def _transfers(finding: Finding) -> str:
    asked, line = _sides(finding)
    return f"søkte overføringer summerer til {asked}, tabell 1 sier {line} (forskjell {difference(finding)})."


def _computed(finding: Finding) -> str:
    printed, computed = finding.sides
    subject = _ROWS.get(finding.subject, finding.subject)
    about = " ".join(
        each for each in (subject, f"({', '.join(finding.names)})" if finding.names else "") if each
    )
    return (
        f"{about}: {place(printed)} sier {value(printed, finding)}, beregnet er {value(computed, finding)}."
    )


def _claimed(finding: Finding) -> str:
    claimed, shown = _sides(finding)
    return f"teksten sier at {claimed} prosjekter har rapportert, men vedlegg 2 viser {shown}."


def _estimates(finding: Finding) -> str:
    has, least = _sides(finding)
    return f"{has} prosjekter kan anslå gevinster, men teksten om anslag forutsetter minst {least}."


def _missing(finding: Finding) -> str:
    whole, listed = finding.sides
    number = formats.count(int(finding.difference or 0), "prosjekt")
    where = PLACES.get(finding.subject, finding.subject)
    what = "i fase Prosjekt " if whole.place == "vedlegg_1" else ""
    return (
        f"{number} {what}mangler i {where}: {_names(finding)}"
        f" ({value(listed, finding)} av {value(whole, finding)} er med)."
    )


def _extra(finding: Finding) -> str:
    number = formats.count(int(finding.difference or 0), "prosjekt")
    where = PLACES.get(finding.subject, finding.subject)
    return f"{number} står i {where} uten å høre hjemme der: {_names(finding)}."


def _column(finding: Finding) -> str:
    return f"vedlegg 2 mangler kolonnen {_PARTS.get(finding.subject, finding.subject)}, som kravet nevner."


def _two_areas(finding: Finding) -> str:
    one, other = _sides(finding)
    return f"{finding.subject} står i to områder: vedlegg 1 sier {one}, fordelingen sier {other}."


def _starts(finding: Finding) -> str:
    day = _sides(finding)[1]
    return f"{finding.subject} er talt som under gjennomføring, men starter {day}, etter periodens slutt."


def _several_names(finding: Finding) -> str:
    names = [f"«{one}»" for one in _sides(finding)]
    return f"ett prosjekt har {formats.in_words(len(names))} navn: {formats.listed(names)}."


def _not_placed(finding: Finding) -> str:
    side = finding.sides[0]
    stands = f"«{side.value}», som ikke gjelder nå" if side.value else "ingen"
    what = "innsatsområde" if side.place == "tabell_4" else "virksomhetsområde"
    return f"{finding.subject} har ikke plass i {place(side)}: {what} er {stands}."


def _closing(finding: Finding) -> str:
    status, reason = _sides(finding)
    return f"{finding.subject} er talt som {status}, men har en grunn til avslutning: {reason.rstrip('.')}."


def _from_concept(finding: Finding) -> str:
    return f"{finding.subject} er talt blant avsluttede prosjekter, men kom aldri lenger enn konsept."


def _successor(finding: Finding) -> str:
    successor = finding.sides[0].value
    return f"erfaringene fra {finding.subject} føres videre i «{successor}», som ikke er i porteføljen."


def _shared(finding: Finding) -> str:
    home, *others = _sides(finding)
    return f"{finding.subject} er delt med {formats.listed(others)}, men er bare talt under {home}."


def _parts(finding: Finding) -> str:
    whole = formats.number(float(finding.sides[0].value))
    return f"{finding.subject} og delene {_names(finding)} er talt som {whole} prosjekter."


def _several_services(finding: Finding) -> str:
    service, area = _sides(finding)
    return f"{finding.subject} har tjenesten «{service}», men er fordelt på {area}."


def _fits_several(finding: Finding) -> str:
    number = formats.in_words(len(finding.names))
    return f"navnet «{finding.subject}» kan være {number} prosjekter: {_names(finding)}."


def _twice(finding: Finding) -> str:
    return f"gevinsten «{finding.subject}» er telt i flere prosjekter: {_names(finding)}."


def _empty_area(finding: Finding) -> str:
    claimed = len(finding.sides) > 1
    more = ", men teksten omtaler anslag fra alle innsatsområdene" if claimed else ""
    return f"innsatsområdet {finding.subject} har ingen prosjekter{more}."


def _never_named(finding: Finding) -> str:
    return f"området {finding.subject} står i fordelingen, men er aldri nevnt som tjeneste i vedlegg 1."


def _elsewhere(finding: Finding) -> str:
    loose, total = _sides(finding)
    return f"av mindreforbruket på {total} er {loose} midler som aldri ble fordelt til noe prosjekt."


def _base(finding: Finding) -> str:
    counted, summed = _sides(finding)
    return f"andelen med anslag er av {counted} prosjekter, men bare {summed} er med i summen i tabell 2."


def _heading(finding: Finding) -> str:
    names = [f"«{one}»" for one in _sides(finding)]
    return f"den siste gruppa i fordelingen heter {formats.listed(names)}."


def _caption(finding: Finding) -> str:
    return f"disse mangler tabelltekst: {_names(finding)}."


def _light(finding: Finding) -> str:
    areas = [formats.lower_first(formats.area_word(one)) for one in finding.names]
    return f"trafikklys er ikke satt for {formats.listed(areas)}."


def _lights(finding: Finding) -> str:
    judged, computed = _sides(finding)
    area = formats.area_word(finding.subject)
    return f"{area} er vurdert som {_light_word(judged)}, nøkkeltallet sier {_light_word(computed)}."


def _light_word(light: str) -> str:
    return formats.lower_first(formats.light_word(light))


def _risk(finding: Finding) -> str:
    return f"disse mangler sannsynlighet, konsekvens, ansvarlig eller frist: {_names(finding)}."


def _delivered(finding: Finding) -> str:
    expected, delivered = _sides(finding)
    return f"{delivered} av {expected} prosjekter har levert statusrapport. Mangler: {_names(finding)}."


def _approved(finding: Finding) -> str:
    return f"ikke godkjent av eier: {_names(finding)}."


_SENTENCES: Final[Mapping[str, Callable[[Finding], str]]] = {
    "transfers_differ": _transfers,
    "differs_from_computed": _computed,
    "claim_not_shown": _claimed,
    "estimates_claimed": _estimates,
    "missing_in_list": _missing,
    "extra_in_list": _extra,
    "column_missing": _column,
    "two_areas": _two_areas,
    "starts_after_period": _starts,
    "several_names": _several_names,
    "known_by_several_names": _several_names,
    "not_placed": _not_placed,
    "closing_but_counted": _closing,
    "closed_from_concept": _from_concept,
    "successor_unknown": _successor,
    "shared_counted_once": _shared,
    "part_counted_apart": _parts,
    "several_services_one_area": _several_services,
    "name_fits_several": _fits_several,
    "benefit_twice": _twice,
    "area_without_projects": _empty_area,
    "area_never_named": _never_named,
    "underspent_elsewhere": _elsewhere,
    "coverage_base": _base,
    "heading_varies": _heading,
    "caption_missing": _caption,
    "light_missing": _light,
    "lights_differ": _lights,
    "risk_incomplete": _risk,
    "not_delivered": _delivered,
    "not_approved": _approved,
}
