"""Which requirements did this run prove? A pytest plugin: checks the marks, and records what passed.

`@pytest.mark.requirement("000-72", "001-02")` on a test, a class or a module. An unknown id, or a mark
without one, stops the run. With `--record-requirements=SUITE` the run's outcome is merged into
.coverage-requirements.json under that name.
"""

import fcntl
import json
from collections import defaultdict
from typing import Any

import pytest

from tools.requirements import RECORD, requirement_texts


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-requirements", metavar="SUITE", help=f"write what was proven to {RECORD.name}")


def pytest_configure(config: pytest.Config) -> None:
    suite = config.getoption("--record-requirements")
    if suite:
        config.pluginmanager.register(Recorder(suite), "requirement-recorder")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    known = requirement_texts()
    mistakes = []
    for item in items:
        for mark in item.iter_markers("requirement"):
            if not mark.args or mark.kwargs:
                mistakes.append(f"{item.nodeid}: a requirement mark takes one or more ids")
            mistakes += [
                f"{item.nodeid}: unknown requirement {name!r}" for name in mark.args if name not in known
            ]
        item.user_properties.append(("requirements", requirements_of(item)))
    if mistakes:
        raise pytest.UsageError(*mistakes)


def requirements_of(item: pytest.Item) -> list[str]:
    """Sorted, each once: a module's mark and a test's own may name the same."""
    return sorted({str(name) for mark in item.iter_markers("requirement") for name in mark.args})


class Recorder:
    """One suite's outcomes."""

    def __init__(self, suite: str) -> None:
        self.suite = suite
        #: test → (its worst outcome in set-up, call and tear-down, its requirements)
        self.outcomes: dict[str, tuple[str, list[str]]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        requirements = dict(report.user_properties).get("requirements", [])
        assert isinstance(requirements, list)
        worst, _ = self.outcomes.get(report.nodeid, ("passed", []))
        outcome = max(worst, report.outcome, key=["passed", "skipped", "failed"].index)
        self.outcomes[report.nodeid] = (outcome, requirements)

    def pytest_sessionfinish(self) -> None:
        suite: dict[str, Any] = {
            "passed": 0,
            "failed": 0,
            "skipped": 0,
            "proven": defaultdict(list),
            "refuted": [],
        }
        for nodeid, (outcome, requirements) in sorted(self.outcomes.items()):
            suite[outcome] += 1
            for requirement in requirements:
                if outcome == "passed":
                    suite["proven"][requirement].append(nodeid)
                elif outcome == "failed":
                    suite["refuted"].append(requirement)
        # Two suites may end at the same time, and neither may lose the other's word.
        with RECORD.open("a+", encoding="utf-8") as record:
            fcntl.flock(record, fcntl.LOCK_EX)
            record.seek(0)
            earlier = json.loads(record.read() or "{}")
            record.truncate(0)
            record.write(json.dumps(earlier | {self.suite: suite}, indent=1, ensure_ascii=False) + "\n")
