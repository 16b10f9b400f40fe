"""What can be filled in at a gate, question by question: made from the definition's own typed facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.core.facts.catalogue import PROJECT_FIELDS
from engine.core.facts.field import Field
from engine.core.facts.versions import version_of
from engine.core.files.shape import text_in
from engine.core.workflow.criteria import CriterionCheck
from engine.core.workflow.definition import Attest, Criterion, Gate, Intake, Score
from engine.queries.projects.check_gate import Checked, check_gate
from engine.store import projects
from engine.store.projects import Act, Paper
from engine.store.session import Connection

PAPER = "paper:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One criterion of a gate with all that can be filled in for it; what it does not ask for is empty.

    `values` are today's values of `fields` by name, and `versions` what a form must bring back to show that
    it was made from them. `choices` (id, title) answer it in words; `explain_by` and `confirm_by` are
    roles. `last` is the newest answer in this round, `reused` one from an earlier round that has not been
    repeated.
    """

    check: CriterionCheck
    help: str
    fields: tuple[Field, ...] = ()
    values: Mapping[str, Any]
    versions: Mapping[str, str]
    choices: tuple[tuple[str, str], ...] = ()
    explain_by: str = ""
    confirm_by: str = ""
    waive_by: tuple[str, ...] = ()
    paper_kind: str = ""
    papers: tuple[Paper, ...] = ()
    last: Act | None = None

    @property
    def id(self) -> str:
        """The criterion's id."""
        return self.check.id

    @property
    def can_be_filled_in(self) -> bool:
        """Whether there is anything to write, choose or upload."""
        return bool(self.fields or self.choices or self.paper_kind)

    @property
    def awaits_confirmation(self) -> bool:
        """Whether it is answered in this round, and somebody else must stand behind it."""
        return bool(self.confirm_by) and self.last is not None and self.last.act == "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateForm:
    """A project at a gate, to be filled in: the check itself, and its questions in the definition's order."""

    checked: Checked
    questions: tuple[Question, ...]


def gate_form(tx: Connection, *, key: str, today: date, gate: str | None = None) -> GateForm:
    """The form of a project's next gate, or of a named one. Raises Unknown and NotAllowed as `check_gate`."""
    checked = check_gate(tx, key=key, today=today, gate=gate)
    known = {field.name: field for field in (*PROJECT_FIELDS, *checked.steered.definition.own_fields())}
    here = (checked.gate.id, checked.round)
    acts = [act for act in projects.acts(tx, key) if (act.gate, act.round) == here]
    criteria = _criteria(checked)
    questions = tuple(
        _question(checked, one, criteria.get(one.id), known, acts) for one in checked.check.criteria
    )
    return GateForm(checked=checked, questions=questions)


def _criteria(checked: Checked) -> Mapping[str, Criterion]:
    gates: list[Gate | Intake] = [checked.gate]
    return {one.id: one for gate in gates for one in gate.criteria}


def _question(
    checked: Checked,
    check: CriterionCheck,
    criterion: Criterion | None,
    known: Mapping[str, Field],
    acts: list[Act],
) -> Question:
    if criterion is None:
        return _asked_by_the_gate(checked, check)
    fields = tuple(dict.fromkeys(known[root] for root in map(_root, criterion.fill) if root in known))
    asked = criterion.attest or criterion.score
    return Question(
        check=check,
        help="" if criterion.help is None else text_in(criterion.help),
        fields=fields,
        values={field.name: checked.facts.get(field.name) for field in fields},
        versions={field.name: version_of(checked.facts.get(field.name)) for field in fields},
        choices=_choices(asked),
        explain_by=asked.explain_by if asked else "",
        confirm_by=(asked.confirm_by or "") if asked else "",
        waive_by=criterion.waive_by,
        paper_kind=criterion.paper or "",
        papers=_papers(checked, criterion.paper),
        last=next((act for act in reversed(acts) if act.criterion == check.id), None),
    )


def _asked_by_the_gate(checked: Checked, check: CriterionCheck) -> Question:
    """What the gate asks for without a criterion of its own: a paper, or that conditions are met."""
    kind = check.id.removeprefix(PAPER) if check.id.startswith(PAPER) else ""
    found = next((one for one in checked.steered.definition.paper_kinds if one.id == kind), None)
    return Question(
        check=check,
        help="" if found is None or found.help is None else text_in(found.help),
        values={},
        versions={},
        paper_kind=kind,
        papers=_papers(checked, kind),
    )


def _papers(checked: Checked, kind: str | None) -> tuple[Paper, ...]:
    return tuple(paper for paper in checked.papers if kind and paper.kind == kind)


def _choices(asked: Attest | Score | None) -> tuple[tuple[str, str], ...]:
    if isinstance(asked, Attest):
        return tuple((one.id, text_in(one.title)) for one in asked.choices)
    return () if asked is None else tuple((str(step), str(step)) for step in asked.scale)


def _root(path: str) -> str:
    """The fact a path begins in: `priority.rank` and `project.goals` are kept as `priority` and `goals`."""
    return path.removeprefix("project.").partition(".")[0].partition("[")[0]
