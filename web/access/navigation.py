"""What stands at the top of every page: the places its reader may go."""

from typing import Final

from engine.core.access.table import Act
from web.access.visitor import may, visitor
from web.site import Site

_PLACES: Final = (
    ("/", "Min side", Act.READ_OWN),
    ("/prosjekter", "Prosjekter", Act.READ_PORTFOLIO),
    ("/moter", "Møter", Act.READ_MEETINGS),
    ("/frister", "Frister", Act.READ_OWN),
    ("/rapporter", "Rapporter", Act.READ_REPORT),
    ("/arshjul", "Årshjul", Act.READ_WHEEL),
    ("/kontor", "Kontor", Act.DIRECT),
)


def navigation(site: Site) -> list[tuple[str, str]]:
    """Address and name of each place, in their order; none where the reader may go nowhere."""
    who = visitor()
    return [(href, text) for href, text, act in _PLACES if may(site, who, act)]
