"""Which benefit is somebody talking about, may they, and is its period open?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine.core.benefits import benefits
from engine.core.facts.identities import PARTS
from engine.core.programme.calendar import local_date
from engine.core.record.events.projects import FactsChanged
from engine.core.refusal import NotAllowed, unknown
from engine.queries.people.actors import PROGRAMME_OFFICE, Steered, capacities, person_named, steered
from engine.store import projects
from engine.store.session import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A project's benefits as they stand today, each with an id, and the person who asks."""

    steered: Steered
    person: str
    today: date
    stored: Sequence[Mapping[str, Any]]
    benefits: Sequence[dict[str, Any]]

    def named(self, name: str) -> dict[str, Any]:
        """The benefit with this id or title. Raises Unknown, with the nearest, when there is none."""
        found = benefits.named(self.benefits, name)
        if found is None:
            known = [str(one.get(part)) for one in self.benefits for part in ("id", "title") if one.get(part)]
            raise unknown("benefit", name, known)
        return dict(found)


def benefits_at(tx: Connection, *, key: str, by: str, now: datetime) -> At:
    """A project's benefits, its row locked. Raises Unknown for a project or person."""
    person = person_named(tx, by)
    found = steered(tx, key, lock=True)
    today = local_date(now)
    stored = projects.facts(tx, key, on=today).get("benefits", [])
    return At(
        steered=found,
        person=person.id,
        today=today,
        stored=stored,
        benefits=benefits.identified(stored, found.programme.scheme),
    )


def ids_ever(tx: Connection, key: str) -> Mapping[str, frozenset[str]]:
    """Every id a benefit of a project has had, with those its indicators have had."""
    ever: dict[str, set[str]] = {}
    for version in projects.versions(tx, [key])[key].values():
        for one in version:
            had = ever.setdefault(str(one["id"]), set())
            had.update(str(each["id"]) for each in one.get(PARTS) or ())
    return {benefit: frozenset(had) for benefit, had in ever.items()}


def must_follow(tx: Connection, at: At, benefit: Mapping[str, Any] | None = None) -> None:
    """Those who may tell about benefits: the project's own, whoever answers for the benefit, and
    programkontoret. Raises NotAllowed.
    """
    roles = at.steered.definition.roles
    allowed = {*roles.leader, roles.owner, "gevinstansvarlig", PROGRAMME_OFFICE}
    if allowed & capacities(tx, at.person, project=at.steered.project.key, on=at.today):
        return
    email = person_named(tx, at.person).email or ""
    if benefit is not None and email and str(benefit.get("owner", "")).lower() == email.lower():
        return
    raise NotAllowed("may_not_follow", {"role": " eller ".join([*roles.leader, roles.owner])})


def kept(at: At, now_so: Sequence[Mapping[str, Any]]) -> list[FactsChanged]:
    """The event that makes a project's benefits what they now are; none when nothing has changed."""
    if list(now_so) == list(at.stored):
        return []
    changed = FactsChanged(
        by=at.person,
        project=at.steered.project.key,
        names=("benefits",),
        effective=at.today.isoformat(),
        values={"benefits": [dict(one) for one in now_so]},
    )
    return [changed]


def replaced(at: At, benefit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The benefits with one of them, by id, as it now is."""
    return [dict(benefit) if one["id"] == benefit["id"] else one for one in at.benefits]
