"""Does the installed program play the story: refused, asked for, answered by link, decided, told, counted?"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(sys.executable).with_name("faseport")
TREE = Path(__file__).parents[2]


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FASEPORT_")}
    return subprocess.run(
        [str(PROGRAM), *arguments],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    if not shutil.which(str(PROGRAM)):
        pytest.fail("the program is not installed beside this Python: run `make wheel`")
    folder = tmp_path_factory.mktemp("story")
    done = run(folder, "demo", "--once", "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told, folder


def test_every_check_of_the_story_holds(played: tuple[dict[str, Any], Path]) -> None:
    told, _ = played
    assert [check["what"] for check in told["checks"] if not check["holds"]] == []
    assert told["holds"] is True


@pytest.mark.requirement("000-72", "002-06")
def test_the_project_goes_on_only_when_the_group_has_decided_it(played: tuple[dict[str, Any], Path]) -> None:
    told, _ = played
    steps = [step["what"] for step in told["steps"]]
    refused = next(index for index, what in enumerate(steps) if "får vite alt som mangler" in what)
    decided = next(index for index, what in enumerate(steps) if "konkluderer" in what)
    assert refused < decided
    assert told["portfolio"]["before"] == {"Konsept": 5, "Prosjekt": 23, "Realisering": 4, "Avsluttet": 3}
    assert told["portfolio"]["after"] == {"Konsept": 4, "Prosjekt": 24, "Realisering": 4, "Avsluttet": 3}


def test_everything_missing_is_told_at_once_and_nothing_is_opened(
    played: tuple[dict[str, Any], Path],
) -> None:
    told, _ = played
    reasons = told["steps"][0]["reasons"]
    assert len(reasons) == 3
    assert any("Færre fysiske tilsyn om natta" in reason for reason in reasons)
    assert any("Nullalternativet" in reason for reason in reasons)
    assert any("involveres" in reason for reason in reasons)


@pytest.mark.requirement("001-39", "001-40")
def test_the_freshly_loaded_portfolio_counts_as_the_published_report_did(tmp_path: Path) -> None:
    for arguments in (
        ("init",),
        ("programme", "load", str(TREE / "workflows/programmes/trondheim.yaml")),
        ("project", "import", str(TREE / "demo/portfolio.csv"), "--on", "2024-12-31"),
    ):
        done = run(tmp_path, *arguments)
        assert done.returncode == 0, done.stderr
    projects = json.loads(run(tmp_path, "project", "list", "--json").stdout)
    table = {
        area: [
            sum(one["focus_area"] == area and one["reported_as"] == status for one in projects)
            for status in ("Konsept", "Prosjekt", "Realisering", "Avsluttet")
        ]
        for area in ("1", "2", "3", "4", "5")
    }
    assert table == {
        "1": [0, 0, 0, 0],
        "2": [1, 5, 0, 1],
        "3": [1, 11, 4, 1],
        "4": [2, 5, 0, 0],
        "5": [1, 2, 0, 1],
    }
    assert [sum(column) for column in zip(*table.values(), strict=True)] == [5, 23, 4, 3]
    assert {area: sum(row) for area, row in table.items()} == {"1": 0, "2": 7, "3": 17, "4": 7, "5": 4}


def test_a_database_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    address = {"FASEPORT_DATABASE_URL": "sqlite:///real.db", "FASEPORT_SECRET_KEY_FILE": "key.json"}
    for arguments, expected in ((["init"], 0), (["demo", "--once"], 2)):
        done = subprocess.run(
            [str(PROGRAM), *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": "", **address},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == expected, done.stderr
    assert "ikke en demo" in done.stderr
