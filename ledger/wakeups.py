"""Wake-ups: hints that a subscriber has something to do in a case.

They are disposable: a lost one is found by a scan, a doubled one finds nothing to do. The
cursors are the truth.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple, Protocol


class Wakeup(NamedTuple):
    """Look whether this subscriber lags in this case."""

    subscriber: str
    case: str


class Wakeups(Protocol):
    """The port. One at a time a (subscriber, case); any number of them side by side.

    A wake-up for one that is being served waits until it is done, and there is at most one
    that waits.
    """

    def wake(self, wakeup: Wakeup) -> None:
        """Ask for it; asking twice is asking once."""
        ...

    def take(self) -> Wakeup | None:
        """The oldest one that nobody serves, or None. It is served until `done`."""
        ...

    def done(self, wakeup: Wakeup) -> None:
        """It was served."""
        ...

    async def wait(self) -> None:
        """Return once there may be something to take."""
        ...

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being served."""
        ...


class InProcessWakeups:
    """The embedded implementation: a queue in memory, oldest first."""

    def __init__(self) -> None:
        self._waiting: dict[Wakeup, None] = {}
        self._served: set[Wakeup] = set()
        self._bell = asyncio.Event()

    def wake(self, wakeup: Wakeup) -> None:
        self._waiting.setdefault(wakeup)
        self._bell.set()

    def take(self) -> Wakeup | None:
        found = next((one for one in self._waiting if one not in self._served), None)
        if found is None:
            self._bell.clear()
            return None
        del self._waiting[found]
        self._served.add(found)
        return found

    def done(self, wakeup: Wakeup) -> None:
        self._served.discard(wakeup)
        if wakeup in self._waiting:
            self._bell.set()

    async def wait(self) -> None:
        await self._bell.wait()

    @property
    def idle(self) -> bool:
        return not self._waiting and not self._served
