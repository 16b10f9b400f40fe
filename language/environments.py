"""How do templates become text and pages?

Two kinds of Jinja environment with the same filters: pages and HTML letters escape everything, plain text
nothing. Both are strict: a name that is not given stops the rendering, so that no letter leaves with a hole
in it.
"""

from collections.abc import Callable
from typing import Any, Final

from jinja2 import BaseLoader, Environment, StrictUndefined

from language import formats, obligations
from language.catalogues import translations
from language.sentences import sentence

_WITH_LOCALE: Final[dict[str, Callable[..., str]]] = {
    "day": formats.day,
    "day_and_year": formats.day_and_year,
    "short_day": formats.short_day,
    "plain_date": formats.plain_date,
    "clock": formats.clock,
    "moment": formats.moment,
    "deadline": formats.deadline,
    "number": formats.number,
    "kroner": formats.kroner,
    "in_words": formats.in_words,
    "count": formats.count,
    "listed": formats.listed,
    "choice_word": formats.choice_word,
    "outcome_word": formats.outcome_word,
    "case_status_word": formats.case_status_word,
    "meeting_status_word": formats.meeting_status_word,
    "check_status_word": formats.check_status_word,
    "handling_word": formats.handling_word,
    "rule_word": formats.rule_word,
    "role_word": formats.role_word,
    "letter_state_word": formats.letter_state_word,
    "phase_status_word": formats.phase_status_word,
    "sentence": sentence,
    "obligation_words": obligations.obligation_words,
    "if_nothing_words": obligations.if_nothing_words,
    "period_words": formats.period_words,
}
FILTERS: Final = (*_WITH_LOCALE, "upper_first", "lower_first", "grouped_code", "where_words")
"""The names templates can use after «|»; those that depend on the language already know it."""


def html(loader: BaseLoader, locale: str = "nb", *, keep_together: bool = False) -> Environment:
    """An environment for `*.html`: everything that is not markup of ours is escaped.

    With `keep_together` no date or time of day is broken over two lines.
    """
    environment = _environment(loader, locale, autoescape=True)
    if keep_together:
        for name in ("day", "day_and_year", "short_day", "clock", "moment", "deadline"):
            environment.filters[name] = _kept_together(environment.filters[name])
    return environment


def text(loader: BaseLoader, locale: str = "nb") -> Environment:
    """An environment for `*.txt`: nothing is escaped."""
    return _environment(loader, locale, autoescape=False)


def _environment(loader: BaseLoader, locale: str, *, autoescape: bool) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=autoescape,  # noqa: S701  # plain text is not markup
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    catalogue = translations(locale)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by ext.i18n
        catalogue.gettext, catalogue.ngettext, newstyle=True, pgettext=catalogue.pgettext
    )
    environment.filters |= {name: _in(locale, made) for name, made in _WITH_LOCALE.items()}
    environment.filters |= {
        "upper_first": formats.upper_first,
        "lower_first": formats.lower_first,
        "grouped_code": formats.grouped_code,
        "where_words": obligations.where_words,
    }
    environment.globals["locale"] = locale
    return environment


def _kept_together(made: Callable[..., str]) -> Callable[..., str]:
    return lambda *arguments: formats.kept_together(made(*arguments))


def _in(locale: str, made: Callable[..., str]) -> Callable[..., str]:
    def in_locale(*arguments: Any, **named: Any) -> str:
        return made(*arguments, locale=locale, **named)

    return in_locale
