"""What can an operator have got wrong that the engine never hears of? Files, addresses, settings, the state
of the database.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.core.refusal import Mistake, Misuse

KeyFault = Literal["missing", "unreadable", "open_to_others", "spoilt"]


class Told(Misuse):
    """A misuse of the command line, told in `lines`."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


class BadSettings(Misuse):
    """Settings that cannot be used, one line each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(*faults)
        self.faults = faults


@dataclass
class BadFile(Misuse):
    """A file that says something wrong: every mistake and its place."""

    path: str
    mistakes: tuple[Mistake, ...]


@dataclass
class KeyFileUnusable(Misuse):
    """The file with the link keys cannot be used."""

    path: Path
    fault: KeyFault
    detail: str = ""


@dataclass
class DatabaseUnusable(Misuse):
    """The database is absent, older than this program, from another one, not what its revision names, broken,
    or does not answer (`detail`: its own words, or what differs).
    """

    url: str
    standing: Literal["absent", "older", "unknown", "different", "damaged", "silent"]
    detail: str = ""
