"""How do several names stand in one text, so that each can be read again whatever it holds?

A key that is stored is one text. Its parts are packed with a sign between them; where a part holds that sign,
or one that stands for something else in a key, it is written with its number («%2F»). Names without such
signs, which is nearly all, stand as they are: so keys from before any were packed are read alike.
"""

import re
from typing import Final

AGAIN: Final = "+"
"""What follows it marks a letter that takes another one's place: no packed part holds it."""
_SIGNS: Final = ("%", AGAIN, " ", "/")
_WRITTEN: Final = {sign: f"%{ord(sign):02X}" for sign in _SIGNS}
_READ: Final = {written: sign for sign, written in _WRITTEN.items()}
_ONE_WRITTEN: Final = re.compile("|".join(_READ))
_ONE_SIGN: Final = re.compile("[" + re.escape("".join(_SIGNS)) + "]")


def packed(*parts: str, by: str) -> str:
    """The parts as one text, with a sign between them that is one of those no part is left to hold."""
    if by not in _SIGNS:
        raise ValueError(by)
    return by.join(_ONE_SIGN.sub(lambda sign: _WRITTEN[sign[0]], part) for part in parts)


def unpacked(text: str, *, by: str, parts: int) -> tuple[str, ...]:
    """The parts of a packed text. Raises ValueError where it has not so many; in one from before they were
    packed, the last part holds what is left.
    """
    found = text.split(by, parts - 1)
    if len(found) != parts:
        raise ValueError(text)
    return tuple(_ONE_WRITTEN.sub(lambda written: _READ[written[0]], part) for part in found)
