"""Does plain data have the shape a model asks for — and if not, where not?

The workflow and the programme file are both read through here: pydantic looks at the whole of the data, and
each of its complaints becomes a `Mistake` at the line and column of the text, with codes of our own.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Final, TypeAlias, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    GetJsonSchemaHandler,
    PlainValidator,
    PrivateAttr,
    Strict,
    StringConstraints,
    Tag,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError

from engine.core.address import FAULTS, as_kept, fault_in
from engine.core.files.yaml_source import Path, Plain, Source, child, digest_of, in_order, read
from engine.core.refusal import Mistake
from engine.core.text import nearest, says_nothing

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "shape.unknown_key": ("key", "nearest", "allowed"),
    "shape.missing_key": ("key",),
    "shape.no_value": (),
    "shape.wrong_kind": ("expected", "found"),
    "shape.needs_quotes": ("value",),
    "shape.not_allowed": ("value", "nearest", "allowed"),
    "shape.id": ("value",),
    "shape.blank": (),
    "shape.too_long": ("limit",),
    "shape.too_few": ("least",),
    "shape.too_many": ("limit",),
    "shape.too_small": ("least",),
    "shape.too_large": ("limit",),
    "shape.date": ("value",),
    "shape.time": ("value",),
    "shape.moment": ("value",),
    "shape.year_day": ("value",),
    "shape.not_an_address": ("value",),
    "shape.mailbox_not_ascii": ("value",),
    "shape.no_such_domain": ("value",),
    "shape.other": ("problem",),
}
"""Every code this module gives, with the keys of its data.

`expected` and `found` are among text, number, whole_number, yes_no, list, mapping, nothing.
"""

ModelT = TypeVar("ModelT", bound=BaseModel)
DocumentT = TypeVar("DocumentT", bound="Document")


class Shape(BaseModel):
    """What every part of a file is: frozen, and with no keys but the named ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Document(Shape):
    """A whole file, as parsed: immutable, and the same for the same text."""

    _source: Source = PrivateAttr(default_factory=lambda: Source(text=""))

    @property
    def source(self) -> Source:
        """The text it was parsed from, with every position."""
        return self._source

    @property
    def text(self) -> str:
        """The text it was parsed from, normalised; this is what is stored."""
        return self._source.text

    @property
    def digest(self) -> str:
        """SHA-256 of the normalised text, in hexadecimal."""
        return digest_of(self._source.text)


# ---------------------------------------------------------------- the kinds of values


STORED: Final = {"stored": True}
"""The context of a text that was taken in before: what shows nothing was no mistake then."""


def _not_blank(value: Any, info: ValidationInfo) -> Any:
    blank = isinstance(value, str) and (not value.strip() if info.context == STORED else says_nothing(value))
    if blank:
        raise PydanticCustomError("blank", "blank")
    return value


Line: TypeAlias = Annotated[str, StringConstraints(max_length=300), BeforeValidator(_not_blank)]
Paragraph: TypeAlias = Annotated[str, StringConstraints(max_length=2000), BeforeValidator(_not_blank)]

Id: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$", max_length=60)]
"""A name that programs use: small ASCII letters, digits, single hyphens and underscores."""

Whole: TypeAlias = Annotated[int, Strict()]
Number: TypeAlias = Annotated[float, Strict()]
YesNo: TypeAlias = Annotated[bool, Strict()]


class Translations(Shape):
    """One text in several languages; bokmål is always there."""

    nb: Paragraph
    nn: Paragraph | None = None
    en: Paragraph | None = None


def _text_or_translations(value: Any) -> str:
    return "translations" if isinstance(value, dict | Translations) else "text"


Text: TypeAlias = Annotated[
    Annotated[Paragraph, Tag("text")] | Annotated[Translations, Tag("translations")],
    Discriminator(_text_or_translations),
]
"""A text in bokmål, or a map from `nb`, `nn` and `en` to the text in that language."""


def text_in(text: str | Translations, locale: str = "nb") -> str:
    """The text in the language asked for; in bokmål where it is not translated."""
    if isinstance(text, str):
        return text
    return {"nn": text.nn, "en": text.en}.get(locale) or text.nb


def _written_as(name: str, pattern: str, read: Callable[[str], Any]) -> Callable[[Any], Any]:
    """A reader of values written as text in one form only; `name` is the complaint when they are not."""

    def reader(value: Any) -> Any:
        try:
            if isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII):
                return read(value)
        except ValueError:
            pass  # the right form and no such day or hour
        raise PydanticCustomError(name, "not written as expected")

    return reader


Day: TypeAlias = Annotated[
    date,
    PlainValidator(_written_as("date", r"\d{4}-\d\d-\d\d", date.fromisoformat)),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A date written as 2025-01-31."""

YEAR_DAY: Final = r"\d\d-\d\d"

Clock: TypeAlias = Annotated[
    time,
    PlainValidator(_written_as("time", r"\d\d:\d\d", time.fromisoformat)),
    WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d$"}),
]
"""A time of day, Oslo wall time, written as "09:00"."""

YearDay: TypeAlias = Annotated[
    str,
    PlainValidator(_written_as("year_day", YEAR_DAY, str)),
    WithJsonSchema({"type": "string", "pattern": rf"^{YEAR_DAY}$"}),
]
"""A day of every year, written as "12-24": the month, then the day."""

Moment: TypeAlias = Annotated[
    datetime,
    PlainValidator(_written_as("moment", r"\d{4}-\d\d-\d\dT\d\d:\d\d", datetime.fromisoformat)),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"}),
]
"""A day and a time of day, Oslo wall time, written as 2025-03-12T10:00; without a zone."""


def _address(value: Any) -> str:
    fault = fault_in(value) if isinstance(value, str) else "not_an_address"
    if fault is not None:
        raise PydanticCustomError(fault, "no address")
    return as_kept(value)


Email: TypeAlias = Annotated[
    str,
    PlainValidator(_address),
    WithJsonSchema({"type": "string", "format": "idn-email"}),
]
"""An e-mail address, by the grammar of `engine.core.address`."""


class OrText:
    """Tells an editor that a single text may stand in the place of what is meant in full."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


def one_or_more(value: Any) -> Any:
    """A single text where a list of texts is meant: `from: planlegge` is `from: [planlegge]`."""
    return [value] if isinstance(value, str) else value


# ---------------------------------------------------------------- from complaints to mistakes


def parsed(
    text: str | bytes,
    model: type[DocumentT],
    *,
    sense: Callable[[Source], Iterable[Mistake]],
    stored: bool = False,
) -> DocumentT | tuple[Mistake, ...]:
    """The document a YAML text describes, or every mistake in it in the text's order. Never raises.

    `stored` is a text that was taken in before.
    `sense` finds what shapes cannot show; it passes over what is not of the shape it looks for.
    """
    source = read(text)
    if not source.followed:
        return source.mistakes
    document = shaped(source, model, stored=stored)
    found = [*source.mistakes, *sense(source)]
    if not isinstance(document, model):
        return in_order([*found, *document])
    if found:
        return in_order(found)
    document._source = source
    return document


def shaped(source: Source, model: type[ModelT], *, stored: bool = False) -> ModelT | tuple[Mistake, ...]:
    """The source's data as a `model`, or every way in which it is none, in no certain order."""
    try:
        return model.model_validate(source.data, context=STORED if stored else None)
    except ValidationError as failure:
        found = [_mistake(source, model, error) for error in failure.errors(include_url=False)]
        return tuple(mistake for mistake in found if mistake is not None)


def schema_of(model: type[BaseModel], *, title: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of the YAML as it is written, for editors and for people."""
    schema = model.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _mistake(source: Source, model: type[BaseModel], error: ErrorDetails) -> Mistake | None:
    path, at_key = _path_in(source.data, error)
    if any(path[:length] in source.faulty for length in range(len(path) + 1)):
        return None  # said already, when the value could not be read
    code, data = _complaint(error, known=_keys_at(model, error["loc"][:-1]))
    return source.mistake_at_key(code, path, **data) if at_key else source.mistake(code, path, **data)


def _path_in(data: Plain, error: ErrorDetails) -> tuple[Path, bool]:
    """The path of an error in the text; pydantic's own also names branches, which the text has not."""
    path: list[str | int] = []
    at_key = error["type"] == "extra_forbidden"
    for step in error["loc"]:
        if (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int)):
            path.append(step)
            data = child(data, step)
        else:
            at_key = at_key or step == "[key]"
    if error["type"] == "missing":
        path.append(error["loc"][-1])
    return tuple(path), at_key


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that may stand where `loc` leads."""
    found: type[BaseModel] = model
    for step in loc:
        fields = {field.alias or name: field for name, field in found.model_fields.items()}
        if isinstance(step, str) and step in fields:
            found = _model_in(fields[step].annotation) or found
    return tuple(field.alias or name for name, field in found.model_fields.items())


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


_EXPECTED: Final[Mapping[str, str]] = {
    "string_type": "text",
    "int_type": "whole_number",
    "float_type": "number",
    "bool_type": "yes_no",
    "list_type": "list",
    "tuple_type": "list",
    "dict_type": "mapping",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
}

_LIMITS: Final[Mapping[str, tuple[str, str, str]]] = {
    "string_too_long": ("shape.too_long", "limit", "max_length"),
    "too_long": ("shape.too_many", "limit", "max_length"),
    "too_short": ("shape.too_few", "least", "min_length"),
    "greater_than_equal": ("shape.too_small", "least", "ge"),
    "less_than_equal": ("shape.too_large", "limit", "le"),
}


def _complaint(error: ErrorDetails, *, known: tuple[str, ...]) -> tuple[str, dict[str, str | int]]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    written = str(value)[:80]
    if kind == "missing":
        return "shape.missing_key", {"key": str(error["loc"][-1])}
    if kind == "extra_forbidden":
        key = str(error["loc"][-1])
        return "shape.unknown_key", {"key": key, "nearest": nearest(key, known), "allowed": ", ".join(known)}
    if value is None:
        return "shape.no_value", {}
    if kind in _EXPECTED:
        return _wrong_kind(_EXPECTED[kind], value)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        near = nearest(written, allowed)
        return "shape.not_allowed", {"value": written, "nearest": near, "allowed": ", ".join(allowed)}
    if kind == "string_pattern_mismatch":
        return "shape.id", {"value": written}
    if kind == "blank":
        return "shape.blank", {}
    if kind in {"date", "time", "moment", "year_day", *FAULTS}:
        return f"shape.{kind}", {"value": written}
    if kind in _LIMITS:
        code, key, name = _LIMITS[kind]
        return code, {key: int(context[name])}
    return "shape.other", {"problem": error["msg"]}


def _wrong_kind(expected: str, value: Any) -> tuple[str, dict[str, str | int]]:
    found = _kind_of(value)
    if expected == "text" and found in {"number", "yes_no"}:
        return "shape.needs_quotes", {"value": str(value)}
    return "shape.wrong_kind", {"expected": expected, "found": found}


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "yes_no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, dict):
        return "mapping"
    return "list" if isinstance(value, list) else "text"
