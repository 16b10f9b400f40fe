"""Somebody's own deadlines in their own calendar: at an address that is theirs alone, until they close it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.core.access.links import (
    CALENDAR_LIFE,
    Link,
    Purpose,
    TokenParts,
    read_token,
    token_for,
    token_hash,
)
from engine.core.record.letters import subject_of_person
from engine.queries.people.actors import person_named
from engine.store import links, people
from engine.store.session import Connection, Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Whose address it is, or was: a closed one is `dead`."""

    person: str
    dead: bool


def open_calendar(db: Database, *, keys: Mapping[int, bytes], person: str, now: datetime) -> str:
    """The token of a person's calendar address, made when there is none. Asking again gives the same one.

    Raises Unknown for a person.
    """
    with db.writing() as tx:
        found = person_named(tx, person)
        token = calendar_token(tx, keys=keys, person=found.id, now=now)
        if token is not None:
            return token
        last = _newest(tx, found.id)
        link = Link(
            id=secrets.token_hex(16),
            purpose=Purpose.CALENDAR,
            kid=max(keys),
            generation=1 if last is None else last.generation + 1,
            person=found.id,
            subject=subject_of_person(found.id),
            level="kode",
            created_at=now,
            not_after=now + CALENDAR_LIFE,
        )
        token = _token(keys, link)
        links.insert(tx, link, token_sha256=token_hash(token))
    return token


def close_calendar(db: Database, *, person: str, now: datetime) -> bool:
    """Close a person's calendar address for good; whether there was one. Raises Unknown for a person."""
    with db.writing() as tx:
        found = person_named(tx, person)
        link = _newest(tx, found.id)
        if link is None or link.revoked_at is not None:
            return False
        links.revoke(tx, link=link.id, reason="closed", now=now)
    return True


def calendar_token(tx: Connection, *, keys: Mapping[int, bytes], person: str, now: datetime) -> str | None:
    """The token of the address a person has now, made anew from its key; None when there is none."""
    link = _newest(tx, person)
    if link is None or _is_dead(tx, link, now) or link.kid not in keys:
        return None
    return _token(keys, link)


def feed_of(tx: Connection, *, token: str, now: datetime) -> Feed | None:
    """Whose calendar a token opens; None for one nobody was ever given. Nothing is written."""
    read = read_token(token)
    if not isinstance(read, TokenParts) or read.purpose != Purpose.CALENDAR:
        return None
    link = links.by_token(tx, token_hash(read.text))
    if link is None or link.purpose != Purpose.CALENDAR:
        return None
    return Feed(person=link.person, dead=_is_dead(tx, link, now))


def _newest(tx: Connection, person: str) -> Link | None:
    subject = subject_of_person(person)
    return links.newest_for(tx, person=person, subject=subject, purpose=Purpose.CALENDAR)


def _is_dead(tx: Connection, link: Link, now: datetime) -> bool:
    holder = people.by_id(tx, link.person)
    gone = holder is None or holder.erased_at is not None
    return gone or link.revoked_at is not None or link.not_after <= now


def _token(keys: Mapping[int, bytes], link: Link) -> str:
    return token_for(keys, kid=link.kid, purpose=link.purpose, link_id=link.id, generation=link.generation)
