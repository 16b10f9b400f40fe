"""What kind of gain is a benefit, what is it expected to free, and is it counted twice?

A benefit's stored `kind` says what it is. A scheme says how a programme sorts the kinds: the state's four
fields (Ø, A, V, K), or another one that the programme file names. Estimates are told per year and as of a
tertial; an estimate holds from its year until another year's is told.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

from engine.core.benefits.told import COLUMNS, Estimate, Progress
from engine.core.facts.field import Field, Parsed, Problem
from engine.core.facts.identities import PARTS, carried, folded, has_id
from engine.core.facts.parsing import parse_value
from engine.core.programme.vocabulary import KINDS, Class
from engine.core.text import nearest, shown

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "benefit.untitled": (),
    "benefit.known": ("title",),
    "benefit.owner_unknown": ("owner",),
    "benefit.kind_outside": ("value", "nearest", "allowed"),
    "benefit.wrong_unit": ("found", "unit"),
    "benefit.before_baseline": ("on", "baseline_on"),
    "benefit.no_baseline": ("indicator",),
    "benefit.baseline_after_measurement": ("on", "first"),
    "benefit.in_future": ("on",),
    "benefit.several_indicators": ("allowed",),
    "benefit.nothing_told": (),
}
"""What can be wrong with what is told about a benefit, with the keys of the data."""

Benefit = Mapping[str, Any]
"""One item of the fact `benefits`."""


def class_of(kind: str | None, scheme: Sequence[Class]) -> Class | None:
    """Where a scheme puts a kind; None for a benefit without a kind, or one the scheme has no place for."""
    return next((each for each in scheme if kind in each.kinds), None)


def read_kind(text: str, scheme: Sequence[Class]) -> str | Problem:
    """The kind that was meant: by its name, its title, or the letter or title of a class. A kind the scheme
    has no place for is a problem.
    """
    written = folded(text)
    for each in scheme:
        if written in (folded(each.letter), folded(each.title)):
            return each.kinds[0]
    fitting = {kind: KINDS[kind] for each in scheme for kind in each.kinds}
    found = next((kind for kind, title in fitting.items() if written in (folded(kind), folded(title))), None)
    if found is not None:
        return found
    data: dict[str, str | int] = {
        "value": shown(text),
        "nearest": nearest(text, fitting),
        "allowed": ", ".join(fitting),
    }
    return Problem(code="benefit.kind_outside", data=data, path="kind")


_AMOUNT: Final = re.compile(r"\s*([-\u2212]?[0-9](?:[0-9 .,\u00a0\u202f]*[0-9])?)\s*([^\s0-9.,].*?)?\s*")
FTE_UNITS: Final = ("årsverk", "årsv", "åv", "fte")
KRONER_UNITS: Final = ("kr", "kroner", "nok")
_MULTIPLES: Final = ("mill", "million", "millioner", "mrd", "milliarder", "tusen", "k", "mnok", "tkr")
FTE: Final = Field(name="fte", title="Årsverk", type="number", low=-100_000, high=100_000)
KRONER: Final = Field(name="kroner", title="Kroner", type="money")
YEAR: Final = Field(name="year", title="År", type="integer", low=2000, high=2100)


def read_amount(field: Field, raw: object, *, units: Sequence[str]) -> Parsed:
    """A number that may be written with its unit, in one of the unit's spellings; None when it is empty.

    A number in another unit («3 %», «300 000 kr» where årsverk are meant) is a problem.
    """
    written = _AMOUNT.fullmatch(raw) if isinstance(raw, str) else None
    if written is None or not written[2]:
        return parse_value(field, raw)
    unit = folded(written[2]) or written[2]
    if unit in [folded(one) or one for one in units]:
        return parse_value(field, written[1])
    if unit in _MULTIPLES or unit.split(" ")[0] in _MULTIPLES:
        # «1,2 mill.» is the right unit, and not yet a number.
        data: dict[str, str | int] = {"value": shown(raw), "word": written[2]}
        return (Problem(code="value.number_in_words", data=data, path=field.name),)
    data = {"found": shown(written[2]), "unit": units[0] if units and units[0] else "uten måleenhet"}
    return (Problem(code="benefit.wrong_unit", data=data, path=field.name),)


def check_measurement(indicator: Mapping[str, Any], *, measured_on: date, today: date) -> tuple[Problem, ...]:
    """Every reason why an indicator cannot have been measured on that day: its nullpunkt comes first."""
    problems: list[Problem] = []
    if measured_on > today:
        problems.append(_at("on", "benefit.in_future", on=measured_on.isoformat()))
    if indicator.get("baseline") is None:
        problems.append(_at("on", "benefit.no_baseline", indicator=str(indicator.get("title", ""))))
    elif str(indicator.get("baseline_on", "")) > measured_on.isoformat():
        told = {"on": measured_on.isoformat(), "baseline_on": str(indicator["baseline_on"])}
        problems.append(_at("on", "benefit.before_baseline", **told))
    return tuple(problems)


def check_baseline(*, measured_on: date, today: date, first: date | None) -> tuple[Problem, ...]:
    """Every reason why a nullpunkt cannot be from that day; `first` is the indicator's first measurement."""
    problems: list[Problem] = []
    if measured_on > today:
        problems.append(_at("on", "benefit.in_future", on=measured_on.isoformat()))
    if first is not None and first < measured_on:
        told = {"on": measured_on.isoformat(), "first": first.isoformat()}
        problems.append(_at("on", "benefit.baseline_after_measurement", **told))
    return tuple(problems)


def _at(path: str, code: str, /, **data: str | int) -> Problem:
    return Problem(code=code, data=data, path=path)


def named(items: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    """The benefit or indicator with this id, or else the only one with this title."""
    found = next((each for each in items if each.get("id") == name), None)
    if found is not None:
        return found
    titled = [each for each in items if folded(each.get("title")) == folded(name)]
    return titled[0] if len(titled) == 1 and folded(name) else None


def identified(
    benefits: Sequence[Benefit],
    scheme: Sequence[Class],
    *,
    before: Sequence[Benefit] = (),
    ever: Mapping[str, Collection[str]] | None = None,
) -> list[dict[str, Any]]:
    """The benefits, each with an id, and so their indicators. Ids that are there stay; what has none has that
    of the benefit with its title `before`. Else «A2» is the second of its class, «G1» one that has none, and
    «i1» the first indicator; never an id that was `ever` another's (by benefit, those of its indicators).
    """
    told = carried(benefits, before)
    taken = {str(each["id"]) for each in told if has_id(each)} | set(ever or ())
    known: list[dict[str, Any]] = []
    for each in told:
        one = dict(each)
        if not has_id(one):
            found = class_of(one.get("kind"), scheme)
            one["id"] = _free("G" if found is None else found.letter, taken)
        if one.get(PARTS):
            one[PARTS] = _with_ids(one[PARTS], (ever or {}).get(str(one["id"]), ()))
        known.append(one)
    return known


def _with_ids(indicators: Sequence[Mapping[str, Any]], ever: Collection[str]) -> list[dict[str, Any]]:
    taken = {str(each["id"]) for each in indicators if has_id(each)} | set(ever)
    return [dict(each) | ({} if has_id(each) else {"id": _free("i", taken)}) for each in indicators]


def _free(letter: str, taken: set[str]) -> str:
    number = 1
    while f"{letter}{number}" in taken:
        number += 1
    taken.add(f"{letter}{number}")
    return f"{letter}{number}"


# --- estimates -----------------------------------------------------------------------


_NEVER: Final = datetime.min.replace(tzinfo=UTC)
Place = tuple[str, str, int]
"""A project, a benefit's id, and a year."""


def standing(estimates: Iterable[Estimate], *, period: str) -> dict[Place, Estimate]:
    """The estimates that hold in a period: of each place the one told in the latest period up to it; of two
    told in the same, the newest.
    """
    held: dict[Place, Estimate] = {}
    for one in sorted(estimates, key=lambda each: (each.period, each.recorded_at)):
        if one.period <= period:
            held[one.project, one.benefit, one.year] = one
    return held


def with_facts(
    held: Mapping[Place, Estimate], listed: Mapping[str, Sequence[Benefit]]
) -> dict[Place, Estimate]:
    """The estimates that hold, and for a benefit that nobody has estimated in any period what the project's
    own facts say: so many årsverk from a year on, told in no period.
    """
    estimated = {place[:2] for place in held}
    found = dict(held)
    for key, benefits in listed.items():
        for one in benefits:
            id_ = str(one["id"])
            if (key, id_) not in estimated and one.get("freed_fte") is not None and one.get("from_year"):
                year = int(one["from_year"])
                found[key, id_, year] = Estimate(
                    project=key,
                    benefit=id_,
                    year=year,
                    period="",
                    fte=float(one["freed_fte"]),
                    kroner=None,
                    recorded_at=_NEVER,
                )
    return found


def value_in(
    held: Mapping[Place, Estimate], *, project: str, benefit: str, year: int, of: Literal["fte", "kroner"]
) -> float | None:
    """What a benefit frees in a year: as told for that year, or else for the latest year before it."""
    years = [place[2] for place in held if place[:2] == (project, benefit) and place[2] <= year]
    told = (getattr(held[project, benefit, one], of) for one in sorted(years, reverse=True))
    return next((float(value) for value in told if value is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An estimate that is another than in an earlier period; None where there was, or is, none."""

    project: str
    benefit: str
    year: int
    fte_before: float | None
    fte_after: float | None
    kroner_before: int | None
    kroner_after: int | None


def changes(estimates: Sequence[Estimate], *, before: str, after: str) -> tuple[Change, ...]:
    """What has changed in the estimates from one period to a later one, by project, benefit and year."""
    was, now = standing(estimates, period=before), standing(estimates, period=after)
    found = [
        Change(
            project=place[0],
            benefit=place[1],
            year=place[2],
            fte_before=None if place not in was else was[place].fte,
            fte_after=None if place not in now else now[place].fte,
            kroner_before=None if place not in was else was[place].kroner,
            kroner_after=None if place not in now else now[place].kroner,
        )
        for place in sorted({*was, *now})
    ]
    return tuple(
        one for one in found if (one.fte_before, one.kroner_before) != (one.fte_after, one.kroner_after)
    )


def steady(held: Mapping[Place, Estimate], *, project: str, benefit: str) -> tuple[float, int] | None:
    """The årsverk per year that a benefit's estimates end at, and the first year that has them."""
    told = sorted(
        (place[2], one.fte)
        for place, one in held.items()
        if place[:2] == (project, benefit) and one.fte is not None
    )
    if not told:
        return None
    last = told[-1][1]
    first = told[-1][0]
    for year, fte in reversed(told):
        if fte != last:
            break
        first = year
    return last, first


# --- against the programme's targets -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstTarget:
    """What the projects of a strategy are to free in the target's year, beside the target itself.

    `projects` have an estimate and are in the sum; `fte` is None when none has.
    """

    term: str
    title: str
    low: float
    high: float
    by: int
    fte: float | None
    projects: tuple[str, ...]


def fte_by_project(
    held: Mapping[Place, Estimate], *, year: int, left_out: frozenset[tuple[str, str]] = frozenset()
) -> dict[str, float]:
    """Årsverk each project frees in a year; benefits that are counted in another project are left out, and a
    project without any estimate is absent.
    """
    sums: dict[str, float] = {}
    for project, benefit in sorted({place[:2] for place in held} - left_out):
        fte = value_in(held, project=project, benefit=benefit, year=year, of="fte")
        if fte is not None:
            sums[project] = round(sums.get(project, 0.0) + fte, 6)
    return sums


def counted_elsewhere(benefits: Mapping[str, Sequence[Benefit]]) -> frozenset[tuple[str, str]]:
    """The benefits, as (project, id), that are declared to be counted in another project."""
    return frozenset(
        (key, str(one["id"]))
        for key, listed in benefits.items()
        for one in listed
        if one.get("counted_in") and one["counted_in"] != key
    )


# --- counted twice -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleCount:
    """One gain that stands in several projects: the benefit, or what shows it, has the same name.

    `places` are (project, benefit's title); `settled` when all but one are declared to be counted in another
    project. A declaration that leads nowhere is a finding of kind `declared`.
    """

    kind: Literal["benefit", "indicator", "declared"]
    name: str
    places: tuple[tuple[str, str], ...]
    settled: bool


def double_counts(benefits: Mapping[str, Sequence[Benefit]]) -> tuple[DoubleCount, ...]:
    """Every gain that several projects count, or would but for a declaration; by name."""
    by_name: dict[tuple[str, str], list[tuple[str, Benefit]]] = defaultdict(list)
    spelt: dict[tuple[str, str], str] = {}
    for key, listed in benefits.items():
        for one in listed:
            titles = [("benefit", one.get("title"))]
            titles += [("indicator", each.get("title")) for each in one.get("indicators", ())]
            for kind, title in titles:
                if folded(title):
                    name = (kind, folded(title))
                    spelt.setdefault(name, str(title))
                    by_name[name].append((key, one))
    found = [
        _double(kind, spelt[kind, folded], places)
        for (kind, folded), places in by_name.items()
        if len({key for key, _ in places}) > 1
    ]
    return tuple(sorted([*found, *_adrift(benefits)], key=lambda one: (folded(one.name), one.kind)))


def _double(kind: str, name: str, places: Sequence[tuple[str, Benefit]]) -> DoubleCount:
    keys = {key for key, _ in places}
    counted = [key for key, one in places if one.get("counted_in") not in keys - {key}]
    return DoubleCount(
        kind="benefit" if kind == "benefit" else "indicator",
        name=name,
        places=tuple(dict.fromkeys((key, str(one.get("title", ""))) for key, one in places)),
        settled=len(set(counted)) == 1,
    )


def _adrift(benefits: Mapping[str, Sequence[Benefit]]) -> list[DoubleCount]:
    """Benefits declared to be counted in a project that has none, or in their own."""
    return [
        DoubleCount(
            kind="declared",
            name=str(one.get("title", "")),
            places=((key, str(one.get("title", ""))), (str(one["counted_in"]), "")),
            settled=False,
        )
        for key, listed in benefits.items()
        for one in listed
        if one.get("counted_in") and (one["counted_in"] == key or not benefits.get(str(one["counted_in"])))
    ]


# --- how far the work has come -----------------------------------------------------------------------


def progress(benefits: Sequence[Benefit]) -> dict[str, Progress]:
    """How far a project has come with each column of Vedlegg 2, from its benefits alone.

    The prioritised benefits are what the rule asks about; until any is prioritised, the work with choosing
    them is under way. Source: 001:1147-1157, 001:1215.
    """
    chosen = [one for one in benefits if one.get("prioritised")]
    asked = chosen or list(benefits)
    parts = {
        "indikatorer": [bool(one.get("indicators")) for one in asked],
        "ambisjon": [bool(one.get("ambition")) for one in asked],
        "tidsfrist": [bool(one.get("due")) for one in asked],
    }
    goals: Progress = "identifisert" if chosen else "under_arbeid" if benefits else "ikke_pabegynt"
    return {column: goals if column == "gevinstmal" else _all_or_some(parts[column]) for column in COLUMNS}


def _all_or_some(there: Sequence[bool]) -> Progress:
    if there and all(there):
        return "identifisert"
    return "under_arbeid" if any(there) else "ikke_pabegynt"
