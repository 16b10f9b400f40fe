"""Is this definition sound — and if not, what happens then?

`definition` says that a text is a workflow; here it is followed through, with the programme it is to be used
in when there is one. What is shown (design section 6): every phase is reached from the start and can come to
an end; no phase is changed around a gate; every gate can be decided though members are absent, or says where
the case goes then; every role, office and body named exists; every rule can be both true and false.

Whether a rule can be both is not decidable in general. It is searched for: a bounded, repeatable number of
example projects is made from the facts the rule reads, and a rule that gave one answer for all of them is
reported with one of them. A rule reported here may be right all the same; one that is not, has its proof.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Final, TypeAlias

from engine.core.facts.catalogue import ROLES
from engine.core.facts.field import Value
from engine.core.facts.tree import Scope
from engine.core.files.yaml_source import Path, in_order
from engine.core.programme.checks import bodies_above
from engine.core.programme.model import Body, Programme
from engine.core.refusal import Mistake
from engine.core.rules.compile import compile_rule
from engine.core.rules.evaluate import Undecidable, evaluate, evaluate_list
from engine.core.rules.rule import Rule
from engine.core.text import nearest
from engine.core.workflow import cost, examples
from engine.core.workflow.definition import (
    APPROVALS,
    NEXT_PART,
    STAY,
    Criterion,
    Definition,
    Gate,
    Intake,
    approval_targets,
)

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "verification.unreachable_phase": ("phase",),
    "verification.dead_end": ("phase", "route"),
    "verification.shortcut": ("gate", "other", "phase", "target"),
    "verification.moved_without_approval": ("gate", "outcome", "target"),
    "verification.stop_is_no_end": ("gate", "outcome", "target"),
    "verification.unknown_body": ("name", "nearest", "allowed"),
    "verification.unknown_actor": ("name", "nearest", "allowed"),
    "verification.other_kind": ("workflow", "kind", "used_for"),
    "verification.not_reported": ("name", "allowed"),
    "verification.no_absence_possible": ("gate", "body", "seats", "quorum"),
    "verification.nobody_above": (),
    "verification.too_few_members": ("gate", "body", "members", "quorum"),
    "verification.nobody_decides": ("gate", "example"),
    "verification.never_true": ("tried", "example"),
    "verification.never_false": ("tried", "example"),
    "verification.never_decided": ("tried", "path", "example"),
    "verification.never_any_item": ("tried", "example"),
    "verification.too_costly": ("times",),
    "verification.gate_too_costly": ("gate", "times"),
}
"""Every code this module gives, with the keys of its data.

`example` is a project as JSON, with the facts the rule reads; `tried` is how many such were made.
"""

_Found: TypeAlias = Iterator[Mistake]


def verify(definition: Definition, programme: Programme | None = None) -> tuple[Mistake, ...]:
    """Everything that is unsound, placed in the definition's text. Nothing found means nothing to say.

    What depends on bodies and offices is only looked at with a programme.
    """
    costly = [*_costs(definition)]
    # Rules that are too costly to be asked once are not asked of hundreds of examples.
    found = [*_followed(definition), *(costly or _rules_decide(definition))]
    if programme is not None:
        found += [*_fits(definition, programme), *_decidable(definition, programme)]
    return in_order(found)


def spare_members(body: Body) -> int:
    """How many of a body's members can be absent or recused before its quorum is lost."""
    return max(len(_members(body)) - body.quorum, 0)


# --- phases and gates --------------------------------------------------------------------------------------


def _arrows(definition: Definition) -> Mapping[str, tuple[str, ...]]:
    """For each phase, the phases some gate leads to."""
    return {
        phase.id: tuple(
            target
            for gate in definition.gates
            if phase.id in gate.from_phases
            for target in gate.outcomes.values()
            if target not in (STAY, NEXT_PART)
        )
        for phase in definition.phases
    }


def _routes(start: str, arrows: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """A shortest way from `start` to every phase it leads to."""
    routes: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting = [start]
    for phase in waiting:
        for target in arrows[phase]:
            if target not in routes:
                routes[target] = (*routes[phase], target)
                waiting.append(target)
    return routes


def _followed(definition: Definition) -> _Found:
    source, arrows = definition.source, _arrows(definition)
    ends = {phase.id for phase in definition.phases if phase.end}
    routes = _routes(definition.start.id, arrows)
    for index, phase in enumerate(definition.phases):
        path: Path = ("phases", index, "id")
        if phase.id not in routes:
            yield source.mistake("verification.unreachable_phase", path, phase=phase.id)
        elif not ends.intersection(_routes(phase.id, arrows)):
            route = " → ".join(routes[phase.id])
            yield source.mistake("verification.dead_end", path, phase=phase.id, route=route)
    yield from _shortcuts(definition, ends)
    for index, gate in enumerate(definition.gates):
        yield from _moves(definition, ("gates", index, "outcomes"), gate, ends)


def _shortcuts(definition: Definition, ends: set[str]) -> _Found:
    """Two gates that approve the same move: whoever lacks what one asks for would take the other."""
    numbered = [(index, gate) for index, gate in enumerate(definition.gates) if gate.when is None]
    for (_, gate), (index, other) in combinations(numbered, 2):
        phases = [phase for phase in other.from_phases if phase in gate.from_phases]
        targets = sorted((approval_targets(gate) & approval_targets(other)) - ends)
        if phases and targets:
            yield definition.source.mistake(
                "verification.shortcut",
                ("gates", index, "id"),
                gate=other.id,
                other=gate.id,
                phase=phases[0],
                target=targets[0],
            )


def _moves(definition: Definition, path: Path, gate: Gate, ends: set[str]) -> _Found:
    """Outcomes that say no and move the project on, and outcomes that stop it and do not end it."""
    source = definition.source
    onward = {
        phase.id: {
            target
            for each in definition.gates
            if phase.id in each.from_phases
            for target in approval_targets(each)
        }
        for phase in definition.phases
    }
    for outcome, target in gate.outcomes.items():
        data: dict[str, str | int] = {"gate": gate.id, "outcome": outcome, "target": target}
        if outcome.startswith("avsluttet_"):
            if target not in ends:
                yield source.mistake("verification.stop_is_no_end", (*path, outcome), **data)
        elif outcome not in APPROVALS and target not in (STAY, *ends):
            back = target != NEXT_PART and set(gate.from_phases).intersection(_routes(target, onward))
            if not back:
                yield source.mistake("verification.moved_without_approval", (*path, outcome), **data)


# --- what it costs -----------------------------------------------------------------------------------------


def _costs(definition: Definition) -> _Found:
    """Rules, and gates by all their rules, that could keep a machine busy for too long."""
    places: list[tuple[Path, Gate | Intake]] = [
        (("gates", index), gate) for index, gate in enumerate(definition.gates)
    ]
    if definition.intake is not None:
        places.append((("intake",), definition.intake))
    for path, gate in places:
        prices = cost.priced(gate, definition)
        dear = [one for one in prices if one.steps > cost.LIMIT]
        for one in dear:
            place = (*path, *one.path)
            yield definition.source.mistake_within(
                "verification.too_costly", place, one.offset, {"times": _times(one.steps)}
            )
        total = sum(one.steps for one in prices)
        if not dear and total > cost.LIMIT:
            name = gate.id if isinstance(gate, Gate) else "inntak"
            place = (*path, *max(prices, key=lambda one: one.steps).path)
            yield definition.source.mistake(
                "verification.gate_too_costly", place, gate=name, times=_times(total)
            )


def _times(steps: int) -> int:
    """How many times what a gate may cost, rounded up."""
    return -(-steps // cost.LIMIT)


# --- rules -------------------------------------------------------------------------------------------------

_TRIES: Final = 300
_Answer: TypeAlias = "bool | Undecidable"


def _rules_decide(definition: Definition) -> _Found:
    """Rules that say the same of every example, and deciders none of whom decides."""
    scope = definition.scope()
    for path, criterion in _criteria(definition):
        if criterion.when is not None:
            yield from _both_ways(definition, (*path, "when"), criterion.when, scope)
        if criterion.each is not None and criterion.rule is not None:
            yield from _each_both_ways(definition, path, criterion, scope)
        elif criterion.rule is not None:
            yield from _both_ways(definition, (*path, "rule"), criterion.rule, scope)
    for index, gate in enumerate(definition.gates):
        if gate.when is not None:
            yield from _both_ways(definition, ("gates", index, "when"), gate.when, scope)
        yield from _somebody_decides(definition, index, gate, scope)


def _criteria(definition: Definition) -> Iterator[tuple[Path, Criterion]]:
    for number, criterion in enumerate(definition.intake.criteria if definition.intake else ()):
        yield ("intake", "criteria", number), criterion
    for index, gate in enumerate(definition.gates):
        for number, criterion in enumerate(gate.criteria):
            yield ("gates", index, "criteria", number), criterion


def _compiled(text: str, scope: Scope) -> Rule:
    rule = compile_rule(text, scope=scope)
    assert isinstance(rule, Rule), "a Definition holds no rule that does not compile"
    return rule


def _both_ways(definition: Definition, path: Path, text: str, scope: Scope) -> _Found:
    rule = _compiled(text, scope)
    trees = examples.projects(rule.reads, scope=scope, naming=[text], tries=_TRIES)
    asked = ((tree, evaluate(rule, tree)) for tree in trees)
    yield from _one_way_only(definition, path, asked, reads=rule.reads)


def _each_both_ways(definition: Definition, path: Path, criterion: Criterion, scope: Scope) -> _Found:
    """The list must be able to hold something, and the rule to be both true and false of what it holds."""
    each, text = str(criterion.each), str(criterion.rule)
    listed = compile_rule(each, scope=scope, result="list")
    assert isinstance(listed, Rule), "a Definition holds no rule that does not compile"
    rule = compile_rule(text, scope=scope, item=listed.element, result="bool")
    assert isinstance(rule, Rule), "a Definition holds no rule that does not compile"
    root = listed.element.name if listed.element else ""
    of_items = [read.replace("item", f"{root}[]", 1) for read in rule.reads if read.startswith("item")]
    reads = [*listed.reads, *of_items, *(read for read in rule.reads if not read.startswith("item"))]
    trees = list(examples.projects(reads, scope=scope, naming=[each, text], tries=_TRIES))
    picked = [(tree, items) for tree in trees if isinstance(items := evaluate_list(listed, tree), list)]
    if not any(items for _, items in picked):
        example = _shown(trees[1], reads)
        yield definition.source.mistake(
            "verification.never_any_item", (*path, "each"), tried=len(trees), example=example
        )
        return
    asked = ((tree, evaluate(rule, tree, item)) for tree, items in picked for item in items)
    yield from _one_way_only(definition, (*path, "rule"), asked, reads=reads)


def _one_way_only(
    definition: Definition,
    path: Path,
    asked: Iterable[tuple[Mapping[str, Value], _Answer]],
    *,
    reads: Iterable[str],
) -> _Found:
    """The mistake of a rule that gave one answer, or none, for every example; nothing once it gave both."""
    answers: set[bool] = set()
    missing, tried, last = "", 0, dict[str, Value]()
    for tree, answer in asked:
        tried += 1
        if isinstance(answer, Undecidable):
            missing = missing or answer.path
            last = last or dict(tree)
        else:
            answers.add(answer)
            last = dict(tree)
        if len(answers) == 2:
            return
    data: dict[str, str | int] = {"tried": tried, "example": _shown(last, reads)}
    if not answers:
        yield definition.source.mistake("verification.never_decided", path, path=missing, **data)
    else:
        code = "verification.never_false" if True in answers else "verification.never_true"
        yield definition.source.mistake(code, path, **data)


def _somebody_decides(definition: Definition, index: int, gate: Gate, scope: Scope) -> _Found:
    """Of each decider with a condition, that it can hold or not; and that no project is left without one."""
    conditions = [decider.when for decider in gate.decided_by if decider.when is not None]
    for number, decider in enumerate(gate.decided_by):
        if decider.when is not None:
            yield from _both_ways(
                definition, ("gates", index, "decided_by", number, "when"), decider.when, scope
            )
    if len(conditions) < len(gate.decided_by):
        return
    compiled = [_compiled(text, scope) for text in conditions]
    reads = [read for rule in compiled for read in rule.reads]
    for tree in examples.projects(reads, scope=scope, naming=conditions, tries=_TRIES):
        if not any(evaluate(rule, tree) is True for rule in compiled):
            path = ("gates", index, "decided_by")
            example = _shown(tree, reads)
            yield definition.source.mistake_at_key(
                "verification.nobody_decides", path, gate=gate.id, example=example
            )
            return


def _shown(tree: Mapping[str, Value], reads: Iterable[str]) -> str:
    """The part of an example that the rule reads, as JSON, no longer than a line or two."""
    roots = dict.fromkeys(read.split(".")[0].split("[")[0] for read in reads)
    text = json.dumps({root: tree[root] for root in roots if root in tree}, ensure_ascii=False)
    return text if len(text) <= 200 else text[:199] + "…"


# --- with a programme --------------------------------------------------------------------------------------

_ACTORS: Final = (
    "attest.explain_by",
    "attest.confirm_by",
    "score.explain_by",
    "score.confirm_by",
    "waive_by",
    "waive_by.*",
)


def _fits(definition: Definition, programme: Programme) -> _Found:
    """Names the programme does not know, and a kind of project it steers by another workflow's name."""
    source = definition.source
    used_for = [kind for kind, workflow in programme.workflows.items() if workflow == definition.workflow]
    if used_for and definition.kind not in used_for:
        yield source.mistake(
            "verification.other_kind",
            ("kind",),
            workflow=definition.workflow,
            kind=definition.kind,
            used_for=", ".join(used_for),
        )
    for index, phase in enumerate(definition.phases):
        if phase.reported_as is not None and phase.reported_as not in programme.reported_as:
            allowed = ", ".join(programme.reported_as)
            path = ("phases", index, "reported_as")
            yield source.mistake("verification.not_reported", path, name=phase.reported_as, allowed=allowed)
    actors = [*(id_ for id_, _ in ROLES), *(office.id for office in programme.offices)]
    places = [f"{criteria}.{place}" for criteria in _CRITERIA for place in _ACTORS]
    for pattern in (*places, "facts.*.by", "override.by", "override.by.*"):
        yield from _unknown(definition, pattern, actors, "verification.unknown_actor")
    yield from _override(definition, programme)
    bodies = [body.id for body in programme.bodies]
    for pattern in ("gates.*.decided_by", "gates.*.decided_by.*.body"):
        yield from _unknown(definition, pattern, bodies, "verification.unknown_body")


def _override(definition: Definition, programme: Programme) -> _Found:
    """A leave to let a body above decide, where no body that decides has one above it."""
    decide = {decider.body for gate in definition.gates for decider in gate.decided_by}
    if definition.override is not None and not any(bodies_above(programme, body) for body in decide):
        yield definition.source.mistake_at_key("verification.nobody_above", ("override",))


_CRITERIA: Final = ("intake.criteria.*", "gates.*.criteria.*")


def _unknown(definition: Definition, pattern: str, known: list[str], code: str) -> _Found:
    for path, name in definition.source.matching(pattern):
        if isinstance(name, str) and name not in known:
            near, allowed = nearest(name, known), ", ".join(known)
            yield definition.source.mistake(code, path, name=name, nearest=near, allowed=allowed)


def _members(body: Body) -> set[str]:
    """The addresses of those who can take part: somebody with two seats is still one."""
    return {seat.holder.email.casefold() for seat in body.seats if seat.holder is not None}


def _decidable(definition: Definition, programme: Programme) -> _Found:
    """Gates whose body, or one its cases may end in, cannot decide with anybody absent."""
    bodies = {body.id: body for body in programme.bodies}
    for index, gate in enumerate(definition.gates):
        for number, decider in enumerate(gate.decided_by):
            path: Path = ("gates", index, "decided_by", number, "body")
            for body in (decider.body, *bodies_above(programme, decider.body)):
                if body in bodies:
                    yield from _one_body(definition, path, gate, bodies[body])


def _one_body(definition: Definition, path: Path, gate: Gate, body: Body) -> _Found:
    members, source = _members(body), definition.source
    data: dict[str, str | int] = {"gate": gate.id, "body": body.id, "quorum": body.quorum}
    if len(members) < body.quorum:
        yield source.mistake("verification.too_few_members", path, members=len(members), **data)
    elif body.above is None and spare_members(body) == 0:
        yield source.mistake("verification.no_absence_possible", path, seats=len(body.seats), **data)
