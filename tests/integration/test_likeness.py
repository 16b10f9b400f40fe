"""Is a database known by what it holds, and not by what its revision is called?"""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from engine.store import likeness, schema
from engine.store.guards import GUARDS
from engine.store.likeness import AS_KNOWN, Unlike
from engine.store.schema import MigrationError
from engine.store.tables.base import metadata
from tests.databases import Fresh


def change(url: str, *statements: str) -> None:
    """Do something to the database's schema behind the program's back; foreign keys are off."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def seen(url: str) -> Unlike:
    state = schema.state_of(url)
    assert state.standing == ("current" if state.unlike == AS_KNOWN else "different")
    return state.unlike


def test_what_the_migrations_make_is_what_the_program_knows(fresh: Fresh) -> None:
    assert seen(fresh()) == AS_KNOWN


DAMAGES = {
    "DROP TABLE political_act": ("table political_act",),
    "DROP TABLE attempt": ("table attempt",),
    "ALTER TABLE ballot DROP COLUMN choice": ("column ballot.choice varchar not null",),
    "DROP INDEX uq_gate_case_one_open": ("rule gate_case (project) of some",),
    "DROP INDEX ix_outbox_waiting": ("index outbox (due_at) of some",),
}
ON_POSTGRESQL = {
    "ALTER TABLE ballot ALTER COLUMN choice DROP NOT NULL": ("column ballot.choice varchar not null",),
    "ALTER TABLE estimate ALTER COLUMN kroner TYPE integer": ("column estimate.kroner bigint",),
    "ALTER TABLE ballot DROP CONSTRAINT uq_ballot_case_nonce": ("unique ballot (case, nonce)",),
    "ALTER TABLE ballot DROP CONSTRAINT fk_ballot_case_gate_case": ("foreign ballot.case → gate_case.id",),
    "ALTER TABLE visit DROP CONSTRAINT pk_visit": ("key visit (sha256)",),
    f"ALTER TABLE ledger_leaf DISABLE TRIGGER {GUARDS[0]}": (f"guard {GUARDS[0]}",),
}


@pytest.mark.parametrize(("statement", "missing"), DAMAGES.items())
def test_what_is_gone_is_named(fresh: Fresh, statement: str, missing: tuple[str, ...]) -> None:
    url = fresh()
    change(url, statement)
    assert seen(url).missing == missing
    assert schema.state_of(url, by_name=True).standing == "current"


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("statement", "missing"), ON_POSTGRESQL.items())
def test_what_is_weaker_is_named(fresh: Fresh, statement: str, missing: tuple[str, ...]) -> None:
    url = fresh()
    change(url, statement)
    assert seen(url).missing == missing


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_table_made_anew_without_its_rules_is_named(fresh: Fresh) -> None:
    """As when somebody repairs a file by copying the rows into a table of their own."""
    url = fresh()
    change(
        url,
        "CREATE TABLE ours AS SELECT * FROM absence",
        "DROP TABLE absence",
        "ALTER TABLE ours RENAME TO absence",
    )
    assert set(seen(url).missing) == {
        "column absence.away_from varchar not null",
        "column absence.away_to varchar not null",
        "column absence.person varchar not null",
        "column absence.stand_in varchar",
        "foreign absence.person → person.id",
        "foreign absence.stand_in → person.id",
        "key absence (person, away_from)",
    }


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_that_is_gone_is_named(fresh: Fresh, backend: str, guard: str) -> None:
    url = fresh()
    change(url, f"DROP TRIGGER {guard}" + ("" if backend == "sqlite" else " ON ledger_leaf"))
    assert seen(url) == Unlike(missing=(f"guard {guard}",), foreign=())


def test_what_could_refuse_or_change_our_rows_is_named_and_nothing_else(fresh: Fresh, backend: str) -> None:
    url = fresh()
    change(
        url,
        "CREATE TABLE somebody_elses (id INTEGER PRIMARY KEY)",
        "CREATE INDEX faster ON ballot (seat)",
    )
    assert seen(url) == AS_KNOWN
    change(url, "ALTER TABLE ballot ADD COLUMN weight INTEGER", "CREATE UNIQUE INDEX one ON ballot (seat)")
    assert seen(url).foreign == ("column ballot.weight integer", "rule ballot (seat)")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_trigger_of_somebody_elses_on_a_table_of_ours_is_named(fresh: Fresh) -> None:
    url = fresh()
    change(url, "CREATE TRIGGER helpful AFTER INSERT ON ballot BEGIN DELETE FROM ballot; END")
    assert seen(url).foreign == ("trigger ballot.helpful",)


def test_an_upgrade_that_ends_in_another_schema_is_undone(empty: Fresh) -> None:
    """A revision that was another file when it ran: its name is right, and its table is not there."""
    url = empty()
    schema.upgrade(url, to="0001")
    change(url, "UPDATE alembic_version SET version_num = '0002'")
    with pytest.raises(MigrationError) as stopped:
        schema.upgrade(url)
    assert stopped.value.args == (
        "the schema differs",
        Unlike(missing=("table political_act",), foreign=()),
    )
    assert schema.state_of(url).found == "0002"


def test_every_thing_that_can_be_told_has_a_word(fresh: Fresh) -> None:
    from language.likeness import thing

    engine = create_engine(fresh(), poolclass=NullPool)
    with engine.connect() as connection:
        told = set(likeness._wanted(connection.dialect))
    assert len(told) > 10 * len(metadata.tables)
    assert {word.partition(" ")[0] for word in told} == {
        "table",
        "column",
        "key",
        "unique",
        "rule",
        "foreign",
        "index",
    }
    for one in [*told, "guard x", "trigger x.y"]:
        assert thing(one).endswith(one.partition(" ")[2])


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert schema.state_of(f"sqlite:///{tmp_path / 'no.db'}").standing == "absent"
    assert list(tmp_path.iterdir()) == []
