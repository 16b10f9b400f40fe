"""How is it said where a project's report stands? Bokmål, as on pages and in commands."""

from typing import Final

from engine.core.status_report import Approval
from language.formats import count, in_words, upper_first

_APPROVALS: Final[dict[str, str]] = {
    "godkjent": "Godkjent av eier",
    "venter": "Venter på eier",
    "ikke_godkjent_av_eier": "Ikke godkjent av eier",
}


def form_sentence(fields: int, changed: int | None) -> str:
    """«Sju felt, tre er endret siden sist.»; only the fields for a project's first report."""
    told = upper_first(count(fields, "felt"))
    if changed is None:
        return f"{told}."
    return f"{told}, {'ingen' if changed == 0 else in_words(changed)} er endret siden sist."


def approval_word(approval: Approval | None) -> str:
    """«Ikke godkjent av eier»; None is a report that has not been delivered."""
    return "Ikke levert" if approval is None else _APPROVALS[approval]
