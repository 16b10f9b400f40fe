"""What is owed, how far has each reminder come, and which chains must be worked out anew?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.core.obligations.owed import Act, Key, Obligation, Owner
from engine.store import faults
from engine.store.session import new_id
from engine.store.tables.base import metadata

_OBLIGATION: Final = metadata.tables["obligation"]
_REMINDER: Final = metadata.tables["reminder"]
_ACT: Final = metadata.tables["obligation_act"]
_CHAIN: Final = metadata.tables["ledger_chain"]
_PROSE: Final = metadata.tables["prose"]
_OUTBOX: Final = metadata.tables["outbox"]
_END: Final = metadata.tables["programme_end"]
_HEARTBEAT: Final = metadata.tables["heartbeat"]

REMINDED: Final = "reminded"
"""The heartbeat of whoever enqueues letters of reminders; its row is what two who do so at once wait for."""
LOOKED_AHEAD: Final = "obligations_ahead"
"""The heartbeat that tells when everything was last worked out for a year ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An obligation as it is kept: its chain, its standing (open, settled, void), the highest rung dealt with
    and when it is looked at again.
    """

    id: str
    chain: str
    obligation: Obligation
    status: str
    passed: int
    next_at: datetime | None

    @property
    def project(self) -> str | None:
        """The project whose chain it stands in, if it is one's."""
        return self.chain.removeprefix("project:") if self.chain.startswith("project:") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A rung that has been said, or is about to be: of which obligation, for which deadline, to whom. `rung`
    is its number of working days from the deadline, which it keeps when its ladder gets other rungs.
    """

    obligation: str
    due_on: date
    rung: int
    person: str
    at: datetime
    letter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeEnd:
    """When the programme ended, and who answers for what was its own."""

    ended_on: date
    heir: str


# ---------------------------------------------------------------- chains to be planned

_RESTS: Final = faults.resting(faults.PLANNING, _CHAIN.c.name, _CHAIN.c.size, bindparam("now"))
_UNPLANNED: Final = (
    select(_CHAIN.c.name, _CHAIN.c.size).where(_CHAIN.c.planned.is_(False), ~_RESTS).order_by(_CHAIN.c.name)
)
_UNPLANNED_LOCKED: Final = _UNPLANNED.limit(bindparam("most")).with_for_update(skip_locked=True)
# Written out in the statement: prepared for any standing, it could not use the index of what is open.
_OPEN: Final = _OBLIGATION.c.status == bindparam("open", "open", literal_execute=True)
_OWING: Final = _OPEN & (_OBLIGATION.c.next_at <= bindparam("now"))
_LOOK: Final = select(
    exists(_UNPLANNED.order_by(None)).label("unplanned"),
    # The first of all, and not whether there is one before now: that a database takes for likely, and looks
    # for it everywhere instead of in the index.
    select(func.min(_OBLIGATION.c.next_at)).where(_OPEN).scalar_subquery().label("next_at"),
    select(_HEARTBEAT.c.at).where(_HEARTBEAT.c.name == LOOKED_AHEAD).scalar_subquery().label("ahead"),
    faults.rested(faults.REMINDING, bindparam("now")).label("rested"),
)
# What is due and cannot be said rests, and what a chain owes that cannot be worked out is not known.
_IS_DUE: Final = select(
    exists(
        select(_OBLIGATION.c.id).where(
            _OWING,
            _OBLIGATION.c.chain.not_in(select(_CHAIN.c.name).where(_CHAIN.c.planned.is_(False), _RESTS)),
            ~faults.resting(faults.REMINDING, _OBLIGATION.c.id, None, bindparam("now")),
        )
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Whether any chain must be worked out anew, whether any ladder is to be looked at, and when everything
    was last worked out for a year ahead.
    """

    unplanned: bool
    due: bool
    ahead: datetime | None


def look(tx: Connection, *, now: datetime) -> Look:
    """What an idle heartbeat asks, in one question."""
    row = tx.execute(_LOOK, {"now": now}).one()
    due = row.next_at is not None and row.next_at <= now and tx.execute(_IS_DUE, {"now": now}).scalar_one()
    return Look(unplanned=bool(row.unplanned), due=bool(due or row.rested), ahead=row.ahead)


def unplanned(tx: Connection, *, now: datetime, most: int = 1_000_000) -> Mapping[str, int]:
    """Chains that have grown since they were planned, locked, with their sizes. One that somebody is writing
    to is passed over: what happens there has not happened yet; so is one that rests after a fault.
    """
    rows = tx.execute(_UNPLANNED_LOCKED, {"most": most, "now": now})
    return {row.name: row.size for row in rows}


def hold(tx: Connection, chain: str) -> int:
    """Lock a chain, so that two who act on what it owes wait for each other: before any obligation of it; its
    size.
    """
    wanted = select(_CHAIN.c.size).where(_CHAIN.c.name == chain).with_for_update()
    return tx.execute(wanted).scalar_one_or_none() or 0


def mark_planned(tx: Connection, chains: Sequence[str]) -> None:
    """Note that what these chains owe has been worked out."""
    if chains:
        tx.execute(update(_CHAIN).where(_CHAIN.c.name.in_(chains)).values(planned=True))


def chains(tx: Connection, *, planned: bool = False) -> tuple[str, ...]:
    """Every chain of the ledger, by name; only those that need not be worked out anew, if asked."""
    wanted = select(_CHAIN.c.name).order_by(_CHAIN.c.name)
    return tuple(tx.execute(wanted.where(_CHAIN.c.planned) if planned else wanted).scalars())


def unplan_all(tx: Connection) -> None:
    """Have every chain worked out anew."""
    tx.execute(update(_CHAIN).values(planned=False))


# ---------------------------------------------------------------- the plan

_OF_CHAIN: Final = select(_OBLIGATION).where(_OBLIGATION.c.chain == bindparam("of"))
_INSERT: Final = insert(_OBLIGATION)
_CHANGED: Final = (
    "owner_kind",
    "owner",
    "due_on",
    "due_time",
    "ladder",
    "status",
    "passed",
    "next_at",
    "settled_at",
)
_CHANGE: Final = (
    update(_OBLIGATION)
    .where(_OBLIGATION.c.id == bindparam("this"))
    .values({name: bindparam(f"new_{name}") for name in (*_CHANGED, "planned_at")})
)
_ADVANCE: Final = (
    update(_OBLIGATION)
    .where(_OBLIGATION.c.id == bindparam("this"))
    .values(passed=bindparam("new_passed"), next_at=bindparam("new_next_at"))
)


def of_chain(tx: Connection, chain: str) -> dict[Key, Stored]:
    """Everything ever owed in a chain, by key."""
    return {one.obligation.key: one for one in map(_stored, tx.execute(_OF_CHAIN, {"of": chain}))}


def add(
    tx: Connection, chain: str, new: Iterable[tuple[Obligation, int, datetime | None]], *, now: datetime
) -> None:
    """Keep new obligations, each with the rung its ladder has passed and when it is looked at."""
    rows = [
        _columns(one, passed=passed, next_at=next_at)
        | {
            "id": new_id(),
            "chain": chain,
            "kind": one.key.kind,
            "subject": one.key.subject,
            "occurrence": one.key.occurrence,
            "planned_at": now,
        }
        for one, passed, next_at in new
    ]
    if rows:
        tx.execute(_INSERT, rows)


def change(
    tx: Connection, changed: Iterable[tuple[Stored, Obligation, int, datetime | None]], *, now: datetime
) -> None:
    """Keep what has become of obligations."""
    rows = [
        {f"new_{name}": value for name, value in _columns(one, passed=passed, next_at=next_at).items()}
        | {"this": was.id, "new_planned_at": now}
        # In the order in which whoever reminds locks them, or the two would wait for each other.
        for was, one, passed, next_at in sorted(changed, key=lambda each: each[0].id)
    ]
    if rows:
        tx.execute(_CHANGE, rows)


def void(tx: Connection, ids: Sequence[str]) -> None:
    """Nobody owes these any more, and nobody has done them."""
    if ids:
        gone = {"status": "void", "next_at": None}
        tx.execute(update(_OBLIGATION).where(_OBLIGATION.c.id.in_(ids)).values(gone))


def _columns(one: Obligation, *, passed: int, next_at: datetime | None) -> dict[str, Any]:
    is_open = one.settled_at is None
    return {
        "owner_kind": one.owner.kind,
        "owner": one.owner.id,
        "due_on": one.due_on.isoformat(),
        "due_time": None if one.due_time is None else f"{one.due_time:%H:%M}",
        "ladder": one.ladder,
        "status": "open" if is_open else "settled",
        "passed": passed,
        "next_at": next_at if is_open else None,
        "settled_at": one.settled_at,
    }


# ---------------------------------------------------------------- reminding

# In one order, so that two who lock them wait instead of blocking each other; and in no index's order, or a
# database would read every id there is to find the few that are due.
# Not those of a chain that somebody is working out anew at this moment: what they owe is not known yet.
_DUE: Final = (
    select(_OBLIGATION)
    .where(_OWING, _OBLIGATION.c.chain.not_in(select(_CHAIN.c.name).where(_CHAIN.c.planned.is_(False))))
    .order_by(_OBLIGATION.c.id.concat(""))
    .with_for_update()
)
_REMEMBER: Final = {
    name: dialect.insert(_REMINDER).on_conflict_do_nothing()
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


def due(tx: Connection, *, now: datetime) -> tuple[Stored, ...]:
    """The open obligations whose ladders are to be looked at, locked; whoever else looks waits, and then
    finds none.
    """
    return tuple(map(_stored, tx.execute(_DUE, {"now": now})))


def next_at(tx: Connection, *, after: datetime) -> datetime | None:
    """When, after an instant, the next ladder is to be looked at; None when none is."""
    wanted = select(func.min(_OBLIGATION.c.next_at)).where(
        _OBLIGATION.c.status == "open", _OBLIGATION.c.next_at > after
    )
    found: datetime | None = tx.execute(wanted).scalar_one()
    return found


def advance(tx: Connection, moved: Iterable[tuple[str, int, datetime | None]]) -> None:
    """Note how far ladders have come: id, rung passed, when to look again."""
    rows = [{"this": id_, "new_passed": passed, "new_next_at": next_at} for id_, passed, next_at in moved]
    if rows:
        tx.execute(_ADVANCE, rows)


def remember(tx: Connection, said: Sequence[Reminder]) -> None:
    """Keep what is to be said. What has been said before stays as it is: a ladder may begin anew, and one
    that says a thing again must not keep all the others from being said.
    """
    if said:
        rows = [
            {
                "obligation": one.obligation,
                "due_on": one.due_on.isoformat(),
                "rung": one.rung,
                "person": one.person,
                "at": one.at,
                "letter": None,
            }
            for one in said
        ]
        tx.execute(_REMEMBER[tx.dialect.name], rows)


_COLUMNS: Final = tuple(column.name for column in _OBLIGATION.columns)
_WAITING: Final = (
    select(_REMINDER, *(_OBLIGATION.c[name].label(f"ob_{name}") for name in _COLUMNS))
    .join(_OBLIGATION, _OBLIGATION.c.id == _REMINDER.c.obligation)
    .join(_OUTBOX, _OUTBOX.c.id == _REMINDER.c.letter, isouter=True)
    .where(
        _REMINDER.c.person == bindparam("of"),
        _OBLIGATION.c.status == "open",
        _REMINDER.c.due_on == _OBLIGATION.c.due_on,
        or_(
            _REMINDER.c.letter == bindparam("carried_by"),
            (_REMINDER.c.letter.is_(None) | (_OUTBOX.c.state == "withdrawn")) & bindparam("takes_more"),
        ),
    )
    .order_by(_OBLIGATION.c.due_on, _OBLIGATION.c.kind, _OBLIGATION.c.id, _REMINDER.c.rung)
)


def waiting(
    tx: Connection, *, person: str, letter: str, possibly_sent: bool
) -> tuple[tuple[Stored, Reminder], ...]:
    """What a letter has to tell somebody: rungs no other letter has carried, of what is still owed, the most
    urgent first.

    A letter that may have been delivered tells nothing new: the mailbox may throw its next copy away.
    """
    told = {"of": person, "carried_by": letter, "takes_more": not possibly_sent}
    return tuple((_stored(_Labelled(row)), _reminder(row)) for row in tx.execute(_WAITING, told))


_TOLD_BY: Final = (
    select(_REMINDER, *(_OBLIGATION.c[name].label(f"ob_{name}") for name in _COLUMNS))
    .join(_OBLIGATION, _OBLIGATION.c.id == _REMINDER.c.obligation)
    .where(_REMINDER.c.letter == bindparam("of"))
    .order_by(_OBLIGATION.c.due_on, _OBLIGATION.c.kind, _OBLIGATION.c.id, _REMINDER.c.rung)
)


class _Labelled:
    """An obligation's columns in a row that holds another table's too."""

    def __init__(self, row: Any) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, f"ob_{name}")


def told_by(tx: Connection, letter: str) -> tuple[tuple[Stored, Reminder], ...]:
    """What a letter has told, whatever has become of it since, the most urgent first."""
    return tuple((_stored(_Labelled(row)), _reminder(row)) for row in tx.execute(_TOLD_BY, {"of": letter}))


_CARRY: Final = (
    update(_REMINDER)
    .where(
        _REMINDER.c.obligation == bindparam("of"),
        _REMINDER.c.due_on == bindparam("for_day"),
        _REMINDER.c.rung == bindparam("the_rung"),
        _REMINDER.c.person == bindparam("whom"),
    )
    .values(letter=bindparam("by"))
)


def carry(tx: Connection, letter: str, reminders: Sequence[Reminder]) -> None:
    """Note which letter carries these reminders."""
    rows = [
        {
            "of": one.obligation,
            "for_day": one.due_on.isoformat(),
            "the_rung": one.rung,
            "whom": one.person,
            "by": letter,
        }
        for one in reminders
    ]
    if rows:
        tx.execute(_CARRY, rows)


def carried_by(tx: Connection, letter: str) -> tuple[Reminder, ...]:
    """What a letter was to tell when it was worded."""
    return tuple(map(_reminder, tx.execute(select(_REMINDER).where(_REMINDER.c.letter == letter))))


def release(tx: Connection, letter: str) -> None:
    """Forget what a letter was to carry: it is about to be worded anew."""
    tx.execute(update(_REMINDER).where(_REMINDER.c.letter == letter).values(letter=None))


def reminders_of(tx: Connection, obligation: str) -> tuple[Reminder, ...]:
    """Everything that has been said about an obligation, in order."""
    wanted = select(_REMINDER).where(_REMINDER.c.obligation == obligation)
    return tuple(map(_reminder, tx.execute(wanted.order_by(_REMINDER.c.at, _REMINDER.c.rung))))


# ---------------------------------------------------------------- looking


def by_id(tx: Connection, id_: str, *, lock: bool = False) -> Stored | None:
    """One obligation, locked if asked, or None."""
    wanted = select(_OBLIGATION).where(_OBLIGATION.c.id == id_)
    row = tx.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return None if row is None else _stored(row)


def by_key(tx: Connection, key: Key) -> Stored | None:
    """The obligation with this key, or None."""
    same = (_OBLIGATION.c.kind == key.kind) & (_OBLIGATION.c.subject == key.subject)
    wanted = select(_OBLIGATION).where(same, _OBLIGATION.c.occurrence == key.occurrence)
    row = tx.execute(wanted).one_or_none()
    return None if row is None else _stored(row)


def known_keys(tx: Connection, *, chain: str, kind: str) -> frozenset[Key]:
    """The keys of a kind that a chain has had, planned or acted on."""
    planned = select(_OBLIGATION.c.kind, _OBLIGATION.c.subject, _OBLIGATION.c.occurrence).where(
        _OBLIGATION.c.chain == chain, _OBLIGATION.c.kind == kind
    )
    acted = {act.key for act in acts(tx, chain=chain) if act.key.kind == kind}
    return frozenset({*(Key(*row) for row in tx.execute(planned)), *acted})


def list_obligations(
    tx: Connection,
    *,
    status: str | None = "open",
    chain: str | None = None,
    kind: str | None = None,
    until: date | None = None,
) -> tuple[Stored, ...]:
    """Obligations by deadline: in one standing (None: any), of a chain, of a kind, due by a day if asked."""
    wanted: Select[Any] = select(_OBLIGATION).order_by(
        _OBLIGATION.c.due_on, _OBLIGATION.c.kind, _OBLIGATION.c.subject, _OBLIGATION.c.occurrence
    )
    if status is not None:
        wanted = wanted.where(_OBLIGATION.c.status == status)
    if chain is not None:
        wanted = wanted.where(_OBLIGATION.c.chain == chain)
    if kind is not None:
        wanted = wanted.where(_OBLIGATION.c.kind == kind)
    if until is not None:
        wanted = wanted.where(_OBLIGATION.c.due_on <= until.isoformat())
    return tuple(map(_stored, tx.execute(wanted)))


def acts(tx: Connection, *, chain: str) -> tuple[Act, ...]:
    """What people have done to a chain's obligations, in order."""
    wanted = (
        select(_ACT, _PROSE.c.text.label("words"))
        .join(_PROSE, _PROSE.c.digest == _ACT.c.words_ref, isouter=True)
        .where(_ACT.c.chain == chain)
        .order_by(_ACT.c.seq)
    )
    return tuple(
        Act(
            key=Key(row.kind, row.subject, row.occurrence),
            act=row.act,
            due=None if row.due is None else date.fromisoformat(row.due),
            words=row.words or "",
            by=row.by,
            at=row.at,
        )
        for row in tx.execute(wanted)
    )


def programme_end(tx: Connection) -> ProgrammeEnd | None:
    """When the programme ended, or None while it lasts."""
    row = tx.execute(select(_END).order_by(_END.c.ended_on.desc()).limit(1)).one_or_none()
    return None if row is None else ProgrammeEnd(ended_on=date.fromisoformat(row.ended_on), heir=row.heir)


def _stored(row: Any) -> Stored:
    return Stored(
        id=row.id,
        chain=row.chain,
        obligation=Obligation(
            key=Key(row.kind, row.subject, row.occurrence),
            owner=Owner(row.owner_kind, row.owner),
            due_on=date.fromisoformat(row.due_on),
            due_time=None if row.due_time is None else time.fromisoformat(row.due_time),
            ladder=row.ladder,
            settled_at=row.settled_at,
        ),
        status=row.status,
        passed=row.passed,
        next_at=None if row.next_at is None else row.next_at.astimezone(UTC),
    )


def _reminder(row: Any) -> Reminder:
    return Reminder(
        obligation=row.obligation,
        due_on=date.fromisoformat(row.due_on),
        rung=row.rung,
        person=row.person,
        at=row.at,
        letter=row.letter,
    )
