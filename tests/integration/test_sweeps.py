"""One item in three is broken: does every sweep of the clock do the other two, and is the third marked,
named by `doctor`, told of once, and done when it has been mended?
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cli import checkup, worker
from cli.settings import Settings
from cli.wiring import Wired
from engine.core.record.letters import TROUBLE
from engine.store import cases, faults, links, meetings, obligations, outbox
from engine.store.faults import SWEEPS
from engine.store.outages import NotNow
from engine.store.session import Database
from engine.use_cases.obligations.look_after import look_after
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.projects.change_facts import change_facts
from engine.use_cases.sweeping import LONGEST_REST, Sweep, try_again
from tests import duty_builders as duty
from tests import meeting_builders as group
from tests.builders import OFFICE
from tests.integration.test_health import Clock, Post
from tests.meeting_builders import at

KEYS = ("p1", "p2", "p3")
BENEFITS = [
    {"title": "Spart tid", "prioritised": True, "due": "2027-06-01", "indicators": [{"title": "Tid"}]}
]


def run(db: Database, sql: str, **values: Any) -> None:
    with db.writing() as tx:
        assert tx.execute(text(sql), values).rowcount, sql


@dataclass(frozen=True, kw_only=True)
class Poison:
    """How a sweep gets three things to do at an instant, how one of them is broken and mended, and which have
    been done.
    """

    arrange: Callable[[Database], list[str]]
    now: datetime
    harm: Callable[[Database, str], None]
    mend: Callable[[Database, str], None]
    done: Callable[[Database], set[str]]
    house: dict[str, Any] | None = None


# ---------------------------------------------------------------- planning and reminding


def three_chains(db: Database) -> list[str]:
    for key in KEYS:
        change_facts(
            db,
            key=key,
            changes={"benefits": BENEFITS},
            by=OFFICE,
            effective=date(2025, 1, 2),
            now=group.SET_UP,
        )
    return [f"project:{key}" for key in KEYS]


def put_benefits(db: Database, chain: str, value: object) -> None:
    run(
        db,
        "UPDATE prose SET text = :text WHERE digest = (SELECT value_ref FROM fact"
        " WHERE project = :key AND name = 'benefits')",
        text=json.dumps({"benefits": value}),
        key=chain.removeprefix("project:"),
    )


def measured_chains(db: Database) -> set[str]:
    with db.reading() as tx:
        return {one.chain for one in obligations.list_obligations(tx, kind="maling")}


def three_reminders(db: Database) -> list[str]:
    look_after(db, now=at(5, 2, 7))
    with db.reading() as tx:
        found = obligations.list_obligations(tx, kind="duty:statusrapport", until=date(2025, 5, 20))
    return [one.id for one in found if one.obligation.key.occurrence == "2025-T1"]


def put_due(db: Database, obligation: str, on: str) -> None:
    """The calendar ends with 9999: no working day comes after its last day."""
    run(db, "UPDATE obligation SET due_on = :due WHERE id = :id", due=on, id=obligation)


def reminded(db: Database) -> set[str]:
    with db.reading() as tx:
        return {
            one.id
            for one in obligations.list_obligations(tx, kind="duty:statusrapport")
            if obligations.reminders_of(tx, one.id)
        }


# ---------------------------------------------------------------- meetings and cases


def three_cases(db: Database) -> list[str]:
    return [group.ask(db, key).case for key in KEYS]


def three_meetings(db: Database) -> list[str]:
    """Three meetings of the group, each with a case on its list."""
    days = (at(1, 24, 10), at(2, 10, 10), at(2, 24, 10))
    asked = [group.ask(db, key, now=now).case for key, now in zip(KEYS, days, strict=True)]
    found = [group.state(db, case).meeting for case in asked]
    return [one for one in found if one is not None]


def three_moved(db: Database) -> list[str]:
    found = three_meetings(db)
    days = [name.partition(":")[2] for name in found]
    moves = ", ".join(
        f"{{date: {day}, to: {date.fromisoformat(day) + timedelta(1)}, reason: ferie}}" for day in days
    )
    load_programme(db, text=duty.programme_text(changes=f"[{moves}]"), now=at(1, 27, 9))
    return found


def put_body(db: Database, meeting: str, body: str) -> None:
    run(db, "UPDATE meeting SET body = :body WHERE id = :id", body=body, id=meeting)


def moved_meetings(db: Database) -> set[str]:
    with db.reading() as tx:
        found = meetings.list_meetings(tx)
    return {one.id for one in found if one.starts_at.date() != one.planned_on}


def three_to_call(db: Database) -> list[str]:
    found = three_meetings(db)
    run(db, "UPDATE meeting SET papers_by = :at", at=str(at(1, 2, 9)))
    return found


def called_meetings(db: Database) -> set[str]:
    with db.reading() as tx:
        return {one.id for one in meetings.list_meetings(tx) if one.status == "called"}


def three_cancelled(db: Database) -> list[str]:
    found = three_cases(db)
    text_ = duty.programme_text(changes="[{date: 2025-02-05, reason: ferie}]")
    load_programme(db, text=text_, now=at(1, 27, 9))
    return found


def put_case_body(db: Database, case: str, body: str) -> None:
    run(db, "UPDATE gate_case SET body = :body WHERE id = :id", body=body, id=case)


def carried(db: Database) -> set[str]:
    with db.reading() as tx:
        return {one.id for one in cases.list_cases(tx) if one.meeting == group.NEXT_MEETING}


def three_unrolled(db: Database) -> list[str]:
    found = three_cases(db)
    run(db, "UPDATE gate_case SET roll = '[]'")
    return found


def rolled(db: Database) -> set[str]:
    assert called_meetings(db) == {group.MEETING}
    with db.reading() as tx:
        return {one.id for one in cases.list_cases(tx) if one.roll}


def put_rules(db: Database, case: str, rules: object) -> None:
    run(db, "UPDATE gate_case SET rules = :rules WHERE id = :id", rules=json.dumps(rules), id=case)


RULES: dict[str, Any] = {}


def harm_rules(db: Database, case: str) -> None:
    RULES.update(group.state(db, case).rules)
    put_rules(db, case, {})


def mend_rules(db: Database, case: str) -> None:
    put_rules(db, case, RULES)


def decided(db: Database) -> set[str]:
    with db.reading() as tx:
        return {one.id for one in cases.list_cases(tx, status="decided")}


def three_without_quorum(db: Database) -> list[str]:
    found = three_cases(db)
    for case in found:
        roll = [
            dict(entry) | {"recused": number < 6} for number, entry in enumerate(group.state(db, case).roll)
        ]
        run(db, "UPDATE gate_case SET roll = :roll WHERE id = :id", roll=json.dumps(roll), id=case)
    return found


def told_of(db: Database) -> set[str]:
    with db.reading() as tx:
        rows = tx.execute(text("SELECT body FROM ledger_leaf WHERE kind = 'CaseUndecidable'")).scalars()
        return {json.loads(body)["plain"]["case"] for body in rows}


def three_unworded(db: Database) -> list[str]:
    """Three letters that could not be worded, since when something has happened."""
    three_cases(db)
    with db.reading() as tx:
        found = [one.id for one in outbox.list_letters(tx, state="due")][:3]
    for letter in found:
        run(
            db,
            "UPDATE outbox SET state = 'dead', settled_at = :at, attempts = 1 WHERE id = :id",
            at=str(group.ASKED),
            id=letter,
        )
        run(
            db,
            "INSERT INTO attempt (letter, number, at, phase, reply) VALUES (:id, 1, :at, 'compose', '')",
            at=str(group.ASKED),
            id=letter,
        )
    return found


def put_kind(db: Database, letter: str, kind: str) -> None:
    """A report's letter must say which report it is about; a case's says which case."""
    run(db, "UPDATE outbox SET kind = :kind WHERE id = :id", kind=kind, id=letter)


def sent(db: Database) -> set[str]:
    with db.reading() as tx:
        return {one.id for one in outbox.list_letters(tx, state="sent")}


MORNING = at(4, 29, 9)
SILENT: dict[str, Any] = {"handling": "skriftlig", "rule": "stille_samtykke"}
POISONS: dict[str, Poison] = {
    "planning": Poison(
        arrange=three_chains,
        now=MORNING,
        harm=lambda db, item: put_benefits(db, item, [7]),
        mend=lambda db, item: put_benefits(db, item, BENEFITS),
        done=measured_chains,
    ),
    "reminding": Poison(
        arrange=three_reminders,
        now=at(5, 12, 9),
        harm=lambda db, item: put_due(db, item, "9999-12-31"),
        mend=lambda db, item: put_due(db, item, "2025-05-15"),
        done=reminded,
    ),
    "meetings": Poison(
        arrange=three_moved,
        now=at(1, 27, 10),
        harm=lambda db, item: put_body(db, item, "borte"),
        mend=lambda db, item: put_body(db, item, group.BODY),
        done=moved_meetings,
    ),
    "calling": Poison(
        arrange=three_to_call,
        now=at(1, 27, 10),
        harm=lambda db, item: put_body(db, item, "borte"),
        mend=lambda db, item: put_body(db, item, group.BODY),
        done=called_meetings,
    ),
    "carrying": Poison(
        arrange=three_cancelled,
        now=at(1, 27, 10),
        harm=lambda db, item: put_case_body(db, item, "borte"),
        mend=lambda db, item: put_case_body(db, item, group.BODY),
        done=carried,
    ),
    "rolls": Poison(
        arrange=three_unrolled,
        now=group.CALLED,
        harm=lambda db, item: put_case_body(db, item, "borte"),
        mend=lambda db, item: put_case_body(db, item, group.BODY),
        done=rolled,
    ),
    "closing": Poison(
        arrange=three_cases,
        now=at(1, 31, 15),
        harm=harm_rules,
        mend=mend_rules,
        done=decided,
        house=SILENT,
    ),
    "rewording": Poison(
        arrange=three_unworded,
        now=at(1, 27, 10),
        harm=lambda db, item: put_kind(db, item, "report_delivered"),
        mend=lambda db, item: put_kind(db, item, "case"),
        done=sent,
        house={"handling": "skriftlig"},
    ),
    "undecidable": Poison(
        arrange=three_without_quorum,
        now=at(1, 27, 10),
        harm=harm_rules,
        mend=mend_rules,
        done=told_of,
        house={"above": False, "quorum": 7},
    ),
}


def wired_for(db: Database, post: Post, **house: Any) -> Wired:
    duty.a_house(db, text=duty.programme_text(**house))
    group.projects(db, *KEYS)
    return Wired(
        settings=Settings(smtp_url="smtp://localhost?tls=none", mail_from="faseport@example.org"),
        db=db,
        keys=group.KEYS,
        clock=Clock(group.SET_UP),
        carry=post,
    )


def beat(wired: Wired, now: datetime) -> None:
    assert isinstance(wired.clock, Clock)
    wired.clock.at = now
    worker.do_round(wired, worker="prøve")


def marked(db: Database, sweep: str) -> set[str]:
    with db.reading() as tx:
        return set(faults.of_sweep(tx, sweep))


def said_by_doctor(wired: Wired) -> checkup.Check:
    with wired.db.reading() as tx:
        return checkup._faults(tx, wired.clock())


def test_every_sweep_has_its_poison() -> None:
    assert {*POISONS, "housekeeping"} == set(SWEEPS)


@pytest.mark.parametrize("sweep", POISONS)
def test_one_broken_item_stops_none_of_the_others_and_heals(
    db: Database, sweep: str, caplog: pytest.LogCaptureFixture
) -> None:
    poison, post = POISONS[sweep], Post()
    wired = wired_for(db, post, **(poison.house or {}))
    first, broken, last = poison.arrange(db)
    poison.harm(db, broken)
    with caplog.at_level(logging.ERROR, logger="faseport.sweep"):
        for beats in range(4):
            beat(wired, poison.now + beats * timedelta(seconds=15))
    assert poison.done(db) & {first, broken, last} == {first, last}
    assert marked(db, sweep) == {broken}
    logged = [(one.sweep, one.item) for one in caplog.records if one.sweep == sweep]  # type: ignore[attr-defined]
    assert logged == [(sweep, broken)], "it rests between the beats"
    check = said_by_doctor(wired)
    assert check.status == "wrong"
    assert "forsøk" in check.found

    beat(wired, poison.now + LONGEST_REST)
    beat(wired, poison.now + 2 * LONGEST_REST)
    assert len(post.trouble()) == 1, "told once, however often it is tried"
    assert "lar seg ikke gjøre" in post.trouble()[0]
    assert len(group.letters(db, TROUBLE)) == 1

    poison.mend(db, broken)
    beat(wired, poison.now + 4 * LONGEST_REST)
    assert poison.done(db) >= {first, broken, last}
    assert marked(db, sweep) == set()
    assert said_by_doctor(wired).status == "ok"
    beat(wired, poison.now + timedelta(days=1))
    assert len(post.trouble()) == 1


def test_one_duty_of_the_housekeeping_stops_none_of_the_others(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post()
    wired = wired_for(db, post)
    real = links.forget_visits

    def broken(*_: object, **__: object) -> int:
        raise KeyError("besøk")

    monkeypatch.setattr(links, "forget_visits", broken)
    for beats in range(4):
        beat(wired, MORNING + beats * timedelta(seconds=15))
    with db.reading() as tx:
        (fault,) = faults.list_faults(tx)
        assert tx.execute(text("SELECT 1 FROM ledger_leaf WHERE kind = 'HeadsWitnessed'")).all()
    assert (fault.sweep, fault.item, fault.tries, fault.error) == ("housekeeping", "visits", 1, "KeyError")
    assert len(post.trouble()) == 1
    monkeypatch.setattr(links, "forget_visits", real)
    beat(wired, MORNING + LONGEST_REST)
    assert marked(db, "housekeeping") == set()


def test_doctor_names_a_chain_that_was_damaged_after_it_was_planned(db: Database) -> None:
    wired = wired_for(db, Post())
    chain = three_chains(db)[1]
    beat(wired, MORNING)
    put_benefits(db, chain, [7])
    with db.reading() as tx:
        found = checkup._plans(tx, MORNING)
    assert (found.status, found.found) == ("wrong", f"kan ikke regnes ut på nytt: {chain}")


# ---------------------------------------------------------------- the tool itself


def test_what_an_item_did_before_it_failed_is_undone_and_the_rest_kept(db: Database) -> None:
    def do(name: str) -> str:
        tx.execute(text("INSERT INTO setting (name, value) VALUES (:name, 'x')"), {"name": name})
        if name == "b":
            # A fault of the database's own language, after which PostgreSQL takes nothing more by itself.
            tx.execute(text("INSERT INTO setting (name, value) VALUES ('a', 'again')"))
        return name

    with db.writing() as tx:
        done = Sweep(tx, "planning", now=MORNING).each(["a", "b", "c"], do, name=str)
    assert done == ["a", "c"]
    with db.reading() as tx:
        assert set(tx.execute(text("SELECT name FROM setting")).scalars()) >= {"a", "c"}
        assert tx.execute(text("SELECT count(*) FROM setting WHERE name = 'b'")).scalar_one() == 0
    assert marked(db, "planning") == {"b"}


@pytest.mark.parametrize("broken", [set(), {"3"}, {"0", "7"}, {"2", "3", "4"}])
def test_in_halves_only_the_broken_are_passed_over(db: Database, broken: set[str]) -> None:
    batches: list[int] = []

    def do(batch: Any) -> list[str]:
        batches.append(len(batch))
        if broken & set(batch):
            raise ValueError(batch)
        return list(batch)

    items = [str(number) for number in range(8)]
    with db.writing() as tx:
        done = Sweep(tx, "reminding", now=MORNING).by_halves(items, do, name=str)
    assert sorted(one for batch in done for one in batch) == sorted(set(items) - broken)
    assert marked(db, "reminding") == broken
    assert batches[0] == 8
    if not broken:
        assert batches == [8]


def test_it_rests_longer_each_time_and_is_tried_at_once_when_asked(db: Database) -> None:
    def fail() -> None:
        raise ValueError("nei")

    now, waits = MORNING, []
    for _ in range(6):
        with db.writing() as tx:
            sweep = Sweep(tx, "closing", now=now)
            assert not sweep.rests("x")
            assert sweep.alone("x", fail) == ()
            assert sweep.rests("x")
            rests_until = faults.of_sweep(tx, "closing")["x"].rests_until
        waits.append((rests_until - now) // timedelta(minutes=1))
        now = rests_until
    assert waits == [1, 2, 4, 8, 15, 15]
    with db.writing() as tx:
        Sweep(tx, "closing", now=now).alone("x", fail)
    try_again(db, now=now)
    with db.reading() as tx:
        assert not Sweep(tx, "closing", now=now).rests("x")


def test_a_database_that_cannot_go_on_is_nobodys_fault(db: Database) -> None:
    def away() -> None:
        raise NotNow("away")

    with pytest.raises(NotNow), db.writing() as tx:
        Sweep(tx, "closing", now=MORNING).alone("x", away)
    assert marked(db, "closing") == set()
