"""What is known about a project, and is a value somebody gives one of those facts?

The facts form one typed tree. A rule reads `project.goals`, `benefits`, `roles.prosjektleder` or `today`; an
import column, a form field and `project set` name the same facts, and all of them pass through `parse_value`.
A fact nobody has given is absent from the tree, never null, so that `has(project.goals)` means "filled in".
Lists are always there, perhaps empty. Dates are ISO text; facts of type `number` are always floats, `integer`
and `money` always whole numbers, so that a rule meets the same type whoever wrote the value.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, Literal, NoReturn, TypeAlias

from engine.core.address import as_kept, fault_in
from engine.core.text import HINTS, UNFIT, says_nothing, shown

FieldType = Literal[
    "text",
    "long_text",
    "integer",
    "number",
    "money",
    "date",
    "yes_no",
    "choice",
    "term",
    "person",
    "url",
    "project",
    "record",
    "list",
]

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value]"
"""What a fact can hold: JSON shapes without null."""

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "value.not_text": ("found",),
    "value.too_long": ("length", "limit"),
    "value.forbidden_character": ("character", "position"),
    "value.line_break": (),
    "value.not_a_number": ("value",),
    "value.ambiguous_number": ("value",),
    "value.number_in_words": ("value", "word"),
    "value.not_whole": ("value",),
    "value.out_of_range": ("value", "low", "high"),
    "value.not_a_date": ("value",),
    "value.date_with_clock": ("value",),
    "value.two_digit_year": ("value",),
    "value.no_such_date": ("value",),
    "value.not_yes_no": ("value",),
    "value.not_a_choice": ("value", "nearest", "choices"),
    "value.not_an_address": ("value",),
    "value.mailbox_not_ascii": ("value",),
    "value.no_such_domain": ("value",),
    "value.not_a_web_address": ("value",),
    "value.not_a_project_key": ("value",),
    "value.not_json": ("line", "column"),
    "value.not_a_list": ("found",),
    "value.not_a_record": ("found",),
    "value.too_many": ("found", "limit"),
    "value.empty_item": (),
    "value.unknown_field": ("name", "nearest"),
    "value.duplicate_member": ("name",),
    "value.duplicate_id": ("id",),
    "value.missing_list": ("name",),
}
"""Every code a Problem can carry, with the keys of its data."""

TEXT_LIMIT: Final = 300
LONG_TEXT_LIMIT: Final = 20_000
URL_LIMIT: Final = 2_000
LIST_LIMIT: Final = 1_000
NESTED_LIMIT: Final = 5 * LIST_LIMIT
"""Items that the items of a list may have in their own lists, all together."""
LARGEST_WHOLE: Final = 2**53 - 1
"""The largest whole number that JSON, CEL and a spreadsheet all keep exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One fact: `name` in rules and files, `title` for people (Norwegian).

    `choices` are (id, title) of a `choice`. `fields` are the members of a `record`, or of each item of a
    `list`; a list without `fields` holds values of the type `items`, short texts unless it says otherwise.
    `low` and `high` bound a number, both included.
    """

    name: str
    title: str
    type: FieldType
    choices: tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()
    help: str = ""
    low: int | None = None
    high: int | None = None
    items: FieldType = "text"

    def __hash__(self) -> int:
        # Cheap, for the caches of compiled rules: equality still compares everything.
        return hash((self.name, self.type, len(self.fields)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a given value is not a value of its field; `path` names the place, as `benefits[2].due`."""

    code: str
    data: Mapping[str, str | int]
    path: str


Parsed: TypeAlias = "Value | tuple[Problem, ...] | None"
"""A value; every problem, as a tuple that is never empty; or None for an empty value: unset the fact."""


def _text(name: str, title: str) -> Field:
    return Field(name=name, title=title, type="text")


def _long(name: str, title: str) -> Field:
    return Field(name=name, title=title, type="long_text")


def _of(type_: FieldType, name: str, title: str) -> Field:
    return Field(name=name, title=title, type=type_)


def _choice(name: str, title: str, choices: Mapping[str, str]) -> Field:
    return Field(name=name, title=title, type="choice", choices=tuple(choices.items()))


def _several(name: str, title: str, *fields: Field) -> Field:
    return Field(name=name, title=title, type="list", fields=fields)


INDICATOR: Final = (
    _text("id", "Id"),
    _text("title", "Måleindikator"),
    _text("unit", "Måleenhet"),
    _text("method", "Målemetode"),
    _of("number", "baseline", "Nullpunkt"),
    _of("date", "baseline_on", "Nullpunkt målt"),
    _of("number", "target", "Ønsket verdi"),
    Field(name="measure_on", title="Måles på datoene", type="list", items="date"),
)

PROJECT_FIELDS: Final[tuple[Field, ...]] = (
    _text("title", "Navn"),
    _of("project", "key", "Nøkkel"),
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
    _text("project_number", "Prosjektnummer"),
    _text("case_number", "Saksnummer"),
    _of("url", "room_url", "Prosjektrom"),
    _of("date", "taken_in_on", "Tatt inn i programmet"),
    _of("date", "started_on", "Startet"),
    _of("date", "planned_end_on", "Planlagt slutt"),
    _of("date", "closed_on", "Avsluttet"),
    _of("term", "focus_area", "Innsatsområde"),
    _of("term", "focus_area_2025", "Innsatsområde fra 2025"),
    _of("term", "service", "Tjeneste"),
    _of("term", "service_area", "Tjenesteområde"),
    _of("term", "department", "Byrådsavdeling"),
    _several("shared_with", "Deles med virksomhetsområdene"),
    _of("project", "parent", "Overordnet prosjekt"),
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
    _of("money", "cost_total", "Samlet kostnad (kr)"),
    _of("money", "transfer_requested", "Søkt overført til neste år"),
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
        fields=(_long("reason", "Grunn"), _of("date", "look_again_on", "Ses på igjen")),
    ),
    _text("political_case", "Politisk sak"),
    _text("experience_carried_to", "Erfaringene brukes videre i"),
    _long("closing_reason", "Grunn til avslutning"),
    _text("phase", "Fase"),
    _several(
        "benefits",
        "Gevinstmål",
        _text("id", "Id"),
        _text("title", "Gevinstmål"),
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
        _of("yes_no", "prioritised", "Prioritert"),
        _of("person", "owner", "Gevinstansvarlig"),
        _text("ambition", "Ambisjonsnivå"),
        _of("date", "due", "Tidsfrist"),
        _of("number", "freed_fte", "Frigjorte årsverk per år"),
        Field(name="from_year", title="Fra år", type="integer", low=1990, high=2100),
        _of("project", "counted_in", "Regnes med i prosjektet"),
        _several("indicators", "Måleindikatorer", *INDICATOR),
    ),
    _several(
        "alternatives",
        "Alternativer",
        _text("title", "Alternativ"),
        _of("yes_no", "is_null", "Nullalternativet"),
        _long("description", "Beskrivelse"),
        _long("benefit_cost", "Nytte og kostnad"),
        _of("yes_no", "recommended", "Anbefalt"),
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
        _of("money", "amount", "Beløp (kr)"),
        _text("source", "Fra"),
    ),
    _several(
        "risks",
        "Usikkerhet",
        _text("title", "Hva som kan skje"),
        _choice("kind", "Trussel eller mulighet", {"trussel": "Trussel", "mulighet": "Mulighet"}),
        Field(name="probability", title="Sannsynlighet", type="integer", low=1, high=5),
        Field(name="consequence", title="Konsekvens", type="integer", low=1, high=5),
        _long("assessment", "Vurdering"),
        _long("measures", "Tiltak som virker på sannsynligheten"),
        _long("mitigation", "Tiltak som virker på konsekvensen"),
        _of("person", "owner", "Ansvarlig"),
        _of("date", "due", "Frist"),
    ),
    _several(
        "dependencies",
        "Avhengigheter",
        _of("project", "project", "Prosjekt"),
        _text("kind", "Type"),
        _long("note", "Merknad"),
    ),
    _several("aliases", "Andre navn"),
)
"""Every fact of a project, whatever workflow it follows. Those of type `list` are roots in rules."""

KEPT_FIELDS: Final[tuple[Field, ...]] = (
    _several(
        "papers",
        "Saksunderlag",
        _text("kind", "Type"),
        _text("title", "Tittel"),
        _of("date", "on", "Datert"),
    ),
    _several(
        "conditions",
        "Forutsetninger",
        _text("gate", "Beslutningspunkt"),
        _long("text", "Forutsetning"),
        _of("yes_no", "settled", "Oppfylt"),
        _of("yes_no", "blocks", "Må være oppfylt før neste faseovergang"),
        _of("date", "due", "Frist"),
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scope:
    """What rules may read: the roots, each a Field.

    Compared by identity, as a key of caches; the same own facts give the same Scope.
    """

    roots: Mapping[str, Field]

    def field_at(self, path: str) -> Field | None:
        """The field at a dotted path through records, as `project.priority.order`; None if there is none."""
        first, *rest = path.split(".")
        found = self.roots.get(first)
        for name in rest:
            if found is None or found.type != "record":
                return None
            found = member(found, name)
        return found


def scope(own_fields: Iterable[Field] = ()) -> Scope:
    """What rules may read in a workflow with these own facts. A name in RESERVED_NAMES is not replaced."""
    return _scope(tuple(own_fields))


@lru_cache(maxsize=64)
def _scope(own_fields: tuple[Field, ...]) -> Scope:
    own = tuple(field for field in own_fields if field.name not in RESERVED_NAMES)
    fields = (*PROJECT_FIELDS, *own)
    scalars = tuple(field for field in fields if field.type != "list")
    person = (_text("name", "Navn"), _text("office", "Stilling"))
    roles = tuple(Field(name=id_, title=title, type="record", fields=person) for id_, title in ROLES)
    roots = (
        Field(name="project", title="Prosjektet", type="record", fields=scalars),
        *(field for field in fields if field.type == "list"),
        *KEPT_FIELDS,
        Field(name="roles", title="Roller", type="record", fields=roles),
        _of("date", "today", "Dagens dato"),
    )
    return Scope(roots={root.name: root for root in roots})


def member(field: Field, name: str) -> Field | None:
    """The member of a record, or of a list's items, that has this name."""
    return next((each for each in field.fields if each.name == name), None)


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


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or the empty text when none is near."""
    folded = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


# --- from what was written to a value -------------------------------------------------------------


def parse_value(field: Field, raw: object) -> Parsed:
    """The value of `field` that `raw` stands for, None when it is empty, or every problem. Never raises.

    `raw` is text as people write it («1 200 000», «1,5», «31.12.2025», «ja»), JSON text for a record or a
    list, or already parsed data (an imported cell, a JSON body). In a list of short texts, line breaks or
    semicolons also part the items.
    """
    problems: list[Problem] = []
    try:
        read = _unpacked(field, raw) if isinstance(raw, str) else raw
    except _Refused as refusal:
        return (Problem(code=refusal.code, data=refusal.data, path=field.name),)
    value = _value(field, read, path=field.name, problems=problems)
    return tuple(problems) if problems else value


class _Refused(Exception):
    """Not an error of the program: the value is not taken."""

    def __init__(self, code: str, data: Mapping[str, str | int]) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


def _refuse(code: str, **data: str | int) -> NoReturn:
    raise _Refused(code, data)


def _value(field: Field, raw: object, *, path: str, problems: list[Problem]) -> Value | None:
    try:
        if field.type == "list":
            return _list(field, raw, path=path, problems=problems)
        if field.type == "record":
            return _record(field, raw, path=path, problems=problems)
        return _scalar(field, _said(raw) if isinstance(raw, str) else raw)
    except _Refused as refusal:
        problems.append(Problem(code=refusal.code, data=refusal.data, path=path))
        return None


def _said(text: str) -> str | None:
    """The text without hints of direction; None when it says nothing."""
    text = text.translate(_WITHOUT_HINTS)
    return None if says_nothing(text) and not UNFIT.search(text.strip()) else text


def _scalar(field: Field, raw: object) -> Value | None:
    match field.type:
        case "yes_no":
            return _yes_no(raw)
        case "integer" | "money":
            return _whole(field, raw)
        case "number":
            return _number(field, raw)
        case "date":
            return _date(raw)
    text = _plain(raw, limit=_LIMITS.get(field.type, TEXT_LIMIT), lines=field.type == "long_text")
    if text is None:
        return None
    match field.type:
        case "choice":
            return _chosen(field, text)
        case "person":
            return _address(text)
        case "url":
            return _web_address(text)
        case "project":
            return text if _KEY.fullmatch(text) else _refuse("value.not_a_project_key", value=shown(text))
    return text


_LIMITS: Final[Mapping[str, int]] = {"long_text": LONG_TEXT_LIMIT, "url": URL_LIMIT}
_WEB_ADDRESS: Final = re.compile(
    # Scheme, host (a name, or an address in brackets) and port; no name or password before the host.
    r"https?://(?:[^\W_](?:[\w.-]*\w)?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:[/?#][^\s\\<>\"]*)?",
    re.IGNORECASE,
)
_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WITHOUT_HINTS: Final = dict.fromkeys(map(ord, HINTS))
_TAB: Final = re.compile(r"\t")


def _plain(raw: object, *, limit: int, lines: bool) -> str | None:
    """Text in normal form C without surrounding blanks; None for nothing."""
    if raw is None:
        return None
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        raw = f"{raw:.0f}" if isinstance(raw, float) and raw.is_integer() else str(raw)
    if not isinstance(raw, str):
        _refuse("value.not_text", found=_shape(raw))
    # A text far above the limit is not worth normalising.
    if len(raw) > 4 * LONG_TEXT_LIMIT:
        _refuse("value.too_long", length=len(raw), limit=limit)
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not lines and "\n" in text:
        _refuse("value.line_break")
    unfit = UNFIT.search(text) or (None if lines else _TAB.search(text))
    if unfit:
        _refuse(
            "value.forbidden_character",
            character=f"U+{ord(unfit.group()):04X}",
            position=unfit.start() + 1,
        )
    if len(text) > limit:
        _refuse("value.too_long", length=len(text), limit=limit)
    return text


def _shape(raw: object) -> str:
    """The JSON name of what was found."""
    match raw:
        case None:
            return "null"
        case bool():
            return "yes_no"
        case int() | float() | Decimal():
            return "number"
        case str():
            return "text"
        case Mapping():
            return "record"
        case list() | tuple():
            return "list"
        case date():
            return "date"
    return type(raw).__name__


def _yes_no(raw: object) -> bool | None:
    if isinstance(raw, bool):
        return raw
    text = raw.strip().casefold() if isinstance(raw, str) else raw
    if text is None or text == "":
        return None
    if text in ("ja", "true"):
        return True
    if text in ("nei", "false"):
        return False
    _refuse("value.not_yes_no", value=shown(raw))


def _chosen(field: Field, text: str) -> str:
    folded = text.casefold()
    for id_, title in field.choices:
        if folded in (id_.casefold(), title.casefold()):
            return id_
    near = nearest(text, [id_ for id_, _ in field.choices]) or next(
        (
            id_
            for id_, title in field.choices
            if title == nearest(text, [title for _, title in field.choices])
        ),
        "",
    )
    choices = ", ".join(id_ for id_, _ in field.choices)
    _refuse("value.not_a_choice", value=shown(text), nearest=near, choices=choices)


def _address(text: str) -> str:
    fault = fault_in(text)
    return as_kept(text) if fault is None else _refuse(f"value.{fault}", value=shown(text))


def _web_address(text: str) -> str:
    return text if _WEB_ADDRESS.fullmatch(text) else _refuse("value.not_a_web_address", value=shown(text))


# --- numbers and dates ----------------------------------------------------------------------------

_BLANKS: Final = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007", " "))
_CURRENCY: Final = re.compile(
    r"^(?:kr\.?|nok)(?![^\W\d_])\s*|(?<![^\W\d_])(?:kr\.?|nok|kroner|,-)$", re.IGNORECASE
)
_WORD: Final = re.compile(r"^-?[0-9][0-9 .,]*\s*([^\W\d_]+\.?|'|%|\u2019)$")
_NUMBER: Final = re.compile(r"-?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,][0-9]+)?")
_DOTTED: Final = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3}){2,}(?:,[0-9]+)?")
_AMBIGUOUS: Final = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
_DIGITS: Final = 40


def _decimal(raw: object, *, money: bool) -> Decimal | None:
    """The exact number that was given; None for an empty one."""
    match raw:
        case None:
            return None
        case str():
            return _written(raw, money=money)
        case int() if not isinstance(raw, bool):
            # Far above any limit: kept short, so that showing it costs nothing.
            return (
                Decimal(raw)
                if abs(raw) < 10**_DIGITS
                else Decimal(10**_DIGITS).copy_sign(-1 if raw < 0 else 1)
            )
        case float() if math.isfinite(raw):
            return Decimal(repr(raw))
        case Decimal() if raw.is_finite():
            return raw
    _refuse("value.not_a_number", value=shown(raw))


def _written(raw: str, *, money: bool) -> Decimal | None:
    """A number as it is written in Norwegian («1 200 000,50») or by a programmer («1200000.5»)."""
    text = raw.strip().translate(_BLANKS).replace("\u2212", "-")
    if not text:
        return None
    if money:
        text = _CURRENCY.sub("", text).strip()
    if len(text) > _DIGITS:
        _refuse("value.not_a_number", value=shown(raw))
    if word := _WORD.fullmatch(text):
        _refuse("value.number_in_words", value=shown(raw), word=word[1])
    if _DOTTED.fullmatch(text):
        text = text.replace(".", "")
    elif _AMBIGUOUS.fullmatch(text):
        _refuse("value.ambiguous_number", value=shown(raw))
    if not _NUMBER.fullmatch(text):
        _refuse("value.not_a_number", value=shown(raw))
    return Decimal(text.replace(" ", "").replace(",", "."))


def _bounded(field: Field, raw: object, *, money: bool) -> Decimal | None:
    number = _decimal(raw, money=money)
    low = -LARGEST_WHOLE if field.low is None else field.low
    high = LARGEST_WHOLE if field.high is None else field.high
    if number is not None and not low <= number <= high:
        _refuse("value.out_of_range", value=shown(raw), low=low, high=high)
    return number


def _whole(field: Field, raw: object) -> int | None:
    number = _bounded(field, raw, money=field.type == "money")
    if number is None:
        return None
    if number != number.to_integral_value():
        _refuse("value.not_whole", value=shown(raw))
    return int(number)


def _number(field: Field, raw: object) -> float | None:
    number = _bounded(field, raw, money=False)
    # Adding zero turns -0.0 into 0.0.
    return None if number is None else float(number) + 0.0


_ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_NORWEGIAN_DATE: Final = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4}|[0-9]{2})")
_CLOCK: Final = re.compile(r"(.*\S)[T ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)")
_YEARS: Final = (1900, 2200)


def _date(raw: object) -> str | None:
    if raw is None:
        return None
    if isinstance(raw, datetime):
        raw = raw.isoformat(" ")
    if isinstance(raw, date):
        return _in_range(raw, raw).isoformat()
    if not isinstance(raw, str):
        _refuse("value.not_a_date", value=shown(raw))
    text = _without_clock(raw.strip())
    if not text:
        return None
    if iso := _ISO_DATE.fullmatch(text):
        year, month, day = iso.groups()
    elif norwegian := _NORWEGIAN_DATE.fullmatch(text):
        day, month, year = norwegian.groups()
        if len(year) == 2:
            _refuse("value.two_digit_year", value=shown(raw))
    else:
        _refuse("value.not_a_date", value=shown(raw))
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        _refuse("value.no_such_date", value=shown(raw))
    return _in_range(found, raw).isoformat()


def _without_clock(text: str) -> str:
    """A date alone. A spreadsheet writes midnight after it; another time of day may be another zone's day."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return text
    if not set(found[2]) <= set("0:."):
        _refuse("value.date_with_clock", value=shown(text))
    return found[1]


def _in_range(found: date, raw: object) -> date:
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        _refuse("value.out_of_range", value=shown(raw), low=_YEARS[0], high=_YEARS[1])
    return found


# --- records and lists ----------------------------------------------------------------------------


def _record(field: Field, raw: object, *, path: str, problems: list[Problem]) -> Value | None:
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        _refuse("value.not_a_record", found=_shape(raw))
    known = {each.name: each for each in field.fields}
    record: dict[str, Value] = {}
    for name, each in raw.items():
        if not isinstance(name, str) or name not in known:
            data = {"name": shown(name), "nearest": nearest(str(shown(name)), known)}
            problems.append(Problem(code="value.unknown_field", data=data, path=f"{path}.{shown(name)}"))
            continue
        value = _value(known[name], each, path=f"{path}.{name}", problems=problems)
        if value is not None:
            record[name] = value
    return record or None


def _list(field: Field, raw: object, *, path: str, problems: list[Problem]) -> Value | None:
    if raw is None:
        return None
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes | bytearray):
        _refuse("value.not_a_list", found=_shape(raw))
    if len(raw) > LIST_LIMIT:
        _refuse("value.too_many", found=len(raw), limit=LIST_LIMIT)
    item = item_of(field)
    values: list[Value] = []
    ids: set[str] = set()
    for index, each in enumerate(raw):
        place = f"{path}[{index}]"
        before = len(problems)
        value = _value(item, each, path=place, problems=problems)
        if value is None:
            if len(problems) == before:
                problems.append(Problem(code="value.empty_item", data={}, path=place))
            continue
        id_ = value.get("id") if isinstance(value, dict) else None
        if isinstance(id_, str):
            if id_ in ids:
                problems.append(Problem(code="value.duplicate_id", data={"id": id_}, path=f"{place}.id"))
            ids.add(id_)
        values.append(value)
    records = (one for one in values if isinstance(one, dict))
    inner = sum(len(each) for one in records for each in one.values() if isinstance(each, list))
    if inner > NESTED_LIMIT:
        _refuse("value.too_many", found=inner, limit=NESTED_LIMIT)
    return values


def item_of(field: Field) -> Field:
    """What each item of a list is."""
    if field.fields:
        return Field(name=field.name, title=field.title, type="record", fields=field.fields)
    return Field(
        name=field.name,
        title=field.title,
        type="choice" if field.choices else field.items,
        choices=field.choices,
    )


def _unpacked(field: Field, text: str) -> object:
    """What the text of a record or a list holds; the text itself for every other field."""
    if field.type not in ("record", "list"):
        return text
    if field.type == "record" or field.fields or text.lstrip().startswith("["):
        return _from_json(text)
    return _parted(text)


def _parted(text: str) -> list[str] | None:
    return (
        None
        if not text.strip()
        else [part.strip() for part in re.split(r"[;\n]", text.replace("\r", "\n")) if part.strip()]
    )


def _from_json(text: str) -> object:
    if not text.strip():
        return None

    def members(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, each in pairs:
            if name in found:
                _refuse("value.duplicate_member", name=shown(name))
            found[name] = each
        return found

    def no_number(_: str) -> NoReturn:
        raise ValueError

    try:
        return json.loads(text, object_pairs_hook=members, parse_constant=no_number)
    except json.JSONDecodeError as fault:
        _refuse("value.not_json", line=fault.lineno, column=fault.colno)
    except (ValueError, RecursionError):
        _refuse("value.not_json", line=1, column=1)


# --- the tree that rules see ----------------------------------------------------------------------


def tree(
    values: Mapping[str, object],
    *,
    key: str,
    title: str,
    phase: str,
    roles: Mapping[str, Mapping[str, object]],
    papers: Sequence[Mapping[str, object]],
    conditions: Sequence[Mapping[str, object]],
    today: date,
    own_fields: Iterable[Field] = (),
) -> dict[str, Value]:
    """What rules see of one project on one day.

    `values` are the project's facts by name, `roles` a map from role to name and office. Empty texts, records
    and nulls are left out, lists are always there. A name that is no fact is left out; a value of another
    type than its field is left as it is, and the rule that reads it cannot be decided. Raises TypeError for
    what is no JSON shape.
    """
    known = scope(own_fields)
    given: dict[str, object] = {**values, "key": key, "title": title, "phase": phase}
    lists: dict[str, object] = {**values, "papers": papers, "conditions": conditions}
    seen: dict[str, Value] = {}
    for root in known.roots.values():
        if root.type == "list":
            seen[root.name] = _stored(root, lists.get(root.name)) or []
    seen["project"] = _stored(known.roots["project"], given) or {}
    seen["roles"] = _stored(known.roots["roles"], roles) or {}
    seen["today"] = today.isoformat()
    return seen


def _stored(field: Field | None, value: object) -> Value | None:
    """A stored value in the shape rules see; None when it is empty."""
    # A text that shows nothing may lie there from before it was refused; it counts as never given.
    if value is None or (isinstance(value, str) and says_nothing(value)):
        return None
    match value:
        case bool() | str():
            return value
        case int() | float() | Decimal():
            return _stored_number(field, value)
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case Mapping():
            record = {
                str(name): found
                for name, each in value.items()
                if (sub := member(field, str(name)) if field else None) or field is None
                if (found := _stored(sub, each)) is not None
            }
            # An item's own lists are always there too, so that size() and all() can be asked of them.
            for each in field.fields if field else ():
                if each.type == "list":
                    record.setdefault(each.name, [])
            return record or None
        case list() | tuple():
            item = item_of(field) if field else None
            return [found for each in value if (found := _stored(item, each)) is not None]
    raise TypeError(f"{type(value).__name__} is no JSON shape")


def _stored_number(field: Field | None, value: float | Decimal) -> int | float:
    if field is not None and field.type == "number":
        return float(value)
    if isinstance(value, int):
        return value
    return int(value) if math.isfinite(value) and value == int(value) else float(value)


def check_tree(facts: Mapping[str, object], known: Scope) -> tuple[Problem, ...]:
    """Every way in which a hand-made tree (a test, an example) is not one that `tree` could have built."""
    problems: list[Problem] = []
    for name in facts:
        if name not in known.roots:
            data = {"name": shown(name), "nearest": nearest(shown(name), known.roots)}
            problems.append(Problem(code="value.unknown_field", data=data, path=shown(name)))
    for name, root in known.roots.items():
        if name not in facts:
            if root.type == "list":
                problems.append(Problem(code="value.missing_list", data={"name": name}, path=name))
        else:
            _value(root, facts[name], path=name, problems=problems)
    return tuple(problems)
