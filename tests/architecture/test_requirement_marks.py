"""Can the requirement marks fail? A wrong mark stops a run; a proof with a failing test beside it is none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.requirements import HOUSE, proofs


def collect(folder: Path, mark: str) -> subprocess.CompletedProcess[str]:
    """Collects one test that carries the mark, in a pytest of its own with our plugin."""
    (folder / "test_marked.py").write_text(f"import pytest\n\n@pytest.mark.{mark}\ndef test_it(): pass\n")
    arguments = ["-p", "tests.requirement_coverage", "-p", "no:cacheprovider", "--collect-only", "-q"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(HOUSE / "pyproject.toml"), *arguments, str(folder)],
        cwd=HOUSE,
        env=os.environ | {"PYTHONPATH": str(HOUSE)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_known_requirement_is_accepted(tmp_path: Path) -> None:
    result = collect(tmp_path, 'requirement("000-01", "000-02")')
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("mark", "complaint"),
    [
        ('requirement("999-99")', "unknown requirement '999-99'"),
        ('requirement("000-01", "000-1")', "unknown requirement '000-1'"),
        ("requirement()", "takes one or more ids"),
        ("requirement", "takes one or more ids"),
        ("requirment", "not found in `markers`"),
    ],
)
def test_a_wrong_mark_stops_the_run(tmp_path: Path, mark: str, complaint: str) -> None:
    result = collect(tmp_path, mark)
    assert result.returncode != 0
    assert complaint in result.stdout + result.stderr


def test_a_requirement_with_a_failing_test_is_not_proven(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(
        json.dumps(
            {
                "unit": {"proven": {"000-01": ["tests/unit/a"], "000-02": ["tests/unit/b"]}, "refuted": []},
                "browser": {"proven": {"000-01": ["tests/browser/c"]}, "refuted": ["000-02"]},
            }
        )
    )
    assert proofs(record) == {"000-01": ["tests/unit/a", "tests/browser/c"]}
