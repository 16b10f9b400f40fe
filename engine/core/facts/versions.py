"""What a form was made from: the same value gives the same version, another value another one."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.refusal import Misuse


def version_of(value: Any) -> str:
    """A short name of a fact's value as stored; an unset fact has one too."""
    told = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass
class Overtaken(Misuse):
    """Somebody else has changed this meanwhile: today's values by fact name."""

    values: Mapping[str, Any]
