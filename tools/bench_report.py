"""Does a report ten times as large take ten times as long, and does it fit in memory?

Makes a portfolio of 1,000 projects and one of 10,000 from the demo's own, through the same import as any
other, and builds the report of each in a process of its own: reading and computing, checking, and every
format. Prints seconds, microseconds per project, their ratio and the largest memory. Fails when the ratio is
above 1.5 or the memory above 500 MB.

    python -m tools.bench_report [--formats html,xlsx,json,docx,pdf]
"""

import argparse
import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
from datetime import timedelta
from importlib import resources
from pathlib import Path
from time import perf_counter
from typing import Any, Final

SIZES: Final = (1_000, 10_000)
RATIO: Final = 1.5
MEGABYTES: Final = 500
PERIOD: Final = "2024-T3"


def main() -> None:
    """Build both, and compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--formats", default="html,xlsx,json,docx,pdf")
    parser.add_argument("--measure", metavar="URL")
    given = parser.parse_args()
    formats = given.formats.split(",")
    if given.measure:
        print(json.dumps(measured(given.measure, formats)))
        return
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            url = f"sqlite:///{Path(folder) / f'{size}.db'}"
            began = perf_counter()
            fill(url, size)
            print(f"{size:>6} projects imported in {perf_counter() - began:.1f} s", file=sys.stderr)
            command = [
                sys.executable,
                "-m",
                "tools.bench_report",
                "--formats",
                given.formats,
                "--measure",
                url,
            ]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            results[size] = json.loads(done.stdout)
    sys.exit(0 if told(results) else 1)


def told(results: dict[int, dict[str, Any]]) -> bool:
    """Print the figures; whether both limits hold."""
    small, large = (results[size] for size in SIZES)
    print(f"{'step':<10}{'1 000':>12}{'10 000':>12}{'µs/project':>14}{'ratio':>8}")
    for step in small["seconds"]:
        one, ten = small["seconds"][step], large["seconds"][step]
        print(f"{step:<10}{one:>11.2f}s{ten:>11.2f}s{ten / SIZES[1] * 1e6:>14.0f}{ten / one / 10:>8.2f}")
    one, ten = (sum(each["seconds"].values()) for each in (small, large))
    ratio = ten / one / 10
    print(f"{'all':<10}{one:>11.2f}s{ten:>11.2f}s{ten / SIZES[1] * 1e6:>14.0f}{ratio:>8.2f}")
    print(f"memory: {small['megabytes']:.0f} MB and {large['megabytes']:.0f} MB")
    return bool(ratio <= RATIO and large["megabytes"] <= MEGABYTES)


def fill(url: str, size: int) -> None:
    """A portfolio of so many projects: the demo's, over and over, under new names."""
    from demo import scene
    from engine.core.files.sheet import Row, Sheet
    from engine.store import schema
    from engine.store.session import Database
    from engine.use_cases.programme.load_programme import load_programme
    from engine.use_cases.programme.register_definition import register_definition
    from engine.use_cases.projects.import_projects import import_projects
    from workflows import loader

    schema.upgrade(url)
    db = Database(url)
    load_programme(db, text=loader.read_programme("trondheim"), now=scene.LOADED_AT)
    for name in ("prosjektveiviseren", "forskningsloypa", "programsaker"):
        register_definition(db, text=loader.read(name), now=scene.LOADED_AT)
    text = resources.files("demo").joinpath("portfolio.csv").read_text(encoding="utf-8")
    reader = csv.DictReader(io.StringIO(text))
    own = [{name: cell for name, cell in row.items() if cell and name != "parent"} for row in reader]
    rows = []
    for number in range(size):
        cells = own[number % len(own)]
        again = {"key": f"{cells['key']}-{number}", "title": f"{cells['title']} {number}"}
        rows.append(Row(number=number + 2, cells=cells | again))
    sheet = Sheet(columns=tuple(reader.fieldnames or ()), rows=tuple(rows))
    import_projects(db, sheet=sheet, effective=scene.AS_OF, now=scene.LOADED_AT)
    db.close()


def measured(url: str, formats: list[str]) -> dict[str, Any]:
    """Seconds for each step, and the largest memory in megabytes."""
    from demo import scene
    from documents.tertial.editions import REPORT_FORMATS, statusrapport
    from engine.core.report.disagreements import reconcile
    from engine.core.report.sections import tertial_report
    from engine.queries.reports.read_report import gather
    from engine.store.session import Database

    db = Database(url)
    seconds: dict[str, float] = {}
    began = perf_counter()
    with db.reading() as tx:
        known = gather(tx, PERIOD, known_at=scene.LOADED_AT + timedelta(days=20))
    report = tertial_report(known)
    seconds["read"] = perf_counter() - began
    began = perf_counter()
    reconcile(known, report)
    seconds["check"] = perf_counter() - began
    del known
    for format in REPORT_FORMATS:
        if format in formats:
            began = perf_counter()
            statusrapport(report, format=format)
            seconds[format] = perf_counter() - began
    db.close()
    # Linux tells the largest resident set in kilobytes.
    return {"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    main()
