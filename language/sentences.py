"""Which sentence says this? From a code and its data to what an official reads.

The core gives codes, never prose: a reason why a gate is shut, a mistake in a file, a problem with a value,
a fault in the ledger. Each has one sentence, in `refusals` (what the rules and the people say no to) or
`mistakes` (what is wrong with something written). A field in a sentence may say how it is written:
`{due:day}`, `{role:role}`, `{missing:count plass}`.
"""

import string
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from engine.core.refusal import Invalid, Mistake, Misuse, NotAllowed, Unknown
from language import formats, obligations
from language.catalogues import translations
from language.letters import untrue_words
from language.mistakes import MISTAKES
from language.refusals import REFUSALS, UNKNOWN

SENTENCES: Final[Mapping[str, str]] = {**REFUSALS, **MISTAKES}
"""Every code with its sentence in bokmål."""


class Said(Protocol):
    """Anything with a code and its data: Reason, Remark, Problem, RuleFault, Mistake, Fault, NotAllowed."""

    @property
    def code(self) -> str: ...
    @property
    def data(self) -> Mapping[str, str | int]: ...


def sentence(said: Said, locale: str = "nb") -> str:
    """The sentence for a code and its data.

    A code without a sentence is shown as it is, so that an answer still reaches whoever asked; the tests
    see to it that there is none. Raises KeyError when the data lack a field that the sentence names.
    """
    return sentence_for(said.code, said.data, locale)


def sentence_for(code: str, data: Mapping[str, str | int], locale: str = "nb") -> str:
    """As `sentence`, of a code and data on their own."""
    words = SENTENCES.get(code)
    if words is None:
        return " ".join([code, *(f"{name}={value}" for name, value in data.items())])
    return _Written(locale).vformat(translations(locale).gettext(words), (), data).strip()


def placed(mistake: Mistake, locale: str = "nb") -> str:
    """A mistake in a file with its place: «linje 12, kolonne 5 (gates[2].papers): …»."""
    line, column = {"en": ("line", "column")}.get(locale, ("linje", "kolonne"))
    where = f" ({mistake.where})" if mistake.where else ""
    return f"{line} {mistake.line}, {column} {mistake.column}{where}: {sentence(mistake, locale)}"


def misuse_sentences(misuse: Misuse, locale: str = "nb") -> tuple[str, ...]:
    """What a caller got wrong, one sentence each."""
    match misuse:
        case Unknown(kind=kind, name=name, nearest=nearest):
            words = translations(locale).gettext(UNKNOWN.get(kind, UNKNOWN[""]))
            data = {"kind": kind, "name": name, "nearest": nearest}
            return (_Written(locale).vformat(words, (), data),)
        case Invalid(mistakes=mistakes):
            return tuple(placed(mistake, locale) for mistake in mistakes)
        case NotAllowed():
            return (sentence(misuse, locale),)
        case _:
            return (str(misuse),)


class _Written(string.Formatter):
    """`{field:how}`: fields of a mapping only, written for people; nothing else works."""

    def __init__(self, locale: str) -> None:
        self._locale = locale

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:  # noqa: ARG002
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        how, _, argument = format_spec.partition(" ")
        if how == "count":
            return formats.count(int(value), argument, self._locale)
        if how == "Count":
            return formats.upper_first(formats.count(int(value), argument, self._locale))
        return _WAYS[how](value, self._locale)


def _suggestion(value: Any, locale: str) -> str:
    if not value:
        return ""
    return f" {'Did you mean' if locale == 'en' else 'Mente du'} «{value}»?"


def _among(value: Any, locale: str) -> str:
    """A comma-separated list of what could have been written, when there is anything."""
    return f" {'Choose among' if locale == 'en' else 'Velg mellom'}: {value}." if value else ""


def _roles(value: Any, locale: str) -> str:
    """One role, or several with «eller» between them."""
    either = " or " if locale == "en" else " eller "
    return either.join(formats.role_word(role, locale) for role in str(value).split(" eller "))


def _day(value: Any, locale: str) -> str:
    try:
        return formats.day_and_year(str(value), locale)
    except ValueError:
        # What somebody wrote where a date belongs is shown as they wrote it.
        return f"«{value}»"


def _by_due(value: Any, locale: str) -> str:
    return f" ({'due' if locale == 'en' else 'frist'} {_day(value, locale)})" if value else ""


def _after_colon(value: Any, _locale: str) -> str:
    return f": {value}" if value else ""


def _in_quotes(value: Any, _locale: str) -> str:
    return f" «{value}»" if value else ""


_WAYS: Final[Mapping[str, Callable[[Any, str], str]]] = {
    "": lambda value, locale: formats.number(value, locale) if isinstance(value, int) else str(value),
    "plain": lambda value, _locale: str(value),
    "day": _day,
    "due": _by_due,
    "role": _roles,
    "Role": lambda value, locale: formats.upper_first(_roles(value, locale)),
    "outcome": lambda value, locale: formats.outcome_word(str(value), locale).lower(),
    "status": lambda value, locale: formats.case_status_word(str(value), locale).lower(),
    "meeting": lambda value, locale: _day(str(value).rpartition(":")[2], locale),
    "meeting_status": lambda value, locale: formats.meeting_status_word(str(value), locale).lower(),
    "rule": lambda value, locale: formats.rule_word(str(value), locale).lower(),
    "shape": lambda value, _locale: _SHAPES.get(str(value), str(value)),
    "letter_state": lambda value, locale: formats.letter_state_word(str(value), locale).lower(),
    "untrue": lambda value, _locale: untrue_words(str(value)),
    "where": lambda value, _locale: obligations.where_words(str(value)),
    "due_elsewhere": lambda value, _locale: obligations.due_elsewhere_words(str(value)),
    "why": lambda value, _locale: _WHYS.get(str(value), str(value)),
    "word": lambda value, _locale: str(value).replace("_", " "),
    "suggestion": _suggestion,
    "among": _among,
    "colon": _after_colon,
    "quoted": _in_quotes,
}

_SHAPES: Final[Mapping[str, str]] = {
    "text": "tekst",
    "long_text": "tekst",
    "number": "et tall",
    "integer": "et heltall",
    "whole_number": "et heltall",
    "money": "et beløp",
    "yes_no": "ja eller nei",
    "list": "en liste",
    "mapping": "navngitte felt",
    "record": "navngitte felt",
    "nothing": "ingenting",
    "null": "ingenting",
    "bool": "ja eller nei",
    "int": "et heltall",
    "float": "et tall",
    "time": "en dato",
    "date": "en dato",
    "duration": "en varighet",
}
_WHYS: Final[Mapping[str, str]] = {
    "missing": "en opplysning mangler",
    "too_costly": "regelen ville ta for lang tid",
    "not_boolean": "regelen svarer ikke ja eller nei",
    "not_a_list": "regelen gir ingen liste",
    "failed": "regelen lot seg ikke regne ut",
}
