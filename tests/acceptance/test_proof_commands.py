"""Does the operator learn that the record was touched, from `ledger verify` and from `doctor`?"""

import sqlite3

from tests.desk import Desk, Said


def spoil(desk: Desk, *statements: str) -> None:
    """Do something to the database file behind the program's back."""
    connection = sqlite3.connect(desk.folder / "var" / "faseport.db")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def ledger_check(said: Said) -> dict[str, str]:
    (found,) = (one for one in said.json["checks"] if one["id"] == "ledger")
    return dict(found)


def test_a_guard_that_is_gone_is_told_by_both(desk: Desk) -> None:
    assert ledger_check(desk.do("doctor", "--json"))["status"] == "ok"
    spoil(desk, "DROP TRIGGER ledger_leaf_keeps")
    told = ledger_check(desk.do("doctor", "--json"))
    assert told["status"] == "wrong"
    assert "ledger_leaf_keeps" in told["found"]
    said = desk.do("ledger", "verify", "--json")
    assert said.code == 3
    assert [one["code"] for one in said.json["faults"]] == ["guard_missing"]


def test_a_witnessed_head_that_was_rewritten_is_told_by_both(desk: Desk) -> None:
    desk.done("tick")
    spoil(
        desk,
        "DROP TRIGGER ledger_leaf_keeps",
        f"UPDATE ledger_leaf SET hash = '{'0' * 64}' WHERE chain LIKE 'project:%' AND seq ="
        " (SELECT size FROM ledger_chain WHERE name = chain)",
    )
    told = ledger_check(desk.do("doctor", "--json"))["found"]
    assert "ledger_leaf_keeps" in told
    assert "er ikke den som er bevitnet" in told
    said = desk.do("ledger", "verify")
    assert said.code == 3
    assert "Noe er endret" in said.out
