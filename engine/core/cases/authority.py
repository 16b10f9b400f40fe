"""Who decides a project's case, and who may change the facts that settle it?

A fact carries authority when it says which body decides, which gate is the project's, whether two gates may
be taken together, or whether the project is taken in. Such facts are for those who answer for the project:
whoever else could change them could choose who says yes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine.core.facts.field import Problem
from engine.core.facts.tree import Scope
from engine.core.files.shape import text_in
from engine.core.programme.checks import bodies_above
from engine.core.programme.model import Programme
from engine.core.refusal import Reason
from engine.core.rules.compile import compile_rule
from engine.core.rules.rule import Rule
from engine.core.text import nearest, shown
from engine.core.workflow.criteria import Applies, GateCheck, with_must
from engine.core.workflow.definition import Criterion, Definition, Gate

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "authority.nobody_decides": ("gate",),
    "authority.unknown_body": ("body",),
    "authority.override_never": ("body", "usual"),
    "authority.override_not_up": ("body", "usual"),
    "value.unknown_body": ("value", "nearest", "choices"),
    "value.override_never": ("value",),
    "value.override_not_up": ("value", "choices"),
}
"""Every code of this module, with the keys of its data. `body` and `usual` are titles of groups."""

BODY: Final = "body"
"""The fact that names another body than the usual one."""
SIZE: Final = "size"
"""The fact that lets a project take two gates together."""
_INTAKE_FACTS: Final = frozenset({"kind", "taken_in_on"})
"""Facts that let a project past being taken in; programkontoret's alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """The body that decides a case at a gate, by id; or why none can be told, and then `body` is empty."""

    body: str
    title: str
    refusal: Reason | None = None


def who_decides(
    gate: Gate, *, definition: Definition, programme: Programme, named: str | None, applies: Applies
) -> Decider:
    """The body that decides this gate for a project; `named` is its fact `body`, where it has one.

    `applies` asks a rule of the project. A named body is obeyed where the definition lets it be named and it
    stands above the usual one; otherwise nobody decides before the fact is put right: the usual body might
    be lower than somebody with leave to name another meant it to be.
    """
    titles = {body.id: text_in(body.title) for body in programme.bodies}
    usual = next((one.body for one in gate.decided_by if one.when is None or applies(one.when) is True), None)
    wanted = named or usual
    if usual is None or wanted is None:
        return _nobody("authority.nobody_decides", gate=gate.id)
    if wanted not in titles or usual not in titles:
        return _nobody("authority.unknown_body", body=wanted if wanted not in titles else usual)
    if wanted != usual:
        told = {"body": titles[wanted], "usual": titles[usual]}
        if definition.override is None:
            return _nobody("authority.override_never", **told)
        if wanted not in bodies_above(programme, usual):
            return _nobody("authority.override_not_up", **told)
    return Decider(body=wanted, title=titles[wanted])


def _nobody(code: str, **data: str) -> Decider:
    return Decider(body="", title="", refusal=Reason(code=code, data=data))


def decidable(check: GateCheck, decider: Decider) -> GateCheck:
    """The check as it is: shut, with the reason, while nobody can be told to decide the case."""
    if decider.refusal is None:
        return check
    return with_must(check, id_=BODY, title="Hvem som beslutter", reason=decider.refusal)


def body_problem(value: object, *, definition: Definition, programme: Programme) -> Problem | None:
    """Why a body cannot be the value of the fact `body` in a project of this workflow; None when it can."""
    name = str(value)
    known = [body.id for body in programme.bodies]
    if name not in known:
        data = {"value": shown(name), "nearest": nearest(name, known), "choices": ", ".join(known)}
        return Problem(code="value.unknown_body", data=data, path=BODY)
    usual = dict.fromkeys(one.body for gate in definition.gates for one in gate.decided_by)
    if definition.override is None:
        return Problem(code="value.override_never", data={"value": name}, path=BODY)
    above = dict.fromkeys(up for one in usual for up in bodies_above(programme, one))
    if name not in above:
        data = {"value": name, "choices": ", ".join(above)}
        return Problem(code="value.override_not_up", data=data, path=BODY)
    return None


def setters(definition: Definition, name: str) -> frozenset[str] | None:
    """The roles and offices that may change this fact besides programkontoret; None where anybody may.

    The fact `body` is for those alone whom `override` names; without that key for programkontoret, who can
    then only take it away.
    """
    if name == BODY:
        return frozenset(definition.override.by) if definition.override else frozenset()
    if name in _INTAKE_FACTS:
        return frozenset() if definition.intake else None
    if name not in _carrying(definition):
        return None
    own = {fact.id: fact.by for fact in definition.facts}
    by = own.get(name)
    return frozenset({by} if by is not None else {*definition.roles.leader, definition.roles.owner})


@lru_cache(maxsize=64)
def _carried(texts: tuple[str, ...], scope: Scope) -> frozenset[str]:
    """The names of the facts that these rules read."""
    found: set[str] = set()
    for text in texts:
        rule = compile_rule(text, scope=scope)
        listed = compile_rule(text, scope=scope, result="list")
        for one in (rule, listed):
            if isinstance(one, Rule):
                found |= {path.removeprefix("project.").split(".")[0].split("[")[0] for path in one.reads}
    return frozenset(found)


def _carrying(definition: Definition) -> frozenset[str]:
    texts = tuple(dict.fromkeys(_deciding_rules(definition)))
    small = {SIZE} if any(gate.combined for gate in definition.gates) else set[str]()
    return _carried(texts, definition.scope()) | small


def _deciding_rules(definition: Definition) -> Iterator[str]:
    for gate in definition.gates:
        yield from _texts(gate.when, *(one.when for one in gate.decided_by))
    for criterion in definition.intake.criteria if definition.intake else ():
        yield from _asked(criterion)


def _asked(criterion: Criterion) -> Iterable[str]:
    # The rule of an `each` reads the items of the list that `each` names already.
    return _texts(criterion.when, criterion.each or criterion.rule)


def _texts(*texts: str | None) -> Iterator[str]:
    yield from (text for text in texts if text is not None)
