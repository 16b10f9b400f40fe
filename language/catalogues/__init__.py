"""In which languages can Faseport speak, and where are the words?

Bokmål is the source text. Nynorsk and English are catalogues beside this file, compiled by make; what a
catalogue lacks, or a catalogue that is not compiled, is said in bokmål.
"""

from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from babel.support import Translations

LOCALES: Final = ("nb", "nn", "en")
DOMAIN: Final = "faseport"
FOLDER: Final = Path(__file__).parent


@cache
def translations(locale: str) -> NullTranslations:
    """The catalogue of a language; of one we do not have, bokmål."""
    if locale == "nb" or locale not in LOCALES:
        return NullTranslations()
    return Translations.load(FOLDER, [locale], DOMAIN)
