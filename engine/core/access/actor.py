"""Who acts, and how that is known."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final


class Level(IntEnum):
    """How surely somebody is who they say, weakest first. A weak door never lends its key to a strong one."""

    NONE = 0
    ENKEL = 1
    """A link, and no code: whoever holds the address."""
    KODE = 2
    """A link or an address, and the code that stands in the letter: whoever reads the mailbox."""
    INNLOGGET = 4
    """The municipality's own sign-in (OpenID Connect)."""


LEVEL_OF_LINK: Final[dict[str, Level]] = {
    "enkel": Level.ENKEL,
    "kode": Level.KODE,
    "innlogget": Level.INNLOGGET,
}
"""What a link is opened with, by the name it has in a programme file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Came in through a letter's link."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Signed in to the portal; `link` is the one-time link it began with, None for the municipality's own
    sign-in.
    """

    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyboard:
    """Stands at the machine: `user` is the operating system's name for them, and proves no person."""

    user: str


@dataclass(frozen=True, slots=True)
class Clock:
    """Nobody: the time had come."""


Via = Link | Session | Keyboard | Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. `person` is None for the clock and for whoever has not said who they are; `proved_at` (UTC)
    is when they last gave a code or signed in.
    """

    person: str | None
    via: Via
    level: Level = Level.NONE
    proved_at: datetime | None = None
