"""Who is told what? From an event to the letters it calls for; no words, no addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from engine.core.events import BallotCast, CaseDecided, CaseOpened, CaseWithdrawn, Event

CASE: Final = "case"
RECEIPT: Final = "receipt"
RESULT: Final = "result"
WITHDRAWN: Final = "withdrawn"

RECEIPT_DELAY: Final = timedelta(minutes=15)
"""A receipt waits this long after the last answer, so that changing one's mind gives one letter and not
two.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter to one person about one subject; `occurrence` tells it from earlier ones of its kind."""

    kind: str
    subject: str
    recipient: str
    occurrence: str
    after: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Letters about a subject that have stopped being true and must not be sent; `recipient` None means
    everybody's.
    """

    subject: str
    kinds: tuple[str, ...]
    reason: str
    recipient: str | None = None

    def covers(self, letter: Letter) -> bool:
        """Whether this letter is one of those."""
        return (
            letter.subject == self.subject
            and letter.kind in self.kinds
            and self.recipient in (None, letter.recipient)
        )


def subject_of_case(case: str) -> str:
    """How the outbox and the links name a case."""
    return f"case:{case}"


def letters_for(event: Event) -> tuple[Letter, ...]:
    """The letters an event calls for, each recipient once."""
    match event:
        case CaseOpened():
            members = (str(seat["person"]) for seat in event.roll if seat.get("person"))
            return _to_each(CASE, event.case, members, f"v{event.version}")
        case BallotCast():
            return (
                Letter(
                    kind=RECEIPT,
                    subject=subject_of_case(event.case),
                    recipient=event.person,
                    occurrence=event.ballot,
                    after=RECEIPT_DELAY,
                ),
            )
        case CaseDecided():
            return _to_each(RESULT, event.case, event.told, "1")
        case CaseWithdrawn():
            return _to_each(WITHDRAWN, event.case, event.told, "1")
        case _:
            return ()


def recalls_for(event: Event) -> tuple[Recall, ...]:
    """The letters an event makes untrue."""
    match event:
        case BallotCast():
            # One receipt tells the last answer: an earlier one that has not left says too little.
            subject = subject_of_case(event.case)
            return (
                Recall(subject=subject, kinds=(RECEIPT,), reason="answered_again", recipient=event.person),
            )
        case CaseDecided():
            # The result repeats each member's own answer, so a waiting receipt has nothing left to say.
            return (Recall(subject=subject_of_case(event.case), kinds=(CASE, RECEIPT), reason="decided"),)
        case CaseWithdrawn():
            return (Recall(subject=subject_of_case(event.case), kinds=(CASE, RECEIPT), reason="withdrawn"),)
        case _:
            return ()


def _to_each(kind: str, case: str, people: Iterable[str], occurrence: str) -> tuple[Letter, ...]:
    subject = subject_of_case(case)
    return tuple(
        Letter(kind=kind, subject=subject, recipient=person, occurrence=occurrence)
        for person in dict.fromkeys(people)
    )
