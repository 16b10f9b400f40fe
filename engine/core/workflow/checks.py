"""What may happen? The workflow language: text in, a `Definition` or every mistake with its place out.

A workflow is data: phases, gates with their criteria, who decides, which outcomes lead where, which papers
must be there, which facts are asked for. The text is looked at three times, and all that is found is told at
once: as YAML (`source`), as shapes (`shape`), and here for what shapes cannot say: names that must exist,
kinds of criteria, rules. The third look reads the plain data, not the model, so that one misspelt key does
not hide the mistakes behind it. What needs the gates to be followed through is in `verification`.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, Literal, TypeAlias

from pydantic import ValidationError

from engine.core.facts.catalogue import KEPT_FIELDS, RESERVED_NAMES, ROLES, field_named
from engine.core.facts.field import Field as Fact
from engine.core.facts.field import Problem
from engine.core.facts.tree import Scope, scope
from engine.core.files.shape import parsed, schema_of
from engine.core.files.yaml_source import Path, Plain, Source
from engine.core.refusal import Mistake
from engine.core.rules import compile as rules_compile
from engine.core.rules import rule as rules_rule
from engine.core.text import nearest
from engine.core.workflow.definition import APPROVALS, NEXT_PART, STAY, Definition, OwnFact

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "definition.duplicate_id": ("id", "first_line"),
    "definition.unknown_phase": ("name", "nearest", "allowed"),
    "definition.unknown_target": ("name", "nearest", "allowed"),
    "definition.unknown_paper": ("name", "nearest", "allowed"),
    "definition.unknown_gate": ("name", "nearest", "allowed"),
    "definition.unknown_fact": ("name", "nearest"),
    "definition.unknown_role": ("name", "nearest"),
    "definition.reserved_phase": ("id",),
    "definition.no_start_phase": (),
    "definition.second_start_phase": ("id", "first"),
    "definition.no_end_phase": (),
    "definition.start_is_end": ("id",),
    "definition.gate_from_end": ("phase",),
    "definition.gate_leads_nowhere": ("gate",),
    "definition.no_parts": ("phase",),
    "definition.never_reached": ("body",),
    "definition.combined_itself": ("gate",),
    "definition.combined_apart": ("gate", "other"),
    "definition.fact_name_taken": ("id",),
    "definition.choices_missing": ("id",),
    "definition.choices_misplaced": ("type",),
    "definition.no_kind": ("id",),
    "definition.several_kinds": ("kinds",),
    "definition.only_with": ("key", "kind"),
    "definition.not_together": ("key", "other"),
    "definition.not_a_choice": ("value", "nearest", "allowed"),
    "definition.scale_order": (),
    "definition.threshold_off_scale": ("threshold", "scale"),
    "definition.same_id_other_question": ("id", "gate"),
}
"""Every code this module itself gives, with the keys of its data. So do `source`, `shape` and `rules`."""


OUTSIDE: Final = "utenfor_programmet"
"""The kind of a project that is only followed; any workflow may steer it."""


# ---------------------------------------------------------------- parsing


def parse_definition(text: str | bytes, *, stored: bool = False) -> Definition | tuple[Mistake, ...]:
    """The definition a YAML text describes, or every mistake in it in the text's order. Never raises."""
    return parsed(text, Definition, sense=_sense, stored=stored)


def json_schema() -> dict[str, Any]:
    """JSON Schema of the YAML as it is written; published as docs/reference/workflow.schema.json."""
    return schema_of(Definition, title="Faseport workflow")


_Found: TypeAlias = Iterator[Mistake]


def _sense(source: Source) -> _Found:
    """Every mistake that shapes cannot show. Passes over what is not of the shape it looks for."""
    for check in (_ids, _names, _actors, _own_facts, _phases, _gates, _combined, _criteria, _rules):
        yield from check(source)


def _all_criteria(source: Source) -> Iterator[tuple[Path, dict[str, Plain]]]:
    for pattern in ("intake.criteria.*", "gates.*.criteria.*"):
        for path, value in source.matching(pattern):
            if isinstance(value, dict):
                yield path, value


def _texts_in(path: Path, value: Plain) -> Iterator[tuple[Path, str]]:
    """The text that stands there, or every text in the list that does."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, each in enumerate(value):
            if isinstance(each, str):
                yield (*path, index), each


def _texts(source: Source, pattern: str) -> Iterator[tuple[Path, str]]:
    for path, value in source.matching(pattern):
        yield from _texts_in(path, value)


def _id_list(source: Source, pattern: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for _, value in _texts(source, pattern)))


def _id_at(source: Source, path: Path) -> str:
    return str(source.value_at((*path, "id")))


def _ids(source: Source) -> _Found:
    """Ids that stand twice where they must tell things apart."""
    seen: dict[tuple[Path, str], Path] = {}
    for pattern in (
        "phases.*.id",
        "gates.*.id",
        "facts.*.id",
        "paper_kinds.*.id",
        "intake.criteria.*.id",
        "gates.*.criteria.*.id",
        "facts.*.choices.*.id",
        "facts.*.choices.*",
    ):
        for path, value in source.matching(pattern):
            if not isinstance(value, str):
                continue
            key = (path[:-2] if path[-1] == "id" else path[:-1], value)
            if key in seen:
                first_line = source.position_of(seen[key])[0]
                yield source.mistake("definition.duplicate_id", path, id=value, first_line=first_line)
            seen.setdefault(key, path)


_REFERENCES: Final[tuple[tuple[str, str, str], ...]] = (
    # where a name stands, where the names it may be stand, the mistake when it is none of them
    ("facts.*.from", "phases.*.id", "definition.unknown_phase"),
    ("gates.*.from", "phases.*.id", "definition.unknown_phase"),
    ("gates.*.outcomes.*", "phases.*.id", "definition.unknown_target"),
    ("gates.*.papers", "paper_kinds.*.id", "definition.unknown_paper"),
    ("gates.*.criteria.*.paper", "paper_kinds.*.id", "definition.unknown_paper"),
    ("intake.criteria.*.paper", "paper_kinds.*.id", "definition.unknown_paper"),
    ("gates.*.combined", "gates.*.id", "definition.unknown_gate"),
    ("intake.required_at", "gates.*.id", "definition.unknown_gate"),
)


def _names(source: Source) -> _Found:
    """Names of phases, papers and gates that do not exist."""
    for pattern, ids, code in _REFERENCES:
        known = _id_list(source, ids)
        if code == "definition.unknown_target":
            known = (*known, STAY, NEXT_PART)
        for path, name in _texts(source, pattern):
            if name not in known:
                allowed = ", ".join(known)
                yield source.mistake(code, path, name=name, nearest=nearest(name, known), allowed=allowed)


_ROLES: Final = tuple(id_ for id_, _ in ROLES)


def _actors(source: Source) -> _Found:
    """Names that are nearly a role's. Any other may be an office of the programme: `verification` knows."""
    for place in (
        "attest.explain_by",
        "attest.confirm_by",
        "score.explain_by",
        "score.confirm_by",
        "waive_by",
    ):
        for parent in ("gates.*.criteria.*.", "intake.criteria.*."):
            yield from _misspelt_roles(source, parent + place)
    yield from _misspelt_roles(source, "facts.*.by")
    yield from _misspelt_roles(source, "override.by")


def _misspelt_roles(source: Source, pattern: str) -> _Found:
    for path, name in _texts(source, pattern):
        near = get_close_matches(name, _ROLES, n=1, cutoff=0.8)
        if near and name not in _ROLES:
            yield source.mistake("definition.unknown_role", path, name=name, nearest=near[0])


def _own_facts(source: Source) -> _Found:
    for path, fact in source.matching("facts.*"):
        if not isinstance(fact, dict):
            continue
        id_, type_ = fact.get("id"), fact.get("type")
        if isinstance(id_, str) and (id_ in RESERVED_NAMES or id_ in _RESERVED_WORDS):
            yield source.mistake("definition.fact_name_taken", (*path, "id"), id=id_)
        if type_ == "choice" and "choices" not in fact:
            yield source.mistake("definition.choices_missing", (*path, "type"), id=str(id_))
        if isinstance(type_, str) and type_ not in {"choice", "list"} and "choices" in fact:
            yield source.mistake_at_key("definition.choices_misplaced", (*path, "choices"), type=type_)


# Words that CEL keeps for itself, and so cannot be the name of a fact.
_RESERVED_WORDS: Final = frozenset(
    {
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "namespace",
        "null",
        "package",
        "return",
        "true",
        "var",
        "void",
        "while",
    }
)


def _phases(source: Source) -> _Found:
    phases = [(path, each) for path, each in source.matching("phases.*") if isinstance(each, dict)]
    for path, phase in phases:
        if phase.get("id") in (STAY, NEXT_PART):
            yield source.mistake("definition.reserved_phase", (*path, "id"), id=str(phase["id"]))
        if phase.get("start") is True and phase.get("end") is True:
            yield source.mistake_at_key("definition.start_is_end", (*path, "end"), id=str(phase.get("id")))
    starts = [(path, each) for path, each in phases if each.get("start") is True]
    for path, phase in starts[1:]:
        first = str(starts[0][1].get("id"))
        yield source.mistake_at_key(
            "definition.second_start_phase",
            (*path, "start"),
            id=str(phase.get("id")),
            first=first,
        )
    if phases and not starts:
        yield source.mistake_at_key("definition.no_start_phase", ("phases",))
    if phases and not any(phase.get("end") is True for _, phase in phases):
        yield source.mistake_at_key("definition.no_end_phase", ("phases",))


def _flagged(source: Source, flag: str) -> frozenset[str]:
    """Ids of the phases where this flag is true."""
    return frozenset(
        str(phase.get("id"))
        for _, phase in source.matching("phases.*")
        if isinstance(phase, dict) and phase.get(flag) is True
    )


def _gates(source: Source) -> _Found:
    phases = _id_list(source, "phases.*.id")
    ends, with_parts = _flagged(source, "end"), _flagged(source, "parts")
    for path, gate in source.matching("gates.*"):
        if not isinstance(gate, dict):
            continue
        origins = list(_texts_in((*path, "from"), gate.get("from")))
        for place, phase in origins:
            if phase in ends:
                yield source.mistake("definition.gate_from_end", place, phase=phase)
        whole = [phase for _, phase in origins if phase in phases and phase not in with_parts]
        yield from _outcomes(source, path, gate.get("outcomes"), whole=whole)
        yield from _deciders_reached(source, (*path, "decided_by"), gate.get("decided_by"))


def _outcomes(source: Source, gate: Path, outcomes: Plain, *, whole: list[str]) -> _Found:
    """Outcomes that cannot be followed; `whole` are the gate's phases that have no parts."""
    if not isinstance(outcomes, dict):
        return
    for outcome, target in outcomes.items():
        if target == NEXT_PART and whole:
            yield source.mistake("definition.no_parts", (*gate, "outcomes", outcome), phase=whole[0])
    if outcomes and all(target == STAY for target in outcomes.values()):
        path = (*gate, "outcomes")
        yield source.mistake_at_key("definition.gate_leads_nowhere", path, gate=_id_at(source, gate))


def _deciders_reached(source: Source, path: Path, deciders: Plain) -> _Found:
    """Deciders that stand after one who always decides."""
    if not isinstance(deciders, list):
        return
    always = False
    for index, each in enumerate(deciders):
        if not isinstance(each, dict):
            continue
        if always:
            yield source.mistake("definition.never_reached", (*path, index), body=str(each.get("body", "")))
        always = always or "when" not in each


def _combined(source: Source) -> _Found:
    """Gates to be taken together that do not follow on each other."""
    gates = {
        gate["id"]: gate
        for _, gate in source.matching("gates.*")
        if isinstance(gate, dict) and isinstance(gate.get("id"), str)
    }
    phases = set(_id_list(source, "phases.*.id"))
    for path, gate in source.matching("gates.*"):
        if not isinstance(gate, dict):
            continue
        id_ = str(gate.get("id"))
        origins = {phase for _, phase in _texts_in((), gate.get("from"))}
        for place, other in _texts_in((*path, "combined"), gate.get("combined")):
            reached = _approved_to(gates[other]) if other in gates else set()
            if other == id_:
                yield source.mistake("definition.combined_itself", place, gate=id_)
            # A misspelt phase is said where it stands, and not here once more.
            elif reached and not origins & reached and origins | reached <= phases:
                yield source.mistake("definition.combined_apart", place, gate=id_, other=other)


def _approved_to(gate: Mapping[str, Plain]) -> set[str]:
    """The phases an approval leads to."""
    outcomes = gate.get("outcomes")
    approved = (
        (target for outcome, target in outcomes.items() if outcome in APPROVALS)
        if isinstance(outcomes, dict)
        else ()
    )
    return {target for target in approved if isinstance(target, str) and target not in (STAY, NEXT_PART)}


# ---------------------------------------------------------------- criteria


_KINDS: Final = ("rule", "each", "attest", "score", "paper")


def _kinds_of(criterion: Mapping[str, Plain]) -> list[str]:
    """The kinds a criterion is, in the order they are written; a rule beside `each` belongs to it."""
    kinds = [key for key in criterion if key in _KINDS and criterion[key] is not None]
    return [kind for kind in kinds if not (kind == "rule" and "each" in kinds)]


def _criteria(source: Source) -> _Found:
    asked: dict[str, tuple[Path, object]] = {}
    for path, criterion in _all_criteria(source):
        yield from _kind_of_criterion(source, path, criterion)
        yield from _list_options(source, path, criterion)
        yield from _attest(source, (*path, "attest"), criterion.get("attest"))
        yield from _score(source, (*path, "score"), criterion.get("score"))
        id_ = criterion.get("id")
        if not isinstance(id_, str) or not _kinds_of(criterion):
            continue
        question = _question(criterion)
        first, same = asked.setdefault(id_, (path, question))
        if question != same and first[:-1] != path[:-1]:
            gate = source.where(first[:2]).removeprefix("gates.").removesuffix(".criteria")
            yield source.mistake("definition.same_id_other_question", (*path, "id"), id=id_, gate=gate)


def _kind_of_criterion(source: Source, path: Path, criterion: Mapping[str, Plain]) -> _Found:
    kinds = _kinds_of(criterion)
    id_ = str(criterion.get("id", ""))
    if not kinds:
        yield source.mistake("definition.no_kind", path, id=id_)
    if len(kinds) > 1:
        joined = ", ".join(kinds)
        yield source.mistake_at_key("definition.several_kinds", (*path, kinds[1]), kinds=joined)
    if "each" in kinds and "rule" not in criterion:
        yield source.mistake_at_key("definition.only_with", (*path, "each"), key="each", kind="rule")


def _list_options(source: Source, path: Path, criterion: Mapping[str, Plain]) -> _Found:
    options = [key for key in ("at_least", "may_be_empty") if key in criterion]
    for key in options:
        if "each" not in criterion:
            yield source.mistake_at_key("definition.only_with", (*path, key), key=key, kind="each")
    if len(options) == 2 and criterion["may_be_empty"] is True:
        place = (*path, "may_be_empty")
        yield source.mistake_at_key("definition.not_together", place, key="may_be_empty", other="at_least")


def _choice_ids(choices: Plain) -> tuple[str, ...]:
    each = choices if isinstance(choices, list) else []
    ids = (choice.get("id") if isinstance(choice, dict) else choice for choice in each)
    return tuple(id_ for id_ in ids if isinstance(id_, str))


def _attest_choices(attest: Mapping[str, Plain]) -> tuple[str, ...]:
    return _choice_ids(attest["choices"]) if "choices" in attest else ("ja", "nei")


def _attest(source: Source, path: Path, attest: Plain) -> _Found:
    if not isinstance(attest, dict):
        return
    choices = _attest_choices(attest)
    for place, value in _texts_in((*path, "accept"), attest.get("accept")):
        if value not in choices:
            allowed = ", ".join(choices)
            near = nearest(value, choices)
            yield source.mistake("definition.not_a_choice", place, value=value, nearest=near, allowed=allowed)


def _score(source: Source, path: Path, score: Plain) -> _Found:
    if not isinstance(score, dict):
        return
    scale, threshold = score.get("scale"), score.get("threshold")
    if not isinstance(scale, list):
        return
    steps = [step for step in scale if isinstance(step, int)]
    if steps != sorted(set(steps)):
        yield source.mistake("definition.scale_order", (*path, "scale"))
    if isinstance(threshold, int) and threshold not in steps:
        shown = ", ".join(str(step) for step in steps)
        place = (*path, "threshold")
        yield source.mistake("definition.threshold_off_scale", place, threshold=threshold, scale=shown)


def _question(criterion: Mapping[str, Plain]) -> object:
    """What makes two criteria with one id the same question, so that the answer to one answers the other."""
    attest, score = criterion.get("attest"), criterion.get("score")
    choices = _attest_choices(attest) if isinstance(attest, dict) else ()
    scale = str(score.get("scale")) if isinstance(score, dict) else ""
    return _kinds_of(criterion)[0], choices, scale


# ---------------------------------------------------------------- rules


def _rules(source: Source) -> _Found:
    """Every fault in a rule, in a sentence with fact paths, and in the names of facts to fill in."""
    own, unclear = _readable_facts(source)
    readable = scope(own)
    for pattern in ("gates.*.when", "gates.*.decided_by.*.when"):
        for path, text in source.matching(pattern):
            yield from _faults(source, path, text, readable=readable, unclear=unclear)
    for path, criterion in _all_criteria(source):
        yield from _faults(source, (*path, "when"), criterion.get("when"), readable=readable, unclear=unclear)
        yield from _criterion_rules(source, path, criterion, readable=readable, unclear=unclear)
        for place, name in _texts_in((*path, "fill"), criterion.get("fill")):
            if name not in unclear:
                yield from _fill(source, place, name, own=own)


def _readable_facts(source: Source) -> tuple[tuple[Fact, ...], frozenset[str]]:
    """The workflow's own facts, and the names of those too badly written to judge a rule that reads them."""
    fields: list[Fact] = []
    unclear: set[str] = set()
    for _, fact in source.matching("facts.*"):
        try:
            fields.append(OwnFact.model_validate(fact).as_field())
        except ValidationError:
            id_ = fact.get("id") if isinstance(fact, dict) else None
            unclear.add(str(id_))
    return tuple(fields), frozenset(unclear)


def _faults(
    source: Source,
    path: Path,
    text: Plain,
    *,
    readable: Scope,
    unclear: frozenset[str],
    item: Fact | None = None,
    result: Literal["bool", "list"] = "bool",
) -> _Found:
    if not isinstance(text, str) or unclear.intersection(re.findall(r"\w+", text)):
        return
    found = rules_compile.compile_rule(text, scope=readable, item=item, result=result)
    for fault in () if isinstance(found, rules_rule.Rule) else found:
        yield source.mistake_within(fault.code, path, fault.offset, fault.data)


def _criterion_rules(
    source: Source,
    path: Path,
    criterion: Mapping[str, Plain],
    *,
    readable: Scope,
    unclear: frozenset[str],
) -> _Found:
    each, item = criterion.get("each"), None
    if isinstance(each, str):
        yield from _faults(source, (*path, "each"), each, readable=readable, unclear=unclear, result="list")
        picked = rules_compile.compile_rule(each, scope=readable, result="list")
        item = picked.element if isinstance(picked, rules_rule.Rule) else None
    # Of an item nobody can tell what it is, neither rule nor sentence can be judged.
    if item is not None or each is None:
        rule = criterion.get("rule")
        yield from _faults(source, (*path, "rule"), rule, readable=readable, unclear=unclear, item=item)
        yield from _sentence(
            source, (*path, "otherwise"), criterion.get("otherwise"), readable=readable, item=item
        )


def _sentence(source: Source, path: Path, sentence: Plain, *, readable: Scope, item: Fact | None) -> _Found:
    translated = sentence.items() if isinstance(sentence, dict) else [(None, sentence)]
    for locale, text in translated:
        place = path if locale is None else (*path, locale)
        for fault in (
            rules_compile.check_text(text, scope=readable, item=item) if isinstance(text, str) else ()
        ):
            yield source.mistake_within(fault.code, place, fault.offset, fault.data)


def _fill(source: Source, path: Path, name: str, *, own: tuple[Fact, ...]) -> _Found:
    """A name that leads to nothing the page could link to: a fact, a role or the papers."""
    kept = [field.name for field in KEPT_FIELDS]
    roles = [f"roles.{role}" for role in _ROLES]
    if name in kept or name in roles:
        return
    if name.startswith("roles"):
        yield source.mistake("definition.unknown_fact", path, name=name, nearest=nearest(name, roles))
        return
    found = field_named(name, own)
    if isinstance(found, Problem):
        near = str(found.data.get("nearest", ""))
        yield source.mistake("definition.unknown_fact", path, name=name, nearest=near)
