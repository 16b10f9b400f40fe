"""What do the pages' tests start from? The story's case, open for answers, with a link for every member."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from demo import scene
from documents.editions import referat
from documents.papers.paper import minutes_of
from engine.core.access.links import Link, Purpose, code_for, last_moment, token_for, token_hash
from engine.core.record.letters import subject_of_case, subject_of_meeting
from engine.queries.meetings.show_meeting import show_meeting
from engine.store import cases, links, people, schema
from engine.store.session import Database, new_id
from engine.use_cases.cases.request_transition import Opened, request_transition
from engine.use_cases.meetings.call_meetings import call_meetings
from engine.use_cases.programme.register_definition import register_definition
from engine.use_cases.projects.import_projects import import_projects
from tests.builders import EASY_WORKFLOW, sheet
from web.app import create_app
from web.site import Papers, WebSettings

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
SECRETARY = "programkontor@example.org"
MET_AT = datetime(2025, 2, 5, 8, 0, tzinfo=UTC)
"""When the story's meeting begins: nine o'clock in Oslo."""
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
    meeting: str | None = None
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
                papers=Papers(referat=self.on_paper),
            )
        return self._apps[self.settings]

    def on_paper(self, model: Mapping[str, Any]) -> bytes:
        """The referat as the documents make it."""
        return referat(minutes_of(model, version=1, issued_at=self.now), format="pdf").content

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
    with db.reading() as tx:
        state = cases.state(tx, case)
    assert state is not None
    people_on_it = [entry["person"] for entry in state.roll]
    return letters_about(
        db, subject_of_case(case), people_on_it, now=now, deadline=state.answer_by, level=level
    )


def letters_about(
    db: Database, subject: str, to: Iterable[str], *, now: datetime, deadline: datetime, level: str = "kode"
) -> dict[str, Letter]:
    """A link and a code for each of these people, by address."""
    given: dict[str, Letter] = {}
    with db.writing() as tx:
        for member in dict.fromkeys(to):
            link = Link(
                id=new_id(),
                purpose=Purpose.BALLOT,
                kid=1,
                generation=1,
                person=member,
                subject=subject,
                level=level,
                created_at=now,
                not_after=last_moment(now, deadline),
            )
            token = token_for(KEYS, kid=1, purpose=link.purpose, link_id=link.id, generation=1)
            links.insert(tx, link, token_sha256=token_hash(token))
            person = people.by_id(tx, member)
            assert person is not None
            assert person.email is not None
            given[person.email] = Letter(
                person=person.id,
                token=token,
                code=code_for(KEYS, kid=1, link_id=link.id, generation=1),
                link=link.id,
            )
    return given


def open_second_case(db: Database, *, now: datetime) -> str:
    """Another project of a short workflow, asked about at the same meeting; the case's id."""
    workflow = EASY_WORKFLOW.replace("decided_by: gruppa", "decided_by: styringsgruppa").replace(
        "{godkjent: gjennomfore,", "{godkjent: gjennomfore, godkjent_med_forutsetninger: gjennomfore,"
    )
    register_definition(db, text=workflow, now=now)
    row = {
        "key": "varsling-sykehjem",
        "title": "Nytt varslingssystem på sykehjem",
        "workflow": "liten",
        "phase": "konsept",
        "started_on": "2024-09-01",
        "goals": "Alle varsler når fram til den som er nærmest.",
        "utredningsleder": scene.STUDY_LEADER,
        "prosjekteier": "kommunalsjef-sykehjem@example.org",
    }
    import_projects(db, sheet=sheet([row]), effective=scene.AS_OF, now=now)
    opened = request_transition(
        db, key=row["key"], proposal="Prosjektet går til gjennomføring.", by=scene.STUDY_LEADER, now=now
    )
    assert isinstance(opened, Opened), opened
    return opened.case


def open_case(db: Database, *, handling: str | None = "skriftlig", now: datetime = ASKED_AT) -> str:
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
    return _made_once(tmp_path_factory, "written", open_case)


@pytest.fixture(scope="session")
def _called(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The scene with two cases for the meeting of 5 February, and the members called; made once."""

    def make(db: Database) -> str:
        case = open_case(db, handling=None)
        open_second_case(db, now=ASKED_AT + timedelta(minutes=5))
        assert call_meetings(db, now=datetime(2025, 1, 29, 11, 0, tzinfo=UTC)).called == 1
        return case

    return _made_once(tmp_path_factory, "called", make)


def _made_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Database], str]
) -> tuple[Path, str]:
    place = tmp_path_factory.mktemp("web") / f"{name}.db"
    schema.upgrade(f"sqlite:///{place}")
    database = Database(f"sqlite:///{place}")
    case = make(database)
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


@pytest.fixture
def meeting_office(_called: tuple[Path, str], tmp_path: Path) -> Iterator[Office]:
    """A house of the test's own before the meeting of 5 February: two cases, and a letter for every member
    and the secretary.
    """
    template, case = _called
    place = tmp_path / "faseport.db"
    shutil.copyfile(template, place)
    database = Database(f"sqlite:///{place}")
    office = Office(
        db=database,
        now=ANSWERED_AT,
        case=case,
        letters={},
        settings=settings_for("https://faseport.example.org"),
    )
    with database.reading() as tx:
        state = cases.state(tx, case)
    assert state is not None
    assert state.meeting is not None
    office.meeting = state.meeting
    office.letters = meeting_letters(office, state.meeting)
    yield office
    database.close()


def meeting_letters(office: Office, meeting: str) -> dict[str, Letter]:
    """A link and a code for everybody who takes part in a meeting, as the letters would carry them."""
    with office.db.reading() as tx:
        view = show_meeting(tx, meeting, now=office.now)
        secretary = people.by_email(tx, SECRETARY)
        in_cases = [seat.person for case in view.cases for seat in case.seats]
    assert secretary is not None
    to = [*(chair.person for chair in view.chairs), *in_cases, secretary.id]
    return letters_about(
        office.db,
        subject_of_meeting(meeting),
        [person for person in to if person],
        now=office.now,
        deadline=view.meeting.starts_at,
    )
