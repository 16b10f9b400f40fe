"""Does a decision move the project where the workflow says, and nowhere else?"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from engine.core.workflow.checks import parse_definition
from engine.core.workflow.definition import Definition
from engine.core.workflow.machine import ImpossibleMove, machine_of, move, next_gates
from tests.unit.test_definition import SMALL


@pytest.fixture(scope="module")
def workflow() -> Definition:
    found = parse_definition(SMALL)
    assert isinstance(found, Definition)
    return found


def test_an_approval_moves_the_project_to_the_next_phase(workflow: Definition) -> None:
    assert move(workflow, gate="P1", outcome="godkjent", phase="ide", open=True) == "arbeid"
    assert move(workflow, gate="P2", outcome="godkjent", phase="arbeid", open=True) == "slutt"


def test_an_outcome_to_stay_leaves_the_project_where_it_is_though_the_gate_is_shut(
    workflow: Definition,
) -> None:
    assert move(workflow, gate="P1", outcome="ikke_godkjent", phase="ide", open=False) == "ide"


def test_the_next_part_is_in_the_same_phase(workflow: Definition) -> None:
    assert move(workflow, gate="P2", outcome="utsatt", phase="arbeid", open=True) == "arbeid"


@pytest.mark.parametrize("outcome", ["godkjent", "utsatt"])
def test_going_on_through_a_shut_gate_is_a_bug_and_raises(workflow: Definition, outcome: str) -> None:
    with pytest.raises(RuntimeError, match="P2 is shut"):
        move(workflow, gate="P2", outcome=outcome, phase="arbeid", open=False)


@pytest.mark.parametrize(
    ("gate", "outcome", "phase", "code", "data"),
    [
        ("P1", "utsatt", "ide", "machine.unknown_outcome", {"gate": "P1", "outcome": "utsatt"}),
        (
            "P1",
            "godkjent",
            "arbeid",
            "machine.other_phase",
            {"gate": "P1", "phase": "arbeid", "allowed": "ide"},
        ),
        ("P1", "godkjent", "ingen", "machine.other_phase", {"phase": "ingen"}),
        ("P1", "ikke_godkjent", "slutt", "machine.other_phase", {"phase": "slutt"}),
        ("P9", "godkjent", "ide", "machine.unknown_gate", {"gate": "P9"}),
        ("P1__godkjent", "godkjent", "ide", "machine.unknown_gate", {}),
    ],
)
def test_a_move_the_workflow_does_not_have_is_refused_with_its_data(
    workflow: Definition, gate: str, outcome: str, phase: str, code: str, data: dict[str, str]
) -> None:
    with pytest.raises(ImpossibleMove) as refusal:
        move(workflow, gate=gate, outcome=outcome, phase=phase, open=True)

    assert refusal.value.code == code
    assert data.items() <= dict(refusal.value.data).items()


def test_no_phase_can_be_changed_but_by_an_open_gate(workflow: Definition) -> None:
    phases = [phase.id for phase in workflow.phases]
    moved: set[tuple[str, str, str]] = set()
    for gate in workflow.gates:
        for outcome in gate.outcomes:
            for phase in phases:
                with suppress(ImpossibleMove, RuntimeError):
                    assert move(workflow, gate=gate.id, outcome=outcome, phase=phase, open=False) == phase
                try:
                    moved.add(
                        (
                            phase,
                            gate.id,
                            move(workflow, gate=gate.id, outcome=outcome, phase=phase, open=True),
                        )
                    )
                except ImpossibleMove:
                    continue

    assert {each for each in moved if each[0] != each[2]} == {
        ("ide", "P1", "arbeid"),
        ("arbeid", "P2", "slutt"),
    }


def test_next_gates_are_those_that_start_from_the_phase(workflow: Definition) -> None:
    assert [gate.id for gate in next_gates(workflow, "ide")] == ["P1"]
    assert next_gates(workflow, "slutt") == ()


def test_one_machine_serves_a_version_and_another_text_gets_its_own(workflow: Definition) -> None:
    again = parse_definition(SMALL)
    other = parse_definition(SMALL.replace("title: Begynne", "title: Starte"))
    assert isinstance(again, Definition)
    assert isinstance(other, Definition)

    assert machine_of(again) is machine_of(workflow)
    assert machine_of(other) is not machine_of(workflow)


def test_the_machine_knows_no_move_of_its_own(workflow: Definition) -> None:
    machine = machine_of(workflow)

    assert set(machine.events) == {
        "P1__godkjent",
        "P1__ikke_godkjent",
        "P2__godkjent",
        "P2__sendt_tilbake",
        "P2__utsatt",
    }
    assert machine.models == []


def test_threads_share_the_machine_without_meeting_each_other(workflow: Definition) -> None:
    start = Barrier(8)

    def decide(number: int) -> set[str]:
        start.wait()
        gate, outcome, phase = (("P1", "godkjent", "ide"), ("P2", "sendt_tilbake", "arbeid"))[number % 2]
        return {move(workflow, gate=gate, outcome=outcome, phase=phase, open=True) for _ in range(200)}

    with ThreadPoolExecutor(max_workers=8) as threads:
        ends = list(threads.map(decide, range(8)))

    # P1 leads from ide to arbeid and P2 stays in arbeid; a shared state would show up as an impossible move.
    assert ends == [{"arbeid"}] * 8
