"""Two members press the button at the same instant: is there exactly one decision, with both answers in it?

A sample in `make test`, a thousand in `make race`. The same harness drives an engine with SQLAlchemy's
default settings and the obvious read-then-write code, and shows that it loses decisions without an error: a
harness that cannot fail proves nothing.
"""

import os
import sys
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from engine.core.refusal import Refused
from engine.store import cases, projects
from engine.store.record import ledger
from engine.store.session import Database
from engine.use_cases.cases.cast_ballot import Answered, cast_ballot
from tests import builders
from tests.at_once import at_once
from tests.builders import NOW, Member
from tests.databases import Fresh

ROUNDS = int(os.environ.get("RACE_ROUNDS", "60"))


def open_cases(db: Database, number: int) -> list[tuple[str, tuple[Member, ...]]]:
    opened = [builders.a_case(db, key=key).case for key in builders.projects(db, number)]
    return [(case, builders.members(db, case)) for case in opened]


def approval(db: Database, case: str, member: Member) -> Callable[[], Answered | Refused]:
    return lambda: cast_ballot(
        db, case=case, person=member.person, choice="godkjenn", version=1, nonce=member.seat, now=NOW
    )


def decisions_on_record(tx: Connection, key: str) -> int:
    return sum(leaf.kind == "CaseDecided" for leaf in ledger.leaves(tx, f"project:{key}"))


@pytest.mark.parametrize(
    ("seats", "racing", "rule"),
    [(3, 2, "flertall"), (5, 5, "konsensus"), (5, 5, "flertall")],
    ids=["two of three decide", "all five must answer", "five race for a majority"],
)
def test_deciding_answers_at_the_same_instant_give_exactly_one_decision(
    db: Database, seats: int, racing: int, rule: str
) -> None:
    builders.a_programme(db, seats=seats, quorum=2, rule=rule)
    opened = open_cases(db, ROUNDS if racing == 2 else max(10, ROUNDS // 4))

    given = at_once([[approval(db, case, one) for one in roll[:racing]] for case, roll in opened])

    with db.reading() as tx:
        for (case, _), told in zip(opened, given, strict=True):
            accepted = [one for one in told if isinstance(one, Answered)]
            late = [one for one in told if isinstance(one, Refused)]
            assert len(accepted) + len(late) == racing, told
            assert sum(one.decided for one in accepted) == 1
            assert {reason.code for one in late for reason in one.reasons} <= {"case_closed"}
            state = cases.state(tx, case)
            assert state is not None
            assert (state.status, state.outcome, state.basis) == ("decided", "godkjent", "count")
            stored = cases.ballots(tx, case)
            assert {one.id for one in stored} == {one.ballot for one in accepted}
            whole = cases.load(tx, case)
            assert whole is not None
            assert whole.tally is not None
            assert whole.tally["for"] == len(accepted)
            assert decisions_on_record(tx, state.project) == 1
            moved = [one for one in projects.phases(tx, state.project) if one.case == case]
            assert [one.phase for one in moved] == ["gjennomfore"]
        if rule == "konsensus" or racing == 2:
            assert all(isinstance(one, Answered) for told in given for one in told)
        assert ledger.verify(tx).faults == ()


def test_two_programs_on_one_database_decide_once_as_well(fresh: Fresh) -> None:
    url = fresh()
    one, other = Database(url), Database(url)
    builders.a_programme(one)
    opened = open_cases(one, 20)

    given = at_once([[approval(one, case, roll[0]), approval(other, case, roll[1])] for case, roll in opened])

    other.close()
    with one.reading() as tx:
        assert [sum(isinstance(told, Answered) for told in pair) for pair in given] == [2] * 20, given
        assert len(cases.list_cases(tx, status="decided")) == 20
        assert ledger.verify(tx).faults == ()
    one.close()


def test_the_same_answer_sent_from_many_windows_at_once_is_stored_once(db: Database) -> None:
    builders.a_programme(db)
    opened = open_cases(db, 10)

    given = at_once([[approval(db, case, roll[0])] * 4 for case, roll in opened])

    with db.reading() as tx:
        for (case, _), told in zip(opened, given, strict=True):
            assert len({one.ballot for one in told if isinstance(one, Answered)}) == 1, told
            assert sorted(one.repeated for one in told if isinstance(one, Answered)) == [
                False,
                True,
                True,
                True,
            ]
            assert len(cases.ballots(tx, case)) == 1


def test_two_requests_for_one_project_at_once_open_one_case(db: Database) -> None:
    builders.a_programme(db)
    keys = builders.projects(db, 10)

    given = at_once([[lambda key=key: builders.a_case(db, key=key)] * 2 for key in keys])  # type: ignore[misc]

    for told in given:
        # The builder asserts that a case was opened; the second request is refused.
        assert sorted(type(one).__name__ for one in told) == ["AssertionError", "Opened"], told
    with db.reading() as tx:
        numbers = [one.number for one in cases.list_cases(tx)]
    assert sorted(numbers, key=lambda number: int(number.split("/")[0])) == [
        f"{number}/2025" for number in range(1, 11)
    ]


# --- the negative control -----------------------------------------------------------------------------


def approval_by_default_settings(engine: Engine, case: str, member: Member) -> Callable[[], bool]:
    """What one would write first: count the answers, add one, close the case if that was enough."""

    def cast() -> bool:
        with engine.begin() as tx:
            one = {"case": case, "seat": member.seat, "person": member.person, "id": case + member.seat}
            before = tx.execute(text('SELECT count(*) FROM ballot WHERE "case" = :case'), one).scalar_one()
            tx.execute(
                text(
                    'INSERT INTO ballot (id, seq, "case", version, seat, person, choice, nonce, cast_at) '
                    "VALUES (:id, 0, :case, 1, :seat, :person, 'godkjenn', :seat, '2025-01-14 09:00:00')"
                ),
                one,
            )
            if before + 1 == 2:
                tx.execute(text("UPDATE gate_case SET status = 'decided' WHERE id = :case"), one)
                return True
        return False

    return cast


def test_default_engine_settings_lose_decisions_without_an_error(
    db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    builders.a_programme(db)
    opened = open_cases(db, ROUNDS)
    engine = create_engine(db.url)

    given = at_once(
        [[approval_by_default_settings(engine, case, one) for one in roll[:2]] for case, roll in opened]
    )

    engine.dispose()
    with db.reading() as tx:
        decided = len(cases.list_cases(tx, status="decided"))
        answered = sum(len(cases.ballots(tx, case)) for case, _ in opened)
    errors = [one for told in given for one in told if isinstance(one, Exception)]
    with capsys.disabled():
        kind = db.url.get_backend_name()
        sys.stdout.write(f"[default settings, {kind}: {decided} of {ROUNDS} decided, {len(errors)} errors] ")
    assert answered == 2 * ROUNDS - len(errors)
    assert decided + len(errors) < ROUNDS, "the harness no longer races: it would not see a lost decision"
