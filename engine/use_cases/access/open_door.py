"""Somebody stands at the door with a link: do they hold the letter too, and may this browser come in?"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from engine.core.access.actor import LEVEL_OF_LINK, Level
from engine.core.access.links import (
    FAILURES_THAT_LOCK,
    Link,
    Purpose,
    Unreadable,
    code_for,
    counts_as_try,
    life,
    read_token,
    same_code,
    token_hash,
)
from engine.core.cases.case import CaseState
from engine.core.refusal import Reason, Refused
from engine.queries.letters.subject import Subject, subject_named
from engine.store import links, people
from engine.store.links import Visit
from engine.store.session import Connection, Database

SESSION: Final = timedelta(hours=8)
DEVICE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A link that can be read: whose it is and what it leads to. `fault` is None while the link lives."""

    link: Link
    subject: Subject
    fault: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The browser may come in. The secrets are told once and only their hashes are kept."""

    session: str
    device: str | None
    case: str | None
    meeting: str | None
    """What the link leads to: a case handled in writing, or a meeting with its cases; with neither, to «Mine
    frister».
    """
    person: str
    not_after: datetime
    portal: bool = False
    """Whether the link was one to sign in with: it leads to the front page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who a session belongs to, and what it opens: one case, or one meeting with its cases."""

    person: str
    link: str
    case: str | None
    meeting: str | None
    owes: bool = False
    """Whether it opens «Mine frister»."""
    portal: bool = False
    """Whether its holder has signed in: it opens all that is theirs."""
    level: Level = Level.KODE
    proved_at: datetime | None = None
    only_called: bool = False
    """Called in for somebody who is recused: of the meeting's cases only those open that they answer in."""

    def may_open(self, state: CaseState) -> bool:
        """Whether this session opens a case."""
        if self.only_called and all(entry["person"] != self.person for entry in state.roll):
            return False
        return state.id == self.case or (self.meeting is not None and state.meeting == self.meeting)


def look_at_door(tx: Connection, *, token: str, now: datetime) -> Door | Refused:
    """Whether a link leads anywhere; nothing is written, whoever looks and however often."""
    read = read_token(token)
    if isinstance(read, Unreadable):
        return Refused(reasons=(Reason(code=f"link_{read.reason}", data={}),))
    link = links.by_token(tx, token_hash(read.text))
    if link is not None and link.purpose == Purpose.CALENDAR:
        # The address of a calendar lies in programs and on servers of others: it is no way in.
        link = None
    subject = None if link is None else subject_named(tx, link.subject, link.person, now=now)
    if link is None or subject is None:
        return Refused(reasons=(Reason(code="link_unknown", data={}),))
    holder_ok = subject.takes(link.person)
    standing = life(link, now=now, subject_open=subject.is_open, holder_ok=holder_ok)
    fault = None if standing == "alive" else Reason(code=f"link_{standing}", data={})
    return Door(link=link, subject=subject, fault=fault)


def open_door(
    db: Database,
    *,
    keys: Mapping[int, bytes],
    token: str,
    code: str,
    remember: bool,
    now: datetime,
    device: str | None = None,
    device_life: timedelta = DEVICE,
) -> Entered | Refused:
    """Let a browser in when it brings the code from the letter, or is a device the member has asked to have
    remembered.

    `device` is the secret such a device was given. An empty code is no try; the fifth wrong one locks the
    link. A link whose key is no longer among `keys` is as good as revoked: nobody can tell its code any more.
    A link to a meeting that has been held, or to a decided case, lets in to read how it ended; nothing takes
    answers there.
    """
    with db.writing() as tx:
        door = look_at_door(tx, token=token, now=now)
        if isinstance(door, Refused):
            return door
        if door.fault is not None and not (door.fault.code == "link_closed" and _has_ended(door)):
            return Refused(reasons=(door.fault,))
        link = door.link
        if link.kid not in keys:
            return Refused(reasons=(Reason(code="link_revoked", data={}),))
        if LEVEL_OF_LINK[link.level] > _level_of_device(tx, device, link.person, now):
            right = code_for(keys, kid=link.kid, link_id=link.id, generation=link.generation)
            if link.level != "enkel" and not same_code(code, right):
                return Refused(reasons=(_wrong_code(tx, link, code, now),))
        return let_in(tx, link, door.subject, remember=remember, now=now, device_life=device_life)


def _has_ended(door: Door) -> bool:
    return door.subject.status in {"held", "decided"}


def guest_of(tx: Connection, *, session: str | None, now: datetime) -> Guest | None:
    """Who is behind a session's secret, while session and link live and the link is rightfully held."""
    if not session:
        return None
    visit = links.visit(tx, _hash(session))
    if visit is None or visit.kind != "session" or visit.link is None or visit.not_after <= now:
        return None
    link = links.by_id(tx, visit.link)
    person = people.by_id(tx, visit.person)
    if link is None or link.revoked_at is not None or person is None or person.erased_at is not None:
        return None
    # Whoever has left the roll is out at once, as at the door, and not when the session has run out.
    subject = subject_named(tx, link.subject, link.person, now=now)
    if subject is None or not subject.takes(link.person):
        return None
    about, _, name = link.subject.partition(":")
    return Guest(
        person=visit.person,
        link=link.id,
        case=name if about == "case" else None,
        meeting=name if about == "meeting" else None,
        owes=subject.debtor is not None,
        portal=link.purpose == Purpose.PORTAL,
        level=Level(visit.level),
        proved_at=visit.opened_at,
        only_called=subject.part is not None and subject.part.stands_in and not subject.part.keeps,
    )


def as_member(tx: Connection, signed_in: Guest, subject: str, *, now: datetime) -> Guest | None:
    """Somebody who has signed in, as they take part in a case or a meeting (`case:…`, `meeting:…`); None when
    they have no part in it, or have come in less surely than its body asks for.
    """
    found = subject_named(tx, subject, signed_in.person, now=now)
    if found is None or found.debtor is not None or not found.takes(signed_in.person):
        return None
    if signed_in.level < LEVEL_OF_LINK[found.level]:
        return None
    return replace(
        signed_in,
        case=None if found.case is None else found.case.id,
        meeting=None if found.meeting is None else found.meeting.id,
        owes=False,
        only_called=found.part is not None and found.part.stands_in and not found.part.keeps,
    )


def _level_of_device(tx: Connection, device: str | None, person: str, now: datetime) -> Level:
    """How surely this browser was let in when it was remembered; a weak door lends no key to a strong one."""
    visit = links.visit(tx, _hash(device)) if device else None
    if visit is None or visit.kind != "device" or visit.person != person or visit.not_after <= now:
        return Level.NONE
    return Level(visit.level)


def _wrong_code(tx: Connection, link: Link, code: str, now: datetime) -> Reason:
    if not counts_as_try(code):
        return Reason(code="link_no_code", data={})
    failures = links.count_wrong_code(tx, link.id, now=now)
    left = FAILURES_THAT_LOCK - failures
    return (
        Reason(code="link_wrong_code", data={"left": left})
        if left > 0
        else Reason(code="link_locked", data={})
    )


def let_in(
    tx: Connection,
    link: Link,
    subject: Subject,
    *,
    remember: bool,
    now: datetime,
    device_life: timedelta = DEVICE,
) -> Entered:
    """Give a browser that has proved itself a session, and its own key where it is to be remembered."""
    links.mark_opened(tx, link.id, now=now)
    session = secrets.token_urlsafe(32)
    level = LEVEL_OF_LINK[link.level]
    entered = Visit(kind="session", link=link.id, person=link.person, not_after=now + SESSION, level=level)
    links.add_visit(tx, entered, sha256=_hash(session), now=now)
    device = secrets.token_urlsafe(32) if remember and device_life else None
    if device is not None:
        known = Visit(kind="device", link=None, person=link.person, not_after=now + device_life, level=level)
        links.add_visit(tx, known, sha256=_hash(device), now=now)
    return Entered(
        session=session,
        device=device,
        case=None if subject.case is None else subject.case.id,
        meeting=None if subject.meeting is None else subject.meeting.id,
        person=link.person,
        not_after=entered.not_after,
        portal=link.purpose == Purpose.PORTAL,
    )


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
