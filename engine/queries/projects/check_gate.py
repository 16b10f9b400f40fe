"""What does a project still lack before its next gate?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from engine.core.cases.authority import BODY, SIZE, Decider, decidable, who_decides
from engine.core.facts import tree as fact_tree
from engine.core.programme.calendar import local_date
from engine.core.refusal import NotAllowed, unknown
from engine.core.rules.evaluate import Undecidable
from engine.core.workflow.criteria import INTAKE, Answer, Applies, GateCheck, Waiver, asked_of, check
from engine.core.workflow.definition import Gate, Intake
from engine.core.workflow.machine import next_gates, taken_together
from engine.queries.people.actors import Steered, steered
from engine.store import cases, projects
from engine.store.projects import Act, Paper, Role
from engine.store.session import Connection

SMALL = "liten"
"""The size of a project that may take two gates together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A project at a gate: what was checked, and everything it was checked on."""

    steered: Steered
    gate: Gate
    round: int
    check: GateCheck
    title: str
    tree: Mapping[str, Any]
    facts: Mapping[str, Any]
    papers: tuple[Paper, ...]
    roles: Mapping[str, Role]
    waived_by: Mapping[str, str]
    """Who has set a criterion aside in this round: person ids by criterion."""
    decider: Decider
    others: tuple[str, ...]
    """The other gates the project may ask for, by id, in the definition's order."""


def check_gate(tx: Connection, *, key: str, today: date, gate: str | None = None) -> Checked:
    """Check a project against a gate that leads out of its phase; when none is named, the first such gate
    that is one for this project.

    Raises Unknown for a project or gate that does not exist, and NotAllowed when no gate, or not this one,
    leads out of the phase the project is in.
    """
    found = steered(tx, key)
    known = _known(tx, found, today)
    applies = asked_of(found.definition, known.tree)
    wanted = _gate_at(found, gate, applies)
    number = cases.round_at(tx, key, wanted.id)
    checked = _check(tx, found, wanted, known.tree, gate_id=wanted.id, round_=number)
    together = taken_together(found.definition, wanted, found.project.phase)
    if together is not None:
        if known.facts.get(SIZE) != SMALL:
            raise NotAllowed("only_small_together", {"gate": wanted.id, "with": together.id})
        # Each gate's questions are answered at that gate.
        early_round = cases.round_at(tx, key, together.id)
        early = _check(tx, found, together, known.tree, gate_id=together.id, round_=early_round)
        checked = _joined(early, checked)
    decider = who_decides(
        wanted,
        definition=found.definition,
        programme=found.programme,
        named=known.facts.get(BODY),
        applies=applies,
    )
    return Checked(
        steered=found,
        gate=wanted,
        round=number,
        check=decidable(checked, decider),
        title=known.title,
        tree=known.tree,
        facts=known.facts,
        papers=known.papers,
        roles=known.roles,
        waived_by={
            act.criterion: act.person
            for act in projects.acts(tx, key)
            if act.act == "waived" and act.person and (act.gate, act.round) == (wanted.id, number)
        },
        decider=decider,
        others=tuple(one.id for one in _open_to(found, applies) if one.id != wanted.id),
    )


def _joined(early: GateCheck, late: GateCheck) -> GateCheck:
    """Two gates taken together, as one: every criterion of both, a shared one once."""
    asked = {one.id for one in early.criteria}
    return GateCheck(
        gate=late.gate,
        title=f"{early.gate} og {late.gate}: {early.title}; {late.title}",
        from_phase=early.from_phase,
        to_phase=late.to_phase,
        open=early.open and late.open,
        criteria=(*early.criteria, *(one for one in late.criteria if one.id not in asked)),
    )


def check_intake(tx: Connection, *, key: str, today: date) -> GateCheck:
    """Check whether a project may be taken into the programme, by its workflow's own criteria for that.

    Raises Unknown for a project, and NotAllowed when its workflow has no such criteria.
    """
    found = steered(tx, key)
    intake = found.definition.intake
    if intake is None:
        raise NotAllowed("no_intake", {"workflow": found.definition.workflow})
    return _check(tx, found, intake, _known(tx, found, today).tree, gate_id=INTAKE, round_=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    title: str
    tree: dict[str, Any]
    facts: Mapping[str, Any]
    papers: tuple[Paper, ...]
    roles: Mapping[str, Role]


def _known(tx: Connection, found: Steered, today: date) -> _Known:
    project = found.project
    facts = projects.facts(tx, project.key, on=today)
    roles = projects.roles(tx, project.key, on=today)
    papers = projects.papers(tx, project.key)
    title = str(facts.get("title", project.key))
    tree = fact_tree.tree(
        facts | ({"taken_in_on": project.taken_in_on.isoformat()} if project.taken_in_on else {}),
        key=project.key,
        title=title,
        phase=project.phase,
        roles={name: {"name": role.name} for name, role in roles.items()},
        papers=[{"kind": p.kind, "title": p.title, "on": local_date(p.added_at).isoformat()} for p in papers],
        conditions=conditions_of(tx, project.key),
        today=today,
        own_fields=found.definition.own_fields(),
    )
    return _Known(title=title, tree=tree, facts=facts, papers=papers, roles=roles)


def _check(
    tx: Connection, found: Steered, gate: Gate | Intake, tree: Mapping[str, Any], *, gate_id: str, round_: int
) -> GateCheck:
    acts = projects.acts(tx, found.project.key)
    answers, earlier, waivers = _sorted_acts(acts, gate=gate_id, round_=round_)
    return check(
        gate, definition=found.definition, facts=tree, answers=answers, earlier=earlier, waivers=waivers
    )


def next_gates_of(tx: Connection, found: Steered, today: date) -> tuple[Gate, ...]:
    """The gates a project may ask for: those that lead out of its phase and are ones for this project."""
    return _open_to(found, asked_of(found.definition, _known(tx, found, today).tree))


def gate_asked_for(tx: Connection, found: Steered, gate: str | None, today: date) -> Gate:
    """The gate with this name, or the project's next. Raises as `check_gate` does."""
    return _gate_at(found, gate, asked_of(found.definition, _known(tx, found, today).tree))


def _gate_at(found: Steered, gate: str | None, applies: Applies) -> Gate:
    """The gate asked for, or the first that leads out of the project's phase and is one for it.

    A gate one phase ahead may be asked for where the definition lets it be taken with the one before.
    """
    definition, phase = found.definition, found.project.phase
    ahead = next_gates(definition, phase)
    if gate is None:
        if not ahead:
            raise NotAllowed("no_next_gate", {"phase": phase})
        # Where none is for the project, its check of the first says what is missing, or that it is not.
        return next(iter(_open_to(found, applies)), None) or _undecided(ahead, applies)
    known = {one.id.lower(): one for one in definition.gates}
    if gate.lower() not in known:
        raise unknown("gate", gate, [one.id for one in definition.gates])
    wanted = known[gate.lower()]
    if wanted not in ahead and taken_together(definition, wanted, phase) is None:
        raise NotAllowed("not_this_gate", {"gate": wanted.id, "phase": phase})
    return wanted


def _open_to(found: Steered, applies: Applies) -> tuple[Gate, ...]:
    ahead = next_gates(found.definition, found.project.phase)
    return tuple(one for one in ahead if one.when is None or applies(one.when) is True)


def _undecided(ahead: tuple[Gate, ...], applies: Applies) -> Gate:
    """The first gate nobody can tell yet whether is for the project, or else the first."""
    waiting = (one for one in ahead if one.when and isinstance(applies(one.when), Undecidable))
    return next(waiting, ahead[0])


def conditions_of(tx: Connection, key: str) -> list[dict[str, Any]]:
    """The conditions earlier decisions have put on a project, in the shape rules see."""
    return [
        {
            "gate": one.gate,
            "text": one.text,
            "settled": one.settled_at is not None,
            "blocks": one.blocks,
            "due": one.due,
        }
        for one in cases.conditions(tx, key)
    ]


def _sorted_acts(
    acts: Iterable[Act], *, gate: str, round_: int
) -> tuple[dict[str, Answer], dict[str, Answer], dict[str, Waiver]]:
    answers: dict[str, Answer] = {}
    earlier: dict[str, Answer] = {}
    waivers: dict[str, Waiver] = {}
    for act in acts:
        is_now = (act.gate, act.round) == (gate, round_)
        shelf = answers if is_now else earlier
        if act.act == "answered":
            shelf[act.criterion] = _answer(act)
        elif act.act == "confirmed" and act.criterion in shelf:
            shelf[act.criterion] = _confirmed(shelf[act.criterion], act)
        elif act.act == "waived" and is_now:
            waivers[act.criterion] = Waiver(
                criterion=act.criterion, reason=act.words or "", by_name=act.name or "", on=local_date(act.at)
            )
    return answers, earlier, waivers


def _answer(act: Act) -> Answer:
    return Answer(
        criterion=act.criterion,
        value=act.value or "",
        explanation=act.words or "",
        explained_by=act.person or "",
        explained_by_name=act.name or "",
        confirmed_by=None,
        confirmed_by_name="",
        round=act.round,
        gate=act.gate,
        on=local_date(act.at),
    )


def _confirmed(answer: Answer, act: Act) -> Answer:
    return replace(answer, confirmed_by=act.person, confirmed_by_name=act.name or "")
