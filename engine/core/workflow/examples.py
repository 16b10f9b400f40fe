"""Which projects could there be, as far as some rules can tell?

Example trees of facts for asking rules, made from the paths they read and the values they name. The first
ones are the empty project and the full ones; the rest are drawn at random from a fixed seed, so that the same
question always gets the same examples.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, TypeAlias

from engine.core.facts.field import Field, Value, item_of, member
from engine.core.facts.tree import Scope

TODAY: Final = date(2025, 6, 16)
"""The day on which all examples are looked at."""

_ALWAYS: Final[Mapping[str, Value]] = {"key": "eksempel", "title": "Eksempel", "phase": "eksempel"}
"""What no project is without."""

_Reads: TypeAlias = "dict[str, _Reads]"
"""Which members are read, and which of theirs; the items of a list stand under `[]`."""


def projects(
    paths: Iterable[str], *, scope: Scope, naming: Sequence[str] = (), tries: int = 300
) -> Iterator[dict[str, Value]]:
    """At most `tries` trees of facts that differ in what `paths` read.

    `paths` are as `rules.Rule.reads` gives them. `naming` are texts, as those of the rules, whose quoted
    words, numbers and dates are tried as values.
    """
    reads = _reads(paths)
    words = _words(naming)
    for number in range(tries):
        yield _project(reads, scope, _dice(number, words))


def _reads(paths: Iterable[str]) -> _Reads:
    reads: _Reads = {}
    for path in paths:
        here = reads
        for step in re.findall(r"[^.\[\]]+|\[\]", path):
            here = here.setdefault(step, {})
    return reads


# --- what is drawn ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """Values that the rules themselves name, with their neighbours."""

    texts: tuple[str, ...]
    whole: tuple[int, ...]
    decimal: tuple[float, ...]
    dates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dice:
    """One way of drawing: how often a fact is there, how often yes, and how many items a list has."""

    random: Random
    there: float
    yes: float
    lengths: tuple[int, ...]
    words: _Words


def _words(naming: Sequence[str]) -> _Words:
    text = " ".join(naming)
    quoted = tuple(dict.fromkeys(re.findall(r"[\"']([^\"']{1,80})[\"']", text)))
    numbers = [float(number) for number in re.findall(r"(?<![\w.-])-?\d{1,12}(?:\.\d{1,6})?", text)]
    named = [day for day in map(_as_date, quoted) if day]
    days = [day + timedelta(days=step) for day in (TODAY, *named) for step in (-1, 0, 1)]
    return _Words(
        texts=("eksempel", *quoted),
        whole=tuple(
            sorted({0, 1, 2, 1000, *(int(number) + step for number in numbers for step in (-1, 0, 1))})
        ),
        decimal=tuple(sorted({0.0, 1.0, 1000.0, *(n + step for n in numbers for step in (-0.5, 0.0, 0.5))})),
        dates=tuple(sorted({"1990-01-01", "2100-01-01", *(day.isoformat() for day in days)})),
    )


def _as_date(text: str) -> date | None:
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if 1901 <= day.year <= 2199 else None


_FIRST: Final[tuple[tuple[float, float, tuple[int, ...]], ...]] = (
    (0.0, 0.0, (0,)),
    (1.0, 1.0, (1,)),
    (1.0, 0.0, (1,)),
    (1.0, 0.5, (2,)),
    (0.0, 0.0, (1,)),
)


def _dice(number: int, words: _Words) -> _Dice:
    random = Random(number)  # noqa: S311 - examples, not secrets
    if number < len(_FIRST):
        there, yes, lengths = _FIRST[number]
    else:
        there, yes = random.choice((0.2, 0.5, 0.8, 1.0)), random.choice((0.1, 0.5, 0.9))
        lengths = random.choice(((0, 1), (1,), (1, 2), (0, 1, 2, 3)))
    return _Dice(random=random, there=there, yes=yes, lengths=lengths, words=words)


# --- trees ------------------------------------------------------------------------------------------------


def _project(reads: _Reads, scope: Scope, dice: _Dice) -> dict[str, Value]:
    tree: dict[str, Value] = {"today": TODAY.isoformat()}
    for name, root in scope.roots.items():
        if root.type == "list":
            tree[name] = _list(root, reads.get(name, {}), dice) if name in reads else []
        elif root.type == "record":
            tree[name] = _members(root, reads.get(name, {}), dice) if name in reads else {}
    project = tree["project"]
    assert isinstance(project, dict)
    for name, value in _ALWAYS.items():
        project.setdefault(name, value)
    return tree


def _value(field: Field, reads: _Reads, dice: _Dice) -> Value:
    if field.type == "list":
        return _list(field, reads, dice)
    if field.type == "record":
        return _members(field, reads, dice) or _members(field, {}, dice, all_there=True)
    return _scalar(field, dice)


def _members(field: Field, reads: _Reads, dice: _Dice, *, all_there: bool = False) -> dict[str, Value]:
    """A record with some of the members that are read, or of all of them where the record itself is read."""
    read = [found for name in reads if (found := member(field, name))] or list(field.fields)
    record: dict[str, Value] = {}
    for each in read:
        if each.type == "list" or all_there or dice.random.random() < dice.there:
            record[each.name] = _value(each, reads.get(each.name, {}), dice)
    return record


def _list(field: Field, reads: _Reads, dice: _Dice) -> Value:
    item = reads.get("[]", {})
    items = [_item(field, item, dice) for _ in range(dice.random.choice(dice.lengths))]
    for number, each in enumerate(items):
        if isinstance(each, dict) and "id" in each and number:  # ids tell items apart
            each["id"] = f"{each['id']}-{number + 1}"
    return items


def _item(field: Field, reads: _Reads, dice: _Dice) -> Value:
    """An item of a list: a record, never quite empty, with its own lists always there; or a short text."""
    if not field.fields:
        each = item_of(field)
        return dice.random.choice(dice.words.texts) if each.type == "text" else _scalar(each, dice)
    record = _members(field, reads, dice)
    for each in field.fields:
        if each.type == "list":
            record.setdefault(each.name, [])
    if not any(each.type != "list" and each.name in record for each in field.fields):
        unread = [each for each in field.fields if each.type != "list" and each.name not in reads]
        # An item that says nothing is not kept; so it says something the rules do not ask about.
        for each in unread[:1]:
            record[each.name] = _scalar(each, dice)
    return record


def _scalar(field: Field, dice: _Dice) -> Value:
    choose = dice.random.choice
    if field.type == "yes_no":
        return dice.random.random() < dice.yes
    if field.type == "choice":
        return choose([id_ for id_, _ in field.choices] or ["eksempel"])
    if field.type == "date":
        return choose(dice.words.dates)
    if field.type == "number":
        return choose(dice.words.decimal)
    if field.type in ("integer", "money"):
        low, high = field.low, field.high
        fitting = [n for n in dice.words.whole if (low is None or n >= low) and (high is None or n <= high)]
        ends = [n for n in (low, high) if n is not None]
        return choose([*fitting, *ends])
    fitting_text, otherwise = _TEXTS.get(field.type, _TEXTS["text"])
    return choose([otherwise, *(text for text in dice.words.texts if re.fullmatch(fitting_text, text))])


_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    # for each type: which of the words that the rules name may be its value, and one that always may
    "text": (r".*", "eksempel"),
    "person": (r"[^@\s]+@[^@\s]+", "eksempel@example.org"),
    "url": (r"https?://\S+", "https://example.org"),
    "project": (r"[a-z0-9]+(-[a-z0-9]+)*", "eksempel"),
}
