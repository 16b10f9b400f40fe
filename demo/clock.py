"""What time is it in the demo? A clock of its own, which stands where the story stands and then goes on as
clocks do.
"""

import threading
from collections.abc import Callable
from datetime import datetime


class StoryClock:
    """Starts at an instant of the story; `go_to` moves it, never back. `ticking` False keeps it still in
    between.
    """

    def __init__(self, start: datetime, *, real: Callable[[], datetime], ticking: bool) -> None:
        self._guard = threading.Lock()
        self._real = real
        self._ticking = ticking
        self._at = start
        self._since = real()

    def __call__(self) -> datetime:
        """The instant it is now in the story, UTC."""
        with self._guard:
            return self._at + (self._real() - self._since) if self._ticking else self._at

    def go_to(self, instant: datetime) -> None:
        """Let time pass until an instant; one that has passed already changes nothing."""
        now = self()
        with self._guard:
            if instant > now:
                self._at, self._since = instant, self._real()
