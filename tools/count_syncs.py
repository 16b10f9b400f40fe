"""How often does one decision make the program wait for the disk, seen from outside?

Runs decisions of five ballots under strace, many and few, and counts fsync and fdatasync; the difference is
what the decisions themselves cost, without start-up and with SQLite's checkpoints spread over them. The tests
count the same in SQLite's write-ahead log, where no strace is needed.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from engine.store import schema
from engine.store.session import Database
from tests import builders

FEW, MANY = 5, 45
SEATS = 5


def main() -> int:
    """Print syncs per decision; 0 when they are six, give or take the checkpoints."""
    if len(sys.argv) == 3:
        decide(sys.argv[1], int(sys.argv[2]))
        return 0
    if shutil.which("strace") is None:
        print("count-syncs: skipped, strace is not here; tests/integration/test_record.py counts in the log")
        return 0
    few, many = syncs(FEW), syncs(MANY)
    each = (many - few) / (MANY - FEW)
    print(
        f"one request and {SEATS} ballots: {each:.2f} waits for the disk (the log's checkpoints among them)"
    )
    return int(not SEATS + 1 <= each < SEATS + 2)


def syncs(decisions: int) -> int:
    """How many times a run with that many decisions waited for the disk."""
    with tempfile.TemporaryDirectory(prefix="faseport-syncs-") as folder:
        url = f"sqlite:///{folder}/faseport.db"
        log = Path(folder, "strace.log")
        schema.upgrade(url)
        db = Database(url)
        builders.a_programme(db, seats=SEATS, quorum=3, rule="konsensus")
        builders.projects(db, decisions)
        db.close()
        traced = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(log)]
        again = [sys.executable, "-m", "tools.count_syncs", url, str(decisions)]
        subprocess.run([*traced, *again], check=True)
        return len(re.findall(r"\b(?:fsync|fdatasync)\(", log.read_text()))


def decide(url: str, decisions: int) -> None:
    """What is traced: that many requests, each answered by everybody."""
    db = Database(url)
    for number in range(1, decisions + 1):
        opened = builders.a_case(db, key=f"prosjekt-{number}")
        builders.answers(db, opened.case, ["godkjenn"] * SEATS)
    db.close()


if __name__ == "__main__":
    sys.exit(main())
