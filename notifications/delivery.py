"""What is due to be told, and did it arrive? One round of the outbox: claim, word, send, settle."""

import base64
import hashlib
import json
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

from jinja2 import TemplateError

from engine.core.address import as_sent
from engine.core.record.ledger import canonical
from engine.store import outbox
from engine.store.outbox import Claimed, Settlement
from engine.store.session import Connection, Database
from engine.use_cases.letters.begin_delivery import begin_delivery
from engine.use_cases.letters.claim_letters import Composed, Ready, claim_letters
from engine.use_cases.letters.retry_letters import reword_unworded
from engine.use_cases.letters.settle_letters import settle_letters
from notifications import letters, message, smtp

BATCH: Final = 20
"""Letters to a connection and to a claim: few, so that a claim holds the database's one writer briefly."""

_BUGS: Final = (TemplateError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


class Carry(Protocol):
    """How a batch gets to the mail server: `smtp.deliver`, or something that only takes the letters in."""

    def __call__(
        self,
        batch: Sequence[smtp.Outgoing],
        *,
        server: smtp.Server,
        before_data: smtp.BeforeData,
        after_reply: smtp.AfterReply,
        limits: smtp.Limits | None,
        tls: ssl.SSLContext | None,
    ) -> tuple[smtp.Outcome, ...]:
        """Send the letters `before_data` lets through, and say how each ended: each at once to `after_reply`,
        or all together.
        """


Invite = Callable[[Mapping[str, Any]], bytes]
"""Makes the file for a calendar from what a letter says of its meeting: method (REQUEST or CANCEL), id,
title, starts_at, ends_at, place, description, sequence, changed_at, url, organiser and guest {name, address}.
The same facts must give the same bytes.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How letters leave: the server with its password, who they are from, where their links lead.

    Without `invite`, letters about meetings carry nothing for calendars.
    """

    smtp_url: str = field(repr=False)
    mail_from: str
    base_url: str
    invite: Invite | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A letter that did not get away: what became of it, how far it came, and why."""

    letter: str
    state: str
    phase: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How many letters ended how, and every failure for the log and for `doctor`."""

    sent: int = 0
    retried: int = 0
    withdrawn: int = 0
    bounced: int = 0
    dead: int = 0
    failures: tuple[Failure, ...] = ()


class MailSettingsError(Exception):
    """The settings cannot be used; args: the reasons, as `language.sentences` says them."""


def deliver_due(
    db: Database,
    *,
    keys: Mapping[int, bytes],
    settings: MailSettings,
    worker: str,
    now: datetime,
    limits: smtp.Limits | None = None,
    tls: ssl.SSLContext | None = None,
    carry: Carry = smtp.deliver,
    alive: Callable[[], None] | None = None,
    lease: timedelta = outbox.LEASE,
    clock: Callable[[], datetime] | None = None,
) -> Delivered:
    """Send every letter that is due at `now`, until none is left or the server cannot be reached.

    Two write transactions for a batch, claim and freeze, and two for each letter: about to send, and how it
    ended. So a worker that dies leaves at most one letter in doubt. `worker` must be this run's own name.
    `alive` is called before each batch, so that a long queue is not taken for silence. `clock` tells when
    each batch begins, without it all begin at `now`: a round may outlast a lease.
    Raises MailSettingsError; faults of network, server or a single letter are outcomes.
    """
    server, domain = _checked(settings)
    reword_unworded(db, now=now)
    ends: list[Settlement] = []
    way = _Way(server=server, settings=settings, domain=domain, limits=limits, tls=tls, carry=carry)
    while True:
        if alive is not None:
            alive()
        now = _shared(db, now if clock is None else clock())
        claim = claim_letters(
            db,
            keys=keys,
            base_url=settings.base_url,
            worker=worker,
            limit=BATCH,
            compose=partial(_compose, domain=domain, now=now),
            present=letters.template_digest,
            lease=lease,
            now=now,
        )
        ends += [*claim.withdrawn, *claim.dead]
        if not claim.ready:
            if not (claim.withdrawn or claim.dead):
                return _counted(ends)
            continue
        batch = _Batch(
            db=db, ready={one.claimed.id: one for one in claim.ready}, worker=worker, now=now, lease=lease
        )
        reached = batch.send(way)
        ends += batch.ends
        if not reached:
            return _counted(ends)


def _shared(db: Database, given: datetime) -> datetime:
    """The instant that what comes of a batch is dated by: another machine will read it."""
    with db.glancing() as tx:
        return db.now(tx, given=given)


def _checked(settings: MailSettings) -> tuple[smtp.Server, str]:
    """The server, and the domain that letters' identities end in."""
    server, sender = smtp.parse_smtp_url(settings.smtp_url), message.read_sender(settings.mail_from)
    if isinstance(server, tuple) or not isinstance(sender, tuple):
        reasons = server if isinstance(server, tuple) else ()
        raise MailSettingsError(*reasons, *(() if isinstance(sender, tuple) else (sender,)))
    return server, sender[1].rpartition("@")[2]


def _compose(tx: Connection, letter: Claimed, *, domain: str, now: datetime) -> Composed:
    facts = letters.facts_for(tx, letter, now=now)
    return Composed(
        payload=canonical(facts),
        template_digest=letters.template_digest(letter.kind),
        message_id=f"{_identity(letter.kind, letter.subject, letter.recipient, letter.occurrence)}@{domain}",
    )


def _identity(*parts: str) -> str:
    return base64.b32encode(hashlib.sha256("\0".join(parts).encode()).digest()[:20]).decode("ascii").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How letters go in this round."""

    server: smtp.Server
    settings: MailSettings
    domain: str
    limits: smtp.Limits | None
    tls: ssl.SSLContext | None
    carry: Carry


@dataclass(slots=True, kw_only=True)
class _Batch:
    """One claim under way; whatever becomes of a letter is written down as it becomes known."""

    db: Database
    ready: Mapping[str, Ready]
    worker: str
    now: datetime
    lease: timedelta
    ends: list[Settlement] = field(default_factory=list)

    def send(self, way: _Way) -> bool:
        """Word and send the letters; whether the server was there at all."""
        outgoing, unfit = _worded(list(self.ready.values()), way.settings, way.domain)
        self._settle(unfit)
        if not outgoing:
            return True
        outcomes = way.carry(
            outgoing,
            server=way.server,
            before_data=self._begin,
            after_reply=self._end,
            limits=way.limits,
            tls=way.tls,
        )
        known = {one.letter for one in self.ends}
        self._settle(
            [
                _settlement(self.ready[one.letter], one, self.now)
                for one in outcomes
                if one.letter not in known
            ]
        )
        return not outcomes or any(one.phase not in ("connect", "starttls", "login") for one in outcomes)

    def _begin(self, about_to_leave: Sequence[str]) -> tuple[str, ...]:
        letters = [self.ready[letter].claimed for letter in about_to_leave]
        begun = begin_delivery(self.db, letters=letters, worker=self.worker, now=self.now, lease=self.lease)
        self.ends.extend(begun.withdrawn)
        return begun.letters

    def _end(self, outcome: smtp.Outcome) -> None:
        self._settle([_settlement(self.ready[outcome.letter], outcome, self.now)])

    def _settle(self, ends: Sequence[Settlement]) -> None:
        settle_letters(self.db, settlements=ends, worker=self.worker, now=self.now)
        self.ends.extend(ends)


def _worded(
    ready: Sequence[Ready], settings: MailSettings, domain: str
) -> tuple[list[smtp.Outgoing], list[Settlement]]:
    """The letters as bytes; one that cannot be worded is dead, and the others leave all the same."""
    outgoing: list[smtp.Outgoing] = []
    unfit: list[Settlement] = []
    for one in ready:
        try:
            outgoing.append(_bytes_of(one, settings, domain))
        except _BUGS as bug:
            why = f"{type(bug).__name__}: {' '.join(str(part) for part in bug.args)}"
            unfit.append(
                Settlement(
                    letter=one.claimed.id,
                    attempt=one.claimed.attempts,
                    state="dead",
                    phase="render",
                    reply="".join(c if c.isprintable() else " " for c in why)[:500],
                )
            )
    return outgoing, unfit


def _bytes_of(one: Ready, settings: MailSettings, domain: str) -> smtp.Outgoing:
    facts = json.loads(one.frozen.payload)
    words = letters.render(facts, url=one.url, code=one.code, receipt_code=one.receipt_code)
    envelope = message.Envelope(
        sender=settings.mail_from,
        to_name=facts["to"]["name"],
        to_address=one.frozen.address,
        message_id=one.frozen.message_id,
        thread=f"{_identity('case', facts['thread'])}@{domain}",
        dated=one.frozen.dated,
    )
    sender, address = message.read_sender(settings.mail_from), as_sent(one.frozen.address)
    assert isinstance(sender, tuple)
    return smtp.Outgoing(
        letter=one.claimed.id,
        sender=sender[1],
        recipient=address,
        content=message.build(words, envelope, _calendar_part(facts, settings, address)),
    )


def _calendar_part(
    facts: Mapping[str, Any], settings: MailSettings, address: str
) -> message.CalendarPart | None:
    """What the reader's calendar is told, in a letter that calls to a meeting or changes one."""
    event = facts.get("event")
    if settings.invite is None or event is None:
        return None
    told = {
        **{name: value for name, value in event.items() if name != "path"},
        "url": f"{settings.base_url.rstrip('/')}{event['path']}",
        "guest": {"name": facts["to"]["name"], "address": address},
    }
    return message.CalendarPart(content=settings.invite(told), method=event["method"])


def _settlement(one: Ready, outcome: smtp.Outcome, now: datetime) -> Settlement:
    state: str = outcome.state
    retry_at = None
    if state == "retry":
        retry_at = now if outcome.phase == smtp.NOT_TRIED else _next_try(one.claimed, now)
        state = outcome.at_last if retry_at is None else "retry"
    return Settlement(
        letter=one.claimed.id,
        attempt=one.claimed.attempts,
        state=state,
        # The outbox knows a possibly delivered letter by this phase.
        phase="in_doubt" if outcome.in_doubt else outcome.phase,
        reply=outcome.reply,
        retry_at=retry_at,
    )


def _next_try(letter: Claimed, now: datetime) -> datetime | None:
    return smtp.next_try(attempts=letter.tries, first=letter.first_try or now, now=now)


def _counted(ends: Sequence[Settlement]) -> Delivered:
    states = [one.state for one in ends]
    return Delivered(
        sent=states.count("sent"),
        retried=states.count("retry"),
        withdrawn=states.count("withdrawn"),
        bounced=states.count("bounced"),
        dead=states.count("dead"),
        failures=tuple(
            Failure(letter=one.letter, state=one.state, phase=one.phase, reply=one.reply)
            for one in ends
            if one.state in ("retry", "bounced", "dead")
        ),
    )
