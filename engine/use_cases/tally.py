"""How do a case's stored roll and ballots read for the count?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.core.voting import Ballot, Choice, Rules, Seat, Tally, count
from engine.store.cases import CaseState, CastBallot, counting


def rules_of(stored: Mapping[str, Any], *, handling: str) -> Rules:
    """A body's rules as stored with the case, or as the programme has them."""
    return Rules(rule=stored["rule"], quorum=stored["quorum"], tie=stored["tie"], handling=handling)


def seats_of(roll: Iterable[Mapping[str, Any]]) -> tuple[Seat, ...]:
    """The roll as seats, in the programme's order."""
    return tuple(
        Seat(
            key=entry["seat"],
            office=entry["office"],
            person=entry["person"],
            leader=entry["leader"],
            requester=entry["requester"],
            owner=entry["owner"],
            recused=entry["recused"],
            deputy_for=entry["seat"] if entry["deputy"] else None,
        )
        for entry in roll
    )


def tally_of(case: CaseState, cast: Sequence[CastBallot], *, closing: bool = False) -> Tally:
    """Where a case stands with the ballots cast so far; `closing` when the time for answering is up."""
    counted = counting(cast, case.version)
    answers = [Ballot(seat=seat, choice=Choice(ballot.choice)) for seat, ballot in counted.items()]
    return count(rules_of(case.rules, handling=case.handling), seats_of(case.roll), answers, closing=closing)


def as_json(tally: Tally) -> dict[str, Any]:
    """A tally in the shape that is kept with a decision."""
    return {
        "for": tally.for_,
        "with_conditions": tally.with_conditions,
        "against": tally.against,
        "abstained": tally.abstained,
        "missing": list(tally.missing),
        "base": tally.base,
        "quorum": tally.quorum,
        "quorate": tally.quorate,
    }
