"""Is what the documentation says still so? Links, commands, options, settings, and the example workflow."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from cli.main import app
from cli.settings import NAMES, Settings
from engine.core.facts.catalogue import PROJECT_FIELDS
from engine.core.facts.tree import scope
from engine.core.programme.checks import parse_programme
from engine.core.programme.duties import Per, Settles
from engine.core.programme.model import Programme
from engine.core.refusal import Mistake
from engine.core.workflow.checks import parse_definition
from engine.core.workflow.definition import Definition
from engine.core.workflow.verification import verify
from workflows import loader

HOUSE = Path(__file__).resolve().parents[2]
PAGES = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")])
EXAMPLE = HOUSE / "docs/how-to/write-a-workflow.md"
DEADLINES = HOUSE / "docs/how-to/write-deadlines.md"
OPERATE = HOUSE / "docs/how-to/operate.md"

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOUSE).as_posix())


@dataclass(frozen=True, slots=True)
class Mention:
    """A command line on a page, split as a shell would."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.words)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.M | re.S)


def without_blocks(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S)


def command_lines(text: str) -> Iterator[Mention]:
    """Every command of a shell block, and everything in backticks, as words."""
    lines = [line for block in blocks(text, "sh") for line in block.splitlines()]
    spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", without_blocks(text))]
    for line in [*lines, *(span for span in spans if span.startswith(("faseport ", "make ")))]:
        for one in re.split(r"&&|\|\||[;|]", line.split(" #")[0]):
            try:
                words = shlex.split(one)
            except ValueError:
                continue  # no command, but a piece of a longer text
            if words:
                yield Mention(tuple(words))


def mentions(page: Path, program: str) -> list[Mention]:
    return [one for one in command_lines(text_of(page)) if one.words[0].split("/")[-1] == program]


def unknown_in(mention: Mention) -> str | None:
    """What a command line names that the program does not know."""
    command: Any = typer.main.get_command(app)
    words = list(mention.words[1:])
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            known = {name for parameter in command.params for name in (*parameter.opts, "--help")}
            if word.split("=")[0] not in known:
                return word
        elif hasattr(command, "commands") and word != "…":
            if word not in command.commands:
                return word
            command = command.commands[word]
    return None


def slug(heading: str) -> str:
    """The anchor that a heading gets: small letters, hyphens for spaces, no punctuation."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def broken_links(page: Path) -> list[str]:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_blocks(text_of(page))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        anchored = not anchor or anchor in {
            slug(heading) for heading in re.findall(r"^#+ (.+)$", text_of(found), re.M)
        }
        if not found.exists() or not anchored:
            broken.append(target)
    return broken


@every_page
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [HOUSE / "README.md"]
    while waiting:
        page = waiting.pop()
        page = page / "README.md" if page.is_dir() else page
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        targets = re.findall(r"\]\(([^)#\s]+)", without_blocks(text_of(page)))
        waiting += [(page.parent / target).resolve() for target in targets if ":" not in target]
    assert set(PAGES) - reached == set()


@every_page
def test_every_command_named_is_one_there_is(page: Path) -> None:
    wrong = {str(one): unknown for one in mentions(page, "faseport") if (unknown := unknown_in(one))}
    assert wrong == {}


def test_every_command_the_program_itself_recommends_is_one_there_is() -> None:
    told = re.compile(r"faseport ([a-z]+(?: [a-z]+)?)")
    rooms = [path for room in ("cli", "language", "demo", "web") for path in (HOUSE / room).rglob("*.py")]
    named = {found for path in rooms for found in told.findall(text_of(path))}
    assert named
    wrong = {name for name in named if unknown_in(Mention(("faseport", *name.split())))}
    assert wrong == set()


@every_page
def test_every_make_target_named_is_one_there_is(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(HOUSE / "Makefile"), re.M))
    named = {word for one in mentions(page, "make") for word in one.words[1:2]}
    assert named - targets == set()


@every_page
def test_every_setting_named_is_one_there_is(page: Path) -> None:
    named = set(re.findall(r"\bFASEPORT_[A-Z_]*[A-Z]\b(?![*_])", text_of(page)))
    assert named - set(NAMES) == set()


def test_the_operators_page_names_every_setting_and_its_default() -> None:
    rows = re.findall(r"^\| `(FASEPORT_\w+)` \| (.*?) \|", text_of(OPERATE), re.M)
    told = {name: default.strip("`") for name, default in rows}
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    assert told == {f"FASEPORT_{name.upper()}": str(value or "–") for name, value in defaults.items()}


def example() -> str:
    return next(block for block in blocks(text_of(EXAMPLE), "yaml") if block.startswith("workflow:"))


def test_the_example_workflow_is_sound_alone_and_in_the_programme_that_ships() -> None:
    definition = parse_definition(example())
    assert isinstance(definition, Definition), definition
    programme = parse_programme(loader.read_programme("trondheim"))
    assert isinstance(programme, Programme)
    assert verify(definition) == ()
    assert verify(definition, programme) == ()


def test_the_example_workflow_is_no_longer_sound_when_a_fact_is_misspelt() -> None:
    found = parse_definition(example().replace("project.goals", "project.gaols"))
    assert isinstance(found, tuple)
    assert [mistake.code for mistake in found] == ["rule.unknown_path"]


def test_the_page_about_workflows_names_every_root_that_rules_see() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", text_of(EXAMPLE), re.M))
    assert told == {*scope().roots, "item"}


def test_the_page_about_workflows_names_every_member_of_a_list() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (?:.*: )?`([a-z_ ]+)` \|$", text_of(EXAMPLE), re.M)
    told = {name: members.split() for name, members in rows}
    known = {root.name: [one.name for one in root.fields] for root in scope().roots.values() if root.fields}
    lists = {name: members for name, members in known.items() if name not in ("project", "roles")}
    assert told == lists
    assert {field.name for field in PROJECT_FIELDS if field.type == "list" and field.fields} <= set(lists)


def shipped_with_other_deadlines(text: str) -> Programme | tuple[Mistake, ...]:
    head = loader.read_programme("trondheim").partition("\ncalendar:")[0]
    return parse_programme(f"{head}\n{text}")


def test_the_example_of_deadlines_is_a_programme_in_the_place_of_those_that_ship() -> None:
    (text,) = blocks(text_of(DEADLINES), "yaml")
    programme = shipped_with_other_deadlines(text)
    assert isinstance(programme, Programme), programme
    assert [duty.id for duty in programme.duties] == ["statusrapport", "manedsmote"]
    assert not isinstance(shipped_with_other_deadlines(text.replace("day: 20", "day: 31")), Programme)


def test_the_page_about_deadlines_names_every_rhythm_and_every_way_of_settling() -> None:
    told = re.findall(r"^\| `(\w+)`.* \|$", text_of(DEADLINES), re.M)
    assert told == ["per", *get_args(Per), "settled_by", *get_args(Settles)]


# ---- can these tests fail? ----


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        ("faseport invent", "invent"),
        ("faseport gate chek KEY", "chek"),
        ("faseport case vote 1/2025 --chioce godkjenn", "--chioce"),
        ("faseport gate check KEY --gate BP2", None),
        ("faseport --trace …", None),
    ],
)
def test_a_command_that_is_not_there_is_seen(line: str, unknown: str | None) -> None:
    assert unknown_in(Mention(tuple(line.split()))) == unknown


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](gone.md) [b](#here) [c](#there) [d](https://example.org)\n", "utf-8")
    assert broken_links(page) == ["gone.md", "#there"]
