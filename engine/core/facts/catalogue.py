"""The facts that every project has, and the names that no fact may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from engine.core.facts.field import Field, FieldType, Problem, member
from engine.core.text import nearest, shown


def text_field(name: str, title: str) -> Field:
    """A fact that is a line of text."""
    return Field(name=name, title=title, type="text")


def _long(name: str, title: str) -> Field:
    return Field(name=name, title=title, type="long_text")


def field_of(type_: FieldType, name: str, title: str) -> Field:
    """A fact of a simple type."""
    return Field(name=name, title=title, type=type_)


def _choice(name: str, title: str, choices: Mapping[str, str]) -> Field:
    return Field(name=name, title=title, type="choice", choices=tuple(choices.items()))


def _several(name: str, title: str, *fields: Field) -> Field:
    return Field(name=name, title=title, type="list", fields=fields)


INDICATOR: Final = (
    text_field("id", "Id"),
    text_field("title", "Måleindikator"),
    text_field("unit", "Måleenhet"),
    text_field("method", "Målemetode"),
    field_of("number", "baseline", "Nullpunkt"),
    field_of("date", "baseline_on", "Nullpunkt målt"),
    field_of("number", "target", "Ønsket verdi"),
    Field(name="measure_on", title="Måles på datoene", type="list", items="date"),
)

PROJECT_FIELDS: Final[tuple[Field, ...]] = (
    text_field("title", "Navn"),
    field_of("project", "key", "Nøkkel"),
    _long("description", "Beskrivelse"),
    _choice(
        "kind",
        "Type prosjekt",
        {
            "utviklingsprosjekt": "Utviklingsprosjekt",
            "forskningsprosjekt": "Forskningsprosjekt",
            "utenfor_programmet": "Prosjekt utenfor programmet",
            "program": "Programmet selv",
        },
    ),
    text_field("project_number", "Prosjektnummer"),
    text_field("case_number", "Saksnummer"),
    field_of("url", "room_url", "Prosjektrom"),
    field_of("date", "taken_in_on", "Tatt inn i programmet"),
    field_of("date", "started_on", "Startet"),
    field_of("date", "planned_end_on", "Planlagt slutt"),
    field_of("date", "closed_on", "Avsluttet"),
    field_of("term", "focus_area", "Innsatsområde"),
    field_of("term", "focus_area_2025", "Innsatsområde fra 2025"),
    field_of("term", "service", "Tjeneste"),
    field_of("term", "service_area", "Tjenesteområde"),
    field_of("term", "department", "Byrådsavdeling"),
    _several("shared_with", "Deles med virksomhetsområdene"),
    field_of("project", "parent", "Overordnet prosjekt"),
    _choice("size", "Størrelse", {"liten": "Liten", "middels": "Middels", "stor": "Stor"}),
    Field(
        name="body",
        title="Behandles av",
        type="text",
        help="Fylles bare ut når en annen gruppe enn den vanlige skal beslutte.",
    ),
    _long("problem", "Problem eller behov"),
    _long("goals", "Mål"),
    _long("success_signs", "Tegn på at målet er nådd"),
    _long("strategy_link", "Sammenheng med vedtatte planer"),
    _long("cost_overview", "Kostnader og ressursbruk"),
    field_of("money", "cost_total", "Samlet kostnad (kr)"),
    field_of("money", "transfer_requested", "Søkt overført til neste år"),
    _long("plan", "Plan for neste fase"),
    _long("introduction_plan", "Plan for innføring"),
    _long("technology_assessed", "Vurdering av teknologi"),
    _long("benefit_assessment", "Vurdering av gevinster og effekter"),
    _long("user_involvement", "Involvering av brukere og pårørende"),
    _long("union_involvement", "Involvering av tillitsvalgte og vernetjeneste"),
    _long("children_heard", "Slik er barn og unge hørt"),
    _long("staff_capacity", "Kapasitet i linja"),
    _long("change_load", "Samlet endringsbelastning"),
    Field(
        name="priority",
        title="Prioritering",
        type="record",
        fields=(
            _long("contribution", "I hvilken grad det bidrar til målene"),
            _long("utility", "Nytteverdi"),
            _long("resources", "Ressursbruk, og om nytten er større"),
            _long("order", "Rekkefølge og sammenheng med andre planer og prosjekter"),
            Field(name="rank", title="Plass i prioritert rekkefølge", type="integer", low=1, high=1000),
        ),
    ),
    Field(
        name="waiting",
        title="Avventer",
        type="record",
        fields=(_long("reason", "Grunn"), field_of("date", "look_again_on", "Ses på igjen")),
    ),
    text_field("political_case", "Politisk sak"),
    text_field("experience_carried_to", "Erfaringene brukes videre i"),
    _long("closing_reason", "Grunn til avslutning"),
    text_field("phase", "Fase"),
    _several(
        "benefits",
        "Gevinstmål",
        text_field("id", "Id"),
        text_field("title", "Gevinstmål"),
        _choice(
            "kind",
            "Type gevinst",
            {
                "okonomisk": "Økonomisk",
                "frigjort_tid": "Frigjort tid",
                "kvalitet": "Kvalitet",
                "unngatt_kostnad": "Unngått kostnad",
                "andre_offentlige": "Virkning for andre offentlige virksomheter",
            },
        ),
        field_of("yes_no", "prioritised", "Prioritert"),
        field_of("person", "owner", "Gevinstansvarlig"),
        text_field("ambition", "Ambisjonsnivå"),
        field_of("date", "due", "Tidsfrist"),
        field_of("number", "freed_fte", "Frigjorte årsverk per år"),
        Field(name="from_year", title="Fra år", type="integer", low=1990, high=2100),
        field_of("project", "counted_in", "Regnes med i prosjektet"),
        _several("indicators", "Måleindikatorer", *INDICATOR),
    ),
    _several(
        "alternatives",
        "Alternativer",
        text_field("title", "Alternativ"),
        field_of("yes_no", "is_null", "Nullalternativet"),
        _long("description", "Beskrivelse"),
        _long("benefit_cost", "Nytte og kostnad"),
        field_of("yes_no", "recommended", "Anbefalt"),
    ),
    _several(
        "funding",
        "Finansiering",
        _choice(
            "type",
            "Kilde",
            {
                "egenfinansiering": "Egenfinansiering",
                "hop": "Handlings- og økonomiplanen",
                "oremerket": "Øremerkede programmidler",
                "tilskudd": "Tilskudd",
                "forskningsmidler": "Forskningsmidler",
                "annet": "Annet",
            },
        ),
        field_of("money", "amount", "Beløp (kr)"),
        text_field("source", "Fra"),
    ),
    _several(
        "risks",
        "Usikkerhet",
        text_field("title", "Hva som kan skje"),
        _choice("kind", "Trussel eller mulighet", {"trussel": "Trussel", "mulighet": "Mulighet"}),
        Field(name="probability", title="Sannsynlighet", type="integer", low=1, high=5),
        Field(name="consequence", title="Konsekvens", type="integer", low=1, high=5),
        _long("assessment", "Vurdering"),
        _long("measures", "Tiltak som virker på sannsynligheten"),
        _long("mitigation", "Tiltak som virker på konsekvensen"),
        field_of("person", "owner", "Ansvarlig"),
        field_of("date", "due", "Frist"),
    ),
    _several(
        "dependencies",
        "Avhengigheter",
        field_of("project", "project", "Prosjekt"),
        text_field("kind", "Type"),
        _long("note", "Merknad"),
    ),
    _several("aliases", "Andre navn"),
)
"""Every fact of a project, whatever workflow it follows. Those of type `list` are roots in rules."""

KEPT_FIELDS: Final[tuple[Field, ...]] = (
    _several(
        "papers",
        "Saksunderlag",
        text_field("kind", "Type"),
        text_field("title", "Tittel"),
        field_of("date", "on", "Datert"),
    ),
    _several(
        "conditions",
        "Forutsetninger",
        text_field("gate", "Beslutningspunkt"),
        _long("text", "Forutsetning"),
        field_of("yes_no", "settled", "Oppfylt"),
        field_of("yes_no", "blocks", "Må være oppfylt før neste faseovergang"),
        field_of("date", "due", "Frist"),
    ),
)
"""Lists that rules read, but that nobody sets as a fact: they come from papers and decisions."""

ROLES: Final[tuple[tuple[str, str], ...]] = (
    ("utredningsleder", "Utredningsleder"),
    ("prosjektleder", "Prosjektleder"),
    ("prosjekteier", "Prosjekteier"),
    ("gevinstansvarlig", "Gevinstansvarlig"),
    ("ansvarlig_kommunalsjef", "Ansvarlig kommunalsjef"),
    ("kontaktperson", "Kontaktperson"),
)

GIVEN_FIELDS: Final = frozenset({"key", "phase"})
"""Facts that follow from what happened to the project; they cannot be set."""

RESERVED_NAMES: Final = frozenset(
    {field.name for field in (*PROJECT_FIELDS, *KEPT_FIELDS)} | {"project", "roles", "today", "item"}
)
"""Names a workflow's own facts may not take."""


def field_named(name: str, own_fields: Iterable[Field] = ()) -> Field | Problem:
    """The fact somebody wants to set, named as `goals` or `priority.order`; or an `unknown_field` problem."""
    settable = [field for field in (*PROJECT_FIELDS, *own_fields) if field.name not in GIVEN_FIELDS]
    first, *rest = name.removeprefix("project.").split(".")
    found = next((field for field in settable if field.name == first), None)
    known = [field.name for field in settable]
    for step in rest:
        if found is None or found.type != "record":
            break
        known = [f"{found.name}.{each.name}" for each in found.fields]
        found = member(found, step)
        rest = rest[1:]
    if found is None or rest:
        return Problem(
            code="value.unknown_field",
            data={"name": shown(name), "nearest": nearest(name, known)},
            path=shown(name),
        )
    return found
