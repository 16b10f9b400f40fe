"""What time the program says it is: the wall's, or the demo's own."""

from datetime import datetime

from engine import clock


def now() -> datetime:
    """The present instant, for commands."""
    return clock.now()
