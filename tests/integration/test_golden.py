"""Does an installation that ran on an earlier version still stand, say the same, and open its old links?

The world in `tests/golden/` was written by commit fb6c0c6's own code, once (`tools/make_golden.py`). Every
version since must be able to upgrade it, prove it, rebuild it, and walk about in it.
"""

import json
import lzma
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff
from fnmatch import fnmatchcase
from itertools import islice
from typing import Final

import pytest
from sqlalchemy import text

from engine.core.record.codec import KINDS
from engine.store.record import ledger
from engine.store.session import Database
from tests import golden_world
from tests.databases import BACKENDS, Postgres
from tests.golden_world import GOLDEN, World

PATTERN: Final = "re:"
"""What a listed line begins with that is a regular expression."""
OPEN: Final = ("chair at the meeting", "office at the meeting", "member in writing", "leader of the project")
STATES: Final = {"due", "claimed", "in_doubt", "retry", "sent", "bounced", "dead", "withdrawn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Lines that are gone from the answers it is about, and lines that have come, with the reason."""

    where: tuple[str, ...]
    reason: str
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def differences() -> tuple[Difference, ...]:
    """What is said otherwise today, as `tests/golden/differences.toml` lists it."""
    told = tomllib.loads((GOLDEN / "differences.toml").read_text(encoding="utf-8"))
    return tuple(
        Difference(
            where=tuple(one["where"]),
            reason=one["reason"],
            gone=tuple(one.get("gone", ())),
            added=tuple(one.get("added", ())),
        )
        for one in told.get("difference", ())
    )


def changed(stored: str | None, said: str | None) -> tuple[str, ...]:
    """The lines that are gone from a stored answer (-) and that have come (+)."""
    if stored == said:
        return ()
    before, after = ([] if text is None else text.split("\n") for text in (stored, said))
    lines = unified_diff(before, after, n=0, lineterm="")
    return tuple(line for line in islice(lines, 2, None) if not line.startswith("@@"))


def unlisted(name: str, lines: Iterable[str], known: Iterable[Difference]) -> tuple[str, ...]:
    """The changed lines of an answer that no entry explains."""
    about = [one for one in known if any(fnmatchcase(name, where) for where in one.where)]
    gone = _listed(pattern for one in about for pattern in one.gone)
    added = _listed(pattern for one in about for pattern in one.added)
    return tuple(line for line in lines if not (gone if line[0] == "-" else added)(line[1:]))


def _listed(told: Iterable[str]) -> Callable[[str], object]:
    """Whether a line is one of these."""
    patterns = [one.removeprefix(PATTERN) if one.startswith(PATTERN) else re.escape(one) for one in told]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)").fullmatch


def _each_alone(one: Difference) -> Iterator[Difference]:
    yield from (replace(one, gone=(pattern,), added=()) for pattern in one.gone)
    yield from (replace(one, gone=(), added=(pattern,)) for pattern in one.added)


def _as_entries(left: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """What is not listed, as `differences.toml` would list it but for the reasons."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, lines in left.items():
        alike.setdefault(lines, []).append(name)
    for lines, names in alike.items():
        told = {sign: [line[1:] for line in lines if line[0] == sign] for sign in "-+"}
        yield f"\n[[difference]]\nwhere = {json.dumps(names, ensure_ascii=False)}"
        yield 'reason = ""'
        yield f"gone = {json.dumps(told['-'], ensure_ascii=False)}"
        yield f"added = {json.dumps(told['+'], ensure_ascii=False)}"


@pytest.fixture(scope="module", params=BACKENDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The golden world, as it was stored, on each database."""
    folder = tmp_path_factory.mktemp("golden")
    if request.param == "sqlite":
        yield golden_world.open_world(folder, f"sqlite:///{folder / 'golden.db'}")
        return
    server: Postgres = request.getfixturevalue("postgres")
    server.command("CREATE DATABASE golden")
    yield golden_world.open_world(folder, server.url("golden"), server=server)
    server.command("DROP DATABASE golden WITH (FORCE)")


@pytest.fixture(scope="module")
def upgraded(world: World) -> World:
    """The same, after this version's `init`."""
    said = golden_world.typed_in(world, "init")
    assert said.startswith("exit 0"), said
    return world


@pytest.fixture(scope="module")
def said(upgraded: World) -> dict[str, str]:
    """All it says today."""
    return golden_world.answers(upgraded)


def test_it_holds_every_kind_of_event_of_its_day_and_letters_in_every_state(upgraded: World) -> None:
    db = Database(upgraded.url)
    with db.reading() as tx:
        kinds = set(tx.execute(text("SELECT DISTINCT kind FROM ledger_leaf")).scalars())
        states = set(tx.execute(text("SELECT DISTINCT state FROM outbox")).scalars())
        erased = tx.execute(text("SELECT count(*) FROM person WHERE erased_at IS NOT NULL")).scalar()
    db.close()
    assert set(upgraded.told["kinds"]) <= kinds
    assert set(upgraded.told["kinds"]) <= set(KINDS), "an event kind that is stored was taken away"
    assert states == STATES
    assert erased == 1


def test_its_ledger_proves_itself_and_rebuilds_its_state(upgraded: World) -> None:
    db = Database(upgraded.url)
    with db.reading() as tx:
        found = ledger.verify(tx)
    db.close()
    assert found.faults == ()
    assert found.leaves > 300
    assert found.erased > 0


def test_it_says_what_it_said(said: dict[str, str]) -> None:
    stored: dict[str, str] = json.loads(lzma.decompress((GOLDEN / "answers.json.xz").read_bytes()))
    known = differences()
    assert all(one.reason for one in known), "each difference has a reason"
    lines = {name: changed(stored.get(name), said.get(name)) for name in sorted(stored.keys() | said.keys())}
    left = {name: rest for name, found in lines.items() if (rest := unlisted(name, found, known))}
    assert not left, "\n".join(("differs, to be listed with its reason:", *_as_entries(left)))
    for one in (alone for entry in known for alone in _each_alone(entry)):
        others = tuple(kept for entry in known for kept in _each_alone(entry) if kept != one)
        needed = any(unlisted(name, found, others) for name, found in lines.items())
        assert needed, f"nothing differs this way any more: {one}"


def test_its_old_links_open(upgraded: World, said: dict[str, str]) -> None:
    """A code opens, a remembered device opens without one, and an open session stays open."""
    for name in (
        "chair at the meeting",
        "office at the meeting",
        "member in writing",
        "leader of the project",
    ):
        assert said[f"code, {name}"].startswith("status 303\nto /"), name
        assert said[f"inside, {name}"].startswith("status 200"), name
    for who in upgraded.told["browsers"]:
        assert said[f"remembered, {who}"].startswith("status 303\nto /"), who
    assert said["leader: /frister"].startswith("status 200")
    case = upgraded.told["cases"]["skriftlig"]
    assert said[f"member: /sak/{case}"].startswith("status 200")


@pytest.mark.parametrize(
    ("stored", "said", "known", "left"),
    [
        ("a\nb", "a\nb", (), 0),
        ("a\nb", "a\nc", (), 1),
        ("a\nb", "a\nc", (Difference(where=("x*",), reason="r", gone=("b",), added=("c",)),), 0),
        ("a\nb", "a\nc", (Difference(where=("y*",), reason="r", gone=("b",), added=("c",)),), 1),
        ("a\nb", "a\nc\nd", (Difference(where=("*",), reason="r", gone=("b",), added=("re:[cd]",)),), 0),
        ("a\nb", None, (), 1),
    ],
)
def test_only_a_listed_difference_is_forgiven(
    stored: str, said: str | None, known: tuple[Difference, ...], left: int
) -> None:
    assert bool(unlisted("x1", changed(stored, said), known)) == bool(left)
