"""How do the rooms become one program? Settings and keys in; an open database, a web application and a mail
carrier out.
"""

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cli import settings as environment
from cli.misuse import BadSettings, DatabaseUnusable, Told
from cli.settings import Settings
from engine import clock
from engine.core.programme.calendar import local_date
from engine.queries.json_v1 import programme_title
from engine.queries.people.actors import PROGRAMME_OFFICE
from engine.store import people, programmes, schema, standing
from engine.store.likeness import Unlike
from engine.store.session import Database
from engine.use_cases.machinery.inspect_machinery import inspect_machinery

if TYPE_CHECKING:
    from notifications.delivery import Carry, MailSettings
    from notifications.smtp import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """An installation at work: its settings, its database, its link keys, its clock, and how its letters are
    carried, where that is not by mail.
    """

    settings: Settings
    db: Database
    keys: Mapping[int, bytes]
    clock: Callable[[], datetime]
    carry: "Carry | None" = None

    def now(self) -> datetime:
        """The present instant as all machines of the installation count it: what is over, is over for all."""
        with self.db.glancing() as tx:
            return self.db.now(tx, given=self.clock())


@contextmanager
def database(*, by_name: bool = False) -> Iterator[Database]:
    """The installation's database, for a command that needs no keys. Raises DatabaseUnusable unless its
    schema is this program's; `by_name` as of `require_schema`.
    """
    settings = environment.load()
    require_schema(settings.database_url, by_name=by_name)
    db = Database(settings.database_url, server_clock=True)
    try:
        yield db
    finally:
        db.close()


@contextmanager
def installation() -> Iterator[Wired]:
    """The whole installation, keys and all. Raises KeyFileUnusable and DatabaseUnusable."""
    settings = environment.load()
    require_schema(settings.database_url)
    keys = environment.read_keys(settings.secret_key_file)
    db = Database(settings.database_url, server_clock=True)
    try:
        yield Wired(settings=settings, db=db, keys=keys, clock=clock.now)
    finally:
        db.close()


@contextmanager
def for_owner_only() -> Iterator[None]:
    """Files that are made inside can be read by whoever runs the program, and by nobody else."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def require_schema(url: str, *, by_name: bool = False) -> None:
    """Refuse a database that this program cannot use. Raises DatabaseUnusable; nothing is touched. `by_name`
    lets one through that is not as its revision says.
    """
    require_answer(url)
    state = schema.state_of(url, by_name=by_name)
    if state.standing == "different":
        raise DatabaseUnusable(shown(url), "different", differing(state.unlike))
    if state.standing != "current":
        raise DatabaseUnusable(shown(url), state.standing, state.found or "")


def differing(unlike: Unlike) -> str:
    """What a database lacks, and what it has of its own, in a sentence each."""
    from language.likeness import thing

    told = {"Dette mangler": unlike.missing, "Dette er ikke vårt": unlike.foreign}
    return " ".join(f"{what}: {'; '.join(map(thing, these))}." for what, these in told.items() if these)


def require_answer(url: str) -> None:
    """Refuse an address where something is that cannot be read. Raises DatabaseUnusable; a file that is not
    there yet is no fault.
    """
    silence = standing.silence_of(url)
    if silence:
        raise DatabaseUnusable(shown(url), "silent", silence)


def shown(url: str) -> str:
    """A database's address as it may be printed: without its password."""
    return standing.shown(url)


def programme_office(db: Database) -> str:
    """The address that acts where a command names nobody: whoever holds the programme office today."""
    with db.reading() as tx:
        holder = people.office_holder(tx, PROGRAMME_OFFICE, on=local_date(clock.now()))
    if holder is None or holder.email is None:
        raise Told("Ingen holder programkontoret i dag. Oppgi hvem som gjør dette med --by.")
    return holder.email


def worker_name() -> str:
    """A name no other worker has: machine, process and something random."""
    return f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"


def mail_settings(settings: Settings) -> "MailSettings | None":
    """How letters leave; None where no mail server has been named. Raises BadSettings with all that is
    wrong.
    """
    from documents.calendars.invite import calendar_file
    from engine.core.refusal import Reason
    from language.sentences import sentence
    from notifications.delivery import MailSettings
    from notifications.message import read_sender
    from notifications.smtp import parse_smtp_url

    if settings.smtp_url is None:
        return None
    server, sender = parse_smtp_url(settings.smtp_url), read_sender(settings.mail_from)
    wrong = [f"FASEPORT_SMTP_URL: {sentence(one)}" for one in server] if isinstance(server, tuple) else []
    if isinstance(sender, Reason):
        wrong.append(f"FASEPORT_MAIL_FROM: {sentence(sender)}")
    if wrong:
        raise BadSettings(tuple(wrong))
    return MailSettings(
        smtp_url=settings.smtp_url,
        mail_from=settings.mail_from,
        base_url=settings.base_url,
        invite=calendar_file,
    )


def mail_server(settings: Settings) -> "Server":
    """The mail server as `mail_settings` has found it to be fit."""
    from notifications.smtp import Server, parse_smtp_url

    server = parse_smtp_url(settings.smtp_url or "")
    assert isinstance(server, Server)
    return server


def web_application(wired: Wired) -> Any:
    """The web application of this installation, as a server takes it. What it is made of is `web`'s own
    matter.
    """
    from cli.referat import referat_maker
    from web.app import create_app
    from web.site import Papers, WebSettings

    with wired.db.reading() as tx:
        title = programme_title(tx)
    return create_app(
        db=wired.db,
        clock=wired.clock,
        keys=wired.keys,
        settings=WebSettings(
            base_url=wired.settings.base_url,
            programme=title,
            loopback=wired.settings.on_loopback,
            portal=wired.settings.portal,
            device_days=wired.settings.device_days,
        ),
        health=lambda: health(wired.db, wired.clock()),
        papers=Papers(referat=referat_maker(wired.db, wired.clock)),
    )


def health(db: Database, now: datetime) -> Mapping[str, Any]:
    """Is it well? `ok`, and what is `wrong`: the name of each part of the worker that is silent, `queue` when
    letters are stuck, `letters` when one keeps failing, `clock` when this machine's is not the database's.
    Whether there is a programme; seconds since each of the `parts` was heard from (None: never); seconds the
    oldest waiting letter is late; letters that fail.
    """
    with db.reading() as tx:
        found = inspect_machinery(tx, now=db.now(tx, given=now), own=now)
        has_programme = programmes.current_text(tx) is not None
    return {
        "ok": not found.wrong,
        "wrong": list(found.wrong),
        "programme": has_programme,
        "parts": dict(found.parts),
        "late_seconds": found.late_seconds,
        "failing_letters": found.failing,
    }


def serve(app: Any, *, host: str, port: int) -> None:
    """Serve until told to stop."""
    import uvicorn

    from web.listening import config

    uvicorn.Server(config(app, host=host, port=port, timeout_graceful_shutdown=10)).run()


def log_as_json(*, all_well: bool = True) -> None:
    """Logs are lines of JSON on standard error, those of the libraries too; `all_well` False leaves out what
    only says that all is well.
    """
    import logging
    import sys

    import structlog

    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO if all_well else logging.WARNING)
    for chatty in ("apscheduler", "alembic", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
