"""Which folders were looked through since somebody asked: what one tells may rest on another.

A mail of the operator's own is read only after the mail that it answers. Both lie in folders of
their own, so before his are read, the others are looked through once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from ledger.pauses import first_of


class Rounds:
    """Counts the asks, and up to which of them each folder was looked through."""

    def __init__(self, folders: Iterable[str]) -> None:
        self._seen = dict.fromkeys(folders, 0)
        self._asks = 0
        self._asked, self._told = asyncio.Event(), asyncio.Event()

    async def looked(self, stop: asyncio.Event) -> None:
        """Wait until every folder was looked through from now on, or for `stop`."""
        self._asks += 1
        wanted = self._asks
        self._asked.set()
        while not stop.is_set() and any(seen < wanted for seen in self._seen.values()):
            self._told.clear()
            await first_of(self._told.wait(), stop.wait())

    def begun(self) -> int:
        """The asks that a look which begins now will answer."""
        return self._asks

    def done(self, folder: str, begun: int) -> None:
        """A folder was looked through by a look that began at `begun`."""
        self._seen[folder] = max(self._seen.get(folder, 0), begun)
        if all(seen >= self._asks for seen in self._seen.values()):
            self._asked.clear()
        self._told.set()

    def waited_for(self, folder: str) -> bool:
        """Whether somebody waits for a look into this folder."""
        return self._seen.get(folder, self._asks) < self._asks

    async def asked(self) -> None:
        """Wait until somebody asks."""
        await self._asked.wait()
