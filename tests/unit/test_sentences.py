"""Does every code the program can give have a sentence, and does the sentence use the code's own data?"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

import documents
import engine.core
import engine.queries
import engine.store
import engine.use_cases
import notifications
from engine.core.refusal import Invalid, Mistake, NotAllowed, Unknown
from language.catalogues import LOCALES
from language.refusals import UNKNOWN
from language.sentences import SENTENCES, misuse_sentences, placed, sentence, sentence_for


@dataclass(frozen=True)
class Said:
    code: str
    data: Mapping[str, str | int] = field(default_factory=dict)


NUMBERS = {
    "at_least", "found", "left", "limit", "least", "length", "base", "quorum", "answered", "missing",
    "agreeing", "with_conditions", "against", "approving", "seats", "members", "tried", "number",
}  # fmt: skip


def codes() -> Iterator[tuple[str, tuple[str, ...]]]:
    for package in (engine.core, engine.queries, engine.store, engine.use_cases, notifications, documents):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations." not in module.name:
                found = importlib.import_module(module.name)
                yield from getattr(found, "CODES", {}).items()


def filled(keys: tuple[str, ...], code: str) -> dict[str, str | int]:
    words = SENTENCES[code]
    return {key: 3 if f"{{{key}:count" in words.lower() or key in NUMBERS else f"<{key}>" for key in keys}


def test_every_code_has_a_sentence() -> None:
    assert sorted({code for code, _ in codes()} - set(SENTENCES)) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_can_be_written_from_its_own_data(locale: str) -> None:
    for code, keys in codes():
        said = sentence_for(code, filled(keys, code), locale)
        assert said
        assert "{" not in said.replace("{item.title}", ""), code


def test_a_sentence_is_a_whole_sentence() -> None:
    for code, words in SENTENCES.items():
        if code not in {"criterion.otherwise"}:
            assert words[0].isupper() or words[0] in "«{", (code, words)
            assert words.rstrip().endswith((".", "}", "?")), (code, words)


def test_small_numbers_are_words_where_things_are_counted() -> None:
    assert sentence(Said("link_wrong_code", {"left": 2})) == "Koden stemmer ikke. Du har to forsøk igjen."
    assert sentence(Said("link_wrong_code", {"left": 1})) == "Koden stemmer ikke. Du har ett forsøk igjen."


def test_dates_and_roles_are_written_for_people() -> None:
    said = Said(
        "criterion.reconfirm",
        {"role": "utredningsleder", "value": "ja", "gate": "BP1", "on": "2025-01-10"},
    )
    assert (
        sentence(said)
        == "Svaret fra BP1 fredag 10. januar 2025 var «ja». Fortsatt riktig? Svares av utredningsleder."
    )


def test_a_meeting_is_named_by_its_day() -> None:
    said = Said("meeting_over", {"meeting": "styringsgruppa:2025-02-05", "status": "held"})
    assert sentence(said) == "Møtet onsdag 5. februar 2025 er avsluttet, og kan ikke endres."


def test_what_somebody_wrote_where_a_date_belongs_is_shown_as_written() -> None:
    said = Said("condition_due_unreadable", {"number": 2, "due": "snart"})
    assert sentence(said) == "Forutsetning 2: «snart» er ikke en dato. Skriv den som 2025-04-04."


def test_a_suggestion_is_only_made_when_there_is_one() -> None:
    assert misuse_sentences(Unknown("project", "vlferd", "velferd")) == (
        "Prosjektet «vlferd» finnes ikke. Mente du «velferd»?",
    )
    assert misuse_sentences(Unknown("project", "x")) == ("Prosjektet «x» finnes ikke.",)


def test_every_kind_of_unknown_thing_reads_as_a_sentence() -> None:
    for kind in UNKNOWN:
        assert misuse_sentences(Unknown(kind, "x", "y"))[0].endswith((".", "?"))


def test_what_is_not_allowed_and_what_cannot_be_read_are_said_too() -> None:
    mistake = Mistake(code="shape.missing_key", data={"key": "title"}, line=3, column=5, where="gates[0]")
    assert misuse_sentences(Invalid((mistake,))) == (placed(mistake),)
    assert placed(mistake) == "linje 3, kolonne 5 (gates[0]): Feltet «title» mangler."
    assert misuse_sentences(NotAllowed("own_answer")) == ("Du kan ikke bekrefte ditt eget svar.",)


def test_data_never_act_as_a_pattern() -> None:
    said = Said("criterion.otherwise", {"text": "{role:role} {0.__class__} %s {{"})
    assert sentence(said) == "{role:role} {0.__class__} %s {{"


def test_a_code_nobody_has_written_a_sentence_for_is_shown_with_its_data() -> None:
    assert sentence(Said("brand.new", {"name": "x", "n": 2})) == "brand.new name=x n=2"
