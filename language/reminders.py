"""Why is somebody reminded of something on a day? Bokmål, for whoever runs the programme."""

from collections.abc import Mapping
from typing import Final

from engine.core.obligations.owed import NOBODY_FOUND
from language.formats import count, role_word


def rung_words(days: int) -> str:
    """Where a rung stands on its ladder: so many working days after the deadline (before it, when
    negative).
    """
    if days == 0:
        return "på fristen"
    number = count(abs(days), "virkedag")
    return f"{number} før fristen" if days < 0 else f"{number} etter fristen"


def why_words(days: int, *, to_office: bool, stands_in_for: str = "", instead_of: str = "") -> str:
    """The same, and why it is this person: as programkontoret, for an absent person (by name), or in the
    place of a role, office or seat nobody reachable holds.
    """
    words = [rung_words(days)]
    if to_office:
        words.append("til programkontoret")
    if stands_in_for:
        words.append(f"står inne for {stands_in_for}")
    if instead_of == NOBODY_FOUND.id:
        words.append("den ansvarlige er ikke funnet")
    elif instead_of:
        words.append(f"ingen med adresse er {role_word(instead_of)}")
    return ", ".join(words)


_KINDS: Final[Mapping[str, str]] = {
    "case": "ber om svar i en sak",
    "amended": "saken er endret",
    "receipt": "kvittering for svar",
    "result": "hva som ble besluttet",
    "withdrawn": "saken er trukket",
    "agenda": "sakslista til møtet",
    "unopened": "sakslista er ikke åpnet",
    "meeting_changed": "møtet er flyttet eller avlyst",
    "minutes": "referatet fra møtet",
    "reminder": "påminnelse om frister",
    "trouble": "noe i maskineriet har stått",
    "alert": "prosjekteier varsles av programkontoret",
    "report_delivered": "statusrapporten venter på godkjenning",
    "report_approved": "statusrapporten er godkjent",
}


def letter_words(kind: str) -> str:
    """What a kind of letter is for; a kind without words as it is."""
    return _KINDS.get(kind, kind)
