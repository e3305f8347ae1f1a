"""The memory of a data folder: opened with what is configured, and tended beside the work.

Which embedder: what was switched to last (the generation that is current) decides. COO_EMBEDDER
decides how a memory is made that was never made, and `none` there keeps every embedder off.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Final

from bot import texts
from bot.embedder_settings import NONE
from bot.opening import App
from bot.work.embedders import open_embedder
from ledger.domain.entities import Failure
from ledger.domain.errors import CooError, NotNow
from ledger.domain.events import Event, FailureCleared, FailureReported
from ledger.domain.facts import Draft
from ledger.domain.values import DESK
from ledger.pauses import pause
from ledger.store import Tx
from ledger.views import at
from memory.answers import Answers
from memory.embeddings import EmbeddingCache
from memory.episodes import EpisodeStore
from memory.filling import Filler
from memory.generations import Generations
from memory.local.generations import LocalGenerations
from memory.switching import CurrentStore
from memory.tally import FILE, Tally

BACK_S: Final = 5.0
"""How often a store that is away is looked for."""
MEMORY: Final = "memory"
"""The name of the failure, and who reports it."""

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


async def open_memory(app: App, tally: Tally, *, beside: Path | None = None) -> CurrentStore:
    """The episodes of this folder, filled from the ledger where they are not there.

    Raises `MemoryDamaged` where there can be no file. `beside` is for `generations_of`.
    """
    return await CurrentStore.open(generations_of(app, tally, beside=beside), filler_of(app))


class Embedders(Enum):
    """Which embedders a process may use."""

    CONFIGURED = "those that COO_EMBEDDER does not keep off"
    ALL = "all, for whoever asks for one by name"
    NONE = "none, for whoever only looks"


def generations_of(
    app: App,
    tally: Tally,
    embedders: Embedders = Embedders.CONFIGURED,
    *,
    beside: Path | None = None,
) -> Generations:
    """All copies of this folder's memory. What was embedded once is kept beside the file
    `beside`, else beside the memory of this folder."""
    configured, place = app.settings.embedder, beside or app.folder.memory
    off = embedders is Embedders.NONE or (embedders is Embedders.CONFIGURED and not configured)

    async def choose(spec: str) -> EmbeddingCache | None:
        if off or spec in ("", NONE):
            return None
        found = await asyncio.to_thread(open_embedder, app, spec, place, tally)
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
    """Lets the store catch up with what was written, as long as this process works.

    Where the store is away that is reported once, and so is that it is back: whoever wants to
    write waits meanwhile, and says nothing.
    """

    def __init__(self, app: App, store: EpisodeStore) -> None:
        self._app, self._store = app, store
        self._known: bool | None = None

    async def catch_up(self) -> int:
        """Embed what waits; how many. Raises what the embedder raises."""
        return await self._store.catch_up()

    async def run(self, stop: asyncio.Event) -> None:
        """Tend until told to stop. What goes wrong is logged and tried again."""
        while not stop.is_set():
            try:
                await self._looked()
                await self._store.tend(stop)
            except NotNow as error:
                await self._away(error)
                await pause(self._app.clock, BACK_S, stop)
            except CooError as error:
                _log.warning("Episodes are found by their words only: %s", error.cause)
                await pause(self._app.clock, AGAIN_S, stop)

    async def _looked(self) -> None:
        """Whether it answers. Raises what it raises."""
        await self._store.watermark()
        if self._known is not True:
            await self._say(_cleared, wanted=True)
            self._known = True

    async def _away(self, error: NotNow) -> None:
        if self._known is not False:
            _log.warning("Memory is away: %s", error.cause)
            await self._say(lambda: _reported(error), wanted=False)
            self._known = False

    async def _say(self, event: Callable[[], Event], *, wanted: bool) -> None:
        """Say it, unless it is known: another machine may have been quicker."""

        def work(tx: Tx) -> None:
            known = at(tx.connection, tx.company).get(Failure, MEMORY)
            if (known is not None and not known.cleared) == wanted:
                tx.append([_draft(tx, event())])

        await self._app.ledger.transact(work)


def _draft(tx: Tx, event: Event) -> Draft:
    """Under the next key that is free: an outage of its own each time."""
    kind, n = type(event).__name__, 1
    while tx.by_key(f"{MEMORY}:{kind}:{n}") is not None:
        n += 1
    return Draft(case=DESK, event=event, key=f"{MEMORY}:{kind}:{n}", by=MEMORY)


def _reported(error: NotNow) -> Event:
    return FailureReported(
        failure=MEMORY,
        what=texts.MEMORY_AWAY,
        not_done=texts.MEMORY_AWAY_NOT_DONE,
        owner=MEMORY,
        remedies=(error.remedy,),
        cause=error.cause,
    )


def _cleared() -> Event:
    return FailureCleared(failure=MEMORY, how=texts.MEMORY_BACK)
