"""Waiting for a server that went away: a restart takes seconds and is nobody's failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

T = TypeVar("T")

LONGEST_S: Final = 90.0
"""How long a server may be away before whoever waits for it is told.

Longer than the 60 seconds that PostgreSQL, in the middle of a shutdown, waits for a client that
connected and said nothing.
"""

_FIRST_S: Final = 0.05
_MOST_S: Final = 1.0


class Patience:
    """How long one keeps trying. Used in threads; `end` lets all of them stop waiting."""

    def __init__(self, seconds: float = LONGEST_S) -> None:
        self._seconds = seconds
        self._ended = threading.Event()
        self._since: float | None = None

    def end(self) -> None:
        """Wait for nothing any more."""
        self._ended.set()

    def left(self) -> bool:
        """Whether there is any reason to wait on, counted from the first time this was asked."""
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        return not self._ended.is_set() and now - self._since < self._seconds

    def waits(self) -> Iterator[None]:
        """Each step waits, longer and longer."""
        self._since = None
        seconds = _FIRST_S
        while True:
            self._ended.wait(seconds)
            yield
            seconds = min(2 * seconds, _MOST_S)

    def through(self, work: Callable[[], T], lost: Callable[[BaseException], bool]) -> T:
        """Do something that may be done twice, again and again while the server is `lost`."""
        trying = Patience(self._seconds)
        trying._ended = self._ended
        waits = trying.waits()
        while True:
            try:
                return work()
            except Exception as error:
                if not lost(error) or not trying.left():
                    raise
            next(waits)
