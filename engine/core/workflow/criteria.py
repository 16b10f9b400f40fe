"""Is this gate open for this project — and if not, what is every reason why?

A criterion is met, unmet, waived or not applicable. A gate is shut while one of its `må` is unmet; the papers
it asks for and the conditions that earlier decisions made blocking are `må` as well. A `bør` may stay open
and is shown to those who decide; a `tips` is never counted as missing. What a rule cannot decide is unmet,
and says so. An answer from an earlier round or gate is carried along until somebody has confirmed that it
still holds, so that nobody writes it twice and nobody is bound by what was true last year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final, Literal, TypeAlias

from engine.core.facts.field import Field, member
from engine.core.facts.tree import Scope
from engine.core.files.shape import text_in
from engine.core.refusal import Reason
from engine.core.rules.compile import compile_rule, placeholders
from engine.core.rules.evaluate import Ready, Undecidable, evaluate, evaluate_list, ready
from engine.core.rules.rule import Rule
from engine.core.text import says_nothing
from engine.core.workflow.checks import OUTSIDE
from engine.core.workflow.cost import unaffordable
from engine.core.workflow.definition import Attest, Criterion, Definition, Gate, Intake, Score

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "criterion.not_met": (),
    "criterion.otherwise": ("text",),
    "criterion.too_few": ("list", "at_least", "found"),
    "criterion.undecidable": ("why",),
    "criterion.fact_missing": ("path", "title"),
    "criterion.item_not_met": ("item",),
    "criterion.item_undecidable": ("item", "why"),
    "criterion.item_fact_missing": ("item", "path", "title"),
    "criterion.applies_undecidable": ("why", "path", "title"),
    "criterion.unanswered": ("role",),
    "criterion.reconfirm": ("role", "value", "gate", "on"),
    "criterion.answered_no": ("value", "explanation", "role"),
    "criterion.unexplained": ("role",),
    "criterion.unconfirmed": ("role",),
    "criterion.self_confirmed": ("role",),
    "criterion.off_scale": ("value", "scale", "role"),
    "criterion.below_threshold": ("value", "threshold", "explanation", "role"),
    "criterion.paper_missing": ("paper", "title"),
    "criterion.condition_open": ("text", "gate", "due"),
    "criterion.gate_not_for_project": ("gate",),
    "criterion.waived": ("reason", "by", "on"),
    "criterion.not_taken_in": ("gate",),
}
"""Every code a Reason can carry, with the keys of its data.

`role` is the id of a role or an office; dates are ISO text, empty where there is none; `value` is the id of
a choice, or a number; `why` is one of missing, not_boolean, not_a_list, failed and too_costly.
"""

Applies: TypeAlias = Callable[[str], "bool | Undecidable"]
"""Asks a rule of one project."""

Status: TypeAlias = Literal["met", "unmet", "waived", "not_applicable"]
Weight: TypeAlias = Literal["må", "bør", "tips"]

INTAKE: Final = "inntak"
"""The gate id of being taken into the programme, which a definition holds apart from its gates."""

NOT_GIVEN: Final = "(ikke oppgitt)"
"""What stands in a sentence for a fact that is absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody answered to a criterion, in one round at one gate. Persons are ids, names as of then."""

    criterion: str
    value: str
    explanation: str
    explained_by: str
    explained_by_name: str
    confirmed_by: str | None
    confirmed_by_name: str | None
    round: int
    gate: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A criterion set aside for this round, by whom and why."""

    criterion: str
    reason: str
    by_name: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionCheck:
    """How one criterion stands.

    `reasons` is empty when it is met, and for every `tips`. `answer` is this round's answer, or the one from
    earlier where `reused`. A paper the gate asks for has the id `paper:<kind>`; blocking conditions are
    together under `conditions`; a gate that is not for this project is told under `gate`.
    """

    id: str
    title: str
    weight: Weight
    status: Status
    reasons: tuple[Reason, ...]
    source: str
    answer: Answer | None
    reused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCheck:
    """How one gate stands: `open` when no `må` is unmet. `to_phase` is where approval leads."""

    gate: str
    title: str
    from_phase: str
    to_phase: str
    open: bool
    criteria: tuple[CriterionCheck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How far a gate has come: of the `må` that apply, those met or waived; and titles of the open `bør`."""

    must_met: int
    must_total: int
    should_open: tuple[str, ...]


def check(
    gate: Gate | Intake,
    *,
    definition: Definition,
    facts: Mapping[str, object],
    answers: Mapping[str, Answer],
    earlier: Mapping[str, Answer],
    waivers: Mapping[str, Waiver],
) -> GateCheck:
    """Every criterion of the gate against these facts (a tree from `facts.tree`) and these answers.

    `answers` are this round's by criterion id, `earlier` those of the last round or of the same criterion at
    an earlier gate. A waiver counts only where the criterion says who may waive it; that it was one of them
    is for the caller to see to. Never raises for what facts and answers hold.
    """
    asking = _Asking(
        definition=definition,
        scope=definition.scope(),
        facts=ready(facts),
        answers=answers,
        earlier=earlier,
        waivers=waivers,
        unaffordable=unaffordable(gate, definition, facts),
    )
    checks = [_criterion(criterion, asking) for criterion in gate.criteria]
    if isinstance(gate, Gate):
        checks = [*_gate_itself(gate, asking), *_intake(gate, asking), *_papers(gate, asking), *checks]
    checks.extend(_conditions(gate, asking))
    return GateCheck(
        gate=gate.id if isinstance(gate, Gate) else INTAKE,
        title=text_in(gate.title),
        from_phase=_from_phase(gate, facts),
        to_phase=gate.outcomes.get("godkjent", "") if isinstance(gate, Gate) else "",
        open=not any(each.weight == "må" and each.status == "unmet" for each in checks),
        criteria=tuple(checks),
    )


def with_must(check: GateCheck, *, id_: str, title: str, reason: Reason) -> GateCheck:
    """The check, shut for one more reason that stands first."""
    return replace(check, open=False, criteria=(_made(id_, title, (reason,)), *check.criteria))


def asked_of(definition: Definition, facts: Mapping[str, object]) -> Applies:
    """What the gates' conditions and their deciders' say about these facts, handed over once with the first.

    A condition of a gate that is too costly to be asked is not asked here either.
    """
    scope = definition.scope()
    given = cache(lambda: ready(facts))
    refused = cache(
        lambda: frozenset[str]().union(*(unaffordable(gate, definition, facts) for gate in definition.gates))
    )

    def applies(text: str) -> bool | Undecidable:
        rule = compile_rule(text, scope=scope)
        if not isinstance(rule, Rule):
            return _REFUSED
        return _TOO_COSTLY if text in refused() else evaluate(rule, given())

    return applies


def summary(check: GateCheck) -> Summary:
    """The gate's standing in two numbers and a list."""
    must = [each for each in check.criteria if each.weight == "må" and each.status != "not_applicable"]
    return Summary(
        must_met=sum(each.status != "unmet" for each in must),
        must_total=len(must),
        should_open=tuple(
            each.title for each in check.criteria if each.weight == "bør" and each.status == "unmet"
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """What every criterion is asked about."""

    definition: Definition
    scope: Scope
    facts: Ready
    answers: Mapping[str, Answer]
    earlier: Mapping[str, Answer]
    waivers: Mapping[str, Waiver]
    unaffordable: frozenset[str]

    def says(self, rule: Rule, item: object = None) -> bool | Undecidable:
        """What a rule says, unless it costs more than may be spent on it."""
        return _TOO_COSTLY if rule.text in self.unaffordable else evaluate(rule, self.facts, item)


def _from_phase(gate: Gate | Intake, facts: Mapping[str, object]) -> str:
    """The project's phase where the gate starts from it; otherwise the first phase the gate starts from."""
    project = facts.get("project")
    phase = str(project.get("phase", "")) if isinstance(project, Mapping) else ""
    if not isinstance(gate, Gate) or phase in gate.from_phases:
        return phase
    return gate.from_phases[0]


# --- one criterion ----------------------------------------------------------------------------------


def _criterion(criterion: Criterion, asking: _Asking) -> CriterionCheck:
    answer = asking.answers.get(criterion.id)
    old = asking.earlier.get(criterion.id) if answer is None else None
    status, reasons = _standing(criterion, asking, answer, old)
    return CriterionCheck(
        id=criterion.id,
        title=text_in(criterion.title),
        weight=criterion.weight,
        status=status,
        reasons=() if criterion.weight == "tips" else reasons,
        source=criterion.source,
        answer=answer or old,
        reused=old is not None,
    )


def _standing(
    criterion: Criterion, asking: _Asking, answer: Answer | None, old: Answer | None
) -> tuple[Status, tuple[Reason, ...]]:
    reasons: list[Reason] = []
    if criterion.when is not None:
        applies = _decided(criterion.when, asking)
        if applies is False:
            return "not_applicable", ()
        if isinstance(applies, Undecidable):
            data = {"why": applies.why, "path": applies.path, "title": applies.title}
            reasons.append(Reason(code="criterion.applies_undecidable", data=data))
    match criterion.kind:
        case "rule":
            reasons.extend(_rule(criterion, asking))
        case "each":
            reasons.extend(_each(criterion, asking))
        case "paper":
            reasons.extend(_paper(criterion.paper or "", asking))
        case "attest" | "score":
            reasons.extend(_answered(criterion, answer, old))
    waiver = asking.waivers.get(criterion.id)
    if reasons and waiver is not None and criterion.waive_by:
        data_ = {"reason": waiver.reason, "by": waiver.by_name, "on": waiver.on.isoformat()}
        return "waived", (Reason(code="criterion.waived", data=data_),)
    return ("unmet" if reasons else "met"), tuple(reasons)


# --- rules ------------------------------------------------------------------------------------------


_REFUSED: Final = Undecidable(why="failed", detail="refused")
_TOO_COSTLY: Final = Undecidable(why="too_costly")


def _decided(text: str, asking: _Asking) -> bool | Undecidable:
    rule = compile_rule(text, scope=asking.scope)
    # A registered definition holds no such rule; if one comes all the same, it is not met.
    return asking.says(rule) if isinstance(rule, Rule) else _REFUSED


def _rule(criterion: Criterion, asking: _Asking) -> Iterator[Reason]:
    outcome = _decided(criterion.rule or "", asking)
    if isinstance(outcome, Undecidable):
        yield _undecided(outcome)
    elif not outcome:
        yield _otherwise(criterion, asking) or Reason(code="criterion.not_met", data={})


def _undecided(outcome: Undecidable) -> Reason:
    if outcome.why == "missing":
        return Reason(code="criterion.fact_missing", data={"path": outcome.path, "title": outcome.title})
    return Reason(code="criterion.undecidable", data={"why": outcome.why})


def _each(criterion: Criterion, asking: _Asking) -> Iterator[Reason]:
    """One reason for each item that fails, after the one for too few items."""
    picking = compile_rule(criterion.each or "", scope=asking.scope, result="list")
    items: list[object] | Undecidable = _REFUSED
    if isinstance(picking, Rule):
        dear = picking.text in asking.unaffordable
        items = _TOO_COSTLY if dear else evaluate_list(picking, asking.facts)
    if isinstance(items, Undecidable) or not isinstance(picking, Rule):
        yield _undecided(items if isinstance(items, Undecidable) else _REFUSED)
        return
    at_least = criterion.at_least or (0 if criterion.may_be_empty else 1)
    if len(items) < at_least:
        title = next((picking.titles[path] for path in picking.reads), "")
        data: dict[str, str | int] = {"list": title, "at_least": at_least, "found": len(items)}
        yield Reason(code="criterion.too_few", data=data)
    rule = compile_rule(criterion.rule or "", scope=asking.scope, item=picking.element)
    for number, item in enumerate(items, start=1):
        outcome = asking.says(rule, item) if isinstance(rule, Rule) else _REFUSED
        if outcome is not True:
            yield _item_reason(criterion, asking, picking.element, item, number, outcome)


def _item_reason(
    criterion: Criterion,
    asking: _Asking,
    element: Field | None,
    item: object,
    number: int,
    outcome: bool | Undecidable,
) -> Reason:
    """Why this item fails. The author's sentence is for a rule that said no; else it might be untrue."""
    name = _name_of(item, number)
    if isinstance(outcome, Undecidable):
        if outcome.why == "missing":
            data = {"item": name, "path": outcome.path, "title": outcome.title}
            return Reason(code="criterion.item_fact_missing", data=data)
        return Reason(code="criterion.item_undecidable", data={"item": name, "why": outcome.why})
    said = _otherwise(criterion, asking, element=element, item=item)
    return said or Reason(code="criterion.item_not_met", data={"item": name})


def _name_of(item: object, number: int) -> str:
    if isinstance(item, Mapping):
        for key in ("title", "name", "text", "id"):
            if item.get(key):
                return str(item[key])
    return item if isinstance(item, str) else f"nr. {number}"


# --- the sentence of a rule that said no ---------------------------------------------------------------


def _otherwise(
    criterion: Criterion, asking: _Asking, *, element: Field | None = None, item: object = None
) -> Reason | None:
    if criterion.otherwise is None:
        return None
    facts = {**asking.facts.facts, "item": item}
    text = filled(text_in(criterion.otherwise), facts, scope=asking.scope, item=element)
    return Reason(code="criterion.otherwise", data={"text": text})


def filled(text: str, facts: Mapping[str, object], *, scope: Scope, item: Field | None = None) -> str:
    """The sentence with each `{project.goals}` or `{item.title}` replaced by the fact, as people read it.

    `facts` holds the roots, and the item under `item`. An absent fact gives NOT_GIVEN. Never raises.
    """
    parts: list[str] = []
    end = 0
    for start, path in placeholders(text):
        close = text.find("}", start) + 1
        if not path or close <= start:
            continue
        parts.append(text[end:start])
        parts.append(_spoken(*_fact_at(path, facts, scope=scope, item=item)))
        end = close
    return "".join([*parts, text[end:]])


def _fact_at(
    path: str, facts: Mapping[str, object], *, scope: Scope, item: Field | None
) -> tuple[object, Field | None]:
    first, *steps = path.split(".")
    value = facts.get(first)
    field = item if first == "item" else scope.roots.get(first)
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
        field = member(field, step) if field else None
    return value, field


def _spoken(value: object, field: Field | None) -> str:
    """A fact as it stands in a Norwegian sentence."""
    match value:
        case None | "":
            return NOT_GIVEN
        case bool():
            return "ja" if value else "nei"
        case int() | float():
            grouped = f"{value:,}".removesuffix(".0")
            return grouped.replace(",", "\u00a0").replace(".", ",")
        case str() if field and field.type == "date" and len(value) == len("2025-12-31"):
            year, month, day = value[:4], value[5:7], value[8:]
            return f"{day}.{month}.{year}"
        case str() if field and field.choices:
            return dict(field.choices).get(value, value)
        case str():
            return value
    return NOT_GIVEN


# --- answers ----------------------------------------------------------------------------------------


def _answered(criterion: Criterion, answer: Answer | None, old: Answer | None) -> Iterator[Reason]:
    question = criterion.attest or criterion.score
    if question is None:
        return
    role = question.explain_by
    if answer is None and old is not None:
        data = {"role": role, "value": old.value, "gate": old.gate, "on": old.on.isoformat()}
        yield Reason(code="criterion.reconfirm", data=data)
    elif answer is None:
        yield Reason(code="criterion.unanswered", data={"role": role})
    else:
        refusal = _refusal(question, answer)
        if refusal is not None:
            yield refusal
        else:
            yield from _unconfirmed(question, answer)


def _refusal(question: Attest | Score, answer: Answer) -> Reason | None:
    """Why the answer itself is not enough; None when it is."""
    role = question.explain_by
    said: dict[str, str | int] = {"value": answer.value, "explanation": answer.explanation, "role": role}
    if isinstance(question, Attest):
        if answer.value not in question.accept:
            return Reason(code="criterion.answered_no", data=said)
        # Where every answer is accepted, the explanation is what was asked for.
        open_ended = {choice.id for choice in question.choices} <= set(question.accept)
        if open_ended and says_nothing(answer.explanation):
            return Reason(code="criterion.unexplained", data={"role": role})
        return None
    if answer.value not in {str(step) for step in question.scale}:
        scale = ", ".join(str(step) for step in question.scale)
        return Reason(code="criterion.off_scale", data={"value": answer.value, "scale": scale, "role": role})
    if int(answer.value) < question.threshold:
        return Reason(
            code="criterion.below_threshold",
            data={**said, "value": int(answer.value), "threshold": question.threshold},
        )
    return None


def _unconfirmed(question: Attest | Score, answer: Answer) -> Iterator[Reason]:
    role = question.confirm_by
    if role is None:
        return
    if answer.confirmed_by is None:
        yield Reason(code="criterion.unconfirmed", data={"role": role})
    elif answer.confirmed_by == answer.explained_by:
        # Two have to agree; one person in both roles is one.
        yield Reason(code="criterion.self_confirmed", data={"role": role})


# --- what a gate asks besides its criteria ----------------------------------------------------------------


def _made(id_: str, title: str, reasons: tuple[Reason, ...], source: str = "") -> CriterionCheck:
    return CriterionCheck(
        id=id_,
        title=title,
        weight="må",
        status="unmet" if reasons else "met",
        reasons=reasons,
        source=source,
        answer=None,
        reused=False,
    )


def _gate_itself(gate: Gate, asking: _Asking) -> Iterator[CriterionCheck]:
    """A gate that is only for some projects is shut for the others."""
    if gate.when is None:
        return
    applies = _decided(gate.when, asking)
    if isinstance(applies, Undecidable):
        yield _made("gate", text_in(gate.title), (_undecided(applies),), gate.source or "")
    elif not applies:
        reason = Reason(code="criterion.gate_not_for_project", data={"gate": gate.id})
        yield _made("gate", text_in(gate.title), (reason,), gate.source or "")


def _intake(gate: Gate, asking: _Asking) -> Iterator[CriterionCheck]:
    """A gate that only projects tatt inn i programmet pass. Who is outside the programme is only followed."""
    project = asking.facts.facts.get("project")
    known = project if isinstance(project, Mapping) else {}
    after = {one.id for one in asking.definition.gates_after_intake}
    outside = known.get("kind") == OUTSIDE
    if gate.id in after and asking.definition.intake and not outside and not known.get("taken_in_on"):
        intake = asking.definition.intake
        reason = Reason(code="criterion.not_taken_in", data={"gate": gate.id})
        yield _made(INTAKE, text_in(intake.title), (reason,), intake.source or "")


def _paper(kind: str, asking: _Asking) -> Iterator[Reason]:
    papers = asking.facts.facts.get("papers")
    each = papers if isinstance(papers, list) else []
    if not any(isinstance(paper, Mapping) and paper.get("kind") == kind for paper in each):
        data = {"paper": kind, "title": _paper_title(kind, asking)}
        yield Reason(code="criterion.paper_missing", data=data)


def _paper_title(kind: str, asking: _Asking) -> str:
    titles = {each.id: text_in(each.title) for each in asking.definition.paper_kinds}
    return titles.get(kind, kind)


def _papers(gate: Gate, asking: _Asking) -> Iterator[CriterionCheck]:
    # A criterion that asks for the same paper without reservation already says it.
    said = {
        criterion.paper
        for criterion in gate.criteria
        if criterion.weight == "må" and criterion.when is None and not criterion.waive_by
    }
    for kind in gate.papers:
        if kind not in said:
            reasons = tuple(_paper(kind, asking))
            yield _made(f"paper:{kind}", _paper_title(kind, asking), reasons, gate.source or "")


def _conditions(gate: Gate | Intake, asking: _Asking) -> Iterator[CriterionCheck]:
    """Conditions that must be settled first, unless a `må` of the gate asks for them itself."""
    conditions = asking.facts.facts.get("conditions")
    each = conditions if isinstance(conditions, list) else []
    blocking = [one for one in each if isinstance(one, Mapping) and one.get("blocks") is True]
    if not blocking or any(_asks_for_conditions(criterion, asking) for criterion in gate.criteria):
        return
    reasons = tuple(
        Reason(
            code="criterion.condition_open",
            data={key: str(one.get(key, "")) for key in ("text", "gate", "due")},
        )
        for one in blocking
        if one.get("settled") is not True
    )
    yield _made("conditions", asking.scope.roots["conditions"].title, reasons)


def _asks_for_conditions(criterion: Criterion, asking: _Asking) -> bool:
    if criterion.each is None or criterion.weight != "må" or criterion.when or criterion.waive_by:
        return False
    picking = compile_rule(criterion.each, scope=asking.scope, result="list")
    return isinstance(picking, Rule) and "conditions" in picking.members
