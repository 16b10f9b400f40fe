"""Projects counted by phase, and named in the order they are listed."""

from collections.abc import Iterable

from engine.core.report.known import Entry
from engine.core.report.report import Named
from engine.core.reports.portfolio import REPORTED


def counts_of(entries: Iterable[Entry]) -> dict[str, int]:
    """How many projects stand in each phase."""
    found = dict.fromkeys(REPORTED, 0)
    for entry in entries:
        if entry.reported_as is not None:
            found[entry.reported_as] += 1
    return found


def alphabetical(title: str) -> tuple[str, ...]:
    # æ, ø and å come last, in that order; their code points say æ, å, ø… not in Norwegian order.
    """What titles are sorted by."""
    return tuple({"æ": "{", "ø": "|", "å": "}"}.get(sign, sign) for sign in title.casefold())


def named_of(entries: Iterable[Entry]) -> tuple[Named, ...]:
    """The projects by name, in order."""
    found = (Named(key=one.key, title=one.title, shared=bool(one.shared_with)) for one in entries)
    return tuple(sorted(found, key=lambda one: alphabetical(one.title)))
