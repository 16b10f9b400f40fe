"""How does one say that a project has moved?"""

from engine.core.reports.portfolio import Move
from language.formats import day_and_year, lower_first


def move_sentence(move: Move, locale: str = "nb") -> str:
    """One sentence about a project that stands elsewhere than before."""
    if move.after is None:
        return f"«{move.title}» er ikke lenger i porteføljen."
    on = day_and_year(move.after.entered, locale)
    into = lower_first(move.after.phase_title)
    if move.before is None:
        return f"«{move.title}» er nytt i porteføljen, i fasen {into} fra {on}."
    if move.after.reported_as == "Avsluttet":
        return f"«{move.title}» ble avsluttet {on}."
    return f"«{move.title}» gikk fra {lower_first(move.before.phase_title)} til {into} {on}."
