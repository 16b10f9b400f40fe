"""What could the clock not do, in words for whoever runs the installation? Bokmål, a line for each item."""

from collections.abc import Mapping
from typing import Final

_WHAT: Final[Mapping[str, tuple[str, str]]] = {
    # with an item, without
    "planning": ("fristene i {item}", "programmets egne frister"),
    "reminding": ("en påminnelse i {item} ({kind})", "en påminnelse ({kind})"),
    "meetings": ("flytting av møtet {item}", "flytting av et møte"),
    "carrying": ("overføring av sak {item} til neste møte", "overføring av en sak"),
    "calling": ("innkalling til møtet {item}", "innkalling til et møte"),
    "rolls": ("hvem som svarer i sak {item}", "hvem som svarer i en sak"),
    "closing": ("avgjørelse av sak {item} når tiden er ute", "avgjørelse av en sak"),
    "undecidable": ("om sak {item} kan avgjøres", "om en sak kan avgjøres"),
    "rewording": ("et brev til {item} som ikke kom fram ({kind})", "et brev som ikke kom fram ({kind})"),
    "housekeeping": ("vedlikeholdet ({item})", "vedlikeholdet"),
}
"""Every sweep, by the name its faults are kept under."""


def fault_words(sweep: str, *, item: str, kind: str = "") -> str:
    """What it is that cannot be done: its item (empty: the programme's own), and the kind of a deadline or a
    letter.
    """
    named, unnamed = _WHAT[sweep]
    return (named if item else unnamed).format(item=item, kind=kind)
