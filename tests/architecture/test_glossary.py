"""Does the ordliste name everything that a newcomer meets in the code, and nothing that is gone?"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

import pytest
from sqlmodel import SQLModel

from engine.core.cases import voting
from engine.core.record import codec, events, letters
from engine.core.record.events import event
from engine.core.workflow import definition
from engine.store import tables
from engine.store.tables.base import metadata
from language import formats

HOUSE = Path(__file__).resolve().parents[2]
PAGE = HOUSE / "docs/reference/ordliste.md"

LISTS: dict[str, Iterable[str]] = {
    "Tables": metadata.tables,
    "Events": codec.KINDS,
    "Outcomes": definition.OUTCOMES,
    "Choices": voting.Choice,
    "Rules": voting.RULES,
    "Ties": voting.TIES,
    "Handlings": voting.HANDLINGS,
    "Letters": [kind for name, kind in vars(letters).items() if name.isupper() and isinstance(kind, str)],
}
"""The page's sections, and what of the code each of them lists whole."""


def rows(section: str) -> list[list[str]]:
    """The cells of each row of a section's table."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^## {section}$(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, f"no section {section}"
    lines = [line for line in found[1].splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def names(section: str) -> list[str]:
    return [row[0].strip("` |") for row in rows(section)]


def kinds_of(package: ModuleType, base: type) -> set[type]:
    """The classes that the modules of a package define under a base."""
    names = [each.name for each in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")]
    found = {name: vars(importlib.import_module(name)).values() for name in names}
    own = {
        each for name in names for each in found[name] if isinstance(each, type) and each.__module__ == name
    }
    return {each for each in own if issubclass(each, base) and each is not base}


@pytest.mark.parametrize("section", LISTS)
def test_a_section_names_everything_in_the_code_and_nothing_else(section: str) -> None:
    assert sorted(names(section)) == sorted(str(name) for name in LISTS[section])


@pytest.mark.parametrize("section", ["Words", *LISTS])
def test_every_name_has_words_beside_it_and_stands_there_once(section: str) -> None:
    assert all(all(row) for row in rows(section))
    assert len(names(section)) == len(set(names(section)))


def test_every_word_is_one_the_code_uses() -> None:
    sources = [path for room in ("engine", "web", "cli") for path in (HOUSE / room).rglob("*.py")]
    used = set(re.findall(r"[a-z]+(?:_[a-z]+)*", "\n".join(path.read_text("utf-8") for path in sources)))
    assert [name for name in names("Words") if name not in used] == []


def test_no_event_and_no_table_is_left_out_of_the_lists_the_page_is_checked_against() -> None:
    assert kinds_of(events, event.Event) == set(codec.KINDS.values())
    stored = {str(each.__dict__["__tablename__"]) for each in kinds_of(tables, SQLModel)}
    assert stored == set(metadata.tables)


@pytest.mark.parametrize(
    ("section", "word"),
    [("Outcomes", formats.outcome_word), ("Choices", formats.choice_word), ("Rules", formats.rule_word)],
)
def test_the_users_word_is_the_one_on_pages_and_in_letters(section: str, word: Callable[[str], str]) -> None:
    told = {row[0].strip("` |"): row[1].rstrip(" |") for row in rows(section)}
    assert {name: text for name, text in told.items() if not text.startswith(word(name))} == {}
