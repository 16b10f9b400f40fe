"""Does a filled database survive a change of its schema, and does a bad change leave it as it was?"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from engine.store import guards, schema
from engine.store.record import ledger
from engine.store.schema import MIGRATIONS, MigrationError
from engine.store.session import Database
from engine.store.tables.base import metadata
from tests import builders
from tests.databases import Fresh

HEAD = schema.revisions()[-1]


def after_head(steps: int) -> str:
    """The revision so many steps after the program's newest."""
    return f"{int(HEAD) + steps:04}"


def with_revision(folder: Path, *steps: str) -> Path:
    """The program's migrations, with one more for each step, in a folder of their own."""
    copied = folder / "migrations"
    shutil.copytree(MIGRATIONS, copied)
    before = HEAD
    for number, step in enumerate(steps, int(HEAD) + 1):
        revision = f"{number:04}"
        named = f"revision = {revision!r}\ndown_revision = {before!r}\n"
        imports = "import os\nimport signal\nimport sqlalchemy as sa\nfrom alembic import op\n"
        code = imports + named + "def upgrade():\n" + indented(step)
        (copied / "versions" / f"{revision}_step.py").write_text(code)
        before = revision
    return copied


def indented(step: str) -> str:
    return "".join(f"    {line}\n" for line in dedent(step).strip().splitlines())


REBUILD_PROJECT = """
with op.batch_alter_table("project", recreate="auto") as batch:
    batch.add_column(sa.Column("colour", sa.String(), nullable=True))
    batch.alter_column("phase", existing_type=sa.String(), nullable=True)
"""
"""Alembic rebuilds the table on SQLite: a new one, the rows copied, the old one dropped."""

CHILDREN_THAT_GO_WITH_THEIR_PARENT = """
op.create_table("shelf", sa.Column("key", sa.String(), primary_key=True))
op.create_table(
    "note",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("shelf", sa.String(), sa.ForeignKey("shelf.key", ondelete="CASCADE")),
)
op.execute("INSERT INTO shelf (key) SELECT key FROM project")
op.execute("INSERT INTO note (id, shelf) SELECT row_number() OVER (ORDER BY key), key FROM shelf")
"""
REBUILD_SHELF = """
with op.batch_alter_table("shelf") as batch:
    batch.alter_column("key", existing_type=sa.String(), type_=sa.Text())
"""


def fill(url: str) -> None:
    db = Database(url)
    builders.a_programme(db)
    for key in builders.projects(db, 5):
        opened = builders.a_case(db, key=key)
        builders.answers(db, opened.case, ["godkjenn", "godkjenn"])
    db.close()


def rows(url: str) -> dict[str, int]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return {
            name: int(connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one())
            for name in inspect(connection).get_table_names()
        }


# --- what a database is ------------------------------------------------------------------------------


def test_a_database_is_absent_then_current(empty: Fresh) -> None:
    url = empty()
    assert schema.state_of(url).standing == "absent"
    schema.upgrade(url)
    state = schema.state_of(url)
    assert (state.standing, state.found, state.wanted) == ("current", HEAD, HEAD)


def test_looking_for_a_database_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    assert schema.state_of(f"sqlite:///{path}").standing == "absent"
    assert not path.exists()


def test_the_files_of_the_revisions_are_named_as_alembic_reads_them(tmp_path: Path) -> None:
    folder = with_revision(tmp_path, REBUILD_PROJECT, REBUILD_PROJECT)
    for migrations in (MIGRATIONS, folder):
        read = ScriptDirectory(str(migrations)).walk_revisions()
        assert schema.revisions(migrations) == tuple(reversed([one.revision for one in read]))


def test_upgrading_twice_changes_nothing(fresh: Fresh) -> None:
    url = fresh()
    fill(url)
    before = rows(url)
    schema.upgrade(url)
    assert rows(url) == before


def test_a_database_of_an_older_program_is_told_from_one_of_a_newer(fresh: Fresh, tmp_path: Path) -> None:
    url = fresh()
    newer = with_revision(tmp_path, REBUILD_PROJECT)
    assert schema.state_of(url, migrations=newer).standing == "older"
    schema.upgrade(url, migrations=newer)
    assert schema.state_of(url, migrations=newer).standing == "current"
    state = schema.state_of(url)  # as the program without that revision sees it
    assert (state.standing, state.found, state.wanted) == ("unknown", after_head(1), HEAD)


def test_a_database_from_before_decisions_could_wait_upgrades_and_still_verifies(empty: Fresh) -> None:
    url = empty()
    schema.upgrade(url, to="0001")
    assert schema.state_of(url).standing == "older"
    assert "political_act" not in rows(url)
    old = "INSERT INTO setting (name, value) VALUES ('kept', 'ja')"
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        connection.execute(text(old))

    schema.upgrade(url)

    assert schema.state_of(url).standing == "current"
    assert rows(url)["setting"] == 1
    fill(url)
    db = Database(url)
    with db.reading() as tx:
        assert ledger.verify(tx).faults == ()
    db.close()


def told(options: Mapping[str, object]) -> str:
    return str({name: str(option) for name, option in sorted(options.items())})


def described(url: str) -> dict[str, Any]:
    """Everything the database itself tells of its tables, in a form two databases can be compared by."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        seen = inspect(connection)
        return {
            name: {
                "columns": [
                    (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in seen.get_columns(name)
                ],
                "key": seen.get_pk_constraint(name)["constrained_columns"],
                "foreign": sorted(
                    (f["constrained_columns"], f["referred_table"], f["referred_columns"], str(f["options"]))
                    for f in seen.get_foreign_keys(name)
                ),
                "unique": sorted(
                    (str(u["name"]), u["column_names"]) for u in seen.get_unique_constraints(name)
                ),
                "checks": sorted((str(c["name"]), c["sqltext"]) for c in seen.get_check_constraints(name)),
                "indexes": sorted(
                    (str(i["name"]), i["column_names"], i["unique"], told(i.get("dialect_options", {})))
                    for i in seen.get_indexes(name)
                ),
            }
            for name in seen.get_table_names()
            if name != "alembic_version"
        }


def test_the_migrations_make_exactly_the_tables_that_the_program_knows(fresh: Fresh, empty: Fresh) -> None:
    migrated, straight = fresh(), empty()
    engine = create_engine(straight, poolclass=NullPool)
    with engine.begin() as connection:
        metadata.create_all(connection)
    assert described(migrated) == described(straight)
    engine = create_engine(migrated, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_nothing_is_deleted_because_something_else_was(fresh: Fresh) -> None:
    for name, table in described(fresh()).items():
        assert all("CASCADE" not in options for *_, options in table["foreign"]), name


# --- what a change must not lose -----------------------------------------------------------------------


def test_a_filled_database_survives_migrations_that_rebuild_tables(fresh: Fresh, tmp_path: Path) -> None:
    url = fresh()
    fill(url)
    before = rows(url)
    steps = with_revision(tmp_path, CHILDREN_THAT_GO_WITH_THEIR_PARENT, REBUILD_SHELF, REBUILD_PROJECT)

    schema.upgrade(url, migrations=steps, to=after_head(1))
    schema.upgrade(url, migrations=steps)

    assert rows(url) == before | {"shelf": 5, "note": 5}
    db = Database(url)
    with db.reading() as tx:
        assert guards.fallen(tx) == ()
        assert ledger.verify(tx).faults == ()
    db.close()


@pytest.fixture
def filled_file(tmp_path: Path, _sqlite_template: Path) -> str:
    """A filled database on SQLite, where alone foreign keys can be switched off."""
    path = tmp_path / "filled.db"
    shutil.copyfile(_sqlite_template, path)
    fill(f"sqlite:///{path}")
    return f"sqlite:///{path}"


def test_the_same_migration_with_foreign_keys_on_loses_rows_and_is_undone(
    filled_file: str, tmp_path: Path
) -> None:
    """The negative control: SQLite empties the child table without an error, and only the row counts tell."""
    steps = with_revision(tmp_path, CHILDREN_THAT_GO_WITH_THEIR_PARENT, REBUILD_SHELF)
    schema.upgrade(filled_file, migrations=steps, to=after_head(1))
    before = rows(filled_file)

    with pytest.raises(MigrationError) as lost:
        schema.upgrade(filled_file, migrations=steps, keep_foreign_keys=True)

    assert lost.value.args == ("rows lost", {"note": (5, 0)})
    assert rows(filled_file) == before
    schema.upgrade(filled_file, migrations=steps)  # and with them off, none is lost
    assert rows(filled_file) == before


def test_where_nothing_cascades_foreign_keys_stop_the_rebuild_instead(
    filled_file: str, tmp_path: Path
) -> None:
    before = rows(filled_file)
    with pytest.raises(DBAPIError, match="FOREIGN KEY"):
        schema.upgrade(
            filled_file, migrations=with_revision(tmp_path, REBUILD_PROJECT), keep_foreign_keys=True
        )
    assert rows(filled_file) == before


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("op.execute('DELETE FROM ballot')", "rows lost"),
        ("op.execute('DROP TRIGGER ledger_leaf_stays{on}')", "the ledger's guards are gone"),
    ],
)
def test_a_migration_that_loses_something_is_undone(
    fresh: Fresh, tmp_path: Path, step: str, found: str
) -> None:
    url = fresh()
    fill(url)
    before = rows(url)
    on = "" if url.startswith("sqlite") else " ON ledger_leaf"
    with pytest.raises(MigrationError, match=found):
        schema.upgrade(url, migrations=with_revision(tmp_path, step.format(on=on)))
    assert rows(url) == before
    assert schema.state_of(url).standing == "current"


def test_rebuilding_the_ledger_without_its_guards_is_found(filled_file: str, tmp_path: Path) -> None:
    step = """
    with op.batch_alter_table("ledger_leaf", recreate="always") as batch:
        batch.alter_column("kind", existing_type=sa.String(), type_=sa.Text())
    """
    with pytest.raises(MigrationError, match="guards are gone"):
        schema.upgrade(filled_file, migrations=with_revision(tmp_path, step))


def test_a_migration_that_breaks_a_foreign_key_is_undone(filled_file: str, tmp_path: Path) -> None:
    step = "op.execute(\"INSERT INTO absence (person, away_from, away_to) VALUES ('x', '2025', '2025')\")"
    with pytest.raises(MigrationError, match="foreign keys broken"):
        schema.upgrade(filled_file, migrations=with_revision(tmp_path, step))


def test_a_migration_killed_half_way_leaves_the_old_schema(fresh: Fresh, tmp_path: Path) -> None:
    url = fresh()
    fill(url)
    before, shape = rows(url), described(url)
    steps = with_revision(tmp_path, REBUILD_PROJECT, "os.kill(os.getpid(), signal.SIGKILL)")
    program = "import sys\nfrom pathlib import Path\nfrom engine.store import schema\n"
    program += "schema.upgrade(sys.argv[1], migrations=Path(sys.argv[2]))"

    killed = subprocess.run([sys.executable, "-c", program, url, steps], check=False)

    assert killed.returncode == -signal.SIGKILL
    assert schema.state_of(url).standing == "current"
    assert (rows(url), described(url)) == (before, shape)
    db = Database(url)
    with db.reading() as tx:
        assert ledger.verify(tx).faults == ()
    db.close()
