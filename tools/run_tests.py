"""Does the whole house hold? Runs every check and every suite, and says how long each took.

All are run even when one fails, so that one run names everything that is wrong. Two suites run side by side
where there are two processors, the longest first; each is told of when it has ended.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
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
SUITES = {
    "integration: PostgreSQL": ["tests/integration", "-k", "not sqlite"],
    "integration: SQLite": ["tests/integration", "-k", "sqlite"],
    "browser": ["tests/browser"],
    "acceptance": ["tests/acceptance"],
    "unit": ["tests/unit"],
    "architecture": ["tests/architecture"],
}
"""The longest first: they are begun in this order. What has no database of its own runs with PostgreSQL."""
SIDE_BY_SIDE = min(2, os.cpu_count() or 1)


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
    """Run a suite without the tests that carry one of these marks; what it prints comes whole, at its end."""
    wanted = ["-m", " and ".join(f"not {mark}" for mark in without)] if without else []
    recorded = f"--record-requirements={suite}"
    command = ["pytest", *SUITES[suite], "--durations=5", recorded, *wanted]
    started = time.monotonic()
    done = subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    sys.stdout.buffer.write(f"\n=== {suite} ===\n".encode() + done.stdout)
    sys.stdout.flush()
    return done.returncode, time.monotonic() - started


def main() -> int:
    """0 when everything held."""
    RECORD.unlink(missing_ok=True)
    results = {title: run(title, command) for title, command in CHECKS.items()}
    without = left_out()
    suites = [suite for suite in SUITES if suite not in without]
    print(f"\n=== {len(suites)} suites, {SIDE_BY_SIDE} at a time ===", flush=True)
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as lanes:
        running = {suite: lanes.submit(run_suite, suite, without) for suite in suites}
        results |= {suite: lane.result() for suite, lane in running.items()}

    print("\n=== Seconds ===")
    for title, (code, seconds) in results.items():
        verdict = "ok" if code == 0 else f"FAILED (exit {code})"
        slow = f"  over the budget of {BUDGET_SECONDS} s" if seconds > BUDGET_SECONDS else ""
        print(f"{title:<24}{seconds:>7.1f}  {verdict}{slow}")
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
