"""Do the ledger's guards stand, and do they still refuse?

A guard is a trigger that refuses to change, remove or replace a leaf. Whoever owns the database can take one
away, or put an empty one with the same name in its place; so they are known by what they do, not by their
names.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

GUARDS: Final = ("ledger_leaf_keeps", "ledger_leaf_stays", "ledger_leaf_holds")
"""The triggers that refuse to change, remove or replace a leaf."""

_SQLITE: Final[Mapping[str, str]] = {
    "ledger_leaf_keeps": (
        "CREATE TRIGGER ledger_leaf_keeps BEFORE UPDATE ON ledger_leaf "
        "BEGIN SELECT RAISE(ABORT, 'a ledger leaf is never changed'); END"
    ),
    "ledger_leaf_stays": (
        "CREATE TRIGGER ledger_leaf_stays BEFORE DELETE ON ledger_leaf "
        "BEGIN SELECT RAISE(ABORT, 'a ledger leaf is never removed'); END"
    ),
    "ledger_leaf_holds": (
        "CREATE TRIGGER ledger_leaf_holds BEFORE INSERT ON ledger_leaf "
        "WHEN EXISTS (SELECT 1 FROM ledger_leaf WHERE chain = NEW.chain AND seq = NEW.seq) "
        "BEGIN SELECT RAISE(ABORT, 'a ledger leaf is never replaced'); END"
    ),
}
_REFUSES: Final = "BEGIN RAISE EXCEPTION 'a ledger leaf is never changed or removed'; END"
_ROW, _BEFORE, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 8, 16, 32
"""PostgreSQL's own bits for what a trigger is about."""
_POSTGRESQL: Final[Mapping[str, int]] = {
    "ledger_leaf_keeps": _ROW | _BEFORE | _UPDATE,
    "ledger_leaf_stays": _ROW | _BEFORE | _DELETE,
    "ledger_leaf_holds": _BEFORE | _TRUNCATE,
}
_ASK_POSTGRESQL: Final = """
SELECT t.tgname, t.tgtype, t.tgenabled, p.prosrc,
       t.tgqual IS NULL AND t.tgattr = '' AND NOT p.prosecdef AND l.lanname = 'plpgsql' AS whole
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
WHERE NOT t.tgisinternal AND t.tgrelid = to_regclass('ledger_leaf')
"""
_ASK_SQLITE: Final = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_leaf'"


def fallen(connection: Connection) -> tuple[str, ...]:
    """The guards that do not stand, or do not refuse any more."""
    found = _standing_sqlite(connection) if connection.dialect.name == "sqlite" else _standing(connection)
    return tuple(sorted(set(GUARDS) - found))


def _standing_sqlite(connection: Connection) -> set[str]:
    rows = connection.exec_driver_sql(_ASK_SQLITE)
    return {row.name for row in rows if " ".join(str(row.sql).split()) == _SQLITE.get(row.name)}


def _standing(connection: Connection) -> set[str]:
    return {
        row.tgname
        for row in connection.exec_driver_sql(_ASK_POSTGRESQL)
        if row.whole
        and row.tgenabled in ("O", "A")
        and row.tgtype == _POSTGRESQL.get(row.tgname)
        and " ".join(row.prosrc.split()) == _REFUSES
    }
