"""How does the demo run? One process: a fresh database, an SMTP server, the web pages, the worker and the
clock of the story.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from demo import pages, scene, story
from demo.clock import StoryClock
from demo.mailbox import Mailbox, receiving
from demo.mailroom import create_mailroom
from demo.story import Stage, Tell, Told
from documents.calendars.invite import calendar_file
from documents.editions import referat
from documents.papers.paper import minutes_of
from engine.queries.json_v1 import programme_title
from engine.store import schema, settings
from engine.store.session import Database
from engine.use_cases.cases.close_overdue import close_overdue
from engine.use_cases.cases.tell_unable import tell_unable
from engine.use_cases.meetings.call_meetings import call_meetings
from engine.use_cases.obligations.look_after import look_after
from notifications.delivery import MailSettings, deliver_due
from web.app import create_app
from web.listening import config
from web.site import Papers, Site, WebSettings

HOST: Final = "127.0.0.1"
ROUND: Final = 1.0
"""Seconds between the worker's rounds while somebody walks about."""


def fresh(url: str) -> Database:
    """A fresh demo database at an address. Raises NotADemoError, and touches nothing, when something else
    is there.
    """
    if schema.state_of(url).standing != "absent":
        with _opened(url) as db, db.reading() as tx:
            if settings.get(tx, settings.DEMO) is None:
                raise scene.NotADemoError(db.url.render_as_string(hide_password=True))
        schema.clear(url)
    schema.upgrade(url)
    db = Database(url)
    scene.prepare(db)
    return db


def play_once(
    db: Database,
    *,
    keys: Mapping[int, bytes],
    real: Callable[[], datetime],
    tell: Tell,
    play: Callable[[Stage, Tell], Told] = story.play,
) -> Told:
    """Play a story from beginning to end on a clock that stands still between its steps."""
    with staged(db, keys=keys, real=real, ticking=False, port=0) as stage:
        return play(stage, tell)


def show(
    db: Database,
    *,
    keys: Mapping[int, bytes],
    real: Callable[[], datetime],
    port: int,
    announce: Callable[[str], None],
) -> None:
    """Keep the doors open until interrupted; `announce` is told where to begin."""
    with staged(db, keys=keys, real=real, ticking=True, port=port) as stage:
        done = threading.Event()
        worker = threading.Thread(target=_work, args=(stage, done), name="worker", daemon=True)
        worker.start()
        announce(f"{stage.base_url}{pages.START}")
        try:
            done.wait()
        finally:
            done.set()
            worker.join(timeout=5)


def _work(stage: Stage, done: threading.Event) -> None:
    while not done.wait(ROUND):
        stage.deliver()


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    db = Database(url)
    try:
        yield db
    finally:
        db.close()


@contextmanager
def staged(
    db: Database, *, keys: Mapping[int, bytes], real: Callable[[], datetime], ticking: bool, port: int
) -> Iterator[Stage]:
    """The whole demo at work but for the worker: letters leave when somebody calls `Stage.deliver`."""
    clock = StoryClock(scene.OPENS_AT, real=real, ticking=ticking)
    mailbox = Mailbox()
    with receiving(mailbox) as smtp_url, _listening(port) as listener:
        base_url = f"http://{HOST}:{listener.getsockname()[1]}"
        mail = MailSettings(
            smtp_url=smtp_url, mail_from="faseport@example.org", base_url=base_url, invite=calendar_file
        )
        one_round = threading.Lock()

        def deliver() -> None:
            # Whoever asks for a round gets a whole one, after the worker's that may be under way.
            with one_round:
                call_meetings(db, now=clock())
                close_overdue(db, now=clock())
                tell_unable(db, now=clock())
                look_after(db, now=clock())
                deliver_due(db, keys=keys, settings=mail, worker="demo", now=clock())

        stage = Stage(db=db, clock=clock, mailbox=mailbox, base_url=base_url, deliver=deliver)
        with _serving(_application(stage, keys), listener):
            yield stage


def _application(stage: Stage, keys: Mapping[int, bytes]) -> ASGIApp:
    """Faseport with the doors added, and the mailbox beside it."""
    with stage.db.reading() as tx:
        programme = programme_title(tx)
    about = WebSettings(base_url=stage.base_url, programme=programme, loopback=True, open_portal=True)

    def health() -> Mapping[str, Any]:
        return {"ok": True, "demo": True}

    def on_paper(model: Mapping[str, Any]) -> bytes:
        return referat(minutes_of(model, version=1, issued_at=stage.clock()), format="pdf").content

    papers = Papers(referat=on_paper)
    product = create_app(
        db=stage.db,
        clock=stage.clock,
        keys=keys,
        settings=about,
        health=health,
        papers=papers,
        also=pages.ACTS,
    )
    site = Site(db=stage.db, clock=stage.clock, keys=keys, settings=about, health=health)
    product.include_router(pages.routes(site, stage))
    mailroom = create_mailroom(stage.mailbox, programme=programme)

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        at_the_mailbox = scope["type"] == "http" and scope["path"].startswith(pages.MAILBOX)
        await (mailroom if at_the_mailbox else product)(scope, receive, send)

    return either


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.bind((HOST, 0))  # somebody has that port: any other will do
    try:
        yield listener
    finally:
        listener.close()


@contextmanager
def _serving(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(config(app, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="web", daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the demo's web server did not start")
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
