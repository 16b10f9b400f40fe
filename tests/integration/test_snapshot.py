"""Are rules asked while others write, and is what they said recorded only of what still stands?"""

import threading
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from engine.core.record.events.event import PROGRAMME_CHAIN, project_chain
from engine.core.record.events.projects import FactsChanged
from engine.core.refusal import Refused
from engine.core.rules.evaluate import evaluate
from engine.store import cases, projects
from engine.store.outages import NotNow
from engine.store.record import ledger
from engine.store.record.record import Moved, record
from engine.store.session import Database
from engine.use_cases.cases.amend_case import Amended, amend_case
from engine.use_cases.cases.request_transition import NotReady, Opened, request_transition
from engine.use_cases.on_snapshot import TRIES
from engine.use_cases.people.register_person import register_person
from engine.use_cases.projects.answer_criterion import Noted, answer_criterion
from engine.use_cases.projects.change_facts import change_facts
from engine.use_cases.projects.take_in import take_in
from tests import builders
from tests.at_once import at_once
from tests.builders import ASKER, NOW, OFFICE, PROPOSAL

TODAY = NOW.date()
WORKFLOW = """workflow: liten
version: 1
title: Liten flyt
kind: utviklingsprosjekt
roles: {leader: [utredningsleder, prosjektleder], owner: prosjekteier}
phases:
  - {id: konsept, title: Konsept, reported_as: Konsept, start: true}
  - {id: avsluttet, title: Avsluttet, reported_as: Avsluttet, end: true}
intake:
  title: Tatt inn i programmet
  required_at: []
  criteria:
    - {id: plan, title: Bygger på en plan, weight: må, source: "prøve:1", rule: has(project.goals)}
gates:
  - id: P2
    title: Beslutte
    when: "!has(project.closed_on)"
    from: konsept
    decided_by: gruppa
    outcomes: {godkjent: avsluttet, ikke_godkjent: stay}
    criteria:
      - {id: maal, title: Målene er beskrevet, weight: må, source: "prøve:2", rule: has(project.goals)}
      - {id: eier, title: Eieren er spurt, weight: bør, source: "prøve:3",
         attest: {explain_by: utredningsleder, accept: [ja]}}
"""


@pytest.fixture
def house(db: Database) -> Database:
    builders.a_programme(db, workflow=WORKFLOW)
    builders.projects(db, 2)
    return db


MINE, OTHER = "prosjekt-1", "prosjekt-2"


def ask(db: Database, by: str = ASKER) -> Opened | Refused:
    return request_transition(db, key=MINE, proposal=PROPOSAL, by=by, now=NOW)


def change(db: Database, key: str = MINE, **facts: str) -> None:
    change_facts(db, key=key, changes=facts, by=OFFICE, effective=TODAY, now=NOW)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Has something done in another thread, and finished, in the midst of a rule; as many times as told."""

    def arrange(what: Callable[[], Any], times: int = 1) -> list[int]:
        done: list[int] = []

        def slow(*given: Any) -> Any:
            if len(done) < times and threading.current_thread() is mine:
                done.append(len(done) + 1)
                faults: list[BaseException] = []

                def work() -> None:
                    try:
                        what()
                    except BaseException as fault:
                        faults.append(fault)

                other = threading.Thread(target=work)
                other.start()
                other.join(60)
                assert not other.is_alive()
                assert not faults, faults
            return evaluate(*given)

        mine = threading.current_thread()
        monkeypatch.setattr("engine.core.workflow.criteria.evaluate", slow)
        return done

    return arrange


ACTS: dict[str, Callable[[Database], Any]] = {
    "ask": ask,
    "answer": lambda db: answer_criterion(
        db, key=MINE, criterion="eier", value="ja", explanation="Spurt.", by=ASKER, now=NOW
    ),
    "take in": lambda db: take_in(db, key=MINE, on=TODAY, by=OFFICE, now=NOW),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_slow_rule_holds_nobody_up(house: Database, meanwhile: Callable[..., list[int]], act: str) -> None:
    done = meanwhile(lambda: change(house, OTHER, goals="Skrevet mens regelen ble spurt."))
    ACTS[act](house)
    assert done == [1]
    with house.reading() as tx:
        assert projects.facts(tx, OTHER)["goals"] == "Skrevet mens regelen ble spurt."


def test_an_amendment_holds_nobody_up_either(house: Database, meanwhile: Callable[..., list[int]]) -> None:
    opened = ask(house)
    assert isinstance(opened, Opened)
    change(house, goals="Nye mål.")
    done = meanwhile(lambda: change(house, OTHER, goals="Skrevet imens."))
    found = amend_case(house, case=opened.case, what="Målene er skrevet om.", by=ASKER, now=NOW)
    assert (done, isinstance(found, Amended)) == ([1], True)


def test_what_changed_while_the_rules_were_asked_is_asked_about_again(
    house: Database, meanwhile: Callable[..., list[int]]
) -> None:
    meanwhile(lambda: change(house, goals=""))
    found = ask(house)
    assert isinstance(found, NotReady)
    with house.reading() as tx:
        assert cases.open_for(tx, MINE) is None


def test_a_case_is_opened_on_the_facts_that_stand_when_it_is_opened(
    house: Database, meanwhile: Callable[..., list[int]]
) -> None:
    meanwhile(lambda: change(house, goals="Skrevet i siste liten."))
    found = ask(house)
    assert isinstance(found, Opened)
    with house.reading() as tx:
        view = cases.load(tx, found.case)
        assert view is not None
        assert view.dossier["facts"]["project"]["goals"] == "Skrevet i siste liten."
        assert ledger.verify(tx).faults == ()


def test_a_change_of_the_programme_counts_as_well(
    house: Database, meanwhile: Callable[..., list[int]]
) -> None:
    number = count(1)

    def somebody_new() -> None:
        register_person(house, name="Ny", email=f"ny-{next(number)}@example.org", now=NOW)

    seen = meanwhile(somebody_new, times=2)
    assert isinstance(ask(house), Opened)
    assert seen == [1, 2]


def test_it_is_given_up_with_nothing_stored_when_others_never_stand_still(
    house: Database, meanwhile: Callable[..., list[int]]
) -> None:
    number = count(1)
    tried = meanwhile(lambda: change(house, goals=f"Mål {next(number)}."), times=100)
    with pytest.raises(NotNow) as given_up:
        ask(house)
    assert given_up.value.cause == "moved"
    assert len(tried) >= TRIES
    with house.reading() as tx:
        assert cases.open_for(tx, MINE) is None
        assert ledger.verify(tx).faults == ()


def test_of_changes_and_requests_at_the_same_instant_none_is_lost(house: Database) -> None:
    keys = [builders.a_project(house, key=f"samtidig-{number}") for number in range(12)]

    def asked(key: str) -> Callable[[], Any]:
        return lambda: request_transition(house, key=key, proposal=PROPOSAL, by=ASKER, now=NOW)

    def changed(key: str) -> Callable[[], Any]:
        return lambda: change(house, key, goals="Endret i samme øyeblikk.")

    given = at_once([[asked(key), changed(key), asked(key)] for key in keys])
    for key, (first, wrote, second) in zip(keys, given, strict=True):
        assert wrote is None
        with house.reading() as tx:
            case = cases.open_for(tx, key)
            assert case is not None
            opened = [one for one in (first, second) if isinstance(one, Opened)]
            assert [one.case for one in opened] == [case.id], (first, second)
            leaves = [leaf.kind for leaf in ledger.leaves(tx, project_chain(key))]
            view = cases.load(tx, case.id)
            assert view is not None
            before = leaves.index("CaseOpened") > len(leaves) - 1 - leaves[::-1].index("FactsChanged")
            told = view.dossier["facts"]["project"]["goals"] == "Endret i samme øyeblikk."
            assert told == before, "a case says what stood when it was opened"
    with house.reading() as tx:
        assert ledger.verify(tx).faults == ()


@pytest.mark.parametrize("chain", [project_chain(MINE), PROGRAMME_CHAIN, project_chain(OTHER)])
def test_what_is_expected_of_a_chain_is_held_against_it(house: Database, chain: str) -> None:
    told = FactsChanged(project=MINE, names=("plan",), effective="2025-01-14", values={"plan": "Slik."})
    with house.reading() as tx:
        size = ledger.sizes(tx, [chain])[chain]
    with pytest.raises(Moved) as moved, house.writing() as tx:
        record(tx, [told], now=NOW, expect={chain: size - 1})
    assert moved.value.args == (chain,)
    with house.reading() as tx:
        assert "plan" not in projects.facts(tx, MINE)
    with house.writing() as tx:
        record(tx, [told], now=NOW, expect={chain: size})
    with house.reading() as tx:
        assert projects.facts(tx, MINE)["plan"] == "Slik."


def test_a_chain_nobody_has_written_to_is_empty(house: Database) -> None:
    with house.reading() as tx:
        assert ledger.sizes(tx, ["project:ukjent"]) == {"project:ukjent": 0}
    assert isinstance(ACTS["answer"](house), Noted)
