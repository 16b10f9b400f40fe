"""Does the whole house hold? Runs every check and every suite in order, and says how long each took.

All are run even when one fails, so that one run names everything that is wrong.
"""

import json
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
SUITES = ("unit", "architecture", "integration", "acceptance", "browser")


def run(title: str, command: list[str]) -> tuple[int, float]:
    """Exit code and seconds; what the command prints goes straight through."""
    print(f"\n=== {title} ===", flush=True)
    started = time.monotonic()
    code = subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]], check=False
    ).returncode
    return code, time.monotonic() - started


def run_suite(suite: str) -> tuple[int, float] | None:
    """None, and a printed line, for a suite in which nobody has written a test yet."""
    if not list(Path("tests", suite).rglob("test_*.py")):
        print(f"\n=== {suite} ===\nskipped: tests/{suite} holds no test yet", flush=True)
        return None
    return run(suite, ["pytest", f"tests/{suite}", "--durations=5", "--record-requirements"])


def main() -> int:
    """0 when everything held."""
    RECORD.unlink(missing_ok=True)
    results = {title: run(title, command) for title, command in CHECKS.items()}
    results |= {suite: result for suite in SUITES if (result := run_suite(suite))}

    print("\n=== Seconds ===")
    for title, (code, seconds) in results.items():
        verdict = "ok" if code == 0 else f"FAILED (exit {code})"
        slow = f"  over the budget of {BUDGET_SECONDS} s" if seconds > BUDGET_SECONDS else ""
        print(f"{title:<14}{seconds:>7.1f}  {verdict}{slow}")
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
