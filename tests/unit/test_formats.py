"""Are dates, sums and counts written as a Norwegian official would write them?"""

import re
from datetime import UTC, date, datetime

import pytest
from babel.messages.pofile import read_po
from jinja2 import DictLoader, UndefinedError

from engine.core.cases.voting import Choice
from engine.core.workflow.definition import OUTCOMES
from language import environments, formats
from language.catalogues import DOMAIN, FOLDER, LOCALES, translations
from language.sentences import SENTENCES
from notifications.letters import TEMPLATES

DECIDED = datetime(2025, 2, 5, 8, 21, tzinfo=UTC)


def test_dates_have_their_weekday_and_times_are_oslo_time() -> None:
    assert formats.day(date(2025, 2, 5)) == "onsdag 5. februar"
    assert formats.moment(DECIDED) == "onsdag 5. februar 2025 kl. 09.21"
    assert formats.deadline("2025-07-01T13:00:00+00:00") == "tirsdag 1. juli kl. 15.00"
    assert formats.plain_date("2025-02-05") == "05.02.2025"


def test_an_instant_late_in_the_evening_in_utc_is_the_next_day_in_oslo() -> None:
    assert formats.day("2025-02-04T23:30:00+00:00") == "onsdag 5. februar"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        formats.moment("2025-02-05T08:21:00")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (1_200_000, "1,2 mill. kroner"),
        (1_450_000, "1,45 mill. kroner"),
        (7_300_000_000, "7,3 mrd. kroner"),
        (1_234_567, "1\xa0234\xa0567 kroner"),
        (850_000, "850\xa0000 kroner"),
        (-2_000_000, "-2 mill. kroner"),
        (0, "0 kroner"),
    ],
)
def test_a_sum_is_shortened_only_where_nothing_is_lost(amount: int, words: str) -> None:
    assert formats.kroner(amount) == words


def test_small_counts_are_words_and_agree_with_their_noun() -> None:
    assert [formats.count(n, "forutsetning") for n in (0, 1, 2, 12, 13)] == [
        "ingen forutsetninger",
        "én forutsetning",
        "to forutsetninger",
        "tolv forutsetninger",
        "13 forutsetninger",
    ]
    assert formats.count(1, "krav") == "ett krav"
    assert [formats.count(n, "nøkkel") for n in (1, 2)] == ["én nøkkel", "to nøkler"]
    assert formats.count(2, "forutsetning", "nn") == "to føresetnader"
    assert formats.count(0, "sak", "en") == "no cases"


def test_lists_end_with_og() -> None:
    assert formats.listed(["a", "b", "c"]) == "a, b og c"


def test_every_choice_and_outcome_has_its_word_in_every_language() -> None:
    for locale in LOCALES:
        for choice in Choice:
            assert "_" not in formats.choice_word(choice, locale)
        for outcome in OUTCOMES:
            assert "_" not in formats.outcome_word(outcome, locale)
            assert formats.outcome_word(outcome, locale)[0].isupper()


def test_an_assumed_phase_says_so() -> None:
    assert formats.phase_status_word("Prosjekt", assumed=True) == "Prosjekt (antatt)"
    assert formats.phase_status_word(None) == "Rapporteres ikke"


def test_html_is_escaped_text_is_not_and_a_hole_is_never_left() -> None:
    loader = DictLoader({"a": "{{ x }}", "b": "{{ y }}"})
    given = {"x": "<b>A & B</b>"}
    assert environments.html(loader).get_template("a").render(given) == "&lt;b&gt;A &amp; B&lt;/b&gt;"
    assert environments.text(loader).get_template("a").render(given) == "<b>A & B</b>"
    with pytest.raises(UndefinedError):
        environments.text(loader).get_template("b").render(given)


@pytest.mark.parametrize("name", environments.FILTERS)
def test_every_promised_filter_is_there(name: str) -> None:
    assert name in environments.text(DictLoader({})).filters


def test_a_date_is_not_broken_over_two_lines_where_asked() -> None:
    loader = DictLoader({"a": "{{ x|moment }}"})
    page = environments.html(loader, keep_together=True).get_template("a").render(x=DECIDED)
    assert page == "onsdag 5.\u00a0februar 2025 kl.\u00a009.21"


@pytest.mark.parametrize("locale", ["nn", "en"])
def test_a_catalogue_is_compiled_and_translates_only_what_is_said(locale: str) -> None:
    place = FOLDER / locale / "LC_MESSAGES" / f"{DOMAIN}.po"
    said = set(SENTENCES.values())
    templates = "".join(path.read_text() for path in TEMPLATES.rglob("*") if path.is_file())
    with place.open("rb") as file:
        for message in read_po(file, abort_invalid=True):
            if message.id:
                assert isinstance(message.id, str)
                assert message.string, message.id
                assert not message.fuzzy
                assert message.id in said or f'_("{message.id}"' in templates, message.id
    word = "Framlegg til avgjerd:" if locale == "nn" else "Proposed decision:"
    assert translations(locale).gettext("Forslag til beslutning:") == word, "run: make venv"


@pytest.mark.parametrize("locale", ["nn", "en"])
def test_no_letter_is_half_in_another_language(locale: str) -> None:
    templates = "".join(path.read_text() for path in TEMPLATES.rglob("*") if path.is_file())
    with (FOLDER / locale / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        translated = {message.id for message in read_po(file)}
    assert sorted(set(re.findall(r'_\("([^"]+)"', templates)) - translated) == []
