"""The memory that is searched and written now, whichever generation that is.

Before each read and write it looks whether another generation was switched to, here or in another
process. If so, it opens that one with its embedder and tells it what came since it was built;
what is asked meanwhile waits for that, and what is being answered ends on the old one. So an
answer never comes from two, and a fact that was told to the old one only is in the new one before
anything is read from it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, Self

from ledger.domain.errors import CooError, NotNow
from memory.episodes import Episode, MemoryQuery, Recall, StoreStatus
from memory.filling import Filler
from memory.generations import Generation, GenerationLost, Generations, GenerationStore, Mark

READY_S: Final = 2.0
"""A question waits no longer for a memory that is being opened or filled."""

_log = logging.getLogger(__name__)


class _Opened:
    """A generation in use, and by how many at this moment."""

    def __init__(self, store: GenerationStore, generation: Generation, turn: int) -> None:
        self.store, self.generation, self.turn = store, generation, turn
        self.users = 0
        self.left = asyncio.Event()

    async def close_unused(self) -> None:
        """Close it once it was left and nobody uses it any more."""
        if self.left.is_set() and not self.users:
            await self.store.close()


class CurrentStore:
    """Implements `EpisodeStore` over the current one of several generations."""

    def __init__(
        self, generations: Generations, filler: Filler, *, ready_s: float = READY_S
    ) -> None:
        self._generations, self._filler, self._ready_s = generations, filler, ready_s
        self._changing = asyncio.Lock()
        self._opened: _Opened | None = None
        self._change: asyncio.Task[_Opened] | None = None
        self._closed = False

    @classmethod
    async def open(cls, generations: Generations, filler: Filler) -> Self:
        """The current generation, filled from the ledger where it is empty or was left half-way.

        Raises what opening its store raises. Where that is away now, it is opened with the first
        use that finds it there.
        """
        store = cls(generations, filler)
        try:
            await store._present()
        except NotNow as away:
            _log.warning("Memory is opened later: %s", away.cause)
        except BaseException:
            await store.close()
            raise
        return store

    async def write(self, episodes: Sequence[Episode]) -> None:
        """Add or replace by id, in the current generation."""
        async with self._using() as now:
            await now.store.write(episodes)

    async def recall(self, query: MemoryQuery) -> Recall:
        """The best episodes of the current generation. Never raises."""
        try:
            async with asyncio.timeout(self._ready_s):
                await self._present()
            async with self._using() as now:
                return await now.store.recall(query)
        except TimeoutError:
            return Recall(hits=(), degraded="The memory is being filled, and cannot answer yet.")
        except (CooError, OSError) as error:
            cause = error.cause if isinstance(error, CooError) else str(error)
            return Recall(hits=(), degraded=f"The memory could not be opened: {cause}")

    async def forget(self, person: str) -> int:
        """Remove a person from all generations, also from one that is being built."""
        if not person:
            return 0
        while True:
            turn = (await self._present()).turn
            async with self._generations.exclusively():
                # Only now nobody switches any more, and joining another one would need the hold.
                if (await self._generations.standing()).turn == turn:
                    return await self._forgotten(person)

    async def _forgotten(self, person: str) -> int:
        async with self._using() as now:
            gone = await now.store.forget(person)
            await self._generations.forget_beside(person, now.generation)
            return gone

    async def watermark(self) -> int:
        """That of the current generation."""
        async with self._using() as now:
            return await now.store.watermark()

    async def advance(self, seq: int) -> None:
        """Remember that a fact is in."""
        async with self._using() as now:
            await now.store.advance(seq)

    async def count(self) -> int:
        """How many episodes the current generation keeps."""
        async with self._using() as now:
            return await now.store.count()

    async def revision(self) -> str:
        """That of the current generation, and which one it is."""
        async with self._using() as now:
            return f"{now.turn} {await now.store.revision()}"

    async def status(self) -> StoreStatus:
        """That of the current generation."""
        async with self._using() as now:
            return await now.store.status()

    async def catch_up(self, most: int | None = None) -> int:
        """Embed what waits in the current generation."""
        async with self._using() as now:
            return await now.store.catch_up(most)

    async def tend(self, stop: asyncio.Event) -> None:
        """Catch up whenever something was written, in whichever generation is current."""
        while not stop.is_set():
            async with self._using() as now:
                ended = asyncio.Event()
                watching = [asyncio.create_task(_wait(each, ended)) for each in (stop, now.left)]
                try:
                    await now.store.tend(ended)
                finally:
                    for each in watching:
                        each.cancel()

    async def close(self) -> None:
        """Release what is open; a second time does nothing."""
        if self._change is not None:
            self._change.cancel()
            await asyncio.wait([self._change])
        async with self._changing:
            opened, self._opened, self._closed = self._opened, None, True
            if opened is not None:
                opened.left.set()
                await opened.close_unused()
            await self._generations.close()

    # --- which one --------------------------------------------------------------------------------

    @asynccontextmanager
    async def _using(self) -> AsyncIterator[_Opened]:
        now = await self._present()
        now.users += 1
        try:
            yield now
        except GenerationLost:
            self._lose(now)
            raise
        finally:
            now.users -= 1
            await now.close_unused()

    def _lose(self, now: _Opened) -> None:
        """It is empty, and is filled again with the next use."""
        now.left.set()
        if self._opened is now:
            self._opened = None

    async def _present(self) -> _Opened:
        standing = await self._generations.standing()
        if self._opened is not None and self._opened.turn == standing.turn:
            return self._opened
        if self._change is None or self._change.done():
            self._change = asyncio.create_task(self._changed_alone())
            self._change.add_done_callback(_seen)
        # Whoever gives up waiting must not break off what others wait for.
        return await asyncio.shield(self._change)

    async def _changed_alone(self) -> _Opened:
        async with self._changing:
            return await self._changed()

    async def _changed(self) -> _Opened:
        standing = await self._generations.standing()
        before = self._opened
        if before is not None and before.turn == standing.turn:  # another task was quicker
            return before
        if self._closed:
            raise MemoryClosed
        store = await self._generations.open(standing.current)
        try:
            await self._joined(store, standing.turn)
        except BaseException:
            await store.close()
            raise
        self._opened = _Opened(store, standing.current, standing.turn)
        if before is not None:
            before.left.set()
            await before.close_unused()
        return self._opened

    async def _joined(self, store: GenerationStore, turn: int) -> None:
        """Tell it what it lacks: all of the ledger to an empty one; to one that was switched to,
        what came since it was built, wherever the relay stands in each case."""
        if await store.watermark() and await store.mark(Mark.JOINED) == turn:
            return
        told = await self._filler.fill(store, self._generations.exclusively)
        await store.advance(told)
        await store.put_mark(Mark.JOINED, turn)


class MemoryClosed(CooError):
    """Somebody asks a memory that was closed."""

    def __init__(self) -> None:
        super().__init__("The memory is closed.", "Restart Coo; nothing is lost.")


def _seen(change: asyncio.Task[_Opened]) -> None:
    """What went wrong is told to whoever waits, or to whoever asks next."""
    if not change.cancelled():
        change.exception()


async def _wait(event: asyncio.Event, ended: asyncio.Event) -> None:
    await event.wait()
    ended.set()
