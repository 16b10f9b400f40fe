"""Does the proof find what somebody with the database's own password does, and does it always finish?"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from engine.core.record.ledger import Leaf, canonical, leaf_hash
from engine.store import cases, schema
from engine.store.guards import GUARDS
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.machinery.housekeeping import keep_house
from tests import builders
from tests.builders import NOW
from tests.databases import Fresh

CHAIN, OTHER = "project:prosjekt-1", "project:prosjekt-2"
PROGRAMME = "programme"
NO, YES = "ikke_godkjenn", "godkjenn"
TOMORROW = NOW + timedelta(days=1)


ONLY_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ONLY_POSTGRESQL = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


@pytest.fixture
def house(fresh: Fresh) -> Iterator[Database]:
    """Two projects with a case each, in which somebody has said no; a database of the test's own."""
    db = Database(fresh())
    fill(db, projects=2)
    yield db
    db.close()


def fill(db: Database, *, projects: int) -> None:
    builders.a_programme(db)
    for key in builders.projects(db, projects):
        builders.answers(db, builders.a_case(db, key=key).case, [NO])


def found(db: Database) -> set[tuple[str, ...]]:
    """What the proof finds: each fault's code with all that it says of its place."""
    with db.reading() as tx:
        faults = ledger.verify(tx).faults
    return {(one.code, *(str(part) for part in one.data.values())) for one in faults}


def glanced(db: Database) -> set[tuple[str, ...]]:
    """The same of the cheap look that `doctor` takes."""
    with db.reading() as tx:
        return {(one.code, *(str(part) for part in one.data.values())) for one in ledger.glance(tx)}


@contextmanager
def unguarded(db: Database) -> Iterator[Connection]:
    """Take the guards away, do anything, and put them back as if nothing had happened."""
    with db.writing() as tx:
        if tx.dialect.name != "sqlite":
            tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield tx
            return
        kept = tx.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _ in kept:
            tx.exec_driver_sql(f"DROP TRIGGER {name}")
        tx.exec_driver_sql("PRAGMA defer_foreign_keys = 1")
        yield tx
        for _, sql in kept:
            tx.exec_driver_sql(sql)


def rewrite(tx: Connection, chain: str, bodies: list[str]) -> None:
    """Let a chain say this, every hash and its head included."""
    tx.execute(text("DELETE FROM ledger_leaf WHERE chain = :chain"), {"chain": chain})
    prev = "0" * 64
    for seq, body in enumerate(bodies, 1):
        told = {**json.loads(body), "seq": seq}
        made = canonical(told)
        prev = leaf_hash(prev, made)
        row = {"chain": chain, "seq": seq, "at": told["at"], "kind": told["kind"], "body": made, "hash": prev}
        tx.execute(text("INSERT INTO ledger_leaf VALUES (:chain, :seq, :at, :kind, :body, :hash)"), row)
    moved = {"chain": chain, "size": len(bodies), "head": prev}
    tx.execute(text("UPDATE ledger_chain SET size = :size, head = :head WHERE name = :chain"), moved)


def leaves(tx: Connection, chain: str = CHAIN) -> list[Leaf]:
    return list(ledger.leaves(tx, chain))


def forge_the_vote(db: Database) -> int:
    """Turn the no into a yes everywhere it stands; the number of the leaf that told of it."""
    with unguarded(db) as tx:
        known = leaves(tx)
        bodies = [one.body.replace(f'"choice":"{NO}"', f'"choice":"{YES}"') for one in known]
        rewrite(tx, CHAIN, bodies)
        tx.execute(
            text("""UPDATE ballot SET choice = :yes WHERE "case" IN
                    (SELECT id FROM gate_case WHERE project = 'prosjekt-1')"""),
            {"yes": YES},
        )
    return next(one.seq for one, body in zip(known, bodies, strict=True) if body != one.body)


def cut_the_tail(db: Database) -> int:
    """Take the no out altogether, last leaf and ballot; how long the chain was."""
    with unguarded(db) as tx:
        known = leaves(tx)
        assert known[-1].kind == "BallotCast"
        tx.execute(
            text("""DELETE FROM ballot WHERE "case" IN
                    (SELECT id FROM gate_case WHERE project = 'prosjekt-1')""")
        )
        rewrite(tx, CHAIN, [one.body for one in known[:-1]])
    return len(known)


# --- what only a witness can tell -------------------------------------------------------------------------


def test_a_forged_vote_is_found_once_a_checkpoint_was_taken(house: Database) -> None:
    keep_house(house, now=TOMORROW)
    assert found(house) == set()
    with house.reading() as tx:
        last = len(leaves(tx))
    seq = forge_the_vote(house)
    assert seq == last
    assert found(house) == {("ledger_rewritten", CHAIN, str(last))}
    assert glanced(house) == {("ledger_rewritten", CHAIN, str(last))}


def test_without_the_witnesses_the_same_forgery_passes(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the chain, its head, its texts and the state all agree."""
    keep_house(house, now=TOMORROW)
    monkeypatch.setattr(ledger, "witnessed", lambda _tx: ((), ()))
    forge_the_vote(house)
    assert found(house) == set()


def test_a_cut_tail_is_found_once_a_checkpoint_was_taken(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_house(house, now=TOMORROW)
    length = cut_the_tail(house)
    assert found(house) == {("ledger_truncated", CHAIN, str(length - 1), str(length))}
    assert glanced(house) == {("ledger_rewritten", CHAIN, str(length))}
    monkeypatch.setattr(ledger, "witnessed", lambda _tx: ((), ()))
    assert found(house) == set()


def test_a_head_of_long_ago_still_bears_witness(house: Database) -> None:
    keep_house(house, now=TOMORROW)
    for day in range(2, 5):
        keep_house(house, now=NOW + timedelta(days=day))
    seq = forge_the_vote(house)
    assert ("ledger_rewritten", CHAIN, str(seq)) in found(house)


def test_only_chains_that_have_grown_are_witnessed_again(house: Database) -> None:
    assert keep_house(house, now=TOMORROW).heads_witnessed == 2
    assert keep_house(house, now=NOW + timedelta(days=2)).heads_witnessed == 0
    with house.reading() as tx:
        before = len(leaves(tx, PROGRAMME))
        case = cases.open_for(tx, "prosjekt-2")
    assert case is not None
    builders.answers(house, case.id, {"plass-2": YES}, now=NOW + timedelta(days=2, hours=1))
    assert keep_house(house, now=NOW + timedelta(days=3)).heads_witnessed == 1
    with house.reading() as tx:
        assert len(leaves(tx, PROGRAMME)) == before + 1
        assert [head.chain for head in ledger.witnessed(tx)[0]] == [CHAIN, OTHER, OTHER]
    assert found(house) == set()


def test_a_checkpoint_that_is_none_is_told_and_the_others_still_count(house: Database) -> None:
    keep_house(house, now=TOMORROW)
    with unguarded(house) as tx:
        known = leaves(tx, PROGRAMME)
        told = json.loads(known[-1].body)
        wrong = {**told, "plain": {**told["plain"], "heads": {CHAIN: 7}}}
        rewrite(tx, PROGRAMME, [*(one.body for one in known), json.dumps(wrong)])
    assert ("witness_unreadable", PROGRAMME, str(len(known) + 1)) in found(house)
    assert glanced(house) == {("witness_unreadable", PROGRAMME, str(len(known) + 1))}
    forge_the_vote(house)
    assert "ledger_rewritten" in {code for code, *_ in found(house)}


# --- the guards -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_that_was_taken_away_is_missed(house: Database, guard: str) -> None:
    with house.writing() as tx:
        tx.exec_driver_sql(f"DROP TRIGGER {guard}" + ("" if house.is_sqlite else " ON ledger_leaf"))
    assert found(house) == glanced(house) == {("guard_missing", guard)}


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_that_refuses_nothing_is_missed_for_all_its_name(house: Database, guard: str) -> None:
    with house.writing() as tx:
        if house.is_sqlite:
            tx.exec_driver_sql(f"DROP TRIGGER {guard}")
            tx.exec_driver_sql(f"CREATE TRIGGER {guard} BEFORE DELETE ON ledger_leaf BEGIN SELECT 1; END")
        else:
            tx.exec_driver_sql(f"ALTER TABLE ledger_leaf DISABLE TRIGGER {guard}")
    assert found(house) == glanced(house) == {("guard_missing", guard)}


@ONLY_POSTGRESQL
def test_a_function_that_lets_all_through_makes_no_guard(house: Database) -> None:
    with house.writing() as tx:
        tx.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION ledger_leaf_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RETURN NEW; END $$"
        )
    assert found(house) == {("guard_missing", guard) for guard in GUARDS}
    with house.writing() as tx:
        tx.exec_driver_sql(
            "CREATE OR REPLACE FUNCTION ledger_leaf_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'a ledger leaf is never changed or removed'; END $$"
        )
    assert found(house) == set()


# --- whatever lies there, the proof finishes ---------------------------------------------------------------


def test_any_leaf_copied_in_with_all_rehashed_is_told_and_ends_nothing(house: Database) -> None:
    with house.reading() as tx:
        known = [one.body for one in leaves(tx)]
    assert len(known) >= 6
    unreadable = 0
    for number in range(len(known)):
        with unguarded(house) as tx:
            rewrite(tx, CHAIN, [*known[: number + 1], known[number], *known[number + 1 :]])
        told = found(house)
        assert told, number
        assert all(code.startswith("state_") for code, *_ in told), told
        unreadable += "state_unreadable" in {code for code, *_ in told}
    assert unreadable, "some of them break a rule of the database's own"
    with unguarded(house) as tx:
        rewrite(tx, CHAIN, known)
    assert found(house) == set()


def test_a_missing_table_is_told_and_the_others_are_compared(house: Database) -> None:
    with house.writing() as tx:
        tx.exec_driver_sql("DROP TABLE political_act")
        tx.execute(text("UPDATE project SET phase = 'avsluttet' WHERE key = 'prosjekt-2'"))
    assert found(house) == {
        ("table_unreadable", "political_act"),
        ("state_changed", "project", "prosjekt-2", "phase"),
    }


@pytest.mark.parametrize("table", ["ledger_leaf", "ledger_chain", "prose"])
def test_a_ledger_without_one_of_its_tables_is_told(house: Database, table: str) -> None:
    cascade = "" if house.is_sqlite else " CASCADE"
    # Foreign keys are off, as for anybody who opens the file with another program.
    with create_engine(house.url, poolclass=NullPool).begin() as plain:
        plain.exec_driver_sql(f"DROP TABLE {table}{cascade}")
    assert ("table_unreadable", table) in found(house)


SHAPELESS = {
    "no JSON": ("body = '{'", "ledger_changed"),
    "deeper than any reader goes": ("body = :deep", "ledger_changed"),
    "another thing than an object": ("body = '[]'", "ledger_changed"),
    "texts that are none": ("""body = '{"prose": {"x": []}}'""", "ledger_changed"),
}
SHAPELESS_ON_SQLITE = {
    "no text": ("body = x'00ff'", "ledger_shapeless"),
    "no UTF-8": ("body = CAST(x'ff22' AS TEXT)", "ledger_unreadable"),
    "no number": ("seq = 'to'", "ledger_shapeless"),
}


def test_a_leaf_that_is_no_leaf_is_told_with_its_place(house: Database) -> None:
    wrong = SHAPELESS | (SHAPELESS_ON_SQLITE if house.is_sqlite else {})
    with house.reading() as tx:
        known = [one.body for one in leaves(tx)]
    for what, (change, code) in wrong.items():
        with unguarded(house) as tx:
            deep = {"deep": "[" * 200_000} if ":deep" in change else {}
            tx.execute(text(f"UPDATE ledger_leaf SET {change} WHERE chain = '{CHAIN}' AND seq = 3"), deep)
        told = found(house)
        assert (code, CHAIN) in {one[:2] for one in told}, (what, told)
        if code != "ledger_shapeless":
            assert (code, CHAIN, "3") in told, (what, told)
        with unguarded(house) as tx:
            rewrite(tx, CHAIN, known)


@ONLY_SQLITE
def test_a_row_that_is_no_row_is_told_and_the_others_are_compared(house: Database) -> None:
    with house.writing() as tx:
        case = tx.execute(text("SELECT id FROM gate_case WHERE project = 'prosjekt-1'")).scalar_one()
        tx.execute(text("UPDATE gate_case SET rules = '{' WHERE id = :case"), {"case": case})
        tx.execute(text("UPDATE gate_case SET number = 'x' WHERE id <> :case"), {"case": case})
        tx.execute(text("UPDATE ledger_chain SET size = 'mange' WHERE name = :chain"), {"chain": OTHER})
    told = found(house)
    assert ("ledger_chain_unreadable", OTHER) in told
    with house.writing() as tx:
        tx.execute(
            text("""UPDATE ledger_chain SET size = (SELECT count(*) FROM ledger_leaf WHERE chain = :chain)
                    WHERE name = :chain"""),
            {"chain": OTHER},
        )
    told = found(house)
    assert ("state_row_unreadable", "gate_case", case) in told
    assert {one[:2] for one in told} == {
        ("state_row_unreadable", "gate_case"),
        ("state_changed", "gate_case"),
    }


def test_a_damaged_page_is_told_leaf_by_leaf_and_the_rest_is_checked(tmp_path: Path) -> None:
    place = tmp_path / "skadd.db"
    schema.upgrade(f"sqlite:///{place}")
    db = Database(f"sqlite:///{place}")
    fill(db, projects=12)
    with db.writing() as tx:
        tx.execute(text("UPDATE prose SET text = 'Nei.' WHERE text = 'Fordi.'"))
        sound = len(leaves(tx, OTHER))
    db.close()
    _spoil_the_page_of(place, chain=CHAIN, seq=3)

    damaged = Database(f"sqlite:///{place}")
    told = found(damaged)
    with damaged.reading() as tx:
        counted = ledger.verify(tx).leaves
    damaged.close()
    unread = {one[1:] for one in told if one[0] == "ledger_unreadable"}
    assert (CHAIN, "3") in unread
    assert "ledger_removed" not in {code for code, *_ in told}, "a leaf that cannot be read is not gone"
    assert "ledger_text_changed" in {code for code, *_ in told}, "what can be read is checked"
    assert counted > sound


def _spoil_the_page_of(place: Path, *, chain: str, seq: int) -> None:
    """Overwrite the page of the file that one leaf lies on, as a bad disk does."""
    engine = create_engine(f"sqlite:///{place}", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        size = int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        asked = text("SELECT hash FROM ledger_leaf WHERE chain = :chain AND seq = :seq")
        hash_ = str(connection.execute(asked, {"chain": chain, "seq": seq}).scalar_one())
    content = bytearray(place.read_bytes())
    at = content.index(hash_.encode()) // size * size
    content[at : at + size] = b"\xff" * size
    place.write_bytes(content)
