"""Is the state what the ledger's events make of an empty database?

Every event is applied again beside the real database, and every row compared. Whatever cannot be applied or
read is told with its place, and the rest is compared all the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, select, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import NullType

from engine.core.record.ledger import Fault
from engine.store.damage import UNREADABLE, reading
from engine.store.record.record import replay
from engine.store.session import scratch_engine
from engine.store.tables.base import STATE_TABLES, metadata

_LEAF: Final = metadata.tables["ledger_leaf"]

_Key = tuple[Any, ...]
_Rows = dict[_Key, Row[Any]]


def differences(tx: Connection, texts: Mapping[str, str | None]) -> Iterator[Fault]:
    """Every place where the state is not what the events say; `texts` is what is left of them, by digest."""
    with scratch_engine().connect() as scratch:
        metadata.create_all(scratch)
        yield from _replayed(tx, scratch, texts)
        for name in STATE_TABLES:
            faults: list[Fault] = []
            found = _rows(tx, metadata.tables[name], faults)
            yield from faults
            if found is not None:
                unread = {one.data["row"] for one in faults}
                rebuilt = _rows(scratch, metadata.tables[name], faults) or {}
                yield from _compared(name, found, rebuilt, unread)


def _replayed(tx: Connection, scratch: Connection, texts: Mapping[str, str | None]) -> Iterator[Fault]:
    leaves = tx.execute(select(_LEAF.c.chain, _LEAF.c.seq, _LEAF.c.body).order_by(_LEAF.c.chain, _LEAF.c.seq))
    for row in leaves:
        scratch.exec_driver_sql("SAVEPOINT leaf")
        try:
            replay(scratch, seq=row.seq, body=row.body, prose=texts)
        except (*UNREADABLE, SQLAlchemyError):
            # What the event had begun is undone: half an event would be told as faults of its own.
            scratch.exec_driver_sql("ROLLBACK TO leaf")
            place: dict[str, str | int] = {"chain": row.chain, "seq": row.seq}
            yield Fault(code="state_unreadable", chain=row.chain, seq=row.seq, data=place)
        scratch.exec_driver_sql("RELEASE leaf")


def _rows(tx: Connection, table: Table, faults: list[Fault]) -> _Rows | None:
    """A table by its key; None when it cannot be read at all. What cannot be read is told."""
    keys = list(table.primary_key.columns)
    try:
        with reading(tx):
            rows = tx.execute(select(table)).all()
            return {tuple(row._mapping[key] for key in keys): row for row in rows}
    except UNREADABLE:
        return _one_by_one(tx, table, faults)


def _one_by_one(tx: Connection, table: Table, faults: list[Fault]) -> _Rows | None:
    keys = list(table.primary_key.columns)
    try:
        with reading(tx):
            places = tx.execute(select(*(type_coerce(key, NullType()).label(key.name) for key in keys))).all()
    except UNREADABLE:
        faults.append(Fault(code="table_unreadable", chain="", seq=0, data={"table": table.name}))
        return None
    found: _Rows = {}
    for place in places:
        this = [type_coerce(key, NullType()) == value for key, value in zip(keys, place, strict=True)]
        try:
            with reading(tx):
                row = tx.execute(select(table).where(*this)).one()
                found[tuple(row._mapping[key] for key in keys)] = row
        except UNREADABLE:
            faults.append(_about("state_row_unreadable", table.name, tuple(place)))
    return found


def _compared(name: str, found: _Rows, rebuilt: _Rows, unread: set[str | int]) -> Iterator[Fault]:
    for key, row in found.items():
        if key not in rebuilt:
            yield _about("state_invented", name, key)
            continue
        for column, value in row._mapping.items():
            if value != rebuilt[key]._mapping[column]:
                yield _about("state_changed", name, key, column=str(column))
    for key in rebuilt.keys() - found.keys():
        if _shown(key) not in unread:
            yield _about("state_missing", name, key)


def _about(code: str, table: str, key: _Key, **more: str) -> Fault:
    return Fault(code=code, chain="", seq=0, data={"table": table, "row": _shown(key), **more})


def _shown(key: _Key) -> str:
    return " · ".join(str(part) for part in key)
