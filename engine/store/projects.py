"""What is known about a project, now or as of a date, and what has it answered?"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select

from engine.core.facts.identities import all_have_ids, is_whole, with_history
from engine.store.tables.base import metadata

_PROJECT: Final = metadata.tables["project"]
_FACT: Final = metadata.tables["fact"]
_PHASE: Final = metadata.tables["phase"]
_ROLE: Final = metadata.tables["role"]
_PAPER: Final = metadata.tables["paper"]
_ANSWER: Final = metadata.tables["answer"]
_PROSE: Final = metadata.tables["prose"]
_PERSON: Final = metadata.tables["person"]
_BLOB: Final = metadata.tables["blob"]

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project and the phase it is in now."""

    key: str
    kind: str
    workflow: str
    version: int
    phase: str
    phase_assumed: bool
    taken_in_on: date | None
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseEntry:
    """The project entered a phase on a date; `case` is the decision that moved it, if one did."""

    project: str
    phase: str
    effective: date
    assumed: bool
    recorded_at: datetime
    case: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A person in a role of a project."""

    role: str
    person: str
    name: str
    email: str
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper of a project; its bytes are read with `paper_content`."""

    id: str
    project: str
    kind: str
    title: str
    sha256: str
    media_type: str
    size: int
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One answer, confirmation or waiver: who said what about a criterion in a round."""

    gate: str
    round: int
    criterion: str
    act: str
    value: str | None
    words: str | None
    person: str | None
    name: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """One telling of one fact, for the history of a project."""

    name: str
    value: Any
    effective: date
    recorded_at: datetime


_ONE: Final = select(_PROJECT).where(_PROJECT.c.key == bindparam("key"))
_ONE_LOCKED: Final = _ONE.with_for_update()
_FACTS: Final = (
    select(_FACT.c.project, _FACT.c.name, _FACT.c.effective, _FACT.c.recorded_at, _FACT.c.seq, _PROSE.c.text)
    .join(_PROSE, _PROSE.c.digest == _FACT.c.value_ref)
    .order_by(_FACT.c.project, _FACT.c.effective, _FACT.c.seq)
)

_ROLES: Final = (
    select(_ROLE, _PERSON.c.name, _PERSON.c.email)
    .join(_PERSON, _PERSON.c.id == _ROLE.c.person)
    .where(_ROLE.c.project == bindparam("key"), _ROLE.c.valid_from <= bindparam("on"))
    .order_by(_ROLE.c.valid_from, _ROLE.c.seq)
)
_HOLDERS: Final = (
    select(_ROLE.c.project, _ROLE.c.role, _ROLE.c.person)
    .where(_ROLE.c.project.in_(bindparam("keys", expanding=True)), _ROLE.c.valid_from <= bindparam("on"))
    .order_by(_ROLE.c.valid_from, _ROLE.c.seq)
)


def load(tx: Connection, key: str, *, lock: bool = False) -> Project | None:
    """The project, locked against other deciders if asked, or None."""
    row = tx.execute(_ONE_LOCKED if lock else _ONE, {"key": key}).one_or_none()
    return None if row is None else _project(row)


def all_projects(tx: Connection) -> tuple[Project, ...]:
    """Every project, by key."""
    return tuple(_project(row) for row in tx.execute(select(_PROJECT).order_by(_PROJECT.c.key)))


def keys(tx: Connection) -> tuple[str, ...]:
    """Every project's key."""
    return tuple(tx.execute(select(_PROJECT.c.key).order_by(_PROJECT.c.key)).scalars())


def facts(tx: Connection, key: str, *, on: date | None = None, known_at: datetime | None = None) -> Facts:
    """A project's facts now, or as of a date, as known at an instant; unset facts are absent."""
    return _latest(tx, _FACTS.where(_FACT.c.project == key), on, known_at).get(key, {})


def facts_of_all(
    tx: Connection, *, on: date | None = None, known_at: datetime | None = None
) -> Mapping[str, Facts]:
    """The same for every project at once, by key."""
    return _latest(tx, _FACTS, on, known_at)


def fact_history(tx: Connection, key: str) -> tuple[FactChange, ...]:
    """Every telling of every fact of a project, in the order they held."""
    told = versions(tx, [key])[key]
    return tuple(
        FactChange(
            name=row.name,
            value=told[row.seq] if row.name == LISTED and row.seq in told else _value(row.text, row.name),
            effective=date.fromisoformat(row.effective),
            recorded_at=row.recorded_at,
        )
        for row in tx.execute(_FACTS.where(_FACT.c.project == key))
    )


def phases(tx: Connection, key: str | None = None) -> tuple[PhaseEntry, ...]:
    """The phase log of one project or of all, in the order the phases held."""
    wanted = select(_PHASE).order_by(_PHASE.c.project, _PHASE.c.effective, _PHASE.c.seq)
    if key is not None:
        wanted = wanted.where(_PHASE.c.project == key)
    return tuple(
        PhaseEntry(
            project=row.project,
            phase=row.phase,
            effective=date.fromisoformat(row.effective),
            assumed=row.assumed,
            recorded_at=row.recorded_at,
            case=row.case,
        )
        for row in tx.execute(wanted)
    )


def roles(tx: Connection, key: str, *, on: date) -> dict[str, Role]:
    """Who has which role on a date; the newest assignment of each."""
    return {
        row.role: Role(
            role=row.role,
            person=row.person,
            name=row.name or "",
            email=row.email or "",
            valid_from=date.fromisoformat(row.valid_from),
        )
        for row in tx.execute(_ROLES, {"key": key, "on": on.isoformat()})
    }


def roles_of(tx: Connection, person: str, *, on: date) -> dict[str, frozenset[str]]:
    """The roles a person has on a date, by project key; the newest assignment of each role counts."""
    asked = tx.execute(select(_ROLE.c.project).where(_ROLE.c.person == person).distinct()).scalars()
    held = holders(tx, list(asked), on=on)
    found = {
        key: frozenset(name for name, who in roles.items() if who == person) for key, roles in held.items()
    }
    return {key: roles for key, roles in found.items() if roles}


def holders(tx: Connection, keys: Collection[str], *, on: date) -> dict[str, dict[str, str]]:
    """Who has which role on a date in each of some projects, by id: the same for many in one question."""
    found: dict[str, dict[str, str]] = {key: {} for key in keys}
    if keys:
        for row in tx.execute(_HOLDERS, {"keys": list(keys), "on": on.isoformat()}):
            found[row.project][row.role] = row.person
    return found


def papers(tx: Connection, key: str) -> tuple[Paper, ...]:
    """A project's papers, oldest first."""
    wanted = (
        select(_PAPER, _PROSE.c.text.label("title"))
        .join(_PROSE, _PROSE.c.digest == _PAPER.c.title_ref)
        .where(_PAPER.c.project == key)
        .order_by(_PAPER.c.seq)
    )
    return tuple(_paper(row) for row in tx.execute(wanted))


def paper_content(tx: Connection, sha256: str) -> bytes:
    """The bytes stored under a digest. Raises NoResultFound when there are none."""
    return bytes(tx.execute(select(_BLOB.c.content).where(_BLOB.c.sha256 == sha256)).scalar_one())


def keep_content(tx: Connection, sha256: str, content: bytes) -> None:
    """Store bytes under their digest, once."""
    known = tx.execute(select(_BLOB.c.sha256).where(_BLOB.c.sha256 == sha256)).scalar_one_or_none()
    if known is None:
        tx.execute(_BLOB.insert().values(sha256=sha256, content=content))


def acts(tx: Connection, key: str) -> tuple[Act, ...]:
    """Everything a project has answered, had confirmed or been spared, in order."""
    wanted = (
        select(_ANSWER, _PROSE.c.text.label("words"), _PERSON.c.name)
        .join(_PROSE, _PROSE.c.digest == _ANSWER.c.words_ref, isouter=True)
        .join(_PERSON, _PERSON.c.id == _ANSWER.c.person, isouter=True)
        .where(_ANSWER.c.project == key)
        .order_by(_ANSWER.c.seq)
    )
    return tuple(
        Act(
            gate=row.gate,
            round=row.round,
            criterion=row.criterion,
            act=row.act,
            value=row.value,
            words=row.words,
            person=row.person,
            name=row.name,
            at=row.at,
        )
        for row in tx.execute(wanted)
    )


def _latest(
    tx: Connection, wanted: Select[Any], on: date | None, known_at: datetime | None
) -> dict[str, Facts]:
    if on is not None:
        wanted = wanted.where(_FACT.c.effective <= on.isoformat())
    if known_at is not None:
        wanted = wanted.where(_FACT.c.recorded_at <= known_at)
    found: dict[str, Facts] = defaultdict(dict)
    told_by: dict[str, int] = {}
    for row in tx.execute(wanted):
        value = _value(row.text, row.name)
        if value is None:
            found[row.project].pop(row.name, None)
        else:
            found[row.project][row.name] = value
            if row.name == LISTED:
                told_by[row.project] = row.seq
    without = [key for key in told_by if not all_have_ids(found[key].get(LISTED) or ())]
    for key, told in (versions(tx, without) if without else {}).items():
        found[key][LISTED] = told[told_by[key]]
    return dict(found)


def versions(tx: Connection, keys: Collection[str]) -> Mapping[str, Mapping[int, list[dict[str, Any]]]]:
    """Every version of some projects' benefits, by the leaf that told it, each benefit and indicator with an
    id: its own, or the one it has by its history. What is stored stays as it was told.
    """
    wanted = (
        select(_FACT.c.project, _FACT.c.seq, _PROSE.c.text)
        .join(_PROSE, _PROSE.c.digest == _FACT.c.value_ref)
        .where(_FACT.c.project.in_(keys), _FACT.c.name == LISTED)
        .order_by(_FACT.c.project, _FACT.c.seq)
    )
    told: dict[str, list[tuple[int, list[dict[str, Any]]]]] = {key: [] for key in keys}
    for row in tx.execute(wanted):
        value = _value(row.text, LISTED)
        if is_whole(value):
            told[row.project].append((row.seq, value))
    return {key: with_history(each) for key, each in told.items()}


LISTED: Final = "benefits"
"""The fact whose items are what others tell about: they must be known again."""


def _value(text: str | None, name: str) -> Any:
    return None if text is None else json.loads(text).get(name)


def _project(row: Any) -> Project:
    return Project(
        key=row.key,
        kind=row.kind,
        workflow=row.workflow,
        version=row.version,
        phase=row.phase,
        phase_assumed=row.phase_assumed,
        taken_in_on=None if row.taken_in_on is None else date.fromisoformat(row.taken_in_on),
        registered_at=row.registered_at,
    )


def _paper(row: Any) -> Paper:
    return Paper(
        id=row.id,
        project=row.project,
        kind=row.kind,
        title=row.title or "",
        sha256=row.sha256,
        media_type=row.media_type,
        size=row.size,
        added_at=row.added_at,
    )
