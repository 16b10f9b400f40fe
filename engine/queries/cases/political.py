"""Does a case need a political decision, which one is it, and what has become of the body's own meanwhile?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from engine.core.cases.case import CaseState
from engine.core.programme.calendar import local_date
from engine.core.workflow.definition import STAY, Definition
from engine.store import cases, projects
from engine.store.cases import PoliticalAct
from engine.store.session import Connection

MARKS: Final = ("marked", "unmarked")
ENDS: Final = ("executed", "lapsed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """A decision that waits for a political one, or has: `standing` is `awaits`, `executed` or `lapsed`.

    `on` is the day the politicians decided, `words` the reference to their case or the reason why nothing
    came of it, `by` whoever noted it.
    """

    standing: str
    on: date | None
    words: str
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Political:
    """How a case stands to the politicians: whether it is marked, why, and their case where it is noted."""

    marked: bool
    reason: str
    reference: str
    execution: Execution | None


def political_of(tx: Connection, state: CaseState, dossier: Mapping[str, Any], *, now: datetime) -> Political:
    """How a case stands to the politicians now, or stood when it was closed.

    A case is marked by the project's own fact as it was frozen, unless somebody has marked this very case
    since, or taken the mark away. A project's political case that is noted already is the one a project's
    own mark asks for; a mark on the case asks for one of its own.
    """
    acts = cases.political_acts(tx, state.id)
    mark = _newest(acts, MARKS)
    frozen: Mapping[str, Any] = dossier.get("facts", {}).get("project", {})
    at = state.closed_at or now
    noted = frozen.get("political_case") or projects.facts(
        tx, state.project, on=local_date(at), known_at=at
    ).get("political_case")
    marked = bool(frozen.get("political_consequence")) if mark is None else mark.act == "marked"
    reference = "" if mark is not None else str(noted or "")
    return Political(
        marked=marked,
        reason="" if mark is None else mark.words,
        reference=reference,
        execution=execution_of(acts),
    )


def execution_of(acts: Iterable[PoliticalAct]) -> Execution | None:
    """How a decision that had to wait stands; None when it never had to."""
    last = _newest(acts, ("awaits", *ENDS))
    if last is None:
        return None
    return Execution(standing=last.act, on=last.effective, words=last.words, by=last.by)


def awaits_politicians(
    tx: Connection, state: CaseState, definition: Definition, *, outcome: str, now: datetime
) -> bool:
    """Whether this outcome may take effect only when the politicians have decided: the case is marked, their
    decision is not noted, and the outcome changes something for the project.
    """
    targets = definition.gate(state.gate).outcomes.items()
    if any(name == outcome and target == STAY for name, target in targets):
        return False
    found = cases.load(tx, state.id)
    assert found is not None
    political = political_of(tx, state, found.dossier, now=now)
    return political.marked and not political.reference


def _newest(acts: Iterable[PoliticalAct], kinds: Iterable[str]) -> PoliticalAct | None:
    wanted = frozenset(kinds)
    return next((one for one in reversed(tuple(acts)) if one.act in wanted), None)
