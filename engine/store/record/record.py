"""How does an event become state? The only writer of state tables: one event → rows, one ledger leaf,
letters.

`record` is what use cases call, inside their one transaction. `replay` applies a leaf that is already in
the ledger to an empty database, through the very same functions, so what the ledger rebuilds is what was
written.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.core.record import codec
from engine.core.record.events import (
    benefits,
    cases,
    ledger,
    meetings,
    obligations,
    programme,
    projects,
    reports,
)
from engine.core.record.events import event as events_event
from engine.core.record.ledger import GENESIS, SALT_BYTES, canonical, leaf, text_digest
from engine.core.record.letters import Letter, Recall, letters_for, recalls_for
from engine.store import outbox
from engine.store.record.benefits import (
    benefit_estimated,
    benefit_measured,
    benefit_realised,
    progress_stated,
)
from engine.store.record.cases import (
    ballot_cast,
    case_amended,
    case_decided,
    case_opened,
    case_referred,
    case_rolled,
    case_scheduled,
    case_undecidable,
    case_withdrawn,
    condition_extended,
    condition_settled,
    decision_executed,
    decision_lapsed,
    political_marked,
    recusal_decided,
)
from engine.store.record.meetings import (
    attendance_noted,
    meeting_called,
    meeting_closed,
    meeting_item_added,
    meeting_planned,
    minutes_approved,
    minutes_written,
)
from engine.store.record.obligations import obligation_extended, obligation_settled, owner_alerted
from engine.store.record.programme import (
    absence_registered,
    definition_registered,
    person_erased,
    person_registered,
    programme_closed,
    programme_loaded,
    seat_assigned,
)
from engine.store.record.projects import (
    answer_confirmed,
    criterion_answered,
    criterion_waived,
    facts_changed,
    paper_added,
    phase_entered,
    project_registered,
    role_assigned,
    taken_in,
)
from engine.store.record.reports import (
    accounts_imported,
    light_set,
    period_closed,
    programme_report_approved,
    programme_report_published,
    quality_scored,
    report_approved,
    report_delivered,
    report_text_written,
    risks_imported,
    transfers_imported,
)
from engine.store.record.rows import CHAIN, Stamp
from engine.store.tables.base import metadata

_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


class Moved(Exception):
    """A chain has grown since it was read; args: its name. Nothing is written."""


def record(
    tx: Connection,
    events: Sequence[events_event.Event],
    *,
    now: datetime,
    expect: Mapping[str, int] = _NOTHING,
) -> None:
    """Write events and everything that follows from them; the caller's transaction makes it one.

    Chains are locked in the order of their names, and events of one chain numbered together. `expect` says
    how long the chains were that the events were worked out from; raises Moved when one of them has grown
    since. Raises IntegrityError when the database's own constraints say that the world has moved on, e.g. a
    second open case for a project.
    """
    heads = _lock_chains(tx, {event.chain for event in events}, expect)
    for chain, run in groupby(events, key=lambda event: event.chain):
        heads[chain] = _append(tx, chain, list(run), now, head=heads[chain])
    letters: list[Letter] = []
    for event in events:
        # In the events' order: a ballot that decides calls for a receipt, and the decision takes it back.
        recalls = recalls_for(event)
        outbox.withdraw(tx, recalls, now=now)
        letters = [one for one in letters if not any(_takes_back(recall, one) for recall in recalls)]
        letters += letters_for(event)
    outbox.enqueue(tx, letters, now=now)


def _takes_back(recall: Recall, letter: Letter) -> bool:
    """Whether a recall is about this letter, which is not stored yet."""
    about = (recall.subject == letter.subject, letter.kind in recall.kinds)
    return all(about) and recall.recipient in (None, letter.recipient)


def replay(tx: Connection, *, seq: int, body: str, prose: Mapping[str, str | None]) -> None:
    """Apply one leaf's event to the state again. `prose` maps digests to what is left of the texts."""
    told = json.loads(body)
    refs: dict[str, str] = told["prose"]
    kind = codec.KINDS[told["kind"]]
    left: dict[str, Any] = {name: prose.get(digest) for name, digest in refs.items()}
    for name in codec.shape_of(kind).json:
        left[name] = None if left.get(name) is None else json.loads(left[name])
    event = codec.decode(told["kind"], told["plain"], left)
    stamp = Stamp(seq=seq, at=datetime.fromisoformat(told["at"]), refs=refs)
    _APPLY[type(event)](tx, event, stamp)


_Head = tuple[int, str]
"""How many leaves a chain has, and the hash of the last."""


def _append(
    tx: Connection, chain: str, events: Sequence[events_event.Event], now: datetime, *, head: _Head
) -> _Head:
    size, last = head
    leaves: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    stamped: list[tuple[events_event.Event, Stamp]] = []
    at = now.isoformat()
    for seq, event in enumerate(events, size + 1):
        plain, words, values = codec.encode(event)
        about = event.person if isinstance(event, programme.PersonRegistered) else None
        refs: dict[str, str] = {}
        for name, text in (words | {name: canonical(value) for name, value in values.items()}).items():
            salt = secrets.token_bytes(SALT_BYTES)
            refs[name] = text_digest(salt, text)
            texts.append({"digest": refs[name], "salt": salt.hex(), "text": text, "person": about})
        kind = type(event).__name__
        entry = leaf(
            chain=chain, seq=seq, kind=kind, at=at, content={"plain": plain, "prose": refs}, prev=last
        )
        last = entry.hash
        leaves.append({"chain": chain, "seq": seq, "at": at, "kind": kind, "body": entry.body, "hash": last})
        stamped.append((event, Stamp(seq=seq, at=now, refs=refs)))
    if texts:
        tx.execute(_INSERT_PROSE, texts)
    for event, stamp in stamped:
        _APPLY[type(event)](tx, event, stamp)
    tx.execute(_INSERT_LEAF, leaves)
    tx.execute(_MOVE_CHAIN, {"chain": chain, "now_size": size + len(events), "now_head": last})
    return size + len(events), last


def _lock_chains(tx: Connection, written: Set[str], expect: Mapping[str, int]) -> dict[str, _Head]:
    """The heads of the chains that are written to, locked; those only expected are kept from growing."""
    heads: dict[str, _Head] = {}
    for chain in sorted(written | expect.keys()):
        if chain in written:
            heads[chain] = _lock_chain(tx, chain)
            size = heads[chain][0]
        else:
            size = tx.execute(_KEEP_CHAIN, {"chain": chain}).scalar_one_or_none() or 0
        if size != expect.get(chain, size):
            raise Moved(chain)
    return heads


def _lock_chain(tx: Connection, chain: str) -> _Head:
    found = tx.execute(_LOCK_CHAIN, {"chain": chain}).one_or_none()
    if found is not None:
        return found.size, found.head
    # Two writers may both be first: the loser waits for the winner's row, then locks it like anybody else.
    dialect: Any = postgresql if tx.dialect.name == "postgresql" else sqlite
    tx.execute(
        dialect.insert(CHAIN).values(name=chain, size=0, head=GENESIS, planned=False).on_conflict_do_nothing()
    )
    found = tx.execute(_LOCK_CHAIN, {"chain": chain}).one()
    return found.size, found.head


_LOCK_CHAIN: Final = (
    select(CHAIN.c.size, CHAIN.c.head).where(CHAIN.c.name == bindparam("chain")).with_for_update()
)
_KEEP_CHAIN: Final = select(CHAIN.c.size).where(CHAIN.c.name == bindparam("chain")).with_for_update(read=True)
_MOVE_CHAIN: Final = (
    update(CHAIN)
    .where(CHAIN.c.name == bindparam("chain"))
    .values(size=bindparam("now_size"), head=bindparam("now_head"), planned=False)
)
"""A chain that has grown may owe something else: whoever plans next works it out anew."""
_INSERT_PROSE: Final = insert(metadata.tables["prose"])
_INSERT_LEAF: Final = insert(metadata.tables["ledger_leaf"])


def _heads_witnessed(_tx: Connection, _event: ledger.HeadsWitnessed, _stamp: Stamp) -> None:
    """A checkpoint is evidence, which `store.ledger` reads back: no state follows from it."""


_Apply = Callable[[Connection, Any, Stamp], None]
_APPLY: Final[Mapping[type[events_event.Event], _Apply]] = {
    programme.ProgrammeLoaded: programme_loaded,
    programme.DefinitionRegistered: definition_registered,
    programme.PersonRegistered: person_registered,
    programme.PersonErased: person_erased,
    programme.AbsenceRegistered: absence_registered,
    programme.SeatAssigned: seat_assigned,
    projects.ProjectRegistered: project_registered,
    projects.FactsChanged: facts_changed,
    projects.RoleAssigned: role_assigned,
    projects.PhaseEntered: phase_entered,
    projects.TakenIn: taken_in,
    projects.PaperAdded: paper_added,
    projects.CriterionAnswered: criterion_answered,
    projects.AnswerConfirmed: answer_confirmed,
    projects.CriterionWaived: criterion_waived,
    cases.CaseOpened: case_opened,
    cases.CaseAmended: case_amended,
    cases.CaseRolled: case_rolled,
    cases.RecusalDecided: recusal_decided,
    cases.CaseReferred: case_referred,
    cases.CaseScheduled: case_scheduled,
    cases.CaseUndecidable: case_undecidable,
    cases.ConditionSettled: condition_settled,
    cases.ConditionExtended: condition_extended,
    meetings.MeetingPlanned: meeting_planned,
    meetings.MeetingItemAdded: meeting_item_added,
    meetings.MeetingCalled: meeting_called,
    meetings.AttendanceNoted: attendance_noted,
    meetings.MeetingClosed: meeting_closed,
    meetings.MinutesWritten: minutes_written,
    meetings.MinutesApproved: minutes_approved,
    cases.BallotCast: ballot_cast,
    cases.CaseDecided: case_decided,
    benefits.BenefitEstimated: benefit_estimated,
    benefits.BenefitMeasured: benefit_measured,
    benefits.BenefitRealised: benefit_realised,
    benefits.ProgressStated: progress_stated,
    reports.ReportDelivered: report_delivered,
    reports.ReportApproved: report_approved,
    reports.PeriodClosed: period_closed,
    reports.AccountsImported: accounts_imported,
    reports.TransfersImported: transfers_imported,
    reports.RisksImported: risks_imported,
    reports.ReportTextWritten: report_text_written,
    reports.LightSet: light_set,
    reports.QualityScored: quality_scored,
    cases.PoliticalMarked: political_marked,
    cases.DecisionExecuted: decision_executed,
    cases.DecisionLapsed: decision_lapsed,
    cases.CaseWithdrawn: case_withdrawn,
    obligations.ObligationSettled: obligation_settled,
    obligations.ObligationExtended: obligation_extended,
    obligations.OwnerAlerted: owner_alerted,
    programme.ProgrammeClosed: programme_closed,
    reports.ProgrammeReportApproved: programme_report_approved,
    reports.ProgrammeReportPublished: programme_report_published,
    ledger.HeadsWitnessed: _heads_witnessed,
}
