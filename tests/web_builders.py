"""What do the pages' tests start from? The story's case, open for answers, with a link for every member."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from demo import scene
from engine.core.letters import subject_of_case
from engine.core.links import Link, Purpose, code_for, last_moment, token_for, token_hash
from engine.store import cases, links, people, schema
from engine.store.session import Database, new_id
from engine.use_cases.request_transition import Opened, request_transition
from web.app import WebSettings, create_app

KEYS = {1: b"k" * 32}
ASKED_AT = datetime(2025, 1, 24, 9, 20, tzinfo=UTC)
ANSWERED_AT = datetime(2025, 1, 30, 7, 12, tzinfo=UTC)
LEADER = "kommunaldirektor-ho@example.org"
SECOND = "kommunaldirektor-st@example.org"
OWNER = "kommunalsjef-hjemme@example.org"
MEMBERS = (
    LEADER,
    SECOND,
    OWNER,
    "kommunalsjef-sykehjem@example.org",
    "fagleder-medisinske@example.org",
    "kommunalsjef-boa@example.org",
    "kommunalsjef-psykisk-helse@example.org",
    "kommunalsjef-arbeid@example.org",
)
NEVER_KNOWN = "fpb1-" + "a" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a member has in hand: the link's token and the code beside it."""

    person: str
    token: str
    code: str
    link: str


@dataclass(slots=True, kw_only=True)
class Office:
    """The running house: its database, its time, and the case with its letters, by address."""

    db: Database
    now: datetime
    case: str
    letters: Mapping[str, Letter]
    settings: WebSettings
    healthy: bool = True
    _apps: dict[WebSettings, FastAPI] = field(default_factory=dict)

    @property
    def app(self) -> FastAPI:
        """The application, with the settings of now and on this office's clock."""
        if self.settings not in self._apps:
            self._apps[self.settings] = create_app(
                db=self.db,
                clock=lambda: self.now,
                keys=KEYS,
                settings=self.settings,
                health=lambda: {"ok": self.healthy},
            )
        return self._apps[self.settings]

    def browser(self) -> TestClient:
        """A browser of its own: it keeps cookies, and follows no redirect by itself."""
        return TestClient(self.app, base_url=self.settings.base_url, follow_redirects=False)

    def inside(self, email: str) -> TestClient:
        """A browser that has come in with the member's letter."""
        letter, browser = self.letters[email], self.browser()
        entered = browser.post(f"/b/{letter.token}", data={"kode": letter.code})
        assert entered.status_code == 303, entered.text
        return browser

    def dump(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        return dump(self.db)


def dump(db: Database) -> dict[str, list[Any]]:
    """Every row of every table of a SQLite database."""
    with db.reading() as tx:
        names = (
            tx.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
            .scalars()
            .all()
        )
        return {name: [tuple(row) for row in tx.execute(text(f'SELECT * FROM "{name}"'))] for name in names}


def give_letters(db: Database, case: str, *, now: datetime, level: str = "kode") -> dict[str, Letter]:
    """A link and a code for everybody on the case's roll, as the letters would carry them."""
    given: dict[str, Letter] = {}
    with db.writing() as tx:
        state = cases.state(tx, case)
        assert state is not None
        for entry in state.roll:
            link = Link(
                id=new_id(),
                purpose=Purpose.BALLOT,
                kid=1,
                generation=1,
                person=entry["person"],
                subject=subject_of_case(case),
                level=level,
                created_at=now,
                not_after=last_moment(now, state.answer_by),
            )
            token = token_for(KEYS, kid=1, purpose=link.purpose, link_id=link.id, generation=1)
            links.insert(tx, link, token_sha256=token_hash(token))
            person = people.by_id(tx, entry["person"])
            assert person is not None
            assert person.email is not None
            given[person.email] = Letter(
                person=person.id,
                token=token,
                code=code_for(KEYS, kid=1, link_id=link.id, generation=1),
                link=link.id,
            )
    return given


def open_case(db: Database, *, handling: str = "skriftlig", now: datetime = ASKED_AT) -> str:
    """Set the story's scene, fill in what was missing and ask for BP2; the case's id."""
    scene.prepare(db)
    scene.fill_what_is_missing(db, now=now - timedelta(days=3))
    opened = request_transition(
        db, key=scene.PROJECT, proposal=scene.PROPOSAL, by=scene.STUDY_LEADER, handling=handling, now=now
    )
    assert isinstance(opened, Opened), opened
    return opened.case


@pytest.fixture(scope="session")
def _written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The scene with the case open in writing, made once."""
    place = tmp_path_factory.mktemp("web") / "written.db"
    schema.upgrade(f"sqlite:///{place}")
    database = Database(f"sqlite:///{place}")
    case = open_case(database)
    database.close()
    engine = create_engine(f"sqlite:///{place}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return place, case


def settings_for(base_url: str, *, open_portal: bool = True) -> WebSettings:
    """How the tests' installations present themselves."""
    return WebSettings(
        base_url=base_url,
        programme="Program for bærekraftige helse- og sosialtjenester",
        loopback=not base_url.startswith("https"),
        open_portal=open_portal,
    )


@pytest.fixture
def office(_written: tuple[Path, str], tmp_path: Path) -> Iterator[Office]:
    """A house of the test's own, with the story's case open in writing."""
    template, case = _written
    place = tmp_path / "faseport.db"
    shutil.copyfile(template, place)
    database = Database(f"sqlite:///{place}")
    letters = give_letters(database, case, now=ASKED_AT)
    yield Office(
        db=database,
        now=ANSWERED_AT,
        case=case,
        letters=letters,
        settings=settings_for("https://faseport.example.org"),
    )
    database.close()
