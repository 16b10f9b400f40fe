"""How is it said what a database lacks, or has of its own?"""

from collections.abc import Mapping
from typing import Final

_THINGS: Final[Mapping[str, str]] = {
    "table": "tabellen",
    "column": "kolonnen",
    "key": "nøkkelen",
    "unique": "kravet om at ingen er like i",
    "rule": "kravet om at ingen er like i",
    "foreign": "koblingen",
    "index": "registeret",
    "guard": "vakten",
    "trigger": "utløseren",
}


def thing(told: str) -> str:
    """A thing of a schema, as `engine.store.likeness` tells it, in words."""
    kind, _, rest = told.partition(" ")
    return f"{_THINGS[kind]} {rest}"
