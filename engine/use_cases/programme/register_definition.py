"""A workflow definition is put to use: registered for ever under its version and digest."""

from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from engine.core.record.events.programme import DefinitionRegistered
from engine.core.refusal import Invalid, NotAllowed
from engine.core.workflow.checks import parse_definition
from engine.core.workflow.definition import Definition
from engine.core.workflow.verification import verify
from engine.store import definitions, programmes
from engine.store.record.record import record
from engine.store.session import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The definition that is now registered; `new` is False when it already was."""

    workflow: str
    version: int
    digest: str
    new: bool


def register_definition(db: Database, *, text: str, now: datetime) -> Registration:
    """Verify a definition, alone and against the programme in force, and register it.

    Raises Invalid with every mistake, and NotAllowed when this version is registered with another text: a
    version never changes, so the number must be raised.
    """
    # In normal form C: the ledger's form, so that what is stored is what its digests say.
    definition = parse_definition(normalize("NFC", text))
    if not isinstance(definition, Definition):
        raise Invalid(definition)
    with db.reading() as tx:
        programme = programmes.current(tx)
    # A proof takes a while; nobody should have to wait for the database's one writer meanwhile.
    mistakes = verify(definition, programme)
    if mistakes:
        raise Invalid(mistakes)
    with db.writing() as tx:
        known = definitions.find(tx, definition.workflow, definition.version)
        if known is None:
            registered = DefinitionRegistered(
                workflow=definition.workflow,
                version=definition.version,
                digest=definition.digest,
                text=definition.text,
            )
            record(tx, [registered], now=now)
        elif known.digest != definition.digest:
            raise NotAllowed(
                "digest_differs", {"workflow": definition.workflow, "version": definition.version}
            )
    return Registration(
        workflow=definition.workflow,
        version=definition.version,
        digest=definition.digest,
        new=known is None,
    )
