"""Does the house keep its own rules? Layers, names, locks, what is shipped and what must not be committed."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
SHIPPED = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
PACKAGES = [name for name in SHIPPED if (HOUSE / name / "__init__.py").exists()]
LOCKS = [
    "package-lock.json",
    *sorted(f"requirements/{path.name}" for path in HOUSE.glob("requirements/*.txt")),
]

#: Names that hold anything, and so grow until they hold everything.
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "service", "services", "models"}


def modules() -> list[Path]:
    """Every Python file of ours, the tests and tools included."""
    return [path for name in [*SHIPPED, "tests", "tools"] for path in sorted((HOUSE / name).rglob("*.py"))]


def committed() -> list[str]:
    """What git keeps."""
    # A checkout may belong to another user than the one who tests it; git would refuse to list it.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listing = subprocess.run(command, cwd=HOUSE, capture_output=True, check=True).stdout
    return [name for name in listing.decode().split("\0") if name]


def normal(requirement: str) -> str:
    """`Psycopg[binary]>=3` → `psycopg`."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def test_everyone_imports_only_whom_they_may() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-cache"], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_package_of_ours_is_shipped_and_under_the_import_contracts() -> None:
    ours = {path.parent.name for path in HOUSE.glob("*/__init__.py")} - {"tests", "tools"}
    contracts = PROJECT["tool"]["importlinter"]
    everywhere = next(c for c in contracts["contracts"] if c["id"] == "smtp-only")["source_modules"]
    assert ours <= set(SHIPPED)
    assert ours == set(contracts["root_packages"]) == set(everywhere)


@pytest.mark.parametrize("name", [*SHIPPED, "tests", "tools"])
def test_no_installed_library_brings_a_package_with_a_name_of_ours(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"faseport"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_opens_with_the_question_it_answers(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), "no docstring"


def test_no_file_has_a_name_that_holds_anything() -> None:
    names = {path.relative_to(HOUSE) for path in modules()}
    assert not {name for name in names if EMPTY_NAMES & {name.stem, *name.parts[:-1]}}


def test_the_clock_is_read_in_one_place() -> None:
    silenced = [path for path in modules() if "TID251" in path.read_text(encoding="utf-8")]
    assert [path for path in silenced if path != Path(__file__)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_exact_bytes_and_no_address(lock: str) -> None:
    text = (HOUSE / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|\"resolved\"|file:", text)
    exact = text.count('"integrity"') if lock.endswith("json") else text.count("--hash=sha256:")
    assert exact >= text.count('"node_modules/') + len(re.findall(r"^[a-z0-9].*==", text, re.M))


def test_every_library_we_name_is_locked() -> None:
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    named = {
        "runtime": project["dependencies"] + project["optional-dependencies"]["demo"],
        "build": PROJECT["build-system"]["requires"] + groups["build"],
        "dev": groups["dev"],
    }
    for lock, requirements in named.items():
        text = (HOUSE / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
        locked = {normal(line) for line in text.splitlines() if re.match(r"[a-zA-Z0-9]", line)}
        assert {normal(requirement) for requirement in requirements} - locked == set(), lock


def test_nothing_built_or_borrowed_is_committed() -> None:
    unwanted = re.compile(
        r"(^|/)(uv\.lock|pylock\.toml|node_modules|__pycache__)(/|$)|\.(mo|pyc|db|whl)$|\.min\.(js|css)$|^web/static/vendor/"
    )
    assert [name for name in committed() if unwanted.search(name)] == []


def test_every_make_target_says_what_it_does() -> None:
    makefile = (HOUSE / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.M)
    assert phony
    for target in phony[1].split():
        assert re.search(rf"^{target}:.*## \S", makefile, re.M), target


def test_continuous_integration_runs_what_a_developer_runs() -> None:
    script = HOUSE / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.findall(r"\bmake (\w+)", script.read_text(encoding="utf-8")) == ["system", "test"]


def test_the_list_of_requirements_is_whole() -> None:
    rows = (HOUSE / "docs/reference/requirements.csv").read_text(encoding="utf-8").splitlines()[1:]
    ids = [row.split(",", 1)[0] for row in rows]
    assert len(ids) == len(set(ids)) == 269
    assert all(re.fullmatch(r"\d{3}-\d{2}", name) for name in ids)


def test_the_wheel_carries_every_file_that_the_program_reads(tmp_path: Path) -> None:
    wheel = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*wheel, "--wheel-dir", str(tmp_path), "."], cwd=HOUSE, check=True)
    (made,) = tmp_path.glob("*.whl")
    present = [path for name in PACKAGES for path in (HOUSE / name).rglob("*") if path.is_file()]
    wanted = [path for path in present if "__pycache__" not in path.parts and path.suffix != ".po"]
    carried = set(zipfile.ZipFile(made).namelist())
    assert {path.relative_to(HOUSE).as_posix() for path in wanted} - carried == set()
    assert "web/static/vendor/htmx/LICENSE" in carried
