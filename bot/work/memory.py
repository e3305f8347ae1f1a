"""The memory of a data folder: opened with what is configured, and tended beside the work.

Which embedder: what was switched to last (the generation that is current) decides. COO_EMBEDDER
decides how a memory is made that was never made, and `none` there keeps every embedder off.
"""

from __future__ import annotations

import asyncio
import logging
from enum import Enum
from typing import Final

from bot.embedder_settings import NONE
from bot.opening import App
from bot.work.embedders import open_embedder
from ledger.domain.errors import CooError
from ledger.pauses import pause
from memory.answers import Answers
from memory.embeddings import EmbeddingCache
from memory.episodes import EpisodeStore
from memory.filling import Filler
from memory.generations import Generations
from memory.local.generations import LocalGenerations
from memory.switching import CurrentStore
from memory.tally import FILE, Tally

AGAIN_S: Final = 60.0
"""How long embedding rests after something went wrong; words are searched meanwhile."""

_log = logging.getLogger(__name__)


class EmbedderMissing(CooError):
    """What an embedder runs on is not installed."""

    def __init__(self, spec: str) -> None:
        super().__init__(
            f"The embedder {spec!r} cannot run here: a library is not installed.",
            "Install Coo again, or choose another one: `coo memory reindex --to …`.",
        )


async def open_memory(app: App, tally: Tally) -> CurrentStore:
    """The episodes of this folder, filled from the ledger where they are not there.

    Raises `MemoryDamaged` where there can be no file.
    """
    return await CurrentStore.open(generations_of(app, tally), filler_of(app))


class Embedders(Enum):
    """Which embedders a process may use."""

    CONFIGURED = "those that COO_EMBEDDER does not keep off"
    ALL = "all, for whoever asks for one by name"
    NONE = "none, for whoever only looks"


def generations_of(
    app: App, tally: Tally, embedders: Embedders = Embedders.CONFIGURED
) -> Generations:
    """All copies of this folder's memory."""
    configured = app.settings.embedder
    off = embedders is Embedders.NONE or (embedders is Embedders.CONFIGURED and not configured)

    async def choose(spec: str) -> EmbeddingCache | None:
        if off or spec in ("", NONE):
            return None
        found = await asyncio.to_thread(open_embedder, app, spec, app.folder.memory, tally)
        if found is None:
            raise EmbedderMissing(spec)
        return found

    if app.settings.weaviate is not None:
        # Its client takes a second to load, and few use it.
        from bot.work.weaviate import weaviate_generations  # noqa: PLC0415 - see above

        return weaviate_generations(app, app.settings.weaviate, choose)
    return LocalGenerations(
        app.folder.memory, choose, first=configured or NONE, failpoints=app.failpoints
    )


def filler_of(app: App) -> Filler:
    """Fills a copy from this folder's ledger."""
    return Filler(app.ledger, app.views, failpoints=app.failpoints)


def tally_of(app: App) -> Tally:
    """What the caches of this folder's memory had, and what they had not."""
    return Tally(app.folder.memory.with_name(FILE))


def answers_of(app: App, store: CurrentStore, tally: Tally) -> Answers:
    """The store, with what it answered a moment ago."""

    async def last() -> int:
        return (await app.ledger.head()).seq

    return Answers(store, app.company.id, last, tally)


class MemoryTender:
    """Lets the store catch up with what was written, as long as this process works."""

    def __init__(self, app: App, store: EpisodeStore) -> None:
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
