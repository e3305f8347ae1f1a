"""The memory of a data folder: opened with what is configured, and tended beside the work."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from bot.opening import App
from ledger.domain.errors import CooError
from ledger.pauses import pause
from memory.embedder import bundled
from memory.embeddings import EmbeddingCache
from memory.local.store import LocalStore

AGAIN_S: Final = 60.0
"""How long embedding rests after something went wrong; words are searched meanwhile."""

EMBEDDINGS: Final = "embeddings.db"

_log = logging.getLogger(__name__)


async def open_memory(app: App) -> LocalStore:
    """The episodes of this folder. Raises `MemoryDamaged` where there can be no file."""
    embedder = await asyncio.to_thread(_embedder, app.settings.embedder, app.folder.memory)
    return await LocalStore.open(app.folder.memory, embedder)


class MemoryTender:
    """Lets the store catch up with what was written, as long as this process works."""

    def __init__(self, app: App, store: LocalStore) -> None:
        self._app, self._store = app, store

    async def run(self, stop: asyncio.Event) -> None:
        """Tend until told to stop. What goes wrong is logged and tried again."""
        while not stop.is_set():
            try:
                await self._store.tend(stop)
            except CooError as error:
                _log.warning("Episodes are found by their words only: %s", error.cause)
                await pause(self._app.clock, AGAIN_S, stop)


def _embedder(name: str, memory: Path) -> EmbeddingCache | None:
    found = bundled() if name else None
    if name and found is None:
        _log.warning("onnxruntime is not installed: episodes are found by their words only.")
    return EmbeddingCache(found, memory.with_name(EMBEDDINGS)) if found else None
