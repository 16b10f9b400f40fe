"""What could the clock not do, told so that somebody knows which item it is?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.core.record.events.event import PROGRAMME_CHAIN
from engine.store import cases, faults, obligations, outbox
from engine.store.faults import PLANNING, REMINDING, REWORDING, Fault
from engine.store.session import Connection

_PROJECT = "project:"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultView:
    """An item a sweep could not do: a project's key (empty for the programme's own), a case's number, a
    meeting's id, a letter's reader or a kind of housekeeping. `kind` is that of a deadline or a letter;
    `what` and `place` are the error's.
    """

    sweep: str
    item: str
    kind: str
    since: datetime
    tries: int
    what: str
    place: str


def show_faults(tx: Connection, found: Iterable[Fault] | None = None) -> tuple[FaultView, ...]:
    """These faults, or all there are. Only keys and numbers are read: more, what is at fault may not bear."""
    return tuple(_view(tx, one) for one in (faults.list_faults(tx) if found is None else found))


def _view(tx: Connection, fault: Fault) -> FaultView:
    item, kind = _named(tx, fault)
    return FaultView(
        sweep=fault.sweep,
        item=item,
        kind=kind,
        since=fault.since,
        tries=fault.tries,
        what=fault.error,
        place=fault.place,
    )


def _named(tx: Connection, fault: Fault) -> tuple[str, str]:
    if fault.sweep == PLANNING:
        return "" if fault.item == PROGRAMME_CHAIN else fault.item.removeprefix(_PROJECT), ""
    if fault.sweep == REMINDING:
        stored = obligations.by_id(tx, fault.item)
        return ("", "") if stored is None else (stored.project or "", stored.obligation.key.kind)
    if fault.sweep == REWORDING:
        letter = outbox.by_id(tx, fault.item)
        return (fault.item, "") if letter is None else (letter.recipient_name, letter.kind)
    if fault.sweep in faults.OF_CASES:
        return cases.number_of(tx, fault.item) or fault.item, ""
    return fault.item, ""
