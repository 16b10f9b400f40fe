"""The words a programme shares with its reports: areas of the report, and kinds of benefits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from engine.core.facts.catalogue import PROJECT_FIELDS

FIELD: Final = next(field for field in PROJECT_FIELDS if field.name == "benefits")
KINDS: Final[Mapping[str, str]] = dict(next(part.choices for part in FIELD.fields if part.name == "kind"))
"""Every kind a benefit can have, with its title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """One field of a scheme: its letter stands before a benefit's number, `kinds` are those it takes."""

    letter: str
    title: str
    kinds: tuple[str, ...]


FOUR_FIELDS: Final = (
    Class(
        letter="Ø", title="Prissatt, budsjetteffekt i egen virksomhet", kinds=("okonomisk", "unngatt_kostnad")
    ),
    Class(letter="A", title="Prissatt, alternativ bruk i egen virksomhet", kinds=("frigjort_tid",)),
    Class(
        letter="V", title="Prissatt, virkning i andre offentlige virksomheter", kinds=("andre_offentlige",)
    ),
    Class(letter="K", title="Ikke prissatt, kvalitativ", kinds=("kvalitet",)),
)
"""The four-field classification; the letters keep a benefit traceable and counted once. Source: the public
template for a gevinstrealiseringsplan, version 4.0 (facts.md 1.6).
"""


Area = Literal["helhet", "fremdrift", "okonomi", "gevinst", "risiko"]
"""What a light is about. Source: 001:14-17."""

AREAS: Final[tuple[Area, ...]] = ("helhet", "fremdrift", "okonomi", "gevinst", "risiko")
