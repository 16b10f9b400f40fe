"""Somebody writes their address at the portal's door."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from engine.core.record.letters import SIGN_IN, Letter, subject_of_person
from engine.store import outbox, people, sign_ins
from engine.store.session import Database
from engine.store.sign_ins import SignInAsk
from engine.use_cases.letters.claim_letters import SIGN_IN_LIFE

PER_HOUR: Final = 3
PER_DAY: Final = 12
"""This many letters to one address."""
PER_SOURCE: Final = 30
"""This many asks an hour from one place: a municipality's people may share one address on the net."""
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def ask_to_sign_in(
    db: Database, *, keys: Mapping[int, bytes], address: str, source: str, now: datetime
) -> str:
    """Send a link and a code to `address` where the register knows it; returns the browser's own secret.

    Whoever asks learns nothing of who exists: the answer, what is written and what follows a code are the
    same for an address nobody has, one that has had its letters for now, and one that gets another.
    `source` is where the request came from; both are kept as keyed hashes only, for a day.
    """
    secret = secrets.token_urlsafe(32)
    key = keys[max(keys)]
    address_hash, source_hash = _keyed(key, "address", address.strip().lower()), _keyed(key, "source", source)
    with db.writing() as tx:
        sign_ins.forget(tx, before=now - _DAY)
        person = people.by_email(tx, address.strip())
        known = person is not None and person.erased_at is None and bool(person.email)
        may = (
            sign_ins.count_since(tx, now - _HOUR, address_hash=address_hash) < PER_HOUR
            and sign_ins.count_since(tx, now - _DAY, address_hash=address_hash) < PER_DAY
            and sign_ins.count_since(tx, now - _HOUR, source_hash=source_hash) < PER_SOURCE
        )
        ask = SignInAsk(
            sha256=sha256(secret.encode()).hexdigest(),
            person=person.id if person is not None and known else None,
            address_hash=address_hash,
            source_hash=source_hash,
            asked_at=now,
            not_after=now + SIGN_IN_LIFE,
        )
        sign_ins.add(tx, ask)
        if ask.person is not None and may:
            subject = subject_of_person(ask.person)
            letter = Letter(kind=SIGN_IN, subject=subject, recipient=ask.person, occurrence=ask.sha256[:32])
            outbox.enqueue(tx, [letter], now=now)
    return secret


def _keyed(key: bytes, what: str, text: str) -> str:
    return hmac.digest(key, f"faseport/sign-in/{what}/{text}".encode(), "sha256").hex()
