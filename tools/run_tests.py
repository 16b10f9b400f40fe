"""Does the whole house hold? Runs every check and every suite in order, and says how long each took.

All are run even when one fails, so that one run names everything that is wrong.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.requirements import RECORD, proofs, requirement_texts

BUDGET_SECONDS = 120
CHECKS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "lint-imports": ["lint-imports"],
}
PROGRAMS = {"poppler": ("pdfinfo", "pdftotext"), "browser": ("chromium",)}
"""What tests with a mark need of the system; `make system` installs it."""
SUITES = ("unit", "architecture", "integration", "acceptance", "browser")


def run(title: str, command: list[str]) -> tuple[int, float]:
    """Exit code and seconds; what the command prints goes straight through."""
    print(f"\n=== {title} ===", flush=True)
    started = time.monotonic()
    code = subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]], check=False
    ).returncode
    return code, time.monotonic() - started


def left_out() -> dict[str, str]:
    """The marks whose tests cannot run on this machine, each with the programs that are not here."""
    missing = {mark: [name for name in names if not shutil.which(name)] for mark, names in PROGRAMS.items()}
    return {mark: ", ".join(names) for mark, names in missing.items() if names}


def run_suite(suite: str, without: dict[str, str]) -> tuple[int, float]:
    """Run a suite without the tests that carry one of these marks."""
    wanted = ["-m", " and ".join(f"not {mark}" for mark in without)] if without else []
    return run(suite, ["pytest", f"tests/{suite}", "--durations=5", "--record-requirements", *wanted])


def main() -> int:
    """0 when everything held."""
    RECORD.unlink(missing_ok=True)
    results = {title: run(title, command) for title, command in CHECKS.items()}
    without = left_out()
    suites = [suite for suite in SUITES if suite not in without]
    results |= {suite: run_suite(suite, without) for suite in suites}

    print("\n=== Seconds ===")
    for title, (code, seconds) in results.items():
        verdict = "ok" if code == 0 else f"FAILED (exit {code})"
        slow = f"  over the budget of {BUDGET_SECONDS} s" if seconds > BUDGET_SECONDS else ""
        print(f"{title:<14}{seconds:>7.1f}  {verdict}{slow}")
    for mark, names in without.items():
        print(
            f"NOT RUN: tests marked {mark}, for no program here is named {names}; `make system` installs it"
        )
    proven, listed = len(proofs()), len(requirement_texts())
    print(f"\nrequirements: proven {proven} of {listed} (`make requirements` lists them)")

    recorded = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    counts = {
        word: sum(suite[word] for suite in recorded.values()) for word in ("passed", "failed", "skipped")
    }
    print(", ".join(f"{count} {word}" for word, count in counts.items()))
    return int(counts["passed"] == 0 or any(code for code, _ in results.values()))


if __name__ == "__main__":
    sys.exit(main())
