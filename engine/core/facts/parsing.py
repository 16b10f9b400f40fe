"""A value somebody gives a fact: what was written in, the value or every problem out."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NoReturn

from engine.core.address import as_kept, fault_in
from engine.core.facts.field import Field, Parsed, Problem, Value, item_of
from engine.core.text import HINTS, UNFIT, nearest, says_nothing, shown

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
    value = read_value(field, read, path=field.name, problems=problems)
    return tuple(problems) if problems else value


class _Refused(Exception):
    """Not an error of the program: the value is not taken."""

    def __init__(self, code: str, data: Mapping[str, str | int]) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


def _refuse(code: str, **data: str | int) -> NoReturn:
    raise _Refused(code, data)


def read_value(field: Field, raw: object, *, path: str, problems: list[Problem]) -> Value | None:
    """The value that was meant; None when it is a problem, which is added."""
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
        value = read_value(known[name], each, path=f"{path}.{name}", problems=problems)
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
        value = read_value(item, each, path=place, problems=problems)
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
