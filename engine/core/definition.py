"""What may happen? The workflow language: text in, a `Definition` or every mistake with its place out.

A workflow is data: phases, gates with their criteria, who decides, which outcomes lead where, which papers
must be there, which facts are asked for. The text is looked at three times, and all that is found is told at
once: as YAML (`source`), as shapes (`shape`), and here for what shapes cannot say: names that must exist,
kinds of criteria, rules. The third look reads the plain data, not the model, so that one misspelt key does
not hide the mistakes behind it. What needs the gates to be followed through is in `verification`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from engine.core import rules
from engine.core.facts import (
    KEPT_FIELDS,
    RESERVED_NAMES,
    ROLES,
    Problem,
    Scope,
    field_named,
    nearest,
    scope,
)
from engine.core.facts import Field as Fact
from engine.core.shape import (
    Document,
    Id,
    Line,
    OrText,
    Shape,
    Text,
    Whole,
    YesNo,
    one_or_more,
    parsed,
    schema_of,
    text_in,
)
from engine.core.source import Mistake, Path, Plain, Source, digest_of

__all__ = ["Definition", "Mistake", "digest_of", "json_schema", "parse_definition", "text_in"]

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

# ---------------------------------------------------------------- the model

Outcome: TypeAlias = Literal[
    "godkjent",
    "godkjent_med_forutsetninger",
    "ikke_godkjent",
    "utsatt",
    "sendt_tilbake",
    "avsluttet_uten_videreforing",
    "avsluttet_uten_realisering",
]
OUTCOMES: Final[tuple[str, ...]] = (
    "godkjent",
    "godkjent_med_forutsetninger",
    "ikke_godkjent",
    "utsatt",
    "sendt_tilbake",
    "avsluttet_uten_videreforing",
    "avsluttet_uten_realisering",
)
APPROVALS: Final = frozenset({"godkjent", "godkjent_med_forutsetninger"})
"""The outcomes that count together as going on (design section 8)."""

STAY: Final = "stay"
NEXT_PART: Final = "next_part"
"""What an outcome may lead to besides a phase: the project stays, or starts on the next part of its phase."""

Weight: TypeAlias = Literal["må", "bør", "tips"]
OUTSIDE: Final = "utenfor_programmet"
"""The kind of a project that is only followed; any workflow may steer it."""
PROGRAMME_ITSELF: Final = "program"
"""The kind of the one «project» whose cases are about the programme."""
ProjectKind: TypeAlias = Literal["utviklingsprosjekt", "forskningsprosjekt", "utenfor_programmet", "program"]
ReportedAs: TypeAlias = Literal["Konsept", "Prosjekt", "Realisering", "Avsluttet"]
Role: TypeAlias = Literal[
    "utredningsleder",
    "prosjektleder",
    "prosjekteier",
    "gevinstansvarlig",
    "ansvarlig_kommunalsjef",
    "kontaktperson",
]
OwnFactType: TypeAlias = Literal[
    "text",
    "long_text",
    "integer",
    "number",
    "money",
    "date",
    "yes_no",
    "choice",
    "term",
    "person",
    "url",
    "project",
    "list",
]

GateId: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*$", max_length=40)
]
CriterionId: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)
]
FactId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
ActorId: TypeAlias = Id
"""A role of the project, or a single office of the programme, as programkontor."""

Expression: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
"""A CEL expression; its limits are those of `rules`."""

_Ids: TypeAlias = Annotated[
    tuple[Id, ...],
    Field(min_length=1),
    BeforeValidator(one_or_more),
    OrText(),
]


class Choice(Shape):
    """One answer to choose: its id, and what people read."""

    id: Id
    title: Text


def _choice(value: Any) -> Any:
    """`ja` is short for a choice whose title is its id."""
    return {"id": value, "title": value} if isinstance(value, str) else value


Choices: TypeAlias = Annotated[
    tuple[Annotated[Choice, BeforeValidator(_choice), OrText()], ...], Field(min_length=2, max_length=20)
]


class OwnFact(Shape):
    """A fact this workflow asks for besides the common ones; `from` names the phase it is asked from."""

    id: FactId
    title: Text
    type: OwnFactType
    choices: Choices | None = None
    help: Text | None = None
    by: ActorId | None = None
    from_phase: Id | None = Field(default=None, alias="from")
    source: Line | None = None

    def as_field(self) -> Fact:
        """The fact as forms, imports and rules know it, in bokmål."""
        return Fact(
            name=self.id,
            title=text_in(self.title),
            type=self.type,
            choices=tuple((choice.id, text_in(choice.title)) for choice in self.choices or ()),
            help=text_in(self.help) if self.help else "",
        )


class PaperKind(Shape):
    """A kind of paper that gates may ask for."""

    id: Id
    title: Text
    help: Text | None = None


class Phase(Shape):
    """A phase; `reported_as` is its column in the tertial report, null before the first one."""

    id: Id
    title: Text
    reported_as: ReportedAs | None = None
    parts: YesNo = False
    start: YesNo = False
    end: YesNo = False
    source: Line | None = None


class Attest(Shape):
    """A question one role answers and explains, and another confirms."""

    explain_by: ActorId
    confirm_by: ActorId | None = None
    accept: Annotated[tuple[Id, ...], Field(min_length=1)]
    choices: Choices = (Choice(id="ja", title="ja"), Choice(id="nei", title="nei"))


class Score(Shape):
    """A question answered on a stated scale; met from `threshold` up."""

    scale: Annotated[tuple[Whole, ...], Field(min_length=2, max_length=20)]
    threshold: Whole
    explain_by: ActorId
    confirm_by: ActorId | None = None


Kind: TypeAlias = Literal["rule", "each", "attest", "score", "paper"]


class Criterion(Shape):
    """One thing that must, ought to or might be in place; exactly one of its kinds is set."""

    id: CriterionId
    title: Text
    weight: Weight
    source: Line
    help: Text | None = None
    when: Expression | None = None
    rule: Expression | None = None
    each: Expression | None = None
    at_least: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    may_be_empty: YesNo = False
    attest: Attest | None = None
    score: Score | None = None
    paper: Id | None = None
    waive_by: Annotated[
        tuple[ActorId, ...],
        BeforeValidator(one_or_more),
        OrText(),
    ] = ()
    otherwise: Text | None = None
    fill: Annotated[
        tuple[Line, ...],
        BeforeValidator(one_or_more),
        OrText(),
    ] = ()

    @property
    def kind(self) -> Kind:
        """Which of its kinds it is: `each` when its rule is asked of every item of a list."""
        if self.each is not None:
            return "each"
        if self.attest is not None:
            return "attest"
        if self.score is not None:
            return "score"
        return "paper" if self.paper is not None else "rule"


class DecidedBy(Shape):
    """Who decides, when `when` holds; without it, always."""

    body: Id
    when: Expression | None = None


def _deciders(value: Any) -> Any:
    """`decided_by: styringsgruppa` is short for one decider who always decides."""
    return [{"body": value}] if isinstance(value, str) else value


class Gate(Shape):
    """A beslutningspunkt: from where, what must be in place, who decides, and where each outcome leads."""

    id: GateId
    title: Text
    from_phases: _Ids = Field(alias="from")
    when: Expression | None = None
    decided_by: Annotated[
        tuple[DecidedBy, ...], Field(min_length=1, max_length=10), BeforeValidator(_deciders), OrText()
    ]
    outcomes: Annotated[dict[Outcome, Id], Field(min_length=1)]
    papers: tuple[Id, ...] = ()
    combined: tuple[GateId, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    help: Text | None = None
    source: Line | None = None

    def criterion(self, id_: str) -> Criterion:
        """The criterion with this id; KeyError when the gate has none."""
        return _named(self.criteria, id_)


class Intake(Shape):
    """What must be in place before a project is tatt inn i programmet.

    `required_at` names the gates that only a project tatt inn passes. Left out, they are those by which a
    project leaves the start phase for another that is no end.
    """

    title: Text
    source: Line | None = None
    help: Text | None = None
    required_at: Annotated[tuple[GateId, ...], BeforeValidator(one_or_more), OrText()] | None = None
    criteria: tuple[Criterion, ...] = ()


class Override(Shape):
    """Who may let another body than `decided_by` names decide a project's cases: by its fact `body`.

    Only a body above the usual one in the programme; without this key nobody may.
    """

    by: Annotated[tuple[ActorId, ...], Field(min_length=1), BeforeValidator(one_or_more), OrText()]
    only: Literal["upwards"] = "upwards"


class WorkflowRoles(Shape):
    """Who may ask for a gate (any of `leader`), and who owns the project."""

    leader: Annotated[
        tuple[Role, ...],
        Field(min_length=1),
        BeforeValidator(one_or_more),
        OrText(),
    ]
    owner: Role


class Definition(Document):
    """A whole workflow, as parsed; immutable, and the same for the same text."""

    workflow: Id
    version: Annotated[Whole, Field(ge=1, le=1_000_000)]
    title: Text
    kind: ProjectKind
    help: Text | None = None
    roles: WorkflowRoles
    paper_kinds: tuple[PaperKind, ...] = ()
    facts: tuple[OwnFact, ...] = ()
    phases: Annotated[tuple[Phase, ...], Field(min_length=2, max_length=50)]
    intake: Intake | None = None
    override: Override | None = None
    gates: Annotated[tuple[Gate, ...], Field(min_length=1, max_length=100)]

    @property
    def start(self) -> Phase:
        """The phase a project begins in."""
        return next(phase for phase in self.phases if phase.start)

    def phase(self, id_: str) -> Phase:
        """The phase with this id; KeyError when there is none."""
        return _named(self.phases, id_)

    def gate(self, id_: str) -> Gate:
        """The gate with this id; KeyError when there is none."""
        return _named(self.gates, id_)

    def paper_kind(self, id_: str) -> PaperKind:
        """The kind of paper with this id; KeyError when there is none."""
        return _named(self.paper_kinds, id_)

    @property
    def gates_after_intake(self) -> tuple[Gate, ...]:
        """The gates that a project passes only once it is tatt inn i programmet."""
        if self.intake is None:
            return ()
        named = self.intake.required_at
        if named is not None:
            return tuple(gate for gate in self.gates if gate.id in named)
        onward = {phase.id for phase in self.phases if not phase.end and not phase.start}
        leaving = (gate for gate in self.gates if self.start.id in gate.from_phases)
        return tuple(gate for gate in leaving if onward.intersection(approval_targets(gate)))

    @property
    def phases_before_intake(self) -> frozenset[str]:
        """The phases in which a project is still a proposal, where the workflow has an intake."""
        if self.intake is None:
            return frozenset()
        asked = {phase for gate in self.gates_after_intake for phase in gate.from_phases}
        return frozenset(asked or {self.start.id})

    def own_fields(self) -> tuple[Fact, ...]:
        """The workflow's own facts, as forms, imports and rules know them."""
        return tuple(fact.as_field() for fact in self.facts)

    def scope(self) -> Scope:
        """What this workflow's rules may read."""
        return scope(self.own_fields())


_T = TypeVar("_T", bound=Shape)


def approval_targets(gate: Gate) -> frozenset[str]:
    """The phases an approval at the gate leads to; none where the project stays in its phase."""
    targets = {target for outcome, target in gate.outcomes.items() if outcome in APPROVALS}
    return frozenset(targets - {STAY, NEXT_PART})


def _named(items: Iterable[_T], id_: str) -> _T:
    for item in items:
        if getattr(item, "id", None) == id_:
            return item
    raise KeyError(id_)


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
    found = rules.compile_rule(text, scope=readable, item=item, result=result)
    for fault in () if isinstance(found, rules.Rule) else found:
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
        picked = rules.compile_rule(each, scope=readable, result="list")
        item = picked.element if isinstance(picked, rules.Rule) else None
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
        for fault in rules.check_text(text, scope=readable, item=item) if isinstance(text, str) else ():
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
