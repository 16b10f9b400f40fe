"""Is every migration that has landed the file it was when it landed?

Databases have run it as it was then. Another text under the same name upgrades some of them into one schema
and some into another, and both call it the same.
"""

from hashlib import sha256
from pathlib import Path

from engine.store import schema

HOUSE = Path(__file__).resolve().parents[2]
VERSIONS = HOUSE / "engine" / "store" / "migrations" / "versions"
LANDED = Path(__file__).with_name("landed_migrations.txt")
"""Digest and file, as `sha256sum` writes them."""
HOW = (
    "A new revision is listed once it is finished: "
    f"cd {VERSIONS.relative_to(HOUSE)} && sha256sum NUMBER_NAME.py >> {LANDED.relative_to(HOUSE)} "
    "(from the house's root). One that is listed never changes again: write a new revision."
)


def landed() -> dict[str, str]:
    """The digest each file had when it landed, by its name."""
    lines = LANDED.read_text(encoding="ascii").splitlines()
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert len(told) == len(lines), "a revision is listed twice"
    return told


def test_a_landed_migration_never_changes() -> None:
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in VERSIONS.glob("[0-9]*_*.py")}
    assert found == landed(), HOW


def test_the_migrations_are_one_chain_without_a_side_branch() -> None:
    files = {path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py")}
    assert len(schema.revisions()) == len(files)
    assert set(schema.revisions()) == files
