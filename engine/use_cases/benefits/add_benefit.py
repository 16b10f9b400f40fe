"""A project gets one more benefit to work for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.core.benefits import benefits
from engine.core.facts import field, parsing
from engine.core.facts.field import Problem
from engine.core.programme import vocabulary
from engine.queries.benefits.benefit_at import At, benefits_at, ids_ever, kept, must_follow
from engine.queries.obligations.answerable import nobodys_benefits
from engine.store.record.record import record
from engine.store.session import Database
from engine.use_cases.projects.change_facts import BadFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The benefit's id, with the letter of its class, and the class's own title."""

    benefit: str
    title: str
    class_title: str


def add_benefit(db: Database, *, key: str, told: Mapping[str, Any], by: str, now: datetime) -> Added:
    """Add a benefit. `told` are its fields by name, as written; a kind may be named by its class's letter.

    Raises Unknown for a project or person, NotAllowed, and BadFacts with every problem.
    """
    with db.writing() as tx:
        at = benefits_at(tx, key=key, by=by, now=now)
        must_follow(tx, at)
        benefit, problems = _read(at, told)
        unknown = nobodys_benefits(tx, [benefit], before=at.benefits)
        problems += tuple(replace(one, path="owner") for one in unknown)
        if problems:
            raise BadFacts(problems)
        scheme = at.steered.programme.scheme
        now_so = benefits.identified([*at.benefits, benefit], scheme, ever=ids_ever(tx, key))
        record(tx, kept(at, now_so), now=now)
    found = benefits.class_of(benefit.get("kind"), scheme)
    return Added(
        benefit=now_so[-1]["id"],
        title=str(benefit["title"]),
        class_title="" if found is None else found.title,
    )


def _read(at: At, told: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    given, problems = dict(told), list[Problem]()
    if given.get("kind"):
        kind = benefits.read_kind(str(given["kind"]), at.steered.programme.scheme)
        if isinstance(kind, Problem):
            problems.append(kind)
            del given["kind"]
        else:
            given["kind"] = kind
    item = field.item_of(vocabulary.FIELD)
    found = parsing.parse_value(item, given)
    if isinstance(found, tuple):
        prefix = f"{item.name}."
        problems += [
            Problem(code=one.code, data=one.data, path=one.path.removeprefix(prefix)) for one in found
        ]
        return {}, tuple(problems)
    benefit = found if isinstance(found, dict) else {}
    if not benefit.get("title"):
        problems.append(Problem(code="benefit.untitled", data={}, path="title"))
    elif benefits.named(at.benefits, str(benefit["title"])) is not None:
        data: dict[str, str | int] = {"title": str(benefit["title"])}
        problems.append(Problem(code="benefit.known", data=data, path="title"))
    if benefit.get("id") and any(one["id"] == benefit["id"] for one in at.benefits):
        data = {"id": str(benefit["id"])}
        problems.append(Problem(code="value.duplicate_id", data=data, path="id"))
    return benefit, tuple(problems)
