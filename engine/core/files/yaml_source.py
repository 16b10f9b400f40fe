"""What does this YAML text say, and where does it say it?

A definition is read by people who must find their mistake again, so every key and value keeps its line and
column. Only the plain part of YAML is taken: no anchors, aliases, tags, merge keys, directives or second
document, for each is a way to make a file say something else than it seems to say. A fault does not stop
the reading unless the text can no longer be followed, so that one run shows every mistake.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import ScalarNode

from engine.core.refusal import Mistake
from engine.core.text import UNFIT

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]

LARGEST_BYTES: Final = 512 * 1024
DEEPEST: Final = 24

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "source.too_large": ("limit_kb", "size_kb"),
    "source.encoding": ("byte",),
    "source.empty": (),
    "source.forbidden_character": ("character",),
    "source.syntax": ("problem",),
    "source.too_deep": ("limit",),
    "source.not_a_mapping": (),
    "source.several_documents": (),
    "source.directive": (),
    "source.anchor": ("name",),
    "source.alias": ("name",),
    "source.tag": ("tag",),
    "source.merge_key": (),
    "source.key_not_text": ("key",),
    "source.duplicate_key": ("key", "first_line"),
    "source.number": ("value",),
}
"""Every code this module gives, with the keys of its data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """Where one scalar stands in the text: index of its first character, and of the one after its last."""

    start: int
    end: int
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A YAML text, its plain data and the place of every key and value.

    `followed` is False when the text could not be followed to its end; `data` is then not to be judged.
    `mistakes` are those seen while reading; `faulty` holds the paths whose values they made unreadable.
    """

    text: str
    data: Plain = None
    followed: bool = True
    mistakes: tuple[Mistake, ...] = ()
    faulty: frozenset[Path] = frozenset()
    keys: Mapping[Path, Place] = field(default_factory=dict)
    values: Mapping[Path, Place] = field(default_factory=dict)
    scalars: Mapping[Path, Scalar] = field(default_factory=dict)

    def position_of(self, path: Path) -> Place:
        """Line and column, from 1, of the value at `path`, or of the nearest value that would hold it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))

    def position_of_key(self, path: Path) -> Place:
        """Line and column of the key that ends `path`; of the value where there is no such key."""
        return self.keys.get(path) or self.position_of(path)

    def position_within(self, path: Path, offset: int) -> Place:
        """Line and column of the character at `offset` in the text value at `path`.

        Follows folding, quoting and escapes, so that a fault in a rule points into the rule.
        """
        scalar, value = self.scalars.get(path), self.value_at(path)
        if scalar is None or not isinstance(value, str):
            return self.position_of(path)
        return _place_in(self.text, _index_of_character(self.text, scalar, value, offset))

    def value_at(self, path: Path) -> Plain:
        """The value at `path`, or None where there is none."""
        value = self.data
        for step in path:
            value = child(value, step)
        return value

    def matching(self, pattern: str) -> Iterator[tuple[Path, Plain]]:
        """Every value whose path fits, in the file's order: `gates.*.criteria.*.rule`, `*` for any step."""
        return _matching(self.data, pattern.split("."), ())

    def where(self, path: Path) -> str:
        """The path as a reader would say it: `gates.BP3.criteria.leangen.rule`; list places count from 1."""
        words: list[str] = []
        value = self.data
        for step in path:
            if not isinstance(value, list | dict):
                break  # the text says in short what the path says in full
            value = child(value, step)
            words.append(step if isinstance(step, str) else _name_of(value) or str(step + 1))
        return ".".join(words)

    def mistake(self, code: str, path: Path, /, **data: str | int) -> Mistake:
        """A mistake placed at the value of `path`."""
        line, column = self.position_of(path)
        return Mistake(code=code, data=data, line=line, column=column, where=self.where(path))

    def mistake_at_key(self, code: str, path: Path, /, **data: str | int) -> Mistake:
        """A mistake placed at the key that ends `path`."""
        line, column = self.position_of_key(path)
        return Mistake(code=code, data=data, line=line, column=column, where=self.where(path))

    def mistake_within(self, code: str, path: Path, offset: int, data: Mapping[str, str | int]) -> Mistake:
        """A mistake placed `offset` characters into the text value at `path`."""
        line, column = self.position_within(path, offset)
        return Mistake(code=code, data=dict(data), line=line, column=column, where=self.where(path))


def read(content: str | bytes) -> Source:
    """Read a YAML text. Never raises: what is wrong stands in `Source.mistakes`."""
    text, unreadable = _decoded(content)
    if unreadable is not None:
        return Source(text=text, followed=False, mistakes=(unreadable,))
    reading = _Reading()
    data: Plain = None
    fatal: _Fault | None = None
    try:
        data = _document(_events(text), reading)
    except _Unfollowable as stop:
        fatal = stop.fault
    source = Source(text=text, data=data, followed=fatal is None, keys=reading.keys, values=reading.values)
    faults = [*reading.faults, *([fatal] if fatal else [])]
    return Source(
        text=text,
        data=data,
        followed=fatal is None,
        mistakes=in_order(
            Mistake(code=f.code, data=f.data, line=f.place[0], column=f.place[1], where=source.where(f.path))
            for f in faults
        ),
        faulty=frozenset(reading.faulty),
        keys=reading.keys,
        values=reading.values,
        scalars=reading.scalars,
    )


def normalised(text: str) -> str:
    """The text as it is stored and hashed: no byte order mark, line feeds only."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def digest_of(text: str) -> str:
    """SHA-256, in hexadecimal, of the normalised text in UTF-8."""
    return hashlib.sha256(normalised(text).encode("utf-8", "surrogatepass")).hexdigest()


def in_order(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """The mistakes as a reader meets them, by line, column and code; each once."""
    ordered = {(m.line, m.column, m.code, m.where, repr(sorted(m.data.items()))): m for m in mistakes}
    return tuple(ordered[key] for key in sorted(ordered))


# ---------------------------------------------------------------- characters


# Inside a file the byte order mark has no business either.
_FORBIDDEN: Final = re.compile(rf"{UNFIT.pattern}|\ufeff")


def _decoded(content: str | bytes) -> tuple[str, Mistake | None]:
    size = len(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    if size > LARGEST_BYTES:
        fault = _Fault(
            "source.too_large", (1, 1), {"limit_kb": LARGEST_BYTES // 1024, "size_kb": -(-size // 1024)}
        )
        return "", fault.mistake()
    if isinstance(content, bytes):
        try:
            text = normalised(content.decode("utf-8"))
        except UnicodeDecodeError as error:
            readable = normalised(content[: error.start].decode("utf-8"))
            place = _place_in(readable, len(readable))
            return "", _Fault("source.encoding", place, {"byte": f"0x{content[error.start]:02X}"}).mistake()
    else:
        text = normalised(content)
    found = _FORBIDDEN.search(text)
    if found and "\udc80" <= found.group() <= "\udcff":  # a byte that was kept when the file was decoded
        data = {"byte": f"0x{ord(found.group()) - 0xDC00:02X}"}
        return text, _Fault("source.encoding", _place_in(text, found.start()), data).mistake()
    if found:
        data = {"character": _code_point(found.group())}
        return text, _Fault("source.forbidden_character", _place_in(text, found.start()), data).mistake()
    return text, None


def _code_point(character: str) -> str:
    return f"U+{ord(character):04X}"


def _place_in(text: str, index: int) -> Place:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


# ---------------------------------------------------------------- from parser events to plain data


@dataclass(frozen=True, slots=True)
class _Fault:
    code: str
    place: Place
    data: Mapping[str, str | int]
    path: Path = ()

    def mistake(self) -> Mistake:
        return Mistake(code=self.code, data=self.data, line=self.place[0], column=self.place[1], where="")


class _Unfollowable(Exception):
    def __init__(self, fault: _Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


@dataclass(slots=True)
class _Reading:
    """What has been collected so far while one text is read."""

    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    scalars: dict[Path, Scalar] = field(default_factory=dict)
    faults: list[_Fault] = field(default_factory=list)
    faulty: set[Path] = field(default_factory=set)

    def fault(self, code: str, place: Place, path: Path, *, unreadable: bool, **data: str | int) -> None:
        self.faults.append(_Fault(code, place, data, path))
        if unreadable:
            self.faulty.add(path)


# ruamel's events carry no types; these are the names they go by.
_Event: TypeAlias = Any


def _events(text: str) -> Iterator[_Event]:
    """ruamel's parser events; its faults become ours, with their place."""
    last: Place = (1, 1)
    events = YAML(typ="safe", pure=True).parse(text)
    while True:
        try:
            event = next(events)
        except StopIteration:
            return
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line + 1, mark.column + 1) if mark else last
            problem = str(error.problem or error.context or "")
            raise _Unfollowable(_Fault("source.syntax", place, {"problem": problem})) from None
        except (YAMLError, ValueError, OverflowError) as error:
            # An escape like "\Uffffffff" reaches chr() in the library and comes back as ValueError.
            raise _Unfollowable(_Fault("source.syntax", last, {"problem": str(error)})) from None
        last = _place(event)
        yield event


def _place(event: _Event) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _kind(event: _Event) -> str:
    return type(event).__name__.removesuffix("Event")


def _document(events: Iterator[_Event], reading: _Reading) -> Plain:
    """The one document of the stream."""
    data: Plain = None
    documents = 0
    for event in events:
        if _kind(event) != "DocumentStart":
            continue
        documents += 1
        if documents > 1:
            raise _Unfollowable(_Fault("source.several_documents", _place(event), {}))
        if event.version or event.tags:
            raise _Unfollowable(_Fault("source.directive", _place(event), {}))
        first = next(events)
        data = _node(first, events, reading, ())
        if _kind(first) == "Scalar" and data is None:
            raise _Unfollowable(_Fault("source.empty", (1, 1), {}))
        if not isinstance(data, dict):
            raise _Unfollowable(_Fault("source.not_a_mapping", _place(first), {}))
    if not documents:
        raise _Unfollowable(_Fault("source.empty", (1, 1), {}))
    return data


def _node(event: _Event, events: Iterator[_Event], reading: _Reading, path: Path) -> Plain:
    place = _place(event)
    reading.values[path] = place
    if len(path) > DEEPEST:
        raise _Unfollowable(_Fault("source.too_deep", place, {"limit": DEEPEST}))
    if _kind(event) == "Alias":
        reading.fault("source.alias", place, path, unreadable=True, name=event.anchor)
        return None
    if event.anchor is not None:
        reading.fault("source.anchor", place, path, unreadable=False, name=event.anchor)
    if event.tag is not None:
        reading.fault("source.tag", place, path, unreadable=True, tag=str(event.tag))
    if _kind(event) == "MappingStart":
        return _mapping(events, reading, path)
    if _kind(event) == "SequenceStart":
        return _sequence(events, reading, path)
    return _scalar(event, reading, path)


def _sequence(events: Iterator[_Event], reading: _Reading, path: Path) -> Plain:
    items: list[Plain] = []
    for event in events:
        if _kind(event) == "SequenceEnd":
            break
        items.append(_node(event, events, reading, (*path, len(items))))
    return items


def _mapping(events: Iterator[_Event], reading: _Reading, path: Path) -> Plain:
    entries: dict[str, Plain] = {}
    for event in events:
        if _kind(event) == "MappingEnd":
            break
        key = _key(event, events, reading, path)
        value_event = next(events)
        if key is None or (*path, key) in reading.keys:
            if key is not None:
                first_line = reading.keys[(*path, key)][0]
                reading.fault(
                    "source.duplicate_key",
                    _place(event),
                    (*path, key),
                    unreadable=False,
                    key=key,
                    first_line=first_line,
                )
            # Read on, to stay in step and to see what else is wrong, but keep nothing of it.
            _node(value_event, events, _aside(reading), path)
            continue
        reading.keys[(*path, key)] = _place(event)
        entries[key] = _node(value_event, events, reading, (*path, key))
    return entries


def _aside(reading: _Reading) -> _Reading:
    """A reading that reports to the same list of faults and remembers no places."""
    return _Reading(faults=reading.faults)


def _key(event: _Event, events: Iterator[_Event], reading: _Reading, path: Path) -> str | None:
    """The text of a key, or None where it is none (said in the reading)."""
    aside = _aside(reading)
    key = _node(event, events, aside, path)
    if isinstance(key, str) and not aside.faulty:
        if key == "<<" and event.style is None:
            reading.fault("source.merge_key", _place(event), path, unreadable=False)
            return None
        return key
    if not aside.faulty:
        written = str(getattr(event, "value", "")) if _kind(event) == "Scalar" else ""
        reading.fault("source.key_not_text", _place(event), path, unreadable=False, key=written)
    return None


# ---------------------------------------------------------------- scalars


_YAML: Final = YAML(typ="safe", pure=True)
# The resolver builds its table at the first question; asked here, no two threads build it at once.
_YAML.resolver.resolve(ScalarNode, "1", (True, False))
_CONSTRUCT: Final[Mapping[str, Any]] = {
    "tag:yaml.org,2002:null": SafeConstructor.construct_yaml_null,
    "tag:yaml.org,2002:bool": SafeConstructor.construct_yaml_bool,
    "tag:yaml.org,2002:int": SafeConstructor.construct_yaml_int,
    "tag:yaml.org,2002:float": SafeConstructor.construct_yaml_float,
}


def _scalar(event: _Event, reading: _Reading, path: Path) -> Plain:
    reading.scalars[path] = Scalar(
        start=event.start_mark.index, end=event.end_mark.index, style=event.style or ""
    )
    text = str(event.value)
    if not text and event.implicit[0]:  # nothing is written: the parser says where the next thing is
        reading.values[path] = reading.keys.get(path, _place(event))
    found = _FORBIDDEN.search(text)
    if found:  # written as an escape, else the text would have been refused before it was parsed
        reading.fault(
            "source.forbidden_character",
            _place(event),
            path,
            unreadable=True,
            character=_code_point(found.group()),
        )
        return text
    if not event.implicit[0]:
        return text
    # Dates stay text here: the field that wants a date reads it, and "1.2.2025" then gets a proper answer.
    tag = str(_YAML.resolver.resolve(ScalarNode, text, (True, False)))
    construct = _CONSTRUCT.get(tag)
    if construct is None:
        return text
    try:
        value: Plain = construct(_YAML.constructor, ScalarNode(tag, text))
    except (ValueError, KeyError, OverflowError):
        reading.fault("source.number", _place(event), path, unreadable=True, value=text[:40])
        return None
    return value


def child(value: Plain, step: str | int) -> Plain:
    """What stands under a key or at a place in a list; None where nothing does."""
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return None


def _matching(value: Plain, pattern: list[str], path: Path) -> Iterator[tuple[Path, Plain]]:
    if not pattern:
        yield path, value
        return
    step, *rest = pattern
    steps: list[str | int] = [step]
    if step == "*":
        steps = list(value) if isinstance(value, dict) else []
        steps = list(range(len(value))) if isinstance(value, list) else steps
    elif not isinstance(value, dict) or step not in value:
        return
    for each in steps:
        yield from _matching(child(value, each), rest, (*path, each))


def _name_of(value: Plain) -> str:
    """What a list entry calls itself."""
    if isinstance(value, dict):
        for key in ("id", "code"):
            name = value.get(key)
            if isinstance(name, str) and name:
                return name
    return ""


def _index_of_character(text: str, scalar: Scalar, value: str, offset: int) -> int:
    """The index in `text` where the character `value[offset]` of a scalar is written.

    Both are walked side by side. Line folding only ever changes white space, so a run of it on one side
    answers to a run on the other; every other character stands in both, in the same order.
    """
    index = scalar.start
    if scalar.style in {"'", '"'}:
        index += 1
    elif scalar.style in {"|", ">"}:
        index = text.find("\n", index) + 1
    position = 0
    while position < min(offset, len(value)) and index < scalar.end:
        if value[position].isspace() and text[index] != "\\":
            while position < len(value) and value[position].isspace() and position < offset:
                position += 1
            while index < scalar.end and text[index].isspace():
                index += 1
            continue
        if text[index].isspace():
            index += 1
            continue
        index += _written_length(text, index, scalar.style)
        position += 1
    while (
        index < scalar.end
        and position < len(value)
        and not value[position].isspace()
        and text[index].isspace()
    ):
        index += 1
    return index


_ESCAPE: Final = re.compile(r"\\(?:x.{2}|u.{4}|U.{8}|.)", re.DOTALL)


def _written_length(text: str, index: int, style: str) -> int:
    """How many characters of the text one character of the value takes."""
    if style == "'" and text.startswith("''", index):
        return 2
    escape = _ESCAPE.match(text, index) if style == '"' else None
    return len(escape.group()) if escape else 1
