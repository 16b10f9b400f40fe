"""Is what the database says still what was written — and where not?

Three questions, from the outside in: do the chains hold (every leaf follows from the one before it), is
every text beside them the text whose digest they took, and is the state what the ledger's events make of an
empty database?
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from engine.core.ledger import GENESIS, Fault, Head, Leaf, check_chain, check_text
from engine.store.record import replay
from engine.store.session import scratch_engine
from engine.store.tables import STATE_TABLES, metadata

_LEAF: Final = metadata.tables["ledger_leaf"]
_CHAIN: Final = metadata.tables["ledger_chain"]
_PROSE: Final = metadata.tables["prose"]

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "ledger_chain_missing": ("chain",),
    "ledger_text_changed": ("chain", "seq", "field"),
    "ledger_text_missing": ("chain", "seq", "field"),
    "state_changed": ("table", "row", "column"),
    "state_missing": ("table", "row"),
    "state_invented": ("table", "row"),
    "state_unreadable": ("chain", "seq"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was checked and what was found; sound when there are no faults."""

    chains: int
    leaves: int
    texts: int
    erased: int
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Count:
    leaves: int = 0
    texts: int = 0
    erased: int = 0
    faults: list[Fault] = field(default_factory=list)


def heads(tx: Connection) -> dict[str, Head]:
    """Where every chain stands now, by its name."""
    rows = tx.execute(select(_CHAIN).order_by(_CHAIN.c.name))
    return {row.name: Head(chain=row.name, seq=row.size, hash=row.head) for row in rows if row.size}


def verify(tx: Connection, *, witnesses: Iterable[Head] = ()) -> Verified:
    """Check everything; `witnesses` are heads kept outside the database, as in receipts and letters."""
    known = heads(tx)
    outside = list(witnesses)
    named = sorted(
        {*known, *tx.execute(select(_LEAF.c.chain).distinct()).scalars(), *(one.chain for one in outside)}
    )
    count = _Count()
    for chain in named:
        wanted = [head for head in outside if head.chain == chain]
        if chain in known:
            wanted.append(known[chain])
        else:
            count.faults.append(Fault(code="ledger_chain_missing", chain=chain, seq=0, data={"chain": chain}))
        count.faults += check_chain(_counted(leaves(tx, chain), count), chain=chain, heads=wanted)
    _check_texts(tx, count)
    if not count.faults:
        # A state can only be compared with a ledger that is itself sound.
        count.faults += _check_state(tx)
    return Verified(
        chains=len(named),
        leaves=count.leaves,
        texts=count.texts,
        erased=count.erased,
        faults=tuple(count.faults),
    )


def leaves(tx: Connection, chain: str) -> Iterator[Leaf]:
    """One chain's leaves in order, streamed."""
    rows = tx.execute(
        select(_LEAF).where(_LEAF.c.chain == chain).order_by(_LEAF.c.seq).execution_options(yield_per=500)
    )
    for row in rows:
        yield Leaf(chain=row.chain, seq=row.seq, kind=row.kind, at=row.at, body=row.body, hash=row.hash)


def last_at(tx: Connection) -> datetime | None:
    """When something was last recorded, in any chain; None in an empty ledger."""
    found = tx.execute(select(func.max(_LEAF.c.at))).scalar_one()
    return None if found is None else datetime.fromisoformat(found)


def place_of_head(tx: Connection, chain: str) -> Head:
    """Where a chain stands, as printed on a receipt; an empty chain stands at 0."""
    return heads(tx).get(chain, Head(chain=chain, seq=0, hash=GENESIS))


def _counted(found: Iterator[Leaf], count: _Count) -> Iterator[Leaf]:
    for one in found:
        count.leaves += 1
        yield one


def _check_texts(tx: Connection, count: _Count) -> None:
    texts = {row.digest: row for row in tx.execute(select(_PROSE))}
    for row in tx.execute(
        select(_LEAF.c.chain, _LEAF.c.seq, _LEAF.c.body).order_by(_LEAF.c.chain, _LEAF.c.seq)
    ):
        for name, digest in _refs(row.body).items():
            place = {"chain": row.chain, "seq": row.seq, "field": name}
            kept = texts.get(digest)
            if kept is None:
                count.faults.append(
                    Fault(code="ledger_text_missing", chain=row.chain, seq=row.seq, data=place)
                )
                continue
            salt = None if kept.salt is None else _bytes(kept.salt)
            standing = check_text(digest, salt, kept.text)
            count.texts += 1
            count.erased += standing == "erased"
            if standing == "changed":
                count.faults.append(
                    Fault(code="ledger_text_changed", chain=row.chain, seq=row.seq, data=place)
                )


def _refs(body: str) -> dict[str, str]:
    try:
        refs = json.loads(body).get("prose", {})
    except (ValueError, AttributeError):
        return {}  # the chain's own check has told that this body is not what was written
    return refs if isinstance(refs, dict) else {}


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _check_state(tx: Connection) -> list[Fault]:
    texts = {row.digest: row.text for row in tx.execute(select(_PROSE.c.digest, _PROSE.c.text))}
    faults: list[Fault] = []
    with scratch_engine().connect() as scratch:
        metadata.create_all(scratch)
        for row in tx.execute(
            select(_LEAF.c.chain, _LEAF.c.seq, _LEAF.c.body).order_by(_LEAF.c.chain, _LEAF.c.seq)
        ):
            try:
                replay(scratch, seq=row.seq, body=row.body, prose=texts)
            except (KeyError, TypeError, ValueError):
                place = {"chain": row.chain, "seq": row.seq}
                faults.append(Fault(code="state_unreadable", chain=row.chain, seq=row.seq, data=place))
        for name in STATE_TABLES:
            faults += _compared(name, _rows(tx, name), _rows(scratch, name))
    return faults


def _rows(tx: Connection, name: str) -> dict[str, Row[Any]]:
    table = metadata.tables[name]
    keys = [column.name for column in table.primary_key.columns]
    return {" · ".join(str(row._mapping[key]) for key in keys): row for row in tx.execute(select(table))}


def _compared(name: str, found: dict[str, Row[Any]], rebuilt: dict[str, Row[Any]]) -> Iterator[Fault]:
    for key, row in found.items():
        if key not in rebuilt:
            yield Fault(code="state_invented", chain="", seq=0, data={"table": name, "row": key})
            continue
        for column, value in row._mapping.items():
            if value != rebuilt[key]._mapping[column]:
                yield Fault(
                    code="state_changed", chain="", seq=0, data={"table": name, "row": key, "column": column}
                )
    for key in rebuilt.keys() - found.keys():
        yield Fault(code="state_missing", chain="", seq=0, data={"table": name, "row": key})
