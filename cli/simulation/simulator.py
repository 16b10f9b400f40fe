"""What would a whole time be like? The worker's own rounds on a copy of the database, with a clock that jumps
from one due instant to the next, and letters that are taken in instead of sent.

Nothing here decides anything: a round is `worker.do_round`, and what people do is done by the use cases.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from email import policy
from email.parser import BytesParser
from typing import Any, Final

from cli import worker
from cli.simulation.answers import Answer, Answers
from cli.wiring import Wired
from engine.core.cases import case
from engine.core.files.yaml_source import in_order
from engine.core.obligations.owed import Key
from engine.core.programme.calendar import local_date, oslo
from engine.core.record.letters import REMINDER
from engine.core.refusal import Mistake, Misuse, Refused, unknown
from engine.core.text import nearest
from engine.queries.obligations.next_instant import next_instant
from engine.queries.obligations.show_obligations import show_obligations
from engine.store import cases, obligations, outbox, people, programmes, projects
from engine.store.record import ledger
from engine.store.session import Connection
from engine.use_cases.cases.cast_ballot import cast_ballot
from engine.use_cases.cases.conclude_case import Condition, conclude_case
from engine.use_cases.cases.request_transition import request_transition
from engine.use_cases.machinery.inspect_machinery import beat_all
from engine.use_cases.obligations.settle_condition import settle_condition
from engine.use_cases.obligations.settle_obligation import settle_obligation
from engine.use_cases.people.register_absence import register_absence
from language.obligations import obligation_words
from language.reminders import letter_words, rung_words
from language.sentences import misuse_sentences, sentence
from notifications import smtp

NOWHERE: Final = "smtp://localhost?tls=none"
"""The mail server of a simulation; nobody ever connects to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A letter that would have left: when, to which address, its subject, and why it is sent, in words."""

    at: datetime
    to: str
    kind: str
    subject: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDone:
    """An answer that could not be done when its time came: its line in the file, and why."""

    line: int
    do: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """How the time went: the letters in order, what of the answers was not done, how many rounds it took; and
    how many obligations were `settled` in it, stand `open` with their deadline ahead, or are `late`.
    """

    letters: tuple[Sent, ...]
    not_done: tuple[NotDone, ...]
    settled: int
    open: int
    late: int
    rounds: int

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many letters of each kind."""
        return Counter(one.kind for one in self.letters)

    @property
    def most(self) -> Mapping[str, int]:
        """The most letters each address has had on one day."""
        days = Counter((local_date(one.at), one.to) for one in self.letters)
        found: dict[str, int] = {}
        for (_, to), number in days.items():
            found[to] = max(number, found.get(to, 0))
        return dict(sorted(found.items()))


@dataclass(slots=True)
class _Clock:
    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    letter: str
    at: datetime
    to: str
    content: bytes


@dataclass(slots=True)
class _Bag:
    """Where letters go instead of to a mail server."""

    clock: Callable[[], datetime]
    taken: list[_Taken] = field(default_factory=list)

    def __call__(
        self,
        batch: Sequence[smtp.Outgoing],
        *,
        server: smtp.Server,  # noqa: ARG002 - the shape of a carrier
        before_data: smtp.BeforeData,
        after_reply: smtp.AfterReply,  # noqa: ARG002
        limits: smtp.Limits | None,  # noqa: ARG002
        tls: object,  # noqa: ARG002
    ) -> tuple[smtp.Outcome, ...]:
        true = set(before_data([one.letter for one in batch]))
        leaving = [one for one in batch if one.letter in true]
        self.taken += [
            _Taken(letter=one.letter, at=self.clock(), to=one.recipient, content=one.content)
            for one in leaving
        ]
        return tuple(
            smtp.Outcome(letter=one.letter, state="sent", phase="done", reply="250 simulert")
            for one in leaving
        )


def simulate(wired: Wired, answers: Answers | None, *, first: date, last: date, now: datetime) -> Simulated:
    """Play from now (from `first`, when that has passed) until `last` is over; letters before `first` are not
    told. `wired` is a copy that may be changed.
    """
    start, end = oslo(first, time()), oslo(last + timedelta(days=1), time())
    with wired.db.reading() as tx:
        # What has happened in the database has happened: the clock goes on from there.
        clock = _Clock(max(min(now, start), last_event(tx) or start))
    bag = _Bag(clock)
    settings = wired.settings.model_copy(update={"smtp_url": NOWHERE})
    here = replace(wired, settings=settings, clock=clock, carry=bag)
    waiting = sorted(() if answers is None else answers.answers, key=_when)
    lines = _lines(answers)
    not_done: list[NotDone] = []
    rounds = 0
    while True:
        # In between the worker beat and found nothing.
        beat_all(here.db, now=clock.at)
        worker.do_round(here, worker="simulering")
        rounds += 1
        with wired.db.reading() as tx:
            upcoming = next_instant(tx, now=clock.at)
        if waiting:
            upcoming = min(upcoming, max(_when(waiting[0]), clock.at))
        if upcoming >= end:
            break
        clock.at = upcoming
        while waiting and _when(waiting[0]) <= clock.at:
            answer = waiting.pop(0)
            why = done(here, answer)
            if why:
                not_done.append(NotDone(line=lines[id(answer)], do=answer.do, why=why))
    with wired.db.reading() as tx:
        return _told(tx, bag.taken, not_done, rounds, first=first, end=end)


def last_event(tx: Connection) -> datetime | None:
    """When something last happened, or None in an empty database."""
    return ledger.last_at(tx)


def _when(answer: Answer) -> datetime:
    return oslo(answer.at.date(), answer.at.time())


def _lines(answers: Answers | None) -> dict[int, int]:
    if answers is None:
        return {}
    return {
        id(one): answers.source.position_of(("answers", number))[0]
        for number, one in enumerate(answers.answers)
    }


# ---------------------------------------------------------------- what people do


def mistakes_against(tx: Connection, answers: Answers) -> tuple[Mistake, ...]:
    """Everything in the answers that names what the database has not: projects, seats and addresses. Cases
    and conditions may come to be while it is played.
    """
    programme, source = programmes.current(tx), answers.source
    seats = [] if programme is None else [seat.id for body in programme.bodies for seat in body.seats]
    addresses = [person.email.lower() for person in people.all_people(tx) if person.email]
    known: dict[str, Sequence[str]] = {
        "project": tuple(projects.keys(tx)),
        "seat": seats,
        **dict.fromkeys(("by", "who", "stand_in"), addresses),
    }
    found = []
    for key, names in known.items():
        for path, name in source.matching(f"answers.*.{key}"):
            written = str(name).lower() if names is addresses else str(name)
            if written not in names:
                near = nearest(written, names)
                found.append(source.mistake("answers.unknown", path, name=str(name), nearest=near))
    return in_order(found)


def done(here: Wired, answer: Answer) -> tuple[str, ...]:
    """Do what somebody does; why not, in sentences, where that is so."""
    try:
        outcome = _DO[answer.do](here, answer, here.clock())
    except Misuse as misuse:
        return misuse_sentences(misuse)
    if isinstance(outcome, Refused):
        return tuple(sentence(reason) for reason in outcome.reasons)
    return ()


def _settle(here: Wired, answer: Answer, now: datetime) -> object:
    if answer.obligation is not None:
        kind, subject, occurrence = (*answer.obligation.split(), "", "", "")[:3]
        with here.db.reading() as tx:
            owed = obligations.by_key(tx, Key(kind, subject, occurrence))
            if owed is None:
                known = [_name_of(one.obligation.key) for one in obligations.list_obligations(tx)]
                raise unknown("obligation", answer.obligation, known)
        return settle_obligation(
            here.db, obligation=owed.id, note=answer.evidence or "", by=answer.by or "", now=now
        )
    return settle_condition(
        here.db,
        condition=answer.condition or "",
        evidence=answer.evidence or "",
        by=answer.by or "",
        now=now,
    )


def _name_of(key: Key) -> str:
    return f"{key.kind} {key.subject} {key.occurrence}".strip()


def _vote(here: Wired, answer: Answer, now: datetime) -> object:
    with here.db.reading() as tx:
        state = _case(tx, answer)
    entry = next((one for one in state.roll if one["seat"] == answer.seat and one["person"]), None)
    if entry is None:
        raise unknown("seat", answer.seat or "", [str(one["seat"]) for one in state.roll])
    return cast_ballot(
        here.db,
        case=state.id,
        person=str(entry["person"]),
        seat=answer.seat,
        choice=answer.choice or "",
        version=state.version,
        nonce=secrets.token_hex(16),
        comment=answer.comment,
        condition=answer.condition,
        now=now,
    )


def _conclude(here: Wired, answer: Answer, now: datetime) -> object:
    with here.db.reading() as tx:
        state = _case(tx, answer)
    terms = [
        Condition(text=one.text, owner=one.owner, due=one.due.isoformat(), blocks=one.blocks)
        for one in answer.conditions
    ]
    return conclude_case(
        here.db,
        case=state.id,
        by=answer.by or "",
        outcome=answer.outcome or "",
        wording=answer.wording or "",
        conditions=terms,
        now=now,
    )


def _request(here: Wired, answer: Answer, now: datetime) -> object:
    return request_transition(
        here.db,
        key=answer.project or "",
        proposal=answer.proposal or "",
        by=answer.by or "",
        gate=answer.gate,
        handling=answer.handling,
        now=now,
    )


def _absence(here: Wired, answer: Answer, now: datetime) -> object:
    assert answer.from_day is not None
    assert answer.to_day is not None
    register_absence(
        here.db,
        who=answer.who or "",
        away_from=answer.from_day,
        away_to=answer.to_day,
        stand_in=answer.stand_in,
        now=now,
    )
    return None


_DO: Final[Mapping[str, Callable[[Wired, Answer, datetime], object]]] = {
    "settle": _settle,
    "vote": _vote,
    "conclude": _conclude,
    "request": _request,
    "absence": _absence,
}


def _case(tx: Connection, answer: Answer) -> case.CaseState:
    found = cases.find(tx, answer.case or "")
    if found is None:
        raise unknown("case", answer.case or "", [one.number for one in cases.list_cases(tx)])
    return found


# ---------------------------------------------------------------- how it went


def _told(
    tx: Connection,
    taken: Iterable[_Taken],
    not_done: Sequence[NotDone],
    rounds: int,
    *,
    first: date,
    end: datetime,
) -> Simulated:
    posted = {one.id: one for one in outbox.list_letters(tx)}
    standing: Counter[str] = Counter()
    for stored in obligations.list_obligations(tx, status=None):
        settled_at = stored.obligation.settled_at
        if stored.status == "open":
            standing["late" if stored.obligation.due_at <= end else "open"] += 1
        elif stored.status == "settled" and settled_at is not None and local_date(settled_at) >= first:
            standing["settled"] += 1
    return Simulated(
        letters=tuple(
            _sent(tx, one, posted)
            for one in sorted(taken, key=lambda one: (one.at, one.to))
            if local_date(one.at) >= first
        ),
        not_done=tuple(not_done),
        settled=standing["settled"],
        open=standing["open"],
        late=standing["late"],
        rounds=rounds,
    )


def _sent(tx: Connection, one: _Taken, posted: Mapping[str, outbox.Posted]) -> Sent:
    message: Any = BytesParser(policy=policy.default).parsebytes(one.content, headersonly=True)
    kind = posted[one.letter].kind
    why = tuple(_lines_of(tx, one.letter)) if kind == REMINDER else (letter_words(kind),)
    return Sent(at=one.at, to=one.to, kind=kind, subject=str(message["Subject"]), why=why)


def _lines_of(tx: Connection, letter: str) -> Iterator[str]:
    told = {stored.id: (stored, reminder) for stored, reminder in obligations.told_by(tx, letter)}
    views = show_obligations(
        tx, [stored for stored, _ in told.values()], on=local_date(_at(told.values())) if told else date.min
    )
    for view, (_, reminder) in zip(views, told.values(), strict=True):
        where = f" ({view.project_title})" if view.project_title else ""
        yield f"{obligation_words(view.kind, view.about)}{where}: {rung_words(reminder.rung)}"


def _at(told: Iterable[tuple[Any, obligations.Reminder]]) -> datetime:
    return max(reminder.at for _, reminder in told)
