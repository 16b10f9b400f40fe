"""Does a database hold the tables this program knows — by what they are, and not by what they are called?

A revision's name says which migrations somebody ran, not what they did: a table may have been dropped since,
or the file under that name may have been another one. So everything the program rests on is told in one line
each (`column ballot.choice varchar not null`), both as the program knows it and as the database tells it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Index, Table, UniqueConstraint

from engine.store import guards
from engine.store.tables.base import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlike:
    """What the program rests on and the database lacks; and what the database has of its own that may refuse
    or change our rows.
    """

    missing: tuple[str, ...]
    foreign: tuple[str, ...]


AS_KNOWN: Final = Unlike(missing=(), foreign=())
"""Nothing differs."""


def unlike(connection: Connection) -> Unlike:
    """Compare; both are empty when the database is as the program knows it. Tables that are somebody else's,
    and indexes that only make reading faster, are no concern of ours.
    """
    wanted = frozenset(_wanted(connection.dialect))
    rows = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    told = {kind: connection.exec_driver_sql(asked).all() for kind, asked in rows.items()}
    found = frozenset(_found(told)) | {f"guard {name}" for name in guards.GUARDS}
    gone = (wanted - found) | {f"guard {name}" for name in guards.fallen(connection)}
    missing = {one for one in gone if one.startswith("table ") or not _is_of(one, gone)}
    foreign = {one for one in found - wanted if not one.startswith(("table ", "index ", "guard "))}
    return Unlike(missing=tuple(sorted(missing)), foreign=tuple(sorted(foreign)))


def _is_of(thing: str, missing: Iterable[str]) -> bool:
    """Whether a thing is missing only because its whole table is."""
    table = thing.split(" ")[1].partition(".")[0]
    return f"table {table}" in missing


# --- as the program knows it ------------------------------------------------------------------------------


def _wanted(dialect: Dialect) -> Iterator[str]:
    for table in metadata.sorted_tables:
        yield f"table {table.name}"
        for column in table.columns:
            type_ = _type(column.type.compile(dialect=dialect))
            yield _column(table.name, column.name, type_, nullable=bool(column.nullable))
        yield _key(table.name, [column.name for column in table.primary_key.columns])
        yield from _constraints(table)
        for index in table.indexes:
            yield _index(table.name, _names(index), unique=bool(index.unique), partial=_is_partial(index))


def _constraints(table: Table) -> Iterator[str]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield _unique(table.name, [column.name for column in constraint.columns])
    for foreign in table.foreign_keys:
        to = foreign.column
        yield _foreign(table.name, str(foreign.parent.name), str(to.table.name), str(to.name))


def _names(index: Index) -> list[str]:
    return [str(column.name) for column in index.columns]


def _is_partial(index: Index) -> bool:
    return index.dialect_options["sqlite"]["where"] is not None


# --- as the database tells it -----------------------------------------------------------------------------

_SQLITE: Final[Mapping[str, str]] = {
    "table": "SELECT m.name FROM sqlite_master m WHERE m.type = 'table'",
    "column": """
        SELECT m.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0, c.pk
        FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.pk""",
    "foreign": """
        SELECT m.name, f."from", f."table", f."to"
        FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'""",
    "index": """
        SELECT m.name, i.name, i."unique", i.origin, i.partial, x.name
        FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) x
        WHERE m.type = 'table' ORDER BY m.name, i.name, x.seqno""",
    "trigger": "SELECT m.tbl_name, m.name FROM sqlite_master m WHERE m.type = 'trigger'",
}
_POSTGRESQL: Final[Mapping[str, str]] = {
    "table": """
        SELECT c.relname FROM pg_class c
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace""",
    "column": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
               coalesce(array_position(k.conkey, a.attnum), 0)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY 1, 5""",
    "foreign": """
        SELECT c.relname, a.attname, t.relname, b.attname
        FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.convalidated
        JOIN pg_class t ON t.oid = k.confrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
        JOIN pg_attribute b ON b.attrelid = t.oid AND b.attnum = k.confkey[1]
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace""",
    "index": """
        SELECT c.relname, x.relname, i.indisunique::int,
               CASE k.contype WHEN 'u' THEN 'u' WHEN 'p' THEN 'pk' ELSE 'c' END,
               (i.indpred IS NOT NULL)::int, a.attname
        FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisvalid
        JOIN pg_class x ON x.oid = i.indexrelid
        LEFT JOIN pg_constraint k ON k.conindid = x.oid AND k.contype IN ('u', 'p')
        JOIN pg_attribute a ON a.attrelid = x.oid
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2, a.attnum""",
    "trigger": """
        SELECT c.relname, t.tgname FROM pg_class c
        JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace""",
}


def _found(told: Mapping[str, Iterable[Any]]) -> Iterator[str]:
    ours = {table.name for table in metadata.sorted_tables}
    keys: dict[str, list[str]] = {}
    yield from (f"table {name}" for (name,) in told["table"] if name in ours)
    for table, name, type_, nullable, place in told["column"]:
        if table in ours:
            yield _column(table, name, _type(type_), nullable=bool(nullable))
            keys.setdefault(table, []).extend([name] if place else [])
    yield from (_key(table, names) for table, names in keys.items())
    yield from (_foreign(*row) for row in told["foreign"] if row[0] in ours)
    yield from _found_indexes([row for row in told["index"] if row[0] in ours])
    for table, name in told["trigger"]:
        if table in ours and name not in guards.GUARDS:
            yield f"trigger {table}.{name}"


def _found_indexes(rows: Iterable[Any]) -> Iterator[str]:
    columns: dict[tuple[Any, ...], list[str]] = {}
    for *index, column in rows:
        columns.setdefault(tuple(index), []).append(str(column))
    for (table, _, unique, origin, partial), names in columns.items():
        if origin == "u":
            yield _unique(table, names)
        elif origin == "c":
            yield _index(table, names, unique=bool(unique), partial=bool(partial))


# --- how a thing is told ----------------------------------------------------------------------------------

_SAME_TYPES: Final[Mapping[str, str]] = {"character varying": "varchar", "double precision": "float"}


def _type(told: str) -> str:
    name, bracket, rest = told.lower().partition("(")
    return _SAME_TYPES.get(name, name) + bracket + rest


def _column(table: str, name: str, type_: str, *, nullable: bool) -> str:
    return f"column {table}.{name} {type_}{'' if nullable else ' not null'}"


def _key(table: str, names: Iterable[str]) -> str:
    return f"key {table} ({', '.join(names)})"


def _unique(table: str, names: Iterable[str]) -> str:
    return f"unique {table} ({', '.join(names)})"


def _foreign(table: str, column: str, to: str, key: str) -> str:
    return f"foreign {table}.{column} → {to}.{key}"


def _index(table: str, names: Iterable[str], *, unique: bool, partial: bool) -> str:
    kind = "rule" if unique else "index"
    return f"{kind} {table} ({', '.join(names)}){' of some' if partial else ''}"
