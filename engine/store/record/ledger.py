"""Is what the database says still what was written — and where not?

Five questions, from the outside in: do the guards stand, do the chains hold (every leaf follows from the one
before it), are they the chains that were witnessed (by somebody outside, and day by day by the programme's
own chain), is every text beside them the text whose digest they took, and is the state what the ledger's
events make of an empty database? What cannot be read is told with its place like everything else, and what is
left is checked.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, Select, func, select

from engine.core.record.events.event import PROGRAMME_CHAIN
from engine.core.record.events.ledger import HeadsWitnessed
from engine.core.record.ledger import Fault, Head, Leaf, check_chain, check_text
from engine.store import guards
from engine.store.damage import UNREADABLE, Unreadable, reading
from engine.store.record import rebuilt
from engine.store.tables.base import metadata

_LEAF: Final = metadata.tables["ledger_leaf"]
_CHAIN: Final = metadata.tables["ledger_chain"]
_PROSE: Final = metadata.tables["prose"]
_WITNESSING: Final = (_LEAF.c.chain == PROGRAMME_CHAIN) & (_LEAF.c.kind == HeadsWitnessed.__name__)

PAGE: Final = 500
"""Leaves that are read at a time."""
T = TypeVar("T")
_Texts = Mapping[str, Row[Any]]

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "guard_missing": ("guard",),
    "table_unreadable": ("table",),
    "ledger_chain_missing": ("chain",),
    "ledger_chain_unreadable": ("chain",),
    "ledger_unreadable": ("chain", "seq"),
    "ledger_text_changed": ("chain", "seq", "field"),
    "ledger_text_missing": ("chain", "seq", "field"),
    "ledger_text_unreadable": ("chain", "seq", "field"),
    "witness_unreadable": ("chain", "seq"),
    "state_changed": ("table", "row", "column"),
    "state_missing": ("table", "row"),
    "state_invented": ("table", "row"),
    "state_row_unreadable": ("table", "row"),
    "state_unreadable": ("chain", "seq"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was checked and what was found; sound when there are no faults. `heads` says where the chains
    stand.
    """

    chains: int
    leaves: int
    texts: int
    erased: int
    heads: tuple[Head, ...]
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


def sizes(tx: Connection, chains: Iterable[str]) -> dict[str, int]:
    """How many leaves each of these chains has."""
    wanted = list(chains)
    known = {
        row.name: row.size
        for row in tx.execute(select(_CHAIN.c.name, _CHAIN.c.size).where(_CHAIN.c.name.in_(wanted)))
    }
    return {name: known.get(name, 0) for name in wanted}


def leaves(tx: Connection, chain: str) -> Iterator[Leaf]:
    """One chain's leaves in order, streamed."""
    rows = tx.execute(
        select(_LEAF).where(_LEAF.c.chain == chain).order_by(_LEAF.c.seq).execution_options(yield_per=500)
    )
    yield from map(_leaf, rows)


def last_at(tx: Connection) -> datetime | None:
    """When something was last recorded, in any chain; None in an empty ledger."""
    found = tx.execute(select(func.max(_LEAF.c.at))).scalar_one()
    return None if found is None else datetime.fromisoformat(found)


def witnessed(tx: Connection) -> tuple[tuple[Head, ...], tuple[Fault, ...]]:
    """Every head that the programme's chain has taken note of, oldest first; and the notes that cannot be
    read.
    """
    found, faults = list[Head](), list[Fault]()
    for row in tx.execute(select(_LEAF.c.seq, _LEAF.c.body).where(_WITNESSING).order_by(_LEAF.c.seq)):
        try:
            found += _heads_in(row.body)
        except UNREADABLE:
            faults.append(_at("witness_unreadable", PROGRAMME_CHAIN, row.seq))
    return tuple(found), tuple(faults)


def verify(tx: Connection, *, witnesses: Iterable[Head] = ()) -> Verified:
    """Check everything; `witnesses` are heads kept outside the database, as in receipts and letters."""
    count = _Count()
    fallen = _asked(tx, "trigger", lambda: guards.fallen(tx), count) or ()
    count.faults += map(_about_guard, fallen)
    sound = len(count.faults)
    inside, unread = _asked(tx, _LEAF.name, lambda: witnessed(tx), count) or ((), ())
    count.faults += unread
    known, outside = _known_heads(tx, count), [*witnesses, *inside]
    every = select(_LEAF.c.chain).distinct()
    found = _asked(tx, _LEAF.name, lambda: tx.execute(every).scalars().all(), count)
    chains = sorted({*known, *map(str, found or ()), *(one.chain for one in outside)})
    if found is not None:
        texts = _asked(tx, _PROSE.name, lambda: _texts(tx), count)
        for chain in chains:
            _check_chain(tx, chain, known=known, outside=outside, texts=texts, count=count)
        if texts is not None and len(count.faults) == sound:
            # A state can only be compared with a ledger that is itself sound.
            left = {digest: row.text for digest, row in texts.items()}
            count.faults += rebuilt.differences(tx, left)
    return Verified(
        chains=len(chains),
        leaves=count.leaves,
        texts=count.texts,
        erased=count.erased,
        heads=tuple(known.values()),
        faults=tuple(count.faults),
    )


def glance(tx: Connection) -> tuple[Fault, ...]:
    """The cheap part: do the guards stand, and is every head that was witnessed last still in its place?"""
    count = _Count()
    fallen = _asked(tx, "trigger", lambda: guards.fallen(tx), count) or ()
    count.faults += map(_about_guard, fallen)
    count.faults += _asked(tx, _LEAF.name, lambda: _contradicted(tx), count) or ()
    return tuple(count.faults)


def _contradicted(tx: Connection) -> list[Fault]:
    newest = select(_LEAF.c.seq, _LEAF.c.body).where(_WITNESSING).order_by(_LEAF.c.seq.desc()).limit(1)
    row = tx.execute(newest).one_or_none()
    if row is None:
        return []
    try:
        told = _heads_in(row.body)
    except UNREADABLE:
        return [_at("witness_unreadable", PROGRAMME_CHAIN, row.seq)]
    here = select(_LEAF.c.hash)
    return [
        _at("ledger_rewritten", head.chain, head.seq)
        for head in told
        if tx.execute(here.where(_LEAF.c.chain == head.chain, _LEAF.c.seq == head.seq)).scalar_one_or_none()
        != head.hash
    ]


def _asked(tx: Connection, table: str, question: Callable[[], T], count: _Count) -> T | None:
    """The answer; None, and a fault about the table, where there is none to be had."""
    try:
        with reading(tx):
            return question()
    except Unreadable:
        fault = Fault(code="table_unreadable", chain="", seq=0, data={"table": table})
        count.faults += [] if fault in count.faults else [fault]
        return None


def _about_guard(name: str) -> Fault:
    return Fault(code="guard_missing", chain="", seq=0, data={"guard": name})


def _at(code: str, chain: str, seq: int) -> Fault:
    return Fault(code=code, chain=chain, seq=seq, data={"chain": chain, "seq": seq})


def _leaf(row: Row[Any]) -> Leaf:
    return Leaf(chain=row.chain, seq=row.seq, kind=row.kind, at=row.at, body=row.body, hash=row.hash)


def _heads_in(body: str) -> list[Head]:
    """The heads that a checkpoint holds. Raises one of UNREADABLE when it is not as one was written."""
    told: Mapping[str, str] = json.loads(body)["plain"]["heads"]
    found = []
    for chain, head in told.items():
        seq, _, hash_ = head.partition(":")
        found.append(Head(chain=chain, seq=int(seq), hash=hash_))
    return found


def _known_heads(tx: Connection, count: _Count) -> dict[str, Head]:
    rows = _asked(tx, _CHAIN.name, lambda: tx.execute(select(_CHAIN).order_by(_CHAIN.c.name)).all(), count)
    known: dict[str, Head] = {}
    for row in rows or ():
        if not (isinstance(row.size, int) and isinstance(row.head, str)):
            fault = Fault(code="ledger_chain_unreadable", chain=row.name, seq=0, data={"chain": row.name})
            count.faults.append(fault)
        elif row.size:
            known[row.name] = Head(chain=row.name, seq=row.size, hash=row.head)
    return known


def _check_chain(
    tx: Connection,
    chain: str,
    *,
    known: Mapping[str, Head],
    outside: Iterable[Head],
    texts: _Texts | None,
    count: _Count,
) -> None:
    wanted = [head for head in outside if head.chain == chain]
    if chain in known:
        wanted.append(known[chain])
    else:
        count.faults.append(Fault(code="ledger_chain_missing", chain=chain, seq=0, data={"chain": chain}))
    unread: set[int] = set()
    last = max((head.seq for head in wanted), default=0)
    found = check_chain(
        _with_texts(tx, _readable(tx, chain, last, unread), texts, count), chain=chain, heads=wanted
    )
    count.faults += [_at("ledger_unreadable", chain, seq) for seq in sorted(unread)]
    count.faults += [fault for fault in found if not _is_told(fault, unread)]


def _readable(tx: Connection, chain: str, last: int, unread: set[int]) -> Iterator[Leaf]:
    """A chain's leaves in order. Where a page of them cannot be read they are read one by one, and those that
    still cannot are put among the `unread`; `last` is the least that there should be.
    """
    after = 0
    here = select(_LEAF).where(_LEAF.c.chain == chain)
    while True:
        try:
            with reading(tx):
                rows = tx.execute(here.where(_LEAF.c.seq > after).order_by(_LEAF.c.seq).limit(PAGE)).all()
            reached = max((row.seq for row in rows if isinstance(row.seq, int)), default=after)
        except Unreadable:
            reached = after + PAGE
            rows = [
                row
                for seq in range(after + 1, reached + 1)
                if (row := _one_leaf(tx, here.where(_LEAF.c.seq == seq), seq, unread)) is not None
            ]
        yield from map(_leaf, rows)
        if reached == after or (not rows and reached >= last):
            return
        after = reached


def _one_leaf(tx: Connection, asked: Select[Any], seq: int, unread: set[int]) -> Row[Any] | None:
    try:
        with reading(tx):
            return tx.execute(asked).one_or_none()
    except Unreadable:
        unread.add(seq)
        return None


def _is_told(fault: Fault, unread: set[int]) -> bool:
    """Whether a gap is there only because its leaves cannot be read, which is told already."""
    match fault.code:
        case "ledger_removed":
            gap = range(int(fault.data["from"]), int(fault.data["to"]) + 1)
        case "ledger_truncated":
            gap = range(int(fault.data["last"]) + 1, int(fault.data["known"]) + 1)
        case _:
            return False
    return unread.issuperset(gap)


def _texts(tx: Connection) -> _Texts:
    return {row.digest: row for row in tx.execute(select(_PROSE))}


def _with_texts(tx: Connection, found: Iterator[Leaf], texts: _Texts | None, count: _Count) -> Iterator[Leaf]:
    """The same leaves; each one's texts are checked as it passes."""
    for one in found:
        count.leaves += 1
        for name, digest in _refs(one.body).items():
            code = _fault_of_text(tx, digest, texts, count)
            if code:
                place: dict[str, str | int] = {"chain": one.chain, "seq": one.seq, "field": name}
                count.faults.append(Fault(code=code, chain=one.chain, seq=one.seq, data=place))
        yield one


def _fault_of_text(tx: Connection, digest: str, texts: _Texts | None, count: _Count) -> str:
    try:
        kept = _one_text(tx, digest) if texts is None else texts.get(digest)
    except Unreadable:
        return "ledger_text_unreadable"
    if kept is None:
        return "ledger_text_missing"
    standing = check_text(digest, None if kept.salt is None else _bytes(kept.salt), kept.text)
    count.texts += 1
    count.erased += standing == "erased"
    return "ledger_text_changed" if standing == "changed" else ""


def _one_text(tx: Connection, digest: str) -> Row[Any] | None:
    with reading(tx):
        return tx.execute(select(_PROSE).where(_PROSE.c.digest == digest)).one_or_none()


def _refs(body: object) -> dict[str, str]:
    """What a leaf's texts are called, and their digests; the chain's check tells of a body that is none."""
    try:
        refs = json.loads(str(body)).get("prose", {})
    except (ValueError, AttributeError, RecursionError):
        return {}
    if not isinstance(refs, dict):
        return {}
    return {str(name): str(digest) for name, digest in refs.items()}


def _bytes(salt: object) -> bytes:
    try:
        return bytes.fromhex(str(salt))
    except ValueError:
        return b""
