"""The memory of a data folder: opened with what is configured, and tended beside the work."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from bot.opening import App
from bot.work.embedders import open_embedder
from ledger.domain.errors import CooError
from ledger.pauses import pause
from memory.answers import Answers
from memory.local.store import LocalStore
from memory.tally import FILE, Tally

AGAIN_S: Final = 60.0
"""How long embedding rests after something went wrong; words are searched meanwhile."""

_log = logging.getLogger(__name__)


async def open_memory(app: App, tally: Tally) -> LocalStore:
    """The episodes of this folder. Raises `MemoryDamaged` where there can be no file."""
    memory = app.folder.memory
    embedder = await asyncio.to_thread(open_embedder, app, app.settings.embedder, memory, tally)
    return await LocalStore.open(memory, embedder)


def tally_of(app: App) -> Tally:
    """What the caches of this folder's memory had, and what they had not."""
    return Tally(app.folder.memory.with_name(FILE))


def answers_of(app: App, store: LocalStore, tally: Tally) -> Answers:
    """The store, with what it answered a moment ago."""

    async def last() -> int:
        return (await app.ledger.head()).seq

    return Answers(store, app.company.id, last, tally)


class MemoryTender:
    """Lets the store catch up with what was written, as long as this process works."""

    def __init__(self, app: App, store: LocalStore) -> None:
        self._app, self._store = app, store

    async def catch_up(self) -> int:
        """Embed what waits; how many. Raises what the embedder raises."""
        return await self._store.catch_up()

    async def run(self, stop: asyncio.Event) -> None:
        """Tend until told to stop. What goes wrong is logged and tried again."""
        while not stop.is_set():
            try:
                await self._store.tend(stop)
            except CooError as error:
                _log.warning("Episodes are found by their words only: %s", error.cause)
                await pause(self._app.clock, AGAIN_S, stop)
