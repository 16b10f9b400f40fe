"""A person is registered, or changes name, address or language."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from engine.core.facts.field import Field
from engine.core.facts.parsing import parse_value
from engine.core.facts.words import read_words
from engine.core.record.events.programme import PersonRegistered
from engine.core.record.letters import AGENDA, CASE, Letter, Recall, subject_of_case, subject_of_meeting
from engine.core.refusal import NotAllowed
from engine.core.text import shown
from engine.queries.people.actors import person_named
from engine.store import cases, links, meetings, outbox, people
from engine.store.record.record import record
from engine.store.session import Connection, Database, new_id

LANGUAGES: Final = ("nb", "nn", "en")
"""The languages there are letters in."""


def register_person(
    db: Database, *, name: str, email: str, now: datetime, language: str = "nb", was: str | None = None
) -> str:
    """Register a person, or change the one whose address `was`; returns the id.

    A changed address kills the links that went to the old one, and new letters go to the new one. Raises
    NotAllowed when the address is somebody else's or cannot be used, Unknown when nobody has the address
    `was`.
    """
    called, unfit = read_words(name, field="name", one_line=True)
    if unfit and unfit[0].code == "value.forbidden_character":
        raise NotAllowed(unfit[0].code, unfit[0].data)
    if unfit or not called:
        raise NotAllowed("nameless", {})
    address = parse_value(Field(name="email", title="", type="person"), email)
    if isinstance(address, tuple):
        raise NotAllowed(address[0].code, address[0].data)
    if not isinstance(address, str):
        raise NotAllowed("not_an_address", {"email": shown(email)})
    if language not in LANGUAGES:
        raise NotAllowed("no_such_language", {"language": shown(language)})
    with db.writing() as tx:
        before = None if was is None else person_named(tx, was)
        holder = people.by_email(tx, address)
        if holder is not None and (before is None or holder.id != before.id):
            raise NotAllowed("address_taken", {"email": address})
        person = new_id() if before is None else before.id
        told = PersonRegistered(person=person, language=language, name=called, email=address)
        record(tx, [told], now=now)
        if before is not None and before.email != address:
            links.revoke(tx, person=person, reason="superseded", now=now)
            again = tuple(_asked_again(tx, person))
            # What has not left yet would be a second letter of the same kind, to the same new address.
            outbox.withdraw(tx, [_recall(letter) for letter in again], now=now)
            outbox.enqueue(tx, again, now=now)
    return person


def _asked_again(tx: Connection, person: str) -> Iterator[Letter]:
    """The letters that carry a new link to whatever still waits for the person's answer."""
    called = {meeting.id for meeting in meetings.list_meetings(tx, status="called")}
    subjects: dict[str, str] = {}
    for case in cases.list_cases(tx, status="open"):
        if all(entry["person"] != person for entry in case.roll):
            continue
        if case.meeting is None:
            subjects[subject_of_case(case.id)] = CASE
        elif case.meeting in called:
            subjects[subject_of_meeting(case.meeting)] = AGENDA
    for subject, kind in subjects.items():
        yield Letter(kind=kind, subject=subject, recipient=person, occurrence=f"moved-{new_id()}")


def _recall(letter: Letter) -> Recall:
    return Recall(
        subject=letter.subject, kinds=(letter.kind,), reason="address_changed", recipient=letter.recipient
    )
