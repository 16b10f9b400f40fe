"""Is this definition sound — and if not, what happens then?

`definition` says that a text is a workflow; here it is followed through, with the programme it is to be used in
when there is one. What is shown (design section 6): every phase is reached from the start and can come to an
end; no phase is changed around a gate; every gate can be decided though members are absent, or says where the
case goes then; every role, office and body named exists; every rule can be both true and false.

Whether a rule can be both is not decidable in general. It is searched for: a bounded, repeatable number of
example projects is made from the facts the rule reads, and a rule that gave one answer for all of them is
reported with one of them. A rule reported here may be right all the same; one that is not, has its proof.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final, TypeAlias

from engine.core import rules
from engine.core.definition import APPROVALS, NEXT_PART, STAY, Criterion, Definition, Gate
from engine.core.facts import ROLES, Field, Scope, Value, member, nearest
from engine.core.programme import Body, Programme
from engine.core.source import Mistake, Path, in_order

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "verification.unreachable_phase": ("phase",),
    "verification.dead_end": ("phase", "route"),
    "verification.shortcut": ("gate", "other", "phase", "target"),
    "verification.moved_without_approval": ("gate", "outcome", "target"),
    "verification.stop_is_no_end": ("gate", "outcome", "target"),
    "verification.unknown_body": ("name", "nearest", "allowed"),
    "verification.unknown_actor": ("name", "nearest", "allowed"),
    "verification.other_kind": ("workflow", "kind", "used_for"),
    "verification.not_reported": ("name", "allowed"),
    "verification.no_absence_possible": ("gate", "body", "seats", "quorum"),
    "verification.too_few_members": ("gate", "body", "members", "quorum"),
    "verification.nobody_decides": ("gate", "example"),
    "verification.never_true": ("tried", "example"),
    "verification.never_false": ("tried", "example"),
    "verification.never_decided": ("tried", "path", "example"),
    "verification.never_any_item": ("tried", "example"),
}
"""Every code this module gives, with the keys of its data.

`example` is a project as JSON, with the facts the rule reads; `tried` is how many such were made.
"""

_Found: TypeAlias = Iterator[Mistake]


def verify(definition: Definition, programme: Programme | None = None) -> tuple[Mistake, ...]:
    """Everything that is unsound, placed in the definition's text. Nothing found means nothing to say.

    What depends on bodies and offices is only looked at with a programme. Takes a second or so for a definition
    with a hundred rules, and never more than some 30 ms a rule as long as the rules themselves are within the
    limits of `rules`.
    """
    found = [*_followed(definition), *_rules_decide(definition)]
    if programme is not None:
        found += [*_fits(definition, programme), *_decidable(definition, programme)]
    return in_order(found)


def spare_members(body: Body) -> int:
    """How many of a body's members can be absent or recused before its quorum is lost."""
    return max(len(_members(body)) - body.quorum, 0)
