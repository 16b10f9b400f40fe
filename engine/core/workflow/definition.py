"""A definition as it is registered: phases, gates, criteria, roles, outcomes and who decides."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints

from engine.core.facts.field import Field as Fact
from engine.core.facts.tree import Scope, scope
from engine.core.files.shape import (
    Document,
    Id,
    Line,
    OrText,
    Shape,
    Text,
    Whole,
    YesNo,
    one_or_more,
    text_in,
)

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
