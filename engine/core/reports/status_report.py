"""What does a project report in a tertial, what is filled in beforehand, and is it fit to be delivered?

The form depends on how the project is counted: a concept is asked for less than a project, and one in
realising about what it has really freed. It never asks for a number that exists elsewhere: budgets and
accounts are the accounting system's, counts follow from the phases.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from engine.core.benefits.benefits import FTE, FTE_UNITS, KRONER, KRONER_UNITS, YEAR, read_amount
from engine.core.facts.catalogue import PROJECT_FIELDS
from engine.core.facts.field import Field, Problem
from engine.core.facts.parsing import parse_value
from engine.core.programme.calendar import Policy, working_days_after
from engine.core.programme.vocabulary import Area
from engine.core.reports.told import LIGHTS, StatusReport
from engine.core.text import nearest, shown

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "report.missing": ("title",),
    "report.unknown_field": ("name", "nearest"),
    "report.unknown_benefit": ("name", "nearest"),
    "report.half_weighed": ("title",),
    "report.risk_untitled": (),
    "report.light_without_reason": ("area",),
    "report.twice": ("name",),
    "report.year_ahead": ("year",),
    "report.no_figure": ("benefit",),
}
"""What can be wrong with a report, with the keys of the data."""

Values = Mapping[str, Any]
"""A form's values by field name; an unanswered field is absent."""

RISK: Final = next(field for field in PROJECT_FIELDS if field.name == "risks")
_FREED: Final = (
    Field(name="benefit", title="Gevinst", type="text"),
    YEAR,
    FTE,
    KRONER,
)


def _words(name: str, title: str, help_: str) -> Field:
    return Field(name=name, title=title, type="long_text", help=help_)


PROGRESS: Final = _words(
    "progress", "Fremdrift og resultater", "Hva er gjort siden forrige rapport, og hva er oppnådd?"
)
DEVIATIONS: Final = _words(
    "deviations", "Avvik", "Hva går ikke som planlagt, hvorfor, og hva trenger dere avklart?"
)
NEXT_STEPS: Final = _words("next_steps", "Neste steg", "De viktigste milepælene fram til neste rapport.")
RISKS: Final = Field(
    name="risks",
    title="Usikkerhet",
    type="list",
    fields=RISK.fields,
    help="Trusler og muligheter, med tiltak av begge slag. Dette blir prosjektets egen oversikt.",
)
BENEFITS: Final = Field(
    name="benefits",
    title="Status for gevinstene",
    type="list",
    fields=(
        Field(name="benefit", title="Gevinst", type="text"),
        Field(name="comment", title="Status", type="long_text"),
    ),
    help="Kort om hvert gevinstmål. Målinger føres for seg og vises her.",
)
ESTIMATES: Final = Field(
    name="estimates",
    title="Anslåtte gevinster per år",
    type="list",
    fields=_FREED,
    help="Frigjorte årsverk og kroner per år. Tallene gjelder fra dette tertialet; de gamle blir stående.",
)
OTHER_BENEFITS: Final = _words(
    "other_benefits",
    "Andre gevinster enn frigjorte årsverk",
    "Kvalitet, ventetid, vikarbruk og annet som ikke er tid.",
)
REALISED: Final = Field(
    name="realised",
    title="Realiserte gevinster per år",
    type="list",
    fields=(*_FREED, Field(name="comment", title="Merknad", type="long_text")),
    help="Det som faktisk er tatt ut, år for år.",
)
EXPERIENCE: Final = _words(
    "experience", "Erfaringer", "Hva bør andre vite, og hvor er erfaringene tatt med videre?"
)

_FORMS: Final[Mapping[str, tuple[Field, ...]]] = {
    "Konsept": (PROGRESS, DEVIATIONS, NEXT_STEPS, RISKS, BENEFITS),
    "Prosjekt": (PROGRESS, DEVIATIONS, NEXT_STEPS, RISKS, BENEFITS, ESTIMATES, OTHER_BENEFITS),
    "Realisering": (PROGRESS, DEVIATIONS, BENEFITS, REALISED, OTHER_BENEFITS, EXPERIENCE),
    "Avsluttet": (PROGRESS, REALISED, EXPERIENCE),
}
_NEEDED: Final = frozenset({"progress"})
FROM_FACTS: Final = frozenset({"risks", "estimates", "realised"})
"""Fields that are filled in from what is known now; the others from the last report."""


def form(
    status: str | None, *, lights: Sequence[Area] = (), sections: Sequence[tuple[str, str, str]] = ()
) -> tuple[Field, ...]:
    """The fields a project is asked for, counted as `status`; one that is not counted is asked as a concept.

    `lights` are the areas the programme wants a light for from each project, `sections` (id, title, help)
    what it asks for in its yearly report.
    """
    fields = _FORMS.get(status or "", _FORMS["Konsept"])
    if lights:
        fields += (lights_field(lights),)
    names = {field.name for field in fields}
    return fields + tuple(_words(id_, title, help_) for id_, title, help_ in sections if id_ not in names)


def lights_field(areas: Sequence[Area]) -> Field:
    """The lights a project sets itself, each with a reason."""
    titles = {"helhet": "Overordnet status", "fremdrift": "Fremdrift", "okonomi": "Økonomi"}
    titles |= {"gevinst": "Gevinster", "risiko": "Risiko"}
    words = {"gronn": "Grønn", "gul": "Gul", "rod": "Rød"}
    return Field(
        name="lights",
        title="Trafikklys",
        type="list",
        fields=(
            Field(
                name="area",
                title="Område",
                type="choice",
                choices=tuple((area, titles[area]) for area in areas),
            ),
            Field(
                name="light",
                title="Lys",
                type="choice",
                choices=tuple((light, words[light]) for light in LIGHTS),
            ),
            Field(name="reason", title="Grunn", type="long_text"),
        ),
        help="Et lys for hvert område, med en grunn.",
    )


# --- filled in beforehand -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form with what is known filled in; `changed` are the fields that are not as they were last reported,
    None when nothing was reported before.
    """

    fields: tuple[Field, ...]
    values: Values
    changed: tuple[str, ...] | None


def filled(fields: Sequence[Field], *, last: Values | None, known: Values) -> Filled:
    """Fill a form in: what `known` says holds; the rest is as in the `last` report, if there was one."""
    before = last or {}
    values = {
        field.name: value
        for field in fields
        if (value := known.get(field.name) if field.name in FROM_FACTS else before.get(field.name))
    }
    listed = known.get("benefits", [])
    if any(field.name == BENEFITS.name for field in fields) and listed:
        told = {each.get("benefit"): each for each in before.get("benefits", [])}
        values["benefits"] = [dict(told.get(name, {"benefit": name})) for name in listed]
    changed = None if last is None else changed_fields(fields, values, before)
    return Filled(fields=tuple(fields), values=values, changed=changed)


def changed_fields(fields: Sequence[Field], values: Values, before: Values) -> tuple[str, ...]:
    """The fields whose values are not as they were before, in the form's order."""
    return tuple(
        field.name for field in fields if (values.get(field.name) or None) != (before.get(field.name) or None)
    )


# --- fit to be delivered -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was filled in, as values; and every problem, each with its path (`risks[2].due`)."""

    values: dict[str, Any]
    problems: tuple[Problem, ...]


def read_report(
    fields: Sequence[Field],
    raw: Mapping[str, object],
    *,
    benefits: Sequence[str],
    year: int,
    needed: Collection[str] = (),
) -> Read:
    """Read a filled-in form. `benefits` are the project's own, by id; nothing is realised after `year`.

    `needed` are the fields that must be there beside those that always must.
    """
    known = {field.name: field for field in fields}
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for name, told in raw.items():
        # A workbook for several projects has every sheet; an empty one asks nothing of this project.
        if name not in known and told != []:
            data = {"name": shown(name), "nearest": nearest(str(name), known)}
            problems.append(Problem(code="report.unknown_field", data=data, path=shown(name)))
    for field in fields:
        given, wrong = _without_units(field.name, raw.get(field.name))
        problems += wrong
        value = parse_value(field, given)
        if isinstance(value, tuple):
            problems += value
        elif value:
            values[field.name] = value
        elif field.name in _NEEDED or field.name in needed:
            problems.append(_at(field.name, "report.missing", title=field.title))
    # A figure in a wrong unit is one mistake, and not also a figure that is missing.
    placed = {one.path.partition(".")[0] for one in problems}
    problems += [
        one
        for one in _sense(known, values, benefits=benefits, year=year)
        if one.code != "report.no_figure" or one.path.partition(".")[0] not in placed
    ]
    return Read(values=values, problems=tuple(problems))


def _without_units(name: str, told: object) -> tuple[object, list[Problem]]:
    """The figures of a list without the unit they may be written with; one in another unit is a problem."""
    if name not in ("estimates", "realised") or not isinstance(told, list | tuple):
        return told, []
    rows: list[object] = []
    problems: list[Problem] = []
    for index, one in enumerate(told):
        row = dict(one) if isinstance(one, Mapping) else one
        if isinstance(row, dict):
            for part, units in ((FTE, FTE_UNITS), (KRONER, KRONER_UNITS)):
                found = read_amount(part, row.get(part.name), units=units)
                if not isinstance(found, tuple):
                    row[part.name] = found
                elif any(each.code == "benefit.wrong_unit" for each in found):
                    place = f"{name}[{index}].{part.name}"
                    problems += [Problem(code=each.code, data=each.data, path=place) for each in found]
                    row[part.name] = None
        rows.append(row)
    return rows, problems


def _sense(
    fields: Mapping[str, Field], values: Values, *, benefits: Sequence[str], year: int
) -> list[Problem]:
    problems = [found for index, one in _rows(values, "risks") for found in _wrong_risk(index, one)]
    for name in ("benefits", "estimates", "realised"):
        problems += _wrong_freed(name, values, benefits=benefits, year=year)
    if "lights" in fields:
        problems += _wrong_lights(values)
    return problems


def _rows(values: Values, name: str) -> list[tuple[int, Mapping[str, Any]]]:
    return list(enumerate(values.get(name, ())))


def _wrong_risk(index: int, risk: Mapping[str, Any]) -> list[Problem]:
    problems = []
    if not risk.get("title"):
        problems.append(_at(f"risks[{index}].title", "report.risk_untitled"))
    if (risk.get("probability") is None) != (risk.get("consequence") is None):
        place = "probability" if risk.get("probability") is None else "consequence"
        problems.append(
            _at(f"risks[{index}].{place}", "report.half_weighed", title=str(risk.get("title", "")))
        )
    return problems


def _wrong_freed(name: str, values: Values, *, benefits: Sequence[str], year: int) -> list[Problem]:
    problems = []
    seen: set[tuple[Any, ...]] = set()
    for index, one in _rows(values, name):
        place = f"{name}[{index}]"
        benefit = str(one.get("benefit", ""))
        if benefit not in benefits:
            problems.append(
                _at(
                    f"{place}.benefit",
                    "report.unknown_benefit",
                    name=benefit,
                    nearest=nearest(benefit, benefits),
                )
            )
        what = (benefit, one.get("year"))
        if what in seen:
            told = benefit if name == "benefits" else f"{benefit} {one.get('year', '')}"
            problems.append(_at(f"{place}.benefit", "report.twice", name=told))
        seen.add(what)
        if name != "benefits":
            if one.get("year") is None:
                problems.append(_at(f"{place}.year", "report.missing", title="År"))
            elif name == "realised" and one["year"] > year:
                problems.append(_at(f"{place}.year", "report.year_ahead", year=one["year"]))
            if one.get("fte") is None and one.get("kroner") is None:
                problems.append(_at(f"{place}.fte", "report.no_figure", benefit=benefit))
    return problems


def _wrong_lights(values: Values) -> list[Problem]:
    problems = []
    seen: set[object] = set()
    for index, one in _rows(values, "lights"):
        place, area = f"lights[{index}]", one.get("area")
        for name, title in (("area", "Område"), ("light", "Lys")):
            if not one.get(name):
                problems.append(_at(f"{place}.{name}", "report.missing", title=title))
        if one.get("light") and not one.get("reason"):
            problems.append(_at(f"{place}.reason", "report.light_without_reason", area=str(area or "")))
        if area is not None and area in seen:
            problems.append(_at(f"{place}.area", "report.twice", name=str(area)))
        seen.add(area)
    return problems


def _at(path: str, code: str, /, **data: str | int) -> Problem:
    return Problem(code=code, data=data, path=path)


# --- approved, or not -----------------------------------------------------------------------

Approval = Literal["godkjent", "venter", "ikke_godkjent_av_eier"]


def approval(
    report: StatusReport, policy: Policy, *, today: date, delivered_on: date, owner_days: int
) -> Approval:
    """How a delivered report stands: approved; waiting for the project's owner; or, after so many working
    days of silence, shown as not approved. It counts in the programme's report all the same.
    """
    if report.approved_at is not None:
        return "godkjent"
    silent = working_days_after(delivered_on, today, policy)
    return "venter" if silent <= owner_days else "ikke_godkjent_av_eier"
