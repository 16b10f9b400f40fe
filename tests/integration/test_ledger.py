"""Is every touch behind the program's back found, and is no honest history accused?"""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from engine.core.cases.voting import Choice
from engine.core.record.ledger import Head, Leaf, leaf_hash
from engine.core.refusal import Misuse
from engine.store import cases, obligations, people
from engine.store.guards import GUARDS
from engine.store.record import ledger
from engine.store.record.ledger import Verified
from engine.store.session import Database
from engine.use_cases.benefits.add_benefit import add_benefit
from engine.use_cases.benefits.estimate_benefit import estimate_benefit
from engine.use_cases.benefits.measure_benefit import measure_benefit
from engine.use_cases.benefits.realise_benefit import realise_benefit
from engine.use_cases.benefits.state_progress import state_progress
from engine.use_cases.cases.cast_ballot import cast_ballot
from engine.use_cases.cases.conclude_case import Condition, conclude_case
from engine.use_cases.cases.request_transition import request_transition
from engine.use_cases.cases.withdraw_case import withdraw_case
from engine.use_cases.obligations.alert_owner import alert_owner
from engine.use_cases.obligations.extend_obligation import extend_obligation
from engine.use_cases.obligations.plan_obligations import plan_obligations
from engine.use_cases.obligations.settle_obligation import settle_obligation
from engine.use_cases.people.assign_seat import assign_seat
from engine.use_cases.people.erase_person import erase_person
from engine.use_cases.people.register_absence import register_absence
from engine.use_cases.people.register_person import register_person
from engine.use_cases.programme.close_programme import close_programme
from engine.use_cases.programme.load_programme import load_programme
from engine.use_cases.projects.answer_criterion import waive_criterion
from engine.use_cases.projects.change_facts import change_facts
from engine.use_cases.reports.approve_report import approve_report
from engine.use_cases.reports.close_period import close_period
from engine.use_cases.reports.deliver_report import deliver_report
from engine.use_cases.reports.import_accounts import import_accounts
from engine.use_cases.reports.import_risks import import_risks
from engine.use_cases.reports.import_transfers import import_transfers
from engine.use_cases.reports.set_light import set_light
from engine.use_cases.reports.write_report_text import write_report_text
from tests import builders
from tests.builders import ASKER, LEADER, NOW, OFFICE, OWNER
from tests.databases import Emptied

LATER = NOW + timedelta(days=1)
CHAIN = "project:klar"


@pytest.fixture
def house(db: Database) -> Database:
    """A history with every kind of event: decided, concluded with conditions, withdrawn, answered twice."""
    builders.a_programme(db, workflow=builders.workflow_text(), seats=3, quorum=2)
    builders.a_ready_project(db, key="klar")
    builders.a_ready_project(db, key="trukket")
    waive_criterion(db, key="trukket", criterion="forankret", reason="Lite prosjekt.", by=OFFICE, now=NOW)
    change_facts(db, key="klar", changes={"size": "liten"}, by=ASKER, effective=date(2025, 1, 10), now=NOW)
    register_absence(db, who=LEADER, away_from=date(2025, 2, 1), away_to=date(2025, 2, 3), now=NOW)
    first = builders.a_case(db, key="trukket").case
    withdraw_case(db, case=first, by=ASKER, reason="Regnet feil.", now=LATER)
    second = builders.a_case(db, key="klar").case
    builders.answers(db, second, ["ikke_godkjenn"])
    builders.answers(db, second, {"plass-2": "godkjenn_med_forutsetninger"})
    concluded = conclude_case(
        db,
        case=second,
        by=builders.seat_email(1),
        outcome="godkjent_med_forutsetninger",
        wording="Godkjent når bemanningen er avklart.",
        conditions=[Condition(text="Avklar bemanningen.", owner="Prosjektleder", due="2025-03-01")],
        now=LATER,
    )
    assert concluded.case == second  # type: ignore[union-attr]
    report(db, "klar")
    follow_up_deadlines(db)
    return db


def report(db: Database, key: str) -> None:
    """A benefit followed, a report of it approved, and a period's tables, lights and texts."""
    indicator = {"title": "Tilsyn", "baseline": 79, "baseline_on": "2025-01-01"}
    told = {"title": "Færre tilsyn", "kind": "A", "indicators": [indicator]}
    add_benefit(db, key=key, told=told, by=ASKER, now=LATER)
    the_benefit: dict[str, Any] = {"key": key, "benefit": "A1", "by": ASKER, "now": LATER}
    measure_benefit(db, value="70", measured_on=date(2025, 1, 14), comment="To soner", **the_benefit)
    estimate_benefit(db, fte={"2027": "3"}, kroner={"2027": "5"}, **the_benefit)
    realise_benefit(db, fte={"2025": "1"}, kroner={}, comment="Halvt år", **the_benefit)
    report_of: dict[str, Any] = {"key": key, "period": "2025-T1", "now": LATER}
    deliver_report(db, raw={"progress": "Vi er i gang."}, by=ASKER, **report_of)
    approve_report(db, by=OWNER, **report_of)
    state_progress(db, column="ambisjon", progress="under_arbeid", reason="Nesten", by=ASKER, **report_of)
    of_period: dict[str, Any] = {"period": "2024-T3", "by": OFFICE, "now": LATER}
    lines = builders.sheet([{"label": "Kurs", "group": "utgift", "budget": "5"}])
    import_accounts(db, sheet=lines, as_of=date(2025, 1, 10), **of_period)
    transfers = builders.sheet([{"project": key, "label": "Kurs", "amount": "5"}])
    import_transfers(db, sheet=transfers, **of_period)
    import_risks(db, sheet=builders.sheet([{"number": "1", "title": "Lite tid"}]), **of_period)
    set_light(db, area="okonomi", light="gul", reason="Mindreforbruk", **of_period)
    write_report_text(db, place="status", text="Godt i gang.", **of_period)
    close_period(db, **of_period)


def follow_up_deadlines(db: Database) -> None:
    """One deadline is done, one gets another date and is passed on to the owner; and the programme ends."""
    duties = """duties:
  - {id: risiko, title: Risikoanalyse, owner: programkontor, rhythm: {per: ar, dates: ["03-03"]}}
  - {id: status, title: Status, each: prosjekt, owner: prosjektleder, rhythm: {per: ar, dates: ["03-03"]}}
"""
    load_programme(db, text=builders.programme_text(seats=3, quorum=2) + duties, now=LATER)
    plan_obligations(db, now=LATER)
    with db.reading() as tx:
        (risk, *_) = obligations.list_obligations(tx, kind="duty:risiko", status="open")
        (status, *_) = obligations.list_obligations(tx, kind="duty:status", chain=CHAIN, status="open")
    settle_obligation(db, obligation=risk.id, note="Revidert.", by=OFFICE, now=LATER)
    alert_owner(db, obligation=status.id, by=OFFICE, now=LATER)
    extend_obligation(db, obligation=status.id, due=date(2025, 4, 1), reason="Sykdom.", by=OFFICE, now=LATER)
    close_programme(db, ended_on=date(2025, 12, 31), heir=LEADER, by=OFFICE, now=LATER)


def verified(db: Database, *witnesses: Head) -> Verified:
    with db.reading() as tx:
        return ledger.verify(tx, witnesses=witnesses)


def codes(db: Database, *witnesses: Head) -> set[str]:
    return {fault.code for fault in verified(db, *witnesses).faults}


def touch(tx: Connection, *statements: str) -> None:
    """What somebody with the database's password can do: take the guards away first, and then anything."""
    if tx.dialect.name == "sqlite":
        for guard in GUARDS:
            tx.exec_driver_sql(f"DROP TRIGGER IF EXISTS {guard}")
        tx.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    else:
        tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
    for statement in statements:
        assert tx.execute(text(statement)).rowcount >= 1, statement


def behind_its_back(db: Database, *statements: str) -> None:
    """The same, and it stays."""
    with db.writing() as tx:
        touch(tx, *statements)


def leaves(tx: Connection, chain: str = CHAIN) -> list[Leaf]:
    return list(ledger.leaves(tx, chain))


# --- honest histories ---------------------------------------------------------------------------------


def test_an_honest_history_verifies_and_says_what_it_looked_at(house: Database) -> None:
    found = verified(house)
    assert found.faults == ()
    with house.reading() as tx:
        assert found.chains == 3
        assert found.leaves == tx.execute(text("SELECT count(*) FROM ledger_leaf")).scalar_one()
        assert found.texts == tx.execute(text("SELECT count(*) FROM prose")).scalar_one()
        assert found.erased == 0


def test_texts_with_letters_in_pieces_verify_like_all_others(db: Database) -> None:
    """A decomposed å, as a Mac writes it, is the same letter; the ledger's form is the composed one."""
    builders.a_programme(db, workflow=builders.EASY_WORKFLOW.replace("Målene", "Ma\u030alene"))
    register_person(db, name="A\u030age", email="aage@example.org", now=NOW)
    opened = builders.a_case(db, proposal="Vi ga\u030ar videre.")
    builders.answers(db, opened.case, ["godkjenn", "godkjenn"])
    assert verified(db).faults == ()


def test_a_person_is_erased_and_everything_still_verifies(house: Database) -> None:
    newcomer = register_person(house, name="Kommunalsjef (ny)", email="ny@example.org", now=LATER)
    assign_seat(house, body="gruppa", seat="plass-2", who=newcomer, valid_from=date(2025, 1, 15), now=LATER)
    with house.reading() as tx:
        before = leaves(tx), leaves(tx, "programme")
        heads = ledger.heads(tx)

    gone = erase_person(house, who=builders.seat_email(2), now=LATER)

    found = verified(house, *heads.values())
    assert found.faults == ()
    assert found.erased == 2, "the name and the address"
    with house.reading() as tx:
        assert (leaves(tx), leaves(tx, "programme")[:-1]) == before
        person = people.by_id(tx, gone)
        assert person is not None
        assert (person.name, person.email) == (None, None)
        case = cases.list_cases(tx, project="klar")[0]
        assert gone in {ballot.person for ballot in cases.ballots(tx, case.id)}


# --- the guards ---------------------------------------------------------------------------------------


def test_the_database_itself_refuses_to_change_remove_or_replace_a_leaf(house: Database) -> None:
    attempts = [
        "UPDATE ledger_leaf SET kind = 'Other' WHERE seq = 1",
        "UPDATE ledger_leaf SET body = '{}'",
        "DELETE FROM ledger_leaf WHERE chain = 'programme' AND seq = 1",
        "DELETE FROM ledger_leaf",
        "INSERT OR REPLACE INTO ledger_leaf SELECT * FROM ledger_leaf"
        if house.is_sqlite
        else "TRUNCATE ledger_leaf",
    ]
    for attempt in attempts:
        with pytest.raises(DBAPIError, match="ledger leaf is never"), house.writing() as tx:
            tx.execute(text(attempt))
    assert verified(house).faults == ()


# --- changed behind its back --------------------------------------------------------------------------

AT = f"WHERE chain = '{CHAIN}' AND seq ="
LAST = f"(SELECT max(seq) FROM ledger_leaf WHERE chain = '{CHAIN}')"
COPY_OF_LAST = f"SELECT chain, seq + 1, at, kind, body, hash FROM ledger_leaf {AT} {LAST}"
COPY_OF_BALLOT = (
    "SELECT 'ny', 99, \"case\", version, 'plass-3', person, 'godkjenn', 'ny', cast_at FROM ballot"
    " WHERE seat = 'plass-2'"
)
NO, YES = "ikke_godkjenn", "godkjenn"
TOUCHES: dict[str, tuple[str, tuple[str, ...]]] = {
    "a leaf's words": (
        "ledger_changed",
        (f"UPDATE ledger_leaf SET body = replace(body, '{NO}', '{YES}') WHERE body LIKE '%{NO}%'",),
    ),
    "a leaf's kind": ("ledger_changed", (f"UPDATE ledger_leaf SET kind = 'CaseWithdrawn' {AT} 3",)),
    "a leaf's hash": ("ledger_changed", (f"UPDATE ledger_leaf SET hash = '{'0' * 64}' {AT} 3",)),
    "a leaf taken out": ("ledger_removed", (f"DELETE FROM ledger_leaf {AT} 3",)),
    "the last leaf taken out": ("ledger_truncated", (f"DELETE FROM ledger_leaf {AT} {LAST}",)),
    "a leaf put in": (
        "ledger_changed",
        (f"INSERT INTO ledger_leaf (chain, seq, at, kind, body, hash) {COPY_OF_LAST}",),
    ),
    "two leaves in each other's place": (
        "ledger_changed",
        (
            f"UPDATE ledger_leaf SET seq = 1000 {AT} 3",
            f"UPDATE ledger_leaf SET seq = 3 {AT} 4",
            f"UPDATE ledger_leaf SET seq = 4 {AT} 1000",
        ),
    ),
    "a whole chain taken out": ("ledger_truncated", (f"DELETE FROM ledger_leaf WHERE chain = '{CHAIN}'",)),
    "a chain's standing": ("ledger_chain_missing", (f"DELETE FROM ledger_chain WHERE name = '{CHAIN}'",)),
    "a text": ("ledger_text_changed", ("UPDATE prose SET text = 'Nei.' WHERE text = 'Fordi.'",)),
    "a salt": ("ledger_text_changed", (f"UPDATE prose SET salt = '{'0' * 32}' WHERE text = 'Fordi.'",)),
    "half an erasure": ("ledger_text_changed", ("UPDATE prose SET text = NULL WHERE text = 'Fordi.'",)),
    "a ballot's choice": ("state_changed", (f"UPDATE ballot SET choice = '{YES}' WHERE choice = '{NO}'",)),
    "whose ballot it is": ("state_changed", ("UPDATE ballot SET seat = 'plass-3' WHERE seat = 'plass-2'",)),
    "an outcome": ("state_changed", ("UPDATE gate_case SET outcome = 'utsatt' WHERE outcome IS NOT NULL",)),
    "a phase": ("state_changed", ("UPDATE project SET phase = 'avsluttet' WHERE key = 'trukket'",)),
    "a name": ("state_changed", (f"UPDATE person SET name = 'En annen' WHERE email = '{LEADER}'",)),
    "a fact's date": ("state_changed", ("UPDATE fact SET effective = '2024-01-01' WHERE name = 'size'",)),
    "a measured value": ("state_changed", ("UPDATE measurement SET value = 10",)),
    "an estimate": ("state_changed", ("UPDATE estimate SET fte = 30",)),
    "whose report is approved": ("state_changed", ("UPDATE status_report SET approved_at = NULL",)),
    "a report": ("ledger_text_changed", ("UPDATE prose SET text = 'x' WHERE text LIKE '%i gang.\"%'",)),
    "the accounts": ("ledger_text_changed", ("UPDATE prose SET text = 'x' WHERE text LIKE '%Kurs%'",)),
    "a light": ("state_changed", ("UPDATE light SET light = 'gronn'",)),
    "a closed period": ("state_missing", ("DELETE FROM period_act",)),
    "a deadline's new date": (
        "state_changed",
        ("UPDATE obligation_act SET due = '2025-05-01' WHERE act = 'extended'",),
    ),
    "that a deadline was met": ("state_missing", ("DELETE FROM obligation_act WHERE act = 'settled'",)),
    "who takes over": (
        "state_changed",
        (f"UPDATE programme_end SET heir = (SELECT id FROM person WHERE email = '{ASKER}')",),
    ),
    "a ballot taken out": ("state_missing", ("DELETE FROM ballot WHERE seat = 'plass-2'",)),
    "a ballot put in": (
        "state_invented",
        (
            'INSERT INTO ballot (id, seq, "case", version, seat, person, choice, nonce, cast_at) '
            + COPY_OF_BALLOT,
        ),
    ),
}


class Undone(Exception):
    """Ends a transaction without a trace."""


def test_verify_finds_whatever_is_touched(house: Database) -> None:
    found: dict[str, bool] = {}
    for what, (code, statements) in TOUCHES.items():
        with suppress(Undone), house.writing() as tx:
            touch(tx, *statements)
            found[what] = code in {fault.code for fault in ledger.verify(tx).faults}
            raise Undone
    assert found == dict.fromkeys(TOUCHES, True)
    assert verified(house).faults == ()


def test_a_fault_says_where_it_is(house: Database) -> None:
    behind_its_back(house, *TOUCHES["a ballot's choice"][1])
    (fault,) = (one for one in verified(house).faults if one.code != "guard_missing")
    with house.reading() as tx:
        ballot = tx.execute(text("SELECT id FROM ballot WHERE seat = 'plass-1'")).scalar_one()
    assert dict(fault.data) == {"table": "ballot", "row": ballot, "column": "choice"}


# --- what only a witness outside can tell ---------------------------------------------------------------


def truncated(db: Database) -> None:
    """Cut the last three leaves and set the chain's standing back, so that nothing inside contradicts it."""
    with db.reading() as tx:
        kept = leaves(tx)[-4]
    behind_its_back(
        db,
        f"DELETE FROM ledger_leaf WHERE chain = '{CHAIN}' AND seq > {kept.seq}",
        f"UPDATE ledger_chain SET size = {kept.seq}, head = '{kept.hash}' WHERE name = '{CHAIN}'",
    )


def rewritten(db: Database) -> None:
    """Change one answer and hash everything after it anew, as whoever wrote this program could."""
    with db.reading() as tx:
        known = leaves(tx)
    prev, statements = "0" * 64, list[str]()
    for one in known:
        body = json.loads(one.body)
        if one.kind == "BallotCast" and body["plain"]["choice"] == "ikke_godkjenn":
            body["plain"]["choice"] = "godkjenn"
        told = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        prev = leaf_hash(prev, told)
        quoted = told.replace("'", "''").replace(":", "\\:")
        statements.append(f"UPDATE ledger_leaf SET body = '{quoted}', hash = '{prev}' {AT} {one.seq}")
    statements.append(f"UPDATE ledger_chain SET head = '{prev}' WHERE name = '{CHAIN}'")
    statements.append("UPDATE ballot SET choice = 'godkjenn' WHERE choice = 'ikke_godkjenn'")
    behind_its_back(db, *statements)


@pytest.mark.parametrize(
    ("forge", "code"), [(truncated, "ledger_truncated"), (rewritten, "ledger_rewritten")]
)
def test_what_the_chain_cannot_see_a_receipt_can(
    house: Database, forge: Callable[[Database], None], code: str
) -> None:
    with house.reading() as tx:
        receipt = ledger.heads(tx)[CHAIN]
    forge(house)
    assert not {one for one in codes(house) if one.startswith("ledger")}, "a chain alone cannot tell"
    assert code in codes(house, receipt)


# --- whatever happens -----------------------------------------------------------------------------------

WORDS = st.one_of(st.text(max_size=30), st.sampled_from(["", "Fordi.", "a\u030a", "\x00", "\ud800", "'; --"]))
SEATS = st.integers(1, 3)
CHOICES = st.sampled_from([*Choice, "tull"])
ACTS = st.one_of(
    st.tuples(st.just("request"), WORDS),
    st.tuples(st.just("answer"), SEATS, CHOICES, WORDS, WORDS),
    st.tuples(st.just("conclude"), st.sampled_from(["godkjent", "utsatt", "ikke_godkjent", "tull"]), WORDS),
    st.tuples(st.just("withdraw"), WORDS),
    st.tuples(st.just("facts"), WORDS),
    st.tuples(st.just("person"), WORDS),
    st.tuples(st.just("seat"), SEATS, st.integers(0, 400)),
    st.tuples(st.just("erase"), SEATS),
    st.tuples(st.just("benefit"), WORDS, WORDS),
    st.tuples(st.just("report"), WORDS, WORDS),
)


def do(db: Database, act: tuple[Any, ...], turn: int) -> None:
    """One thing somebody tries; what is refused or wrong must leave no trace."""
    now = NOW + timedelta(hours=turn)
    with db.reading() as tx:
        case = cases.open_for(tx, "trygghet")
    match act:
        case ("request", words):
            request_transition(db, key="trygghet", proposal=words, by=ASKER, now=now)
        case ("answer", seat, choice, comment, condition) if case is not None:
            person = case.roll[seat - 1]["person"]
            told = {"comment": comment, "condition": condition}
            cast_ballot(
                db, case=case.id, person=person, choice=choice, version=1, nonce=f"{turn}", now=now, **told
            )
        case ("conclude", outcome, words) if case is not None:
            conclude_case(
                db, case=case.id, by=builders.seat_email(1), outcome=outcome, wording=words, now=now
            )
        case ("withdraw", words) if case is not None:
            withdraw_case(db, case=case.id, by=ASKER, reason=words, now=now)
        case ("facts", words):
            told = {"goals": words or "Mål.", "problem": words}
            change_facts(db, key="trygghet", changes=told, by=ASKER, effective=now.date(), now=now)
        case ("person", words):
            register_person(db, name=words, email=f"ny-{turn}@example.org", now=now)
        case ("seat", seat, days):
            since = now.date() - timedelta(days=days)
            assign_seat(db, body="gruppa", seat=f"plass-{seat}", who=LEADER, valid_from=since, now=now)
        case ("benefit" | "report", *_):
            tell(db, act, now)
        case ("erase", seat):
            erase_person(db, who=builders.seat_email(seat), now=now)


def tell(db: Database, act: tuple[Any, ...], now: datetime) -> None:
    """One thing somebody tells of a benefit, or reports."""
    match act:
        case ("benefit", title, figure):
            told = {"title": title or "Gevinst", "kind": "A", "ambition": figure}
            added = add_benefit(db, key="trygghet", told=told, by=ASKER, now=now)
            figures = {"2027": figure, "2028": "3,5 årsverk"}
            estimate_benefit(
                db, key="trygghet", benefit=added.benefit, fte=figures, kroner={}, by=ASKER, now=now
            )
        case ("report", words, risk):
            raw = {"progress": words or "I gang.", "risks": [{"title": risk}] if risk else []}
            deliver_report(db, key="trygghet", period="2025-T1", raw=raw, by=ASKER, now=now)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
def test_whatever_people_try_the_rebuilt_state_is_the_stored_one(
    emptied: Emptied, acts: list[tuple[Any, ...]]
) -> None:
    db = emptied()
    builders.a_programme(db)
    builders.a_project(db)
    kept: list[Head] = []
    for turn, act in enumerate([("request", "Vi går videre."), *acts], 1):
        with suppress(Misuse):
            do(db, act, turn)
        with db.reading() as tx:
            kept += ledger.heads(tx).values()
    assert verified(db, *kept).faults == ()
