"""Which letters must leave now, and are they still true? The first claim fixes what a letter says."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from engine.core.access.links import Link, Purpose, code_for, last_moment, receipt_code, token_for, token_hash
from engine.core.obligations.owed import Key
from engine.core.programme.calendar import in_office_hours, local_date
from engine.core.programme.ladder import next_slot
from engine.core.record.letters import (
    AGENDA,
    ALERT,
    AMENDED,
    ASKING,
    CARRIES_CODE,
    CASE,
    EXECUTION,
    LINKLESS,
    MEETING_CHANGED,
    MINUTES,
    RECEIPT,
    REMINDER,
    REPORT_APPROVED,
    REPORT_DELIVERED,
    RESCHEDULED,
    RESULT,
    SIGN_IN,
    TROUBLE,
    UNDECIDABLE,
    UNOPENED,
    WITHDRAWN,
    Letter,
    again,
    case_version,
    change_of,
    move_of,
    read_alert,
    read_report_subject,
    read_version,
    subject_of_meeting,
    subject_of_person,
)
from engine.queries.cases.unable import unable_to_decide
from engine.queries.letters.subject import Subject, debtor_of, subject_named
from engine.queries.people.actors import steered
from engine.store import cases, links, obligations, outbox, people, programmes, projects, reporting
from engine.store.obligations import Reminder, Stored
from engine.store.outages import NOBODYS
from engine.store.outbox import Claimed, Frozen, Settlement
from engine.store.session import Connection, Database, apart, new_id
from engine.use_cases.machinery.watch_machinery import trouble
from engine.use_cases.obligations.plan_obligations import freshen

_STANDING: Final[Mapping[str, frozenset[str]]] = {
    CASE: frozenset({"open"}),
    AMENDED: frozenset({"open"}),
    RESULT: frozenset({"decided"}),
    EXECUTION: frozenset({"decided"}),
    UNDECIDABLE: frozenset({"open"}),
    RESCHEDULED: frozenset({"open"}),
    WITHDRAWN: frozenset({"withdrawn"}),
    AGENDA: frozenset({"called"}),
    UNOPENED: frozenset({"called"}),
    RECEIPT: frozenset({"open", "called", "planned", "moved"}),
    MINUTES: frozenset({"held"}),
}
"""How the case or the meeting must stand for a kind of letter to be true; a kind that is not here always
is.
"""
SIGN_IN_LIFE: Final = timedelta(hours=1)
"""How long a way in to all that is a person's is good; and once only."""
_DAILY: Final = frozenset({REMINDER, TROUBLE})
"""Letters that come once a day at most, and tell what is so when they leave."""
_OF_REPORTS: Final = frozenset({REPORT_DELIVERED, REPORT_APPROVED})
_NEWS: Final = frozenset({MEETING_CHANGED, RESCHEDULED, UNDECIDABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What a letter is to say, in JSON, by whoever knows how letters are worded."""

    payload: str
    template_digest: str
    message_id: str


Done = TypeVar("Done")
Compose = Callable[[Connection, Claimed], Composed]
"""Reads the world for one letter; it only reads. Whatever it raises kills that letter and no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A letter that may leave: what it says, and the secrets derived for it, which are stored nowhere."""

    claimed: Claimed
    frozen: Frozen
    url: str | None
    code: str | None
    receipt_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The letters to send, and those already settled: withdrawn as untrue, dead as impossible to word."""

    ready: tuple[Ready, ...]
    withdrawn: tuple[Settlement, ...]
    dead: tuple[Settlement, ...]


def claim_letters(
    db: Database,
    *,
    keys: Mapping[int, bytes],
    base_url: str,
    worker: str,
    limit: int,
    compose: Compose,
    now: datetime,
    present: Callable[[str], str] | None = None,
    lease: timedelta = outbox.LEASE,
) -> Claim:
    """Lease up to `limit` due letters to `worker`; then withdraw the untrue and freeze the new. A letter that
    has cost too many workers their lives is dead.

    A `worker` is one run of one process: two that share a name would settle each other's letters. `present`
    tells the digest of a kind's templates as they are now: a letter that was frozen for others, before an
    upgrade, is frozen anew under the same Message-ID and Date, since today's words may ask for facts it
    does not hold. A letter of reminders leaves in office hours only, and not before all that its reader is
    to be told today stands in it.
    """
    with db.writing() as tx:
        now = db.now(tx, given=now)
        # Chains before letters: whoever writes an event takes them in that order too.
        freshen(tx, now=now)
        resting = () if _may_remind(tx, now=now) else (REMINDER,)
        given_up = outbox.give_up_deadly(tx, now=now)
        letters = outbox.claim(tx, worker=worker, limit=limit, now=now, lease=lease, passing_over=resting)
    if not letters:
        return Claim(ready=(), withdrawn=(), dead=given_up)
    # Claimed and counted before anything is worded: wording that kills its process is an attempt too.
    with db.writing() as tx:
        mine = outbox.held(tx, [letter.id for letter in letters], worker=worker)
        wording = partial(_fit, tx, compose=compose, present=present, keys=keys, base_url=base_url, now=now)
        ends = [by_itself(tx, letter, wording) for letter in letters if letter.id in mine]
        settled = [end for end in ends if isinstance(end, Settlement)]
        if settled:
            outbox.settle(tx, settled, worker=worker, now=now)
    return Claim(
        ready=tuple(end for end in ends if isinstance(end, Ready)),
        withdrawn=tuple(one for one in settled if one.state == "withdrawn"),
        dead=(*given_up, *(one for one in settled if one.state == "dead")),
    )


def by_itself(
    tx: Connection, letter: Claimed, do: Callable[[Claimed], Done | Settlement]
) -> Done | Settlement:
    """What becomes of one letter. One that cannot be judged or worded is dead of that, whatever it was, and
    has touched no other.
    """
    try:
        with apart(tx):
            return do(letter)
    except NOBODYS:
        raise
    except Exception as bug:
        return _settled(letter, "dead", "compose", f"{type(bug).__name__}: {bug}")


def _fit(
    tx: Connection,
    letter: Claimed,
    *,
    compose: Compose,
    present: Callable[[str], str] | None,
    keys: Mapping[int, bytes],
    base_url: str,
    now: datetime,
) -> Ready | Settlement:
    """A claimed letter with its words, or its end where it has stopped being true."""
    untrue = withdrawal(tx, letter, now=now)
    if untrue is not None:
        return untrue
    frozen = letter.frozen
    outdated = frozen is not None and present and frozen.template_digest != present(letter.kind)
    if frozen is None or outdated or letter.kind in _DAILY:
        frozen = _frozen(tx, letter, compose, keys=keys, now=now)
    return _ready(tx, letter, frozen, keys=keys, base_url=base_url)


def _may_remind(tx: Connection, *, now: datetime) -> bool:
    programme = programmes.current(tx)
    if programme is None:
        return False
    policy = programme.calendar.policy()
    if not in_office_hours(now, policy):
        outbox.put_off(tx, kind=REMINDER, until=next_slot(now, policy), now=now)
        return False
    # Whoever reminds has not been there yet today: a letter may have to give way, or to tell more.
    return not obligations.look(tx, now=now).due


def withdrawal(tx: Connection, letter: Claimed, *, now: datetime) -> Settlement | None:
    """The end of a claimed letter that has stopped being true; None when it may leave.

    A letter frozen for an address that is no longer the reader's makes place for a new one.
    """
    reason = why_untrue(tx, letter, now=now)
    if reason is None:
        return None
    if reason == "address_changed" and follows_reader(letter):
        # Letters of a day, alerts and letters about reports tell by their occurrence what they are about.
        telling = (*_DAILY, ALERT, *_OF_REPORTS)
        told = again(letter.occurrence, new_id()) if letter.kind in telling else f"moved-{new_id()}"
        anew = Letter(kind=letter.kind, subject=letter.subject, recipient=letter.recipient, occurrence=told)
        outbox.enqueue(tx, [anew], now=now)
    return _settled(letter, "withdrawn", "withdrawn", reason)


def follows_reader(letter: Claimed) -> bool:
    """Whether a letter is sent anew to an address that was changed; one that asks for answers, or confirms
    one, got its successor with the change itself.
    """
    return letter.kind not in (*ASKING, RECEIPT)


def why_untrue(tx: Connection, letter: Claimed, *, now: datetime) -> str | None:
    """The code of what makes a letter say something that is no longer so, or that nobody need be told."""
    subject = subject_named(tx, letter.subject, letter.recipient, now=now)
    if subject is None:
        return "gone"
    if subject.status not in _STANDING.get(letter.kind, {subject.status}):
        return subject.status
    reader = people.by_id(tx, letter.recipient)
    if reader is None or not reader.email:
        return "no_address"
    if letter.frozen is not None and letter.frozen.address != reader.email:
        return "address_changed"
    if letter.kind in (*ASKING, AMENDED, UNOPENED):
        return _untrue_request(tx, letter, subject)
    if letter.kind in (REMINDER, ALERT):
        return None if _still_owed(tx, letter) else "settled"
    if letter.kind == TROUBLE:
        return None if trouble(tx, now=now) else "settled"
    if letter.kind == RECEIPT:
        return _untrue_receipt(tx, letter, subject)
    if letter.kind == REPORT_DELIVERED:
        return _untrue_report(tx, letter, now)
    return _untrue_news(tx, letter, subject) if letter.kind in _NEWS else None


def _untrue_receipt(tx: Connection, letter: Claimed, subject: Subject) -> str | None:
    if _last_ballot(tx, subject, letter.recipient) != letter.occurrence:
        return "answered_again"
    if subject.meeting is not None and outbox.has_left(tx, letter):
        # One receipt for each member and meeting: the page tells of what is answered or changed after it.
        return "receipt_sent"
    return None


def _untrue_report(tx: Connection, letter: Claimed, now: datetime) -> str | None:
    """Why a report need not be approved, or not by this reader."""
    project, period = read_report_subject(letter.subject)
    delivered = reporting.reports(tx, project=project, period=period)
    if not delivered or delivered[-1].version != read_version(letter.occurrence):
        return "superseded"
    if delivered[-1].approved_at is not None:
        return "settled"
    roles = projects.roles(tx, project, on=local_date(now))
    owner = roles.get(steered(tx, project).definition.roles.owner)
    # Whoever owns it now is reminded in good time.
    return None if owner is not None and owner.person == letter.recipient else "not_owner"


def _untrue_news(tx: Connection, letter: Claimed, subject: Subject) -> str | None:
    """Why news of a meeting or of a case that goes on are news no more."""
    if letter.kind == MEETING_CHANGED:
        return "superseded" if _is_of_another_day(letter, subject) else None
    if letter.kind == RESCHEDULED:
        return "superseded" if _is_moved_again(letter, subject) else None
    return None if subject.case is not None and unable_to_decide(tx, subject.case) else "decidable"


def _still_owed(tx: Connection, letter: Claimed) -> bool:
    """Whether anything a reminder or an alert is about is still owed: with nothing left, no letter."""
    if letter.kind == REMINDER:
        return bool(_to_tell(tx, letter))
    _, *key = read_alert(letter.occurrence)
    late = obligations.by_key(tx, Key(*key))
    return late is not None and late.status == "open"


def has_changed(tx: Connection, letter: Claimed) -> bool:
    """Whether a day's reminders, frozen, hold something that has been done or got another date since."""
    if letter.kind != REMINDER or letter.frozen is None:
        return False
    owed = {reminder for _, reminder in _to_tell(tx, letter)}
    return not owed.issuperset(obligations.carried_by(tx, letter.id))


def _untrue_request(tx: Connection, letter: Claimed, subject: Subject) -> str | None:
    version = case_version(letter.occurrence)
    if version is not None and subject.case is not None and version != subject.case.version:
        return "superseded"
    if not subject.takes(letter.recipient):
        return "not_on_roll"
    if letter.kind == AMENDED and _has_answered_anew(tx, letter, subject):
        return "answered_again"
    if letter.kind == UNOPENED:
        if subject.part is not None and not (subject.part.seats or subject.part.stands_in):
            return "has_no_answer_to_give"
        link = links.newest_for(tx, person=letter.recipient, subject=letter.subject, purpose=Purpose.BALLOT)
        return None if link is not None and link.opened_at is None else "opened"
    if letter.frozen is not None and letter.frozen.link is not None:
        link = links.by_id(tx, letter.frozen.link)
        if link is None or link.revoked_at is not None:
            return "link_dead"
    return None


def _has_answered_anew(tx: Connection, letter: Claimed, subject: Subject) -> bool:
    case = subject.case
    return case is not None and any(
        ballot.person == letter.recipient and ballot.version == case.version
        for ballot in cases.ballots(tx, case.id)
    )


def _is_moved_again(letter: Claimed, subject: Subject) -> bool:
    """Whether the case has gone on once more since this letter was called for; the next one tells that."""
    _, answer_by = move_of(letter.occurrence)
    case = subject.case
    return case is None or (answer_by is not None and answer_by != case.answer_by)


def _is_of_another_day(letter: Claimed, subject: Subject) -> bool:
    """Whether the meeting has changed once more since this letter was called for; the next one tells that."""
    told, meeting = change_of(letter.occurrence), subject.meeting
    if meeting is None or told is None:
        return False
    status, starts_at = told
    was_off, is_off = status == "cancelled", meeting.status == "cancelled"
    return was_off != is_off or starts_at != meeting.starts_at


def _last_ballot(tx: Connection, subject: Subject, person: str) -> str | None:
    """A person's newest answer in a case, or in any case of a meeting."""
    meeting = subject.meeting
    about = [subject.case] if meeting is None else cases.list_cases(tx, meeting=meeting.id)
    cast = [
        (ballot.cast_at, ballot.seq, ballot.id)
        for case in about
        if case is not None
        for ballot in cases.ballots(tx, case.id)
        if ballot.person == person
    ]
    return max(cast)[2] if cast else None


def _frozen(
    tx: Connection, letter: Claimed, compose: Compose, *, keys: Mapping[int, bytes], now: datetime
) -> Frozen:
    composed = compose(tx, letter)
    reader = people.by_id(tx, letter.recipient)
    link = _link(tx, letter, keys=keys, now=now)
    frozen = Frozen(
        address="" if reader is None else reader.email or "",
        payload=composed.payload,
        template_digest=composed.template_digest,
        message_id=composed.message_id if letter.frozen is None else letter.frozen.message_id,
        dated=now.replace(microsecond=0) if letter.frozen is None else letter.frozen.dated,
        link=None if link is None else link.id,
    )
    outbox.freeze(tx, letter.id, frozen)
    if letter.kind == REMINDER:
        told = _to_tell(tx, letter)
        obligations.release(tx, letter.id)
        obligations.carry(tx, letter.id, [reminder for _, reminder in told])
    return frozen


def _to_tell(tx: Connection, letter: Claimed) -> tuple[tuple[Stored, Reminder], ...]:
    return obligations.waiting(
        tx, person=letter.recipient, letter=letter.id, possibly_sent=letter.possibly_sent
    )


def _link(tx: Connection, letter: Claimed, *, keys: Mapping[int, bytes], now: datetime) -> Link | None:
    """The reader's link: made by a letter that asks for answers, carried by all letters of the thread."""
    if letter.kind in LINKLESS:
        return None
    subject = subject_named(tx, letter.subject, letter.recipient, now=now)
    if subject is None:
        return None
    if letter.kind == SIGN_IN:
        return _one_time_link(tx, letter, keys=keys, now=now)
    personal = letter.kind == RESULT and not subject.takes(letter.recipient)
    if personal:
        # Whoever has no seat in the case has never had a link to it: the decision is theirs to act on.
        subject = debtor_of(letter.recipient, now=now)
    purpose = Purpose.BALLOT if subject.debtor is None else Purpose.OBLIGATION
    name = letter.subject
    if subject.debtor is not None:
        # One way in for everything somebody owes, a report to approve with it.
        name = subject_of_person(subject.debtor.person)
    elif subject.case is not None and subject.case.meeting is not None:
        # A case that is handled in a meeting is entered through the meeting's one link.
        name = subject_of_meeting(subject.case.meeting)
    found = links.newest_for(tx, person=letter.recipient, subject=name, purpose=purpose)
    if found is not None and _is_good(found, keys=keys, now=now):
        return found
    if letter.kind not in CARRIES_CODE and not personal:
        # Until its meeting is called, a case taken there is entered by the link it had in writing.
        own = links.newest_for(tx, person=letter.recipient, subject=letter.subject, purpose=Purpose.BALLOT)
        return own if own is not None and _is_good(own, keys=keys, now=now) else None
    link = Link(
        id=secrets.token_hex(16),
        purpose=purpose,
        kid=max(keys),
        generation=1 if found is None else found.generation + 1,
        person=letter.recipient,
        subject=name,
        level=subject.level,
        created_at=now,
        not_after=last_moment(now, subject.deadline),
    )
    token = token_for(keys, kid=link.kid, purpose=link.purpose, link_id=link.id, generation=link.generation)
    links.insert(tx, link, token_sha256=token_hash(token))
    return link


def _one_time_link(tx: Connection, letter: Claimed, *, keys: Mapping[int, bytes], now: datetime) -> Link:
    """A link of this letter's own, good once and for an hour; frozen anew, the letter carries it still."""
    made = (
        None if letter.frozen is None or letter.frozen.link is None else links.by_id(tx, letter.frozen.link)
    )
    if made is not None and _is_good(made, keys=keys, now=now):
        return made
    newest = links.newest_for(tx, person=letter.recipient, subject=letter.subject, purpose=Purpose.PORTAL)
    link = Link(
        id=secrets.token_hex(16),
        purpose=Purpose.PORTAL,
        kid=max(keys),
        generation=1 if newest is None else newest.generation + 1,
        person=letter.recipient,
        subject=letter.subject,
        level="kode",
        created_at=now,
        not_after=now + SIGN_IN_LIFE,
    )
    token = token_for(keys, kid=link.kid, purpose=link.purpose, link_id=link.id, generation=link.generation)
    links.insert(tx, link, token_sha256=token_hash(token))
    return link


def _is_good(link: Link, *, keys: Mapping[int, bytes], now: datetime) -> bool:
    """Whether a letter may carry this link; one whose key is lost cannot be written any more."""
    dead = link.revoked_at is not None or link.locked_at is not None or link.not_after <= now
    return not dead and link.kid in keys


def _ready(
    tx: Connection, letter: Claimed, frozen: Frozen, *, keys: Mapping[int, bytes], base_url: str
) -> Ready:
    link = None if frozen.link is None else links.by_id(tx, frozen.link)
    url = code = None
    if link is not None:
        kid, id_, generation = link.kid, link.id, link.generation
        token = token_for(keys, kid=kid, purpose=link.purpose, link_id=id_, generation=generation)
        url = f"{base_url.rstrip('/')}/b/{token}"
        # The code is told once, with the request: a receipt with it would be one more key to the door.
        told = letter.kind in CARRIES_CODE or (letter.kind == RESULT and link.purpose == Purpose.OBLIGATION)
        if told and link.level != "enkel":
            code = code_for(keys, kid=kid, link_id=id_, generation=generation)
    receipt = None
    if letter.kind == RECEIPT:
        receipt = receipt_code(
            keys, kid=min(keys) if link is None else link.kid, receipt_id=letter.occurrence
        )
    claimed = replace(letter, frozen=frozen)
    return Ready(claimed=claimed, frozen=frozen, url=url, code=code, receipt_code=receipt)


def _settled(letter: Claimed, state: str, phase: str, reply: str) -> Settlement:
    return Settlement(letter=letter.id, attempt=letter.attempts, state=state, phase=phase, reply=reply)
