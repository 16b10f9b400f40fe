"""What is stored: every table, seen by no room but the store.

State tables are written by `record` alone and can be rebuilt from the ledger; a row's `seq` is its place in
its project's chain. The others (links, sessions, devices, outbox, attempts, blobs, heartbeats, and
obligations with their reminders, which are planned from the state) are working memory. Free text and
whatever tells who somebody is stands in `prose`, once, under its salted digest; other rows point there, so
that one erasure is enough. All of them are imported here, since a table exists once its module has been read.
"""

# An index gets its name when its table is made: how names are made comes before every table.
from engine.store.tables import base

# isort: split
from engine.store.tables import (
    access,
    benefits,
    cases,
    ledger,
    letters,
    machinery,
    meetings,
    obligations,
    programme,
    projects,
    reports,
)

__all__ = [
    "access",
    "base",
    "benefits",
    "cases",
    "ledger",
    "letters",
    "machinery",
    "meetings",
    "obligations",
    "programme",
    "projects",
    "reports",
]
