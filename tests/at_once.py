"""How do the tests make several people do something at the same instant?"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def at_once(rounds: Sequence[Sequence[Callable[[], T]]]) -> list[list[T | Exception]]:
    """Make the calls of each round at the same instant, one thread each; what each gave, by round."""
    width = len(rounds[0])
    line = threading.Barrier(width, timeout=60)
    given: list[list[T | Exception]] = [[] for _ in range(width)]

    def walk(place: int) -> None:
        for calls in rounds:
            line.wait()
            try:
                given[place].append(calls[place]())
            except Exception as fault:
                given[place].append(fault)

    with ThreadPoolExecutor(width) as pool:
        list(pool.map(walk, range(width)))
    return [list(one) for one in zip(*given, strict=True)]
