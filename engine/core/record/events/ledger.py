"""What happens to the ledger itself: its heads are witnessed."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.record.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsWitnessed(Event):
    """A checkpoint: the programme's chain takes note of where every other chain stands."""

    heads: Mapping[str, str]
