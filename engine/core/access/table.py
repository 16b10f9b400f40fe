"""What one may do: each act with who may do it, how surely they must have come in, and how lately.

The pages, the API and the letters ask `allowed`; what has no row may nobody do. docs/reference/access.md is
written from this table, and the tests call every row of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from engine.core.access.actor import Actor, Level


class Portal(StrEnum):
    """Who may read the portfolio at an installation's address (FASEPORT_PORTAL)."""

    CLOSED = "lukket"
    SIGNED_IN = "innlogget"
    OPEN = "apen"


class Relation(StrEnum):
    """How somebody stands to what is asked for; the roles behind each are the definition's own."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    LEADER = "leader"
    """Whoever may ask for the project's gates."""
    IN_PROJECT = "in_project"
    """Holds any role in the project."""
    OWNER = "owner"
    MEMBER = "member"
    """Has a seat in the body it is about."""
    OFFICE = "office"
    """Holds the programme office, or stands in for whoever does."""


class Act(StrEnum):
    """What can be asked for."""

    COME_IN = "come_in"
    READ_PUBLIC = "read_public"
    WATCH = "watch"
    """Ask whether the machinery is well; the database is not needed to answer it."""
    USE_LINK = "use_link"
    """A page that asks for its own link's session and shows nothing without it."""
    READ_OWN = "read_own"
    READ_PORTFOLIO = "read_portfolio"
    READ_PROJECT = "read_project"
    READ_REPORT = "read_report"
    READ_DRAFT = "read_draft"
    READ_MEETINGS = "read_meetings"
    READ_WHEEL = "read_wheel"
    FILL_IN = "fill_in"
    """Set a project's facts, answer its criteria, add its papers."""
    CONFIRM = "confirm"
    """Confirm what another has answered; which role that takes stands in the definition."""
    REQUEST = "request"
    """Ask for a gate, withdraw and amend what one has asked for."""
    REGISTER = "register"
    """Take projects, people and seats into the programme."""
    DIRECT = "direct"
    """The programme office's own desk: reminders, letters, meetings, reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may do an act: any of `relations`, come in at least as surely as `level`, and where `fresh` is set,
    not longer ago than that.
    """

    relations: frozenset[Relation]
    level: Level = Level.KODE
    fresh: timedelta | None = None
    portal: frozenset[Portal] = field(default=frozenset(Portal))
    """At which installations the act exists; the office may at all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """No, and what would have helped: `sign_in`, `level`, `fresh`, or nothing one can do (`relation`,
    `closed`).
    """

    why: str


def _by(
    *relations: Relation, level: Level = Level.KODE, portal: frozenset[Portal] = frozenset(Portal)
) -> Rule:
    return Rule(relations=frozenset(relations), level=level, portal=portal)


_WHERE_READ: Final = frozenset({Portal.SIGNED_IN, Portal.OPEN})
_EVERYBODY: Final = _by(Relation.ANYONE, level=Level.NONE)
_READERS: Final = _by(Relation.SIGNED_IN, portal=_WHERE_READ)

TABLE: Final[Mapping[Act, Rule]] = {
    Act.COME_IN: _EVERYBODY,
    Act.READ_PUBLIC: _EVERYBODY,
    Act.WATCH: _EVERYBODY,
    Act.USE_LINK: _EVERYBODY,
    Act.READ_OWN: _by(Relation.SIGNED_IN),
    Act.READ_PORTFOLIO: _READERS,
    Act.READ_PROJECT: _READERS,
    Act.READ_REPORT: _READERS,
    Act.READ_MEETINGS: _READERS,
    Act.READ_WHEEL: _READERS,
    Act.READ_DRAFT: _by(Relation.OFFICE, Relation.MEMBER),
    Act.FILL_IN: _by(Relation.IN_PROJECT, Relation.OFFICE),
    Act.CONFIRM: _by(Relation.IN_PROJECT, Relation.OFFICE),
    Act.REQUEST: _by(Relation.LEADER, Relation.OFFICE),
    Act.REGISTER: _by(Relation.OFFICE),
    Act.DIRECT: _by(Relation.OFFICE),
}

OPEN_TO_ALL: Final = frozenset({Act.READ_PORTFOLIO, Act.READ_PROJECT, Act.READ_REPORT, Act.READ_WHEEL})
"""What an open portal shows to whoever comes: without names of persons, and never a draft."""


def allowed(
    act: Act,
    relations: frozenset[Relation],
    actor: Actor,
    *,
    now: datetime,
    portal: Portal = Portal.SIGNED_IN,
) -> Denied | None:
    """None when `actor`, who stands in `relations` to what it is about, may do `act`. What has no row is
    denied.

    `portal` is the installation's own setting; the programme office may read wherever a portal is closed.
    """
    rule = TABLE.get(act)
    if rule is None:
        return Denied(why="closed")
    if portal is Portal.OPEN and act in OPEN_TO_ALL:
        return None
    if portal not in rule.portal and Relation.OFFICE not in relations:
        return Denied(why="closed" if actor.person else "sign_in")
    if not rule.relations & (relations | {Relation.ANYONE}):
        return Denied(why="relation" if actor.person else "sign_in")
    if actor.level < rule.level:
        return Denied(why="level" if actor.person else "sign_in")
    if rule.fresh is not None and (actor.proved_at is None or now - actor.proved_at > rule.fresh):
        return Denied(why="fresh")
    return None
