"""Who decides, under which rules, and in which words?

The programme file: text in, a `Programme` or every mistake with its place out. It is the first load and an
export; afterwards the portal owns what it says. It holds the bodies with their seats and rules, the single
offices, the taxonomies with the days they hold, the political platform, the targets, the reporting
periods and the duties. `valid_to` and `to` are the last day, included.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, TypeAlias

from engine.core.files.shape import parsed, schema_of
from engine.core.files.yaml_source import Path, Plain, Source
from engine.core.programme import duties as duties_
from engine.core.programme.model import WEEKDAYS, Programme, family
from engine.core.programme.vocabulary import KINDS
from engine.core.refusal import Mistake
from engine.core.text import nearest

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "programme.duplicate_id": ("id", "first_line"),
    "programme.unknown_body": ("name", "nearest", "allowed"),
    "programme.unknown_seat": ("name", "nearest", "allowed"),
    "programme.unknown_secretary": ("name", "nearest", "allowed"),
    "programme.unknown_term": ("name", "nearest", "allowed"),
    "programme.leader_without_seat": ("name", "nearest", "allowed"),
    "programme.above_in_circle": ("circle",),
    "programme.reports_in_circle": ("circle",),
    "programme.quorum_above_seats": ("quorum", "seats"),
    "programme.own_deputy": ("email",),
    "programme.address_of_two": ("email", "name", "other", "first_line"),
    "programme.dates_reversed": ("start", "end"),
    "programme.due_before_end": ("due", "end"),
    "programme.range_reversed": ("low", "high"),
    "programme.periods_overlap": ("id", "other"),
    "programme.taxonomies_overlap": ("id", "other"),
    "programme.duplicate_code": ("code", "first_line"),
    "programme.unknown_kind": ("name", "nearest", "allowed"),
    "programme.kind_in_two": ("kind", "first_line"),
    "programme.limits_equal": ("limit",),
    "programme.scale_order": (),
    "programme.code_in_two": ("code", "taxonomy"),
    "programme.other_weekday": ("weekday", "date", "actual"),
}
"""Every code this module gives itself, with the keys of its data; `source` and `shape` have their own."""


def bodies_above(programme: Programme, body: str) -> tuple[str, ...]:
    """The ids of the bodies a body's cases may go up to, the nearest first."""
    above = {one.id: one.above for one in programme.bodies}
    found: list[str] = []
    up = above.get(body)
    while up is not None and up not in found:
        found.append(up)
        up = above.get(up)
    return tuple(found)


# ---------------------------------------------------------------- parsing


_Found: TypeAlias = Iterator[Mistake]


def parse_programme(text: str | bytes, *, stored: bool = False) -> Programme | tuple[Mistake, ...]:
    """The programme a YAML text describes, or every mistake in it in the text's order. Never raises."""
    return parsed(text, Programme, sense=_sense, stored=stored)


def json_schema() -> dict[str, object]:
    """JSON Schema of the YAML as it is written."""
    return schema_of(Programme, title="Faseport programme")


def _sense(source: Source) -> _Found:
    """Every mistake that shapes cannot show. Passes over what is not of the shape it looks for."""
    for check in (
        _ids,
        _bodies,
        _circles,
        _seats,
        _addresses,
        _dates,
        _periods,
        _taxonomies,
        _targets,
        _meetings,
        duties_.sense,
        _scheme,
        _figures,
        _scales,
    ):
        yield from check(source)


def _texts(source: Source, pattern: str) -> dict[Path, str]:
    return {path: value for path, value in source.matching(pattern) if isinstance(value, str)}


def _unknown(source: Source, code: str, path: Path, name: str, known: Iterable[str]) -> Mistake:
    known = tuple(known)
    return source.mistake(code, path, name=name, nearest=nearest(name, known), allowed=", ".join(known))


def _ids(source: Source) -> _Found:
    """Ids that stand twice where they must tell things apart; seats and offices share one set of names."""
    for patterns in (
        ("bodies.*.id",),
        ("offices.*.id", "bodies.*.seats.*.id"),
        ("taxonomies.*.id",),
        ("periods.*.id",),
        ("ladders.*.id",),
        ("duties.*.id",),
        ("benefit_scheme.*.letter",),
        ("reporting.quality.indicators.*.id",),
        ("reporting.yearly.sections.*.id",),
    ):
        seen: dict[str, int] = {}
        for pattern in patterns:
            for path, id_ in _texts(source, pattern).items():
                if id_ in seen:
                    yield source.mistake("programme.duplicate_id", path, id=id_, first_line=seen[id_])
                seen.setdefault(id_, source.position_of(path)[0])


def _bodies(source: Source) -> _Found:
    bodies = _texts(source, "bodies.*.id").values()
    offices = _texts(source, "offices.*.id").values()
    for path, above in _texts(source, "bodies.*.above").items():
        if above not in bodies:
            yield _unknown(source, "programme.unknown_body", path, above, bodies)
    for path, body in source.matching("bodies.*"):
        if not isinstance(body, dict) or not isinstance(body.get("seats"), list):
            continue
        seats = _seat_ids(body)
        leader, secretary, quorum = body.get("leader"), body.get("secretary"), body.get("quorum")
        if isinstance(leader, str) and leader not in seats:
            yield _unknown(source, "programme.leader_without_seat", (*path, "leader"), leader, seats)
        if isinstance(secretary, str) and secretary not in (*offices, *seats):
            known = (*offices, *seats)
            yield _unknown(source, "programme.unknown_secretary", (*path, "secretary"), secretary, known)
        if isinstance(quorum, int) and quorum > len(seats) > 0:
            place = (*path, "quorum")
            yield source.mistake("programme.quorum_above_seats", place, quorum=quorum, seats=len(seats))


def _seat_ids(body: Mapping[str, Plain]) -> tuple[str, ...]:
    seats = body.get("seats")
    ids = [seat.get("id") for seat in seats if isinstance(seat, dict)] if isinstance(seats, list) else []
    return tuple(id_ for id_ in ids if isinstance(id_, str))


def _circles(source: Source) -> _Found:
    """Bodies above each other, and seats that report to each other, in a circle."""
    for things, link, code in (
        ("bodies.*", "above", "programme.above_in_circle"),
        ("bodies.*.seats.*", "reports_to", "programme.reports_in_circle"),
    ):
        links: dict[str, str] = {}
        places: dict[str, Path] = {}
        for path, thing in source.matching(things):
            if not isinstance(thing, dict):
                continue
            id_, target = thing.get("id"), thing.get(link)
            if isinstance(id_, str) and isinstance(target, str):
                links[id_] = target
                places[id_] = (*path, link)
        for circle in _rounds(links):
            yield source.mistake(code, places[circle[0]], circle=" → ".join([*circle, circle[0]]))


def _rounds(links: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Every circle once, from its first member in the file's order."""
    done: set[str] = set()
    for start in links:
        walked: list[str] = []
        here = start
        while here in links and here not in walked and here not in done:
            walked.append(here)
            here = links[here]
        if here in walked:
            circle = walked[walked.index(here) :]
            first = next(id_ for id_ in links if id_ in circle)
            at = circle.index(first)
            yield tuple(circle[at:] + circle[:at])
        done.update(walked)


def _seats(source: Source) -> _Found:
    seats = _texts(source, "bodies.*.seats.*.id").values()
    for pattern in ("bodies.*.seats.*.reports_to", "bodies.*.seats.*.deputy.reports_to"):
        for path, name in _texts(source, pattern).items():
            if name not in seats:
                yield _unknown(source, "programme.unknown_seat", path, name, seats)
    for path, email in _texts(source, "bodies.*.seats.*.deputy.email").items():
        holder = source.value_at((*path[:-2], "holder", "email"))
        if isinstance(holder, str) and holder.casefold() == email.casefold():
            yield source.mistake("programme.own_deputy", path, email=email)


def _addresses(source: Source) -> _Found:
    """One address under two names: letters to one of them would reach the other."""
    first: dict[str, tuple[str, int]] = {}
    for pattern, name_key in (
        ("offices.*", "title"),
        ("bodies.*.seats.*.holder", "name"),
        ("bodies.*.seats.*.deputy", "name"),
    ):
        for path, person in source.matching(pattern):
            email = person.get("email") if isinstance(person, dict) else None
            name = person.get(name_key) if isinstance(person, dict) else None
            if not isinstance(email, str) or not isinstance(name, str):
                continue
            place = (*path, "email")
            other, line = first.setdefault(email.casefold(), (name, source.position_of(place)[0]))
            if " ".join(other.split()).casefold() != " ".join(name.split()).casefold():
                yield source.mistake(
                    "programme.address_of_two", place, email=email, name=name, other=other, first_line=line
                )


# ---------------------------------------------------------------- days


def _day(value: Plain) -> date | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _dates(source: Source) -> _Found:
    for pattern, start_key, end_key in (
        ("bodies.*.seats.*.holder", "from", "to"),
        ("bodies.*.seats.*.deputy", "from", "to"),
        ("bodies.*.meetings", "from", "to"),
        ("bodies.*.meetings.pauses.*", "from", "to"),
        ("taxonomies.*", "valid_from", "valid_to"),
        ("platform", "valid_from", "valid_to"),
        ("periods.*", "from", "to"),
    ):
        for path, thing in source.matching(pattern):
            if not isinstance(thing, dict):
                continue
            start, end = _day(thing.get(start_key)), _day(thing.get(end_key))
            if start and end and end < start:
                place = (*path, end_key)
                yield source.mistake(
                    "programme.dates_reversed", place, start=start.isoformat(), end=end.isoformat()
                )


def _span(thing: Plain, start_key: str, end_key: str) -> tuple[date, date] | None:
    """First and last day of something in force; None when they cannot be read."""
    if not isinstance(thing, dict):
        return None
    start = _day(thing.get(start_key))
    end = date.max if thing.get(end_key) is None else _day(thing[end_key])
    return (start, end) if start and end else None


def _overlap(one: tuple[date, date] | None, other: tuple[date, date] | None) -> bool:
    return one is not None and other is not None and one[0] <= other[1] and other[0] <= one[1]


def _periods(source: Source) -> _Found:
    before: list[tuple[str, tuple[date, date] | None]] = []
    for path, period in source.matching("periods.*"):
        span = _span(period, "from", "to")
        if not isinstance(period, dict) or span is None:
            continue
        id_, due = str(period.get("id")), _day(period.get("report_due"))
        if due and due < span[1] < date.max:
            place = (*path, "report_due")
            yield source.mistake(
                "programme.due_before_end", place, due=due.isoformat(), end=span[1].isoformat()
            )
        for other, other_span in before:
            if _overlap(span, other_span):
                yield source.mistake("programme.periods_overlap", (*path, "from"), id=id_, other=other)
        before.append((id_, span))


def _meetings(source: Source) -> _Found:
    for path, meetings in source.matching("bodies.*.meetings"):
        if not isinstance(meetings, dict):
            continue
        weekday, first = meetings.get("weekday"), _day(meetings.get("from"))
        if first and weekday in WEEKDAYS and WEEKDAYS[first.weekday()] != weekday:
            yield source.mistake(
                "programme.other_weekday",
                (*path, "from"),
                weekday=str(weekday),
                date=first.isoformat(),
                actual=WEEKDAYS[first.weekday()],
            )


# ---------------------------------------------------------------- taxonomies and targets


def _codes(source: Source, path: Path, value: Plain) -> Iterator[tuple[Path, str]]:
    """Every code of a taxonomy or term, with its path, each before those under it."""
    terms = value.get("terms") if isinstance(value, dict) else None
    for index, term in enumerate(terms if isinstance(terms, list) else []):
        place = (*path, "terms", index)
        code = term.get("code") if isinstance(term, dict) else None
        if isinstance(code, str):
            yield (*place, "code"), code
        yield from _codes(source, place, term)


def _taxonomies(source: Source) -> _Found:
    before: list[tuple[str, tuple[date, date] | None, frozenset[str]]] = []
    for path, taxonomy in source.matching("taxonomies.*"):
        if not isinstance(taxonomy, dict):
            continue
        id_, span = str(taxonomy.get("id")), _span(taxonomy, "valid_from", "valid_to")
        clashing = [each for each in before if _overlap(span, each[1])]
        for other, _, _ in clashing:
            if family(other) == family(id_) and other != id_:
                place = (*path, "valid_from")
                yield source.mistake("programme.taxonomies_overlap", place, id=id_, other=other)
        seen: dict[str, int] = {}
        for place, code in _codes(source, path, taxonomy):
            line = source.position_of(place)[0]
            if code in seen:
                yield source.mistake("programme.duplicate_code", place, code=code, first_line=seen[code])
            seen.setdefault(code, line)
            holder = next((each[0] for each in clashing if code in each[2]), None)
            if holder is not None:
                yield source.mistake("programme.code_in_two", place, code=code, taxonomy=holder)
        before.append((id_, span, frozenset(seen)))


def _targets(source: Source) -> _Found:
    known = [code for path, each in source.matching("taxonomies.*") for _, code in _codes(source, path, each)]
    for path, target in source.matching("targets.*"):
        if not isinstance(target, dict):
            continue
        term, low, high = target.get("term"), target.get("low"), target.get("high")
        if isinstance(term, str) and term not in known:
            yield _unknown(source, "programme.unknown_term", (*path, "term"), term, dict.fromkeys(known))
        if isinstance(low, int | float) and isinstance(high, int | float) and high < low:
            place = (*path, "high")
            yield source.mistake("programme.range_reversed", place, low=str(low), high=str(high))


# ---------------------------------------------------------------- benefits and reports


def _scheme(source: Source) -> _Found:
    """Kinds that no benefit can have, and kinds that two fields of the scheme would take."""
    first: dict[str, int] = {}
    for path, kind in _texts(source, "benefit_scheme.*.kinds.*").items():
        if kind not in KINDS:
            yield _unknown(source, "programme.unknown_kind", path, kind, KINDS)
        elif kind in first:
            yield source.mistake("programme.kind_in_two", path, kind=kind, first_line=first[kind])
        first.setdefault(kind, source.position_of(path)[0])


def _figures(source: Source) -> _Found:
    for path, rule in source.matching("reporting.key_figures.*"):
        limit = rule.get("red") if isinstance(rule, dict) else None
        if isinstance(limit, int | float) and source.value_at((*path, "yellow")) == limit:
            yield source.mistake("programme.limits_equal", (*path, "red"), limit=str(limit))


def _scales(source: Source) -> _Found:
    scale = source.value_at(("reporting", "quality", "scale"))
    numbers = [each for each in scale if isinstance(each, int)] if isinstance(scale, list) else []
    if numbers != sorted(set(numbers)):
        yield source.mistake("programme.scale_order", ("reporting", "quality", "scale"))
