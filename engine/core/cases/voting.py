"""What have the members' answers decided — or what is still missing, and from whom?

One pure function, `count`, turns a body's rules, its seats and the answers given so far into a `Tally`.
It is total: every combination of arguments gets a tally, never an exception.

**Who counts.** A person answers once: of several seats held by one person the first in the programme's
order counts. The requester's seat, recused seats (also by the answer «Jeg er inhabil») and vacant seats
leave the base; recusal and request are personal, so they take every seat of that person out. A project's
owner counts and is remarked upon. When fewer seats remain than the quorum, the case goes to the body above.

**Two steps.** First on or not: «Godkjenn» and «Godkjenn med forutsetninger» together against «Ikke
godkjenn». Then which of the two, by the same majority. No clear answer goes to the meeting. Abstaining is
taking part (it helps the quorum) without being for or against.

**The rules.**

- ``konsensus``: approved when all have answered, none against, none with conditions, at least one for. When
  all have answered otherwise the chair concludes, and disagreement stands in the minutes.
- ``leder``: the leader's answer decides, once the quorum has taken part. When the leader is out of the case,
  abstains or (at closing) is silent, whoever chairs concludes.
- ``flertall``: more than half of those for or against. Equal numbers follow `Rules.tie`: ``leder`` (the
  leader's own answer), ``avslag`` (the proposal falls) or ``mote``.
- ``to_tredeler``: at least two thirds of those for or against; fewer, and the proposal falls.
- ``enstemmig``: all of those for or against are for; one against, and the proposal falls.
- ``stille_samtykke``: one answer against sends the case to the meeting at once; otherwise a silent seat
  counts as taking part and for — only at closing.

**Handling.** In a meeting (``i_mote``) answers are given beforehand: the count never decides, the chair does.
In writing (``skriftlig``) the outcome is certain when every way in which the silent members could still
answer or stay silent ends in the same outcome. Conditions are never settled by a count: the chair fixes their
wording. The chair may conclude at any time; that is a use case, not a count.

The programme leaves quorum, majority and tie open; the defaults are design decisions, not law.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, NamedTuple

State = Literal["certain", "open", "chair", "meeting", "above"]
Outcome = Literal["godkjent", "godkjent_med_forutsetninger", "ikke_godkjent"]

RULES: Final = ("konsensus", "leder", "flertall", "to_tredeler", "enstemmig", "stille_samtykke")
TIES: Final = ("leder", "avslag", "mote")
HANDLINGS: Final = ("i_mote", "skriftlig")

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    # who is in the count
    "vote_vacant": ("seat", "office"),
    "vote_requester": ("seat", "office"),
    "vote_recused": ("seat", "office"),
    "vote_out_by_other_seat": ("seat", "office"),
    "vote_second_seat": ("seat", "office", "counted"),
    "vote_deputy": ("seat", "office", "deputy_for"),
    "vote_owner": ("seat", "office"),
    # answers that do not count as they stand
    "vote_not_counted": ("seat", "office"),
    "vote_foreign_answer": ("seat",),
    "vote_several_answers": ("seat", "office"),
    "vote_asked_for_meeting": ("seat", "office"),
    # why the state is what it is
    "vote_quorum_unreachable": ("base", "quorum"),
    "vote_advance_answers": ("answered", "base"),
    "vote_quorum_missing": ("answered", "quorum"),
    "vote_waiting": ("missing", "base"),
    "vote_agreed": ("agreeing", "answered"),
    "vote_conditions": ("with_conditions",),
    "vote_disagreement": ("against",),
    "vote_silent": ("missing",),
    "vote_silence_is_consent": ("missing",),
    "vote_objection": ("against",),
    "vote_nobody_for": ("answered",),
    "vote_no_clear_answer": ("approving", "with_conditions", "against"),
    "vote_fell": ("agreeing", "against"),
    "vote_tie_by_leader": ("agreeing", "against"),
    "vote_tie_falls": ("agreeing", "against"),
    "vote_tie_to_meeting": ("agreeing", "against"),
    "vote_leader_decides": (),
    "vote_leader_out": (),
    "vote_leader_abstains": (),
    "vote_leader_silent": (),
    "vote_unknown_rule": ("rule",),
}


class Choice(StrEnum):
    """The six answers a member can give; the values are stored and shown, never the names."""

    APPROVE = "godkjenn"
    APPROVE_WITH_CONDITIONS = "godkjenn_med_forutsetninger"
    REJECT = "ikke_godkjenn"
    TAKE_TO_MEETING = "ta_i_motet"
    ABSTAIN = "avstar"
    RECUSE = "inhabil"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One office in the body, as it stands in this case.

    `person` is whoever answers for the seat now: its holder, or the deputy when `deputy_for` names the holder
    stood in for; None when nobody does.
    """

    key: str
    office: str
    person: str | None
    leader: bool
    recused: bool = False
    requester: bool = False
    owner: bool = False
    deputy_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """A seat's answer as it stands now; an answer that was changed is not in the count."""

    seat: str
    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How the body decides: one each of `RULES`, `TIES` and `HANDLINGS`; `quorum` in seats, never below 1."""

    rule: str
    quorum: int
    tie: str
    handling: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One sentence of the explanation: a code of `CODES` and its data."""

    code: str
    data: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The answers counted, and what follows.

    `state`: ``certain`` (the outcome stands whatever the others answer), ``open`` (answers are awaited),
    ``chair`` (the chair must conclude; `outcome` is then what the answers point to, or None), ``meeting``
    (the case must be taken in the meeting), ``above`` (no quorum can be had: the body above decides).
    `missing` holds the keys of the counted seats without an answer, in the programme's order.
    """

    state: State
    outcome: Outcome | None
    for_: int
    with_conditions: int
    against: int
    abstained: int
    missing: tuple[str, ...]
    base: int
    quorum: int
    quorate: bool
    remarks: tuple[Remark, ...]


@dataclass(slots=True)
class _Voter:
    """One person's place in the count: the first of their seats, and what holds for any of them."""

    seat: Seat
    leader: bool
    owner: bool
    out: bool
    answer: Choice | None = None


class _Score(NamedTuple):
    """The numbers a rule looks at. `silent` seats have not answered; `leader` is the leader's answer."""

    approving: int
    conditional: int
    against: int
    taken_part: int
    silent: int
    leader: Choice | None
    leader_counts: bool


class _Reading(NamedTuple):
    state: State
    outcome: Outcome | None
    code: str


def count(rules: Rules, seats: Iterable[Seat], ballots: Iterable[Ballot], *, closing: bool = False) -> Tally:
    """Count the answers of a body's seats, given in the programme's order; the ballots' order is irrelevant.

    `closing` says that the time for answering is over: silence then stays silence, and the tally is never
    ``open``.
    """
    remarks: list[Remark] = []
    answers, torn = _answers(ballots)
    voters = _voters(tuple(seats), answers, torn, remarks)

    approving = conditional = against = abstained = 0
    leader: Choice | None = None
    leader_counts = asked_for_meeting = False
    missing: list[str] = []
    for voter in voters:
        answer = voter.answer
        if answer is None:
            missing.append(voter.seat.key)
        elif answer == Choice.APPROVE:
            approving += 1
        elif answer == Choice.APPROVE_WITH_CONDITIONS:
            conditional += 1
        elif answer == Choice.REJECT:
            against += 1
        elif answer == Choice.ABSTAIN:
            abstained += 1
        else:
            asked_for_meeting = True
            remarks.append(_about("vote_asked_for_meeting", voter.seat))
        if voter.leader and not leader_counts:
            leader, leader_counts = answer, True

    base, quorum = len(voters), max(1, rules.quorum)
    silent = len(missing)
    score = _Score(approving, conditional, against, base - silent, silent, leader, leader_counts)
    reading = _state(rules, quorum, base, score, asked_for_meeting=asked_for_meeting, closing=closing)
    consenting = closing and rules.rule == "stille_samtykke"
    remarks.extend(_explained(reading.code, rules, quorum, base, score))
    if consenting and silent and reading.state != "above":
        remarks.append(Remark(code="vote_silence_is_consent", data={"missing": silent}))
    return Tally(
        state=reading.state,
        outcome=reading.outcome,
        for_=approving,
        with_conditions=conditional,
        against=against,
        abstained=abstained,
        missing=tuple(missing),
        base=base,
        quorum=quorum,
        quorate=(base if consenting else score.taken_part) >= quorum,
        remarks=tuple(remarks),
    )


def _answers(ballots: Iterable[Ballot]) -> tuple[dict[str, Choice], set[str]]:
    """Each seat's answer, and the seats whence two different answers came («inhabil» then weighs most)."""
    answers: dict[str, Choice] = {}
    torn: set[str] = set()
    for ballot in ballots:
        if answers.setdefault(ballot.seat, ballot.choice) != ballot.choice:
            torn.add(ballot.seat)
            if ballot.choice == Choice.RECUSE:
                answers[ballot.seat] = Choice.RECUSE
    return answers, torn


def _voters(
    seats: tuple[Seat, ...], answers: dict[str, Choice], torn: set[str], remarks: list[Remark]
) -> list[_Voter]:
    """The persons who count, each once, in the programme's order."""
    persons: dict[str, _Voter] = {}
    for seat in seats:
        if seat.person is None:
            continue
        out = seat.recused or seat.requester or answers.get(seat.key) == Choice.RECUSE
        voter = persons.get(seat.person)
        if voter is None:
            persons[seat.person] = _Voter(seat, seat.leader, seat.owner, out)
        else:
            voter.leader |= seat.leader
            voter.owner |= seat.owner
            voter.out |= out

    for seat in seats:
        answer = answers.get(seat.key)
        voter = None if seat.person is None else persons[seat.person]
        if voter is None or voter.out:
            remarks.append(_about(_why_out(seat, answer), seat))
            if answer is not None and answer != Choice.RECUSE:
                remarks.append(_about("vote_not_counted", seat))
        else:
            _seat_remarks(seat, voter, remarks)
            if answer is not None:
                _answer_once(voter, seat, answer, torn, remarks)

    for key in sorted(answers.keys() - {seat.key for seat in seats}):
        remarks.append(Remark(code="vote_foreign_answer", data={"seat": key}))
    return [voter for voter in persons.values() if not voter.out]


def _seat_remarks(seat: Seat, voter: _Voter, remarks: list[Remark]) -> None:
    if voter.seat is not seat:
        data = {"seat": seat.key, "office": seat.office, "counted": voter.seat.key}
        remarks.append(Remark(code="vote_second_seat", data=data))
        return
    if seat.deputy_for is not None:
        data = {"seat": seat.key, "office": seat.office, "deputy_for": seat.deputy_for}
        remarks.append(Remark(code="vote_deputy", data=data))
    if voter.owner:
        remarks.append(_about("vote_owner", seat))


def _answer_once(voter: _Voter, seat: Seat, answer: Choice, torn: set[str], remarks: list[Remark]) -> None:
    """Take the person's answer, whichever of their seats it came from.

    Two answers that differ are no answer to choose among: what the member means is cleared up in the meeting.
    """
    if seat.key in torn or (voter.answer is not None and voter.answer != answer):
        remarks.append(_about("vote_several_answers", seat))
        answer = Choice.TAKE_TO_MEETING
    voter.answer = answer


def _why_out(seat: Seat, answer: Choice | None) -> str:
    """The reason that holds for the seat itself; else its person is out by another of their seats."""
    if seat.recused or answer == Choice.RECUSE:
        return "vote_recused"
    if seat.requester:
        return "vote_requester"
    return "vote_vacant" if seat.person is None else "vote_out_by_other_seat"


def _state(
    rules: Rules, quorum: int, base: int, score: _Score, *, asked_for_meeting: bool, closing: bool
) -> _Reading:
    if base < quorum:
        return _Reading("above", None, "vote_quorum_unreachable")
    if rules.handling != "skriftlig":
        told = _read(rules, quorum, score, silence_consents=closing)
        return _Reading("chair", None if asked_for_meeting else told.outcome, "vote_advance_answers")
    if asked_for_meeting:
        return _Reading("meeting", None, "")
    now = _read(rules, quorum, score, silence_consents=closing)
    if closing or not score.silent or now.code == "vote_objection":
        return now
    if now.outcome is not None and all(
        _same(now, _read(rules, quorum, extreme, silence_consents=True)) for extreme in _extremes(score)
    ):
        return now
    return _Reading("open", None, "vote_waiting")


def _extremes(score: _Score) -> tuple[_Score, ...]:
    """The three ends of what the silent seats can still answer (the fourth, silence, is the score itself).

    Every rule asks on which side of straight lines the score lies, so an outcome that holds at all the ends
    holds everywhere between them; the tests prove it by trying every completion.
    """
    silent = score.silent
    waits_for_leader = score.leader is None and score.leader_counts
    return tuple(
        _Score(
            approving=score.approving + (silent if choice == Choice.APPROVE else 0),
            conditional=score.conditional + (silent if choice == Choice.APPROVE_WITH_CONDITIONS else 0),
            against=score.against + (silent if choice == Choice.REJECT else 0),
            taken_part=score.taken_part + silent,
            silent=0,
            leader=choice if waits_for_leader else score.leader,
            leader_counts=score.leader_counts,
        )
        for choice in (Choice.APPROVE, Choice.APPROVE_WITH_CONDITIONS, Choice.REJECT)
    )


def _same(one: _Reading, other: _Reading) -> bool:
    return one.state == other.state and one.outcome == other.outcome


def _read(rules: Rules, quorum: int, score: _Score, *, silence_consents: bool) -> _Reading:
    """What the answers say if nobody says more."""
    if rules.rule == "stille_samtykke":
        if score.against:
            return _Reading("meeting", None, "vote_objection")
        if silence_consents:
            score = score._replace(
                approving=score.approving + score.silent, taken_part=score.taken_part + score.silent, silent=0
            )
    if score.taken_part < quorum:
        return _Reading("meeting", None, "vote_quorum_missing")
    match rules.rule:
        case "konsensus":
            return _by_consensus(score)
        case "leder":
            return _by_leader(score)
        case "flertall" | "to_tredeler" | "enstemmig":
            return _by_majority(rules, score)
        case "stille_samtykke":
            return _by_silence(score)
        case _:
            return _Reading("chair", None, "vote_unknown_rule")


def _by_consensus(score: _Score) -> _Reading:
    if score.against:
        return _Reading("chair", None, "vote_disagreement")
    if score.conditional:
        return _Reading("chair", "godkjent_med_forutsetninger", "vote_conditions")
    if not score.approving:
        return _Reading("chair", None, "vote_nobody_for")
    if score.silent:
        return _Reading("chair", "godkjent", "vote_silent")
    return _Reading("certain", "godkjent", "vote_agreed")


def _by_leader(score: _Score) -> _Reading:
    if not score.leader_counts:
        return _Reading("chair", None, "vote_leader_out")
    match score.leader:
        case Choice.APPROVE:
            return _Reading("certain", "godkjent", "vote_leader_decides")
        case Choice.APPROVE_WITH_CONDITIONS:
            return _Reading("chair", "godkjent_med_forutsetninger", "vote_conditions")
        case Choice.REJECT:
            return _Reading("certain", "ikke_godkjent", "vote_leader_decides")
        case None:
            return _Reading("chair", None, "vote_leader_silent")
        case _:
            return _Reading("chair", None, "vote_leader_abstains")


def _by_majority(rules: Rules, score: _Score) -> _Reading:
    """First on or not, then with or without conditions."""
    agreeing, against = score.approving + score.conditional, score.against
    if not agreeing and not against:
        return _Reading("meeting", None, "vote_no_clear_answer")
    if _carries(rules.rule, agreeing, against):
        return _which(rules, score, "vote_agreed")
    if rules.rule == "flertall" and agreeing == against:
        return _tied(rules, score)
    return _Reading("certain", "ikke_godkjent", "vote_fell")


def _tied(rules: Rules, score: _Score) -> _Reading:
    if rules.tie == "avslag":
        return _Reading("certain", "ikke_godkjent", "vote_tie_falls")
    if rules.tie == "leder":
        if score.leader == Choice.REJECT:
            return _Reading("certain", "ikke_godkjent", "vote_tie_by_leader")
        if score.leader in (Choice.APPROVE, Choice.APPROVE_WITH_CONDITIONS):
            return _which(rules, score, "vote_tie_by_leader")
    return _Reading("meeting", None, "vote_tie_to_meeting")


def _which(rules: Rules, score: _Score, code: str) -> _Reading:
    """Of those who go on: approved as proposed, or with conditions? An equal half can follow the leader."""
    approving, conditional = score.approving, score.conditional
    leader = score.leader if rules.rule == "flertall" and rules.tie == "leder" else None
    tied = approving == conditional
    if _carries(rules.rule, approving, conditional) or (tied and leader == Choice.APPROVE):
        return _Reading("certain", "godkjent", "vote_tie_by_leader" if tied else code)
    if _carries(rules.rule, conditional, approving) or (tied and leader == Choice.APPROVE_WITH_CONDITIONS):
        return _Reading("chair", "godkjent_med_forutsetninger", "vote_conditions")
    return _Reading("meeting", None, "vote_no_clear_answer")


def _carries(rule: str, this: int, that: int) -> bool:
    if rule == "flertall":
        return this > that
    if rule == "to_tredeler":
        return this > 0 and this >= 2 * that
    return this > 0 and that == 0


def _by_silence(score: _Score) -> _Reading:
    if score.conditional:
        return _Reading("chair", "godkjent_med_forutsetninger", "vote_conditions")
    if not score.approving:
        return _Reading("meeting", None, "vote_no_clear_answer")
    return _Reading("certain", "godkjent", "vote_agreed")


def _about(code: str, seat: Seat) -> Remark:
    return Remark(code=code, data={"seat": seat.key, "office": seat.office})


def _explained(code: str, rules: Rules, quorum: int, base: int, score: _Score) -> tuple[Remark, ...]:
    """The remark that says why the state is what it is, with the numbers its code asks for."""
    if not code:
        return ()
    numbers: dict[str, str | int] = {
        "base": base,
        "quorum": quorum,
        "answered": score.taken_part,
        "missing": score.silent,
        "approving": score.approving,
        "with_conditions": score.conditional,
        "agreeing": score.approving + score.conditional,
        "against": score.against,
        "rule": rules.rule,
    }
    return (Remark(code=code, data={name: numbers[name] for name in CODES[code]}),)
