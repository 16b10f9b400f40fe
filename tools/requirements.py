"""Which of the requirements are proven, by which tests, and which are still open?

A requirement is proven when at least one test marked with its id passed in the last `make test`, and none
failed.
"""

import csv
import json
from collections import defaultdict
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1]
LIST = HOUSE / "docs/reference/requirements.csv"
RECORD = HOUSE / ".coverage-requirements.json"


def requirement_texts(path: Path = LIST) -> dict[str, str]:
    """Id → text, in the order of the list."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row["text"] for row in csv.DictReader(lines)}


def proofs(record: Path = RECORD) -> dict[str, list[str]]:
    """Id → the tests that prove it, over all suites; an id with a failing test is left out."""
    suites = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    proven: dict[str, list[str]] = defaultdict(list)
    for suite in suites.values():
        for requirement, tests in suite["proven"].items():
            proven[requirement] += tests
    refuted = {requirement for suite in suites.values() for requirement in suite["refuted"]}
    return {requirement: tests for requirement, tests in sorted(proven.items()) if requirement not in refuted}


def main() -> None:
    """Print the table, then the proven with their tests, then the open ones."""
    texts, proven = requirement_texts(), proofs()
    by_seed: dict[str, list[str]] = defaultdict(list)
    for requirement in texts:
        by_seed[requirement.split("-")[0]].append(requirement)
    print("Proven requirements (from the last `make test`)")
    for requirement, tests in proven.items():
        print(f"  {requirement}  {texts[requirement]}")
        for test in tests:
            print(f"           {test}")
    print("\nOpen requirements")
    for requirement, text in texts.items():
        if requirement not in proven:
            print(f"  {requirement}  {text}")
    print("\nPer seed")
    for seed, ids in by_seed.items():
        print(f"  {seed}: proven {len(proven.keys() & set(ids))} of {len(ids)}")
    print(f"  all: proven {len(proven)} of {len(texts)}")


if __name__ == "__main__":
    main()
