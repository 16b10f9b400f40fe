"""Somebody gives the code that came by e-mail, in the browser they asked with."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from engine.core.access.links import Link, Purpose, code_for, counts_as_try, same_code
from engine.core.refusal import Reason, Refused
from engine.queries.letters.subject import subject_named
from engine.store import links, people, sign_ins
from engine.store.session import Connection, Database
from engine.use_cases.access.open_door import DEVICE, Entered, let_in

TRIES: Final = 5


def sign_in(
    db: Database,
    *,
    keys: Mapping[int, bytes],
    ask: str,
    code: str,
    remember: bool,
    now: datetime,
    device_life: timedelta = DEVICE,
) -> Entered | Refused:
    """Let a browser in that brings the secret it asked with and the code from the letter.

    Refused with `sign_in_wrong_code` (how many tries are `left`), `sign_in_no_code` for what is no code, and
    `sign_in_over` after the fifth wrong one, an hour, or without having asked. An address nobody has is
    answered just so. The link in the letter dies with its code.
    """
    with db.writing() as tx:
        asked = sign_ins.by_hash(tx, sha256(ask.encode()).hexdigest())
        if asked is None or now >= asked.not_after or asked.failures >= TRIES:
            return _refused("sign_in_over")
        if not counts_as_try(code):
            return _refused("sign_in_no_code")
        right = _right_link(tx, asked.person, code, keys=keys, now=now)
        if right is None:
            left = TRIES - sign_ins.count_failure(tx, asked.sha256)
            return _refused("sign_in_wrong_code", left=left) if left > 0 else _refused("sign_in_over")
        subject = subject_named(tx, right.subject, right.person, now=now)
        assert subject is not None
        return let_in(tx, right, subject, remember=remember, now=now, device_life=device_life)


def _right_link(
    tx: Connection, person: str | None, code: str, *, keys: Mapping[int, bytes], now: datetime
) -> Link | None:
    """The person's own unused link whose code this is."""
    holder = None if person is None else people.by_id(tx, person)
    if holder is None or holder.erased_at is not None:
        return None
    for link in links.of_person(tx, holder.id):
        fresh = link.purpose == Purpose.PORTAL and link.opened_at is None and link.revoked_at is None
        if not fresh or now >= link.not_after or link.kid not in keys:
            continue
        if same_code(code, code_for(keys, kid=link.kid, link_id=link.id, generation=link.generation)):
            return link
    return None


def _refused(code: str, **data: int) -> Refused:
    return Refused(reasons=(Reason(code=code, data=data),))
