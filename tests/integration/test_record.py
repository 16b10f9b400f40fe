"""Does a use case write everything at once: one commit, one wait for the disk, one leaf for each event?

SQLite appends every transaction's pages to its write-ahead log and marks the last page of each with the size
of the database; with synchronous=FULL it waits for the disk once for each such mark. So the marks in the log
are the durable writes (`make count-syncs` counts the same from outside, with strace).
"""

import ast
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from engine import use_cases
from engine.core.refusal import Refused
from engine.store import cases
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.cases.cast_ballot import cast_ballot
from engine.use_cases.cases.conclude_case import conclude_case
from engine.use_cases.cases.request_transition import Opened, request_transition
from engine.use_cases.cases.withdraw_case import withdraw_case
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.people.erase_person import erase_person
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from engine.use_cases.projects.add_paper import add_paper
from engine.use_cases.projects.answer_criterion import answer_criterion, confirm_answer, waive_criterion
from engine.use_cases.projects.change_facts import assign_role, change_facts
from tests import builders
from tests.builders import ASKER, LEADER, NOW, OFFICE, PROPOSAL

CHAIR = builders.seat_email(1)
LATER = NOW + timedelta(hours=2)
FRAME_HEADER, LOG_HEADER = 24, 32


def durable_writes(log: Path) -> int:
    """How many transactions stand in SQLite's write-ahead log."""
    content = log.read_bytes() if log.exists() else b""
    if len(content) < LOG_HEADER:
        return 0
    page_size, salts = struct.unpack(">I", content[8:12])[0], content[16:24]
    commits = 0
    for at in range(LOG_HEADER, len(content) - FRAME_HEADER + 1, FRAME_HEADER + page_size):
        size_after_commit = struct.unpack(">I", content[at + 4 : at + 8])[0]
        if content[at + 8 : at + 16] != salts:
            break  # what follows is left over from before the last checkpoint
        commits += size_after_commit > 0
    return commits


@contextmanager
def counted(db: Database) -> Iterator[dict[str, int]]:
    """Transactions committed, and on SQLite durable writes, in a block."""
    seen = {"committed": 0, "durable": 0}

    def committed(_: object) -> None:
        seen["committed"] += 1

    log = Path(f"{db.url.database}-wal")
    before = durable_writes(log) if db.is_sqlite else 0
    event.listen(db._writer, "commit", committed)
    yield seen
    event.remove(db._writer, "commit", committed)
    seen["durable"] = durable_writes(log) - before if db.is_sqlite else seen["committed"]


ONCE = {"committed": 1, "durable": 1}


@pytest.fixture
def house(db: Database) -> Database:
    """A programme with the whole workflow, one ready project, and three with an open case each."""
    builders.a_programme(db, workflow=builders.workflow_text(), seats=5, quorum=3, rule="konsensus")
    builders.a_ready_project(db, key="klar")
    builders.a_ready_project(db, key="utfylles")
    for key in ("besvares", "avgjores", "trekkes"):
        builders.a_ready_project(db, key=key)
        builders.a_case(db, key=key)
    return db


def open_case(db: Database, key: str = "besvares") -> str:
    with db.reading() as tx:
        found = cases.open_for(tx, key)
    assert found is not None
    return found.id


def answer(db: Database, **other: Any) -> object:
    case = open_case(db)
    given: dict[str, Any] = {"choice": "godkjenn", "comment": "Bra.", "version": 1, "nonce": "1"} | other
    return cast_ballot(db, case=case, person=builders.members(db, case)[0].person, now=LATER, **given)


USE_CASES: dict[str, Callable[[Database], object]] = {
    "request_transition": lambda db: request_transition(
        db, key="klar", proposal=PROPOSAL, by=ASKER, now=LATER
    ),
    "cast_ballot": answer,
    "conclude_case": lambda db: conclude_case(
        db,
        case=open_case(db, "avgjores"),
        by=CHAIR,
        outcome="utsatt",
        wording="Vi venter.",
        now=LATER,
    ),
    "withdraw_case": lambda db: withdraw_case(
        db, case=open_case(db, "trekkes"), by=ASKER, reason="Mangler.", now=LATER
    ),
    "change_facts": lambda db: change_facts(
        db,
        key="utfylles",
        changes={"goals": "Nye mål.", "size": "liten"},
        by=ASKER,
        effective=date(2025, 1, 14),
        now=LATER,
    ),
    "assign_role": lambda db: assign_role(
        db,
        key="utfylles",
        role="prosjektleder",
        who=LEADER,
        valid_from=date(2025, 2, 1),
        by=OFFICE,
        now=LATER,
    ),
    "add_paper": lambda db: add_paper(
        db,
        key="utfylles",
        kind="prosjektforslag",
        title="Forslag",
        content=b"%PDF",
        ending=".pdf",
        by=ASKER,
        now=LATER,
    ),
    "answer_criterion": lambda db: answer_criterion(
        db, key="utfylles", criterion="forankret", value="ja", explanation="Spurt igjen.", by=ASKER, now=LATER
    ),
    "confirm_answer": lambda db: confirm_answer(
        db, key="utfylles", criterion="forankret", by=OFFICE, now=LATER
    ),
    "waive_criterion": lambda db: waive_criterion(
        db, key="utfylles", criterion="forankret", reason="Lite prosjekt.", by=OFFICE, now=LATER
    ),
    "register_person": lambda db: register_person(db, name="Ny", email="ny@example.org", now=LATER),
    "register_absence": lambda db: register_absence(
        db, who=LEADER, away_from=date(2025, 2, 1), away_to=date(2025, 2, 7), now=LATER
    ),
    "assign_seat": lambda db: assign_seat(
        db, body="gruppa", seat="plass-2", who=LEADER, valid_from=date(2025, 2, 1), now=LATER
    ),
    "erase_person": lambda db: erase_person(db, who="ny@example.org", now=LATER),
    "import_projects": lambda db: builders.projects(db, 20, now=LATER),
}


def test_each_use_case_is_one_write_transaction_and_one_wait_for_the_disk(house: Database) -> None:
    found: dict[str, dict[str, int]] = {}
    for name, use_case in USE_CASES.items():
        with counted(house) as seen:
            given = use_case(house)
        assert not isinstance(given, Refused), (name, given)
        found[name] = seen
    assert found == dict.fromkeys(USE_CASES, ONCE)
    with house.reading() as tx:
        assert ledger.verify(tx).faults == ()


SEVERAL = {
    # A letter is claimed and counted before it is worded: wording that kills its process is a try as well.
    "claim_letters.py: claim_letters",
    # A sweep does each item in a transaction of its own, so that one that fails stops no other.
    "sweeping.py: apart_each",
}
"""The functions that mean to use more than one transaction, with the reason."""


def test_no_use_case_opens_a_second_transaction() -> None:
    """What the test above cannot run is read: one `writing()` in a function, and none inside a loop."""
    several: list[str] = []
    for place in sorted(Path(use_cases.__path__[0]).rglob("*.py")):
        for function in (
            one for one in ast.walk(ast.parse(place.read_text())) if isinstance(one, ast.FunctionDef)
        ):
            opened = sum(writes(part) for part in ast.walk(function))
            loops = (part for part in ast.walk(function) if isinstance(part, ast.For | ast.While))
            looped = any(writes(part) for loop in loops for part in ast.walk(loop))
            if opened > 1 or looped:
                several.append(f"{place.name}: {function.name}")
    assert set(several) == SEVERAL


def writes(part: ast.AST) -> bool:
    return isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr == "writing"


def test_a_decision_with_five_ballots_is_six_waits_for_the_disk(house: Database) -> None:
    with counted(house) as seen:
        opened = request_transition(house, key="klar", proposal=PROPOSAL, by=ASKER, now=NOW)
        assert isinstance(opened, Opened)
        cast = builders.answers(house, opened.case, ["godkjenn"] * 5)
    assert [one.decided for one in cast] == [False, False, False, False, True]
    assert seen == {"committed": 6, "durable": 6}


REFUSED: dict[str, Callable[[Database], object]] = {
    "a shut gate": lambda db: request_transition(db, key="tomt", proposal="x", by=ASKER, now=LATER),
    "a ballot without a choice": lambda db: answer(db, choice=""),
    "a form sent again": answer,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_or_said_twice_writes_nothing(house: Database, name: str) -> None:
    builders.a_bare_project(house, key="tomt")
    if name == "a form sent again":
        answer(house)
    with house.reading() as tx:
        before = ledger.heads(tx)
    with counted(house) as seen:
        REFUSED[name](house)
    assert seen["durable"] == 0 or not house.is_sqlite
    with house.reading() as tx:
        assert ledger.heads(tx) == before


def test_a_use_case_that_breaks_half_way_leaves_nothing(house: Database) -> None:
    """The letters are the last thing written; when they cannot be, neither is the ballot nor its leaf."""
    with house.writing() as tx:
        tx.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
    with house.reading() as tx:
        before = {chain: head.hash for chain, head in ledger.heads(tx).items()}
    with pytest.raises(Exception, match="outbox"):
        answer(house)
    with house.writing() as tx:
        tx.execute(text("ALTER TABLE elsewhere RENAME TO outbox"))
    with house.reading() as tx:
        assert {chain: head.hash for chain, head in ledger.heads(tx).items()} == before
        assert tx.execute(text("SELECT count(*) FROM ballot")).scalar_one() == 0
        assert ledger.verify(tx).faults == ()


def test_every_event_is_one_leaf_and_chains_are_numbered_without_gaps(house: Database) -> None:
    builders.answers(house, open_case(house), ["godkjenn"] * 5)
    with house.reading() as tx:
        found = list(ledger.leaves(tx, "project:besvares"))
    assert [leaf.seq for leaf in found] == list(range(1, len(found) + 1))
    assert [leaf.kind for leaf in found][-6:] == ["BallotCast"] * 5 + ["CaseDecided"]
