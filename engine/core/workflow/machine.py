"""Where does this outcome lead?

The state machine of a workflow, and the only importer of `transitions`. There is one machine per workflow,
version and digest, shared by all threads: it has no model of its own, keeps no queue and runs no side
effects, so firing an event is a pure function of the phase it is fired from. (With `queued=True` a second
thread would be told True at once and its event run, or lost, in the first one's: measured.)
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from transitions import Machine, MachineError

from engine.core.text import nearest
from engine.core.workflow.definition import NEXT_PART, STAY, Definition, Gate

if TYPE_CHECKING:
    from transitions import EventData

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "machine.unknown_gate": ("gate", "nearest"),
    "machine.unknown_outcome": ("gate", "outcome", "allowed"),
    "machine.other_phase": ("gate", "phase", "allowed"),
}
"""Every code an ImpossibleMove can carry, with the keys of its data."""

_SAME_STATE: Final = "="
_APPROVED: Final = "godkjent"


@dataclass(eq=False)
class ImpossibleMove(Exception):
    """The definition has no such move: a code of `CODES` with its data."""

    code: str
    data: Mapping[str, str | int]


@dataclass(slots=True)
class _Project:
    """What an event is fired on: nothing but what the machine needs to know."""

    state: str
    gate_is_open: bool


def move(definition: Definition, *, gate: str, outcome: str, phase: str, open: bool) -> str:
    """The phase a project is in after this outcome at this gate; the same one for `stay` and `next_part`.

    `open` says that the gate was found open when its case was made. Raises `ImpossibleMove` for a gate or an
    outcome there is none of, and for a phase the gate does not start from. Raises RuntimeError when a phase
    would be changed through a gate that is shut: whoever asked for that has a bug.
    """
    machine = machine_of(definition)
    gates = {each.id: each for each in definition.gates}
    if gate not in gates:
        raise ImpossibleMove("machine.unknown_gate", {"gate": gate, "nearest": nearest(gate, gates)})
    event = machine.events.get(_event(gate, outcome))
    if event is None:
        allowed = ", ".join(gates[gate].outcomes)
        raise ImpossibleMove(
            "machine.unknown_outcome", {"gate": gate, "outcome": outcome, "allowed": allowed}
        )
    project = _Project(state=phase, gate_is_open=open)
    try:
        moved = event.trigger(project)
    except (MachineError, ValueError):  # no such transition from this phase; no such phase at all
        allowed = ", ".join(gates[gate].from_phases)
        data = {"gate": gate, "phase": phase, "allowed": allowed}
        raise ImpossibleMove("machine.other_phase", data) from None
    if not moved:
        raise RuntimeError(f"{machine.name}{gate} is shut and cannot give {outcome}")
    return project.state


def taken_together(definition: Definition, gate: Gate, phase: str) -> Gate | None:
    """The gate that is passed in the same decision, when this one is asked for one phase early; else None.

    The definition names such gates in `combined`; that a project is small enough for it is not asked here.
    """
    if phase in gate.from_phases:
        return None
    for each in next_gates(definition, phase):
        if each.id in gate.combined and each.outcomes.get(_APPROVED) in gate.from_phases:
            return each
    return None


def move_on(definition: Definition, *, gate: str, outcome: str, phase: str, open: bool) -> str:
    """As `move`, also for two gates taken together: an outcome that moves the project passes both.

    Raises as `move` does.
    """
    first = next((one for one in definition.gates if one.id == gate), None)
    together = None if first is None else taken_together(definition, first, phase)
    if together is None:
        return move(definition, gate=gate, outcome=outcome, phase=phase, open=open)
    between = move(definition, gate=together.id, outcome=_APPROVED, phase=phase, open=open)
    after = move(definition, gate=gate, outcome=outcome, phase=between, open=open)
    return phase if after == between else after


def next_gates(definition: Definition, phase: str) -> tuple[Gate, ...]:
    """The gates a project in this phase may ask for, in the file's order; their `when` is not looked at."""
    return tuple(gate for gate in definition.gates if phase in gate.from_phases)


def machine_of(definition: Definition) -> Machine:
    """The workflow's machine; the same object each time for the same workflow, version and digest."""
    return _built(
        (definition.workflow, definition.version, definition.digest),
        tuple(phase.id for phase in definition.phases),
        definition.start.id,
        tuple(_arrows(definition)),
    )


def _event(gate: str, outcome: str) -> str:
    # No gate id holds two underscores in a row, so the name can be read only one way.
    return f"{gate}__{outcome}"


_Arrow = tuple[str, tuple[str, ...], str, bool]
"""An event, the phases it may be fired from, where it leads, and whether the gate must be open."""


def _arrows(definition: Definition) -> Iterator[_Arrow]:
    for gate in definition.gates:
        for outcome, target in gate.outcomes.items():
            leads_to = _SAME_STATE if target in (STAY, NEXT_PART) else target
            yield _event(gate.id, outcome), gate.from_phases, leads_to, target != STAY


def _gate_is_open(event: "EventData") -> bool:
    project = event.model
    assert isinstance(project, _Project)
    return project.gate_is_open


@lru_cache(maxsize=64)
def _built(
    key: tuple[str, int, str], phases: tuple[str, ...], start: str, arrows: tuple[_Arrow, ...]
) -> Machine:
    workflow, version, digest = key
    machine = Machine(
        model=None,
        states=list(phases),
        initial=start,
        auto_transitions=False,
        send_event=True,
        queued=False,
        name=f"{workflow} v{version} {digest[:12]}",
    )
    for event, sources, target, guarded in arrows:
        # Function objects, never names: a string from a definition would be imported and run.
        conditions: list[str | Callable[..., bool | None]] = [_gate_is_open] if guarded else []
        machine.add_transition(event, list(sources), target, conditions=conditions)
    return machine
