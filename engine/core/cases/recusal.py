"""Who leaves the room? The one rule for whatever shows a case, or takes an answer in it.

Whoever is inhabil takes no part in the treatment of a case (forvaltningsloven § 8): they do not answer, and
until it is closed they do not read what the others say either. It makes no difference whether they said so
themselves, the body found it, or the body's own rule puts a project's owner out. Recusal is personal: who
holds two seats and is out in one of them is out altogether, as in the count.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.core.cases.voting import Choice


def takes_no_part(roll: Iterable[Mapping[str, Any]], choices: Mapping[str, str], person: str) -> bool:
    """Whether a person is out of a case with this roll; `choices` are the answers that stand, by seat."""
    return any(
        entry.get("out") == person or (entry["person"] == person and _is_out(entry, choices))
        for entry in roll
    )


def _is_out(entry: Mapping[str, Any], choices: Mapping[str, str]) -> bool:
    return bool(entry["recused"]) or choices.get(entry["seat"]) == Choice.RECUSE
