"""Why is a letter not sent that once was to be? Bokmål, for whoever runs the programme."""

from collections.abc import Mapping
from typing import Final

_UNTRUE: Final[Mapping[str, str]] = {
    "gone": "det det handler om, finnes ikke lenger",
    "no_address": "mottakeren har ingen adresse",
    "address_changed": "mottakeren har fått ny adresse, og et nytt brev dit",
    "settled": "det som skulle gjøres, er gjort",
    "answered_again": "mottakeren har svart på nytt",
    "receipt_sent": "mottakeren har fått kvitteringen",
    "superseded": "et nyere brev forteller det samme",
    "not_owner": "en annen eier prosjektet nå",
    "decidable": "saken kan avgjøres igjen",
    "not_on_roll": "mottakeren skal ikke svare lenger",
    "has_no_answer_to_give": "mottakeren har ingenting å svare på",
    "opened": "mottakeren har åpnet lenken",
    "link_dead": "lenken i det er stengt",
}
_STANDING: Final = "saken eller møtet har gått videre"


def untrue_words(why: str) -> str:
    """What has changed since a letter was called for: how its case or meeting stands, or something nearer."""
    return _UNTRUE.get(why, _STANDING)
