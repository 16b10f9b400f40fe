"""Does the operator learn that a database is not what it was: from `ledger verify`, `doctor`, at a start?"""

import sqlite3

import pytest

from engine.store import schema
from tests.desk import Desk, Said


def spoil(desk: Desk, *statements: str) -> None:
    """Do something to the database file behind the program's back."""
    connection = sqlite3.connect(desk.folder / "var" / "faseport.db")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def check(said: Said, name: str) -> dict[str, str]:
    (found,) = (one for one in said.json["checks"] if one["id"] == name)
    return dict(found)


def test_a_guard_that_is_gone_is_told_by_both(desk: Desk) -> None:
    assert check(desk.do("doctor", "--json"), "ledger")["status"] == "ok"
    spoil(desk, "DROP TRIGGER ledger_leaf_keeps")
    told = check(desk.do("doctor", "--json"), "schema")
    assert (told["status"], "vakten ledger_leaf_keeps" in told["found"]) == ("wrong", True)
    said = desk.do("ledger", "verify", "--json")
    assert said.code == 3
    assert [one["code"] for one in said.json["faults"]] == ["guard_missing"]


@pytest.mark.parametrize("arguments", [["init"], ["project", "list"], ["tick"], ["serve"], ["worker"]])
def test_nothing_starts_on_a_database_that_lacks_a_table_and_init_does_not_call_it_well(
    desk: Desk, arguments: list[str]
) -> None:
    spoil(desk, "DROP TABLE political_act")
    said = desk.do(*arguments)
    assert said.code == 2
    assert "Dette mangler: tabellen political_act." in said.err
    assert "slik denne utgaven kjenner den (skjema" not in said.err


def test_doctor_names_the_table_and_the_proof_looks_at_the_rest(desk: Desk) -> None:
    spoil(desk, "DROP TABLE political_act")
    told = check(desk.do("doctor", "--json"), "schema")
    assert (told["status"], "tabellen political_act" in told["found"]) == ("wrong", True)
    said = desk.do("ledger", "verify", "--json")
    assert said.code == 3
    assert [one["data"] for one in said.json["faults"]] == [{"table": "political_act"}]
    assert said.json["leaves"] > 100


def test_an_upgrade_that_does_not_end_well_is_not_called_one(empty_desk: Desk) -> None:
    empty_desk.done("init")
    (empty_desk.folder / "var" / "faseport.db").unlink()
    url = f"sqlite:///{empty_desk.folder / 'var' / 'faseport.db'}"
    schema.upgrade(url, to="0001")
    spoil(empty_desk, "UPDATE alembic_version SET version_num = '0002'")
    said = empty_desk.do("init")
    assert said.code == 2
    assert "Dette mangler: tabellen political_act." in said.err
    assert "Ingenting er endret." in said.err
    assert "oppgradert" not in said.err


def test_init_does_not_call_a_damaged_file_well(desk: Desk) -> None:
    desk.done("tick")
    place = desk.folder / "var" / "faseport.db"
    connection = sqlite3.connect(place)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ballot'").fetchone()
    connection.close()
    content = bytearray(place.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    place.write_bytes(content)
    said = desk.do("init")
    assert said.code == 2
    assert "er skadet" in said.err
    assert "slik denne utgaven kjenner den" not in said.err


def test_a_witnessed_head_that_was_rewritten_is_told_by_both(desk: Desk) -> None:
    desk.done("tick")
    connection = sqlite3.connect(desk.folder / "var" / "faseport.db")
    (guard,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'ledger_leaf_keeps'").fetchone()
    connection.close()
    spoil(
        desk,
        "DROP TRIGGER ledger_leaf_keeps",
        f"UPDATE ledger_leaf SET hash = '{'0' * 64}' WHERE chain LIKE 'project:%' AND seq ="
        " (SELECT size FROM ledger_chain WHERE name = chain)",
        guard,
    )
    told = check(desk.do("doctor", "--json"), "ledger")
    assert (told["status"], "er ikke den som er bevitnet" in told["found"]) == ("wrong", True)
    said = desk.do("ledger", "verify")
    assert said.code == 3
    assert "Noe er endret" in said.out
