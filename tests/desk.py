"""A folder with an installation in it, and somebody at the keyboard: how do tests type commands?

What starts a process of its own is marked by `faseport(…)`; `Desk.do(…)` runs the same command in this one,
since a process costs seconds and a command's behaviour does not depend on it.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cli.main import main

HOUSE = Path(__file__).resolve().parents[1]
PROGRAMME = HOUSE / "workflows" / "programmes" / "trondheim.yaml"
WORKFLOW = HOUSE / "workflows" / "prosjektveiviseren.yaml"
PORTFOLIO = HOUSE / "demo" / "portfolio.csv"
KEY = "implementering-eksisterende-vft"
ASKER = "utreder@example.org"
OFFICE = "programkontor@example.org"
SEATS = (
    "kommunaldirektor-ho",
    "kommunaldirektor-st",
    "kommunalsjef-hjemme",
    "kommunalsjef-sykehjem",
    "kommunalsjef-medisinske",
    "kommunalsjef-boa",
    "kommunalsjef-psykisk-helse",
    "kommunalsjef-arbeid",
)
ANSWERS = (
    "problem=Utstyret brukes ulikt i sonene.",
    "goals=Alle soner bruker det samme.",
    "success_signs=Færre fysiske tilsyn.",
    "cost_overview=Opplæring og lisenser",
    "cost_total=1 200 000",
    "union_involvement=Hovedtillitsvalgt er med i arbeidsgruppa.",
    "user_involvement=Brukerrådet uttaler seg.",
    'alternatives+={"title": "Nullalternativet", "is_null": "ja", "description": "Alt blir som før."}',
    'alternatives+={"title": "Innføring sone for sone", "recommended": true}',
    "role.gevinstansvarlig=kommunalsjef-boa@example.org",
    "role.prosjekteier=kommunalsjef-hjemme@example.org",
)
BENEFIT = {
    "id": "tilsyn",
    "title": "Færre fysiske tilsyn om natta",
    "kind": "frigjort_tid",
    "indicators": [{"title": "Tilsyn per natt", "unit": "tilsyn"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a command ended, and what it had to say."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be JSON and nothing else."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A folder with an installation in it, and somebody at the keyboard."""

    folder: Path
    capsys: pytest.CaptureFixture[str] = field(repr=False)

    def do(self, *arguments: str | Path) -> Said:
        """Run a command in this process."""
        self.capsys.readouterr()
        code = main([str(one) for one in arguments])
        out, err = self.capsys.readouterr()
        return Said(code=code, out=out, err=err)

    def done(self, *arguments: str | Path) -> Said:
        """The same, of a command that must go well."""
        said = self.do(*arguments)
        assert said.code == 0, said
        return said

    def write(self, name: str, content: str | bytes) -> Path:
        """Put a file on the desk."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


def environment(**more: str) -> dict[str, str]:
    """What a process of ours starts with: nothing of Faseport's, and the tree to import from."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FASEPORT_")}
    return {**plain, "PYTHONPATH": str(HOUSE), **more}


def faseport(folder: Path, *arguments: str | Path, **more: str) -> Said:
    """Run a command as a process, in a folder."""
    command = [sys.executable, "-m", "cli.main", *(str(one) for one in arguments)]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    return Said(code=done.returncode, out=done.stdout, err=done.stderr)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with Trondheim's programme and its portfolio, made by three processes; tests get
    copies of it.
    """
    folder = tmp_path_factory.mktemp("et sted på disk")
    for arguments in (
        ["init"],
        ["programme", "load", PROGRAMME],
        ["project", "import", PORTFOLIO, "--on", "2024-12-31"],
    ):
        said = faseport(folder, *arguments, LC_ALL="POSIX")
        assert said.code == 0, said
    return folder


@pytest.fixture
def desk(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    """A copy of the installation, to do with as one likes."""
    shutil.copytree(installed / "var", tmp_path / "var")
    monkeypatch.chdir(tmp_path)
    return Desk(folder=tmp_path, capsys=capsys)


@pytest.fixture
def empty_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A folder with nothing in it."""
    monkeypatch.chdir(tmp_path)
    return Desk(folder=tmp_path, capsys=capsys)


def fill_in(desk: Desk) -> None:
    """Give the project everything BP2 asks for."""
    desk.done("person", "add", ASKER, "--name", "Utredningsleder")
    desk.done("project", "set", KEY, f"role.utredningsleder={ASKER}")
    desk.done("project", "set", KEY, *ANSWERS, f"benefits+={json.dumps(BENEFIT)}", "--by", ASKER)
    paper = desk.write("forslag.md", "# Prosjektforslag")
    desk.done("paper", "add", KEY, "prosjektforslag", paper, "--title", "Prosjektforslag", "--by", ASKER)
    desk.done("gate", "answer", KEY, "leangen", "--value", "ja", "--explain", "Bo hjemme.", "--by", ASKER)
    desk.done("gate", "confirm", KEY, "leangen", "--by", OFFICE)
