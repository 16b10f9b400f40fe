"""Is every letter one worker's at a time, and does none get lost or doubled between them?"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from engine.core.record.letters import CASE, RECEIPT, Letter, Recall
from engine.store import outbox
from engine.store.outbox import LEASE, Claimed, Posted, Settlement
from engine.store.session import Database
from engine.use_cases.people.register_person import register_person
from tests.builders import NOW

MANY = 120


@pytest.fixture
def reader(db: Database) -> str:
    return register_person(db, name="Kommunalsjef", email="kommunalsjef@example.org", now=NOW)


def letter(reader: str, number: int = 1, **other: object) -> Letter:
    told = {"kind": CASE, "subject": f"case:{number}", "recipient": reader, "occurrence": "v1"} | other
    return Letter(**told)  # type: ignore[arg-type]


def put(db: Database, *letters: Letter) -> None:
    with db.writing() as tx:
        outbox.enqueue(tx, letters, now=NOW)


def claim(db: Database, worker: str, *, limit: int = 10, after: timedelta = timedelta()) -> list[Claimed]:
    with db.writing() as tx:
        return list(outbox.claim(tx, worker=worker, limit=limit, now=NOW + after))


def settle(db: Database, one: Claimed, worker: str, state: str, phase: str, **other: object) -> None:
    done = Settlement(letter=one.id, attempt=one.attempts, state=state, phase=phase, reply="x", **other)  # type: ignore[arg-type]
    with db.writing() as tx:
        outbox.settle(tx, [done], worker=worker, now=NOW)


def posted(db: Database) -> list[Posted]:
    with db.reading() as tx:
        return list(outbox.list_letters(tx))


def test_the_same_letter_is_put_in_once(db: Database, reader: str) -> None:
    put(db, letter(reader), letter(reader))
    put(db, letter(reader))
    put(db, letter(reader, occurrence="v2"))
    assert [one.state for one in posted(db)] == ["due", "due"]


def test_workers_at_the_same_time_get_different_letters_and_together_all(db: Database, reader: str) -> None:
    put(db, *(letter(reader, number) for number in range(MANY)))

    def work(worker: str) -> list[str]:
        mine: list[str] = []
        while found := claim(db, worker, limit=7):
            mine += [one.id for one in found]
        return mine

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, ["a", "b", "c", "d"]))

    claimed = Counter(one for share in shares for one in share)
    assert len(claimed) == MANY
    assert set(claimed.values()) == {1}


def test_a_letter_is_claimed_when_it_is_due_and_not_before(db: Database, reader: str) -> None:
    put(db, letter(reader, after=timedelta(minutes=15)))
    assert claim(db, "a", after=timedelta(minutes=14, seconds=59)) == []
    assert len(claim(db, "a", after=timedelta(minutes=15))) == 1


def test_a_worker_that_stopped_loses_its_letter_when_its_lease_ends(db: Database, reader: str) -> None:
    put(db, letter(reader))
    (first,) = claim(db, "a")
    assert claim(db, "b", after=LEASE - timedelta(seconds=1)) == []
    (second,) = claim(db, "b", after=LEASE)
    assert (second.id, second.attempts, second.possibly_sent) == (first.id, 2, False)

    settle(db, first, "a", "sent", "done")  # it was only slow
    (row,) = posted(db)
    assert row.state == "claimed", "what it says counts no more"
    settle(db, second, "b", "sent", "done")
    (row,) = posted(db)
    assert (row.state, row.reason) == ("sent", None)


def test_that_a_letter_may_have_arrived_is_never_forgotten(db: Database, reader: str) -> None:
    put(db, letter(reader))
    (first,) = claim(db, "a")
    with db.writing() as tx:
        assert outbox.mark_in_doubt(tx, [first.id], worker="a", until=NOW + LEASE) == (first.id,)
    (second,) = claim(db, "b", after=LEASE)  # "a" crashed in the middle of DATA
    assert second.possibly_sent
    settle(db, second, "b", "retry", "connect", retry_at=NOW)
    (third,) = claim(db, "c")
    assert third.possibly_sent, "an attempt that came nowhere takes nothing back"
    (fourth,) = claim(db, "d", after=LEASE)
    assert fourth.possibly_sent, "nor does a crash before DATA"


def test_a_letter_of_another_worker_is_not_promised_away(db: Database, reader: str) -> None:
    put(db, letter(reader))
    (mine,) = claim(db, "a")
    with db.writing() as tx:
        assert outbox.mark_in_doubt(tx, [mine.id], worker="b", until=NOW + LEASE) == ()


def test_a_letter_whose_workers_keep_dying_is_tried_alone_and_then_given_up(
    db: Database, reader: str
) -> None:
    put(db, *(letter(reader, number) for number in range(1, 5)))
    first = claim(db, "w1")
    assert len(first) == 4
    for one in first[1:]:
        settle(db, one, "w1", "retry", "connect", retry_at=NOW)
    died = first[0].id

    alone: list[list[str]] = []
    for number in range(1, 6):  # its workers die without a word; the others' find no server
        claimed = claim(db, f"w{number + 1}", after=number * LEASE)
        alone.append([one.id for one in claimed])
        for one in claimed:
            if one.id != died:
                settle(db, one, f"w{number + 1}", "retry", "connect", retry_at=NOW + timedelta(days=1))
        if died not in alone[-1]:
            alone[-1] = [one.id for one in claim(db, f"v{number + 1}", after=number * LEASE)]

    assert all(died in one for one in alone)
    assert [len(one) for one in alone[2:]] == [1, 1, 1], "from the fourth claim on, with no other beside it"
    with db.writing() as tx:
        (end,) = outbox.give_up_deadly(tx, now=NOW + 6 * LEASE)
    assert (end.letter, end.attempt, end.state, end.phase) == (died, 6, "dead", "died")
    assert {(row.id, row.reason) for row in posted(db) if row.state == "dead"} == {
        (died, "the worker died 6 times")
    }


def test_a_letter_that_comes_to_an_end_alone_is_claimed_with_the_others_again(
    db: Database, reader: str
) -> None:
    put(db, letter(reader), letter(reader, 2))
    for number in range(3):
        assert len(claim(db, f"w{number}", after=number * LEASE)) == 2
    for worker in ("w3", "w4"):
        (one,) = claim(db, worker, after=3 * LEASE)
        settle(db, one, worker, "retry", "connect", retry_at=NOW + 9 * LEASE)
    with db.writing() as tx:
        assert outbox.give_up_deadly(tx, now=NOW + 9 * LEASE) == ()
    assert len(claim(db, "w5", after=9 * LEASE)) == 2


def test_a_letter_is_nobody_elses_while_it_is_handed_over(db: Database, reader: str) -> None:
    put(db, letter(reader))
    (mine,) = claim(db, "a")
    late = LEASE - timedelta(minutes=1)  # the last of a slow batch
    with db.writing() as tx:
        assert outbox.mark_in_doubt(tx, [mine.id], worker="a", until=NOW + late + LEASE) == (mine.id,)
    assert claim(db, "b", after=LEASE) == []
    assert len(claim(db, "b", after=late + LEASE)) == 1


def test_a_letter_remembers_when_it_was_first_tried(db: Database, reader: str) -> None:
    put(db, letter(reader))
    for number in range(3):
        (one,) = claim(db, "a")
        assert one.first_try == (None if number == 0 else NOW)
        settle(db, one, "a", "retry", "connect", retry_at=NOW)


def test_waiting_in_a_slow_batch_is_no_try(db: Database, reader: str) -> None:
    put(db, letter(reader))
    found = []
    for phase in ("waiting", "connect", "waiting", "changed", "rcpt", "waiting"):
        (one,) = claim(db, "a")
        settle(db, one, "a", "retry", phase, retry_at=NOW)
        found.append((one.attempts, one.tries))
    assert found == [(1, 1), (2, 1), (3, 2), (4, 2), (5, 2), (6, 3)]
    with db.reading() as tx:
        assert outbox.failing(tx, tries=4) == (), "it waits, and does not come back"


def test_what_has_stopped_being_true_is_withdrawn_for_everybody_or_for_one(db: Database, reader: str) -> None:
    other = register_person(db, name="Rådgiver", email="radgiver@example.org", now=NOW)
    put(db, letter(reader), letter(other), letter(reader, kind=RECEIPT), letter(reader, 2))
    with db.writing() as tx:
        one = Recall(subject="case:1", kinds=(RECEIPT,), reason="answered_again", recipient=reader)
        outbox.withdraw(tx, [one], now=NOW)
    assert [(row.kind, row.state) for row in posted(db)].count((RECEIPT, "withdrawn")) == 1
    with db.writing() as tx:
        outbox.withdraw(tx, [Recall(subject="case:1", kinds=(CASE, RECEIPT), reason="decided")], now=NOW)
    assert {(row.subject, row.state) for row in posted(db)} == {("case:1", "withdrawn"), ("case:2", "due")}


def test_a_letter_on_its_way_is_not_withdrawn_behind_its_workers_back(db: Database, reader: str) -> None:
    put(db, letter(reader))
    claim(db, "a")
    with db.writing() as tx:
        outbox.withdraw(tx, [Recall(subject="case:1", kinds=(CASE,), reason="decided")], now=NOW)
    assert [row.state for row in posted(db)] == ["claimed"]


def test_the_next_due_letter_is_known_without_looking_at_all(db: Database, reader: str) -> None:
    with db.reading() as tx:
        assert outbox.next_due(tx) is None
    put(db, letter(reader, after=timedelta(hours=2)), letter(reader, 2, after=timedelta(hours=1)))
    with db.reading() as tx:
        assert outbox.next_due(tx) == NOW + timedelta(hours=1)
        assert outbox.counts(tx) == {"due": 2}
