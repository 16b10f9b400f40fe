"""How do the candidates for the programme stand side by side on the six questions, and in which order?"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from engine.core.workflow.checks import OUTSIDE
from engine.core.workflow.criteria import INTAKE
from engine.store import definitions, projects
from engine.store.projects import Act
from engine.store.session import Connection

QUESTIONS: Final = ("leangen", "contribution", "focus_area", "utility", "resources", "order")
"""The six questions of the programme description, in its order (000:450-466)."""
_UNRANKED: Final = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A project that is not taken in: its place in the proposed order, and its answer to each question.

    `rank` None means that programkontoret has not placed it; an answer that is not given is empty.
    """

    key: str
    title: str
    phase: str
    rank: int | None
    answers: dict[str, str]

    @property
    def answered(self) -> int:
        """How many of the six questions have an answer."""
        return sum(bool(answer) for answer in self.answers.values())


def compare_candidates(tx: Connection, *, on: date) -> tuple[Candidate, ...]:
    """Every new proposal for the programme, the ranked first and in their order: not taken in, and in a
    phase that only being taken in leads out of.
    """
    known = projects.facts_of_all(tx, on=on)
    found: list[Candidate] = []
    for project in projects.all_projects(tx):
        definition = definitions.load(tx, project.workflow, project.version)
        facts = known.get(project.key, {})
        new = project.phase in definition.phases_before_intake
        if not new or project.taken_in_on is not None or facts.get("kind", project.kind) == OUTSIDE:
            continue
        priority: dict[str, Any] = facts.get("priority", {})
        given = {name: str(priority.get(name, "")) for name in QUESTIONS if name in priority}
        answers = dict.fromkeys(QUESTIONS, "") | given
        answers["focus_area"] = str(facts.get("focus_area_2025") or facts.get("focus_area") or "")
        answers["leangen"] = _leangen(projects.acts(tx, project.key))
        candidate = Candidate(
            key=project.key,
            title=str(facts.get("title", project.key)),
            phase=project.phase,
            rank=priority.get("rank"),
            answers=answers,
        )
        found.append(candidate)
    return tuple(sorted(found, key=lambda one: (one.rank or _UNRANKED, -one.answered, one.title)))


def _leangen(acts: tuple[Act, ...]) -> str:
    """The newest answer to the first question, whether it was given at the intake or at a gate."""
    answers = [act for act in acts if act.act == "answered" and act.criterion == "leangen"]
    at_intake = [act for act in answers if act.gate == INTAKE]
    newest = (at_intake or answers)[-1:]
    return newest[0].value or "" if newest else ""
