"""How do a case's stored roll and ballots read for the count?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.core.cases.ballots import CastBallot, standing
from engine.core.cases.case import CaseState
from engine.core.cases.recusal import takes_no_part
from engine.core.cases.voting import Ballot, Choice, Rules, Seat, Tally, count


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
    answers = [
        Ballot(seat=seat, choice=Choice(ballot.choice)) for seat, ballot in standing(case, cast).items()
    ]
    return count(rules_of(case.rules, handling=case.handling), seats_of(case.roll), answers, closing=closing)


def is_outside(case: CaseState, cast: Sequence[CastBallot], person: str) -> bool:
    """Whether a person takes no part in a case as it stands: see `core.recusal`."""
    choices = {seat: ballot.choice for seat, ballot in standing(case, cast).items()}
    return takes_no_part(case.roll, choices, person)


def is_out(case: CaseState, cast: Sequence[CastBallot], entry: Mapping[str, Any]) -> bool:
    """Whether nobody who speaks for a seat takes part in the decision."""
    person = entry["person"]
    return person is None or entry["requester"] or is_outside(case, cast, person)


def chair_of(case: CaseState, cast: Sequence[CastBallot]) -> Mapping[str, Any] | None:
    """The seat that leads the body in a case: its leader's, or, while that takes no part, the next one in the
    programme's order that does.
    """
    in_order = sorted(case.roll, key=lambda entry: not entry["leader"])
    return next((entry for entry in in_order if not is_out(case, cast, entry)), None)


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
