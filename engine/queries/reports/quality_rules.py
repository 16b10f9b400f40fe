"""How quality is scored in the programme in force."""

from engine.core.programme.model import Quality
from engine.core.refusal import NotAllowed


def rules_of(rules: Quality | None) -> Quality:
    """The programme's quality indicators. Raises NotAllowed where it has none."""
    if rules is None:
        raise NotAllowed("no_quality")
    return rules
