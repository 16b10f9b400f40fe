"""What do people do, and when, in a year that is only simulated? The answers file: what it may say, and
everything that can be wrong with it.

    answers:
      - {at: 2025-03-12T10:00, do: settle, condition: "3/2025:F2", evidence: Sett, by: kontor@example.org}
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from engine.core.files.shape import Day, Document, Email, Id, Line, Moment, Paragraph, Shape, YesNo, parsed
from engine.core.files.yaml_source import Path, Plain, Source
from engine.core.refusal import Mistake
from engine.core.workflow.definition import Outcome

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "answers.needs": ("do", "key"),
    "answers.needs_one": ("do", "one", "other"),
    "answers.not_for": ("do", "key"),
    "answers.outside": ("at", "first", "last"),
    "answers.reversed": ("start", "end"),
    "answers.unknown": ("name", "nearest"),
    "answers.unnamed": ("name", "form"),
}
"""Every code of this file's own, with the keys of its data; `unknown` is for whoever knows the database."""

Choice: TypeAlias = Literal[
    "godkjenn", "godkjenn_med_forutsetninger", "ikke_godkjenn", "ta_i_motet", "avstar", "inhabil"
]
Do: TypeAlias = Literal["settle", "vote", "conclude", "request", "absence"]


class Term(Shape):
    """A condition as the chair fixes it."""

    text: Paragraph
    owner: Line
    due: Day
    blocks: YesNo = False


class Answer(Shape):
    """One thing somebody does at a time. Which keys go with which `do` is in `NEEDS` and `MAY`."""

    at: Moment
    do: Do
    by: Email | None = None
    condition: Paragraph | None = None
    """For `settle` its name, «3/2025:F2»; for `vote` its text."""
    obligation: Line | None = None
    """Kind, subject and occurrence, as the preview tells them: «duty:ros programme 2025-T1»."""
    evidence: Paragraph | None = None
    case: Line | None = None
    seat: Id | None = None
    choice: Choice | None = None
    comment: Paragraph | None = None
    outcome: Outcome | None = None
    wording: Paragraph | None = None
    conditions: tuple[Term, ...] = ()
    project: Id | None = None
    gate: Line | None = None
    proposal: Paragraph | None = None
    handling: Literal["skriftlig", "i_mote"] | None = None
    who: Email | None = None
    from_day: Day | None = Field(default=None, alias="from")
    to_day: Day | None = Field(default=None, alias="to")
    stand_in: Email | None = None


class Answers(Document):
    """The whole file, in the order of the file."""

    answers: Annotated[tuple[Answer, ...], Field(max_length=5_000)]


NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "settle": ("evidence", "by"),
    "vote": ("case", "seat", "choice"),
    "conclude": ("case", "outcome", "by"),
    "request": ("project", "proposal", "by"),
    "absence": ("who", "from", "to"),
}
MAY: Final[Mapping[str, tuple[str, ...]]] = {
    "settle": ("condition", "obligation"),
    "vote": ("comment", "condition"),
    "conclude": ("wording", "conditions"),
    "request": ("gate", "handling"),
    "absence": ("stand_in",),
}
_KEYS: Final = frozenset({key for keys in (*NEEDS.values(), *MAY.values()) for key in keys})


def parse_answers(text: str | bytes, *, first: date, last: date) -> Answers | tuple[Mistake, ...]:
    """The answers a YAML text describes for a time with its first and last day, or every mistake in it in the
    text's order. Never raises.
    """
    return parsed(text, Answers, sense=partial(_sense, first, last))


def _sense(first: date, last: date, source: Source) -> Iterator[Mistake]:
    for path, answer in source.matching("answers.*"):
        if isinstance(answer, dict):
            yield from _keys(source, path, answer)
            yield from _times(source, path, answer, first, last)


def _keys(source: Source, path: Path, answer: Mapping[str, Plain]) -> Iterator[Mistake]:
    do = answer.get("do")
    if not isinstance(do, str) or do not in NEEDS:
        return
    for key in NEEDS[do]:
        if key not in answer:
            yield source.mistake("answers.needs", path, do=do, key=key)
    for key in answer:
        if key in _KEYS - {*NEEDS[do], *MAY[do]}:
            yield source.mistake_at_key("answers.not_for", (*path, key), do=do, key=key)
    if do == "settle" and ("condition" in answer) == ("obligation" in answer):
        yield source.mistake("answers.needs_one", path, do=do, one="condition", other="obligation")
    condition = answer.get("condition")
    if do == "settle" and isinstance(condition, str) and not re.fullmatch(r"\S+:\S+", condition):
        name = condition[:80]
        yield source.mistake("answers.unnamed", (*path, "condition"), name=name, form="3/2025:F2")


def _times(
    source: Source, path: Path, answer: Mapping[str, Plain], first: date, last: date
) -> Iterator[Mistake]:
    at = _moment(answer.get("at"))
    if at is not None and not first <= at.date() <= last:
        days = {"first": first.isoformat(), "last": last.isoformat()}
        yield source.mistake("answers.outside", (*path, "at"), at=at.isoformat(), **days)
    start, end = answer.get("from"), answer.get("to")
    if isinstance(start, str) and isinstance(end, str) and end < start:
        yield source.mistake("answers.reversed", (*path, "to"), start=start, end=end)


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
