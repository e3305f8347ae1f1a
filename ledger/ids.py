"""Ids that sort by time: 12 hex digits of milliseconds, then 20 that make them unique."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from datetime import datetime

_MILLISECOND_DIGITS = 12
_TAIL_BYTES = 10
_TAIL_MASK = 2**79 - 1  # one bit of the 80 stays free for counting up


class TimeOrderedIds:
    """Makes ids of 32 hex digits. Within a process each is greater than the one before.

    A clock that is set back does not take the ids back with it.
    """

    def __init__(self, chance: Callable[[int], bytes] = secrets.token_bytes) -> None:
        """`chance` gives so many random bytes."""
        self._chance = chance
        self._lock = threading.Lock()
        self._milliseconds = -1
        self._tail = 0

    def __call__(self, now: datetime) -> str:
        milliseconds = int(now.timestamp() * 1000)
        with self._lock:
            if milliseconds > self._milliseconds:
                self._milliseconds = milliseconds
                self._tail = int.from_bytes(self._chance(_TAIL_BYTES)) & _TAIL_MASK
            else:
                self._tail += 1
            return f"{self._milliseconds:0{_MILLISECOND_DIGITS}x}{self._tail:020x}"
