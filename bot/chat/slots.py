"""Turns for work that runs side by side: few at one moment, and nobody waits for a slow one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Slots:
    """At most so many at once, not counting those that have been at it for `slow` seconds."""

    def __init__(self, most: int, slow: float) -> None:
        self._free, self._slow = asyncio.Semaphore(most), slow

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for a slot and hold it, but no longer than `slow`."""
        await self._free.acquire()
        held = asyncio.get_running_loop().call_later(self._slow, self._free.release)
        try:
            yield
        finally:
            if held.when() > asyncio.get_running_loop().time() and not held.cancelled():
                held.cancel()
                self._free.release()
